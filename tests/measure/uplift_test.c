/* Goal: curves and areas are those of the definitions, ties are one point, and a perfect score has area 1.
 * Method: four rows by hand; scores of hidden effects against shuffled ones; the two Qini normalisations side by side. */
#include "measure/uplift.h"
#include "check.h"

#include <math.h>

static void by_hand(zh_arena *arena)
{
    /* by score: treated bought, control did not, treated did not, control bought */
    const double y[] = { 1, 0, 0, 1 }, score[] = { 4, 3, 2, 1 };
    const bool treated[] = { true, false, true, false };
    zh_uplift_areas a;
    CHECK(zh_uplift_areas_of(&a, arena, &(zh_uplift_rows){ y, score, treated, 4 }) == ZH_OK);
    const double uplift[] = { 0, 1, 2, 1.5, 0 }, qini[] = { 0, 1, 1, 1, 0 };
    CHECK(a.uplift.count == 5 && a.qini.count == 5);
    for (int i = 0; i < 5; i++) CHECK(fabs(a.uplift.y[i] - uplift[i]) < 1e-12 && fabs(a.qini.y[i] - qini[i]) < 1e-12 && a.qini.x[i] == i);
    /* treated 1, control 0, treated 0, control 1 is the perfect order too; against a flat line of 0: the area itself */
    CHECK(fabs(a.qini_true - 1) < 1e-12);
    size_t order[4];
    CHECK(zh_uplift_at(&(zh_uplift_rows){ y, score, treated, 4 }, 0.5, false, order) == 1);
    CHECK(zh_uplift_at(&(zh_uplift_rows){ y, score, treated, 4 }, 0.5, true, order) == 1);
    CHECK(isnan(zh_uplift_at(&(zh_uplift_rows){ y, score, treated, 4 }, 0.25, false, order))); /* no control there */
    const double tied[] = { 7, 7, 7, 7 };
    CHECK(zh_uplift_areas_of(&a, arena, &(zh_uplift_rows){ y, tied, treated, 4 }) == ZH_OK);
    CHECK(a.uplift.count == 2 && a.uplift.y[1] == 0);
}

static void effects_are_found(zh_arena *arena, uint64_t seed)
{
    enum { ROWS = 20000 };
    static double y[ROWS], score[ROWS], other[ROWS];
    static bool treated[ROWS];
    static size_t order[ROWS];
    for (int i = 0; i < ROWS; i++) {
        const double effect = (double)(test_random(&seed) % 1000) / 1000 * 0.4 - 0.1; /* some are harmed */
        treated[i] = test_random(&seed) % 2;
        y[i] = (double)(test_random(&seed) % 10000) / 10000 < 0.2 + (treated[i] ? effect : 0);
        score[i] = effect, other[i] = (double)(test_random(&seed) % 1000);
    }
    zh_uplift_areas good, blind;
    CHECK(zh_uplift_areas_of(&good, arena, &(zh_uplift_rows){ y, score, treated, ROWS }) == ZH_OK);
    CHECK(zh_uplift_areas_of(&blind, arena, &(zh_uplift_rows){ y, other, treated, ROWS }) == ZH_OK);
    CHECK(good.qini_true > 0.05 && fabs(blind.qini_true) < 0.03 && good.uplift_auc > 5 * fabs(blind.uplift_auc));
    CHECK(good.qini_false > 2 * good.qini_true); /* never compare one with the other */
    CHECK(fabs(zh_uplift_at(&(zh_uplift_rows){ y, score, treated, ROWS }, 0.1, true, order) - 0.28) < 0.05);
}

int main(int argc, char **argv)
{
    zh_arena arena = zh_arena_open(1 << 26);
    by_hand(&arena);
    effects_are_found(&arena, test_seed(argc, argv));
    zh_arena_close(&arena);
    return 0;
}
