#include "model/gfcf.h"
#include "model/neighbours.h"
#include "model/spectrum.h"

#include <math.h>

enum { RECENCY, USER, SHARPEN, POPULAR, ITEM, BLUR, LEAN, RANK, TOP, SIDE, PARAMS }; /* places in param[]; tuned in this order */
enum { CANDIDATE, HISTORY };

/* size^power of each row; an empty row is in no sum. */
static float *powers(zh_arena *arena, const zh_rows *rows, double power)
{
    float *out = ZH_TAKE(arena, float, rows->count);
    for (uint32_t r = 0; out != NULL && r < rows->count; r++) out[r] = (float)pow(fmax(1, zh_rows_size(rows, r)), power);
    return out;
}

/* What the filter adds to C at a pattern of the value `l`: blur (1 - sharpen l) - sharpen l^2. */
static double response(const double *param, double l)
{
    return param[BLUR] * (1 - param[SHARPEN] * l) - param[SHARPEN] * l * l;
}

/* left right' = value_0 D_i^-lean V h V' D_i^lean / (item item'): the table multiplies all it adds up by item item'. */
static zh_err factor(zh_neighbours_factors *out, zh_model *model, const zh_train *data, const float *user, const float *item, const zh_crew *crew)
{
    zh_arena *scratch = &model->scratch[0];
    zh_spectrum s;
    const zh_spectrum_desc desc = { .x = &data->x, .xt = &data->xt, .row_scale = user, .column_scale = item,
                                    .rank = (uint32_t)model->param[RANK], .seed = model->seed };
    zh_arena *meanwhile = &model->scratch[1]; /* the second hand takes from it later, if there is one */
    const zh_err e = zh_spectrum_find(&s, &desc, crew, scratch, meanwhile);
    zh_arena_close(meanwhile);
    if (e != ZH_OK) return e;
    float *left = ZH_TAKE(scratch, float, (size_t)data->items * s.rank), *right = s.vector;
    if (left == NULL) return ZH_NOMEM;
    const double most = s.value[0];
    for (uint32_t i = 0; i < data->items; i++) {
        const float lean = (float)pow(fmax(1, zh_rows_size(&data->xt, i)), model->param[LEAN]);
        for (uint32_t c = 0; c < s.rank; c++) {
            const size_t at = (size_t)i * s.rank + c;
            const float v = right[at] / item[i];
            left[at] = (float)(most * response(model->param, s.value[c] / most)) * v / lean;
            right[at] = v * lean;
        }
    }
    *out = (zh_neighbours_factors){ .blas = crew->blas, .left = left, .right = right, .rank = s.rank };
    return ZH_OK;
}

static zh_err train(zh_model *model, const zh_train *data, const zh_crew *crew, zh_note *why)
{
    const double *param = model->param;
    zh_arena *scratch = &model->scratch[0];
    if (data->items > ZH_GFCF_ITEMS_MAX) {
        zh_note_set(why, "gfcf compares every item with every other: at most %d items, here are %u", ZH_GFCF_ITEMS_MAX, data->items);
        return ZH_FULL;
    }
    zh_neighbours *made = ZH_TAKE(&model->keep[0], zh_neighbours, 1);
    float *user = powers(scratch, &data->x, -param[USER]), *weight = powers(scratch, &data->x, -2 * param[USER]);
    float *item = powers(scratch, &data->xt, -param[ITEM]), *end = powers(scratch, &data->xt, param[POPULAR] - param[ITEM]);
    if (made == NULL || user == NULL || weight == NULL || item == NULL || end == NULL) return ZH_NOMEM;
    zh_neighbours_factors factors;
    const bool flat = param[BLUR] == 0 && param[SHARPEN] == 0;
    zh_err e = flat ? ZH_OK : factor(&factors, model, data, user, item, crew);
    if (e != ZH_OK) return e;
    const bool turned = param[SIDE] == CANDIDATE; /* then a list is of an end, and holds its beginnings */
    if (!flat && turned) {
        const float *left = factors.left;
        factors.left = factors.right;
        factors.right = left;
    }
    const zh_neighbours_desc desc = { .data = data, .weight = weight, .owner = turned ? end : item, .other = turned ? item : end,
                                      .top = (uint32_t)param[TOP], .turned = turned, .factors = flat ? NULL : &factors };
    e = zh_neighbours_build(made, model, &desc, crew);
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
    [RECENCY] = { "recency", "history items this far back weigh 1/e", 0, 1000, 0, .at_score = true, .choices = NULL, GRID(0, 1, 2, 3, 5, 10, 20) },
    [USER] = { "user", "heavy users count less by n^-2user", 0, 2, .3, .choices = NULL, GRID(.1, .2, .3, .4, .5) },
    [SHARPEN] = { "sharpen", "how much of what everybody takes is taken back", 0, 2, .9, .choices = NULL, GRID(0, .3, .6, .9, 1.2) },
    [POPULAR] = { "popular", "popular answers count more by n^popular", 0, 2, .25, .choices = NULL, GRID(0, .1, .2, .25, .3) },
    [ITEM] = { "item", "popular items count less by n^-item", 0, 2, .5, .choices = NULL, GRID(.3, .4, .5, .6) },
    [BLUR] = { "blur", "weight of what shares a taste and was never taken together", 0, 10, .1, .choices = NULL, GRID(0, .1, .2, .4) },
    [LEAN] = { "lean", "what shares a taste leans to popular answers by n^lean", 0, 1, 0, .choices = NULL, GRID(0, .25, .5) },
    [RANK] = { "rank", "tastes that are told apart", 1, ZH_SPECTRUM_RANK_MAX, 128, true, .choices = NULL, GRID(64, 128, 256) },
    [TOP] = { "top", "neighbours an item keeps", 1, 100000, 500, true, .choices = NULL, GRID(100, 200, 500, 1000) },
    [SIDE] = { "side", "whose largest are kept", 0, HISTORY, HISTORY, true, sides, GRID(CANDIDATE, HISTORY) },
};

const zh_model_kind zh_gfcf_kind = {
    .name = "gfcf",
    .meaning = "what is left of your history when noise is blurred away and common taste taken back",
    .params = params,
    .params_count = PARAMS,
    .train = train,
    .score = score,
    .dense = true,
};
