#include "engine/compose.h"
#include "engine/traits.h"
#include "guard/link.h"

#include <stdlib.h>

#define VARIABLES_BYTES_MAX (4u << 20) /* traits of a customer and data of a message, as JSON */
#define REQUEST_NAMES 8

/* ---- definitions ---- */

zh_sv zh_compose_definition(zh_engine *engine, const char *prefix, zh_sv name, zh_arena *arena)
{
    char text[ZH_NAME_BYTES_MAX];
    zh_world *w = zh_engine_world(engine);
    zh_json *parser;
    zh_json_value root;
    zh_sv json, out = { 0 };
    if (!zh_define_name_is_good(name) || zh_json_open(&parser, ZH_SETTING_BYTES_MAX) != ZH_OK) return out;
    const int size = snprintf(text, sizeof text, "%s%.*s", prefix, ZH_SV_ARG(name));
    zh_buf written = zh_buf_open(ZH_SETTING_BYTES_MAX);
    zh_world_lock_read(w);
    if (zh_registry_setting(w->registry, (zh_sv){ text, (size_t)size }, &json) == ZH_OK && zh_json_parse(parser, json, &root, NULL) == ZH_OK &&
        zh_json_is(zh_json_get(root, ZH_SV("definition")), ZH_JSON_OBJECT)) {
        zh_json_write(zh_json_get(root, ZH_SV("definition")), &written);
        out = zh_arena_copy(arena, zh_buf_view(&written));
    }
    zh_world_unlock(w);
    zh_buf_close(&written);
    zh_json_close(parser);
    return out;
}

static zh_err read_definition(zh_engine *engine, const char *prefix, zh_sv name, zh_arena *arena, zh_adapter *adapter, zh_template *template)
{
    zh_fault fault;
    zh_json *parser;
    zh_json_value root;
    const zh_sv json = zh_compose_definition(engine, prefix, name, arena);
    if (json.size == 0) return ZH_ABSENT;
    zh_err e = zh_json_open(&parser, ZH_SETTING_BYTES_MAX);
    if (e != ZH_OK) return e;
    e = zh_json_parse(parser, json, &root, NULL);
    if (e == ZH_OK) e = adapter != NULL ? zh_adapter_read(root, arena, adapter, &fault) : zh_template_read(root, arena, template, &fault);
    zh_json_close(parser);
    return e;
}

zh_err zh_compose_adapter(zh_engine *engine, zh_sv name, zh_arena *arena, zh_adapter *out) { return read_definition(engine, ZH_CHANNEL_SETTING, name, arena, out, NULL); }
zh_err zh_compose_template(zh_engine *engine, zh_sv name, zh_arena *arena, zh_template *out) { return read_definition(engine, ZH_TEMPLATE_SETTING, name, arena, NULL, out); }

/* ---- variables ---- */

static zh_err put_customer(zh_engine *engine, const zh_compose_ask *ask, zh_json *parser, zh_arena *arena, zh_json_out *out)
{
    zh_world *w = zh_engine_world(engine);
    zh_engine_id id;
    size_t count = 0;
    zh_json_out_key(out, ZH_SV("customer"));
    zh_json_out_object(out);
    if (ask->customer.number != 0) {
        const zh_err e = zh_engine_ids(engine, ask->customer, ask->permit, arena, &id, 1, &count);
        if (e != ZH_OK && e != ZH_ABSENT) return e;
        if (count == 1 && id.kind == ZH_ID_USER) zh_json_out_key_text(out, ZH_SV("userId"), id.text);
        zh_traits_personal(engine, ask->customer, ask->permit, false, parser, arena, out);
        zh_world_lock_read(w);
        zh_traits_plain(zh_customers_get(w->customers, ask->customer), out);
        zh_world_unlock(w);
    }
    zh_json_out_end(out);
    return ZH_OK;
}

static zh_err put_variables(zh_engine *engine, const zh_compose_ask *ask, zh_json *parser, zh_arena *arena, zh_buf *text)
{
    zh_json_value root = { 0 };
    zh_json_out out = zh_json_out_on(text);
    zh_json_out_object(&out);
    zh_err e = put_customer(engine, ask, parser, arena, &out);
    if (e != ZH_OK) return e;
    if (ask->data.size > 0 && (e = zh_json_parse(parser, ask->data, &root, NULL)) != ZH_OK) return e;
    zh_json_out_key_text(&out, ZH_SV("to"), zh_json_text_or_empty(zh_json_get(root, ZH_SV("to"))));
    zh_json_out_key(&out, ZH_SV("data"));
    if (zh_json_is(zh_json_get(root, ZH_SV("data")), ZH_JSON_OBJECT)) zh_json_out_value(&out, zh_json_get(root, ZH_SV("data")));
    else zh_json_out_raw(&out, ZH_SV("{}"));
    zh_json_out_end(&out);
    return zh_json_out_done(&out);
}

/* The text that this name has in a map; empty: none. */
static zh_sv text_in(zh_liquid_value map, zh_sv name)
{
    const zh_liquid_value *value = map.kind == ZH_LIQUID_MAP ? zh_liquid_get(map.map, name) : NULL;
    return value != NULL && value->kind == ZH_LIQUID_TEXT ? zh_liquid_sv(*value) : (zh_sv){ 0 };
}

static zh_liquid_value value_in(zh_liquid_value map, zh_sv name)
{
    const zh_liquid_value *value = map.kind == ZH_LIQUID_MAP ? zh_liquid_get(map.map, name) : NULL;
    return value == NULL ? zh_liquid_nil() : *value;
}

static const zh_liquid_map *map_of(zh_arena *arena, const zh_liquid_pair *pairs, uint32_t count)
{
    zh_liquid_map *map = ZH_TAKE(arena, zh_liquid_map, 1);
    zh_liquid_pair *own = ZH_TAKE(arena, zh_liquid_pair, count);
    if (map == NULL || own == NULL) return NULL;
    memcpy(own, pairs, count * sizeof *own);
    *map = (zh_liquid_map){ .count = count, .pairs = own };
    return map;
}

static zh_liquid_value map_value(const zh_liquid_map *map) { return (zh_liquid_value){ .kind = ZH_LIQUID_MAP, .map = map }; }

/* At most eight: a map without a table is looked through (liquid_value.h). */
static zh_err message_map(const zh_compose_ask *ask, zh_sv language, zh_arena *arena, zh_liquid_value *out)
{
    const zh_message_plan *p = &ask->message->plan;
    char id[ZH_MESSAGE_ID_TEXT_BYTES];
    zh_message_id_print(ask->message->id, id);
    const zh_sv own = zh_arena_copy(arena, zh_sv_of(id));
    const zh_liquid_pair pairs[] = { { ZH_SV("id"), zh_liquid_text(own) }, { ZH_SV("campaign"), zh_liquid_text(p->campaign) }, { ZH_SV("step"), zh_liquid_text(p->step) }, { ZH_SV("key"), zh_liquid_text(p->entry) },
                                     { ZH_SV("channel"), zh_liquid_text(p->channel) }, { ZH_SV("template"), zh_liquid_text(p->template) }, { ZH_SV("language"), zh_liquid_text(language) } };
    const zh_liquid_map *map = map_of(arena, pairs, sizeof pairs / sizeof *pairs);
    *out = map_value(map);
    return own.data == NULL || map == NULL ? ZH_NOMEM : ZH_OK;
}

/* "https://shop.example/u/TOKEN" */
static zh_err unsubscribe_url(zh_engine *engine, const zh_compose_ask *ask, zh_arena *arena, zh_sv *out)
{
    char token[ZH_LINK_TEXT_BYTES];
    *out = (zh_sv){ 0 };
    if (ask->adapter == NULL || ask->adapter->link.size == 0 || ask->customer.number == 0 || !ask->template->is_marketing) return ZH_OK;
    zh_sv base = ask->adapter->link;
    while (base.size > 0 && base.data[base.size - 1] == '/') base.size--;
    const zh_link link = { .purpose = ZH_LINK_UNSUBSCRIBE, .channel = ask->adapter->via, .customer = ask->customer, .until_ms = ask->now_ms + ZH_LINK_UNSUBSCRIBE_MS,
                           .campaign = zh_sv_part(ask->message->plan.campaign, 0, ZH_LINK_CAMPAIGN_BYTES_MAX) };
    const size_t size = zh_link_print(zh_engine_sealer(engine), &link, token);
    zh_buf text = zh_buf_open(ZH_ADAPTER_URL_BYTES_MAX + ZH_LINK_TEXT_BYTES);
    zh_buf_put(&text, base);
    zh_buf_put(&text, ZH_SV("/u/"));
    zh_buf_put(&text, (zh_sv){ token, size });
    zh_err e = zh_buf_err(&text);
    if (e == ZH_OK && (*out = zh_arena_copy(arena, zh_buf_view(&text))).data == NULL) e = ZH_NOMEM;
    zh_buf_close(&text);
    return e;
}

static zh_err gather(zh_engine *engine, const zh_compose_ask *ask, zh_arena *arena, zh_composed *out)
{
    zh_json *parser;
    zh_json_value root;
    zh_liquid_value all;
    zh_err e = zh_json_open(&parser, VARIABLES_BYTES_MAX);
    if (e != ZH_OK) return e;
    zh_buf text = zh_buf_open(VARIABLES_BYTES_MAX);
    e = put_variables(engine, ask, parser, arena, &text);
    if (e == ZH_OK) e = zh_json_parse(parser, zh_buf_view(&text), &root, NULL);
    if (e == ZH_OK) e = zh_liquid_of_json(arena, root, &all);
    if (e == ZH_OK) {
        out->customer = value_in(all, ZH_SV("customer"));
        out->data = value_in(all, ZH_SV("data"));
        out->to = text_in(all, ZH_SV("to"));
        if (out->to.size == 0 && ask->adapter != NULL) out->to = text_in(out->customer, ask->adapter->address);
    }
    zh_buf_close(&text);
    zh_json_close(parser);
    return e;
}

static zh_err read_content(zh_composed *c, zh_arena *arena)
{
    zh_json *parser;
    zh_json_value root;
    c->content = zh_liquid_nil();
    if (c->letter.part[ZH_TEMPLATE_JSON].data == NULL) return ZH_OK;
    zh_err e = zh_json_open(&parser, ZH_TEMPLATE_OUT_BYTES_MAX);
    if (e != ZH_OK) return e;
    e = zh_json_parse(parser, c->letter.part[ZH_TEMPLATE_JSON], &root, NULL);
    if (e == ZH_OK) e = zh_liquid_of_json(arena, root, &c->content);
    zh_json_close(parser);
    return e;
}

zh_err zh_compose(zh_engine *engine, const zh_compose_ask *ask, zh_arena *arena, zh_composed *out)
{
    *out = (zh_composed){ .to = { 0 } };
    zh_err e = gather(engine, ask, arena, out);
    if (e != ZH_OK) return e;
    const zh_sv own = text_in(out->customer, ZH_SV("language")), locale = text_in(out->customer, ZH_SV("locale"));
    const zh_template_language *language = zh_template_for(ask->template, ask->message->plan.language, own.size > 0 ? own : locale);
    out->language = language->name;
    e = unsubscribe_url(engine, ask, arena, &out->unsubscribe);
    if (e == ZH_OK) e = message_map(ask, language->name, arena, &out->message);
    if (e != ZH_OK) return e;
    const zh_liquid_pair pairs[] = { { ZH_SV("customer"), out->customer }, { ZH_SV("data"), out->data }, { ZH_SV("message"), out->message },
                                     { ZH_SV("unsubscribeUrl"), out->unsubscribe.size > 0 ? zh_liquid_text(out->unsubscribe) : zh_liquid_nil() } };
    const zh_liquid_map *map = map_of(arena, pairs, sizeof pairs / sizeof *pairs);
    if (map == NULL) return ZH_NOMEM;
    e = zh_template_render(language, map, ask->now_ms, ask->zone, arena, &out->letter);
    return e != ZH_OK ? e : read_content(out, arena);
}

zh_err zh_compose_request(const zh_composed *c, zh_sv secret, int64_t now_ms, zh_arena *arena, const zh_liquid_map **out)
{
    const zh_liquid_map *was = c->message.map;
    zh_liquid_pair more[16], names[REQUEST_NAMES];
    uint32_t count = 0;
    for (uint32_t i = 0; i < was->count && was->pairs[i].key.size > 0 && count < 4; i++) /* id, campaign, step, key; the request knows its own channel */
        more[count++] = was->pairs[i];
    more[count++] = (zh_liquid_pair){ ZH_SV("language"), zh_liquid_text(c->language) };
    for (int p = 0; p < ZH_TEMPLATE_JSON; p++) more[count++] = (zh_liquid_pair){ zh_sv_of(zh_template_part_text((zh_template_part)p)), c->letter.part[p].data == NULL ? zh_liquid_nil() : zh_liquid_text(c->letter.part[p]) };
    const zh_liquid_map *message = map_of(arena, more, count);
    if (message == NULL) return ZH_NOMEM;
    count = 0;
    names[count++] = (zh_liquid_pair){ ZH_SV("to"), zh_liquid_text(c->to) };
    names[count++] = (zh_liquid_pair){ ZH_SV("message"), map_value(message) };
    names[count++] = (zh_liquid_pair){ ZH_SV("content"), c->content };
    names[count++] = (zh_liquid_pair){ ZH_SV("data"), c->data };
    names[count++] = (zh_liquid_pair){ ZH_SV("customer"), c->customer };
    names[count++] = (zh_liquid_pair){ ZH_SV("secret"), zh_liquid_text(secret) };
    names[count++] = (zh_liquid_pair){ ZH_SV("timestamp"), zh_liquid_int(now_ms / 1000) };
    names[count++] = (zh_liquid_pair){ ZH_SV("unsubscribeUrl"), c->unsubscribe.size > 0 ? zh_liquid_text(c->unsubscribe) : zh_liquid_nil() };
    *out = map_of(arena, names, count);
    return *out == NULL ? ZH_NOMEM : ZH_OK;
}
