/* trend.h -- does a series rise or fall? Mann and Kendall's test, and Sen's slope.
 *
 *     S = sum over i < j of sign(x_j - x_i),     var = (n (n-1)(2n+5) - sum over ties t (t-1)(2t+5)) / 18
 *     z = (S -+ 1)/sqrt(var),  p = 2 (1 - Phi(|z|)),  tau = S / (n (n-1)/2)
 *     slope = median of (x_j - x_i)/(j - i),  intercept = median(x) - slope median(index)
 *
 * Missing values (NaN) are dropped for S and keep their place for the slope: dropping them first gives another slope.
 * Seasonal: S and var are sums over the seasons; its slope is a whole period.
 *
 * Values that depend on those before them make the plain test cry wolf. Corrections:
 *     Hamed-Rao      var times 1 + 2/(n (n-1)(n-2)) sum (n-i)(n-i-1)(n-i-2) r_i over the significant (5 %) autocorrelations
 *                    of the ranks of the detrended series
 *     Yue-Wang       var times 1 + 2 sum (1 - i/n) r_i over all autocorrelations of the detrended series
 *     pre-whitening  the plain test of x_i - r_1 x_(i-1); trend-free: of the detrended series, its trend put back
 *
 * Cost        O(n^2) time; the slope n^2/2 numbers.
 * Source      Mann, Econometrica 13 (1945); Sen, JASA 63 (1968); Hirsch, Slack, Smith, Water Resources Research 18 (1982);
 *             Hamed, Rao, J. Hydrology 204 (1998); Yue, Wang, Water Resources Management 18 (2004); Yue et al. 2002.
 */
#ifndef ZH_MEASURE_TREND_H
#define ZH_MEASURE_TREND_H
#include "base/arena.h"
#include "base/err.h"

#define ZH_TREND_VALUES_MAX 10000 /* 400 MB of slopes */

typedef enum zh_trend_correction { ZH_TREND_PLAIN, ZH_TREND_HAMED_RAO, ZH_TREND_YUE_WANG, ZH_TREND_PREWHITENING, ZH_TREND_FREE_PREWHITENING } zh_trend_correction;

typedef struct zh_trend {
    uint32_t n;              /* values that are there */
    double s, var_s, z, p, tau;
    double slope, intercept; /* Sen's */
} zh_trend;

/* NaN stands for a missing value. lag 0: all autocorrelations. In `arena`. Errors: ZH_NOMEM; ZH_RANGE with fewer than two values. */
ZH_MUST zh_err zh_trend_of(zh_trend *out, zh_arena *arena, const double *values, uint32_t count, zh_trend_correction correction, uint32_t lag);
/* period >= 2: value i belongs to season i % period. */
ZH_MUST zh_err zh_trend_seasonal(zh_trend *out, zh_arena *arena, const double *values, uint32_t count, uint32_t period);

#endif
