#include "measure/trend.h"
#include "base/special.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, size_t count) /* sorts */
{
    if (count == 0) return NAN;
    qsort(values, count, sizeof *values, by_value);
    return count % 2 ? values[count / 2] : 0.5 * (values[count / 2 - 1] + values[count / 2]);
}

static double score(const double *x, uint32_t n)
{
    double s = 0;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = i + 1; j < n; j++) s += (x[j] > x[i]) - (x[j] < x[i]);
    return s;
}

static double variance(double *sorted, uint32_t n) /* sorts */
{
    double var = (double)n * (n - 1.0) * (2.0 * n + 5);
    qsort(sorted, n, sizeof *sorted, by_value);
    for (uint32_t from = 0, to; from < n; from = to) {
        for (to = from; to < n && sorted[to] == sorted[from]; to++) {}
        const double t = to - from;
        var -= t * (t - 1) * (2 * t + 5);
    }
    return var / 18;
}

static void judge(zh_trend *out)
{
    out->z = out->var_s > 0 && out->s != 0 ? (out->s - (out->s > 0 ? 1 : -1)) / sqrt(out->var_s) : 0;
    out->p = fmin(1, 2 * zh_normal_upper(fabs(out->z)));
}

/* Steps of `step` places are one unit; pairs of one season only. */
static zh_err sen(zh_trend *out, zh_arena *arena, const double *values, uint32_t count, uint32_t step)
{
    double *slopes = ZH_TAKE(arena, double, (size_t)count * (count - 1) / 2 + 1), *there = ZH_TAKE(arena, double, count), *index = ZH_TAKE(arena, double, count);
    size_t pairs = 0, n = 0;
    if (slopes == NULL || there == NULL || index == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < count; i++) {
        if (isnan(values[i])) continue;
        there[n] = values[i], index[n++] = i;
        for (uint32_t j = i + step; j < count; j += step)
            if (!isnan(values[j])) slopes[pairs++] = (values[j] - values[i]) / ((j - i) / step);
    }
    out->slope = median(slopes, pairs);
    out->intercept = median(there, n) - out->slope * median(index, n) / step;
    return ZH_OK;
}

/* r[1 .. lags] of x; r[0] = 1. Zeros where x does not vary. */
static void autocorrelate(const double *x, uint32_t n, uint32_t lags, double *r)
{
    double mean = 0, whole = 0;
    for (uint32_t i = 0; i < n; i++) mean += x[i] / n;
    for (uint32_t i = 0; i < n; i++) whole += (x[i] - mean) * (x[i] - mean);
    for (uint32_t k = 0; k <= lags; k++) {
        double sum = 0;
        for (uint32_t i = 0; i + k < n; i++) sum += (x[i] - mean) * (x[i + k] - mean);
        r[k] = whole > 0 ? sum / whole : 0;
    }
}

/* Ranks from 1, shared by equal values. */
static void rank(const double *x, uint32_t n, double *ranks)
{
    for (uint32_t i = 0; i < n; i++) {
        double below = 0, equal = 0;
        for (uint32_t j = 0; j < n; j++) below += x[j] < x[i], equal += x[j] == x[i];
        ranks[i] = below + 0.5 * (equal + 1);
    }
}

static double hamed_rao(const double *r, uint32_t n, uint32_t lags)
{
    const double bound = zh_normal_quantile(0.975) / sqrt(n), m = n;
    double sum = 0;
    for (uint32_t i = 1; i <= lags; i++)
        if (fabs(r[i]) > bound) sum += (m - i) * (m - i - 1) * (m - i - 2) * r[i];
    return 1 + 2 / (m * (m - 1) * (m - 2)) * sum;
}

static double yue_wang(const double *r, uint32_t n, uint32_t lags)
{
    double sum = 0;
    for (uint32_t i = 1; i <= lags; i++) sum += (1 - (double)i / n) * r[i];
    return 1 + 2 * sum;
}

static uint32_t whiten(double *x, uint32_t n, double r1, double slope)
{
    for (uint32_t i = 0; i + 1 < n; i++) x[i] = x[i + 1] - r1 * x[i] + slope * (i + 1);
    return n - 1;
}

zh_err zh_trend_of(zh_trend *out, zh_arena *arena, const double *values, uint32_t count, zh_trend_correction correction, uint32_t lag)
{
    assert(count <= ZH_TREND_VALUES_MAX);
    double *x = ZH_TAKE(arena, double, count + 1), *flat = ZH_TAKE(arena, double, count + 1), *work = ZH_TAKE(arena, double, count + 1), *r = ZH_TAKE(arena, double, count + 1);
    *out = (zh_trend){ 0 };
    if (x == NULL || flat == NULL || work == NULL || r == NULL) return ZH_NOMEM;
    uint32_t n = 0;
    for (uint32_t i = 0; i < count; i++)
        if (!isnan(values[i])) x[n++] = values[i];
    if (n < 3) return ZH_RANGE;
    const zh_err e = sen(out, arena, values, count, 1);
    if (e != ZH_OK) return e;
    for (uint32_t i = 0; i < n; i++) flat[i] = x[i] - out->slope * (i + 1);
    const uint32_t lags = lag == 0 || lag >= n ? n - 1 : lag;
    double factor = 1;
    if (correction == ZH_TREND_HAMED_RAO) {
        rank(flat, n, work);
        autocorrelate(work, n, lags, r);
        factor = hamed_rao(r, n, lags);
    } else if (correction == ZH_TREND_YUE_WANG) {
        autocorrelate(flat, n, lags, r);
        factor = yue_wang(r, n, lags);
    } else if (correction == ZH_TREND_PREWHITENING) {
        autocorrelate(x, n, 1, r);
        n = whiten(x, n, r[1], 0);
    } else if (correction == ZH_TREND_FREE_PREWHITENING) {
        autocorrelate(flat, n, 1, r);
        for (uint32_t i = 0; i < n; i++) x[i] = flat[i];
        n = whiten(x, n, r[1], out->slope);
    }
    out->n = n;
    out->s = score(x, n);
    for (uint32_t i = 0; i < n; i++) work[i] = x[i];
    out->var_s = variance(work, n) * factor;
    out->tau = out->s / (0.5 * n * (n - 1.0));
    judge(out);
    return ZH_OK;
}

zh_err zh_trend_seasonal(zh_trend *out, zh_arena *arena, const double *values, uint32_t count, uint32_t period)
{
    assert(count <= ZH_TREND_VALUES_MAX && period >= 2);
    double *x = ZH_TAKE(arena, double, count + 1), pairs = 0;
    *out = (zh_trend){ 0 };
    if (x == NULL) return ZH_NOMEM;
    for (uint32_t season = 0; season < period && season < count; season++) {
        uint32_t n = 0;
        for (uint32_t i = season; i < count; i += period)
            if (!isnan(values[i])) x[n++] = values[i];
        if (n < 2) continue;
        out->n += n;
        out->s += score(x, n);
        pairs += 0.5 * n * (n - 1.0);
        out->var_s += variance(x, n);
    }
    if (pairs == 0) return ZH_RANGE;
    out->tau = out->s / pairs;
    judge(out);
    return sen(out, arena, values, count, period);
}
