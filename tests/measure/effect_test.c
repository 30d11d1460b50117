/* Goal: a difference, its interval and its p value fit together, at fixed horizon and at every moment.
 * Method: sums of five values by hand; an interval that touches 0 has p = alpha; A/A draws looked at again and again. */
#include "measure/effect.h"
#include "base/rng.h"
#include "check.h"

#include <math.h>

static void by_hand(void)
{
    /* 1 2 3 4 5: mean 3, variance 2.5; 2 4 6 8 10: mean 6, variance 10 */
    const zh_arm a = zh_arm_of_values(15, 55, 5), b = zh_arm_of_values(30, 220, 5);
    CHECK(a.mean == 3 && a.variance == 2.5 && b.variance == 10);
    zh_effect e = zh_effect_of(&a, &b, false);
    CHECK(e.estimate == 3 && fabs(e.se * e.se - 2.5) < 1e-12 && fabs(e.dof - 6.25 / (0.25 / 4 + 4 / 4.0)) < 1e-12);
    e = zh_effect_of(&a, &b, true);
    CHECK(e.estimate == 1 && fabs(e.se * e.se - (2.0 / 9 + 0.5 * 36 / 81)) < 1e-12);
    const zh_arm minus = { -3, 2.5, 5 };
    CHECK(zh_effect_of(&minus, &b, true).estimate == 3); /* 9 over |-3| */
    const zh_arm share = zh_arm_of_share(3, 12);
    CHECK(share.mean == 0.25 && share.variance == 0.1875);
}

/* Move the estimate until an end of the interval is at 0: then p is alpha. */
static void ends_meet_p(void)
{
    for (int s = 0; s < 3; s++)
        for (int sequential = 0; sequential < 2; sequential++) {
            double low = 0, high = 50;
            zh_effect e = { .se = 1, .dof = 30, .n = 4000 };
            for (int i = 0; i < 100; i++) {
                const double x = 0.5 * (low + high);
                e.estimate = s == ZH_LESS ? -x : x;
                const zh_verdict v = sequential ? zh_effect_sequential(&e, 0.05, 5000, (zh_sides)s) : zh_effect_fixed(&e, 0.05, (zh_sides)s);
                if (s == ZH_LESS ? v.high < 0 : v.low > 0) high = x;
                else low = x;
            }
            const zh_verdict v = sequential ? zh_effect_sequential(&e, 0.05, 5000, (zh_sides)s) : zh_effect_fixed(&e, 0.05, (zh_sides)s);
            CHECK(fabs(v.p - 0.05) < (sequential && s > 0 ? 1e-5 : 1e-8));
            CHECK((v.high == INFINITY) == (s == ZH_GREATER) && (v.low == -INFINITY) == (s == ZH_LESS));
        }
    const zh_effect none = { .estimate = 0, .se = 1, .dof = 30, .n = 100 };
    CHECK(zh_effect_fixed(&none, 0.05, ZH_TWO_SIDED).p == 1 && zh_effect_sequential(&none, 0.05, 5000, ZH_TWO_SIDED).p == 1);
    CHECK(zh_effect_sequential(&none, 0.05, 5000, ZH_GREATER).p == ZH_EFFECT_P_MAX);
}

/* No difference, looked at 40 times: a fixed horizon cries wolf far too often, the sequence does not. */
static void peeking(uint64_t seed)
{
    enum { RUNS = 2000, LOOKS = 40, A_LOOK = 50 };
    int fixed = 0, sequential = 0, last = 0;
    for (int run = 0; run < RUNS; run++) {
        zh_rng rng = { .seed = seed, .stream = (uint64_t)run };
        double sum[2] = { 0 }, squares[2] = { 0 };
        bool cried = false, told = false, at_end = false;
        for (int look = 1; look <= LOOKS; look++) {
            for (int i = 0; i < 2 * A_LOOK; i++) {
                const double v = zh_rng_unit(&rng) < 0.2 ? zh_rng_unit(&rng) * 10 : 0; /* money: mostly none */
                sum[i % 2] += v, squares[i % 2] += v * v;
            }
            const zh_arm a = zh_arm_of_values(sum[0], squares[0], look * A_LOOK), b = zh_arm_of_values(sum[1], squares[1], look * A_LOOK);
            const zh_effect e = zh_effect_of(&a, &b, false);
            at_end = zh_effect_fixed(&e, 0.05, ZH_TWO_SIDED).p < 0.05;
            cried |= at_end;
            told |= zh_effect_sequential(&e, 0.05, 2000, ZH_TWO_SIDED).p < 0.05;
        }
        fixed += cried, sequential += told, last += at_end;
    }
    printf("A/A of %d: fixed at the end %.3f, fixed with peeking %.3f, sequential %.3f\n", RUNS, (double)last / RUNS, (double)fixed / RUNS, (double)sequential / RUNS);
    CHECK(last >= 0.037 * RUNS && last <= 0.063 * RUNS);
    CHECK(sequential <= 0.056 * RUNS);
    CHECK(fixed > 0.15 * RUNS);
}

int main(int argc, char **argv)
{
    by_hand();
    ends_meet_p();
    peeking(test_seed(argc, argv));
    return 0;
}
