/* experiments.c -- experiments: setting them up, letting them run, what they say. */
#include "server/answer.h"
#include "server/bandit_answer.h"
#include "server/experiment_answer.h"

#include <stdio.h>

static zh_world *world_of(zh_call *call) { return zh_engine_world(call->engine); }
static zh_sv name_of(zh_call *call) { return zh_http_path_part(call->request, 3); }
static void not_found(zh_call *call) { zh_call_problem(call, 404, "not_found", "name", "there is no experiment of this name: GET /api/v1/experiments lists them"); }

void zh_experiments_gauges(zh_call *call)
{
    const zh_experiments *x = world_of(call)->experiments;
    zh_metrics *m = zh_engine_metrics(call->engine);
    zh_experiment_view view;
    uint64_t running = 0, exposed = 0, alarms = 0;
    for (uint32_t at = 0; zh_experiments_next(x, &at, &view);) {
        zh_experiment_result result;
        running += view.set_up->state == ZH_EXPERIMENT_RUNNING;
        exposed += view.exposed;
        if (view.set_up->state != ZH_EXPERIMENT_RUNNING) continue;
        zh_experiment_result_of_view(&view, &result);
        alarms += !result.trusted;
    }
    zh_gauge_set(zh_metrics_gauge(m, "zhun_experiments_running", "Experiments that run.", NULL, 0), (double)running);
    zh_gauge_set(zh_metrics_gauge(m, "zhun_experiments_exposed", "Exposures, over all experiments.", NULL, 0), (double)exposed);
    zh_gauge_set(zh_metrics_gauge(m, "zhun_experiments_mismatched", "Running experiments whose arms do not have the customers they should have.", NULL, 0), (double)alarms);
    zh_gauge_set(zh_metrics_gauge(m, "zhun_experiments_bytes", "Memory of exposures and their sums.", NULL, 0), (double)zh_experiments_bytes(x));
}

/* ---- listing ---- */

void zh_route_experiments(zh_call *call)
{
    zh_experiment_view view;
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    zh_world_lock_read(world_of(call));
    for (uint32_t at = 0; zh_experiments_next(world_of(call)->experiments, &at, &view);) {
        zh_experiment_result result;
        zh_experiment_result_of_view(&view, &result);
        zh_json_out_object(&out);
        zh_experiment_put(call, &view, &out);
        zh_json_out_key_bool(&out, ZH_SV("trusted"), result.trusted);
        zh_json_out_end(&out);
    }
    zh_world_unlock(world_of(call));
    zh_json_out_end(&out);
    zh_answer_next(&out, "");
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

static void answer_one(zh_call *call, zh_sv name, bool with_result)
{
    zh_experiment_view view;
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_world_lock_read(world_of(call));
    const zh_experiments *x = world_of(call)->experiments;
    const bool found = zh_experiments_find(x, name, &view);
    if (found && !with_result) zh_experiment_put(call, &view, &out);
    if (found && with_result) {
        zh_experiment_result result;
        zh_experiment_result_of_view(&view, &result);
        zh_json_out_key(&out, ZH_SV("experiment"));
        zh_json_out_object(&out);
        zh_experiment_put(call, &view, &out);
        zh_json_out_end(&out);
        zh_experiment_put_result(x, &view, &result, &out);
        zh_bandit_put_result(&view, world_of(call)->counts.commit_ms, &out);
    }
    zh_world_unlock(world_of(call));
    zh_json_out_end(&out);
    if (found) zh_call_json(call, 200, &out);
    else not_found(call);
}

void zh_route_experiment(zh_call *call) { answer_one(call, name_of(call), false); }
void zh_route_experiment_results(zh_call *call) { answer_one(call, name_of(call), true); }

/* ---- setting up ---- */

static zh_err define(zh_call *call, const zh_experiment *e, bool deleted)
{
    char name[ZH_NAME_BYTES_MAX];
    const int size = snprintf(name, sizeof name, ZH_EXPERIMENT_SETTING "%.*s", ZH_SV_ARG(e->name));
    zh_buf text = zh_buf_open(ZH_SETTING_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&text);
    zh_json_out_object(&out);
    zh_experiment_write(e, &out);
    zh_json_out_end(&out);
    zh_err err = zh_json_out_done(&out);
    const zh_definition d = { .thing = ZH_THING_SETTING, .deleted = deleted, .at_ms = call->now_ms, .actor = call->caller.actor,
                              .setting = { .name = { name, (size_t)size }, .json = zh_buf_view(&text) } };
    if (err == ZH_OK) err = zh_engine_define(call->engine, &d);
    zh_buf_close(&text);
    return err;
}

/* What was there under the name; its views are in the arena, so that they outlive the lock. */
static bool copy_of(zh_call *call, zh_sv name, zh_experiment *out)
{
    zh_experiment_view view;
    zh_buf text = zh_buf_open(ZH_SETTING_BYTES_MAX);
    zh_json_out json = zh_json_out_on(&text);
    zh_json_value root;
    const char *field;
    zh_note why;
    zh_world_lock_read(world_of(call));
    const bool found = zh_experiments_find(world_of(call)->experiments, name, &view);
    if (found) {
        zh_json_out_object(&json);
        zh_experiment_write(view.set_up, &json);
        zh_json_out_end(&json);
    }
    zh_world_unlock(world_of(call));
    const bool good = found && zh_json_out_done(&json) == ZH_OK && zh_json_parse(call->thread->parser, zh_buf_view(&text), &root, NULL) == ZH_OK &&
                      zh_json_keep(call->thread->parser, root, call->arena) == ZH_OK &&
                      zh_experiment_read(root, zh_arena_copy(call->arena, name), NULL, NULL, out, &field, &why) == ZH_OK;
    zh_buf_close(&text);
    return good;
}

static bool placements_are_known(zh_call *call, const zh_experiment *e)
{
    for (uint32_t i = 0; i < e->placements_count; i++) {
        zh_world_lock_read(world_of(call));
        const bool known = zh_placements_find(world_of(call)->placements, e->placements[i]) != NULL;
        zh_world_unlock(world_of(call));
        if (known) continue;
        zh_call_problem(call, 400, "unknown_placement", "placements", "no such placement: GET /api/v1/placements lists them");
        return false;
    }
    return true;
}

static bool metrics_are_good(zh_call *call, zh_experiment *e)
{
    bool good = true;
    for (uint32_t m = 0; good && m < e->metrics_count; m++) good = zh_metric_is_good(call, &e->metrics[m], "definitions");
    return good;
}

static bool eligibility_is_good(zh_call *call, const zh_experiment *e)
{
    zh_cel_fault fault = { .text = "" };
    char detail[sizeof fault.text + 64];
    if (e->eligibility.size == 0) return true;
    zh_world_lock_read(world_of(call));
    const zh_err err = zh_experiments_examine(world_of(call)->experiments, e->eligibility, call->arena, &fault);
    zh_world_unlock(world_of(call));
    if (err == ZH_OK) return true;
    if (fault.text[0] == '\0') zh_call_failed(call, err, NULL);
    else {
        (void)snprintf(detail, sizeof detail, "line %u, column %u: %s", fault.line, fault.column, fault.text);
        zh_call_problem(call, 400, "bad_expression", "eligibility", detail);
    }
    return false;
}

/* What a body does not say: how it stands, and where its slice of the layer is. */
static void keep_standing(zh_experiment *next, const zh_experiment *old)
{
    next->state = old == NULL ? ZH_EXPERIMENT_DRAFT : old->state;
    next->started_ms = old == NULL ? 0 : old->started_ms;
    next->stopped_ms = old == NULL ? 0 : old->stopped_ms;
    if (old != NULL && old->state != ZH_EXPERIMENT_DRAFT) {
        next->layer_from = old->layer_from;
        next->layer_to = old->layer_to;
    } else {
        next->layer_to -= next->layer_from; /* a draft has the width alone */
        next->layer_from = 0;
    }
}

static bool read_body(zh_call *call, zh_sv name, zh_experiment *out)
{
    zh_json_value root;
    const char *field = "arms";
    zh_note why = { .text = "" };
    if (!zh_call_body_json(call, &root)) return false;
    zh_err e = zh_json_keep(call->thread->parser, root, call->arena); /* the parser reads other texts below */
    if (e == ZH_OK) {
        zh_world_lock_read(world_of(call));
        e = zh_experiment_read(root, zh_arena_copy(call->arena, name), zh_metric_of_workspace, call, out, &field, &why);
        zh_world_unlock(world_of(call));
    }
    if (e == ZH_FORMAT) zh_call_problem(call, 400, "bad_field", field, why.text);
    else if (e != ZH_OK) zh_call_failed(call, e, "the experiment is larger than 64 KB");
    return e == ZH_OK;
}

void zh_route_experiment_put(zh_call *call)
{
    zh_experiment next, old;
    const zh_sv name = name_of(call);
    if (!read_body(call, name, &next) || !placements_are_known(call, &next) || !eligibility_is_good(call, &next) || !metrics_are_good(call, &next)) return;
    const bool is_there = copy_of(call, name, &old);
    keep_standing(&next, is_there ? &old : NULL);
    zh_world_lock_read(world_of(call));
    const bool full = !is_there && zh_experiments_count(world_of(call)->experiments) >= ZH_EXPERIMENTS_MAX;
    zh_world_unlock(world_of(call));
    const char *mixed = is_there && old.state != ZH_EXPERIMENT_DRAFT ? zh_experiment_change(&old, &next) : NULL;
    if (full) zh_call_problem(call, 409, "too_many", "name", "there are 500 experiments already");
    else if (is_there && old.state == ZH_EXPERIMENT_STOPPED) zh_call_problem(call, 409, "stopped", "name", "it was stopped: set up a new one under another name");
    else if (mixed != NULL) zh_call_problem(call, 409, "has_run", mixed, "it has run: only share and words may change, or two experiments would be mixed; stop it and set up another");
    else {
        const zh_err e = define(call, &next, false);
        if (e != ZH_OK) zh_call_failed(call, e, NULL);
        else answer_one(call, name, false);
    }
}

void zh_route_experiment_delete(zh_call *call)
{
    zh_experiment old;
    const zh_sv name = name_of(call);
    if (!copy_of(call, name, &old)) not_found(call);
    else if (old.state != ZH_EXPERIMENT_DRAFT) zh_call_problem(call, 409, "has_run", "name", "it has run, so its result stays: stop it instead");
    else {
        const zh_err e = define(call, &old, true);
        if (e != ZH_OK) zh_call_failed(call, e, NULL);
        else zh_call_reply(call, 204, (zh_sv){ 0 }, (zh_sv){ 0 }, NULL, 0);
    }
}

/* ---- letting it run ---- */

static bool is_on(const zh_experiment *e) { return e->state == ZH_EXPERIMENT_RUNNING || e->state == ZH_EXPERIMENT_PAUSED; }

/* Another that decides on the same placement, and is not in the same layer; under the read lock. */
static bool rival_of(const zh_experiments *x, const zh_experiment *e, zh_experiment_view *out)
{
    for (uint32_t at = 0; zh_experiments_next(x, &at, out);) {
        const zh_experiment *o = out->set_up;
        if (!is_on(o) || zh_sv_equal(o->name, e->name) || zh_experiment_is_holdout(o) || zh_experiment_is_holdout(e) || !zh_experiment_overlap(e, o)) continue;
        if (e->layer.size == 0 || !zh_sv_equal(o->layer, e->layer)) return true;
    }
    return false;
}

/* The first gap of its layer that is wide enough; under the read lock. */
static bool take_slice(const zh_experiments *x, zh_experiment *e)
{
    const uint32_t width = e->layer_to - e->layer_from;
    uint32_t from = 0;
    if (e->layer.size == 0) return true;
    for (bool moved = true; moved;) {
        zh_experiment_view other;
        moved = false;
        for (uint32_t at = 0; zh_experiments_next(x, &at, &other);) {
            const zh_experiment *o = other.set_up;
            if (!is_on(o) || zh_sv_equal(o->name, e->name) || !zh_sv_equal(o->layer, e->layer) || o->layer_to <= from || o->layer_from >= from + width) continue;
            from = o->layer_to;
            moved = true;
        }
    }
    e->layer_from = from;
    e->layer_to = from + width;
    return e->layer_to <= ZH_EXPERIMENT_LAYER;
}

static bool may_start(zh_call *call, zh_experiment *e)
{
    zh_experiment_view rival;
    char detail[300] = "";
    zh_world_lock_read(world_of(call));
    const zh_experiments *x = world_of(call)->experiments;
    if (rival_of(x, e, &rival))
        (void)snprintf(detail, sizeof detail, "%.*s decides on the same placement: give both the same layer, or other placements, or stop it first", ZH_SV_ARG(rival.set_up->name));
    const bool fits = detail[0] != '\0' || take_slice(x, e);
    zh_world_unlock(world_of(call));
    if (detail[0] != '\0') zh_call_problem(call, 409, "overlap", "placements", detail);
    else if (!fits) zh_call_problem(call, 409, "layer_full", "layer", "the experiments that run in this layer leave no gap of that width: make it narrower (layerTo), or stop one");
    return detail[0] == '\0' && fits;
}

static bool state_of(zh_sv text, zh_experiment_state *out)
{
    for (int s = 0; s < (int)ZH_EXPERIMENT_STATES; s++)
        if (zh_sv_equal(text, zh_sv_of(zh_experiment_state_text((zh_experiment_state)s)))) {
            *out = (zh_experiment_state)s;
            return true;
        }
    return false;
}

void zh_route_experiment_state(zh_call *call)
{
    static const bool allowed[ZH_EXPERIMENT_STATES][ZH_EXPERIMENT_STATES] = { /* [from][to] */
        [ZH_EXPERIMENT_DRAFT] = { [ZH_EXPERIMENT_RUNNING] = true },
        [ZH_EXPERIMENT_RUNNING] = { [ZH_EXPERIMENT_PAUSED] = true, [ZH_EXPERIMENT_STOPPED] = true },
        [ZH_EXPERIMENT_PAUSED] = { [ZH_EXPERIMENT_RUNNING] = true, [ZH_EXPERIMENT_STOPPED] = true },
    };
    zh_json_value root;
    zh_experiment e;
    zh_experiment_state to;
    const zh_sv name = name_of(call);
    if (!zh_call_body_json(call, &root)) return;
    if (!state_of(zh_json_text_or_empty(zh_json_get(root, ZH_SV("state"))), &to)) {
        zh_call_problem(call, 400, "bad_field", "state", "state is running, paused or stopped");
        return;
    }
    if (!copy_of(call, name, &e)) {
        not_found(call);
        return;
    }
    if (e.state != to && !allowed[e.state][to]) {
        char detail[120];
        (void)snprintf(detail, sizeof detail, "it is %s: it cannot become %s", zh_experiment_state_text(e.state), zh_experiment_state_text(to));
        zh_call_problem(call, 409, "bad_state", "state", detail);
        return;
    }
    if (to == ZH_EXPERIMENT_RUNNING && e.state == ZH_EXPERIMENT_DRAFT && !may_start(call, &e)) return;
    if (e.state == ZH_EXPERIMENT_DRAFT && to == ZH_EXPERIMENT_RUNNING) e.started_ms = call->now_ms;
    if (e.state != to && to == ZH_EXPERIMENT_STOPPED) e.stopped_ms = call->now_ms;
    const bool changes = e.state != to;
    e.state = to;
    const zh_err err = changes ? define(call, &e, false) : ZH_OK;
    if (err != ZH_OK) zh_call_failed(call, err, NULL);
    else answer_one(call, name, false);
}

/* ---- who was exposed ---- */

void zh_route_experiment_exposed(zh_call *call)
{
    zh_experiment_view view;
    const zh_sv arm = zh_http_param(call->request, ZH_SV("arm")), cursor = zh_http_param(call->request, ZH_SV("cursor"));
    const size_t limit = zh_call_limit(call);
    zh_customer_id after = { 0 }, customer, found[CALL_PAGE_MAX + 1];
    uint32_t arms[CALL_PAGE_MAX + 1], in;
    int64_t first_ms[CALL_PAGE_MAX + 1], at_ms;
    size_t count = 0;
    if (cursor.size > 0 && !zh_answer_customer_number(cursor, &after)) {
        zh_call_problem(call, 400, "bad_field", "cursor", "cursor must be what the answer before gave as next");
        return;
    }
    zh_world_lock_read(world_of(call));
    const zh_experiments *x = world_of(call)->experiments;
    const bool there = zh_experiments_find(x, name_of(call), &view);
    const uint32_t wanted = !there || arm.size == 0 ? UINT32_MAX : zh_experiment_arm_named(view.set_up, arm);
    for (size_t at = 0; there && zh_experiments_exposed(x, view.number, &at, &customer, &in, &at_ms);) {
        if (customer.number <= after.number || (wanted != UINT32_MAX && in != wanted)) continue;
        size_t place = count < limit + 1 ? count++ : limit + 1; /* the smallest numbers, in order */
        for (; place > 0 && found[place - 1].number > customer.number; place--) {
            if (place > limit) continue;
            found[place] = found[place - 1];
            arms[place] = arms[place - 1];
            first_ms[place] = first_ms[place - 1];
        }
        if (place > limit) continue;
        found[place] = customer;
        arms[place] = in;
        first_ms[place] = at_ms;
    }
    zh_sv names[ZH_EXPERIMENT_ARMS_MAX];
    uint32_t names_count = 0;
    for (; there && names_count < view.set_up->arms_count; names_count++) names[names_count] = zh_arena_copy(call->arena, view.set_up->arms[names_count].name);
    zh_world_unlock(world_of(call));
    if (!there) {
        not_found(call);
        return;
    }
    char next[24] = "";
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    for (size_t i = 0; i < count && i < limit; i++) {
        zh_json_out_object(&out);
        zh_json_out_key_text(&out, ZH_SV("arm"), arms[i] < names_count ? names[arms[i]] : ZH_SV("crossed"));
        zh_call_time(&out, ZH_SV("firstExposureAt"), first_ms[i]);
        zh_json_out_key(&out, ZH_SV("customer"));
        zh_answer_customer_row(call, found[i], &out);
        zh_json_out_end(&out);
    }
    zh_json_out_end(&out);
    if (count > limit) zh_answer_customer_text(found[limit - 1], next);
    zh_answer_next(&out, next);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}
