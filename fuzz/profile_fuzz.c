/* profile_fuzz.c -- any bytes are records for identity, entries of its table, or one customer's entry.
 * What is taken must be sound and come out as it went in; what is refused must leave nothing behind. */
#include "profile/customer.h"
#include "profile/identity.h"

#include <stdlib.h>

static void must(bool ok)
{
    if (!ok) abort();
}

static zh_err ignore(void *context, zh_sv key, zh_sv value)
{
    (void)context, (void)key, (void)value;
    return ZH_OK;
}

/* Pieces of [size u8][bytes]. */
static bool next_piece(zh_reader *r, zh_sv *piece)
{
    if (zh_reader_left(r) == 0) return false;
    const size_t size = zh_read_u8(r);
    *piece = zh_read_bytes(r, size < zh_reader_left(r) ? size : zh_reader_left(r));
    return true;
}

static void records(zh_sv bytes)
{
    zh_identity *t;
    must(zh_identity_open(&t, &(zh_identity_desc){ .bytes_max = (size_t)4 << 20 }) == ZH_OK);
    zh_reader r = zh_reader_on(bytes);
    for (zh_sv piece; next_piece(&r, &piece);) {
        zh_identity_link link;
        zh_identity_merge merge;
        zh_identity_unmerge unmerge;
        zh_buf again = zh_buf_open(4096);
        if (zh_identity_link_get(piece, &link) == ZH_OK) {
            zh_identity_link_put(&link, &again);
            must(again.size <= piece.size); /* a size may be written longer than needed */
        } else if (zh_identity_merge_get(piece, &merge) == ZH_OK) {
            zh_identity_merge_put(&merge, &again);
            must(zh_sv_equal(zh_buf_view(&again), piece));
        } else if (zh_identity_unmerge_get(piece, &unmerge) == ZH_OK) {
            zh_identity_unmerge_put(&unmerge, &again);
            must(again.size <= piece.size);
        }
        zh_buf_close(&again);
        const zh_err e = zh_identity_fold(t, piece);
        must(e == ZH_OK || e == ZH_FORMAT || e == ZH_NOMEM);
    }
    const char *why;
    must(zh_identity_check(t, &why));
    must(zh_identity_save(t, true, (zh_keep){ NULL, ignore }) == ZH_OK);
    zh_identity_close(t);
}

static void identity_entries(zh_sv bytes)
{
    zh_identity *t;
    must(zh_identity_open(&t, &(zh_identity_desc){ .bytes_max = (size_t)4 << 20 }) == ZH_OK);
    zh_reader r = zh_reader_on(bytes);
    for (zh_sv key, value; next_piece(&r, &key) && next_piece(&r, &value);) {
        const zh_err e = zh_identity_load(t, key, value);
        must(e == ZH_OK || e == ZH_CORRUPT || e == ZH_FORMAT || e == ZH_NOMEM);
    }
    const char *why;
    if (zh_identity_check(t, &why)) {
        for (uint64_t n = 1; n < zh_identity_next(t).number && n < 1000; n++) {
            for (zh_identity_links it = zh_identity_links_of(t, (zh_customer_id){ n }); zh_identity_links_next(&it);)
                must(zh_identity_find(t, &it.id).number == zh_identity_root(t, (zh_customer_id){ n }).number);
        }
    }
    zh_identity_close(t);
}

static void customer_entry(zh_sv bytes)
{
    zh_customers *c;
    must(zh_customers_open(&c, &(zh_customers_desc){ .bytes_max = (size_t)256 << 20 }) == ZH_OK);
    const zh_err e = zh_customers_load(c, ZH_SV("\0\0\0\0\0\0\0\1"), bytes);
    must(e == ZH_OK || e == ZH_CORRUPT || e == ZH_FORMAT || e == ZH_NOMEM);
    must((e == ZH_OK) == (zh_customers_count(c) == 1));
    if (e == ZH_OK) {
        const char *why;
        must(zh_customers_check(c, &why));
        zh_customers *again;
        must(zh_customers_open(&again, &(zh_customers_desc){ 0 }) == ZH_OK);
        const zh_customer_id one = { 1 };
        zh_buf entry = zh_buf_open((size_t)64 << 20);
        zh_customer_put(zh_customers_get(c, one), &entry);
        must(zh_customers_load(again, ZH_SV("\0\0\0\0\0\0\0\1"), zh_buf_view(&entry)) == ZH_OK);
        uint64_t a, b;
        must(zh_customer_hash(c, zh_customers_get(c, one), &a) == ZH_OK);
        must(zh_customer_hash(again, zh_customers_get(again, one), &b) == ZH_OK && a == b);
        /* A sound state merges into another without harm. */
        zh_arena arena = zh_arena_open((size_t)256 << 20);
        zh_effects effects = zh_effects_open(&arena);
        must(zh_customers_hand_over(again, one, c, (zh_customer_id){ 2 }, &effects) == ZH_OK);
        must(zh_customers_merge(c, (zh_customer_id){ 2 }, one, &effects) == ZH_OK);
        must(zh_customers_check(c, &why));
        zh_arena_close(&arena);
        zh_customers_close(again);
        zh_buf_close(&entry);
    }
    zh_customers_close(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    const zh_sv bytes = { (const char *)data + 1, size - 1 };
    switch (data[0] % 3) {
    case 0: records(bytes); break;
    case 1: identity_entries(bytes); break;
    default: customer_entry(bytes); break;
    }
    return 0;
}
