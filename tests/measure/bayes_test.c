/* Goal: a belief's chance and losses are the integrals they are named for, and stay numbers far out.
 * Method: sums over a fine grid of the density. */
#include "measure/bayes.h"
#include "base/special.h"
#include "check.h"

#include <math.h>
#include <stddef.h>

int main(void)
{
    for (double mean = -0.3; mean < 0.31; mean += 0.1) {
        const zh_belief b = { mean, 0.11 };
        double chance = 0, win = 0, lose = 0, losses[2], ends[2];
        const double step = 1e-5;
        for (double x = -1.5 + step / 2; x < 1.5; x += step) {
            const double p = zh_normal_pdf((x - mean) / 0.11) / 0.11 * step;
            chance += x > 0 ? p : 0, win += x > 0 ? p * x : 0, lose += x < 0 ? -p * x : 0;
        }
        zh_belief_losses(&b, losses);
        zh_belief_interval(&b, 0.05, ends);
        CHECK(fabs(zh_belief_chance(&b) - chance) < 1e-8 && fabs(losses[0] - win) < 1e-9 && fabs(losses[1] - lose) < 1e-9);
        CHECK(fabs(ends[0] + ends[1] - 2 * mean) < 1e-12 && fabs(zh_normal_cdf((ends[1] - mean) / 0.11) - 0.975) < 1e-12);
    }
    const double m = 0.1, v = 0.02;
    const zh_belief both = zh_belief_of(0.3, sqrt(0.02), &m, &v); /* equal precisions: the middle, half the variance */
    CHECK(fabs(both.mean - 0.2) < 1e-15 && fabs(both.sd - 0.1) < 1e-15);
    CHECK(zh_belief_of(0.3, 0.2, NULL, NULL).mean == 0.3);
    double losses[2];
    zh_belief_losses(&(zh_belief){ -0.01, 4.5e-9 }, losses);
    CHECK(losses[0] == 0 && losses[1] == 0.01);
    zh_belief_losses(&(zh_belief){ 1e100, 1e-100 }, losses);
    CHECK(losses[0] == 1e100 && losses[1] == 0);
    return 0;
}
