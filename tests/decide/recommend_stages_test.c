/* Goal: a list found from the heads of long rows is the list that the whole rows would give.
 * Method: a shop of best-sellers with thousands of partners, random histories, items that may not be shown; against the scores of all items, one by one and
 * sorted, while events come and are taken back. */
#include "decide/source.h"
#include "shop.h"

#include <string.h>

#define ITEMS 9000u
#define HUBS 6u       /* best-sellers */
#define PARTNERS 2500u
#define SHOWN_MAX 40u

static zh_item_id item_at(uint32_t i) { return (zh_item_id){ (i + 1) * UINT64_C(0x9E3779B97F4A7C15) }; }

static void learn(shop *s, uint32_t i)
{
    char text[16];
    snprintf(text, sizeof text, "item-%u", i);
    zh_line line = { .item = item_at(i), .item_text = zh_sv_of(text), .name = zh_sv_of(text), .price_minor = 100, .quantity = 1 };
    const zh_event e = { .type = ZH_EVENT_TRACK, .act = ZH_ACT_OTHER, .time_ms = 1000 + i, .marks = i % 17 == 7 ? ZH_MARK_NON_PRODUCT : 0, .lines = &line, .lines_count = 1 };
    CHECK(zh_catalog_learn(s->catalog, &e) == ZH_OK);
}

static void count(shop *s, zh_step_kind kind, uint32_t a, uint32_t b, int32_t by)
{
    const zh_step step = { kind, by, item_at(a), item_at(b) };
    CHECK(zh_cocount_apply(s->cocount, &step, 1) == ZH_OK);
}

static void fill(shop *s, uint64_t *seed)
{
    for (uint32_t i = 0; i < ITEMS; i++) {
        learn(s, i);
        count(s, ZH_STEP_BUYER, i, i, 1 + (int32_t)(test_random(seed) % 60));
        count(s, ZH_STEP_VIEWER, i, i, 1 + (int32_t)(test_random(seed) % 60));
    }
    for (uint32_t h = 0; h < HUBS; h++) {
        count(s, ZH_STEP_BUYER, h, h, 4000);
        count(s, ZH_STEP_VIEWER, h, h, 9000);
        for (uint32_t p = 0; p < PARTNERS; p++) {
            const uint32_t j = HUBS + (uint32_t)(test_random(seed) % (ITEMS - HUBS));
            const int32_t by = 1 + (int32_t)(test_random(seed) % 50) / (1 + (int32_t)(test_random(seed) % 40));
            count(s, ZH_STEP_BUYER, j, j, by);
            count(s, ZH_STEP_BOTH, h, j, by);
            count(s, ZH_STEP_SEEN_BOTH, h, j, by);
        }
    }
}

static int by_score(const void *a, const void *b)
{
    const zh_shown *x = a, *y = b;
    if (x->score_micro != y->score_micro) return x->score_micro > y->score_micro ? -1 : 1;
    return x->item.number < y->item.number ? -1 : x->item.number > y->item.number;
}

static bool is_excluded(const zh_recommend_ask *ask, zh_item_id item)
{
    for (uint32_t i = 0; i < ask->exclude_count; i++)
        if (ask->exclude[i].number == item.number) return true;
    return false;
}

/* Every item's score, the best first. */
static uint32_t all_scores(shop *s, const zh_recommend_ask *ask, zh_shown *out)
{
    zh_recommend_sources sources;
    const zh_policy policy = zh_policy_of(NULL);
    uint32_t found = 0, index;
    CHECK(zh_recommend_sources_of(ZH_STAGE_HISTORY, &s->world, ask, &policy, true, &s->arena, &sources) == ZH_OK);
    for (uint32_t i = 0; i < ITEMS; i++) {
        const zh_item *item = zh_catalog_get(s->catalog, item_at(i));
        CHECK(item != NULL && zh_cocount_index(s->cocount, item->id, &index));
        const int64_t score = zh_recommend_score_one(&sources, index, ZH_KEEP_ALL);
        if (score > 0 && zh_item_sellable(item) && !is_excluded(ask, item->id)) out[found++] = (zh_shown){ .item = item->id, .score_micro = score };
    }
    qsort(out, found, sizeof *out, by_score);
    return found;
}

static void test_lists_are_those_of_the_whole_rows(uint64_t seed)
{
    static zh_shown best[ITEMS];
    shop s = shop_open(0);
    fill(&s, &seed);
    CHECK(zh_cocount_reach_head(s.cocount, ZH_COCOUNT_BOUGHT, item_at(0)) < zh_cocount_reach(s.cocount, ZH_COCOUNT_BOUGHT, item_at(0)));
    for (int round = 0; round < 60; round++) {
        zh_bought bought[8];
        zh_touch touches[6];
        zh_item_id exclude[30];
        const uint32_t bought_count = 1 + (uint32_t)(test_random(&seed) % 8), touches_count = (uint32_t)(test_random(&seed) % 7);
        for (uint32_t i = 0; i < bought_count; i++) /* of random items, none twice */
            bought[i] = (zh_bought){ item_at(i < 1 + (uint32_t)round % 3 ? i : HUBS + 100 * i + (uint32_t)(test_random(&seed) % 100)), 1, NOW - (30 + (int64_t)(test_random(&seed) % 300)) * DAY, 1, { 0 } };
        qsort(bought, bought_count, sizeof *bought, shop_by_item);
        for (uint32_t i = 0; i < touches_count; i++)
            touches[i] = (zh_touch){ item_at((uint32_t)(test_random(&seed) % (i % 2 ? HUBS : ITEMS))), { NOW - (int64_t)i * DAY / 3, i }, i % 3 ? ZH_ACT_VIEW : ZH_ACT_ADD };
        const zh_history history = { .bought = bought, .bought_count = bought_count, .touches = touches, .touches_count = touches_count };
        const zh_permit permit = shop_permit(&s, 9);
        zh_recommend_ask ask = { .placement = zh_placement_find(ZH_SV("home")), .n = 1 + (uint32_t)(test_random(&seed) % SHOWN_MAX), .now_ms = NOW, .customer = { 9 }, .permit = &permit, .history = &history };
        uint32_t found = all_scores(&s, &ask, best);
        for (uint32_t i = 0; round % 2 == 0 && i < 30 && i < found; i++) exclude[ask.exclude_count++] = best[i].item;
        ask.exclude = exclude;
        if (ask.exclude_count > 0) found = all_scores(&s, &ask, best);
        zh_rng rng = { 1, 0, 0 };
        zh_decision d;
        zh_reason *why;
        CHECK(zh_recommend(&s.world, &ask, &rng, &s.arena, &d, &why) == ZH_OK && d.shown_count == ask.n);
        for (uint32_t i = 0; i < d.shown_count && i < found; i++) CHECK(d.shown[i].item.number == best[i].item.number && d.shown[i].score_micro == best[i].score_micro);
        CHECK(d.candidates >= d.shown_count);
        for (int n = 0; n < 300; n++) { /* events, and customers who are taken back */
            const uint32_t j = HUBS + (uint32_t)(test_random(&seed) % (ITEMS - HUBS)), h = (uint32_t)(test_random(&seed) % HUBS);
            const int64_t both = zh_cocount_both(s.cocount, ZH_COCOUNT_BOUGHT, item_at(h), item_at(j)), one = zh_cocount_one(s.cocount, ZH_COCOUNT_BOUGHT, item_at(j));
            const int32_t by = n % 4 == 0 && both > 0 ? -1 : 1;
            count(&s, ZH_STEP_BUYER, j, j, n % 10 == 0 && one > both + 4 ? (int32_t)(both - one) / 2 : by);
            count(&s, ZH_STEP_BOTH, h, j, by);
        }
        zh_arena_reset(&s.arena);
    }
    shop_close(&s);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    for (uint64_t i = 0; i < 3; i++) test_lists_are_those_of_the_whole_rows(seed + i);
    return 0;
}
