#include "model/itemknn.h"
#include "model/neighbours.h"

#include <math.h>

enum { WEIGHT, TOP, SHRINK, USER, K1, B, SIDE, RECENCY, PARAMS }; /* places in param[] */
enum { COSINE, TFIDF, BM25 };
enum { CANDIDATE, HISTORY };

static double weight_of(const double *param, double items, double size)
{
    const double heavy = param[USER] == 0 ? 1 : pow(size, param[USER]);
    switch ((int)param[WEIGHT]) {
    case TFIDF: return log(1 + items / size) / heavy;
    case BM25: return log(1 + (items - size + .5) / (size + .5)) / heavy;
    default: return 1 / heavy;
    }
}

/* w_u^2 of the users, g_j and |x_j| of the items. */
static zh_err weigh(zh_neighbours_desc *out, const double *param, zh_arena *arena)
{
    const zh_train *d = out->data;
    float *weight = ZH_TAKE(arena, float, d->x.count);
    float *scale = ZH_TAKE(arena, float, d->items), *norm = ZH_TAKE(arena, float, d->items);
    if (weight == NULL || scale == NULL || norm == NULL) return ZH_NOMEM;
    for (uint32_t u = 0; u < d->x.count; u++) {
        const uint32_t size = zh_rows_size(&d->x, u);
        const double w = size == 0 ? 0 : weight_of(param, d->items, size);
        weight[u] = (float)(w * w);
    }
    const double mean = (double)zh_rows_entries(&d->x) / d->items;
    for (uint32_t i = 0; i < d->items; i++) {
        const uint32_t *users = zh_rows_of(&d->xt, i), size = zh_rows_size(&d->xt, i);
        const double k1 = param[K1], b = param[B];
        const double g = param[WEIGHT] == BM25 ? (k1 + 1) / (1 + k1 * (1 - b + b * size / mean)) : 1;
        double squares = 0;
        for (uint32_t n = 0; n < size; n++) squares += weight[users[n]];
        scale[i] = (float)g;
        norm[i] = (float)(g * sqrt(squares));
    }
    out->weight = weight;
    out->owner = out->other = scale;
    out->norm = norm;
    return ZH_OK;
}

static zh_err train(zh_model *model, const zh_train *data, const zh_crew *crew, zh_note *why)
{
    (void)why;
    zh_neighbours *made = ZH_TAKE(&model->keep[0], zh_neighbours, 1);
    zh_neighbours_desc desc = { .data = data, .shrink = (float)model->param[SHRINK], .top = (uint32_t)model->param[TOP],
                                .turned = model->param[SIDE] == CANDIDATE };
    zh_err e = made == NULL ? ZH_NOMEM : weigh(&desc, model->param, &model->scratch[0]);
    if (e == ZH_OK) e = zh_neighbours_build(made, model, &desc, crew);
    if (e == ZH_OK) model->state = made;
    return e;
}

static zh_err score(const zh_model *model, const zh_query *query, zh_scores *into)
{
    zh_neighbours_score(model->state, query, model->param[RECENCY], into);
    return ZH_OK;
}

static const char *const weights[] = { "cosine", "tfidf", "bm25", NULL };
static const char *const sides[] = { "candidate", "history", NULL };

#define GRID(...) .grid = (const double[]){ __VA_ARGS__ }, .grid_size = sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double)

static const zh_param_kind params[PARAMS] = {
    [WEIGHT] = { "weight", "how much a long history says", 0, BM25, COSINE, true, weights, GRID(COSINE, TFIDF, BM25) },
    [TOP] = { "top", "neighbours an item keeps", 1, 100000, 200, true, GRID(50, 100, 200, 400, 1000) },
    [SHRINK] = { "shrink", "pulls rarely seen pairs towards 0", 0, 1e6, 0, GRID(0, 5, 10, 30) },
    [USER] = { "user", "heavy users count less by n^-2user", 0, 2, .5, GRID(0, .25, .5) },
    [K1] = { "k1", "bm25: saturation of popular items", 0, 10, 1.2, .grid_size = 0 },
    [B] = { "b", "bm25: how much popularity counts", 0, 1, .75, .grid_size = 0 },
    [SIDE] = { "side", "whose nearest are kept", 0, HISTORY, CANDIDATE, true, sides, GRID(CANDIDATE, HISTORY) },
    [RECENCY] = { "recency", "history items this far back weigh 1/e", 0, 1000, 0, .at_score = true, GRID(0, 1, 2, 3, 5, 10, 20) },
};

const zh_model_kind zh_itemknn_kind = {
    .name = "itemknn",
    .meaning = "who took what you took also took",
    .params = params,
    .params_count = PARAMS,
    .train = train,
    .score = score,
};
