#include "measure/bgbb.h"
#include "base/special.h"

#include <math.h>

static double log_l(const zh_bgbb *m, const zh_clv_history *h)
{
    const double base = zh_lbeta(m->alpha, m->beta) + zh_lbeta(m->gamma, m->delta);
    double high = zh_lbeta(m->alpha + h->x, m->beta + h->T - h->x) + zh_lbeta(m->gamma, m->delta + h->T), sum = 1;
    for (double t = h->t_x; t < h->T; t++) { /* the logarithm of a sum, kept in scale by its largest part so far */
        const double part = zh_lbeta(m->alpha + h->x, m->beta + t - h->x) + zh_lbeta(m->gamma + 1, m->delta + t);
        if (part > high) sum = sum * exp(high - part) + 1, high = part;
        else sum += exp(part - high);
    }
    return high + log(sum) - base;
}

double zh_bgbb_ll(const zh_bgbb *m, const zh_clv_history *h, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += h[i].weight * log_l(m, &h[i]);
    return sum;
}

typedef struct sample { const zh_clv_history *h; size_t count; } sample;

static double ll_of(const double *p, const void *data)
{
    const sample *s = data;
    return zh_bgbb_ll(&(zh_bgbb){ p[0], p[1], p[2], p[3] }, s->h, s->count);
}

bool zh_bgbb_fit(zh_bgbb *out, const zh_clv_history *h, size_t count, double *ll)
{
    double p[4] = { 1, 1, 1, 1 };
    const bool found = zh_clv_climb(ll_of, &(sample){ h, count }, 4, p, ll);
    *out = (zh_bgbb){ p[0], p[1], p[2], p[3] };
    return found;
}

double zh_bgbb_alive(const zh_bgbb *m, const zh_clv_history *h)
{
    return exp(zh_lbeta(m->alpha + h->x, m->beta + h->T - h->x) - zh_lbeta(m->alpha, m->beta) + zh_lbeta(m->gamma, m->delta + h->T + 1) -
               zh_lbeta(m->gamma, m->delta) - log_l(m, h));
}

/* G(1+delta+n)/G(gamma+delta+n) - the same at n + more, over (gamma - 1): the sum over i of the chance to be there */
static double periods_there(const zh_bgbb *m, double n, double more)
{
    const double from = zh_lgamma(1 + m->delta + n) - zh_lgamma(m->gamma + m->delta + n);
    const double to = zh_lgamma(1 + m->delta + n + more) - zh_lgamma(m->gamma + m->delta + n + more);
    if (fabs(m->gamma - 1) > 1e-7) return exp(from) * -expm1(to - from) / (m->gamma - 1);
    double sum = 0; /* gamma = 1: 1/(delta+n+1) + ... */
    for (double i = 1; i <= more; i++) sum += 1 / (m->delta + n + i);
    return sum;
}

double zh_bgbb_conditional(const zh_bgbb *m, const zh_clv_history *h, double periods)
{
    if (periods == 0) return 0;
    const double front = zh_lbeta(m->alpha + h->x + 1, m->beta + h->T - h->x) - zh_lbeta(m->alpha, m->beta) - log_l(m, h);
    return exp(front + log(m->delta) + zh_lgamma(m->gamma + m->delta) - zh_lgamma(1 + m->delta)) * periods_there(m, h->T, periods);
}

double zh_bgbb_expected(const zh_bgbb *m, double periods)
{
    return zh_bgbb_conditional(m, &(zh_clv_history){ .x = 0, .t_x = 0, .T = 0, .weight = 1 }, periods);
}
