#include "engine/uplift.h"
#include "base/hash.h"
#include "measure/experiment_result.h"

#include <stdlib.h>

#define STEP 256
#define SEED 37

typedef struct exposed { uint64_t customer; int64_t first_ms; bool treated; } exposed;

typedef struct asking {
    zh_uplift_answer *out;
    zh_world *world;
    exposed *list;
    size_t count;
    int64_t window_ms;
    zh_currency currency;
} asking;

static zh_sv copy(asking *a, zh_sv text) { return text.size == 0 ? (zh_sv){ 0 } : zh_arena_copy(&a->out->arena, text); }

static const zh_metric *metric_of(const zh_experiment *e, zh_sv name)
{
    for (uint32_t m = 0; m < e->metrics_count; m++)
        if (e->metrics[m].per == ZH_QUANTITY_NONE && (name.size == 0 || zh_sv_equal(name, e->metrics[m].name))) return &e->metrics[m];
    return NULL;
}

static int by_customer(const void *a, const void *b)
{
    const exposed *x = a, *y = b;
    return (x->customer > y->customer) - (x->customer < y->customer);
}

/* Those of the two arms; a part by their numbers where they are many. Under the world's lock. */
static zh_err list_exposed(asking *a, const zh_experiment_view *view, uint32_t arm)
{
    const zh_experiments *x = a->world->experiments;
    const uint64_t all = view->now.units[0] + view->now.units[arm];
    zh_customer_id customer;
    uint32_t in;
    int64_t first_ms;
    a->out->exposed = all;
    a->out->drawn = all > ZH_UPLIFT_ROWS_MAX;
    const size_t room = all < ZH_UPLIFT_ROWS_MAX ? all : ZH_UPLIFT_ROWS_MAX;
    a->list = ZH_TAKE(&a->out->arena, exposed, room + 1);
    if (a->list == NULL) return ZH_NOMEM;
    const uint64_t below = a->out->drawn ? UINT64_MAX / all * ZH_UPLIFT_ROWS_MAX : UINT64_MAX;
    for (size_t at = 0; a->count < room && zh_experiments_exposed(x, view->number, &at, &customer, &in, &first_ms);)
        if ((in == 0 || in == arm) && zh_mix64(customer.number) <= below) a->list[a->count++] = (exposed){ customer.number, first_ms, in == arm };
    return ZH_OK;
}

static zh_err prepare(asking *a, const zh_uplift_ask *ask, const char **field)
{
    zh_experiment_view view;
    zh_experiment_result result;
    if (!zh_experiments_find(a->world->experiments, ask->experiment, &view)) return ZH_ABSENT;
    const zh_experiment *e = view.set_up;
    const zh_metric *metric = metric_of(e, ask->metric);
    const uint32_t arm = ask->arm.size == 0 ? 1 : zh_experiment_arm_named(e, ask->arm);
    *field = metric == NULL ? "metric" : "arm";
    if (metric == NULL || arm == 0 || arm >= e->arms_count) return ZH_FORMAT;
    a->out->metric = *metric;
    a->out->metric.name = copy(a, metric->name);
    a->out->metric.title_en = copy(a, metric->title_en);
    a->out->metric.title_zh = copy(a, metric->title_zh);
    a->out->metric.event = copy(a, metric->event);
    a->out->metric.where = copy(a, metric->where);
    zh_cel_fault fault;
    const zh_err compiled = zh_experiments_compile_metric(a->world->experiments, &a->out->metric, &a->out->arena, &fault);
    if (compiled != ZH_OK) return compiled;
    a->out->control = copy(a, e->arms[0].name);
    a->out->arm = copy(a, e->arms[arm].name);
    a->window_ms = zh_metric_window_ms(metric, e->window_days);
    a->currency = e->currency;
    zh_experiment_result_of(e, &view.now, &result);
    a->out->trusted = result.trusted;
    return list_exposed(a, &view, arm);
}

static zh_err learn(asking *a)
{
    double *x = ZH_TAKE(&a->out->arena, double, a->count * ZH_BEFORE_COLUMNS + 1), *y = ZH_TAKE(&a->out->arena, double, a->count + 1);
    bool *treated = ZH_TAKE(&a->out->arena, bool, a->count + 1);
    if (x == NULL || y == NULL || treated == NULL) return ZH_NOMEM;
    if (a->count > 1) qsort(a->list, a->count, sizeof *a->list, by_customer);
    for (size_t at = 0; at < a->count;) {
        const size_t until = at + STEP < a->count ? at + STEP : a->count;
        zh_world_lock_read(a->world);
        zh_metric_bind(&a->out->metric, zh_customers_terms(a->world->customers));
        for (; at < until; at++) {
            const exposed *of = &a->list[at];
            const zh_customer_id customer = { of->customer };
            const zh_outcome_look look = { zh_customers_get(a->world->customers, customer), a->world->consents, zh_customers_terms(a->world->customers), customer, a->currency };
            zh_before_of(look.state, of->first_ms, x + at * ZH_BEFORE_COLUMNS);
            y[at] = (double)zh_outcome_of(&look, &a->out->metric, of->first_ms, of->first_ms + a->window_ms);
            treated[at] = of->treated;
        }
        zh_world_unlock(a->world);
    }
    return zh_uplift_model_of(&a->out->model, &a->out->arena, &(zh_uplift_set){ x, y, treated, a->count, ZH_BEFORE_COLUMNS, a->out->metric.is_share, SEED });
}

zh_err zh_engine_uplift(zh_engine *engine, const zh_uplift_ask *ask, zh_uplift_answer *out, const char **field)
{
    asking a = { .out = out, .world = zh_engine_world(engine) };
    const int64_t began_us = zh_clock_mono_us(NULL);
    *out = (zh_uplift_answer){ .arena = zh_arena_open(ZH_UPLIFT_BYTES_MAX) };
    zh_world_lock_read(a.world);
    zh_err e = prepare(&a, ask, field);
    zh_world_unlock(a.world);
    if (e == ZH_OK && out->trusted) e = learn(&a);
    out->took_us = zh_clock_mono_us(NULL) - began_us;
    return e;
}

void zh_uplift_answer_close(zh_uplift_answer *answer) { zh_arena_close(&answer->arena); }
