/* quality.h -- what looks wrong among what came in: every event is judged once, in the order of the log.
 *
 * An event is judged by what it shows itself (its shape, its amounts, its time, its browser), by what its item usually costs
 * (bounds.h), and by who sends it (pace.h). A customer who was judged a robot or an invention stays one: all that comes after
 * is marked. The verdict is bits of zh_quality_reason; where one of them is `apart`, nothing is learned from the event.
 *
 * What a person says is true (word.h) is believed from then on: a customer is never judged again, a reason no longer counts for
 * the events of a name, one event teaches after all.
 *
 *     counts     events by (UTC day of the commit, source, event name, reason), ZH_QUALITY_DAYS_MAX days
 *     samples    the newest ZH_QUALITY_SAMPLES_MAX events of each reason, by their place in the log
 *     judged     customers, and why
 *
 * Guarantees  integers; the same records in the same order give the same entries. The order of the log decides: shuffled events
 *             of which none is marked give equal entries but for the table of pace.
 * Cost        about 0.2 us an event, of which most is the table of pace; no allocation where nothing is marked.
 * Threads     readers together or one writer.
 */
#ifndef ZH_QUALITY_QUALITY_H
#define ZH_QUALITY_QUALITY_H
#include "base/keep.h"
#include "quality/word.h"

#define ZH_QUALITY_DAYS_MAX 400
#define ZH_QUALITY_COUNTS_MAX 65536u  /* (day, source, name) of marked events; beyond, the oldest day goes */
#define ZH_QUALITY_SAMPLES_MAX 32u    /* of each reason */
#define ZH_QUALITY_JUDGED_MAX 1048576u /* customers; beyond, newcomers are marked by their events alone */
#define ZH_QUALITY_TRUE_MAX 65536u    /* words of people that are kept */
#define ZH_QUALITY_DETAIL_BYTES_MAX 64
#define ZH_QUALITY_TIME_MS_MIN 315532800000 /* 1980: older than any shop's log */
#define ZH_QUALITY_AHEAD_MS_MAX (2LL * 86400000) /* beyond the commit: a zone and a mistake of a day */

typedef struct zh_quality zh_quality; /* opaque */
ZH_MUST zh_err zh_quality_open(zh_quality **out); /* caller closes */
void zh_quality_close(zh_quality *quality);

typedef struct zh_quality_look {
    const zh_event *event;    /* customer set */
    uint32_t shape_reasons;   /* of zh_plan_see() */
    zh_sv shape_which;        /* the property at fault */
    bool is_new;              /* the customer's first event */
    uint32_t partition;
    uint64_t sequence;
    int64_t commit_ms;
} zh_quality_look;

/* Judge, learn bounds and pace, count. *reasons: bits of zh_quality_reason. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_quality_fold(zh_quality *quality, const zh_quality_look *look, uint32_t *reasons);
/* The verdict with all that is known now, changing nothing: for what is exported to training. Pace is not asked again; who was judged
 * later is judged for what came before, too. */
uint32_t zh_quality_judge(const zh_quality *quality, const zh_event *event, uint32_t shape_reasons, int64_t commit_ms, uint32_t partition, uint64_t sequence);
/* `from` is absorbed by `to`: judged and trusted customers stay so. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_quality_merge(zh_quality *quality, zh_customer_id from, zh_customer_id to);
/* A word of kind EVENT, CUSTOMER or EVENTS. *is_new: it says something new. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_quality_say(zh_quality *quality, const zh_word *word, bool *is_new);

/* The item's usual price for a line without one, or -1. */
int64_t zh_quality_price(const zh_quality *quality, zh_item_id item);

/* ---- asking ---- */
typedef struct zh_quality_row { /* one (day, source, event name) with marked events */
    int32_t day;           /* since 1970-01-01 UTC */
    zh_source_id source;
    zh_sv name;            /* cut after 64 bytes; valid until the next change */
    uint32_t counts[ZH_QUALITY_REASONS];
} zh_quality_row;
/* Rows from a day on, in no promised order: for (size_t at = 0; zh_quality_next(q, &at, from, &row);) … */
bool zh_quality_next(const zh_quality *quality, size_t *at, int32_t from_day, zh_quality_row *out);

typedef struct zh_quality_sample {
    uint32_t partition;
    uint64_t sequence;
    int64_t commit_ms;
    zh_customer_id customer; /* as of the commit */
    zh_sv detail;            /* the property, or the amount; may be empty */
    bool is_true;            /* a person said so */
} zh_quality_sample;
/* Newest first; returns how many. */
size_t zh_quality_samples(const zh_quality *quality, zh_quality_reason reason, zh_quality_sample out[ZH_QUALITY_SAMPLES_MAX]);
size_t zh_quality_judged(const zh_quality *quality, uint32_t by_reason[ZH_QUALITY_REASONS]); /* customers */
/* Why a customer was judged, 0 where not (or trusted since). */
uint32_t zh_quality_judged_of(const zh_quality *quality, zh_customer_id customer);
uint64_t zh_quality_apart_count(const zh_quality *quality); /* events kept out of learning, all time */

ZH_MUST zh_err zh_quality_save(zh_quality *quality, bool all, zh_keep keep); /* base/keep.h */
ZH_MUST zh_err zh_quality_load(zh_quality *quality, zh_sv key, zh_sv value);
bool zh_quality_check(const zh_quality *quality, const char **why);
size_t zh_quality_bytes(const zh_quality *quality);

#endif
