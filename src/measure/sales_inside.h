/* sales_inside.h -- the parts of the orders report; for sales*.c alone.
 *
 *   totals     lines of every kind, distinct things by the sets below
 *   orders     one an order id: what kinds of events named it, its first event, and for a whole
 *              order what that event added everywhere, so that an earlier one can take its place
 *   periods    one a (currency, local hour): all sums in time; days, months and currencies are sums of hours
 *   corners    one a (country, currency)
 *   codes      the set of sku texts, by hash;   people: what each root did, and who was absorbed
 *
 * All are sums, minima and unions, so the order of events does not matter. Only "the first whole
 * event of an order" is a choice, by the least (time, event key), and it is exchanged, not added.
 */
#ifndef ZH_MEASURE_SALES_INSIDE_H
#define ZH_MEASURE_SALES_INSIDE_H
#include "base/arena.h"
#include "base/map.h"
#include "base/time.h"
#include "measure/sales.h"

#define ZH_SALES_THINGS_MAX ((size_t)1 << 31) /* orders, hours: bounds an index in a map, never met */
#define ZH_SALES_NO_WHOLE UINT32_MAX

enum { /* of an order */
    ZH_SALES_ORDER = 1, ZH_SALES_CANCEL = 2, ZH_SALES_STOCK = 4, /* events that named it */
    ZH_SALES_LINES_CLEAN = 8, ZH_SALES_WHOLE_CLEAN = 16,         /* a clean line, in either form */
    ZH_SALES_DIRTY = 128,
};
enum { ZH_SALES_SEEN = 1, ZH_SALES_BOUGHT_CLEAN = 2 }; /* of a customer; above: who absorbed it, << 8 */

typedef struct zh_sales_sums { /* what lines add; quantity and gross with their sign */
    int64_t rows, neg_qty_rows, price_le0_rows, blank_desc, guest_rows, duplicate_rows, quantity, gross;
    int64_t clean_rows, clean_revenue;
} zh_sales_sums;
#define ZH_SALES_SUMS (sizeof(zh_sales_sums) / sizeof(int64_t))

typedef struct zh_sales_first { int64_t ms; zh_event_key key; zh_currency currency; } zh_sales_first;

typedef struct zh_sales_whole { /* the standing whole event of an order */
    zh_sales_first first;
    zh_sales_sums sums;
    uint32_t country;
} zh_sales_whole;

typedef struct zh_sales_order {
    uint64_t hash;
    zh_sales_first first; /* of its first ORDER event; ms INT64_MAX: none */
    uint32_t flags, whole;
} zh_sales_order;

typedef struct zh_sales_period { /* an hour of a currency */
    zh_currency currency;
    int32_t hour; /* local hours since 1970-01-01T00:00 */
    int64_t orders, clean_orders, revenue, refunded, refunds, quantity, clean_rows, clean_revenue;
    bool dirty;
} zh_sales_period;
#define ZH_SALES_PERIOD_SUMS 8 /* the int64_t in a row */

typedef struct zh_sales_corner {
    uint32_t country;
    zh_currency currency;
    int64_t rows, clean_rows, clean_revenue;
    bool dirty;
} zh_sales_corner;

typedef struct zh_sales_name { char text[ZH_SALES_COUNTRY_BYTES_MAX]; size_t size; } zh_sales_name;

struct zh_sales {
    zh_arena self; /* holds this struct */
    zh_sales_desc desc;
    zh_sales_sums totals;
    int64_t cancel_rows, repeated_orders, first_ms, last_ms;
    bool dirty; /* the lines above */
    int64_t invoices, cancel_invoices, clean_invoices, customers, clean_customers;
    zh_map order_at, period_at, name_at, corner_at; /* hash or packed key -> place */
    zh_buf orders, wholes, periods, names, corners;
    zh_currency currencies[ZH_SALES_CURRENCIES_MAX];
    uint32_t currencies_count;
    zh_map codes;        /* hash -> 1: not saved yet */
    zh_map people, people_dirty;
};

static inline zh_sales_order *zh_sales_order_of(const zh_sales *s, size_t i) { return (zh_sales_order *)(void *)s->orders.data + i; }
static inline zh_sales_whole *zh_sales_whole_of(const zh_sales *s, size_t i) { return (zh_sales_whole *)(void *)s->wholes.data + i; }
static inline zh_sales_period *zh_sales_period_of(const zh_sales *s, size_t i) { return (zh_sales_period *)(void *)s->periods.data + i; }
static inline zh_sales_corner *zh_sales_corner_of(const zh_sales *s, size_t i) { return (zh_sales_corner *)(void *)s->corners.data + i; }
static inline zh_sales_name *zh_sales_name_of(const zh_sales *s, size_t i) { return (zh_sales_name *)(void *)s->names.data + i; }
static inline size_t zh_sales_periods(const zh_sales *s) { return s->periods.size / sizeof(zh_sales_period); }
static inline size_t zh_sales_corners(const zh_sales *s) { return s->corners.size / sizeof(zh_sales_corner); }
static inline size_t zh_sales_orders(const zh_sales *s) { return s->orders.size / sizeof(zh_sales_order); }

/* The place of a thing, made where it is new; SIZE_MAX: no memory. */
size_t zh_sales_order_at(zh_sales *sales, uint64_t hash);
size_t zh_sales_period_at(zh_sales *sales, zh_currency currency, int32_t hour);
size_t zh_sales_corner_at(zh_sales *sales, uint32_t country, zh_currency currency);
size_t zh_sales_country_at(zh_sales *sales, zh_sv text);
size_t zh_sales_whole_at(zh_sales *sales, zh_sales_order *order);
void zh_sales_count_flags(zh_sales *sales, uint32_t flags, int64_t by); /* distinct invoices */
void zh_sales_count_person(zh_sales *sales, uint64_t flags, int64_t by);

#endif
