/* campaign_report.h -- what came of a campaign: its messages from the plan to the order, and the customers it was sent to against those it left alone.
 *
 * A **figure** is a test of one message of the ledger, so what is counted and what is listed are the same. `bought` and `unsubscribed` are messages that went and
 * whose customer ordered, or refused something, within the goal's window after the message was planned.
 *
 * The comparison is by intention to treat. All customers with a message that came to the control question take part, each once, from the moment of his first
 * one on: the treated whether it reached them or not, the control because it was not sent. Who was refused before the question (no consent, a minor, blocked,
 * suppressed) is on neither side, nor is the holdout of the shop, who is drawn by another hash. A message that was not asked yet, or not any more (the campaign ended), is
 * on the side its hash says. How the sides are compared: compared.h.
 *
 * Cost        a walk over the ledger, and comparing; the world's read lock for ZH_CAMPAIGN_STEP messages at a time.
 * Limits      those of compared.h; of more customers the newest are compared.
 * Threads     any.
 */
#ifndef ZH_ENGINE_CAMPAIGN_REPORT_H
#define ZH_ENGINE_CAMPAIGN_REPORT_H
#include "engine/campaigns.h"
#include "engine/compared.h"

#define ZH_CAMPAIGN_FIGURE_LIST(X)                                                                            \
    X(PLANNED, "planned") X(WAITING, "waiting") X(FILTERED, "filtered") X(CONTROL, "control")                 \
    X(HOLDOUT, "holdout") X(SENT, "sent") X(DELIVERED, "delivered") X(SEEN, "seen") X(CLICKED, "clicked")     \
    X(BOUGHT, "bought") X(UNSUBSCRIBED, "unsubscribed") X(FAILED, "failed") X(DOUBT, "in_doubt")
typedef enum zh_campaign_figure {
#define X(name, text) ZH_CAMPAIGN_FIGURE_##name,
    ZH_CAMPAIGN_FIGURE_LIST(X)
#undef X
    ZH_CAMPAIGN_FIGURES
} zh_campaign_figure;
const char *zh_campaign_figure_text(zh_campaign_figure figure); /* "?" when unknown */
bool zh_campaign_figure_of(zh_sv text, zh_campaign_figure *out);
/* Is this message one of the figure? Under the world's read lock. */
bool zh_campaign_figure_holds(const zh_world *world, const zh_campaign *campaign, const zh_message *message, zh_campaign_figure figure);

typedef struct zh_campaign_report {
    uint64_t figures[ZH_CAMPAIGN_FIGURES]; /* messages */
    uint64_t filtered[ZH_WHYS];            /* of FILTERED, by reason */
    zh_compared compared;
} zh_campaign_report;

/* Money of one currency; code 0: all added as it is. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_campaign_report_of(zh_engine *engine, const zh_campaign_kept *kept, zh_currency currency, zh_campaign_report *out);

#endif
