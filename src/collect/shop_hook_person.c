/* shop_hook_person.c -- customers and their choices, coupons, requests of the law, the end of the app. */
#include "collect/clock.h"
#include "collect/shop_hook_inside.h"

#define ORDERS_NAMED_MAX 500 /* in a request of the law */

static zh_sv text_at(zh_json_value object, const char *key)
{
    return zh_shop_text_of(zh_json_get(object, zh_sv_of(key)));
}

static bool is_shopify(const zh_shop_reading *r)
{
    return r->ask->shop == ZH_SHOP_SHOPIFY;
}

/* ---- customers ---- */

static void put_address(zh_shop_reading *r, zh_json_value address)
{
    const char *const fields[][2] = {
        { "city", "city" }, { "state", is_shopify(r) ? "province" : "state" }, { "postalCode", is_shopify(r) ? "zip" : "postcode" },
        { "country", is_shopify(r) ? "country_code" : "country" },
    };
    bool any = false;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) any |= text_at(address, fields[i][1]).size > 0;
    if (!any) return;
    zh_json_out_key(&r->out, ZH_SV("address"));
    zh_json_out_object(&r->out);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) zh_shop_put_text(r, fields[i][0], text_at(address, fields[i][1]));
    zh_json_out_end(&r->out);
}

static void put_traits(zh_shop_reading *r)
{
    static const char *const same[][2] = {
        { "email", "email" }, { "phone", "phone" }, { "firstName", "first_name" }, { "lastName", "last_name" }, { "username", "username" },
        { "locale", "locale" }, { "tags", "tags" }, { "role", "role" },
    };
    const zh_json_value billing = zh_shop_get(r, "billing");
    const zh_sv created = text_at(r->root, is_shopify(r) ? "created_at" : "date_created_gmt");
    zh_json_out_object(&r->out);
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        zh_sv text = text_at(r->root, same[i][1]);
        if (text.size == 0 && !is_shopify(r)) text = text_at(billing, same[i][1]);
        zh_shop_put_text(r, same[i][0], text);
    }
    if (zh_shop_time(zh_shop_get(r, is_shopify(r) ? "created_at" : "date_created_gmt")) != ZH_CLOCK_ABSENT) zh_shop_put_text(r, "createdAt", created);
    put_address(r, is_shopify(r) ? zh_shop_get(r, "default_address") : billing);
    zh_json_out_end(&r->out);
}

/* A state says yes, no, or nothing: who never was asked, or has not confirmed yet, has said nothing. */
static zh_choice choice_of(zh_sv state)
{
    static const char *const no[] = { "unsubscribed", "redacted", "invalid" };
    if (zh_sv_equal(state, ZH_SV("subscribed"))) return ZH_CHOICE_YES;
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (zh_sv_equal(state, zh_sv_of(no[i]))) return ZH_CHOICE_NO;
    return ZH_CHOICE_UNKNOWN;
}

static void add_choice(zh_shop_reading *r, zh_channel channel, zh_choice choice, int64_t ms)
{
    zh_shop_hook *hook = r->hook;
    const uint32_t bit = ZH_CONSENT_BIT(ZH_CONSENT_OF(channel));
    if (choice == ZH_CHOICE_UNKNOWN) return;
    if (ms == ZH_CLOCK_ABSENT) ms = r->updated_ms;
    hook->choices[hook->choices_count++] = (zh_consent_change){
        .at_ms = zh_clock_repair(ms, ZH_CLOCK_ABSENT, r->ask->received_ms).time_ms, .said = bit,
        .yes = choice == ZH_CHOICE_YES ? bit : 0, .source = zh_sv_of(zh_shop_text(r->ask->shop)) };
}

static void read_choices(zh_shop_reading *r)
{
    static const struct { zh_channel channel; const char *key; } rows[] = {
        { ZH_CHANNEL_EMAIL, "email_marketing_consent" }, { ZH_CHANNEL_SMS, "sms_marketing_consent" },
    };
    bool accepts;
    r->hook->choices_user = r->id;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const zh_json_value said = zh_shop_get(r, rows[i].key);
        add_choice(r, rows[i].channel, choice_of(text_at(said, "state")), zh_shop_time(zh_json_get(said, ZH_SV("consent_updated_at"))));
    }
    /* What older versions of the interface sent in its place; a no is also what was never asked, so only yes counts. */
    if (!zh_json_is(zh_shop_get(r, "email_marketing_consent"), ZH_JSON_OBJECT) && zh_json_bool(zh_shop_get(r, "accepts_marketing"), &accepts) && accepts)
        add_choice(r, ZH_CHANNEL_EMAIL, ZH_CHOICE_YES, zh_shop_time(zh_shop_get(r, "accepts_marketing_updated_at")));
}

void zh_shop_customer(zh_shop_reading *r)
{
    if (r->id.size == 0) {
        r->bad = ZH_SV("id");
        return;
    }
    zh_shop_event event = { .type = ZH_SV("identify"), .user = r->id, .time_ms = r->updated_ms };
    zh_shop_event_begin(r, &event);
    put_traits(r);
    zh_shop_event_end(r, &event);
    if (is_shopify(r)) read_choices(r);
}

void zh_shop_customer_gone(zh_shop_reading *r)
{
    if (r->id.size == 0) {
        r->bad = ZH_SV("id");
        return;
    }
    zh_shop_event event = { .type = ZH_SV("track"), .name = ZH_SV("Customer Deleted"), .user = r->id, .time_ms = ZH_CLOCK_ABSENT,
                            .once = ZH_SV("deleted") };
    zh_shop_event_begin(r, &event);
    zh_json_out_object(&r->out);
    zh_json_out_end(&r->out);
    zh_shop_event_end(r, &event);
}

/* ---- what concerns the shop ---- */

void zh_shop_coupon(zh_shop_reading *r)
{
    static const struct { const char *topic; const char *name; } names[] = {
        { "coupon.created", "Coupon Created" }, { "coupon.updated", "Coupon Updated" },
        { "coupon.restored", "Coupon Restored" }, { "coupon.deleted", "Coupon Deleted" },
    };
    static const char *const texts[][2] = {
        { "coupon_name", "code" }, { "discount_type", "discount_type" }, { "amount", "amount" }, { "minimum_amount", "minimum_amount" },
        { "expires_at", "date_expires_gmt" },
    };
    if (r->id.size == 0) {
        r->bad = ZH_SV("id");
        return;
    }
    zh_shop_event event = { .type = ZH_SV("track"), .anonymous = zh_shop_join(r, "shop", (zh_sv){ 0 }), .time_ms = r->updated_ms };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (zh_shop_is(r, names[i].topic)) event.name = zh_sv_of(names[i].name);
    zh_shop_event_begin(r, &event);
    zh_json_out_object(&r->out);
    zh_json_out_key_text(&r->out, ZH_SV("coupon_id"), r->id);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) zh_shop_put_text(r, texts[i][0], text_at(r->root, texts[i][1]));
    zh_json_out_end(&r->out);
    zh_shop_event_end(r, &event);
}

/* A request of the law is an event with a name of its own, so that erasure finds it; it acts on nothing by itself. */
void zh_shop_privacy(zh_shop_reading *r)
{
    static const struct { const char *topic; const char *name; } names[] = {
        { "customers/data_request", "Customer Data Requested" }, { "customers/redact", "Customer Redaction Requested" },
        { "shop/redact", "Shop Redaction Requested" },
    };
    const zh_json_value customer = zh_shop_get(r, "customer");
    const bool asks = zh_shop_is(r, "customers/data_request");
    zh_shop_event event = { .type = ZH_SV("track"), .user = zh_shop_id(r, zh_json_get(customer, ZH_SV("id"))), .time_ms = ZH_CLOCK_ABSENT };
    if (event.user.size == 0) event.anonymous = zh_shop_join(r, "shop", (zh_sv){ 0 });
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (zh_shop_is(r, names[i].topic)) event.name = zh_sv_of(names[i].name);
    zh_shop_event_begin(r, &event);
    zh_json_out_object(&r->out);
    zh_json_out_key_text(&r->out, ZH_SV("kind"), r->ask->topic);
    zh_shop_put_text(r, "shop_id", zh_shop_id(r, zh_shop_get(r, "shop_id")));
    zh_shop_put_text(r, "shop_domain", text_at(r->root, "shop_domain"));
    zh_shop_put_text(r, "request_id", zh_shop_id(r, zh_json_get(zh_shop_get(r, "data_request"), ZH_SV("id"))));
    zh_shop_put_text(r, "email", text_at(customer, "email"));
    zh_shop_put_text(r, "phone", text_at(customer, "phone"));
    zh_json_out_key(&r->out, ZH_SV("orders"));
    zh_json_out_array(&r->out);
    uint32_t count = 0;
    for (zh_json_iter it = zh_json_walk(zh_shop_get(r, asks ? "orders_requested" : "orders_to_redact")); count < ORDERS_NAMED_MAX && zh_json_next(&it);) {
        const zh_sv id = zh_shop_id(r, it.value);
        if (id.size == 0) continue;
        zh_json_out_text(&r->out, id);
        count++;
    }
    zh_json_out_end(&r->out);
    zh_json_out_end(&r->out);
    zh_shop_event_end(r, &event);
}

void zh_shop_uninstalled(zh_shop_reading *r)
{
    const zh_sv domain = text_at(r->root, "myshopify_domain");
    zh_shop_event event = { .type = ZH_SV("track"), .name = ZH_SV("App Uninstalled"), .anonymous = zh_shop_join(r, "shop", (zh_sv){ 0 }),
                            .time_ms = r->ask->triggered_ms };
    zh_shop_event_begin(r, &event);
    zh_json_out_object(&r->out);
    zh_shop_put_text(r, "shop_id", r->id);
    zh_shop_put_text(r, "shop_domain", domain.size > 0 ? domain : zh_sv_part(r->ask->domain, 0, ZH_SHOP_TEXT_BYTES_MAX));
    zh_json_out_end(&r->out);
    zh_shop_event_end(r, &event);
}
