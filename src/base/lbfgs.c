#include "base/lbfgs.h"

#include <math.h>
#include <string.h>

#define STEPS 200
#define GAIN 1e-9
#define ARMIJO 1e-4     /* of what the slope promises */
#define HALVINGS_MAX 40
#define CURVED 1e-12    /* a step that bends less says nothing of the Hessian */

typedef struct memory { /* the newest `count` steps, in a ring */
    double *moved[ZH_LBFGS_KEPT], *bent[ZH_LBFGS_KEPT], scale[ZH_LBFGS_KEPT];
    uint32_t count, next;
} memory;

static double dot(const double *a, const double *b, uint32_t n)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

static void add(double *to, double times, const double *what, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) to[i] += times * what[i];
}

/* The direction out of the gradient: the two loops. */
static void bend(const memory *m, double *d, uint32_t n)
{
    double along[ZH_LBFGS_KEPT];
    for (uint32_t i = 0; i < m->count; i++) {
        const uint32_t k = (m->next + ZH_LBFGS_KEPT - 1 - i) % ZH_LBFGS_KEPT;
        along[k] = m->scale[k] * dot(m->moved[k], d, n);
        add(d, -along[k], m->bent[k], n);
    }
    if (m->count > 0) {
        const uint32_t k = (m->next + ZH_LBFGS_KEPT - 1) % ZH_LBFGS_KEPT;
        const double size = 1 / (m->scale[k] * dot(m->bent[k], m->bent[k], n));
        for (uint32_t i = 0; i < n; i++) d[i] *= size;
    }
    for (uint32_t i = m->count; i > 0; i--) {
        const uint32_t k = (m->next + ZH_LBFGS_KEPT - i) % ZH_LBFGS_KEPT;
        add(d, along[k] - m->scale[k] * dot(m->bent[k], d, n), m->moved[k], n);
    }
}

static void remember(memory *m, const double *x, const double *before, const double *slope, const double *slope_before, uint32_t n)
{
    double *moved = m->moved[m->next], *bent = m->bent[m->next];
    for (uint32_t i = 0; i < n; i++) moved[i] = x[i] - before[i], bent[i] = slope[i] - slope_before[i];
    const double curved = dot(moved, bent, n);
    if (!(curved > CURVED * dot(bent, bent, n))) return;
    m->scale[m->next] = 1 / curved;
    m->next = (m->next + 1) % ZH_LBFGS_KEPT;
    if (m->count < ZH_LBFGS_KEPT) m->count++;
}

zh_err zh_lbfgs(const zh_lbfgs_desc *desc, zh_arena *arena, double *x, zh_lbfgs_end *out)
{
    const uint32_t n = desc->count, steps_max = desc->steps_max == 0 ? STEPS : desc->steps_max;
    const double gain = desc->gain > 0 ? desc->gain : GAIN;
    double *room = ZH_TAKE(arena, double, (size_t)n * (2 * ZH_LBFGS_KEPT + 4));
    memory m = { .count = 0 };
    *out = (zh_lbfgs_end){ .value = INFINITY };
    if (room == NULL) return ZH_NOMEM;
    double *slope = room, *slope_before = room + n, *before = room + 2 * (size_t)n, *way = room + 3 * (size_t)n;
    for (uint32_t k = 0; k < ZH_LBFGS_KEPT; k++) m.moved[k] = room + (4 + 2 * (size_t)k) * n, m.bent[k] = room + (5 + 2 * (size_t)k) * n;
    out->value = desc->function(desc->context, x, slope);
    while (!out->converged && out->steps < steps_max) {
        memcpy(way, slope, n * sizeof *way);
        memcpy(before, x, n * sizeof *before);
        memcpy(slope_before, slope, n * sizeof *slope_before);
        bend(&m, way, n);
        const double promised = dot(way, slope, n), value_before = out->value;
        double size = m.count > 0 ? 1 : 1 / fmax(1, sqrt(dot(slope, slope, n)));
        bool falls = false;
        for (int halved = 0; promised > 0 && !falls && halved < HALVINGS_MAX; halved++, size /= 2) {
            memcpy(x, before, n * sizeof *x);
            add(x, -size, way, n);
            const double value = desc->function(desc->context, x, slope);
            falls = value <= value_before - ARMIJO * size * promised; /* false for NaN */
            if (falls) out->value = value;
        }
        if (!falls) memcpy(x, before, n * sizeof *x);
        else remember(&m, x, before, slope, slope_before, n);
        out->steps++;
        out->converged = !falls || value_before - out->value <= gain * fabs(out->value);
    }
    return ZH_OK;
}
