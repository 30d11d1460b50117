/* contradiction.h -- does what a customer does speak against a tag that says what he likes?
 *
 * Of tags `category:NAME`, `brand:NAME` and `likes:NAME` (either of them), and by counting alone:
 *
 *     events of the last ZH_CONTRADICTION_DAYS days whose products have a category (a brand)      n
 *     those with a product of that category (brand)                                               k
 *     n >= ZH_CONTRADICTION_EVENTS_MIN  and  k * ZH_CONTRADICTION_ONE_IN < n                      he does otherwise
 *
 * Ten events are two visits or so: with fewer nothing is said. One in twenty is what somebody comes by who looks around.
 *
 * Cost        O(events held).
 * Threads     readers.
 */
#ifndef ZH_PROFILE_CONTRADICTION_H
#define ZH_PROFILE_CONTRADICTION_H
#include "profile/activity.h"

#define ZH_CONTRADICTION_DAYS 90
#define ZH_CONTRADICTION_EVENTS_MIN 10
#define ZH_CONTRADICTION_ONE_IN 20

typedef struct zh_contradiction { /* the evidence */
    zh_sv name;             /* what the tag names; a view of it */
    uint32_t events, of_it; /* n, k */
    zh_sv most;             /* what most of the events name instead; a view of the terms */
    uint32_t most_events;
} zh_contradiction;

/* False: nothing speaks against it. */
bool zh_contradiction_of(const zh_customer_state *state, const zh_terms *terms, zh_sv tag, int64_t now_ms, zh_contradiction *out);

#endif
