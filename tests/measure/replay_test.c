/* Goal: what another way of drawing would have earned lies in the interval as often as it says, and there is no answer where there can be none.
 * Method: shops whose truth is known, 400 seeds each: shares and money, even and very uneven chances, chances that changed underway as a bandit's do;
 * estimates against sums made the slow way; the traps one by one. */
#include "measure/replay.h"
#include "check.h"

#include <math.h>

static double unit(uint64_t *seed) { return (double)(test_random(seed) >> 11) * 0x1p-53; }

static bool holds(const zh_replay_estimate *e, double truth) { return e->low <= truth && truth <= e->high; }

typedef struct shop { const char *name; double chance[3], later[3], rate[3], money, target[3]; } shop; /* later: of the second half */

static void covers(const shop *s, uint64_t seed)
{
    enum { SEEDS = 400, CUSTOMERS = 3000 };
    int in[3] = { 0 };
    double truth = 0, narrow = 0;
    for (int a = 0; a < 3; a++) truth += s->target[a] * s->rate[a] * s->money;
    for (int k = 0; k < SEEDS; k++) {
        zh_replay r = { .arms = 3, .clip = ZH_REPLAY_CLIP, .target = { s->target[0], s->target[1], s->target[2] } };
        for (int c = 0; c < CUSTOMERS; c++) {
            const double *chance = c < CUSTOMERS / 2 ? s->chance : s->later;
            double place = unit(&seed);
            uint32_t arm = 0;
            while (arm < 2 && place >= chance[arm]) place -= chance[arm++];
            const double y = unit(&seed) < s->rate[arm] ? (s->money > 1 ? -s->money * log(1 - unit(&seed)) : 1) : 0;
            zh_replay_take(&r, arm, chance[arm], s->target[arm], y);
        }
        const zh_replay_answer a = zh_replay_answer_of(&r, 0.05);
        CHECK_ROW(a.refusal == ZH_REPLAY_ANSWERED, s->name);
        in[0] += holds(&a.ips, truth), in[1] += holds(&a.snips, truth), in[2] += holds(&a.dr, truth);
        narrow += (a.dr.high - a.dr.low) / (a.ips.high - a.ips.low) / SEEDS;
        CHECK(a.ess <= a.n && a.actual.low <= a.actual.value);
    }
    printf("%-28s of 400 intervals hold it: IPS %d, SNIPS %d, DR %d; DR is %.2f as wide as IPS\n", s->name, in[0], in[1], in[2], narrow);
    for (int i = 0; i < 3; i++) CHECK_ROW(in[i] >= 368 && in[i] <= 394, s->name); /* 380 +- 2.8 standard errors, and skewed money */
}

/* The sums of the module against the formulas, row by row. */
static void formulas(uint64_t seed)
{
    enum { N = 500 };
    double w[N], y[N], f[2] = { 0 }, fw[2] = { 0 }, p[2] = { 0.3, 0.7 }, q[2] = { 0.8, 0.2 };
    uint32_t arm[N];
    zh_replay r = { .arms = 2, .clip = 2, .target = { q[0], q[1] } };
    for (int i = 0; i < N; i++) {
        arm[i] = unit(&seed) < p[0] ? 0 : 1;
        y[i] = unit(&seed) * 10, w[i] = q[arm[i]] / p[arm[i]];
        f[arm[i]] += y[i] / p[arm[i]], fw[arm[i]] += 1 / p[arm[i]];
        zh_replay_take(&r, arm[i], p[arm[i]], q[arm[i]], y[i]);
    }
    double ips = 0, sw = 0, dr = 0, clipped = 0, squares = 0;
    for (int i = 0; i < N; i++) {
        const double m = f[arm[i]] / fw[arm[i]], g = q[0] * f[0] / fw[0] + q[1] * f[1] / fw[1];
        ips += w[i] * y[i], sw += w[i], dr += g + w[i] * (y[i] - m), clipped += fmin(w[i], 2) * y[i];
    }
    for (int i = 0; i < N; i++) squares += (w[i] * y[i] - ips / N) * (w[i] * y[i] - ips / N);
    const zh_replay_answer a = zh_replay_answer_of(&r, 0.05);
    CHECK(fabs(a.ips.value - ips / N) < 1e-9 && fabs(a.snips.value - ips / sw) < 1e-9 && fabs(a.dr.value - dr / N) < 1e-9 && fabs(a.clipped_ips.value - clipped / N) < 1e-9);
    CHECK(fabs(a.ips.high - a.ips.value - 1.959963985 * sqrt(squares / (N - 1) / N)) < 1e-6 && a.clipped > 0.2 && a.clipped < 0.4 && a.clipped_ips.value < a.ips.value);
}

static zh_replay even(int n)
{
    zh_replay r = { .arms = 2, .clip = 10, .target = { 0, 1 } };
    for (int i = 0; i < n; i++) zh_replay_take(&r, (uint32_t)i % 2, 0.5, (uint32_t)i % 2 == 1 ? 1 : 0, i % 3 == 0);
    return r;
}

static void refuses(void)
{
    const zh_replay none = { .arms = 2, .clip = 10, .target = { 0, 1 } };
    CHECK(zh_replay_answer_of(&none, 0.05).refusal == ZH_REPLAY_NOTHING);
    zh_replay r = even(1000);
    CHECK(zh_replay_answer_of(&r, 0.05).refusal == ZH_REPLAY_ANSWERED);
    zh_replay_take(&r, 1, 1e-6, 1, 1); /* one customer who nearly could not be there: all the weight is his */
    zh_replay_answer a = zh_replay_answer_of(&r, 0.05);
    CHECK(a.refusal == ZH_REPLAY_COLLAPSED && a.ess < 2 && a.max_share > 0.99);
    CHECK(!(a.ips.value > 0) && !(a.dr.high > 0)); /* no number that could be believed */
    r = even(100000); /* many others: the sample is not small, but still his */
    zh_replay_take(&r, 1, 1.0 / 20000, 1, 1);
    a = zh_replay_answer_of(&r, 0.05);
    CHECK(a.ess < ZH_OPE_ESS_MIN || a.refusal == ZH_REPLAY_DOMINATED);
    r = even(150);
    CHECK(zh_replay_answer_of(&r, 0.05).refusal == ZH_REPLAY_COLLAPSED); /* 75 count */
    r = even(1000);
    r.arms = 3, r.target[1] = 0.5, r.target[2] = 0.5;
    a = zh_replay_answer_of(&r, 0.05);
    CHECK(a.refusal == ZH_REPLAY_NO_SUPPORT && a.missing == 2);
    r = even(1000);
    zh_replay_take_unsupported(&r);
    a = zh_replay_answer_of(&r, 0.05);
    CHECK(a.refusal == ZH_REPLAY_NO_SUPPORT && a.missing == 2);
    r = (zh_replay){ .arms = 2, .clip = 10, .target = { 0, 1 } }; /* half had the arm, but a fifth is said */
    for (int i = 0; i < 1000; i++) zh_replay_take(&r, (uint32_t)i % 2, i % 2 == 1 ? 0.2 : 0.8, i % 2 == 1, 1);
    CHECK(zh_replay_answer_of(&r, 0.05).refusal == ZH_REPLAY_WRONG_CHANCES);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    static const shop shops[] = {
        { "shares, even chances", { 1 / 3.0, 1 / 3.0, 1 / 3.0 }, { 1 / 3.0, 1 / 3.0, 1 / 3.0 }, { 0.1, 0.2, 0.15 }, 1, { 0, 1, 0 } },
        { "shares, a bandit", { 1 / 3.0, 1 / 3.0, 1 / 3.0 }, { 0.1, 0.8, 0.1 }, { 0.1, 0.2, 0.15 }, 1, { 1, 0, 0 } },
        { "money, uneven chances", { 0.8, 0.1, 0.1 }, { 0.8, 0.1, 0.1 }, { 0.3, 0.4, 0.35 }, 50, { 0.2, 0.5, 0.3 } },
    };
    for (size_t i = 0; i < sizeof shops / sizeof *shops; i++) covers(&shops[i], seed + i);
    formulas(seed);
    refuses();
    return 0;
}
