#include "measure/ets.h"
#include "base/rng.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- names ---- */

static bool take_letter(zh_sv *left, const char *letters, zh_ets_part *out)
{
    if (left->size > 0 && left->data[0] == ',') *left = zh_sv_part(*left, 1, SIZE_MAX);
    const char *found = left->size > 0 && left->data[0] != '\0' ? strchr(letters, left->data[0]) : NULL;
    if (found == NULL) return false;
    *out = *found == 'N' ? ZH_ETS_NONE : *found == 'A' ? ZH_ETS_ADDED : ZH_ETS_TIMES;
    *left = zh_sv_part(*left, 1, SIZE_MAX);
    return true;
}

bool zh_ets_parse(zh_ets *model, zh_sv name)
{
    if (zh_sv_starts(name, ZH_SV("ETS(")) && name.data[name.size - 1] == ')') name = zh_sv_part(name, 4, name.size - 5);
    if (!take_letter(&name, "AM", &model->error) || !take_letter(&name, "NAM", &model->trend)) return false;
    model->damped = model->trend != ZH_ETS_NONE && name.size > 0 && name.data[0] == 'd';
    if (model->damped) name = zh_sv_part(name, 1, SIZE_MAX);
    return take_letter(&name, "NAM", &model->season) && name.size == 0;
}

void zh_ets_name(const zh_ets *model, char out[ZH_ETS_NAME_BYTES])
{
    static const char letters[] = "NAM";
    snprintf(out, ZH_ETS_NAME_BYTES, "ETS(%c,%c%s,%c)", letters[model->error], letters[model->trend], model->damped ? "d" : "", letters[model->season]);
}

/* ---- one value ---- */

typedef struct moment {
    double q, g, f; /* of the header */
} moment;

static moment look(const zh_ets *m)
{
    moment now = { .q = m->level };
    if (m->trend == ZH_ETS_ADDED) {
        now.g = m->phi * m->growth;
        now.q += now.g;
    } else if (m->trend == ZH_ETS_TIMES) {
        now.g = m->damped ? pow(m->growth, m->phi) : m->growth;
        now.q *= now.g;
    }
    now.f = m->season == ZH_ETS_NONE ? now.q : m->season == ZH_ETS_ADDED ? now.q + m->seasons[m->next] : now.q * m->seasons[m->next];
    return now;
}

static void move(zh_ets *m, const moment *now, double y)
{
    double *s = &m->seasons[m->next], p = y;
    if (m->season == ZH_ETS_ADDED) p -= *s;
    else if (m->season == ZH_ETS_TIMES) p /= *s;
    const double before = m->level;
    m->level = now->q + m->alpha * (p - now->q);
    if (m->trend == ZH_ETS_ADDED) m->growth = now->g + m->beta / m->alpha * (m->level - before - now->g);
    else if (m->trend == ZH_ETS_TIMES) m->growth = now->g + m->beta / m->alpha * (m->level / before - now->g);
    if (m->season == ZH_ETS_NONE) return;
    *s += m->gamma * ((m->season == ZH_ETS_ADDED ? y - now->q : y / now->q) - *s);
    m->next = m->next + 1 == m->period ? 0 : m->next + 1;
}

/* ---- many ---- */

zh_ets_said zh_ets_run(zh_ets *ets, const double *values, uint32_t count, double *fitted)
{
    double sse = 0, logs = 0;
    for (uint32_t t = 0; t < count; t++) {
        const moment now = look(ets);
        double e = values[t] - now.f;
        if (ets->error == ZH_ETS_TIMES) {
            e /= now.f;
            logs += log(fabs(now.f));
        }
        sse += e * e;
        if (fitted != NULL) fitted[t] = now.f;
        move(ets, &now, values[t]);
    }
    /* a series that is foreseen to the last digit is as likely as a double can say */
    return (zh_ets_said){ .sse = sse, .loglik = -0.5 * count * log(fmax(sse, 1e-300)) - logs + (isnan(sse) ? NAN : 0) };
}

void zh_ets_forecast(const zh_ets *ets, uint32_t horizon, double *out)
{
    double weight = 0, power = 1;
    for (uint32_t h = 0; h < horizon; h++) {
        weight += power *= ets->phi;
        const double q = ets->trend == ZH_ETS_NONE ? ets->level : ets->trend == ZH_ETS_ADDED ? ets->level + weight * ets->growth : ets->level * pow(ets->growth, weight);
        const double s = ets->seasons[(ets->next + h) % ets->period];
        out[h] = ets->season == ZH_ETS_NONE ? q : ets->season == ZH_ETS_ADDED ? q + s : q * s;
    }
}

/* ---- intervals ---- */

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double normal(zh_rng *rng) /* Box and Muller */
{
    const double u = 1 - zh_rng_unit(rng), turn = zh_rng_unit(rng);
    return sqrt(-2 * log(u)) * cos(6.283185307179586 * turn);
}

static double quantile(const double *sorted, double share)
{
    const double place = share * (ZH_ETS_PATHS - 1), below = floor(place);
    const uint32_t i = (uint32_t)below;
    return sorted[i] + (place - below) * (sorted[i + 1] - sorted[i]);
}

zh_err zh_ets_bands(const zh_ets *ets, double sigma2, uint64_t seed, zh_arena *arena, uint32_t horizon, zh_ets_band *out)
{
    assert(horizon <= ZH_ETS_HORIZON_MAX);
    double *ends = ZH_TAKE(arena, double, (size_t)horizon * ZH_ETS_PATHS); /* [step][path] */
    if (ends == NULL) return ZH_NOMEM;
    zh_rng rng = { .seed = seed };
    for (uint32_t path = 0; path < ZH_ETS_PATHS; path++) {
        zh_ets at = *ets;
        for (uint32_t h = 0; h < horizon; h++) {
            const moment now = look(&at);
            const double e = sqrt(sigma2) * normal(&rng), y = at.error == ZH_ETS_TIMES ? now.f * (1 + e) : now.f + e;
            ends[(size_t)h * ZH_ETS_PATHS + path] = isfinite(y) ? y : 0;
            move(&at, &now, y);
        }
    }
    for (uint32_t h = 0; h < horizon; h++) {
        double *of = ends + (size_t)h * ZH_ETS_PATHS;
        qsort(of, ZH_ETS_PATHS, sizeof *of, by_value);
        out[h] = (zh_ets_band){ .low_80 = quantile(of, 0.1), .high_80 = quantile(of, 0.9), .low_95 = quantile(of, 0.025), .high_95 = quantile(of, 0.975) };
    }
    return ZH_OK;
}
