/* catalog_csv.h -- a line of a catalog table becomes one item of POST /api/v1/items, as JSON text.
 *
 * Knows item_id, title, category, brand, price, currency, stock, available, url, image_url and
 * attributes.NAME. A blank cell says nothing about its field, so a file with ids and prices alone
 * changes prices alone. How cells are read: catalog_row.h.
 *
 * Guarantees  a line is one item or a reject with a reason; a reject leaves no trace in `out`.
 * Cost        about 1 us a line, no allocation.
 */
#ifndef ZH_COLLECT_CATALOG_CSV_H
#define ZH_COLLECT_CATALOG_CSV_H
#include "collect/catalog_row.h"

typedef struct zh_catalog_csv {
    const zh_column_map *map; /* borrowed */
    zh_columns columns;
    uint64_t item_hash; /* of the item id converted last: two of one batch would have no order */
} zh_catalog_csv;

zh_catalog_csv zh_catalog_csv_of(const zh_column_map *map);
/* A file begins: its header. ZH_FORMAT. */
ZH_MUST zh_err zh_catalog_csv_header(zh_catalog_csv *catalog, const zh_sv *fields, uint32_t count,
                                     zh_note *why);
/* Append the item of a line to `out`. ZH_FORMAT, ZH_RANGE: a reject, `why` is its reason. ZH_NOMEM,
 * ZH_FULL (`out`). */
ZH_MUST zh_err zh_catalog_csv_line(zh_catalog_csv *catalog, const zh_sv *fields, uint32_t count,
                                   zh_buf *out, zh_note *why);

/* Has the row as many cells as the header, all of them text? ZH_FORMAT with the reason. */
ZH_MUST zh_err zh_catalog_cells_check(const zh_sv *fields, uint32_t count, uint32_t header_count, zh_note *why);

#endif
