#include "model/vstan.h"
#include "model/vsknn.h"

enum { SEAT = ZH_VSKNN_PARAMS, SIZE, PARAMS }; /* places in param[] after those of vsknn.h */

static zh_err train(zh_model *model, const zh_train *data, const zh_crew *crew, zh_note *why)
{
    (void)crew, (void)why;
    return zh_vsknn_learn(model, data, model->param[SIZE]);
}

static zh_err score(const zh_model *model, const zh_query *query, zh_scores *into)
{
    return zh_vsknn_ask(model, query, model->param[SEAT], into);
}

#define GRID(...) .grid = (const double[]){ __VA_ARGS__ }, .grid_size = sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double)

static const zh_param_kind params[PARAMS] = {
    [ZH_VSKNN_K] = { "k", "neighbours that vote", 1, 10000, 300, true, .at_score = true, GRID(100, 300, 1000) },
    [ZH_VSKNN_M] = { "m", "newest sessions of an item, and in all, that are looked at", 1, 100000, 1500, true, .choices = NULL, GRID(1500, 5000) },
    [ZH_VSKNN_LAST] = { "last", "items of the history that are looked at", 1, 1000, 20, true, .at_score = true, GRID(5, 10, 20, 50, 200) },
    [ZH_VSKNN_QUERY] = { "query", "history items this far back weigh 1/e", .1, 1000, 2, .at_score = true, GRID(.5, 1, 2, 5, 20, 50) },
    [ZH_VSKNN_QIDF] = { "qidf", "how much more a rare shared item says", 0, 3, 1, .choices = NULL, GRID(.5, 1, 1.5) },
    [ZH_VSKNN_IDF] = { "idf", "how much popular items are held back", 0, 3, .5, .choices = NULL, GRID(0, .25, .5, .75, 1) },
    [ZH_VSKNN_NEAR] = { "near", "items this far from the shared one say 1/e", .1, 1000, 3, .at_score = true, GRID(1, 2, 3, 5, 20) },
    [ZH_VSKNN_BACK] = { "back", "what items before the shared one say beside those after it", 0, 1, .7, .at_score = true, GRID(.3, .5, .7, .85, 1) },
    [ZH_VSKNN_TIME] = { "time", "sessions this many days old weigh 1/e; 0: all the same", 0, 10000, 0, .timed = true, GRID(0, 4, 8, 16, 32) },
    [SEAT] = { "seat", "neighbours met by an item this far back say 1/e; 0: all the same", 0, 1000, 0, .at_score = true, GRID(0, 1, 2, 5, 20) },
    [SIZE] = { "size", "how much a long session is held back", 0, 2, 0, .choices = NULL, GRID(0, .25, .5, .75, 1) },
};

const zh_model_kind zh_vstan_kind = {
    .name = "vstan",
    .meaning = "what came next in sessions like this one, long ones too",
    .params = params,
    .params_count = PARAMS,
    .train = train,
    .score = score,
};
