/* Goal: the model is the formula of itemknn.h, cut included, and finds a taste that is there.
 * Method: random shops, every weight and side, against the formula written out over a full table in
 * double; a shop with known tastes as a floor. */
#include "model/itemknn.h"
#include "model/neighbours.h"
#include "model/trial.h"
#include "shop.h"

#include <math.h>

enum { ITEMS_MAX = 60 };
enum { WEIGHT, TOP, SHRINK, USER, K1, B, SIDE, RECENCY }; /* the order of itemknn.h */

/* sim(i, j), the formula as it stands. */
static void slow_similarities(double sim[ITEMS_MAX][ITEMS_MAX], const zh_train *d, const double *param)
{
    const uint32_t n = d->items, users = d->x.count;
    static double x[256][ITEMS_MAX];
    const double mean = (double)zh_rows_entries(&d->x) / n;
    for (uint32_t u = 0; u < users; u++)
        for (uint32_t j = 0; j < n; j++) {
            bool took = false;
            for (uint32_t i = 0; i < zh_rows_size(&d->x, u); i++) took |= zh_rows_of(&d->x, u)[i] == j;
            const double size = zh_rows_size(&d->x, u), holders = zh_rows_size(&d->xt, j);
            double w = param[WEIGHT] == 0 ? 1 : param[WEIGHT] == 1 ? log(1 + n / size) : log(1 + (n - size + .5) / (size + .5));
            const double g = param[WEIGHT] < 2 ? 1 : (param[K1] + 1) / (1 + param[K1] * (1 - param[B] + param[B] * holders / mean));
            w /= pow(size, param[USER]);
            x[u][j] = took ? w * g : 0;
        }
    double norm[ITEMS_MAX] = { 0 };
    for (uint32_t j = 0; j < n; j++)
        for (uint32_t u = 0; u < users; u++) norm[j] += x[u][j] * x[u][j];
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < n; j++) {
            double dot = 0;
            for (uint32_t u = 0; u < users; u++) dot += x[u][i] * x[u][j];
            sim[i][j] = i == j ? 0 : dot / (sqrt(norm[i]) * sqrt(norm[j]) + param[SHRINK]);
        }
}

/* How many of row j are clearly larger than `value`? Within rounding counts as a tie, which is kept. */
static uint32_t larger_than(const double *row, uint32_t n, double value)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < n; i++) count += row[i] > value * (1 + 1e-5);
    return count;
}

static void test_pairs_equal_the_formula(uint64_t seed)
{
    shop s = shop_open(seed, 120, ITEMS_MAX, 14, 3);
    const zh_train *d = &s.problem.train;
    double param[ZH_MODEL_PARAMS_MAX];
    zh_model_params_normal(&zh_itemknn_kind, param);
    param[WEIGHT] = (double)(test_random(&seed) % 3);
    param[TOP] = (double)(1 + test_random(&seed) % ITEMS_MAX);
    param[SHRINK] = (double)(test_random(&seed) % 3) * 2.5;
    param[USER] = (double)(test_random(&seed) % 3) / 4;
    param[SIDE] = (double)(test_random(&seed) % 2);
    static double sim[ITEMS_MAX][ITEMS_MAX];
    slow_similarities(sim, d, param);
    zh_model model = zh_model_open(&zh_itemknn_kind, param, 1, 1 << 26);
    CHECK(zh_model_train(&model, d, &ZH_CREW_ALONE, NULL) == ZH_OK);
    for (uint32_t i = 0; i < d->items; i++) {
        double got[ITEMS_MAX] = { 0 };
        uint32_t count;
        const zh_scored *near = zh_neighbours_row(model.state, i, &count);
        for (uint32_t n = 0; n < count; n++) {
            CHECK(near[n].score > 0 && near[n].item != i && got[near[n].item] == 0);
            got[near[n].item] = near[n].score;
        }
        for (uint32_t j = 0; j < d->items; j++) {
            /* whose list decides: j's own (candidate) or i's */
            const double *row = param[SIDE] == 0 ? sim[j] : sim[i];
            const double want = sim[i][j];
            const uint32_t better = larger_than(row, d->items, want);
            /* A pair is gone only when `top` others are as good, give or take the rounding. */
            if (want > 0 && got[j] == 0) CHECK(larger_than(row, d->items, want * (1 - 3e-5)) > (uint32_t)param[TOP]);
            if (got[j] != 0) CHECK(fabs(got[j] - want) <= 1e-5 * want && better < (uint32_t)param[TOP]);
        }
    }
    zh_model_close(&model);
    shop_close(&s);
}

static void test_ties_at_the_cut_are_kept(void)
{
    /* Item 0 was taken once with each of 1, 2, 3: three equal similarities, and room for one. */
    static const struct { const char *name; double side; uint32_t want[4]; } rows[] = {
        { "history: all three are near 0", 1, { 3, 1, 1, 1 } },
        { "candidate: all three are reached from 0", 0, { 3, 1, 1, 1 } },
    };
    zh_dataset data = zh_dataset_open();
    zh_arena arena = zh_arena_open(1 << 20);
    zh_split split;
    zh_problem problem;
    CHECK(zh_dataset_read(&data, ZH_PART_TRAIN, ZH_DATASET_LISTS, ZH_SV("1 0 1\n2 0 2\n3 0 3\n"), NULL) == ZH_OK);
    CHECK(zh_dataset_read(&data, ZH_PART_TEST, ZH_DATASET_LISTS, ZH_SV("1 2\n"), NULL) == ZH_OK);
    CHECK(zh_split_make(&split, &arena, &data) == ZH_OK && zh_problem_make(&problem, &arena, &split, false, NULL) == ZH_OK);
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        double param[ZH_MODEL_PARAMS_MAX];
        zh_model_params_normal(&zh_itemknn_kind, param);
        param[TOP] = 1;
        param[SIDE] = rows[r].side;
        zh_model model = zh_model_open(&zh_itemknn_kind, param, 1, 1 << 20);
        CHECK(zh_model_train(&model, &problem.train, &ZH_CREW_ALONE, NULL) == ZH_OK);
        for (uint32_t i = 0; i < 4; i++) {
            uint32_t count;
            CHECK(zh_neighbours_row(model.state, i, &count) != NULL);
            CHECK_ROW(count == rows[r].want[i], rows[r].name);
        }
        zh_model_close(&model);
    }
    zh_arena_close(&arena);
    zh_dataset_close(&data);
}

static void test_score_weighs_the_newest_of_each_item(void)
{
    shop s = shop_open(5, 120, 30, 14, 3);
    double param[ZH_MODEL_PARAMS_MAX];
    zh_model_params_normal(&zh_itemknn_kind, param);
    zh_model model = zh_model_open(&zh_itemknn_kind, param, 1, 1 << 26);
    CHECK(zh_model_train(&model, &s.problem.train, &ZH_CREW_ALONE, NULL) == ZH_OK);
    zh_arena arena = zh_arena_open(1 << 24), scratch = zh_arena_open(1 << 20);
    zh_scores scores;
    CHECK(zh_scores_open(&scores, &arena, &scratch, s.problem.train.items) == ZH_OK);
    static const uint32_t known[] = { 4, 7, 4, 9 };
    static const double plain[] = { 0, 1, 1, 1 }, recent[] = { 0, 0.36787944117144233, 0.60653065971263342, 1 }; /* exp(-2/2), exp(-1/2) */
    for (int way = 0; way < 2; way++) {
        model.param[RECENCY] = way == 0 ? 0 : 2;
        double want[30] = { 0 };
        for (int h = 0; h < 4; h++) {
            uint32_t count;
            const zh_scored *near = zh_neighbours_row(model.state, known[h], &count);
            for (uint32_t n = 0; n < count; n++) want[near[n].item] += (way == 0 ? plain : recent)[h] * near[n].score;
        }
        CHECK(model.kind->score(&model, &(zh_query){ .known = known, .count = 4 }, &scores) == ZH_OK);
        for (uint32_t i = 0; i < s.problem.train.items; i++) CHECK(fabs(scores.value[i] - want[i]) < 1e-5);
        uint32_t out;
        zh_scores_top(&scores, &(zh_scores_ask){ .k = 1 }, &out);
    }
    zh_arena_close(&scratch);
    zh_arena_close(&arena);
    zh_model_close(&model);
    shop_close(&s);
}

static void test_a_taste_is_found(uint64_t seed)
{
    enum { K = 10 };
    shop s = shop_open(seed, 400, 200, 16, 4);
    double ndcg[2];
    for (int m = 0; m < 2; m++) {
        zh_model model = zh_model_open(zh_model_kind_named(m == 0 ? ZH_SV("popular") : ZH_SV("itemknn")), NULL, 1, 1 << 26);
        uint32_t *top = ZH_TAKE(&s.arena, uint32_t, (size_t)s.problem.queries * K);
        zh_metrics metrics;
        CHECK(zh_model_train(&model, &s.problem.train, &ZH_CREW_ALONE, NULL) == ZH_OK);
        CHECK(zh_trial_answer(&model, &s.problem, K, &ZH_CREW_ALONE, top) == ZH_OK);
        CHECK(zh_trial_judge(&metrics, &s.arena, &s.problem, K, top) == ZH_OK);
        ndcg[m] = metrics.ndcg;
        zh_model_close(&model);
    }
    CHECK(ndcg[1] > 1.5 * ndcg[0]); /* four tastes: about three times as good on these seeds */
    shop_close(&s);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    for (uint64_t i = 0; i < 40; i++) test_pairs_equal_the_formula(seed + i);
    test_ties_at_the_cut_are_kept();
    test_score_weighs_the_newest_of_each_item();
    for (uint64_t i = 0; i < 5; i++) test_a_taste_is_found(seed + i);
    return 0;
}
