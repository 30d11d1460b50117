#include "collect/shop_hook_inside.h"

#include "base/time.h"
#include "base/utf8.h"
#include "collect/clock.h"
#include "collect/segment_item.h"
#include "collect/segment_shop.h"

#include <stdio.h>

_Static_assert(ZH_SHOP_TIME_UNKNOWN == ZH_CLOCK_ABSENT, "the ask and the clock say the same");

const char *zh_shop_text(zh_shop shop)
{
    return shop == ZH_SHOP_SHOPIFY ? "shopify" : "woocommerce";
}

/* ---- pieces ---- */

zh_json_value zh_shop_get(const zh_shop_reading *r, const char *key)
{
    return zh_json_get(r->root, zh_sv_of(key));
}

bool zh_shop_is(const zh_shop_reading *r, const char *topic)
{
    return zh_sv_equal(r->ask->topic, zh_sv_of(topic));
}

zh_sv zh_shop_id(zh_shop_reading *r, zh_json_value value)
{
    zh_sv text = { 0 };
    if (r->e == ZH_OK) r->e = zh_segment_id(value, r->ask->arena, &text);
    const bool is_none = text.size == 0 || text.size > ZH_EXTERNAL_ID_BYTES_MAX || zh_sv_equal(text, ZH_SV("0"));
    return is_none ? (zh_sv){ 0 } : text;
}

zh_sv zh_shop_join(zh_shop_reading *r, const char *what, zh_sv id)
{
    char text[ZH_EXTERNAL_ID_BYTES_MAX + 64];
    const int size = snprintf(text, sizeof text, "%s:%u:%s%s%.*s", zh_shop_text(r->ask->shop), r->ask->source.number, what,
                              id.size > 0 ? ":" : "", ZH_SV_ARG(id));
    const zh_sv joined = { text, size > ZH_EXTERNAL_ID_BYTES_MAX ? ZH_EXTERNAL_ID_BYTES_MAX : (size_t)size };
    const zh_sv kept = zh_arena_copy(r->ask->arena, joined);
    if (kept.data == NULL && r->e == ZH_OK) r->e = ZH_FULL;
    return kept;
}

int64_t zh_shop_time(zh_json_value value)
{
    int64_t ms;
    return zh_segment_time(value, &ms) && ms > ZH_CLOCK_UNREADABLE ? ms : ZH_CLOCK_ABSENT;
}

zh_sv zh_shop_text_of(zh_json_value value)
{
    zh_sv text = zh_sv_trim(zh_json_text_or_empty(value));
    if (text.size > ZH_SHOP_TEXT_BYTES_MAX) {
        text.size = ZH_SHOP_TEXT_BYTES_MAX;
        text.size = zh_utf8_valid(text);
    }
    return text;
}

void zh_shop_put_text(zh_shop_reading *r, const char *key, zh_sv text)
{
    if (text.size > 0) zh_json_out_key_text(&r->out, zh_sv_of(key), text);
}

int zh_shop_digits(zh_currency currency)
{
    return currency.code == 0 ? 2 : zh_currency_digits(currency);
}

void zh_shop_put_minor(zh_shop_reading *r, const char *key, int64_t minor, zh_currency currency)
{
    char text[ZH_MONEY_TEXT_BYTES];
    const size_t size = zh_money_print(minor, zh_shop_digits(currency), text);
    zh_json_out_key(&r->out, zh_sv_of(key));
    zh_json_out_raw(&r->out, (zh_sv){ text, size });
}

void zh_shop_put_amount(zh_shop_reading *r, const char *key, zh_json_value value, zh_currency currency)
{
    int64_t minor;
    if (zh_segment_amount(value, zh_shop_digits(currency), &minor)) zh_shop_put_minor(r, key, minor, currency);
}

/* ---- writing events in Segment's shape ---- */

static void put_context(zh_shop_reading *r)
{
    zh_json_out *out = &r->out;
    zh_json_out_key(out, ZH_SV("context"));
    zh_json_out_object(out);
    zh_json_out_key(out, ZH_SV("webhook"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("shop"), zh_sv_of(zh_shop_text(r->ask->shop)));
    zh_json_out_key_text(out, ZH_SV("topic"), r->ask->topic);
    zh_shop_put_text(r, "domain", zh_sv_part(r->ask->domain, 0, ZH_SHOP_TEXT_BYTES_MAX));
    zh_shop_put_text(r, "deliveryId", zh_sv_part(r->ask->delivery, 0, ZH_SHOP_TEXT_BYTES_MAX));
    zh_json_out_end(out);
    zh_json_out_end(out);
}

void zh_shop_event_begin(zh_shop_reading *r, zh_shop_event *event)
{
    zh_json_out *out = &r->out;
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("type"), event->type);
    if (event->name.size > 0) zh_json_out_key_text(out, ZH_SV("event"), event->name);
    if (event->user.size > 0) zh_json_out_key_text(out, ZH_SV("userId"), event->user);
    if (event->anonymous.size > 0) zh_json_out_key_text(out, ZH_SV("anonymousId"), event->anonymous);
    if (event->time_ms > ZH_CLOCK_UNREADABLE) {
        char text[ZH_TIME_TEXT_BYTES];
        zh_json_out_key_text(out, ZH_SV("timestamp"), (zh_sv){ text, zh_time_print(event->time_ms, text) });
    }
    put_context(r);
    zh_json_out_key(out, event->name.size > 0 ? ZH_SV("properties") : ZH_SV("traits"));
    event->from_ = out->buf->size;
}

/* The same state of the same thing has the same id, whatever delivery brings it. Where the shop says no time, the
 * delivery's id tells a repeat from a second event. */
static void put_message_id(zh_shop_reading *r, const zh_shop_event *event)
{
    static const zh_sip_key keys[2] = { { "zhun webhook v1a" }, { "zhun webhook v1b" } };
    zh_buf parts = zh_buf_open(ZH_SHOP_HOOK_SCRATCH_BYTES);
    char text[48];
    zh_buf_put_text(&parts, event->type);
    zh_buf_put_text(&parts, event->name);
    zh_buf_put_text(&parts, r->id);
    if (event->once.size > 0) {
        zh_buf_put_text(&parts, event->once);
    } else {
        zh_buf_put_text(&parts, event->user);
        zh_buf_put_text(&parts, event->anonymous);
        zh_buf_put_i64(&parts, event->time_ms);
        if (event->time_ms <= ZH_CLOCK_UNREADABLE) zh_buf_put_text(&parts, r->ask->delivery);
        zh_buf_put(&parts, zh_sv_part(zh_buf_view(r->out.buf), event->from_, SIZE_MAX));
    }
    if (zh_buf_err(&parts) != ZH_OK && r->e == ZH_OK) r->e = zh_buf_err(&parts);
    snprintf(text, sizeof text, "%s-%016llx%016llx", zh_shop_text(r->ask->shop),
             (unsigned long long)zh_sip64(&keys[0], zh_buf_view(&parts)), (unsigned long long)zh_sip64(&keys[1], zh_buf_view(&parts)));
    zh_json_out_key_text(&r->out, ZH_SV("messageId"), zh_sv_of(text));
    zh_buf_close(&parts);
}

void zh_shop_event_end(zh_shop_reading *r, zh_shop_event *event)
{
    put_message_id(r, event);
    zh_json_out_end(&r->out);
    r->is_visit[r->written++] = event->is_visit;
}

/* ---- topics ---- */

typedef void topic_reader(zh_shop_reading *r);
static const struct topic { zh_shop shop; const char *name; topic_reader *read; } topics[] = {
    { ZH_SHOP_SHOPIFY, "orders/create", zh_shop_order },
    { ZH_SHOP_SHOPIFY, "orders/paid", zh_shop_order },
    { ZH_SHOP_SHOPIFY, "orders/updated", zh_shop_order },
    { ZH_SHOP_SHOPIFY, "orders/cancelled", zh_shop_order },
    { ZH_SHOP_SHOPIFY, "refunds/create", zh_shop_refund },
    { ZH_SHOP_SHOPIFY, "checkouts/create", zh_shop_checkout },
    { ZH_SHOP_SHOPIFY, "checkouts/update", zh_shop_checkout },
    { ZH_SHOP_SHOPIFY, "products/create", zh_shop_product },
    { ZH_SHOP_SHOPIFY, "products/update", zh_shop_product },
    { ZH_SHOP_SHOPIFY, "products/delete", zh_shop_product_gone },
    { ZH_SHOP_SHOPIFY, "customers/create", zh_shop_customer },
    { ZH_SHOP_SHOPIFY, "customers/update", zh_shop_customer },
    { ZH_SHOP_SHOPIFY, "customers/data_request", zh_shop_privacy },
    { ZH_SHOP_SHOPIFY, "customers/redact", zh_shop_privacy },
    { ZH_SHOP_SHOPIFY, "shop/redact", zh_shop_privacy },
    { ZH_SHOP_SHOPIFY, "app/uninstalled", zh_shop_uninstalled },
    { ZH_SHOP_WOOCOMMERCE, "order.created", zh_shop_order },
    { ZH_SHOP_WOOCOMMERCE, "order.updated", zh_shop_order },
    { ZH_SHOP_WOOCOMMERCE, "order.restored", zh_shop_order },
    { ZH_SHOP_WOOCOMMERCE, "order.deleted", zh_shop_order_gone },
    { ZH_SHOP_WOOCOMMERCE, "product.created", zh_shop_product },
    { ZH_SHOP_WOOCOMMERCE, "product.updated", zh_shop_product },
    { ZH_SHOP_WOOCOMMERCE, "product.restored", zh_shop_product },
    { ZH_SHOP_WOOCOMMERCE, "product.deleted", zh_shop_product_gone },
    { ZH_SHOP_WOOCOMMERCE, "customer.created", zh_shop_customer },
    { ZH_SHOP_WOOCOMMERCE, "customer.updated", zh_shop_customer },
    { ZH_SHOP_WOOCOMMERCE, "customer.restored", zh_shop_customer },
    { ZH_SHOP_WOOCOMMERCE, "customer.deleted", zh_shop_customer_gone },
    { ZH_SHOP_WOOCOMMERCE, "coupon.created", zh_shop_coupon },
    { ZH_SHOP_WOOCOMMERCE, "coupon.updated", zh_shop_coupon },
    { ZH_SHOP_WOOCOMMERCE, "coupon.restored", zh_shop_coupon },
    { ZH_SHOP_WOOCOMMERCE, "coupon.deleted", zh_shop_coupon },
};

static topic_reader *reader_of(zh_shop shop, zh_sv topic)
{
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
        if (topics[i].shop == shop && zh_sv_equal(zh_sv_of(topics[i].name), topic)) return topics[i].read;
    return NULL;
}

/* ---- one body ---- */

static void reject(const zh_shop_hook_ask *ask, zh_shop_hook *hook, zh_reject why, zh_sv detail, zh_sv message_id)
{
    hook->rejects[hook->rejects_count] = (zh_segment_reject){ .why = why, .detail = detail, .message_id = message_id, .raw = ask->body,
                                                              .index = hook->rejects_count };
    hook->rejects_count++;
}

static zh_reject reject_of(zh_json_fault_kind kind)
{
    switch (kind) {
    case ZH_JSON_NUMBER: return ZH_REJECT_BAD_NUMBER;
    case ZH_JSON_DEEP: return ZH_REJECT_TOO_DEEP;
    case ZH_JSON_LARGE: return ZH_REJECT_TOO_LARGE;
    default: return ZH_REJECT_UNREADABLE;
    }
}

/* The body as an object whose texts live in the arena; absent where it was rejected. */
static zh_err parse(const zh_shop_hook_ask *ask, zh_shop_hook *hook, zh_json_value *root)
{
    zh_json_fault fault = { ZH_JSON_FINE, ZH_JSON_OFFSET_UNKNOWN };
    zh_json_value all;
    zh_sv key = { 0 };
    *root = (zh_json_value){ 0 };
    if (ask->body.size > ZH_SHOP_HOOK_BYTES_MAX) {
        reject(ask, hook, ZH_REJECT_TOO_LARGE, (zh_sv){ 0 }, (zh_sv){ 0 });
        return ZH_OK;
    }
    zh_err e = zh_json_parse(ask->parser, ask->body, &all, &fault);
    if (fault.kind == ZH_JSON_MEMORY) return ZH_NOMEM;
    if (fault.kind != ZH_JSON_FINE) {
        reject(ask, hook, reject_of(fault.kind), ZH_SV("json"), (zh_sv){ 0 });
        return ZH_OK;
    }
    if (e != ZH_OK) return e;
    if (!zh_json_is(all, ZH_JSON_OBJECT)) {
        reject(ask, hook, ZH_REJECT_NOT_OBJECT, (zh_sv){ 0 }, (zh_sv){ 0 });
        return ZH_OK;
    }
    if (zh_json_repeated_key(ask->parser, all, &key)) {
        key = zh_arena_copy(ask->arena, zh_sv_part(key, 0, ZH_EXTERNAL_ID_BYTES_MAX));
        if (key.data == NULL) return ZH_FULL;
        reject(ask, hook, ZH_REJECT_REPEATED_KEY, key, (zh_sv){ 0 });
        return ZH_OK;
    }
    e = zh_json_keep(ask->parser, all, ask->arena);
    *root = all;
    return e;
}

/* What was written is as many events or rejects; a body that cannot be used is one reject. */
static zh_err take_room(const zh_shop_hook_ask *ask, zh_shop_hook *hook, uint32_t count)
{
    hook->events = ZH_TAKE(ask->arena, zh_event, count);
    hook->rejects = ZH_TAKE(ask->arena, zh_segment_reject, count);
    return hook->events == NULL || hook->rejects == NULL ? ZH_FULL : ZH_OK;
}

static int64_t updated_at(const zh_shop_reading *r)
{
    static const char *const names[][3] = {
        [ZH_SHOP_SHOPIFY] = { "updated_at", "processed_at", "created_at" },
        [ZH_SHOP_WOOCOMMERCE] = { "date_modified_gmt", "date_created_gmt", NULL },
    };
    int64_t ms = ZH_CLOCK_ABSENT;
    for (size_t i = 0; i < 3 && ms == ZH_CLOCK_ABSENT && names[r->ask->shop][i] != NULL; i++)
        ms = zh_shop_time(zh_shop_get(r, names[r->ask->shop][i]));
    return ms;
}

/* What was written is read as any event of a client is. */
static zh_err read_written(zh_shop_reading *r)
{
    const zh_shop_hook_ask *ask = r->ask;
    const zh_segment_ask request = { .route = ZH_SEGMENT_ANY, .received_ms = ask->received_ms, .parser = ask->parser, .arena = ask->arena,
                                     .scratch = ask->scratch };
    zh_json_value all;
    zh_json_fault fault;
    zh_err e = zh_json_parse(ask->parser, zh_buf_view(ask->scratch), &all, &fault);
    if (e == ZH_OK) e = zh_json_keep(ask->parser, all, ask->arena);
    if (e == ZH_OK) e = take_room(ask, r->hook, r->written);
    if (e != ZH_OK) return e == ZH_NOMEM ? e : ZH_FULL; /* what we wrote ourselves is JSON */
    uint32_t index = 0;
    for (zh_json_iter it = zh_json_walk(all); e == ZH_OK && zh_json_next(&it); index++) {
        zh_segment_reject refused = { 0 };
        zh_event *event = &r->hook->events[r->hook->events_count];
        e = zh_segment_item(&(zh_segment_item_ask){ .request = &request, .item = it.value, .sent_ms = ZH_CLOCK_ABSENT, .index = index },
                            event, &refused);
        if (e != ZH_OK) break;
        if (refused.why != ZH_REJECT_NONE) {
            reject(ask, r->hook, refused.why, refused.detail, refused.message_id);
            continue;
        }
        if (!r->is_visit[index]) event->marks |= ZH_MARK_NO_VISIT;
        r->hook->events_count++;
    }
    return e;
}

/* Each must fit the limit of an event; one of lines alone may be as large as an order of ZH_EVENT_LINES_MAX. */
static bool fits(zh_shop_reading *r)
{
    const size_t each = r->is_slim ? ZH_SHOP_HOOK_SLIM_BYTES_MAX : ZH_EVENT_BYTES_MAX;
    return r->ask->scratch->size <= each * (r->written == 0 ? 1 : r->written);
}

static zh_err write_all(zh_shop_reading *r, topic_reader *read)
{
    zh_shop_hook *hook = r->hook;
    hook->choices_count = 0;
    hook->has_item = false;
    r->written = 0;
    zh_buf_reset(r->ask->scratch);
    r->out = zh_json_out_on(r->ask->scratch);
    zh_json_out_array(&r->out);
    read(r);
    zh_json_out_end(&r->out);
    const zh_err e = zh_json_out_done(&r->out);
    return r->e != ZH_OK ? r->e : e;
}

zh_err zh_shop_hook_read(const zh_shop_hook_ask *ask, zh_shop_hook *out)
{
    topic_reader *const read = reader_of(ask->shop, ask->topic);
    *out = (zh_shop_hook){ .is_known = read != NULL };
    if (read == NULL) return ZH_OK;
    zh_shop_reading r = { .ask = ask, .hook = out };
    zh_err e = take_room(ask, out, 1);
    if (e == ZH_OK) e = parse(ask, out, &r.root);
    if (e != ZH_OK || zh_json_is(r.root, ZH_JSON_ABSENT)) return e;
    r.id = zh_shop_id(&r, zh_shop_get(&r, "id"));
    r.updated_ms = updated_at(&r);
    e = r.e != ZH_OK ? r.e : write_all(&r, read);
    if (e == ZH_OK && !fits(&r)) { /* an order of hundreds of lines: again, without what the catalog knows */
        r.is_slim = true;
        e = write_all(&r, read);
    }
    if (e != ZH_OK) return e;
    if (r.bad.size > 0 || !fits(&r)) {
        reject(ask, out, r.bad.size > 0 ? ZH_REJECT_BAD_FIELD : ZH_REJECT_TOO_LARGE, r.bad, (zh_sv){ 0 });
        out->has_item = false;
        out->choices_count = 0;
        return ZH_OK;
    }
    return r.written == 0 ? ZH_OK : read_written(&r);
}
