/* shopify_csv.h -- a product export of Shopify: each variant becomes one item of POST /api/v1/items.
 *
 * A product has a row for each of its variants and pictures; what they share (title, vendor, type,
 * picture, status, names of the options) stands in its first row alone, so rows are read in order.
 *
 *     column (old export, then new)                    becomes
 *     Variant SKU, SKU                                 item_id; blank: HANDLE, and /VALUE of each option
 *     Title, Vendor                                    title, brand
 *     Type, else Product Category                      category
 *     Variant Price, Price                             price, in the map's currency: the file has none
 *     Variant Compare At Price, Compare-at price       attributes.regular_price where it is higher
 *     Variant Inventory Qty, Inventory quantity        stock, where something counts it: without an
 *       (... Tracker, ... Policy)                      inventory tracker, and with the policy
 *                                                      "continue", it is unlimited
 *     Variant Image, else Image Src of the product     image_url
 *     Status (draft, archived), Published (false)      available
 *     Handle, URL handle                               attributes.group
 *     Option1..3 Name and Value                        attributes.NAME, in small letters
 *     Tags; Variant Barcode                            attributes.tags, attributes.gtin
 *
 * Guarantees  a row is one item, a reject with a reason, or ZH_ABSENT: it has no variant, only a
 *             further picture. One id for two variants of a file is a reject of the second: the
 *             engine could not tell them apart. The same file gives the same items.
 * Lifetimes   of an item: one row. What a product shares is copied, below 64 KB.
 * Cost        about 2 us a row; 16 bytes a variant for finding ids that are there twice.
 * Source      Shopify Help Center, "Using CSV files to import and export products".
 */
#ifndef ZH_COLLECT_SHOPIFY_CSV_H
#define ZH_COLLECT_SHOPIFY_CSV_H
#include "base/map.h"
#include "collect/catalog_row.h"

#define ZH_SHOPIFY_VARIANTS_MAX 2000000u       /* of a file, as many as a catalog holds */
#define ZH_SHOPIFY_ROW_BYTES_MAX (1u << 20)    /* Shopify allows 512 KB of description */
#define ZH_SHOPIFY_SHARED_BYTES_MAX 4096u      /* of a cell that is kept for the product's other rows */
#define ZH_SHOPIFY_OPTIONS 3                   /* Shopify has no more */

typedef enum zh_shopify_column {
    ZH_SHOPIFY_HANDLE, ZH_SHOPIFY_TITLE, ZH_SHOPIFY_VENDOR, ZH_SHOPIFY_TYPE, ZH_SHOPIFY_CATEGORY,
    ZH_SHOPIFY_TAGS, ZH_SHOPIFY_STATUS, ZH_SHOPIFY_PUBLISHED, ZH_SHOPIFY_IMAGE,
    ZH_SHOPIFY_NAME1, ZH_SHOPIFY_NAME2, ZH_SHOPIFY_NAME3, /* shared up to here */
    ZH_SHOPIFY_VALUE1, ZH_SHOPIFY_VALUE2, ZH_SHOPIFY_VALUE3, ZH_SHOPIFY_SKU, ZH_SHOPIFY_PRICE,
    ZH_SHOPIFY_COMPARE, ZH_SHOPIFY_QUANTITY, ZH_SHOPIFY_TRACKER, ZH_SHOPIFY_POLICY,
    ZH_SHOPIFY_VARIANT_IMAGE, ZH_SHOPIFY_BARCODE,
    ZH_SHOPIFY_COLUMNS
} zh_shopify_column;
#define ZH_SHOPIFY_SHARED (ZH_SHOPIFY_NAME3 + 1)

typedef struct zh_shopify_csv {
    const zh_column_map *map; /* borrowed; of the catalog; names[ZH_COLUMN_ITEM_ID] may name another
                               * column for the ids */
    int32_t at[ZH_SHOPIFY_COLUMNS]; /* -1: not there */
    uint32_t count;                 /* columns of the header */
    zh_buf shared[ZH_SHOPIFY_SHARED]; /* of the product the last row was of */
    zh_map seen;                    /* ids of the file */
    uint64_t item_hash;             /* as in zh_catalog_csv */
} zh_shopify_csv;

zh_shopify_csv zh_shopify_csv_open(const zh_column_map *map);
void zh_shopify_csv_close(zh_shopify_csv *shopify);

/* A file begins: its header. ZH_FORMAT: it is no export of Shopify. */
ZH_MUST zh_err zh_shopify_csv_header(zh_shopify_csv *shopify, const zh_sv *fields, uint32_t count,
                                     zh_note *why);
/* Append the item of a row to `out`. ZH_ABSENT: the row has no variant. ZH_FORMAT, ZH_RANGE: a
 * reject, `why` is its reason. ZH_NOMEM, ZH_FULL (`out`). */
ZH_MUST zh_err zh_shopify_csv_line(zh_shopify_csv *shopify, const zh_sv *fields, uint32_t count,
                                   zh_buf *out, zh_note *why);

#endif
