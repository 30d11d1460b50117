#include "measure/holtwinters.h"
#include "base/optimise.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>

zh_err zh_holtwinters_start(zh_holtwinters *hw, const double *values, uint32_t count)
{
    const uint32_t two = 2 * hw->period;
    if (count < two) return ZH_RANGE;
    const zh_err e = zh_season_of(hw->season, values, two, hw->period, hw->times);
    if (e != ZH_OK) return e;
    double n = 0, mean = 0, product = 0, square = 0;
    for (uint32_t t = 0; t < two; t++) {
        const double trend = zh_season_trend(values, two, hw->period, t);
        if (isnan(trend)) continue;
        n++;
        mean += trend;
    }
    mean /= n;
    for (uint32_t t = 0, place = 1; t < two; t++) {
        const double trend = zh_season_trend(values, two, hw->period, t), from = place - (n + 1) / 2;
        if (isnan(trend)) continue;
        product += from * (trend - mean);
        square += from * from;
        place++;
    }
    hw->trend = product / square;
    hw->level = mean - hw->trend * (n + 1) / 2;
    hw->next = 0;
    return ZH_OK;
}

double zh_holtwinters_run(zh_holtwinters *hw, const double *values, uint32_t count, double *fitted)
{
    double sse = 0;
    for (uint32_t t = hw->period; t < count; t++) {
        double *s = &hw->season[hw->next];
        const double x = values[t], line = hw->level + hw->trend, said = hw->times ? line * *s : line + *s;
        sse += (x - said) * (x - said);
        if (fitted != NULL) fitted[t - hw->period] = said;
        const double level = hw->alpha * (hw->times ? x / *s : x - *s) + (1 - hw->alpha) * line;
        hw->trend = hw->beta * (level - hw->level) + (1 - hw->beta) * hw->trend;
        *s = hw->gamma * (hw->times ? x / level : x - level) + (1 - hw->gamma) * *s;
        hw->level = level;
        hw->next = hw->next + 1 == hw->period ? 0 : hw->next + 1;
    }
    return sse;
}

double zh_holtwinters_forecast(const zh_holtwinters *hw, uint32_t ahead)
{
    const double line = hw->level + ahead * hw->trend, s = hw->season[(hw->next + ahead - 1) % hw->period];
    return hw->times ? line * s : line + s;
}

/* ---- fits ---- */

typedef struct search {
    const zh_holtwinters *start;
    const double *values;
    uint32_t count;
} search;

static double error_of(void *context, const double *x)
{
    const search *s = context;
    zh_holtwinters hw = *s->start;
    for (int i = 0; i < 3; i++)
        if (!(x[i] >= 0 && x[i] <= 1)) return INFINITY;
    hw.alpha = x[0], hw.beta = x[1], hw.gamma = x[2];
    return zh_holtwinters_run(&hw, s->values, s->count, NULL);
}

zh_err zh_holtwinters_fit(zh_holtwinters *hw, const double *values, uint32_t count, double *sse)
{
    if (count <= 2 * hw->period) return ZH_RANGE;
    const zh_err e = zh_holtwinters_start(hw, values, count);
    if (e != ZH_OK) return e;
    double x[3] = { 0.3, 0.1, 0.1 }; /* a level that moves, a trend and seasons that hardly do */
    search s = { .start = hw, .values = values, .count = count };
    const zh_optimise_desc desc = { .function = error_of, .context = &s, .count = 3, .step = 0.2 };
    *sse = zh_optimise(&desc, x).value;
    hw->alpha = x[0], hw->beta = x[1], hw->gamma = x[2];
    return ZH_OK;
}

double zh_smoothing_run(double alpha, const double *values, uint32_t count, double *level)
{
    double sse = 0;
    *level = values[0];
    for (uint32_t t = 1; t < count; t++) {
        const double error = values[t] - *level;
        sse += error * error;
        *level += alpha * error;
    }
    return sse;
}

static double smoothing_error(void *context, const double *x)
{
    const search *s = context;
    double level;
    return x[0] >= 0 && x[0] <= 1 ? zh_smoothing_run(x[0], s->values, s->count, &level) : INFINITY;
}

double zh_smoothing_fit(const double *values, uint32_t count)
{
    assert(count >= 2);
    double alpha = 0.5;
    search s = { .values = values, .count = count };
    const zh_optimise_desc desc = { .function = smoothing_error, .context = &s, .count = 1, .step = 0.2 };
    zh_optimise(&desc, &alpha);
    return alpha;
}
