#include "offer/allocate.h"

#include <assert.h>
#include <math.h>

static const double *costs_of(const zh_allocate *a, size_t customer) { return a->own == NULL ? a->costs : a->own + customer * a->levels; }

/* The best of value - price cost; the first, so the cheapest, of equal ones. */
static uint32_t level_at(const zh_allocate *a, size_t customer, double price)
{
    const double *values = a->values + customer * a->levels, *costs = costs_of(a, customer);
    uint32_t best = 0;
    for (uint32_t l = 1; l < a->levels; l++)
        if (values[l] - price * costs[l] > values[best] - price * costs[best]) best = l;
    return best;
}

static double spend_at(const zh_allocate *a, double price)
{
    double spend = 0;
    for (size_t i = 0; i < a->customers; i++) spend += costs_of(a, i)[level_at(a, i, price)];
    return spend;
}

/* A price at which everybody takes the cheapest level. */
static double price_of_nothing(const zh_allocate *a)
{
    double most = 0;
    for (size_t i = 0; i < a->customers; i++)
        for (uint32_t l = 1; l < a->levels; l++)
            if (costs_of(a, i)[l] > costs_of(a, i)[0]) most = fmax(most, (a->values[i * a->levels + l] - a->values[i * a->levels]) / (costs_of(a, i)[l] - costs_of(a, i)[0]));
    return most + 1;
}

zh_err zh_allocate_threshold(zh_allocation *out, zh_arena *arena, const zh_allocate *a)
{
    assert(a->levels >= 1 && a->levels <= ZH_ALLOCATE_LEVELS_MAX);
    *out = (zh_allocation){ .level = ZH_TAKE(arena, uint8_t, a->customers) };
    if (out->level == NULL) return ZH_NOMEM;
    double least = 0;
    for (size_t i = 0; i < a->customers; i++) least += costs_of(a, i)[0];
    if (least > a->budget) return ZH_RANGE;
    if (spend_at(a, 0) > a->budget) { /* halve until no double lies between */
        double low = 0, high = price_of_nothing(a);
        for (;;) {
            const double middle = 0.5 * (low + high);
            if (middle <= low || middle >= high) break;
            if (spend_at(a, middle) <= a->budget) high = middle;
            else low = middle;
        }
        out->price = high;
    }
    out->dual_bound = out->price * a->budget;
    for (size_t i = 0; i < a->customers; i++) {
        const uint32_t level = level_at(a, i, out->price);
        const double value = a->values[i * a->levels + level], cost = costs_of(a, i)[level];
        out->level[i] = (uint8_t)level;
        out->value += value, out->spend += cost;
        out->dual_bound += value - out->price * cost;
    }
    return ZH_OK;
}

zh_err zh_allocate_exact(double *best, zh_arena *arena, const zh_allocate *a)
{
    const double top = fmin(floor(a->budget), a->costs[a->levels - 1] * (double)a->customers);
    if (a->costs[0] * (double)a->customers > a->budget) return ZH_RANGE;
    for (uint32_t l = 0; l < a->levels; l++)
        if (a->costs[l] != floor(a->costs[l])) return ZH_FULL;
    if (top > (double)ZH_ALLOCATE_BUDGET_MAX || top * (double)a->customers * a->levels > ZH_ALLOCATE_STEPS_MAX) return ZH_FULL;
    const int64_t budget = (int64_t)top;
    double *value = ZH_TAKE(arena, double, (size_t)budget + 1); /* the most for a spend of at most b; -inf: cannot be */
    if (value == NULL) return ZH_NOMEM;
    for (size_t i = 0; i < a->customers; i++) {
        const double *values = a->values + i * a->levels;
        for (int64_t b = budget; b >= 0; b--) { /* downward: the customers before are still there below b */
            double most = -INFINITY;
            for (uint32_t l = 0; l < a->levels; l++) {
                const int64_t cost = (int64_t)a->costs[l];
                if (cost <= b) most = fmax(most, value[b - cost] + values[l]);
            }
            value[b] = most;
        }
    }
    *best = value[budget];
    return ZH_OK;
}
