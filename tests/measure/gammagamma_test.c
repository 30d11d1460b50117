/* Goal: Gamma-Gamma's likelihood is a density of the mean spend, and its expectation runs from all to the customer.
 * Method: the density integrated over the mean; the two ends of the expectation; a peak where the fit says. */
#include "measure/gammagamma.h"
#include "check.h"

#include <math.h>

int main(void)
{
    const zh_gammagamma m = { 6.25, 3.74, 15.44 };
    for (int x = 1; x < 30; x *= 3) {
        enum { STEPS = 200000 };
        double whole = 0;
        for (int i = 1; i < STEPS; i++) { /* m = u/(1-u), so that the whole line is one step wide */
            const double u = (double)i / STEPS;
            whole += exp(zh_gammagamma_ll(&m, &(zh_clv_spend){ x, u / (1 - u) }, 1)) / ((1 - u) * (1 - u)) / STEPS;
        }
        CHECK(fabs(whole - 1) < 1e-6);
    }
    CHECK(fabs(zh_gammagamma_expected(&m, 0, 0) - 6.25 * 15.44 / 2.74) < 1e-12);
    CHECK(fabs(zh_gammagamma_expected(&m, 1e9, 80) - 80) < 1e-5);
    CHECK(zh_gammagamma_expected(&(zh_gammagamma){ 2, 0.5, 3 }, 0, 0) == INFINITY);
    static const zh_clv_spend spends[] = { { 1, 20 }, { 2, 35 }, { 3, 18 }, { 1, 60 }, { 4, 41 }, { 2, 25 }, { 6, 30 } };
    zh_gammagamma fit;
    double ll;
    (void)zh_gammagamma_fit(&fit, spends, 7, &ll);
    CHECK(ll >= zh_gammagamma_ll(&m, spends, 7));
    return 0;
}
