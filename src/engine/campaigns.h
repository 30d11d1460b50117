/* campaigns.h -- campaigns as the registry keeps them, and planning their messages many at a time.
 *
 *     setting campaign/NAME        {"state", "version", "activeFromMs", "definition", "edited", "submitted", "approved", "versions", "history"}
 *     setting campaign-runs/NAME   {"runs": [{"entry", "at", "startedAt", "endedAt", "audience", "planned", "version"}]}, the newest last
 *
 * Who changes a state writes the setting anew (server/lifecycle.c), so each change is a record with its time and who it was.
 *
 * Threads     any.
 * Not here    what a campaign is (reach/campaign.h), when it is planned (campaign_clock.h), what came of it (campaign_report.h).
 */
#ifndef ZH_ENGINE_CAMPAIGNS_H
#define ZH_ENGINE_CAMPAIGNS_H
#include "engine/engine.h"
#include "reach/campaign.h"

#define ZH_CAMPAIGN_PAUSED_MS (10 * ZH_MINUTE_MS) /* when a message of a paused campaign is looked at again; resuming wakes it at once */
#define ZH_CAMPAIGN_MEMORY_BYTES_MAX ((size_t)16 << 20) /* of reading one, with its channel and template */
#define ZH_CAMPAIGN_BATCH 256                     /* messages planned in one commit */
#define ZH_CAMPAIGN_STEP 4096                     /* messages of the ledger looked at under one hold of the lock */

/* May its messages go? Under the world's read lock. A campaign's or a journey's; a name that is neither's (the shop's server plans for itself) goes. */
typedef enum zh_campaign_stand { ZH_CAMPAIGN_GOES, ZH_CAMPAIGN_WAITS, ZH_CAMPAIGN_OVER } zh_campaign_stand;
zh_campaign_stand zh_campaigns_stand(const zh_registry *registry, zh_sv name);

typedef struct zh_campaign_kept { /* texts in the arena */
    zh_sv name;
    zh_campaign_state state;
    uint32_t version;
    int64_t active_ms;            /* since when it runs; events before are not its own. 0: it never did */
    zh_campaign campaign;
} zh_campaign_kept;

/* Errors: ZH_ABSENT; ZH_FORMAT it cannot be read (of another form); ZH_NOMEM. Takes the world's read lock. */
ZH_MUST zh_err zh_campaigns_find(zh_engine *engine, zh_sv name, zh_arena *arena, zh_campaign_kept *out);
/* Its kept setting, text in the arena; empty: there is none. Takes the world's read lock. */
zh_sv zh_campaigns_setting(zh_engine *engine, const char *prefix, zh_sv name, zh_arena *arena);

/* Channel and template are there, and where it is `marketing` the template is, too: else the policy would not ask for consent. *why is a sentence.
 * Errors: ZH_ABSENT, ZH_FORMAT, ZH_NOMEM. */
typedef struct zh_campaign_means {
    zh_channel via;
    bool keeps_data;
    bool has_address;      /* an address is needed; `address` says the trait */
    zh_sv address;
    uint32_t rate_per_s;   /* 0: no limit */
} zh_campaign_means;
ZH_MUST zh_err zh_campaigns_means(zh_engine *engine, zh_sv channel, zh_sv template, bool marketing, zh_arena *arena, zh_campaign_means *out, const char **field, zh_note *why);

typedef struct zh_campaign_entry { zh_customer_id customer; zh_sv entry; } zh_campaign_entry;

/* Plan a message for each, those that are planned already left out; waits for the disk. At most ZH_CAMPAIGN_BATCH. *made: how many are new.
 * Errors: those of means, ZH_FULL the ledger, those of committing. */
ZH_MUST zh_err zh_campaigns_plan(zh_engine *engine, const zh_campaign_kept *kept, const zh_campaign_entry *entries, uint32_t count, uint32_t *made);
/* Messages that went, may have gone, or wait: what a budget counts; and those of them that wait. Walks the ledger in steps. */
void zh_campaigns_count(zh_engine *engine, zh_sv name, uint64_t *live, uint64_t *waiting);
/* Messages that wait because it was paused (all: every one that waits) are due now. Errors: those of committing. */
ZH_MUST zh_err zh_campaigns_wake(zh_engine *engine, zh_sv name, bool all);

#endif
