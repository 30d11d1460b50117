/* Taking a merge back: the absorbed number stands for itself again, with everything it had absorbed.
 *
 *     12 ◄─ 3 ◄─ 7        up_or_head of 3 and 7 is 12, the survivor; 7's parent is 3
 *
 * A number's parent is who absorbed it. Mostly that is its survivor, and then nothing is kept; only where a survivor was
 * absorbed later, or a merge named an absorbed number, parents has it. */
#include "profile/identity_inside.h"

zh_err zh_parent_reserve(zh_identity *t, uint32_t from, uint32_t to, uint32_t named)
{
    zh_err e = named == to ? ZH_OK : zh_map_put(&t->parents, from, named);
    for (zh_identity_absorbed it = zh_identity_absorbed_of(t, (zh_customer_id){ from }); e == ZH_OK && zh_identity_absorbed_next(&it);)
        if (zh_map_get(&t->parents, it.customer.number) == NULL) e = zh_map_put(&t->parents, it.customer.number, from);
    return e; /* until the merge is done, no parent that was put differs from the survivor */
}

uint32_t zh_parent_of(const zh_identity *t, uint32_t number)
{
    const zh_number *n = zh_number_at(t, number);
    if (n == NULL || !(n->flags & ZH_NUMBER_ABSORBED)) return 0;
    const uint64_t *parent = t->parents.count == 0 ? NULL : zh_map_get(&t->parents, number);
    return parent == NULL ? n->up_or_head : (uint32_t)*parent;
}

/* Did `number` come to its survivor by way of `from`? */
static bool is_below(const zh_identity *t, uint32_t number, uint32_t from)
{
    size_t steps = 0; /* entries of a damaged store may close a circle */
    while (number != 0 && number != from && steps++ <= t->numbers_count) number = zh_parent_of(t, number);
    return number == from;
}

static void split(zh_identity *t, uint32_t from)
{
    zh_number *n = zh_number_at(t, from), *survivor = zh_number_at(t, n->up_or_head);
    uint32_t mine = 0, *my_place = &mine, *rest_place = &survivor->up_or_head;
    for (uint32_t at = survivor->up_or_head, next; at != 0; at = next) {
        next = zh_number_at(t, at)->next_absorbed;
        uint32_t **place = at == from ? NULL : is_below(t, at, from) ? &my_place : &rest_place;
        if (place == NULL) continue;
        **place = at;
        *place = &zh_number_at(t, at)->next_absorbed;
    }
    *my_place = *rest_place = 0;
    n->flags &= (uint8_t)~ZH_NUMBER_ABSORBED;
    n->up_or_head = mine;
    n->next_absorbed = 0;
    (void)zh_map_drop(&t->parents, from);
    for (uint32_t at = mine; at != 0; at = zh_number_at(t, at)->next_absorbed) {
        zh_number_at(t, at)->up_or_head = from;
        zh_number_touch(t, at);
    }
}

zh_err zh_apart_reserve(zh_identity *t)
{
    return zh_heap_list_reserve(&t->heap, &t->apart, sizeof(uint32_t), 1);
}

void zh_apart_add(zh_identity *t, uint32_t number)
{
    ((uint32_t *)t->apart.data)[t->apart.count++] = number;
}

zh_err zh_fold_unmerge(zh_identity *t, const zh_identity_unmerge *record)
{
    const uint32_t from = (uint32_t)record->from.number;
    zh_err e = zh_number_reserve(t, from);
    if (e != ZH_OK || (zh_number_at(t, from)->flags & ZH_NUMBER_APART)) return e;
    const uint32_t root = (uint32_t)zh_identity_root(t, record->from).number;
    e = zh_heap_list_reserve(&t->heap, &t->dirty_numbers, sizeof(uint32_t), (size_t)zh_identity_absorbed_count(t, root) + 2);
    if (e == ZH_OK) e = zh_apart_reserve(t);
    if (e != ZH_OK) return e;
    zh_number_use(t, from);
    if (root != from) {
        split(t, from);
        zh_number_at(t, from)->flags |= ZH_NUMBER_PENDING;
    }
    zh_number_at(t, from)->flags |= ZH_NUMBER_APART;
    zh_apart_add(t, from);
    return ZH_OK;
}

/* ---- asking ---- */

bool zh_identity_is_apart(const zh_identity *t, zh_customer_id customer)
{
    const zh_number *n = zh_number_at(t, customer.number);
    return n != NULL && (n->flags & ZH_NUMBER_APART) != 0;
}

bool zh_identity_is_pending(const zh_identity *t, zh_customer_id customer)
{
    const zh_number *n = zh_number_at(t, customer.number);
    return n != NULL && (n->flags & ZH_NUMBER_PENDING) != 0;
}

size_t zh_identity_unmerged(const zh_identity *t, bool applied_only, uint32_t *out, size_t room)
{
    size_t count = 0;
    for (uint32_t i = 0; i < t->apart.count; i++) {
        const uint32_t number = ((const uint32_t *)t->apart.data)[i];
        if (applied_only && (zh_number_at(t, number)->flags & ZH_NUMBER_PENDING)) continue;
        if (count < room) out[count] = number;
        count++;
    }
    return count;
}
