/* Letting go of customers: their keys, their ids, and every trace that an id which moved keeps of them. */
#include "profile/erasures.h"
#include "profile/identity_inside.h"

/* Nothing older brings a key or an id back: see fold_link of identity_fold.c. */
static void forget_number(zh_identity *t, uint32_t number)
{
    zh_number *n = zh_number_at(t, number);
    while (n->first_link != 0) zh_link_remove(t, n->first_link);
    zh_number_use(t, number);
    n->flags = (uint8_t)((n->flags & ~ZH_NUMBER_DEK) | ZH_NUMBER_ERASED);
    zh_wipe(&n->dek, sizeof n->dek);
}

static size_t links_count(const zh_identity *t, uint32_t number)
{
    size_t count = 0;
    const zh_number *n = zh_number_at(t, number);
    for (uint32_t link = n == NULL ? 0 : n->first_link; link != 0; link = zh_link_at(t, link)->next) count++;
    return count;
}

zh_err zh_identity_forget(zh_identity *t, zh_customer_id customer)
{
    const uint32_t root = (uint32_t)zh_identity_root(t, customer).number;
    if (zh_number_at(t, root) == NULL || customer.number > UINT32_MAX) return ZH_OK;
    size_t links = 0;
    for (zh_identity_links it = zh_identity_links_of(t, customer); zh_identity_links_next(&it);) links++;
    zh_err e = zh_gone_reserve(t, links);
    const size_t numbers = (size_t)zh_identity_absorbed_count(t, root) + 1;
    if (e == ZH_OK) e = zh_heap_list_reserve(&t->heap, &t->dirty_numbers, sizeof(uint32_t), numbers);
    if (e != ZH_OK) return e;
    uint32_t number = root;
    for (bool more = true; more;) {
        forget_number(t, number);
        const zh_number *n = zh_number_at(t, number);
        number = n->flags & ZH_NUMBER_ABSORBED ? n->next_absorbed : n->up_or_head;
        more = number != 0;
    }
    return ZH_OK;
}

/* The numbers are named one by one: in a rebuild the records that made and merged them may be gone from the log, and the numbers
 * must still never be given out again. */
zh_err zh_identity_fold_erasure(zh_identity *t, const zh_erasure *erasure)
{
    zh_err e = ZH_OK;
    for (uint32_t i = 0; e == ZH_OK && i < erasure->numbers_count; i++) {
        const uint32_t number = (uint32_t)zh_erasure_number(erasure, i).number;
        e = zh_number_reserve(t, number);
        if (e == ZH_OK) e = zh_gone_reserve(t, links_count(t, number));
        if (e == ZH_OK) forget_number(t, number);
    }
    for (uint32_t i = 0; e == ZH_OK && i < erasure->ids_count; i++) {
        const zh_external_id id = zh_erasure_id(erasure, i);
        const uint32_t link = zh_link_find(t, &id);
        if (link == 0) continue;
        e = zh_gone_reserve(t, 1);
        if (e == ZH_OK) zh_link_remove(t, link); /* of who had it before */
    }
    return e;
}

bool zh_identity_is_erased(const zh_identity *t, zh_customer_id customer)
{
    const zh_number *n = zh_number_at(t, customer.number);
    return n != NULL && (n->flags & ZH_NUMBER_ERASED) != 0;
}

uint32_t zh_identity_turn(const zh_identity *t, const zh_external_id *id)
{
    const uint32_t link = zh_link_find(t, id);
    return link == 0 ? 0 : zh_link_at(t, link)->turn;
}
