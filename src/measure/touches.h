/* touches.h -- which channels brought a customer, visit by visit: the touches that attribution divides a conversion among.
 *
 * A visit is a run of events with less than ZH_PROFILE_SITTING_MS between them. Its touches are the channels its events name
 * (profile/origin.h), in their order, one that repeats counted once; a visit in which the customer was there himself and nothing says
 * from where is one **direct** touch, at its beginning. Orders alone, as a shop's system sends them, are no visit.
 *
 * Guarantees  a function of the customer's events as the activity has them, so of their set; oldest first.
 * Cost        O(his events), no memory.
 */
#ifndef ZH_MEASURE_TOUCHES_H
#define ZH_MEASURE_TOUCHES_H
#include "profile/activity.h"

#define ZH_TOUCH_DIRECT 0 /* the channel of a visit that names none */
#define ZH_TOUCHES_MAX ZH_ACTIVITY_FACTS_MAX

typedef struct zh_touch_point {
    int64_t time_ms;
    uint32_t channel; /* a term, or ZH_TOUCH_DIRECT */
} zh_touch_point;

/* Those of events before `to_ms`, oldest first; their number. */
uint32_t zh_touches_of(const zh_customer_state *state, int64_t to_ms, zh_touch_point out[ZH_TOUCHES_MAX]);

#endif
