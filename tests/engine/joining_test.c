/* Goal: the setting reads back as it was written; what is missing has its default; what is wrong is named.
 * Method: texts. */
#include "engine/joining.h"
#include "check.h"

static const char *read(zh_json *parser, const char *text, zh_joining *out)
{
    zh_json_value root;
    CHECK(zh_json_parse(parser, zh_sv_of(text), &root, NULL) == ZH_OK);
    return zh_joining_read(root, out);
}

int main(void)
{
    static const struct { const char *text, *wrong; } cases[] = {
        { "{\"limits\":5}", "limits" }, { "{\"limits\":{\"userIds\":0}}", "limits.userIds" }, { "{\"limits\":{\"userIds\":\"3\"}}", "limits.userIds" },
        { "{\"limits\":{\"anonymousIds\":251}}", "limits.anonymousIds" }, { "{\"sharedFrom\":1}", "sharedFrom" }, { "{\"sharedFrom\":9}", "sharedFrom" },
        { "{\"blocked\":\"x\"}", "blocked" }, { "{\"blocked\":[\"a\",\" \"]}", "blocked" }, { "{\"blocked\":[7]}", "blocked" },
    };
    zh_json *parser;
    zh_joining j, again;
    CHECK(zh_json_open(&parser, 65536) == ZH_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *wrong = read(parser, cases[i].text, &j);
        CHECK_ROW(wrong != NULL && strcmp(wrong, cases[i].wrong) == 0, cases[i].text);
    }
    CHECK(read(parser, "{}", &j) == NULL && j.policy.users_max == 10 && j.policy.anonymous_max == 250 && j.policy.shared_from == 3 && j.blocked.count == 0);
    CHECK(read(parser, "{\"limits\":{\"userIds\":1,\"anonymousIds\":7},\"sharedFrom\":2,\"blocked\":[\"Kiosk\",\"test\"]}", &j) == NULL);
    CHECK(j.policy.users_max == 1 && j.policy.anonymous_max == 7 && j.policy.shared_from == 2 && zh_nobody_has(&j.blocked, ZH_SV("TEST")));
    zh_buf text = zh_buf_open(4096);
    zh_json_out out = zh_json_out_on(&text);
    zh_joining_put(&j, &out);
    CHECK(zh_json_out_done(&out) == ZH_OK);
    zh_buf_put_u8(&text, 0);
    CHECK(read(parser, text.data, &again) == NULL && memcmp(&again.policy, &j.policy, sizeof j.policy) == 0 && again.blocked.count == 2 && zh_nobody_has(&again.blocked, ZH_SV("kiosk")));
    zh_buf_close(&text);
    zh_json_close(parser);
    return 0;
}
