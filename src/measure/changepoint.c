#include "measure/changepoint.h"

#include <assert.h>
#include <math.h>

/* Sums of the values less their mean, so that squares of large levels do not eat the digits. */
typedef struct sums {
    double *s, *q; /* [count + 1] */
} sums;

static bool sums_of(sums *out, zh_arena *arena, const double *values, uint32_t count)
{
    double mean = 0;
    out->s = ZH_TAKE(arena, double, count + 1);
    out->q = ZH_TAKE(arena, double, count + 1);
    if (out->s == NULL || out->q == NULL) return false;
    for (uint32_t i = 0; i < count; i++) mean += values[i] / count;
    for (uint32_t i = 0; i < count; i++) {
        const double v = values[i] - mean;
        out->s[i + 1] = out->s[i] + v;
        out->q[i + 1] = out->q[i] + v * v;
    }
    return true;
}

static double left(const sums *s, uint32_t from, uint32_t to) /* of the values from .. to-1 */
{
    const double sum = s->s[to] - s->s[from];
    return fmax(0, s->q[to] - s->q[from] - sum * sum / (to - from));
}

zh_err zh_changepoint_exact(zh_changepoints *out, zh_arena *arena, const double *values, uint32_t n, uint32_t changes)
{
    assert(n >= 1 && n <= ZH_CHANGEPOINT_VALUES_MAX && changes < n && changes <= ZH_CHANGEPOINT_CHANGES_MAX);
    sums s;
    double *best = ZH_TAKE(arena, double, n + 1), *next = ZH_TAKE(arena, double, n + 1);
    uint32_t *from = ZH_TAKE(arena, uint32_t, (size_t)changes * (n + 1));
    *out = (zh_changepoints){ .breaks = ZH_TAKE(arena, uint32_t, changes), .count = changes };
    if (best == NULL || next == NULL || from == NULL || out->breaks == NULL || !sums_of(&s, arena, values, n)) return ZH_NOMEM;
    for (uint32_t t = 1; t <= n; t++) best[t] = left(&s, 0, t);
    for (uint32_t k = 1; k <= changes; k++) {
        for (uint32_t t = k + 1; t <= n; t++) {
            next[t] = INFINITY;
            for (uint32_t b = k; b < t; b++) {
                const double cost = best[b] + left(&s, b, t);
                if (cost < next[t]) next[t] = cost, from[(size_t)(k - 1) * (n + 1) + t] = b;
            }
        }
        double *swap = best;
        best = next, next = swap;
    }
    out->rss = best[n];
    for (uint32_t k = changes, t = n; k > 0; k--) out->breaks[k - 1] = t = from[(size_t)(k - 1) * (n + 1) + t];
    return ZH_OK;
}

zh_err zh_changepoint_penalised(zh_changepoints *out, zh_arena *arena, const double *values, uint32_t n, double penalty)
{
    assert(n >= 1 && n <= ZH_CHANGEPOINT_VALUES_MAX && penalty >= 0);
    sums s;
    double *best = ZH_TAKE(arena, double, n + 1);
    uint32_t *from = ZH_TAKE(arena, uint32_t, n + 1), *open = ZH_TAKE(arena, uint32_t, n + 1), opened = 1;
    *out = (zh_changepoints){ .breaks = ZH_TAKE(arena, uint32_t, n) };
    if (best == NULL || from == NULL || open == NULL || out->breaks == NULL || !sums_of(&s, arena, values, n)) return ZH_NOMEM;
    best[0] = -penalty;
    for (uint32_t t = 1; t <= n; t++) {
        best[t] = INFINITY;
        for (uint32_t i = 0; i < opened; i++) {
            const double cost = best[open[i]] + left(&s, open[i], t) + penalty;
            if (cost < best[t]) best[t] = cost, from[t] = open[i];
        }
        uint32_t kept = 0; /* a start that is worse than a cut here without its penalty never wins again */
        for (uint32_t i = 0; i < opened; i++)
            if (best[open[i]] + left(&s, open[i], t) <= best[t]) open[kept++] = open[i];
        opened = kept;
        open[opened++] = t;
    }
    for (uint32_t t = from[n]; t > 0; t = from[t]) out->breaks[out->count++] = t;
    for (uint32_t i = 0; i < out->count / 2; i++) {
        const uint32_t swap = out->breaks[i];
        out->breaks[i] = out->breaks[out->count - 1 - i], out->breaks[out->count - 1 - i] = swap;
    }
    for (uint32_t i = 0, start = 0; i <= out->count; i++) {
        const uint32_t end = i == out->count ? n : out->breaks[i];
        out->rss += left(&s, start, end);
        start = end;
    }
    return ZH_OK;
}
