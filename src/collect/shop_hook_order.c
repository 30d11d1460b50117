/* shop_hook_order.c -- orders, refunds and checkouts. */
#include "collect/clock.h"
#include "collect/segment_shop.h"
#include "collect/shop_hook_inside.h"

#include <stdio.h>

#define COUPONS_BYTES_MAX 500 /* the codes of an order, joined */

static bool is_shopify(const zh_shop_reading *r)
{
    return r->ask->shop == ZH_SHOP_SHOPIFY;
}

static zh_sv text_at(zh_json_value object, const char *key)
{
    return zh_shop_text_of(zh_json_get(object, zh_sv_of(key)));
}

/* ---- parts of an order ---- */

static zh_currency currency_of(const zh_shop_reading *r)
{
    return zh_currency_of(text_at(r->root, "currency"));
}

/* What the shop sells by, first; a custom line has none and stays only in the total. */
static zh_sv product_id(zh_shop_reading *r, zh_json_value line)
{
    static const char *const names[] = { "product_id", "variant_id", "sku" };
    zh_sv id = { 0 };
    for (size_t i = 0; i < sizeof names / sizeof *names && id.size == 0; i++) id = zh_shop_id(r, zh_json_get(line, zh_sv_of(names[i])));
    return id;
}

static void put_line(zh_shop_reading *r, zh_json_value line, zh_json_value quantity, zh_currency currency)
{
    zh_json_out *out = &r->out;
    const zh_sv id = product_id(r, line);
    if (id.size == 0) return;
    const zh_json_value price = zh_json_get(line, ZH_SV("price"));
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("product_id"), id);
    if (!r->is_slim) {
        const zh_sv name = text_at(line, "title");
        zh_shop_put_text(r, "variant", zh_shop_id(r, zh_json_get(line, is_shopify(r) ? ZH_SV("variant_id") : ZH_SV("variation_id"))));
        zh_shop_put_text(r, "sku", text_at(line, "sku"));
        zh_shop_put_text(r, "name", name.size > 0 ? name : text_at(line, "name"));
        zh_shop_put_text(r, "brand", text_at(line, "vendor"));
    }
    if (zh_json_is(price, ZH_JSON_INT) || zh_json_is(price, ZH_JSON_REAL)) { /* WooCommerce's is exact, with more digits than the currency */
        zh_json_out_key(out, ZH_SV("price"));
        zh_json_out_value(out, price);
    } else {
        zh_shop_put_amount(r, "price", price, currency);
    }
    if (!zh_json_is(quantity, ZH_JSON_ABSENT)) {
        zh_json_out_key(out, ZH_SV("quantity"));
        zh_json_out_value(out, quantity);
    }
    zh_json_out_end(out);
}

static void put_lines(zh_shop_reading *r, zh_currency currency)
{
    const zh_json_value lines = zh_shop_get(r, "line_items");
    if (zh_json_count(lines) > ZH_EVENT_LINES_MAX) r->bad = ZH_SV("line_items");
    if (!zh_json_is(lines, ZH_JSON_ARRAY) || r->bad.size > 0) return;
    zh_json_out_key(&r->out, ZH_SV("products"));
    zh_json_out_array(&r->out);
    for (zh_json_iter it = zh_json_walk(lines); zh_json_next(&it);) put_line(r, it.value, zh_json_get(it.value, ZH_SV("quantity")), currency);
    zh_json_out_end(&r->out);
}

static void put_coupons(zh_shop_reading *r)
{
    char text[COUPONS_BYTES_MAX];
    size_t size = 0;
    const zh_json_value list = zh_shop_get(r, is_shopify(r) ? "discount_codes" : "coupon_lines");
    for (zh_json_iter it = zh_json_walk(list); zh_json_next(&it);) {
        const zh_sv code = text_at(it.value, "code");
        if (code.size == 0 || size + 1 + code.size > sizeof text) continue;
        if (size > 0) text[size++] = ',';
        memcpy(text + size, code.data, code.size);
        size += code.size;
    }
    zh_shop_put_text(r, "coupon", (zh_sv){ text, size });
}

static void put_address(zh_shop_reading *r)
{
    zh_json_value address = zh_shop_get(r, is_shopify(r) ? "shipping_address" : "shipping");
    if (!is_shopify(r) && text_at(address, "city").size == 0) address = zh_shop_get(r, "billing");
    const char *const fields[][2] = {
        { "city", "city" }, { "state", is_shopify(r) ? "province" : "state" }, { "postal_code", is_shopify(r) ? "zip" : "postcode" },
        { "country", is_shopify(r) ? "country_code" : "country" },
    };
    if (zh_json_count(address) == 0 || !zh_json_is(address, ZH_JSON_OBJECT)) return;
    zh_json_out_key(&r->out, ZH_SV("shipping_address"));
    zh_json_out_object(&r->out);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) zh_shop_put_text(r, fields[i][0], text_at(address, fields[i][1]));
    zh_json_out_end(&r->out);
}

/* E-mail and telephone: personal, so they leave the event (personal.h). */
static void put_contact(zh_shop_reading *r)
{
    const zh_json_value who = is_shopify(r) ? zh_shop_get(r, "customer") : zh_shop_get(r, "billing");
    const zh_json_value own = is_shopify(r) ? r->root : (zh_json_value){ 0 };
    const char *const names[] = { "email", "phone" };
    for (size_t i = 0; i < 2; i++) {
        const zh_sv text = text_at(own, names[i]);
        zh_shop_put_text(r, names[i], text.size > 0 ? text : text_at(who, names[i]));
    }
}

/* Amounts of each shop under Segment's names. WooCommerce states no subtotal: it is total - shipping - tax. */
static void put_amounts(zh_shop_reading *r, zh_currency currency)
{
    static const char *const shopify[][2] = { { "subtotal", "subtotal_price" }, { "tax", "total_tax" }, { "discount", "total_discounts" } };
    static const char *const woo[][2] = { { "shipping", "shipping_total" }, { "tax", "total_tax" }, { "discount", "discount_total" } };
    const char *const (*const rows)[2] = is_shopify(r) ? shopify : woo;
    const int digits = zh_shop_digits(currency);
    int64_t total, shipping, tax;
    zh_shop_put_amount(r, "total", zh_shop_get(r, is_shopify(r) ? "total_price" : "total"), currency);
    for (size_t i = 0; i < 3; i++) zh_shop_put_amount(r, rows[i][0], zh_shop_get(r, rows[i][1]), currency);
    if (is_shopify(r)) {
        const zh_json_value money = zh_json_get(zh_shop_get(r, "total_shipping_price_set"), ZH_SV("shop_money"));
        zh_shop_put_amount(r, "shipping", zh_json_get(money, ZH_SV("amount")), currency);
    } else if (zh_segment_amount(zh_shop_get(r, "total"), digits, &total) &&
               zh_segment_amount(zh_shop_get(r, "shipping_total"), digits, &shipping) &&
               zh_segment_amount(zh_shop_get(r, "total_tax"), digits, &tax)) {
        zh_shop_put_minor(r, "subtotal", total - shipping - tax, currency);
    }
}

static void put_order_heads(zh_shop_reading *r, zh_currency currency)
{
    zh_json_out_key_text(&r->out, ZH_SV("order_id"), r->id);
    zh_shop_put_text(r, "order_number", is_shopify(r) ? text_at(r->root, "name") : zh_shop_id(r, zh_shop_get(r, "number")));
    zh_shop_put_text(r, "affiliation", zh_sv_part(r->ask->domain, 0, ZH_SHOP_TEXT_BYTES_MAX));
    if (currency.code != 0) zh_shop_put_text(r, "currency", text_at(r->root, "currency"));
}

static void put_order(zh_shop_reading *r)
{
    const zh_currency currency = currency_of(r);
    zh_json_out_object(&r->out);
    put_order_heads(r, currency);
    zh_shop_put_text(r, "checkout_id", zh_shop_id(r, zh_shop_get(r, "checkout_token")));
    put_amounts(r, currency);
    put_coupons(r);
    zh_shop_put_text(r, "status", text_at(r->root, is_shopify(r) ? "financial_status" : "status"));
    zh_shop_put_text(r, "fulfillment", text_at(r->root, "fulfillment_status"));
    zh_shop_put_text(r, "payment_method", text_at(r->root, "payment_method"));
    zh_shop_put_text(r, "channel", text_at(r->root, is_shopify(r) ? "source_name" : "created_via"));
    put_contact(r);
    put_address(r);
    put_lines(r, currency);
    zh_json_out_end(&r->out);
}

static zh_sv customer_of(zh_shop_reading *r)
{
    return is_shopify(r) ? zh_shop_id(r, zh_json_get(zh_shop_get(r, "customer"), ZH_SV("id"))) : zh_shop_id(r, zh_shop_get(r, "customer_id"));
}

static zh_shop_event track(zh_shop_reading *r, zh_sv name, const char *thing, zh_sv id)
{
    return (zh_shop_event){ .type = ZH_SV("track"), .name = name, .user = customer_of(r), .anonymous = zh_shop_join(r, thing, id),
                            .time_ms = r->updated_ms };
}

static int64_t created_at(const zh_shop_reading *r)
{
    const int64_t ms = zh_shop_time(zh_shop_get(r, is_shopify(r) ? "created_at" : "date_created_gmt"));
    return ms == ZH_CLOCK_ABSENT ? r->updated_ms : ms;
}

/* ---- WooCommerce's states ---- */

/* The refunds of an order are sent with each of its updates, without a time: each is one event for ever. */
static void put_woo_refunds(zh_shop_reading *r)
{
    const zh_currency currency = currency_of(r);
    uint32_t count = 0;
    for (zh_json_iter it = zh_json_walk(zh_shop_get(r, "refunds")); zh_json_next(&it) && count < ZH_SHOP_HOOK_REFUNDS_MAX;) {
        char once[ZH_EXTERNAL_ID_BYTES_MAX + 16];
        int64_t minor;
        const zh_sv id = zh_shop_id(r, zh_json_get(it.value, ZH_SV("id")));
        if (id.size == 0 || !zh_segment_amount(zh_json_get(it.value, ZH_SV("total")), zh_shop_digits(currency), &minor)) continue;
        zh_shop_event event = track(r, ZH_SV("Order Refunded"), "order", r->id);
        const int size = snprintf(once, sizeof once, "refund %.*s", ZH_SV_ARG(id));
        event.once = (zh_sv){ once, (size_t)size };
        event.time_ms = ZH_CLOCK_ABSENT;
        zh_shop_event_begin(r, &event);
        zh_json_out_object(&r->out);
        put_order_heads(r, currency);
        zh_json_out_key_text(&r->out, ZH_SV("refund_id"), id);
        zh_shop_put_minor(r, "total", minor < 0 ? -minor : minor, currency);
        zh_json_out_end(&r->out);
        zh_shop_event_end(r, &event);
        count++;
    }
}

/* Without a time and once for ever: an order that is cancelled is sent again with each later change. */
static void put_woo_cancel(zh_shop_reading *r)
{
    const zh_currency currency = currency_of(r);
    zh_shop_event event = track(r, ZH_SV("Order Cancelled"), "order", r->id);
    event.once = ZH_SV("cancel");
    event.time_ms = ZH_CLOCK_ABSENT;
    zh_shop_event_begin(r, &event);
    zh_json_out_object(&r->out);
    put_order_heads(r, currency);
    zh_shop_put_amount(r, "total", zh_shop_get(r, "total"), currency);
    put_lines(r, currency);
    zh_json_out_end(&r->out);
    zh_shop_event_end(r, &event);
}

static bool is_status(const zh_shop_reading *r, const char *status)
{
    return zh_sv_equal(text_at(r->root, "status"), zh_sv_of(status));
}

/* ---- topics ---- */

void zh_shop_order(zh_shop_reading *r)
{
    const bool is_new = zh_shop_is(r, "orders/create") || zh_shop_is(r, "order.created");
    if (r->id.size == 0) {
        r->bad = ZH_SV("id");
        return;
    }
    if (!is_shopify(r) && (is_status(r, "cancelled") || is_status(r, "failed") || is_status(r, "trash"))) {
        put_woo_cancel(r);
        put_woo_refunds(r);
        return;
    }
    zh_shop_event event = track(r, is_new ? ZH_SV("Order Completed") : ZH_SV("Order Updated"), "order", r->id);
    event.is_visit = is_new;
    if (is_new) event.time_ms = created_at(r);
    if (!is_shopify(r) && (is_status(r, "checkout-draft") || is_status(r, "auto-draft"))) event.name = ZH_SV("Checkout Started");
    if (zh_shop_is(r, "orders/cancelled")) {
        const int64_t ms = zh_shop_time(zh_shop_get(r, "cancelled_at"));
        event.name = ZH_SV("Order Cancelled");
        if (ms != ZH_CLOCK_ABSENT) event.time_ms = ms;
    }
    zh_shop_event_begin(r, &event);
    put_order(r);
    zh_shop_event_end(r, &event);
    if (!is_shopify(r)) put_woo_refunds(r);
}

/* WooCommerce tells only the order's id, so its customer is found by the order's own. */
void zh_shop_order_gone(zh_shop_reading *r)
{
    zh_shop_event event = track(r, ZH_SV("Order Cancelled"), "order", r->id);
    event.once = ZH_SV("deleted");
    event.time_ms = ZH_CLOCK_ABSENT;
    if (r->id.size == 0) {
        r->bad = ZH_SV("id");
        return;
    }
    zh_shop_event_begin(r, &event);
    zh_json_out_object(&r->out);
    zh_json_out_key_text(&r->out, ZH_SV("order_id"), r->id);
    zh_json_out_key_text(&r->out, ZH_SV("status"), ZH_SV("deleted"));
    zh_json_out_end(&r->out);
    zh_shop_event_end(r, &event);
}

/* Money that went back; where no payment is named, what the lines say. */
static int64_t refunded(const zh_shop_reading *r, zh_currency currency)
{
    const int digits = zh_shop_digits(currency);
    int64_t sum = 0, minor;
    bool any = false;
    for (zh_json_iter it = zh_json_walk(zh_shop_get(r, "transactions")); zh_json_next(&it);) {
        const zh_sv kind = text_at(it.value, "kind"), status = text_at(it.value, "status");
        const bool counts = zh_sv_equal(kind, ZH_SV("refund")) && (status.size == 0 || zh_sv_equal(status, ZH_SV("success")));
        if (!counts || !zh_segment_amount(zh_json_get(it.value, ZH_SV("amount")), digits, &minor)) continue;
        any = true;
        if (minor > 0 && minor <= ZH_SEGMENT_AMOUNT_MINOR_MAX && sum <= ZH_SEGMENT_AMOUNT_MINOR_MAX) sum += minor;
    }
    for (zh_json_iter it = zh_json_walk(zh_shop_get(r, "refund_line_items")); !any && zh_json_next(&it);) {
        static const char *const parts[] = { "subtotal", "total_tax" };
        for (size_t i = 0; i < 2; i++)
            if (zh_segment_amount(zh_json_get(it.value, zh_sv_of(parts[i])), digits, &minor) && minor > 0 &&
                minor <= ZH_SEGMENT_AMOUNT_MINOR_MAX && sum <= ZH_SEGMENT_AMOUNT_MINOR_MAX)
                sum += minor;
    }
    return sum;
}

static zh_currency refund_currency(const zh_shop_reading *r, zh_sv *text)
{
    zh_json_iter payments = zh_json_walk(zh_shop_get(r, "transactions")), lines = zh_json_walk(zh_shop_get(r, "refund_line_items"));
    *text = (zh_sv){ 0 };
    if (zh_json_next(&payments)) *text = text_at(payments.value, "currency");
    if (text->size == 0 && zh_json_next(&lines)) {
        const zh_json_value money = zh_json_get(zh_json_get(lines.value, ZH_SV("subtotal_set")), ZH_SV("shop_money"));
        *text = text_at(money, "currency_code");
    }
    return zh_currency_of(*text);
}

void zh_shop_refund(zh_shop_reading *r)
{
    const zh_sv order = zh_shop_id(r, zh_shop_get(r, "order_id"));
    const zh_json_value lines = zh_shop_get(r, "refund_line_items");
    if (r->id.size == 0) r->bad = ZH_SV("id");
    if (order.size == 0) r->bad = ZH_SV("order_id");
    if (zh_json_count(lines) > ZH_EVENT_LINES_MAX) r->bad = ZH_SV("refund_line_items");
    if (r->bad.size > 0) return;
    zh_sv text;
    const zh_currency currency = refund_currency(r, &text);
    zh_shop_event event = track(r, ZH_SV("Order Refunded"), "order", order);
    event.time_ms = created_at(r);
    zh_shop_event_begin(r, &event);
    zh_json_out_object(&r->out);
    zh_json_out_key_text(&r->out, ZH_SV("order_id"), order);
    zh_json_out_key_text(&r->out, ZH_SV("refund_id"), r->id);
    if (currency.code != 0) zh_shop_put_text(r, "currency", text);
    zh_shop_put_minor(r, "total", refunded(r, currency), currency);
    zh_json_out_key(&r->out, ZH_SV("products"));
    zh_json_out_array(&r->out);
    for (zh_json_iter it = zh_json_walk(lines); zh_json_next(&it);)
        put_line(r, zh_json_get(it.value, ZH_SV("line_item")), zh_json_get(it.value, ZH_SV("quantity")), currency);
    zh_json_out_end(&r->out);
    zh_json_out_end(&r->out);
    zh_shop_event_end(r, &event);
}

/* One that was completed is an order by now, which comes by itself. */
void zh_shop_checkout(zh_shop_reading *r)
{
    zh_sv token = zh_shop_id(r, zh_shop_get(r, "token"));
    if (token.size == 0) token = r->id;
    if (token.size == 0) r->bad = ZH_SV("token");
    if (r->bad.size > 0 || zh_shop_time(zh_shop_get(r, "completed_at")) != ZH_CLOCK_ABSENT) return;
    const zh_currency currency = currency_of(r);
    zh_shop_event event = track(r, ZH_SV("Checkout Started"), "checkout", token);
    event.is_visit = true;
    zh_shop_event_begin(r, &event);
    zh_json_out_object(&r->out);
    zh_json_out_key_text(&r->out, ZH_SV("checkout_id"), token);
    zh_shop_put_text(r, "cart_id", zh_shop_id(r, zh_shop_get(r, "cart_token")));
    zh_shop_put_text(r, "affiliation", zh_sv_part(r->ask->domain, 0, ZH_SHOP_TEXT_BYTES_MAX));
    if (currency.code != 0) zh_shop_put_text(r, "currency", text_at(r->root, "currency"));
    put_amounts(r, currency);
    put_coupons(r);
    put_contact(r);
    put_address(r);
    put_lines(r, currency);
    zh_json_out_end(&r->out);
    zh_shop_event_end(r, &event);
}
