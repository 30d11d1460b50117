/* visits.h -- who came and who bought, hour by hour: sets of customers, so that any span counts each once.
 *
 * For every local day, and for every local hour of the last ZH_VISITS_HOURS_KEPT, two sets of customer
 * numbers: visitors (anything a customer does) and buyers (orders). Distinct customers of a span are the
 * size of the union of its sets: whole days by day, the rest by hour.
 *
 * What a shop's back office does to a customer is no visit: refunds, cancellations, order updates,
 * stock adjustments, consents. A guest is a customer of one order.
 *
 * An event counts at its repaired time (collect/clock.h), which is at most minutes ahead of the server's.
 *
 * Guarantees  any order of the same events and merges gives the same entries. Exact, no sketches.
 * Cost        fold about 0.3 us; merge O(hours and days since the absorbed customer's first event);
 *             a count O(sets of the span x their size / 64). 2 bytes a customer and hour, less where many.
 * Clock       none; hours and days are those of desc.local_ms.
 * Threads     readers together or one writer.
 * Source      sets: Roaring bitmaps, Lemire et al. 2016, arXiv:1603.06549 (libroaring).
 */
#ifndef ZH_MEASURE_VISITS_H
#define ZH_MEASURE_VISITS_H
#include "base/keep.h"
#include "core/event.h"

#define ZH_VISITS_HOURS_KEPT (35 * 24) /* local hours before the newest that have sets of their own */

typedef struct zh_visits zh_visits; /* opaque */

typedef struct zh_visits_desc {
    int64_t (*local_ms)(void *context, int64_t utc_ms); /* UTC to the workspace's clock; NULL: UTC */
    void *context;                                      /* given back; borrowed */
} zh_visits_desc;

ZH_MUST zh_err zh_visits_open(zh_visits **out, const zh_visits_desc *desc); /* caller closes */
void zh_visits_close(zh_visits *visits);

/* Count one event. `customer`: the root of event->customer at this moment; 0: nobody, not counted.
 * Errors: ZH_NOMEM; ZH_RANGE a customer number over 2^32 - 1. */
ZH_MUST zh_err zh_visits_fold(zh_visits *visits, const zh_event *event, zh_customer_id customer);
/* Two customers turn out to be one. `first_ms`: no event of `absorbed` is earlier. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_visits_merge(zh_visits *visits, zh_customer_id absorbed, zh_customer_id into, int64_t first_ms);

typedef struct zh_visits_count { int64_t visitors, buyers; } zh_visits_count;

/* Distinct customers of the local hours [from, to), counted since 1970-01-01T00. A part of a day whose
 * hours are no longer kept counts as the whole day. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_visits_between(const zh_visits *visits, int64_t from_hour, int64_t to_hour, zh_visits_count *out);
/* Of one local hour (0 where it is no longer kept) and one local day. O(1). */
zh_visits_count zh_visits_hour(const zh_visits *visits, int64_t hour);
zh_visits_count zh_visits_day(const zh_visits *visits, int64_t day);

ZH_MUST zh_err zh_visits_save(zh_visits *visits, bool all, zh_keep keep); /* base/keep.h */
ZH_MUST zh_err zh_visits_load(zh_visits *visits, zh_sv key, zh_sv value);
bool zh_visits_check(const zh_visits *visits, const char **why);
size_t zh_visits_bytes(const zh_visits *visits);

#endif
