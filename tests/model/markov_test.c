/* Goal: the scores are those of markov.h, cut and decay too.
 * Method: random sessions with repeats against C, P and the sum written out in double; a chain by hand. */
#include "model/markov.h"
#include "model/sessions.h"

enum { M_STEPS, M_TOP, M_SHRINK, M_TIME, M_LAST, M_QUERY }; /* the order of markov.h */

static void slow_rows(double p[ITEMS][ITEMS], const zh_train *d, const double *param)
{
    for (uint32_t i = 0; i < d->items; i++) {
        double all = param[M_SHRINK], c[ITEMS] = { 0 };
        for (uint32_t r = 0; r < d->seq.count; r++) {
            const double w = param[M_TIME] > 0 ? (float)exp((d->time_s[r] - d->time_s[d->seq.count - 1]) / 86400 / param[M_TIME]) : 1;
            for (uint32_t a = d->seq.from[r]; a < d->seq.from[r + 1]; a++)
                for (uint32_t b = a + 1; b < d->seq.from[r + 1] && b - a <= param[M_STEPS]; b++)
                    if (d->seq.at[a] == i) c[d->seq.at[b]] += w / (b - a), all += w / (b - a);
        }
        for (uint32_t j = 0; j < d->items; j++) {
            double better = 0;
            for (uint32_t o = 0; o < d->items; o++) better += c[o] > c[j] || (c[o] == c[j] && o < j);
            p[i][j] = c[j] > 0 && better < param[M_TOP] ? c[j] / all : 0;
        }
    }
}

static void test_scores_equal_the_formula(uint64_t seed)
{
    world w = world_open(&seed);
    const zh_train *d = &w.problem.train;
    const double param[ZH_MODEL_PARAMS_MAX] = {
        [M_STEPS] = (double)(1 + test_random(&seed) % 6), [M_TOP] = (double)(1 + test_random(&seed) % ITEMS),
        [M_SHRINK] = (double)(test_random(&seed) % 3), [M_TIME] = (double)(test_random(&seed) % 3) * 4,
        [M_LAST] = (double)(1 + test_random(&seed) % QUERY_MAX), [M_QUERY] = .5 + (double)(test_random(&seed) % 5) };
    double p[ITEMS][ITEMS];
    slow_rows(p, d, param);
    zh_model model = zh_model_open(&zh_markov_kind, param, 1, 1 << 24);
    zh_arena scratch = zh_arena_open(1 << 24);
    zh_scores scores;
    uint32_t out;
    CHECK(zh_scores_open(&scores, &w.arena, &scratch, d->items) == ZH_OK);
    CHECK(zh_model_train(&model, d, &ZH_CREW_ALONE, NULL) == ZH_OK);
    for (uint32_t n = 0; n < w.problem.queries; n++) {
        const zh_query *q = &w.problem.query[n];
        CHECK(model.kind->score(&model, q, &scores) == ZH_OK);
        for (uint32_t j = 0; j < d->items; j++) {
            double want = 0;
            for (uint32_t l = 0; l < q->count && l < param[M_LAST]; l++) want += exp(-(double)l / param[M_QUERY]) * p[q->known[q->count - 1 - l]][j];
            CHECK(fabs(scores.value[j] - want) <= 1e-5 * (1 + want));
        }
        zh_scores_top(&scores, &(zh_scores_ask){ .k = 1 }, &out);
    }
    zh_arena_close(&scratch);
    zh_model_close(&model);
    world_close(&w);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    for (uint64_t i = 0; i < 40; i++) test_scores_equal_the_formula(seed + i);
    check_hands(&zh_markov_kind, seed);
    return 0;
}
