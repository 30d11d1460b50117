/* ets.h -- exponential smoothing as a state space: a level, perhaps a growth and seasons, and one error that moves them all.
 *
 *     q   = level | level + phi growth | level growth^phi            trend none, added, times
 *     f   = q | q + s | q s                                          season none, added, times
 *     e   = y - f | (y - f) / f                                      error added, times
 *     p   = y | y - s | y / s                                        what the level should be
 *     level  = q + alpha (p - q)
 *     growth = g + (beta / alpha) (level - level before - g),  g = phi growth           (trend added)
 *     growth = g + (beta / alpha) (level / level before - g),  g = growth^phi           (trend times)
 *     s      = s + gamma (y - q - s) | s + gamma (y / q - s)
 *     log likelihood, without constants = -n/2 ln(sum e^2)  [- sum ln |f|  where the error is times]
 *
 * Names are the usual three letters: ETS(M,Ad,M) has a relative error, a damped added trend, seasonal ratios. phi is 1 where not damped.
 *
 * Guarantees  the same numbers in, the same out; intervals by paths too, whose randomness is named by a seed.
 * Cost        some 5 ns a value, 20 more where a logarithm is taken; intervals: paths x horizon steps.
 * Not here    finding parameters (ets_fit.h), choosing a model (ets_choice.h).
 * Source      Hyndman, Koehler, Snyder, Grose, Int. J. Forecasting 18 (2002), table 1 and eq. (6);
 *             Hyndman, Koehler, Ord, Snyder, Forecasting with Exponential Smoothing, 2008.
 */
#ifndef ZH_MEASURE_ETS_H
#define ZH_MEASURE_ETS_H
#include "base/arena.h"
#include "measure/season.h"

#define ZH_ETS_HORIZON_MAX 1000 /* of intervals: 16 MB of paths */
#define ZH_ETS_PATHS 2000       /* the 2.5 % end of an interval stands on 50 of them */
#define ZH_ETS_NAME_BYTES 16    /* "ETS(M,Ad,M)" */

typedef enum zh_ets_part { ZH_ETS_NONE, ZH_ETS_ADDED, ZH_ETS_TIMES } zh_ets_part;

typedef struct zh_ets {
    zh_ets_part error, trend, season; /* the error is never none */
    bool damped;
    uint32_t period;                  /* 1 without seasons, else 2 .. ZH_SEASON_PERIOD_MAX */
    double alpha, beta, gamma, phi;
    double level, growth;
    double seasons[ZH_SEASON_PERIOD_MAX]; /* [i]: of the values t with t mod period == i */
    uint32_t next;                        /* season of the value to come */
} zh_ets;

typedef struct zh_ets_said {
    double sse;    /* sum of e^2 */
    double loglik; /* NaN or infinite where a forecast is 0 or the state ran away */
} zh_ets_said;

typedef struct zh_ets_band {
    double low_80, high_80, low_95, high_95;
} zh_ets_band;

/* "MAdM", "M,Ad,M", "ETS(M,Ad,M)": error A or M; trend N, A, Ad, M, Md; season N, A, M. false where it is none of them. */
bool zh_ets_parse(zh_ets *model, zh_sv name);
/* The long form, NUL-ended. */
void zh_ets_name(const zh_ets *model, char out[ZH_ETS_NAME_BYTES]);
/* Move the state over values; fitted[count], or NULL. */
zh_ets_said zh_ets_run(zh_ets *ets, const double *values, uint32_t count, double *fitted);
/* out[horizon]: with no error to come. */
void zh_ets_forecast(const zh_ets *ets, uint32_t horizon, double *out);
/* Where values will be, of ZH_ETS_PATHS paths with normal errors of variance sigma2. horizon <= ZH_ETS_HORIZON_MAX. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_ets_bands(const zh_ets *ets, double sigma2, uint64_t seed, zh_arena *arena, uint32_t horizon, zh_ets_band *out);

#endif
