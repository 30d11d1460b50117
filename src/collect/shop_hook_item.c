/* shop_hook_item.c -- products become item changes: a product is one item, its variants stand in the attributes. */
#include "collect/clock.h"
#include "collect/segment_shop.h"
#include "collect/shop_hook_inside.h"

#include <stdio.h>

#define TITLE_BYTES_MAX 500  /* as catalog/item.h */
#define NAME_BYTES_MAX 255
#define URL_BYTES_MAX 2048
#define ATTRIBUTES_BYTES_MAX 8192
#define VARIANTS_BYTES_MAX 7000 /* where a list of variants ends, so that the attributes fit */

static zh_sv text_at(zh_json_value object, const char *key)
{
    return zh_shop_text_of(zh_json_get(object, zh_sv_of(key)));
}

static zh_sv at_most(zh_sv text, size_t size_max)
{
    return text.size > size_max ? (zh_sv){ 0 } : text;
}

static zh_json_value first_of(zh_json_value list)
{
    zh_json_iter it = zh_json_walk(list);
    return zh_json_next(&it) ? it.value : (zh_json_value){ 0 };
}

static bool is_amount(zh_json_value value, zh_currency currency, int64_t *minor)
{
    int64_t read;
    if (!zh_segment_amount(value, zh_shop_digits(currency), &read) || read < 0 || read > ZH_SEGMENT_AMOUNT_MINOR_MAX) return false;
    *minor = read;
    return true;
}

/* ---- variants ---- */

/* What is not counted, or sold beyond its stock, has none that could run out. */
static bool is_counted(zh_json_value variant, int64_t *stock)
{
    if (zh_json_is(zh_json_get(variant, ZH_SV("inventory_management")), ZH_JSON_NULL)) return false;
    if (zh_sv_equal(text_at(variant, "inventory_policy"), ZH_SV("continue"))) return false;
    return zh_segment_amount(zh_json_get(variant, ZH_SV("inventory_quantity")), 0, stock);
}

static void read_variants(const zh_shop_reading *r, zh_shop_item *item)
{
    const zh_json_value list = zh_shop_get(r, "variants");
    int64_t sum = 0, one;
    bool all = zh_json_is(list, ZH_JSON_ARRAY) && zh_json_count(list) > 0;
    for (zh_json_iter it = zh_json_walk(list); zh_json_next(&it);) {
        if (is_amount(zh_json_get(it.value, ZH_SV("price")), item->currency, &one) && (item->price_minor < 0 || one < item->price_minor))
            item->price_minor = one;
        if (!is_counted(it.value, &one)) all = false;
        else if (one > 0 && one <= ZH_SEGMENT_AMOUNT_MINOR_MAX && sum <= ZH_SEGMENT_AMOUNT_MINOR_MAX) sum += one;
    }
    if (all) item->stock = sum;
}

static void put_variants(zh_shop_reading *r, zh_json_out *out, zh_currency currency)
{
    int64_t number;
    const zh_json_value list = zh_shop_get(r, "variants");
    if (!zh_json_is(list, ZH_JSON_ARRAY)) return;
    zh_json_out_key(out, ZH_SV("variants"));
    zh_json_out_array(out);
    for (zh_json_iter it = zh_json_walk(list); out->buf->size < VARIANTS_BYTES_MAX && zh_json_next(&it);) {
        const zh_sv id = zh_shop_id(r, zh_json_get(it.value, ZH_SV("id"))), sku = at_most(text_at(it.value, "sku"), NAME_BYTES_MAX);
        const zh_sv title = at_most(text_at(it.value, "title"), NAME_BYTES_MAX);
        zh_json_out_object(out);
        if (id.size > 0) zh_json_out_key_text(out, ZH_SV("id"), id);
        if (sku.size > 0) zh_json_out_key_text(out, ZH_SV("sku"), sku);
        if (title.size > 0) zh_json_out_key_text(out, ZH_SV("title"), title);
        if (is_amount(zh_json_get(it.value, ZH_SV("price")), currency, &number)) zh_json_out_key_int(out, ZH_SV("priceCents"), number);
        if (is_counted(it.value, &number)) zh_json_out_key_int(out, ZH_SV("stock"), number < 0 ? 0 : number);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
}

/* ---- each shop ---- */

static bool is_active(const zh_shop_reading *r)
{
    const zh_sv status = text_at(r->root, "status");
    const zh_json_value published = zh_shop_get(r, "published_at");
    if (status.size > 0 && !zh_sv_equal(status, ZH_SV("active"))) return false;
    return !zh_json_is(published, ZH_JSON_NULL);
}

static void read_shopify(zh_shop_reading *r, zh_shop_item *item)
{
    const zh_sv handle = text_at(r->root, "handle"), domain = r->ask->domain;
    zh_json_value image = zh_shop_get(r, "image");
    if (!zh_json_is(image, ZH_JSON_OBJECT)) image = first_of(zh_shop_get(r, "images"));
    item->title = text_at(r->root, "title");
    item->category = text_at(r->root, "product_type");
    item->brand = text_at(r->root, "vendor");
    item->image_url = zh_json_text_or_empty(zh_json_get(image, ZH_SV("src")));
    item->available = is_active(r);
    item->currency = r->ask->currency;
    read_variants(r, item);
    if (handle.size == 0 || domain.size == 0 || domain.size > NAME_BYTES_MAX) return;
    char url[URL_BYTES_MAX];
    const int size = snprintf(url, sizeof url, "https://%.*s/products/%.*s", ZH_SV_ARG(domain), ZH_SV_ARG(handle));
    if (size < 0 || (size_t)size >= sizeof url) return;
    item->url = zh_arena_copy(r->ask->arena, (zh_sv){ url, (size_t)size });
    if (item->url.data == NULL && r->e == ZH_OK) r->e = ZH_FULL;
}

static void read_woo(zh_shop_reading *r, zh_shop_item *item)
{
    const zh_sv status = text_at(r->root, "status");
    bool manages = false;
    int64_t stock;
    item->title = text_at(r->root, "name");
    item->category = text_at(first_of(zh_shop_get(r, "categories")), "name");
    item->brand = text_at(first_of(zh_shop_get(r, "brands")), "name");
    item->url = zh_json_text_or_empty(zh_shop_get(r, "permalink"));
    item->image_url = zh_json_text_or_empty(zh_json_get(first_of(zh_shop_get(r, "images")), ZH_SV("src")));
    item->available = (status.size == 0 || zh_sv_equal(status, ZH_SV("publish"))) &&
                      !zh_sv_equal(text_at(r->root, "stock_status"), ZH_SV("outofstock"));
    item->currency = r->ask->currency;
    (void)is_amount(zh_shop_get(r, "price"), item->currency, &item->price_minor);
    if (zh_json_bool(zh_shop_get(r, "manage_stock"), &manages) && manages && zh_segment_amount(zh_shop_get(r, "stock_quantity"), 0, &stock) &&
        zh_sv_equal(text_at(r->root, "backorders"), ZH_SV("no")) && stock <= ZH_SEGMENT_AMOUNT_MINOR_MAX)
        item->stock = stock < 0 ? 0 : stock;
}

static void put_attributes(zh_shop_reading *r, zh_shop_item *item)
{
    static const char *const kept[] = { "handle", "slug", "sku", "type", "tags" };
    zh_buf text = zh_buf_open(4 * ATTRIBUTES_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&text);
    zh_json_out_object(&out);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        const zh_sv value = text_at(r->root, kept[i]);
        if (value.size > 0) zh_json_out_key_text(&out, zh_sv_of(kept[i]), value);
    }
    put_variants(r, &out, item->currency);
    zh_json_out_end(&out);
    const zh_err e = zh_json_out_done(&out);
    if (e == ZH_NOMEM) r->e = e;
    if (e == ZH_OK && text.size > 2 && text.size <= ATTRIBUTES_BYTES_MAX) {
        item->attributes = zh_arena_copy(r->ask->arena, zh_buf_view(&text));
        if (item->attributes.data == NULL && r->e == ZH_OK) r->e = ZH_FULL;
    }
    zh_buf_close(&text);
}

static int64_t at(const zh_shop_reading *r, int64_t ms)
{
    return zh_clock_repair(ms, ZH_CLOCK_ABSENT, r->ask->received_ms).time_ms;
}

void zh_shop_product(zh_shop_reading *r)
{
    if (r->id.size == 0) {
        r->bad = ZH_SV("id");
        return;
    }
    /* WooCommerce tells variations as products of their own; orders and the catalog go by the product. */
    if (zh_sv_equal(text_at(r->root, "type"), ZH_SV("variation"))) return;
    zh_shop_item *item = &r->hook->item;
    *item = (zh_shop_item){ .text = r->id, .price_minor = -1, .stock = -1, .at_ms = at(r, r->updated_ms) };
    if (zh_shop_is(r, "product.restored")) item->at_ms = r->ask->received_ms; /* what was deleted a moment ago is newer than its last change */
    if (r->ask->shop == ZH_SHOP_SHOPIFY) read_shopify(r, item);
    else read_woo(r, item);
    item->title = at_most(item->title, TITLE_BYTES_MAX);
    item->category = at_most(item->category, NAME_BYTES_MAX);
    item->brand = at_most(item->brand, NAME_BYTES_MAX);
    item->url = at_most(item->url, URL_BYTES_MAX);
    item->image_url = at_most(item->image_url, URL_BYTES_MAX);
    put_attributes(r, item);
    r->hook->has_item = true;
}

void zh_shop_product_gone(zh_shop_reading *r)
{
    if (r->id.size == 0) {
        r->bad = ZH_SV("id");
        return;
    }
    r->hook->item = (zh_shop_item){ .text = r->id, .deleted = true, .price_minor = -1, .stock = -1, .at_ms = at(r, r->ask->triggered_ms) };
    r->hook->has_item = true;
}
