/* Goal: the scores are those of vsknn.h, whatever cuts, and no answer depends on who else was asked.
 * Method: random sessions with repeats, every parameter, against the formula written out over all sessions;
 * sums that decide a cut are added in the same order as floats, so that ties are ties. */
#include "model/sessions.h"

static void test_scores_equal_the_formula(uint64_t seed)
{
    double param[ZH_MODEL_PARAMS_MAX];
    random_params(&zh_vsknn_kind, param, &seed);
    check_scores(&zh_vsknn_kind, param, 0, .5, seed);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    for (uint64_t i = 0; i < 40; i++) test_scores_equal_the_formula(seed + i);
    check_hands(&zh_vsknn_kind, seed);
    check_nothing_known_and_no_memory(&zh_vsknn_kind, seed);
    return 0;
}
