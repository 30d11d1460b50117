/* Goal: planned power is the power that experiments have, and plans undo each other.
 * Method: formulas by hand; power at the smallest effect is the target; power of the noncentral t by drawing it. */
#include "measure/power.h"
#include "base/rng.h"
#include "base/special.h"
#include "check.h"

#include <math.h>

int main(int argc, char **argv)
{
    const zh_power_test fixed = { .method = ZH_POWER_FIXED, .alpha = 0.05 }, seq = { .method = ZH_POWER_SEQUENTIAL, .alpha = 0.05, .tuning = 5000 };
    const zh_power_test bayes = { .method = ZH_POWER_BAYES, .alpha = 0.05, .prior_mean = 0, .prior_variance = 1e12 };
    CHECK(fabs(zh_power_of(&fixed, 0, 1, 100) - 0.05) < 1e-12); /* no effect: alpha */
    CHECK(fabs(zh_power_of(&fixed, 1.959963984540054 + 0.8416212335729143, 1, 100) - 0.8) < 2e-6);
    CHECK(fabs(zh_power_of(&bayes, 0.3, 0.1, 100) - zh_power_of(&fixed, 0.3, 0.1, 100)) < 1e-9); /* a flat prior says nothing */
    CHECK(zh_power_of(&seq, 0.3, 0.1, 100) < zh_power_of(&fixed, 0.3, 0.1, 100));

    const double mde = zh_power_mde(&fixed, 0.1, 0.09, 0.8, 3000);
    CHECK(fabs(zh_power_relative(&fixed, 0.1, 0.09, mde, 3000) - 0.8) < 1e-5);
    CHECK(isnan(zh_power_mde(&fixed, 0.1, 0.09, 0.8, 3))); /* se grows with the effect faster */
    const double k = zh_power_scaling(&seq, 0.05, 0.09, 1000, 0.8);
    CHECK(fabs(zh_power_of(&seq, 0.05, 0.09 / sqrt(1 + k), 1000 * (1 + k)) - 0.8) < 1e-9);
    CHECK(zh_power_scaling(&fixed, 0.5, 0.09, 1000, 0.8) == 0 && isinf(zh_power_scaling(&fixed, 0, 0.09, 1000, 0.8)));

    CHECK(fabs(zh_power_n_normal(0.3, 100, 0.05, 0.85) - 200 * pow(1.959963984540054 + 1.0364333894937898, 2) / 0.09) < 1e-6);
    CHECK(fabs(zh_power_n_shares(0.5, 0.7, 0.05, 0.8) - pow(1.959963984540054 * sqrt(0.48) + 0.8416212335729143 * sqrt(0.46), 2) / 0.04) < 1e-9);

    const double n = ceil(zh_power_n_t(0.8, 1, 0.05, 0.8));
    int found = 0;
    enum { RUNS = 20000 };
    zh_rng rng = { .seed = test_seed(argc, argv) };
    for (int run = 0; run < RUNS; run++) {
        double sum[2] = { 0 }, squares[2] = { 0 };
        for (int i = 0; i < 2 * (int)n; i++) {
            const double v = zh_normal_quantile(zh_rng_unit(&rng) * 0.999999 + 5e-7) + (i % 2) * 0.8;
            sum[i % 2] += v, squares[i % 2] += v * v;
        }
        const double pooled = (squares[0] - sum[0] * sum[0] / n + squares[1] - sum[1] * sum[1] / n) / (2 * n - 2);
        found += zh_t_two_sided((sum[1] - sum[0]) / n / sqrt(2 * pooled / n), 2 * n - 2) < 0.05;
    }
    CHECK(fabs((double)found / RUNS - 0.805) < 0.015); /* .8 at the unrounded n */
    CHECK(fabs(zh_t_noncentral_cdf(2, 9, 0) - zh_t_cdf(2, 9)) < 1e-12 && zh_t_noncentral_cdf(2, 9, 25) < 1e-9);
    return 0;
}
