#include "model/interval.h"
#include "base/rng.h"

#include <assert.h>
#include <stdlib.h>

enum { RECALL, NDCG, HIT, MRR, METRICS };

/* Weighted sums of a group; the weight itself stands last. */
typedef struct sums {
    double of[METRICS + 1];
} sums;

static double weight_of(const zh_interval_asked *a, uint32_t q)
{
    return a->weight == NULL ? 1 : a->weight[q];
}

static sums sum_group(const zh_interval_asked *a, uint32_t group)
{
    sums s = { { 0 } };
    for (uint32_t q = a->from[group]; q < a->from[group + 1]; q++) {
        const zh_metrics *m = &a->each[q];
        const double values[METRICS + 1] = { m->recall, m->ndcg, m->hit, m->mrr, 1 };
        for (int i = 0; i <= METRICS; i++) s.of[i] += weight_of(a, q) * values[i];
    }
    return s;
}

static int by_size(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

zh_err zh_interval_of(zh_intervals *out, zh_arena *scratch, const zh_interval_asked *asked, uint64_t seed)
{
    assert(asked->groups >= 1);
    enum { LOW = ZH_INTERVAL_DRAWS / 40 - 1, HIGH = ZH_INTERVAL_DRAWS - ZH_INTERVAL_DRAWS / 40 };
    sums *group = ZH_TAKE(scratch, sums, asked->groups);
    double *mean = ZH_TAKE(scratch, double, METRICS * ZH_INTERVAL_DRAWS);
    if (group == NULL || mean == NULL) return ZH_NOMEM;
    for (uint32_t g = 0; g < asked->groups; g++) group[g] = sum_group(asked, g);
    for (uint32_t d = 0; d < ZH_INTERVAL_DRAWS; d++) {
        zh_rng rng = { .seed = seed, .stream = d };
        sums all = { { 0 } };
        for (uint32_t g = 0; g < asked->groups; g++) {
            const sums *drawn = &group[zh_rng_below(&rng, asked->groups)];
            for (int i = 0; i <= METRICS; i++) all.of[i] += drawn->of[i];
        }
        for (int i = 0; i < METRICS; i++) mean[i * ZH_INTERVAL_DRAWS + (int)d] = all.of[i] / all.of[METRICS];
    }
    zh_interval *const ends[METRICS] = { [RECALL] = &out->recall, [NDCG] = &out->ndcg, [HIT] = &out->hit, [MRR] = &out->mrr };
    for (int i = 0; i < METRICS; i++) {
        double *of = mean + i * ZH_INTERVAL_DRAWS;
        qsort(of, ZH_INTERVAL_DRAWS, sizeof *of, by_size);
        *ends[i] = (zh_interval){ of[LOW], of[HIGH] };
    }
    return ZH_OK;
}

void zh_interval_bands(zh_band out[ZH_INTERVAL_BANDS], const zh_interval_asked *asked, const uint32_t *known)
{
    static const uint32_t least[ZH_INTERVAL_BANDS + 1] = { 0, 1, 2, 5, 0 };
    double weights[ZH_INTERVAL_BANDS] = { 0 };
    for (int b = 0; b < ZH_INTERVAL_BANDS; b++) out[b] = (zh_band){ .least = least[b], .most = least[b + 1] - 1 };
    for (uint32_t q = 0; q < asked->from[asked->groups]; q++) {
        int b = 0;
        while (known[q] > out[b].most) b++;
        const double w = weight_of(asked, q);
        out[b].questions++;
        out[b].recall += w * asked->each[q].recall;
        out[b].ndcg += w * asked->each[q].ndcg;
        out[b].hit += w * asked->each[q].hit;
        weights[b] += w;
    }
    for (int b = 0; b < ZH_INTERVAL_BANDS; b++) {
        if (out[b].questions == 0) continue;
        out[b].recall /= weights[b];
        out[b].ndcg /= weights[b];
        out[b].hit /= weights[b];
    }
}
