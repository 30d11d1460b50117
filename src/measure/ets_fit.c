#include "measure/ets_fit.h"
#include "base/simplex.h"

#include <assert.h>
#include <math.h>

#define LEAST 1e-4 /* of a share: at 0 a state never moves */
#define MOST 0.9999
#define PHI_LEAST 0.8 /* below, a trend is gone in a few steps */
#define PHI_MOST 0.98 /* above, it cannot be told from one that is not damped */
#define LINE_LEAST 10 /* values of the first line */
#define RATIO_LEAST 0.01

typedef struct search {
    const zh_ets *model; /* its seasons stand where they are not searched */
    const double *values;
    uint32_t count;
    zh_ets_goal goal;
} search;

static bool fits_seasons(const zh_ets *m) { return m->season != ZH_ETS_NONE && m->period <= ZH_ETS_SEASONS_FITTED_MAX; }

static uint32_t parameters_of(const zh_ets *m)
{
    return 2 + (m->trend != ZH_ETS_NONE ? 2u : 0) + (m->season != ZH_ETS_NONE ? 1u : 0) + (m->damped ? 1u : 0) + (fits_seasons(m) ? m->period - 1 : 0);
}

/* ---- numbers of the search: alpha, beta, gamma, phi, level, growth, seasons newest first ---- */

static void unpack(zh_ets *m, const double *x)
{
    m->alpha = *x++;
    m->beta = m->trend != ZH_ETS_NONE ? *x++ : 0;
    m->gamma = m->season != ZH_ETS_NONE ? *x++ : 0;
    m->phi = m->damped ? *x++ : 1;
    m->level = *x++;
    m->growth = m->trend != ZH_ETS_NONE ? *x++ : 0;
    if (!fits_seasons(m)) return;
    m->seasons[0] = m->season == ZH_ETS_ADDED ? 0 : m->period;
    for (uint32_t i = m->period - 1; i > 0; i--) m->seasons[0] -= m->seasons[i] = *x++;
}

static bool allowed(const zh_ets *m)
{
    if (!(m->alpha >= LEAST && m->alpha <= MOST)) return false;
    if (m->trend != ZH_ETS_NONE && !(m->beta >= LEAST && m->beta <= m->alpha)) return false;
    if (m->season != ZH_ETS_NONE && !(m->gamma >= LEAST && m->gamma <= 1 - m->alpha)) return false;
    if (m->damped && !(m->phi >= PHI_LEAST && m->phi <= PHI_MOST)) return false;
    for (uint32_t i = 0; m->season == ZH_ETS_TIMES && i < m->period; i++)
        if (!(m->seasons[i] >= 0)) return false;
    return true;
}

static double cost_of(void *context, const double *x)
{
    const search *s = context;
    zh_ets m = *s->model;
    unpack(&m, x);
    if (!allowed(&m)) return INFINITY;
    const zh_ets_said said = zh_ets_run(&m, s->values, s->count, NULL);
    return s->goal == ZH_ETS_SQUARES ? said.sse / s->count : -2 * said.loglik;
}

/* ---- the start ---- */

/* The least-squares line through the first values, numbered from 1, seasons taken out. */
static void first_line(const zh_ets *m, const double *values, uint32_t count, double *mean, double *level, double *slope)
{
    const uint32_t wanted = 2 * m->period > LINE_LEAST ? 2 * m->period : LINE_LEAST, n = wanted < count ? wanted : count;
    double sum = 0, product = 0, square = 0;
    for (uint32_t t = 0; t < n; t++) {
        const double s = m->seasons[t % m->period], y = m->season == ZH_ETS_NONE ? values[t] : m->season == ZH_ETS_ADDED ? values[t] - s : values[t] / fmax(s, RATIO_LEAST);
        const double from = t + 1 - (n + 1) / 2.0;
        sum += y;
        product += from * y;
        square += from * from;
    }
    *mean = sum / n;
    *slope = product / square;
    *level = *mean - *slope * (n + 1) / 2.0;
}

static void start_growth(const zh_ets *m, double *level, double *growth)
{
    if (m->trend == ZH_ETS_ADDED && fabs(*level + *growth) < 1e-8) { /* a first forecast of 0 has no relative error */
        *level *= 1 + 1e-3;
        *growth *= 1 - 1e-3;
    } else if (m->trend == ZH_ETS_TIMES) {
        const double first = fmax(*level + *growth, 1e-7);
        *growth = fmax((first + *growth) / first, 1e-3); /* a line that falls below 0 gives no ratio */
        *level = first / *growth;
    }
}

/* x of the search; the seasons of m are those of season.h. */
static void start(const zh_ets *m, const double *values, uint32_t count, double *x)
{
    double mean, level, growth;
    const double alpha = LEAST + 0.2 * (MOST - LEAST) / m->period;
    first_line(m, values, count, &mean, &level, &growth);
    start_growth(m, &level, &growth);
    *x++ = alpha;
    if (m->trend != ZH_ETS_NONE) *x++ = LEAST + 0.1 * (alpha - LEAST);
    if (m->season != ZH_ETS_NONE) *x++ = LEAST + 0.05 * (fmin(MOST, 1 - alpha) - LEAST);
    if (m->damped) *x++ = PHI_LEAST + 0.99 * (PHI_MOST - PHI_LEAST);
    *x++ = m->trend == ZH_ETS_NONE ? mean : level;
    if (m->trend != ZH_ETS_NONE) *x++ = growth;
    if (!fits_seasons(m)) return;
    double sum = 0;
    for (uint32_t i = m->period - 1; i > 0; i--) sum += m->seasons[i];
    const double share = m->season == ZH_ETS_TIMES && sum > m->period ? 1 / (sum + RATIO_LEAST) : 1; /* leaves the oldest season above 0 */
    for (uint32_t i = m->period - 1; i > 0; i--) *x++ = m->season == ZH_ETS_TIMES ? fmax(m->seasons[i], RATIO_LEAST) * share : m->seasons[i];
}

static bool can_be(const zh_ets *m, const double *values, uint32_t count)
{
    const bool times = m->error == ZH_ETS_TIMES || m->trend == ZH_ETS_TIMES || m->season == ZH_ETS_TIMES;
    for (uint32_t t = 0; t < count; t++)
        if (!isfinite(values[t]) || (times && values[t] <= 0)) return false;
    return count > parameters_of(m) + 2 && (m->season == ZH_ETS_NONE || count >= 2 * m->period);
}

zh_err zh_ets_fit(zh_ets_fitted *out, const zh_ets *model, const double *values, uint32_t count, zh_ets_goal goal)
{
    assert(model->season == ZH_ETS_NONE || (model->period >= 2 && model->period <= ZH_SEASON_PERIOD_MAX));
    double x[ZH_SIMPLEX_PARAMS_MAX];
    zh_ets m = *model;
    m.next = 0;
    if (m.season == ZH_ETS_NONE) m.period = 1;
    const uint32_t searched = parameters_of(&m);
    if (!can_be(&m, values, count)) return ZH_RANGE;
    const zh_err e = m.season == ZH_ETS_NONE ? ZH_OK : zh_season_of(m.seasons, values, count, m.period, m.season == ZH_ETS_TIMES);
    if (e != ZH_OK) return e;
    search s = { .model = &m, .values = values, .count = count, .goal = goal };
    start(&m, values, count, x);
    if (!isfinite(cost_of(&s, x))) return ZH_RANGE;
    zh_simplex(&(zh_simplex_desc){ .function = cost_of, .context = &s, .count = searched }, x);
    *out = (zh_ets_fitted){ .first = m, .parameters = searched };
    unpack(&out->first, x);
    out->last = out->first;
    const zh_ets_said said = zh_ets_run(&out->last, values, count, NULL);
    const double n = count, k = searched + 1;
    out->sse = said.sse;
    out->loglik = said.loglik;
    out->aic = 2 * k - 2 * said.loglik;
    out->aicc = out->aic + 2 * k * (k + 1) / (n - k - 1);
    out->bic = k * log(n) - 2 * said.loglik;
    out->sigma2 = said.sse / (n - searched);
    return ZH_OK;
}
