#include "server/lifecycle.h"
#include "base/time.h"
#include "engine/campaigns.h"
#include "server/answer.h"

#include <stdarg.h>

#define HISTORY_MAX 40  /* changes of state that are kept; the log has all */
#define NOTE_BYTES_MAX 200
#define WHO_BYTES 24

static zh_world *world_of(zh_call *call) { return zh_engine_world(call->engine); }
static zh_sv name_of(zh_call *call) { return zh_http_path_part(call->request, 3); }

/* The setting's name; of a name that is too long one that is nobody's. */
static zh_sv setting_of(const char *prefix, zh_sv name, char out[ZH_NAME_BYTES_MAX])
{
    return (zh_sv){ out, (size_t)snprintf(out, ZH_NAME_BYTES_MAX, "%s%.*s", prefix, ZH_SV_ARG(zh_sv_part(name, 0, ZH_MESSAGE_NAME_BYTES_MAX + 1))) };
}

__attribute__((format(printf, 5, 6))) static void problem(zh_call *call, unsigned status, const char *code, const char *field, const char *format, ...)
{
    char detail[200];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    zh_call_problem(call, status, code, field, detail);
}

void zh_lifecycle_not_found(zh_call *call, const zh_lifecycle *of) { problem(call, 404, "not_found", "name", "there is no %s of this name: GET /api/v1/%ss lists them", of->noun, of->noun); }

void zh_lifecycle_gauges(zh_call *call, const zh_lifecycle *of, const char *metric, const char *help)
{
    zh_metrics *m = zh_engine_metrics(call->engine);
    const zh_registry *registry = world_of(call)->registry;
    uint32_t counts[ZH_CAMPAIGN_STATES] = { 0 };
    zh_json_value root;
    zh_campaign_state state;
    for (zh_registry_iter it = zh_registry_walk(registry, ZH_THING_SETTING); zh_registry_next(&it);)
        if (zh_sv_starts(it.at->setting.name, zh_sv_of(of->setting)) && zh_json_parse(call->thread->parser, it.at->setting.json, &root, NULL) == ZH_OK && zh_campaign_state_of(zh_json_text_or_empty(zh_json_get(root, ZH_SV("state"))), &state)) counts[state]++;
    for (int s = 0; s < ZH_CAMPAIGN_STATES; s++) {
        const zh_metric_label label = { "state", zh_sv_of(zh_campaign_state_text((zh_campaign_state)s)) };
        zh_gauge_set(zh_metrics_gauge(m, metric, help, &label, 1), counts[s]);
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

void zh_lifecycle_put_title(zh_json_out *out, zh_sv name, zh_sv zh, zh_sv en)
{
    zh_json_out_key(out, ZH_SV("title"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("zh"), zh.size > 0 ? zh : en.size > 0 ? en : name);
    zh_json_out_key_text(out, ZH_SV("en"), en.size > 0 ? en : zh.size > 0 ? zh : name);
    zh_json_out_end(out);
}

/* Members of an open object. Under the read lock; `root` lives in the thread's parser. */
static void put_head(zh_call *call, const zh_lifecycle *of, zh_sv name, zh_json_value root, zh_json_out *out)
{
    zh_campaign_state state = ZH_CAMPAIGN_DRAFT;
    int64_t number = 0;
    (void)zh_campaign_state_of(zh_json_text_or_empty(zh_json_get(root, ZH_SV("state"))), &state);
    zh_json_out_key_text(out, ZH_SV("name"), name);
    zh_json_out_key_text(out, ZH_SV("state"), zh_sv_of(zh_campaign_state_text(state)));
    (void)zh_json_int(zh_json_get(root, ZH_SV("version")), &number);
    zh_json_out_key_int(out, ZH_SV("version"), number);
    of->put_own(call, name, zh_json_get(root, ZH_SV("definition")), state, out);
    number = 0;
    (void)zh_json_int(zh_json_get(root, ZH_SV("activeFromMs")), &number);
    zh_call_time(out, ZH_SV("activeFrom"), number);
    put_who(call, "edited", zh_json_get(root, ZH_SV("edited")), out);
    put_who(call, "submitted", zh_json_get(root, ZH_SV("submitted")), out);
    put_who(call, "approved", zh_json_get(root, ZH_SV("approved")), out);
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

void zh_lifecycle_one(zh_call *call, const zh_lifecycle *of)
{
    char text[ZH_NAME_BYTES_MAX];
    zh_sv json;
    zh_json_value root;
    const zh_sv name = name_of(call);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_world_lock_read(world_of(call));
    const bool found = zh_registry_setting(world_of(call)->registry, setting_of(of->setting, name, text), &json) == ZH_OK && zh_json_parse(call->thread->parser, json, &root, NULL) == ZH_OK;
    if (found) {
        put_head(call, of, name, root, &out);
        zh_json_out_key(&out, ZH_SV("definition"));
        zh_json_out_value(&out, zh_json_get(root, ZH_SV("definition")));
        put_past(call, root, &out);
        if (of->put_more != NULL) of->put_more(call, name, &out);
    }
    zh_world_unlock(world_of(call));
    zh_json_out_end(&out);
    if (found) zh_call_json(call, 200, &out);
    else zh_lifecycle_not_found(call, of);
}

void zh_lifecycle_list(zh_call *call, const zh_lifecycle *of)
{
    const zh_sv prefix = zh_sv_of(of->setting);
    zh_json_value root;
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    zh_world_lock_read(world_of(call));
    for (zh_registry_iter it = zh_registry_walk(world_of(call)->registry, ZH_THING_SETTING); zh_registry_next(&it);) {
        if (!zh_sv_starts(it.at->setting.name, prefix) || zh_json_parse(call->thread->parser, it.at->setting.json, &root, NULL) != ZH_OK) continue;
        zh_json_out_object(&out);
        put_head(call, of, zh_sv_part(it.at->setting.name, prefix.size, SIZE_MAX), root, &out);
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
    const zh_lifecycle *of;
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

/* The definition that stood until this edit comes first, then those before it; `most` of them. */
static void put_versions(const change *c, size_t most, zh_json_out *out)
{
    const zh_json_value edited = zh_json_get(c->root, ZH_SV("edited"));
    const bool is_edit = c->act == ZH_CAMPAIGN_EDIT && !c->is_new && most > 0;
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
    for (zh_json_iter it = zh_json_walk(zh_json_get(c->root, ZH_SV("versions"))); count < most && zh_json_next(&it); count++) zh_json_out_value(out, it.value);
    zh_json_out_end(out);
}

static void put_history(zh_call *call, const change *c, int64_t version, size_t most, zh_json_out *out)
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
    for (zh_json_iter it = zh_json_walk(zh_json_get(c->root, ZH_SV("history"))); zh_json_next(&it) && count < most; count++) zh_json_out_value(out, it.value);
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

/* As the setting will be, with so many former definitions and changes of state. Errors: ZH_FULL it does not fit; ZH_NOMEM. */
static zh_err write_setting(zh_call *call, const change *c, int64_t active_ms, size_t former, size_t history, zh_buf *text)
{
    const bool is_edit = c->act == ZH_CAMPAIGN_EDIT;
    const int64_t version = c->version + is_edit;
    zh_buf_reset(text);
    zh_json_out out = zh_json_out_on(text);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("state"), zh_sv_of(zh_campaign_state_text(c->then)));
    zh_json_out_key_int(&out, ZH_SV("version"), version);
    zh_json_out_key_int(&out, ZH_SV("activeFromMs"), active_ms);
    put_said(call, "edited", is_edit, zh_json_get(c->root, ZH_SV("edited")), &out);
    put_said(call, "submitted", c->act == ZH_CAMPAIGN_SUBMIT, is_edit || c->act == ZH_CAMPAIGN_REJECT ? (zh_json_value){ 0 } : zh_json_get(c->root, ZH_SV("submitted")), &out);
    put_said(call, "approved", c->act == ZH_CAMPAIGN_APPROVE, is_edit ? (zh_json_value){ 0 } : zh_json_get(c->root, ZH_SV("approved")), &out);
    zh_json_out_key(&out, ZH_SV("definition"));
    if (is_edit) zh_json_out_raw(&out, c->definition);
    else zh_json_out_value(&out, zh_json_get(c->root, ZH_SV("definition")));
    put_versions(c, former, &out);
    put_history(call, c, version, history, &out);
    zh_json_out_end(&out);
    return zh_json_out_done(&out);
}

static zh_err write_change(zh_call *call, const change *c)
{
    char name[ZH_NAME_BYTES_MAX];
    zh_buf text = zh_buf_open(ZH_SETTING_BYTES_MAX);
    int64_t active_ms = 0;
    size_t former = c->of->former_max, history = HISTORY_MAX;
    (void)zh_json_int(zh_json_get(c->root, ZH_SV("activeFromMs")), &active_ms);
    if (c->then == ZH_CAMPAIGN_RUNNING) active_ms = from_now_ms(call);
    zh_err e = write_setting(call, c, active_ms, former, history, &text);
    while (e == ZH_FULL && history > 1) { /* what is long ago gives way: a journey that could not be paused would be worse */
        if (former > 0) former--;
        else history /= 2;
        e = write_setting(call, c, active_ms, former, history, &text);
    }
    const zh_definition d = { .thing = ZH_THING_SETTING, .at_ms = call->now_ms, .actor = call->caller.actor, .setting = { .name = setting_of(c->of->setting, c->name, name), .json = zh_buf_view(&text) } };
    if (e == ZH_OK) e = zh_engine_define(call->engine, &d);
    zh_buf_close(&text);
    return e;
}

static size_t count_all(zh_call *call, const zh_lifecycle *of)
{
    size_t count = 0;
    zh_world_lock_read(world_of(call));
    for (zh_registry_iter it = zh_registry_walk(world_of(call)->registry, ZH_THING_SETTING); zh_registry_next(&it);) count += zh_sv_starts(it.at->setting.name, zh_sv_of(of->setting));
    zh_world_unlock(world_of(call));
    return count;
}

/* May there be one more, of this name? False: a problem was answered. */
static bool may_begin(zh_call *call, const change *c)
{
    const zh_lifecycle *of = c->of;
    if (of->other != NULL && zh_campaigns_setting(call->engine, of->other_setting, c->name, call->arena).size > 0)
        return problem(call, 409, "exists", "name", "there is a %s of this name: messages are found by the name, so a %s has another", of->other, of->noun), false;
    if (count_all(call, of) >= of->count_max) return problem(call, 409, "too_many", "name", "there are as many %ss as a workspace may have", of->noun), false;
    return true;
}

/* What stands, and what it is then. False: a problem was answered. */
static bool open_change(zh_call *call, change *c)
{
    const zh_sv text = zh_campaigns_setting(call->engine, c->of->setting, c->name, call->arena);
    const zh_err e = zh_json_open(&c->json, ZH_SETTING_BYTES_MAX);
    c->is_new = text.size == 0;
    if (e != ZH_OK || (!c->is_new && zh_json_parse(c->json, text, &c->root, NULL) != ZH_OK)) return zh_call_failed(call, e == ZH_OK ? ZH_CORRUPT : e, NULL), false;
    if (c->is_new && c->act != ZH_CAMPAIGN_EDIT) return zh_lifecycle_not_found(call, c->of), false;
    if (c->is_new && !may_begin(call, c)) return false;
    (void)zh_campaign_state_of(zh_json_text_or_empty(zh_json_get(c->root, ZH_SV("state"))), &c->state);
    (void)zh_json_int(zh_json_get(c->root, ZH_SV("version")), &c->version);
    if (zh_campaign_then(c->state, c->act, &c->then)) return true;
    if (c->act == ZH_CAMPAIGN_EDIT && c->state == ZH_CAMPAIGN_RUNNING) problem(call, 409, "bad_state", "state", "it is running: pause it first, and what you change is approved again");
    else problem(call, 409, "bad_state", "state", "it is %s: that cannot be done now", zh_campaign_state_text(c->state));
    return false;
}

/* Who wrote it or handed it in is not who lets it go. */
static bool may_approve(zh_call *call, const change *c)
{
    char who[WHO_BYTES];
    const zh_sv me = who_of(call, who);
    const char *noun = c->of->noun;
    if (call->caller.kind == CALLER_OWNER) return true; /* whoever works on the machine has the data folder in his hands */
    if (call->caller.kind != CALLER_PERSON) return problem(call, 403, "forbidden", NULL, "a key is a program's: a person approves, or zhun %s approve on the machine", noun), false;
    if (!zh_sv_equal(me, zh_json_text_or_empty(zh_json_get(zh_json_get(c->root, ZH_SV("edited")), ZH_SV("by")))) &&
        !zh_sv_equal(me, zh_json_text_or_empty(zh_json_get(zh_json_get(c->root, ZH_SV("submitted")), ZH_SV("by"))))) return true;
    return problem(call, 403, "own_approval", NULL, "who wrote it or submitted it does not approve it: somebody else does, or zhun %s approve on the machine", noun), false;
}

static zh_err judged(zh_call *call, change *c, bool *answered)
{
    *answered = true;
    if (!open_change(call, c)) return ZH_OK;
    const zh_json_value definition = zh_json_get(c->root, ZH_SV("definition"));
    if (c->act == ZH_CAMPAIGN_APPROVE && !may_approve(call, c)) return ZH_OK;
    if ((c->act == ZH_CAMPAIGN_SUBMIT || c->act == ZH_CAMPAIGN_APPROVE) && !c->of->is_ready(call, definition)) return ZH_OK;
    *answered = false;
    const zh_err e = c->act == ZH_CAMPAIGN_APPROVE && c->of->approve != NULL ? c->of->approve(call, c->name, c->version, definition) : ZH_OK;
    return e == ZH_OK ? write_change(call, c) : e;
}

static void do_change(zh_call *call, change *c)
{
    char too_large[64];
    bool answered;
    zh_server *const server = call->server; /* what judged() answers ends the call, and with it what lies in it */
    pthread_mutex_lock(&server->lifecycle_lock);
    const zh_err e = judged(call, c, &answered);
    pthread_mutex_unlock(&server->lifecycle_lock);
    zh_json_close(c->json);
    if (answered) return;
    (void)snprintf(too_large, sizeof too_large, "the %s is too large", c->of->noun);
    if (e != ZH_OK) zh_call_failed(call, e, too_large);
    else zh_lifecycle_one(call, c->of);
}

/* ---- routes ---- */

void zh_lifecycle_put(zh_call *call, const zh_lifecycle *of)
{
    zh_json_value root;
    change c = { .of = of, .name = name_of(call), .act = ZH_CAMPAIGN_EDIT };
    if (!zh_define_name_is_good(c.name)) {
        zh_call_problem(call, 400, "bad_field", "name", "a name has 1 to 64 letters, digits, - and _; what people read is the title");
        return;
    }
    if (!zh_call_body_json(call, &root) || !of->is_good(call, root)) return;
    zh_buf text = zh_buf_open(of->bytes_max);
    zh_json_write(root, &text);
    c.definition = zh_buf_view(&text);
    if (zh_buf_err(&text) != ZH_OK) problem(call, 400, "too_large", NULL, "a definition has at most %zu,%03zu bytes", of->bytes_max / 1000, of->bytes_max % 1000);
    else do_change(call, &c);
    zh_buf_close(&text);
}

void zh_lifecycle_act(zh_call *call, const zh_lifecycle *of)
{
    zh_json_value root = { 0 };
    change c = { .of = of, .name = name_of(call) };
    if (zh_http_body(call->request).size > 0 && !zh_call_body_json(call, &root)) return;
    c.note = zh_arena_copy(call->arena, zh_json_text_or_empty(zh_json_get(root, ZH_SV("note"))));
    if (c.note.size > NOTE_BYTES_MAX) zh_call_problem(call, 400, "bad_field", "note", "has at most 200 bytes");
    else if (!zh_campaign_act_of(zh_http_path_part(call->request, 4), &c.act)) zh_lifecycle_not_found(call, of);
    else do_change(call, &c);
}

/* Did it ever run? ZH_ABSENT: there is none. */
static zh_err ever_ran(zh_call *call, const zh_lifecycle *of, bool *ran)
{
    zh_json_value root;
    int64_t active_ms = 0;
    const zh_sv text = zh_campaigns_setting(call->engine, of->setting, name_of(call), call->arena);
    if (text.size == 0) return ZH_ABSENT;
    if (zh_json_parse(call->thread->parser, text, &root, NULL) == ZH_OK) (void)zh_json_int(zh_json_get(root, ZH_SV("activeFromMs")), &active_ms);
    *ran = active_ms > 0;
    return ZH_OK;
}

/* One that ever ran stays: its report does. Judged and taken away under one hold of the lock, so nobody approves it in between. */
void zh_lifecycle_delete(zh_call *call, const zh_lifecycle *of)
{
    char name[ZH_NAME_BYTES_MAX];
    bool ran = false;
    const zh_definition d = { .thing = ZH_THING_SETTING, .deleted = true, .at_ms = call->now_ms, .actor = call->caller.actor, .setting = { .name = setting_of(of->setting, name_of(call), name) } };
    pthread_mutex_lock(&call->server->lifecycle_lock);
    zh_err e = ever_ran(call, of, &ran);
    if (e == ZH_OK && !ran) e = zh_engine_define(call->engine, &d);
    pthread_mutex_unlock(&call->server->lifecycle_lock);
    if (e == ZH_ABSENT) zh_lifecycle_not_found(call, of);
    else if (ran) zh_call_problem(call, 409, "in_use", "name", "it ran: it can be ended, and its report stays");
    else if (e != ZH_OK) zh_call_failed(call, e, NULL);
    else zh_call_reply(call, 204, (zh_sv){ 0 }, (zh_sv){ 0 }, NULL, 0);
}
