/* engine_help.h -- a small shop for tests of engines: its events, given in batches, and the proof that views follow from the log. */
#ifndef ZH_TESTS_ENGINE_HELP_H
#define ZH_TESTS_ENGINE_HELP_H
#include "engine/rebuild.h"
#include "check.h"

enum { CUSTOMERS = 40, ITEMS = 30 };

static inline zh_sv text_of(zh_arena *arena, const char *format, unsigned long long number)
{
    char text[64];
    const int size = snprintf(text, sizeof text, format, number);
    return zh_arena_copy(arena, (zh_sv){ text, (size_t)size });
}

/* Event number i of a shop: a function of (seed, i) alone. Each customer is anonymous at first, then logs in. */
static inline zh_event event_of(uint64_t seed, uint64_t i, zh_arena *arena)
{
    uint64_t s = zh_mix64(seed * 1000003 + i);
    const uint64_t who = test_random(&s) % CUSTOMERS, item = test_random(&s) % ITEMS, kind = test_random(&s) % 10;
    zh_event e = {
        .type = ZH_EVENT_TRACK, .act = kind < 6 ? ZH_ACT_VIEW : kind < 8 ? ZH_ACT_ADD : ZH_ACT_ORDER,
        .time_ms = 1700000000000 + (int64_t)i * 60000, .received_ms = 1700000000000 + (int64_t)i * 60000,
        .message_id = text_of(arena, "m-%llu", i), .name = kind < 6 ? ZH_SV("Product Viewed") : kind < 8 ? ZH_SV("Product Added") : ZH_SV("Order Completed"),
        .currency = zh_currency_of(ZH_SV("CNY")), .properties = ZH_SV("{\"a\":1}"), .personal = ZH_SV("{\"context\":{\"ip\":\"203.0.113.9\"}}"),
        .body_hash = zh_mix64(i),
    };
    e.original_ms = e.time_ms;
    if (test_random(&s) % 2) e.anonymous_id = text_of(arena, "a-%llu", who);
    if (e.anonymous_id.size == 0 || test_random(&s) % 4 == 0) e.user_id = text_of(arena, "u-%llu", who);
    e.lines = ZH_TAKE(arena, zh_line, 1);
    e.lines_count = 1;
    e.lines[0] = (zh_line){ .item_text = text_of(arena, "item-%llu", item), .name = text_of(arena, "Item %llu", item), .category = text_of(arena, "c%llu", item % 4),
                            .price_minor = 100 + (int64_t)item, .quantity = 1, .total_minor = 100 + (int64_t)item };
    e.lines[0].item = zh_item_id_of(e.lines[0].item_text);
    e.lines[0].sku = e.lines[0].item_text;
    if (e.act == ZH_ACT_ORDER) {
        e.order_id = text_of(arena, "o-%llu", i);
        e.revenue_minor = e.lines[0].total_minor;
    }
    return e;
}

typedef struct outcome { uint32_t accepted, duplicate, conflict; zh_err e; } outcome;

static inline outcome submit(zh_engine *g, uint64_t seed, const uint64_t *numbers, size_t count)
{
    zh_arena arena = zh_arena_open(64 << 20);
    zh_event *events = ZH_TAKE(&arena, zh_event, count);
    zh_work_ids *ids = ZH_TAKE(&arena, zh_work_ids, count);
    for (size_t i = 0; i < count; i++) events[i] = event_of(seed, numbers[i], &arena);
    zh_engine_prepare(g, (zh_source_id){ 1 }, events, ids, (uint32_t)count);
    zh_work work = { .events = events, .ids = ids, .events_count = (uint32_t)count };
    const zh_err e = zh_engine_do(g, &work);
    zh_arena_close(&arena);
    return (outcome){ work.accepted, work.duplicate, work.conflict, e };
}

static inline void fill(zh_engine *g, uint64_t seed, uint64_t from, uint64_t to)
{
    uint64_t numbers[64];
    while (from < to) {
        size_t count = 0;
        while (count < 64 && from < to) numbers[count++] = from++;
        const outcome o = submit(g, seed, numbers, count);
        CHECK(o.e == ZH_OK && o.accepted == count);
    }
}

static inline void say(void *context, const char *view, uint64_t entries, uint64_t different, const char *first)
{
    (void)context;
    if (different > 0) fprintf(stderr, "%s: %llu of %llu entries differ, first %s\n", view, (unsigned long long)different, (unsigned long long)entries, first);
}

static inline void check_rebuild(zh_engine *g)
{
    bool equal;
    zh_note why;
    const zh_rebuild_report report = { .say = say };
    const zh_err e = zh_rebuild_check(g, &report, &equal, &why);
    if (e != ZH_OK || !equal) fprintf(stderr, "rebuild: %s %s\n", zh_err_name(e), why.text);
    CHECK(e == ZH_OK && equal);
}

#endif
