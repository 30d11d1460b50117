/* Goal: an erasure is read as it was written, and the fold knows whom to pass over, what is pending and what is done.
 * Method: records there and back, cut at every byte; lives with and without the customer left out from the beginning; entries saved and
 * loaded; the table of ids folded with the records of an erased customer and without them. */
#include "profile/erasures.h"
#include "check.h"

#include <string.h>

static const zh_customer_id numbers[] = { { 7 }, { 9 }, { 12 } };
static const zh_external_id shared = { ZH_ID_ANONYMOUS, { 5, 6 } };
static const uint64_t letters[] = { 3, 99 };

static void put(uint32_t number, zh_buf *out)
{
    const zh_erasure e = { .phase = ZH_ERASURE_ASKED, .number = number, .at_ms = 1000 + number, .actor_kind = 3, .actor_number = 5, .subject = { 1, 2, 3 }, .reason = ZH_SV("写信") };
    zh_buf_reset(out);
    zh_erasure_put(&e, numbers, 3, &shared, 1, letters, 2, out);
    CHECK(zh_buf_err(out) == ZH_OK);
}

static void put_done(uint32_t number, zh_erasure_part part, uint64_t count, zh_buf *out)
{
    zh_buf_reset(out);
    zh_erasure_put(&(zh_erasure){ .phase = ZH_ERASURE_DONE, .number = number, .at_ms = 5000, .part = part, .count = count }, NULL, 0, NULL, 0, NULL, 0, out);
}

static void test_records(void)
{
    zh_buf record = zh_buf_open(4096);
    zh_erasure back;
    put(4, &record);
    CHECK(zh_erasure_get(zh_buf_view(&record), &back) == ZH_OK && back.phase == ZH_ERASURE_ASKED && back.number == 4 && back.at_ms == 1004);
    CHECK(back.actor_kind == 3 && back.actor_number == 5 && back.subject[2] == 3 && zh_sv_equal(back.reason, ZH_SV("写信")));
    CHECK(back.numbers_count == 3 && back.ids_count == 1 && back.letters_count == 2);
    for (uint32_t i = 0; i < 3; i++) CHECK(zh_erasure_number(&back, i).number == numbers[i].number);
    CHECK(zh_erasure_id(&back, 0).kind == ZH_ID_ANONYMOUS && zh_blind_id_equal(zh_erasure_id(&back, 0).blind, shared.blind));
    CHECK(zh_erasure_letter(&back, 1) == 99);
    for (size_t size = 0; size < record.size; size++) CHECK(zh_erasure_get(zh_sv_part(zh_buf_view(&record), 0, size), &back) == ZH_FORMAT);
    zh_buf_put_u8(&record, 0);
    CHECK(zh_erasure_get(zh_buf_view(&record), &back) == ZH_FORMAT);
    put_done(4, ZH_ERASED_LOG, 77, &record);
    CHECK(zh_erasure_get(zh_buf_view(&record), &back) == ZH_OK && back.phase == ZH_ERASURE_DONE && back.part == ZH_ERASED_LOG && back.count == 77);
    put_done(4, ZH_ERASED_PARTS, 0, &record);
    CHECK(zh_erasure_get(zh_buf_view(&record), &back) == ZH_FORMAT);
    zh_buf_close(&record);
}

static void test_gone(void)
{
    static const zh_record_kind kinds[] = { ZH_RECORD_EVENT, ZH_RECORD_DECISION };
    zh_buf record = zh_buf_open(64);
    for (size_t i = 0; i < 2; i++) {
        zh_gone back;
        zh_buf_reset(&record);
        zh_gone_put(&(zh_gone){ .was = kinds[i], .decision = { 1, 2 } }, &record);
        CHECK(zh_gone_get(zh_buf_view(&record), &back) == ZH_OK && back.was == kinds[i] && back.decision.low == (i == 1 ? 2u : 0u));
        for (size_t size = 0; size < record.size; size++) CHECK(zh_gone_get(zh_sv_part(zh_buf_view(&record), 0, size), &back) == ZH_FORMAT);
    }
    zh_buf_close(&record);
}

static zh_err load_into(void *context, zh_sv key, zh_sv value) { return zh_erasures_load(context, key, value); }

/* A view that was saved and loaded says the same. */
static zh_erasures *again(zh_erasures *es)
{
    zh_erasures *same;
    CHECK(zh_erasures_open(&same, NULL, 0) == ZH_OK);
    CHECK(zh_erasures_save(es, true, (zh_keep){ same, load_into }) == ZH_OK);
    zh_erasures_close(es);
    return same;
}

static void test_life(bool ahead)
{
    const char *why;
    zh_erasures *es;
    zh_buf record = zh_buf_open(4096);
    put(2, &record);
    const zh_sv view = zh_buf_view(&record);
    CHECK(zh_erasures_open(&es, &view, ahead ? 1 : 0) == ZH_OK);
    CHECK(zh_erasures_is_empty(es) == !ahead && zh_erasures_last(es) == 0 && zh_erasures_get(es, 2) == NULL);
    CHECK(zh_erasures_is_gone(es, numbers[1]) == ahead && zh_erasures_is_letter_gone(es, 99) == ahead && !zh_erasures_is_gone(es, (zh_customer_id){ 8 }));
    CHECK(!zh_erasures_is_pending(es));
    es = again(es); /* a checkpoint before the log came to it */
    CHECK(zh_erasures_is_gone(es, numbers[1]) == ahead && zh_erasures_last(es) == 0);
    CHECK(zh_erasures_fold(es, view, 55) == ZH_OK && zh_erasures_fold(es, view, 66) == ZH_OK);
    for (int turn = 0; turn < 2; turn++, es = again(es)) {
        CHECK(zh_erasures_is_pending(es) == !ahead && zh_erasures_last(es) == 2 && zh_erasures_of(es, numbers[2]) == 2);
        CHECK(zh_erasures_get(es, 2)->is_applied == ahead && zh_erasures_get(es, 2)->sequence == 55 && zh_erasures_get(es, 1) == NULL);
        CHECK(zh_erasures_of_letter(es, 3) == 2 && zh_sv_equal(zh_erasures_record(es, 2), view) && zh_erasures_check(es, &why));
        CHECK(zh_erasures_records(es, true, NULL, 0) == (ahead ? 1u : 0u) && zh_erasures_records(es, false, NULL, 0) == 1);
    }
    put_done(2, ZH_ERASED_VIEWS, 8, &record);
    CHECK(zh_erasures_fold(es, zh_buf_view(&record), 70) == ZH_OK);
    put_done(9, ZH_ERASED_VIEWS, 8, &record); /* of one that nobody asked for */
    CHECK(zh_erasures_fold(es, zh_buf_view(&record), 71) == ZH_OK && zh_erasures_get(es, 9) == NULL);
    es = again(es);
    CHECK(zh_erasures_get(es, 2)->parts[ZH_ERASED_VIEWS].at_ms == 5000 && zh_erasures_get(es, 2)->parts[ZH_ERASED_VIEWS].count == 8);
    CHECK(zh_erasures_get(es, 2)->parts[ZH_ERASED_LOG].at_ms == 0);
    zh_erasures_close(es);
    zh_buf_close(&record);
}

/* ---- the table of ids ---- */

static void link(zh_identity *t, zh_external_id id, uint64_t customer, uint32_t turn, bool makes)
{
    const zh_wrapped_dek dek = { { (uint8_t)customer } };
    zh_buf record = zh_buf_open(1024);
    zh_identity_link_put(&(zh_identity_link){ .id = id, .customer = { customer }, .turn = turn, .at_ms = 10, .sealed = ZH_SV("sealed"),
                                              .dek = makes ? (zh_sv){ (const char *)dek.bytes, sizeof dek.bytes } : (zh_sv){ 0 } }, &record);
    CHECK(zh_identity_fold(t, zh_buf_view(&record)) == ZH_OK);
    zh_buf_close(&record);
}

static zh_err print_entry(void *context, zh_sv key, zh_sv value)
{
    zh_buf_put_text(context, key);
    zh_buf_put_text(context, value);
    return ZH_OK;
}

/* Everything but what a merge leaves of erased numbers, which nobody asks for. */
static void fold_story(zh_identity *t, bool with_him)
{
    const zh_external_id his = { ZH_ID_USER, { 1, 1 } }, hers = { ZH_ID_USER, { 2, 2 } };
    zh_buf record = zh_buf_open(4096);
    link(t, hers, 1, 1, true);
    link(t, shared, 1, 1, false);
    if (with_him) {
        link(t, his, 7, 1, true);
        link(t, shared, 7, 2, false); /* the device moved to him */
    }
    put(1, &record); /* 7, 9, 12 and the shared id */
    CHECK(zh_identity_fold(t, zh_buf_view(&record)) == ZH_OK);
    CHECK(zh_identity_find(t, &his).number == 0 && zh_identity_find(t, &shared).number == 0 && zh_identity_find(t, &hers).number == 1);
    CHECK(zh_identity_dek(t, numbers[0]) == NULL && zh_identity_is_erased(t, numbers[2]) && !zh_identity_is_erased(t, (zh_customer_id){ 1 }));
    CHECK(zh_identity_next(t).number == 13); /* numbers never come back, also where the log has no record of them any more */
    link(t, shared, 13, 1, true); /* the device comes again: somebody new */
    link(t, his, 14, 1, true);
    CHECK(zh_identity_find(t, &shared).number == 13 && zh_identity_find(t, &his).number == 14);
    link(t, (zh_external_id){ ZH_ID_USER, { 3, 3 } }, 7, 1, true); /* an older record of his, late */
    CHECK(zh_identity_dek(t, numbers[0]) == NULL && zh_identity_find(t, &(zh_external_id){ ZH_ID_USER, { 3, 3 } }).number == 0);
    zh_buf_close(&record);
}

static void test_ids_are_as_if_he_never_was(void)
{
    zh_buf told[2] = { zh_buf_open(1 << 16), zh_buf_open(1 << 16) };
    for (int with_him = 0; with_him < 2; with_him++) {
        zh_identity *t;
        const char *why;
        CHECK(zh_identity_open(&t, &(zh_identity_desc){ 0 }) == ZH_OK);
        fold_story(t, with_him == 1);
        CHECK(zh_identity_check(t, &why));
        CHECK(zh_identity_save(t, true, (zh_keep){ &told[with_him], print_entry }) == ZH_OK);
        zh_identity_close(t);
    }
    CHECK(told[0].size == told[1].size);
    zh_buf_close(&told[0]);
    zh_buf_close(&told[1]);
}

int main(void)
{
    test_records();
    test_gone();
    test_life(false);
    test_life(true);
    test_ids_are_as_if_he_never_was();
    return 0;
}
