/* Goal: a row in the table is all a command line needs to know about a model.
 * Method: a table of parameter texts; for every kind, what must hold for all of them (without OpenBLAS: for all
 * that are not dense). */
#include "model/model.h"
#include "model/trial.h"
#include "sys/openblas.h"
#include "shop.h"

static zh_blas blas_here;
static const zh_blas *blas; /* NULL: none here */

static void test_parameters_take_what_their_kind_says(void)
{
    static const struct { const char *name, *key, *value; zh_err want; double number; } rows[] = {
        { "whole number", "top", "50", ZH_OK, 50 },
        { "not whole", "top", "50.5", ZH_RANGE, 0 },
        { "below the least", "top", "0", ZH_RANGE, 0 },
        { "above the most", "b", "1.01", ZH_RANGE, 0 },
        { "fraction", "user", "0.25", ZH_OK, .25 },
        { "no number", "user", "x", ZH_RANGE, 0 },
        { "number and more", "user", "1x", ZH_RANGE, 0 },
        { "empty", "user", "", ZH_RANGE, 0 },
        { "not a number", "user", "nan", ZH_RANGE, 0 },
        { "a choice", "weight", "bm25", ZH_OK, 2 },
        { "no such choice", "weight", "bm26", ZH_RANGE, 0 },
        { "no such parameter", "topp", "1", ZH_ABSENT, 0 },
    };
    const zh_model_kind *kind = zh_model_kind_named(ZH_SV("itemknn"));
    CHECK(kind != NULL);
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        double param[ZH_MODEL_PARAMS_MAX];
        uint32_t index = ZH_MODEL_PARAMS_MAX;
        zh_note why = { "" };
        zh_model_params_normal(kind, param);
        CHECK_ROW(zh_model_param_set(kind, param, zh_sv_of(rows[r].key), zh_sv_of(rows[r].value), &index, &why) == rows[r].want, rows[r].name);
        if (rows[r].want == ZH_OK) CHECK_ROW(param[index] == rows[r].number, rows[r].name);
        else CHECK_ROW(why.text[0] != '\0', rows[r].name);
    }
}

static void test_kinds_are_named_once_and_their_grids_lie_in_range(void)
{
    for (size_t i = 0; i < zh_model_kinds(); i++) {
        const zh_model_kind *kind = zh_model_kind_at(i);
        CHECK_ROW(zh_model_kind_named(zh_sv_of(kind->name)) == kind, kind->name);
        CHECK_ROW(kind->params_count <= ZH_MODEL_PARAMS_MAX, kind->name);
        for (uint32_t p = 0; p < kind->params_count; p++) {
            const zh_param_kind *k = &kind->params[p];
            CHECK_ROW(k->normal >= k->least && k->normal <= k->most, k->name);
            for (uint32_t g = 0; g < k->grid_size; g++) {
                CHECK_ROW(k->grid[g] >= k->least && k->grid[g] <= k->most, k->name);
                CHECK_ROW(!k->whole || k->grid[g] == (double)(int64_t)k->grid[g], k->name);
            }
        }
    }
    CHECK(zh_model_kind_named(ZH_SV("nosuch")) == NULL);
}

/* Parts in another order and dealt to several hands; one after another, so it needs no thread. */
static void backwards(void *context, uint32_t parts, zh_crew_work *work, void *job)
{
    (void)context;
    for (uint32_t part = parts; part-- > 0;) work(job, part, part % 3);
}

static void test_every_kind_answers_the_same_whatever_the_hands(uint64_t seed)
{
    enum { K = 7 };
    shop s = shop_open(seed, 150, 300, 12, 3);
    const zh_crew alone = { .hands = 1, .blas = blas }, several = { .hands = 3, .run = backwards, .blas = blas };
    for (size_t i = 0; i < zh_model_kinds(); i++) {
        const zh_model_kind *kind = zh_model_kind_at(i);
        if (kind->dense && blas == NULL) continue;
        uint32_t *top[2];
        for (int way = 0; way < 2; way++) {
            const zh_crew crew = way == 0 ? alone : several;
            zh_model model = zh_model_open(kind, NULL, seed, (size_t)1 << 30);
            top[way] = ZH_TAKE(&s.arena, uint32_t, (size_t)s.problem.queries * K);
            CHECK_ROW(zh_model_train(&model, &s.problem.train, &crew, NULL) == ZH_OK, kind->name);
            CHECK_ROW(zh_model_bytes(&model) > 0, kind->name);
            CHECK_ROW(zh_trial_answer(&model, &s.problem, K, &crew, top[way]) == ZH_OK, kind->name);
            zh_model_close(&model);
        }
        CHECK_ROW(memcmp(top[0], top[1], (size_t)s.problem.queries * K * sizeof **top) == 0, kind->name);
        for (size_t p = 0; p < (size_t)s.problem.queries * K; p++) {
            const zh_query *q = &s.problem.query[p / K];
            for (uint32_t h = 0; h < q->count; h++) CHECK_ROW(top[0][p] != q->known[h], kind->name);
        }
    }
    shop_close(&s);
}

static void test_too_little_memory_is_an_error_for_every_kind(uint64_t seed)
{
    shop s = shop_open(seed, 60, 80, 12, 2);
    for (size_t i = 0; i < zh_model_kinds(); i++) {
        const zh_model_kind *kind = zh_model_kind_at(i);
        if (kind->dense && blas == NULL) continue;
        const zh_crew crew = { .hands = 1, .blas = blas };
        bool done = false;
        for (size_t bytes = 64; !done; bytes += bytes / 3) {
            zh_model model = zh_model_open(kind, NULL, 1, bytes);
            const zh_err e = zh_model_train(&model, &s.problem.train, &crew, NULL);
            CHECK_ROW(e == ZH_OK || e == ZH_NOMEM, kind->name);
            CHECK_ROW(bytes < (size_t)1 << 28, kind->name);
            done = e == ZH_OK;
            zh_model_close(&model);
        }
    }
    shop_close(&s);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    zh_note why = { "" };
    if (zh_openblas_open(&blas_here, &why) == ZH_OK) blas = &blas_here;
    else printf("dense kinds skipped: %s\n", why.text);
    test_parameters_take_what_their_kind_says();
    test_kinds_are_named_once_and_their_grids_lie_in_range();
    for (uint64_t i = 0; i < 10; i++) test_every_kind_answers_the_same_whatever_the_hands(seed + i);
    test_too_little_memory_is_an_error_for_every_kind(seed);
    return 0;
}
