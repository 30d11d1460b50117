#include "model/popular.h"

static zh_err train(zh_model *model, const zh_train *data, const zh_crew *crew, zh_note *why)
{
    (void)crew;
    (void)why;
    float *count = ZH_TAKE(&model->keep[0], float, data->items);
    if (count == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < data->items; i++) count[i] = (float)data->count[i]; /* exact below 2^24 */
    model->state = count;
    return ZH_OK;
}

static zh_err score(const zh_model *model, const zh_query *query, zh_scores *into)
{
    (void)query;
    memcpy(into->value, model->state, model->items * sizeof *into->value);
    into->way = ZH_SCORES_DENSE;
    return ZH_OK;
}

const zh_model_kind zh_popular_kind = {
    .name = "popular",
    .meaning = "what most took",
    .train = train,
    .score = score,
};
