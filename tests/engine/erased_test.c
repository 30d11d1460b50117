/* Goal: every kind of record that names a customer is known, emptied where he was erased, and left alone where he was not.
 * Method: one record of each kind of customer 7 and of customer 8, of whom 7 is erased; a kind that this test does not know fails it. */
#include "engine/erased.h"
#include "core/deadletter.h"
#include "core/event.h"
#include "guard/consent.h"
#include "profile/feedback.h"
#include "profile/tags.h"
#include "quality/letters.h"
#include "quality/word.h"
#include "reach/instance.h"
#include "reach/message.h"
#include "check.h"

static void put_event(uint64_t customer, zh_buf *out)
{
    zh_event_put(&(zh_event){ .customer = { customer }, .type = ZH_EVENT_TRACK, .message_id = ZH_SV("m"), .name = ZH_SV("E") }, out);
}

/* False: records of this kind name no customer. */
static bool put(zh_record_kind kind, uint64_t customer, zh_buf *out)
{
    zh_buf event = zh_buf_open(4096);
    zh_buf_reset(out);
    bool names = true;
    switch (kind) {
    case ZH_RECORD_EVENT: put_event(customer, out); break;
    case ZH_RECORD_IDENTITY: zh_identity_link_put(&(zh_identity_link){ .id = { ZH_ID_USER, { 1, 2 } }, .customer = { customer }, .turn = 1, .at_ms = 3 }, out); break;
    case ZH_RECORD_MERGE: zh_identity_merge_put(&(zh_identity_merge){ .from = { customer }, .to = { 20 }, .at_ms = 3, .why = ZH_MERGE_LOGIN }, out); break;
    case ZH_RECORD_UNMERGE: zh_identity_unmerge_put(&(zh_identity_unmerge){ .from = { customer }, .to = { 20 }, .at_ms = 3, .merged_ms = 2, .why = ZH_MERGE_LOGIN, .actor_kind = 1 }, out); break;
    case ZH_RECORD_CONSENT: zh_consent_put(&(zh_consent_change){ .customer = { customer }, .at_ms = 5, .said = 1, .yes = 1 }, out); break;
    case ZH_RECORD_FEEDBACK: zh_feedback_put(&(zh_feedback){ .customer = { customer }, .kind = ZH_FEEDBACK_BLOCK, .scope = ZH_FEEDBACK_ITEM, .at_ms = 1, .text = ZH_SV("i") }, out); break;
    case ZH_RECORD_TAG: zh_tag_put(&(zh_tag_change){ .customer = { customer }, .name = ZH_SV("t"), .said = ZH_TAG_SET, .source = ZH_TAG_BY_CUSTOMER, .at_ms = 1, .expires_ms = ZH_TAG_NO_END, .confidence = ZH_TAG_NO_CONFIDENCE }, out); break;
    case ZH_RECORD_LIST: zh_list_put(&(zh_list_change){ .name = ZH_SV("l"), .adds = true, .at_ms = 1, .actor_kind = 1, .count = 1, .customers = { customer } }, out); break;
    case ZH_RECORD_DECISION: zh_decision_put(&(zh_decision){ .id = { 4, customer }, .customer = { customer }, .placement = ZH_SV("home") }, out); break;
    case ZH_RECORD_MESSAGE: zh_message_put(&(zh_message_record){ .customer = { customer }, .id = { 9 }, .word = ZH_MESSAGE_SAYS_SEEN, .at_ms = 1 }, out); break;
    case ZH_RECORD_JOURNEY: zh_instance_put(&(zh_instance_record){ .customer = { customer }, .word = ZH_INSTANCE_MOVE, .id = { 9 }, .version = 1, .at_ms = 1 }, out); break;
    case ZH_RECORD_DEADLETTER: zh_deadletter_put(&(zh_deadletter){ .id = customer, .why = ZH_REJECT_BAD_TYPE, .source = { 1 }, .raw = ZH_SV("sealed") }, out); break;
    case ZH_RECORD_OUTCOME: zh_letter_word_put(&(zh_letter_word){ .letter = customer, .outcome = ZH_LETTER_DISCARDED, .at_ms = 2, .actor_kind = 1 }, out); break;
    case ZH_RECORD_WORD:
        put_event(customer, &event);
        zh_word_put(&(zh_word){ .what = ZH_WORD_EVENT, .at_ms = 1, .actor_kind = 1, .event = zh_buf_view(&event) }, out);
        break;
    case ZH_RECORD_ITEM: case ZH_RECORD_DEFINITION: case ZH_RECORD_TICK: case ZH_RECORD_POLICIES: case ZH_RECORD_IMPORT: case ZH_RECORD_BOUNDARIES: /* of nobody */
    case ZH_RECORD_PREDICTIONS: case ZH_RECORD_ALLOCATION: case ZH_RECORD_WATCH: case ZH_RECORD_OFFER: case ZH_RECORD_QUOTE: case ZH_RECORD_ERASURE: case ZH_RECORD_GONE:
        names = false;
        break;
    }
    zh_buf_close(&event);
    CHECK(zh_buf_err(out) == ZH_OK);
    return names;
}

static void check_kind(const zh_erasures *es, zh_record_kind kind)
{
    zh_buf record = zh_buf_open(8192), empty = zh_buf_open(8192);
    zh_gone gone;
    zh_decision_id decision;
    uint64_t count = 0;
    const char *name = zh_record_kind_text(kind);
    if (put(kind, 7, &record)) {
        CHECK_ROW(zh_erased_is(es, zh_buf_view(&record), &decision) == (kind != ZH_RECORD_LIST), name);
        CHECK_ROW(zh_erased_whose(es, zh_buf_view(&record)) == 3, name);
        CHECK_ROW(zh_erased_empty(es, zh_buf_view(&record), &empty, &count) == ZH_OK && count == 1, name);
        CHECK_ROW(zh_gone_get(zh_buf_view(&empty), &gone) == ZH_OK && gone.was == kind, name);
        CHECK_ROW((gone.decision.low == 7) == (kind == ZH_RECORD_DECISION), name);
        CHECK_ROW(zh_erased_empty(es, zh_buf_view(&empty), &record, &count) == ZH_EXISTS, name); /* again changes nothing */
        CHECK_ROW(put(kind, 8, &record), name);
        CHECK_ROW(!zh_erased_is(es, zh_buf_view(&record), &decision) && zh_erased_whose(es, zh_buf_view(&record)) == 0, name);
        CHECK_ROW(zh_erased_empty(es, zh_buf_view(&record), &empty, &count) == ZH_EXISTS && count == 1, name);
    }
    zh_buf_close(&record);
    zh_buf_close(&empty);
}

static void test_others_stay_on_a_list(const zh_erasures *es)
{
    zh_buf record = zh_buf_open(8192), left = zh_buf_open(8192);
    zh_list_change list;
    uint64_t count = 0;
    zh_list_put(&(zh_list_change){ .name = ZH_SV("l"), .adds = true, .at_ms = 1, .actor_kind = 1, .count = 3, .customers = { 6, 7, 8 } }, &record);
    CHECK(zh_erased_empty(es, zh_buf_view(&record), &left, &count) == ZH_OK && count == 1);
    CHECK(zh_list_get(zh_buf_view(&left), &list) == ZH_OK && list.count == 2 && list.customers[0] == 6 && list.customers[1] == 8);
    zh_buf_close(&record);
    zh_buf_close(&left);
}

int main(void)
{
    static const zh_record_kind kinds[] = {
#define X(name, number, text) ZH_RECORD_##name,
        ZH_RECORD_LIST(X)
#undef X
    };
    const zh_customer_id customer = { 7 };
    const uint64_t letter = 7;
    zh_erasures *es;
    zh_buf record = zh_buf_open(4096);
    zh_erasure_put(&(zh_erasure){ .phase = ZH_ERASURE_ASKED, .number = 3, .at_ms = 1 }, &customer, 1, NULL, 0, &letter, 1, &record);
    const zh_sv view = zh_buf_view(&record);
    CHECK(zh_erasures_open(&es, &view, 1) == ZH_OK);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) check_kind(es, kinds[i]);
    test_others_stay_on_a_list(es);
    zh_erasures_close(es);
    zh_buf_close(&record);
    return 0;
}
