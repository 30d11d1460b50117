#include "measure/power.h"
#include "base/special.h"

#include <math.h>

double zh_power_of(const zh_power_test *test, double effect, double se, double n)
{
    const double z = zh_normal_quantile(1 - test->alpha / 2);
    if (test->method == ZH_POWER_BAYES) { /* the estimates whose posterior leaves 0 out */
        const double sd = 1 / sqrt(1 / (se * se) + 1 / test->prior_variance), pull = test->prior_mean / test->prior_variance;
        const double above = se * se * (z / sd - pull), below = se * se * (-z / sd - pull);
        return zh_normal_upper((above - effect) / se) + zh_normal_cdf((below - effect) / se);
    }
    const double width = test->method == ZH_POWER_SEQUENTIAL ? zh_effect_sequential_width(n, test->alpha, test->tuning) : z;
    return zh_normal_upper(width - effect / se) + zh_normal_cdf(-width - effect / se);
}

/* se of a relative effect with equal arms; the wider interval of a sequential test counts as noise. */
static double planned_se(const zh_power_test *test, double mean, double variance, double effect, double n)
{
    const double se = sqrt(variance / n * (1 + (1 + effect) * (1 + effect))) / fabs(mean);
    if (test->method != ZH_POWER_SEQUENTIAL) return se;
    return se * zh_effect_sequential_width(2 * n, test->alpha, test->tuning) / zh_normal_quantile(1 - test->alpha / 2);
}

double zh_power_relative(const zh_power_test *test, double mean, double variance, double effect, double n)
{
    zh_power_test fixed = *test;
    if (test->method == ZH_POWER_SEQUENTIAL) fixed.method = ZH_POWER_FIXED;
    return zh_power_of(&fixed, effect, planned_se(test, mean, variance, effect, n), 2 * n);
}

/* Without the chance to be significant in the wrong direction, which finds no effect. */
static double found(const zh_power_test *test, double mean, double variance, double effect, double n)
{
    if (test->method == ZH_POWER_BAYES) return zh_power_relative(test, mean, variance, effect, n);
    return zh_normal_upper(zh_normal_quantile(1 - test->alpha / 2) - effect / planned_se(test, mean, variance, effect, n));
}

double zh_power_mde(const zh_power_test *test, double mean, double variance, double power, double n)
{
    double low = 0, high = 1e-3;
    while (found(test, mean, variance, high, n) < power) {
        low = high, high *= 2;
        if (high > 1e6) return NAN; /* se grows with the effect: a small sample never gets there */
    }
    for (int i = 0; i < 200 && high - low > 1e-13 * high; i++) {
        const double middle = 0.5 * (low + high);
        if (found(test, mean, variance, middle, n) < power) low = middle;
        else high = middle;
    }
    return high;
}

double zh_power_scaling(const zh_power_test *test, double effect, double se, double n, double power)
{
    double low = 0, high = 1;
    if (zh_power_of(test, effect, se, n) >= power) return 0;
    while (zh_power_of(test, effect, se / sqrt(1 + high), n * (1 + high)) < power) {
        low = high, high *= 2;
        if (high > 1e12) return INFINITY;
    }
    for (int i = 0; i < 200 && high - low > 1e-12 * high; i++) {
        const double middle = 0.5 * (low + high);
        if (zh_power_of(test, effect, se / sqrt(1 + middle), n * (1 + middle)) < power) low = middle;
        else high = middle;
    }
    return high;
}

double zh_power_n_shares(double p1, double p2, double alpha, double power)
{
    const double z = zh_normal_quantile(1 - alpha / 2), zb = zh_normal_quantile(power), both = p1 + p2;
    const double root = z * sqrt(both * (1 - both / 2)) + zb * sqrt(p1 * (1 - p1) + p2 * (1 - p2));
    return root * root / ((p1 - p2) * (p1 - p2));
}

double zh_power_n_normal(double difference, double variance, double alpha, double power)
{
    const double z = zh_normal_quantile(1 - alpha / 2) + zh_normal_quantile(power);
    return 2 * variance * z * z / (difference * difference);
}

static double t_power(double n, double effect, double alpha)
{
    const double dof = 2 * n - 2;
    return 1 - zh_t_noncentral_cdf(zh_t_quantile(1 - alpha / 2, dof), dof, sqrt(n / 2) * effect);
}

double zh_power_n_t(double difference, double sd, double alpha, double power)
{
    const double effect = fabs(difference) / sd;
    double low = 2, high = fmax(4, 2 * zh_power_n_normal(difference, sd * sd, alpha, power));
    if (t_power(low, effect, alpha) >= power) return low;
    while (t_power(high, effect, alpha) < power) high *= 2;
    for (int i = 0; i < 100 && high - low > 1e-9 * high; i++) {
        const double middle = 0.5 * (low + high);
        if (t_power(middle, effect, alpha) < power) low = middle;
        else high = middle;
    }
    return high;
}
