/* shop.h -- a small shop for the tests of decide: items 0.., who bought and viewed what, permits. */
#ifndef ZH_TESTS_DECIDE_SHOP_H
#define ZH_TESTS_DECIDE_SHOP_H
#include "decide/recommend.h"
#include "check.h"

#define DAY INT64_C(86400000)
#define NOW (20000 * DAY + 5 * 3600000 + 1234)
#define SHOP_ITEMS_MAX 400u

typedef struct shop {
    zh_catalog *catalog;
    zh_cocount *cocount;
    zh_popularity *popularity;
    zh_sequel *sequel;
    zh_consents *consents;
    zh_recommend_world world;
    zh_arena arena;
} shop;

/* Item i: text "i007", number from the text. */
static inline zh_item_id shop_item(uint32_t i)
{
    char text[8];
    snprintf(text, sizeof text, "i%03u", i % 1000);
    return zh_item_id_of(zh_sv_of(text));
}

static inline void shop_learn(shop *s, uint32_t i, const char *category, int64_t ms)
{
    char text[8], name[16];
    snprintf(text, sizeof text, "i%03u", i % 1000);
    snprintf(name, sizeof name, "Item %u", i % 1000);
    zh_line line = { .item = shop_item(i), .item_text = zh_sv_of(text), .name = zh_sv_of(name), .category = zh_sv_of(category),
                     .price_minor = 100, .quantity = 1 };
    const zh_event e = { .type = ZH_EVENT_TRACK, .act = ZH_ACT_OTHER, .time_ms = ms, .lines = &line, .lines_count = 1 };
    CHECK(zh_catalog_learn(s->catalog, &e) == ZH_OK);
    CHECK(zh_popularity_category(s->popularity, line.item, zh_catalog_get(s->catalog, line.item)->category_hash) == ZH_OK);
    CHECK(zh_sequel_category(s->sequel, line.item, zh_catalog_get(s->catalog, line.item)->category_hash) == ZH_OK);
}

static inline void shop_set(shop *s, uint32_t i, zh_item_change change)
{
    char text[8];
    snprintf(text, sizeof text, "i%03u", i % 1000);
    change.text = zh_sv_of(text);
    change.at_ms = NOW;
    zh_buf record = zh_buf_open(1 << 14);
    zh_item_change_put(&change, &record);
    CHECK(zh_catalog_apply(s->catalog, zh_buf_view(&record)) == ZH_OK);
    zh_buf_close(&record);
}

static inline shop shop_open(uint32_t items)
{
    shop s = { .arena = zh_arena_open(64 << 20) };
    CHECK(zh_catalog_open(&s.catalog, &(zh_catalog_desc){ 0 }) == ZH_OK);
    CHECK(zh_cocount_open(&s.cocount, &(zh_cocount_desc){ 0 }) == ZH_OK);
    CHECK(zh_popularity_open(&s.popularity, &(zh_popularity_desc){ 0 }) == ZH_OK);
    CHECK(zh_sequel_open(&s.sequel, &(zh_sequel_desc){ 0 }) == ZH_OK);
    CHECK(zh_consents_open(&s.consents, 1 << 20) == ZH_OK);
    CHECK(zh_popularity_tick(s.popularity, NOW) == ZH_OK);
    for (uint32_t i = 0; i < items; i++) shop_learn(&s, i, "", 1000 + i);
    s.world = (zh_recommend_world){ .catalog = s.catalog, .cocount = s.cocount, .popularity = s.popularity, .sequel = s.sequel };
    return s;
}

static inline void shop_close(shop *s)
{
    zh_catalog_close(s->catalog);
    zh_cocount_close(s->cocount);
    zh_popularity_close(s->popularity);
    zh_sequel_close(s->sequel);
    zh_consents_close(s->consents);
    zh_arena_close(&s->arena);
}

/* `times` customers bought (viewed) all of the items. */
static inline void shop_together(shop *s, bool viewed, const uint32_t *items, uint32_t count, int32_t times)
{
    for (uint32_t i = 0; i < count; i++) {
        zh_step one = { viewed ? ZH_STEP_VIEWER : ZH_STEP_BUYER, times, shop_item(items[i]), { 0 } };
        CHECK(zh_cocount_apply(s->cocount, &one, 1) == ZH_OK);
        for (uint32_t j = 0; j < i; j++) {
            one = (zh_step){ viewed ? ZH_STEP_SEEN_BOTH : ZH_STEP_BOTH, times, shop_item(items[i]), shop_item(items[j]) };
            CHECK(zh_cocount_apply(s->cocount, &one, 1) == ZH_OK);
        }
    }
}
#define TOGETHER(shop, viewed, times, ...) \
    shop_together((shop), (viewed), (const uint32_t[]){ __VA_ARGS__ }, \
                  sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t), (times))

static inline void shop_sold(shop *s, uint32_t i, int64_t days_ago, int times)
{
    zh_line line = { .item = shop_item(i), .quantity = 1 };
    const zh_event e = { .type = ZH_EVENT_TRACK, .act = ZH_ACT_ORDER, .time_ms = NOW - days_ago * DAY, .lines = &line, .lines_count = 1 };
    for (int n = 0; n < times; n++) CHECK(zh_popularity_fold(s->popularity, &e) == ZH_OK);
}

static inline zh_permit shop_permit(const shop *s, uint64_t customer)
{
    zh_permit permit;
    CHECK(zh_permit_ask(s->consents, (zh_customer_id){ customer }, ZH_PURPOSE_PERSONALIZE, 0, NOW, &ZH_ACTOR_THE_ENGINE, &permit) == ZH_OK);
    return permit;
}

/* A word of a customer, `days_ago`; several must come by kind, scope, target. */
static inline zh_feedback_word shop_word(zh_feedback_kind kind, zh_feedback_scope scope, const char *text, int64_t days_ago)
{
    return (zh_feedback_word){ .target = zh_feedback_target(scope, zh_sv_of(text)), .at_ms = NOW - days_ago * DAY, .text = text,
                               .text_size = (uint8_t)strlen(text), .kind = (uint8_t)kind, .scope = (uint8_t)scope };
}

static inline int shop_by_item(const void *a, const void *b)
{
    const uint64_t x = ((const zh_bought *)a)->item.number, y = ((const zh_bought *)b)->item.number;
    return x < y ? -1 : x > y;
}

#endif
