#include "engine/world.h"
#include "engine/erased.h"
#include "engine/world_erasures.h"
#include "engine/world_experiments.h"
#include "engine/world_offers.h"
#include "engine/world_placements.h"
#include "engine/world_scene.h"
#include "engine/world_segments.h"
#include "base/map.h"

#include <stdio.h>
#include <stdlib.h>

#define META_VERSION 1
#define COUNTS_VERSION 12 /* 1 had no sources, 2 and 3 no letters, plan and quality beside it, 4 and 5 not who used a device and who absorbed whom, 6 rows of kept segments with moments that come too early, 7 no origins with activities, 8 no exposure, 9 no days of purchases, 10 no scenes, 11 no lines of what was allowed: the log tells them again */
#define COUNTS_VERSION_BASE 6 /* the first that a base may hold (engine/base.h): from here on a new one must read those before, see decision 0022 */
#define COUNTS_BYTES_MAX (128 + 23 * ZH_WORLD_SOURCES_MAX) /* a number of 3 bytes, two of at most 10 */
#define POSITIONS_KEY ZH_SV("@positions") /* in VIEWS: of the same file as the views. No view has this letter */
#define POSITIONS_KEY_BEFORE ZH_SV("positions") /* in META: where they stood; read where the other is not */

static zh_err init_locks(zh_world *w)
{
    /* Readers come by the thousand: without a preference the folding thread would starve. */
    pthread_rwlockattr_t attributes;
    if (pthread_rwlockattr_init(&attributes) != 0) return ZH_NOMEM;
    pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    const int failed = pthread_rwlock_init(&w->lock, &attributes) | pthread_rwlock_init(&w->identity_lock, &attributes);
    pthread_rwlockattr_destroy(&attributes);
    return failed != 0 ? ZH_NOMEM : ZH_OK;
}

zh_err zh_world_open(zh_world **out, const zh_world_desc *desc)
{
    zh_world *w = calloc(1, sizeof *w);
    if (w == NULL) return ZH_NOMEM;
    w->is_base = desc->is_base;
    zh_err e = init_locks(w);
    if (e != ZH_OK) {
        free(w);
        return e;
    }
    e = zh_identity_open(&w->identity, &(zh_identity_desc){ .get = desc->sealed_get, .context = desc->sealed_context });
    if (e == ZH_OK) e = zh_absorbed_open(&w->absorbed, desc->skip_merges, desc->skip_merges_count);
    if (e == ZH_OK) e = zh_customers_open(&w->customers, &(zh_customers_desc){ 0 });
    if (e == ZH_OK) e = zh_tags_open(&w->tags, ZH_WORLD_TAGS_BYTES_MAX);
    if (e == ZH_OK) e = zh_tags_open(&w->lists, ZH_WORLD_TAGS_BYTES_MAX);
    if (e == ZH_OK) e = zh_consents_open(&w->consents, ZH_WORLD_CONSENT_BYTES_MAX);
    if (e == ZH_OK) e = zh_feedbacks_open(&w->feedbacks, ZH_WORLD_FEEDBACK_BYTES_MAX);
    if (e == ZH_OK) e = zh_registry_open(&w->registry, ZH_WORLD_REGISTRY_BYTES_MAX);
    if (e == ZH_OK) e = zh_catalog_open(&w->catalog, &(zh_catalog_desc){ 0 });
    if (e == ZH_OK) e = zh_costs_open(&w->costs);
    w->clock = desc->sales;
    if (e == ZH_OK) e = zh_placements_open(&w->placements);
    if (e == ZH_OK) e = zh_sales_open(&w->sales, &desc->sales);
    if (e == ZH_OK) e = zh_visits_open(&w->visits, &(zh_visits_desc){ desc->sales.local_ms, desc->sales.context });
    if (e == ZH_OK) e = zh_policies_open(&w->policies);
    if (e == ZH_OK) e = zh_boundaries_open(&w->boundaries);
    if (e == ZH_OK) e = zh_predictions_open(&w->predictions, desc->zone);
    if (e == ZH_OK) e = zh_imports_open(&w->imports, desc->skip, desc->skip_count);
    if (e == ZH_OK) e = zh_erasures_open(&w->erasures, desc->erased, desc->erased_count);
    if (e == ZH_OK) e = zh_letters_open(&w->letters);
    if (e == ZH_OK) e = zh_plan_open(&w->plan);
    if (e == ZH_OK) e = zh_quality_open(&w->quality);
    if (e == ZH_OK) e = zh_cocount_open(&w->cocount, &(zh_cocount_desc){ 0 });
    if (e == ZH_OK) e = zh_popularity_open(&w->popularity, &(zh_popularity_desc){ 0 });
    if (e == ZH_OK) e = zh_world_open_scene(w, desc->zone);
    if (e == ZH_OK) e = zh_sequel_open(&w->sequel, &(zh_sequel_desc){ 0 });
    if (e == ZH_OK) e = zh_segments_open(&w->segments, &(zh_segments_desc){ w->customers, zh_world_look(w) });
    if (e == ZH_OK) e = zh_experiments_open(&w->experiments, &(zh_experiments_desc){ w->customers, zh_world_look(w) });
    if (e == ZH_OK) e = zh_exposure_open(&w->exposure);
    if (e == ZH_OK) e = zh_watch_open(&w->watch);
    if (e == ZH_OK) e = zh_ledger_open(&w->ledger, ZH_WORLD_LEDGER_BYTES_MAX);
    if (e == ZH_OK) e = zh_instances_open(&w->instances, ZH_WORLD_INSTANCES_BYTES_MAX);
    if (e == ZH_OK) e = zh_offers_open(&w->offers);
    if (e == ZH_OK) e = zh_coupons_open(&w->coupons);
    if (e != ZH_OK) {
        zh_world_close(w);
        return e;
    }
    *out = w;
    return ZH_OK;
}

void zh_world_close(zh_world *w)
{
    if (w == NULL) return;
    zh_identity_close(w->identity);
    zh_absorbed_close(w->absorbed);
    zh_customers_close(w->customers);
    zh_tags_close(w->tags);
    zh_tags_close(w->lists);
    zh_consents_close(w->consents);
    zh_feedbacks_close(w->feedbacks);
    zh_registry_close(w->registry);
    zh_catalog_close(w->catalog);
    zh_costs_close(w->costs);
    zh_sales_close(w->sales);
    zh_visits_close(w->visits);
    zh_policies_close(w->policies);
    zh_boundaries_close(w->boundaries);
    zh_predictions_close(w->predictions);
    zh_imports_close(w->imports);
    zh_erasures_close(w->erasures);
    zh_letters_close(w->letters);
    zh_plan_close(w->plan);
    zh_quality_close(w->quality);
    zh_cocount_close(w->cocount);
    zh_popularity_close(w->popularity);
    zh_sequel_close(w->sequel);
    zh_segments_close(w->segments);
    zh_experiments_close(w->experiments);
    zh_exposure_close(w->exposure);
    zh_world_close_scene(w);
    zh_placements_close(w->placements);
    zh_watch_close(w->watch);
    zh_ledger_close(w->ledger);
    zh_instances_close(w->instances);
    zh_offers_close(w->offers);
    zh_coupons_close(w->coupons);
    pthread_rwlock_destroy(&w->lock);
    pthread_rwlock_destroy(&w->identity_lock);
    free(w);
}

void zh_world_lock_read(zh_world *w) { pthread_rwlock_rdlock(&w->lock); }
void zh_world_lock_write(zh_world *w) { pthread_rwlock_wrlock(&w->lock); }
void zh_world_unlock(zh_world *w) { pthread_rwlock_unlock(&w->lock); }

zh_customer_id zh_world_root(zh_world *w, zh_customer_id customer)
{
    pthread_rwlock_rdlock(&w->identity_lock);
    const zh_customer_id root = zh_identity_root(w->identity, customer);
    pthread_rwlock_unlock(&w->identity_lock);
    return root;
}

/* ---- folding ---- */

/* What the catalog and popularity cannot hold they leave out, and say so; nothing else may fail for it. */
static zh_err tolerate(zh_world *w, zh_err e)
{
    if (e != ZH_EXISTS && e != ZH_FULL) return e;
    w->counts.items_refused++;
    return ZH_OK;
}

static zh_err tell_category(zh_world *w, zh_item_id id)
{
    const zh_item *item = zh_catalog_get(w->catalog, id);
    if (item == NULL) return ZH_OK;
    const zh_err e = tolerate(w, zh_popularity_category(w->popularity, id, item->category_hash));
    return e != ZH_OK ? e : tolerate(w, zh_sequel_category(w->sequel, id, item->category_hash));
}

static zh_err apply_effects(zh_world *w, const zh_effects *effects)
{
    if (effects->count == 0) return ZH_OK;
    zh_err e = tolerate(w, zh_cocount_apply(w->cocount, effects->steps, effects->count));
    if (e == ZH_OK) e = tolerate(w, zh_sequel_apply(w->sequel, effects->steps, effects->count));
    return e != ZH_OK ? e : tolerate(w, zh_popularity_apply(w->popularity, effects->steps, effects->count));
}

zh_world_source zh_world_source_of(const zh_world *w, zh_source_id source)
{
    const zh_world_source none = { 0 };
    return source.number == 0 || source.number > ZH_WORLD_SOURCES_MAX ? none : w->sources[source.number - 1];
}

static void count_source(zh_world *w, zh_source_id source, int64_t commit_ms)
{
    if (source.number == 0 || source.number > ZH_WORLD_SOURCES_MAX) return;
    zh_world_source *s = &w->sources[source.number - 1];
    s->events++;
    if (commit_ms > s->commit_ms) s->commit_ms = commit_ms;
}

/* What is wrong with it; from an event that is kept apart nothing is learned. */
static zh_err judge(zh_world *w, zh_world_record *record)
{
    zh_event *event = &record->event;
    zh_quality_look look = { .event = event, .partition = record->partition, .sequence = record->sequence, .commit_ms = record->commit_ms,
                             .is_new = zh_customers_get(w->customers, event->customer) == NULL };
    uint32_t reasons;
    zh_err e = zh_plan_see(w->plan, event, record->commit_ms, &look.shape_reasons, &look.shape_which);
    if (e == ZH_OK) e = zh_quality_fold(w->quality, &look, &reasons);
    if (e != ZH_OK) return e;
    if ((reasons & zh_quality_apart()) != 0) event->marks |= ZH_MARK_APART;
    else event->marks &= ~(uint32_t)ZH_MARK_OUTLIER; /* a person said that such amounts are true */
    return ZH_OK;
}

static zh_err fold_event(zh_world *w, zh_world_record *record, zh_arena *scratch)
{
    zh_event *event = &record->event;
    zh_err e = zh_event_get(record->bytes, scratch, event);
    if (e != ZH_OK) return e == ZH_FORMAT ? ZH_CORRUPT : e;
    const zh_customer_id recorded = event->customer; /* exposure keeps that: who it is now, its reader asks */
    event->customer = zh_absorbed_root(w->absorbed, event->customer);
    const int64_t seen_ms = event->time_ms < record->commit_ms ? event->time_ms : record->commit_ms;
    w->counts.events++;
    count_source(w, event->source, record->commit_ms);
    if (seen_ms > w->counts.newest_ms) {
        w->counts.newest_ms = seen_ms;
        if ((e = zh_popularity_tick(w->popularity, seen_ms)) != ZH_OK) return e;
    }
    if ((e = judge(w, record)) != ZH_OK) return e;
    zh_effects effects = zh_effects_open(scratch);
    zh_segments_before(w->segments, event->customer);
    if ((e = zh_experiments_before(w->experiments, event->customer, event)) != ZH_OK) return e;
    if ((e = zh_customers_fold(w->customers, event->customer, event, &effects)) != ZH_OK) return e;
    zh_experiments_after(w->experiments);
    if ((e = zh_experiments_viewed(w->experiments, event, record->commit_ms)) != ZH_OK) return e;
    if ((e = zh_segments_event(w->segments, event, record->commit_ms)) != ZH_OK) return e;
    if ((e = tolerate(w, zh_catalog_learn(w->catalog, event))) != ZH_OK) return e;
    if ((e = tolerate(w, zh_popularity_fold(w->popularity, event))) != ZH_OK) return e;
    if ((e = apply_effects(w, &effects)) != ZH_OK) return e;
    for (uint32_t i = 0; i < event->lines_count; i++)
        if ((e = tell_category(w, event->lines[i].item)) != ZH_OK) return e;
    if ((e = zh_world_count_scene(w, event)) != ZH_OK) return e;
    if ((e = zh_visits_fold(w->visits, event, event->customer)) != ZH_OK) return e;
    if ((e = zh_exposure_fold(w->exposure, event, recorded, record->commit_ms)) != ZH_OK) return e;
    return zh_sales_fold(w->sales, event, event->customer);
}

static zh_err fold_identity(zh_world *w, zh_sv bytes)
{
    pthread_rwlock_wrlock(&w->identity_lock);
    const zh_err e = zh_identity_fold(w->identity, bytes);
    pthread_rwlock_unlock(&w->identity_lock);
    return e == ZH_FORMAT ? ZH_CORRUPT : e;
}

static zh_err fold_merge(zh_world *w, const zh_world_record *record, zh_arena *scratch)
{
    zh_identity_merge merge;
    zh_err e = zh_identity_merge_get(record->bytes, &merge);
    if (e != ZH_OK) return ZH_CORRUPT;
    if (zh_absorbed_skips(w->absorbed, merge.from)) return ZH_OK; /* it is taken back, further on in the log */
    if (record->fold_identity && (e = fold_identity(w, record->bytes)) != ZH_OK) return e;
    const zh_customer_id to = zh_absorbed_root(w->absorbed, merge.to);
    if (to.number == merge.from.number) return ZH_OK;
    zh_effects effects = zh_effects_open(scratch);
    const zh_customer_state *from = zh_customers_get(w->customers, merge.from);
    const int64_t first_ms = from == NULL ? INT64_MAX : zh_customer_first_ms(from);
    zh_segments_before_merge(w->segments, merge.from, to);
    if ((e = zh_experiments_before_merge(w->experiments, merge.from, to)) != ZH_OK) return e;
    e = zh_absorbed_merge(w->absorbed, &merge);
    if (e == ZH_OK) e = zh_customers_merge(w->customers, merge.from, to, &effects);
    if (e == ZH_OK) e = apply_effects(w, &effects);
    if (e == ZH_OK) e = zh_consents_merge(w->consents, merge.from, to);
    if (e == ZH_OK) e = zh_feedbacks_merge(w->feedbacks, merge.from, to);
    if (e == ZH_OK) e = zh_tags_merge(w->tags, merge.from, to);
    if (e == ZH_OK) e = zh_tags_merge(w->lists, merge.from, to);
    if (e == ZH_OK) e = zh_experiments_merge(w->experiments, merge.from, to);
    if (e == ZH_OK) e = zh_segments_merge(w->segments, merge.from, to, record->commit_ms);
    if (e == ZH_OK) e = zh_coupons_merge(w->coupons, merge.from, to);
    if (e == ZH_OK) e = zh_sales_merge(w->sales, merge.from, to);
    if (e == ZH_OK) e = zh_ledger_merge(w->ledger, merge.from, to);
    if (e == ZH_OK) e = zh_instances_merge(w->instances, merge.from, to);
    if (e == ZH_OK) e = zh_quality_merge(w->quality, merge.from, to);
    if (e == ZH_OK && first_ms != INT64_MAX) e = zh_visits_merge(w->visits, merge.from, to, first_ms);
    return e;
}

/* From here on its events are its own again. What views had joined stays so until they are folded anew, without the merge
 * (engine/undo.h). */
static zh_err fold_unmerge(zh_world *w, const zh_world_record *record)
{
    zh_identity_unmerge unmerge;
    if (zh_identity_unmerge_get(record->bytes, &unmerge) != ZH_OK) return ZH_CORRUPT;
    const zh_err e = record->fold_identity ? fold_identity(w, record->bytes) : ZH_OK;
    return e != ZH_OK ? e : zh_absorbed_split(w->absorbed, &unmerge);
}

static zh_err fold_consent(zh_world *w, const zh_world_record *record)
{
    zh_consent_change change;
    if (zh_consent_get(record->bytes, &change) != ZH_OK) return ZH_CORRUPT;
    change.customer = zh_absorbed_root(w->absorbed, change.customer);
    zh_err e = zh_experiments_before(w->experiments, change.customer, NULL);
    if (e == ZH_OK) e = zh_consents_change(w->consents, &change);
    zh_experiments_after(w->experiments);
    return e != ZH_OK ? e : zh_segments_said(w->segments, change.customer, record->commit_ms);
}

static zh_err fold_feedback(zh_world *w, const zh_world_record *record)
{
    zh_feedback said;
    if (zh_feedback_get(record->bytes, &said) != ZH_OK) return ZH_CORRUPT;
    said.customer = zh_absorbed_root(w->absorbed, said.customer);
    return zh_feedbacks_change(w->feedbacks, &said);
}

static zh_err fold_message(zh_world *w, const zh_world_record *record)
{
    const zh_customer_id customer = zh_absorbed_root(w->absorbed, zh_message_customer(record->bytes));
    const zh_err e = tolerate(w, zh_ledger_fold(w->ledger, record->bytes, customer));
    return e == ZH_FORMAT ? ZH_CORRUPT : e;
}

static zh_err fold_journey(zh_world *w, const zh_world_record *record)
{
    const zh_customer_id customer = zh_absorbed_root(w->absorbed, zh_instance_customer(record->bytes));
    const zh_err e = tolerate(w, zh_instances_fold(w->instances, record->bytes, customer));
    return e == ZH_FORMAT ? ZH_CORRUPT : e;
}

static zh_err fold_tag(zh_world *w, const zh_world_record *record)
{
    zh_tag_change change;
    if (zh_tag_get(record->bytes, &change) != ZH_OK) return ZH_CORRUPT;
    change.customer = zh_absorbed_root(w->absorbed, change.customer);
    const zh_err e = tolerate(w, zh_tags_change(w->tags, &change));
    return e != ZH_OK ? e : zh_segments_named(w->segments, ZH_WAKE_TAG, change.customer, change.name, record->commit_ms);
}

static zh_err fold_list(zh_world *w, const zh_world_record *record)
{
    zh_list_change list;
    if (zh_list_get(record->bytes, &list) != ZH_OK) return ZH_CORRUPT;
    zh_tag_change change = { .name = list.name, .said = list.adds ? ZH_TAG_SET : ZH_TAG_REMOVE, .source = ZH_TAG_BY_LIST, .at_ms = list.at_ms,
                             .expires_ms = ZH_TAG_NO_END, .confidence = ZH_TAG_NO_CONFIDENCE };
    zh_err e = ZH_OK;
    for (uint32_t i = 0; e == ZH_OK && i < list.count; i++) {
        change.customer = zh_absorbed_root(w->absorbed, (zh_customer_id){ list.customers[i] });
        if (zh_erasures_is_gone(w->erasures, (zh_customer_id){ list.customers[i] })) continue;
        e = tolerate(w, zh_tags_change(w->lists, &change));
        if (e == ZH_OK) e = zh_segments_named(w->segments, ZH_WAKE_LIST, change.customer, list.name, record->commit_ms);
    }
    return e;
}

static zh_err fold_item(zh_world *w, const zh_world_record *record)
{
    const zh_err e = tolerate(w, zh_catalog_apply(w->catalog, record->bytes));
    if (e != ZH_OK) return e == ZH_FORMAT ? ZH_CORRUPT : e;
    zh_item_change change;
    if (zh_item_change_get(record->bytes, &change) != ZH_OK) return ZH_CORRUPT;
    const zh_item *item = zh_catalog_find(w->catalog, change.text);
    const zh_err told = item == NULL ? ZH_OK : zh_costs_set(w->costs, item);
    return told == ZH_OK ? tell_category(w, zh_item_id_of(change.text)) : told;
}

static zh_err fold_letter(zh_world *w, const zh_world_record *record)
{
    zh_deadletter letter;
    if (zh_deadletter_get(record->bytes, &letter) != ZH_OK) return ZH_CORRUPT;
    w->counts.dead_letters++;
    if (letter.id > w->counts.letter_last) w->counts.letter_last = letter.id;
    return zh_letters_fold(w->letters, &letter, record->partition, record->sequence);
}

static zh_err fold_decision(zh_world *w, zh_world_record *record, zh_arena *scratch)
{
    zh_decision decision;
    zh_err e = zh_decision_get(record->bytes, scratch, &decision);
    if (e != ZH_OK) return e == ZH_FORMAT ? ZH_CORRUPT : e;
    record->decision_id = decision.id;
    record->shown_to = zh_absorbed_root(w->absorbed, decision.customer);
    record->shown_ms = decision.time_ms;
    w->counts.decisions++;
    if ((e = zh_exposure_decided(w->exposure, &decision, record->commit_ms)) != ZH_OK) return e;
    return zh_experiments_decided(w->experiments, &decision, record->shown_to, record->commit_ms);
}

/* An event that a person says is true teaches what it would have taught. */
static zh_err learn_event(zh_world *w, zh_sv bytes, int64_t commit_ms, zh_arena *scratch)
{
    zh_event event;
    zh_err e = zh_event_get(bytes, scratch, &event);
    if (e != ZH_OK) return e == ZH_FORMAT ? ZH_CORRUPT : e;
    if (event.customer.number == 0) return ZH_CORRUPT;
    event.customer = zh_absorbed_root(w->absorbed, event.customer);
    event.marks &= ~(uint32_t)(ZH_MARK_OUTLIER | ZH_MARK_BOT_AGENT | ZH_MARK_APART);
    zh_effects effects = zh_effects_open(scratch);
    zh_segments_before(w->segments, event.customer);
    if ((e = zh_experiments_before(w->experiments, event.customer, &event)) != ZH_OK) return e;
    if ((e = zh_customers_learn(w->customers, event.customer, &event, &effects)) != ZH_OK) return e;
    zh_experiments_after(w->experiments);
    if ((e = zh_experiments_viewed(w->experiments, &event, commit_ms)) != ZH_OK) return e;
    if ((e = zh_segments_event(w->segments, &event, commit_ms)) != ZH_OK) return e;
    if ((e = tolerate(w, zh_popularity_fold(w->popularity, &event))) != ZH_OK) return e;
    if ((e = zh_world_count_scene(w, &event)) != ZH_OK) return e;
    return apply_effects(w, &effects);
}

static zh_err fold_word(zh_world *w, const zh_world_record *record, zh_arena *scratch)
{
    zh_word word;
    bool is_new;
    if (zh_word_get(record->bytes, &word) != ZH_OK) return ZH_CORRUPT;
    if (word.what == ZH_WORD_RULE) {
        const zh_err e = zh_plan_rule(w->plan, &word);
        return e == ZH_FULL ? ZH_OK : e;
    }
    const zh_err e = zh_quality_say(w->quality, &word, &is_new);
    return e == ZH_OK && is_new && word.event.size > 0 ? learn_event(w, word.event, record->commit_ms, scratch) : e;
}

/* Of an import that was undone? Else it is counted with its import. */
static bool passes_over(zh_world *w, const zh_world_record *record)
{
    const uint32_t import = zh_record_import_of(record->bytes);
    if (import == 0) return false;
    if (zh_imports_is_undone(w->imports, import)) return true;
    zh_imports_count(w->imports, import, record->kind == ZH_RECORD_ITEM);
    return false;
}

/* In the place of a record of an erased customer. */
static zh_err fold_gone(zh_world_record *record)
{
    zh_gone gone;
    if (zh_gone_get(record->bytes, &gone) != ZH_OK) return ZH_CORRUPT;
    record->kind = gone.was == ZH_RECORD_DECISION ? ZH_RECORD_DECISION : (zh_record_kind)0;
    record->decision_id = gone.decision;
    return ZH_OK;
}

static zh_err fold(zh_world *w, zh_world_record *record, zh_arena *scratch)
{
    record->kind = zh_record_kind_of(record->bytes);
    if (record->commit_ms > w->counts.commit_ms) w->counts.commit_ms = record->commit_ms;
    zh_err e = ZH_OK;
    zh_experiments_clock(w->experiments, record->commit_ms);
    if (zh_erased_is(w->erasures, record->bytes, &record->decision_id)) { /* of a decision it is still known that there was one */
        if (record->kind != ZH_RECORD_DECISION) record->kind = (zh_record_kind)0;
        return ZH_OK;
    }
    if (passes_over(w, record)) {
        record->kind = (zh_record_kind)0;
        return ZH_OK;
    }
    switch (record->kind) {
    case ZH_RECORD_EVENT: return fold_event(w, record, scratch);
    case ZH_RECORD_IDENTITY: return record->fold_identity ? fold_identity(w, record->bytes) : ZH_OK;
    case ZH_RECORD_MERGE: return fold_merge(w, record, scratch);
    case ZH_RECORD_UNMERGE: return fold_unmerge(w, record);
    case ZH_RECORD_ITEM: return fold_item(w, record);
    case ZH_RECORD_CONSENT: return fold_consent(w, record);
    case ZH_RECORD_DEFINITION:
        e = zh_registry_fold(w->registry, record->bytes);
        if (e == ZH_OK) e = zh_world_define_segment(w, record);
        if (e == ZH_OK) e = zh_world_define_experiment(w, record);
        if (e == ZH_OK) e = zh_world_define_scene(w, record);
        if (e == ZH_OK) e = zh_world_define_placement(w, record);
        if (e == ZH_OK) e = zh_world_define_offer(w, record);
        return e == ZH_FORMAT ? ZH_CORRUPT : e;
    case ZH_RECORD_DEADLETTER: return fold_letter(w, record);
    case ZH_RECORD_DECISION: return fold_decision(w, record, scratch);
    case ZH_RECORD_POLICIES:
        e = zh_policies_fold(w->policies, record->bytes);
        return e == ZH_FORMAT ? ZH_CORRUPT : e;
    case ZH_RECORD_BOUNDARIES:
        e = zh_boundaries_fold(w->boundaries, record->bytes, zh_imports_undone_begun(w->imports));
        if (e == ZH_OK) zh_segments_wake_all(w->segments, ZH_WAKE_SHARED, record->commit_ms);
        return e == ZH_FORMAT ? ZH_CORRUPT : e;
    case ZH_RECORD_PREDICTIONS:
        e = zh_predictions_fold(w->predictions, record->bytes, zh_imports_undone_begun(w->imports));
        if (e == ZH_OK) zh_segments_wake_all(w->segments, ZH_WAKE_MODEL, record->commit_ms);
        return e == ZH_FORMAT ? ZH_CORRUPT : e;
    case ZH_RECORD_OUTCOME:
        e = zh_letters_say(w->letters, record->bytes);
        return e == ZH_FORMAT ? ZH_CORRUPT : e;
    case ZH_RECORD_IMPORT:
        e = zh_imports_fold(w->imports, record->bytes);
        return e == ZH_FORMAT ? ZH_CORRUPT : e;
    case ZH_RECORD_ERASURE: return zh_world_erase(w, record, scratch);
    case ZH_RECORD_GONE: return fold_gone(record);
    case ZH_RECORD_TAG: return fold_tag(w, record);
    case ZH_RECORD_LIST: return fold_list(w, record);
    case ZH_RECORD_ALLOCATION: return zh_world_allocate(w, record);
    case ZH_RECORD_WATCH:
        e = zh_watch_fold(w->watch, record->bytes);
        return e == ZH_FORMAT ? ZH_CORRUPT : e;
    case ZH_RECORD_MESSAGE: return fold_message(w, record);
    case ZH_RECORD_JOURNEY: return fold_journey(w, record);
    case ZH_RECORD_WORD: return fold_word(w, record, scratch);
    case ZH_RECORD_FEEDBACK: return fold_feedback(w, record);
    case ZH_RECORD_TICK: return ZH_OK;
    case ZH_RECORD_OFFER: return zh_world_fold_offer(w, record);
    case ZH_RECORD_QUOTE: return zh_world_fold_quote(record);
    }
    return ZH_CORRUPT; /* empty, or of a kind this version does not know */
}

/* To the end, where the caller does not take the steps himself. */
zh_err zh_world_fold(zh_world *w, zh_world_record *record, zh_arena *scratch)
{
    bool done = false;
    zh_err e = record->in_steps ? ZH_OK : zh_world_advance_some(w, record->commit_ms, SIZE_MAX, &done);
    if (e == ZH_OK) e = fold(w, record, scratch);
    if (e == ZH_OK && !record->in_steps && zh_world_is_settling(w)) e = zh_world_settle_some(w, SIZE_MAX, &done);
    return e;
}

/* ---- the views by letter ---- */

/* u8 version=2, the numbers below as var, times as zig, u32 sources as var, each: number, events, newest commit. */
static void counts_put(const zh_world *w, zh_buf *out)
{
    const zh_world_counts *counts = &w->counts;
    uint32_t sources = 0;
    for (uint32_t i = 0; i < ZH_WORLD_SOURCES_MAX; i++) sources += w->sources[i].events > 0;
    zh_buf_put_u8(out, COUNTS_VERSION);
    zh_buf_put_var(out, counts->events);
    zh_buf_put_var(out, counts->dead_letters);
    zh_buf_put_var(out, counts->decisions);
    zh_buf_put_var(out, counts->items_refused);
    zh_buf_put_var(out, counts->letter_last);
    zh_buf_put_zig(out, counts->newest_ms);
    zh_buf_put_zig(out, counts->commit_ms);
    zh_buf_put_var(out, sources);
    for (uint32_t i = 0; i < ZH_WORLD_SOURCES_MAX; i++) {
        if (w->sources[i].events == 0) continue;
        zh_buf_put_var(out, i + 1);
        zh_buf_put_var(out, w->sources[i].events);
        zh_buf_put_zig(out, w->sources[i].commit_ms);
    }
}

static zh_err counts_load(zh_world *w, zh_sv value)
{
    zh_world_counts *counts = &w->counts;
    zh_reader r = zh_reader_on(value);
    const uint8_t version = zh_read_u8(&r);
    if (version != COUNTS_VERSION && (!w->is_base || version < COUNTS_VERSION_BASE || version > COUNTS_VERSION)) return ZH_FORMAT;
    counts->events = zh_read_var(&r);
    counts->dead_letters = zh_read_var(&r);
    counts->decisions = zh_read_var(&r);
    counts->items_refused = zh_read_var(&r);
    counts->letter_last = zh_read_var(&r);
    counts->newest_ms = zh_read_zig(&r);
    counts->commit_ms = zh_read_zig(&r);
    const uint64_t sources = zh_read_var(&r);
    if (sources > ZH_WORLD_SOURCES_MAX) return ZH_CORRUPT;
    for (uint64_t i = 0; i < sources && !r.bad; i++) {
        const uint64_t number = zh_read_var(&r);
        if (number == 0 || number > ZH_WORLD_SOURCES_MAX) return ZH_CORRUPT;
        w->sources[number - 1].events = zh_read_var(&r);
        w->sources[number - 1].commit_ms = zh_read_zig(&r);
    }
    return r.bad ? ZH_CORRUPT : ZH_OK;
}

static zh_err save_counts(const zh_world *w, zh_keep keep)
{
    zh_buf value = zh_buf_open(COUNTS_BYTES_MAX);
    counts_put(w, &value);
    zh_err e = zh_buf_err(&value);
    if (e == ZH_OK) e = keep.put(keep.context, ZH_SV("counts"), zh_buf_view(&value));
    zh_buf_close(&value);
    return e;
}

static const struct { char letter; const char *name; } views[] = {
    { 'I', "identity" }, { 'a', "absorbed" }, { 'c', "customers" }, { 't', "terms" }, { 'x', "tags" }, { 'z', "lists" }, { 'k', "consents" }, { 'F', "feedback" }, { 'r', "registry" }, { 'i', "catalog" },
    { 's', "sales" }, { 'v', "visits" }, { 'y', "policies" }, { 'b', "boundaries" }, { 'f', "predictions" }, { 'm', "imports" }, { 'j', "erasures" }, { 'd', "letters" }, { 'n', "plan" }, { 'q', "quality" }, { 'o', "cocount" }, { 'p', "popularity" }, { 'g', "segments" }, { 'e', "experiments" }, { 'h', "exposure" }, { 'W', "watch" }, { 'M', "ledger" }, { 'J', "instances" }, { 'O', "offers" }, { 'C', "coupons" }, { 'u', "sequels" }, { 'l', "scenes" }, { 'w', "counts" },
};
#define VIEWS (sizeof views / sizeof *views)

static zh_err save_view(zh_world *w, char letter, bool all, zh_keep keep)
{
    zh_err e = ZH_OK;
    switch (letter) {
    case 'I':
        pthread_rwlock_wrlock(&w->identity_lock);
        e = zh_identity_save(w->identity, all, keep);
        pthread_rwlock_unlock(&w->identity_lock);
        return e;
    case 'a': return zh_absorbed_save(w->absorbed, all, keep);
    case 'c': return zh_customers_save(w->customers, all, keep);
    case 't': return zh_terms_save(zh_customers_terms(w->customers), all, keep);
    case 'x': return zh_tags_save(w->tags, all, keep);
    case 'z': return zh_tags_save(w->lists, all, keep);
    case 'k': return zh_consents_save(w->consents, all, keep);
    case 'F': return zh_feedbacks_save(w->feedbacks, all, keep);
    case 'r': return zh_registry_save(w->registry, all, keep);
    case 'i': return zh_catalog_save(w->catalog, all, keep);
    case 's': return zh_sales_save(w->sales, all, keep);
    case 'v': return zh_visits_save(w->visits, all, keep);
    case 'y': return zh_policies_save(w->policies, all, keep);
    case 'b': return zh_boundaries_save(w->boundaries, all, keep);
    case 'f': return zh_predictions_save(w->predictions, all, keep);
    case 'm': return zh_imports_save(w->imports, all, keep);
    case 'j': return zh_erasures_save(w->erasures, all, keep);
    case 'd': return zh_letters_save(w->letters, all, keep);
    case 'n': return zh_plan_save(w->plan, all, keep);
    case 'q': return zh_quality_save(w->quality, all, keep);
    case 'o': return zh_cocount_save(w->cocount, all, keep);
    case 'p': return zh_popularity_save(w->popularity, all, keep);
    case 'u': return zh_sequel_save(w->sequel, all, keep);
    case 'g': return zh_segments_save(w->segments, all, keep);
    case 'e': return zh_experiments_save(w->experiments, all, keep);
    case 'l': return zh_scenes_save(w->scenes, all, keep);
    case 'h': return zh_exposure_save(w->exposure, all, keep);
    case 'W': return zh_watch_save(w->watch, all, keep);
    case 'M': return zh_ledger_save(w->ledger, all, keep);
    case 'J': return zh_instances_save(w->instances, all, keep);
    case 'O': return zh_offers_save(w->offers, all, keep);
    case 'C': return zh_coupons_save(w->coupons, all, keep);
    default: return save_counts(w, keep);
    }
}

static zh_err load_entry(zh_world *w, char letter, zh_sv key, zh_sv value)
{
    switch (letter) {
    case 'I': return zh_identity_load(w->identity, key, value);
    case 'a': return zh_absorbed_load(w->absorbed, key, value);
    case 'c': return zh_customers_load(w->customers, key, value);
    case 't': return zh_terms_load(zh_customers_terms(w->customers), key, value);
    case 'x': return zh_tags_load(w->tags, key, value);
    case 'z': return zh_tags_load(w->lists, key, value);
    case 'k': return zh_consents_load(w->consents, key, value);
    case 'F': return zh_feedbacks_load(w->feedbacks, key, value);
    case 'r': return zh_registry_load(w->registry, key, value);
    case 'i': return zh_catalog_load(w->catalog, key, value);
    case 's': return zh_sales_load(w->sales, key, value);
    case 'v': return zh_visits_load(w->visits, key, value);
    case 'y': return zh_policies_load(w->policies, key, value);
    case 'b': return zh_boundaries_load(w->boundaries, key, value);
    case 'f': return zh_predictions_load(w->predictions, key, value);
    case 'm': return zh_imports_load(w->imports, key, value);
    case 'j': return zh_erasures_load(w->erasures, key, value);
    case 'd': return zh_letters_load(w->letters, key, value);
    case 'n': return zh_plan_load(w->plan, key, value);
    case 'q': return zh_quality_load(w->quality, key, value);
    case 'o': return zh_cocount_load(w->cocount, key, value);
    case 'p': return zh_popularity_load(w->popularity, key, value);
    case 'u': return zh_sequel_load(w->sequel, key, value);
    case 'g': return zh_segments_load(w->segments, key, value);
    case 'e': return zh_experiments_load(w->experiments, key, value);
    case 'l': return zh_scenes_load(w->scenes, key, value);
    case 'h': return zh_exposure_load(w->exposure, key, value);
    case 'W': return zh_watch_load(w->watch, key, value);
    case 'M': return zh_ledger_load(w->ledger, key, value);
    case 'J': return zh_instances_load(w->instances, key, value);
    case 'O': return zh_offers_load(w->offers, key, value);
    case 'C': return zh_coupons_load(w->coupons, key, value);
    case 'w': return counts_load(w, value);
    default: return ZH_FORMAT;
    }
}

static zh_err put_with_letter(void *context, zh_sv key, zh_sv value)
{
    const zh_world_saving *to = context;
    char bytes[ZH_STATE_KEY_BYTES_MAX];
    if (key.size + 1 > sizeof bytes) return ZH_RANGE;
    bytes[0] = to->letter;
    memcpy(bytes + 1, key.data, key.size);
    const zh_sv whole = { bytes, key.size + 1 };
    return to->keep.put(to->keep.context, whole, value);
}

static zh_err put_positions(zh_keep keep, const uint64_t *positions, uint32_t partitions)
{
    zh_buf value = zh_buf_open(4096);
    zh_buf_put_u8(&value, META_VERSION);
    zh_buf_put_u32(&value, partitions);
    for (uint32_t p = 0; p < partitions; p++) zh_buf_put_u64(&value, positions[p]);
    zh_err e = zh_buf_err(&value);
    if (e == ZH_OK) e = keep.put(keep.context, POSITIONS_KEY, zh_buf_view(&value));
    zh_buf_close(&value);
    return e;
}

zh_err zh_world_save_begin(zh_world *w, zh_keep keep, const uint64_t *positions, uint32_t partitions)
{
    zh_err e = put_positions(keep, positions, partitions);
    for (size_t i = 0; e == ZH_OK && i < VIEWS; i++) {
        zh_world_saving to = { views[i].letter, keep };
        if (to.letter != 'I' && to.letter != 'c') e = save_view(w, to.letter, false, (zh_keep){ &to, put_with_letter });
    }
    w->saving_customers = (zh_world_saving){ 'c', keep };
    return e != ZH_OK ? e : zh_customers_freeze(w->customers, (zh_keep){ &w->saving_customers, put_with_letter });
}

zh_err zh_world_save_some(zh_world *w, size_t most, bool *done)
{
    return zh_customers_thaw(w->customers, most, done);
}

zh_err zh_world_save_identity(zh_world *w, zh_keep keep, size_t most, bool *done)
{
    zh_world_saving to = { 'I', keep };
    const zh_keep with_letter = { &to, put_with_letter };
    pthread_rwlock_wrlock(&w->identity_lock);
    const zh_err e = most == 0 ? zh_identity_save_begin(w->identity, with_letter)
                               : zh_identity_save_some(w->identity, most, with_letter, done);
    pthread_rwlock_unlock(&w->identity_lock);
    return e;
}

static zh_err load_positions(zh_state *state, uint64_t *positions, uint32_t partitions, zh_note *why)
{
    for (uint32_t p = 0; p < partitions; p++) positions[p] = 0;
    zh_buf value = zh_buf_open(4096);
    zh_err e = zh_state_get(state, ZH_SPACE_VIEWS, POSITIONS_KEY, &value);
    if (e == ZH_ABSENT) e = zh_state_get(state, ZH_SPACE_META, POSITIONS_KEY_BEFORE, &value);
    if (e == ZH_OK) {
        zh_reader r = zh_reader_on(zh_buf_view(&value));
        const uint8_t version = zh_read_u8(&r);
        const uint32_t count = zh_read_u32(&r);
        for (uint32_t p = 0; p < partitions && count == partitions; p++) positions[p] = zh_read_u64(&r);
        if (version != META_VERSION || count != partitions || r.bad) {
            zh_note_set(why, "the checkpoint is of version %u with %u partitions", version, count);
            e = ZH_FORMAT;
        }
    }
    zh_buf_close(&value);
    return e;
}

bool zh_world_is_saved(zh_state *state)
{
    zh_buf value = zh_buf_open(4096);
    zh_err e = zh_state_get(state, ZH_SPACE_VIEWS, POSITIONS_KEY, &value);
    if (e == ZH_ABSENT) e = zh_state_get(state, ZH_SPACE_META, POSITIONS_KEY_BEFORE, &value);
    zh_buf_close(&value);
    return e != ZH_ABSENT;
}

static zh_err load_space(zh_world *w, zh_state *state, zh_space space, zh_note *why)
{
    zh_err e = ZH_OK;
    zh_state_scan scan = zh_state_scan_open(state, space, (zh_sv){ 0 }, (zh_sv){ 0 });
    while (e == ZH_OK && zh_state_scan_next(&scan)) {
        if (zh_sv_equal(scan.key, POSITIONS_KEY)) continue;
        if (scan.key.size == 0) e = ZH_CORRUPT;
        else e = load_entry(w, scan.key.data[0], zh_sv_part(scan.key, 1, SIZE_MAX), scan.value);
        if (e != ZH_OK) zh_note_set(why, "a checkpoint entry of view '%c' cannot be read: %s", scan.key.size > 0 ? scan.key.data[0] : '?', zh_err_text(e));
    }
    const zh_err closed = zh_state_scan_close(&scan);
    return e != ZH_OK ? e : closed;
}

zh_err zh_world_load(zh_world *w, zh_state *state, uint64_t *positions, uint32_t partitions, zh_note *why)
{
    zh_err e = load_positions(state, positions, partitions, why);
    if (e == ZH_ABSENT) return ZH_OK;
    if (e == ZH_OK) e = load_space(w, state, ZH_SPACE_IDS, why);
    if (e == ZH_OK) e = load_space(w, state, ZH_SPACE_VIEWS, why);
    if (e != ZH_OK) return e;
    if ((e = zh_popularity_tick(w->popularity, w->counts.newest_ms)) != ZH_OK) return e;
    const zh_item *item;
    for (size_t at = 0; (item = zh_catalog_next(w->catalog, &at)) != NULL;) {
        e = zh_popularity_category(w->popularity, item->id, item->category_hash);
        if (e == ZH_OK || e == ZH_FULL) e = zh_sequel_category(w->sequel, item->id, item->category_hash);
        if (e == ZH_OK || e == ZH_FULL) e = zh_costs_set(w->costs, item);
        if (e != ZH_OK) return e;
    }
    e = zh_world_loaded_scene(w);
    if (e == ZH_OK) e = zh_world_loaded_placements(w);
    return e != ZH_OK ? e : zh_world_loaded_segments(w);
}

/* ---- comparing ---- */

typedef struct entries {
    zh_map hashes; /* hash of the key -> hash of the value */
    zh_map *other; /* while walking the second world: the first one's */
    uint64_t count, different;
    char first[96];
} entries;

static void name_key(entries *to, zh_sv key)
{
    if (to->different++ > 0) return;
    size_t at = 0;
    for (size_t i = 0; i < key.size && at + 3 < sizeof to->first; i++)
        at += (size_t)snprintf(to->first + at, sizeof to->first - at, "%02x", (unsigned char)key.data[i]);
}

static zh_err gather(void *context, zh_sv key, zh_sv value)
{
    entries *to = context;
    to->count++;
    return zh_map_put(&to->hashes, zh_fast64(key), zh_fast64(value) ^ value.size);
}

static zh_err match(void *context, zh_sv key, zh_sv value)
{
    entries *to = context;
    to->count++;
    const uint64_t *there = zh_map_get(to->other, zh_fast64(key));
    if (there == NULL || *there != (zh_fast64(value) ^ value.size)) name_key(to, key);
    if (there != NULL) zh_map_drop(to->other, zh_fast64(key));
    return ZH_OK;
}

zh_err zh_world_compare(zh_world *a, zh_world *b, zh_world_say say, void *context, bool *equal)
{
    *equal = true;
    for (size_t i = 0; i < VIEWS; i++) {
        entries first = { .hashes = zh_map_open() }, second = { .other = &first.hashes };
        zh_err e = save_view(a, views[i].letter, true, (zh_keep){ &first, gather });
        if (e == ZH_OK) e = save_view(b, views[i].letter, true, (zh_keep){ &second, match });
        if (e == ZH_OK && first.hashes.count > 0) { /* entries that only the first has */
            if (second.different == 0) snprintf(second.first, sizeof second.first, "an entry that is in one only");
            second.different += first.hashes.count;
        }
        zh_map_close(&first.hashes);
        if (e != ZH_OK) return e;
        *equal &= second.different == 0;
        say(context, views[i].name, second.count, second.different, second.first);
    }
    return ZH_OK;
}

bool zh_world_check(const zh_world *w, const char **view, const char **why)
{
    *view = "identity";
    if (!zh_identity_check(w->identity, why)) return false;
    *view = "absorbed";
    if (!zh_absorbed_check(w->absorbed, why)) return false;
    *view = "customers";
    if (!zh_customers_check(w->customers, why)) return false;
    *view = "terms";
    if (!zh_terms_check(zh_customers_terms(w->customers), why)) return false;
    *view = "tags";
    if (!zh_tags_check(w->tags, why)) return false;
    *view = "lists";
    if (!zh_tags_check(w->lists, why)) return false;
    *view = "consents";
    if (!zh_consents_check(w->consents, why)) return false;
    *view = "feedback";
    if (!zh_feedbacks_check(w->feedbacks, why)) return false;
    *view = "registry";
    if (!zh_registry_check(w->registry, why)) return false;
    *view = "catalog";
    if (!zh_catalog_check(w->catalog, why)) return false;
    *view = "sales";
    if (!zh_sales_check(w->sales, why)) return false;
    *view = "visits";
    if (!zh_visits_check(w->visits, why)) return false;
    *view = "policies";
    if (!zh_policies_check(w->policies, why)) return false;
    *view = "boundaries";
    if (!zh_boundaries_check(w->boundaries, why)) return false;
    *view = "predictions";
    if (!zh_predictions_check(w->predictions, why)) return false;
    *view = "letters";
    if (!zh_letters_check(w->letters, why)) return false;
    *view = "imports";
    if (!zh_imports_check(w->imports, why)) return false;
    *view = "erasures";
    if (!zh_erasures_check(w->erasures, why)) return false;
    *view = "plan";
    if (!zh_plan_check(w->plan, why)) return false;
    *view = "quality";
    if (!zh_quality_check(w->quality, why)) return false;
    *view = "cocount";
    if (!zh_cocount_check(w->cocount, why)) return false;
    *view = "popularity";
    if (!zh_popularity_check(w->popularity, why)) return false;
    *view = "sequels";
    if (!zh_sequel_check(w->sequel, why)) return false;
    *view = "segments";
    if (!zh_segments_check(w->segments, why)) return false;
    *view = "experiments";
    if (!zh_experiments_check(w->experiments, why)) return false;
    *view = "exposure";
    if (!zh_exposure_check(w->exposure, why)) return false;
    *view = "scenes";
    if (!zh_scenes_check(w->scenes, why)) return false;
    *view = "offers";
    if (!zh_offers_check(w->offers, why)) return false;
    *view = "coupons";
    if (!zh_coupons_check(w->coupons, why)) return false;
    *view = "watch";
    if (!zh_watch_check(w->watch, why)) return false;
    *view = "ledger";
    if (!zh_ledger_check(w->ledger, why)) return false;
    *view = "instances";
    return zh_instances_check(w->instances, why);
}

bool zh_world_view_bytes(const zh_world *w, size_t i, const char **name, size_t *bytes)
{
    if (i >= VIEWS) return false;
    *name = views[i].name;
    switch (views[i].letter) {
    case 'I': *bytes = zh_identity_bytes(w->identity); break;
    case 'a': *bytes = zh_absorbed_bytes(w->absorbed); break;
    case 'c': *bytes = zh_customers_bytes(w->customers); break;
    case 't': *bytes = zh_terms_bytes(zh_customers_terms(w->customers)); break;
    case 'x': *bytes = zh_tags_bytes(w->tags); break;
    case 'z': *bytes = zh_tags_bytes(w->lists); break;
    case 'F': *bytes = zh_feedbacks_bytes(w->feedbacks); break;
    case 'i': *bytes = zh_catalog_bytes(w->catalog) + zh_costs_bytes(w->costs); break;
    case 's': *bytes = zh_sales_bytes(w->sales); break;
    case 'v': *bytes = zh_visits_bytes(w->visits); break;
    case 'y': *bytes = zh_policies_bytes(w->policies); break;
    case 'b': *bytes = zh_boundaries_bytes(w->boundaries); break;
    case 'f': *bytes = zh_predictions_bytes(w->predictions); break;
    case 'j': *bytes = zh_erasures_bytes(w->erasures); break;
    case 'd': *bytes = zh_letters_bytes(w->letters); break;
    case 'n': *bytes = zh_plan_bytes(w->plan); break;
    case 'q': *bytes = zh_quality_bytes(w->quality); break;
    case 'o': *bytes = zh_cocount_bytes(w->cocount); break;
    case 'p': *bytes = zh_popularity_bytes(w->popularity); break;
    case 'u': *bytes = zh_sequel_bytes(w->sequel); break;
    case 'g': *bytes = zh_segments_bytes(w->segments); break;
    case 'e': *bytes = zh_experiments_bytes(w->experiments); break;
    case 'l': *bytes = zh_scenes_bytes(w->scenes); break;
    case 'h': *bytes = zh_exposure_bytes(w->exposure); break;
    case 'M': *bytes = zh_ledger_bytes(w->ledger); break;
    case 'J': *bytes = zh_instances_bytes(w->instances); break;
    case 'W': *bytes = zh_watch_bytes(w->watch); break;
    case 'O': *bytes = zh_offers_bytes(w->offers); break;
    case 'C': *bytes = zh_coupons_bytes(w->coupons); break;
    default: *bytes = 0; /* consents and registry hold what people wrote; the counts are a few numbers */
    }
    return true;
}

size_t zh_world_bytes(const zh_world *w)
{
    const char *name;
    size_t all = 0, one;
    for (size_t i = 0; zh_world_view_bytes(w, i, &name, &one); i++) all += one;
    return all;
}
