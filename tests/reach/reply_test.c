/* reply_test.c
 * Goal    a no is known in all its writings, and a yes is none; one address is one number, however it is written; any bytes are answers or refused.
 * Method  tables; every truncation of a body.
 */
#include "check.h"
#include "reach/reply.h"

static void a_no_is_known_in_all_its_writings(void)
{
    static const char *const no[] = { "R", "r", "Ｒ", " r. ", "T", "N", "TD", "td", "ＴＤ", "Td!", "T D", "退订", "退订。", "【退订】", "退 订", "我要退订", "请帮我退订谢谢", "怎么退订", "TD退订", "拒收", "拒收！", "回复拒收", "STOP", "stop all", "Unsubscribe",
                                      "取消订阅", "停止订阅", "\xE2\x80\x8Btd", "\xFFtd" };
    static const char *const yes[] = { "", "Y", "好的", "谢谢", "我不退订", "别退订", "不要退订", "取消退订", "没有退订", "READ", "today", "NO1", "1", "R2D2", "订单到了吗", "\xFF\xFE" };
    for (size_t i = 0; i < sizeof no / sizeof *no; i++) CHECK_ROW(zh_reply_refuses(zh_sv_of(no[i])), no[i]);
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) CHECK_ROW(!zh_reply_refuses(zh_sv_of(yes[i])), yes[i]);
    char far[ZH_REPLY_TEXT_BYTES_MAX + 16];
    memset(far, ' ', sizeof far);
    memcpy(far + ZH_REPLY_TEXT_BYTES_MAX - 6, "退订", 6);
    CHECK(zh_reply_refuses((zh_sv){ far, sizeof far }));
    memset(far, ' ', sizeof far);
    memcpy(far + ZH_REPLY_TEXT_BYTES_MAX, "退订", 6);
    CHECK(!zh_reply_refuses((zh_sv){ far, sizeof far }));
}

static void one_address_is_one_number(void)
{
    zh_sealer mine, other;
    const zh_workspace_key key = { .id = 1, .index = { 1 } }, another = { .id = 1, .index = { 2 } };
    CHECK(zh_sealer_open(&mine, ZH_WORKSPACE_DEFAULT, &key, 1) == ZH_OK && zh_sealer_open(&other, ZH_WORKSPACE_DEFAULT, &another, 1) == ZH_OK);
    static const char *const same[] = { "13800000001", "+8613800000001", "+86 138-0000-0001", "008613800000001", "8613800000001", "(138) 0000 0001" };
    const uint64_t number = zh_reply_address(&mine, ZH_CHANNEL_SMS, zh_sv_of(same[0]));
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) CHECK_ROW(zh_reply_address(&mine, ZH_CHANNEL_SMS, zh_sv_of(same[i])) == number, same[i]);
    CHECK(number != 0 && zh_reply_address(&mine, ZH_CHANNEL_SMS, ZH_SV("13800000002")) != number && zh_reply_address(&mine, ZH_CHANNEL_SMS, ZH_SV("8613800000")) != zh_reply_address(&mine, ZH_CHANNEL_SMS, ZH_SV("13800000")));
    CHECK(zh_reply_address(&other, ZH_CHANNEL_SMS, zh_sv_of(same[0])) != number); /* only who has the key can tell */
    CHECK(zh_reply_address(&mine, ZH_CHANNEL_EMAIL, ZH_SV("Ann@Shop.example")) == zh_reply_address(&mine, ZH_CHANNEL_EMAIL, ZH_SV("ann@shop.example")));
    CHECK(zh_reply_address(&mine, ZH_CHANNEL_WECHAT, ZH_SV("oA")) != zh_reply_address(&mine, ZH_CHANNEL_WECHAT, ZH_SV("oa"))); /* an openid is its bytes */
    CHECK(zh_reply_address(&mine, ZH_CHANNEL_SMS, ZH_SV("user-7")) != 0 && zh_reply_address(&mine, ZH_CHANNEL_SMS, (zh_sv){ 0 }) == 0);
    zh_sealer_close(&mine);
    zh_sealer_close(&other);
}

static void answers_are_read_by_the_map(void)
{
    static const struct { const char *body; zh_err e; uint32_t count, unknown; } rows[] = {
        { "[{\"phone\":\"138\",\"text\":\"TD\"},{\"phone\":139,\"text\":\"hi\"},{\"phone\":\"\",\"text\":\"TD\"},{\"text\":\"TD\"},{\"phone\":\"1\",\"text\":[]},7]", ZH_OK, 2, 4 },
        { "{\"phone\":\"138\",\"text\":\"td\"}", ZH_OK, 1, 0 }, { "{\"phone\":\"138\"}", ZH_OK, 0, 1 }, { "[]", ZH_OK, 0, 0 }, { "5", ZH_FORMAT, 0, 0 }, { "", ZH_FORMAT, 0, 0 },
    };
    const zh_adapter a = { .has_replies = true, .reply_from = ZH_SV("/phone"), .reply_text = ZH_SV("/text") };
    zh_json *parser;
    CHECK(zh_json_open(&parser, 1 << 20) == ZH_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_arena arena = zh_arena_open(1 << 20);
        zh_replies all;
        CHECK_ROW(zh_replies_read(&a, parser, zh_sv_of(rows[i].body), &arena, &all) == rows[i].e, rows[i].body);
        CHECK_ROW(rows[i].e != ZH_OK || (all.count == rows[i].count && all.unknown == rows[i].unknown), rows[i].body);
        if (i == 0) CHECK(all.list[0].refuses && !all.list[1].refuses && zh_sv_equal(all.list[0].from, ZH_SV("138")) && zh_sv_equal(all.list[1].from, ZH_SV("139")));
        for (size_t size = 0; i == 0 && size < strlen(rows[0].body); size++) CHECK(zh_replies_read(&a, parser, (zh_sv){ rows[0].body, size }, &arena, &all) == ZH_FORMAT);
        zh_arena_close(&arena);
    }
    zh_json_close(parser);
}

int main(void)
{
    a_no_is_known_in_all_its_writings();
    one_address_is_one_number();
    answers_are_read_by_the_map();
    return 0;
}
