/* effect.h -- the difference of two arms, and how sure it is: fixed horizon or valid at every moment.
 *
 *     absolute  d = mB - mA                variance  vA/nA + vB/nB
 *     relative  d = (mB - mA) / |mA|       variance  vB/(nB mA^2) + (vA/nA) mB^2/mA^4     (delta method)
 *     dof = (vA/nA + vB/nB)^2 / ((vA/nA)^2/(nA-1) + (vB/nB)^2/(nB-1))                     (Welch, Satterthwaite)
 *
 * Fixed horizon: t quantiles of dof; right only when looked at once, at the planned end. Sequential: a mixture
 * confidence sequence, right however often it is looked at. With n = nA + nB, rho^2 = (-2 ln a + ln(-2 ln a + 1))/tuning,
 * k = n rho^2 + 1:
 *
 *     two sides  half width  se sqrt(2 n k ln(sqrt(k)/a)) / (n rho)            p = min(1, sqrt(k) exp(-rho^2 s / (2k))), s = n d^2/se^2
 *     one side   half width  se sqrt(2 n k ln(1 + sqrt(k)/(2a))) / (n rho),    rho made with 2a; p is the a at which
 *                the bound touches 0, rho held, within [ZH_EFFECT_P_MIN, ZH_EFFECT_P_MAX]; found by halving,
 *                to 8e-6, which is how the published numbers are found too
 *
 * `tuning` is the number of units at which the sequence is narrowest; the shorter the test, the smaller.
 * Ranges      n >= 2, variances >= 0 and one of them > 0, alpha in (0, 1), below .5 for one side; relative: mA not 0.
 * Source      Welch, Biometrika 34 (1947); Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas, "Time-uniform central limit
 *             theory and asymptotic confidence sequences", Annals of Statistics 52 (2024), eq. 14, 17.
 */
#ifndef ZH_MEASURE_EFFECT_H
#define ZH_MEASURE_EFFECT_H
#include <stdbool.h>

#define ZH_EFFECT_P_MIN 1e-5   /* of a one-sided sequential test: outside, its search does not look */
#define ZH_EFFECT_P_MAX 0.4999
#define ZH_EFFECT_P_HALVINGS 16 /* until the step is below 1e-5 */
#define ZH_EFFECT_TUNING 5000  /* default */

typedef struct zh_arm {
    double mean, variance, n; /* of one unit; units */
} zh_arm;

zh_arm zh_arm_of_values(double sum, double sum_squares, double n); /* variance with n - 1 */
zh_arm zh_arm_of_share(double sum, double n);                      /* m (1 - m) */

typedef struct zh_effect {
    double estimate, se, dof;
    double n; /* units of both arms */
} zh_effect;

zh_effect zh_effect_of(const zh_arm *control, const zh_arm *treatment, bool relative);
double zh_effect_dof(const zh_arm *control, const zh_arm *treatment);

typedef enum zh_sides { ZH_TWO_SIDED, ZH_GREATER, ZH_LESS } zh_sides;

typedef struct zh_verdict {
    double low, high; /* infinite on the open side */
    double p;
} zh_verdict;

zh_verdict zh_effect_fixed(const zh_effect *e, double alpha, zh_sides sides);
zh_verdict zh_effect_sequential(const zh_effect *e, double alpha, double tuning, zh_sides sides);

/* Half width of the two-sided sequence in standard errors, for planning. */
double zh_effect_sequential_width(double n, double alpha, double tuning);

#endif
