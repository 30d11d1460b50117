/* column_map.h -- which column of a table is what, and how its cells are meant.
 *
 * A map begins with the names this program knows itself. A preset and then the lines of a map file
 * change it; once the header of a table is known, bind() finds the columns. The file is YAML; the
 * caller reads it and hands over key and value, lists element by element:
 *
 *     columns:                       # our name: the name in the table's header (in any case)
 *       order_id: InvoiceNo
 *       ordered_at: InvoiceDate
 *     currency: GBP                  # where no column says it, or its cell is blank
 *     zone: Europe/London            # of times without a zone of their own; default UTC
 *     dates: ["%d/%m/%Y %H:%M"]      # tried in turn; default iso8601; see cell.h
 *     decimal: ","                   # default "."
 *     separator: ";"                 # default: what the header has most; "tab" too
 *     encoding: gb18030              # default: by the first bytes
 *     cancel_prefix: C               # an order id that begins so is a refund
 *     negative_quantity: stock       # without that prefix: refund (default), stock or reject
 *     item_case: upper               # item ids in capitals; default as written
 *     product_code: five-digits      # ids other than five digits and letters are no products;
 *                                    # default any
 *     non_products: [POST, FEE]      # ids of postage, fees …, in any case
 *
 * Column names may also stand at the top level, without `columns:`, and either way round
 * (InvoiceNo: order_id).
 *
 * Guarantees  a plain value without heap: copy it as you like. A key nobody knows is an error, not
 *             a silence.
 * Not here    the cells (cell.h), the rows (orders_csv.h, catalog_csv.h), reading YAML and zones
 *             (app).
 */
#ifndef ZH_COLLECT_COLUMN_MAP_H
#define ZH_COLLECT_COLUMN_MAP_H
#include "collect/cell.h"
#include "core/money.h"

#define ZH_COLUMN_NAME_BYTES_MAX 100   /* of a header; longer ones are sentences */
#define ZH_COLUMN_DATES_MAX 8          /* formats that one file mixes */
#define ZH_COLUMN_NON_PRODUCTS_MAX 64  /* a shop has a dozen */
#define ZH_COLUMN_ATTRIBUTES_MAX 64    /* attributes.* of a catalog */
#define ZH_COLUMN_TABLE_MAX 1024       /* columns of a table */

typedef enum zh_table { ZH_TABLE_ORDERS = 1, ZH_TABLE_CATALOG = 2 } zh_table; /* bits */

/* Columns we know: name, tables that have it, tables that need it. */
#define ZH_COLUMN_LIST(X)                       \
    X(ORDER_ID,    "order_id",    1, 1)         \
    X(CUSTOMER_ID, "customer_id", 1, 1)         \
    X(ITEM_ID,     "item_id",     3, 3)         \
    X(QUANTITY,    "quantity",    1, 1)         \
    X(UNIT_PRICE,  "unit_price",  1, 1)         \
    X(CURRENCY,    "currency",    3, 0)         \
    X(ORDERED_AT,  "ordered_at",  1, 1)         \
    X(SKU,         "sku",         1, 0)         \
    X(TITLE,       "title",       3, 0)         \
    X(CATEGORY,    "category",    3, 0)         \
    X(BRAND,       "brand",       3, 0)         \
    X(COUNTRY,     "country",     1, 0)         \
    X(DISCOUNT,    "discount",    1, 0)         \
    X(PRICE,       "price",       2, 0)         \
    X(STOCK,       "stock",       2, 0)         \
    X(AVAILABLE,   "available",   2, 0)         \
    X(URL,         "url",         2, 0)         \
    X(IMAGE_URL,   "image_url",   2, 0)
/* The number of a column is part of the hash in a messageId (orders_csv.h): append only. */
typedef enum zh_column {
#define X(name, text, tables, needed) ZH_COLUMN_##name,
    ZH_COLUMN_LIST(X)
#undef X
    ZH_COLUMN_COUNT
} zh_column;
const char *zh_column_name(zh_column column);

typedef enum zh_negative { ZH_NEGATIVE_REFUND, ZH_NEGATIVE_STOCK, ZH_NEGATIVE_REJECT } zh_negative;
typedef enum zh_column_encoding {
    ZH_COLUMN_ENCODING_AUTO,
    ZH_COLUMN_UTF8,
    ZH_COLUMN_GB18030
} zh_column_encoding;

typedef struct zh_column_map {
    zh_table table;
    char names[ZH_COLUMN_COUNT][ZH_COLUMN_NAME_BYTES_MAX + 1]; /* in the header; "": our own name */
    zh_currency currency;          /* 0: none given */
    char zone[64];                 /* "": UTC */
    char dates[ZH_COLUMN_DATES_MAX][ZH_CELL_FORMAT_BYTES_MAX + 1];
    uint32_t dates_count;          /* 0: iso8601 */
    char decimal;                  /* '.' or ',' */
    char separator;                /* 0: find out */
    zh_column_encoding encoding;
    char cancel_prefix[16];        /* "": none */
    zh_negative negative;
    bool item_upper, five_digits;
    char non_products[ZH_COLUMN_NON_PRODUCTS_MAX][32];
    uint32_t non_products_count;
} zh_column_map;

/* The map that knows our own names alone. */
zh_column_map zh_column_map_of(zh_table table);
/* Lay a preset over it: online-retail (orders). ZH_ABSENT: no such preset of this table; `why`
 * lists them. */
ZH_MUST zh_err zh_column_map_preset(zh_column_map *map, zh_sv name, zh_note *why);
/* One line of a map file; `key` as in the example ("columns.order_id", "zone"). The first element
 * of a list (`first`) replaces what was there. ZH_FORMAT with the reason. */
ZH_MUST zh_err zh_column_map_set(zh_column_map *map, zh_sv key, zh_sv value, bool first,
                                 zh_note *why);

typedef struct zh_column_attribute {
    uint32_t at;
    char name[ZH_COLUMN_NAME_BYTES_MAX + 1];
} zh_column_attribute;

/* Where the columns are in a table. */
typedef struct zh_columns {
    int32_t at[ZH_COLUMN_COUNT]; /* -1: not there */
    uint32_t count;              /* of the table: each row must have as many */
    zh_column_attribute attributes[ZH_COLUMN_ATTRIBUTES_MAX];
    uint32_t attributes_count;
} zh_columns;

/* Find the columns in the header. ZH_FORMAT: one is missing that the table needs (`why` names it),
 * or there twice. */
ZH_MUST zh_err zh_columns_bind(const zh_column_map *map, const zh_sv *header, uint32_t count,
                               zh_columns *out, zh_note *why);

/* The trimmed cell of a column, empty where it is not there; `fields` has columns->count. */
static inline zh_sv zh_columns_cell(const zh_columns *columns, const zh_sv *fields,
                                    zh_column column)
{
    return columns->at[column] < 0 ? (zh_sv){ 0 } : zh_sv_trim(fields[columns->at[column]]);
}

/* Is the item postage, a fee, a test … by the map's rules? */
bool zh_column_map_non_product(const zh_column_map *map, zh_sv item);
/* The currency of a row: its cell, else the map's. ZH_FORMAT: a cell that is no currency; 0 where
 * nobody says it. */
ZH_MUST zh_err zh_column_map_currency(const zh_column_map *map, zh_sv cell, zh_currency *out,
                                      zh_note *why);

#endif
