/* Goal: a dead letter written is the letter read; a cut one is an error; codes are told apart. */
#include "core/deadletter.h"
#include "check.h"

int main(void)
{
    const zh_deadletter letter = {
        .id = 77, .why = ZH_REJECT_REPEATED_KEY, .source = { 3 }, .received_ms = -5,
        .message_id = ZH_SV("m-1"), .detail = ZH_SV("properties.a"), .raw = ZH_SV("{\"a\":1,\"a\":2}"),
    };
    zh_buf buf = zh_buf_open(1 << 12);
    zh_deadletter back;
    zh_deadletter_put(&letter, &buf);
    CHECK(zh_deadletter_get(zh_buf_view(&buf), &back) == ZH_OK);
    CHECK(back.id == 77 && back.why == letter.why && back.source.number == 3 && back.received_ms == -5);
    CHECK(zh_sv_equal(back.message_id, letter.message_id) && zh_sv_equal(back.raw, letter.raw));
    CHECK(zh_sv_equal(back.detail, letter.detail));
    for (size_t cut = 0; cut < buf.size; cut++)
        CHECK(zh_deadletter_get((zh_sv){ buf.data, cut }, &back) == ZH_FORMAT);
    zh_buf_close(&buf);
    CHECK(strcmp(zh_reject_code(ZH_REJECT_NO_CUSTOMER), "no_customer") == 0);
    CHECK(strcmp(zh_reject_text(ZH_REJECT_NO_CUSTOMER), "no userId and no anonymousId") == 0);
    CHECK(strcmp(zh_reject_code((zh_reject)200), "unknown") == 0);
    return 0;
}
