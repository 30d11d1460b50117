/* Goal: the equations of the header, a start that fits a perfect series, and a fit no grid beats.
 * Method: the recursion written once more over arrays of all moments; random series; a grid of parameters. */
#include "measure/holtwinters.h"
#include "check.h"

#include <math.h>

#define N 60

/* The same over arrays with an index a moment, as it stands on paper. */
static double on_paper(const zh_holtwinters *hw, const double *x, double *ahead)
{
    double level[N + 1], trend[N + 1], s[N + N], sse = 0;
    const uint32_t p = hw->period;
    for (uint32_t i = 0; i < p; i++) s[i] = hw->season[i]; /* s[t]: what t is told */
    level[p] = hw->level, trend[p] = hw->trend;
    for (uint32_t t = p; t < N; t++) {
        const double told = s[t - p], line = level[t] + trend[t], e = x[t] - (hw->times ? line * told : line + told);
        sse += e * e;
        level[t + 1] = hw->alpha * (hw->times ? x[t] / told : x[t] - told) + (1 - hw->alpha) * line;
        trend[t + 1] = hw->beta * (level[t + 1] - level[t]) + (1 - hw->beta) * trend[t];
        s[t] = hw->gamma * (hw->times ? x[t] / level[t + 1] : x[t] - level[t + 1]) + (1 - hw->gamma) * told;
    }
    for (uint32_t h = 1; h <= 2 * p; h++) {
        const double line = level[N] + h * trend[N], told = s[N - p + (h - 1) % p];
        ahead[h] = hw->times ? line * told : line + told;
    }
    return sse;
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    double x[N], ahead[N], sse;
    for (int round = 0; round < 40; round++) {
        zh_holtwinters hw = { .times = round % 2, .period = 2 + (uint32_t)(test_random(&seed) % 6), .alpha = 0.01 * (double)(test_random(&seed) % 101),
                              .beta = 0.01 * (double)(test_random(&seed) % 101), .gamma = 0.01 * (double)(test_random(&seed) % 101) };
        for (uint32_t t = 0; t < N; t++) x[t] = 50 + t + (double)(t % hw.period * 5) + 0.1 * (double)(test_random(&seed) % 100);
        CHECK(zh_holtwinters_start(&hw, x, N) == ZH_OK);
        const double want = on_paper(&hw, x, ahead);
        zh_holtwinters moved = hw;
        CHECK(fabs(zh_holtwinters_run(&moved, x, N, NULL) - want) < 1e-9 * (1 + want));
        for (uint32_t h = 1; h <= 2 * hw.period; h++) CHECK(fabs(zh_holtwinters_forecast(&moved, h) - ahead[h]) < 1e-9 * fabs(ahead[h]));
        CHECK(zh_holtwinters_fit(&hw, x, N, &sse) == ZH_OK);
        for (int a = 0; a <= 10; a++)
            for (int b = 0; b <= 10; b++)
                for (int g = 0; g <= 10; g++) {
                    moved = hw;
                    moved.alpha = 0.1 * a, moved.beta = 0.1 * b, moved.gamma = 0.1 * g;
                    CHECK(b > 5 || sse <= 1.02 * zh_holtwinters_run(&moved, x, N, NULL)); /* a trend that jumps may have another valley */
                }
    }
    /* a line with seasons holds no surprise */
    zh_holtwinters hw = { .period = 4, .alpha = 0.5, .beta = 0.5, .gamma = 0.5 };
    for (uint32_t t = 0; t < N; t++) x[t] = 10 + 3.0 * t + (t % 4 == 0 ? 6 : -2);
    CHECK(zh_holtwinters_start(&hw, x, N) == ZH_OK);
    CHECK(fabs(hw.level - 13) < 1e-9 && fabs(hw.trend - 3) < 1e-9); /* before the first trend, which is that of value 2 */
    hw.level = 10 + 3 * 3; /* the start is half a period late: put it where it belongs */
    CHECK(zh_holtwinters_run(&hw, x, N, NULL) < 1e-12 && fabs(zh_holtwinters_forecast(&hw, 5) - (10 + 3.0 * 64 + 6)) < 1e-6);
    CHECK(zh_holtwinters_start(&hw, x, 7) == ZH_RANGE && zh_holtwinters_fit(&hw, x, 8, &sse) == ZH_RANGE);

    /* one level: the best alpha of a fine grid */
    for (uint32_t t = 0; t < N; t++) x[t] = (t == 0 ? 20 : x[t - 1]) + (double)(test_random(&seed) % 11) - 5;
    double level, best = INFINITY;
    for (int a = 0; a <= 1000; a++) best = fmin(best, zh_smoothing_run(0.001 * a, x, N, &level));
    CHECK(zh_smoothing_run(zh_smoothing_fit(x, N), x, N, &level) <= best * (1 + 1e-9));
    CHECK(zh_smoothing_run(1, x, N, &level) > 0 && level == x[N - 1]);
    return 0;
}
