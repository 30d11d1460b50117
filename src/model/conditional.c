#include "model/conditional.h"

#include <math.h>

enum { M, BETA, PARAMS }; /* places in param[] */

#define P_FLOOR 1e-4f /* an item that is never bought is not infinitely rare */

typedef struct state {
    const zh_train *data; /* borrowed */
    float *share;         /* [items] p_j */
    float *against;       /* [items] (p_j + floor)^-beta */
} state;

static zh_err train(zh_model *model, const zh_train *data, const zh_crew *crew, zh_note *why)
{
    (void)crew;
    (void)why;
    state *s = ZH_TAKE(&model->keep[0], state, 1);
    if (s == NULL) return ZH_NOMEM;
    s->data = data;
    s->share = ZH_TAKE(&model->keep[0], float, data->items);
    s->against = ZH_TAKE(&model->keep[0], float, data->items);
    if (s->share == NULL || s->against == NULL) return ZH_NOMEM;
    const uint32_t entries = zh_rows_entries(&data->xt);
    for (uint32_t j = 0; j < data->items; j++) {
        s->share[j] = (float)zh_rows_size(&data->xt, j) / (float)(entries > 0 ? entries : 1);
        s->against[j] = powf(s->share[j] + P_FLOOR, -(float)model->param[BETA]);
    }
    model->state = s;
    return ZH_OK;
}

/* both[j] = C_aj; returns C_a. */
static double count_row(float *both, const zh_train *d, uint32_t a)
{
    const uint32_t *rows = zh_rows_of(&d->xt, a), size = zh_rows_size(&d->xt, a);
    double pairs = 0;
    for (uint32_t n = 0; n < size; n++) {
        const uint32_t *row = zh_rows_of(&d->x, rows[n]), items = zh_rows_size(&d->x, rows[n]);
        for (uint32_t i = 0; i < items; i++) both[row[i]]++;
        pairs += items - 1;
    }
    both[a] = 0;
    return pairs;
}

static zh_err score(const zh_model *model, const zh_query *query, zh_scores *into)
{
    const state *s = model->state;
    const float m = (float)model->param[M];
    const uint32_t items = model->items;
    float *both = ZH_TAKE(into->scratch, float, items);
    if (both == NULL) return ZH_NOMEM;
    into->way = ZH_SCORES_DENSE;
    for (uint32_t k = 0; k < query->count; k++) {
        if (!zh_scores_first(into, query->known[k])) continue;
        memset(both, 0, items * sizeof *both);
        const float all = (float)count_row(both, s->data, query->known[k]) + m;
        for (uint32_t j = 0; all > 0 && j < items; j++) into->value[j] += (both[j] + m * s->share[j]) / all;
    }
    for (uint32_t j = 0; j < items; j++) {
        if (query->count == 0) into->value[j] = s->share[j];
        into->value[j] *= s->against[j];
    }
    return ZH_OK;
}

#define GRID(...) .grid = (const double[]){ __VA_ARGS__ }, .grid_size = sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double)

static const zh_param_kind params[PARAMS] = {
    [M] = { "m", "pairs that are as much evidence as popularity", 0, 1e6, 200, .at_score = true, GRID(50, 200, 1000) },
    [BETA] = { "beta", "how much popularity counts against an item", 0, 1, .1, GRID(0, .1, .2, .3) },
};

const zh_model_kind zh_conditional_kind = {
    .name = "conditional",
    .meaning = "what is bought with this, by counting",
    .params = params,
    .params_count = PARAMS,
    .train = train,
    .score = score,
};
