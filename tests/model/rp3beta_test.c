/* Goal: the table is the walk of rp3beta.h, cut included.
 * Method: random shops, both sides, against the formula written out over a full table in double. */
#include "model/rp3beta.h"
#include "model/neighbours.h"
#include "shop.h"

#include <math.h>

enum { ITEMS_MAX = 60 };
enum { ALPHA, BETA, TOP, SIDE, RECENCY }; /* the order of rp3beta.h */

/* W(i, j), the formula as it stands. */
static void slow_walk(double walk[ITEMS_MAX][ITEMS_MAX], const zh_train *d, const double *param)
{
    memset(walk, 0, sizeof(double[ITEMS_MAX][ITEMS_MAX]));
    for (uint32_t u = 0; u < d->x.count; u++) {
        const uint32_t *mine = zh_rows_of(&d->x, u), size = zh_rows_size(&d->x, u);
        for (uint32_t a = 0; a < size; a++)
            for (uint32_t b = 0; b < size; b++) {
                const double first = pow(zh_rows_size(&d->xt, mine[a]), -param[ALPHA]), second = pow(size, -param[ALPHA]);
                if (a != b) walk[mine[a]][mine[b]] += first * second * pow(zh_rows_size(&d->xt, mine[b]), -param[BETA]);
            }
    }
}

/* How many beat `value` clearly, on the side that decides? Within rounding counts as a tie, which is kept. */
static uint32_t larger(double walk[ITEMS_MAX][ITEMS_MAX], uint32_t n, uint32_t i, uint32_t j, bool candidate, double value)
{
    uint32_t count = 0;
    for (uint32_t k = 0; k < n; k++) count += (candidate ? walk[k][j] : walk[i][k]) > value * (1 + 1e-5);
    return count;
}

static void test_rows_equal_the_formula(uint64_t seed)
{
    shop s = shop_open(seed, 120, ITEMS_MAX, 14, 3);
    const zh_train *d = &s.problem.train;
    double param[ZH_MODEL_PARAMS_MAX];
    zh_model_params_normal(&zh_rp3beta_kind, param);
    param[ALPHA] = (double)(test_random(&seed) % 4) * .4;
    param[BETA] = (double)(test_random(&seed) % 4) * .3;
    param[TOP] = (double)(1 + test_random(&seed) % ITEMS_MAX);
    param[SIDE] = (double)(test_random(&seed) % 2);
    static double walk[ITEMS_MAX][ITEMS_MAX];
    slow_walk(walk, d, param);
    zh_model model = zh_model_open(&zh_rp3beta_kind, param, 1, 1 << 26);
    CHECK(zh_model_train(&model, d, &ZH_CREW_ALONE, NULL) == ZH_OK);
    const bool candidate = param[SIDE] == 0;
    const uint32_t top = (uint32_t)param[TOP];
    for (uint32_t i = 0; i < d->items; i++) {
        double got[ITEMS_MAX] = { 0 };
        uint32_t count;
        const zh_scored *row = zh_neighbours_row(model.state, i, &count);
        for (uint32_t n = 0; n < count; n++) {
            CHECK(row[n].score > 0 && row[n].item != i && got[row[n].item] == 0);
            got[row[n].item] = row[n].score;
        }
        for (uint32_t j = 0; j < d->items; j++) {
            const double want = walk[i][j];
            if (want > 0 && got[j] == 0) CHECK(larger(walk, d->items, i, j, candidate, want * (1 - 3e-5)) > top);
            if (got[j] != 0) CHECK(fabs(got[j] - want) <= 1e-5 * want && larger(walk, d->items, i, j, candidate, want) < top);
        }
    }
    zh_model_close(&model);
    shop_close(&s);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    for (uint64_t i = 0; i < 40; i++) test_rows_equal_the_formula(seed + i);
    return 0;
}
