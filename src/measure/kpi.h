/* kpi.h -- the figures of a span of days, and of the same days earlier: what a shop's people look at first.
 *
 *     visitors      distinct customers who did anything (UV)
 *     buyers        distinct customers with an order
 *     orders        orders placed;   revenue  their value before refunds (GMV, ordered)
 *     refunded      refunds and cancellations that happened in the span, whatever day the order was
 *     conversion    buyers / visitors;   per buyer  revenue / buyers (客单价): by whoever shows them
 *
 * A span is local days [from, to]. While its last day runs, three figures are given: `current` up to now;
 * `settled`, up to the last whole hour; and `before`, the earlier days up to the same hour of the day. A
 * comparison is between the last two: a running hour is never held against a whole one.
 *
 * Guarantees  a function of the two views and its arguments.
 * Cost        O(hours with orders) + the unions of visits.h.
 * Clock       none: now_hour is given.
 * Source      definitions: engagement metrics as shops in China state them (下单口径).
 */
#ifndef ZH_MEASURE_KPI_H
#define ZH_MEASURE_KPI_H
#include "measure/sales.h"
#include "measure/visits.h"

#define ZH_KPI_DAYS_MAX 400 /* days of one span */
#define ZH_KPI_HOURLY_DAYS_MAX 2 /* spans up to this long are stepped by hour */
#define ZH_KPI_STEPS_MAX ZH_KPI_DAYS_MAX

typedef enum zh_kpi_compare { ZH_KPI_NONE, ZH_KPI_YESTERDAY, ZH_KPI_LAST_WEEK, ZH_KPI_PREVIOUS } zh_kpi_compare;
const char *zh_kpi_compare_text(zh_kpi_compare compare); /* "last_week" */
bool zh_kpi_compare_of(zh_sv text, zh_kpi_compare *out);

typedef struct zh_kpi_span {
    int64_t from_day, to_day; /* local days since 1970-01-01, both included */
    int64_t through_hour;     /* counted before this local hour since 1970-01-01T00 */
} zh_kpi_span;

typedef struct zh_kpi {
    int64_t visitors, buyers, orders, revenue_minor, refunded_minor, refunds;
} zh_kpi;

typedef struct zh_kpi_step {
    int64_t hour; /* its first local hour */
    zh_kpi figures;
} zh_kpi_step;

typedef struct zh_kpi_report {
    bool hourly, compared, has_settled; /* has_settled: a whole hour of the span has passed */
    zh_kpi_span span, settled_span, before_span; /* before_span ends at the hour of settled_span */
    zh_kpi current, settled, before;
    zh_kpi_step *steps, *before_steps; /* in the arena; the earlier days are whole */
    size_t steps_count, before_steps_count;
} zh_kpi_report;

/* The report of days [from, to] at the local hour `now_hour`, the one that runs. Errors: ZH_RANGE to < from or
 * over ZH_KPI_DAYS_MAX days; ZH_NOMEM. */
ZH_MUST zh_err zh_kpi_report_of(const zh_sales *sales, const zh_visits *visits, zh_currency currency, int64_t from_day, int64_t to_day,
                                int64_t now_hour, zh_kpi_compare compare, zh_arena *arena, zh_kpi_report *out);

#endif
