/* Goal: counts are the sums of the steps, in any order; scores are the formula; entries say it all.
 * Method: random customers' steps against a plain matrix, shuffled, applied in pieces, saved and
 * loaded; a large count crosses what a full row holds; spread against share, one by one. */
#include "model/cocount.h"
#include "check.h"
#include "shelf.h"

#include <math.h>
#include <string.h>

#define ITEMS 90u
#define STEPS_MAX 60000u
#define SHRINK 10.0f

static uint64_t number_of(uint32_t i) { return (i + 1) * UINT64_C(0x9E3779B97F4A7C15); }
static zh_item_id id_of(uint32_t i) { return (zh_item_id){ number_of(i) }; }

typedef struct slow { int64_t one[2][ITEMS], both[2][ITEMS][ITEMS]; } slow;

static void slow_apply(slow *s, const zh_step *steps, const uint32_t (*items)[2], size_t count)
{
    for (size_t n = 0; n < count; n++) {
        const int kind = steps[n].kind >= ZH_STEP_VIEWER;
        const uint32_t i = items[n][0], j = items[n][1];
        if (steps[n].kind == ZH_STEP_BUYER || steps[n].kind == ZH_STEP_VIEWER) s->one[kind][i] += steps[n].by;
        else s->both[kind][i][j] += steps[n].by, s->both[kind][j][i] += steps[n].by;
    }
}

/* Customers buy and view some items; some take a part back. */
static size_t random_steps(uint64_t *seed, zh_step *steps, uint32_t (*items)[2], uint32_t customers)
{
    size_t count = 0;
    for (uint32_t c = 0; c < customers; c++) {
        const int kind = test_random(seed) % 3 == 0;
        uint32_t mine[16], n = 0;
        const uint32_t want = 1 + (uint32_t)(test_random(seed) % 15);
        const uint32_t among = test_random(seed) % 4 == 0 ? ITEMS : 12; /* some pairs are common */
        while (n < want) {
            const uint32_t i = (uint32_t)(test_random(seed) % among);
            bool there = false;
            for (uint32_t k = 0; k < n; k++) there |= mine[k] == i;
            if (there) { if (n >= 10) break; continue; }
            steps[count] = (zh_step){ kind ? ZH_STEP_VIEWER : ZH_STEP_BUYER, 1, id_of(i), { 0 } };
            items[count][0] = items[count][1] = i, count++;
            for (uint32_t k = 0; k < n; k++, count++) {
                steps[count] = (zh_step){ kind ? ZH_STEP_SEEN_BOTH : ZH_STEP_BOTH, 1, id_of(i), id_of(mine[k]) };
                items[count][0] = i, items[count][1] = mine[k];
            }
            mine[n++] = i;
        }
        if (test_random(seed) % 10 == 0 && count < STEPS_MAX / 2) { /* never was */
            for (size_t s = count - n - n * (n - 1) / 2, end = count; s < end; s++, count++) {
                steps[count] = steps[s], steps[count].by = -1;
                memcpy(items[count], items[s], sizeof items[s]);
            }
        }
        CHECK(count < STEPS_MAX - 200);
    }
    return count;
}

static void shuffle(uint64_t *seed, zh_step *steps, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        const size_t j = test_random(seed) % i;
        const zh_step one = steps[i - 1];
        steps[i - 1] = steps[j], steps[j] = one;
    }
}

static zh_cocount *opened(void)
{
    zh_cocount *c = NULL;
    CHECK(zh_cocount_open(&c, &(zh_cocount_desc){ 0 }) == ZH_OK);
    return c;
}

static void check_equals_slow(const zh_cocount *c, const slow *s)
{
    const char *why = NULL;
    const bool sound = zh_cocount_check(c, &why);
    if (!sound) printf("%s\n", why);
    CHECK(sound);
    for (int kind = 0; kind < 2; kind++)
        for (uint32_t i = 0; i < ITEMS; i++) {
            CHECK(zh_cocount_one(c, (zh_cocount_kind)kind, id_of(i)) == s->one[kind][i]);
            for (uint32_t j = 0; j < ITEMS; j++)
                if (i != j) CHECK(zh_cocount_both(c, (zh_cocount_kind)kind, id_of(i), id_of(j)) == s->both[kind][i][j]);
        }
}

static void check_scores(const zh_cocount *c, const slow *s)
{
    zh_neighbour list[ITEMS];
    const uint32_t width = zh_cocount_width(c);
    for (uint32_t i = 0; i < ITEMS; i += 7) {
        const zh_item_id item = id_of(i);
        const size_t count = zh_cocount_neighbours(c, ZH_COCOUNT_BOUGHT, item, SHRINK, ITEMS, list);
        int32_t *scores = calloc(width, sizeof *scores);
        zh_cocount_spread(c, ZH_COCOUNT_BOUGHT, item, 1, SHRINK, &(zh_board){ .all = scores, .places = width });
        zh_board_slot slots[4 * ITEMS] = { { 0 } };
        zh_board table = { .table = slots, .places = 256 };
        CHECK(zh_cocount_reach(c, ZH_COCOUNT_BOUGHT, item) <= ITEMS);
        zh_cocount_spread(c, ZH_COCOUNT_BOUGHT, item, 1, SHRINK, &table);
        size_t positive = 0;
        for (uint32_t j = 0; j < ITEMS; j++) {
            uint32_t index;
            if (j == i || !zh_cocount_index(c, id_of(j), &index)) continue;
            const double n_i = (double)s->one[0][i], n_j = (double)s->one[0][j];
            const double want = 1e6 * (double)s->both[0][i][j] / (sqrt(n_i > 0 ? n_i : 1) * sqrt(n_j > 0 ? n_j : 1) + SHRINK);
            CHECK(fabs((double)scores[index] - want) <= 1);
            CHECK(scores[index] == zh_cocount_share(c, ZH_COCOUNT_BOUGHT, item, id_of(j), 1, SHRINK) && zh_board_get(&table, index) == scores[index]);
            positive += scores[index] > 0;
        }
        CHECK(count == positive && zh_cocount_reach(c, ZH_COCOUNT_BOUGHT, item) >= positive);
        for (size_t n = 0; n < count; n++) {
            uint32_t index;
            CHECK(zh_cocount_index(c, list[n].item, &index) && scores[index] == list[n].score_micro);
            if (n > 0) CHECK(list[n - 1].score_micro > list[n].score_micro || (list[n - 1].score_micro ==
                             list[n].score_micro && list[n - 1].item.number < list[n].item.number));
        }
        CHECK(zh_cocount_neighbours(c, ZH_COCOUNT_BOUGHT, item, SHRINK, 3, list) == (count < 3 ? count : 3));
        free(scores);
    }
}

static void test_any_order_of_steps_gives_the_counts_and_entries(uint64_t seed)
{
    static zh_step steps[STEPS_MAX];
    static uint32_t items[STEPS_MAX][2];
    static slow want;
    static shelf straight, mixed, grown, back;
    memset(&want, 0, sizeof want);
    const size_t count = random_steps(&seed, steps, items, 300);
    slow_apply(&want, steps, (const uint32_t (*)[2])items, count);
    zh_cocount *a = opened(), *b = opened(), *loaded = opened();
    CHECK(zh_cocount_apply(a, steps, count) == ZH_OK);
    check_equals_slow(a, &want);
    check_scores(a, &want);
    shuffle(&seed, steps, count);
    for (size_t from = 0; from < count;) { /* in pieces, each saved as it goes */
        size_t n = 1 + test_random(&seed) % 997;
        if (n > count - from) n = count - from;
        CHECK(zh_cocount_apply(b, steps + from, n) == ZH_OK);
        CHECK(zh_cocount_save(b, false, shelf_keep(&grown)) == ZH_OK);
        from += n;
    }
    check_equals_slow(b, &want);
    check_scores(b, &want);
    CHECK(zh_cocount_save(a, true, shelf_keep(&straight)) == ZH_OK);
    CHECK(zh_cocount_save(b, true, shelf_keep(&mixed)) == ZH_OK);
    CHECK(shelf_equal(&straight, &mixed) && shelf_equal(&straight, &grown));
    for (size_t i = straight.count; i-- > 0;)
        CHECK(zh_cocount_load(loaded, shelf_key(&straight, i), shelf_value(&straight, i)) == ZH_OK);
    check_equals_slow(loaded, &want);
    CHECK(zh_cocount_save(loaded, true, shelf_keep(&back)) == ZH_OK && shelf_equal(&straight, &back));
    CHECK(zh_cocount_bytes(a) > 0);
    shelf_close(&straight), shelf_close(&mixed), shelf_close(&grown), shelf_close(&back);
    zh_cocount_close(a), zh_cocount_close(b), zh_cocount_close(loaded);
}

static void test_counts_beyond_8_and_16_bits_stay_exact_and_come_back(void)
{
    zh_cocount *c = opened();
    const zh_step one_a = { ZH_STEP_BUYER, 1, id_of(0), { 0 } }, one_b = { ZH_STEP_BUYER, 1, id_of(1), { 0 } };
    zh_step both = { ZH_STEP_BOTH, 1, id_of(0), id_of(1) };
    for (uint32_t j = 2; j < 40; j++) { /* neighbours enough for a full row */
        const zh_step steps[] = { { ZH_STEP_BUYER, 1, id_of(j), { 0 } }, { ZH_STEP_BOTH, 1, id_of(0), id_of(j) } };
        CHECK(zh_cocount_apply(c, steps, 2) == ZH_OK);
    }
    for (int n = 0; n < 70000; n++) {
        const zh_step steps[] = { one_a, one_b, both };
        CHECK(zh_cocount_apply(c, steps, 3) == ZH_OK);
        if (n % 9999 == 0 || (n > 250 && n < 260) || (n > 65530 && n < 65540)) {
            CHECK(zh_cocount_both(c, ZH_COCOUNT_BOUGHT, id_of(0), id_of(1)) == n + 1);
            CHECK(zh_cocount_both(c, ZH_COCOUNT_BOUGHT, id_of(1), id_of(0)) == n + 1);
        }
    }
    zh_neighbour best;
    CHECK(zh_cocount_neighbours(c, ZH_COCOUNT_BOUGHT, id_of(0), 0, 1, &best) == 1);
    CHECK(best.both == 70000 && best.score_micro == 1000000);
    int32_t *scores = calloc(zh_cocount_width(c), sizeof *scores);
    uint32_t index;
    zh_cocount_spread(c, ZH_COCOUNT_BOUGHT, id_of(0), 1, 0, &(zh_board){ .all = scores, .places = zh_cocount_width(c) });
    CHECK(zh_cocount_index(c, id_of(1), &index) && scores[index] == 1000000);
    free(scores);
    const char *why = NULL;
    both.by = -1;
    for (int n = 0; n < 70000; n++) {
        if (n % 7000 == 0) CHECK(zh_cocount_both(c, ZH_COCOUNT_BOUGHT, id_of(1), id_of(0)) == 70000 - n);
        CHECK(zh_cocount_apply(c, &both, 1) == ZH_OK);
    }
    CHECK(zh_cocount_both(c, ZH_COCOUNT_BOUGHT, id_of(0), id_of(1)) == 0);
    CHECK(zh_cocount_check(c, &why));
    zh_cocount_close(c);
}

static void test_a_row_with_many_large_counts_changes_its_form(void)
{
    zh_cocount *c = opened();
    shelf straight = { 0 }, back = { 0 };
    const char *why = NULL;
    for (uint32_t j = 1; j < 60; j++) {
        const zh_step steps[] = { { ZH_STEP_BUYER, 300 + (int32_t)j, id_of(0), { 0 } }, { ZH_STEP_BUYER, 300 + (int32_t)j, id_of(j), { 0 } },
                                  { ZH_STEP_BOTH, 300 + (int32_t)j, id_of(0), id_of(j) } };
        CHECK(zh_cocount_apply(c, steps, 3) == ZH_OK);
    }
    const size_t wide = zh_cocount_bytes(c);
    int32_t *scores = calloc(zh_cocount_width(c), sizeof *scores);
    zh_cocount_spread(c, ZH_COCOUNT_BOUGHT, id_of(0), 1, 5, &(zh_board){ .all = scores, .places = zh_cocount_width(c) });
    for (uint32_t j = 1; j < 60; j++) {
        uint32_t index;
        CHECK(zh_cocount_both(c, ZH_COCOUNT_BOUGHT, id_of(0), id_of(j)) == 300 + j && zh_cocount_index(c, id_of(j), &index));
        CHECK(scores[index] == zh_cocount_share(c, ZH_COCOUNT_BOUGHT, id_of(0), id_of(j), 1, 5) && scores[index] > 0);
    }
    free(scores);
    CHECK(zh_cocount_check(c, &why) && wide > 0);
    for (uint32_t j = 1; j < 60; j++) { /* below zero and back: the order of a merge's steps */
        const zh_step steps[] = { { ZH_STEP_BOTH, -400, id_of(0), id_of(j) }, { ZH_STEP_BOTH, 399 - 300 - (int32_t)j, id_of(0), id_of(j) } };
        CHECK(zh_cocount_apply(c, steps, 1) == ZH_OK && zh_cocount_both(c, ZH_COCOUNT_BOUGHT, id_of(j), id_of(0)) == (int64_t)j - 100);
        CHECK(zh_cocount_apply(c, steps + 1, 1) == ZH_OK && zh_cocount_both(c, ZH_COCOUNT_BOUGHT, id_of(0), id_of(j)) == -1);
        const zh_step last = { ZH_STEP_BOTH, 3, id_of(0), id_of(j) };
        CHECK(zh_cocount_apply(c, &last, 1) == ZH_OK && zh_cocount_both(c, ZH_COCOUNT_BOUGHT, id_of(0), id_of(j)) == 2);
    }
    CHECK(zh_cocount_check(c, &why));
    zh_cocount *loaded = opened();
    CHECK(zh_cocount_save(c, true, shelf_keep(&straight)) == ZH_OK);
    for (size_t i = 0; i < straight.count; i++) CHECK(zh_cocount_load(loaded, shelf_key(&straight, i), shelf_value(&straight, i)) == ZH_OK);
    CHECK(zh_cocount_save(loaded, true, shelf_keep(&back)) == ZH_OK && shelf_equal(&straight, &back) && zh_cocount_check(loaded, &why));
    shelf_close(&straight), shelf_close(&back);
    zh_cocount_close(c), zh_cocount_close(loaded);
}

static void test_unknown_items_and_full_tables(void)
{
    zh_cocount *c = NULL;
    zh_neighbour list[4];
    CHECK(zh_cocount_open(&c, &(zh_cocount_desc){ .items_max = 2 }) == ZH_OK);
    CHECK(zh_cocount_neighbours(c, ZH_COCOUNT_BOUGHT, id_of(0), 1, 4, list) == 0);
    CHECK(zh_cocount_both(c, ZH_COCOUNT_BOUGHT, id_of(0), id_of(1)) == 0 && zh_cocount_width(c) == 0);
    const zh_step steps[] = { { ZH_STEP_BUYER, 1, id_of(0), { 0 } }, { ZH_STEP_BUYER, 1, id_of(1), { 0 } },
                              { ZH_STEP_BOTH, 1, id_of(0), id_of(2) }, { ZH_STEP_BOTH, 1, id_of(0), id_of(1) } };
    CHECK(zh_cocount_apply(c, steps, 4) == ZH_FULL); /* the third item has no place, the others have */
    CHECK(zh_cocount_both(c, ZH_COCOUNT_BOUGHT, id_of(0), id_of(1)) == 1 && zh_cocount_count(c) == 2);
    CHECK(zh_cocount_load(c, ZH_SV("short"), ZH_SV("x")) == ZH_FORMAT);
    CHECK(zh_cocount_load(c, ZH_SV("12345678"), ZH_SV("\1\0\0\5")) == ZH_FULL);
    zh_cocount_close(c);
    zh_cocount_close(NULL);
}

/* What the head leaves out has no more than it says; what it adds is the share. Returns the head's bound. */
static int32_t check_head(const zh_cocount *c, zh_cocount_kind kind, uint32_t i, uint32_t items)
{
    const uint32_t width = zh_cocount_width(c), reach = zh_cocount_reach_head(c, kind, id_of(i));
    int32_t *scores = calloc(width, sizeof *scores);
    uint32_t reached = 0, index;
    const int32_t rest = zh_cocount_spread_head(c, kind, id_of(i), 0.8f, SHRINK, &(zh_board){ .all = scores, .places = width });
    for (uint32_t j = 0; j < items; j++) {
        if (!zh_cocount_index(c, id_of(j), &index)) continue;
        const int32_t share = zh_cocount_share(c, kind, id_of(i), id_of(j), 0.8f, SHRINK);
        CHECK(scores[index] == share || (scores[index] == 0 && share <= rest));
        reached += scores[index] != 0;
    }
    CHECK(reached <= reach && zh_cocount_reach(c, kind, id_of(i)) >= reached);
    free(scores);
    return rest;
}

/* A best-seller with partners of all sizes; then they come and go, and customers are taken back. */
static void test_a_long_row_has_a_head_that_stays_true(uint64_t seed, uint32_t others)
{
    const uint32_t items = 1400;
    zh_cocount *c = opened();
    const char *why = NULL;
    for (uint32_t j = 1; j < items; j++) {
        const int32_t both = 1 + (int32_t)(test_random(&seed) % 30) / (1 + (int32_t)j / 50), alone = (int32_t)(test_random(&seed) % 40);
        const zh_step steps[] = { { ZH_STEP_BUYER, both, id_of(0), { 0 } }, { ZH_STEP_BUYER, both + alone, id_of(j), { 0 } }, { ZH_STEP_BOTH, both, id_of(0), id_of(j) } };
        CHECK(zh_cocount_apply(c, steps, 3) == ZH_OK);
    }
    CHECK(zh_cocount_reach(c, ZH_COCOUNT_BOUGHT, id_of(0)) >= items - 1 && check_head(c, ZH_COCOUNT_BOUGHT, 0, items) == 0);
    for (uint32_t j = items; j < items + others; j++) CHECK(zh_cocount_apply(c, &(zh_step){ ZH_STEP_BUYER, 1, id_of(j), { 0 } }, 1) == ZH_OK);
    CHECK(zh_cocount_apply(c, &(zh_step){ ZH_STEP_BOTH, 1, id_of(0), id_of(items + others - 1) }, 1) == ZH_OK); /* the row is made anew, as wide as the shop */
    CHECK(check_head(c, ZH_COCOUNT_BOUGHT, 0, items) > 0 && check_head(c, ZH_COCOUNT_BOUGHT, 1, items) == 0);
    for (int n = 0; n < 4000; n++) {
        const uint32_t j = 1 + (uint32_t)(test_random(&seed) % (items - 1));
        const int64_t both = zh_cocount_both(c, ZH_COCOUNT_BOUGHT, id_of(0), id_of(j)), one = zh_cocount_one(c, ZH_COCOUNT_BOUGHT, id_of(j));
        const int32_t by = n % 3 == 0 && both > 0 ? -1 : 1, drop = n % 5 == 0 ? (int32_t)((one - both) * 3 / 4) : 0; /* its other buyers go */
        const zh_step steps[] = { { ZH_STEP_BUYER, by - drop, id_of(j), { 0 } }, { ZH_STEP_BUYER, by, id_of(0), { 0 } }, { ZH_STEP_BOTH, by, id_of(0), id_of(j) } };
        CHECK(zh_cocount_apply(c, steps, 3) == ZH_OK);
        if (n % 400 == 0) {
            CHECK(zh_cocount_check(c, &why));
            CHECK(check_head(c, ZH_COCOUNT_BOUGHT, 0, items) > 0);
        }
    }
    CHECK(zh_cocount_check(c, &why));
    zh_cocount_close(c);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    for (uint64_t i = 0; i < 10; i++) test_any_order_of_steps_gives_the_counts_and_entries(seed + i);
    test_counts_beyond_8_and_16_bits_stay_exact_and_come_back();
    test_a_row_with_many_large_counts_changes_its_form();
    test_unknown_items_and_full_tables();
    for (uint64_t i = 0; i < 3; i++) test_a_long_row_has_a_head_that_stays_true(seed + i, 8000);  /* a byte an item */
    for (uint64_t i = 0; i < 3; i++) test_a_long_row_has_a_head_that_stays_true(seed + i, 40000); /* a table of pairs */
    return 0;
}
