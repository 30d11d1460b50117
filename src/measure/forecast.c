#include "measure/forecast.h"
#include "measure/ets_fit.h"

#include <math.h>

#define BOUND_90 1.6448536269514722 /* of a normal, two-sided */

static zh_err by_smoothing(const char *name, const double *values, uint32_t count, uint32_t horizon, double *out, double *alpha)
{
    zh_ets model = { .period = 1 };
    zh_ets_fitted fitted;
    zh_ets_parse(&model, zh_sv_of(name));
    const zh_err e = zh_ets_fit(&fitted, &model, values, count, ZH_ETS_SQUARES);
    if (e != ZH_OK) return e;
    zh_ets_forecast(&fitted.last, horizon, out);
    if (alpha != NULL) *alpha = fitted.last.alpha;
    return ZH_OK;
}

/* ---- theta ---- */

static double autocorrelation(const double *x, uint32_t n, double mean, uint32_t lag)
{
    double product = 0, square = 0;
    for (uint32_t t = 0; t < n; t++) square += (x[t] - mean) * (x[t] - mean);
    for (uint32_t t = lag; t < n; t++) product += (x[t] - mean) * (x[t - lag] - mean);
    return product / square;
}

static bool is_seasonal(const double *x, uint32_t n, uint32_t period)
{
    double mean = 0, squares = 0;
    if (period < 2 || period > ZH_SEASON_PERIOD_MAX || n <= 2 * period) return false;
    for (uint32_t t = 0; t < n; t++) mean += x[t] / n;
    for (uint32_t lag = 1; lag < period; lag++) {
        const double r = autocorrelation(x, n, mean, lag);
        squares += r * r;
    }
    return fabs(autocorrelation(x, n, mean, period)) > BOUND_90 * sqrt((1 + 2 * squares) / n);
}

static double slope_of(const double *x, uint32_t n)
{
    double product = 0, square = 0;
    for (uint32_t t = 0; t < n; t++) {
        const double from = t - (n - 1) / 2.0;
        product += from * x[t];
        square += from * from;
    }
    return product / square;
}

static bool take_seasons_out(const double *values, uint32_t count, uint32_t period, double *figure, double *x)
{
    if (!is_seasonal(values, count, period) || zh_season_of(figure, values, count, period, true) != ZH_OK) return false;
    for (uint32_t s = 0; s < period; s++)
        if (fabs(figure[s]) < 1e-4) return false; /* ratios of a series that goes through 0 */
    for (uint32_t t = 0; t < count; t++) x[t] = values[t] / figure[t % period];
    return true;
}

static zh_err theta(zh_arena *arena, const double *values, uint32_t count, uint32_t period, uint32_t horizon, double *out)
{
    double figure[ZH_SEASON_PERIOD_MAX], alpha;
    double *without = ZH_TAKE(arena, double, count);
    if (without == NULL) return ZH_NOMEM;
    const bool seasonal = take_seasons_out(values, count, period, figure, without);
    const double *x = seasonal ? without : values;
    const zh_err e = by_smoothing("ANN", x, count, horizon, out, &alpha);
    if (e != ZH_OK) return e;
    const double half = 0.5 * slope_of(x, count);
    for (uint32_t h = 0; h < horizon; h++) {
        out[h] += half * (h + (1 - pow(1 - alpha, count)) / alpha);
        if (seasonal) out[h] *= figure[(count + h) % period];
    }
    return ZH_OK;
}

static zh_err comb(zh_arena *arena, const double *values, uint32_t count, uint32_t horizon, double *out)
{
    static const char *const names[] = { "ANN", "AAN", "AAdN" };
    double *one = ZH_TAKE(arena, double, horizon);
    if (one == NULL) return ZH_NOMEM;
    for (uint32_t h = 0; h < horizon; h++) out[h] = 0;
    for (int i = 0; i < 3; i++) {
        const zh_err e = by_smoothing(names[i], values, count, horizon, one, NULL);
        if (e != ZH_OK) return e;
        for (uint32_t h = 0; h < horizon; h++) out[h] += one[h] / 3;
    }
    return ZH_OK;
}

/* ---- what anybody can do by hand ---- */

static zh_err by_hand(zh_forecast_method method, const double *values, uint32_t count, uint32_t period, uint32_t horizon, double *out)
{
    const uint32_t least = method == ZH_FORECAST_NAIVE ? 1 : method == ZH_FORECAST_DRIFT ? 2 : method == ZH_FORECAST_MEAN4 ? 4 : period;
    if (count < least) return ZH_RANGE;
    const double last = values[count - 1];
    const double step = method == ZH_FORECAST_DRIFT ? (last - values[0]) / (count - 1) : 0;
    double level = last;
    if (method == ZH_FORECAST_MEAN4) level = (values[count - 4] + values[count - 3] + values[count - 2] + last) / 4;
    for (uint32_t h = 0; h < horizon; h++) out[h] = method == ZH_FORECAST_SNAIVE ? values[count - period + h % period] : level + step * (h + 1);
    return ZH_OK;
}

zh_err zh_forecast(zh_forecast_method method, zh_arena *arena, const double *values, uint32_t count, uint32_t period, uint32_t horizon, double *out)
{
    switch (method) {
    case ZH_FORECAST_SES: return by_smoothing("ANN", values, count, horizon, out, NULL);
    case ZH_FORECAST_HOLT: return by_smoothing("AAN", values, count, horizon, out, NULL);
    case ZH_FORECAST_DAMPED: return by_smoothing("AAdN", values, count, horizon, out, NULL);
    case ZH_FORECAST_THETA: return theta(arena, values, count, period, horizon, out);
    case ZH_FORECAST_COMB: return comb(arena, values, count, horizon, out);
    default: return by_hand(method, values, count, period, horizon, out);
    }
}

zh_forecast_errors zh_forecast_judge(const double *actual, const double *said, uint32_t horizon, const double *known, uint32_t count, uint32_t period)
{
    zh_forecast_errors out = { 0 };
    double steps = 0;
    for (uint32_t h = 0; h < horizon; h++) {
        const double e = fabs(actual[h] - said[h]), sum = fabs(actual[h]) + fabs(said[h]);
        out.rmse += e * e / horizon;
        out.mae += e / horizon;
        out.mape += 100 * e / fabs(actual[h]) / horizon;
        out.smape += sum > 0 ? 200 * e / sum / horizon : 0; /* 0 foreseen as 0 is no error */
    }
    for (uint32_t t = period; t < count; t++) steps += fabs(known[t] - known[t - period]) / (count - period);
    out.rmse = sqrt(out.rmse);
    out.mase = out.mae / steps;
    return out;
}
