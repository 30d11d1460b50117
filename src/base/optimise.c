#include "base/optimise.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define N ZH_OPTIMISE_PARAMS_MAX
#define ROUNDS_MAX 50

typedef struct simplex {
    const zh_optimise_desc *desc;
    uint32_t n, evaluations, evaluations_max;
    double at[N + 1][N], value[N + 1];
} simplex;

static double ask(simplex *s, const double *x)
{
    s->evaluations++;
    const double value = s->desc->function(s->desc->context, x);
    return isfinite(value) ? value : 1e300;
}

/* Best first; few points, so by insertion. */
static void order(simplex *s)
{
    for (uint32_t i = 1; i <= s->n; i++) {
        double at[N], value = s->value[i];
        uint32_t j = i;
        memcpy(at, s->at[i], sizeof at);
        for (; j > 0 && s->value[j - 1] > value; j--) {
            memcpy(s->at[j], s->at[j - 1], sizeof at);
            s->value[j] = s->value[j - 1];
        }
        memcpy(s->at[j], at, sizeof at);
        s->value[j] = value;
    }
}

static void set_up(simplex *s, const double *x, double value, double step)
{
    for (uint32_t i = 0; i <= s->n; i++) {
        memcpy(s->at[i], x, s->n * sizeof *x);
        if (i > 0) s->at[i][i - 1] += step;
        s->value[i] = i == 0 ? value : ask(s, s->at[i]);
    }
}

static void replace_worst(simplex *s, const double *x, double value)
{
    memcpy(s->at[s->n], x, s->n * sizeof *x);
    s->value[s->n] = value;
}

static void shrink(simplex *s)
{
    for (uint32_t i = 1; i <= s->n; i++) {
        for (uint32_t j = 0; j < s->n; j++) s->at[i][j] = 0.5 * (s->at[0][j] + s->at[i][j]);
        s->value[i] = ask(s, s->at[i]);
    }
}

static void step_once(simplex *s)
{
    const uint32_t n = s->n;
    double centre[N] = { 0 }, there[N], other[N];
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < n; j++) centre[j] += s->at[i][j] / n;
    for (uint32_t j = 0; j < n; j++) there[j] = 2 * centre[j] - s->at[n][j];
    const double reflected = ask(s, there);
    if (reflected < s->value[0]) {
        for (uint32_t j = 0; j < n; j++) other[j] = 3 * centre[j] - 2 * s->at[n][j];
        const double expanded = ask(s, other);
        if (expanded < reflected) replace_worst(s, other, expanded);
        else replace_worst(s, there, reflected);
        return;
    }
    if (reflected < s->value[n - 1]) {
        replace_worst(s, there, reflected);
        return;
    }
    const bool outside = reflected < s->value[n];
    for (uint32_t j = 0; j < n; j++) other[j] = 0.5 * (centre[j] + (outside ? there[j] : s->at[n][j]));
    const double contracted = ask(s, other);
    if (contracted < fmin(reflected, s->value[n])) replace_worst(s, other, contracted);
    else shrink(s);
}

/* Walk until all points are as good as equal and near each other. */
static void walk(simplex *s)
{
    while (s->evaluations < s->evaluations_max) {
        order(s);
        double spread = 0, width = 0;
        for (uint32_t i = 1; i <= s->n; i++) {
            spread = fmax(spread, fabs(s->value[i] - s->value[0]));
            for (uint32_t j = 0; j < s->n; j++) width = fmax(width, fabs(s->at[i][j] - s->at[0][j]) / (1 + fabs(s->at[0][j])));
        }
        if (spread <= 1e-13 * (1 + fabs(s->value[0])) && width <= 1e-7) return;
        if (width <= 1e-14) return;
        step_once(s);
    }
    order(s);
}

zh_optimised zh_optimise(const zh_optimise_desc *desc, double *x)
{
    assert(desc->count >= 1 && desc->count <= N);
    simplex s = { .desc = desc, .n = desc->count, .evaluations_max = desc->evaluations_max == 0 ? 20000 : desc->evaluations_max };
    double best = ask(&s, x), step = desc->step == 0 ? 0.5 : desc->step;
    bool converged = false;
    for (int round = 0; round < ROUNDS_MAX && !converged && s.evaluations < s.evaluations_max; round++) {
        set_up(&s, x, best, step);
        walk(&s);
        const double gain = desc->gain == 0 ? 1e-10 * (1 + fabs(best)) : desc->gain;
        converged = best - s.value[0] <= gain && s.evaluations < s.evaluations_max;
        best = s.value[0];
        memcpy(x, s.at[0], s.n * sizeof *x);
        step = round == 0 ? step * 0.2 : -step; /* the next simplex looks the other way */
    }
    return (zh_optimised){ .value = best, .evaluations = s.evaluations, .converged = converged };
}
