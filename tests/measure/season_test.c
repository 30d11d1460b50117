/* Goal: a line with seasons gives its seasons back, to the last digits.
 * Method: series made of known parts; odd and even periods; sums and ratios. */
#include "measure/season.h"
#include "check.h"

#include <math.h>

#define N 61

int main(void)
{
    double x[N], figure[ZH_SEASON_PERIOD_MAX], parts[12];
    for (uint32_t period = 2; period <= 12; period++) {
        double mean = 0;
        for (uint32_t s = 0; s < period; s++) mean += (parts[s] = (double)(s * s % 7) - 3) / period;
        for (uint32_t s = 0; s < period; s++) parts[s] -= mean;
        for (uint32_t t = 0; t < N; t++) x[t] = 100 + 2.5 * t + parts[t % period];
        CHECK(zh_season_of(figure, x, N, period, false) == ZH_OK);
        for (uint32_t s = 0; s < period; s++) CHECK(fabs(figure[s] - parts[s]) < 1e-9);
        const uint32_t half = period / 2;
        CHECK(isnan(zh_season_trend(x, N, period, half - 1)) && isnan(zh_season_trend(x, N, period, N - half)));
        CHECK(fabs(zh_season_trend(x, N, period, 20) - 150) < 1e-9 && !isnan(zh_season_trend(x, N, period, half)));
        for (uint32_t t = 0; t < N; t++) x[t] = 100 * (1 + parts[t % period] / 10);
        CHECK(zh_season_of(figure, x, N, period, true) == ZH_OK);
        for (uint32_t s = 0; s < period; s++) CHECK(fabs(figure[s] - 1 - parts[s] / 10) < 1e-9);
        CHECK(zh_season_of(figure, x, 2 * period, period, true) == ZH_OK && zh_season_of(figure, x, 2 * period - 1, period, true) == ZH_RANGE);
    }
    for (int times = 0; times < 2; times++) { /* whatever the values, the figures have mean 0 or 1 */
        double mean = 0;
        for (uint32_t t = 0; t < N; t++) x[t] = 20 + t * t % 17;
        CHECK(zh_season_of(figure, x, N, 4, times) == ZH_OK);
        for (uint32_t s = 0; s < 4; s++) mean += figure[s] / 4;
        CHECK(fabs(mean - times) < 1e-12);
    }
    for (uint32_t t = 0; t < N; t++) x[t] = 0; /* no ratios of nothing */
    CHECK(zh_season_of(figure, x, N, 4, true) == ZH_RANGE && zh_season_of(figure, x, N, 4, false) == ZH_OK && figure[0] == 0);
    return 0;
}
