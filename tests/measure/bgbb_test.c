/* Goal: BG/BB is a distribution: histories of n periods have probabilities that add to 1, and its expectations add up.
 * Method: all (x, t_x) of six periods, each as often as sequences lead to it: C(t_x - 1, x - 1). */
#include "measure/bgbb.h"
#include "check.h"

#include <math.h>

static double ways(int x, int t_x)
{
    if (x == 0) return 1;
    return round(exp(lgamma(t_x) - lgamma(x) - lgamma(t_x - x + 1)));
}

int main(void)
{
    static const zh_bgbb shops[] = { { 1.2035, 0.7497, 0.6567, 2.7834 }, { 2, 3, 1, 4 }, { 0.3, 5, 2.5, 1 } };
    for (size_t s = 0; s < sizeof shops / sizeof *shops; s++) {
        const zh_bgbb *m = &shops[s];
        double whole = 0, next = 0, bought = 0, next_alive = 0;
        for (int x = 0; x <= 6; x++)
            for (int t_x = x; t_x <= (x == 0 ? 0 : 6); t_x++) {
                const zh_clv_history h = { x, t_x, 6, 1 };
                const double p = ways(x, t_x) * exp(zh_bgbb_ll(m, &h, 1));
                whole += p, bought += p * x, next += p * zh_bgbb_conditional(m, &h, 4), next_alive += p * zh_bgbb_alive(m, &h);
            }
        CHECK(fabs(whole - 1) < 1e-12);
        CHECK(fabs(bought - zh_bgbb_expected(m, 6)) < 1e-10);               /* purchases in six periods */
        CHECK(fabs(bought + next - zh_bgbb_expected(m, 10)) < 1e-9);        /* and in the four after them */
        double there = 1; /* B(gamma, delta + 7) / B(gamma, delta) */
        for (int i = 0; i < 7; i++) there *= (m->delta + i) / (m->gamma + m->delta + i);
        CHECK(fabs(next_alive - there) < 1e-12);
    }
    return 0;
}
