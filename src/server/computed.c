/* computed.c -- computed traits: their definitions, kept as settings of the workspace, and what they are of one customer. */
#include "segment/computed.h"
#include "profile/portrait.h"
#include "server/answer.h"
#include "server/computed.h"

#include <math.h>

static zh_sv name_in(zh_sv setting)
{
    const zh_sv prefix = ZH_COMPUTED_SETTING;
    if (setting.size <= prefix.size || !zh_sv_equal(zh_sv_part(setting, 0, prefix.size), prefix)) return (zh_sv){ 0 };
    return zh_sv_part(setting, prefix.size, SIZE_MAX);
}

/* Names and texts of the definitions, in the arena. */
static zh_err copy_all(zh_call *call, zh_computed_one *ones, uint32_t *count)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_err e = ZH_OK;
    *count = 0;
    zh_world_lock_read(w);
    for (zh_registry_iter it = zh_registry_walk(w->registry, ZH_THING_SETTING); e == ZH_OK && *count < ZH_COMPUTED_TRAITS_MAX && zh_registry_next(&it);) {
        const zh_sv name = name_in(it.at->setting.name);
        if (name.size == 0) continue;
        zh_computed_one *one = &ones[(*count)++];
        one->name = zh_arena_copy(call->arena, name);
        one->json = zh_arena_copy(call->arena, it.at->setting.json);
        if (one->name.data == NULL || one->json.data == NULL) e = ZH_NOMEM;
    }
    zh_world_unlock(w);
    return e;
}

static bool read_one(zh_call *call, zh_computed_one *one)
{
    zh_json_value root;
    if (zh_json_parse(call->thread->parser, one->json, &root, NULL) != ZH_OK || zh_computed_read(root, &one->computed) != NULL) return false;
    one->computed.event = zh_arena_copy(call->arena, one->computed.event); /* the parser's texts go with the next one */
    one->computed.where = zh_arena_copy(call->arena, one->computed.where);
    return one->computed.event.data != NULL && one->computed.where.data != NULL;
}

zh_err zh_computed_all(zh_call *call, bool compiled, zh_computed_one **out, uint32_t *count)
{
    uint32_t all = 0;
    zh_cel_env *env = NULL;
    *count = 0;
    if ((*out = ZH_TAKE(call->arena, zh_computed_one, ZH_COMPUTED_TRAITS_MAX)) == NULL) return ZH_NOMEM;
    zh_err e = copy_all(call, *out, &all);
    if (e == ZH_OK && compiled && all > 0) e = zh_vocabulary_open(&env, call->arena);
    for (uint32_t i = 0; e == ZH_OK && i < all; i++) {
        zh_computed_one one = (*out)[i];
        if (!read_one(call, &one)) continue;
        if (compiled && zh_computed_compile(&one.computed, call->arena, env, &one.program, NULL) != ZH_OK) continue; /* of a version that knew other names */
        (*out)[(*count)++] = one;
    }
    return e;
}

/* ---- values ---- */

static void put_value(zh_json_out *out, const zh_computed_value *value)
{
    zh_json_out_key(out, ZH_SV("value"));
    switch (value->is) {
    case ZH_COMPUTED_NUMBER: zh_json_out_real(out, value->number); break;
    case ZH_COMPUTED_NAME_IS: zh_json_out_text(out, value->name); break;
    case ZH_COMPUTED_NAMES:
        zh_json_out_array(out);
        for (uint32_t i = 0; i < value->names_count; i++) zh_json_out_text(out, value->names[i]);
        zh_json_out_end(out);
        break;
    default: zh_json_out_null(out);
    }
}

/* Does the activity go back as far as the window? A full one may have lost older events. */
static bool is_whole(const zh_computed *computed, const zh_look *look)
{
    if (zh_customer_facts_count(look->state) < ZH_ACTIVITY_FACTS_MAX) return true;
    if (computed->window_days == 0) return false;
    int64_t oldest_ms = INT64_MAX;
    zh_facts facts = zh_customer_facts(look->state);
    for (zh_fact fact; zh_facts_next(&facts, &fact);) oldest_ms = fact.time_ms;
    return oldest_ms <= look->now_ms - (int64_t)computed->window_days * 86400000;
}

zh_err zh_computed_values(zh_call *call, const zh_computed_one *ones, uint32_t count, const zh_look *look, zh_json_out *out)
{
    zh_err e = ZH_OK;
    zh_json_out_key(out, ZH_SV("computed"));
    zh_json_out_array(out);
    for (uint32_t i = 0; e == ZH_OK && i < count; i++) {
        zh_computed_value value;
        if ((e = zh_computed_ask(&ones[i].computed, ones[i].program, look, call->arena, &value)) != ZH_OK) break;
        const bool whole = is_whole(&ones[i].computed, look);
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("name"), ones[i].name);
        zh_computed_put(&ones[i].computed, out);
        put_value(out, &value);
        if (value.failure[0] != '\0') zh_json_out_key_text(out, ZH_SV("failure"), zh_sv_of(value.failure));
        zh_json_out_key_bool(out, ZH_SV("isWhole"), whole);
        zh_json_out_key_text(out, ZH_SV("source"), ZH_SV("computed"));
        zh_call_time(out, ZH_SV("at"), value.last_ms);
        zh_json_out_key_int(out, ZH_SV("evidence"), value.events);
        zh_json_out_key_real(out, ZH_SV("confidence"), whole ? 1 : round(zh_portrait_confidence(value.events, ZH_PORTRAIT_HABIT_K) * 1e4) / 1e4);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
    return e;
}

/* ---- routes ---- */

static void put_one(const zh_computed_one *one, zh_json_out *out)
{
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("name"), one->name);
    zh_computed_put(&one->computed, out);
    zh_json_out_end(out);
}

void zh_route_computed(zh_call *call)
{
    zh_computed_one *ones;
    uint32_t count;
    const zh_err e = zh_computed_all(call, false, &ones, &count);
    if (e != ZH_OK) {
        zh_call_failed(call, e, NULL);
        return;
    }
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    for (uint32_t i = 0; i < count; i++) put_one(&ones[i], &out);
    zh_json_out_end(&out);
    zh_answer_next(&out, "");
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* Is there one of this name, and room for another? Texts of a definition are given to `text`. */
static zh_err define(zh_call *call, zh_sv name, bool deleted, zh_sv json)
{
    char setting[ZH_COMPUTED_NAME_BYTES_MAX + 16];
    zh_computed_one *ones;
    uint32_t count;
    zh_err e = zh_computed_all(call, false, &ones, &count);
    bool is_there = false;
    for (uint32_t i = 0; e == ZH_OK && i < count; i++) is_there |= zh_sv_equal(ones[i].name, name);
    if (e == ZH_OK && deleted && !is_there) return ZH_ABSENT;
    if (e == ZH_OK && !deleted && !is_there && count == ZH_COMPUTED_TRAITS_MAX) return ZH_FULL;
    if (e != ZH_OK) return e;
    const int size = snprintf(setting, sizeof setting, "computed/%.*s", ZH_SV_ARG(name));
    const zh_definition d = { .thing = ZH_THING_SETTING, .deleted = deleted, .at_ms = call->now_ms, .actor = call->caller.actor,
                              .setting = { .name = { setting, (size_t)size }, .json = json } };
    return zh_engine_define(call->engine, &d);
}

static bool check_condition(zh_call *call, const zh_computed *computed)
{
    zh_cel_env *env;
    const zh_cel_program *program;
    zh_cel_fault fault = { .text = "" };
    zh_err e = zh_vocabulary_open(&env, call->arena);
    if (e == ZH_OK) e = zh_computed_compile(computed, call->arena, env, &program, &fault);
    if (e == ZH_OK) return true;
    if (e == ZH_FORMAT || (e == ZH_FULL && fault.text[0] != '\0')) {
        char detail[sizeof fault.text + 64];
        (void)snprintf(detail, sizeof detail, "line %u, column %u: %s", fault.line, fault.column, fault.text);
        zh_call_problem(call, 400, "bad_expression", "where", detail);
    } else zh_call_failed(call, e, NULL);
    return false;
}

void zh_route_computed_put(zh_call *call)
{
    zh_json_value root;
    zh_computed_one one = { .name = zh_http_path_part(call->request, 3) };
    if (!zh_call_body_json(call, &root)) return;
    if (!zh_computed_name_fits(one.name)) {
        zh_call_problem(call, 400, "bad_field", "name", "a name has 1 to 64 of a-z, 0-9 and '_', a letter first");
        return;
    }
    const char *wrong = zh_computed_read(root, &one.computed);
    if (wrong != NULL) {
        zh_call_problem(call, 400, "bad_field", wrong, "kind is count; sum, average, min, max of value, price, quantity; first, last of any field; most_frequent, unique_list, unique_count of "
                        "item_id, category, brand, name; windowDays is from 0 to 3650, where a condition on e of at most 4,096 bytes");
        return;
    }
    if (!check_condition(call, &one.computed)) return;
    zh_buf text = zh_buf_open(ZH_SETTING_BYTES_MAX);
    zh_json_out kept = zh_json_out_on(&text);
    zh_json_out_object(&kept);
    zh_computed_put(&one.computed, &kept);
    zh_json_out_end(&kept);
    zh_err e = zh_json_out_done(&kept);
    const zh_sv copy = e == ZH_OK ? zh_arena_copy(call->arena, zh_buf_view(&text)) : (zh_sv){ 0 };
    zh_buf_close(&text);
    one.json = copy;
    if (e == ZH_OK) e = copy.data == NULL || !read_one(call, &one) ? ZH_NOMEM : ZH_OK;
    if (e == ZH_OK) e = define(call, one.name, false, copy);
    if (e == ZH_FULL) {
        zh_call_problem(call, 409, "too_many", NULL, "there are 64 computed traits: take one away first");
        return;
    }
    if (e != ZH_OK) {
        zh_call_failed(call, e, "the computed trait could not be kept");
        return;
    }
    zh_json_out out = zh_call_begin(call);
    put_one(&one, &out);
    zh_call_json(call, 200, &out);
}

void zh_route_computed_delete(zh_call *call)
{
    const zh_err e = define(call, zh_http_path_part(call->request, 3), true, ZH_SV("{}"));
    if (e == ZH_OK) zh_call_reply(call, 204, (zh_sv){ 0 }, (zh_sv){ 0 }, NULL, 0);
    else zh_call_failed(call, e, "no such computed trait");
}
