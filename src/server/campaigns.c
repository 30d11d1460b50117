/* campaigns.c -- campaigns: their definitions and versions, and who changed their state: draft, review, running, paused, ended. */
#include "base/time.h"
#include "engine/campaign_clock.h"
#include "segment/vocabulary.h"
#include "server/answer.h"
#include "server/campaign_answer.h"

#define VERSIONS_MAX 6  /* former definitions that are kept */
#define HISTORY_MAX 40  /* changes of state that are kept; the log has all */
#define NOTE_BYTES_MAX 200
#define WHO_BYTES 24

static zh_world *world_of(zh_call *call) { return zh_engine_world(call->engine); }
static zh_sv name_of(zh_call *call) { return zh_http_path_part(call->request, 3); }
static void not_found(zh_call *call) { zh_call_problem(call, 404, "not_found", "name", "there is no campaign of this name: GET /api/v1/campaigns lists them"); }

void zh_campaigns_gauges(zh_call *call)
{
    zh_metrics *m = zh_engine_metrics(call->engine);
    const zh_registry *registry = world_of(call)->registry;
    uint32_t counts[ZH_CAMPAIGN_STATES] = { 0 };
    zh_json_value root;
    zh_campaign_state state;
    for (zh_registry_iter it = zh_registry_walk(registry, ZH_THING_SETTING); zh_registry_next(&it);)
        if (zh_sv_starts(it.at->setting.name, ZH_SV(ZH_CAMPAIGN_SETTING)) && zh_json_parse(call->thread->parser, it.at->setting.json, &root, NULL) == ZH_OK && zh_campaign_state_of(zh_json_text_or_empty(zh_json_get(root, ZH_SV("state"))), &state)) counts[state]++;
    for (int s = 0; s < ZH_CAMPAIGN_STATES; s++) {
        const zh_metric_label label = { "state", zh_sv_of(zh_campaign_state_text((zh_campaign_state)s)) };
        zh_gauge_set(zh_metrics_gauge(m, "zhun_campaigns", "Campaigns by their state.", &label, 1), counts[s]);
    }
}

/* ---- who ---- */

static zh_sv who_of(const zh_call *call, char out[WHO_BYTES])
{
    const char *kind = call->caller.kind == CALLER_OWNER ? "machine" : call->caller.kind == CALLER_PERSON ? "user" : "key";
    return (zh_sv){ out, (size_t)snprintf(out, WHO_BYTES, "%s:%u", kind, call->caller.actor.number) };
}

/* {"kind", "number", "name", "at"}; null where nobody did. Under the read lock. */
static void put_who(zh_call *call, const char *key, zh_json_value said, zh_json_out *out)
{
    const zh_sv by = zh_json_text_or_empty(zh_json_get(said, ZH_SV("by")));
    uint32_t number = 0;
    zh_user user;
    zh_key of;
    int64_t at_ms = 0;
    (void)zh_json_int(zh_json_get(said, ZH_SV("at")), &at_ms);
    zh_json_out_key(out, zh_sv_of(key));
    if (by.size == 0) {
        zh_json_out_null(out);
        return;
    }
    const bool is_user = zh_sv_starts(by, ZH_SV("user:")), is_key = zh_sv_starts(by, ZH_SV("key:"));
    (void)zh_call_number(zh_sv_part(by, is_user ? 5 : 4, SIZE_MAX), &number);
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("kind"), is_user ? ZH_SV("user") : is_key ? ZH_SV("key") : ZH_SV("machine"));
    if (is_user && zh_registry_user(world_of(call)->registry, number, &user) == ZH_OK) zh_json_out_key_text(out, ZH_SV("name"), user.name);
    if (is_key && zh_registry_key(world_of(call)->registry, number, &of) == ZH_OK) zh_json_out_key_text(out, ZH_SV("name"), of.name);
    zh_call_time(out, ZH_SV("at"), at_ms);
    zh_json_out_end(out);
}

/* ---- what is written of one ---- */

static int64_t next_run_ms(zh_call *call, const zh_campaign *c, zh_campaign_state state)
{
    const zh_tz *zone = zh_engine_tz(call->engine);
    int64_t at_ms = 0;
    return state == ZH_CAMPAIGN_RUNNING && zh_campaign_next_run(c, zone == NULL ? zh_tz_utc() : zone, call->now_ms, &at_ms) ? at_ms : 0;
}

static void put_titles(const zh_campaign *c, zh_sv name, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("title"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("zh"), c->title_zh.size > 0 ? c->title_zh : c->title_en.size > 0 ? c->title_en : name);
    zh_json_out_key_text(out, ZH_SV("en"), c->title_en.size > 0 ? c->title_en : c->title_zh.size > 0 ? c->title_zh : name);
    zh_json_out_end(out);
}

static void put_read(zh_call *call, zh_sv name, const zh_campaign *c, zh_campaign_state state, zh_json_out *out)
{
    put_titles(c, name, out);
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

/* Members of an open object. Under the read lock; `root` lives in the thread's parser. */
static void put_head(zh_call *call, zh_sv name, zh_json_value root, zh_json_out *out)
{
    zh_campaign c;
    zh_fault fault;
    zh_campaign_state state = ZH_CAMPAIGN_DRAFT;
    int64_t number = 0;
    zh_arena arena = zh_arena_open(ZH_CAMPAIGN_MEMORY_BYTES_MAX);
    (void)zh_campaign_state_of(zh_json_text_or_empty(zh_json_get(root, ZH_SV("state"))), &state);
    zh_json_out_key_text(out, ZH_SV("name"), name);
    zh_json_out_key_text(out, ZH_SV("state"), zh_sv_of(zh_campaign_state_text(state)));
    (void)zh_json_int(zh_json_get(root, ZH_SV("version")), &number);
    zh_json_out_key_int(out, ZH_SV("version"), number);
    if (zh_campaign_read(zh_json_get(root, ZH_SV("definition")), &arena, &c, &fault) == ZH_OK) put_read(call, name, &c, state, out);
    else zh_json_out_key_text(out, ZH_SV("fault"), zh_sv_of(fault.why.text));
    number = 0;
    (void)zh_json_int(zh_json_get(root, ZH_SV("activeFromMs")), &number);
    zh_call_time(out, ZH_SV("activeFrom"), number);
    put_who(call, "edited", zh_json_get(root, ZH_SV("edited")), out);
    put_who(call, "submitted", zh_json_get(root, ZH_SV("submitted")), out);
    put_who(call, "approved", zh_json_get(root, ZH_SV("approved")), out);
    zh_arena_close(&arena);
}

/* The former definitions and the changes of state, the newest first as they are kept. */
static void put_past(zh_call *call, zh_json_value root, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("versions"));
    zh_json_out_array(out);
    for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("versions"))); zh_json_next(&it);) {
        zh_json_out_object(out);
        zh_json_out_key(out, ZH_SV("version"));
        zh_json_out_value(out, zh_json_get(it.value, ZH_SV("version")));
        put_who(call, "edited", it.value, out);
        zh_json_out_key(out, ZH_SV("definition"));
        zh_json_out_value(out, zh_json_get(it.value, ZH_SV("definition")));
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
    zh_json_out_key(out, ZH_SV("history"));
    zh_json_out_array(out);
    for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("history"))); zh_json_next(&it);) {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("act"), zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("act"))));
        zh_json_out_key(out, ZH_SV("version"));
        zh_json_out_value(out, zh_json_get(it.value, ZH_SV("version")));
        zh_json_out_key_text(out, ZH_SV("note"), zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("note"))));
        put_who(call, "by", it.value, out);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
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

static void answer_one(zh_call *call, zh_sv name)
{
    char text[ZH_NAME_BYTES_MAX];
    zh_sv json;
    zh_json_value root;
    const int size = snprintf(text, sizeof text, ZH_CAMPAIGN_SETTING "%.*s", ZH_SV_ARG(zh_sv_part(name, 0, ZH_MESSAGE_NAME_BYTES_MAX + 1)));
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_world_lock_read(world_of(call));
    const bool found = zh_registry_setting(world_of(call)->registry, (zh_sv){ text, (size_t)size }, &json) == ZH_OK && zh_json_parse(call->thread->parser, json, &root, NULL) == ZH_OK;
    if (found) {
        put_head(call, name, root, &out);
        zh_json_out_key(&out, ZH_SV("definition"));
        zh_json_out_value(&out, zh_json_get(root, ZH_SV("definition")));
        put_past(call, root, &out);
        put_runs(call, name, &out);
    }
    zh_world_unlock(world_of(call));
    zh_json_out_end(&out);
    if (found) zh_call_json(call, 200, &out);
    else not_found(call);
}

void zh_route_campaign(zh_call *call) { answer_one(call, name_of(call)); }

void zh_route_campaigns(zh_call *call)
{
    const zh_sv prefix = ZH_SV(ZH_CAMPAIGN_SETTING);
    zh_json_value root;
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    zh_world_lock_read(world_of(call));
    for (zh_registry_iter it = zh_registry_walk(world_of(call)->registry, ZH_THING_SETTING); zh_registry_next(&it);) {
        if (!zh_sv_starts(it.at->setting.name, prefix) || zh_json_parse(call->thread->parser, it.at->setting.json, &root, NULL) != ZH_OK) continue;
        zh_json_out_object(&out);
        put_head(call, zh_sv_part(it.at->setting.name, prefix.size, SIZE_MAX), root, &out);
        zh_json_out_end(&out);
    }
    zh_world_unlock(world_of(call));
    zh_json_out_end(&out);
    zh_answer_next(&out, "");
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* ---- a change ---- */

typedef struct change {
    zh_sv name, definition, note; /* definition: JSON text; of an edit the new one */
    zh_campaign_act act;
    zh_campaign_state state, then;
    zh_json *json;                /* what stands */
    zh_json_value root;
    int64_t version;
    bool is_new;
} change;

static void put_said(zh_call *call, const char *key, bool now, zh_json_value before, zh_json_out *out)
{
    char who[WHO_BYTES];
    zh_json_out_key(out, zh_sv_of(key));
    if (!now) {
        zh_json_out_value(out, before);
        return;
    }
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("by"), who_of(call, who));
    zh_json_out_key_int(out, ZH_SV("at"), call->now_ms);
    zh_json_out_end(out);
}

/* The definition that stood until this edit comes first, then those before it. */
static void put_versions(const change *c, zh_json_out *out)
{
    const zh_json_value edited = zh_json_get(c->root, ZH_SV("edited"));
    const bool is_edit = c->act == ZH_CAMPAIGN_EDIT && !c->is_new;
    size_t count = 0;
    zh_json_out_key(out, ZH_SV("versions"));
    zh_json_out_array(out);
    if (is_edit) {
        zh_json_out_object(out);
        zh_json_out_key_int(out, ZH_SV("version"), c->version);
        zh_json_out_key(out, ZH_SV("by"));
        zh_json_out_value(out, zh_json_get(edited, ZH_SV("by")));
        zh_json_out_key(out, ZH_SV("at"));
        zh_json_out_value(out, zh_json_get(edited, ZH_SV("at")));
        zh_json_out_key(out, ZH_SV("definition"));
        zh_json_out_value(out, zh_json_get(c->root, ZH_SV("definition")));
        zh_json_out_end(out);
        count++;
    }
    for (zh_json_iter it = zh_json_walk(zh_json_get(c->root, ZH_SV("versions"))); zh_json_next(&it) && count < VERSIONS_MAX; count++) zh_json_out_value(out, it.value);
    zh_json_out_end(out);
}

static void put_history(zh_call *call, const change *c, int64_t version, zh_json_out *out)
{
    char who[WHO_BYTES];
    size_t count = 1;
    zh_json_out_key(out, ZH_SV("history"));
    zh_json_out_array(out);
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("act"), zh_sv_of(zh_campaign_act_text(c->act)));
    zh_json_out_key_int(out, ZH_SV("version"), version);
    zh_json_out_key_text(out, ZH_SV("by"), who_of(call, who));
    zh_json_out_key_int(out, ZH_SV("at"), call->now_ms);
    if (c->note.size > 0) zh_json_out_key_text(out, ZH_SV("note"), c->note);
    zh_json_out_end(out);
    for (zh_json_iter it = zh_json_walk(zh_json_get(c->root, ZH_SV("history"))); zh_json_next(&it) && count < HISTORY_MAX; count++) zh_json_out_value(out, it.value);
    zh_json_out_end(out);
}

/* By the log's clock, which may be ahead of the machine's when much is written: what is folded by now was before. */
static int64_t from_now_ms(zh_call *call)
{
    zh_world_lock_read(world_of(call));
    const int64_t folded_ms = world_of(call)->counts.commit_ms;
    zh_world_unlock(world_of(call));
    return call->now_ms > folded_ms ? call->now_ms : folded_ms + 1;
}

static zh_err write_change(zh_call *call, const change *c)
{
    char name[ZH_NAME_BYTES_MAX];
    const bool is_edit = c->act == ZH_CAMPAIGN_EDIT, starts = c->then == ZH_CAMPAIGN_RUNNING;
    const int64_t version = c->version + is_edit;
    zh_buf text = zh_buf_open(ZH_SETTING_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&text);
    int64_t active_ms = 0;
    (void)zh_json_int(zh_json_get(c->root, ZH_SV("activeFromMs")), &active_ms);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("state"), zh_sv_of(zh_campaign_state_text(c->then)));
    zh_json_out_key_int(&out, ZH_SV("version"), version);
    zh_json_out_key_int(&out, ZH_SV("activeFromMs"), starts ? from_now_ms(call) : active_ms);
    put_said(call, "edited", is_edit, zh_json_get(c->root, ZH_SV("edited")), &out);
    put_said(call, "submitted", c->act == ZH_CAMPAIGN_SUBMIT, is_edit || c->act == ZH_CAMPAIGN_REJECT ? (zh_json_value){ 0 } : zh_json_get(c->root, ZH_SV("submitted")), &out);
    put_said(call, "approved", c->act == ZH_CAMPAIGN_APPROVE, is_edit ? (zh_json_value){ 0 } : zh_json_get(c->root, ZH_SV("approved")), &out);
    zh_json_out_key(&out, ZH_SV("definition"));
    if (is_edit) zh_json_out_raw(&out, c->definition);
    else zh_json_out_value(&out, zh_json_get(c->root, ZH_SV("definition")));
    put_versions(c, &out);
    put_history(call, c, version, &out);
    zh_json_out_end(&out);
    zh_err e = zh_json_out_done(&out);
    const int size = snprintf(name, sizeof name, ZH_CAMPAIGN_SETTING "%.*s", ZH_SV_ARG(c->name));
    const zh_definition d = { .thing = ZH_THING_SETTING, .at_ms = call->now_ms, .actor = call->caller.actor, .setting = { .name = { name, (size_t)size }, .json = zh_buf_view(&text) } };
    if (e == ZH_OK) e = zh_engine_define(call->engine, &d);
    zh_buf_close(&text);
    return e;
}

static size_t count_all(zh_call *call)
{
    size_t count = 0;
    zh_world_lock_read(world_of(call));
    for (zh_registry_iter it = zh_registry_walk(world_of(call)->registry, ZH_THING_SETTING); zh_registry_next(&it);) count += zh_sv_starts(it.at->setting.name, ZH_SV(ZH_CAMPAIGN_SETTING));
    zh_world_unlock(world_of(call));
    return count;
}

/* What stands, and what it is then. False: a problem was answered. */
static bool open_change(zh_call *call, change *c)
{
    char detail[120];
    const zh_sv text = zh_campaigns_setting(call->engine, ZH_CAMPAIGN_SETTING, c->name, call->arena);
    const zh_err e = zh_json_open(&c->json, ZH_SETTING_BYTES_MAX);
    c->is_new = text.size == 0;
    if (e != ZH_OK || (!c->is_new && zh_json_parse(c->json, text, &c->root, NULL) != ZH_OK)) return zh_call_failed(call, e == ZH_OK ? ZH_CORRUPT : e, NULL), false;
    if (c->is_new && c->act != ZH_CAMPAIGN_EDIT) return not_found(call), false;
    if (c->is_new && count_all(call) >= ZH_CAMPAIGNS_MAX) return zh_call_problem(call, 409, "too_many", "name", "there are as many campaigns as a workspace may have"), false;
    (void)zh_campaign_state_of(zh_json_text_or_empty(zh_json_get(c->root, ZH_SV("state"))), &c->state);
    (void)zh_json_int(zh_json_get(c->root, ZH_SV("version")), &c->version);
    if (zh_campaign_then(c->state, c->act, &c->then)) return true;
    (void)snprintf(detail, sizeof detail, c->act == ZH_CAMPAIGN_EDIT && c->state == ZH_CAMPAIGN_RUNNING ? "it is running: pause it first, and what you change is approved again" : "it is %s: that cannot be done now", zh_campaign_state_text(c->state));
    return zh_call_problem(call, 409, "bad_state", "state", detail), false;
}

/* Who wrote it or handed it in is not who lets it go. */
static bool may_approve(zh_call *call, const change *c)
{
    char who[WHO_BYTES];
    const zh_sv me = who_of(call, who);
    if (call->caller.kind == CALLER_OWNER) return true; /* whoever works on the machine has the data folder in his hands */
    if (call->caller.kind != CALLER_PERSON) return zh_call_problem(call, 403, "forbidden", NULL, "a key is a program's: a person approves, or zhun campaign approve on the machine"), false;
    if (!zh_sv_equal(me, zh_json_text_or_empty(zh_json_get(zh_json_get(c->root, ZH_SV("edited")), ZH_SV("by")))) &&
        !zh_sv_equal(me, zh_json_text_or_empty(zh_json_get(zh_json_get(c->root, ZH_SV("submitted")), ZH_SV("by"))))) return true;
    return zh_call_problem(call, 403, "own_approval", NULL, "who wrote it or submitted it does not approve it: somebody else does, or zhun campaign approve on the machine"), false;
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

/* ---- routes ---- */

/* One change at a time: what it is judged by still stands when it is written. */
static zh_err judged(zh_call *call, change *c, bool *answered)
{
    zh_campaign campaign;
    zh_campaign_means means;
    zh_fault fault;
    *answered = true;
    if (!open_change(call, c)) return ZH_OK;
    if (c->act == ZH_CAMPAIGN_APPROVE && !may_approve(call, c)) return ZH_OK;
    if (c->act == ZH_CAMPAIGN_SUBMIT || c->act == ZH_CAMPAIGN_APPROVE) {
        if (zh_campaign_read(zh_json_get(c->root, ZH_SV("definition")), call->arena, &campaign, &fault) != ZH_OK) return zh_call_problem(call, 409, "not_ready", fault.field, fault.why.text), ZH_OK;
        if (!zh_campaign_has_means(call, &campaign, &means)) return ZH_OK;
    }
    *answered = false;
    return write_change(call, c);
}

static void do_change(zh_call *call, change *c)
{
    bool answered;
    pthread_mutex_lock(&call->server->campaign_lock);
    const zh_err e = judged(call, c, &answered);
    pthread_mutex_unlock(&call->server->campaign_lock);
    zh_json_close(c->json);
    if (answered) return;
    if (e != ZH_OK) zh_call_failed(call, e, "the campaign is too large");
    else answer_one(call, c->name);
}

void zh_route_campaign_put(zh_call *call)
{
    zh_json_value root;
    zh_campaign campaign;
    change c = { .name = name_of(call), .act = ZH_CAMPAIGN_EDIT };
    if (!zh_define_name_is_good(c.name)) {
        zh_call_problem(call, 400, "bad_field", "name", "a name has 1 to 64 letters, digits, - and _; what people read is the title");
        return;
    }
    if (!zh_call_body_json(call, &root) || !zh_campaign_of_body(call, root, &campaign)) return;
    zh_buf text = zh_buf_open(ZH_CAMPAIGN_BYTES_MAX);
    zh_json_write(root, &text);
    c.definition = zh_buf_view(&text);
    if (zh_buf_err(&text) != ZH_OK) zh_call_problem(call, 400, "too_large", NULL, "a definition has at most 6,000 bytes");
    else do_change(call, &c);
    zh_buf_close(&text);
}

/* POST …/submit, approve, reject, pause, resume, end; {"note"} may say why. */
void zh_route_campaign_act(zh_call *call)
{
    zh_json_value root = { 0 };
    change c = { .name = name_of(call) };
    if (zh_http_body(call->request).size > 0 && !zh_call_body_json(call, &root)) return;
    c.note = zh_arena_copy(call->arena, zh_json_text_or_empty(zh_json_get(root, ZH_SV("note"))));
    if (c.note.size > NOTE_BYTES_MAX) zh_call_problem(call, 400, "bad_field", "note", "has at most 200 bytes");
    else if (!zh_campaign_act_of(zh_http_path_part(call->request, 4), &c.act)) not_found(call);
    else do_change(call, &c);
}

/* Did it ever run? ZH_ABSENT: there is none. */
static zh_err ever_ran(zh_call *call, zh_sv name, bool *ran)
{
    zh_json_value root;
    int64_t active_ms = 0;
    const zh_sv text = zh_campaigns_setting(call->engine, ZH_CAMPAIGN_SETTING, name, call->arena);
    if (text.size == 0) return ZH_ABSENT;
    if (zh_json_parse(call->thread->parser, text, &root, NULL) == ZH_OK) (void)zh_json_int(zh_json_get(root, ZH_SV("activeFromMs")), &active_ms);
    *ran = active_ms > 0;
    return ZH_OK;
}

/* One that ever ran stays: its report does. Judged and taken away under one hold of the lock, so nobody approves it in between. */
void zh_route_campaign_delete(zh_call *call)
{
    char name[ZH_NAME_BYTES_MAX];
    const zh_sv of = name_of(call);
    bool ran = false;
    const int size = snprintf(name, sizeof name, ZH_CAMPAIGN_SETTING "%.*s", ZH_SV_ARG(zh_sv_part(of, 0, ZH_MESSAGE_NAME_BYTES_MAX + 1)));
    const zh_definition d = { .thing = ZH_THING_SETTING, .deleted = true, .at_ms = call->now_ms, .actor = call->caller.actor, .setting = { .name = { name, (size_t)size } } };
    pthread_mutex_lock(&call->server->campaign_lock);
    zh_err e = ever_ran(call, of, &ran);
    if (e == ZH_OK && !ran) e = zh_engine_define(call->engine, &d);
    pthread_mutex_unlock(&call->server->campaign_lock);
    if (e == ZH_ABSENT) not_found(call);
    else if (ran) zh_call_problem(call, 409, "in_use", "name", "it ran: it can be ended, and its report stays");
    else if (e != ZH_OK) zh_call_failed(call, e, NULL);
    else zh_call_reply(call, 204, (zh_sv){ 0 }, (zh_sv){ 0 }, NULL, 0);
}
