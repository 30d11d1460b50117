/* ets_choice.h -- which exponential smoothing model suits a series: each is tried on values it has not seen.
 *
 * The candidates are the models with an added or relative error, no, an added or a damped trend, and no, added or relative seasons, but
 * for an added error with relative seasons (its variance runs away). Relative parts need values above 0, seasons a period above 1.
 *
 * With `held` > 0 each is fitted without the last `held` values and forecasts them; the smallest mean error wins. Otherwise the
 * smallest AICc. The winner is fitted again on all. (AIC alone takes ETS(M,Ad,M) on AirPassengers, which is far worse than
 * ETS(M,A,M) on two years held out. On the 359 weekly series of M4, 13 ahead, held values lead to sMAPE 9.115 and MASE 2.358, AICc to
 * 8.727 and 2.527: neither is the better way by every measure.)
 *
 * Cost        up to 15 candidates of two fits each.
 * Source      Hyndman, Koehler, Snyder, Grose, Int. J. Forecasting 18 (2002), sections 3 and 4 (AIC; here AICc, and values held out first).
 */
#ifndef ZH_MEASURE_ETS_CHOICE_H
#define ZH_MEASURE_ETS_CHOICE_H
#include "measure/ets_fit.h"

#define ZH_ETS_CANDIDATES_MAX 15

typedef struct zh_ets_candidate {
    zh_ets model;
    double aicc; /* on all values; infinite where there are too few for it */
    double mae;  /* on the held ones; NaN without */
} zh_ets_candidate;

typedef struct zh_ets_choice {
    zh_ets_candidate candidates[ZH_ETS_CANDIDATES_MAX]; /* those that could be fitted, the best first */
    uint32_t count;
    zh_ets_fitted fitted; /* the best, on all values */
} zh_ets_choice;

/* How many values to hold out: a period, without seasons `horizon` up to a quarter of all; 0 where too few would be left to learn from. */
uint32_t zh_ets_held(uint32_t count, uint32_t period, uint32_t horizon);
/* In `arena`. Errors: ZH_NOMEM; ZH_RANGE where no candidate can be fitted: too few values. */
ZH_MUST zh_err zh_ets_choose(zh_ets_choice *out, zh_arena *arena, const double *values, uint32_t count, uint32_t period, uint32_t held);

#endif
