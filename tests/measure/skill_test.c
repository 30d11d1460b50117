/* Goal: errors, correlation and the area under the curve are those of their definitions.
 * Method: a handful of values by hand; the area against all pairs. */
#include "measure/skill.h"
#include "check.h"

#include <math.h>

int main(int argc, char **argv)
{
    const double f[] = { 1, 2, 3 }, t[] = { 2, 2, 5 };
    const zh_skill s = zh_skill_of(f, t, 3);
    CHECK(fabs(s.mean_absolute - 1) < 1e-15 && fabs(s.root_mean_square - sqrt(5.0 / 3)) < 1e-15 && fabs(s.correlation - 3 / sqrt(2 * 6)) < 1e-15);
    const double flat[] = { 1, 1, 1 };
    CHECK(isnan(zh_skill_of(flat, t, 3).correlation));

    enum { COUNT = 60 };
    uint64_t seed = test_seed(argc, argv);
    double score[COUNT];
    bool positive[COUNT];
    size_t order[COUNT];
    for (int round = 0; round < 50; round++) {
        double wins = 0, pairs = 0;
        for (int i = 0; i < COUNT; i++) score[i] = (double)(test_random(&seed) % 9), positive[i] = test_random(&seed) % 3 == 0; /* many ties */
        for (int i = 0; i < COUNT; i++)
            for (int k = 0; k < COUNT; k++)
                if (positive[i] && !positive[k]) pairs++, wins += score[i] > score[k] ? 1 : score[i] == score[k] ? 0.5 : 0;
        CHECK(fabs(zh_skill_auc(score, positive, COUNT, order) - wins / pairs) < 1e-12);
    }
    for (int i = 0; i < COUNT; i++) positive[i] = true;
    CHECK(isnan(zh_skill_auc(score, positive, COUNT, order)));
    return 0;
}
