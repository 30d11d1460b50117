/* clv.h -- what the models of purchases to come share: a customer's history in four numbers.
 *
 *     x     purchases after the first one (repeats)          t_x   time of the last one since the first
 *     T     time observed since the first one, t_x <= T      weight  customers with this very history
 *
 * Time is in any one unit (weeks, as a rule). Models are fitted by maximum likelihood over the logarithms of their
 * parameters, so that these stay positive, with Nelder and Mead's simplex.
 */
#ifndef ZH_MEASURE_CLV_H
#define ZH_MEASURE_CLV_H
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZH_CLV_PARAM_MIN 1e-5 /* of every parameter of a fit: a shape beyond it is no distribution any more */
#define ZH_CLV_PARAM_MAX 1e7

typedef struct zh_clv_history {
    double x, t_x, T;
    double weight; /* > 0 */
} zh_clv_history;

/* Put equal histories together, in place; returns how many are left. O(n log n); a fit costs that much less. */
size_t zh_clv_merge(zh_clv_history *histories, size_t count);

typedef double zh_clv_ll(const double *params, const void *data); /* log-likelihood; NaN where it has none */

/* Climb from params[count] (all > 0) to the highest likelihood; *ll is it. false: it did not settle. */
bool zh_clv_climb(zh_clv_ll *ll_of, const void *data, uint32_t count, double *params, double *ll);

#endif
