#include "measure/gammagamma.h"
#include "base/special.h"

#include <math.h>

double zh_gammagamma_ll(const zh_gammagamma *m, const zh_clv_spend *spends, size_t count)
{
    double sum = 0;
    const double fixed = m->q * log(m->v) - zh_lgamma(m->q);
    for (size_t i = 0; i < count; i++) {
        const double x = spends[i].x, z = spends[i].mean, px = m->p * x;
        sum += zh_lgamma(px + m->q) - zh_lgamma(px) + fixed + (px - 1) * log(z) + px * log(x) - (px + m->q) * log(x * z + m->v);
    }
    return sum;
}

typedef struct sample { const zh_clv_spend *spends; size_t count; } sample;

static double ll_of(const double *p, const void *data)
{
    const sample *s = data;
    return zh_gammagamma_ll(&(zh_gammagamma){ p[0], p[1], p[2] }, s->spends, s->count);
}

bool zh_gammagamma_fit(zh_gammagamma *out, const zh_clv_spend *spends, size_t count, double *ll)
{
    double p[3] = { 1, 1, 1 };
    const bool found = zh_clv_climb(ll_of, &(sample){ spends, count }, 3, p, ll);
    *out = (zh_gammagamma){ p[0], p[1], p[2] };
    return found;
}

double zh_gammagamma_expected(const zh_gammagamma *m, double x, double mean)
{
    const double below = m->p * x + m->q - 1;
    return below > 0 ? m->p * (m->v + x * mean) / below : INFINITY;
}
