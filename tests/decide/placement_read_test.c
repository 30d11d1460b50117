/* Goal: a definition is read whole or refused with the field and what is right. Method: a table of texts. */
#include "decide/placement_read.h"
#include "check.h"

static zh_json *json;

static zh_err read(const char *text, zh_arena *arena, zh_placement *out, zh_placement_fault *why)
{
    zh_json_value root;
    if (zh_json_parse(json, zh_sv_of(text), &root, NULL) != ZH_OK) printf("%s\n", text);
    CHECK(zh_json_parse(json, zh_sv_of(text), &root, NULL) == ZH_OK);
    return zh_placement_read(root, ZH_SV("mine"), arena, out, why);
}

static void test_what_is_said_is_read(void)
{
    zh_arena arena = zh_arena_open(32 << 20);
    zh_placement p, again;
    zh_placement_fault why = { .field = "" };
    const char *text = "{\"title\":{\"zh\":\"猜你喜欢\"},\"strategy\":\"basket\",\"stages\":[\"cart\",\"trending\"],\"hideBoughtDays\":-1,\"public\":true,\"explore\":0.05,\"exploreSlots\":3,\"exploreTemperature\":2.5,"
        "\"dials\":{\"diversity\":0.25,\"popularity\":-1,\"calibration\":1,\"margin\":0.5},\"rules\":["
        "{\"kind\":\"include\",\"name\":\"tea\",\"when\":\"context.hour < 6\",\"item\":\"item.category == 'tea'\"},"
        "{\"kind\":\"exclude\",\"item\":\"item.brand in customer.traits.disliked\"},"
        "{\"kind\":\"boost\",\"item\":\"item.age_days < 14\",\"factor\":1.5},"
        "{\"kind\":\"pin\",\"slot\":3,\"itemId\":\"A\"},{\"kind\":\"pin\",\"slot\":4,\"item\":\"item.price < 5.0\"},"
        "{\"kind\":\"cap\",\"by\":\"brand\",\"most\":2},{\"kind\":\"stock\",\"least\":5,\"factor\":0.5},{\"kind\":\"margin\",\"least\":0.2},"
        "{\"kind\":\"price\",\"fromCents\":100,\"toCents\":900}]}";
    CHECK(read(text, &arena, &p, &why) == ZH_OK);
    CHECK(zh_sv_equal(p.name, ZH_SV("mine")) && strcmp(p.title_zh, "猜你喜欢") == 0 && strcmp(p.title_en, "猜你喜欢") == 0);
    CHECK(p.strategy == ZH_STRATEGY_BASKET && p.stages[0] == ZH_STAGE_CART && p.stages[1] == ZH_STAGE_TRENDING && p.stages[2] == ZH_STAGE_END);
    CHECK(p.hide_bought_days == ZH_HIDE_ALWAYS && p.is_public && p.explore_micro == 50000 && p.explore_slots == 3 && p.explore_temperature == 2.5 && p.hash != 0);
    CHECK(p.dials.diversity == 0.25 && p.dials.popularity == -1 && p.dials.calibration == 1 && p.dials.margin == 0.5);
    const zh_slot_rule *r = p.rules->list;
    CHECK(p.rules->count == 9 && p.rules->reads_customer && p.rules->reorders);
    CHECK(r[0].kind == ZH_SLOT_RULE_INCLUDE && zh_sv_equal(r[0].name, ZH_SV("tea")) && r[0].when.program != NULL && r[0].item.program != NULL && zh_rule_is_plain(&r[0].item) && !zh_rule_is_plain(&r[0].when));
    CHECK(r[1].kind == ZH_SLOT_RULE_EXCLUDE && r[1].when.program == NULL && !zh_rule_is_plain(&r[1].item));
    CHECK(r[2].factor == 1.5 && r[3].slot == 3 && r[3].pinned.number == zh_item_id_of(ZH_SV("A")).number && r[4].pinned.number == 0);
    CHECK(r[5].by_brand && r[5].most == 2 && r[6].least == 5 && r[6].factor == 0.5 && r[7].share == 0.2 && r[7].factor == 0 && r[8].from_minor == 100 && r[8].to_minor == 900);
    CHECK(read("{\"strategy\":\"personal\"}", &arena, &again, &why) == ZH_OK);
    CHECK(again.stages[0] == ZH_STAGE_HISTORY && again.rules == NULL && again.hide_bought_days == ZH_PLACEMENT_HIDE_DEFAULT && again.hash != p.hash && strcmp(again.title_en, "mine") == 0);
    zh_arena_close(&arena);
}

static void test_what_is_wrong_is_named(void)
{
    static const struct { const char *text, *field, *word; } rows[] = {
        { "[]", "definition", "object" },
        { "{}", "strategy", "no such strategy" },
        { "{\"strategy\":\"magic\"}", "strategy", "no such strategy" },
        { "{\"strategy\":\"popular\",\"colour\":1}", "colour", "not known" },
        { "{\"strategy\":\"popular\",\"stages\":[]}", "stages", "1 to" },
        { "{\"strategy\":\"popular\",\"stages\":[\"popular\",\"popular\"]}", "stages", "twice" },
        { "{\"strategy\":\"popular\",\"stages\":[\"luck\"]}", "stages", "no such stage" },
        { "{\"strategy\":\"popular\",\"title\":{\"fr\":\"x\"}}", "title.fr", "not known" },
        { "{\"strategy\":\"popular\",\"hideBoughtDays\":1.5}", "hideBoughtDays", "whole number" },
        { "{\"strategy\":\"popular\",\"explore\":0.9}", "explore", "0 to 0.5" },
        { "{\"strategy\":\"popular\",\"exploreSlots\":0}", "exploreSlots", "1 to 10" },
        { "{\"strategy\":\"popular\",\"exploreTemperature\":-1}", "exploreTemperature", "0 to 100" },
        { "{\"strategy\":\"popular\",\"public\":1}", "public", "true or false" },
        { "{\"strategy\":\"popular\",\"dials\":{\"diversity\":2}}", "dials.diversity", "0 to 1" },
        { "{\"strategy\":\"popular\",\"dials\":{\"speed\":2}}", "dials.speed", "not known" },
        { "{\"strategy\":\"popular\",\"rules\":{}}", "rules", "at most 50" },
        { "{\"strategy\":\"popular\",\"rules\":[{\"kind\":\"hide\"}]}", "rules[0].kind", "include" },
        { "{\"strategy\":\"popular\",\"rules\":[{\"kind\":\"cap\",\"by\":\"brand\",\"most\":1},{\"kind\":\"exclude\"}]}", "rules[1].item", "which items" },
        { "{\"strategy\":\"popular\",\"rules\":[{\"kind\":\"exclude\",\"item\":\"item.colour == 1\"}]}", "rules[0].item", "line 1, column 6" },
        { "{\"strategy\":\"popular\",\"rules\":[{\"kind\":\"exclude\",\"item\":\"item.price\"}]}", "rules[0].item", "bool" },
        { "{\"strategy\":\"popular\",\"rules\":[{\"kind\":\"exclude\",\"when\":\"item.price > 1.0\",\"item\":\"true\"}]}", "rules[0].when", "item" },
        { "{\"strategy\":\"popular\",\"rules\":[{\"kind\":\"boost\",\"item\":\"true\"}]}", "rules[0].factor", "factor" },
        { "{\"strategy\":\"popular\",\"rules\":[{\"kind\":\"boost\",\"factor\":0}]}", "rules[0].factor", "0.01" },
        { "{\"strategy\":\"popular\",\"rules\":[{\"kind\":\"exclude\",\"item\":\"true\",\"factor\":2}]}", "rules[0].factor", "not known" },
        { "{\"strategy\":\"popular\",\"rules\":[{\"kind\":\"pin\",\"slot\":1}]}", "rules[0].itemId", "itemId" },
        { "{\"strategy\":\"popular\",\"rules\":[{\"kind\":\"pin\",\"slot\":0,\"itemId\":\"A\"}]}", "rules[0].slot", "1 to 100" },
        { "{\"strategy\":\"popular\",\"rules\":[{\"kind\":\"cap\",\"by\":\"colour\",\"most\":1}]}", "rules[0].by", "brand or category" },
        { "{\"strategy\":\"popular\",\"rules\":[{\"kind\":\"price\"}]}", "rules[0].fromCents", "fromCents" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_arena arena = zh_arena_open(32 << 20);
        zh_placement p;
        zh_placement_fault why = { .field = "" };
        const zh_err e = read(rows[i].text, &arena, &p, &why);
        if (e != ZH_FORMAT || strcmp(why.field, rows[i].field) != 0 || strstr(why.why.text, rows[i].word) == NULL) printf("%s: %s: %s\n", rows[i].text, why.field, why.why.text);
        CHECK(e == ZH_FORMAT && strcmp(why.field, rows[i].field) == 0 && strstr(why.why.text, rows[i].word) != NULL);
        zh_arena_close(&arena);
    }
}

static void test_limits(void)
{
    zh_arena arena = zh_arena_open(64 << 20);
    zh_placement p;
    zh_placement_fault why = { .field = "" };
    for (int count = ZH_RULES_MAX; count <= ZH_RULES_MAX + 1; count++) {
        zh_buf text = zh_buf_open(1 << 16);
        zh_buf_put(&text, ZH_SV("{\"strategy\":\"popular\",\"rules\":["));
        for (int i = 0; i < count; i++) zh_buf_put(&text, i == 0 ? ZH_SV("{\"kind\":\"cap\",\"by\":\"brand\",\"most\":1}") : ZH_SV(",{\"kind\":\"cap\",\"by\":\"brand\",\"most\":1}"));
        zh_buf_put(&text, zh_sv_of((const char[]){ ']', '}', 0 }));
        zh_buf_put_u8(&text, 0);
        CHECK(read(zh_buf_view(&text).data, &arena, &p, &why) == (count == ZH_RULES_MAX ? ZH_OK : ZH_FORMAT));
        zh_buf_close(&text);
    }
    zh_arena small = zh_arena_open(2000);
    CHECK(read("{\"strategy\":\"popular\",\"rules\":[{\"kind\":\"exclude\",\"item\":\"item.price > 1.0\"}]}", &small, &p, &why) == ZH_NOMEM);
    zh_arena_close(&small);
    zh_arena_close(&arena);
    CHECK(zh_placement_name_is_good(ZH_SV("home-2_A")) && !zh_placement_name_is_good(ZH_SV("")) && !zh_placement_name_is_good(ZH_SV("a b")));
}

static void test_a_built_in_one_reads_back_as_it_is_written(void)
{
    for (size_t i = 0; i < zh_placement_count(); i++) {
        const zh_placement *b = zh_placement_at(i);
        zh_arena arena = zh_arena_open(1 << 20);
        zh_buf text = zh_buf_open(1 << 14);
        zh_json_out out = zh_json_out_on(&text);
        zh_placement p;
        zh_placement_fault why = { .field = "" };
        zh_placement_write(b, &out);
        CHECK(zh_json_out_done(&out) == ZH_OK);
        zh_buf_put_u8(&text, 0);
        CHECK(read(zh_buf_view(&text).data, &arena, &p, &why) == ZH_OK);
        CHECK(p.strategy == b->strategy && memcmp(p.stages, b->stages, sizeof p.stages) == 0 && p.hide_bought_days == b->hide_bought_days && strcmp(p.title_zh, b->title_zh) == 0);
        zh_buf_close(&text);
        zh_arena_close(&arena);
    }
}

int main(void)
{
    CHECK(zh_json_open(&json, 1 << 17) == ZH_OK);
    test_what_is_said_is_read();
    test_what_is_wrong_is_named();
    test_limits();
    test_a_built_in_one_reads_back_as_it_is_written();
    zh_json_close(json);
    return 0;
}
