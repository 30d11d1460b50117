/* Goal: a definition is read whole or refused with the field; what says who the customer is is refused with the reason. Method: tables. */
#include "offer/offer.h"
#include "check.h"

static zh_err read(const char *json, zh_arena *arena, zh_offer *out, zh_offer_fault *why)
{
    zh_json *parser;
    zh_json_value root;
    CHECK(zh_json_open(&parser, 65536) == ZH_OK);
    CHECK(zh_json_parse(parser, zh_sv_of(json), &root, NULL) == ZH_OK);
    const zh_err e = zh_offer_read(root, ZH_SV("spring"), arena, out, why);
    zh_json_close(parser);
    return e;
}

#define HEAD "\"currency\":\"CNY\","
#define PERCENT HEAD "\"kind\":\"percent\",\"percent\":15"

static void test_all_parts_are_read(void)
{
    zh_arena arena = zh_arena_open(1 << 20);
    zh_offer o;
    zh_offer_fault why;
    CHECK(read("{" HEAD "\"kind\":\"threshold\",\"steps\":[{\"fromCents\":10000,\"offCents\":1000},{\"fromCents\":20000,\"offCents\":3000}],\"title\":{\"en\":\"Spring\",\"zh\":\"春季\"},"
               "\"give\":\"code\",\"code\":\"spring-26\",\"layer\":\"extra\",\"alone\":true,\"from\":\"2026-11-01\",\"until\":\"2026-11-11\",\"stock\":10,\"budgetCents\":5000,"
               "\"perCustomer\":2,\"holdMinutes\":3,\"paused\":true,\"conditions\":{\"minimumCents\":5000,\"items\":[\"a\",\"b\"],\"categories\":[\"shoes\"],\"brands\":[\"x\"],"
               "\"channels\":[\"app\",\"store\"],\"firstOrder\":true}}", &arena, &o, &why) == ZH_OK);
    CHECK(o.kind == ZH_OFFER_THRESHOLD && o.steps_count == 2 && o.steps[1].off_cents == 3000 && o.give == ZH_OFFER_CODE && zh_sv_equal(o.code, ZH_SV("SPRING-26")));
    CHECK(o.layer == ZH_OFFER_LAYER_EXTRA && o.alone && o.paused && o.from_day == 20758 && o.until_day == 20768 && o.stock == 10 && o.budget_cents == 5000);
    CHECK(o.per_customer == 2 && o.hold_ms == 180000 && o.minimum_cents == 5000 && o.items.count == 2 && zh_sv_equal(o.items.texts[1], ZH_SV("b")) && o.brands.count == 1);
    CHECK(o.channels == (1u << ZH_OFFER_CHANNEL_APP | 1u << ZH_OFFER_CHANNEL_STORE) && o.first_order && zh_sv_equal(o.title_zh, ZH_SV("春季")));
    CHECK(read("{" PERCENT "}", &arena, &o, &why) == ZH_OK && o.percent == 15 && o.stock == -1 && o.budget_cents == -1 && o.from_day == ZH_OFFER_DAY_NONE && o.hold_ms == 900000);
    CHECK(o.layer == ZH_OFFER_LAYER_ORDER && o.give == ZH_OFFER_AUTOMATIC && !o.alone && o.channels == 0);
    CHECK(read("{" HEAD "\"kind\":\"gift\",\"itemId\":\"g\"}", &arena, &o, &why) == ZH_OK && o.gift_quantity == 1);
    zh_arena_close(&arena);
}

static void test_what_is_wrong_is_named(void)
{
    static const struct { const char *json, *field, *word; } rows[] = {
        { "{" PERCENT ",\"conditions\":{\"age\":30}}", "conditions.age", "who the customer is" },
        { "{" PERCENT ",\"conditions\":{\"device\":\"ios\"}}", "conditions.device", "stands for income" },
        { "{" PERCENT ",\"conditions\":{\"tenure\":3}}", "conditions.tenure", "loyalty" },
        { "{" PERCENT ",\"conditions\":{\"spending\":3}}", "conditions.spending", "willingness" },
        { "{" PERCENT ",\"conditions\":{\"城市\":\"x\"}}", "conditions.城市", "where the customer is" },
        { "{" PERCENT ",\"segment\":\"vip\"}", "segment", "cannot be named" },
        { "{" PERCENT ",\"conditions\":{\"moon\":1}}", "conditions.moon", "not known" },
        { "{" PERCENT ",\"conditions\":{\"firstOrder\":true}}", "conditions.firstOrder", "needs an end" },
        { "{" PERCENT ",\"conditions\":{\"channels\":[\"iphone\"]}}", "conditions.channels", "web" },
        { "{" PERCENT ",\"conditions\":{\"items\":[]}}", "conditions.items", "list" },
        { "{" PERCENT ",\"offCents\":5}", "offCents", "not known" },
        { "{" PERCENT ",\"give\":\"claim\"}", "stock", "public" },
        { "{" PERCENT ",\"give\":\"code\"}", "code", "3 to" },
        { "{" PERCENT ",\"code\":\"ABC\"}", "code", "only" },
        { "{" PERCENT ",\"from\":\"2026-02-30\"}", "from", "day" },
        { "{" PERCENT ",\"from\":\"2026-03-02\",\"until\":\"2026-03-01\"}", "until", "before" },
        { "{" PERCENT ",\"layer\":\"item\",\"alone\":true}", "alone", "item layer" },
        { "{" PERCENT ",\"stock\":-1}", "stock", "whole number" },
        { "{" HEAD "\"kind\":\"percent\",\"percent\":101}", "percent", "1 to 100" },
        { "{" HEAD "\"kind\":\"percent\",\"percent\":1.5}", "percent", "whole" },
        { "{" HEAD "\"kind\":\"percent\"}", "percent", "needed" },
        { "{" HEAD "\"kind\":\"free\"}", "kind", "percent" },
        { "{" HEAD "\"kind\":\"gift\"}", "itemId", "which item" },
        { "{" HEAD "\"kind\":\"threshold\",\"layer\":\"item\",\"steps\":[]}", "layer", "percent and fixed" },
        { "{" HEAD "\"kind\":\"threshold\",\"steps\":[{\"fromCents\":100,\"offCents\":101}]}", "steps.offCents", "more than" },
        { "{" HEAD "\"kind\":\"threshold\",\"steps\":[{\"fromCents\":100,\"offCents\":10},{\"fromCents\":100,\"offCents\":20}]}", "steps.fromCents", "rise" },
        { "{" HEAD "\"kind\":\"threshold\",\"repeat\":true,\"steps\":[{\"fromCents\":100,\"offCents\":10},{\"fromCents\":200,\"offCents\":20}]}", "repeat", "single" },
        { "{\"kind\":\"percent\",\"percent\":5}", "currency", "three letters" },
        { "[]", "definition", "object" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_arena arena = zh_arena_open(1 << 20);
        zh_offer o;
        zh_offer_fault why;
        CHECK_ROW(read(rows[i].json, &arena, &o, &why) == ZH_FORMAT, rows[i].json);
        CHECK_ROW(strcmp(why.field, rows[i].field) == 0, rows[i].json);
        CHECK_ROW(strstr(why.why.text, rows[i].word) != NULL, rows[i].json);
        zh_arena_close(&arena);
    }
}

static void test_no_memory_is_said(void)
{
    for (size_t size = 16; size < 16384; size *= 2) {
        zh_arena arena = zh_arena_open(size);
        zh_offer o;
        zh_offer_fault why;
        const zh_err e = read("{" PERCENT ",\"conditions\":{\"items\":[\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"b\"]}}", &arena, &o, &why);
        CHECK(e == ZH_OK || e == ZH_NOMEM);
        zh_arena_close(&arena);
    }
}

int main(void)
{
    test_all_parts_are_read();
    test_what_is_wrong_is_named();
    test_no_memory_is_said();
    CHECK(zh_offer_name_is_good(ZH_SV("spring-26")) && !zh_offer_name_is_good(ZH_SV("Spring")) && !zh_offer_name_is_good(ZH_SV("")));
    return 0;
}
