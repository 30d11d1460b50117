/* Goal: a planted effect that differs between customers is found, its customers are told in conditions, and intervals hold it; an effect that is the same for
 *       all, or none, is refused, however often it is tried; too few are refused; the same rows give the same answer.
 * Method: simulated trials whose truth is known; the Qini of a small set against a count by hand. */
#include "measure/uplift_model.h"
#include "base/rng.h"
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { COLUMNS = 6, ROWS_MAX = 8000 };

typedef enum effect_kind { NONE, SAME, MOVED, HARMED } effect_kind;

static double x[ROWS_MAX * COLUMNS], y[ROWS_MAX];
static bool treated[ROWS_MAX];

static bool is_moved(size_t i) { return x[i * COLUMNS] >= 4 && x[i * COLUMNS + 2] < 3; } /* about 30 % */

/* Orders 0 .. 9, views 0 .. 30, days 0 .. 9 and three that mean nothing. */
static zh_uplift_set trial(uint64_t seed, size_t rows, effect_kind kind, bool binary, double share)
{
    zh_rng rng = { seed, 7, 0 };
    for (size_t i = 0; i < rows; i++) {
        double *row = x + i * COLUMNS;
        row[0] = (double)zh_rng_below(&rng, 10);
        row[1] = (double)zh_rng_below(&rng, 31);
        row[2] = (double)zh_rng_below(&rng, 6);
        for (int c = 3; c < COLUMNS; c++) row[c] = zh_rng_unit(&rng) * 100;
        treated[i] = zh_rng_unit(&rng) < share;
        const double base = 0.08 + 0.008 * row[1], effect = kind == NONE ? 0 : kind == SAME ? 0.12 : is_moved(i) ? (kind == MOVED ? 0.3 : -0.07) : 0.0;
        const double chance = base + (treated[i] ? effect : 0);
        y[i] = zh_rng_unit(&rng) < chance;
        if (!binary) y[i] *= 1000 + 9000 * zh_rng_unit(&rng);
    }
    return (zh_uplift_set){ x, y, treated, rows, COLUMNS, binary, seed };
}

static zh_uplift_model model_of(zh_arena *arena, const zh_uplift_set *set)
{
    zh_uplift_model m;
    CHECK(zh_uplift_model_of(&m, arena, set) == ZH_OK);
    return m;
}

static void planted_is_found(zh_arena *arena, uint64_t seed, bool binary, double share)
{
    const zh_uplift_set set = trial(seed, ROWS_MAX, MOVED, binary, share);
    const zh_uplift_model m = model_of(arena, &set);
    CHECK(m.verdict == ZH_UPLIFT_OFFERED && m.learners[m.best].low > 0 && m.learners[m.best].qini > 0);
    CHECK(binary == isfinite(m.learners[m.best].qini_neg_true) && binary == isfinite(m.learners[m.best].auuc));
    CHECK(m.tenths[0].stands && m.tenths[0].effect.estimate > m.tenths[9].effect.estimate + (binary ? 0.1 : 300));
    double in_top = 0, moved = 0;
    for (size_t i = 0; i < set.rows; i++) {
        moved += is_moved(i);
        in_top += is_moved(i) && m.scores[i] >= m.tenths[2].score;
    }
    CHECK(in_top / moved > 0.6);
    CHECK(m.groups_count >= 2 && m.groups_count <= ZH_UPLIFT_GROUPS_MAX);
    double shares = 0;
    bool by_orders = false;
    for (uint32_t g = 0; g < m.groups_count; g++) {
        shares += m.groups[g].share;
        CHECK(m.groups[g].conditions_count >= 1 && m.groups[g].conditions_count <= ZH_UPLIFT_CONDITIONS_MAX);
    }
    for (uint32_t c = 0; c < m.groups[0].conditions_count; c++) by_orders |= m.groups[0].conditions[c].column == 0 && m.groups[0].conditions[c].at_least;
    CHECK(fabs(shares - 1) < 1e-9 && by_orders);
    CHECK(m.groups[0].part.stands && m.groups[0].part.interval.low > 0);
    const zh_uplift_model again = model_of(arena, &set);
    CHECK(memcmp(&again.learners, &m.learners, sizeof m.learners) == 0);
    zh_arena_reset(arena);
}

static int offered(zh_arena *arena, uint64_t seed, effect_kind kind, bool binary, size_t rows, int times)
{
    int count = 0;
    for (int i = 0; i < times; i++) {
        const zh_uplift_set set = trial(seed * 1000 + (uint64_t)i, rows, kind, binary, 0.5);
        count += model_of(arena, &set).verdict == ZH_UPLIFT_OFFERED;
        zh_arena_reset(arena);
    }
    return count;
}

static void few_are_refused(zh_arena *arena)
{
    const zh_uplift_set set = trial(3, 500, MOVED, true, 0.5);
    const zh_uplift_model m = model_of(arena, &set);
    CHECK(m.verdict == ZH_UPLIFT_TOO_FEW && m.arms[0] + m.arms[1] == 500 && m.all.stands && m.scores == NULL);
    zh_uplift_set none = set;
    none.rows = 0;
    CHECK(model_of(arena, &none).verdict == ZH_UPLIFT_TOO_FEW);
    zh_arena_reset(arena);
}

/* One column that says everything, all alike else: columns that do not vary, and one outcome, break nothing. */
static void nothing_varies(zh_arena *arena)
{
    zh_uplift_set set = trial(5, 2000, NONE, true, 0.5);
    for (size_t i = 0; i < set.rows * COLUMNS; i++) x[i] = 1;
    CHECK(model_of(arena, &set).verdict == ZH_UPLIFT_NO_BETTER);
    for (size_t i = 0; i < set.rows; i++) y[i] = 0;
    CHECK(model_of(arena, &set).verdict == ZH_UPLIFT_NO_BETTER);
    zh_arena_reset(arena);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    zh_arena arena = zh_arena_open((size_t)512 << 20);
    planted_is_found(&arena, seed, true, 0.5);
    planted_is_found(&arena, seed + 1, true, 0.3);
    planted_is_found(&arena, seed + 2, false, 0.5);
    const int same = offered(&arena, seed, SAME, true, 3000, 20), none = offered(&arena, seed, NONE, false, 3000, 20), harmed = offered(&arena, seed, HARMED, true, ROWS_MAX, 1);
    printf("offered without a difference: %d and %d of 20; where some are harmed %d of 1\n", same, none, harmed);
    CHECK(same <= 2 && none <= 2);
    few_are_refused(&arena);
    nothing_varies(&arena);
    zh_arena_close(&arena);
    return 0;
}
