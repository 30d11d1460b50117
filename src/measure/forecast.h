/* forecast.h -- forecasts of one series by methods that need no choice, and how far off forecasts were.
 *
 *     naive    the last value                               drift   the last value, and the mean step from then on
 *     mean4    the mean of the last four                    snaive  the value of a period before
 *     ses, holt, damped   exponential smoothing ETS(A,N,N), ETS(A,A,N), ETS(A,Ad,N) of least squares, seasons not looked at
 *     theta    ses, and half the slope of the line through the series: ses_h + slope/2 (h - 1 + (1 - (1-alpha)^n)/alpha).
 *              Seasons are taken out as ratios before, and put back, where the autocorrelation at the period is above its 90 % bound
 *     comb     the mean of ses, holt and damped
 *
 *     rmse = sqrt(mean e^2),  mae = mean |e|,  mape = mean 100 |e/a|,  smape = mean 200 |e|/(|a|+|f|)
 *     mase = mae / mean |x_t - x_(t-period)| of the series that was known
 *
 * Cost        two passes; ses, holt, damped, theta some 500, comb 1,500.
 * Source      Assimakopoulos, Nikolopoulos, Int. J. Forecasting 16 (2000); Hyndman, Billah, ibid. 19 (2003); Hyndman, Koehler, ibid. 22 (2006)
 *             (errors); Makridakis, Spiliotis, Assimakopoulos, ibid. 36 (2020) (the competition with the benchmarks).
 */
#ifndef ZH_MEASURE_FORECAST_H
#define ZH_MEASURE_FORECAST_H
#include "base/arena.h"
#include "base/err.h"

typedef enum zh_forecast_method {
    ZH_FORECAST_NAIVE, ZH_FORECAST_DRIFT, ZH_FORECAST_MEAN4, ZH_FORECAST_SNAIVE,
    ZH_FORECAST_SES, ZH_FORECAST_HOLT, ZH_FORECAST_DAMPED, ZH_FORECAST_THETA, ZH_FORECAST_COMB
} zh_forecast_method;

typedef struct zh_forecast_errors {
    double rmse, mae, mape, smape, mase; /* mape and mase are infinite or NaN where what they divide by is 0 */
} zh_forecast_errors;

/* out[horizon]. period 1: no seasons. Room in `arena`. Errors: ZH_NOMEM; ZH_RANGE where the series is too short for the method. */
ZH_MUST zh_err zh_forecast(zh_forecast_method method, zh_arena *arena, const double *values, uint32_t count, uint32_t period, uint32_t horizon, double *out);
/* said[horizon] against actual[horizon]; known[count] for mase. horizon >= 1. */
zh_forecast_errors zh_forecast_judge(const double *actual, const double *said, uint32_t horizon, const double *known, uint32_t count, uint32_t period);

#endif
