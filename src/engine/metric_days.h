/* metric_days.h -- a metric over all customers, of each of the last days and of all of them together.
 *
 * The number of one customer is the one that experiments count (measure/outcome.h), so there is one formula. A day is one of the
 * workspace's zone. Whoever did anything in the span is a customer of it; a share or a mean is divided by those, a ratio by the sum
 * of what it is per. The last day is that of the newest event, and may still go on.
 *
 * Cost        O(customers here in the span x days x their orders or events in it). Not measured at a shop's full size.
 * Threads     any; the world's read lock is held for 256 customers at a time.
 */
#ifndef ZH_ENGINE_METRIC_DAYS_H
#define ZH_ENGINE_METRIC_DAYS_H
#include "engine/engine.h"
#include "measure/outcome.h"

#define ZH_METRIC_DAYS_MAX 92

typedef struct zh_metric_sum {
    int64_t day;        /* its number; of the span: the first */
    int64_t from_ms, to_ms;
    uint64_t customers; /* who did anything in it */
    double of, per;     /* sums; per: 0 where the metric is no ratio. Integers, exact below 2^53 */
} zh_metric_sum;

typedef struct zh_metric_days {
    zh_currency currency; /* sums count orders of this one */
    uint32_t count;
    zh_metric_sum days[ZH_METRIC_DAYS_MAX], span; /* oldest first; all days as one span, each customer once */
} zh_metric_days;

/* The metric is compiled. days: 1 .. ZH_METRIC_DAYS_MAX; of `currency`, code 0: of all. Errors: those of zh_crowd_walk. */
ZH_MUST zh_err zh_engine_metric_days(zh_engine *engine, const zh_metric *metric, zh_currency currency, uint32_t days, zh_metric_days *out);
/* of / per, or of / customers; NAN where that is nobody. */
double zh_metric_sum_value(const zh_metric *metric, const zh_metric_sum *sum);

#endif
