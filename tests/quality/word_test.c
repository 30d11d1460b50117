/* Goal: words come back as they were put, and any other bytes are refused.
 * Method: round trips of each kind, every cut and flip; rules against shapes. */
#include "quality/word.h"
#include "check.h"

static zh_rule sample(void)
{
    return (zh_rule){ .locked = true, .count = 2, .properties = { { ZH_SV("price"), 1u << ZH_KIND_NUMBER, true }, { ZH_SV("note"), 1u << ZH_KIND_TEXT | 1u << ZH_KIND_NONE, false } } };
}

static void test_round_trips(void)
{
    const zh_word words[] = {
        { .what = ZH_WORD_RULE, .at_ms = 7, .actor_kind = 3, .actor_number = 9, .source = { 2 }, .name = ZH_SV("Product Viewed"), .rule = sample() },
        { .what = ZH_WORD_RULE, .source = { 2 }, .name = ZH_SV("x"), .gone = true },
        { .what = ZH_WORD_EVENT, .reason = ZH_QUALITY_OUTLIER, .partition = 3, .sequence = 1u << 20, .event = ZH_SV("abc") },
        { .what = ZH_WORD_CUSTOMER, .customer = { 55 } },
        { .what = ZH_WORD_EVENTS, .reason = ZH_QUALITY_PLAN, .source = { 1 }, .name = ZH_SV("y") },
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        zh_buf a = zh_buf_open(4096), b = zh_buf_open(4096);
        zh_word got;
        zh_word_put(&words[i], &a);
        CHECK(zh_word_get(zh_buf_view(&a), &got) == ZH_OK && got.what == words[i].what && got.at_ms == words[i].at_ms);
        zh_word_put(&got, &b);
        CHECK(zh_sv_equal(zh_buf_view(&a), zh_buf_view(&b)));
        for (size_t size = 0; size < a.size; size++) CHECK(zh_word_get((zh_sv){ a.data, size }, &got) == ZH_FORMAT);
        for (size_t k = 0; k < a.size * 8; k++) {
            a.data[k / 8] = (char)(a.data[k / 8] ^ 1 << k % 8);
            if (zh_word_get(zh_buf_view(&a), &got) == ZH_OK && got.what == ZH_WORD_RULE && !got.gone) CHECK(zh_rule_fault(&got.rule) == NULL);
            a.data[k / 8] = (char)(a.data[k / 8] ^ 1 << k % 8);
        }
        zh_buf_close(&a);
        zh_buf_close(&b);
    }
}

static void test_rules(void)
{
    static const struct { const char *text; bool closed, violated; const char *which; } rows[] = {
        { "{\"price\":1}", false, false, "" }, { "{\"price\":1,\"note\":\"\"}", false, false, "" }, { "{\"note\":\"a\"}", false, true, "price" },
        { "{\"price\":\"1\"}", false, true, "price" }, { "{\"price\":null}", false, true, "price" }, { "{\"price\":1,\"note\":5}", false, true, "note" },
        { "{\"price\":1,\"more\":5}", false, false, "" }, { "{\"price\":1,\"more\":5}", true, true, "more" },
    };
    zh_rule rule = sample();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_shape shape;
        zh_sv which;
        rule.closed = rows[i].closed;
        zh_shape_read(zh_sv_of(rows[i].text), &shape);
        const bool violated = zh_rule_is_violated(&rule, &shape, &which);
        CHECK_ROW(violated == rows[i].violated && (!violated || zh_sv_equal(which, zh_sv_of(rows[i].which))), rows[i].text);
    }
    rule.locked = false;
    zh_shape empty = { .count = 0 };
    CHECK(!zh_rule_is_violated(&rule, &empty, NULL));
    rule.properties[1].name = ZH_SV("price");
    CHECK(zh_rule_fault(&rule) != NULL);
    rule = sample(), rule.properties[0].kinds = 0;
    CHECK(zh_rule_fault(&rule) != NULL);
}

int main(void)
{
    test_round_trips();
    test_rules();
    return 0;
}
