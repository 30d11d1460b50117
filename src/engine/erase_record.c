#include "engine/erase_record.h"

#include <stdlib.h>

typedef struct lists {
    zh_customer_id numbers[ZH_ERASURE_NUMBERS_MAX];
    zh_external_id ids[ZH_ERASURE_IDS_MAX];
    uint64_t letters[ZH_ERASURE_LETTERS_MAX];
    uint32_t numbers_count, ids_count, letters_count;
} lists;

static zh_err fill(const zh_identity *identity, zh_customer_id customer, lists *l)
{
    const zh_customer_id root = zh_identity_root(identity, customer);
    if (zh_identity_dek(identity, root) == NULL) return ZH_ABSENT;
    l->numbers[l->numbers_count++] = root;
    for (zh_identity_absorbed it = zh_identity_absorbed_of(identity, root); zh_identity_absorbed_next(&it);) {
        if (l->numbers_count == ZH_ERASURE_NUMBERS_MAX) return ZH_FULL;
        l->numbers[l->numbers_count++] = it.customer;
    }
    for (zh_identity_links it = zh_identity_links_of(identity, root); zh_identity_links_next(&it);) {
        if (zh_identity_turn(identity, &it.id) < 2) continue; /* nobody else ever had it */
        if (l->ids_count == ZH_ERASURE_IDS_MAX) return ZH_FULL;
        l->ids[l->ids_count++] = it.id;
    }
    return ZH_OK;
}

/* Of an earlier record those numbers that are there: a backup may be older than some of them, or all. Then it is said for nobody, so that it
 * is never said again of somebody who gets the number later. */
static zh_err fill_again(const zh_identity *identity, zh_sv record, uint64_t next_letter, zh_erasure *say, lists *l)
{
    zh_err e = zh_erasure_get(record, say);
    if (e == ZH_OK && say->phase != ZH_ERASURE_ASKED) e = ZH_FORMAT;
    for (uint32_t i = 0; e == ZH_OK && i < say->numbers_count; i++) {
        const zh_customer_id number = zh_erasure_number(say, i);
        if (zh_identity_dek(identity, number) != NULL) l->numbers[l->numbers_count++] = number;
    }
    for (uint32_t i = 0; e == ZH_OK && i < say->ids_count; i++) l->ids[l->ids_count++] = zh_erasure_id(say, i);
    for (uint32_t i = 0; e == ZH_OK && i < say->letters_count; i++)
        if (zh_erasure_letter(say, i) < next_letter) l->letters[l->letters_count++] = zh_erasure_letter(say, i);
    return e;
}

zh_err zh_erase_record(const zh_identity *identity, const zh_erase_ask *ask, uint32_t number, uint64_t next_letter, zh_buf *out)
{
    lists *l = malloc(sizeof *l);
    if (l == NULL) return ZH_NOMEM;
    l->numbers_count = l->ids_count = l->letters_count = 0;
    zh_erasure say = ask->say;
    zh_err e = ask->again.size > 0 ? fill_again(identity, ask->again, next_letter, &say, l) : fill(identity, ask->customer, l);
    say.phase = ZH_ERASURE_ASKED;
    say.number = number;
    const bool again = ask->again.size > 0;
    if (e == ZH_OK) zh_erasure_put(&say, l->numbers, l->numbers_count, l->ids, l->ids_count, again ? l->letters : ask->letters, again ? l->letters_count : ask->letters_count, out);
    free(l);
    return e != ZH_OK ? e : zh_buf_err(out);
}
