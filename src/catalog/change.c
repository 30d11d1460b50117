/* The record of a catalog change (docs/FORMATS.md draws it), version 1, or 2 with the number of an import:
 *
 *   u8 kind=4, u8 version [2: u32 import], u8 deleted, u32 set, i64 at_ms, u32 source, text item id,
 *   then what `set` names, in the order of its bits: text title, text category, text brand,
 *   zig price_minor u32 currency, zig stock, u8 available, text url, text image_url,
 *   text attributes, u8 non_product.
 */
#include "catalog/item.h"
#include "core/record.h"

#define VERSION 1
#define VERSION_IMPORT 2 /* with the number of the import behind it */

bool zh_item_change_check(const zh_item_change *c, const char **why)
{
    const struct { zh_sv text; size_t most; const char *why; } texts[] = {
        { c->text, ZH_ITEM_TEXT_BYTES_MAX, "the item id is longer than 255 bytes" },
        { c->title, ZH_ITEM_TITLE_BYTES_MAX, "the title is longer than 500 bytes" },
        { c->category, ZH_ITEM_NAME_BYTES_MAX, "the category is longer than 255 bytes" },
        { c->brand, ZH_ITEM_NAME_BYTES_MAX, "the brand is longer than 255 bytes" },
        { c->url, ZH_ITEM_URL_BYTES_MAX, "the url is longer than 2,048 bytes" },
        { c->image_url, ZH_ITEM_URL_BYTES_MAX, "the image url is longer than 2,048 bytes" },
        { c->attributes, ZH_ITEM_ATTRIBUTES_BYTES_MAX, "the attributes are longer than 8,192 bytes" },
    };
    *why = NULL;
    if (c->text.size == 0) *why = "an item needs an id";
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i].text.size > texts[i].most) *why = texts[i].why;
    if ((c->set & ~(uint32_t)ZH_ITEM_FIELDS) != 0) *why = "unknown fields";
    if (c->deleted && c->set != 0) *why = "a delete sets nothing";
    if (!c->deleted && c->set == 0) *why = "a change sets something";
    if ((c->set & ZH_ITEM_PRICE) && c->price_minor < ZH_ITEM_PRICE_UNKNOWN) *why = "a price is not negative";
    if ((c->set & ZH_ITEM_COST) && c->cost_minor < ZH_ITEM_COST_UNKNOWN) *why = "a cost is not negative";
    if ((c->set & ZH_ITEM_STOCK) && c->stock < ZH_ITEM_STOCK_UNKNOWN) *why = "a stock is not negative";
    return *why == NULL;
}

void zh_item_change_put(const zh_item_change *c, zh_buf *out)
{
    zh_record_begin(out, ZH_RECORD_ITEM, c->import_number == 0 ? VERSION : VERSION_IMPORT);
    if (c->import_number != 0) zh_buf_put_u32(out, c->import_number);
    zh_buf_put_u8(out, c->deleted);
    zh_buf_put_u32(out, c->set);
    zh_buf_put_i64(out, c->at_ms);
    zh_buf_put_u32(out, c->source.number);
    zh_buf_put_text(out, c->text);
    if (c->set & ZH_ITEM_TITLE) zh_buf_put_text(out, c->title);
    if (c->set & ZH_ITEM_CATEGORY) zh_buf_put_text(out, c->category);
    if (c->set & ZH_ITEM_BRAND) zh_buf_put_text(out, c->brand);
    if (c->set & ZH_ITEM_PRICE) zh_buf_put_zig(out, c->price_minor), zh_buf_put_u32(out, c->currency.code);
    if (c->set & ZH_ITEM_STOCK) zh_buf_put_zig(out, c->stock);
    if (c->set & ZH_ITEM_AVAILABLE) zh_buf_put_u8(out, c->available);
    if (c->set & ZH_ITEM_URL) zh_buf_put_text(out, c->url);
    if (c->set & ZH_ITEM_IMAGE) zh_buf_put_text(out, c->image_url);
    if (c->set & ZH_ITEM_ATTRIBUTES) zh_buf_put_text(out, c->attributes);
    if (c->set & ZH_ITEM_KIND) zh_buf_put_u8(out, c->non_product);
    if (c->set & ZH_ITEM_COST) zh_buf_put_zig(out, c->cost_minor);
}

zh_err zh_item_change_get(zh_sv record, zh_item_change *c)
{
    zh_reader r = zh_reader_on(record);
    const char *why = NULL;
    *c = (zh_item_change){ .price_minor = ZH_ITEM_PRICE_UNKNOWN, .stock = ZH_ITEM_STOCK_UNKNOWN, .cost_minor = ZH_ITEM_COST_UNKNOWN };
    if (zh_read_u8(&r) != ZH_RECORD_ITEM) return ZH_FORMAT;
    const uint8_t version = zh_read_u8(&r);
    if (version == VERSION_IMPORT) c->import_number = zh_read_u32(&r);
    if (version != VERSION && (version != VERSION_IMPORT || c->import_number == 0)) return ZH_FORMAT;
    c->deleted = zh_read_u8(&r) != 0;
    c->set = zh_read_u32(&r);
    c->at_ms = zh_read_i64(&r);
    c->source.number = zh_read_u32(&r);
    c->text = zh_read_text(&r);
    if (c->set & ZH_ITEM_TITLE) c->title = zh_read_text(&r);
    if (c->set & ZH_ITEM_CATEGORY) c->category = zh_read_text(&r);
    if (c->set & ZH_ITEM_BRAND) c->brand = zh_read_text(&r);
    if (c->set & ZH_ITEM_PRICE) c->price_minor = zh_read_zig(&r), c->currency.code = zh_read_u32(&r);
    if (c->set & ZH_ITEM_STOCK) c->stock = zh_read_zig(&r);
    if (c->set & ZH_ITEM_AVAILABLE) c->available = zh_read_u8(&r) != 0;
    if (c->set & ZH_ITEM_URL) c->url = zh_read_text(&r);
    if (c->set & ZH_ITEM_IMAGE) c->image_url = zh_read_text(&r);
    if (c->set & ZH_ITEM_ATTRIBUTES) c->attributes = zh_read_text(&r);
    if (c->set & ZH_ITEM_KIND) c->non_product = zh_read_u8(&r) != 0;
    if (c->set & ZH_ITEM_COST) c->cost_minor = zh_read_zig(&r);
    if (r.bad || zh_reader_left(&r) != 0) return ZH_FORMAT;
    return zh_item_change_check(c, &why) ? ZH_OK : ZH_FORMAT;
}
