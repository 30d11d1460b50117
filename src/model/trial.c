#include "model/trial.h"

#include <assert.h>

#define QUERIES_A_PART 64          /* questions in one go: long enough to be worth a hand's while */
#define ROOM_BYTES_MAX (SIZE_MAX / 8) /* tables are bounded by the catalogue, not here */

typedef struct job {
    const zh_model *model;
    const zh_problem *problem;
    uint32_t k, *top;
    zh_scores scores[ZH_CREW_HANDS_MAX];
    zh_err failed[ZH_CREW_HANDS_MAX];
} job;

static void answer_part(void *context, uint32_t part, uint32_t hand)
{
    job *j = context;
    const zh_problem *p = j->problem;
    zh_scores *scores = &j->scores[hand];
    const uint32_t from = part * QUERIES_A_PART;
    const uint32_t to = p->queries - from < QUERIES_A_PART ? p->queries : from + QUERIES_A_PART;
    for (uint32_t q = from; q < to && j->failed[hand] == ZH_OK; q++) {
        const zh_query *query = &p->query[q];
        j->failed[hand] = j->model->kind->score(j->model, query, scores);
        const zh_scores_ask ask = { .k = j->k, .masked = query->masked, .fill = !p->sessions,
                                    .masked_count = query->masked_count };
        zh_scores_top(scores, &ask, j->top + (size_t)q * j->k);
    }
}

zh_err zh_trial_answer(const zh_model *model, const zh_problem *problem, uint32_t k, const zh_crew *crew, uint32_t *top)
{
    assert(model->state != NULL);
    zh_arena room = zh_arena_open(ROOM_BYTES_MAX), scratch[ZH_CREW_HANDS_MAX];
    for (uint32_t hand = 0; hand < crew->hands; hand++) scratch[hand] = zh_arena_open(ROOM_BYTES_MAX);
    job *j = ZH_TAKE(&room, job, 1);
    zh_err e = j == NULL ? ZH_NOMEM : ZH_OK;
    for (uint32_t hand = 0; e == ZH_OK && hand < crew->hands; hand++)
        e = zh_scores_open(&j->scores[hand], &room, &scratch[hand], model->items);
    if (e == ZH_OK) {
        j->model = model;
        j->problem = problem;
        j->k = k;
        j->top = top;
        zh_crew_run(crew, (problem->queries + QUERIES_A_PART - 1) / QUERIES_A_PART, answer_part, j);
        for (uint32_t hand = 0; e == ZH_OK && hand < crew->hands; hand++) e = j->failed[hand];
    }
    for (uint32_t hand = 0; hand < crew->hands; hand++) zh_arena_close(&scratch[hand]);
    zh_arena_close(&room);
    return e;
}

static zh_metric_lists lists_of(const zh_problem *problem, uint32_t k, const uint32_t *top)
{
    return (zh_metric_lists){
        .queries = problem->queries, .k = k, .items = problem->train.items, .top = top,
        .target = &problem->target, .wanted = problem->wanted, .count = problem->train.count, .weight = problem->weight };
}

zh_err zh_trial_judge(zh_metrics *out, zh_arena *scratch, const zh_problem *problem, uint32_t k, const uint32_t *top)
{
    const zh_metric_lists lists = lists_of(problem, k, top);
    return zh_metric_of(out, scratch, &lists);
}

/* Questions of a session follow each other and share one array of known items. */
static bool goes_on(const zh_problem *problem, uint32_t q)
{
    return problem->sessions && q > 0 && problem->query[q].known == problem->query[q - 1].known;
}

zh_err zh_trial_doubt(zh_intervals *out, zh_band bands[ZH_INTERVAL_BANDS], zh_arena *scratch, const zh_problem *problem,
                      uint32_t k, const uint32_t *top, uint64_t seed)
{
    const zh_metric_lists lists = lists_of(problem, k, top);
    zh_metrics *each = ZH_TAKE(scratch, zh_metrics, problem->queries);
    uint32_t *from = ZH_TAKE(scratch, uint32_t, (size_t)problem->queries + 1), *known = ZH_TAKE(scratch, uint32_t, problem->queries);
    if (each == NULL || from == NULL || known == NULL) return ZH_NOMEM;
    uint32_t groups = 0;
    for (uint32_t q = 0; q < problem->queries; q++) {
        known[q] = problem->query[q].count;
        if (!goes_on(problem, q)) from[groups++] = q;
    }
    from[groups] = problem->queries;
    zh_metric_each(each, &lists);
    const zh_interval_asked asked = { .each = each, .weight = problem->weight, .from = from, .groups = groups };
    zh_interval_bands(bands, &asked, known);
    return zh_interval_of(out, scratch, &asked, seed);
}

/* ---- tuning ---- */

/* The walk: where it stands and what it has to measure with. */
typedef struct walk {
    const zh_trial_tune *tune;
    const zh_crew *crew;
    zh_model model;      /* trained with the parameters of the last trial */
    zh_arena room;       /* the lists and the metric's scratch */
    double *best;        /* [params] */
    double best_ndcg;
    uint32_t trials;
    bool ended;          /* somebody said it is enough */
    zh_note *why;
} walk;

static bool same_training(const zh_model_kind *kind, const double *a, const double *b)
{
    for (uint32_t i = 0; i < kind->params_count; i++)
        if (!kind->params[i].at_score && a[i] != b[i]) return false;
    return true;
}

static zh_err measure(walk *w, const double *param, double *ndcg)
{
    const zh_trial_tune *t = w->tune;
    zh_err e = ZH_OK;
    if (w->model.state == NULL || !same_training(t->kind, w->model.param, param)) {
        zh_model_close(&w->model);
        w->model = zh_model_open(t->kind, param, t->seed, t->bytes_max);
        w->model.choice = t->choice;
        w->model.choices = t->choices;
        e = zh_model_train(&w->model, &t->problem->train, w->crew, w->why);
    }
    if (e != ZH_OK) return e;
    zh_model_settle(&w->model, param);
    zh_arena_reset(&w->room);
    uint32_t *top = ZH_TAKE(&w->room, uint32_t, (size_t)t->problem->queries * t->k);
    zh_metrics metrics;
    if (top == NULL) return ZH_NOMEM;
    e = zh_trial_answer(&w->model, t->problem, t->k, w->crew, top);
    if (e == ZH_OK) e = zh_trial_judge(&metrics, &w->room, t->problem, t->k, top);
    if (e != ZH_OK) return e;
    *ndcg = metrics.ndcg;
    if (t->tried != NULL) t->tried(t->context, w->trials, param, metrics.ndcg);
    w->trials++;
    return ZH_OK;
}

static zh_err along(walk *w, uint32_t index, bool *changed)
{
    const zh_param_kind *p = &w->tune->kind->params[index];
    const double here = w->best[index];
    for (uint32_t g = 0; g < p->grid_size; g++) {
        double param[ZH_MODEL_PARAMS_MAX], ndcg;
        if (p->grid[g] == here) continue; /* measured already */
        w->ended = w->tune->enough != NULL && w->tune->enough(w->tune->context);
        if (w->ended) return ZH_OK;
        memcpy(param, w->best, sizeof param);
        param[index] = p->grid[g];
        const zh_err e = measure(w, param, &ndcg);
        if (e != ZH_OK) return e;
        if (ndcg <= w->best_ndcg) continue;
        w->best_ndcg = ndcg;
        w->best[index] = param[index];
        *changed = true;
    }
    return ZH_OK;
}

zh_err zh_trial_run(const zh_trial_tune *tune, const zh_crew *crew, double *param, uint32_t *trials, zh_note *why)
{
    const zh_model_kind *kind = tune->kind;
    double best[ZH_MODEL_PARAMS_MAX] = { 0 };
    memcpy(best, param, kind->params_count * sizeof *param);
    bool anything = false;
    for (uint32_t i = 0; i < kind->params_count; i++) anything |= !tune->given[i] && kind->params[i].grid_size > 0;
    *trials = 0;
    if (!anything) return ZH_OK;

    walk w = { .tune = tune, .crew = crew, .best = best, .why = why, .room = zh_arena_open(ROOM_BYTES_MAX) };
    zh_err e = measure(&w, best, &w.best_ndcg);
    bool changed = true;
    for (int round = 0; e == ZH_OK && changed && !w.ended && round < ZH_TRIAL_ROUNDS_MAX; round++) {
        changed = false;
        for (uint32_t i = 0; e == ZH_OK && !w.ended && i < kind->params_count; i++)
            if (!tune->given[i] && !(kind->params[i].timed && tune->problem->train.time_s == NULL)) e = along(&w, i, &changed);
    }
    zh_model_close(&w.model);
    zh_arena_close(&w.room);
    *trials = w.trials;
    if (e == ZH_OK) memcpy(param, best, kind->params_count * sizeof *param);
    return e;
}
