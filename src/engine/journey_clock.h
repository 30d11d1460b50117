/* journey_clock.h -- leads customers through the journeys: reads the log for who enters, for events that are waited for and that end a journey, and does what is due.
 *
 *     the log as it grows ─► an event of a name that matters ─► entries, waits, exits ─┐
 *     members of segments that came since ─► entries ──────────────────────────────────┼─► steps ─► a batch: messages, tags, JOURNEY records ─► one synced commit
 *     instances that are due ──────────────────────────────────────────────────────────┘
 *
 * What a step decided and what it wants done are one commit, so after a crash a step was taken or it was not; a coupon is claimed before it, under a name that gives the same coupon again.
 * Up to where the log was read is a record of its own every few seconds; what is read again from there has no influence on who is further (reach/instances.h).
 *
 * Guarantees  a message of a customer, node and entry once, over any crash. Who is in a version goes on in it. What is paused does nothing, but events that end it count.
 * Cost        a step about 20 us with its commit and folding; a look at nothing to do: the names of the journeys compared.
 * Threads     one of its own, at low priority; only in an engine that sends.
 */
#ifndef ZH_ENGINE_JOURNEY_CLOCK_H
#define ZH_ENGINE_JOURNEY_CLOCK_H
#include "engine/journeys.h"
#include "reach/instances.h"

#define ZH_JOURNEY_LOOK_MS 200        /* between two looks */
#define ZH_JOURNEY_BATCH 1024         /* records of one commit */
#define ZH_JOURNEY_READ_MS 5000       /* between two records of how far the log was read */
#define ZH_JOURNEY_MEANS_MS 2000      /* how long channels and templates are taken to be as they were */
#define ZH_JOURNEY_SEGMENT_MS 2000    /* between two looks at the members of a segment */
#define ZH_JOURNEY_WINNER_MS 60000    /* between two comparisons of the arms of a split: a walk over the instances */
#define ZH_JOURNEY_VERSIONS_MAX 32    /* of a journey that customers are in at the same time; who is in another one leaves as lost when he is due */

typedef struct zh_journey_clock zh_journey_clock; /* opaque */
ZH_MUST zh_err zh_journey_clock_open(zh_journey_clock **out, zh_engine *engine); /* ZH_NOMEM; the caller closes, before the committer goes */
void zh_journey_clock_close(zh_journey_clock *clock);

#endif
