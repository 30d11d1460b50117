/* holtwinters.h -- level, trend and seasons of a series, each followed by exponential smoothing.
 *
 *     level  = alpha (x - s) + (1 - alpha)(level + trend)         with ratios: x / s
 *     trend  = beta (level - level before) + (1 - beta) trend
 *     s      = gamma (x - level) + (1 - gamma) s                  with ratios: x / level
 *     forecast h ahead = level + h trend + s                      with ratios: (level + h trend) s
 *
 * The start is told by the first two periods: seasons by season.h, level and trend by the least-squares line through
 * their trend, numbered from 1. The first value that is smoothed is that of the second period.
 *
 * alpha, beta, gamma -> the fields of these names, each in [0, 1]; a fit makes the sum of squared errors one step ahead small.
 *
 * Cost        a pass; a fit some 1,000 passes.
 * Source      Holt, ONR Memorandum 52 (1957); Winters, Management Science 6 (1960).
 */
#ifndef ZH_MEASURE_HOLTWINTERS_H
#define ZH_MEASURE_HOLTWINTERS_H
#include "measure/season.h"

typedef struct zh_holtwinters {
    bool times;      /* seasons are ratios */
    uint32_t period; /* 2 .. ZH_SEASON_PERIOD_MAX */
    double alpha, beta, gamma, level, trend;
    double season[ZH_SEASON_PERIOD_MAX]; /* [i]: of the values t with t mod period == i */
    uint32_t next;                       /* season of the value to come */
} zh_holtwinters;

/* Fill level, trend and season from the first two of at least two periods. Errors: ZH_RANGE as in season.h. */
ZH_MUST zh_err zh_holtwinters_start(zh_holtwinters *hw, const double *values, uint32_t count);
/* Smooth values[period ..]; the sum of squared errors. fitted[count - period], or NULL. */
double zh_holtwinters_run(zh_holtwinters *hw, const double *values, uint32_t count, double *fitted);
/* `ahead` from 1. */
double zh_holtwinters_forecast(const zh_holtwinters *hw, uint32_t ahead);
/* Start, and the parameters of least squares; the state is that before the second period. More than two periods. Errors: ZH_RANGE. */
ZH_MUST zh_err zh_holtwinters_fit(zh_holtwinters *hw, const double *values, uint32_t count, double *sse);

/* A level alone, which starts at the first value; errors count from the second. The last level is the forecast. */
double zh_smoothing_run(double alpha, const double *values, uint32_t count, double *level);
/* The alpha of least squares. count >= 2. */
double zh_smoothing_fit(const double *values, uint32_t count);

#endif
