/* Goal: a history becomes one source an item, weighed by act and age.
 * Method: a table of small histories and the weights they must give. */
#include "decide/source.h"
#include "shop.h"

#include <math.h>

typedef struct want { uint32_t item; zh_act act; float bought, viewed; } want;

static void check_sources(const shop *s, const char *name, zh_history history, zh_stage stage, const want *wants, uint32_t count)
{
    zh_arena arena = zh_arena_open(1 << 20);
    zh_recommend_sources sources;
    const zh_policy policy = zh_policy_of(NULL);
    const zh_recommend_ask ask = { .history = &history, .now_ms = NOW, .context_item = shop_item(9) };
    if (history.bought_count > 0)
        qsort((void *)(uintptr_t)history.bought, history.bought_count, sizeof(zh_bought), shop_by_item);
    CHECK_ROW(zh_recommend_sources_of(stage, &s->world, &ask, &policy, true, &arena, &sources) == ZH_OK, name);
    CHECK_ROW(sources.count == count, name);
    for (uint32_t w = 0; w < count; w++) {
        uint32_t i = 0;
        while (i < count && sources.list[i].item.number != shop_item(wants[w].item).number) i++;
        CHECK_ROW(i < count && sources.list[i].act == wants[w].act, name);
        CHECK_ROW(fabsf(sources.list[i].bought - wants[w].bought) < 1e-6f, name);
        CHECK_ROW(fabsf(sources.list[i].viewed - wants[w].viewed) < 1e-6f, name);
    }
    CHECK_ROW(zh_recommend_sources_of(stage, &s->world, &ask, &policy, false, &arena, &sources) == ZH_OK, name);
    CHECK_ROW(sources.count == (stage == ZH_STAGE_CONTEXT ? 1 : 0), name); /* not personal: nothing of the customer */
    zh_arena_close(&arena);
}

static void test_acts_and_ages_weigh_as_stated(void)
{
    shop s = shop_open(10);
    TOGETHER(&s, false, 1, 0, 1, 2, 3, 4, 9);
    const zh_rank now = { NOW, 0 }, week = { NOW - 7 * DAY, 0 }, future = { NOW + DAY, 0 }, later = { NOW, 1 };
    zh_touch view[] = { { shop_item(0), now, ZH_ACT_VIEW } };
    zh_touch old_view[] = { { shop_item(0), week, ZH_ACT_VIEW } };
    zh_touch both[] = { { shop_item(0), now, ZH_ACT_VIEW }, { shop_item(0), week, ZH_ACT_ADD } };
    zh_touch undone[] = { { shop_item(0), later, ZH_ACT_REMOVE }, { shop_item(0), now, ZH_ACT_ADD } };
    zh_touch again[] = { { shop_item(0), later, ZH_ACT_WISH }, { shop_item(0), now, ZH_ACT_UNWISH } };
    zh_touch order[] = { { shop_item(0), now, ZH_ACT_ORDER } };
    zh_touch unknown[] = { { { 5 }, now, ZH_ACT_VIEW } };
    zh_touch ahead[] = { { shop_item(0), future, ZH_ACT_VIEW } };
    zh_bought bought[] = { { shop_item(1), 1, NOW - 365 * DAY, 1, { 0 } }, { shop_item(2), 1, NOW + 1000, 2, { 0 } }, { shop_item(3), 0, NOW, 0, { 0 } } };
    const struct { const char *name; zh_history history; zh_stage stage; uint32_t count; want wants[3]; } rows[] = {
        { "a view today", { .touches = view, .touches_count = 1 }, ZH_STAGE_HISTORY, 1, { { 0, ZH_ACT_VIEW, 0, .4f } } },
        { "a view a half-life ago", { .touches = old_view, .touches_count = 1 }, ZH_STAGE_HISTORY, 1, { { 0, ZH_ACT_VIEW, 0, .2f } } },
        { "viewed and put in the cart", { .touches = both, .touches_count = 2 }, ZH_STAGE_HISTORY, 1, { { 0, ZH_ACT_ADD, .35f, .4f } } },
        { "taken out of the cart", { .touches = undone, .touches_count = 2 }, ZH_STAGE_HISTORY, 1, { { 0, ZH_ACT_VIEW, 0, .4f } } },
        { "put back on the list", { .touches = again, .touches_count = 2 }, ZH_STAGE_HISTORY, 1, { { 0, ZH_ACT_WISH, .7f, 0 } } },
        { "an order is counted as bought only", { .touches = order, .touches_count = 1 }, ZH_STAGE_HISTORY, 0, { { 0 } } },
        { "an item without counts", { .touches = unknown, .touches_count = 1 }, ZH_STAGE_HISTORY, 0, { { 0 } } },
        { "a view of tomorrow", { .touches = ahead, .touches_count = 1 }, ZH_STAGE_HISTORY, 0, { { 0 } } },
        { "bought last year, just now, and no longer", { .bought = bought, .bought_count = 3 }, ZH_STAGE_HISTORY, 2,
          { { 1, ZH_ACT_ORDER, .5f, 0 }, { 2, ZH_ACT_ORDER, 1, 0 } } },
        { "the newest time is the last order", { .bought = bought, .bought_count = 3 }, ZH_STAGE_LAST_ORDER, 1, { { 2, ZH_ACT_ORDER, 1, 0 } } },
        { "the page's item", { 0 }, ZH_STAGE_CONTEXT, 1, { { 9, ZH_ACT_VIEW, 1, .3f } } },
        { "a stage that counts nothing", { .bought = bought, .bought_count = 3 }, ZH_STAGE_POPULAR, 0, { { 0 } } },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_sources(&s, rows[i].name, rows[i].history, rows[i].stage, rows[i].wants, rows[i].count);
    shop_close(&s);
}

static void test_only_the_newest_are_weighed(void)
{
    shop s = shop_open(300);
    zh_arena arena = zh_arena_open(1 << 20);
    static zh_bought bought[300];
    for (uint32_t i = 0; i < 300; i++) {
        TOGETHER(&s, false, 1, i, (i + 1) % 300);
        bought[i] = (zh_bought){ shop_item(i), 1, NOW - (int64_t)i * DAY, 1, { 0 } };
    }
    qsort(bought, 300, sizeof bought[0], shop_by_item);
    const zh_history history = { .bought = bought, .bought_count = 300 };
    const zh_recommend_ask ask = { .history = &history, .now_ms = NOW };
    const zh_policy policy = zh_policy_of(NULL);
    zh_recommend_sources sources;
    CHECK(zh_recommend_sources_of(ZH_STAGE_HISTORY, &s.world, &ask, &policy, true, &arena, &sources) == ZH_OK);
    CHECK(sources.count == ZH_RECOMMEND_HISTORY_MAX);
    zh_board scores;
    CHECK(zh_recommend_score_all(&sources, &arena, &scores) == ZH_OK);
    for (uint32_t i = 0; i < sources.count; i++) {
        CHECK(sources.list[i].at_ms > NOW - ZH_RECOMMEND_HISTORY_MAX * DAY);
        CHECK(zh_recommend_score_one(&sources, sources.list[i].index, ZH_KEEP_ALL) == zh_board_get(&scores, sources.list[i].index));
    }
    zh_arena_close(&arena);
    shop_close(&s);
}

int main(void)
{
    test_acts_and_ages_weigh_as_stated();
    test_only_the_newest_are_weighed();
    return 0;
}
