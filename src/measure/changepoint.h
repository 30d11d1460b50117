/* changepoint.h -- where did the mean of a series change? Exact, by dynamic programming.
 *
 *     minimise  sum over segments of sum (x - mean of the segment)^2    for a given number of changes, or
 *               the same + penalty a change
 *
 * A break is the number of values before it. Segments have at least one value.
 *
 * Guarantees  the best of all ways to cut, not a greedy one; ties to the earliest break.
 * Cost        changes x n^2 / 2 for a given number; with a penalty n^2 / 2 at worst, near n where there are many changes.
 * Source      Jackson et al., IEEE Signal Processing Letters 12 (2005) (optimal partitioning); Killick, Fearnhead,
 *             Eckley, JASA 107 (2012) (what may be passed over: PELT).
 */
#ifndef ZH_MEASURE_CHANGEPOINT_H
#define ZH_MEASURE_CHANGEPOINT_H
#include "base/arena.h"
#include "base/err.h"

#define ZH_CHANGEPOINT_VALUES_MAX 20000 /* 200 million steps a change: a fraction of a second */
#define ZH_CHANGEPOINT_CHANGES_MAX 100

typedef struct zh_changepoints {
    uint32_t *breaks; /* [count], rising */
    uint32_t count;
    double rss;       /* sum of squares left, without penalties */
} zh_changepoints;

/* Exactly `changes` (< count). In `arena`. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_changepoint_exact(zh_changepoints *out, zh_arena *arena, const double *values, uint32_t count, uint32_t changes);
ZH_MUST zh_err zh_changepoint_penalised(zh_changepoints *out, zh_arena *arena, const double *values, uint32_t count, double penalty);

#endif
