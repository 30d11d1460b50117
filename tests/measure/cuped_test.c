/* Goal: taking out what was known before leaves the effect, narrows it as much as it should, and ratios vary as they do.
 * Method: simulated arms whose truth is known: the spread of many estimates against the standard error that is told. */
#include "measure/cuped.h"
#include "base/rng.h"
#include "check.h"

#include <math.h>

static double normal(zh_rng *rng)
{
    return sqrt(-2 * log(1 - zh_rng_unit(rng))) * cos(6.28318530717958648 * zh_rng_unit(rng));
}

static void take(zh_sums *s, const double *v)
{
    s->n++;
    for (int i = 0; i < s->size; i++) {
        s->sum[i] += v[i];
        for (int j = 0; j < s->size; j++) s->product[i][j] += v[i] * v[j];
    }
}

typedef struct spread { double sum, squares, se; int n; } spread;
static void note(spread *s, const zh_effect *e)
{
    s->sum += e->estimate, s->squares += e->estimate * e->estimate, s->se += e->se, s->n++;
}
static double sd_of(const spread *s)
{
    return sqrt(s->squares / s->n - s->sum / s->n * s->sum / s->n);
}

/* after = before + noise: half of the variance goes; a relative lift of 10 %. */
static void means(uint64_t seed)
{
    spread plain = { 0 }, with = { 0 }, relative = { 0 };
    for (int run = 0; run < 1500; run++) {
        zh_rng rng = { .seed = seed, .stream = (uint64_t)run };
        zh_sums arms[2] = { { .size = 2 }, { .size = 2 } };
        for (int i = 0; i < 400; i++) {
            const double before = 10 + 2 * normal(&rng), after = (before + 2 * normal(&rng)) * (i % 2 ? 1.1 : 1);
            take(&arms[i % 2], (double[]){ after, before });
        }
        zh_cuped c = zh_cuped_of(&arms[0], &arms[1], false, false);
        const zh_arm a = zh_arm_of_values(arms[0].sum[0], arms[0].product[0][0], arms[0].n), b = zh_arm_of_values(arms[1].sum[0], arms[1].product[0][0], arms[1].n);
        const zh_effect raw = zh_effect_of(&a, &b, false);
        note(&plain, &raw);
        note(&with, &c.effect);
        c = zh_cuped_of(&arms[0], &arms[1], false, true);
        note(&relative, &c.effect);
    }
    CHECK(fabs(with.sum / with.n - 1) < 0.03 && fabs(relative.sum / relative.n - 0.1) < 0.003);
    CHECK(fabs(sd_of(&with) / sd_of(&plain) - sqrt(0.5)) < 0.05);
    CHECK(fabs(with.se / with.n / sd_of(&with) - 1) < 0.06 && fabs(relative.se / relative.n / sd_of(&relative) - 1) < 0.06);
}

/* money a visit: visits and money go together, so the ratio is steadier than either. */
static void ratios(uint64_t seed)
{
    spread plain = { 0 }, with = { 0 };
    for (int run = 0; run < 1500; run++) {
        zh_rng rng = { .seed = seed ^ 99, .stream = (uint64_t)run };
        zh_sums four[2] = { { .size = 4 }, { .size = 4 } }, two[2] = { { .size = 2 }, { .size = 2 } };
        for (int i = 0; i < 400; i++) {
            const double rate = 2 + 0.3 * normal(&rng), d = 3 + zh_rng_unit(&rng) * 4, d_pre = 3 + zh_rng_unit(&rng) * 4;
            const double v[4] = { d * rate + 0.3 * normal(&rng), d, d_pre * rate + 0.3 * normal(&rng), d_pre };
            take(&four[i % 2], v);
            take(&two[i % 2], v);
        }
        const zh_arm a = zh_ratio_arm(&two[0]), b = zh_ratio_arm(&two[1]);
        const zh_effect e = zh_effect_of(&a, &b, false);
        const zh_cuped c = zh_cuped_of(&four[0], &four[1], true, false);
        note(&plain, &e);
        note(&with, &c.effect);
    }
    CHECK(fabs(plain.sum / plain.n) < 0.01 && fabs(plain.se / plain.n / sd_of(&plain) - 1) < 0.06);
    CHECK(fabs(with.se / with.n / sd_of(&with) - 1) < 0.06 && sd_of(&with) < 0.6 * sd_of(&plain));
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    means(seed);
    ratios(seed);
    /* what does not vary takes nothing away */
    const zh_sums flat = { .n = 3, .size = 2, .sum = { 6, 3 }, .product = { { 14, 6 }, { 6, 3 } } };
    const zh_cuped c = zh_cuped_of(&flat, &flat, false, false);
    CHECK(c.theta == 0 && c.control.mean == 2 && c.control.variance == 1);
    return 0;
}
