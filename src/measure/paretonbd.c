#include "measure/paretonbd.h"
#include "base/special.h"

#include <math.h>

/* ln A(y) */
static double log_a(const zh_paretonbd *m, double x, double y)
{
    const double larger = fmax(m->alpha, m->beta), n = m->r + m->s + x;
    const double k = m->alpha >= m->beta ? m->s + 1 : m->r + x;
    const double z = fabs(m->alpha - m->beta) / (larger + y);
    int transformed;
    const double f = zh_hyp2f1(n, k, n + 1, z, &transformed);
    return log(f) + (transformed ? (1 - k) * log1p(-z) : 0) - n * log(larger + y);
}

/* Logarithms of the two parts in braces: alive at T, left between t_x and T. */
static void parts(const zh_paretonbd *m, const zh_clv_history *h, double *alive, double *left)
{
    *alive = -(m->r + h->x) * log(m->alpha + h->T) - m->s * log(m->beta + h->T);
    *left = -INFINITY;
    if (h->t_x >= h->T) return;
    const double from = log_a(m, h->x, h->t_x), to = log_a(m, h->x, h->T);
    if (to < from) *left = log(m->s / (m->r + m->s + h->x)) + from + log(-expm1(to - from));
}

double zh_paretonbd_ll(const zh_paretonbd *m, const zh_clv_history *h, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        double alive, left;
        parts(m, &h[i], &alive, &left);
        const double high = fmax(alive, left);
        sum += h[i].weight * (zh_lgamma(m->r + h[i].x) - zh_lgamma(m->r) + m->r * log(m->alpha) + m->s * log(m->beta) + high + log(exp(alive - high) + exp(left - high)));
    }
    return sum;
}

typedef struct sample { const zh_clv_history *h; size_t count; } sample;

static double ll_of(const double *p, const void *data)
{
    const sample *s = data;
    return zh_paretonbd_ll(&(zh_paretonbd){ p[0], p[1], p[2], p[3] }, s->h, s->count);
}

bool zh_paretonbd_fit(zh_paretonbd *out, const zh_clv_history *h, size_t count, double *ll)
{
    double p[4] = { 1, 1, 1, 1 };
    const bool found = zh_clv_climb(ll_of, &(sample){ h, count }, 4, p, ll);
    *out = (zh_paretonbd){ p[0], p[1], p[2], p[3] };
    return found;
}

double zh_paretonbd_alive(const zh_paretonbd *m, const zh_clv_history *h)
{
    double alive, left;
    parts(m, h, &alive, &left);
    return 1 / (1 + exp(left - alive));
}

/* rate (beta+T)/(s-1) [1 - ((beta+T)/(beta+T+t))^(s-1)], whole at s = 1 too */
static double purchases(double rate, double start, double s, double t)
{
    const double log_share = log1p(t / start); /* ln((start+t)/start) */
    const double u = s - 1;
    return rate * start * (fabs(u * log_share) < 1e-8 ? log_share : -expm1(-u * log_share) / u);
}

double zh_paretonbd_expected(const zh_paretonbd *m, double t)
{
    return purchases(m->r / m->alpha, m->beta, m->s, t);
}

double zh_paretonbd_conditional(const zh_paretonbd *m, const zh_clv_history *h, double t)
{
    return zh_paretonbd_alive(m, h) * purchases((m->r + h->x) / (m->alpha + h->T), m->beta + h->T, m->s, t);
}
