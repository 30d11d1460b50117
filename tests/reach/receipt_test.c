/* receipt_test.c
 * Goal    receipts are read by the map of their channel, one or a list; what is unknown is counted; any bytes are refused or read.
 * Method  a table of bodies; every truncation of one.
 */
#include "check.h"
#include "reach/receipt.h"

static void receipts_are_read_by_the_map(void)
{
    static const struct { const char *body; zh_err e; uint32_t count, unknown; } rows[] = {
        { "{\"r\":[{\"ref\":\"00000000000000ff\",\"s\":\"D\"},{\"n\":12,\"s\":1},{\"n\":\"x\",\"s\":\"?\"},{\"s\":\"D\"},7]}", ZH_OK, 2, 3 },
        { "{\"r\":{\"ref\":\"00000000000000ff\",\"s\":\"D\"}}", ZH_OK, 1, 0 }, { "{\"r\":[]}", ZH_OK, 0, 0 }, { "{\"r\":5}", ZH_FORMAT, 0, 0 }, { "[]", ZH_FORMAT, 0, 0 }, { "", ZH_FORMAT, 0, 0 },
    };
    const zh_adapter a = { .has_receipts = true, .receipt_list = ZH_SV("/r"), .receipt_id = ZH_SV("/ref"), .receipt_provider = ZH_SV("/n"), .receipt_state = ZH_SV("/s"),
                           .states = { { ZH_SV("D"), (zh_message_word)(ZH_MESSAGE_SAYS_STATE_FIRST + ZH_MESSAGE_DELIVERED) }, { ZH_SV("1"), ZH_MESSAGE_SAYS_SEEN } }, .states_count = 2 };
    zh_json *parser;
    CHECK(zh_json_open(&parser, 1 << 20) == ZH_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_arena arena = zh_arena_open(1 << 20);
        zh_receipts all;
        CHECK_ROW(zh_receipts_read(&a, parser, zh_sv_of(rows[i].body), &arena, &all) == rows[i].e, rows[i].body);
        CHECK_ROW(rows[i].e != ZH_OK || (all.count == rows[i].count && all.unknown == rows[i].unknown), rows[i].body);
        if (i == 0) CHECK(all.receipts[0].id.number == 255 && all.receipts[0].says == (zh_message_word)(ZH_MESSAGE_SAYS_STATE_FIRST + ZH_MESSAGE_DELIVERED) && zh_sv_equal(all.receipts[1].provider, ZH_SV("12")) && all.receipts[1].says == ZH_MESSAGE_SAYS_SEEN);
        for (size_t size = 0; i == 0 && size < strlen(rows[0].body); size++) CHECK(zh_receipts_read(&a, parser, (zh_sv){ rows[0].body, size }, &arena, &all) == ZH_FORMAT);
        zh_arena_close(&arena);
    }
    zh_buf many = zh_buf_open(1 << 20);
    zh_buf_put(&many, ZH_SV("{\"r\":[0"));
    for (int i = 0; i < ZH_RECEIPTS_MAX; i++) zh_buf_put(&many, ZH_SV(",0"));
    zh_buf_put(&many, ZH_SV("]}"));
    zh_arena arena = zh_arena_open(1 << 20);
    zh_receipts all;
    CHECK(zh_receipts_read(&a, parser, zh_buf_view(&many), &arena, &all) == ZH_FULL);
    zh_arena_close(&arena);
    zh_buf_close(&many);
    zh_json_close(parser);
}

int main(void)
{
    receipts_are_read_by_the_map();
    return 0;
}
