/* Goal: groups that were planted are found; the inertia is the least there is; the same seed gives the same groups; silhouette and agreement are
 * those of their definitions.
 * Method: points around known centers; a few points and all ways to group them; rows worked out by hand. */
#include "model/kmeans.h"
#include "check.h"

#include <math.h>
#include <string.h>

static double unit(uint64_t *random) { return (double)(test_random(random) >> 11) * 0x1p-53; }
static double near_zero(uint64_t *random) /* about a normal one */
{
    double sum = 0;
    for (int i = 0; i < 12; i++) sum += unit(random);
    return sum - 6;
}

/* Least inertia over every way to put `rows` points into `groups`. */
static double least(const double *x, uint32_t rows, uint32_t columns, uint32_t groups)
{
    double best = INFINITY;
    uint64_t ways = 1;
    for (uint32_t i = 0; i < rows; i++) ways *= groups;
    for (uint64_t way = 0; way < ways; way++) {
        double sums[3][2] = { { 0 } }, inertia = 0;
        uint32_t counts[3] = { 0 };
        uint64_t left = way;
        for (uint32_t i = 0; i < rows; i++, left /= groups) {
            counts[left % groups]++;
            for (uint32_t c = 0; c < columns; c++) sums[left % groups][c] += x[i * columns + c];
        }
        left = way;
        for (uint32_t i = 0; i < rows; i++, left /= groups)
            for (uint32_t c = 0; c < columns; c++) {
                const double d = x[i * columns + c] - sums[left % groups][c] / counts[left % groups];
                inertia += d * d;
            }
        best = fmin(best, inertia);
    }
    return best;
}

static void equals_brute_force(uint64_t *random)
{
    zh_arena arena = zh_arena_open(1 << 20);
    for (int time = 0; time < 40; time++) {
        double x[9 * 2];
        zh_kmeans model;
        for (int i = 0; i < 18; i++) x[i] = unit(random);
        CHECK(zh_kmeans_fit(&model, &arena, x, 9, 2, &(zh_kmeans_params){ 3, 60, (uint64_t)time }) == ZH_OK);
        CHECK(fabs(model.inertia - least(x, 9, 2, 3)) < 1e-9);
        zh_arena_reset(&arena);
    }
    zh_arena_close(&arena);
}

static void finds_what_was_planted(uint64_t *random)
{
    enum { ROWS = 1200, COLUMNS = 5, GROUPS = 4 };
    static double x[ROWS * COLUMNS];
    static uint8_t truth[ROWS];
    zh_arena arena = zh_arena_open(8 << 20);
    zh_kmeans model, again;
    double best = -1;
    uint32_t chosen = 0;
    for (int i = 0; i < ROWS; i++) {
        truth[i] = (uint8_t)(i % 10 < 4 ? 0 : i % 10 < 7 ? 1 : i % 10 < 9 ? 2 : 3);
        for (int c = 0; c < COLUMNS; c++) x[i * COLUMNS + c] = near_zero(random) + (c == truth[i] ? 8 : 0);
    }
    for (uint32_t k = 2; k <= 7; k++) {
        CHECK(zh_kmeans_fit(&model, &arena, x, ROWS, COLUMNS, &(zh_kmeans_params){ k, 8, 3 }) == ZH_OK);
        const double s = zh_silhouette(x, ROWS, COLUMNS, model.of, k);
        if (s > best) best = s, chosen = k;
    }
    CHECK(chosen == GROUPS && best > 0.5);
    CHECK(zh_kmeans_fit(&model, &arena, x, ROWS, COLUMNS, &(zh_kmeans_params){ GROUPS, 8, 3 }) == ZH_OK);
    CHECK(zh_groupings_agree(model.of, truth, ROWS) > 0.98);
    CHECK(model.sizes[0] >= model.sizes[1] && model.sizes[1] >= model.sizes[2] && model.sizes[2] >= model.sizes[3] && model.sizes[3] > 100);
    CHECK(fabs(model.centers[0 * COLUMNS + 0] - 8) < 0.3 && fabs(model.centers[3 * COLUMNS + 3] - 8) < 0.4);
    for (uint32_t i = 0; i < ROWS; i += 97) CHECK(zh_kmeans_nearest(&model, x + i * COLUMNS, NULL) == model.of[i]);
    CHECK(zh_kmeans_fit(&again, &arena, x, ROWS, COLUMNS, &(zh_kmeans_params){ GROUPS, 8, 3 }) == ZH_OK);
    CHECK(again.inertia == model.inertia && memcmp(again.of, model.of, ROWS) == 0);
    zh_arena_close(&arena);
}

static void rows_by_hand(void)
{
    static const double x[] = { 0, 1, 10, 11 };
    static const uint8_t two[] = { 0, 0, 1, 1 }, crossed[] = { 0, 1, 0, 1 }, one[] = { 0, 0, 0, 0 }, named[] = { 5, 5, 2, 2 }, part[] = { 0, 0, 1, 2 };
    /* (10.5 - 1) / 10.5 for the outer two, (9.5 - 1) / 9.5 for the inner two */
    CHECK(fabs(zh_silhouette(x, 4, 1, two, 2) - (9.5 / 10.5 + 8.5 / 9.5) / 2) < 1e-12);
    CHECK(zh_silhouette(x, 4, 1, crossed, 2) < 0 && zh_silhouette(x, 4, 1, one, 1) == 0);
    CHECK(zh_groupings_agree(two, named, 4) == 1 && zh_groupings_agree(one, one, 4) == 1);
    /* pairs together: 2 and 2 of 6, both: 0; expected 2/3: (0 - 2/3) / (2 - 2/3) */
    CHECK(fabs(zh_groupings_agree(two, crossed, 4) + 0.5) < 1e-12);
    /* 2 and 1, both 1; expected 1/3: (1 - 1/3) / (3/2 - 1/3) */
    CHECK(fabs(zh_groupings_agree(two, part, 4) - 4.0 / 7) < 1e-12);
    zh_arena arena = zh_arena_open(1 << 20);
    zh_kmeans model;
    static const double same[] = { 3, 3, 3, 3 };
    CHECK(zh_kmeans_fit(&model, &arena, same, 4, 1, &(zh_kmeans_params){ 2, 3, 1 }) == ZH_OK && model.inertia == 0); /* all rows alike */
    CHECK(zh_kmeans_fit(&model, &arena, x, 4, 1, &(zh_kmeans_params){ 4, 5, 1 }) == ZH_OK && model.inertia == 0);    /* as many groups as rows */
    CHECK(zh_kmeans_fit(&model, &arena, x, 4, 1, &(zh_kmeans_params){ 1, 1, 1 }) == ZH_OK && model.centers[0] == 5.5 && fabs(model.inertia - 101) < 1e-12);
    zh_arena_close(&arena);
    zh_arena none = zh_arena_open(64);
    CHECK(zh_kmeans_fit(&model, &none, x, 4, 1, &(zh_kmeans_params){ 2, 1, 1 }) == ZH_NOMEM);
    zh_arena_close(&none);
}

int main(int argc, char **argv)
{
    uint64_t random = test_seed(argc, argv);
    rows_by_hand();
    equals_brute_force(&random);
    finds_what_was_planted(&random);
    return 0;
}
