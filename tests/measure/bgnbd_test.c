/* Goal: BG/NBD hangs together: its probabilities add to 1, their mean is its expectation, and nothing overflows.
 * Method: the probability of each count summed; the law of total expectation over two spans; a hole of the formula at a = 1. */
#include "measure/bgnbd.h"
#include "check.h"

#include <math.h>

static const zh_bgnbd shop = { 0.243, 4.414, 0.793, 2.426 };

static void probabilities_add_up(void)
{
    for (double t = 0.1; t < 100; t *= 3) {
        double whole = 0, mean = 0;
        for (uint32_t n = 0; n < 4000; n++) {
            const double p = zh_bgnbd_probability(&shop, n, t);
            CHECK(p >= 0 && p <= 1);
            whole += p, mean += n * p;
        }
        CHECK(fabs(whole - 1) < 1e-6 && fabs(mean - zh_bgnbd_expected(&shop, t)) < 1e-4);
    }
    CHECK(zh_bgnbd_probability(&shop, 0, 0) == 1 && zh_bgnbd_probability(&shop, 2, 0) == 0);
}

static void alive_and_expected(void)
{
    CHECK(zh_bgnbd_alive(&shop, &(zh_clv_history){ 0, 0, 39, 1 }) == 1);
    /* by hand: 1/(1 + .793/3.426 (43.274/34.844)^2.243) */
    CHECK(fabs(zh_bgnbd_alive(&shop, &(zh_clv_history){ 2, 30.43, 38.86, 1 }) - 1 / (1 + 0.793 / 3.426 * pow(43.274 / 34.844, 2.243))) < 1e-12);
    CHECK(zh_bgnbd_conditional(&shop, &(zh_clv_history){ 2, 30.43, 38.86, 1 }, 0) == 0);
    const double many = zh_bgnbd_conditional(&shop, &(zh_clv_history){ 5000, 100, 100, 1 }, 10); /* 50 a week: goes on for a while */
    CHECK(isfinite(many) && many > 100 && many < 5000);
    double last = 0;
    for (double a = 0.9; a < 1.1; a += 0.001) { /* no step where the formula divides by a - 1 */
        const zh_bgnbd m = { 0.243, 4.414, a, 2.426 };
        const double e = zh_bgnbd_expected(&m, 52);
        CHECK(last == 0 || (e < last && last - e < 0.01));
        last = e;
    }
}

/* A fit finds back what made the data: exact shares of each count within 20 weeks, all of them at the same age. */
static void fit_climbs(void)
{
    zh_clv_history h[6] = { { 0, 0, 20, 50 }, { 1, 5, 20, 20 }, { 2, 12, 20, 10 }, { 3, 19, 20, 8 }, { 5, 18, 20, 4 }, { 0, 0, 10, 8 } };
    zh_bgnbd m;
    double ll;
    CHECK(zh_bgnbd_fit(&m, h, 6, &ll));
    CHECK(fabs(ll - zh_bgnbd_ll(&m, h, 6)) < 1e-9);
    for (int i = 0; i < 8; i++) { /* a peak: a step either way in any parameter goes down */
        zh_bgnbd off = m;
        double *const at[4] = { &off.r, &off.alpha, &off.a, &off.b };
        *at[i / 2] *= i % 2 ? 1.02 : 1 / 1.02;
        CHECK(zh_bgnbd_ll(&off, h, 6) <= ll + 1e-9);
    }
}

int main(void)
{
    probabilities_add_up();
    alive_and_expected();
    fit_climbs();
    return 0;
}
