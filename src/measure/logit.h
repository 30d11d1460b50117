/* logit.h -- logistic regression without a penalty, by Newton's method.
 *
 *     maximise  L(b) = sum over rows of  y ln s(x'b) + (1 - y) ln(1 - s(x'b)),   s(z) = 1/(1 + exp(-z))
 *     step      b += (X' W X)^-1 X' (y - s),  W = diag(s (1 - s)),  until no part of a step is over 1e-13
 *
 * A score is a probability, calibrated on the data it was fitted to. Where a plane parts the outcomes, or columns depend on
 * each other, there is no finite answer: ZH_RANGE.
 *
 * Cost        rows x columns^2 a step; six to ten steps.
 * Source      McCullagh, Nelder, Generalized Linear Models, 1989, section 2.5.
 */
#ifndef ZH_MEASURE_LOGIT_H
#define ZH_MEASURE_LOGIT_H
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define ZH_LOGIT_COLUMNS_MAX 64
#define ZH_LOGIT_STEPS_MAX 100

/* x is rows x columns (with a column of ones for the intercept), y 0 or 1. Errors: ZH_RANGE. */
ZH_MUST zh_err zh_logit_fit(const double *x, const double *y, size_t rows, size_t columns, double *coefs, double *ll);
double zh_logit_score(const double *coefs, const double *row, size_t columns);

#endif
