/* watch.h -- is what a placement shows still as varied as it was, and what is done where it is not: the watch over fairness's bubble.
 *
 * The first full week of a placement's personal lists is its **start**. From then on each day that is over is judged by the week that ends with it
 * (bubble.h), against the start, by two entropies: of all slots together, and of the mean customer's own (where ZH_WATCH_CUSTOMERS_LEAST have one).
 *
 *     narrow     the lower of the two shares of the start < ZH_WATCH_NARROW; it ends at ZH_WATCH_WIDE
 *     apart      the gap between shown and bought > ZH_WATCH_GAP on each of the last ZH_WATCH_GAP_DAYS days; it ends with the first day that is not
 *     explore    the chance that each of the last third of a list's slots is drawn from other categories (decide/recommend_explore.c): one
 *                ZH_WATCH_STEP more for each day that is narrow, up to what the shop allows; as it is between ZH_WATCH_WIDE and the start, since
 *                that is what keeps it there; one less for each day at the start or over it; none where the shop turned it off
 *
 * Every change is a record of the log with its reason and the numbers it was made of, so a rebuild decides as was decided, and a person can read why.
 * An experiment's arm that sets `explore` keeps its own.
 *
 *     u8 kind=28, u8 version=1, text placement, and the state: var number, u8 cause, zig day, var start, var now, var own start, var own now, var gap,
 *     var explore, u8 flags (1 narrow, 2 apart)
 *
 * Units       entropies and the gap in thousandths of a bit; chances in millionths; days UTC.
 * Guarantees  the same records in the same order give the same entries.
 * Cost        asking O(placements), 64 at most.
 * Threads     readers together or one writer.
 * Not here    the counting (exposure.h, bubble.h), when it is looked at (engine/watch_clock.h).
 */
#ifndef ZH_MEASURE_WATCH_H
#define ZH_MEASURE_WATCH_H
#include "base/buf.h"
#include "base/keep.h"

#include <stdbool.h>

#define ZH_WATCH_PLACEMENTS_MAX 64
#define ZH_WATCH_HISTORY_MAX 64        /* changes kept of a placement, the newest */
#define ZH_WATCH_NAME_BYTES_MAX 64
#define ZH_WATCH_NARROW 0.8            /* check 22: an entropy of 80 % of its start */
#define ZH_WATCH_WIDE 0.9              /* apart from NARROW, so that a share about it is no daily change */
#define ZH_WATCH_GAP 0.1               /* bits: five times what chance makes of 200 and 200 in ten categories (bubble.h) */
#define ZH_WATCH_GAP_DAYS 3
#define ZH_WATCH_STEP_MICRO 100000     /* of the chance, a day */
#define ZH_WATCH_MOST_MICRO 1000000    /* what a shop that says nothing allows: never more than a third of a list */
#define ZH_WATCH_SLOTS_LEAST 200       /* of a week; fewer are not judged */
#define ZH_WATCH_CUSTOMERS_LEAST 30

#define ZH_WATCH_CAUSE_LIST(X)                                                            \
    X(START,     "start")      /* the first full week */                                  \
    X(NARROWED,  "narrowed")   /* below 80 % of the start: explored more */               \
    X(RECOVERED, "recovered")  /* over 90 % again; or over the start: explored less */        \
    X(DRIFTED,   "drifted")    /* shown and bought are apart */                           \
    X(SETTLED,   "settled")    /* they are not any more */                                \
    X(STOPPED,   "stopped")    /* a person turned exploration off, or allows less */
typedef enum zh_watch_cause { /* stored: append only */
#define X(name, text) ZH_WATCH_##name,
    ZH_WATCH_CAUSE_LIST(X)
#undef X
    ZH_WATCH_CAUSES
} zh_watch_cause;
const char *zh_watch_cause_text(zh_watch_cause cause);

typedef struct zh_watch_state { /* after a change */
    uint32_t number;            /* of the change: 1, 2 … of this placement */
    zh_watch_cause cause;
    int32_t day;                /* whose week was judged */
    uint32_t start_milli, now_milli;         /* entropy of all slots */
    uint32_t own_start_milli, own_now_milli; /* of the mean customer; 0: too few */
    uint32_t gap_milli;
    uint32_t explore_micro;
    bool narrow, apart;
} zh_watch_state;

typedef struct zh_watch_seen { /* of one placement */
    int32_t day;                /* the last one that is over */
    bool whole;                 /* it showed lists a week before that day, too */
    uint64_t slots, customers;  /* of the week */
    double bits, own_bits;
    struct { bool known; double bits; } gap[ZH_WATCH_GAP_DAYS]; /* the newest first */
} zh_watch_seen;

typedef struct zh_watch_rule { bool explores; uint32_t most_micro; } zh_watch_rule; /* of the workspace */

/* Is there a change to write down? `last`: NULL before the first. */
bool zh_watch_decide(const zh_watch_state *last, const zh_watch_seen *seen, const zh_watch_rule *rule, zh_watch_state *out);

void zh_watch_put(zh_sv placement, const zh_watch_state *state, zh_buf *out);
/* *placement is a view of the record. Errors: ZH_FORMAT. */
ZH_MUST zh_err zh_watch_get(zh_sv record, zh_sv *placement, zh_watch_state *out);

/* ---- the view ---- */

typedef struct zh_watch zh_watch; /* opaque */
ZH_MUST zh_err zh_watch_open(zh_watch **out); /* ZH_NOMEM; the caller closes */
void zh_watch_close(zh_watch *watch);

/* A record of zh_watch_put. One that does not follow on what is there, or of one placement too many, is passed over. Errors: ZH_FORMAT. */
ZH_MUST zh_err zh_watch_fold(zh_watch *watch, zh_sv record);

uint32_t zh_watch_explore(const zh_watch *watch, zh_sv placement); /* millionths */
const zh_watch_state *zh_watch_find(const zh_watch *watch, zh_sv placement); /* the newest; NULL: none. Valid until the next fold */
/* Each placement with what is kept of its changes, oldest first; valid until the next fold. */
bool zh_watch_next(const zh_watch *watch, uint32_t *at, zh_sv *placement, const zh_watch_state **states, uint32_t *count);

ZH_MUST zh_err zh_watch_save(zh_watch *watch, bool all, zh_keep keep); /* base/keep.h */
ZH_MUST zh_err zh_watch_load(zh_watch *watch, zh_sv key, zh_sv value);
bool zh_watch_check(const zh_watch *watch, const char **why);
size_t zh_watch_bytes(const zh_watch *watch);

#endif
