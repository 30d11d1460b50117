/* kmeans.h -- rows of numbers in k groups whose rows are near to each other.
 *
 *     minimise   inertia = sum over rows of |x - c(g(x))|^2     c: centers[k][columns], g: of[row], the nearest center
 *     begin      k-means++: each next center is a row drawn with a chance that grows with its squared distance to those there are
 *     step       each row to its nearest center (of equal ones the lower), each center to the mean of its rows; until no row moves
 *
 * Of `restarts` beginnings the one with the least inertia is kept. A center that lost all rows stands where the row farthest from its own is.
 * Groups are numbered by size, the largest first; of equal ones the one whose first row is lower.
 *
 *     silhouette of a row = (b - a) / max(a, b)   a: mean distance to the others of its group, b: to those of the nearest other group
 *     agreement of two groupings: the adjusted Rand index, 1 equal, 0 as by chance
 *
 * Guarantees  deterministic by seed; inertia never rises from step to step.
 * Ranges      k 1 .. ZH_KMEANS_GROUPS_MAX, rows >= k, columns 1 .. ZH_KMEANS_COLUMNS_MAX, x finite.
 * Cost        rows x k x columns a step and restart; silhouette rows^2 x columns.
 * Source      Lloyd, IEEE Trans. Inf. Theory 28 (1982); Arthur, Vassilvitskii, SODA 2007; Rousseeuw, J. Comput. Appl. Math. 20 (1987);
 *             Hubert, Arabie, J. Classification 2 (1985).
 */
#ifndef ZH_MODEL_KMEANS_H
#define ZH_MODEL_KMEANS_H
#include "base/arena.h"
#include "base/err.h"

#define ZH_KMEANS_GROUPS_MAX 16
#define ZH_KMEANS_COLUMNS_MAX 128
#define ZH_KMEANS_STEPS_MAX 100 /* of one beginning; data of customers settle in 20 to 40 */

typedef struct zh_kmeans_params {
    uint32_t groups, restarts; /* >= 1 */
    uint64_t seed;
} zh_kmeans_params;

typedef struct zh_kmeans {
    double *centers;  /* [groups][columns], in the arena; as sizes and of */
    uint32_t *sizes;  /* rows of a group */
    uint8_t *of;      /* [rows] */
    uint32_t groups, columns, rows;
    double inertia;
} zh_kmeans;

/* x is rows x columns. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_kmeans_fit(zh_kmeans *out, zh_arena *arena, const double *x, uint32_t rows, uint32_t columns, const zh_kmeans_params *params);
/* The group of a row that was not there; *distance2 may be NULL. */
uint32_t zh_kmeans_nearest(const zh_kmeans *model, const double *row, double *distance2);

/* Mean over the rows; rows alone in their group count 0; 0 where there is one group. `of[row]` < groups. */
double zh_silhouette(const double *x, uint32_t rows, uint32_t columns, const uint8_t *of, uint32_t groups);
/* Adjusted Rand index; 1 where both are one group. */
double zh_groupings_agree(const uint8_t *a, const uint8_t *b, uint32_t rows);

#endif
