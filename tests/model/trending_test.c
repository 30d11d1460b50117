/* Goal: what was taken lately weighs more, by time where there is time and by place in the list where there is none.
 * Method: a shop of sessions and one of lists, the scores worked out by hand. */
#include "model/trending.h"
#include "model/trial.h"
#include "check.h"

#include <math.h>

enum { DAYS, PLACES }; /* the order of trending.h */

/* The scores of items 0, 1, 2, and the list that is made of them. */
static void ask(zh_dataset_format format, const char *train, const char *test, double half, const double want[3], const uint32_t order[3])
{
    zh_dataset data = zh_dataset_open();
    zh_arena arena = zh_arena_open(1 << 26), scratch = zh_arena_open(1 << 20);
    zh_split split;
    zh_problem problem;
    zh_scores scores;
    const double param[ZH_MODEL_PARAMS_MAX] = { [DAYS] = half, [PLACES] = half };
    uint32_t top[3];
    CHECK(zh_dataset_read(&data, ZH_PART_TRAIN, format, zh_sv_of(train), NULL) == ZH_OK);
    CHECK(zh_dataset_read(&data, ZH_PART_TEST, format, zh_sv_of(test), NULL) == ZH_OK);
    CHECK(zh_split_make(&split, &arena, &data) == ZH_OK && zh_problem_make(&problem, &arena, &split, false, NULL) == ZH_OK);
    zh_model model = zh_model_open(&zh_trending_kind, param, 1, 1 << 20);
    CHECK(zh_model_train(&model, &problem.train, &ZH_CREW_ALONE, NULL) == ZH_OK);
    CHECK(zh_scores_open(&scores, &arena, &scratch, problem.train.items) == ZH_OK && problem.train.items == 3);
    CHECK(model.kind->score(&model, &problem.query[0], &scores) == ZH_OK);
    for (int i = 0; i < 3; i++) CHECK(fabs(scores.value[i] - want[i]) < 1e-6);
    zh_scores_top(&scores, &(zh_scores_ask){ .k = 3 }, top);
    for (int i = 0; i < 3; i++) CHECK(top[i] == order[i]);
    zh_model_close(&model);
    zh_arena_close(&scratch);
    zh_arena_close(&arena);
    zh_dataset_close(&data);
}

int main(void)
{
    /* Half after two days. The last clicks are 0, 2 and 4 days before the newest: 1, 1/2, 1/4. */
    ask(ZH_DATASET_SESSIONS, "SessionId,ItemId,Time\n1,0,0\n1,0,1\n1,1,2\n2,0,172802\n3,2,345602\n3,1,345602\n",
        "SessionId,ItemId,Time\n9,0,9\n9,1,10\n", 2, (const double[3]){ .25 + .25 + .5, .25 + 1, 1 }, (const uint32_t[3]){ 1, 0, 2 });
    /* Half after one place from the end of a list. */
    ask(ZH_DATASET_LISTS, "1 0 1 2\n2 0 2\n3 1 2\n4 0 1\n", "1 2\n", 1,
        (const double[3]){ .25 + .5 + .5, .5 + .5 + 1, 1 + 1 + 1 }, (const uint32_t[3]){ 2, 1, 0 });
    return 0;
}
