/* Goal: scores are the stated sum, lists are exactly the best, whatever the order of events and days.
 * Method: a hand-worked table; random events, ticks, category moves against a list computed from all
 * events; shuffled and kept views compared by their entries. */
#include "model/popularity.h"
#include "check.h"
#include "shelf.h"

#include <math.h>

#define DAY INT64_C(86400000)
#define ITEMS 700u
#define CATEGORIES 5u

static zh_item_id id_of(uint32_t i) { return (zh_item_id){ (i + 1) * UINT64_C(0x9E3779B97F4A7C15) }; }

static zh_popularity *opened(void)
{
    zh_popularity *p = NULL;
    CHECK(zh_popularity_open(&p, &(zh_popularity_desc){ 0 }) == ZH_OK);
    return p;
}

static void fold(zh_popularity *p, uint32_t item, zh_act act, int64_t day, uint32_t marks)
{
    zh_line line = { .item = id_of(item), .quantity = 1 };
    const zh_event e = { .type = ZH_EVENT_TRACK, .act = act, .time_ms = day * DAY + 5, .marks = marks, .lines = &line, .lines_count = 1 };
    CHECK(zh_popularity_fold(p, &e) == ZH_OK);
}

static void test_a_table_worked_by_hand(void)
{
    zh_popularity *p = opened();
    zh_arena arena = zh_arena_open(1 << 20);
    zh_popular top[8];
    CHECK(zh_popularity_tick(p, 100 * DAY) == ZH_OK);
    fold(p, 0, ZH_ACT_ORDER, 100, 0);          /* popular: 16 today */
    fold(p, 1, ZH_ACT_ORDER, 70, 0);           /* 16 a half-life ago: 8 */
    for (int i = 0; i < 9; i++) fold(p, 2, ZH_ACT_VIEW, 100, 0); /* 9 today; trending 36 */
    fold(p, 3, ZH_ACT_ADD, 100, 0);            /* 4 */
    fold(p, 4, ZH_ACT_ORDER, 100, ZH_MARK_NON_PRODUCT);
    fold(p, 5, ZH_ACT_ORDER, 100, ZH_MARK_OUTLIER);
    fold(p, 6, ZH_ACT_REFUND, 100, 0);
    fold(p, 7, ZH_ACT_ORDER, 101, 0);          /* tomorrow */
    CHECK(zh_popularity_top(p, ZH_POPULAR, 100 * DAY + DAY - 1, &arena, top, 8) == 4);
    static const uint32_t order[] = { 0, 2, 1, 3 };
    static const int64_t scores[] = { 16, 9, 8, 4 };
    for (int i = 0; i < 4; i++)
        CHECK(top[i].item.number == id_of(order[i]).number && top[i].score == scores[i] << 20);
    CHECK(zh_popularity_top(p, ZH_TRENDING, 100 * DAY, &arena, top, 1) == 1 && top[0].item.number == id_of(2).number);
    CHECK(top[0].score == INT64_C(36) << 20);
    CHECK(zh_popularity_top(p, ZH_POPULAR, 99 * DAY, &arena, top, 8) == 1); /* yesterday knew item 1 alone */
    CHECK(zh_popularity_tick(p, 101 * DAY) == ZH_OK);
    CHECK(zh_popularity_top(p, ZH_POPULAR, 101 * DAY, &arena, top, 8) == 5 && top[0].item.number == id_of(7).number);
    CHECK(zh_popularity_between(p, id_of(2), 100, 100).views == 9 && zh_popularity_between(p, id_of(2), 101, 105).views == 0);
    const zh_step steps[] = { { ZH_STEP_BUYER, 1, id_of(0), { 0 } }, { ZH_STEP_BUYER, 1, id_of(0), { 0 } },
                              { ZH_STEP_BOTH, 1, id_of(0), id_of(1) }, { ZH_STEP_BUYER, -1, id_of(0), { 0 } } };
    CHECK(zh_popularity_apply(p, steps, 4) == ZH_OK && zh_popularity_buyers(p, id_of(0)) == 1);
    zh_arena_close(&arena);
    zh_popularity_close(p);
}

typedef struct happening { uint32_t item; zh_act act; int64_t day; } happening;
static const zh_popularity_lens lenses[] = { { 1, 4, 16, 30 }, { 4, 4, 8, 2 } };

static int64_t slow_score(const happening *all, size_t count, uint32_t item, int kind, int64_t today)
{
    int64_t score = 0;
    for (size_t i = 0; i < count; i++) {
        if (all[i].item != item || all[i].day > today) continue;
        const int64_t weight = all[i].act == ZH_ACT_VIEW ? lenses[kind].view_weight
            : all[i].act == ZH_ACT_ADD ? lenses[kind].add_weight : lenses[kind].buy_weight;
        score += weight * llrint(1048576 * exp2(-(double)(today - all[i].day) / lenses[kind].half_life_days));
    }
    return score;
}

/* The list must be: no item scored higher is missing, scores right, order right. */
static void check_list(const int64_t *scores, const uint32_t *categories, uint32_t category, size_t limit,
                       const zh_popular *list, size_t count)
{
    size_t positive = 0;
    for (uint32_t i = 0; i < ITEMS; i++) {
        if (category != 0 && categories[i] != category) continue;
        positive += scores[i] > 0;
        size_t at = 0;
        while (at < count && list[at].item.number != id_of(i).number) at++;
        if (at < count) CHECK(list[at].score == scores[i]);
        else if (scores[i] > 0) CHECK(count == limit && (list[count - 1].score > scores[i] ||
            (list[count - 1].score == scores[i] && list[count - 1].item.number < id_of(i).number)));
    }
    CHECK(count == (positive < limit ? positive : limit));
    for (size_t i = 1; i < count; i++)
        CHECK(list[i - 1].score > list[i].score || (list[i - 1].score == list[i].score &&
                                                    list[i - 1].item.number < list[i].item.number));
}

static void check_all(const zh_popularity *p, const happening *all, size_t count, const uint32_t *categories, int64_t today)
{
    static zh_popular list[ZH_POPULARITY_TOP_MAX];
    static int64_t scores[ITEMS];
    zh_arena arena = zh_arena_open(1 << 20);
    const char *why = NULL;
    CHECK(zh_popularity_check(p, &why));
    for (int kind = 0; kind < ZH_POPULARITY_KINDS; kind++) {
        for (uint32_t i = 0; i < ITEMS; i++) {
            scores[i] = slow_score(all, count, i, kind, today);
            if (i % 50 == 0) CHECK(scores[i] == zh_popularity_score(p, id_of(i), today * DAY, &lenses[kind]));
        }
        size_t n = zh_popularity_top(p, (zh_popularity_kind)kind, today * DAY, &arena, list, ZH_POPULARITY_TOP_MAX);
        check_list(scores, categories, 0, ZH_POPULARITY_TOP_MAX, list, n);
        n = zh_popularity_top(p, (zh_popularity_kind)kind, today * DAY, &arena, list, 7);
        check_list(scores, categories, 0, 7, list, n);
        for (uint32_t c = 1; c <= CATEGORIES; c++) {
            n = zh_popularity_top_in(p, (zh_popularity_kind)kind, c, today * DAY, &arena, list, ZH_POPULARITY_CATEGORY_TOP_MAX);
            check_list(scores, categories, c, ZH_POPULARITY_CATEGORY_TOP_MAX, list, n);
        }
    }
    zh_arena_close(&arena);
}

static void test_lists_are_the_best_after_any_events(uint64_t seed)
{
    static happening all[6000];
    static uint32_t categories[ITEMS];
    static shelf first, second, grown;
    zh_popularity *p = opened(), *q = opened(), *r = opened();
    size_t count = 0;
    int64_t today = 1000;
    CHECK(zh_popularity_tick(p, today * DAY) == ZH_OK);
    memset(categories, 0, sizeof categories);
    for (int round = 0; round < 6; round++) {
        for (int i = 0; i < 900; i++) {
            const uint32_t item = (uint32_t)(test_random(&seed) % (test_random(&seed) % 2 ? 60 : ITEMS));
            static const zh_act acts[] = { ZH_ACT_VIEW, ZH_ACT_VIEW, ZH_ACT_ADD, ZH_ACT_ORDER };
            all[count] = (happening){ item, acts[test_random(&seed) % 4], today - (int64_t)(test_random(&seed) % 90) + 2 };
            fold(p, item, all[count].act, all[count].day, 0), count++;
            if (i % 5 == 0) {
                const uint32_t moved = (uint32_t)(test_random(&seed) % ITEMS);
                categories[moved] = (uint32_t)(test_random(&seed) % (CATEGORIES + 1));
                CHECK(zh_popularity_category(p, id_of(moved), categories[moved]) == ZH_OK);
            }
        }
        check_all(p, all, count, categories, today);
        check_all(p, all, count, categories, today - 40);
        CHECK(zh_popularity_save(p, false, shelf_keep(&grown)) == ZH_OK);
        today += (int64_t)(test_random(&seed) % 3);
        CHECK(zh_popularity_tick(p, today * DAY + 77) == ZH_OK);
    }
    for (size_t i = count; i > 1; i--) { /* any order, any first day */
        const size_t j = test_random(&seed) % i;
        const happening one = all[i - 1];
        all[i - 1] = all[j], all[j] = one;
    }
    for (size_t i = 0; i < count; i++) fold(q, all[i].item, all[i].act, all[i].day, 0);
    CHECK(zh_popularity_save(p, true, shelf_keep(&first)) == ZH_OK && zh_popularity_save(q, true, shelf_keep(&second)) == ZH_OK);
    CHECK(shelf_equal(&first, &second) && shelf_equal(&first, &grown));
    for (uint32_t i = 0; i < ITEMS; i++) CHECK(zh_popularity_category(r, id_of(i), categories[i]) == ZH_OK);
    CHECK(zh_popularity_tick(r, today * DAY) == ZH_OK);
    for (size_t i = 0; i < first.count; i++) CHECK(zh_popularity_load(r, shelf_key(&first, i), shelf_value(&first, i)) == ZH_OK);
    check_all(r, all, count, categories, today);
    CHECK(zh_popularity_load(r, shelf_key(&first, 0), shelf_value(&first, 0)) == ZH_FORMAT);
    CHECK(zh_popularity_load(r, ZH_SV("12345678"), ZH_SV("\1\0\2\0\0\0\0\0\0\0\0")) == ZH_FORMAT); /* a day twice */
    shelf_close(&first), shelf_close(&second), shelf_close(&grown);
    zh_popularity_close(p), zh_popularity_close(q), zh_popularity_close(r);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    test_a_table_worked_by_hand();
    for (uint64_t i = 0; i < 5; i++) test_lists_are_the_best_after_any_events(seed + i);
    return 0;
}
