/* Goal: S, its variance and the slope are those of the definition; missing values keep their place; corrections quiet a
 * series that only remembers itself.
 * Method: small series by hand; many autocorrelated series without a trend. */
#include "measure/trend.h"
#include "base/rng.h"
#include "check.h"

#include <math.h>

static void by_hand(zh_arena *arena)
{
    zh_trend t;
    const double x[] = { 1, 3, 2, 5, 5 }; /* 9 rising, 1 falling pair is 3 2, one tie: S = 8 - 1 */
    CHECK(zh_trend_of(&t, arena, x, 5, ZH_TREND_PLAIN, 0) == ZH_OK);
    CHECK(t.n == 5 && t.s == 7 && fabs(t.var_s - (5 * 4 * 15 - 2 * 1 * 9) / 18.0) < 1e-12 && fabs(t.z - 6 / sqrt(t.var_s)) < 1e-12 && t.tau == 0.7);
    /* slopes 2 .5 4/3 1 -1 1 2/3 3 1.5 0: sorted -1 0 .5 2/3 1 1 4/3 1.5 2 3 */
    CHECK(t.slope == 1 && t.intercept == 3 - 2);
    const double holes[] = { 1, NAN, NAN, 4, 5 }; /* 1 a step, though three values are there */
    CHECK(zh_trend_of(&t, arena, holes, 5, ZH_TREND_PLAIN, 0) == ZH_OK && t.n == 3 && t.s == 3 && t.slope == 1 && t.intercept == 4 - 3);
    const double flat[] = { 2, 2, 2, 2 };
    CHECK(zh_trend_of(&t, arena, flat, 4, ZH_TREND_PLAIN, 0) == ZH_OK && t.var_s == 0 && t.z == 0 && t.p == 1 && t.slope == 0);
    CHECK(zh_trend_of(&t, arena, (double[]){ 1, NAN }, 2, ZH_TREND_PLAIN, 0) == ZH_RANGE);
    const double seasons[] = { 1, 100, 2, 90, 3, 80 }; /* one rises, one falls */
    CHECK(zh_trend_seasonal(&t, arena, seasons, 6, 2) == ZH_OK && t.s == 0 && t.z == 0 && fabs(t.var_s - 2 * 66 / 18.0) < 1e-12);
}

int main(int argc, char **argv)
{
    zh_arena arena = zh_arena_open(1 << 24);
    by_hand(&arena);
    enum { RUNS = 400, N = 100 };
    const uint64_t seed = test_seed(argc, argv);
    int cried[5] = { 0 };
    for (int run = 0; run < RUNS; run++) {
        zh_rng rng = { .seed = seed, .stream = (uint64_t)run };
        double x[N], last = 0;
        for (int i = 0; i < N; i++) x[i] = last = 0.6 * last + zh_rng_unit(&rng) - 0.5;
        for (int c = ZH_TREND_PLAIN; c <= ZH_TREND_FREE_PREWHITENING; c++) {
            zh_trend t;
            zh_arena_reset(&arena);
            CHECK(zh_trend_of(&t, &arena, x, N, (zh_trend_correction)c, 1) == ZH_OK);
            cried[c] += t.p < 0.05;
        }
    }
    printf("no trend, memory .6: plain %d, Hamed-Rao %d, Yue-Wang %d, pre-whitening %d, trend-free %d of %d\n", cried[0], cried[1], cried[2], cried[3], cried[4], RUNS);
    CHECK(cried[ZH_TREND_PLAIN] > RUNS / 5 && cried[ZH_TREND_PREWHITENING] < RUNS / 10);
    CHECK(cried[ZH_TREND_HAMED_RAO] < cried[ZH_TREND_PLAIN] && cried[ZH_TREND_YUE_WANG] < cried[ZH_TREND_PLAIN]);
    zh_arena_close(&arena);
    return 0;
}
