#include "collect/column_map.h"

#include <assert.h>
#include <stdio.h>

static const struct { const char *name; unsigned tables, needed; } known[ZH_COLUMN_COUNT] = {
#define X(name, text, tables, needed) { text, tables, needed },
    ZH_COLUMN_LIST(X)
#undef X
};

const char *zh_column_name(zh_column column)
{
    assert(column < ZH_COLUMN_COUNT);
    return known[column].name;
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c; }

static bool alike(zh_sv a, zh_sv b) /* ASCII letters in any case */
{
    if (a.size != b.size) return false;
    for (size_t i = 0; i < a.size; i++)
        if (lower(a.data[i]) != lower(b.data[i])) return false;
    return true;
}

/* The column of this table with our name, or ZH_COLUMN_COUNT. */
static zh_column column_named(zh_table table, zh_sv name)
{
    for (int c = 0; c < ZH_COLUMN_COUNT; c++)
        if ((known[c].tables & table) != 0 && zh_sv_equal(name, zh_sv_of(known[c].name)))
            return (zh_column)c;
    return ZH_COLUMN_COUNT;
}

zh_column_map zh_column_map_of(zh_table table)
{
    return (zh_column_map){ .table = table, .decimal = '.' };
}

/* ---- presets ---- */

typedef struct line { const char *key, *value; } line;

/* The orders of a British gift wholesaler of 2010 and 2011, as the UCI archive publishes them. */
static const line online_retail[] = {
    { "columns.order_id", "InvoiceNo" },
    { "columns.item_id", "StockCode" },
    { "columns.title", "Description" },
    { "columns.quantity", "Quantity" },
    { "columns.ordered_at", "InvoiceDate" },
    { "columns.unit_price", "UnitPrice" },
    { "columns.customer_id", "CustomerID" },
    { "columns.country", "Country" },
    { "currency", "GBP" },
    { "zone", "Europe/London" },
    { "dates", "%Y-%m-%d %H:%M:%S" },
    { "dates", "%d/%m/%Y %H:%M" },
    { "cancel_prefix", "C" },
    { "negative_quantity", "stock" },
    { "item_case", "upper" },
    { "product_code", "five-digits" },
};

zh_err zh_column_map_preset(zh_column_map *map, zh_sv name, zh_note *why)
{
    if (map->table != ZH_TABLE_ORDERS || !zh_sv_equal(name, ZH_SV("online-retail"))) {
        zh_note_set(why,
                    map->table == ZH_TABLE_ORDERS
                        ? "no preset is called '%.*s': orders-csv has online-retail"
                        : "no preset is called '%.*s': catalog-csv has none",
                    ZH_SV_ARG(name));
        return ZH_ABSENT;
    }
    const size_t count = sizeof online_retail / sizeof *online_retail;
    for (size_t i = 0; i < count; i++) {
        const line *l = &online_retail[i];
        const bool first = i == 0 || strcmp(online_retail[i - 1].key, l->key) != 0;
        const zh_err e = zh_column_map_set(map, zh_sv_of(l->key), zh_sv_of(l->value), first, why);
        assert(e == ZH_OK);
        (void)e;
    }
    return ZH_OK;
}

/* ---- one line of a map ---- */

/* Copy into a NUL-ended place of `bytes` bytes; false where it does not fit. */
static bool keep(char *to, size_t bytes, zh_sv text)
{
    if (text.size >= bytes || (text.size > 0 && memchr(text.data, 0, text.size) != NULL))
        return false;
    if (text.size > 0) memcpy(to, text.data, text.size);
    to[text.size] = '\0';
    return true;
}

static zh_err must_be(zh_sv key, zh_sv value, const char *what, zh_note *why)
{
    zh_note_set(why, "%.*s is '%.*s' but must be %s", ZH_SV_ARG(zh_cell_shown(key)),
                ZH_SV_ARG(zh_cell_shown(value)), what);
    return ZH_FORMAT;
}

/* "order_id: InvoiceNo", or the other way round. ZH_ABSENT: neither side is ours. */
static zh_err set_column(zh_column_map *map, zh_sv key, zh_sv value, zh_note *why)
{
    zh_column column = column_named(map->table, key);
    zh_sv name = value;
    if (column == ZH_COLUMN_COUNT) {
        column = column_named(map->table, value);
        name = key;
    }
    if (column == ZH_COLUMN_COUNT) return ZH_ABSENT;
    name = zh_sv_trim(name);
    if (name.size == 0 || !keep(map->names[column], sizeof map->names[column], name))
        return must_be(key, value, "the name of a column, of 1 to 100 bytes", why);
    return ZH_OK;
}

static zh_err set_separator(zh_column_map *map, zh_sv key, zh_sv value, zh_note *why)
{
    if (zh_sv_equal(value, ZH_SV("tab"))) value = ZH_SV("\t");
    if (value.size != 1 || memchr("\"\r\n", *value.data, 3) != NULL)
        return must_be(key, value, "one character, or tab", why);
    map->separator = *value.data;
    return ZH_OK;
}

static zh_err set_encoding(zh_column_map *map, zh_sv key, zh_sv value, zh_note *why)
{
    static const struct { zh_sv name; zh_column_encoding is; } names[] = {
        { ZH_SV("auto"), ZH_COLUMN_ENCODING_AUTO }, { ZH_SV("utf-8"), ZH_COLUMN_UTF8 },
        { ZH_SV("utf8"), ZH_COLUMN_UTF8 },          { ZH_SV("gb18030"), ZH_COLUMN_GB18030 },
        { ZH_SV("gbk"), ZH_COLUMN_GB18030 },        { ZH_SV("gb2312"), ZH_COLUMN_GB18030 },
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (alike(value, names[i].name)) {
            map->encoding = names[i].is;
            return ZH_OK;
        }
    return must_be(key, value, "utf-8, gb18030 or auto", why);
}

static zh_err set_negative(zh_column_map *map, zh_sv key, zh_sv value, zh_note *why)
{
    static const char *const names[] = { "refund", "stock", "reject" };
    for (size_t i = 0; i < 3; i++)
        if (zh_sv_equal(value, zh_sv_of(names[i]))) {
            map->negative = (zh_negative)i;
            return ZH_OK;
        }
    return must_be(key, value, "refund, stock or reject", why);
}

static zh_err set_date(zh_column_map *map, zh_sv value, bool first, zh_note *why)
{
    if (!zh_cell_format_check(value, why)) return ZH_FORMAT;
    if (first) map->dates_count = 0;
    if (map->dates_count == ZH_COLUMN_DATES_MAX)
        return must_be(ZH_SV("dates"), value, "one of at most 8 formats", why);
    if (!keep(map->dates[map->dates_count], sizeof *map->dates, value))
        return must_be(ZH_SV("dates"), value, "a shorter format", why);
    map->dates_count++;
    return ZH_OK;
}

static zh_err set_non_product(zh_column_map *map, zh_sv key, zh_sv value, bool first, zh_note *why)
{
    if (first) map->non_products_count = 0;
    if (map->non_products_count == ZH_COLUMN_NON_PRODUCTS_MAX)
        return must_be(key, value, "one of at most 64 item ids", why);
    if (value.size == 0 ||
        !keep(map->non_products[map->non_products_count], sizeof *map->non_products, value))
        return must_be(key, value, "an item id of 1 to 31 bytes", why);
    map->non_products_count++;
    return ZH_OK;
}

static zh_err set_choice(bool *flag, zh_sv key, zh_sv value, const char *yes, const char *no,
                         zh_note *why)
{
    char what[64];
    *flag = zh_sv_equal(value, zh_sv_of(yes));
    if (*flag || zh_sv_equal(value, zh_sv_of(no))) return ZH_OK;
    (void)snprintf(what, sizeof what, "%s or %s", yes, no);
    return must_be(key, value, what, why);
}

zh_err zh_column_map_set(zh_column_map *map, zh_sv key, zh_sv value, bool first, zh_note *why)
{
    const zh_sv columns = ZH_SV("columns.");
    bool comma;
    zh_err e;
    key = zh_sv_trim(key);
    if (zh_sv_starts(key, columns)) {
        e = set_column(map, zh_sv_part(key, columns.size, SIZE_MAX), value, why);
        if (e == ZH_ABSENT)
            zh_note_set(why, "neither '%.*s' nor '%.*s' is a column of this format",
                        ZH_SV_ARG(zh_cell_shown(zh_sv_part(key, columns.size, SIZE_MAX))),
                        ZH_SV_ARG(zh_cell_shown(value)));
        return e == ZH_ABSENT ? ZH_FORMAT : e;
    }
    /* "currency: GBP" is the currency of all rows, "currency: Waehrung" the name of their column.
     */
    if (zh_sv_equal(key, ZH_SV("currency")) && value.size == 3 && zh_currency_of(value).code != 0) {
        map->currency = zh_currency_of(value);
        return ZH_OK;
    }
    if (zh_sv_equal(key, ZH_SV("zone")))
        return keep(map->zone, sizeof map->zone, value)
                   ? ZH_OK
                   : must_be(key, value, "the name of a time zone, such as Asia/Shanghai", why);
    if (zh_sv_equal(key, ZH_SV("dates"))) return set_date(map, value, first, why);
    if (zh_sv_equal(key, ZH_SV("decimal"))) {
        if ((e = set_choice(&comma, key, value, ",", ".", why)) == ZH_OK)
            map->decimal = comma ? ',' : '.';
        return e;
    }
    if (zh_sv_equal(key, ZH_SV("separator"))) return set_separator(map, key, value, why);
    if (zh_sv_equal(key, ZH_SV("encoding"))) return set_encoding(map, key, value, why);
    if (zh_sv_equal(key, ZH_SV("cancel_prefix")))
        return keep(map->cancel_prefix, sizeof map->cancel_prefix, value)
                   ? ZH_OK
                   : must_be(key, value, "at most 15 bytes", why);
    if (zh_sv_equal(key, ZH_SV("negative_quantity"))) return set_negative(map, key, value, why);
    if (zh_sv_equal(key, ZH_SV("item_case")))
        return set_choice(&map->item_upper, key, value, "upper", "as-written", why);
    if (zh_sv_equal(key, ZH_SV("product_code")))
        return set_choice(&map->five_digits, key, value, "five-digits", "any", why);
    if (zh_sv_equal(key, ZH_SV("non_products")))
        return set_non_product(map, key, value, first, why);
    e = set_column(map, key, value, why);
    if (e == ZH_ABSENT)
        zh_note_set(why, "'%.*s' is neither a setting nor a column of this format",
                    ZH_SV_ARG(zh_cell_shown(key)));
    return e == ZH_ABSENT ? ZH_FORMAT : e;
}

/* ---- a header ---- */

static zh_sv header_name(const zh_column_map *map, int column)
{
    return zh_sv_of(map->names[column][0] != '\0' ? map->names[column] : known[column].name);
}

static zh_err bind_attribute(zh_sv name, uint32_t at, zh_columns *out, zh_note *why)
{
    if (out->attributes_count == ZH_COLUMN_ATTRIBUTES_MAX) {
        zh_note_set(why, "more than %d columns of attributes", ZH_COLUMN_ATTRIBUTES_MAX);
        return ZH_FORMAT;
    }
    zh_column_attribute *attribute = &out->attributes[out->attributes_count];
    if (name.size == 0 || !keep(attribute->name, sizeof attribute->name, name)) {
        zh_note_set(why, "the attribute '%.*s' must have a name of 1 to 100 bytes",
                    ZH_SV_ARG(zh_cell_shown(name)));
        return ZH_FORMAT;
    }
    for (uint32_t i = 0; i < out->attributes_count; i++)
        if (zh_sv_equal(name, zh_sv_of(out->attributes[i].name))) {
            zh_note_set(why, "the attribute '%.*s' is there twice", ZH_SV_ARG(name));
            return ZH_FORMAT;
        }
    attribute->at = at;
    out->attributes_count++;
    return ZH_OK;
}

static zh_err bind_one(const zh_column_map *map, zh_sv name, uint32_t at, zh_columns *out,
                       zh_note *why)
{
    const zh_sv attributes = ZH_SV("attributes.");
    if (map->table == ZH_TABLE_CATALOG && zh_sv_starts(name, attributes))
        return bind_attribute(zh_sv_part(name, attributes.size, SIZE_MAX), at, out, why);
    for (int c = 0; c < ZH_COLUMN_COUNT; c++) {
        if ((known[c].tables & map->table) == 0 || !alike(name, header_name(map, c))) continue;
        if (out->at[c] >= 0) {
            zh_note_set(why, "the header has the column '%.*s' twice",
                        ZH_SV_ARG(zh_cell_shown(name)));
            return ZH_FORMAT;
        }
        out->at[c] = (int32_t)at;
    }
    return ZH_OK;
}

zh_err zh_columns_bind(const zh_column_map *map, const zh_sv *header, uint32_t count,
                       zh_columns *out, zh_note *why)
{
    out->count = count;
    out->attributes_count = 0;
    for (int c = 0; c < ZH_COLUMN_COUNT; c++) out->at[c] = -1;
    for (uint32_t i = 0; i < count; i++) {
        const zh_err e = bind_one(map, zh_sv_trim(header[i]), i, out, why);
        if (e != ZH_OK) return e;
    }
    for (int c = 0; c < ZH_COLUMN_COUNT; c++) {
        if ((known[c].needed & map->table) == 0 || out->at[c] >= 0) continue;
        const zh_sv name = header_name(map, c);
        zh_note_set(why,
                    "the header has no column '%.*s'; it has %u, the first is '%.*s'; name the "
                    "columns in a map file",
                    ZH_SV_ARG(name), count,
                    ZH_SV_ARG(zh_cell_shown(count == 0 ? (zh_sv){ 0 } : header[0])));
        return ZH_FORMAT;
    }
    if (map->table == ZH_TABLE_ORDERS && map->currency.code == 0 &&
        out->at[ZH_COLUMN_CURRENCY] < 0) {
        zh_note_set(why, "no column is the currency; add one, or a line such as `currency: CNY` to "
                         "the map file");
        return ZH_FORMAT;
    }
    return ZH_OK;
}

/* ---- rules ---- */

static bool five_digits_and_letters(zh_sv item)
{
    if (item.size < 5) return false;
    for (size_t i = 0; i < item.size; i++) {
        const char c = item.data[i];
        if (i < 5 ? c < '0' || c > '9' : lower(c) < 'a' || lower(c) > 'z') return false;
    }
    return true;
}

bool zh_column_map_non_product(const zh_column_map *map, zh_sv item)
{
    if (map->five_digits && !five_digits_and_letters(item)) return true;
    for (uint32_t i = 0; i < map->non_products_count; i++)
        if (alike(item, zh_sv_of(map->non_products[i]))) return true;
    return false;
}

zh_err zh_column_map_currency(const zh_column_map *map, zh_sv cell, zh_currency *out, zh_note *why)
{
    *out = map->currency;
    if (cell.size == 0) return ZH_OK;
    *out = zh_currency_of(alike(cell, ZH_SV("RMB")) ? ZH_SV("CNY")
                                                    : cell); /* what people in China write */
    if (out->code != 0) return ZH_OK;
    zh_note_set(why, "currency '%.*s' is not three letters such as CNY",
                ZH_SV_ARG(zh_cell_shown(cell)));
    return ZH_FORMAT;
}
