/* world.h -- every view, together: what the log means so far.
 *
 * One record in, every view that cares changes. All of it is pure folding; this file only knows
 * which view cares about which record, and under which letter each is kept in the state.
 *
 *     letter  view                     folds
 *     -       identity                 IDENTITY, MERGE, UNMERGE (own space; by the committer in a running engine)
 *     a       absorbed                 MERGE, UNMERGE
 *     c       customers                EVENT, MERGE
 *     t       terms of activities      EVENT (with customers)
 *     x       tags                     TAG, MERGE
 *     z       lists                    LIST, MERGE
 *     k       consents                 CONSENT, MERGE
 *     F       feedback                 FEEDBACK, MERGE
 *     r       registry                 DEFINITION
 *     i       catalog                  ITEM, EVENT
 *     s       sales                    EVENT, MERGE
 *     v       visits                   EVENT, MERGE
 *     y       policies                 POLICIES
 *     b       boundaries               BOUNDARIES
 *     f       predictions              PREDICTIONS
 *     m       imports                  IMPORT, EVENT and ITEM of an import
 *     j       erasures                 ERASURE; records of whom it names are passed over by all others
 *     d       letters                  DEADLETTER, OUTCOME
 *     n       tracking plan            EVENT, WORD
 *     q       quality                  EVENT, MERGE, WORD
 *     o       co-counts                steps of the customers' fold
 *     p       popularity               EVENT, steps
 *     u       sequels                  steps of the customers' fold
 *     g       segments                 all that changes customers, DEFINITION; the clock
 *     e       experiments              DECISION, DEFINITION, all that changes customers
 *     h       exposure                 DECISION, EVENT
 *     l       scenes                   EVENT, by the calendar and the weather that DEFINITION says
 *     W        watch over variety       WATCH
 *     M        ledger of messages       MESSAGE, MERGE
 *     J       instances of journeys    JOURNEY, MERGE
 *     O       offers                   DEFINITION
 *     C       coupons                  OFFER, MERGE
 *     w       the world's own numbers  all
 *
 * Records carry the number that the customer's id was linked to when they were committed. Who that is at this place of
 * the log, `absorbed` knows: identity runs ahead of the fold and has no influence on the views.
 *
 * Guarantees  the same log gives the same entries, live, after any restart and in a rebuild (tested).
 * Cost        about 3 us an event.
 * Threads     one writer under zh_world_lock_write; readers under zh_world_lock_read. identity has a
 *             lock of its own, because the committer changes it ahead of the fold.
 */
#ifndef ZH_ENGINE_WORLD_H
#define ZH_ENGINE_WORLD_H
#include "base/calendar.h"
#include "base/map.h"
#include "catalog/item.h"
#include "engine/costs.h"
#include "collect/imports.h"
#include "core/decision.h"
#include "core/deadletter.h"
#include "core/record.h"
#include "decide/placements.h"
#include "guard/consent.h"
#include "guard/registry.h"
#include "measure/experiments.h"
#include "measure/exposure.h"
#include "measure/policies.h"
#include "measure/predictions.h"
#include "measure/sales.h"
#include "measure/visits.h"
#include "measure/watch.h"
#include "model/cocount.h"
#include "model/popularity.h"
#include "model/scene.h"
#include "model/sequel.h"
#include "offer/coupons.h"
#include "profile/absorbed.h"
#include "profile/activity.h"
#include "profile/erasures.h"
#include "profile/feedback.h"
#include "profile/identity.h"
#include "profile/tags.h"
#include "quality/letters.h"
#include "quality/plan.h"
#include "quality/quality.h"
#include "reach/instances.h"
#include "reach/ledger.h"
#include "segment/boundaries.h"
#include "segment/segments.h"
#include "store/state.h"

#include <pthread.h>

#define ZH_WORLD_CONSENT_BYTES_MAX ((size_t)4 << 30)   /* words and texts of all consents */
#define ZH_WORLD_TAGS_BYTES_MAX ((size_t)8 << 30)      /* words of all tags; the same of all lists */
#define ZH_WORLD_FEEDBACK_BYTES_MAX ((size_t)8 << 30)  /* words of all customers on what they are shown */
#define ZH_WORLD_LEDGER_BYTES_MAX ((size_t)16 << 30)   /* all messages: 20,000,000 with texts of 600 bytes */
#define ZH_WORLD_INSTANCES_BYTES_MAX ((size_t)4 << 30) /* rows of instances: 20,000,000 with the longest keys */
#define ZH_WORLD_REGISTRY_BYTES_MAX ((size_t)256 << 20) /* all definitions */

#define ZH_WORLD_SOURCES_MAX 1024 /* sources whose events are counted; numbers go up from 1, a shop has a dozen */

typedef struct zh_world_source { /* what came from one source */
    uint64_t events;
    int64_t commit_ms;    /* of the newest of them */
} zh_world_source;

typedef struct zh_world_counts { /* the world's own numbers; kept */
    uint64_t events, dead_letters, decisions, items_refused;
    uint64_t letter_last; /* highest number of a dead letter */
    int64_t commit_ms;    /* of the newest block folded */
    int64_t newest_ms;    /* newest event time, never later than its commit: "today" of the shop's data */
} zh_world_counts;

typedef struct zh_world_saving { /* where the entries of one view go, its letter before their keys */
    char letter;
    zh_keep keep;
} zh_world_saving;

typedef struct zh_world {
    zh_identity *identity;
    zh_absorbed_view *absorbed;
    zh_customers *customers;
    zh_tags *tags, *lists;
    zh_consents *consents;
    zh_feedbacks *feedbacks;
    zh_registry *registry;
    zh_catalog *catalog;
    zh_costs *costs;       /* of the catalog, for those who may not wait for its lock: no entries of its own */
    zh_sales *sales;
    zh_visits *visits;
    zh_policies *policies;
    zh_boundaries_view *boundaries;
    zh_predictions_view *predictions;
    zh_imports *imports;
    zh_erasures *erasures;
    zh_letters *letters;
    zh_plan *plan;
    zh_quality *quality;
    zh_cocount *cocount;
    zh_popularity *popularity;
    zh_sequel *sequel;
    zh_segments *segments;
    zh_experiments *experiments;
    zh_exposure *exposure;
    zh_scenes *scenes;
    zh_map weather;        /* of the registry's settings "weather/…": city -> its newest reading (world_scene.h) */
    zh_json *scene_json;   /* reads contexts of events */
    const zh_tz *zone;     /* borrowed; NULL: UTC */
    zh_calendar *calendar; /* of the registry's settings "calendar/…": read again from them, not kept */
    zh_placements *placements; /* what the registry defines, compiled: no entries of its own */
    zh_sales_desc clock;       /* the workspace's */
    zh_watch *watch;
    zh_ledger *ledger;
    zh_instances *instances;
    zh_offers *offers;
    zh_coupons *coupons;
    zh_world_counts counts;
    zh_world_source sources[ZH_WORLD_SOURCES_MAX]; /* of number 1, 2 …; kept with the counts */
    zh_world_saving saving_customers; /* of the save under way */
    bool is_base;
    pthread_rwlock_t lock, identity_lock;
} zh_world;

typedef struct zh_world_desc {
    zh_identity_get sealed_get; /* where identity finds sealed texts; NULL: in memory */
    void *sealed_context;
    zh_sales_desc sales; /* its clock is that of visits too */
    const zh_tz *zone;   /* the workspace's, for days of predictions; NULL: UTC. Borrowed */
    const uint32_t *skip; /* imports to leave out from the beginning */
    bool is_base; /* what will be loaded is a base's: the log cannot tell it again, so earlier forms are read as far as they go */
    size_t skip_count;
    const zh_sv *erased;  /* ERASURE records of customers to leave out from the beginning */
    size_t erased_count;
    const uint32_t *skip_merges; /* numbers whose merges are left out */
    size_t skip_merges_count;
} zh_world_desc;

ZH_MUST zh_err zh_world_open(zh_world **out, const zh_world_desc *desc); /* caller closes */
void zh_world_close(zh_world *world);

void zh_world_lock_read(zh_world *world);
void zh_world_lock_write(zh_world *world);
void zh_world_unlock(zh_world *world);
zh_customer_id zh_world_root(zh_world *world, zh_customer_id customer); /* under identity's own lock */

/* What came from a source; zeros for one beyond ZH_WORLD_SOURCES_MAX. Under the read lock. */
zh_world_source zh_world_source_of(const zh_world *world, zh_source_id source);

/* One record of the log, and what it turned out to be. */
typedef struct zh_world_record {
    zh_sv bytes;
    uint32_t partition;
    uint64_t sequence;
    int64_t commit_ms;
    bool in_steps;              /* who folds lets the clock advance before, and settles after it, in steps */
    bool fold_identity;         /* nobody folded it into identity yet: recovery, rebuild */
    zh_record_kind kind;        /* out; 0: of an import that is undone, of an erased customer, or a kind of a newer version: passed over */
    zh_event event;             /* out, where kind is EVENT; valid as long as bytes and scratch */
    zh_decision_id decision_id; /* out, where kind is DECISION or QUOTE; an erased customer's is not counted */
    zh_customer_id shown_to;    /* out, where kind is DECISION: who he is now; 0: nobody known */
    int64_t shown_ms;           /* out, likewise */
} zh_world_record;

/* Fold it; `scratch` is the caller's to reset. Holds no lock: the caller has the write lock.
 * Errors: ZH_NOMEM, ZH_FULL: the views may be half way, stop folding. ZH_CORRUPT: no record of ours. */
ZH_MUST zh_err zh_world_fold(zh_world *world, zh_world_record *record, zh_arena *scratch);

/* The clock of the log has come to this moment: those are asked whose answers end by then (segment/segments.h), `most` customers
 * more; and after a definition everybody. Holds no lock. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_world_advance_some(zh_world *world, int64_t commit_ms, size_t most, bool *done);
bool zh_world_is_settling(const zh_world *world);
ZH_MUST zh_err zh_world_settle_some(zh_world *world, size_t most, bool *done);
/* What expressions read of all customers alike; state, customer, now_ms and json are the caller's to set. Under the read lock. */
zh_look zh_world_look(const zh_world *world);

/* A save: entries changed since the last one, and the log positions they stand for, to `keep` with their keys as the
 * VIEWS space has them; they are to reach it together. It goes in
 * steps, so that folding need not wait for a million customers: begin fixes the moment and writes the small views,
 * some writes customers as they were then (`most` of them, until *done), and folding may go on between. Holds no lock:
 * for the thread that folds. */
ZH_MUST zh_err zh_world_save_begin(zh_world *world, zh_keep keep, const uint64_t *positions, uint32_t partitions);
ZH_MUST zh_err zh_world_save_some(zh_world *world, size_t most, bool *done);
/* Identity's part, as it is now, under its own lock; any thread, after the begin. Entries go to `keep` with their keys
 * as the IDS space has them. most == 0: begin it, *done unused. */
ZH_MUST zh_err zh_world_save_identity(zh_world *world, zh_keep keep, size_t most, bool *done);
/* Did a world ever save into this state? */
bool zh_world_is_saved(zh_state *state);
/* Fill a fresh world. positions[] are 0 where the state is empty. Errors: ZH_CORRUPT, ZH_FORMAT (another
 * number of partitions or a newer version), ZH_NOMEM, ZH_IO. */
ZH_MUST zh_err zh_world_load(zh_world *world, zh_state *state, uint64_t *positions, uint32_t partitions, zh_note *why);

/* Are both the same, entry by entry? One line a view to `say` ("customers: 5,721 entries equal"), the first
 * differing keys too. Everything is compared by key, hash and size, in memory. */
typedef void (*zh_world_say)(void *context, const char *view, uint64_t entries, uint64_t different, const char *first);
ZH_MUST zh_err zh_world_compare(zh_world *a, zh_world *b, zh_world_say say, void *context, bool *equal);

/* Every view's own check. false: *view and *why say which. */
bool zh_world_check(const zh_world *world, const char **view, const char **why);
/* Memory of all views together, about. */
size_t zh_world_bytes(const zh_world *world);
/* Of one view, and its name; false: no such view. for (size_t i = 0; zh_world_view_bytes(w, i, &name, &bytes); i++) … */
bool zh_world_view_bytes(const zh_world *world, size_t i, const char **name, size_t *bytes);

#endif
