/* What training and asking cost, on one hand: 20,000 made-up customers of 27 items on average (the mean
 * of gowalla), 20,000 items with a popularity of 1/rank^0.7; the best of 5 runs, or of as many as begin within ten seconds, in processor time. Kinds that
 * work on dense matrices have 2,000 items and one run: their cost grows with the third power. */
#include "model/itemknn.h"
#include "model/trial.h"
#include "sys/openblas.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { USERS = 20000, ITEMS = 20000, DENSE_ITEMS = 2000, MOST = 53, K = 20, RUNS = 5, ENOUGH_S = 10 };

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void must(bool done)
{
    if (!done) exit(1);
}

/* The item whose share of 1/rank^0.7 holds `unit`: the integral of x^-0.7 turned round. */
static unsigned drawn(double unit, unsigned items)
{
    const double rank = pow(unit, 1 / 0.3) * items;
    return rank < items - 1 ? (unsigned)rank : items - 1;
}

static void fill(zh_dataset *data, unsigned items)
{
    zh_rng rng = { .seed = 1 };
    zh_buf train = zh_buf_open(1 << 26), test = zh_buf_open(1 << 26);
    for (unsigned u = 0; u < USERS; u++) {
        const uint64_t size = 1 + zh_rng_below(&rng, MOST);
        zh_buf_printf(&train, "%u", u);
        for (uint64_t i = 0; i < size; i++) zh_buf_printf(&train, " %u", drawn(zh_rng_unit(&rng), items));
        zh_buf_printf(&train, "\n");
        zh_buf_printf(&test, "%u %u\n", u, drawn(zh_rng_unit(&rng), items));
    }
    const double start = seconds();
    must(zh_dataset_read(data, ZH_PART_TRAIN, ZH_DATASET_LISTS, zh_buf_view(&train), NULL) == ZH_OK);
    printf("{\"bench\":\"eval_read\",\"mb_per_s\":%.0f}\n", (double)train.size / 1e6 / (seconds() - start));
    must(zh_dataset_read(data, ZH_PART_TEST, ZH_DATASET_LISTS, zh_buf_view(&test), NULL) == ZH_OK);
    zh_buf_close(&train);
    zh_buf_close(&test);
}

typedef struct shop {
    zh_dataset data;
    zh_arena arena;
    zh_split split;
    zh_problem problem;
    uint32_t *top;
    zh_crew crew;
    int runs;
} shop;

static void open_shop(shop *s, unsigned items, const zh_blas *blas)
{
    *s = (shop){ .data = zh_dataset_open(), .arena = zh_arena_open((size_t)1 << 32), .crew = { .hands = 1, .blas = blas }, .runs = blas == NULL ? RUNS : 1 };
    fill(&s->data, items);
    must(zh_split_make(&s->split, &s->arena, &s->data) == ZH_OK && zh_problem_make(&s->problem, &s->arena, &s->split, false, NULL) == ZH_OK);
    must((s->top = ZH_TAKE(&s->arena, uint32_t, (size_t)s->problem.queries * K)) != NULL);
}

static void close_shop(shop *s)
{
    zh_arena_close(&s->arena);
    zh_dataset_close(&s->data);
}

static void run(const char *name, const zh_model_kind *kind, shop *s, const double *param)
{
    double train_s = INFINITY, score_s = INFINITY;
    size_t bytes = 0;
    const double began = seconds();
    for (int r = 0; r < s->runs && (r == 0 || seconds() - began < ENOUGH_S); r++) {
        zh_model model = zh_model_open(kind, param, 1, (size_t)1 << 32);
        const double start = seconds();
        must(zh_model_train(&model, &s->problem.train, &s->crew, NULL) == ZH_OK);
        const double trained = seconds();
        must(zh_trial_answer(&model, &s->problem, K, &s->crew, s->top) == ZH_OK);
        train_s = fmin(train_s, trained - start);
        score_s = fmin(score_s, seconds() - trained);
        bytes = zh_model_bytes(&model);
        zh_model_close(&model);
    }
    printf("{\"bench\":\"%s\",\"items\":%u,\"train_ms\":%.1f,\"score_us_per_user\":%.2f,\"model_mib\":%.1f}\n", name, s->problem.train.items, 1e3 * train_s,
           1e6 * score_s / s->problem.queries, (double)bytes / 0x1p20);
    fflush(stdout);
}

static void run_kinds(shop *s, bool dense)
{
    for (size_t i = 0; i < zh_model_kinds(); i++)
        if (zh_model_kind_at(i)->dense == dense) run(zh_model_kind_at(i)->name, zh_model_kind_at(i), s, NULL);
}

int main(void)
{
    shop s;
    double param[ZH_MODEL_PARAMS_MAX];
    uint32_t index;
    open_shop(&s, ITEMS, NULL);
    run_kinds(&s, false);
    zh_model_params_normal(&zh_itemknn_kind, param);
    must(zh_model_param_set(&zh_itemknn_kind, param, ZH_SV("side"), ZH_SV("history"), &index, NULL) == ZH_OK);
    run("itemknn_side_history", &zh_itemknn_kind, &s, param);
    close_shop(&s);

    zh_blas blas;
    zh_note why = { "" };
    if (zh_openblas_open(&blas, &why) != ZH_OK) {
        printf("{\"bench\":\"dense kinds\",\"skipped\":\"%s\"}\n", why.text);
        return 0;
    }
    open_shop(&s, DENSE_ITEMS, &blas);
    run_kinds(&s, true);
    close_shop(&s);
    return 0;
}
