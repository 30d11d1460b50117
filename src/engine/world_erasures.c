#include "engine/world_erasures.h"

#define SCRATCH_BYTES_MAX (256u << 20) /* as the fold's */

static zh_err drop_customer(zh_world *w, zh_customer_id customer, zh_arena *scratch)
{
    zh_effects effects = zh_effects_open(scratch);
    zh_err e = zh_customers_drop(w->customers, customer, &effects);
    if (e == ZH_OK && effects.count > 0) e = zh_cocount_apply(w->cocount, effects.steps, effects.count);
    if (e == ZH_OK && effects.count > 0) e = zh_popularity_apply(w->popularity, effects.steps, effects.count);
    if (e == ZH_EXISTS || e == ZH_FULL) e = ZH_OK; /* as with any effect: what does not fit is left out */
    if (e == ZH_OK) e = zh_consents_forget(w->consents, customer);
    if (e == ZH_OK) e = zh_feedbacks_forget(w->feedbacks, customer);
    if (e == ZH_OK) e = zh_ledger_forget(w->ledger, customer);
    if (e == ZH_OK) e = zh_instances_forget(w->instances, customer);
    if (e == ZH_OK) e = zh_tags_forget(w->tags, customer);
    if (e == ZH_OK) e = zh_tags_forget(w->lists, customer);
    if (e == ZH_OK) zh_segments_forget(w->segments, customer);
    return e;
}

static zh_err drop_all(zh_world *w, const zh_erasure *erasure, zh_arena *scratch)
{
    zh_err e = ZH_OK;
    for (uint32_t i = 0; e == ZH_OK && i < erasure->numbers_count; i++) e = drop_customer(w, zh_erasure_number(erasure, i), scratch);
    return e;
}

static zh_err fold_identity(zh_world *w, zh_sv record)
{
    pthread_rwlock_wrlock(&w->identity_lock);
    const zh_err e = zh_identity_fold(w->identity, record);
    pthread_rwlock_unlock(&w->identity_lock);
    return e;
}

zh_err zh_world_erase(zh_world *w, const zh_world_record *record, zh_arena *scratch)
{
    zh_erasure erasure;
    if (zh_erasure_get(record->bytes, &erasure) != ZH_OK) return ZH_CORRUPT;
    zh_err e = ZH_OK;
    if (erasure.phase == ZH_ERASURE_ASKED) {
        if (record->fold_identity) e = fold_identity(w, record->bytes);
        if (e == ZH_OK) e = drop_all(w, &erasure, scratch);
        for (uint32_t i = 0; i < erasure.letters_count; i++) /* whoever folds without them must not give their numbers out again */
            if (zh_erasure_letter(&erasure, i) > w->counts.letter_last) w->counts.letter_last = zh_erasure_letter(&erasure, i);
    }
    return e != ZH_OK ? e : zh_erasures_fold(w->erasures, record->bytes, record->sequence);
}

zh_err zh_world_erase_from_base(zh_world *w)
{
    zh_arena scratch = zh_arena_open(SCRATCH_BYTES_MAX);
    zh_err e = ZH_OK;
    for (uint32_t number = 1; e == ZH_OK && number <= zh_erasures_highest(w->erasures); number++) {
        const zh_sv record = zh_erasures_record(w->erasures, number);
        zh_erasure erasure;
        if (record.data == NULL) continue;
        zh_arena_reset(&scratch);
        e = zh_erasure_get(record, &erasure);
        if (e == ZH_OK) e = fold_identity(w, record);
        if (e == ZH_OK) e = drop_all(w, &erasure, &scratch);
    }
    zh_arena_close(&scratch);
    return e;
}
