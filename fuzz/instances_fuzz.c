/* Any bytes as the life of a view of instances: records of few rows and customers, merges, forgetting, and entries that are loaded. Whatever is refused, the view stays sound, and what
 * it saves is loaded again as the same.
 *
 *     byte   0 a record of the next 12 bytes   1 merge two customers   2 forget one   3 the next byte is a size, then so many bytes as a key of 17 and a value */
#include "reach/instances.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok) abort();
}

static void fold(zh_instances *v, zh_reader *in)
{
    static const char *const journeys[] = { "a", "b", "c" }, *const keys[] = { "k", "l" };
    zh_instance_record r = { .word = (zh_instance_word)(1 + zh_read_u8(in) % 3), .at_ms = zh_read_u8(in), .partition = zh_read_u8(in) % 4, .position = zh_read_u8(in) };
    const uint8_t journey = zh_read_u8(in) % 3, key = zh_read_u8(in) % 2;
    r.version = 1 + zh_read_u8(in) % 3;
    const uint8_t customer = zh_read_u8(in) % 5;
    r.place = (zh_journey_place){ .node = zh_read_u8(in) % ZH_JOURNEY_NODES_MAX, .left = (zh_journey_left)(zh_read_u8(in) % ZH_JOURNEY_LEFTS), .due_ms = zh_read_u8(in), .visited = zh_read_u8(in) };
    if (r.place.due_ms == UINT8_MAX) r.place.due_ms = INT64_MAX;
    if (r.word != ZH_INSTANCE_READ) r.customer.number = 1 + customer, r.id.number = 1u + customer * 6u + journey * 2u + key;
    r.journey = zh_sv_of(journeys[journey]), r.key = zh_sv_of(keys[key]);
    zh_buf bytes = zh_buf_open(4096);
    zh_instance_put(&r, &bytes);
    must(zh_instances_fold(v, zh_buf_view(&bytes), r.customer) == ZH_OK);
    zh_buf_close(&bytes);
}

static void load(zh_instances *v, zh_reader *in)
{
    const zh_sv entry = zh_read_bytes(in, zh_read_u8(in));
    const zh_err e = zh_instances_load(v, zh_sv_part(entry, 0, 17), zh_sv_part(entry, 17, SIZE_MAX));
    must(e == ZH_OK || e == ZH_CORRUPT || e == ZH_FORMAT);
}

static zh_err load_one(void *context, zh_sv key, zh_sv value) { return zh_instances_load(context, key, value); }

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    zh_reader in = zh_reader_on((zh_sv){ (const char *)data, size });
    zh_instances *v, *back;
    const char *why;
    must(zh_instances_open(&v, 1 << 22) == ZH_OK && zh_instances_open(&back, 1 << 22) == ZH_OK);
    while (!in.bad && zh_reader_left(&in) > 0) {
        switch (zh_read_u8(&in) % 4) {
        case 0: fold(v, &in); break;
        case 1: {
            const uint8_t gone = zh_read_u8(&in) % 5, kept = zh_read_u8(&in) % 5;
            must(zh_instances_merge(v, (zh_customer_id){ 1u + gone }, (zh_customer_id){ 1u + kept }) == ZH_OK);
            break;
        }
        case 2: must(zh_instances_forget(v, (zh_customer_id){ 1u + zh_read_u8(&in) % 5 }) == ZH_OK); break;
        default: load(v, &in); break;
        }
        must(zh_instances_check(v, &why));
    }
    must(zh_instances_save(v, true, (zh_keep){ back, load_one }) == ZH_OK && zh_instances_check(back, &why));
    must(zh_instances_count(v) == zh_instances_count(back) && zh_instances_waiting(v) == zh_instances_waiting(back) && zh_instances_next_due_ms(v) == zh_instances_next_due_ms(back));
    zh_instances_close(v);
    zh_instances_close(back);
    return 0;
}
