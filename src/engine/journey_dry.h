/* journey_dry.h -- a dry run: a journey led over events that were recorded, as if it had run then. Nothing is written, nothing is sent.
 *
 * The events of the span are taken in the order of their own times, so imported history counts. Waits, exits, splits and the control group are as they would have been. Conditions, consents
 * and the delivery policy are asked with what is known of the customer today; caps count the messages of the dry run itself. Of a segment, today's members enter when they became members.
 *
 * Guarantees  the same log and moment give the same answer. A message that would have waited (quiet hours, a cap) counts as sent at the moment the policy names, one that it refuses as skipped.
 * Cost        reading the span of the log, about 1 us an event, and 2 us a step; 48 bytes an event that matters, 80 an instance. The world's read lock for ZH_JOURNEY_DRY_STEP events at a time.
 * Limits      ZH_JOURNEY_DRY_EVENTS_MAX events that matter, ZH_JOURNEY_DRY_STEPS_MAX steps, ZH_JOURNEY_DRY_WORK_MS of work: beyond, the rest is left out and it is said.
 * Threads     any.
 */
#ifndef ZH_ENGINE_JOURNEY_DRY_H
#define ZH_ENGINE_JOURNEY_DRY_H
#include "engine/journeys.h"

#define ZH_JOURNEY_DRY_DAYS_MAX 90
#define ZH_JOURNEY_DRY_EVENTS_MAX 1000000u
#define ZH_JOURNEY_DRY_STEPS_MAX 5000000u
#define ZH_JOURNEY_DRY_STEP 256            /* events or steps under one hold of the lock */
#define ZH_JOURNEY_DRY_WORK_MS 20000

typedef struct zh_journey_dry {
    int64_t from_ms, until_ms;
    uint64_t read, mattered;                   /* events of the span */
    bool is_part;
    uint64_t customers;                        /* different ones who would have entered, control group included */
    uint64_t entered, control;
    uint64_t at[ZH_JOURNEY_NODES_MAX], visited[ZH_JOURNEY_NODES_MAX]; /* at the end of the span; ever */
    uint64_t left[ZH_JOURNEY_LEFTS];
    uint64_t sent[ZH_JOURNEY_NODES_MAX];       /* messages, by the node */
    uint64_t claims[ZH_JOURNEY_NODES_MAX];     /* coupons asked for, by the node; a stock that ends is not seen */
    uint64_t delayed[ZH_WHYS], skipped[ZH_WHYS]; /* messages, by the reason; delayed ones are sent, too */
    uint32_t most;                             /* messages that one customer would have got */
    uint32_t days[ZH_JOURNEY_DRY_DAYS_MAX + 2]; /* messages of each day of the workspace's zone, from that of from_ms on */
} zh_journey_dry;

/* The last `days`, 1 .. ZH_JOURNEY_DRY_DAYS_MAX. The name is what control group and arms are drawn by. Errors: ZH_FORMAT a condition cannot be asked; ZH_NOMEM; those of reading the log. */
ZH_MUST zh_err zh_journey_dry_run(zh_engine *engine, zh_sv name, const zh_journey *journey, uint32_t days, zh_journey_dry *out);

#endif
