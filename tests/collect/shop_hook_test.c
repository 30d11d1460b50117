/* Goal    a webhook becomes what the shop meant: one event of the right name, act, time, customer, money and lines; an
 *         item change; choices. The same state is one messageId, whatever delivery brings it. What cannot be
 *         used is one reject; bytes cut anywhere never do harm.
 * Method  tables of bodies as the shops document them; the golden requests of ZHUN_SHARED/wire/shop-hooks, written
 *         out here; every prefix of a body; arenas of every size.
 */
#include "collect/shop_hook.h"
#include "base/time.h"
#include "check.h"
#include "collect/clock.h"

#include <string.h>

#define NOW ((int64_t)1795262400000)  /* 2026-11-21T12:00:00Z */
#define T1158 ((int64_t)1795262280000)

#define SHOPIFY_ORDER "{\"id\":450789469,\"name\":\"#1001\",\"email\":\"li@example.com\",\"created_at\":\"2026-11-21T19:58:00+08:00\",\"currency\":\"CNY\"," \
    "\"total_price\":\"31.05\",\"subtotal_price\":\"28.05\",\"total_tax\":\"0.00\",\"total_discounts\":\"1.20\"," \
    "\"total_shipping_price_set\":{\"shop_money\":{\"amount\":\"3.00\",\"currency_code\":\"CNY\"}}," \
    "\"discount_codes\":[{\"code\":\"双11满减\",\"amount\":\"1.20\",\"type\":\"fixed_amount\"}],\"customer\":{\"id\":207119551,\"email\":\"li@example.com\"}," \
    "\"line_items\":[{\"id\":1,\"product_id\":632910392,\"variant_id\":39072856,\"sku\":\"85123A\",\"title\":\"白色心形茶灯架\",\"quantity\":6,\"price\":\"2.55\"}," \
    "{\"id\":2,\"product_id\":632910393,\"variant_id\":39072857,\"sku\":\"22423\",\"title\":\"REGENCY CAKESTAND 3 TIER\",\"quantity\":1,\"price\":\"12.75\"}]}"
#define WOO_ORDER "{\"id\":727,\"number\":\"727\",\"status\":\"processing\",\"currency\":\"CNY\",\"date_created_gmt\":\"2026-11-21T11:58:00\",\"total\":\"29.35\"," \
    "\"shipping_total\":\"10.00\",\"total_tax\":\"1.35\",\"discount_total\":\"0.00\",\"customer_id\":26,\"billing\":{\"email\":\"han@example.com\"," \
    "\"phone\":\"13800000001\",\"city\":\"深圳\"},\"line_items\":[{\"id\":315,\"product_id\":93,\"variation_id\":0,\"sku\":\"22423\",\"name\":\"蛋糕架\"," \
    "\"quantity\":2,\"total\":\"18.00\",\"price\":9}]}"

static zh_json *json;
static zh_arena arena;
static zh_buf scratch;
static zh_shop_hook out;
static zh_shop_hook_ask ask;

static void read_body(zh_shop shop, const char *topic, const char *body)
{
    ask = (zh_shop_hook_ask){ .shop = shop, .source = { 3 }, .topic = zh_sv_of(topic), .domain = ZH_SV("shop.example"), .delivery = ZH_SV("d-1"),
        .triggered_ms = ZH_CLOCK_ABSENT, .body = zh_sv_of(body), .received_ms = NOW, .parser = json, .arena = &arena, .scratch = &scratch };
    zh_arena_reset(&arena);
    CHECK(zh_shop_hook_read(&ask, &out) == ZH_OK);
}

static void shopify(const char *topic, const char *body)
{
    read_body(ZH_SHOP_SHOPIFY, topic, body);
}

static void woo(const char *topic, const char *body)
{
    read_body(ZH_SHOP_WOOCOMMERCE, topic, body);
}

static bool is(zh_sv text, const char *want)
{
    return zh_sv_equal(text, zh_sv_of(want));
}

static bool has(zh_sv text, const char *part)
{
    return text.size > 0 && memmem(text.data, text.size, part, strlen(part)) != NULL;
}

static void golden_orders(void)
{
    shopify("orders/create", SHOPIFY_ORDER);
    CHECK(out.is_known && out.events_count == 1 && out.rejects_count == 0 && !out.has_item);
    const zh_event *e = &out.events[0];
    CHECK(e->type == ZH_EVENT_TRACK && e->act == ZH_ACT_ORDER && is(e->name, "Order Completed") && is(e->order_id, "450789469"));
    CHECK(e->time_ms == T1158 && e->currency.code == zh_currency_of(ZH_SV("CNY")).code && e->revenue_minor == 3105);
    CHECK(is(e->user_id, "207119551") && is(e->anonymous_id, "shopify:3:order:450789469"));
    CHECK(e->lines_count == 2 && is(e->lines[0].item_text, "632910392") && e->lines[0].price_minor == 255 && e->lines[0].total_minor == 1530);
    CHECK(is(e->lines[1].sku, "22423") && is(e->lines[1].name, "REGENCY CAKESTAND 3 TIER"));
    CHECK(has(e->properties, "\"total\":31.05") && has(e->properties, "\"coupon\":\"双11满减\"") && has(e->properties, "\"shipping\":3"));
    CHECK(!has(e->properties, "li@example.com") && has(e->personal, "li@example.com"));
    CHECK((e->marks & ZH_MARK_NO_VISIT) == 0);

    woo("order.created", WOO_ORDER);
    CHECK(out.events_count == 1 && out.rejects_count == 0);
    e = &out.events[0];
    CHECK(e->act == ZH_ACT_ORDER && is(e->order_id, "727") && e->time_ms == T1158 && e->revenue_minor == 2935 && is(e->user_id, "26"));
    CHECK(e->lines_count == 1 && is(e->lines[0].item_text, "93") && e->lines[0].price_minor == 900 && e->lines[0].quantity == 2);
    CHECK(has(e->properties, "\"subtotal\":18") && has(e->properties, "深圳") && has(e->personal, "13800000001") && !has(e->properties, "1380000"));
}

static void topics_mean_acts(void)
{
    static const struct { zh_shop shop; const char *topic, *body, *name; zh_act act; } rows[] = {
        { ZH_SHOP_SHOPIFY, "orders/paid", "{\"id\":1}", "Order Updated", ZH_ACT_ORDER_UPDATE },
        { ZH_SHOP_SHOPIFY, "orders/updated", "{\"id\":1}", "Order Updated", ZH_ACT_ORDER_UPDATE },
        { ZH_SHOP_SHOPIFY, "orders/cancelled", "{\"id\":1}", "Order Cancelled", ZH_ACT_CANCEL },
        { ZH_SHOP_SHOPIFY, "refunds/create", "{\"id\":1,\"order_id\":2}", "Order Refunded", ZH_ACT_REFUND },
        { ZH_SHOP_SHOPIFY, "checkouts/create", "{\"token\":\"t\"}", "Checkout Started", ZH_ACT_CHECKOUT },
        { ZH_SHOP_SHOPIFY, "checkouts/update", "{\"id\":1}", "Checkout Started", ZH_ACT_CHECKOUT },
        { ZH_SHOP_SHOPIFY, "customers/create", "{\"id\":1}", "", ZH_ACT_OTHER },
        { ZH_SHOP_SHOPIFY, "customers/data_request", "{\"customer\":{\"id\":1}}", "Customer Data Requested", ZH_ACT_OTHER },
        { ZH_SHOP_SHOPIFY, "customers/redact", "{\"customer\":{\"id\":1}}", "Customer Redaction Requested", ZH_ACT_OTHER },
        { ZH_SHOP_SHOPIFY, "shop/redact", "{\"shop_id\":1}", "Shop Redaction Requested", ZH_ACT_OTHER },
        { ZH_SHOP_SHOPIFY, "app/uninstalled", "{\"id\":1}", "App Uninstalled", ZH_ACT_OTHER },
        { ZH_SHOP_WOOCOMMERCE, "order.updated", "{\"id\":1,\"status\":\"completed\"}", "Order Updated", ZH_ACT_ORDER_UPDATE },
        { ZH_SHOP_WOOCOMMERCE, "order.restored", "{\"id\":1,\"status\":\"on-hold\"}", "Order Updated", ZH_ACT_ORDER_UPDATE },
        { ZH_SHOP_WOOCOMMERCE, "order.created", "{\"id\":1,\"status\":\"checkout-draft\"}", "Checkout Started", ZH_ACT_CHECKOUT },
        { ZH_SHOP_WOOCOMMERCE, "order.updated", "{\"id\":1,\"status\":\"failed\"}", "Order Cancelled", ZH_ACT_CANCEL },
        { ZH_SHOP_WOOCOMMERCE, "order.deleted", "{\"id\":1}", "Order Cancelled", ZH_ACT_CANCEL },
        { ZH_SHOP_WOOCOMMERCE, "customer.updated", "{\"id\":1}", "", ZH_ACT_OTHER },
        { ZH_SHOP_WOOCOMMERCE, "customer.deleted", "{\"id\":1}", "Customer Deleted", ZH_ACT_OTHER },
        { ZH_SHOP_WOOCOMMERCE, "coupon.created", "{\"id\":1}", "Coupon Created", ZH_ACT_OTHER },
        { ZH_SHOP_WOOCOMMERCE, "coupon.updated", "{\"id\":1}", "Coupon Updated", ZH_ACT_OTHER },
        { ZH_SHOP_WOOCOMMERCE, "coupon.deleted", "{\"id\":1}", "Coupon Deleted", ZH_ACT_OTHER },
        { ZH_SHOP_WOOCOMMERCE, "coupon.restored", "{\"id\":1}", "Coupon Restored", ZH_ACT_OTHER },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        read_body(rows[i].shop, rows[i].topic, rows[i].body);
        CHECK_ROW(out.is_known && out.events_count == 1 && out.rejects_count == 0, rows[i].topic);
        const zh_event *e = &out.events[0];
        CHECK_ROW(is(e->name, rows[i].name) && e->act == rows[i].act, rows[i].topic);
        CHECK_ROW(((e->marks & ZH_MARK_NO_VISIT) == 0) == (e->act == ZH_ACT_CHECKOUT), rows[i].topic);
        CHECK_ROW(has(e->context, rows[i].topic) && has(e->context, "shop.example"), rows[i].topic);
        CHECK_ROW(e->message_id.size > 0 && e->time_ms == NOW, rows[i].topic);
    }
    shopify("themes/publish", "{\"id\":1}");
    CHECK(!out.is_known && out.events_count == 0);
    woo("orders/create", "{\"id\":1}"); /* the other shop's */
    CHECK(!out.is_known);
}

/* The id of the first event of a body. */
static zh_sv message_id(zh_shop shop, const char *topic, const char *body, const char *delivery)
{
    static char kept[128];
    read_body(shop, topic, body);
    ask.delivery = zh_sv_of(delivery);
    CHECK(zh_shop_hook_read(&ask, &out) == ZH_OK && out.events_count >= 1);
    memcpy(kept, out.events[0].message_id.data, out.events[0].message_id.size);
    return (zh_sv){ kept, out.events[0].message_id.size };
}

static bool same_id(zh_shop shop, const char *topic_a, const char *a, const char *topic_b, const char *b, const char *delivery_b)
{
    char first[128];
    const zh_sv id = message_id(shop, topic_a, a, "d-1");
    memcpy(first, id.data, id.size);
    const zh_sv other = message_id(shop, topic_b, b, delivery_b);
    return zh_sv_equal((zh_sv){ first, id.size }, other);
}

static void the_same_state_is_one_event(void)
{
    const zh_shop s = ZH_SHOP_SHOPIFY, w = ZH_SHOP_WOOCOMMERCE;
    const char *const a = "{\"id\":1,\"updated_at\":\"2026-11-21T11:00:00Z\",\"total_price\":\"1.00\"}";
    CHECK(same_id(s, "orders/updated", a, "orders/updated", a, "d-1"));
    CHECK(same_id(s, "orders/updated", a, "orders/updated", a, "d-2"));
    CHECK(same_id(s, "orders/updated", a, "orders/paid", a, "d-2")); /* one state, told twice */
    CHECK(!same_id(s, "orders/updated", a, "orders/create", a, "d-1"));
    CHECK(!same_id(s, "orders/updated", a, "orders/updated", "{\"id\":1,\"updated_at\":\"2026-11-21T11:00:01Z\",\"total_price\":\"1.00\"}", "d-1"));
    CHECK(!same_id(s, "orders/updated", a, "orders/updated", "{\"id\":1,\"updated_at\":\"2026-11-21T11:00:00Z\",\"total_price\":\"2.00\"}", "d-1"));
    CHECK(!same_id(s, "orders/updated", a, "orders/updated", "{\"id\":2,\"updated_at\":\"2026-11-21T11:00:00Z\",\"total_price\":\"1.00\"}", "d-1"));
    /* without a time of its own the delivery tells a repeat from a second request */
    CHECK(same_id(s, "customers/redact", "{\"customer\":{\"id\":1}}", "customers/redact", "{\"customer\":{\"id\":1}}", "d-1"));
    CHECK(!same_id(s, "customers/redact", "{\"customer\":{\"id\":1}}", "customers/redact", "{\"customer\":{\"id\":1}}", "d-2"));
    /* cancelled is cancelled, whatever else changes */
    CHECK(same_id(w, "order.updated", "{\"id\":1,\"status\":\"cancelled\",\"date_modified_gmt\":\"2026-11-21T11:00:00\"}", "order.updated",
                  "{\"id\":1,\"status\":\"cancelled\",\"date_modified_gmt\":\"2026-11-21T11:30:00\"}", "d-2"));
}

static void customers_are_named_by_the_shop(void)
{
    static const struct { const char *name; zh_shop shop; const char *topic, *body, *user, *anonymous; } rows[] = {
        { "a guest of Shopify", ZH_SHOP_SHOPIFY, "orders/create", "{\"id\":1,\"customer\":null}", "", "shopify:3:order:1" },
        { "a guest of WooCommerce", ZH_SHOP_WOOCOMMERCE, "order.created", "{\"id\":1,\"customer_id\":0}", "", "woocommerce:3:order:1" },
        { "a refund by its order", ZH_SHOP_SHOPIFY, "refunds/create", "{\"id\":9,\"order_id\":1}", "", "shopify:3:order:1" },
        { "a deletion by its order", ZH_SHOP_WOOCOMMERCE, "order.deleted", "{\"id\":1}", "", "woocommerce:3:order:1" },
        { "a checkout", ZH_SHOP_SHOPIFY, "checkouts/create", "{\"token\":\"abc\",\"customer\":{\"id\":5}}", "5", "shopify:3:checkout:abc" },
        { "ids as text", ZH_SHOP_WOOCOMMERCE, "order.created", "{\"id\":\"1\",\"customer_id\":\"26\"}", "26", "woocommerce:3:order:1" },
        { "ids of 19 digits", ZH_SHOP_SHOPIFY, "customers/create", "{\"id\":9007199254740993123}", "9007199254740993123", "" },
        { "a shop's own", ZH_SHOP_SHOPIFY, "shop/redact", "{\"shop_id\":1}", "", "shopify:3:shop" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        read_body(rows[i].shop, rows[i].topic, rows[i].body);
        CHECK_ROW(out.events_count == 1, rows[i].name);
        CHECK_ROW(is(out.events[0].user_id, rows[i].user) && is(out.events[0].anonymous_id, rows[i].anonymous), rows[i].name);
    }
    shopify("customers/update", "{\"id\":5,\"email\":\"a@example.com\",\"phone\":\"+8613800000001\",\"first_name\":\"A\",\"tags\":\"vip\","
            "\"updated_at\":\"2026-11-21T11:58:00Z\",\"default_address\":{\"city\":\"Paris\",\"zip\":\"75001\",\"country_code\":\"FR\"}}");
    const zh_event *e = &out.events[0];
    CHECK(e->type == ZH_EVENT_IDENTIFY && e->time_ms == T1158 && has(e->traits, "Paris") && has(e->traits, "vip"));
    CHECK(!has(e->traits, "example.com") && !has(e->traits, "75001") && has(e->personal, "a@example.com") && has(e->personal, "13800000001"));
}

static void money_is_in_the_shop_s_minor_unit(void)
{
    static const struct { const char *name, *body; int64_t revenue, price; } rows[] = {
        { "two digits", "{\"id\":1,\"currency\":\"CNY\",\"total_price\":\"31.05\",\"line_items\":[{\"product_id\":1,\"price\":\"2.55\"}]}", 3105, 255 },
        { "none", "{\"id\":1,\"currency\":\"JPY\",\"total_price\":\"3105\",\"line_items\":[{\"product_id\":1,\"price\":\"255\"}]}", 3105, 255 },
        { "none, written with two", "{\"id\":1,\"currency\":\"JPY\",\"total_price\":\"3105.00\",\"line_items\":[{\"product_id\":1,\"price\":\"255.00\"}]}", 3105, 255 },
        { "three", "{\"id\":1,\"currency\":\"KWD\",\"total_price\":\"3.105\",\"line_items\":[{\"product_id\":1,\"price\":\"0.255\"}]}", 3105, 255 },
        { "no currency", "{\"id\":1,\"total_price\":\"31.05\",\"line_items\":[{\"product_id\":1,\"price\":\"2.55\"}]}", 3105, 255 },
        { "no amount", "{\"id\":1,\"total_price\":\"a lot\",\"line_items\":[{\"product_id\":1,\"price\":\"2.55\",\"quantity\":2}]}", 510, 255 },
        { "nothing", "{\"id\":1,\"line_items\":[{\"product_id\":1}]}", 0, -1 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        shopify("orders/create", rows[i].body);
        CHECK_ROW(out.events_count == 1 && out.events[0].lines_count == 1, rows[i].name);
        CHECK_ROW(out.events[0].revenue_minor == rows[i].revenue && out.events[0].lines[0].price_minor == rows[i].price, rows[i].name);
    }
    /* a unit price with more digits than the currency: three at 8.3333 are 25.00 */
    woo("order.created", "{\"id\":1,\"currency\":\"EUR\",\"total\":\"25.00\",\"line_items\":[{\"product_id\":1,\"quantity\":3,\"price\":8.3333}]}");
    CHECK(out.events[0].lines[0].total_minor == 2500);
    /* custom lines have no product: they stay in the total */
    shopify("orders/create", "{\"id\":1,\"total_price\":\"9.00\",\"line_items\":[{\"product_id\":null,\"variant_id\":null,\"sku\":null,\"title\":\"tip\",\"price\":\"9.00\"}]}");
    CHECK(out.events[0].lines_count == 0 && out.events[0].revenue_minor == 900);
}

static void refunds_count_what_went_back(void)
{
    static const struct { const char *name, *body; int64_t minor; } rows[] = {
        { "payments", "{\"id\":1,\"order_id\":2,\"transactions\":[{\"kind\":\"refund\",\"status\":\"success\",\"amount\":\"5.00\",\"currency\":\"CNY\"},"
          "{\"kind\":\"refund\",\"status\":\"failure\",\"amount\":\"7.00\"},{\"kind\":\"sale\",\"amount\":\"9.00\"},{\"kind\":\"refund\",\"amount\":\"1.50\"}]}", 650 },
        { "lines", "{\"id\":1,\"order_id\":2,\"refund_line_items\":[{\"quantity\":1,\"subtotal\":3.0,\"total_tax\":0.25,\"line_item\":{\"product_id\":7}}]}", 325 },
        { "nothing went back", "{\"id\":1,\"order_id\":2}", 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        shopify("refunds/create", rows[i].body);
        CHECK_ROW(out.events_count == 1 && out.events[0].revenue_minor == rows[i].minor && is(out.events[0].order_id, "2"), rows[i].name);
    }
    woo("order.updated", "{\"id\":1,\"status\":\"processing\",\"currency\":\"CNY\",\"refunds\":[{\"id\":5,\"total\":\"-5.00\"},{\"id\":6,\"total\":\"-1.00\"},{\"total\":\"-9\"}]}");
    CHECK(out.events_count == 3 && out.events[1].act == ZH_ACT_REFUND && out.events[1].revenue_minor == 500 && out.events[2].revenue_minor == 100);
    CHECK(!zh_sv_equal(out.events[1].message_id, out.events[2].message_id) && out.events[1].time_ms == NOW);
}

static void products_are_items(void)
{
    shopify("products/update", "{\"id\":11,\"title\":\"T\",\"vendor\":\"V\",\"product_type\":\"C\",\"handle\":\"h\",\"status\":\"active\",\"updated_at\":\"2026-11-21T11:58:00Z\","
            "\"images\":[{\"src\":\"https://img.example/1\"}],\"variants\":[{\"id\":1,\"price\":\"9.90\",\"inventory_management\":\"shopify\",\"inventory_quantity\":3},"
            "{\"id\":2,\"price\":\"8.90\",\"inventory_management\":\"shopify\",\"inventory_quantity\":-2}]}");
    const zh_shop_item *i = &out.item;
    CHECK(out.has_item && out.events_count == 0 && is(i->text, "11") && i->at_ms == T1158 && i->available && !i->deleted);
    CHECK(is(i->title, "T") && is(i->brand, "V") && is(i->category, "C") && is(i->url, "https://shop.example/products/h") && is(i->image_url, "https://img.example/1"));
    CHECK(i->price_minor == 890 && i->stock == 3 && has(i->attributes, "\"priceCents\":990"));
    static const struct { const char *name, *body; int64_t stock; bool available; } rows[] = {
        { "not counted", "{\"id\":1,\"variants\":[{\"inventory_management\":null,\"inventory_quantity\":3}]}", -1, true },
        { "sold beyond its stock", "{\"id\":1,\"variants\":[{\"inventory_policy\":\"continue\",\"inventory_quantity\":0}]}", -1, true },
        { "one of two not counted", "{\"id\":1,\"variants\":[{\"inventory_quantity\":3},{\"inventory_management\":null}]}", -1, true },
        { "sold out", "{\"id\":1,\"variants\":[{\"inventory_quantity\":0}]}", 0, true },
        { "a draft", "{\"id\":1,\"status\":\"draft\"}", -1, false },
        { "not published", "{\"id\":1,\"status\":\"active\",\"published_at\":null}", -1, false },
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        shopify("products/update", rows[k].body);
        CHECK_ROW(out.has_item && out.item.stock == rows[k].stock && out.item.available == rows[k].available, rows[k].name);
    }
    shopify("products/delete", "{\"id\":11}");
    CHECK(out.has_item && out.item.deleted && out.item.at_ms == NOW);
    ask.triggered_ms = T1158;
    CHECK(zh_shop_hook_read(&ask, &out) == ZH_OK && out.item.at_ms == T1158);
    woo("product.updated", "{\"id\":93,\"name\":\"N\",\"status\":\"publish\",\"price\":\"18.00\",\"manage_stock\":true,\"stock_quantity\":4,\"backorders\":\"no\","
        "\"categories\":[{\"name\":\"C\"}],\"permalink\":\"https://shop.example/p\",\"images\":[{\"src\":\"s\"}],\"date_modified_gmt\":\"2026-11-21T11:58:00\"}");
    CHECK(out.has_item && is(out.item.title, "N") && out.item.price_minor == 1800 && out.item.stock == 4 && out.item.at_ms == T1158 && is(out.item.category, "C"));
    woo("product.updated", "{\"id\":94,\"type\":\"variation\",\"parent_id\":93}");
    CHECK(!out.has_item && out.events_count == 0 && out.rejects_count == 0);
    woo("product.updated", "{\"id\":93,\"stock_status\":\"outofstock\",\"price\":\"\"}");
    CHECK(!out.item.available && out.item.price_minor == -1);
}

static void choices_are_what_the_customer_said(void)
{
    static const struct { const char *name, *body; uint32_t count; zh_choice email; int64_t at_ms; } rows[] = {
        { "yes", "{\"id\":1,\"email_marketing_consent\":{\"state\":\"subscribed\",\"consent_updated_at\":\"2026-11-21T11:58:00Z\"}}", 1, ZH_CHOICE_YES, T1158 },
        { "no", "{\"id\":1,\"email_marketing_consent\":{\"state\":\"unsubscribed\",\"consent_updated_at\":\"2026-11-21T11:58:00Z\"}}", 1, ZH_CHOICE_NO, T1158 },
        { "not confirmed yet", "{\"id\":1,\"email_marketing_consent\":{\"state\":\"pending\"}}", 0, ZH_CHOICE_UNKNOWN, 0 },
        { "never asked", "{\"id\":1,\"email_marketing_consent\":{\"state\":\"not_subscribed\"}}", 0, ZH_CHOICE_UNKNOWN, 0 },
        { "no time", "{\"id\":1,\"updated_at\":\"2026-11-21T11:58:00Z\",\"email_marketing_consent\":{\"state\":\"redacted\",\"consent_updated_at\":null}}", 1, ZH_CHOICE_NO, T1158 },
        { "the older form", "{\"id\":1,\"accepts_marketing\":true,\"accepts_marketing_updated_at\":\"2026-11-21T11:58:00Z\"}", 1, ZH_CHOICE_YES, T1158 },
        { "the older form, no", "{\"id\":1,\"accepts_marketing\":false}", 0, ZH_CHOICE_UNKNOWN, 0 },
        { "nothing", "{\"id\":1}", 0, ZH_CHOICE_UNKNOWN, 0 },
    };
    const uint32_t bit = ZH_CONSENT_BIT(ZH_CONSENT_OF(ZH_CHANNEL_EMAIL));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        shopify("customers/update", rows[i].body);
        CHECK_ROW(out.choices_count == rows[i].count && is(out.choices_user, "1"), rows[i].name);
        if (rows[i].count == 0) continue;
        CHECK_ROW(out.choices[0].said == bit && out.choices[0].yes == (rows[i].email == ZH_CHOICE_YES ? bit : 0), rows[i].name);
        CHECK_ROW(out.choices[0].at_ms == rows[i].at_ms && is(out.choices[0].source, "shopify"), rows[i].name);
    }
    shopify("customers/update", "{\"id\":1,\"sms_marketing_consent\":{\"state\":\"subscribed\"},\"email_marketing_consent\":{\"state\":\"unsubscribed\"}}");
    CHECK(out.choices_count == 2 && out.choices[1].said == ZH_CONSENT_BIT(ZH_CONSENT_OF(ZH_CHANNEL_SMS)) && out.choices[1].yes == out.choices[1].said);
}

static void what_cannot_be_used_is_one_reject(void)
{
    static const struct { const char *body; zh_reject why; } rows[] = {
        { "", ZH_REJECT_UNREADABLE }, { "{", ZH_REJECT_UNREADABLE }, { "webhook_id=1", ZH_REJECT_UNREADABLE }, { "{\"id\":\"\xFF\"}", ZH_REJECT_UNREADABLE },
        { "[1]", ZH_REJECT_NOT_OBJECT }, { "1", ZH_REJECT_NOT_OBJECT }, { "{\"id\":1,\"id\":2}", ZH_REJECT_REPEATED_KEY },
        { "{\"id\":1,\"n\":1e999}", ZH_REJECT_BAD_NUMBER }, { "{}", ZH_REJECT_BAD_FIELD }, { "{\"id\":null}", ZH_REJECT_BAD_FIELD },
        { "{\"id\":\"null\"}", ZH_REJECT_NONE }, { "{\"id\":[1]}", ZH_REJECT_BAD_FIELD },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        shopify("orders/create", rows[i].body);
        const uint32_t rejects = rows[i].why != ZH_REJECT_NONE;
        CHECK_ROW(out.is_known && out.rejects_count == rejects && out.events_count == 1 - rejects && !out.has_item, rows[i].body);
        CHECK_ROW(rejects == 0 || (out.rejects[0].why == rows[i].why && is(out.rejects[0].raw, rows[i].body)), rows[i].body);
    }
    shopify("customers/create", "{\"id\":\"undefined\"}"); /* an id that is nobody's */
    CHECK(out.rejects_count == 1 && out.rejects[0].why == ZH_REJECT_BLOCKED_ID);
}

static void large_orders_lose_names_not_lines(void)
{
    zh_buf body = zh_buf_open(1 << 20);
    for (int lines = 100; lines <= 1100; lines += 100) {
        zh_buf_reset(&body);
        zh_buf_printf(&body, "{\"id\":1,\"line_items\":[");
        for (int i = 0; i < lines; i++) zh_buf_printf(&body, "%s{\"product_id\":%d,\"quantity\":1,\"price\":\"1.00\",\"title\":\"%0100d\"}", i == 0 ? "" : ",", 100 + i, i);
        zh_buf_printf(&body, "]}");
        zh_buf_put_u8(&body, '\0');
        shopify("orders/create", body.data);
        if (out.rejects_count == 1) {
            CHECK(lines > ZH_EVENT_LINES_MAX && out.rejects[0].why == ZH_REJECT_BAD_FIELD);
        } else {
            CHECK(out.events[0].lines_count == (uint32_t)lines && (out.events[0].lines[0].name.size == 0) == (lines > 200));
        }
    }
    zh_buf_close(&body);
}

static void every_prefix_and_every_arena(void)
{
    static const char *const bodies[] = { SHOPIFY_ORDER, WOO_ORDER };
    static const char *const names[] = { "orders/create", "order.created" };
    char cut[4096];
    for (int k = 0; k < 2; k++) {
        const size_t size = strlen(bodies[k]);
        CHECK(size < sizeof cut);
        for (size_t n = 0; n < size; n++) {
            memcpy(cut, bodies[k], n);
            cut[n] = '\0';
            read_body(k == 0 ? ZH_SHOP_SHOPIFY : ZH_SHOP_WOOCOMMERCE, names[k], cut);
            CHECK(out.events_count == 0 && out.rejects_count == 1);
        }
    }
    for (size_t bytes = 1; bytes < 200000; bytes = bytes * 5 / 4 + 1) {
        zh_arena small = zh_arena_open(bytes);
        ask.body = zh_sv_of(SHOPIFY_ORDER), ask.shop = ZH_SHOP_SHOPIFY, ask.topic = ZH_SV("orders/create"), ask.arena = &small;
        const zh_err e = zh_shop_hook_read(&ask, &out);
        CHECK(e == ZH_FULL || e == ZH_NOMEM || (e == ZH_OK && out.events_count == 1));
        zh_arena_close(&small);
    }
}

int main(void)
{
    CHECK(zh_json_open(&json, ZH_SHOP_HOOK_SCRATCH_BYTES) == ZH_OK);
    arena = zh_arena_open(64 << 20);
    scratch = zh_buf_open(ZH_SHOP_HOOK_SCRATCH_BYTES);
    golden_orders();
    topics_mean_acts();
    the_same_state_is_one_event();
    customers_are_named_by_the_shop();
    money_is_in_the_shop_s_minor_unit();
    refunds_count_what_went_back();
    products_are_items();
    choices_are_what_the_customer_said();
    what_cannot_be_used_is_one_reject();
    large_orders_lose_names_not_lines();
    every_prefix_and_every_arena();
    zh_json_close(json);
    zh_arena_close(&arena);
    zh_buf_close(&scratch);
    return 0;
}
