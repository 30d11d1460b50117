/* briefs.h -- a customer's events by time and name alone, as fast as their bytes can be read: what reports over everybody look at.
 *
 *     zh_fact_brief briefs[ZH_ACTIVITY_FACTS_MAX];
 *     const uint32_t count = zh_customer_briefs(state, from_ms, wanted, briefs);
 *
 * Guarantees  the events of zh_customer_facts() from a moment on, newest first, but those whose name's bit is not wanted.
 * Cost        about 4 ns an event (bench/reports_bench.c); its lines and its value when they are asked for by zh_brief_fact().
 * Lifetimes   valid until the next change of the table.
 */
#ifndef ZH_PROFILE_BRIEFS_H
#define ZH_PROFILE_BRIEFS_H
#include "profile/activity.h"

typedef struct zh_fact_brief {
    int64_t time_ms;
    const char *place_; /* private: its bytes */
    uint32_t name;      /* term */
    uint32_t size_;     /* private */
} zh_fact_brief;

/* `wanted`: bit name % 64; all ones: every event. Names of one bit come together, wanted or not. */
uint32_t zh_customer_briefs(const zh_customer_state *state, int64_t from_ms, uint64_t wanted, zh_fact_brief out[ZH_ACTIVITY_FACTS_MAX]);
zh_fact zh_brief_fact(const zh_fact_brief *brief);
bool zh_brief_is(const zh_fact_brief *brief, const zh_fact *fact); /* of one customer: is it this event? */

#endif
