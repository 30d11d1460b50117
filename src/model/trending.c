#include "model/trending.h"

#include <math.h>

enum { DAYS, PLACES, PARAMS }; /* places in param[] */

#define DAY_S 86400.0

static void add_by_time(double *sum, const zh_train *data, double days)
{
    double newest_s = -INFINITY;
    for (uint32_t r = 0; r < data->seq.count; r++) newest_s = fmax(newest_s, data->time_s[r]);
    for (uint32_t r = 0; r < data->seq.count; r++) {
        const double weight = exp2((data->time_s[r] - newest_s) / DAY_S / days);
        for (uint32_t e = data->seq.from[r]; e < data->seq.from[r + 1]; e++) sum[data->seq.at[e]] += weight;
    }
}

static void add_by_place(double *sum, const zh_train *data, double places)
{
    for (uint32_t r = 0; r < data->seq.count; r++)
        for (uint32_t e = data->seq.from[r]; e < data->seq.from[r + 1]; e++)
            sum[data->seq.at[e]] += exp2(-(double)(data->seq.from[r + 1] - 1 - e) / places);
}

static zh_err train(zh_model *model, const zh_train *data, const zh_crew *crew, zh_note *why)
{
    (void)crew;
    (void)why;
    float *score = ZH_TAKE(&model->keep[0], float, data->items);
    double *sum = ZH_TAKE(&model->scratch[0], double, data->items);
    if (score == NULL || sum == NULL) return ZH_NOMEM;
    if (data->time_s != NULL) add_by_time(sum, data, model->param[DAYS]);
    else add_by_place(sum, data, model->param[PLACES]);
    for (uint32_t i = 0; i < data->items; i++) score[i] = (float)sum[i];
    model->state = score;
    return ZH_OK;
}

static zh_err score(const zh_model *model, const zh_query *query, zh_scores *into)
{
    (void)query;
    memcpy(into->value, model->state, model->items * sizeof *into->value);
    into->way = ZH_SCORES_DENSE;
    return ZH_OK;
}

#define GRID(...) .grid = (const double[]){ __VA_ARGS__ }, .grid_size = sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double)

static const zh_param_kind params[PARAMS] = {
    [DAYS] = { "days", "sessions this many days old count half", .01, 10000, 2, .timed = true, GRID(.1, .25, .5, 1, 2, 4, 8, 16, 32) },
    [PLACES] = { "places", "items this many places before the end of a list count half", .1, 10000, 10, .choices = NULL, GRID(1, 3, 10, 30, 100, 1000) },
};

const zh_model_kind zh_trending_kind = {
    .name = "trending",
    .meaning = "what most take now",
    .params = params,
    .params_count = PARAMS,
    .train = train,
    .score = score,
};
