/* What training and asking cost, on one hand: 20,000 made-up customers of 27 items on average (the mean
 * of gowalla), 20,000 items with a popularity of 1/rank^0.7; the best of 5 runs in processor time. */
#include "model/itemknn.h"
#include "model/trial.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { USERS = 20000, ITEMS = 20000, MOST = 53, K = 20, RUNS = 5 };

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
static unsigned drawn(double unit)
{
    const double rank = pow(unit, 1 / 0.3) * ITEMS;
    return rank < ITEMS - 1 ? (unsigned)rank : ITEMS - 1;
}

static void fill(zh_dataset *data)
{
    zh_rng rng = { .seed = 1 };
    zh_buf train = zh_buf_open(1 << 26), test = zh_buf_open(1 << 26);
    for (unsigned u = 0; u < USERS; u++) {
        const uint64_t size = 1 + zh_rng_below(&rng, MOST);
        zh_buf_printf(&train, "%u", u);
        for (uint64_t i = 0; i < size; i++) zh_buf_printf(&train, " %u", drawn(zh_rng_unit(&rng)));
        zh_buf_printf(&train, "\n");
        zh_buf_printf(&test, "%u %u\n", u, drawn(zh_rng_unit(&rng)));
    }
    const double start = seconds();
    must(zh_dataset_read(data, ZH_PART_TRAIN, ZH_DATASET_LISTS, zh_buf_view(&train), NULL) == ZH_OK);
    printf("{\"bench\":\"eval_read\",\"mb_per_s\":%.0f}\n", (double)train.size / 1e6 / (seconds() - start));
    must(zh_dataset_read(data, ZH_PART_TEST, ZH_DATASET_LISTS, zh_buf_view(&test), NULL) == ZH_OK);
    zh_buf_close(&train);
    zh_buf_close(&test);
}

static void run(const char *name, const zh_model_kind *kind, const zh_problem *problem, const double *param, uint32_t *top)
{
    double train_s = INFINITY, score_s = INFINITY;
    size_t bytes = 0;
    for (int r = 0; r < RUNS; r++) {
        zh_model model = zh_model_open(kind, param, 1, (size_t)1 << 32);
        const double start = seconds();
        must(zh_model_train(&model, &problem->train, &ZH_CREW_ALONE, NULL) == ZH_OK);
        const double trained = seconds();
        must(zh_trial_answer(&model, problem, K, &ZH_CREW_ALONE, top) == ZH_OK);
        train_s = fmin(train_s, trained - start);
        score_s = fmin(score_s, seconds() - trained);
        bytes = zh_model_bytes(&model);
        zh_model_close(&model);
    }
    printf("{\"bench\":\"%s\",\"train_ms\":%.1f,\"score_us_per_user\":%.2f,\"model_mib\":%.1f}\n", name, 1e3 * train_s,
           1e6 * score_s / problem->queries, (double)bytes / 0x1p20);
}

int main(void)
{
    zh_dataset data = zh_dataset_open();
    zh_arena arena = zh_arena_open((size_t)1 << 32);
    zh_split split;
    zh_problem problem;
    double param[ZH_MODEL_PARAMS_MAX];
    uint32_t index;
    fill(&data);
    must(zh_split_make(&split, &arena, &data) == ZH_OK && zh_problem_make(&problem, &arena, &split, false, NULL) == ZH_OK);
    uint32_t *top = ZH_TAKE(&arena, uint32_t, (size_t)problem.queries * K);
    for (size_t i = 0; i < zh_model_kinds(); i++) run(zh_model_kind_at(i)->name, zh_model_kind_at(i), &problem, NULL, top);
    zh_model_params_normal(&zh_itemknn_kind, param);
    must(zh_model_param_set(&zh_itemknn_kind, param, ZH_SV("side"), ZH_SV("history"), &index, NULL) == ZH_OK);
    run("itemknn_side_history", &zh_itemknn_kind, &problem, param, top);
    zh_arena_close(&arena);
    zh_dataset_close(&data);
    return 0;
}
