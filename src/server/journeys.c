/* journeys.c -- journeys: what one is, what it needs to run, and what its rows say; its states are lifecycle.c's. */
#include "engine/campaigns.h"
#include "engine/compose.h"
#include "reach/instances.h"
#include "segment/vocabulary.h"
#include "server/answer.h"
#include "server/journey_answer.h"
#include "server/lifecycle.h"

#include <stdarg.h>

#define FIELD_BYTES sizeof(((zh_fault *)0)->field)

static zh_world *world_of(zh_call *call) { return zh_engine_world(call->engine); }

/* ---- what is written of one ---- */

static void put_entry(const zh_journey *j, zh_json_out *out)
{
    const bool is_event = j->entry.event.size > 0;
    zh_json_out_key(out, ZH_SV("entry"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("kind"), is_event ? ZH_SV("event") : ZH_SV("segment"));
    zh_json_out_key_text(out, is_event ? ZH_SV("event") : ZH_SV("segment"), is_event ? j->entry.event : j->entry_segment);
    zh_json_out_end(out);
}

/* Customers, of all versions. */
static void put_counts(const zh_world *w, zh_sv name, zh_json_out *out)
{
    zh_instance_counts counts;
    uint64_t in = 0, control = 0, all = 0;
    for (size_t at = 0; zh_instances_counts(w->instances, name, &at, &counts);) {
        in += counts.left[ZH_JOURNEY_LEFT_IN];
        control += counts.left[ZH_JOURNEY_LEFT_CONTROL];
        all += counts.entered;
    }
    zh_json_out_key(out, ZH_SV("counts"));
    zh_json_out_object(out);
    zh_json_out_key_int(out, ZH_SV("in"), (int64_t)in);
    zh_json_out_key_int(out, ZH_SV("control"), (int64_t)control);
    zh_json_out_key_int(out, ZH_SV("left"), (int64_t)(all - in - control));
    zh_json_out_end(out);
}

static void put_own(zh_call *call, zh_sv name, zh_json_value definition, zh_campaign_state state, zh_json_out *out)
{
    zh_journey j;
    zh_fault fault;
    zh_arena arena = zh_arena_open(ZH_CAMPAIGN_MEMORY_BYTES_MAX);
    (void)state;
    if (zh_journey_read(definition, &arena, &j, &fault) == ZH_OK) {
        zh_lifecycle_put_title(out, name, j.title_zh, j.title_en);
        put_entry(&j, out);
        zh_json_out_key_real(out, ZH_SV("control"), (double)j.control / ZH_MESSAGE_CONTROL_OF);
        zh_json_out_key_int(out, ZH_SV("nodes"), j.nodes_count);
    } else zh_json_out_key_text(out, ZH_SV("fault"), zh_sv_of(fault.why.text));
    put_counts(world_of(call), name, out);
    zh_arena_close(&arena);
}

/* ---- can its conditions be asked? ---- */

typedef struct asking { /* what is compiled, and the first that cannot be */
    zh_arena arena;
    zh_cel_env *env;
    zh_cel_fault why;
    char field[FIELD_BYTES];
    zh_err e;
} asking;

__attribute__((format(printf, 3, 4))) static void ask_event(asking *a, const zh_journey_event *event, const char *field, ...)
{
    zh_metric metric = { .of = ZH_QUANTITY_COUNT, .event = event->event, .where = event->where };
    va_list arguments;
    if (a->e != ZH_OK) return;
    va_start(arguments, field);
    (void)vsnprintf(a->field, sizeof a->field, field, arguments);
    va_end(arguments);
    a->e = zh_metric_compile(&metric, &a->arena, a->env, &a->why);
}

__attribute__((format(printf, 3, 4))) static void ask_customer(asking *a, zh_sv condition, const char *field, ...)
{
    zh_condition compiled;
    va_list arguments;
    if (a->e != ZH_OK) return;
    va_start(arguments, field);
    (void)vsnprintf(a->field, sizeof a->field, field, arguments);
    va_end(arguments);
    a->e = zh_vocabulary_compile(&compiled, &a->arena, a->env, condition, &a->why);
}

static void ask_node(asking *a, const zh_journey_node *n)
{
    if (n->kind == ZH_JOURNEY_WAIT && n->wait == ZH_JOURNEY_WAIT_EVENT) ask_event(a, &n->event, "nodes.%.*s.where", ZH_SV_ARG(n->name));
    for (int i = 0; n->kind == ZH_JOURNEY_BRANCH && i < n->cases_count; i++) ask_customer(a, n->cases[i].condition, "nodes.%.*s.cases.%d.if", ZH_SV_ARG(n->name), i);
}

/* False: a problem was answered. */
static bool is_askable(zh_call *call, const zh_journey *j)
{
    char text[ZH_AIM_AUDIENCE_BYTES], detail[320];
    asking a = { .arena = zh_arena_open(ZH_CAMPAIGN_MEMORY_BYTES_MAX), .why = { .text = "" } };
    a.e = zh_vocabulary_open(&a.env, &a.arena);
    ask_customer(&a, zh_aim_audience(j->segment, j->expression, text), "audience.expression");
    if (j->entry.event.size > 0) ask_event(&a, &j->entry, "entry.where");
    for (int i = 0; i < j->exits_count; i++) ask_event(&a, &j->exits[i], "exitOn.%d.where", i);
    for (int i = 0; i < j->nodes_count; i++) ask_node(&a, &j->nodes[i]);
    (void)snprintf(detail, sizeof detail, "line %u, column %u: %.200s", a.why.line, a.why.column, a.why.text);
    if (a.e == ZH_FORMAT || a.e == ZH_FULL) zh_call_problem(call, 400, "bad_field", a.field, detail);
    else if (a.e != ZH_OK) zh_call_failed(call, a.e, NULL);
    zh_arena_close(&a.arena);
    return a.e == ZH_OK;
}

bool zh_journey_of_body(zh_call *call, zh_json_value root, zh_journey *out)
{
    zh_fault fault;
    const zh_err e = zh_journey_read(root, call->arena, out, &fault);
    if (e == ZH_FORMAT) zh_call_problem(call, 400, "bad_field", fault.field, fault.why.text);
    else if (e != ZH_OK) zh_call_failed(call, e, "the definition is too large");
    return e == ZH_OK && is_askable(call, out);
}

static bool is_good(zh_call *call, zh_json_value definition)
{
    zh_journey j;
    return zh_journey_of_body(call, definition, &j);
}

/* ---- is there what it needs? ---- */

__attribute__((format(printf, 3, 4))) static bool not_ready(zh_call *call, const char *why, const char *field, ...)
{
    char text[FIELD_BYTES];
    va_list arguments;
    va_start(arguments, field);
    (void)vsnprintf(text, sizeof text, field, arguments);
    va_end(arguments);
    return zh_call_problem(call, 409, "not_ready", text, why), false;
}

static bool has_segment(zh_call *call, zh_sv name, const char *field)
{
    zh_segment segment;
    if (name.size == 0) return true;
    zh_world_lock_read(world_of(call));
    const bool is_there = zh_segments_find(world_of(call)->segments, name, &segment);
    zh_world_unlock(world_of(call));
    return is_there || not_ready(call, "there is no segment of this name", "%s", field);
}

/* A journey gives what a customer may take: an offer that is claimed. */
static bool has_offer(zh_call *call, const zh_journey_node *n)
{
    uint32_t version;
    zh_world_lock_read(world_of(call));
    const zh_offer *offer = zh_offers_find(world_of(call)->offers, n->offer, &version);
    const bool is_there = offer != NULL, is_claimed = is_there && offer->give == ZH_OFFER_CLAIM;
    zh_world_unlock(world_of(call));
    return is_claimed || not_ready(call, is_there ? "the offer is not one that is claimed: give is claim" : "there is no offer of this name, or it is not in force", "nodes.%.*s.offer", ZH_SV_ARG(n->name));
}

/* What is wrong with a channel or template: of a customer's the template is marketing's, of a webhook, which speaks to a machine, of any purpose; NULL: nothing. */
static zh_err look_at_means(zh_call *call, const zh_journey_case *c, bool is_webhook, zh_arena *arena, const char **field, const char **why)
{
    zh_adapter *adapter = ZH_TAKE(arena, zh_adapter, 1);
    zh_template *template = ZH_TAKE(arena, zh_template, 1);
    if (adapter == NULL || template == NULL) return ZH_NOMEM;
    *field = "channel";
    zh_err e = zh_compose_adapter(call->engine, c->channel, arena, adapter);
    *why = "there is no channel of this name, or it is not in force";
    if (e != ZH_OK) return e;
    *why = "the channel is no webhook: an update tells a machine";
    if (is_webhook && adapter->kind != ZH_ADAPTER_WEBHOOK) return ZH_FORMAT;
    *field = "template";
    e = zh_compose_template(call->engine, c->template, arena, template);
    *why = "there is no template of this name, or it is not in force";
    if (e != ZH_OK) return e;
    *why = "the template's purpose is transactional: a journey is marketing, whoever asked for nothing must have allowed it";
    return is_webhook || template->is_marketing ? ZH_OK : ZH_FORMAT;
}

/* `within`: channels.0 */
static bool has_means(zh_call *call, const zh_journey_node *n, const zh_journey_case *c, const char *within)
{
    const char *field = "", *why = "";
    zh_arena arena = zh_arena_open(ZH_CAMPAIGN_MEMORY_BYTES_MAX);
    const zh_err e = look_at_means(call, c, n->kind == ZH_JOURNEY_UPDATE, &arena, &field, &why);
    zh_arena_close(&arena);
    if (e == ZH_ABSENT || e == ZH_FORMAT) return not_ready(call, why, "nodes.%.*s.%s.%s", ZH_SV_ARG(n->name), within, field);
    if (e != ZH_OK) zh_call_failed(call, e, NULL);
    return e == ZH_OK;
}

static bool node_is_ready(zh_call *call, const zh_journey_node *n)
{
    char within[16];
    if (n->kind == ZH_JOURNEY_OFFER) return has_offer(call, n);
    if (n->kind == ZH_JOURNEY_UPDATE) return n->tag.size > 0 || has_means(call, n, &n->cases[0], "webhook");
    for (int i = 0; n->kind == ZH_JOURNEY_SEND && i < n->cases_count; i++) {
        (void)snprintf(within, sizeof within, "channels.%d", i);
        if (!has_means(call, n, &n->cases[i], within)) return false;
    }
    return true;
}

static bool is_ready(zh_call *call, zh_json_value definition)
{
    zh_journey j;
    zh_fault fault;
    if (zh_journey_read(definition, call->arena, &j, &fault) != ZH_OK) return not_ready(call, fault.why.text, "%s", fault.field);
    if (!has_segment(call, j.entry_segment, "entry.segment") || !has_segment(call, j.segment, "audience.segment")) return false;
    for (int i = 0; i < j.nodes_count; i++)
        if (!node_is_ready(call, &j.nodes[i])) return false;
    return true;
}

/* Who enters this version goes on in it, whatever comes after. */
static zh_err keep_version(zh_call *call, zh_sv name, int64_t version, zh_json_value definition)
{
    char setting[ZH_NAME_BYTES_MAX];
    zh_buf text = zh_buf_open(ZH_SETTING_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&text);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("definition"));
    zh_json_out_value(&out, definition);
    zh_json_out_end(&out);
    zh_err e = zh_json_out_done(&out);
    const int size = snprintf(setting, sizeof setting, ZH_JOURNEY_VERSION_SETTING "%.*s/%lld", ZH_SV_ARG(name), (long long)version);
    const zh_definition d = { .thing = ZH_THING_SETTING, .at_ms = call->now_ms, .actor = call->caller.actor, .setting = { .name = { setting, (size_t)size }, .json = zh_buf_view(&text) } };
    if (e == ZH_OK) e = zh_engine_define(call->engine, &d);
    zh_buf_close(&text);
    return e;
}

/* ---- routes ---- */

static const zh_lifecycle journeys = {
    .noun = "journey", .setting = ZH_JOURNEY_SETTING, .other = "campaign", .other_setting = ZH_CAMPAIGN_SETTING, .count_max = ZH_JOURNEYS_MAX, .bytes_max = ZH_JOURNEY_BYTES_MAX,
    .former_max = 3, .is_good = is_good, .is_ready = is_ready, .put_own = put_own, .approve = keep_version,
};

void zh_journeys_gauges(zh_call *call) { zh_lifecycle_gauges(call, &journeys, "zhun_journeys", "Journeys by their state."); }
void zh_route_journeys(zh_call *call) { zh_lifecycle_list(call, &journeys); }
void zh_route_journey(zh_call *call) { zh_lifecycle_one(call, &journeys); }

void zh_route_journey_put(zh_call *call)
{
    if (zh_sv_equal(zh_http_path_part(call->request, 3), ZH_SV("instances"))) zh_call_problem(call, 400, "bad_field", "name", "instances is a path of its own: another name");
    else zh_lifecycle_put(call, &journeys);
}

void zh_route_journey_delete(zh_call *call) { zh_lifecycle_delete(call, &journeys); }
void zh_route_journey_act(zh_call *call) { zh_lifecycle_act(call, &journeys); }
