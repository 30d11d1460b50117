/* Goal: a result is right about its own uncertainty: nothing is found where there is nothing, known effects lie in the intervals.
 * Method: 2,000 experiments of simulated customers whose arms differ by nothing: how often the fixed horizon finds a difference at its end, and the
 * sequence at any of 24 looks; 2,000 shops with a known effect: how often it lies in the fixed interval, for a mean, a share, a ratio, and with what was
 * known before taken out. Bounds are those of 2,000 draws. A lost arm is noticed. */
#include "measure/experiment_result.h"
#include "base/rng.h"
#include "check.h"

#include <math.h>
#include <string.h>

enum { RUNS = 2000, UNITS = 400, LOOKS = 24, MEAN = 0, SHARE = 1, RATIO = 2, METRICS = 3 };

static double normal(zh_rng *rng)
{
    const double u = zh_rng_unit(rng), v = zh_rng_unit(rng);
    return sqrt(-2 * log(1 - u)) * cos(6.28318530717958648 * v);
}

typedef struct shop {
    zh_experiment e;
    uint64_t units[2];
    zh_experiment_cell cells[2 * METRICS];
} shop;

static shop shop_open(void)
{
    shop s = { .e = { .arms_count = 2, .metrics_count = METRICS, .alpha_micro = 50000 } };
    for (int a = 0; a < 2; a++) s.e.arms[a].weight = 1;
    s.e.metrics[MEAN] = (zh_metric){ .of = ZH_QUANTITY_REVENUE };
    s.e.metrics[SHARE] = (zh_metric){ .of = ZH_QUANTITY_ORDERED, .is_share = true };
    s.e.metrics[RATIO] = (zh_metric){ .of = ZH_QUANTITY_REVENUE, .per = ZH_QUANTITY_ORDERS };
    return s;
}

static void put(zh_experiment_cell *cell, const int64_t v[4])
{
    int at = 0;
    for (int i = 0; i < 4; i++) {
        cell->sum[i] += v[i];
        for (int k = i; k < 4; k++, at++) cell->product[at] += (__int128)v[i] * v[k];
    }
}

/* One customer: what he spends hangs on what he spent before; money is skewed, as money is. */
static void comes(shop *s, zh_rng *rng, double lift, double share_lift)
{
    const int arm = zh_rng_unit(rng) < 0.5;
    const double taste = normal(rng);
    const int64_t before = (int64_t)(1000 * exp(0.5 * taste)), after = (int64_t)(1000 * exp(0.5 * taste + 0.3 * normal(rng))) + (int64_t)(arm ? lift : 0);
    const int64_t orders = 1 + (int64_t)(zh_rng_unit(rng) * 3);
    int64_t spent = 0;
    for (int64_t i = 0; i < orders; i++) spent += (int64_t)(500 * exp(0.4 * normal(rng))) + (int64_t)(arm ? lift : 0);
    s->units[arm]++;
    put(&s->cells[arm * METRICS + MEAN], (int64_t[]){ after, before, 0, 0 });
    put(&s->cells[arm * METRICS + SHARE], (int64_t[]){ zh_rng_unit(rng) < 0.2 + (arm ? share_lift : 0), 0, 0, 0 });
    put(&s->cells[arm * METRICS + RATIO], (int64_t[]){ spent, orders, 0, 0 });
}

static zh_experiment_sums now(const shop *s) { return (zh_experiment_sums){ 0, s->units, s->cells }; }
static bool excludes(const zh_verdict *v, double truth) { return v->low > truth || v->high < truth; }

static void nothing_is_found_where_nothing_is(uint64_t seed)
{
    int fixed[METRICS] = { 0 }, peeked[METRICS] = { 0 }, mistrusted = 0;
    for (uint64_t run = 0; run < RUNS; run++) {
        shop s = shop_open();
        bool ever[METRICS] = { false };
        zh_experiment_result r;
        zh_rng rng = { .seed = seed, .stream = run };
        for (int look = 0; look < LOOKS; look++) {
            for (int i = 0; i < UNITS / LOOKS * 4; i++) comes(&s, &rng, 0, 0);
            const zh_experiment_sums at = now(&s);
            zh_experiment_result_of(&s.e, &at, &r);
            for (int m = 0; m < METRICS; m++) ever[m] |= excludes(&r.of[1][m].absolute.sequential, 0);
        }
        for (int m = 0; m < METRICS; m++) {
            CHECK(r.of[1][m].absolute.stands);
            fixed[m] += excludes(&r.of[1][m].absolute.fixed, 0);
            peeked[m] += ever[m];
        }
        mistrusted += !r.trusted;
    }
    printf("fixed horizon %d %d %d, sequence at any of %d looks %d %d %d, mismatch %d of %d\n", fixed[0], fixed[1], fixed[2], LOOKS, peeked[0], peeked[1], peeked[2], mistrusted, RUNS);
    for (int m = 0; m < METRICS; m++) CHECK(fixed[m] >= 0.037 * RUNS && fixed[m] <= 0.063 * RUNS && peeked[m] <= 0.056 * RUNS);
    CHECK(mistrusted <= 0.005 * RUNS);
}

static void known_effects_lie_inside(uint64_t seed)
{
    const double lift = 60, share_lift = 0.05;
    int inside[METRICS] = { 0 }, narrower = 0;
    for (uint64_t run = 0; run < RUNS; run++) {
        shop s = shop_open();
        zh_experiment_result r;
        zh_rng rng = { .seed = seed ^ 0x5bd1, .stream = run };
        for (int i = 0; i < UNITS * 4; i++) comes(&s, &rng, lift, share_lift);
        const zh_experiment_sums at = now(&s);
        zh_experiment_result_of(&s.e, &at, &r);
        const double truth[METRICS] = { lift, share_lift, lift };
        for (int m = 0; m < METRICS; m++) inside[m] += !excludes(&r.of[1][m].absolute.fixed, truth[m]);
        narrower += r.of[1][MEAN].reduction > 0.4; /* most of what he spends is what he spent */
    }
    printf("known effect inside: mean %d, share %d, ratio %d of %d; CUPED takes over 40 %% of the variance in %d\n", inside[0], inside[1], inside[2], RUNS, narrower);
    for (int m = 0; m < METRICS; m++) CHECK(inside[m] >= 0.94 * RUNS && inside[m] <= 0.96 * RUNS);
    CHECK(narrower > 0.99 * RUNS);
}

static void words(void)
{
    shop s = shop_open();
    zh_rng rng = { .seed = 5, .stream = 1 };
    for (int i = 0; i < 20000; i++) comes(&s, &rng, 400, 0);
    zh_experiment_sums at = now(&s);
    zh_experiment_result r;
    s.e.guardrails_count = 1;
    zh_experiment_result_of(&s.e, &at, &r);
    CHECK(r.trusted && r.of[1][MEAN].word == ZH_RESULT_BETTER && r.of[1][SHARE].word == ZH_RESULT_OPEN && r.of[1][RATIO].is_guardrail && !r.of[1][MEAN].is_guardrail);
    CHECK(r.of[1][MEAN].chance > 0.999 && r.of[1][MEAN].losses[1] < r.of[1][MEAN].losses[0] && r.of[1][MEAN].q >= r.of[1][MEAN].absolute.sequential.p);
    s.e.metrics[MEAN].less_is_better = true;
    zh_experiment_result_of(&s.e, &at, &r);
    CHECK(r.of[1][MEAN].word == ZH_RESULT_WORSE && r.of[1][MEAN].chance < 0.001);
    s.units[1] = s.units[1] * 9 / 10; /* a tenth of an arm is lost */
    zh_experiment_result_of(&s.e, &at, &r);
    CHECK(!r.trusted && r.srm.p < ZH_SRM_ALARM);
    s.units[0] = s.units[1] = 0;
    zh_experiment_result_of(&s.e, &at, &r);
    CHECK(r.trusted && !r.of[1][MEAN].absolute.stands);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    words();
    nothing_is_found_where_nothing_is(seed);
    known_effects_lie_inside(seed);
    return 0;
}
