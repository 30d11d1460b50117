/* Goal: the model is the formula of conditional.h.
 * Method: random baskets against the formula written out over full tables in double. */
#include "model/conditional.h"
#include "baskets.h"

#include <math.h>

enum { ITEMS = 40 };
enum { M, BETA };

static void test_scores_equal_the_formula(uint64_t seed)
{
    baskets b = baskets_made(seed, 60, ITEMS, 9, false, ZH_BASKET_TOGETHER);
    const zh_train *d = &b.problem.train;
    const double m = (double)(test_random(&seed) % 3) * 25 + 1, beta = (double)(test_random(&seed) % 3) / 5;
    double both[ITEMS][ITEMS] = { { 0 } }, all[ITEMS] = { 0 }, share[ITEMS] = { 0 }, got[ITEMS];
    for (uint32_t u = 0; u < d->x.count; u++)
        for (uint32_t i = 0; i < zh_rows_size(&d->x, u); i++) {
            const uint32_t a = zh_rows_of(&d->x, u)[i];
            share[a] += 1.0 / zh_rows_entries(&d->x);
            for (uint32_t k = 0; k < zh_rows_size(&d->x, u); k++)
                if (k != i) both[a][zh_rows_of(&d->x, u)[k]]++, all[a]++;
        }
    const uint32_t known[3] = { 3, 8, 3 };
    for (uint32_t count = 0; count <= 3; count++) {
        baskets_score(got, &zh_conditional_kind, (double[]){ m, beta }, &b, known, count);
        for (uint32_t j = 0; j < d->items; j++) {
            double want = count == 0 ? share[j] : 0;
            for (uint32_t k = 0; k < count && k < 2; k++) want += (both[known[k]][j] + m * share[j]) / (all[known[k]] + m);
            want /= pow(share[j] + 1e-4, beta);
            CHECK(fabs(got[j] - want) <= 1e-5 * want);
        }
    }
    baskets_close(&b);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    for (uint64_t i = 0; i < 20; i++) test_scores_equal_the_formula(seed + i);
    return 0;
}
