/* baskets.h -- small made-up baskets with kinds and titles, for the tests of complements. */
#ifndef ZH_TESTS_MODEL_BASKETS_H
#define ZH_TESTS_MODEL_BASKETS_H
#include "model/basket.h"
#include "model/trial.h"
#include "check.h"

typedef struct baskets {
    zh_dataset data;
    zh_arena arena;
    zh_split split;
    zh_goods goods;
    zh_problem problem;
} baskets;

/* Files as text; `goods` may be NULL. */
static inline baskets baskets_of(zh_sv train, zh_sv test, const char *goods, zh_basket_way way)
{
    baskets b = { .data = zh_dataset_open(), .arena = zh_arena_open((size_t)1 << 28) };
    zh_note why = { "" };
    CHECK(zh_dataset_read(&b.data, ZH_PART_TRAIN, ZH_DATASET_SESSIONS, train, &why) == ZH_OK);
    CHECK(zh_dataset_read(&b.data, ZH_PART_TEST, ZH_DATASET_SESSIONS, test, &why) == ZH_OK);
    CHECK(zh_goods_read(&b.goods, &b.arena, &b.data.items, goods == NULL ? (zh_sv){ 0 } : zh_sv_of(goods), &why) == ZH_OK);
    CHECK(zh_split_make(&b.split, &b.arena, &b.data) == ZH_OK);
    CHECK(zh_problem_make(&b.problem, &b.arena, &b.split, false, &why) == ZH_OK);
    CHECK(zh_basket_ask(&b.problem, &b.arena, &b.split, &b.goods, way, &why) == ZH_OK);
    return b;
}

/* `count` baskets of 2..most of `items` items over a month, which test and train share. With `follow`, two of three
 * items are the successor of the one before; item i is of kind i % 5 and has two words. */
static inline baskets baskets_made(uint64_t seed, uint32_t count, uint32_t items, uint32_t most, bool follow, zh_basket_way way)
{
    zh_buf part[2] = { zh_buf_open(1 << 24), zh_buf_open(1 << 24) };
    char goods[8192];
    size_t used = 0;
    for (uint32_t i = 0; i < items; i++)
        used += (size_t)snprintf(goods + used, sizeof goods - used, "%u\tk%u\tword%u of%u\n", i, i % 5, i % 7, i % 3);
    for (int p = 0; p < 2; p++) {
        zh_buf_printf(&part[p], "SessionId,ItemId,Time\n");
        for (uint32_t n = 0; n < count; n++) {
            const uint32_t size = 2 + (uint32_t)(test_random(&seed) % (most - 1)), day = (uint32_t)(test_random(&seed) % 30);
            uint32_t item = 0;
            for (uint32_t i = 0; i < size; i++) {
                const bool next = follow && i > 0 && test_random(&seed) % 3 != 0;
                item = next ? (item + 1) % items : (uint32_t)(test_random(&seed) % items);
                zh_buf_printf(&part[p], "%d%u,%u,%u\n", p + 1, n, item, day * 86400 + i);
            }
        }
    }
    baskets b = baskets_of(zh_buf_view(&part[0]), zh_buf_view(&part[1]), goods, way);
    zh_buf_close(&part[0]);
    zh_buf_close(&part[1]);
    return b;
}

static inline void baskets_close(baskets *b)
{
    zh_arena_close(&b->arena);
    zh_dataset_close(&b->data);
}

/* The model's scores of one question into out[items]. */
static inline void baskets_score(double *out, const zh_model_kind *kind, const double *param, const baskets *b, const uint32_t *known, uint32_t count)
{
    zh_arena arena = zh_arena_open(1 << 24), scratch = zh_arena_open(1 << 24);
    zh_scores scores;
    zh_model model = zh_model_open(kind, param, 1, 1 << 26);
    CHECK(zh_model_train(&model, &b->problem.train, &ZH_CREW_ALONE, NULL) == ZH_OK);
    CHECK(zh_scores_open(&scores, &arena, &scratch, b->problem.train.items) == ZH_OK);
    CHECK(kind->score(&model, &(zh_query){ .known = known, .count = count }, &scores) == ZH_OK);
    for (uint32_t j = 0; j < b->problem.train.items; j++) out[j] = scores.value[j];
    zh_model_close(&model);
    zh_arena_close(&scratch);
    zh_arena_close(&arena);
}

/* ndcg@5 of a model with these parameters (NULL: its defaults) on the test baskets. */
static inline double baskets_ndcg(baskets *b, const zh_model_kind *kind, const double *param)
{
    enum { K = 5 };
    zh_model model = zh_model_open(kind, param, 1, 1 << 26);
    uint32_t *top = ZH_TAKE(&b->arena, uint32_t, (size_t)b->problem.queries * K);
    zh_metrics metrics;
    CHECK(zh_model_train(&model, &b->problem.train, &ZH_CREW_ALONE, NULL) == ZH_OK);
    CHECK(zh_trial_answer(&model, &b->problem, K, &ZH_CREW_ALONE, top) == ZH_OK);
    CHECK(zh_trial_judge(&metrics, &b->arena, &b->problem, K, top) == ZH_OK);
    zh_model_close(&model);
    return metrics.ndcg;
}

#endif
