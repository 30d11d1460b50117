/* Goal: the schema is what came, rules are held, an odd type is told from a mixed one; kept and loaded.
 * Method: stories over events of a few shapes; a slow count of types. */
#include "quality/plan.h"
#include "check.h"
#include "shelf.h"

static zh_plan *opened(void)
{
    zh_plan *p = NULL;
    CHECK(zh_plan_open(&p) == ZH_OK);
    return p;
}

static zh_event event_of(const char *name, const char *properties, zh_act act)
{
    return (zh_event){ .type = ZH_EVENT_TRACK, .act = act, .source = { 1 }, .name = zh_sv_of(name), .properties = zh_sv_of(properties) };
}

static uint32_t see(zh_plan *p, const char *properties)
{
    uint32_t reasons;
    zh_sv which;
    const zh_event e = event_of("Thing", properties, ZH_ACT_OTHER);
    CHECK(zh_plan_see(p, &e, 1000, &reasons, &which) == ZH_OK);
    return reasons;
}

static zh_plan_property property(const zh_plan *p, const char *name)
{
    size_t at;
    zh_plan_event event;
    zh_plan_property out = { 0 };
    CHECK(zh_plan_find(p, (zh_source_id){ 1 }, ZH_SV("Thing"), &at));
    zh_plan_at(p, at, &event);
    for (uint32_t i = 0; i < event.properties; i++) {
        zh_plan_property_at(p, at, i, &out);
        if (zh_sv_equal(out.name, zh_sv_of(name))) return out;
    }
    CHECK(false);
    return out;
}

static void check_sound(const zh_plan *p)
{
    const char *why = NULL;
    const bool sound = zh_plan_check(p, &why);
    if (!sound) fprintf(stderr, "%s\n", why);
    CHECK(sound);
}

static void test_counts_survive_more_shapes_than_fit(void)
{
    zh_plan *p = opened();
    uint64_t numbers = 0, texts = 0;
    for (int i = 0; i < 2000; i++) {
        char text[100];
        const bool number = i % 3 != 0;
        snprintf(text, sizeof text, "{\"a\":%s,\"own%d\":true}", number ? "1" : "\"x\"", i % 40); /* 80 shapes */
        (void)see(p, text);
        numbers += number, texts += !number;
    }
    const zh_plan_property a = property(p, "a");
    CHECK(a.counts[ZH_KIND_NUMBER] == numbers && a.counts[ZH_KIND_TEXT] == texts && property(p, "own7").counts[ZH_KIND_BOOL] == 50);
    CHECK(zh_sv_equal(a.example, ZH_SV("x")) && a.first_ms == 1000);
    check_sound(p);
    zh_plan_close(p);
}

static void test_an_odd_type_is_told_from_a_mixed_one(void)
{
    zh_plan *p = opened();
    CHECK(see(p, "{\"size\":\"M\"}") == 0);
    for (int i = 0; i < 300; i++) CHECK(see(p, "{\"size\":38}") == 0);
    CHECK(see(p, "{\"size\":true}") == ZH_QUALITY_BIT(TYPE_CONFLICT) && see(p, "{\"size\":\"38\"}") == 0 && see(p, "{\"size\":null}") == 0);
    zh_plan_close(p);
    p = opened();
    for (int i = 0; i < 300; i++) CHECK(see(p, i % 4 ? "{\"size\":38}" : "{\"size\":\"M\"}") == 0);
    CHECK(see(p, "{\"size\":\"XL\"}") == 0);
    zh_plan_close(p);
}

static void test_rules_mark_or_reject(void)
{
    zh_plan *p = opened();
    zh_word word = { .what = ZH_WORD_RULE, .source = { 1 }, .name = ZH_SV("Thing"),
                     .rule = { .locked = true, .count = 1, .properties = { { ZH_SV("a"), 1u << ZH_KIND_NUMBER, true } } } };
    zh_sv which;
    const zh_event bad = event_of("Thing", "{\"b\":1}", ZH_ACT_OTHER), good = event_of("Thing", "{\"a\":1}", ZH_ACT_OTHER), other = event_of("Other", "{}", ZH_ACT_OTHER);
    CHECK(see(p, "{\"b\":1}") == 0);
    CHECK(zh_plan_rule(p, &word) == ZH_OK && see(p, "{\"b\":1}") == ZH_QUALITY_BIT(PLAN) && see(p, "{\"a\":1}") == 0 && zh_plan_rejecting(p) == 0 && !zh_plan_rejects(p, &bad, &which));
    CHECK(zh_plan_judge(p, &bad, &which) == ZH_QUALITY_BIT(PLAN) && zh_sv_equal(which, ZH_SV("a")) == false);
    word.rule.action = ZH_RULE_REJECT;
    CHECK(zh_plan_rule(p, &word) == ZH_OK && zh_plan_rejecting(p) == 1 && zh_plan_rejects(p, &bad, &which) && zh_sv_equal(which, ZH_SV("a")));
    CHECK(!zh_plan_rejects(p, &good, &which) && !zh_plan_rejects(p, &other, &which));
    check_sound(p);
    word.gone = true;
    CHECK(zh_plan_rule(p, &word) == ZH_OK && zh_plan_rejecting(p) == 0 && see(p, "{\"b\":1}") == 0);
    word.gone = false, word.name = ZH_SV("Product Viewed");
    CHECK(zh_plan_rule(p, &word) == ZH_OK); /* before any event came: the act is known later */
    uint32_t reasons;
    const zh_event view = event_of("Product Viewed", "{\"a\":1,\"product_id\":[]}", ZH_ACT_VIEW);
    CHECK(zh_plan_see(p, &view, 5, &reasons, &which) == ZH_OK && reasons == ZH_QUALITY_BIT(TYPE_VIOLATION) && zh_sv_equal(which, ZH_SV("product_id")));
    check_sound(p);
    zh_plan_close(p);
}

static void test_bounds_and_keeping(void)
{
    zh_plan *p = opened(), *again = opened();
    shelf kept = { 0 }, all = { 0 };
    for (int i = 0; i < (int)ZH_PLAN_EVENTS_MAX + 50; i++) {
        char name[32];
        uint32_t reasons;
        zh_sv which;
        snprintf(name, sizeof name, "event %d", i);
        const zh_event e = event_of(name, i % 2 ? "{\"a\":1}" : "{\"b\":\"x\",\"c\":{}}", ZH_ACT_OTHER);
        CHECK(zh_plan_see(p, &e, i, &reasons, &which) == ZH_OK);
        if (i == 700) CHECK(zh_plan_save(p, false, shelf_keep(&kept)) == ZH_OK && kept.count == 701);
    }
    const zh_word word = { .what = ZH_WORD_RULE, .source = { 1 }, .name = ZH_SV("event 3"), .rule = { .locked = true, .action = ZH_RULE_REJECT } };
    CHECK(zh_plan_count(p) == ZH_PLAN_EVENTS_MAX && zh_plan_rule(p, &word) == ZH_OK);
    CHECK(zh_plan_save(p, false, shelf_keep(&kept)) == ZH_OK);
    for (size_t i = 0; i < kept.count; i++) CHECK(zh_plan_load(again, shelf_key(&kept, i), shelf_value(&kept, i)) == ZH_OK);
    CHECK(zh_plan_load(again, shelf_key(&kept, 0), shelf_value(&kept, 0)) == ZH_FORMAT && zh_plan_rejecting(again) == 1);
    CHECK(zh_plan_save(again, true, shelf_keep(&all)) == ZH_OK && shelf_equal(&all, &kept));
    check_sound(again);
    CHECK(zh_plan_bytes(again) > 0);
    zh_plan_close(p);
    zh_plan_close(again);
    shelf_close(&kept);
    shelf_close(&all);
}

int main(void)
{
    test_counts_survive_more_shapes_than_fit();
    test_an_odd_type_is_told_from_a_mixed_one();
    test_rules_mark_or_reject();
    test_bounds_and_keeping();
    return 0;
}
