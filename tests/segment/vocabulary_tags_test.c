/* Goal: an expression sees the tags and lists of a customer, those that follow a segment too, and says when an end comes.
 * Method: rows of expressions over one customer at moments around an end. */
#include "segment/vocabulary.h"
#include "check.h"

#define T0 1700000000000

static bool in_segment(const void *segments, zh_customer_id customer, zh_sv name) { return segments != NULL && customer.number == 1 && zh_sv_equal(name, ZH_SV("good")); }

static bool binding(const void *segments, uint32_t *at, zh_sv *tag, zh_sv *segment)
{
    static const char *const bound[][2] = { { "best", "good" }, { "mine", "good" }, { "worst", "bad" } };
    if (segments == NULL || *at == 3) return false;
    *tag = zh_sv_of(bound[*at][0]);
    *segment = zh_sv_of(bound[(*at)++][1]);
    return true;
}

int main(void)
{
    zh_arena arena = zh_arena_open((size_t)64 << 20), scratch = zh_arena_open((size_t)64 << 20);
    zh_cel_env *env;
    zh_tags *tags, *lists;
    zh_customers *customers;
    CHECK(zh_vocabulary_open(&env, &arena) == ZH_OK && zh_customers_open(&customers, &(zh_customers_desc){ 0 }) == ZH_OK);
    CHECK(zh_tags_open(&tags, 1 << 20) == ZH_OK && zh_tags_open(&lists, 1 << 20) == ZH_OK);
    const zh_tag_change words[] = {
        { { 1 }, ZH_SV("vip"), ZH_TAG_SET, ZH_TAG_BY_STAFF, T0, ZH_TAG_NO_END, ZH_TAG_NO_CONFIDENCE, 0, 0 },
        { { 1 }, ZH_SV("茶"), ZH_TAG_SET, ZH_TAG_BY_CUSTOMER, T0, T0 + 5000, 900, 0, 0 },
        { { 1 }, ZH_SV("mine"), ZH_TAG_DELETE, ZH_TAG_BY_CUSTOMER, T0, ZH_TAG_NO_END, ZH_TAG_NO_CONFIDENCE, 0, 0 },
    };
    for (size_t i = 0; i < 3; i++) CHECK(zh_tags_change(tags, &words[i]) == ZH_OK);
    CHECK(zh_tags_change(lists, &(zh_tag_change){ { 1 }, ZH_SV("gala"), ZH_TAG_SET, ZH_TAG_BY_LIST, T0, ZH_TAG_NO_END, ZH_TAG_NO_CONFIDENCE, 0, 0 }) == ZH_OK);
    static const struct { const char *text; int64_t now_ms; bool holds; int64_t until_ms; } rows[] = {
        { "customer.has_tag('vip')", 1, true, INT64_MAX },
        { "customer.has_tag('nothing')", 1, false, INT64_MAX },
        { "customer.has_tag('茶')", 1, true, 5000 },
        { "customer.has_tag('茶')", 4999, true, 5000 },
        { "customer.has_tag('茶')", 5000, false, INT64_MAX },
        { "!customer.has_tag('茶')", 4999, false, 5000 },
        { "customer.has_tag('best')", 1, true, INT64_MAX },
        { "customer.has_tag('mine')", 1, false, INT64_MAX }, /* he deleted it */
        { "customer.has_tag('worst')", 1, false, INT64_MAX },
        { "customer.tags == ['best', 'vip', '茶']", 1, true, 5000 },
        { "customer.tags == ['best', 'vip']", 5000, true, INT64_MAX },
        { "'vip' in customer.tags && customer.tags.exists(t, t.startsWith('b'))", 5000, true, INT64_MAX },
        { "customer.in_list('gala')", 1, true, INT64_MAX },
        { "customer.in_list('vip') || customer.has_tag('gala')", 1, false, INT64_MAX },
    };
    int segments = 1;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_look look = { .terms = zh_customers_terms(customers), .customer = { 1 }, .now_ms = T0 + rows[i].now_ms, .tags = tags, .lists = lists, .in_segment = in_segment,
                         .segments = &segments, .binding = binding };
        zh_condition condition;
        zh_cel_value error;
        int64_t until_ms;
        CHECK_ROW(zh_vocabulary_compile(&condition, &arena, env, zh_sv_of(rows[i].text), NULL) == ZH_OK, rows[i].text);
        CHECK_ROW(zh_vocabulary_ask(&condition, &look, &scratch, &error, &until_ms) == rows[i].holds && !zh_cel_is_error(error), rows[i].text);
        CHECK_ROW(until_ms == (rows[i].until_ms == INT64_MAX ? INT64_MAX : T0 + rows[i].until_ms), rows[i].text);
        look.customer.number = 2; /* of whom nothing was said */
        CHECK_ROW(zh_vocabulary_ask(&condition, &look, &scratch, &error, &until_ms) == (rows[i].text[0] == '!'), rows[i].text);
        zh_arena_reset(&scratch);
    }
    const zh_look bare = { .terms = zh_customers_terms(customers), .customer = { 1 }, .now_ms = T0 };
    zh_condition condition;
    zh_cel_value error;
    CHECK(zh_vocabulary_compile(&condition, &arena, env, ZH_SV("customer.has_tag('vip') || customer.in_list('gala') || customer.tags.size() > 0"), NULL) == ZH_OK);
    CHECK(!zh_vocabulary_holds(&condition, &bare, &scratch, &error) && !zh_cel_is_error(error));
    zh_customers_close(customers);
    zh_tags_close(tags);
    zh_tags_close(lists);
    zh_arena_close(&arena);
    zh_arena_close(&scratch);
    return 0;
}
