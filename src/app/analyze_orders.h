/* analyze_orders.h -- purchases out of a table: who, when, how much.
 *
 * Columns are found by their usual names (customer_id, CustomerID, order_date, InvoiceDate, revenue, dollar_value,
 * Quantity, UnitPrice, InvoiceNo ...) or named by `columns` of the spec: customer, date, revenue, units, price, order, category.
 * Without a header: the first column is the customer, the first column of dates the date, the last column with a
 * decimal point the revenue, the last other number between them the units. Revenue is units x price where there is
 * no column of its own.
 *
 * Rows without a customer are left out and counted. `filter` of the spec: "customer present" (default), or "clean",
 * which leaves out cancellations (an order that begins with C), units <= 0 and prices <= 0 too.
 */
#ifndef ZH_APP_ANALYZE_ORDERS_H
#define ZH_APP_ANALYZE_ORDERS_H
#include "app/analyze_table.h"
#include "model/names.h"

typedef struct zh_purchase {
    uint64_t order;    /* hash of the order's id; a number of its own for rows without one */
    double revenue, units;
    int32_t day;       /* since 1970 */
    uint32_t customer; /* number in `names` */
    uint32_t category; /* number in `categories` + 1; 0: not stated */
} zh_purchase;

typedef struct zh_purchases {
    zh_purchase *rows; /* in the job's arena, in the order of the file */
    size_t count, left_out;
    zh_names names;    /* of customers */
    zh_names categories;
    bool has_order, has_revenue, has_units;
    int32_t first_day, last_day;
} zh_purchases;

/* false: the job failed. Close in any case. */
bool zh_purchases_read(zh_analyze *job, zh_purchases *out, const zh_table *t);
void zh_purchases_close(zh_purchases *purchases);

#endif
