#include "catalog/google_feed.h"

#include "base/csv.h"

#define TAB '\t'

/* Columns behind `availability`: attributes of these names, as they are. Source: collect/google_item.h. */
static const zh_sv kept[] = {
    ZH_SV("google_product_category"), ZH_SV("gtin"), ZH_SV("mpn"), ZH_SV("condition"), ZH_SV("color"),
    ZH_SV("size"), ZH_SV("gender"), ZH_SV("age_group"), ZH_SV("material"), ZH_SV("pattern"),
    ZH_SV("custom_label_0"), ZH_SV("custom_label_1"), ZH_SV("custom_label_2"), ZH_SV("custom_label_3"),
    ZH_SV("custom_label_4"), ZH_SV("sale_price_effective_date"),
};

static void put(zh_buf *out, zh_sv cell) { zh_csv_put(out, cell, TAB, false); }

void zh_google_feed_header(zh_buf *out)
{
    static const zh_sv names[] = {
        ZH_SV("title"), ZH_SV("description"), ZH_SV("link"), ZH_SV("image_link"), ZH_SV("brand"),
        ZH_SV("product_type"), ZH_SV("item_group_id"), ZH_SV("price"), ZH_SV("sale_price"),
        ZH_SV("availability"), ZH_SV("sell_on_google_quantity"),
    };
    zh_csv_put(out, ZH_SV("id"), TAB, true);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) put(out, names[i]);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) put(out, kept[i]);
    zh_buf_put_u8(out, '\n');
}

static zh_sv attribute(zh_json_value attributes, zh_sv name)
{
    return zh_json_text_or_empty(zh_json_get(attributes, name));
}

static void put_price(int64_t minor, zh_currency currency, zh_buf *out)
{
    char text[ZH_MONEY_TEXT_BYTES + 4], letters[4];
    size_t size = zh_money_print(minor, zh_currency_digits(currency), text);
    zh_currency_text(currency, letters);
    text[size++] = ' ';
    memcpy(text + size, letters, 3);
    put(out, (zh_sv){ text, size + 3 });
}

/* price and sale_price. */
static void put_prices(const zh_item *item, zh_json_value attributes, zh_buf *out)
{
    int64_t regular = 0;
    const int digits = zh_currency_digits(item->currency);
    const bool priced = item->price_minor >= 0 && item->currency.code != 0;
    const bool reduced = priced && zh_money_parse(attribute(attributes, ZH_SV("regular_price")), digits, &regular) == ZH_OK &&
                         regular > item->price_minor;
    if (!priced) put(out, (zh_sv){ 0 });
    else put_price(reduced ? regular : item->price_minor, item->currency, out);
    if (reduced) put_price(item->price_minor, item->currency, out);
    else put(out, attribute(attributes, ZH_SV("sale_price"))); /* one with dates, as it came */
}

static void put_availability(const zh_item *item, zh_json_value attributes, zh_buf *out)
{
    char text[24];
    const zh_sv said = attribute(attributes, ZH_SV("availability")); /* preorder, backorder */
    if (!item->available || item->stock == 0) put(out, ZH_SV("out_of_stock"));
    else put(out, said.size > 0 ? said : ZH_SV("in_stock"));
    const int size = snprintf(text, sizeof text, "%lld", (long long)item->stock);
    put(out, item->stock < 0 ? (zh_sv){ 0 } : (zh_sv){ text, (size_t)size });
}

/* The category, where the feed's own category is not the same: it came from there. */
static zh_sv product_type(const zh_item *item, zh_json_value attributes)
{
    return zh_sv_equal(item->category, attribute(attributes, ZH_SV("google_product_category"))) ? (zh_sv){ 0 } : item->category;
}

void zh_google_feed_row(const zh_item *item, zh_json *json, zh_buf *out)
{
    zh_json_value attributes = { 0 };
    if (item->attributes.size > 0) (void)!zh_json_parse(json, item->attributes, &attributes, NULL);
    const zh_sv description = attribute(attributes, ZH_SV("description"));
    zh_csv_put(out, item->text, TAB, true);
    put(out, item->title);
    put(out, description.size > 0 ? description : item->title);
    put(out, item->url);
    put(out, item->image_url);
    put(out, item->brand);
    put(out, product_type(item, attributes));
    put(out, attribute(attributes, ZH_SV("group")));
    put_prices(item, attributes, out);
    put_availability(item, attributes, out);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) put(out, attribute(attributes, kept[i]));
    zh_buf_put_u8(out, '\n');
}
