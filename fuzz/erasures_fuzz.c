/* erasures_fuzz.c -- any bytes as records of erasures, what stands in their place, and entries: refused, or read, written again and folded the same. */
#include "profile/erasures.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void must(bool promise)
{
    if (!promise) abort();
}

static zh_err load_into(void *context, zh_sv key, zh_sv value) { return zh_erasures_load(context, key, value); }

/* The lists of a record are given out one by one; written again they are the same bytes, where numbers were written in their shortest form. */
static void one(zh_erasures *view, zh_identity *ids, const zh_erasure *e, zh_sv record)
{
    static zh_customer_id numbers[ZH_ERASURE_NUMBERS_MAX];
    static zh_external_id shared[ZH_ERASURE_IDS_MAX];
    static uint64_t letters[ZH_ERASURE_LETTERS_MAX];
    zh_buf again = zh_buf_open(ZH_ERASURE_RECORD_BYTES_MAX);
    zh_erasure same;
    for (uint32_t i = 0; i < e->numbers_count; i++) numbers[i] = zh_erasure_number(e, i);
    for (uint32_t i = 0; i < e->ids_count; i++) shared[i] = zh_erasure_id(e, i);
    for (uint32_t i = 0; i < e->letters_count; i++) letters[i] = zh_erasure_letter(e, i);
    zh_erasure_put(e, numbers, e->numbers_count, shared, e->ids_count, letters, e->letters_count, &again);
    must(zh_erasure_get(zh_buf_view(&again), &same) == ZH_OK && again.size <= record.size);
    must(same.numbers_count == e->numbers_count && same.letters_count == e->letters_count && zh_sv_equal(same.reason, e->reason) && same.count == e->count);
    if (e->number <= 4096) { /* the view has a place for each number up to the highest */
        must(zh_erasures_fold(view, record, 5) == ZH_OK);
        if (e->phase == ZH_ERASURE_ASKED) must(zh_erasures_get(view, e->number) != NULL);
    }
    bool near = true;
    for (uint32_t i = 0; i < e->numbers_count; i++) near &= numbers[i].number <= 100000; /* the table has a place for each chunk of numbers */
    if (near) must(zh_identity_fold(ids, record) == ZH_OK);
    for (uint32_t i = 0; near && e->phase == ZH_ERASURE_ASKED && i < e->numbers_count; i++) must(zh_identity_is_erased(ids, numbers[i]));
    zh_buf_close(&again);
}

/* Input: records one after the other, each [size u16][bytes]. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    zh_erasures *view, *loaded;
    zh_identity *ids;
    const char *why;
    must(zh_erasures_open(&view, NULL, 0) == ZH_OK && zh_erasures_open(&loaded, NULL, 0) == ZH_OK && zh_identity_open(&ids, &(zh_identity_desc){ 0 }) == ZH_OK);
    zh_reader r = zh_reader_on((zh_sv){ (const char *)bytes, size });
    while (!r.bad && zh_reader_left(&r) > 2) {
        const size_t left = zh_read_u16(&r);
        const zh_sv record = zh_read_bytes(&r, left < zh_reader_left(&r) ? left : zh_reader_left(&r));
        zh_erasure erasure;
        zh_gone gone;
        if (zh_erasure_get(record, &erasure) == ZH_OK) one(view, ids, &erasure, record);
        (void)!zh_gone_get(record, &gone);
        if (record.size > 0 && (unsigned char)record.data[0] < 64) (void)!zh_erasures_load(loaded, ZH_SV("\0\0\0\1"), zh_sv_part(record, 1, SIZE_MAX));
    }
    must(zh_erasures_check(view, &why) && zh_identity_check(ids, &why));
    zh_erasures_close(loaded);
    must(zh_erasures_open(&loaded, NULL, 0) == ZH_OK);
    must(zh_erasures_save(view, true, (zh_keep){ loaded, load_into }) == ZH_OK && zh_erasures_last(loaded) == zh_erasures_last(view));
    zh_erasures_close(view);
    zh_erasures_close(loaded);
    zh_identity_close(ids);
    return 0;
}
