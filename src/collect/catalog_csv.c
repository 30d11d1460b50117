#include "collect/catalog_csv.h"

#include "base/hash.h"
#include "base/json_out.h"
#include "base/utf8.h"
#include "core/id.h"

#include <assert.h>

/* A line, read and checked. */
typedef struct item_line {
    zh_sv id;
    bool has_price, has_stock, has_available, available;
    int64_t price_minor, stock;
    zh_currency currency;
} item_line;

zh_catalog_csv zh_catalog_csv_of(const zh_column_map *map)
{
    assert(map->table == ZH_TABLE_CATALOG);
    return (zh_catalog_csv){ .map = map };
}

zh_err zh_catalog_csv_header(zh_catalog_csv *catalog, const zh_sv *fields, uint32_t count,
                             zh_note *why)
{
    return zh_columns_bind(catalog->map, fields, count, &catalog->columns, why);
}

static zh_err check_cells(const zh_catalog_csv *c, const zh_sv *fields, uint32_t count,
                          zh_note *why)
{
    if (count != c->columns.count) {
        zh_note_set(why, "%u columns where the header has %u", count, c->columns.count);
        return ZH_FORMAT;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (zh_utf8_valid(fields[i]) == fields[i].size) continue;
        zh_note_set(why, "column %u has bytes that are no text in the encoding of this file",
                    i + 1);
        return ZH_FORMAT;
    }
    return ZH_OK;
}

static zh_err read_id(zh_sv cell, zh_sv *out, zh_note *why)
{
    *out = cell;
    if (cell.size == 0 || cell.size > ZH_ITEM_TEXT_BYTES_MAX) {
        zh_note_set(why, cell.size == 0 ? "item_id is blank" : "item_id is longer than %d bytes",
                    ZH_ITEM_TEXT_BYTES_MAX);
        return ZH_FORMAT;
    }
    if (!zh_cell_id_spoilt(cell)) return ZH_OK;
    zh_note_set(why,
                "item_id '%.*s' was made a number by a spreadsheet and its last digits are lost: "
                "export it as text",
                ZH_SV_ARG(zh_cell_shown(cell)));
    return ZH_FORMAT;
}

static zh_err read_price(const zh_catalog_csv *c, const zh_sv *fields, item_line *line,
                         zh_note *why)
{
    const zh_sv cell = zh_columns_cell(&c->columns, fields, ZH_COLUMN_PRICE);
    zh_cell_amount amount;
    zh_note inner = { "" };
    zh_err e = zh_column_map_currency(
        c->map, zh_columns_cell(&c->columns, fields, ZH_COLUMN_CURRENCY), &line->currency, why);
    line->has_price = cell.size > 0;
    if (e != ZH_OK || !line->has_price) return e;
    if (line->currency.code == 0) {
        zh_note_set(why, "a price without a currency: fill its cell, or write `currency: CNY` into "
                         "the map file");
        return ZH_FORMAT;
    }
    e = zh_cell_amount_read(cell, c->map->decimal, &amount, &inner);
    if (e == ZH_OK)
        e = zh_money_parse((zh_sv){ amount.text, amount.size }, zh_currency_digits(line->currency),
                           &line->price_minor);
    if (e == ZH_OK && line->price_minor < 0) e = ZH_RANGE;
    if (e == ZH_FORMAT) zh_note_set(why, "price %s", inner.text);
    else if (e != ZH_OK)
        zh_note_set(why, "price '%.*s' is not a price a shop has", ZH_SV_ARG(zh_cell_shown(cell)));
    return e;
}

static zh_err read_stock(const zh_catalog_csv *c, const zh_sv *fields, item_line *line,
                         zh_note *why)
{
    const zh_sv cell = zh_columns_cell(&c->columns, fields, ZH_COLUMN_STOCK);
    zh_note inner = { "" };
    line->has_stock = cell.size > 0;
    if (!line->has_stock) return ZH_OK;
    const zh_err e = zh_cell_count_read(cell, c->map->decimal, &line->stock, &inner);
    if (e != ZH_OK) zh_note_set(why, "stock %s", inner.text);
    if (e == ZH_OK && line->stock < 0) line->stock = 0; /* oversold */
    return e;
}

static zh_err read_available(const zh_catalog_csv *c, const zh_sv *fields, item_line *line,
                             zh_note *why)
{
    static const struct { zh_sv text; bool is; } words[] = {
        { ZH_SV("true"), true },
        { ZH_SV("yes"), true },
        { ZH_SV("1"), true },
        { ZH_SV("in stock"), true },
        { ZH_SV("in_stock"), true },
        { ZH_SV("false"), false },
        { ZH_SV("no"), false },
        { ZH_SV("0"), false },
        { ZH_SV("out of stock"), false },
        { ZH_SV("out_of_stock"), false },
    };
    const zh_sv cell = zh_columns_cell(&c->columns, fields, ZH_COLUMN_AVAILABLE);
    if (cell.size == 0) return ZH_OK;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        bool same = cell.size == words[i].text.size;
        for (size_t at = 0; same && at < cell.size; at++)
            same = (cell.data[at] | ('A' <= cell.data[at] && cell.data[at] <= 'Z' ? 32 : 0)) ==
                   words[i].text.data[at];
        if (!same) continue;
        line->has_available = true;
        line->available = words[i].is;
        return ZH_OK;
    }
    zh_note_set(why, "available '%.*s' is neither true nor false", ZH_SV_ARG(zh_cell_shown(cell)));
    return ZH_FORMAT;
}

static void put_cell(const zh_catalog_csv *c, const zh_sv *fields, zh_column column, zh_sv key,
                     zh_json_out *out)
{
    const zh_sv cell = zh_columns_cell(&c->columns, fields, column);
    if (cell.size > 0) zh_json_out_key_text(out, key, cell);
}

static void put_attributes(const zh_catalog_csv *c, const zh_sv *fields, zh_json_out *out)
{
    bool open = false;
    for (uint32_t i = 0; i < c->columns.attributes_count; i++) {
        const zh_column_attribute *attribute = &c->columns.attributes[i];
        const zh_sv cell = zh_sv_trim(fields[attribute->at]);
        if (cell.size == 0) continue;
        if (!open) {
            zh_json_out_key(out, ZH_SV("attributes"));
            zh_json_out_object(out);
            open = true;
        }
        zh_json_out_key_text(out, zh_sv_of(attribute->name), cell);
    }
    if (open) zh_json_out_end(out);
}

static zh_err put_item(const zh_catalog_csv *c, const zh_sv *fields, const item_line *line,
                       zh_buf *to)
{
    char currency[4];
    zh_json_out out = zh_json_out_on(to);
    zh_currency_text(line->currency, currency);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("itemId"), line->id);
    put_cell(c, fields, ZH_COLUMN_TITLE, ZH_SV("title"), &out);
    put_cell(c, fields, ZH_COLUMN_CATEGORY, ZH_SV("category"), &out);
    put_cell(c, fields, ZH_COLUMN_BRAND, ZH_SV("brand"), &out);
    if (line->has_price) {
        zh_json_out_key_int(&out, ZH_SV("priceCents"), line->price_minor);
        zh_json_out_key_text(&out, ZH_SV("currency"), zh_sv_of(currency));
    }
    if (line->has_stock) zh_json_out_key_int(&out, ZH_SV("stock"), line->stock);
    if (line->has_available) zh_json_out_key_bool(&out, ZH_SV("available"), line->available);
    put_cell(c, fields, ZH_COLUMN_URL, ZH_SV("url"), &out);
    put_cell(c, fields, ZH_COLUMN_IMAGE_URL, ZH_SV("imageUrl"), &out);
    put_attributes(c, fields, &out);
    zh_json_out_end(&out);
    return zh_json_out_done(&out);
}

zh_err zh_catalog_csv_line(zh_catalog_csv *catalog, const zh_sv *fields, uint32_t count,
                           zh_buf *out, zh_note *why)
{
    item_line line = { 0 };
    zh_err e = check_cells(catalog, fields, count, why);
    if (e == ZH_OK)
        e = read_id(zh_columns_cell(&catalog->columns, fields, ZH_COLUMN_ITEM_ID), &line.id, why);
    if (e == ZH_OK) e = read_price(catalog, fields, &line, why);
    if (e == ZH_OK) e = read_stock(catalog, fields, &line, why);
    if (e == ZH_OK) e = read_available(catalog, fields, &line, why);
    if (e != ZH_OK) return e;
    char upper[ZH_ITEM_TEXT_BYTES_MAX];
    if (catalog->map->item_upper) {
        for (size_t i = 0; i < line.id.size; i++)
            upper[i] = line.id.data[i] >= 'a' && line.id.data[i] <= 'z'
                           ? (char)(line.id.data[i] - ('a' - 'A'))
                           : line.id.data[i];
        line.id.data = upper;
    }
    const size_t before = out->size;
    e = put_item(catalog, fields, &line, out);
    if (e != ZH_OK) out->size = before;
    catalog->item_hash = zh_item_id_of(line.id).number;
    return e;
}
