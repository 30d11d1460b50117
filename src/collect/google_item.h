/* google_item.h -- a product of a Google Merchant feed becomes one item of POST /api/v1/items.
 *
 * The same attributes come as a table (TSV) or as RSS or Atom with g: (google_xml.h); Meta and
 * others read the same form. Names are taken in any case, with or without "g:", with blanks or _.
 *
 *     attribute                          becomes
 *     id, title, brand, link             item_id, title, brand, url
 *     image_link                         image_url
 *     product_type                       category; else google_product_category
 *     price "15.00 CNY"                  price, currency
 *     sale_price, without dates          price; the other is attributes.regular_price
 *     sale_price with ..._effective_date attributes of these names: what it costs today is not
 *                                        known here
 *     availability                       available; preorder and backorder are, and stay as an
 *                                        attribute
 *     sell_on_google_quantity,           stock; with 0, out_of_stock says nothing of its own
 *       quantity_to_sell_on_facebook,
 *       inventory, quantity
 *     item_group_id                      attributes.group
 *     gtin, mpn, condition, color, size, gender, age_group, material, pattern,
 *     google_product_category, custom_label_0 .. 4    attributes of these names
 *
 * What is not in this list is left out, the description too: it is long, and nothing here reads it.
 *
 * Guarantees  as catalog_row.h.
 * Source      Google Merchant Center Help, "Product data specification".
 */
#ifndef ZH_COLLECT_GOOGLE_ITEM_H
#define ZH_COLLECT_GOOGLE_ITEM_H
#include "collect/catalog_row.h"

#define ZH_GOOGLE_LIST(X)                                                                        \
    X(ID, "id") X(TITLE, "title") X(LINK, "link") X(IMAGE, "image_link") X(BRAND, "brand")       \
    X(TYPE, "product_type") X(PRICE, "price") X(SALE, "sale_price")                              \
    X(SALE_DATE, "sale_price_effective_date") X(AVAILABILITY, "availability")                    \
    X(QUANTITY, "sell_on_google_quantity") X(GROUP, "item_group_id")                             \
    /* kept under their own names */                                                             \
    X(CATEGORY, "google_product_category") X(GTIN, "gtin") X(MPN, "mpn")                         \
    X(CONDITION, "condition") X(COLOR, "color") X(SIZE, "size") X(GENDER, "gender")              \
    X(AGE, "age_group") X(MATERIAL, "material") X(PATTERN, "pattern")                            \
    X(LABEL0, "custom_label_0") X(LABEL1, "custom_label_1") X(LABEL2, "custom_label_2")          \
    X(LABEL3, "custom_label_3") X(LABEL4, "custom_label_4")
typedef enum zh_google_field {
#define X(name, text) ZH_GOOGLE_##name,
    ZH_GOOGLE_LIST(X)
#undef X
    ZH_GOOGLE_FIELDS
} zh_google_field;

/* The field of that name; ZH_GOOGLE_FIELDS: none we keep. */
zh_google_field zh_google_field_of(zh_sv name);

typedef struct zh_google_item { zh_sv field[ZH_GOOGLE_FIELDS]; } zh_google_item; /* borrowed */

/* Append the item to `out`. ZH_FORMAT, ZH_RANGE: a reject, `why` is its reason. ZH_NOMEM, ZH_FULL. */
ZH_MUST zh_err zh_google_item_put(const zh_column_map *map, const zh_google_item *item, zh_buf *out,
                                  uint64_t *item_hash, zh_note *why);

/* ---- the table ---- */

typedef struct zh_google_table {
    const zh_column_map *map;      /* borrowed; of the catalog */
    int32_t at[ZH_GOOGLE_FIELDS];  /* -1: not there */
    uint32_t count;
    uint64_t item_hash;            /* as in zh_catalog_csv */
} zh_google_table;

zh_google_table zh_google_table_of(const zh_column_map *map);
ZH_MUST zh_err zh_google_table_header(zh_google_table *table, const zh_sv *fields, uint32_t count,
                                      zh_note *why); /* ZH_FORMAT: no id, or a name twice */
ZH_MUST zh_err zh_google_table_line(zh_google_table *table, const zh_sv *fields, uint32_t count,
                                    zh_buf *out, zh_note *why); /* as zh_google_item_put */

#endif
