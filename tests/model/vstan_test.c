/* Goal: the scores are those of vstan.h, and with size 1/2 and no seat those of vsknn.h.
 * Method: as vsknn_test.c, with both parameters of its own. */
#include "model/vstan.h"
#include "model/sessions.h"

enum { SEAT = ZH_VSKNN_PARAMS, SIZE };

static void test_scores_equal_the_formula(uint64_t seed)
{
    static const double seats[] = { 0, .5, 3 }, sizes[] = { 0, .25, .5, 1.5 };
    double param[ZH_MODEL_PARAMS_MAX];
    random_params(&zh_vstan_kind, param, &seed);
    param[SEAT] = seats[test_random(&seed) % 3];
    param[SIZE] = sizes[test_random(&seed) % 4];
    check_scores(&zh_vstan_kind, param, param[SEAT], param[SIZE], seed);
}

static void test_it_is_vsknn_where_nothing_is_set_free(uint64_t seed)
{
    enum { PLACES = 5 };
    world w = world_open(&seed);
    const zh_model_kind *kinds[2] = { &zh_vsknn_kind, &zh_vstan_kind };
    uint32_t *top[2];
    double param[ZH_MODEL_PARAMS_MAX];
    random_params(&zh_vstan_kind, param, &seed);
    param[SEAT] = 0;
    param[SIZE] = .5;
    for (int k = 0; k < 2; k++) {
        zh_model model = zh_model_open(kinds[k], param, 1, 1 << 24);
        top[k] = ZH_TAKE(&w.arena, uint32_t, (size_t)w.problem.queries * PLACES);
        CHECK(zh_model_train(&model, &w.problem.train, &ZH_CREW_ALONE, NULL) == ZH_OK);
        CHECK(zh_trial_answer(&model, &w.problem, PLACES, &ZH_CREW_ALONE, top[k]) == ZH_OK);
        zh_model_close(&model);
    }
    CHECK(memcmp(top[0], top[1], (size_t)w.problem.queries * PLACES * sizeof *top[0]) == 0);
    world_close(&w);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    for (uint64_t i = 0; i < 40; i++) test_scores_equal_the_formula(seed + i);
    test_it_is_vsknn_where_nothing_is_set_free(seed);
    check_hands(&zh_vstan_kind, seed);
    check_nothing_known_and_no_memory(&zh_vstan_kind, seed);
    return 0;
}
