#include "profile/portrait_context.h"

#include <stdlib.h>

static zh_err say(zh_portrait_context *c, zh_context_kind kind, zh_sv name, zh_arena *arena)
{
    zh_context_name *names = c->names[kind];
    uint32_t at = 0;
    if (name.size == 0 || name.size > ZH_CONTEXT_NAME_BYTES_MAX) return ZH_OK;
    while (at < c->counts[kind] && !zh_sv_equal(names[at].name, name)) at++;
    if (at == ZH_CONTEXT_NAMES_MAX) return ZH_OK;
    if (at == c->counts[kind]) {
        names[at] = (zh_context_name){ zh_arena_copy(arena, name), 0 };
        if (names[at].name.data == NULL) return ZH_NOMEM;
        c->counts[kind]++;
    }
    names[at].events++;
    return ZH_OK;
}

static zh_sv text_in(zh_json_value object, zh_sv key) { return zh_json_text_or_empty(zh_json_get(object, key)); }

static zh_sv device_of(zh_json_value context)
{
    const zh_sv type = text_in(zh_json_get(context, ZH_SV("device")), ZH_SV("type"));
    double width = 0;
    if (type.size > 0) return type;
    if (!zh_json_real(zh_json_get(zh_json_get(context, ZH_SV("screen")), ZH_SV("width")), &width) || width <= 0) return (zh_sv){ 0 };
    return width < ZH_CONTEXT_NARROW_PIXELS ? ZH_SV("mobile") : ZH_SV("desktop");
}

static zh_err add_context(zh_portrait_context *c, zh_json_value context, zh_arena *arena)
{
    const zh_json_value campaign = zh_json_get(context, ZH_SV("campaign"));
    const zh_sv source = text_in(campaign, ZH_SV("source"));
    zh_err e = say(c, ZH_CONTEXT_DEVICES, device_of(context), arena);
    if (e == ZH_OK) e = say(c, ZH_CONTEXT_SYSTEMS, text_in(zh_json_get(context, ZH_SV("os")), ZH_SV("name")), arena);
    return e != ZH_OK ? e : say(c, ZH_CONTEXT_CHANNELS, source.size > 0 ? source : text_in(campaign, ZH_SV("medium")), arena);
}

static bool is_discounted(zh_json_value properties)
{
    double discount = 0;
    if (zh_json_real(zh_json_get(properties, ZH_SV("discount")), &discount) && discount > 0) return true;
    return text_in(properties, ZH_SV("coupon")).size > 0;
}

zh_err zh_portrait_context_add(zh_portrait_context *c, const zh_event *event, zh_json *json, zh_arena *arena)
{
    zh_json_value root;
    if (c->events == 0 || event->time_ms < c->since_ms) c->since_ms = event->time_ms;
    if (c->events == 0 || event->time_ms > c->last_ms) c->last_ms = event->time_ms;
    c->events++;
    if (event->act == ZH_ACT_ORDER && (event->marks & ZH_MARK_ORDER_LINE) == 0) {
        c->orders++;
        c->discounted += event->properties.size > 0 && zh_json_parse(json, event->properties, &root, NULL) == ZH_OK && is_discounted(root);
    }
    if (event->context.size == 0 || zh_json_parse(json, event->context, &root, NULL) != ZH_OK) return ZH_OK;
    return add_context(c, root, arena);
}

static int by_events(const void *left, const void *right)
{
    const zh_context_name *a = left, *b = right;
    return a->events != b->events ? (a->events > b->events ? -1 : 1) : zh_sv_compare(a->name, b->name);
}

void zh_portrait_context_end(zh_portrait_context *c)
{
    for (int kind = 0; kind < ZH_CONTEXT_KINDS; kind++)
        if (c->counts[kind] > 1) qsort(c->names[kind], c->counts[kind], sizeof *c->names[kind], by_events);
}
