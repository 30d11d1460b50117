/* sales.h -- the orders report: what was sold, given back and to how many, as an integer fold.
 *
 * Fed with every event, it counts lines of orders, refunds, cancellations and stock adjustments.
 * `raw` counts everything; `clean` only what is a sale to somebody: act ORDER, a customer who is no
 * guest, quantity > 0, price > 0.
 *
 * An order may come as one event with all its lines or as one event a line (ZH_MARK_ORDER_LINE).
 * Lines all count. Of several whole events with one order id only the first does, by (time, event
 * key); when an earlier one turns up late it takes the other's place. So a shop that sends
 * "Order Completed" twice sells once, in whatever order the events arrive.
 *
 * Guarantees  any order of the same events and merges gives the same entries and answers.
 * Cost        about 200 ns an order line; 60 bytes an order, 20 a customer and an article.
 * Clock       none; days and months are those of desc.local_ms.
 * Threads     readers together or one writer.
 * Not here    "Order Updated" (it does not change what was sold), live series (engine), cohorts.
 */
#ifndef ZH_MEASURE_SALES_H
#define ZH_MEASURE_SALES_H
#include "base/keep.h"
#include "core/event.h"

#define ZH_SALES_COUNTRIES_MAX 1024u   /* distinct country texts; beyond: counted as "" */
#define ZH_SALES_CURRENCIES_MAX 64u    /* currencies of one workspace; beyond: counted as unknown */
#define ZH_SALES_COUNTRY_BYTES_MAX 64  /* longer texts are cut */

typedef struct zh_sales zh_sales; /* opaque */

typedef struct zh_sales_desc {
    int64_t (*local_ms)(void *context, int64_t utc_ms); /* UTC to the workspace's clock; NULL: UTC */
    void *context;                                      /* given back; borrowed */
} zh_sales_desc;

ZH_MUST zh_err zh_sales_open(zh_sales **out, const zh_sales_desc *desc); /* caller closes */
void zh_sales_close(zh_sales *sales);

/* Count one event. `customer` is the root of event->customer at this moment (profile/identity.h);
 * events of other acts change nothing. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_sales_fold(zh_sales *sales, const zh_event *event, zh_customer_id customer);
/* Two customers turn out to be one: count them once. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_sales_merge(zh_sales *sales, zh_customer_id absorbed, zh_customer_id into);

typedef struct zh_sales_raw {
    int64_t rows;             /* lines of orders, refunds, cancellations, stock adjustments */
    int64_t invoices;         /* distinct order ids of those */
    int64_t cancel_rows, cancel_invoices; /* of refunds and cancellations */
    int64_t guest_rows;       /* lines of guests */
    int64_t customers;        /* distinct, no guests */
    int64_t stock_codes;      /* distinct sku texts */
    int64_t countries;        /* distinct texts of the property `country` */
    int64_t neg_qty_rows;     /* lines that left no money or took it back: refunds, cancels, negative stock */
    int64_t price_le0_rows;   /* lines with a price of 0 or less */
    int64_t blank_desc;       /* lines without a name */
    int64_t first_ms, last_ms;/* of any line, UTC; 0 where there is none */
    int64_t gross_minor;      /* orders - refunds, all currencies added as they are */
    int64_t quantity;         /* the same in pieces; stock adjustments count with their sign */
    int64_t duplicate_rows;   /* lines that repeat a line of their order (ZH_MARK_REPEAT_LINE) */
    int64_t repeated_orders;  /* whole order events that came again with another message id */
} zh_sales_raw;

typedef struct zh_sales_clean {
    int64_t rows, customers, invoices;
    int64_t revenue_minor;    /* sum of the clean lines, all currencies added as they are */
} zh_sales_clean;

void zh_sales_raw_get(const zh_sales *sales, zh_sales_raw *out);
void zh_sales_clean_get(const zh_sales *sales, zh_sales_clean *out);

typedef struct zh_sales_total { /* one currency, or one day or month of it */
    zh_currency currency;
    int32_t year, month, day;   /* local; 0 where it is of several */
    int64_t orders;             /* distinct orders, at the day of their first event */
    int64_t revenue_minor;      /* as the shop stated it for the order, else its lines */
    int64_t refunded_minor;     /* refunds and cancellations, positive */
    int64_t refunds;            /* refund and cancel events */
    int64_t quantity;           /* pieces sold - given back */
    int64_t clean_rows, clean_invoices, clean_revenue_minor;
} zh_sales_total;

/* Currencies by their code; returns how many were written, at most `limit`. */
size_t zh_sales_currencies(const zh_sales *sales, zh_sales_total *out, size_t limit);
/* Days of one currency with anything in them, oldest first, whose local date is in
 * [from_day, to_day] counted from 1970-01-01. O(days). */
size_t zh_sales_days(const zh_sales *sales, zh_currency currency, int64_t from_day, int64_t to_day,
                     zh_sales_total *out, size_t limit);
typedef struct zh_sales_hour {
    int64_t hour;               /* local hours since 1970-01-01T00:00 */
    zh_sales_total total;       /* without a date */
} zh_sales_hour;
/* Hours of one currency with anything in them, oldest first, in [from_hour, to_hour). O(hours). */
size_t zh_sales_hours(const zh_sales *sales, zh_currency currency, int64_t from_hour, int64_t to_hour,
                      zh_sales_hour *out, size_t limit);
/* The same by month, oldest first. */
size_t zh_sales_months(const zh_sales *sales, zh_currency currency, zh_sales_total *out, size_t limit);

typedef struct zh_sales_country {
    zh_sv country;              /* as sent; valid until the next fold */
    int64_t rows;               /* raw lines */
    int64_t clean_rows, clean_revenue_minor;
} zh_sales_country;
/* Countries by clean revenue in `currency`, highest first, then by name. */
size_t zh_sales_countries(const zh_sales *sales, zh_currency currency, zh_sales_country *out, size_t limit);

ZH_MUST zh_err zh_sales_save(zh_sales *sales, bool all, zh_keep keep); /* base/keep.h */
ZH_MUST zh_err zh_sales_load(zh_sales *sales, zh_sv key, zh_sv value);
bool zh_sales_check(const zh_sales *sales, const char **why);
size_t zh_sales_bytes(const zh_sales *sales);

#endif
