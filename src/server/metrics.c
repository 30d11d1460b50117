/* metrics.c -- metrics that experiments are decided by: those built in, the workspace's own; and how large an experiment must be. */
#include "engine/crowd.h"
#include "measure/power.h"
#include "server/answer.h"
#include "server/experiment_answer.h"

#include <math.h>
#include <stdio.h>

#define DAY_MS INT64_C(86400000)
#define WINDOW_DAYS 14
#define POWER 0.8
#define ALPHA 0.05
#define ROUNDS 50 /* until the width of a sequence and its number of units agree */

static zh_world *world_of(zh_call *call) { return zh_engine_world(call->engine); }

static bool own_metric(zh_call *call, zh_sv name, zh_metric *out)
{
    char setting[ZH_NAME_BYTES_MAX];
    const char *field, *why;
    zh_json_value root;
    zh_sv json;
    zh_cel_fault fault;
    const int size = snprintf(setting, sizeof setting, ZH_METRIC_SETTING "%.*s", ZH_SV_ARG(name));
    if (size >= (int)sizeof setting || zh_registry_setting(world_of(call)->registry, (zh_sv){ setting, (size_t)size }, &json) != ZH_OK) return false;
    return zh_json_parse(call->thread->parser, json, &root, NULL) == ZH_OK && zh_json_keep(call->thread->parser, root, call->arena) == ZH_OK &&
           zh_metric_read(root, zh_arena_copy(call->arena, name), out, &field, &why) == ZH_OK &&
           zh_experiments_compile_metric(world_of(call)->experiments, out, call->arena, &fault) == ZH_OK;
}

bool zh_metric_of_workspace(void *call, zh_sv name, zh_metric *out) { return own_metric(call, name, out); }

bool zh_metric_is_good(zh_call *call, zh_metric *metric, const char *field)
{
    zh_cel_fault fault = { .text = "" };
    char detail[sizeof fault.text + ZH_METRIC_NAME_BYTES_MAX + 64];
    zh_world_lock_read(world_of(call));
    const zh_err e = zh_experiments_compile_metric(world_of(call)->experiments, metric, call->arena, &fault);
    zh_world_unlock(world_of(call));
    if (e == ZH_OK) return true;
    if (fault.text[0] == '\0') zh_call_failed(call, e, NULL);
    else {
        (void)snprintf(detail, sizeof detail, "line %u, column %u: %s", fault.line, fault.column, fault.text);
        zh_call_problem(call, 400, "bad_expression", field, detail);
    }
    return false;
}

static void put_metric(zh_json_out *out, const zh_metric *m)
{
    zh_json_out_object(out);
    zh_metric_put(m, out);
    zh_json_out_end(out);
}

void zh_route_metrics_list(zh_call *call)
{
    const zh_sv prefix = ZH_SV(ZH_METRIC_SETTING);
    const zh_metric *builtins;
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    const size_t count = zh_metric_builtins(&builtins);
    for (size_t i = 0; i < count; i++) put_metric(&out, &builtins[i]);
    zh_world_lock_read(world_of(call));
    for (zh_registry_iter it = zh_registry_walk(world_of(call)->registry, ZH_THING_SETTING); zh_registry_next(&it);) {
        zh_metric m;
        if (zh_sv_starts(it.at->setting.name, prefix) && own_metric(call, zh_sv_part(it.at->setting.name, prefix.size, SIZE_MAX), &m)) put_metric(&out, &m);
    }
    zh_world_unlock(world_of(call));
    zh_json_out_end(&out);
    zh_answer_next(&out, "");
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

static zh_err define(zh_call *call, const zh_metric *m, bool deleted)
{
    char name[ZH_NAME_BYTES_MAX];
    const int size = snprintf(name, sizeof name, ZH_METRIC_SETTING "%.*s", ZH_SV_ARG(m->name));
    zh_buf text = zh_buf_open(ZH_SETTING_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&text);
    zh_metric_write(m, &out);
    zh_err e = zh_json_out_done(&out);
    const zh_definition d = { .thing = ZH_THING_SETTING, .deleted = deleted, .at_ms = call->now_ms, .actor = call->caller.actor,
                              .setting = { .name = { name, (size_t)size }, .json = zh_buf_view(&text) } };
    if (e == ZH_OK) e = zh_engine_define(call->engine, &d);
    zh_buf_close(&text);
    return e;
}

static size_t own_count(zh_call *call)
{
    const zh_sv prefix = ZH_SV(ZH_METRIC_SETTING);
    size_t count = 0;
    for (zh_registry_iter it = zh_registry_walk(world_of(call)->registry, ZH_THING_SETTING); zh_registry_next(&it);) count += zh_sv_starts(it.at->setting.name, prefix);
    return count;
}

void zh_route_metric_put(zh_call *call)
{
    zh_json_value root;
    zh_metric m, before;
    const char *field, *why;
    if (!zh_call_body_json(call, &root)) return;
    if (zh_json_keep(call->thread->parser, root, call->arena) != ZH_OK) zh_call_failed(call, ZH_NOMEM, NULL);
    else if (zh_metric_read(root, zh_http_path_part(call->request, 3), &m, &field, &why) != ZH_OK) zh_call_problem(call, 400, "bad_field", field, why);
    else if (zh_metric_is_good(call, &m, "where")) {
        zh_world_lock_read(world_of(call));
        const bool full = own_count(call) >= ZH_METRICS_MAX && !own_metric(call, m.name, &before);
        zh_world_unlock(world_of(call));
        const zh_err e = full ? ZH_OK : define(call, &m, false);
        if (full) zh_call_problem(call, 409, "too_many", "name", "there are 200 metrics already: delete one that is not used");
        else if (e != ZH_OK) zh_call_failed(call, e, NULL);
        else {
            zh_json_out out = zh_call_begin(call);
            put_metric(&out, &m);
            zh_call_json(call, 200, &out);
        }
    }
}

/* Experiments have their own copy of its definition, so they go on. */
void zh_route_metric_delete(zh_call *call)
{
    zh_metric m;
    const zh_sv name = zh_http_path_part(call->request, 3);
    zh_world_lock_read(world_of(call));
    const bool there = own_metric(call, name, &m);
    zh_world_unlock(world_of(call));
    if (!there) {
        zh_call_problem(call, zh_metric_builtin(name) != NULL ? 409 : 404, zh_metric_builtin(name) != NULL ? "builtin" : "not_found", "name",
                        zh_metric_builtin(name) != NULL ? "this metric is built in" : "there is no metric of this name: GET /api/v1/metrics lists them");
        return;
    }
    const zh_err e = define(call, &m, true);
    if (e != ZH_OK) zh_call_failed(call, e, NULL);
    else zh_call_reply(call, 204, (zh_sv){ 0 }, (zh_sv){ 0 }, NULL, 0);
}

/* ---- planning ---- */

typedef struct baseline { /* over who was active in the last window */
    const zh_metric *metric;
    const zh_world *world;
    int64_t from_ms, to_ms;
    zh_currency currency;
    zh_sums sums;
} baseline;

static void look_at(void *context, const zh_customer_state *state)
{
    baseline *b = context;
    if (zh_customer_last_ms(state) < b->from_ms) return;
    zh_metric_bind(b->metric, zh_customers_terms(b->world->customers));
    const zh_outcome_look look = { state, b->world->consents, zh_customers_terms(b->world->customers), zh_customer_number(state), b->currency };
    const double y = (double)zh_outcome_of(&look, b->metric, b->from_ms, b->to_ms), d = (double)zh_outcome_per(&look, b->metric, b->from_ms, b->to_ms);
    b->sums.n++;
    b->sums.sum[0] += y;
    b->sums.sum[1] += d;
    b->sums.product[0][0] += y * y;
    b->sums.product[1][1] += d * d;
    b->sums.product[0][1] += y * d;
    b->sums.product[1][0] += y * d;
}

typedef struct plan {
    zh_metric metric;
    int64_t days;
    double mean, variance, effect, power, alpha, customers_a_day, arms;
    bool has_baseline;
} plan;

static bool number_in(zh_json_value root, const char *name, double least, double most, double *out)
{
    const zh_json_value value = zh_json_get(root, zh_sv_of(name));
    return zh_json_type_of(value) <= ZH_JSON_NULL || (zh_json_real(value, out) && *out >= least && *out <= most);
}

/* The field that is wrong, or NULL. */
static const char *read_plan(zh_call *call, zh_json_value root, plan *p)
{
    double days = WINDOW_DAYS;
    const zh_sv name = zh_http_path_part(call->request, 3);
    *p = (plan){ .power = POWER, .alpha = ALPHA, .arms = 2, .mean = -1, .variance = -1 };
    const zh_metric *builtin = zh_metric_builtin(name);
    if (!number_in(root, "effect", 1e-6, 1000, &p->effect) || p->effect <= 0) return "effect";
    if (!number_in(root, "power", 0.05, 0.999, &p->power)) return "power";
    if (!number_in(root, "alpha", 0.0001, 0.5, &p->alpha)) return "alpha";
    if (!number_in(root, "arms", 2, ZH_EXPERIMENT_ARMS_MAX, &p->arms)) return "arms";
    if (!number_in(root, "mean", 0, 1e15, &p->mean)) return "mean";
    if (!number_in(root, "variance", 0, 1e30, &p->variance)) return "variance";
    if (builtin != NULL) p->metric = *builtin;
    else {
        zh_world_lock_read(world_of(call));
        const bool found = zh_metric_of_workspace(call, name, &p->metric);
        zh_world_unlock(world_of(call));
        if (!found) return "metric";
    }
    if (p->metric.window_days > 0) days = p->metric.window_days;
    if (!number_in(root, "windowDays", 1, ZH_EXPERIMENT_DAYS_MAX, &days)) return "windowDays";
    p->days = (int64_t)days;
    if (p->metric.is_share && p->mean > 1) return "mean";
    if (p->metric.is_share && p->mean >= 0) p->variance = p->mean * (1 - p->mean);
    p->has_baseline = p->mean >= 0 && p->variance >= 0;
    return NULL;
}

/* Mean and variance of those who were here in the last window, and how many of them a day. */
static zh_err measure(zh_call *call, plan *p)
{
    baseline b = { .metric = &p->metric, .world = world_of(call), .sums = { .size = 2, .shares = p->metric.is_share } };
    zh_world_lock_read(world_of(call));
    b.to_ms = b.world->counts.newest_ms + 1;
    b.currency = zh_answer_main_currency(b.world->sales);
    zh_world_unlock(world_of(call));
    b.from_ms = b.to_ms - p->days * DAY_MS;
    const zh_err e = zh_crowd_walk(world_of(call), &(zh_crowd){ .visit = look_at, .context = &b });
    if (e != ZH_OK) return e;
    p->customers_a_day = b.sums.n / (double)p->days;
    if (p->has_baseline || b.sums.n < 2) return ZH_OK;
    const bool is_ratio = p->metric.per != ZH_QUANTITY_NONE;
    if (is_ratio && b.sums.sum[1] <= 0) return ZH_OK;
    const zh_arm arm = is_ratio ? zh_ratio_arm(&b.sums) : p->metric.is_share ? zh_arm_of_share(b.sums.sum[0], b.sums.n) : zh_arm_of_values(b.sums.sum[0], b.sums.product[0][0], b.sums.n);
    p->mean = arm.mean;
    p->variance = arm.variance;
    p->has_baseline = true;
    return ZH_OK;
}

/* The interval of a sequence is wider than that of a fixed horizon: so many units more, until both agree. */
static double sequential_units(double fixed, const plan *p)
{
    double n = fixed;
    const zh_effect one = { .estimate = 0, .se = 1, .dof = 1e9, .n = 1e9 };
    const double z = zh_effect_fixed(&one, p->alpha, ZH_TWO_SIDED).high;
    for (int i = 0; i < ROUNDS; i++) {
        const double width = zh_effect_sequential_width(2 * n, p->alpha, ZH_EFFECT_TUNING);
        n = fixed * (width / z) * (width / z);
    }
    return n;
}

static void put_plan(zh_call *call, const plan *p)
{
    const double difference = p->mean * p->effect;
    const bool is_share = p->metric.is_share && p->mean * (1 + p->effect) < 1;
    const double fixed = is_share ? zh_power_n_shares(p->mean, p->mean + difference, p->alpha, p->power) : zh_power_n_normal(difference, p->variance, p->alpha, p->power);
    const double sequential = sequential_units(fixed, p);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("metric"));
    put_metric(&out, &p->metric);
    zh_json_out_key_real(&out, ZH_SV("mean"), p->mean);
    zh_json_out_key_real(&out, ZH_SV("variance"), p->variance);
    zh_json_out_key_real(&out, ZH_SV("effect"), p->effect);
    zh_json_out_key_real(&out, ZH_SV("difference"), difference);
    zh_json_out_key_real(&out, ZH_SV("power"), p->power);
    zh_json_out_key_real(&out, ZH_SV("alpha"), p->alpha);
    zh_json_out_key_int(&out, ZH_SV("windowDays"), p->days);
    zh_json_out_key_real(&out, ZH_SV("customersADay"), p->customers_a_day);
    const double units[2] = { fixed, sequential };
    const zh_sv names[2] = { ZH_SV("fixed"), ZH_SV("sequential") };
    for (int i = 0; i < 2; i++) {
        zh_json_out_key(&out, names[i]);
        zh_json_out_object(&out);
        zh_json_out_key_real(&out, ZH_SV("unitsAnArm"), ceil(units[i]));
        zh_json_out_key(&out, ZH_SV("days")); /* until that many customers were seen for the first time, and their window has passed */
        if (p->customers_a_day > 0) zh_json_out_real(&out, ceil(units[i] * p->arms / p->customers_a_day) + (double)p->days);
        else zh_json_out_null(&out);
        zh_json_out_end(&out);
    }
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

void zh_route_metric_plan(zh_call *call)
{
    zh_json_value root;
    plan p;
    if (!zh_call_body_json(call, &root)) return;
    if (zh_json_keep(call->thread->parser, root, call->arena) != ZH_OK) {
        zh_call_failed(call, ZH_NOMEM, NULL);
        return;
    }
    const char *wrong = read_plan(call, root, &p);
    if (wrong != NULL) {
        zh_call_problem(call, 400, "bad_field", wrong, "the path names a metric; effect is the smallest relative change that matters (0.05: 5 %), power and alpha between 0 and 1, arms 2 to 8, windowDays 1 to 365");
        return;
    }
    const zh_err e = measure(call, &p);
    if (e != ZH_OK) zh_call_failed(call, e, NULL);
    else if (!p.has_baseline || p.mean <= 0 || p.variance <= 0) zh_call_problem(call, 409, "no_baseline", "mean", "nobody did this in the last window: give mean and variance of the metric");
    else put_plan(call, &p);
}
