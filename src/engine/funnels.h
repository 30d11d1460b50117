/* funnels.h -- a funnel over all customers (measure/funnel.h): how many reach each step, and who.
 *
 * A step is an event's name and, where it says so, a condition on e as in customer.events().where(e, …). Looked at are the events
 * that conditions see: a customer's newest 2,048, those kept apart left out.
 *
 * Cost        O(customers + their events in the span); a condition is asked for each event of its name. Not measured at a shop's full size.
 * Threads     any; the world's read lock is held for 256 customers at a time.
 */
#ifndef ZH_ENGINE_FUNNELS_H
#define ZH_ENGINE_FUNNELS_H
#include "engine/engine.h"
#include "measure/funnel.h"
#include "segment/computed.h"

#define ZH_FUNNEL_WINDOW_DAYS_MAX 365
#define ZH_FUNNEL_NAMED_MAX 500

typedef struct zh_funnel_step { zh_sv event, where; } zh_funnel_step; /* where may be empty */

typedef struct zh_funnel_ask {
    zh_funnel_step steps[ZH_FUNNEL_STEPS_MAX];
    zh_funnel_span span;
    zh_sv segment;          /* of its members alone; empty: of all */
    uint32_t named;         /* how many of `reached` are wanted by number, at most ZH_FUNNEL_NAMED_MAX */
    uint32_t reached;       /* those who reached exactly so many steps */
    uint64_t after;         /* from this number on */
} zh_funnel_ask;

typedef struct zh_funnel {
    uint64_t customers;                      /* asked: all, or the segment's */
    uint64_t reached[ZH_FUNNEL_STEPS_MAX + 1]; /* at least so many steps */
    int64_t median_ms[ZH_FUNNEL_STEPS_MAX];  /* from the beginning to the step */
    uint64_t failed;                         /* customers for whom a condition had no answer: they have no event of that step */
    zh_customer_id named[ZH_FUNNEL_NAMED_MAX];
    uint32_t named_count;
    bool more;
    int64_t took_us;
} zh_funnel;

/* Errors: ZH_FORMAT, ZH_FULL (a condition; *step says which, *why what), ZH_ABSENT no such segment, ZH_NOMEM. */
ZH_MUST zh_err zh_engine_funnel(zh_engine *engine, const zh_funnel_ask *ask, zh_funnel *out, uint32_t *step, zh_cel_fault *why);

#endif
