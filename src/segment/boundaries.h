/* boundaries.h -- what depends on everyone: the borders between fifths of the buyers, their means, the usual interval.
 *
 * A customer's RFM class says where he stands among all buyers. So that it is his own business at every moment, the borders
 * are drawn once a day, at the workspace's midnight, and written to the log as a BOUNDARIES record; a class is then a pure
 * function of his orders and the last record (standing.h). The definitions are those of rfm.h, in integers:
 *
 *     recency    local days from the last order to the record's day; fewer is better
 *     frequency  orders that stand
 *     monetary   their sum in the workspace's main currency, refunds taken off, minor units
 *     cut k      the quantile of k/5 by linear interpolation, plus 1 (one day, one order, one unit of the currency)
 *
 * A quantile of integers with denominator 5 is an exact number of fifths. Cuts of recency are kept as moments, too, so whoever
 * asks needs no calendar.
 *
 * Guarantees  make is a function of the set of buyers. The view keeps the two newest records, whatever order they come in.
 * Cost        make O(n log n), about 1.5 s for a million buyers; the view a kilobyte.
 * Threads     a view: one thread at a time.
 * Not here    who computes and when (engine/boundary_clock.h), the class of a customer (standing.h).
 */
#ifndef ZH_SEGMENT_BOUNDARIES_H
#define ZH_SEGMENT_BOUNDARIES_H
#include "base/buf.h"
#include "base/keep.h"
#include "base/tz.h"
#include "core/money.h"

#define ZH_BOUNDARIES_BINS 5
#define ZH_BOUNDARIES_CUTS (ZH_BOUNDARIES_BINS - 1)
#define ZH_BOUNDARIES_MINOR_MAX (INT64_C(1) << 56)             /* of one buyer; more is taken as this */
#define ZH_BOUNDARIES_INTERVAL_MS (30 * ZH_DAY_MS)             /* taken as usual while hardly anybody bought twice */
#define ZH_BOUNDARIES_REPEATERS_MIN 10                         /* buyers who came again, before their interval counts */

typedef enum zh_boundaries_cause { ZH_BOUNDARIES_MIDNIGHT = 1, ZH_BOUNDARIES_GROWTH, ZH_BOUNDARIES_ASKED } zh_boundaries_cause;

typedef enum zh_figure { ZH_FIGURE_RECENCY, ZH_FIGURE_FREQUENCY, ZH_FIGURE_MONETARY, ZH_FIGURE_COUNT } zh_figure;

typedef struct zh_boundaries {
    int64_t at_ms;                /* as of when */
    int64_t day;                  /* its local date, since 1970-01-01 */
    zh_boundaries_cause cause;
    zh_currency currency;         /* of monetary */
    uint64_t customers, buyers;   /* looked at; of them with an order */
    uint64_t orders;              /* of the shop, guests' too, as the order report counts them */
    uint32_t undone;              /* imports that were taken back before it was drawn, see fold */
    uint64_t repeaters;           /* of them with orders on more than one occasion */
    int64_t sums[ZH_FIGURE_COUNT];/* over the buyers: days, orders, minor units */
    int64_t cuts[ZH_FIGURE_COUNT][ZH_BOUNDARIES_CUTS]; /* in fifths of a day, an order, a minor unit; ascending */
    int64_t before_ms[ZH_BOUNDARIES_CUTS]; /* whose last order is before this has a recency of that cut or more; descending */
    int64_t above[ZH_FIGURE_COUNT]; /* from here on better than the mean: moment of the last order, orders, minor units */
    int64_t interval_ms;          /* median of the buyers' own usual intervals, a day or more */
} zh_boundaries;

typedef struct zh_buyer { /* one who has an order that stands */
    int64_t last_ms, orders, minor;
    int64_t interval_ms; /* between his occasions; 0: there was one */
} zh_buyer;

/* Draw the borders; at_ms, cause, currency, customers, orders and undone are the caller's and stay, the rest is filled in. Sorts `buyers`.
 * Nobody: all cuts are 0. */
void zh_boundaries_make(zh_boundaries *b, zh_buyer *buyers, size_t count, const zh_tz *tz);

void zh_boundaries_put(const zh_boundaries *b, zh_buf *out); /* a whole record */
ZH_MUST zh_err zh_boundaries_get(zh_sv record, zh_boundaries *out); /* ZH_FORMAT */
const char *zh_boundaries_cause_text(zh_boundaries_cause cause); /* "midnight", "growth", "asked" */

/* ---- the view ---- */

typedef struct zh_boundaries_view zh_boundaries_view;
ZH_MUST zh_err zh_boundaries_open(zh_boundaries_view **out); /* ZH_NOMEM */
void zh_boundaries_close(zh_boundaries_view *view);
/* `undone`: imports begun so far in the log that are taken back, here or later. A record that knows fewer was drawn over one of
 * them: it is passed over, as if it had never been. ZH_FORMAT. */
ZH_MUST zh_err zh_boundaries_fold(zh_boundaries_view *view, zh_sv record, uint32_t undone);
/* The newest, and the one before; NULL: there is none yet. The places stay, what is in them changes with the next fold. */
const zh_boundaries *zh_boundaries_last(const zh_boundaries_view *view);
const zh_boundaries *zh_boundaries_before(const zh_boundaries_view *view);
/* Keys "last" and "before"; value: the record. */
ZH_MUST zh_err zh_boundaries_save(zh_boundaries_view *view, bool all, zh_keep keep);
ZH_MUST zh_err zh_boundaries_load(zh_boundaries_view *view, zh_sv key, zh_sv value);
bool zh_boundaries_check(const zh_boundaries_view *view, const char **why);
size_t zh_boundaries_bytes(const zh_boundaries_view *view);

#endif
