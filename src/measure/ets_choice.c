#include "measure/ets_choice.h"

#include <assert.h>
#include <math.h>

#define PERIODS_LEFT_LEAST 3 /* two make the seasons, one more tells them from chance */
#define LEFT_LEAST 12

uint32_t zh_ets_held(uint32_t count, uint32_t period, uint32_t horizon)
{
    const uint32_t quarter = count / 4, held = period > 1 ? period : horizon < quarter ? horizon : quarter;
    const uint32_t least = period > 1 ? PERIODS_LEFT_LEAST * period : LEFT_LEAST;
    return held > 0 && count >= held + least && count >= held + LEFT_LEAST ? held : 0;
}

/* The mean error on the last `held` values; infinite where the model cannot be fitted without them. */
static double held_error(const zh_ets *model, const double *values, uint32_t count, uint32_t held, double *said)
{
    zh_ets_fitted fitted;
    const uint32_t known = count - held;
    if (zh_ets_fit(&fitted, model, values, known, ZH_ETS_LIKELIHOOD) != ZH_OK) return INFINITY;
    zh_ets_forecast(&fitted.last, held, said);
    double mae = 0;
    for (uint32_t h = 0; h < held; h++) mae += fabs(values[known + h] - said[h]) / held;
    return isfinite(mae) ? mae : INFINITY;
}

static double rank_of(const zh_ets_candidate *c, bool by_held) { return by_held ? c->mae : c->aicc; }

/* Keep the candidates in order; true when this one is the first. */
static bool insert(zh_ets_choice *out, const zh_ets_candidate *one, bool by_held)
{
    uint32_t at = out->count++;
    for (; at > 0 && rank_of(&out->candidates[at - 1], by_held) > rank_of(one, by_held); at--) out->candidates[at] = out->candidates[at - 1];
    out->candidates[at] = *one;
    return at == 0;
}

static bool is_candidate(const zh_ets *m, bool positive)
{
    if (!positive && (m->error == ZH_ETS_TIMES || m->season == ZH_ETS_TIMES)) return false;
    if (m->season != ZH_ETS_NONE && m->period < 2) return false;
    return !(m->error == ZH_ETS_ADDED && m->season == ZH_ETS_TIMES);
}

zh_err zh_ets_choose(zh_ets_choice *out, zh_arena *arena, const double *values, uint32_t count, uint32_t period, uint32_t held)
{
    assert(held < count && period <= ZH_SEASON_PERIOD_MAX);
    bool positive = true;
    double *said = ZH_TAKE(arena, double, held);
    if (said == NULL) return ZH_NOMEM;
    for (uint32_t t = 0; t < count; t++) positive = positive && values[t] > 0;
    out->count = 0;
    for (int i = 0; i < 18; i++) { /* 2 errors, 3 trends, 3 seasons */
        zh_ets_candidate one = { .model = { .error = i / 9 == 0 ? ZH_ETS_ADDED : ZH_ETS_TIMES, .trend = i / 3 % 3 == 0 ? ZH_ETS_NONE : ZH_ETS_ADDED,
                                            .season = (zh_ets_part)(i % 3), .damped = i / 3 % 3 == 2, .period = period } };
        zh_ets_fitted fitted;
        if (!is_candidate(&one.model, positive) || zh_ets_fit(&fitted, &one.model, values, count, ZH_ETS_LIKELIHOOD) != ZH_OK) continue;
        one.aicc = isfinite(fitted.aicc) ? fitted.aicc : INFINITY;
        one.mae = held > 0 ? held_error(&one.model, values, count, held, said) : NAN;
        if (insert(out, &one, held > 0)) out->fitted = fitted;
    }
    return out->count > 0 ? ZH_OK : ZH_RANGE;
}
