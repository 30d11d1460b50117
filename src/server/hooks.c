/* hooks.c -- webhooks of shops: /hooks/shopify/{source} and /hooks/woocommerce/{source}.
 *
 * The signature is compared over the bytes as they came, before anything is parsed; without a fitting one the answer is
 * 401 and nothing is stored, whether the source is unknown, has no secret, or the body was changed. Whatever is
 * signed is answered 200 once it is durable, also what cannot be read (a dead letter) and topics nobody knows (counted):
 * a shop that hears anything else sends it again, and WooCommerce ends a webhook after five failures.
 *
 * A request to forget a customer we know (Shopify's customers/redact) is an erasure, not an event.
 */
#include "base/time.h"
#include "catalog/item.h"
#include "collect/shop_hook.h"
#include "engine/erase.h"
#include "engine/secret.h"
#include "guard/signature.h"
#include "server/debug.h"

#define DIALECT ZH_SV("webhook")
#define DOMAIN_BYTES_MAX 253 /* RFC 1035 */

/* By name, else by number. */
static zh_err find_source(zh_call *call, zh_source_id *id)
{
    zh_world *w = zh_engine_world(call->engine);
    const zh_sv text = zh_http_path_part(call->request, 2);
    zh_source source;
    uint32_t number = 0;
    if (text.size == 0 || text.size > ZH_NAME_BYTES_MAX) return ZH_ABSENT;
    for (size_t i = 0; i < text.size && i < 9 && text.data[i] >= '0' && text.data[i] <= '9'; i++)
        number = number * 10 + (uint32_t)(text.data[i] - '0');
    char printed[16];
    const bool is_number = number > 0 && zh_sv_equal(text, (zh_sv){ printed, (size_t)snprintf(printed, sizeof printed, "%u", number) });
    zh_world_lock_read(w);
    zh_err e = zh_registry_source_named(w->registry, text, &source);
    if (e == ZH_ABSENT && is_number) e = zh_registry_source(w->registry, (zh_source_id){ number }, &source);
    if (e == ZH_OK) *id = source.id;
    zh_world_unlock(w);
    return e;
}

/* WooCommerce asks once, unsigned, when a webhook is set up, and wants 200: "webhook_id=17". */
static bool is_ping(zh_shop shop, zh_sv body, zh_sv signature)
{
    const zh_sv head = ZH_SV("webhook_id=");
    if (shop != ZH_SHOP_WOOCOMMERCE || signature.size > 0 || !zh_sv_starts(body, head) || body.size > head.size + 20) return false;
    for (size_t i = head.size; i < body.size; i++)
        if (body.data[i] < '0' || body.data[i] > '9') return false;
    return body.size > head.size;
}

/* A host name as the shop's header has it, without scheme and path; empty where it is none. */
static zh_sv domain_of(zh_sv text)
{
    const char *const scheme = text.size == 0 ? NULL : memmem(text.data, text.size, "://", 3);
    if (scheme != NULL) text = zh_sv_part(text, (size_t)(scheme - text.data) + 3, SIZE_MAX);
    const char *const slash = text.size == 0 ? NULL : memchr(text.data, '/', text.size);
    if (slash != NULL) text.size = (size_t)(slash - text.data);
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.data[i];
        const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':';
        if (!fits) return (zh_sv){ 0 };
    }
    return text.size > DOMAIN_BYTES_MAX ? (zh_sv){ 0 } : text;
}

static zh_shop_hook_ask ask_of(zh_call *call, zh_shop shop, zh_source_id source)
{
    const bool shopify = shop == ZH_SHOP_SHOPIFY;
    const zh_http_request *q = call->request;
    zh_shop_hook_ask ask = { .shop = shop, .source = source, .body = zh_http_body(call->request), .received_ms = call->now_ms,
        .topic = zh_http_header_of(q, shopify ? "X-Shopify-Topic" : "X-WC-Webhook-Topic"),
        .domain = domain_of(zh_http_header_of(q, shopify ? "X-Shopify-Shop-Domain" : "X-WC-Webhook-Source")),
        .delivery = zh_http_header_of(q, shopify ? "X-Shopify-Webhook-Id" : "X-WC-Webhook-Delivery-ID"),
        .triggered_ms = ZH_SHOP_TIME_UNKNOWN, .currency = zh_currency_of(zh_http_param(call->request, ZH_SV("currency"))),
        .parser = call->thread->parser, .arena = call->arena, .scratch = &call->thread->scratch };
    if (shopify && zh_time_parse(zh_http_header_of(q, "X-Shopify-Triggered-At"), &ask.triggered_ms) != ZH_OK) ask.triggered_ms = ZH_SHOP_TIME_UNKNOWN;
    return ask;
}

/* ---- what was read, made ready for the log ---- */

static zh_item_change change_of(const zh_shop_item *item, zh_source_id source)
{
    if (item->deleted) return (zh_item_change){ .text = item->text, .deleted = true, .at_ms = item->at_ms, .source = source, .price_minor = -1, .stock = -1 };
    return (zh_item_change){ .text = item->text, .title = item->title, .category = item->category, .brand = item->brand, .url = item->url,
        .image_url = item->image_url, .attributes = item->attributes, .price_minor = item->price_minor, .currency = item->currency,
        .stock = item->stock, .available = item->available, .at_ms = item->at_ms, .source = source, .set = ZH_ITEM_FIELDS };
}

/* The same state again leaves no record. One that says the same at a later moment does: it must keep out what was said
 * in between and comes late. */
static bool is_known(zh_call *call, const zh_item_change *change)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_world_lock_read(w);
    const zh_item *there = zh_catalog_find(w->catalog, change->text);
    const bool known = there != NULL && there->at_ms == change->at_ms && zh_catalog_holds(w->catalog, change);
    zh_world_unlock(w);
    return known;
}

/* ZH_EXISTS: nothing new. */
static zh_err put_item(zh_call *call, const zh_shop_item *item, zh_source_id source, zh_sv *record)
{
    const zh_item_change change = change_of(item, source);
    const char *why;
    zh_buf *out = &call->thread->scratch;
    if (!zh_item_change_check(&change, &why)) return ZH_FORMAT;
    if (is_known(call, &change)) return ZH_EXISTS;
    zh_buf_reset(out);
    zh_item_change_put(&change, out);
    if (zh_buf_err(out) != ZH_OK) return zh_buf_err(out);
    *record = zh_arena_copy(call->arena, zh_buf_view(out));
    return record->data == NULL ? ZH_NOMEM : ZH_OK;
}

/* Choices that stand already, of the same moment, leave no record either. */
static void drop_known_choices(zh_call *call, zh_shop_hook *hook)
{
    zh_world *w = zh_engine_world(call->engine);
    const zh_customer_id customer = hook->choices_count == 0 ? (zh_customer_id){ 0 } : zh_engine_find(call->engine, hook->choices_user, (zh_sv){ 0 });
    if (customer.number == 0) return;
    uint32_t count = 0;
    zh_world_lock_read(w);
    const zh_consent there = zh_consents_get(w->consents, customer);
    for (uint32_t i = 0; i < hook->choices_count; i++) {
        const zh_consent_change *c = &hook->choices[i];
        bool known = true;
        for (int field = 0; field < ZH_CONSENT_FIELDS; field++) {
            const zh_consent_word *word = &there.words[field];
            const zh_choice choice = (c->yes & ZH_CONSENT_BIT(field)) != 0 ? ZH_CHOICE_YES : ZH_CHOICE_NO;
            if ((c->said & ZH_CONSENT_BIT(field)) != 0) known &= word->choice == choice && word->at_ms == c->at_ms;
        }
        if (!known) hook->choices[count++] = *c;
    }
    zh_world_unlock(w);
    hook->choices_count = count;
}

static void keep(zh_call *call, zh_shop_hook *hook, zh_source_id source)
{
    drop_known_choices(call, hook);
    zh_collect_job job = { .form = COLLECT_JSON, .dialect = DIALECT, .events = hook->events, .events_count = hook->events_count,
        .rejects = hook->rejects, .rejects_count = hook->rejects_count, .choices = hook->choices, .choices_count = hook->choices_count,
        .choices_user = hook->choices_user };
    zh_source_id *sources = ZH_TAKE(call->arena, zh_source_id, hook->rejects_count);
    zh_sv *record = ZH_TAKE(call->arena, zh_sv, 1);
    zh_shop_hook *kept = ZH_TAKE(call->arena, zh_shop_hook, 1); /* choices live in it until they are durable */
    zh_err e = sources == NULL || record == NULL || kept == NULL ? ZH_NOMEM : ZH_OK;
    if (e == ZH_OK && hook->has_item) {
        e = put_item(call, &hook->item, source, record);
        job.records = record;
        job.records_count = e == ZH_OK;
        if (e == ZH_FORMAT || e == ZH_EXISTS) e = ZH_OK; /* within the limits by construction, so never the first */
    }
    if (e != ZH_OK) {
        zh_collect_shed(call, COLLECT_JSON);
        return;
    }
    *kept = *hook;
    job.choices = kept->choices;
    for (uint32_t i = 0; i < hook->events_count; i++) hook->events[i].source = source;
    for (uint32_t i = 0; i < hook->rejects_count; i++) sources[i] = source;
    job.rejects_source = sources;
    zh_debug_begin(call, source, zh_http_body(call->request));
    zh_collect_submit(call, &job);
}

/* ---- a request to forget ---- */

#define REDACT ZH_SV("customers/redact")

/* Whom the body of a request to forget means, as the shop names him; 0: nobody we know. */
static zh_customer_id redacted(zh_call *call, const zh_shop_hook *read)
{
    const zh_sv user = read->events_count == 1 ? read->events[0].user_id : (zh_sv){ 0 };
    return user.size == 0 ? (zh_customer_id){ 0 } : zh_engine_find(call->engine, user, (zh_sv){ 0 });
}

/* On a worker, because letters are read: the shop hears 200 when he is erased. The signature was found good before. */
static void redact(zh_call *call)
{
    zh_source_id source;
    zh_shop_hook read;
    zh_note why;
    uint32_t number;
    zh_err e = find_source(call, &source);
    const zh_shop_hook_ask ask = ask_of(call, ZH_SHOP_SHOPIFY, source);
    if (e == ZH_OK) e = zh_shop_hook_read(&ask, &read);
    if (e == ZH_OK) {
        const zh_erase_order order = { .customer = redacted(call, &read), .asked = read.events_count == 1 ? read.events[0].user_id : (zh_sv){ 0 },
                                       .reason = ZH_SV("shopify customers/redact"), .actor = ZH_ACTOR_THE_ENGINE };
        e = zh_erase_customer(call->engine, &order, &number, &why);
    }
    if (e == ZH_OK || e == ZH_ABSENT) zh_collect_answer(call, &(zh_collect_job){ .form = COLLECT_JSON });
    else zh_collect_shed(call, COLLECT_JSON); /* the shop asks again */
}

static const zh_call_route redact_route = { ZH_HTTP_POST, "/hooks/shopify/{}", redact, NEED_NOTHING, 0, true, true };

static void hook(zh_call *call, zh_shop shop)
{
    zh_source_id source = { 0 };
    zh_sv secret = { 0 };
    const zh_sv body = zh_http_body(call->request);
    const zh_sv signature = zh_http_header_of(call->request, shop == ZH_SHOP_SHOPIFY ? "X-Shopify-Hmac-SHA256" : "X-WC-Webhook-Signature");
    zh_err e = find_source(call, &source);
    if (e == ZH_OK) e = zh_secret_get(call->engine, source, call->arena, &secret);
    if (e == ZH_NOMEM || e == ZH_FULL) {
        zh_collect_shed(call, COLLECT_JSON);
        return;
    }
    const bool has_secret = e == ZH_OK, fits = has_secret && zh_signature_fits(secret, body, signature);
    if (secret.size > 0) zh_wipe((void *)secret.data, secret.size);
    if (has_secret && is_ping(shop, body, signature)) {
        zh_collect_answer(call, &(zh_collect_job){ .form = COLLECT_JSON });
        return;
    }
    if (!fits) {
        zh_collect_count_rejected(call, ZH_REJECT_BAD_SIGNATURE, 1);
        zh_call_problem(call, 401, "bad_signature", NULL, "the signature does not fit: is the source's secret the one the shop signs with?");
        return;
    }
    const zh_shop_hook_ask ask = ask_of(call, shop, source);
    zh_shop_hook read;
    if (zh_shop_hook_read(&ask, &read) != ZH_OK) {
        zh_collect_shed(call, COLLECT_JSON);
        return;
    }
    if (!read.is_known) {
        zh_collect_count_rejected(call, ZH_REJECT_UNKNOWN_TOPIC, 1);
        zh_collect_answer(call, &(zh_collect_job){ .form = COLLECT_JSON });
        return;
    }
    if (shop == ZH_SHOP_SHOPIFY && zh_sv_equal(ask.topic, REDACT) && redacted(call, &read).number != 0) {
        call->route = &redact_route;
        zh_http_hold(call->request);
        if (zh_workers_take(call->server->workers, call) != ZH_OK) zh_collect_shed(call, COLLECT_JSON);
        return;
    }
    keep(call, &read, source);
}

void zh_route_hook_shopify(zh_call *call)
{
    hook(call, ZH_SHOP_SHOPIFY);
}

void zh_route_hook_woocommerce(zh_call *call)
{
    hook(call, ZH_SHOP_WOOCOMMERCE);
}
