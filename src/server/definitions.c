/* definitions.c -- channels and templates as the workspace defines them: listing, defining, undoing; secrets of channels; the delivery policy. */
#include "collect/personal.h"
#include "engine/compose.h"
#include "engine/outbox.h"
#include "engine/secret.h"
#include "guard/digest.h"
#include "reach/dkim.h"
#include "server/answer.h"
#include "server/call.h"

#define SECRET_BYTES_MAX 4096

typedef struct sort { /* of definition */
    const char *prefix, *one;
    size_t most, bytes_max;
    bool is_channel;
} sort;
static const sort channels = { ZH_CHANNEL_SETTING, "channel", ZH_ADAPTERS_MAX, ZH_ADAPTER_BYTES_MAX, true }, templates = { ZH_TEMPLATE_SETTING, "template", ZH_TEMPLATES_MAX, ZH_TEMPLATE_BYTES_MAX, false };

static zh_world *world_of(zh_call *call) { return zh_engine_world(call->engine); }
static zh_sv name_of(zh_call *call) { return zh_http_path_part(call->request, 3); }

static zh_sv setting_of(const sort *of, zh_sv name, char out[ZH_NAME_BYTES_MAX])
{
    return (zh_sv){ out, (size_t)snprintf(out, ZH_NAME_BYTES_MAX, "%s%.*s", of->prefix, ZH_SV_ARG(zh_sv_part(name, 0, 64))) };
}

static void not_found(zh_call *call, const sort *of)
{
    char detail[96];
    (void)snprintf(detail, sizeof detail, "there is no %s of this name: GET /api/v1/%ss lists them", of->one, of->one);
    zh_call_problem(call, 404, "not_found", "name", detail);
}

/* ---- receipts ---- */

void zh_receipt_token(const zh_engine *engine, zh_sv channel, char out[ZH_DIGEST_TEXT_BYTES])
{
    uint8_t sign[32];
    zh_seal_sign(zh_engine_sealer(engine), ZH_SV("receipts"), channel, sign);
    zh_digest_print(sign, out);
}

/* ---- reading one ---- */

/* Both go into memory of their own: thousands of nodes are no matter of a request's arena. */
static zh_err read_definition(const sort *of, zh_json_value root, zh_arena *arena, zh_adapter **adapter, zh_template **template, zh_fault *fault)
{
    *adapter = ZH_TAKE(arena, zh_adapter, 1);
    *template = ZH_TAKE(arena, zh_template, 1);
    if (*adapter == NULL || *template == NULL) return ZH_NOMEM;
    return of->is_channel ? zh_adapter_read(root, arena, *adapter, fault) : zh_template_read(root, arena, *template, fault);
}

static void put_channel(zh_call *call, zh_sv name, const zh_adapter *a, zh_json_out *out)
{
    char key[ZH_CHANNEL_KEY_BYTES], token[ZH_DIGEST_TEXT_BYTES], path[ZH_NAME_BYTES_MAX + 64];
    zh_json_out_key_text(out, ZH_SV("kind"), zh_sv_of(zh_adapter_kind_text(a->kind)));
    zh_json_out_key_text(out, ZH_SV("via"), zh_sv_of(zh_channel_text(a->via)));
    zh_json_out_key(out, ZH_SV("title"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("en"), a->title_en);
    zh_json_out_key_text(out, ZH_SV("zh"), a->title_zh);
    zh_json_out_end(out);
    zh_json_out_key_bool(out, ZH_SV("idempotent"), a->idempotency.size > 0 || a->kind == ZH_ADAPTER_INBOX);
    zh_json_out_key_bool(out, ZH_SV("hasSecret"), zh_channel_secret_is_kept(world_of(call)->registry, name));
    if (a->kind == ZH_ADAPTER_SMTP) zh_json_out_key_bool(out, ZH_SV("hasDkimKey"), zh_channel_secret_is_kept(world_of(call)->registry, zh_channel_key_of(name, key)));
    if (!zh_call_has_right(call, ZH_RIGHT_EDIT_DEFINITIONS)) return; /* who knows the addresses may speak for the gateway */
    zh_receipt_token(call->engine, name, token);
    (void)snprintf(path, sizeof path, "/v1/receipts/%.*s/%s", ZH_SV_ARG(zh_sv_part(name, 0, 64)), token);
    if (a->has_receipts) zh_json_out_key_text(out, ZH_SV("receiptsPath"), zh_sv_of(path));
    (void)snprintf(path, sizeof path, "/v1/replies/%.*s/%s", ZH_SV_ARG(zh_sv_part(name, 0, 64)), token);
    if (a->has_replies) zh_json_out_key_text(out, ZH_SV("repliesPath"), zh_sv_of(path));
}

static void put_template(const zh_template *t, zh_json_out *out)
{
    zh_json_out_key_text(out, ZH_SV("title"), t->title);
    zh_json_out_key_text(out, ZH_SV("purpose"), t->is_marketing ? ZH_SV("marketing") : ZH_SV("transactional"));
    zh_json_out_key_text(out, ZH_SV("language"), t->language);
    zh_json_out_key(out, ZH_SV("languages"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < t->languages_count; i++) zh_json_out_text(out, t->languages[i].name);
    zh_json_out_end(out);
}

static void put_counts(zh_call *call, zh_sv name, zh_json_out *out)
{
    uint64_t counts[ZH_MESSAGE_STATES];
    zh_sv channel;
    zh_json_out_key(out, ZH_SV("messages"));
    zh_json_out_object(out);
    for (size_t at = 0; zh_ledger_counts(world_of(call)->ledger, &at, &channel, counts);) {
        if (!zh_sv_equal(channel, name)) continue;
        for (int s = 0; s < ZH_MESSAGE_STATES; s++)
            if (counts[s] > 0) zh_json_out_key_int(out, zh_sv_of(zh_message_state_text((zh_message_state)s)), (int64_t)counts[s]);
    }
    zh_json_out_end(out);
}

/* Members of an open object, from the setting's text. Under the read lock; the thread's parser is used. */
static void put_one(zh_call *call, const sort *of, zh_sv name, zh_sv json, bool whole, zh_json_out *out)
{
    zh_json_value root = { 0 };
    zh_fault fault = { .field = "" };
    zh_adapter *adapter;
    zh_template *template;
    zh_arena arena = zh_arena_open(ZH_TEMPLATE_MEMORY_BYTES_MAX);
    const zh_err parsed = zh_json_parse(call->thread->parser, json, &root, NULL);
    const zh_json_value definition = zh_json_get(root, ZH_SV("definition")), former = zh_json_get(root, ZH_SV("former"));
    const zh_err e = parsed == ZH_OK ? read_definition(of, definition, &arena, &adapter, &template, &fault) : parsed;
    zh_json_out_key_text(out, ZH_SV("name"), name);
    if (e != ZH_OK) zh_json_out_key_text(out, ZH_SV("fault"), fault.why.text[0] != '\0' ? zh_sv_of(fault.why.text) : zh_sv_of(zh_err_text(e)));
    else if (of->is_channel) put_channel(call, name, adapter, out);
    else put_template(template, out);
    if (of->is_channel) put_counts(call, name, out);
    char setting[ZH_NAME_BYTES_MAX];
    const zh_definition said = { .thing = ZH_THING_SETTING, .setting = { .name = setting_of(of, name, setting) } };
    zh_call_time(out, ZH_SV("definedAt"), zh_registry_said_ms(world_of(call)->registry, &said));
    if (whole) {
        zh_json_out_key(out, ZH_SV("definition"));
        zh_json_out_value(out, definition);
        if (zh_json_is(former, ZH_JSON_OBJECT)) {
            zh_json_out_key(out, ZH_SV("former"));
            zh_json_out_value(out, former);
        }
    }
    zh_arena_close(&arena);
}

/* ---- listing ---- */

static void list(zh_call *call, const sort *of)
{
    const zh_sv prefix = zh_sv_of(of->prefix);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    zh_world_lock_read(world_of(call));
    for (zh_registry_iter it = zh_registry_walk(world_of(call)->registry, ZH_THING_SETTING); zh_registry_next(&it);) {
        if (!zh_sv_starts(it.at->setting.name, prefix)) continue;
        zh_json_out_object(&out);
        put_one(call, of, zh_sv_part(it.at->setting.name, prefix.size, SIZE_MAX), it.at->setting.json, false, &out);
        zh_json_out_end(&out);
    }
    zh_world_unlock(world_of(call));
    zh_json_out_end(&out);
    zh_answer_next(&out, "");
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

void zh_route_channels(zh_call *call) { list(call, &channels); }
void zh_route_templates(zh_call *call) { list(call, &templates); }

static void answer_one(zh_call *call, const sort *of, zh_sv name)
{
    char text[ZH_NAME_BYTES_MAX];
    zh_sv json;
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_world_lock_read(world_of(call));
    const bool found = zh_registry_setting(world_of(call)->registry, setting_of(of, name, text), &json) == ZH_OK;
    if (found) put_one(call, of, name, json, true, &out);
    zh_world_unlock(world_of(call));
    zh_json_out_end(&out);
    if (found) zh_call_json(call, 200, &out);
    else not_found(call, of);
}

void zh_route_channel(zh_call *call) { answer_one(call, &channels, name_of(call)); }
void zh_route_template(zh_call *call) { answer_one(call, &templates, name_of(call)); }

/* ---- defining ---- */

static zh_err define(zh_call *call, const sort *of, zh_sv name, zh_sv definition, zh_sv former)
{
    char text[ZH_NAME_BYTES_MAX];
    zh_buf setting = zh_buf_open(ZH_SETTING_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&setting);
    zh_json_out_object(&out);
    if (definition.size > 0) {
        zh_json_out_key(&out, ZH_SV("definition"));
        zh_json_out_raw(&out, definition);
    }
    if (former.size > 0) {
        zh_json_out_key(&out, ZH_SV("former"));
        zh_json_out_raw(&out, former);
    }
    zh_json_out_end(&out);
    zh_err e = zh_json_out_done(&out);
    const zh_definition d = { .thing = ZH_THING_SETTING, .deleted = definition.size == 0, .at_ms = call->now_ms, .actor = call->caller.actor,
                              .setting = { .name = setting_of(of, name, text), .json = zh_buf_view(&setting) } };
    if (e == ZH_OK) e = zh_engine_define(call->engine, &d);
    zh_buf_close(&setting);
    return e;
}

static size_t count_of(zh_call *call, const sort *of)
{
    size_t count = 0;
    zh_world_lock_read(world_of(call));
    for (zh_registry_iter it = zh_registry_walk(world_of(call)->registry, ZH_THING_SETTING); zh_registry_next(&it);) count += zh_sv_starts(it.at->setting.name, zh_sv_of(of->prefix));
    zh_world_unlock(world_of(call));
    return count;
}

/* False: a problem was answered. */
static bool is_good(zh_call *call, const sort *of, zh_json_value root)
{
    zh_fault fault = { .field = "" };
    zh_adapter *adapter;
    zh_template *template;
    zh_arena arena = zh_arena_open(ZH_TEMPLATE_MEMORY_BYTES_MAX);
    const zh_err e = read_definition(of, root, &arena, &adapter, &template, &fault);
    zh_arena_close(&arena);
    if (e == ZH_FORMAT) zh_call_problem(call, 400, strstr(fault.why.text, ", column ") != NULL ? "bad_template" : "bad_field", fault.field, fault.why.text);
    else if (e != ZH_OK) zh_call_failed(call, e, "the definition is too large");
    return e == ZH_OK;
}

static void put(zh_call *call, const sort *of)
{
    zh_json_value root;
    const zh_sv name = name_of(call);
    if (!zh_define_name_is_good(name)) {
        zh_call_problem(call, 400, "bad_field", "name", "a name has 1 to 64 letters, digits, - and _; what people read is the title");
        return;
    }
    if (!zh_call_body_json(call, &root) || !is_good(call, of, root)) return;
    zh_buf text = zh_buf_open(of->bytes_max);
    zh_json_write(root, &text);
    const zh_sv former = zh_compose_definition(call->engine, of->prefix, name, call->arena);
    if (zh_buf_err(&text) != ZH_OK) zh_call_problem(call, 400, "too_large", NULL, "the definition is larger than one may be");
    else if (former.size == 0 && count_of(call, of) >= of->most) zh_call_problem(call, 409, "too_many", "name", "there are as many definitions as a workspace may have");
    else {
        const zh_err e = define(call, of, name, zh_buf_view(&text), zh_sv_equal(former, zh_buf_view(&text)) ? (zh_sv){ 0 } : former);
        if (e != ZH_OK) zh_call_failed(call, e, NULL);
        else answer_one(call, of, name);
    }
    zh_buf_close(&text);
}

static void drop(zh_call *call, const sort *of)
{
    const zh_sv name = name_of(call);
    if (zh_compose_definition(call->engine, of->prefix, name, call->arena).size == 0) {
        not_found(call, of);
        return;
    }
    const zh_err e = define(call, of, name, (zh_sv){ 0 }, (zh_sv){ 0 });
    if (e != ZH_OK) zh_call_failed(call, e, NULL);
    else zh_call_reply(call, 204, (zh_sv){ 0 }, (zh_sv){ 0 }, NULL, 0);
}

void zh_route_channel_put(zh_call *call) { put(call, &channels); }
void zh_route_template_put(zh_call *call) { put(call, &templates); }
void zh_route_channel_delete(zh_call *call) { drop(call, &channels); }
void zh_route_template_delete(zh_call *call) { drop(call, &templates); }

/* Kept sealed and never shown; null takes it away. */
void zh_route_channel_secret(zh_call *call)
{
    zh_json_value root;
    char key[ZH_CHANNEL_KEY_BYTES];
    const zh_sv name = name_of(call);
    if (!zh_call_body_json(call, &root)) return;
    const bool is_key = zh_json_type_of(zh_json_get(root, ZH_SV("dkimKey"))) != ZH_JSON_ABSENT;
    const zh_json_value value = zh_json_get(root, is_key ? ZH_SV("dkimKey") : ZH_SV("secret"));
    const zh_sv text = zh_json_text_or_empty(value);
    if (!zh_json_is(value, ZH_JSON_NULL) && (text.size == 0 || text.size > SECRET_BYTES_MAX)) {
        zh_call_problem(call, 400, "bad_field", is_key ? "dkimKey" : "secret", "a secret has 1 to 4,096 bytes; null takes it away");
        return;
    }
    if (is_key && text.size > 0 && !zh_dkim_key_is_good(text)) {
        zh_call_problem(call, 400, "bad_field", "dkimKey", "must be a private key in PEM without a password: RSA of 2,048 to 4,096 bits, or Ed25519");
        return;
    }
    if (zh_compose_definition(call->engine, ZH_CHANNEL_SETTING, name, call->arena).size == 0) {
        not_found(call, &channels);
        return;
    }
    const zh_err e = zh_channel_secret_put(call->engine, is_key ? zh_channel_key_of(name, key) : name, &call->caller.actor, text);
    if (e == ZH_OK) zh_call_reply(call, 204, (zh_sv){ 0 }, (zh_sv){ 0 }, NULL, 0);
    else zh_call_failed(call, e, NULL);
}

/* ---- the delivery policy ---- */

void zh_route_delivery(zh_call *call)
{
    zh_sv json;
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("policy"));
    zh_world_lock_read(world_of(call));
    const zh_definition said = { .thing = ZH_THING_SETTING, .setting = { .name = ZH_DELIVERY_SETTING } };
    if (zh_registry_setting(world_of(call)->registry, ZH_DELIVERY_SETTING, &json) == ZH_OK) {
        zh_json_out_raw(&out, json);
        zh_call_time(&out, ZH_SV("definedAt"), zh_registry_said_ms(world_of(call)->registry, &said));
    } else zh_json_out_raw(&out, ZH_SV("{}"));
    zh_world_unlock(world_of(call));
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

void zh_route_delivery_put(zh_call *call)
{
    zh_json_value root;
    zh_delivery_rules rules;
    zh_fault fault;
    if (!zh_call_body_json(call, &root)) return;
    if (zh_delivery_read(root, &rules, &fault) != ZH_OK) {
        zh_call_problem(call, 400, "bad_field", fault.field, fault.why.text);
        return;
    }
    zh_buf text = zh_buf_open(ZH_SETTING_BYTES_MAX);
    zh_json_write(root, &text);
    const zh_definition d = { .thing = ZH_THING_SETTING, .at_ms = call->now_ms, .actor = call->caller.actor, .setting = { .name = ZH_DELIVERY_SETTING, .json = zh_buf_view(&text) } };
    zh_err e = zh_buf_err(&text);
    if (e == ZH_OK) e = zh_engine_define(call->engine, &d);
    zh_buf_close(&text);
    if (e != ZH_OK) zh_call_failed(call, e, NULL);
    else zh_route_delivery(call);
}

/* ---- preview ---- */

/* Where it would go, as who may not see contact sees it. */
static void put_masked_to(zh_sv to, zh_json_out *out)
{
    zh_buf masked = zh_buf_open(to.size + 8);
    zh_personal_mask(to, &masked);
    zh_json_out_key_text(out, ZH_SV("to"), zh_buf_err(&masked) == ZH_OK ? zh_buf_view(&masked) : ZH_SV("***"));
    zh_buf_close(&masked);
}

static void put_rendered(const zh_call *call, const zh_composed *c, zh_err e, zh_json_out *out)
{
    zh_json_out_key_text(out, ZH_SV("language"), c->language);
    if (c->to.size > 0 && zh_call_masks(call)) put_masked_to(c->to, out);
    else if (c->to.size > 0) zh_json_out_key_text(out, ZH_SV("to"), c->to);
    for (int p = 0; p < ZH_TEMPLATE_PARTS; p++)
        if (c->letter.part[p].data != NULL) zh_json_out_key_text(out, zh_sv_of(zh_template_part_text((zh_template_part)p)), c->letter.part[p]);
    zh_json_out_key_int(out, ZH_SV("errors"), (int64_t)c->letter.errors);
    if (e != ZH_OK || c->letter.errors > 0) {
        zh_json_out_key(out, ZH_SV("fault"));
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("code"), e == ZH_STOPPED ? ZH_SV("template_abort") : e == ZH_FULL ? ZH_SV("too_large") : ZH_SV("template_error"));
        zh_json_out_key_text(out, ZH_SV("field"), zh_sv_of(c->letter.fault.field));
        zh_json_out_key_text(out, ZH_SV("detail"), zh_sv_of(c->letter.fault.why.text));
        zh_json_out_end(out);
    }
}

/* For whom: customerId or userId; false: a problem was answered. Nobody is fine. */
static bool read_customer(zh_call *call, zh_json_value root, zh_customer_id *customer, zh_permit *permit)
{
    const zh_sv id = zh_json_text_or_empty(zh_json_get(root, ZH_SV("customerId"))), user = zh_json_text_or_empty(zh_json_get(root, ZH_SV("userId")));
    *customer = (zh_customer_id){ 0 };
    if (id.size == 0 && user.size == 0) return true;
    if (id.size > 0 && !zh_answer_customer_number(id, customer)) {
        zh_call_problem(call, 400, "bad_field", "customerId", "must be the id of a customer as the lists give it");
        return false;
    }
    if (id.size == 0) *customer = zh_answer_find_customer(call, user);
    *customer = zh_world_root(world_of(call), *customer);
    if (customer->number == 0) zh_call_problem(call, 404, "not_found", "userId", "no customer has this id");
    else if (!zh_call_permit(call, *customer, ZH_PURPOSE_SUPPORT, permit)) zh_call_problem(call, 403, "forbidden", NULL, "to look at what one customer would get needs the right to look at a customer");
    else return true;
    return false;
}

/* {"definition": {…} or "template": name, "channel", "customerId" or "userId", "language", "data"} */
void zh_route_templates_preview(zh_call *call)
{
    zh_json_value root;
    zh_permit permit;
    zh_fault fault = { .field = "" };
    zh_customer_id customer;
    zh_composed composed = { .to = { 0 } };
    if (!zh_call_body_json(call, &root) || !read_customer(call, root, &customer, &permit)) return;
    const zh_json_value definition = zh_json_get(root, ZH_SV("definition")), given = zh_json_get(root, ZH_SV("data"));
    const zh_sv channel = zh_arena_copy(call->arena, zh_json_text_or_empty(zh_json_get(root, ZH_SV("channel"))));
    zh_message message = { .plan = { .template = ZH_SV("preview"), .entry = ZH_SV("preview"), .channel = channel, .language = zh_arena_copy(call->arena, zh_json_text_or_empty(zh_json_get(root, ZH_SV("language")))) } };
    zh_arena arena = zh_arena_open(ZH_COMPOSE_MEMORY_BYTES_MAX);
    zh_adapter *adapter = ZH_TAKE(&arena, zh_adapter, 1);
    zh_template template;
    zh_buf data = zh_buf_open(ZH_SETTING_BYTES_MAX);
    zh_json_out envelope = zh_json_out_on(&data);
    zh_json_out_object(&envelope);
    zh_json_out_key(&envelope, ZH_SV("data"));
    zh_json_out_value(&envelope, zh_json_is(given, ZH_JSON_OBJECT) ? given : zh_json_get(definition, ZH_SV("sample")));
    zh_json_out_end(&envelope);
    zh_err e = adapter == NULL ? ZH_NOMEM : zh_json_out_done(&envelope);
    if (e == ZH_OK && zh_json_is(definition, ZH_JSON_OBJECT)) e = zh_template_read(definition, &arena, &template, &fault);
    else if (e == ZH_OK) e = zh_compose_template(call->engine, zh_arena_copy(call->arena, zh_json_text_or_empty(zh_json_get(root, ZH_SV("template")))), &arena, &template);
    if (e == ZH_OK && channel.size > 0) e = zh_compose_adapter(call->engine, channel, &arena, adapter);
    const bool is_read = e == ZH_OK;
    const zh_compose_ask ask = { .customer = customer, .permit = &permit, .adapter = channel.size > 0 ? adapter : NULL, .template = &template, .message = &message, .data = zh_buf_view(&data),
                                 .now_ms = call->now_ms, .zone = zh_engine_tz(call->engine) };
    if (is_read) e = zh_compose(call->engine, &ask, &arena, &composed);
    if (e == ZH_FORMAT && !is_read) zh_call_problem(call, 400, strstr(fault.why.text, ", column ") != NULL ? "bad_template" : "bad_field", fault.field, fault.why.text);
    else if (e == ZH_ABSENT) zh_call_problem(call, 404, "not_found", channel.size > 0 ? "channel" : "template", "no such template, or no such channel");
    else if (e == ZH_NOMEM) zh_call_failed(call, e, NULL);
    else {
        zh_json_out out = zh_call_begin(call);
        zh_json_out_object(&out);
        put_rendered(call, &composed, e, &out);
        zh_json_out_end(&out);
        zh_call_json(call, 200, &out);
    }
    zh_buf_close(&data);
    zh_arena_close(&arena);
}
