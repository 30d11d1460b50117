#include "model/rp3beta.h"
#include "model/neighbours.h"

#include <math.h>

enum { ALPHA, BETA, TOP, SIDE, RECENCY, PARAMS }; /* places in param[] */
enum { CANDIDATE, HISTORY };

/* size^-power of each row; an empty row is in no sum. */
static const float *damped(zh_arena *arena, const zh_rows *rows, double power)
{
    float *out = ZH_TAKE(arena, float, rows->count);
    for (uint32_t r = 0; out != NULL && r < rows->count; r++) out[r] = (float)pow(fmax(1, zh_rows_size(rows, r)), -power);
    return out;
}

static zh_err train(zh_model *model, const zh_train *data, const zh_crew *crew, zh_note *why)
{
    (void)why;
    const double *param = model->param;
    zh_arena *scratch = &model->scratch[0];
    zh_neighbours *made = ZH_TAKE(&model->keep[0], zh_neighbours, 1);
    const float *begin = damped(scratch, &data->xt, param[ALPHA]), *end = damped(scratch, &data->xt, param[BETA]);
    const float *weight = damped(scratch, &data->x, param[ALPHA]);
    if (made == NULL || begin == NULL || end == NULL || weight == NULL) return ZH_NOMEM;
    const bool turned = param[SIDE] == CANDIDATE; /* then a list is of an end, and holds its beginnings */
    const zh_neighbours_desc desc = { .data = data, .weight = weight, .owner = turned ? end : begin, .other = turned ? begin : end,
                                      .top = (uint32_t)param[TOP], .turned = turned };
    const zh_err e = zh_neighbours_build(made, model, &desc, crew);
    if (e == ZH_OK) model->state = made;
    return e;
}

static zh_err score(const zh_model *model, const zh_query *query, zh_scores *into)
{
    zh_neighbours_score(model->state, query, model->param[RECENCY], into);
    return ZH_OK;
}

static const char *const sides[] = { "candidate", "history", NULL };

#define GRID(...) .grid = (const double[]){ __VA_ARGS__ }, .grid_size = sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double)

static const zh_param_kind params[PARAMS] = {
    [ALPHA] = { "alpha", "how much long histories are held back", 0, 3, .5, .choices = NULL, GRID(.3, .5, .7, .9) },
    [BETA] = { "beta", "how much popular ends are", 0, 3, .2, .choices = NULL, GRID(.1, .2, .3, .4, .6) },
    [TOP] = { "top", "neighbours an item keeps", 1, 100000, 200, true, GRID(50, 200, 400, 1000) },
    [SIDE] = { "side", "whose largest are kept", 0, HISTORY, CANDIDATE, true, sides, GRID(CANDIDATE, HISTORY) },
    [RECENCY] = { "recency", "history items this far back weigh 1/e", 0, 1000, 0, .at_score = true, GRID(0, 1, 2, 3, 5, 10, 20) },
};

const zh_model_kind zh_rp3beta_kind = {
    .name = "rp3beta",
    .meaning = "where a walk over customers of your items ends",
    .params = params,
    .params_count = PARAMS,
    .train = train,
    .score = score,
};
