/* catalog_row.h -- an item as a shop's table or feed writes it becomes one item of POST /api/v1/items.
 *
 * Every catalog format (catalog_csv, shopify_csv, google_item) finds its own cells and then meets
 * here, so that all of them read prices, stock and ids by the same rules. An empty cell says
 * nothing about its field. A price becomes an integer in the minor unit of its currency; stock
 * below zero (oversold) is none.
 *
 * Guarantees  a row is one item or a reject with a reason; a reject leaves no trace in `out`.
 * Cost        below 1 us a row, no allocation.
 */
#ifndef ZH_COLLECT_CATALOG_ROW_H
#define ZH_COLLECT_CATALOG_ROW_H
#include "base/buf.h"
#include "collect/column_map.h"

typedef struct zh_catalog_attribute { zh_sv name, value; } zh_catalog_attribute;

/* Cells as written, trimmed; borrowed. */
typedef struct zh_catalog_row {
    zh_sv item_id, title, category, brand, price, currency, stock, available, url, image_url;
    bool stock_unlimited; /* nothing counts it: takes back what was known; `stock` is empty then */
    zh_catalog_attribute attributes[ZH_COLUMN_ATTRIBUTES_MAX];
    uint32_t attributes_count;
} zh_catalog_row;

/* Add an attribute, where it has a name and a value, there is room and none of that name is there. They
 * stand in the order of their names: the same attributes are the same text, whatever brought them. */
void zh_catalog_row_attribute(zh_catalog_row *row, zh_sv name, zh_sv value);

/* An amount in minor units; `currency` is a cell and may be empty: the map's. ZH_FORMAT, ZH_RANGE
 * with the reason, which begins with `what` ("price"). */
ZH_MUST zh_err zh_catalog_price(const zh_column_map *map, const char *what, zh_sv cell, zh_sv currency,
                                int64_t *minor, zh_currency *of, zh_note *why);

/* Append the item to `out`; *item_hash is its number: two of one batch would have no order.
 * ZH_FORMAT, ZH_RANGE: a reject, `why` is its reason. ZH_NOMEM, ZH_FULL (`out`). */
ZH_MUST zh_err zh_catalog_row_put(const zh_column_map *map, const zh_catalog_row *row, zh_buf *out,
                                  uint64_t *item_hash, zh_note *why);

#endif
