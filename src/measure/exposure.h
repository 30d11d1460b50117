/* exposure.h -- what lists showed, and what customers then looked at and bought, day by day: counts for the monitors of fairness and variety.
 *
 * Of every UTC day that is kept there are two tables of counts:
 *
 *     everybody   (placement, personal or not, item)              times shown                 at most ZH_EXPOSURE_CELLS_MAX
 *     own         (customer, placement, item)                     times shown to him          together at most
 *                 (customer, item)                                times touched, lines bought ZH_EXPOSURE_OWN_MAX
 *
 * A touch is a view, a click, an add or a wish. Whether it followed a list is not decided here but by whoever reads: both are there, so it does not
 * matter which of them came first. What is bought counts by lines. Events that nothing is learned from, and those of robots, are passed over.
 *
 * A day that has more than fits keeps a fair draw: of `everybody` the items, of `own` the customers, whose keyed hash ends in as many zero bits as are
 * needed, its **level**; so what is left of it is complete. The level is a function of the day's set of keys, so any order keeps the same
 * (threshold sampling; Duffield, Lund, Thorup, JACM 54 (6), 2007, here with equal weights).
 *
 * Customers stand under the numbers that records carry. Who absorbed whom, the reader asks (profile/absorbed.h).
 *
 * Guarantees  any order of the same decisions and events gives the same entries: days older than the newest by ZH_EXPOSURE_DAYS are nobody's.
 *             Two keys of a day whose 64-bit hashes are equal would be counted as one (once in 2^31 full days).
 * Cost        a decision: two look-ups an item; an event: one a line. Measured: bench/exposure_bench.c. At most 2.3 MB a day, 130 MB in all; a shop
 *             of 4,000 items and 500 customers a day has 1 MB a day.
 * Clock       none: a record counts on the day it says, but never on one after its commit.
 * Threads     readers together or one writer.
 */
#ifndef ZH_MEASURE_EXPOSURE_H
#define ZH_MEASURE_EXPOSURE_H
#include "base/keep.h"
#include "core/decision.h"
#include "core/event.h"

#define ZH_EXPOSURE_DAYS 56          /* kept: eight weeks, so that a month has one to be compared with */
#define ZH_EXPOSURE_CELLS_MAX 24000u /* of one day of everybody; also of one day of own */
#define ZH_EXPOSURE_OWN_MAX 24000u
#define ZH_EXPOSURE_LEVEL_MAX 40     /* no set of keys needs more */

typedef struct zh_exposure zh_exposure; /* opaque */
ZH_MUST zh_err zh_exposure_open(zh_exposure **out); /* ZH_NOMEM; caller closes */
void zh_exposure_close(zh_exposure *x);

/* A list was shown. Errors: ZH_NOMEM; ZH_RANGE a customer number over 2^32 - 1. */
ZH_MUST zh_err zh_exposure_decided(zh_exposure *x, const zh_decision *decision, int64_t commit_ms);
/* `customer`: the record's. Errors: as above. */
ZH_MUST zh_err zh_exposure_fold(zh_exposure *x, const zh_event *event, zh_customer_id customer, int64_t commit_ms);

/* ---- asking ---- */

typedef enum zh_exposure_part { ZH_EXPOSURE_EVERYBODY, ZH_EXPOSURE_OWN, ZH_EXPOSURE_PARTS } zh_exposure_part;

typedef struct zh_exposure_row {
    uint64_t item;
    uint32_t customer; /* of own; 0 of everybody */
    uint32_t place;    /* zh_exposure_place(); 0: no list but the customer's own doing */
    uint32_t shown, touched, bought;
} zh_exposure_row;

/* A placement's number, never 0: 31 bits of a hash of its name, and a bit that says that the list was personal. */
uint32_t zh_exposure_place(zh_sv placement, bool personal);
static inline bool zh_exposure_is_personal(uint32_t place) { return (place & 1) != 0; }

int64_t zh_exposure_newest(const zh_exposure *x); /* day since 1970-01-01; INT64_MIN: there is none */
/* The rows of a day, in no order: for (size_t at = 0; zh_exposure_next(x, day, part, &at, &row);) … */
bool zh_exposure_next(const zh_exposure *x, int64_t day, zh_exposure_part part, size_t *at, zh_exposure_row *out);
uint32_t zh_exposure_level(const zh_exposure *x, int64_t day, zh_exposure_part part); /* a share of 2^-level is kept; 0: all */
bool zh_exposure_draws(uint64_t key, uint32_t level); /* is this customer's or item's number in the draw of that level? */

ZH_MUST zh_err zh_exposure_save(zh_exposure *x, bool all, zh_keep keep); /* base/keep.h */
ZH_MUST zh_err zh_exposure_load(zh_exposure *x, zh_sv key, zh_sv value);
bool zh_exposure_check(const zh_exposure *x, const char **why);
size_t zh_exposure_bytes(const zh_exposure *x);

#endif
