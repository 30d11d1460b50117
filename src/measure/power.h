/* power.h -- how likely an experiment finds an effect, and how large it must be for that.
 *
 * A two-sided normal test finds a true effect e with  1 - Phi(z - e/se) + Phi(-z - e/se),  z the 1 - alpha/2 quantile.
 * In a running experiment z of a sequential test is the width of its sequence. A plan is more cautious: there se grows by
 * width/z, as if the wider interval were noise. The smallest effect leaves the second term, the wrong direction, out.
 * A Bayesian test finds it when the posterior's central interval leaves 0 out.
 *
 *     relative effect of a baseline m, variance v, n units an arm:  se^2 = v/(n m^2) (1 + (1 + e)^2)
 *     two shares (unpooled under the effect, pooled without):
 *         n = (z sqrt((p1+p2)(1 - (p1+p2)/2)) + zb sqrt(p1 q1 + p2 q2))^2 / (p1 - p2)^2
 *     two means, t:  the n at which the noncentral t of 2n - 2 degrees and sqrt(n/2) d/sd has the power
 *
 * Source      Cohen, Statistical Power Analysis, 1988; Fleiss, Statistical Methods for Rates and Proportions, 1981.
 */
#ifndef ZH_MEASURE_POWER_H
#define ZH_MEASURE_POWER_H
#include "measure/effect.h"

typedef enum zh_power_method { ZH_POWER_FIXED, ZH_POWER_SEQUENTIAL, ZH_POWER_BAYES } zh_power_method;

typedef struct zh_power_test {
    zh_power_method method;
    double alpha;
    double tuning;                    /* sequential */
    double prior_mean, prior_variance; /* Bayes */
} zh_power_test;

/* Of a true effect, an estimate of this se, and n units in both arms. */
double zh_power_of(const zh_power_test *test, double effect, double se, double n);

/* With equal arms of n units. */
double zh_power_relative(const zh_power_test *test, double mean, double variance, double effect, double n);
/* The smallest effect > 0 found with this power; NaN where none below 1e6 is. */
double zh_power_mde(const zh_power_test *test, double mean, double variance, double power, double n);
/* How many times the present sample must come on top of it: the smallest k >= 0 with `power` at se/sqrt(1+k); inf: never. */
double zh_power_scaling(const zh_power_test *test, double effect, double se, double n, double power);

/* Units an arm. */
double zh_power_n_shares(double p1, double p2, double alpha, double power);
double zh_power_n_normal(double difference, double variance, double alpha, double power);
double zh_power_n_t(double difference, double sd, double alpha, double power); /* not rounded; at least 2 */

#endif
