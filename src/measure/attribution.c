#include "measure/attribution.h"

#include <assert.h>
#include <math.h>

static void share_path(const zh_attribution_desc *d, const zh_path *p, double what, double *out)
{
    const uint32_t n = p->length;
    switch (d->rule) {
    case ZH_ATTRIBUTE_FIRST: out[p->touches[0]] += what; return;
    case ZH_ATTRIBUTE_LAST: out[p->touches[n - 1]] += what; return;
    case ZH_ATTRIBUTE_LINEAR:
        for (uint32_t i = 0; i < n; i++) out[p->touches[i]] += what / n;
        return;
    case ZH_ATTRIBUTE_DECAY: {
        double sum = 0;
        for (uint32_t i = 0; i < n; i++) sum += exp2(-(double)(n - 1 - i) / d->half_life);
        for (uint32_t i = 0; i < n; i++) out[p->touches[i]] += what * exp2(-(double)(n - 1 - i) / d->half_life) / sum;
        return;
    }
    case ZH_ATTRIBUTE_POSITION: {
        const double ends = d->first_share + d->last_share;
        if (n == 1) out[p->touches[0]] += what;
        if (n == 1) return;
        out[p->touches[0]] += what * (n == 2 ? d->first_share / ends : d->first_share);
        out[p->touches[n - 1]] += what * (n == 2 ? d->last_share / ends : d->last_share);
        for (uint32_t i = 1; i + 1 < n; i++) out[p->touches[i]] += what * (1 - ends) / (n - 2);
        return;
    }
    case ZH_ATTRIBUTE_SHAPLEY: break;
    }
}

void zh_attribute(const zh_attribution_desc *desc, const zh_path *paths, size_t count, uint32_t channels, uint32_t *seen, double *out)
{
    for (uint32_t c = 0; c < channels; c++) out[c] = 0, seen[c] = 0;
    for (size_t i = 0; i < count; i++) {
        const zh_path *p = &paths[i];
        const double what = desc->of_value ? p->value : p->conversions;
        if (p->length == 0 || what == 0) continue;
        if (desc->rule != ZH_ATTRIBUTE_SHAPLEY) {
            share_path(desc, p, what, out);
            continue;
        }
        uint32_t distinct = 0;
        const uint32_t mark = (uint32_t)(i + 1); /* paths are fewer than 2^32 */
        for (uint32_t k = 0; k < p->length; k++) distinct += seen[p->touches[k]] != mark, seen[p->touches[k]] = mark;
        for (uint32_t k = 0; k < p->length; k++) {
            if (seen[p->touches[k]] != mark) continue;
            out[p->touches[k]] += what / distinct;
            seen[p->touches[k]] = 0;
        }
    }
}

/* Gauss and Jordan with row pivots: m[n][n] becomes its inverse. false: it has none. */
static bool invert(double *m, double *into, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < n; j++) into[(size_t)i * n + j] = i == j;
    for (uint32_t c = 0; c < n; c++) {
        uint32_t pivot = c;
        for (uint32_t r = c + 1; r < n; r++)
            if (fabs(m[(size_t)r * n + c]) > fabs(m[(size_t)pivot * n + c])) pivot = r;
        if (fabs(m[(size_t)pivot * n + c]) < 1e-14) return false;
        for (uint32_t j = 0; j < n && pivot != c; j++) {
            const double a = m[(size_t)c * n + j], b = into[(size_t)c * n + j];
            m[(size_t)c * n + j] = m[(size_t)pivot * n + j], m[(size_t)pivot * n + j] = a;
            into[(size_t)c * n + j] = into[(size_t)pivot * n + j], into[(size_t)pivot * n + j] = b;
        }
        const double scale = 1 / m[(size_t)c * n + c];
        for (uint32_t j = 0; j < n; j++) m[(size_t)c * n + j] *= scale, into[(size_t)c * n + j] *= scale;
        for (uint32_t r = 0; r < n; r++) {
            const double times = m[(size_t)r * n + c];
            if (r == c || times == 0) continue;
            for (uint32_t j = 0; j < n; j++) {
                m[(size_t)r * n + j] -= times * m[(size_t)c * n + j];
                into[(size_t)r * n + j] -= times * into[(size_t)c * n + j];
            }
        }
    }
    return true;
}

static void count_steps(double *steps, const zh_path *paths, size_t count, uint32_t channels)
{
    const size_t width = (size_t)channels + 2;
    for (size_t i = 0; i < count; i++) {
        const zh_path *p = &paths[i];
        const double all = p->conversions + p->nulls;
        if (p->length == 0) continue;
        size_t at = channels; /* the start */
        for (uint32_t k = 0; k < p->length; at = p->touches[k++]) steps[at * width + p->touches[k]] += all;
        steps[at * width + channels] += p->conversions;
        steps[at * width + channels + 1] += p->nulls;
    }
    for (size_t r = 0; r <= channels; r++) {
        double sum = 0;
        for (size_t c = 0; c < width; c++) sum += steps[r * width + c];
        for (size_t c = 0; c < width && sum > 0; c++) steps[r * width + c] /= sum;
    }
}

zh_err zh_markov_of(zh_markov *out, zh_arena *arena, const zh_path *paths, size_t count, uint32_t channels)
{
    assert(channels >= 1 && channels <= ZH_ATTRIBUTION_CHANNELS_MAX);
    const size_t n = channels, width = n + 2;
    double *between = ZH_TAKE(arena, double, n * n), *inverse = ZH_TAKE(arena, double, n * n);
    *out = (zh_markov){ .steps = ZH_TAKE(arena, double, (n + 1) * width), .removal = ZH_TAKE(arena, double, n) };
    if (between == NULL || inverse == NULL || out->steps == NULL || out->removal == NULL) return ZH_NOMEM;
    count_steps(out->steps, paths, count, channels);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) between[i * n + j] = (double)(i == j) - out->steps[i * width + j];
    if (!invert(between, inverse, channels)) return ZH_RANGE;
    const double *start = out->steps + n * width;
    for (size_t k = 0; k < n; k++) {
        double converts = 0, visits = 0;
        for (size_t j = 0; j < n; j++) converts += inverse[k * n + j] * out->steps[j * width + n], visits += start[j] * inverse[j * n + k];
        out->base += start[k] * converts;
        out->removal[k] = visits / inverse[k * n + k] * converts;
    }
    if (!(out->base > 0)) return ZH_RANGE;
    for (size_t k = 0; k < n; k++) out->removal[k] /= out->base;
    return ZH_OK;
}
