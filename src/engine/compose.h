/* compose.h -- what a template says to one customer: what it may name is gathered, then it is rendered. Needs a permit.
 *
 *     customer         userId and all traits, those that are sealed too
 *     data             what came with the message, or the template's sample
 *     message          id, campaign, step, key, channel, template, language
 *     unsubscribeUrl   where one click says no to this channel (guard/link.h); nothing where the channel has no `link`
 *
 * A gateway's request may name `to`, `message` (with subject, text, html), `content` (the json part, read), data, customer, secret, timestamp.
 *
 * Lifetimes   everything lives in the arena.
 * Cost        a millisecond, most of it opening sealed traits.
 */
#ifndef ZH_ENGINE_COMPOSE_H
#define ZH_ENGINE_COMPOSE_H
#include "engine/engine.h"
#include "reach/adapter.h"
#include "reach/template.h"

#define ZH_COMPOSE_MEMORY_BYTES_MAX ((size_t)64 << 20) /* an arena for one message: definitions, variables, what is rendered */

typedef struct zh_compose_ask {
    zh_customer_id customer;        /* number 0: nobody; then there are no traits */
    const zh_permit *permit;        /* covers the customer */
    const zh_adapter *adapter;      /* NULL: a preview without a channel */
    const zh_template *template;
    const zh_message *message;      /* id and plan; its data is not read */
    zh_sv data;                     /* {"to": …, "data": {…}} in clear; empty: none */
    int64_t now_ms;
    const zh_tz *zone;
} zh_compose_ask;

typedef struct zh_composed {
    zh_sv to;                       /* empty: the customer has no address of this kind */
    zh_sv language;
    zh_sv unsubscribe;              /* empty: none */
    zh_rendered letter;
    zh_liquid_value customer, data, message, content;
} zh_composed;

/* Errors: those of zh_template_render, and letter.fault says which; ZH_FORMAT `data` is no JSON. */
ZH_MUST zh_err zh_compose(zh_engine *engine, const zh_compose_ask *ask, zh_arena *arena, zh_composed *out);

/* What a gateway's request may name. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_compose_request(const zh_composed *composed, zh_sv secret, int64_t now_ms, zh_arena *arena, const zh_liquid_map **out);

/* The definition of a channel or template, as it stands now: its JSON text in the arena; empty: there is none. */
zh_sv zh_compose_definition(zh_engine *engine, const char *prefix, zh_sv name, zh_arena *arena);
/* The same, read. Errors: ZH_ABSENT, ZH_FORMAT (of an older or newer form), ZH_NOMEM. */
ZH_MUST zh_err zh_compose_adapter(zh_engine *engine, zh_sv name, zh_arena *arena, zh_adapter *out);
ZH_MUST zh_err zh_compose_template(zh_engine *engine, zh_sv name, zh_arena *arena, zh_template *out);

#endif
