#include "measure/cuped.h"

#include <math.h>

zh_sums zh_sums_add(const zh_sums *a, const zh_sums *b)
{
    zh_sums both = *a;
    both.n += b->n;
    both.shares = a->shares && b->shares;
    for (int i = 0; i < a->size; i++) {
        both.sum[i] += b->sum[i];
        for (int j = 0; j < a->size; j++) both.product[i][j] += b->product[i][j];
    }
    return both;
}

double zh_sums_cov(const zh_sums *s, int i, int j)
{
    return (s->product[i][j] - s->sum[i] * s->sum[j] / s->n) / (s->shares ? s->n : s->n - 1);
}

/* x' S y */
static double form(const zh_sums *s, const double *x, const double *y)
{
    double sum = 0;
    for (int i = 0; i < s->size; i++)
        for (int j = 0; j < s->size; j++)
            if (x[i] != 0 && y[j] != 0) sum += x[i] * y[j] * zh_sums_cov(s, i, j);
    return sum;
}

/* Gradients of what is measured after and before, by the means of the arm. */
typedef struct gradients {
    double after_mean, before_mean;
    double after[4], before[4];
} gradients;

static gradients gradients_of(const zh_sums *s, bool ratio)
{
    gradients g = { 0 };
    if (!ratio) {
        g.after_mean = s->sum[0] / s->n, g.before_mean = s->size > 1 ? s->sum[1] / s->n : 0;
        g.after[0] = 1, g.before[1] = 1;
        return g;
    }
    for (int half = 0; half < s->size / 2; half++) {
        const double m = s->sum[2 * half] / s->n, d = s->sum[2 * half + 1] / s->n;
        double *at = half == 0 ? g.after : g.before;
        *(half == 0 ? &g.after_mean : &g.before_mean) = m / d;
        at[2 * half] = 1 / d;
        at[2 * half + 1] = -m / (d * d);
    }
    return g;
}

zh_arm zh_ratio_arm(const zh_sums *s)
{
    const gradients g = gradients_of(s, true);
    return (zh_arm){ g.after_mean, form(s, g.after, g.after), s->n };
}

static zh_arm adjusted(const zh_sums *s, const gradients *g, double theta)
{
    const double variance = form(s, g->after, g->after) + theta * theta * form(s, g->before, g->before) - 2 * theta * form(s, g->after, g->before);
    return (zh_arm){ g->after_mean - theta * g->before_mean, variance, s->n };
}

/* Of the means of the arms: over all units, or, for ratios, arm by arm with gradients of their own. */
static double theta_of(const zh_sums *control, const zh_sums *treatment, bool ratio)
{
    double together = 0, spread = 0;
    const zh_sums both = zh_sums_add(control, treatment), *const parts[] = { ratio ? control : &both, treatment };
    for (int i = 0; i < (ratio ? 2 : 1); i++) {
        const gradients g = gradients_of(parts[i], ratio);
        together += form(parts[i], g.after, g.before);
        spread += form(parts[i], g.before, g.before);
    }
    return spread > 0 ? together / spread : 0;
}

zh_cuped zh_cuped_of(const zh_sums *control, const zh_sums *treatment, bool ratio, bool relative)
{
    const gradients a = gradients_of(control, ratio), b = gradients_of(treatment, ratio);
    zh_cuped c = { .theta = theta_of(control, treatment, ratio) };
    c.control = adjusted(control, &a, c.theta);
    c.treatment = adjusted(treatment, &b, c.theta);
    c.effect = zh_effect_of(&c.control, &c.treatment, false);
    if (!relative) return c;
    const double base = a.after_mean, size = fabs(base);
    /* of a mean the treatment's own, of a ratio what the adjusted difference makes of the control's: as published */
    const double across = ratio ? base + c.effect.estimate : b.after_mean;
    double g[4];
    for (int i = 0; i < control->size; i++) g[i] = -across / base * a.after[i] + c.theta * a.before[i];
    c.effect.estimate /= size;
    c.effect.se = sqrt(c.treatment.variance / c.treatment.n + form(control, g, g) / control->n) / size;
    return c;
}
