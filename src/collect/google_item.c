#include "collect/google_item.h"

#include "collect/catalog_csv.h"

#include <assert.h>

static const zh_sv names[ZH_GOOGLE_FIELDS] = {
#define X(name, text) ZH_SV(text),
    ZH_GOOGLE_LIST(X)
#undef X
};

static char plain(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c == ' ' || c == '-' ? '_' : c;
}

static bool named(zh_sv name, zh_sv known)
{
    if (name.size != known.size) return false;
    for (size_t i = 0; i < name.size; i++)
        if (plain(name.data[i]) != known.data[i]) return false;
    return true;
}

zh_google_field zh_google_field_of(zh_sv name)
{
    static const zh_sv quantities[] = { ZH_SV("quantity_to_sell_on_facebook"), ZH_SV("inventory"), ZH_SV("quantity") };
    name = zh_sv_trim(name);
    if (named(zh_sv_part(name, 0, 2), ZH_SV("g:"))) name = zh_sv_part(name, 2, SIZE_MAX);
    for (int f = 0; f < ZH_GOOGLE_FIELDS; f++)
        if (named(name, names[f])) return (zh_google_field)f;
    for (size_t i = 0; i < sizeof quantities / sizeof *quantities; i++)
        if (named(name, quantities[i])) return ZH_GOOGLE_QUANTITY;
    return ZH_GOOGLE_FIELDS;
}

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/* "15.00 CNY", "CNY 15.00" and "15.00CNY" into amount and currency; without letters the currency is empty. */
static void split_price(zh_sv cell, zh_sv *amount, zh_sv *currency)
{
    *amount = cell = zh_sv_trim(cell);
    *currency = (zh_sv){ 0 };
    if (cell.size < 4) return;
    const size_t end = cell.size - 3;
    if (!is_letter(cell.data[end - 1]) && is_letter(cell.data[end]) && is_letter(cell.data[end + 1]) && is_letter(cell.data[end + 2])) {
        *currency = zh_sv_part(cell, end, 3);
        *amount = zh_sv_trim(zh_sv_part(cell, 0, end));
    } else if (is_letter(cell.data[0]) && is_letter(cell.data[1]) && is_letter(cell.data[2]) && !is_letter(cell.data[3])) {
        *currency = zh_sv_part(cell, 0, 3);
        *amount = zh_sv_trim(zh_sv_part(cell, 3, SIZE_MAX));
    }
}

/* What it costs now, and before: a sale without dates is in force. */
static zh_err read_prices(const zh_column_map *map, const zh_google_item *item, zh_catalog_row *row,
                          char regular[ZH_MONEY_TEXT_BYTES], zh_note *why)
{
    zh_sv sale, sale_currency;
    int64_t sale_minor, price_minor;
    zh_currency sale_of, price_of;
    split_price(item->field[ZH_GOOGLE_PRICE], &row->price, &row->currency);
    split_price(item->field[ZH_GOOGLE_SALE], &sale, &sale_currency);
    if (sale.size == 0) return ZH_OK;
    if (item->field[ZH_GOOGLE_SALE_DATE].size > 0) {
        zh_catalog_row_attribute(row, names[ZH_GOOGLE_SALE], item->field[ZH_GOOGLE_SALE]);
        zh_catalog_row_attribute(row, names[ZH_GOOGLE_SALE_DATE], item->field[ZH_GOOGLE_SALE_DATE]);
        return ZH_OK;
    }
    zh_err e = zh_catalog_price(map, "sale_price", sale, sale_currency, &sale_minor, &sale_of, why);
    if (e == ZH_OK && row->price.size > 0)
        e = zh_catalog_price(map, "price", row->price, row->currency, &price_minor, &price_of, why);
    if (e != ZH_OK || row->price.size == 0 || price_of.code != sale_of.code || price_minor <= sale_minor) return e;
    zh_catalog_row_attribute(row, ZH_SV("regular_price"),
                             (zh_sv){ regular, zh_money_print(price_minor, zh_currency_digits(price_of), regular) });
    row->price = sale;
    row->currency = sale_currency;
    return ZH_OK;
}

static zh_err read_availability(const zh_google_item *item, zh_catalog_row *row, zh_note *why)
{
    const zh_sv cell = item->field[ZH_GOOGLE_AVAILABILITY], quantity = item->field[ZH_GOOGLE_QUANTITY];
    row->stock = quantity;
    if (cell.size == 0 || named(cell, ZH_SV("in_stock"))) {
        row->available = cell.size == 0 ? cell : ZH_SV("true");
    } else if (named(cell, ZH_SV("out_of_stock"))) {
        if (!zh_sv_equal(quantity, ZH_SV("0"))) row->available = ZH_SV("false");
    } else if (named(cell, ZH_SV("preorder")) || named(cell, ZH_SV("backorder"))) {
        row->available = ZH_SV("true");
        zh_catalog_row_attribute(row, names[ZH_GOOGLE_AVAILABILITY], cell);
    } else {
        zh_note_set(why, "availability '%.*s' is none of in_stock, out_of_stock, preorder, backorder",
                    ZH_SV_ARG(zh_cell_shown(cell)));
        return ZH_FORMAT;
    }
    return ZH_OK;
}

zh_err zh_google_item_put(const zh_column_map *map, const zh_google_item *given, zh_buf *out,
                          uint64_t *item_hash, zh_note *why)
{
    char regular[ZH_MONEY_TEXT_BYTES];
    zh_google_item item;
    for (int f = 0; f < ZH_GOOGLE_FIELDS; f++) item.field[f] = zh_sv_trim(given->field[f]);
    const zh_sv type = item.field[ZH_GOOGLE_TYPE];
    zh_catalog_row row = {
        .item_id = item.field[ZH_GOOGLE_ID],
        .title = item.field[ZH_GOOGLE_TITLE],
        .brand = item.field[ZH_GOOGLE_BRAND],
        .category = type.size > 0 ? type : item.field[ZH_GOOGLE_CATEGORY],
        .url = item.field[ZH_GOOGLE_LINK],
        .image_url = item.field[ZH_GOOGLE_IMAGE],
    };
    zh_catalog_row_attribute(&row, ZH_SV("group"), item.field[ZH_GOOGLE_GROUP]);
    zh_err e = read_prices(map, &item, &row, regular, why);
    if (e == ZH_OK) e = read_availability(&item, &row, why);
    for (int f = ZH_GOOGLE_CATEGORY; f < ZH_GOOGLE_FIELDS; f++)
        zh_catalog_row_attribute(&row, names[f], item.field[f]);
    return e != ZH_OK ? e : zh_catalog_row_put(map, &row, out, item_hash, why);
}

/* ---- the table ---- */

zh_google_table zh_google_table_of(const zh_column_map *map)
{
    assert(map->table == ZH_TABLE_CATALOG);
    return (zh_google_table){ .map = map };
}

zh_err zh_google_table_header(zh_google_table *table, const zh_sv *fields, uint32_t count, zh_note *why)
{
    table->count = count;
    for (int f = 0; f < ZH_GOOGLE_FIELDS; f++) table->at[f] = -1;
    for (uint32_t i = 0; i < count; i++) {
        const zh_google_field field = zh_google_field_of(fields[i]);
        if (field == ZH_GOOGLE_FIELDS || (field == ZH_GOOGLE_QUANTITY && table->at[field] >= 0)) continue;
        if (table->at[field] >= 0) {
            zh_note_set(why, "the header has the column '%.*s' twice", ZH_SV_ARG(names[field]));
            return ZH_FORMAT;
        }
        table->at[field] = (int32_t)i;
    }
    if (table->at[ZH_GOOGLE_ID] >= 0) return ZH_OK;
    zh_note_set(why, "the header has no column 'id': a Google feed is a table whose first line names its "
                     "attributes, or XML");
    return ZH_FORMAT;
}

zh_err zh_google_table_line(zh_google_table *table, const zh_sv *fields, uint32_t count, zh_buf *out, zh_note *why)
{
    const zh_err e = zh_catalog_cells_check(fields, count, table->count, why);
    if (e != ZH_OK) return e;
    zh_google_item item = { .field = { { 0 } } };
    for (int f = 0; f < ZH_GOOGLE_FIELDS; f++)
        if (table->at[f] >= 0) item.field[f] = fields[table->at[f]];
    return zh_google_item_put(table->map, &item, out, &table->item_hash, why);
}
