/* neighbours.h -- which items go with which: sparse item-item tables from what was taken together.
 *
 *     sum(o, k)   = sum over rows u that hold both of weight_u, plus left_o right_k' where there are factors
 *     value(o, k) = sum(o, k) owner_o other_k / (norm_o norm_k + shrink)      norm NULL: not divided
 *     list(o)     = the `top` items k != o with the largest value(o, k); ties at the cut are kept, so
 *                   the cut does not depend on an order of items
 *     row(i)      = list(i); turned: all j whose list holds i, with value(j, i)
 *
 *     score(j)    = sum over distinct i of a history of r_i row(i)[j],
 *     r_i         = exp(-(items since the newest i) / recency), 1 where recency = 0
 *
 * The part that item-kNN, RP3beta and graph filters share; they differ in weight, owner, other, norm and
 * factors. A pair whose value is not above 0 is no pair.
 *
 * Guarantees  float sums in ascending order of rows (build) and from new to old (score); the number of
 *             threads does not show.
 * Cost        build O(sum n_u^2) plus O(candidates) to cut; score O(history * top); 8 bytes a kept pair,
 *             and while a turned table is built once more for lists that were cut, or, where owner is
 *             not other, for all. With factors O(items^2 rank), and 256 bytes an item and hand.
 * Proof       tests/model/itemknn_test.c, tests/model/rp3beta_test.c against the formulas.
 */
#ifndef ZH_MODEL_NEIGHBOURS_H
#define ZH_MODEL_NEIGHBOURS_H
#include "model/model.h"

typedef struct zh_neighbours {
    uint32_t *count; /* [items] */
    zh_scored **row; /* [items] */
} zh_neighbours;

/* What is known of pairs that nobody took together. */
typedef struct zh_neighbours_factors {
    const zh_blas *blas;
    const float *left, *right; /* [items][rank] */
    uint32_t rank;
} zh_neighbours_factors;

typedef struct zh_neighbours_desc {
    const zh_train *data;
    const float *weight;        /* [rows] > 0 where the row is not empty */
    const float *owner, *other; /* [items] > 0; the same array where values are equal both ways */
    const float *norm;          /* [items] or NULL; NULL with factors */
    float shrink;
    uint32_t top;
    bool turned;
    const zh_neighbours_factors *factors; /* NULL: none */
} zh_neighbours_desc;

/* The table lives in model->keep; model->scratch is used meanwhile. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_neighbours_build(zh_neighbours *out, zh_model *model, const zh_neighbours_desc *desc, const zh_crew *crew);

/* The row of an item, in no stated order but the same each time; valid as long as the model. */
const zh_scored *zh_neighbours_row(const zh_neighbours *table, uint32_t item, uint32_t *count);

void zh_neighbours_score(const zh_neighbours *table, const zh_query *query, double recency, zh_scores *into);

#endif
