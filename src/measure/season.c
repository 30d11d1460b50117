#include "measure/season.h"

#include <assert.h>
#include <math.h>

double zh_season_trend(const double *values, uint32_t count, uint32_t period, uint32_t t)
{
    const uint32_t half = period / 2;
    if (t < half || t + half >= count) return NAN;
    double sum = 0;
    for (uint32_t i = t - half; i <= t + half; i++) sum += values[i];
    if (period % 2 == 0) sum -= 0.5 * (values[t - half] + values[t + half]);
    return sum / period;
}

zh_err zh_season_of(double *figure, const double *values, uint32_t count, uint32_t period, bool times)
{
    assert(period >= 2 && period <= ZH_SEASON_PERIOD_MAX);
    if (count < 2 * period) return ZH_RANGE;
    double mean = 0;
    for (uint32_t s = 0; s < period; s++) {
        double sum = 0;
        uint32_t seen = 0;
        for (uint32_t t = s; t < count; t += period) {
            const double trend = zh_season_trend(values, count, period, t);
            if (isnan(trend)) continue;
            sum += times ? values[t] / trend : values[t] - trend;
            seen++;
        }
        figure[s] = sum / seen; /* two periods leave every season one moment */
        mean += figure[s] / period;
    }
    for (uint32_t s = 0; s < period; s++) figure[s] = times ? figure[s] / mean : figure[s] - mean;
    for (uint32_t s = 0; s < period; s++)
        if (!isfinite(figure[s])) return ZH_RANGE;
    return ZH_OK;
}
