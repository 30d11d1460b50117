#include "base/simplex.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#define N ZH_SIMPLEX_PARAMS_MAX
#define REFUSED 1e35 /* above any value a function means */

typedef struct walk {
    const zh_simplex_desc *desc;
    uint32_t n, calls, low, high;
    double at[N + 1][N], value[N + 1], size;
} walk;

static double ask(walk *w, const double *x)
{
    const double value = w->desc->function(w->desc->context, x);
    w->calls++;
    return isfinite(value) ? value : REFUSED;
}

static void set_up(walk *w, const double *x)
{
    double edge = 0;
    for (uint32_t i = 0; i < w->n; i++) edge = fmax(edge, 0.1 * fabs(x[i]));
    if (edge == 0) edge = 0.1;
    for (uint32_t j = 0; j <= w->n; j++) {
        memcpy(w->at[j], x, w->n * sizeof *x);
        if (j > 0) w->at[j][j - 1] += edge;
        w->value[j] = ask(w, w->at[j]);
    }
    w->size = 10 * edge * w->n; /* the first shrinking is never refused */
}

static void find_ends(walk *w)
{
    w->high = w->low;
    double low = w->value[w->low], high = low;
    for (uint32_t j = 0; j <= w->n; j++) {
        if (w->value[j] < low) low = w->value[w->low = j];
        if (w->value[j] > high) high = w->value[w->high = j];
    }
}

static void replace_high(walk *w, const double *x, double value)
{
    memcpy(w->at[w->high], x, w->n * sizeof *x);
    w->value[w->high] = value;
}

/* Halve towards the lowest corner; false when that made nothing smaller: the numbers have no digits left. */
static bool shrink(walk *w)
{
    double size = 0;
    for (uint32_t j = 0; j <= w->n; j++) {
        if (j == w->low) continue;
        for (uint32_t i = 0; i < w->n; i++) {
            w->at[j][i] = 0.5 * (w->at[j][i] - w->at[w->low][i]) + w->at[w->low][i];
            size += fabs(w->at[j][i] - w->at[w->low][i]);
        }
    }
    if (size >= w->size) return false;
    w->size = size;
    for (uint32_t j = 0; j <= w->n; j++)
        if (j != w->low) w->value[j] = ask(w, w->at[j]);
    return true;
}

/* One reflection, and what follows from it; false at the end of the walk. */
static bool step(walk *w)
{
    const uint32_t n = w->n, high = w->high;
    double centre[N], there[N], other[N];
    for (uint32_t i = 0; i < n; i++) {
        double sum = -w->at[high][i];
        for (uint32_t j = 0; j <= n; j++) sum += w->at[j][i];
        centre[i] = sum / n;
        there[i] = 2 * centre[i] - w->at[high][i];
    }
    const double reflected = ask(w, there);
    if (reflected < w->value[w->low]) {
        for (uint32_t i = 0; i < n; i++) other[i] = 2 * there[i] - centre[i];
        const double expanded = ask(w, other);
        if (expanded < reflected) replace_high(w, other, expanded);
        else replace_high(w, there, reflected);
        return true;
    }
    const bool worse = reflected >= w->value[high];
    if (!worse) replace_high(w, there, reflected);
    for (uint32_t i = 0; i < n; i++) other[i] = 0.5 * (w->at[high][i] + centre[i]);
    const double contracted = ask(w, other);
    if (contracted < w->value[high]) replace_high(w, other, contracted);
    else if (worse) return shrink(w);
    return true;
}

double zh_simplex(const zh_simplex_desc *desc, double *x)
{
    assert(desc->count >= 2 && desc->count <= N);
    walk w = { .desc = desc, .n = desc->count };
    const uint32_t calls_max = desc->calls_max == 0 ? 2000 : desc->calls_max;
    const double spread = desc->spread == 0 ? 0x1p-26 : desc->spread;
    set_up(&w, x);
    const double near = spread * (fabs(w.value[0]) + spread);
    for (bool on = true; on && w.calls <= calls_max; on = on && step(&w)) {
        find_ends(&w);
        on = w.value[w.high] > w.value[w.low] + near;
    }
    find_ends(&w);
    memcpy(x, w.at[w.low], w.n * sizeof *x);
    return w.value[w.low];
}
