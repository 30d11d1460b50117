/* uplift.h -- does a score find those whom a treatment moves? Curves, areas, and what the top of a list brought.
 *
 * Rows are sorted by score, highest first; with k rows, T of them treated with Y conversions, C = k - T controls with Z:
 *
 *     uplift curve   (Y/T - Z/C) k          Qini curve   Y - Z T/C           (a part over an empty arm is 0)
 *
 * One point a distinct score, and (0, 0). An area is that between the curve and the straight line to the end of the perfect
 * curve, over the perfect curve's own. There are two Qini normalisations, and they differ by factors: name which.
 *
 *     ..._true       perfect puts harm last: conversions of the treated first, conversions of controls at the end
 *     ..._false      perfect rises to (treated conversions - controls' rate x treated) and stays
 *
 * Source      Radcliffe, "Using control groups to target on predicted lift", 2007; Devriendt, Van Belle, Guns, Verbeke, IEEE
 *             TKDE 34 (2020), on normalisations. The definitions are those of scikit-uplift.
 */
#ifndef ZH_MEASURE_UPLIFT_H
#define ZH_MEASURE_UPLIFT_H
#include "base/arena.h"
#include "base/err.h"

typedef struct zh_uplift_rows {
    const double *y;      /* 0 or 1 */
    const double *score;
    const bool *treated;
    size_t count;         /* >= 1, both arms there */
} zh_uplift_rows;

typedef struct zh_curve {
    double *x, *y; /* [count], from (0, 0) */
    size_t count;
} zh_curve;

typedef struct zh_uplift_areas {
    double uplift_auc, qini_true, qini_false; /* NaN where the perfect curve is the straight line */
    zh_curve uplift, qini;
} zh_uplift_areas;

/* In `arena`. Errors: ZH_NOMEM. O(n log n). */
ZH_MUST zh_err zh_uplift_areas_of(zh_uplift_areas *out, zh_arena *arena, const zh_uplift_rows *rows);

/* Difference of conversion rates among the best `share` of all, or of each arm by itself; ties in order, last first. `order`
 * is room for `count` numbers. NaN where an arm has nobody there. */
double zh_uplift_at(const zh_uplift_rows *rows, double share, bool by_group, size_t *order);

#endif
