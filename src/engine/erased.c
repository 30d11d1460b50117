#include "engine/erased.h"
#include "core/deadletter.h"
#include "guard/consent.h"
#include "profile/feedback.h"
#include "profile/tags.h"
#include "quality/letters.h"
#include "quality/word.h"
#include "reach/instance.h"
#include "reach/message.h"

static zh_customer_id of_identity(zh_sv record)
{
    zh_identity_link link;
    return zh_identity_link_get(record, &link) == ZH_OK ? link.customer : (zh_customer_id){ 0 };
}

/* Both of a merge are erased together, for they were one by then; so either tells. */
static zh_customer_id of_merge(zh_sv record)
{
    zh_identity_merge merge;
    return zh_identity_merge_get(record, &merge) == ZH_OK ? merge.from : (zh_customer_id){ 0 };
}

static zh_customer_id of_unmerge(zh_sv record)
{
    zh_identity_unmerge unmerge;
    return zh_identity_unmerge_get(record, &unmerge) == ZH_OK ? unmerge.from : (zh_customer_id){ 0 };
}

static zh_customer_id of_consent(zh_sv record)
{
    zh_consent_change change;
    return zh_consent_get(record, &change) == ZH_OK ? change.customer : (zh_customer_id){ 0 };
}

static zh_customer_id of_feedback(zh_sv record)
{
    zh_feedback word;
    return zh_feedback_get(record, &word) == ZH_OK ? word.customer : (zh_customer_id){ 0 };
}

static zh_customer_id of_tag(zh_sv record)
{
    zh_tag_change change;
    return zh_tag_get(record, &change) == ZH_OK ? change.customer : (zh_customer_id){ 0 };
}

static zh_customer_id of_word(zh_sv record)
{
    zh_word word;
    if (zh_word_get(record, &word) != ZH_OK) return (zh_customer_id){ 0 };
    return word.what == ZH_WORD_CUSTOMER ? word.customer : zh_event_customer(word.event);
}

static uint32_t of_letter(const zh_erasures *es, zh_record_kind kind, zh_sv record)
{
    zh_deadletter letter;
    zh_letter_word outcome;
    if (kind == ZH_RECORD_DEADLETTER) return zh_deadletter_get(record, &letter) == ZH_OK ? zh_erasures_of_letter(es, letter.id) : 0;
    return zh_letter_word_get(record, &outcome) == ZH_OK ? zh_erasures_of_letter(es, outcome.letter) : 0;
}

static uint32_t whose(const zh_erasures *es, zh_sv record, zh_decision_id *decision)
{
    if (zh_erasures_is_empty(es)) return 0;
    const zh_record_kind kind = zh_record_kind_of(record);
    switch (kind) {
    case ZH_RECORD_EVENT: return zh_erasures_of(es, zh_event_customer(record));
    case ZH_RECORD_IDENTITY: return zh_erasures_of(es, of_identity(record));
    case ZH_RECORD_MERGE: return zh_erasures_of(es, of_merge(record));
    case ZH_RECORD_UNMERGE: return zh_erasures_of(es, of_unmerge(record));
    case ZH_RECORD_CONSENT: return zh_erasures_of(es, of_consent(record));
    case ZH_RECORD_FEEDBACK: return zh_erasures_of(es, of_feedback(record));
    case ZH_RECORD_TAG: return zh_erasures_of(es, of_tag(record));
    case ZH_RECORD_WORD: return zh_erasures_of(es, of_word(record));
    case ZH_RECORD_MESSAGE: return zh_erasures_of(es, zh_message_customer(record));
    case ZH_RECORD_JOURNEY: return zh_erasures_of(es, zh_instance_customer(record));
    case ZH_RECORD_DECISION: return zh_erasures_of(es, zh_decision_customer(record, decision));
    case ZH_RECORD_DEADLETTER:
    case ZH_RECORD_OUTCOME: return of_letter(es, kind, record);
    default: return 0;
    }
}

bool zh_erased_is(const zh_erasures *es, zh_sv record, zh_decision_id *decision) { return whose(es, record, decision) != 0; }

uint32_t zh_erased_whose(const zh_erasures *es, zh_sv record)
{
    zh_decision_id decision;
    zh_list_change list;
    if (zh_record_kind_of(record) != ZH_RECORD_LIST) return whose(es, record, &decision);
    if (zh_list_get(record, &list) != ZH_OK) return 0;
    for (uint32_t i = 0; i < list.count; i++)
        if (zh_erasures_of(es, (zh_customer_id){ list.customers[i] }) != 0) return zh_erasures_of(es, (zh_customer_id){ list.customers[i] });
    return 0;
}

/* The list without him; ZH_EXISTS: he is not on it. */
static zh_err without(const zh_erasures *es, zh_sv record, zh_buf *out, uint64_t *count)
{
    zh_list_change list;
    uint32_t left = 0;
    if (zh_list_get(record, &list) != ZH_OK) return ZH_EXISTS;
    for (uint32_t i = 0; i < list.count; i++)
        if (!zh_erasures_is_gone(es, (zh_customer_id){ list.customers[i] })) list.customers[left++] = list.customers[i];
    if (left == list.count) return ZH_EXISTS;
    *count += list.count - left;
    list.count = left;
    if (left > 0) zh_list_put(&list, out);
    else zh_gone_put(&(zh_gone){ .was = ZH_RECORD_LIST }, out);
    return zh_buf_err(out);
}

zh_err zh_erased_empty(const zh_erasures *es, zh_sv record, zh_buf *out, uint64_t *count)
{
    zh_gone gone = { .was = zh_record_kind_of(record) };
    zh_buf_reset(out);
    if (gone.was == ZH_RECORD_LIST) return without(es, record, out, count);
    if (!zh_erased_is(es, record, &gone.decision)) return ZH_EXISTS;
    ++*count;
    zh_gone_put(&gone, out);
    return zh_buf_err(out);
}
