/* ets_fit.h -- the parameters and first state of an exponential smoothing model.
 *
 * Minimise -2 log likelihood (or the mean squared error one step ahead) over alpha, beta, gamma, phi, the first level, growth and
 * period - 1 seasons (the last is what makes their sum 0, or their mean 1), within
 *
 *     1e-4 <= alpha <= 0.9999,   1e-4 <= beta <= alpha,   1e-4 <= gamma <= 1 - alpha,   0.8 <= phi <= 0.98,   seasonal ratios >= 0
 *
 * by one walk of simplex.h from a line through the first values, seasons taken out. With many seasons the walk ends by its calls, not at the
 * bottom: on AirPassengers ETS(M,A,M) stays 2.3 of AIC above it. That is how published figures came about; going on (to 15,000 calls) made
 * ETS(M,A,M) 2 % better and ETS(M,Ad,M) 2 % worse on the two years held out. Above ZH_ETS_SEASONS_FITTED_MAX seasons the first seasons are
 * those of season.h.
 *
 *     aic = 2 k - 2 loglik,   aicc = aic + 2 k (k+1)/(n-k-1),   bic = k ln n - 2 loglik,   k = parameters + 1 for the variance
 *     sigma2 = sse / (n - parameters)
 *
 * Cost        some 2,000 passes at most.
 * Source      Hyndman, Koehler, Snyder, Grose, Int. J. Forecasting 18 (2002), section 3.
 */
#ifndef ZH_MEASURE_ETS_FIT_H
#define ZH_MEASURE_ETS_FIT_H
#include "measure/ets.h"

#define ZH_ETS_SEASONS_FITTED_MAX 24 /* hours of a day; with 4 + 2 + 23 numbers the simplex is at its end */

typedef enum zh_ets_goal { ZH_ETS_LIKELIHOOD, ZH_ETS_SQUARES } zh_ets_goal;

typedef struct zh_ets_fitted {
    zh_ets first, last; /* the state before the first value, and after the last */
    uint32_t parameters;
    double sse, loglik, aic, aicc, bic, sigma2;
} zh_ets_fitted;

/* `model`: its parts and period. Errors: ZH_RANGE: values <= 0 where something is times, fewer than two periods, or not more values than
 * parameters + 2. */
ZH_MUST zh_err zh_ets_fit(zh_ets_fitted *out, const zh_ets *model, const double *values, uint32_t count, zh_ets_goal goal);

#endif
