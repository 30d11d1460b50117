/* Goal: Pareto/NBD agrees with the integral it stands for, on both sides of alpha = beta, and stays finite.
 * Method: Simpson's rule over the moment of leaving, for histories of all kinds. */
#include "measure/paretonbd.h"
#include "base/special.h"
#include "check.h"

#include <math.h>

/* Chance to be alive by the integral of the likelihood, in steps. */
static double alive_slow(const zh_paretonbd *m, const zh_clv_history *h)
{
    enum { STEPS = 20000 };
    const double width = (h->T - h->t_x) / STEPS, high = pow(m->alpha + h->T, -(m->r + h->x)) * pow(m->beta + h->T, -m->s);
    double sum = 0;
    for (int i = 0; i <= STEPS; i++) {
        const double y = h->t_x + i * width;
        sum += (i == 0 || i == STEPS ? 1 : i % 2 ? 4 : 2) * m->s * pow(m->alpha + y, -(m->r + h->x)) * pow(m->beta + y, -(m->s + 1));
    }
    return high / (high + sum * width / 3);
}

int main(void)
{
    static const zh_paretonbd shops[] = { { 0.5533, 10.578, 0.6062, 11.669 }, { 0.5533, 11.669, 0.6062, 10.578 }, { 2, 5, 1, 5 }, { 0.3, 1, 3, 20 }, { 4, 30, 0.2, 2 } };
    static const zh_clv_history people[] = { { 0, 0, 39, 1 }, { 1, 10, 39, 1 }, { 10, 20, 39, 1 }, { 26, 30.86, 31, 1 }, { 3, 5, 5, 1 } };
    for (size_t i = 0; i < sizeof shops / sizeof *shops; i++) {
        for (size_t k = 0; k < sizeof people / sizeof *people; k++) CHECK(fabs(zh_paretonbd_alive(&shops[i], &people[k]) - alive_slow(&shops[i], &people[k])) < 1e-7);
        CHECK(zh_paretonbd_expected(&shops[i], 0) == 0);
        /* what a new customer is expected to buy in 30 days is a sum of what they buy in 30 times one */
        CHECK(fabs(zh_paretonbd_conditional(&shops[i], &(zh_clv_history){ 0, 0, 0, 1 }, 30) - zh_paretonbd_expected(&shops[i], 30)) < 1e-12);
    }
    static const zh_paretonbd extreme = { 0.5143, 2.8845, 0.2856, 14.1087 };
    static const double rows[][3] = { { 221, 103.43, 103.57 }, { 254, 97.14, 97.29 }, { 161, 94.71, 98.0 }, { 204, 98.57, 99.43 }, { 5000, 99, 100 } };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        const zh_clv_history h = { rows[k][0], rows[k][1], rows[k][2], 1 };
        const double p = zh_paretonbd_alive(&extreme, &h);
        CHECK(p >= 0 && p <= 1 && isfinite(zh_paretonbd_ll(&extreme, &h, 1)));
    }
    const zh_paretonbd one = { 1, 10, 1, 10 }, beside = { 1, 10, 1 + 1e-6, 10 }; /* s = 1 is a hole of the formula only */
    CHECK(fabs(zh_paretonbd_expected(&one, 20) - log(3)) < 1e-12 && fabs(zh_paretonbd_expected(&beside, 20) - log(3)) < 1e-5);
    return 0;
}
