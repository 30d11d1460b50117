#include "measure/bgnbd.h"
#include "base/special.h"

#include <math.h>

static double add_logs(double a, double b)
{
    const double high = a > b ? a : b;
    return high + log(exp(a - high) + exp(b - high));
}

static double ll_one(const zh_bgnbd *m, const zh_clv_history *h)
{
    const double gammas = zh_lgamma(m->r + h->x) - zh_lgamma(m->r) + m->r * log(m->alpha);
    const double betas = zh_lbeta(m->a, m->b + h->x) - zh_lbeta(m->a, m->b);
    const double stayed = -(m->r + h->x) * log(m->alpha + h->T);
    if (h->x == 0) return gammas + betas + stayed;
    const double left = log(m->a / (m->b + h->x - 1)) - (m->r + h->x) * log(m->alpha + h->t_x); /* B(a+1, b+x-1) = B(a, b+x) a/(b+x-1) */
    return gammas + betas + add_logs(stayed, left);
}

double zh_bgnbd_ll(const zh_bgnbd *m, const zh_clv_history *h, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += h[i].weight * ll_one(m, &h[i]);
    return sum;
}

typedef struct sample { const zh_clv_history *h; size_t count; } sample;

static double ll_of(const double *p, const void *data)
{
    const sample *s = data;
    return zh_bgnbd_ll(&(zh_bgnbd){ p[0], p[1], p[2], p[3] }, s->h, s->count);
}

bool zh_bgnbd_fit(zh_bgnbd *out, const zh_clv_history *h, size_t count, double *ll)
{
    double p[4] = { 1, 1, 1, 1 };
    const bool found = zh_clv_climb(ll_of, &(sample){ h, count }, 4, p, ll);
    *out = (zh_bgnbd){ p[0], p[1], p[2], p[3] };
    return found;
}

double zh_bgnbd_alive(const zh_bgnbd *m, const zh_clv_history *h)
{
    if (h->x == 0) return 1;
    const double odds_left = log(m->a / (m->b + h->x - 1)) + (m->r + h->x) * log((m->alpha + h->T) / (m->alpha + h->t_x));
    return 1 / (1 + exp(odds_left));
}

/* (a+b+x-1)/(a-1) [1 - ((alpha+T)/(alpha+T+t))^(r+x) 2F1(r+x, b+x; a+b+x-1; z)], z = t/(alpha+T+t): eq. 10 without its
 * denominator. With the Euler transform of 2F1 the powers join to (1-z)^(a-1), and nothing overflows for large x. */
static double purchases(const zh_bgnbd *m, double x, double T, double t)
{
    const double z = t / (m->alpha + T + t), c = m->a + m->b + x - 1;
    if (t == 0) return 0;
    int transformed;
    const double f = zh_hyp2f1(m->r + x, m->b + x, c, z, &transformed);
    const double power = transformed ? m->a - 1 : m->r + x;
    return c / (m->a - 1) * (1 - exp(power * log1p(-z)) * f);
}

/* a = 1 is a hole of the formula, not of the expectation: the mean of its two sides. */
static double purchases_whole(const zh_bgnbd *m, double x, double T, double t)
{
    if (fabs(m->a - 1) > 1e-5) return purchases(m, x, T, t);
    zh_bgnbd below = *m, above = *m;
    below.a = 1 - 1e-4, above.a = 1 + 1e-4;
    return 0.5 * (purchases(&below, x, T, t) + purchases(&above, x, T, t));
}

double zh_bgnbd_expected(const zh_bgnbd *m, double t)
{
    return purchases_whole(m, 0, 0, t);
}

double zh_bgnbd_conditional(const zh_bgnbd *m, const zh_clv_history *h, double t)
{
    return purchases_whole(m, h->x, h->T, t) * zh_bgnbd_alive(m, h);
}

double zh_bgnbd_probability(const zh_bgnbd *m, uint32_t n, double t)
{
    const double share = t / (m->alpha + t), base = zh_lbeta(m->a, m->b);
    if (t == 0) return n == 0;
    const double stays = zh_lbeta(m->a, m->b + n) - base + zh_lgamma(m->r + n) - zh_lgamma(m->r) - zh_lgamma(n + 1.0) + m->r * log1p(-share) + n * log(share);
    if (n == 0) return exp(stays);
    /* eq. 8's sum of negative binomial terms below n is the incomplete beta I_share(n, r) */
    return exp(stays) + exp(zh_lbeta(m->a + 1, m->b + n - 1) - base) * zh_beta_i(n, m->r, share);
}
