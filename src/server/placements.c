/* placements.c -- the slots of the shop: listing, defining, and trying a definition before it is saved. */
#include "base/time.h"
#include "decide/placements.h"
#include "decide/rules_check.h"
#include "engine/ask.h"
#include "server/answer.h"
#include "server/call.h"

#define CONDITIONS_BYTES_MAX ((size_t)64 << 20) /* of a draft, compiled */

static zh_world *world_of(zh_call *call) { return zh_engine_world(call->engine); }
static zh_sv name_of(zh_call *call) { return zh_http_path_part(call->request, 3); }

static zh_sv setting_of(zh_sv name, char out[ZH_NAME_BYTES_MAX])
{
    return (zh_sv){ out, (size_t)snprintf(out, ZH_NAME_BYTES_MAX, ZH_PLACEMENT_SETTING "%.*s", (int)(name.size < 64 ? name.size : 64), name.data == NULL ? "" : name.data) };
}

static void not_found(zh_call *call) { zh_call_problem(call, 404, "not_found", "name", "there is no placement of this name: GET /api/v1/placements lists them"); }

void zh_placements_gauges(zh_call *call)
{
    const zh_placements *s = world_of(call)->placements;
    zh_metrics *m = zh_engine_metrics(call->engine);
    zh_gauge_set(zh_metrics_gauge(m, "zhun_placements_defined", "Placements that the workspace defines.", NULL, 0), (double)zh_placements_count(s));
    zh_gauge_set(zh_metrics_gauge(m, "zhun_placements_bytes", "Memory of their compiled rules.", NULL, 0), (double)zh_placements_bytes(s));
}

/* ---- listing ---- */

/* What of the context a placement is about: its first stage says so. */
static void put_needs(const zh_placement *p, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("needs"));
    zh_json_out_array(out);
    if (p->stages[0] == ZH_STAGE_CONTEXT || p->stages[0] == ZH_STAGE_SUBSTITUTE || p->stages[0] == ZH_STAGE_COMPLEMENT) zh_json_out_text(out, ZH_SV("itemId"));
    if (p->stages[0] == ZH_STAGE_CART || p->stages[0] == ZH_STAGE_CART_COMPLEMENT) zh_json_out_text(out, ZH_SV("cart"));
    zh_json_out_end(out);
}

static void put_one(zh_call *call, const zh_placement *p, zh_json_out *out)
{
    zh_json_out_key_text(out, ZH_SV("id"), p->name);
    zh_json_out_key(out, ZH_SV("name"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("en"), zh_sv_of(p->title_en));
    zh_json_out_key_text(out, ZH_SV("zh"), zh_sv_of(p->title_zh));
    zh_json_out_end(out);
    zh_json_out_key_text(out, ZH_SV("strategy"), zh_sv_of(zh_strategy_text(p->strategy)));
    zh_json_out_key_int(out, ZH_SV("n"), ZH_ASK_ITEMS_DEFAULT);
    zh_json_out_key_bool(out, ZH_SV("public"), p->is_public || zh_call_is_named_public(call, p->name));
    put_needs(p, out);
    zh_json_out_key_bool(out, ZH_SV("builtIn"), zh_placement_find(p->name) != NULL);
    zh_json_out_key_bool(out, ZH_SV("defined"), p->hash != 0);
    zh_json_out_key_int(out, ZH_SV("rules"), p->rules == NULL ? 0 : p->rules->count);
    const char *fault = zh_placements_fault(world_of(call)->placements, p->name);
    if (fault != NULL) zh_json_out_key_text(out, ZH_SV("fault"), zh_sv_of(fault));
}

static void put_names(zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("strategies"));
    zh_json_out_array(out);
    for (int i = 0; i < ZH_STRATEGY_COUNT; i++) {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("id"), zh_sv_of(zh_strategy_text((zh_strategy)i)));
        zh_json_out_key(out, ZH_SV("stages"));
        zh_json_out_array(out);
        for (const zh_stage *s = zh_strategy_stages((zh_strategy)i); *s != ZH_STAGE_END; s++) zh_json_out_text(out, zh_sv_of(zh_stage_text(*s)));
        zh_json_out_end(out);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
    zh_json_out_key(out, ZH_SV("stages"));
    zh_json_out_array(out);
    for (int i = ZH_STAGE_END + 1; i < ZH_STAGES; i++) zh_json_out_text(out, zh_sv_of(zh_stage_text((zh_stage)i)));
    zh_json_out_end(out);
}

void zh_route_placements(zh_call *call)
{
    const zh_placement *p;
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    zh_world_lock_read(world_of(call));
    for (size_t at = 0; (p = zh_placements_next(world_of(call)->placements, &at)) != NULL;) {
        zh_json_out_object(&out);
        put_one(call, p, &out);
        zh_json_out_end(&out);
    }
    zh_world_unlock(world_of(call));
    zh_json_out_end(&out);
    put_names(&out);
    zh_answer_next(&out, "");
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* ---- conflicts ---- */

static void put_rule(const char *key, uint32_t rule, zh_json_out *out)
{
    if (rule != ZH_SLOT_RULE_NONE) zh_json_out_key_int(out, zh_sv_of(key), rule);
}

/* Under the read lock. */
static void put_conflicts(zh_call *call, const zh_placement *p, uint32_t n, zh_json_out *out)
{
    zh_rules_conflict *conflicts = NULL;
    uint32_t count = 0;
    zh_json_out_key(out, ZH_SV("conflicts"));
    zh_json_out_array(out);
    if (p->rules != NULL && zh_rules_check(p->rules, world_of(call)->catalog, n, call->now_ms, call->arena, &conflicts, &count) != ZH_OK) count = 0;
    for (uint32_t i = 0; i < count; i++) {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("code"), zh_sv_of(zh_rules_conflict_text(conflicts[i].code)));
        put_rule("rule", conflicts[i].rule, out);
        put_rule("other", conflicts[i].other, out);
        zh_json_out_key_int(out, ZH_SV("count"), conflicts[i].count);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

/* ---- one ---- */

/* The definition and the one before it, as they were saved. Under the read lock. */
static void put_texts(zh_call *call, zh_sv name, const zh_placement *p, zh_json_out *out)
{
    char text[ZH_NAME_BYTES_MAX];
    zh_sv json;
    zh_json_value root = { 0 };
    const zh_definition of = { .thing = ZH_THING_SETTING, .setting = { .name = setting_of(name, text) } };
    if (zh_registry_setting(world_of(call)->registry, of.setting.name, &json) == ZH_OK && zh_json_parse(call->thread->parser, json, &root, NULL) == ZH_OK) {
        const zh_json_value former = zh_json_get(root, ZH_SV("former"));
        zh_json_out_key(out, ZH_SV("definition"));
        zh_json_out_value(out, zh_json_get(root, ZH_SV("definition")));
        if (zh_json_is(former, ZH_JSON_OBJECT)) {
            zh_json_out_key(out, ZH_SV("former"));
            zh_json_out_value(out, former);
        }
        zh_call_time(out, ZH_SV("definedAt"), zh_registry_said_ms(world_of(call)->registry, &of));
    } else if (p != NULL) {
        zh_json_out_key(out, ZH_SV("definition"));
        zh_placement_write(p, out);
    }
}

static void answer_one(zh_call *call, zh_sv name)
{
    zh_world *w = world_of(call);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_world_lock_read(w);
    const zh_placement *p = zh_placements_find(w->placements, name);
    const char *fault = zh_placements_fault(w->placements, name);
    if (p != NULL) put_one(call, p, &out);
    else if (fault != NULL) {
        zh_json_out_key_text(&out, ZH_SV("id"), name);
        zh_json_out_key_text(&out, ZH_SV("fault"), zh_sv_of(fault));
    }
    put_texts(call, name, p, &out);
    if (p != NULL) put_conflicts(call, p, ZH_ASK_ITEMS_DEFAULT, &out);
    zh_world_unlock(w);
    zh_json_out_end(&out);
    if (p == NULL && fault == NULL) not_found(call);
    else zh_call_json(call, 200, &out);
}

void zh_route_placement(zh_call *call) { answer_one(call, name_of(call)); }

/* ---- defining ---- */

/* Read and compile a definition into `arena`; false: a problem was answered. */
static bool read_draft(zh_call *call, zh_json_value root, zh_sv name, const char *prefix, zh_arena *arena, zh_placement *out)
{
    char field[96];
    zh_placement_fault fault = { .field = "" };
    const zh_err e = zh_placement_read(root, name, arena, out, &fault);
    if (e == ZH_FORMAT) {
        (void)snprintf(field, sizeof field, "%s%s", prefix, fault.field);
        zh_call_problem(call, 400, strstr(fault.why.text, "column") != NULL ? "bad_expression" : "bad_field", field, fault.why.text);
    } else if (e != ZH_OK) zh_call_failed(call, e, "the conditions are too large");
    return e == ZH_OK;
}

/* The setting: what is said now and what was said before. */
static zh_err define(zh_call *call, zh_sv name, zh_sv definition, zh_sv former, bool deleted)
{
    char text[ZH_NAME_BYTES_MAX];
    zh_buf setting = zh_buf_open(ZH_SETTING_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&setting);
    zh_json_out_object(&out);
    if (!deleted) {
        zh_json_out_key(&out, ZH_SV("definition"));
        zh_json_out_raw(&out, definition);
    }
    if (former.size > 0) {
        zh_json_out_key(&out, ZH_SV("former"));
        zh_json_out_raw(&out, former);
    }
    zh_json_out_end(&out);
    zh_err e = zh_json_out_done(&out);
    const zh_definition d = { .thing = ZH_THING_SETTING, .deleted = deleted, .at_ms = call->now_ms, .actor = call->caller.actor,
                              .setting = { .name = setting_of(name, text), .json = zh_buf_view(&setting) } };
    if (e == ZH_OK) e = zh_engine_define(call->engine, &d);
    zh_buf_close(&setting);
    return e;
}

/* The text of what is defined now, in the arena; empty: nothing is. */
static zh_sv text_now(zh_call *call, zh_sv name)
{
    char text[ZH_NAME_BYTES_MAX];
    zh_sv json, now = { 0 };
    zh_json_value root;
    zh_buf out = zh_buf_open(ZH_SETTING_BYTES_MAX);
    zh_world_lock_read(world_of(call));
    if (zh_registry_setting(world_of(call)->registry, setting_of(name, text), &json) == ZH_OK && zh_json_parse(call->thread->parser, json, &root, NULL) == ZH_OK &&
        zh_json_is(zh_json_get(root, ZH_SV("definition")), ZH_JSON_OBJECT)) {
        zh_json_write(zh_json_get(root, ZH_SV("definition")), &out);
        now = zh_arena_copy(call->arena, zh_buf_view(&out));
    }
    zh_world_unlock(world_of(call));
    zh_buf_close(&out);
    return now;
}

void zh_route_placement_put(zh_call *call)
{
    zh_json_value root;
    zh_placement draft;
    const zh_sv name = name_of(call);
    if (!zh_placement_name_is_good(name)) {
        zh_call_problem(call, 400, "bad_field", "name", "a name has 1 to 64 letters, digits, - and _; what people read is the title");
        return;
    }
    if (!zh_call_body_json(call, &root)) return;
    zh_arena compiled = zh_arena_open(CONDITIONS_BYTES_MAX);
    const bool good = read_draft(call, root, name, "", &compiled, &draft);
    zh_arena_close(&compiled);
    if (!good) return;
    zh_buf text = zh_buf_open(ZH_PLACEMENT_BYTES_MAX);
    zh_json_write(root, &text);
    const zh_sv former = text_now(call, name); /* the parser reads it: what was sent is gone from here on */
    zh_world_lock_read(world_of(call));
    const bool full = former.size == 0 && zh_placements_count(world_of(call)->placements) >= ZH_PLACEMENTS_MAX;
    zh_world_unlock(world_of(call));
    if (full) zh_call_problem(call, 409, "too_many", "name", "there are 200 definitions already");
    else {
        const zh_err e = define(call, name, zh_buf_view(&text), zh_sv_equal(former, zh_buf_view(&text)) ? (zh_sv){ 0 } : former, false);
        if (e != ZH_OK) zh_call_failed(call, e, NULL);
        else answer_one(call, name);
    }
    zh_buf_close(&text);
}

void zh_route_placement_delete(zh_call *call)
{
    const zh_sv name = name_of(call);
    if (text_now(call, name).size == 0) {
        zh_call_problem(call, 404, "not_found", "name", "no definition of this name is there: what is built in cannot be deleted");
        return;
    }
    const zh_err e = define(call, name, (zh_sv){ 0 }, (zh_sv){ 0 }, true);
    if (e != ZH_OK) zh_call_failed(call, e, NULL);
    else zh_call_reply(call, 204, (zh_sv){ 0 }, (zh_sv){ 0 }, NULL, 0);
}

/* ---- trying ---- */

typedef struct trial {
    zh_placement plain;             /* the draft without rules and dials */
    zh_answer without, with, again; /* again: the marks of both lists */
    zh_rule_mark marks[2 * ZH_DECISION_ITEMS_MAX];
    uint32_t count;
    uint64_t active;
} trial;

static zh_err try_draft(zh_call *call, zh_ask *ask, const zh_placement *draft, trial *t)
{
    t->plain = (zh_placement){ .name = draft->name, .strategy = draft->strategy, .hide_bought_days = draft->hide_bought_days,
                               .title_en = draft->title_en, .title_zh = draft->title_zh };
    memcpy(t->plain.stages, draft->stages, sizeof t->plain.stages);
    ask->draft = &t->plain;
    zh_err e = zh_engine_ask(call->engine, ask, call->arena, &t->without);
    ask->draft = draft;
    if (e == ZH_OK) e = zh_engine_ask(call->engine, ask, call->arena, &t->with);
    if (e != ZH_OK) return e;
    for (uint32_t i = 0; i < t->with.decision.shown_count; i++) t->marks[t->count++].item = t->with.decision.shown[i].item;
    for (uint32_t i = 0; i < t->without.decision.shown_count; i++) t->marks[t->count++].item = t->without.decision.shown[i].item;
    ask->marks = t->marks;
    ask->marks_count = t->count;
    ask->rules_active = &t->active;
    return zh_engine_ask(call->engine, ask, call->arena, &t->again);
}

/* From 1; 0: it is not there. */
static uint32_t rank_in(const zh_answer *a, zh_item_id item)
{
    for (uint32_t i = 0; i < a->decision.shown_count; i++)
        if (a->decision.shown[i].item.number == item.number) return i + 1;
    return 0;
}

static void put_place(const char *key, uint32_t rank, zh_json_out *out)
{
    zh_json_out_key(out, zh_sv_of(key));
    if (rank == 0) zh_json_out_null(out);
    else zh_json_out_int(out, rank);
}

static void put_tried(const trial *t, const zh_answer *of, uint32_t i, const zh_rule_mark *mark, zh_json_out *out)
{
    const zh_answer_item *item = &of->items[i];
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("itemId"), item->text);
    zh_json_out_key_text(out, ZH_SV("title"), item->title);
    zh_json_out_key_text(out, ZH_SV("category"), item->category);
    zh_json_out_key_text(out, ZH_SV("brand"), item->brand);
    zh_json_out_key_text(out, ZH_SV("imageUrl"), item->image_url);
    if (item->price_minor >= 0) zh_json_out_key_int(out, ZH_SV("priceCents"), item->price_minor);
    zh_answer_currency(out, ZH_SV("currency"), item->currency);
    put_place("rank", rank_in(&t->with, mark->item), out);
    put_place("rankWithout", rank_in(&t->without, mark->item), out);
    zh_json_out_key_real(out, ZH_SV("score"), (double)of->decision.shown[i].score_micro / 1e6);
    zh_json_out_key_text(out, ZH_SV("reason"), zh_sv_of(zh_reason_code_text(of->decision.shown[i].reason)));
    zh_json_out_key(out, ZH_SV("rules"));
    zh_json_out_array(out);
    for (int r = 0; r < ZH_RULES_MAX; r++)
        if (mark->rules >> r & 1) zh_json_out_int(out, r);
    zh_json_out_end(out);
    zh_json_out_key_real(out, ZH_SV("factor"), mark->verdict.factor);
    zh_json_out_key_bool(out, ZH_SV("hidden"), mark->verdict.factor <= 0);
    put_rule("hiddenBy", mark->verdict.factor <= 0 ? mark->verdict.rule : ZH_SLOT_RULE_NONE, out);
    zh_json_out_end(out);
}

static void put_trial(zh_call *call, const trial *t, const zh_placement *draft, uint32_t n)
{
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key_bool(&out, ZH_SV("personalized"), t->with.decision.personalized);
    zh_call_time(&out, ZH_SV("at"), t->with.decision.time_ms);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    for (uint32_t i = 0; i < t->with.decision.shown_count; i++) put_tried(t, &t->with, i, &t->marks[i], &out);
    zh_json_out_end(&out);
    zh_json_out_key(&out, ZH_SV("left"));
    zh_json_out_array(&out); /* what would stand there without the rules and dials, and does not */
    for (uint32_t i = 0; i < t->without.decision.shown_count; i++)
        if (rank_in(&t->with, t->without.decision.shown[i].item) == 0) put_tried(t, &t->without, i, &t->marks[t->with.decision.shown_count + i], &out);
    zh_json_out_end(&out);
    zh_json_out_key(&out, ZH_SV("inForce"));
    zh_json_out_array(&out);
    for (uint32_t r = 0; draft->rules != NULL && r < draft->rules->count; r++) zh_json_out_bool(&out, (t->active >> r & 1) != 0);
    zh_json_out_end(&out);
    zh_world_lock_read(world_of(call));
    put_conflicts(call, draft, n, &out);
    zh_world_unlock(world_of(call));
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* {"definition": {…}, "customerId" or "userId", "context", "n"}: the list that the draft would make, and what its rules did to it. */
void zh_route_placements_preview(zh_call *call)
{
    zh_json_value root;
    zh_placement draft;
    zh_ask ask = { .preview = true };
    if (!zh_call_body_json(call, &root)) return;
    const char *detail = NULL, *field = zh_call_read_ask(call, root, &ask, &detail);
    const zh_sv id = zh_json_text_or_empty(zh_json_get(root, ZH_SV("customerId")));
    if (field == NULL && id.size > 0 && !zh_answer_customer_number(id, &ask.customer)) field = "customerId", detail = "must be the id of a customer as the lists give it";
    if (field != NULL) {
        zh_call_problem(call, 400, "bad_field", field, detail);
        return;
    }
    const zh_sv name = ask.placement.size > 0 && zh_placement_name_is_good(ask.placement) ? ask.placement : ZH_SV("draft");
    zh_arena compiled = zh_arena_open(CONDITIONS_BYTES_MAX);
    trial *t = ZH_TAKE(call->arena, trial, 1);
    ask.explain = true;
    ask.actor = call->caller.actor;
    if (read_draft(call, zh_json_get(root, ZH_SV("definition")), name, "definition.", &compiled, &draft)) {
        const zh_err e = t == NULL ? ZH_NOMEM : try_draft(call, &ask, &draft, t);
        if (e != ZH_OK) zh_call_failed(call, e, "n, context.cart or exclude is over its maximum");
        else put_trial(call, t, &draft, ask.n == 0 ? ZH_ASK_ITEMS_DEFAULT : ask.n);
    }
    zh_arena_close(&compiled);
}
