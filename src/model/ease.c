#include "model/ease.h"
#include "model/weights.h"

#include <assert.h>
#include <math.h>

enum { LAM, DROP, USER, TIME, GAMMA, ALPHA, BETA, RECENCY, REST, PARAMS }; /* places in param[] */

#define R_LEAST 1e-20f  /* a history item that weighs less changes no sum beside the newest, which weighs 1 */
#define ROWS_A_PART 16  /* rows of X'X made in one go */
#define DAY_S 86400.

typedef struct state {
    zh_weights correlation; /* S */
    float *root;            /* [items] sqrt(P_jj) */
    float *count;           /* [items] n_j, at least 1 */
    float *in, *out;        /* [items] factors of a history item and of a candidate; settled */
} state;

/* ---- X'WX + diag l ---- */

typedef struct job {
    const zh_train *data;
    const double *param;
    const float *weight;            /* [rows] w_u */
    zh_gram gram;
    float *sum[ZH_CREW_HANDS_MAX];  /* [items] each */
} job;

static float *weigh(const zh_train *d, const double *param, zh_arena *arena)
{
    float *weight = ZH_TAKE(arena, float, d->x.count);
    double newest = -INFINITY;
    for (uint32_t u = 0; d->time_s != NULL && u < d->x.count; u++) newest = fmax(newest, d->time_s[u]);
    for (uint32_t u = 0; weight != NULL && u < d->x.count; u++) {
        const double size = zh_rows_size(&d->x, u);
        double w = size == 0 ? 0 : pow(size, -param[USER]);
        if (param[TIME] > 0 && d->time_s != NULL) w *= exp((d->time_s[u] - newest) / DAY_S / param[TIME]);
        weight[u] = (float)w;
    }
    return weight;
}

static void put_row(job *j, uint32_t hand, uint32_t item)
{
    const zh_train *d = j->data;
    const uint32_t *users = zh_rows_of(&d->xt, item), size = zh_rows_size(&d->xt, item);
    float *sum = j->sum[hand];
    memset(sum, 0, (item + 1) * sizeof *sum);
    for (uint32_t n = 0; n < size; n++) {
        const float w = j->weight[users[n]];
        const uint32_t *took = zh_rows_of(&d->x, users[n]);
        for (uint32_t e = 0; took[e] <= item; e++) { /* ascending, and the item itself is among them */
            sum[took[e]] += w;
            if (took[e] == item) break;
        }
    }
    sum[item] = (float)(sum[item] / (1 - j->param[DROP]) + j->param[LAM]);
    zh_gram_put(&j->gram, item, sum);
}

static void put_part(void *context, uint32_t part, uint32_t hand)
{
    job *j = context;
    for (uint32_t i = part * ROWS_A_PART; i < (part + 1) * ROWS_A_PART && i < j->data->items; i++) put_row(j, hand, i);
}

static zh_err make_gram(job *j, zh_model *model, const zh_crew *crew, zh_note *why)
{
    const uint32_t items = j->data->items;
    const zh_err e = zh_gram_open(&j->gram, &model->keep[0], items, why);
    if (e != ZH_OK) return e;
    for (uint32_t hand = 0; hand < crew->hands; hand++)
        if ((j->sum[hand] = ZH_TAKE(&model->scratch[hand], float, items)) == NULL) return ZH_NOMEM;
    zh_crew_run(crew, (items + ROWS_A_PART - 1) / ROWS_A_PART, put_part, j);
    return ZH_OK;
}

/* ---- training ---- */

static zh_err train(zh_model *model, const zh_train *data, const zh_crew *crew, zh_note *why)
{
    zh_arena *keep = &model->keep[0], *scratch = &model->scratch[0];
    const uint32_t items = data->items;
    state *s = ZH_TAKE(keep, state, 1);
    job *j = ZH_TAKE(scratch, job, 1);
    if (s == NULL || j == NULL) return ZH_NOMEM;
    *j = (job){ .data = data, .param = model->param, .weight = weigh(data, model->param, scratch) };
    s->root = ZH_TAKE(keep, float, items);
    s->count = ZH_TAKE(keep, float, items);
    s->in = ZH_TAKE(keep, float, items);
    s->out = ZH_TAKE(keep, float, items);
    if (j->weight == NULL || s->root == NULL || s->count == NULL || s->in == NULL || s->out == NULL) return ZH_NOMEM;
    zh_err e = make_gram(j, model, crew, why);
    if (e == ZH_OK) e = zh_gram_invert(&j->gram, crew, scratch, why);
    if (e != ZH_OK) return e;
    float *scale = ZH_TAKE(scratch, float, (size_t)j->gram.blocks * ZH_GRAM_T); /* 0 in the rows that fill a tile */
    if (scale == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < items; i++) {
        s->root[i] = sqrtf(-zh_gram_at(&j->gram, i, i));
        s->count[i] = fmaxf(1, (float)data->count[i]);
        scale[i] = 1 / s->root[i];
    }
    model->state = s;
    return zh_weights_replace(&s->correlation, keep, &j->gram, scale, crew);
}

/* B_ij = S_ij root_i / root_j where gamma = 1. */
static void settle(zh_model *model)
{
    const state *s = model->state;
    const double *param = model->param;
    for (uint32_t i = 0; i < model->items; i++) {
        s->in[i] = (float)(s->root[i] * pow(s->count[i], -param[ALPHA]));
        s->out[i] = (float)(pow(s->root[i], 1 - 2 * param[GAMMA]) * pow(s->count[i], -param[BETA]));
    }
}

float zh_ease_correlation(const zh_model *model, uint32_t i, uint32_t j)
{
    const state *s = model->state;
    assert(s != NULL && i < model->items && j < model->items);
    return zh_weights_at(&s->correlation, i, j);
}

/* ---- scoring ---- */

static zh_err score(const zh_model *model, const zh_query *query, zh_scores *into)
{
    const state *s = model->state;
    const double recency = model->param[RECENCY], rest = model->param[REST];
    uint32_t *item = ZH_TAKE(into->scratch, uint32_t, query->count), count = 0;
    float *by = ZH_TAKE(into->scratch, float, query->count);
    if (item == NULL || by == NULL) return ZH_NOMEM;
    for (uint32_t ago = 0; ago < query->count; ago++) {
        const uint32_t known = query->known[query->count - 1 - ago];
        if (!zh_scores_first(into, known)) continue;
        const float r = recency == 0 ? 1 : (float)(rest + (1 - rest) * exp(-(double)ago / recency));
        if (r < R_LEAST) break;
        item[count] = known;
        by[count++] = r * s->in[known];
    }
    if (count == 0) return ZH_OK;
    into->way = ZH_SCORES_DENSE;
    zh_weights_add(&s->correlation, item, by, count, into->value);
    for (uint32_t i = 0; i < model->items; i++) into->value[i] *= s->out[i];
    return ZH_OK;
}

#define GRID(...) .grid = (const double[]){ __VA_ARGS__ }, .grid_size = sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double)

static const zh_param_kind params[PARAMS] = {
    [LAM] = { "lam", "ridge, the same for every item", 1e-3, 1e7, 300, GRID(30, 100, 300, 1000) },
    [DROP] = { "drop", "ridge that grows with an item's users", 0, .95, 0, GRID(0, .2, .4, .6, .8) },
    [USER] = { "user", "heavy users count less by n^-user", 0, 2, 0, GRID(0, .25, .5) },
    [TIME] = { "time", "sessions this many days old count 1/e; 0: all the same", 0, 1e5, 0, .timed = true, GRID(0, 4, 8, 16) },
    [GAMMA] = { "gamma", "1: an item may not explain itself; less favours what is hard to explain", 0, 1.5, 1, .at_score = true, GRID(.5, .75, 1) },
    [ALPHA] = { "alpha", "popular items of the history count less by n^-alpha", -1, 1, 0, .at_score = true, GRID(-.2, 0, .2, .4) },
    [BETA] = { "beta", "popular items are recommended less by n^-beta", -1, 1, 0, .at_score = true, GRID(-.1, 0, .1, .2) },
    [RECENCY] = { "recency", "history items this far back weigh 1/e", 0, 1000, 0, .at_score = true, GRID(0, 1, 2, 3, 5, 10, 20, 50) },
    [REST] = { "rest", "what an item of the history keeps however far back", 0, 1, 0, .at_score = true, GRID(0, .1, .2, .4) },
};

const zh_model_kind zh_ease_kind = {
    .name = "ease",
    .meaning = "what of your history speaks for it, weighed all at once",
    .params = params,
    .params_count = PARAMS,
    .train = train,
    .score = score,
    .settle = settle,
    .dense = true,
};
