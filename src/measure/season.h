/* season.h -- what comes back every period: the classical decomposition of a series.
 *
 *     trend_t   = the mean of a whole period around t (its two ends count half where the period is even)
 *     figure_s  = the mean of value - trend (or value / trend) over the moments of season s, made to have mean 0 (or 1)
 *
 * Value t belongs to season t mod period. Half a period at each end has no trend.
 *
 * Cost        a pass of count x period.
 * Source      Kendall, Stuart, The Advanced Theory of Statistics 3 (1983), 410-414.
 */
#ifndef ZH_MEASURE_SEASON_H
#define ZH_MEASURE_SEASON_H
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

#define ZH_SEASON_PERIOD_MAX 366 /* the days of a year */

/* The trend at t; NaN within half a period of an end. */
double zh_season_trend(const double *values, uint32_t count, uint32_t period, uint32_t t);
/* figure[period]. `times`: by ratios. 2 <= period <= ZH_SEASON_PERIOD_MAX.
 * Errors: ZH_RANGE with fewer than two periods, or where a ratio cannot be taken (a trend of 0). */
ZH_MUST zh_err zh_season_of(double *figure, const double *values, uint32_t count, uint32_t period, bool times);

#endif
