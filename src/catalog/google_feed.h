/* google_feed.h -- items out again, as a table for Google Merchant (and those that read the same form).
 *
 * One line an item: tabs between, prices as "15.00 CNY", availability in_stock or out_of_stock (by the
 * catalog's word and its stock), item_group_id from attributes.group. `description` is
 * attributes.description, else the title: the catalog keeps none, and Google asks for one. The stock
 * travels as sell_on_google_quantity. attributes.regular_price above the price makes the price the
 * sale_price. Other attributes go out where the feed has a column of their name.
 *
 * Guarantees  what collect/google_item.h read and is written here is read back as the same item: a
 *             round trip changes nothing (tested). Cells that would break a line are quoted.
 * Not here    which items go out and in which order (server/export.c).
 */
#ifndef ZH_CATALOG_GOOGLE_FEED_H
#define ZH_CATALOG_GOOGLE_FEED_H
#include "base/json.h"
#include "catalog/item.h"

/* Append the line of names. */
void zh_google_feed_header(zh_buf *out);
/* Append the line of an item. `json` takes ZH_ITEM_ATTRIBUTES_BYTES_MAX; its values end here. Failures
 * are the buffer's. */
void zh_google_feed_row(const zh_item *item, zh_json *json, zh_buf *out);

#endif
