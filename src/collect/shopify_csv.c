#include "collect/shopify_csv.h"

#include "collect/catalog_csv.h"
#include "core/id.h"

#include <assert.h>

#define ID_BYTES 1024 /* while it is put together; zh_catalog_row_put judges its length */

/* The names of a column in exports of both ages; Shopify's importer takes them in any case, so do we. */
static const struct { const char *old_name, *new_name; } names[ZH_SHOPIFY_COLUMNS] = {
    [ZH_SHOPIFY_HANDLE] = { "handle", "url handle" },
    [ZH_SHOPIFY_TITLE] = { "title", NULL },
    [ZH_SHOPIFY_VENDOR] = { "vendor", NULL },
    [ZH_SHOPIFY_TYPE] = { "type", "custom product type" },
    [ZH_SHOPIFY_CATEGORY] = { "product category", "standard product type" },
    [ZH_SHOPIFY_TAGS] = { "tags", NULL },
    [ZH_SHOPIFY_STATUS] = { "status", NULL },
    [ZH_SHOPIFY_PUBLISHED] = { "published", "published on online store" },
    [ZH_SHOPIFY_IMAGE] = { "image src", "product image url" },
    [ZH_SHOPIFY_NAME1] = { "option1 name", NULL },
    [ZH_SHOPIFY_NAME2] = { "option2 name", NULL },
    [ZH_SHOPIFY_NAME3] = { "option3 name", NULL },
    [ZH_SHOPIFY_VALUE1] = { "option1 value", NULL },
    [ZH_SHOPIFY_VALUE2] = { "option2 value", NULL },
    [ZH_SHOPIFY_VALUE3] = { "option3 value", NULL },
    [ZH_SHOPIFY_SKU] = { "variant sku", "sku" },
    [ZH_SHOPIFY_PRICE] = { "variant price", "price" },
    [ZH_SHOPIFY_COMPARE] = { "variant compare at price", "compare-at price" },
    [ZH_SHOPIFY_QUANTITY] = { "variant inventory qty", "inventory quantity" },
    [ZH_SHOPIFY_TRACKER] = { "variant inventory tracker", "inventory tracker" },
    [ZH_SHOPIFY_POLICY] = { "variant inventory policy", "continue selling when out of stock" },
    [ZH_SHOPIFY_VARIANT_IMAGE] = { "variant image", "variant image url" },
    [ZH_SHOPIFY_BARCODE] = { "variant barcode", "barcode" },
};

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c; }

/* Is `text` this word, in any case? */
static bool says(zh_sv text, const char *word)
{
    size_t i = 0;
    for (; i < text.size && word[i] != '\0'; i++)
        if (lower(text.data[i]) != word[i]) return false;
    return i == text.size && word[i] == '\0';
}

zh_shopify_csv zh_shopify_csv_open(const zh_column_map *map)
{
    assert(map->table == ZH_TABLE_CATALOG);
    zh_shopify_csv s = { .map = map, .seen = zh_map_open() };
    for (int c = 0; c < ZH_SHOPIFY_SHARED; c++) s.shared[c] = zh_buf_open(ZH_SHOPIFY_SHARED_BYTES_MAX);
    return s;
}

void zh_shopify_csv_close(zh_shopify_csv *s)
{
    for (int c = 0; c < ZH_SHOPIFY_SHARED; c++) zh_buf_close(&s->shared[c]);
    zh_map_close(&s->seen);
}

zh_err zh_shopify_csv_header(zh_shopify_csv *s, const zh_sv *fields, uint32_t count, zh_note *why)
{
    const zh_sv own_id = zh_sv_of(s->map->names[ZH_COLUMN_ITEM_ID]);
    int32_t own_at = -1;
    s->count = count;
    zh_map_clear(&s->seen);
    for (int c = 0; c < ZH_SHOPIFY_SHARED; c++) zh_buf_reset(&s->shared[c]);
    for (int c = 0; c < ZH_SHOPIFY_COLUMNS; c++) {
        s->at[c] = -1;
        for (uint32_t i = 0; i < count && s->at[c] < 0; i++) {
            const zh_sv name = zh_sv_trim(fields[i]);
            if (says(name, names[c].old_name) || (names[c].new_name != NULL && says(name, names[c].new_name)))
                s->at[c] = (int32_t)i;
        }
    }
    for (uint32_t i = 0; i < count; i++)
        if (own_id.size > 0 && zh_sv_equal(zh_sv_trim(fields[i]), own_id)) own_at = (int32_t)i;
    if (own_id.size > 0 && own_at < 0) {
        zh_note_set(why, "the header has no column '%.*s', which the map file takes for item_id",
                    ZH_SV_ARG(own_id));
        return ZH_FORMAT;
    }
    if (own_id.size > 0) s->at[ZH_SHOPIFY_SKU] = own_at;
    if (s->at[ZH_SHOPIFY_HANDLE] >= 0 && s->at[ZH_SHOPIFY_TITLE] >= 0 && s->at[ZH_SHOPIFY_PRICE] >= 0)
        return ZH_OK;
    zh_note_set(why, "the header has no column '%s': this is no product export of Shopify",
                names[s->at[ZH_SHOPIFY_HANDLE] < 0   ? ZH_SHOPIFY_HANDLE
                      : s->at[ZH_SHOPIFY_TITLE] < 0 ? ZH_SHOPIFY_TITLE
                                                    : ZH_SHOPIFY_PRICE].old_name);
    return ZH_FORMAT;
}

static zh_sv cell_of(const zh_shopify_csv *s, const zh_sv *fields, zh_shopify_column column)
{
    return s->at[column] < 0 ? (zh_sv){ 0 } : zh_sv_trim(fields[s->at[column]]);
}

static zh_sv shared_of(const zh_shopify_csv *s, zh_shopify_column column)
{
    return zh_buf_view(&s->shared[column]);
}

/* The first row of a product: what its other rows leave out. */
static zh_err begin_product(zh_shopify_csv *s, const zh_sv *fields, zh_note *why)
{
    for (int c = 0; c < ZH_SHOPIFY_SHARED; c++) {
        zh_sv cell = cell_of(s, fields, (zh_shopify_column)c);
        zh_buf_reset(&s->shared[c]);
        if (cell.size > ZH_SHOPIFY_SHARED_BYTES_MAX) {
            if (c != ZH_SHOPIFY_HANDLE && c != ZH_SHOPIFY_TITLE) continue; /* tags without end: no reason to lose the item */
            zh_buf_reset(&s->shared[ZH_SHOPIFY_HANDLE]);
            zh_note_set(why, "%s is longer than %u bytes", names[c].old_name, ZH_SHOPIFY_SHARED_BYTES_MAX);
            return ZH_FORMAT;
        }
        zh_buf_put(&s->shared[c], cell);
        const zh_err e = zh_buf_err(&s->shared[c]);
        if (e != ZH_OK) return e;
    }
    return ZH_OK;
}

/* "Title: Default Title" is what Shopify writes for a product without options. */
static bool is_option(const zh_shopify_csv *s, const zh_sv *fields, int option)
{
    const zh_sv value = cell_of(s, fields, (zh_shopify_column)(ZH_SHOPIFY_VALUE1 + option));
    return value.size > 0 && !says(value, "default title");
}

/* The variant's id: its SKU, else the handle and what sets the variant apart. */
static zh_err find_id(const zh_shopify_csv *s, const zh_sv *fields, zh_buf *id, zh_note *why)
{
    const zh_sv sku = cell_of(s, fields, ZH_SHOPIFY_SKU);
    zh_buf_put(id, sku.size > 0 ? sku : shared_of(s, ZH_SHOPIFY_HANDLE));
    for (int i = 0; sku.size == 0 && i < ZH_SHOPIFY_OPTIONS; i++) {
        if (!is_option(s, fields, i)) continue;
        zh_buf_put_u8(id, '/');
        zh_buf_put(id, cell_of(s, fields, (zh_shopify_column)(ZH_SHOPIFY_VALUE1 + i)));
    }
    if (zh_buf_err(id) != ZH_FULL) return zh_buf_err(id);
    zh_note_set(why, "item_id is longer than %d bytes", ZH_ITEM_TEXT_BYTES_MAX);
    return ZH_FORMAT;
}

/* The second row of one id is refused; what is not refused is remembered. */
static zh_err remember(zh_shopify_csv *s, zh_sv id, zh_note *why)
{
    bool made;
    if (s->seen.count >= ZH_SHOPIFY_VARIANTS_MAX) {
        zh_note_set(why, "the file has more than %u variants: import it in parts", ZH_SHOPIFY_VARIANTS_MAX);
        return ZH_FORMAT;
    }
    if (zh_map_at(&s->seen, s->item_hash, &made) == NULL) return ZH_NOMEM;
    if (!made) {
        zh_note_set(why, "two variants of this file have the id '%.*s': give each its own SKU",
                    ZH_SV_ARG(zh_cell_shown(id)));
        return ZH_FORMAT;
    }
    return ZH_OK;
}

static zh_sv status_of(const zh_shopify_csv *s)
{
    const zh_sv status = shared_of(s, ZH_SHOPIFY_STATUS), published = shared_of(s, ZH_SHOPIFY_PUBLISHED);
    if (says(status, "draft") || says(status, "archived") || says(published, "false")) return ZH_SV("false");
    return ZH_SV("true");
}

/* The price before a reduction, as text; empty where there is none. A cell that is no amount is none. */
static zh_sv regular_price(const zh_shopify_csv *s, const zh_sv *fields, char text[ZH_MONEY_TEXT_BYTES])
{
    const zh_sv before = cell_of(s, fields, ZH_SHOPIFY_COMPARE), now = cell_of(s, fields, ZH_SHOPIFY_PRICE);
    int64_t before_minor, now_minor;
    zh_currency currency;
    if (before.size == 0 || now.size == 0) return (zh_sv){ 0 };
    if (zh_catalog_price(s->map, "", before, (zh_sv){ 0 }, &before_minor, &currency, NULL) != ZH_OK ||
        zh_catalog_price(s->map, "", now, (zh_sv){ 0 }, &now_minor, &currency, NULL) != ZH_OK || before_minor <= now_minor)
        return (zh_sv){ 0 };
    return (zh_sv){ text, zh_money_print(before_minor, zh_currency_digits(currency), text) };
}

typedef struct option_names { char text[ZH_SHOPIFY_OPTIONS][ZH_COLUMN_NAME_BYTES_MAX]; } option_names;

static void add_options(const zh_shopify_csv *s, const zh_sv *fields, zh_catalog_row *row, option_names *room)
{
    for (int i = 0; i < ZH_SHOPIFY_OPTIONS; i++) {
        const zh_sv name = shared_of(s, (zh_shopify_column)(ZH_SHOPIFY_NAME1 + i));
        if (!is_option(s, fields, i) || name.size > ZH_COLUMN_NAME_BYTES_MAX) continue;
        for (size_t at = 0; at < name.size; at++) room->text[i][at] = lower(name.data[at]);
        zh_catalog_row_attribute(row, (zh_sv){ room->text[i], name.size },
                                 cell_of(s, fields, (zh_shopify_column)(ZH_SHOPIFY_VALUE1 + i)));
    }
}

static zh_err put_variant(zh_shopify_csv *s, const zh_sv *fields, zh_sv id, zh_buf *out, zh_note *why)
{
    char money[ZH_MONEY_TEXT_BYTES];
    option_names room;
    const zh_sv type = shared_of(s, ZH_SHOPIFY_TYPE), picture = cell_of(s, fields, ZH_SHOPIFY_VARIANT_IMAGE);
    const bool counted = s->at[ZH_SHOPIFY_TRACKER] < 0 || cell_of(s, fields, ZH_SHOPIFY_TRACKER).size > 0;
    const bool endless = !counted || says(cell_of(s, fields, ZH_SHOPIFY_POLICY), "continue");
    zh_catalog_row row = {
        .item_id = id,
        .title = shared_of(s, ZH_SHOPIFY_TITLE),
        .brand = shared_of(s, ZH_SHOPIFY_VENDOR),
        .category = type.size > 0 ? type : shared_of(s, ZH_SHOPIFY_CATEGORY),
        .price = cell_of(s, fields, ZH_SHOPIFY_PRICE),
        .stock = endless ? (zh_sv){ 0 } : cell_of(s, fields, ZH_SHOPIFY_QUANTITY),
        .stock_unlimited = endless,
        .available = status_of(s),
        .image_url = picture.size > 0 ? picture : shared_of(s, ZH_SHOPIFY_IMAGE),
    };
    zh_sv barcode = cell_of(s, fields, ZH_SHOPIFY_BARCODE);
    if (zh_sv_starts(barcode, ZH_SV("'"))) barcode = zh_sv_part(barcode, 1, SIZE_MAX); /* kept from spreadsheets so */
    zh_catalog_row_attribute(&row, ZH_SV("group"), shared_of(s, ZH_SHOPIFY_HANDLE));
    add_options(s, fields, &row, &room);
    zh_catalog_row_attribute(&row, ZH_SV("regular_price"), regular_price(s, fields, money));
    zh_catalog_row_attribute(&row, ZH_SV("gtin"), barcode);
    zh_catalog_row_attribute(&row, ZH_SV("tags"), shared_of(s, ZH_SHOPIFY_TAGS));
    return zh_catalog_row_put(s->map, &row, out, &s->item_hash, why);
}

zh_err zh_shopify_csv_line(zh_shopify_csv *s, const zh_sv *fields, uint32_t count, zh_buf *out, zh_note *why)
{
    zh_err e = zh_catalog_cells_check(fields, count, s->count, why);
    if (e != ZH_OK) return e;
    const zh_sv handle = cell_of(s, fields, ZH_SHOPIFY_HANDLE);
    if (handle.size == 0) {
        zh_note_set(why, "handle is blank: the row is of no product");
        return ZH_FORMAT;
    }
    if (!zh_sv_equal(handle, shared_of(s, ZH_SHOPIFY_HANDLE))) e = begin_product(s, fields, why);
    if (e != ZH_OK) return e;
    if (cell_of(s, fields, ZH_SHOPIFY_PRICE).size + cell_of(s, fields, ZH_SHOPIFY_SKU).size + cell_of(s, fields, ZH_SHOPIFY_VALUE1).size == 0)
        return ZH_ABSENT; /* a further picture */
    if (shared_of(s, ZH_SHOPIFY_TITLE).size == 0) {
        zh_note_set(why, "the first row of the product '%.*s' is missing: its title stands there",
                    ZH_SV_ARG(zh_cell_shown(handle)));
        return ZH_FORMAT;
    }
    zh_buf id = zh_buf_open(ID_BYTES);
    const size_t before = out->size;
    e = find_id(s, fields, &id, why);
    if (e == ZH_OK) e = put_variant(s, fields, zh_buf_view(&id), out, why);
    if (e == ZH_OK) e = remember(s, zh_buf_view(&id), why);
    if (e != ZH_OK) out->size = before;
    zh_buf_close(&id);
    return e;
}
