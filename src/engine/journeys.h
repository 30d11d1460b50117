/* journeys.h -- journeys as the registry keeps them: what stands, and the versions that customers are led by.
 *
 *     setting journey/NAME                  {"state", "version", "activeFromMs", "definition", …} as a campaign's (campaigns.h)
 *     setting journey-version/NAME/NUMBER   {"definition"}: what was approved as that version; it stays as long as somebody is in it
 *     setting journey-winner/NAME/NUMBER    {"NODE": "ARM"}: splits whose arm won
 *
 * Threads     any.
 * Not here    what a journey is (reach/journey.h), who is where (reach/instances.h), leading them (journey_clock.h).
 */
#ifndef ZH_ENGINE_JOURNEYS_H
#define ZH_ENGINE_JOURNEYS_H
#include "engine/campaigns.h"
#include "reach/journey.h"

#define ZH_JOURNEY_WINNER_SETTING "journey-winner/"

typedef struct zh_journey_kept { /* texts in the arena */
    zh_sv name;
    zh_campaign_state state;
    uint32_t version;
    int64_t active_ms;           /* since when it runs, this time; 0: it never did */
    zh_journey journey;
} zh_journey_kept;

/* Errors: ZH_ABSENT; ZH_FORMAT it cannot be read (of another form); ZH_NOMEM. Takes the world's read lock. */
ZH_MUST zh_err zh_journeys_find(zh_engine *engine, zh_sv name, zh_arena *arena, zh_journey_kept *out);
/* The definition that was approved as this version. Errors: the same. */
ZH_MUST zh_err zh_journeys_version(zh_engine *engine, zh_sv name, uint32_t version, zh_arena *arena, zh_journey *out);
/* The name of the setting of a version; `prefix` is ZH_JOURNEY_VERSION_SETTING or ZH_JOURNEY_WINNER_SETTING. */
zh_sv zh_journeys_version_setting(const char *prefix, zh_sv name, uint32_t version, char out[ZH_NAME_BYTES_MAX]);
/* The arm of a split that won in this version: its index in the node's cases; ZH_JOURNEY_END: none did. Takes the world's read lock. */
uint8_t zh_journeys_winner(zh_engine *engine, zh_sv name, uint32_t version, const zh_journey_node *split);
/* Is the customer of the control group of this journey, and which bucket of ZH_JOURNEY_SHARE_OF is his at this node? Always the same. */
bool zh_journeys_is_control(const zh_engine *engine, zh_sv name, zh_customer_id customer, uint32_t share);
uint32_t zh_journeys_bucket(const zh_engine *engine, zh_sv name, zh_sv node, zh_customer_id customer);

#endif
