/* Goal: the model is the formula of ease.h, the same for any crew, and finds a taste that is there.
 * Method: random shops and parameters against the formula written out in double; a shop with known tastes as a floor. */
#include "model/ease.h"
#include "model/trial.h"
#include "dense.h"
#include "shop.h"

enum { ITEMS = 40 };
enum { LAM, DROP, USER, TIME, GAMMA, ALPHA, BETA, RECENCY, REST }; /* the order of ease.h */

static const zh_blas *blas;

static void slow_inverse(double p[ITEMS * ITEMS], const zh_train *d, const double *param)
{
    memset(p, 0, ITEMS * ITEMS * sizeof *p);
    for (uint32_t i = 0; i < ITEMS; i++) p[i * ITEMS + i] = i < d->items ? param[LAM] : 1;
    for (uint32_t u = 0; u < d->x.count; u++) {
        const uint32_t size = zh_rows_size(&d->x, u), *took = zh_rows_of(&d->x, u);
        const double w = pow(size, -param[USER]);
        for (uint32_t a = 0; a < size; a++) {
            p[took[a] * ITEMS + took[a]] += param[DROP] / (1 - param[DROP]) * w;
            for (uint32_t b = 0; b < size; b++) p[took[a] * ITEMS + took[b]] += w;
        }
    }
    invert_in_double(p, ITEMS, ITEMS);
}

static void check_scores(const zh_model *model, const zh_train *d, const double *p)
{
    static const uint32_t known[] = { 4, 7, 4, 9 };
    const double *param = model->param, ago[] = { 3, 2, 1, 0 };
    zh_arena arena = zh_arena_open(1 << 24), scratch = zh_arena_open(1 << 20);
    zh_scores scores;
    CHECK(zh_scores_open(&scores, &arena, &scratch, d->items) == ZH_OK);
    CHECK(model->kind->score(model, &(zh_query){ .known = known, .count = 4 }, &scores) == ZH_OK);
    CHECK(scores.way == ZH_SCORES_DENSE);
    for (uint32_t j = 0; j < d->items; j++) {
        double want = 0, size = 0;
        for (int h = 1; h < 4; h++) { /* the first 4 is an older one of the same item */
            const uint32_t i = known[h];
            const double r = param[RECENCY] == 0 ? 1 : param[REST] + (1 - param[REST]) * exp(-ago[h] / param[RECENCY]);
            if (i == j) continue;
            const double share = -r * pow(fmax(1, d->count[i]), -param[ALPHA]) * p[i * ITEMS + j] / pow(p[j * ITEMS + j], param[GAMMA]) *
                                 pow(fmax(1, d->count[j]), -param[BETA]);
            want += share;
            size += fabs(share);
        }
        CHECK(fabs(scores.value[j] - want) <= size * 0x1p-8 + 1e-7);
    }
    zh_arena_close(&scratch);
    zh_arena_close(&arena);
}

static void test_model_is_the_formula_for_any_crew(uint64_t seed)
{
    shop s = shop_open(seed, 120, ITEMS, 14, 3);
    const zh_train *d = &s.problem.train;
    double param[ZH_MODEL_PARAMS_MAX];
    static double p[ITEMS * ITEMS];
    zh_model_params_normal(&zh_ease_kind, param);
    param[LAM] = (double)(1 + test_random(&seed) % 20);
    param[DROP] = (double)(test_random(&seed) % 3) * .3;
    param[USER] = (double)(test_random(&seed) % 3) / 4;
    slow_inverse(p, d, param);
    uint32_t hands = 3;
    zh_model model[2];
    for (int c = 0; c < 2; c++) {
        const zh_crew crew = { .hands = c == 0 ? 1 : hands, .run = c == 0 ? NULL : run_backwards, .context = &hands, .blas = blas };
        model[c] = zh_model_open(&zh_ease_kind, param, 1, 1 << 26);
        CHECK(zh_model_train(&model[c], d, &crew, NULL) == ZH_OK);
    }
    for (uint32_t i = 0; i < d->items; i++)
        for (uint32_t j = 0; j < d->items; j++) {
            const double want = i == j ? 0 : -p[i * ITEMS + j] / sqrt(p[i * ITEMS + i] * p[j * ITEMS + j]);
            CHECK(fabs(zh_ease_correlation(&model[0], i, j) - want) <= fabs(want) * 0x1p-8 + 1e-6);
            CHECK(zh_ease_correlation(&model[0], i, j) == zh_ease_correlation(&model[1], i, j));
        }
    check_scores(&model[0], d, p);
    param[GAMMA] = .75, param[ALPHA] = .3, param[BETA] = -.1, param[RECENCY] = 2, param[REST] = .3;
    zh_model_settle(&model[0], param);
    check_scores(&model[0], d, p);
    zh_model_close(&model[0]);
    zh_model_close(&model[1]);
    shop_close(&s);
}

static void test_old_sessions_fade(void)
{
    /* Items 0 and 1 met long ago, 0 and 2 lately. */
    static const uint32_t at[] = { 0, 1, 0, 2 }, from[] = { 0, 2, 4 }, turned[] = { 0, 1, 0, 1 }, turned_from[] = { 0, 2, 3, 4 }, count[] = { 2, 1, 1 };
    static const double time_s[] = { 0, 10 * 86400 };
    const zh_rows rows = { 2, 3, from, at };
    const zh_train d = { .items = 3, .seq = rows, .x = rows, .xt = { 3, 2, turned_from, turned }, .count = count, .time_s = time_s };
    for (int aged = 0; aged < 2; aged++) {
        double param[ZH_MODEL_PARAMS_MAX];
        zh_model_params_normal(&zh_ease_kind, param);
        param[LAM] = 1;
        param[TIME] = aged * 5;
        zh_model model = zh_model_open(&zh_ease_kind, param, 1, 1 << 24);
        CHECK(zh_model_train(&model, &d, &(zh_crew){ .hands = 1, .blas = blas }, NULL) == ZH_OK);
        const float then = zh_ease_correlation(&model, 0, 1), now = zh_ease_correlation(&model, 0, 2);
        CHECK(aged ? then < .5f * now : then == now);
        zh_model_close(&model);
    }
}

static void test_without_its_library_it_says_so(void)
{
    shop s = shop_open(1, 20, 10, 5, 1);
    zh_note why = { "" };
    zh_model model = zh_model_open(&zh_ease_kind, NULL, 1, 1 << 24);
    CHECK(zh_model_train(&model, &s.problem.train, &ZH_CREW_ALONE, &why) == ZH_ABSENT && why.text[0] != '\0');
    zh_model_close(&model);
    model = zh_model_open(&zh_ease_kind, NULL, 1, 1 << 12);
    CHECK(zh_model_train(&model, &s.problem.train, &(zh_crew){ .hands = 1, .blas = blas }, &why) == ZH_NOMEM);
    zh_model_close(&model);
    shop_close(&s);
}

static void test_a_taste_is_found(uint64_t seed)
{
    enum { K = 10 };
    shop s = shop_open(seed, 400, 200, 16, 4);
    double ndcg[2];
    for (int m = 0; m < 2; m++) {
        zh_model model = zh_model_open(zh_model_kind_named(m == 0 ? ZH_SV("popular") : ZH_SV("ease")), NULL, 1, 1 << 26);
        uint32_t *top = ZH_TAKE(&s.arena, uint32_t, (size_t)s.problem.queries * K);
        zh_metrics metrics;
        const zh_crew crew = { .hands = 1, .blas = blas };
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
    blas = dense_open();
    for (uint64_t i = 0; i < 20; i++) test_model_is_the_formula_for_any_crew(seed + i);
    test_old_sessions_fade();
    test_without_its_library_it_says_so();
    for (uint64_t i = 0; i < 3; i++) test_a_taste_is_found(seed + i);
    return 0;
}
