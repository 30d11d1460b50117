/* orders_csv.h -- a line of an orders table becomes one event of the Segment dialect, as text.
 *
 * One line, one event: "Order Completed", "Order Refunded" (the order id has the map's cancel
 * prefix, or the quantity is negative) or "Stock Adjusted" (negative quantity, where the map says
 * so; the sign is kept). A blank customer is a guest of that order alone. Quantity and price are
 * handed on; the collector multiplies and rounds once.
 *
 *     messageId = ORDER / HASH / N     "536365/9f0c55a1b2d3e4f5/1", at most 100 bytes
 *
 * HASH are the 16 hex digits of XXH3-64 over the cells as written, each with its column's number
 * and size, blank ones left out; N counts equal lines of an order from 1. So importing a file
 * twice, with its columns in another order or in another encoding, makes the same ids, and equal
 * lines stay sales of their own. This is a stored format: it may not change.
 *
 * Guarantees  a line is one event or a reject with a reason; a reject leaves no trace in `out` and
 *             is not counted. The same lines in the same order give the same bytes.
 * Cost        about 1 us a line; 25 to 50 bytes of memory a line for the counting of equal ones.
 * Threads     one converter, one thread.
 */
#ifndef ZH_COLLECT_ORDERS_CSV_H
#define ZH_COLLECT_ORDERS_CSV_H
#include "base/buf.h"
#include "base/map.h"
#include "collect/column_map.h"

#define ZH_ORDERS_ID_BYTES_MAX 72    /* of an order id: what a messageId of 100 leaves */
#define ZH_ORDERS_CELL_BYTES_MAX 4096 /* of any other cell: a title has 500 at most */

typedef struct zh_orders_csv {
    const zh_column_map *map; /* borrowed, as is the zone */
    const zh_tz *zone;
    zh_columns columns;
    uint64_t lines, guests, repeats; /* converted so far, and of them */
    zh_map seen_;  /* private; (order, content) -> count */
    zh_buf hashed_; /* private; scratch */
    int64_t time_ms_; /* private; of the date read last */
    char time_text_[40];
    uint8_t time_size_;
} zh_orders_csv;

/* A converter for the files of one import. The caller closes. */
zh_orders_csv zh_orders_csv_open(const zh_column_map *map, const zh_tz *zone);
void zh_orders_csv_close(zh_orders_csv *orders);

/* A file begins: its header. ZH_FORMAT. */
ZH_MUST zh_err zh_orders_csv_header(zh_orders_csv *orders, const zh_sv *fields, uint32_t count,
                                    zh_note *why);
/* Append the event of a line to `out`. ZH_FORMAT, ZH_RANGE: a reject, `why` is its reason.
 * ZH_NOMEM, ZH_FULL (`out`). */
ZH_MUST zh_err zh_orders_csv_line(zh_orders_csv *orders, const zh_sv *fields, uint32_t count,
                                  zh_buf *out, zh_note *why);

#endif
