/* replays.c -- POST /api/v1/reports/policy: what another way of drawing the arms of an experiment would have earned. */
#include "base/time.h"
#include "engine/replays.h"
#include "server/answer.h"
#include "server/experiment_answer.h"

#include <math.h>

#define DAY_MS INT64_C(86400000)

static bool read_time(zh_json_value root, const char *name, int64_t *ms)
{
    const zh_json_value value = zh_json_get(root, zh_sv_of(name));
    zh_sv text;
    if (zh_json_type_of(value) <= ZH_JSON_NULL) return true;
    return zh_json_text(value, &text) && zh_time_parse(text, ms) == ZH_OK;
}

static uint32_t arm_named(const zh_replay_ask *ask, zh_sv name)
{
    uint32_t arm = 0;
    while (arm < ask->arms_count && !zh_sv_equal(ask->arms[arm], name)) arm++;
    return arm;
}

/* {"arm"}, {"arm", "explore"} or {"weights": {arm: number}}. The field that is wrong, or NULL. */
static const char *read_target(zh_json_value target, zh_replay_ask *ask)
{
    const zh_json_value weights = zh_json_get(target, ZH_SV("weights")), explore = zh_json_get(target, ZH_SV("explore"));
    double all = 0;
    ask->explore = -1;
    if (!zh_json_is(target, ZH_JSON_OBJECT)) return "target";
    if (zh_json_is(weights, ZH_JSON_OBJECT)) {
        for (zh_json_iter it = zh_json_walk(weights); zh_json_next(&it);) {
            double weight;
            const uint32_t arm = arm_named(ask, it.key);
            if (arm == ask->arms_count || !zh_json_real(it.value, &weight) || !(weight >= 0 && weight <= 1e9)) return "target.weights";
            ask->target[arm] = weight;
        }
        for (uint32_t a = 0; a < ask->arms_count; a++) all += ask->target[a];
        for (uint32_t a = 0; a < ask->arms_count && all > 0; a++) ask->target[a] /= all;
        return all > 0 ? NULL : "target.weights";
    }
    const uint32_t arm = arm_named(ask, zh_json_text_or_empty(zh_json_get(target, ZH_SV("arm"))));
    if (arm == ask->arms_count) return "target.arm";
    ask->target[arm] = 1;
    return zh_json_type_of(explore) <= ZH_JSON_NULL || (zh_json_real(explore, &ask->explore) && ask->explore >= 0 && ask->explore <= 1) ? NULL : "target.explore";
}

static const char *read_rest(zh_json_value root, int64_t newest_ms, zh_replay_ask *ask)
{
    int64_t days = ask->window_ms / DAY_MS;
    const zh_json_value window = zh_json_get(root, ZH_SV("windowDays")), clip = zh_json_get(root, ZH_SV("clip"));
    ask->to_ms = newest_ms + 1;
    if (!read_time(root, "to", &ask->to_ms)) return "to";
    ask->from_ms = ask->to_ms - DAY_MS;
    if (!read_time(root, "from", &ask->from_ms) || ask->from_ms >= ask->to_ms) return "from";
    if (zh_json_type_of(window) > ZH_JSON_NULL && (!zh_json_int(window, &days) || days < 1 || days > ZH_EXPERIMENT_DAYS_MAX)) return "windowDays";
    ask->window_ms = days * DAY_MS;
    ask->clip = ZH_REPLAY_CLIP;
    return zh_json_type_of(clip) <= ZH_JSON_NULL || (zh_json_real(clip, &ask->clip) && ask->clip >= 1 && ask->clip <= 1e6) ? NULL : "clip";
}

/* What the experiment is; texts into the arena, so that they outlive the lock. Under the world's read lock. */
static bool copy_experiment(zh_call *call, const zh_experiment_view *view, zh_replay_ask *ask)
{
    const zh_experiment *e = view->set_up;
    double all = 0;
    *ask = (zh_replay_ask){ .experiment = zh_arena_copy(call->arena, e->name), .arms_count = e->arms_count, .placements_count = e->placements_count,
                            .is_bandit = view->strata.count > 0, .currency = e->currency, .window_ms = e->window_days * DAY_MS, .alpha = e->alpha_micro / 1e6 };
    for (uint32_t a = 0; a < e->arms_count; a++) all += e->arms[a].weight;
    for (uint32_t a = 0; a < e->arms_count; a++) {
        ask->arms[a] = zh_arena_copy(call->arena, e->arms[a].name);
        ask->shares[a] = e->arms[a].weight / all;
        ask->explores[a] = zh_tuning_says(&e->arms[a].tuning, ZH_TUNE_EXPLORE) ? e->arms[a].tuning.value[ZH_TUNE_EXPLORE] : 0;
    }
    for (uint32_t i = 0; i < e->placements_count; i++) ask->placements[i] = zh_arena_copy(call->arena, e->placements[i]);
    return ask->arms[e->arms_count - 1].data != NULL; /* an arena that is full stays full */
}

/* Of the experiment, built in, or the workspace's own. Under the world's read lock. */
static bool find_metric(zh_call *call, const zh_experiment *e, zh_sv name, zh_metric *out)
{
    const zh_metric *found = zh_metric_builtin(name);
    for (uint32_t m = 0; m < e->metrics_count; m++)
        if (zh_sv_equal(e->metrics[m].name, name)) found = &e->metrics[m];
    if (found == NULL) return zh_metric_of_workspace(call, name, out);
    *out = *found;
    out->name = zh_arena_copy(call->arena, found->name);
    out->event = zh_arena_copy(call->arena, found->event);
    out->where = zh_arena_copy(call->arena, found->where);
    out->title_en = zh_arena_copy(call->arena, found->title_en);
    out->title_zh = zh_arena_copy(call->arena, found->title_zh);
    zh_cel_fault fault;
    return out->title_zh.data != NULL && zh_experiments_compile_metric(zh_engine_world(call->engine)->experiments, out, call->arena, &fault) == ZH_OK;
}

static void put_estimate(zh_json_out *out, const char *key, const zh_replay_estimate *e, bool known)
{
    zh_json_out_key(out, zh_sv_of(key));
    if (!known) {
        zh_json_out_null(out);
        return;
    }
    zh_json_out_object(out);
    zh_json_out_key_real(out, ZH_SV("estimate"), e->value);
    zh_json_out_key_real(out, ZH_SV("low"), e->low);
    zh_json_out_key_real(out, ZH_SV("high"), e->high);
    zh_json_out_end(out);
}

static void put_refusal(zh_json_out *out, const zh_replay_ask *ask, const zh_replay_report *r)
{
    static const char *const why[ZH_REPLAY_REFUSALS] = {
        [ZH_REPLAY_NOTHING] = "nobody was drawn in this span: ask for another one, or look whether the experiment ran",
        [ZH_REPLAY_NO_SUPPORT] = "it would have given what was never given: of that the log knows nothing. Let the arm have some customers, or explore a little",
        [ZH_REPLAY_WRONG_CHANCES] = "the arms did not get the customers that their chances say: something loses customers, so no weight is right",
        [ZH_REPLAY_COLLAPSED] = "it would have decided so differently that fewer than 100 customers speak for it: a longer span, or an arm more like what was done",
        [ZH_REPLAY_DOMINATED] = "one customer, whose arm was most unlikely, has more than a tenth of all weight: the answer would be his alone",
    };
    zh_json_out_key(out, ZH_SV("refusal"));
    if (r->answer.refusal == ZH_REPLAY_ANSWERED) {
        zh_json_out_null(out);
        return;
    }
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("code"), zh_sv_of(zh_replay_refusal_text(r->answer.refusal)));
    zh_json_out_key_text(out, ZH_SV("detail"), zh_sv_of(why[r->answer.refusal]));
    zh_json_out_key(out, ZH_SV("arm"));
    if (r->answer.refusal == ZH_REPLAY_NO_SUPPORT && r->answer.missing < ask->arms_count) zh_json_out_text(out, ask->arms[r->answer.missing]);
    else zh_json_out_null(out);
    zh_json_out_end(out);
}

static void put_arms(zh_json_out *out, const zh_replay_ask *ask, const zh_replay_report *r)
{
    zh_json_out_key(out, ZH_SV("arms"));
    zh_json_out_array(out);
    for (uint32_t a = 0; a < ask->arms_count; a++) {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("arm"), ask->arms[a]);
        zh_json_out_key_int(out, ZH_SV("customers"), (int64_t)r->sums.of[a].n);
        zh_json_out_key_real(out, ZH_SV("share"), r->answer.n > 0 ? r->sums.of[a].n / r->answer.n : 0);
        zh_json_out_key_real(out, ZH_SV("target"), ask->target[a]);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

static void put_report(zh_call *call, const zh_replay_ask *ask, const zh_replay_report *r)
{
    const zh_replay_answer *a = &r->answer;
    const bool answered = a->refusal == ZH_REPLAY_ANSWERED;
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("experiment"), ask->experiment);
    zh_json_out_key(&out, ZH_SV("metric"));
    zh_json_out_object(&out);
    zh_metric_put(&ask->metric, &out);
    zh_json_out_end(&out);
    zh_call_time(&out, ZH_SV("from"), ask->from_ms);
    zh_call_time(&out, ZH_SV("to"), ask->to_ms);
    zh_json_out_key_int(&out, ZH_SV("windowDays"), ask->window_ms / DAY_MS);
    zh_json_out_key_int(&out, ZH_SV("decisions"), (int64_t)r->decisions);
    zh_json_out_key_real(&out, ZH_SV("covered"), r->placed > 0 ? (double)r->decisions / (double)r->placed : 0);
    zh_json_out_key_int(&out, ZH_SV("customers"), (int64_t)a->n);
    zh_json_out_key_int(&out, ZH_SV("open"), (int64_t)r->open);
    put_refusal(&out, ask, r);
    put_arms(&out, ask, r);
    put_estimate(&out, "actual", &a->actual, a->n > 0);
    put_estimate(&out, "ips", &a->ips, answered);
    put_estimate(&out, "snips", &a->snips, answered);
    put_estimate(&out, "dr", &a->dr, answered);
    put_estimate(&out, "clippedIps", &a->clipped_ips, answered);
    zh_json_out_key_real(&out, ZH_SV("clip"), ask->clip);
    zh_json_out_key_real(&out, ZH_SV("clipped"), a->clipped);
    zh_json_out_key_real(&out, ZH_SV("effectiveCustomers"), a->ess);
    zh_json_out_key_real(&out, ZH_SV("meanWeight"), a->mean_w);
    zh_json_out_key_real(&out, ZH_SV("maxShare"), a->max_share);
    zh_json_out_key_real(&out, ZH_SV("alpha"), ask->alpha);
    zh_json_out_key_int(&out, ZH_SV("tookUs"), r->took_us);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* Everything that is asked of the world; false: it was answered. */
static bool prepare(zh_call *call, zh_json_value root, zh_replay_ask *ask)
{
    zh_experiment_view view;
    zh_world *w = zh_engine_world(call->engine);
    const zh_sv named = zh_json_text_or_empty(zh_json_get(root, ZH_SV("metric")));
    bool has_metric = false, has_memory = false;
    zh_world_lock_read(w);
    const bool found = zh_experiments_find(w->experiments, zh_json_text_or_empty(zh_json_get(root, ZH_SV("experiment"))), &view);
    if (found) {
        has_memory = copy_experiment(call, &view, ask);
        has_metric = find_metric(call, view.set_up, named.size > 0 ? named : view.set_up->metrics[0].name, &ask->metric);
    }
    const int64_t newest_ms = w->counts.commit_ms;
    zh_world_unlock(w);
    if (!found) {
        zh_call_problem(call, 404, "not_found", "experiment", "there is no experiment of this name: GET /api/v1/experiments lists them");
        return false;
    }
    if (!has_memory) {
        zh_call_failed(call, ZH_NOMEM, NULL);
        return false;
    }
    const char *wrong = !has_metric || ask->metric.per != ZH_QUANTITY_NONE ? "metric" : read_target(zh_json_get(root, ZH_SV("target")), ask);
    if (wrong == NULL) wrong = read_rest(root, newest_ms, ask);
    if (wrong != NULL)
        zh_call_problem(call, 400, "bad_field", wrong, "target is {\"arm\"}, {\"arm\", \"explore\": 0 to 1} or {\"weights\": {arm: number}} with arms of the experiment; metric is a share or a mean; from and to are times; windowDays 1 to 365; clip 1 to 1,000,000");
    return wrong == NULL;
}

void zh_route_report_policy(zh_call *call)
{
    zh_json_value root;
    zh_replay_ask ask;
    zh_replay_report report;
    if (!zh_call_body_json(call, &root)) return;
    if (zh_json_keep(call->thread->parser, root, call->arena) != ZH_OK) { /* the parser reads other texts below */
        zh_call_failed(call, ZH_NOMEM, NULL);
        return;
    }
    if (!prepare(call, root, &ask)) return;
    const zh_err e = zh_engine_replay(call->engine, &ask, &report);
    if (e == ZH_OK) put_report(call, &ask, &report);
    else if (e == ZH_FULL || e == ZH_TIMEOUT) zh_call_problem(call, 400, "too_many", "from", "the span has more decisions than one question may read: ask for a shorter one");
    else zh_call_failed(call, e, "the decisions cannot be read");
}
