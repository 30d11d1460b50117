/* campaign_clock.h -- runs the campaigns: looks which are due, walks their audiences, waits for their events, and plans messages for the outbox.
 *
 *     once, recurring   due ─► the audience, as one list ─► a batch, a batch … ─► "it is done" is written down
 *     event             the log as it grows ─► one that matches waits for afterMs ─► is it still so? ─► a batch
 *
 * Nothing of the work under way is kept: after a crash the audience is walked again, and a month of the log at most is read again, and who has a message of
 * that entry (reach/message.h) gets no other. A run that was done is kept, with its figures.
 *
 * Guarantees  a message a customer, step and entry, over any crash; a budget is never passed: messages that went, may have gone or wait count, and a
 *             place that a skipped one leaves is given again. What is paused or ended plans nothing.
 * Cost        a look at nothing to do: the names of the campaigns compared. An audience: preview.h, 8 bytes a customer; a batch of ZH_CAMPAIGN_BATCH
 *             one synced commit. An event that waits: 48 bytes.
 * Limits      ZH_CAMPAIGN_WAITING_MAX events wait; beyond, the log is read on when there is room.
 * Threads     one of its own, at low priority; only in an engine that sends.
 */
#ifndef ZH_ENGINE_CAMPAIGN_CLOCK_H
#define ZH_ENGINE_CAMPAIGN_CLOCK_H
#include "engine/campaigns.h"

#define ZH_CAMPAIGN_LOOK_MS 250          /* between two looks */
#define ZH_CAMPAIGN_WAITING_MAX 1000000u /* events that wait for their moment */
#define ZH_CAMPAIGN_RUNS_MAX 20          /* of one campaign that are kept, the newest */
#define ZH_CAMPAIGN_COUNT_MS 2000        /* between two counts of what a budget is used by: a walk over the ledger */

typedef struct zh_campaign_clock zh_campaign_clock; /* opaque */
ZH_MUST zh_err zh_campaign_clock_open(zh_campaign_clock **out, zh_engine *engine); /* ZH_NOMEM; the caller closes, before the committer goes */
void zh_campaign_clock_close(zh_campaign_clock *clock);

#endif
