/* cuped.h -- the difference of two arms with what was known before taken out of it; ratios of two sums too.
 *
 * Y is what is measured, X the same units before the experiment. theta = cov(Y, X)/var(X) over both arms together, and
 * an arm's mean becomes mean(Y) - theta mean(X), its variance var(Y) + theta^2 var(X) - 2 theta cov(Y, X). theta is 0
 * where X does not vary. A relative effect (adjB - adjA)/|mA| is taken of the unadjusted control mean mA, so the control
 * arm stands in it twice: its part of the variance is that of (mB/mA) Y - theta X, over nA mA^2 (the gradient where both
 * arms had the same X before, as chance makes them); for ratios mB is mA plus the adjusted difference.
 *
 * A ratio metric M/D (money a visit, per customer) is a mean of neither: by the delta method an arm's R = M/D has the
 * variance of (M - R D)/mean(D) per unit; the same linear form in (M, D) before gives X. theta is then the sum of the
 * arms' covariances over the sum of their variances.
 *
 * Moments of an arm are a mean vector and a covariance matrix over
 *     (Y, X)                                     for means and shares
 *     (M after, D after, M before, D before)     for ratios
 *
 * Source      Deng, Xu, Kohavi, Walker, WSDM 2013; delta method for ratios: Deng, Knoblich, Lu, KDD 2018.
 */
#ifndef ZH_MEASURE_CUPED_H
#define ZH_MEASURE_CUPED_H
#include "measure/effect.h"

/* Sums over the units of an arm. */
typedef struct zh_sums {
    double n;
    int size;              /* 2 or 4 as above; a plain ratio has 2: (M, D) */
    double sum[4];
    double product[4][4];  /* sums of products, symmetric */
    bool shares;           /* all are 0 or 1: covariances with n, not n - 1 */
} zh_sums;

/* Both arms together. */
zh_sums zh_sums_add(const zh_sums *a, const zh_sums *b);
double zh_sums_cov(const zh_sums *s, int i, int j);

zh_arm zh_ratio_arm(const zh_sums *s); /* M at 0, D at 1 */

typedef struct zh_cuped {
    double theta;
    zh_arm control, treatment; /* adjusted */
    zh_effect effect;
} zh_cuped;

zh_cuped zh_cuped_of(const zh_sums *control, const zh_sums *treatment, bool ratio, bool relative);

#endif
