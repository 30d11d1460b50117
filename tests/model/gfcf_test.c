/* Goal: the table is the filter of gfcf.h and keeps the largest; a taste is found.
 * Method: random shops and parameters, against the formula over the full spectrum in double; a shop with known
 * tastes as a floor. Without OpenBLAS: skipped. */
#include "model/gfcf.h"
#include "model/neighbours.h"
#include "model/trial.h"
#include "sys/openblas.h"
#include "jacobi.h"
#include "shop.h"

enum { SKIPPED = 77 };
enum { RECENCY, USER, SHARPEN, POPULAR, ITEM, BLUR, LEAN, RANK, TOP, SIDE }; /* the order of gfcf.h */

static zh_blas blas;

/* W(i, j) of gfcf.h, all patterns of R'R written out; returns the gap between the last value in and the first out. */
static double slow_filter(double w[JACOBI_MAX][JACOBI_MAX], const zh_train *d, const double *param)
{
    static jacobi full;
    double core[JACOBI_MAX][JACOBI_MAX] = { { 0 } };
    const uint32_t n = d->items, rank = (uint32_t)param[RANK];
    for (uint32_t u = 0; u < d->x.count; u++) {
        const uint32_t *mine = zh_rows_of(&d->x, u), size = zh_rows_size(&d->x, u);
        for (uint32_t a = 0; a < size; a++)
            for (uint32_t b = 0; b < size; b++)
                core[mine[a]][mine[b]] += pow(size, -2 * param[USER]) * pow(zh_rows_size(&d->xt, mine[a]), -param[ITEM]) *
                                          pow(zh_rows_size(&d->xt, mine[b]), -param[ITEM]);
    }
    memcpy(full.a, core, sizeof core);
    jacobi_solve(&full, (int)n);
    const double most = full.value[0];
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < n; j++) {
            double sum = core[i][j] / most;
            const double lean = pow((double)zh_rows_size(&d->xt, j) / zh_rows_size(&d->xt, i), param[LEAN]);
            for (uint32_t c = 0; c < rank && c < n; c++) {
                const double l = full.value[c] / most, h = param[BLUR] * (1 - param[SHARPEN] * l) - param[SHARPEN] * l * l;
                if (l > 1e-5) sum += h * lean * full.vector[i][c] * full.vector[j][c];
            }
            w[i][j] = i == j ? 0 : sum * most * pow(zh_rows_size(&d->xt, j), param[POPULAR]);
        }
    return rank < n ? (full.value[rank - 1] - full.value[rank]) / most : 1;
}

static void test_rows_equal_the_formula(uint64_t seed)
{
    shop s = shop_open(seed, 200, JACOBI_MAX, 14, 3);
    const zh_train *d = &s.problem.train;
    double param[ZH_MODEL_PARAMS_MAX];
    zh_model_params_normal(&zh_gfcf_kind, param);
    param[RANK] = (double)(28 + test_random(&seed) % 33); /* the block is as wide as the shop, so patterns are exact */
    param[BLUR] = (double)(test_random(&seed) % 3) * .2;
    param[SHARPEN] = (double)(test_random(&seed) % 3) * .4;
    param[USER] = (double)(test_random(&seed) % 3) * .3;
    param[ITEM] = (double)(test_random(&seed) % 3) * .3;
    param[LEAN] = (double)(test_random(&seed) % 3) * .25;
    param[POPULAR] = (double)(test_random(&seed) % 3) * .2;
    param[SIDE] = (double)(test_random(&seed) % 2);
    static double want[JACOBI_MAX][JACOBI_MAX];
    const double gap = slow_filter(want, d, param);
    double most = 0;
    for (uint32_t i = 0; i < d->items; i++)
        for (uint32_t j = 0; j < d->items; j++) most = fmax(most, want[i][j]);
    zh_model model = zh_model_open(&zh_gfcf_kind, param, 1, 1 << 26);
    const zh_crew crew = { .hands = 1, .blas = &blas };
    CHECK(zh_model_train(&model, d, &crew, NULL) == ZH_OK);
    for (uint32_t i = 0; gap > 1e-3 && i < d->items; i++) { /* with no gap, which pattern is the last one is a toss */
        double got[JACOBI_MAX] = { 0 };
        uint32_t count;
        const zh_scored *row = zh_neighbours_row(model.state, i, &count);
        for (uint32_t n = 0; n < count; n++) {
            CHECK(row[n].score > 0 && row[n].item != i && got[row[n].item] == 0);
            got[row[n].item] = row[n].score;
        }
        for (uint32_t j = 0; j < d->items; j++) CHECK(fabs(got[j] - fmax(0, want[i][j])) < 1e-3 * most);
    }
    zh_model_close(&model);
    shop_close(&s);
}

static int larger_first(const void *a, const void *b)
{
    const float x = ((const zh_scored *)a)->score, y = ((const zh_scored *)b)->score;
    return (x < y) - (x > y);
}

/* Rows are found by a sieve over columns of items; what it lets through must be the largest of the whole row. */
static void test_the_cut_keeps_the_largest_of_the_whole_row(uint64_t seed)
{
    shop s = shop_open(seed, 300, 400, 20, 3);
    const uint32_t top = 1 + (uint32_t)(test_random(&seed) % 60);
    const zh_crew crew = { .hands = 1, .blas = &blas };
    zh_model model[2];
    for (int m = 0; m < 2; m++) {
        double param[ZH_MODEL_PARAMS_MAX];
        zh_model_params_normal(&zh_gfcf_kind, param);
        param[TOP] = m == 0 ? 100000 : top;
        model[m] = zh_model_open(&zh_gfcf_kind, param, 1, 1 << 26);
        CHECK(zh_model_train(&model[m], &s.problem.train, &crew, NULL) == ZH_OK);
    }
    for (uint32_t i = 0; i < s.problem.train.items; i++) {
        static zh_scored whole[400], cut[400];
        uint32_t all, kept;
        const zh_scored *row = zh_neighbours_row(model[0].state, i, &all);
        memcpy(whole, row, all * sizeof *row);
        row = zh_neighbours_row(model[1].state, i, &kept);
        memcpy(cut, row, kept * sizeof *row);
        qsort(whole, all, sizeof *whole, larger_first);
        qsort(cut, kept, sizeof *cut, larger_first);
        CHECK(kept >= (all < top ? all : top) && kept <= all);
        for (uint32_t n = 0; n < kept; n++) CHECK(cut[n].score == whole[n].score);
        CHECK(kept == all || whole[kept].score < cut[kept - 1].score); /* ties at the cut are kept */
    }
    for (int m = 0; m < 2; m++) zh_model_close(&model[m]);
    shop_close(&s);
}

static void test_a_taste_is_found(uint64_t seed)
{
    enum { K = 10 };
    shop s = shop_open(seed, 400, 200, 16, 4);
    double ndcg[2];
    for (int m = 0; m < 2; m++) {
        const zh_crew crew = { .hands = 1, .blas = &blas };
        zh_model model = zh_model_open(zh_model_kind_named(m == 0 ? ZH_SV("popular") : ZH_SV("gfcf")), NULL, 1, 1 << 26);
        uint32_t *top = ZH_TAKE(&s.arena, uint32_t, (size_t)s.problem.queries * K);
        zh_metrics metrics;
        CHECK(zh_model_train(&model, &s.problem.train, &crew, NULL) == ZH_OK);
        CHECK(zh_trial_answer(&model, &s.problem, K, &crew, top) == ZH_OK);
        CHECK(zh_trial_judge(&metrics, &s.arena, &s.problem, K, top) == ZH_OK);
        ndcg[m] = metrics.ndcg;
        zh_model_close(&model);
    }
    CHECK(ndcg[1] > 1.5 * ndcg[0]);
    shop_close(&s);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    zh_note why = { "" };
    if (zh_openblas_open(&blas, &why) != ZH_OK) {
        printf("skipped: %s\n", why.text);
        return SKIPPED;
    }
    for (uint64_t i = 0; i < 40; i++) test_rows_equal_the_formula(seed + i);
    for (uint64_t i = 0; i < 20; i++) test_the_cut_keeps_the_largest_of_the_whole_row(seed + i);
    for (uint64_t i = 0; i < 5; i++) test_a_taste_is_found(seed + i);
    return 0;
}
