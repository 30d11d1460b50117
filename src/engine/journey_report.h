/* journey_report.h -- what came of a journey: how many are at each node and came by it, the messages of its nodes, and those it led against those it left alone.
 *
 * Counts of nodes are by version (reach/instances.h): a customer counts with the version he is in. Messages are found by the name of the journey and of the node, so those of a node
 * are of all versions that have one of this name.
 *
 * The comparison is by intention to treat: every customer who entered takes part, each once, from the moment he first did; led or left alone by the control question, which is
 * asked as he enters. How the sides are compared: compared.h.
 *
 * Cost        a walk over the rows of instances and one over the ledger of messages, and comparing; the world's read lock for ZH_CAMPAIGN_STEP of them at a time.
 * Limits      ZH_JOURNEY_REPORT_VERSIONS_MAX versions, the newest that somebody is or was in; those of compared.h.
 * Lifetimes   all is in the arena.
 * Threads     any.
 */
#ifndef ZH_ENGINE_JOURNEY_REPORT_H
#define ZH_ENGINE_JOURNEY_REPORT_H
#include "engine/compared.h"
#include "engine/journeys.h"
#include "reach/instances.h"

#define ZH_JOURNEY_REPORT_VERSIONS_MAX 32 /* as many as customers are led by at the same time (journey_clock.h) */

typedef struct zh_journey_edition {
    zh_instance_counts counts;
    bool is_there;         /* its definition can be read */
    zh_journey journey;
} zh_journey_edition;

typedef struct zh_journey_messages {
    zh_sv node;
    uint64_t planned;                      /* all; of these: */
    uint64_t sent, skipped, seen, clicked; /* went, were not sent, and of those that went */
} zh_journey_messages;

typedef struct zh_journey_report {
    zh_journey_edition *editions;   /* the newest first; the one that stands too, where it was ever approved */
    uint32_t editions_count;
    zh_journey_messages *messages;  /* of nodes that send or tell a webhook */
    uint32_t messages_count;
    zh_compared compared;
} zh_journey_report;

/* Versions alone. Errors: ZH_NOMEM. Takes the world's read lock. */
ZH_MUST zh_err zh_journey_editions(zh_engine *engine, const zh_journey_kept *kept, zh_arena *arena, zh_journey_edition **out, uint32_t *count);
/* Money of one currency; code 0: all added as it is. Errors: ZH_NOMEM. Takes the world's read lock. */
ZH_MUST zh_err zh_journey_report_of(zh_engine *engine, const zh_journey_kept *kept, zh_currency currency, zh_arena *arena, zh_journey_report *out);
/* Of the node of this name; NULL: it sends nothing. */
const zh_journey_messages *zh_journey_messages_of(const zh_journey_report *report, zh_sv node);

#endif
