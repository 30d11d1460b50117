/* Records into the table. A record tells a fact that may be known already: a checkpoint can be
 * ahead of the log position it is continued from. So each change is one that the newest fact wins:
 * a link by its turn, a key by being first, a merge by being done, an erasure by being final. */
#include "core/record.h"
#include "profile/erasures.h"
#include "profile/identity_inside.h"

static zh_err fold_link(zh_identity *t, const zh_identity_link *record)
{
    const uint32_t customer = (uint32_t)record->customer.number;
    const uint32_t link = zh_link_find(t, &record->id);
    const bool is_news = link == 0 || zh_link_at(t, link)->turn < record->turn;
    zh_err e = zh_number_reserve(t, customer);
    if (e == ZH_OK) e = zh_link_reserve(t);
    if (e != ZH_OK) return e;

    zh_number *n = zh_number_at(t, customer);
    if (n->flags & ZH_NUMBER_ERASED) { /* the id went there and was forgotten: nothing older holds either */
        if (link == 0 || !is_news) return ZH_OK;
        if ((e = zh_gone_reserve(t, 1)) == ZH_OK) zh_link_remove(t, link);
        return e;
    }
    const zh_link before = link == 0 ? (zh_link){ 0 } : *zh_link_at(t, link);
    const bool moves = record->id.kind == ZH_ID_ANONYMOUS && (link == 0 ? record->turn > 1 : record->turn != before.turn);
    if (moves && (e = zh_device_reserve(t, link == 0 ? zh_link_place(t) : link)) != ZH_OK) return e;
    zh_link_tail *tail = NULL;
    if (is_news && (e = zh_link_tail_reserve(t, record->at_ms, record->sealed, &tail)) != ZH_OK) return e;
    zh_number_use(t, customer);
    if (record->dek.size > 0 && !(n->flags & ZH_NUMBER_DEK)) {
        memcpy(n->dek.bytes, record->dek.data, sizeof n->dek.bytes);
        n->flags |= ZH_NUMBER_DEK;
    }
    uint32_t at = link;
    if (at == 0) at = zh_link_add(t, &record->id, customer, record->turn);
    else if (is_news) zh_link_move(t, at, customer, record->turn);
    if (moves && before.turn == 1) zh_device_note(t, at, 1, before.customer, 0);
    if (moves) {
        zh_device_note(t, at, record->turn, customer, record->at_ms);
        zh_link_touch(t, at);
    }
    if (!is_news) return ZH_OK;
    zh_link_tail_set(t, at, tail);
    zh_link_touch(t, at);
    return ZH_OK;
}

static zh_err fold_merge(zh_identity *t, const zh_identity_merge *record)
{
    const uint32_t from = (uint32_t)zh_identity_root(t, record->from).number;
    const uint32_t to = (uint32_t)zh_identity_root(t, record->to).number;
    if (from == to || zh_identity_is_apart(t, record->from)) return ZH_OK; /* done, or taken back already */
    zh_err e = zh_number_reserve(t, from);
    if (e == ZH_OK) e = zh_number_reserve(t, to);
    if (e == ZH_OK) e = zh_parent_reserve(t, from, to, (uint32_t)record->to.number);
    if (e != ZH_OK) return e;
    const size_t moved = (size_t)zh_identity_absorbed_count(t, from) + 2;
    e = zh_heap_list_reserve(&t->heap, &t->dirty_numbers, sizeof(uint32_t), moved);
    if (e != ZH_OK) return e;
    zh_number_use(t, from);
    zh_number_use(t, to);
    zh_absorb(t, from, to);
    return ZH_OK;
}

zh_err zh_identity_fold(zh_identity *t, zh_sv record)
{
    zh_err e = ZH_OK;
    switch (zh_record_kind_of(record)) {
    case ZH_RECORD_IDENTITY: {
        zh_identity_link link;
        e = zh_identity_link_get(record, &link);
        return e == ZH_OK ? fold_link(t, &link) : e;
    }
    case ZH_RECORD_MERGE: {
        zh_identity_merge merge;
        e = zh_identity_merge_get(record, &merge);
        return e == ZH_OK ? fold_merge(t, &merge) : e;
    }
    case ZH_RECORD_UNMERGE: {
        zh_identity_unmerge unmerge;
        e = zh_identity_unmerge_get(record, &unmerge);
        return e == ZH_OK ? zh_fold_unmerge(t, &unmerge) : e;
    }
    case ZH_RECORD_ERASURE: {
        zh_erasure erasure;
        e = zh_erasure_get(record, &erasure);
        return e == ZH_OK && erasure.phase == ZH_ERASURE_ASKED ? zh_identity_fold_erasure(t, &erasure) : e;
    }
    default: return ZH_OK;
    }
}

zh_err zh_identity_rewrap(zh_identity *t, zh_customer_id customer, const zh_wrapped_dek *dek)
{
    if (zh_identity_dek(t, customer) == NULL) return ZH_ABSENT;
    const zh_err e = zh_number_reserve(t, customer.number);
    if (e != ZH_OK) return e;
    zh_number_at(t, customer.number)->dek = *dek;
    zh_number_touch(t, (uint32_t)customer.number);
    return ZH_OK;
}
