/* Goal: everyone gets what most took and they did not; ties to the lower id.
 * Method: a shop of four customers worked out by hand, and the same clicks as sessions. */
#include "model/popular.h"
#include "model/trial.h"
#include "check.h"

enum { K = 3 };

static void ask(zh_dataset_format format, const char *train, const char *test, uint32_t want_queries, const uint32_t *want)
{
    zh_dataset data = zh_dataset_open();
    zh_arena arena = zh_arena_open(1 << 26);
    zh_split split;
    zh_problem problem;
    uint32_t top[8 * K];
    CHECK(zh_dataset_read(&data, ZH_PART_TRAIN, format, zh_sv_of(train), NULL) == ZH_OK);
    CHECK(zh_dataset_read(&data, ZH_PART_TEST, format, zh_sv_of(test), NULL) == ZH_OK);
    CHECK(zh_split_make(&split, &arena, &data) == ZH_OK && zh_problem_make(&problem, &arena, &split, false, NULL) == ZH_OK);
    CHECK(problem.queries == want_queries);
    zh_model model = zh_model_open(&zh_popular_kind, NULL, 1, 1 << 20);
    CHECK(zh_model_train(&model, &problem.train, &ZH_CREW_ALONE, NULL) == ZH_OK);
    CHECK(zh_trial_answer(&model, &problem, K, &ZH_CREW_ALONE, top) == ZH_OK);
    for (uint32_t p = 0; p < want_queries * K; p++) CHECK(top[p] == want[p]);
    zh_model_close(&model);
    zh_arena_close(&arena);
    zh_dataset_close(&data);
}

static void test_users_get_the_most_taken_they_do_not_have(void)
{
    /* counts: 0 1, 1 3, 2 2, 3 2 (a repeat by one user counts once) */
    static const uint32_t want[] = { 2, 3, ZH_SCORES_NONE, 1, 3, 0, 1, 2, 3 };
    ask(ZH_DATASET_LISTS, "1 0 1 1 1\n2 1 2 3\n3 2\n4 1 3\n", "1 3\n3 1\n5 0\n", 3, want);
}

static void test_sessions_count_clicks_and_mask_nothing(void)
{
    static const uint32_t want[] = { 2, 1, 0 };
    ask(ZH_DATASET_SESSIONS, "SessionId,ItemId,Time\n1,2,1\n1,2,2\n1,2,3\n2,1,1\n3,1,1\n3,0,2\n", "SessionId,ItemId,Time\n9,2,9\n9,1,10\n", 1, want);
}

int main(void)
{
    test_users_get_the_most_taken_they_do_not_have();
    test_sessions_count_clicks_and_mask_nothing();
    return 0;
}
