/* campaigns.c -- campaigns: what one is, what it needs to run, and what its rows say; its states are lifecycle.c's. */
#include "base/time.h"
#include "engine/campaign_clock.h"
#include "reach/journey.h"
#include "segment/vocabulary.h"
#include "server/answer.h"
#include "server/campaign_answer.h"
#include "server/lifecycle.h"

static zh_world *world_of(zh_call *call) { return zh_engine_world(call->engine); }

/* ---- what is written of one ---- */

static int64_t next_run_ms(zh_call *call, const zh_campaign *c, zh_campaign_state state)
{
    const zh_tz *zone = zh_engine_tz(call->engine);
    int64_t at_ms = 0;
    return state == ZH_CAMPAIGN_RUNNING && zh_campaign_next_run(c, zone == NULL ? zh_tz_utc() : zone, call->now_ms, &at_ms) ? at_ms : 0;
}

static void put_read(zh_call *call, zh_sv name, const zh_campaign *c, zh_campaign_state state, zh_json_out *out)
{
    zh_lifecycle_put_title(out, name, c->title_zh, c->title_en);
    zh_json_out_key_text(out, ZH_SV("channel"), c->channel);
    zh_json_out_key_text(out, ZH_SV("template"), c->template);
    zh_json_out_key_text(out, ZH_SV("kind"), zh_sv_of(zh_campaign_kind_text(c->kind)));
    zh_json_out_key_real(out, ZH_SV("control"), (double)c->control / ZH_MESSAGE_CONTROL_OF);
    zh_json_out_key_int(out, ZH_SV("priority"), c->priority);
    zh_json_out_key(out, ZH_SV("budget"));
    if (c->budget > 0) zh_json_out_int(out, c->budget);
    else zh_json_out_null(out);
    zh_call_time(out, ZH_SV("nextRunAt"), next_run_ms(call, c, state));
}

static void put_own(zh_call *call, zh_sv name, zh_json_value definition, zh_campaign_state state, zh_json_out *out)
{
    zh_campaign c;
    zh_fault fault;
    zh_arena arena = zh_arena_open(ZH_CAMPAIGN_MEMORY_BYTES_MAX);
    if (zh_campaign_read(definition, &arena, &c, &fault) == ZH_OK) put_read(call, name, &c, state, out);
    else zh_json_out_key_text(out, ZH_SV("fault"), zh_sv_of(fault.why.text));
    zh_arena_close(&arena);
}

/* Runs that were done. Uses the thread's parser. Under the read lock. */
static void put_runs(zh_call *call, zh_sv name, zh_json_out *out)
{
    static const char *const times[] = { "at", "startedAt", "endedAt" }, *const numbers[] = { "audience", "planned", "version" };
    char text[ZH_NAME_BYTES_MAX];
    zh_sv json;
    zh_json_value root = { 0 };
    int64_t number;
    bool spent = false;
    const int size = snprintf(text, sizeof text, ZH_CAMPAIGN_RUNS_SETTING "%.*s", ZH_SV_ARG(name));
    zh_json_out_key(out, ZH_SV("runs"));
    zh_json_out_array(out);
    if (zh_registry_setting(world_of(call)->registry, (zh_sv){ text, (size_t)size }, &json) == ZH_OK && zh_json_parse(call->thread->parser, json, &root, NULL) != ZH_OK) root = (zh_json_value){ 0 };
    for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("runs"))); zh_json_next(&it);) {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("entry"), zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("entry"))));
        for (int i = 0; i < 3; i++) {
            number = 0;
            (void)zh_json_int(zh_json_get(it.value, zh_sv_of(times[i])), &number);
            zh_call_time(out, zh_sv_of(times[i]), number);
        }
        for (int i = 0; i < 3; i++) {
            number = 0;
            (void)zh_json_int(zh_json_get(it.value, zh_sv_of(numbers[i])), &number);
            zh_json_out_key_int(out, zh_sv_of(numbers[i]), number);
        }
        (void)zh_json_bool(zh_json_get(it.value, ZH_SV("budgetSpent")), &spent);
        zh_json_out_key_bool(out, ZH_SV("budgetSpent"), spent);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

/* ---- is it good? ---- */

bool zh_campaign_is_askable(zh_call *call, const zh_campaign *c)
{
    char text[ZH_AIM_AUDIENCE_BYTES], detail[320];
    zh_arena arena = zh_arena_open(ZH_CAMPAIGN_MEMORY_BYTES_MAX);
    zh_cel_env *env;
    zh_cel_fault fault = { .text = "" };
    zh_condition condition;
    zh_metric event = { .of = ZH_QUANTITY_COUNT, .event = c->event, .where = c->where };
    const char *field = "audience.expression";
    zh_err e = zh_vocabulary_open(&env, &arena);
    if (e == ZH_OK) e = zh_vocabulary_compile(&condition, &arena, env, zh_aim_audience(c->segment, c->expression, text), &fault);
    if (e == ZH_OK) field = "when.where", e = zh_metric_compile(&event, &arena, env, &fault);
    (void)snprintf(detail, sizeof detail, "line %u, column %u: %.200s", fault.line, fault.column, fault.text);
    if (e == ZH_FORMAT || e == ZH_FULL) zh_call_problem(call, 400, "bad_field", field, detail);
    else if (e != ZH_OK) zh_call_failed(call, e, NULL);
    zh_arena_close(&arena);
    return e == ZH_OK;
}

/* What it needs is there: the segment, the channel, a template of marketing. */
bool zh_campaign_has_means(zh_call *call, const zh_campaign *c, zh_campaign_means *out)
{
    zh_segment segment;
    zh_note why = { "" };
    const char *field = NULL;
    zh_arena arena = zh_arena_open(ZH_CAMPAIGN_MEMORY_BYTES_MAX);
    zh_world_lock_read(world_of(call));
    const bool is_there = c->segment.size == 0 || zh_segments_find(world_of(call)->segments, c->segment, &segment);
    zh_world_unlock(world_of(call));
    const zh_err e = zh_campaigns_means(call->engine, c->channel, c->template, true, &arena, out, &field, &why);
    if (e == ZH_OK) out->address = zh_arena_copy(call->arena, out->address);
    zh_arena_close(&arena);
    if (!is_there) zh_call_problem(call, 409, "not_ready", "audience.segment", "there is no segment of this name");
    else if (e == ZH_ABSENT || e == ZH_FORMAT) zh_call_problem(call, 409, "not_ready", field, why.text);
    else if (e != ZH_OK) zh_call_failed(call, e, NULL);
    return is_there && e == ZH_OK;
}

bool zh_campaign_of_body(zh_call *call, zh_json_value root, zh_campaign *out)
{
    zh_fault fault;
    const zh_err e = zh_campaign_read(root, call->arena, out, &fault);
    if (e == ZH_FORMAT) zh_call_problem(call, 400, "bad_field", fault.field, fault.why.text);
    else if (e != ZH_OK) zh_call_failed(call, e, "the definition is too large");
    return e == ZH_OK && zh_campaign_is_askable(call, out);
}

static bool is_good(zh_call *call, zh_json_value definition)
{
    zh_campaign campaign;
    return zh_campaign_of_body(call, definition, &campaign);
}

static bool is_ready(zh_call *call, zh_json_value definition)
{
    zh_campaign campaign;
    zh_campaign_means means;
    zh_fault fault;
    if (zh_campaign_read(definition, call->arena, &campaign, &fault) == ZH_OK) return zh_campaign_has_means(call, &campaign, &means);
    return zh_call_problem(call, 409, "not_ready", fault.field, fault.why.text), false;
}

/* ---- routes ---- */

static const zh_lifecycle campaigns = {
    .noun = "campaign", .setting = ZH_CAMPAIGN_SETTING, .other = "journey", .other_setting = ZH_JOURNEY_SETTING, .count_max = ZH_CAMPAIGNS_MAX, .bytes_max = ZH_CAMPAIGN_BYTES_MAX,
    .former_max = 6, .is_good = is_good, .is_ready = is_ready, .put_own = put_own, .put_more = put_runs,
};

void zh_campaigns_gauges(zh_call *call) { zh_lifecycle_gauges(call, &campaigns, "zhun_campaigns", "Campaigns by their state."); }
void zh_route_campaigns(zh_call *call) { zh_lifecycle_list(call, &campaigns); }
void zh_route_campaign(zh_call *call) { zh_lifecycle_one(call, &campaigns); }
void zh_route_campaign_put(zh_call *call) { zh_lifecycle_put(call, &campaigns); }
void zh_route_campaign_delete(zh_call *call) { zh_lifecycle_delete(call, &campaigns); }
void zh_route_campaign_act(zh_call *call) { zh_lifecycle_act(call, &campaigns); }
