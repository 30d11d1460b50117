/* Goal: diversity and calibration are what their definitions say.
 * Method: lists small enough to work out by hand. */
#include "model/breadth.h"
#include "model/scores.h"
#include "check.h"

#include <math.h>

#define NO ZH_SCORES_NONE
enum { ITEMS = 4, K = 3 };

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-12;
}

/* Who took it: 0 by {0, 1}, 1 by {0, 1}, 2 by {1, 2, 3, 4}, 3 by nobody.
 * Apart: 0 and 1: 0; 0 and 2, 1 and 2: 1 - 1 / sqrt(8); 3 and any: 1. */
static const uint32_t from[ITEMS + 1] = { 0, 2, 4, 8, 8 }, at[] = { 0, 1, 0, 1, 1, 2, 3, 4 };
static const uint32_t kind[ITEMS] = { 0, 1, 1, 2 };
#define FAR (1 - 0.35355339059327373)

static zh_breadth breadth_of(const uint32_t *top, const zh_query *query, uint32_t queries, bool has_kinds)
{
    zh_arena arena = zh_arena_open(1 << 16);
    const zh_problem problem = { .train = { .items = ITEMS, .xt = { ITEMS, 5, from, at } }, .queries = queries, .query = query };
    zh_breadth out;
    CHECK(zh_breadth_of(&out, &arena, &problem, K, top, (zh_breadth_kinds){ has_kinds ? kind : NULL, has_kinds ? 3 : 0 }) == ZH_OK);
    zh_arena_close(&arena);
    return out;
}

static void test_diversity(void)
{
    static const struct { const char *name; uint32_t top[K], lists; double want; } rows[] = {
        { "two always together", { 0, 1, NO }, 1, 0 },
        { "three", { 0, 1, 2 }, 1, (0 + FAR + FAR) / 3 },
        { "one that nobody took", { 2, 3, NO }, 1, 1 },
        { "an empty place between", { 0, NO, 2 }, 1, FAR },
        { "a single item is no list", { 2, NO, NO }, 0, 0 },
        { "nothing", { NO, NO, NO }, 0, 0 },
    };
    const zh_query query = { 0 };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const zh_breadth b = breadth_of(rows[i].top, &query, 1, false);
        CHECK_ROW(b.diverse == rows[i].lists && near(b.diversity, rows[i].want), rows[i].name);
        CHECK_ROW(b.calibrated == 0 && b.calibration == 0, rows[i].name);
    }
    const uint32_t two[2 * K] = { 0, 1, NO, 0, 2, NO };
    const zh_query queries[2] = { { 0 }, { 0 } };
    CHECK(near(breadth_of(two, queries, 2, false).diversity, FAR / 2));
}

static void test_calibration(void)
{
    static const uint32_t first[] = { 0, 0, 1, 2 }; /* kinds: 0 a half, 1 a half */
    const zh_query known = { .known = first, .count = 4 }, nothing = { 0 };
    /* a list of kinds 0 a third, 1 two thirds: .5 ln(.5 / (.99 / 3 + .005)) + .5 ln(.5 / (.99 * 2 / 3 + .005)) */
    static const uint32_t uneven[K] = { 0, 1, 2 }, even[K] = { 0, 1, NO }, other[K] = { 3, 3, 3 };
    const double want = .5 * log(.5 / (.99 / 3 + .005)) + .5 * log(.5 / (.99 * 2 / 3 + .005));
    CHECK(near(breadth_of(uneven, &known, 1, true).calibration, want));
    CHECK(near(breadth_of(even, &known, 1, true).calibration, 0));
    CHECK(near(breadth_of(other, &known, 1, true).calibration, log(100)));
    CHECK(breadth_of(even, &nothing, 1, true).calibrated == 0);
    /* one question leaves nothing behind for the next */
    const uint32_t both[2 * K] = { 3, 3, 3, 0, 1, NO };
    const zh_query queries[2] = { known, known };
    const zh_breadth b = breadth_of(both, queries, 2, true);
    CHECK(b.calibrated == 2 && near(b.calibration, log(100) / 2));
}

int main(void)
{
    test_diversity();
    test_calibration();
    return 0;
}
