#include "profile/identity_inside.h"

#include <assert.h>
#include <stdlib.h>

#define BYTES_MAX_DEFAULT ((size_t)4 << 30)

zh_err zh_identity_open(zh_identity **out, const zh_identity_desc *desc)
{
    const size_t bytes_max = desc->bytes_max == 0 ? BYTES_MAX_DEFAULT : desc->bytes_max;
    zh_heap heap = zh_heap_open(bytes_max);
    zh_identity *t = zh_heap_take(&heap, sizeof *t);
    if (t == NULL) return ZH_NOMEM;
    *t = (zh_identity){ .desc = *desc, .heap = heap, .links_end = 1 };
    *out = t;
    return ZH_OK;
}

void zh_identity_close(zh_identity *t)
{
    if (t == NULL) return;
    for (uint32_t link = 1; link < t->links_end; link++) zh_link_tail_drop(t, link);
    zh_heap_list_close(&t->heap, &t->dirty_numbers, sizeof(uint32_t));
    zh_heap_list_close(&t->heap, &t->dirty_links, sizeof(uint32_t));
    zh_heap_list_close(&t->heap, &t->gone, sizeof(zh_external_id));
    zh_heap_list_close(&t->heap, &t->devices, sizeof(zh_device));
    zh_map_close(&t->device_of);
    zh_heap_list_close(&t->heap, &t->apart, sizeof(uint32_t));
    zh_map_close(&t->parents);
    zh_heap_list_close(&t->heap, &t->saving_numbers, sizeof(uint32_t));
    zh_heap_list_close(&t->heap, &t->saving_links, sizeof(uint32_t));
    zh_heap_list_close(&t->heap, &t->written, sizeof(uint32_t));
    zh_heap_list_close(&t->heap, &t->written_before, sizeof(uint32_t));
    for (uint32_t i = 0; i < t->numbers_chunks; i++)
        zh_heap_give(&t->heap, t->numbers[i], ZH_NUMBERS_CHUNK * sizeof **t->numbers);
    for (uint32_t i = 0; i < t->links_chunks; i++)
        zh_heap_give(&t->heap, t->links[i], ZH_LINKS_CHUNK * sizeof **t->links);
    zh_heap_give(&t->heap, t->numbers, t->numbers_chunks * sizeof *t->numbers);
    zh_heap_give(&t->heap, t->links, t->links_chunks * sizeof *t->links);
    zh_heap_give(&t->heap, t->index, t->index_size * sizeof *t->index);
    zh_heap heap = t->heap; /* the table itself lies in it */
    zh_heap_close(&heap);
}

zh_customer_id zh_identity_root(const zh_identity *t, zh_customer_id customer)
{
    const zh_number *n = zh_number_at(t, customer.number);
    if (n == NULL || !(n->flags & ZH_NUMBER_ABSORBED)) return customer;
    return (zh_customer_id){ n->up_or_head };
}

zh_customer_id zh_identity_find(const zh_identity *t, const zh_external_id *id)
{
    const uint32_t link = zh_link_find(t, id);
    if (link == 0) return (zh_customer_id){ 0 };
    return zh_identity_root(t, (zh_customer_id){ zh_link_at(t, link)->customer });
}

zh_customer_id zh_identity_next(const zh_identity *t)
{
    return (zh_customer_id){ (uint64_t)t->numbers_max + 1 };
}

const zh_wrapped_dek *zh_identity_dek(const zh_identity *t, zh_customer_id customer)
{
    const zh_number *n = zh_number_at(t, customer.number);
    return n != NULL && (n->flags & ZH_NUMBER_DEK) ? &n->dek : NULL;
}

bool zh_identity_is_known(const zh_identity *t, zh_customer_id customer)
{
    const zh_customer_id root = zh_identity_root(t, customer);
    const zh_number *n = zh_number_at(t, root.number);
    if (n == NULL) return false;
    if (n->users > 0) return true;
    for (zh_identity_absorbed it = zh_identity_absorbed_of(t, root); zh_identity_absorbed_next(&it);)
        if (zh_number_at(t, it.customer.number)->users > 0) return true;
    return false;
}

size_t zh_identity_customers(const zh_identity *t) { return t->numbers_count; }

size_t zh_identity_bytes(const zh_identity *t)
{
    return zh_heap_held(&t->heap) + zh_map_bytes(&t->device_of) + zh_map_bytes(&t->parents);
}

zh_identity_absorbed zh_identity_absorbed_of(const zh_identity *t, zh_customer_id customer)
{
    const zh_number *n = zh_number_at(t, zh_identity_root(t, customer).number);
    return (zh_identity_absorbed){ .identity_ = t, .number_ = n == NULL ? 0 : n->up_or_head };
}

bool zh_identity_absorbed_next(zh_identity_absorbed *it)
{
    if (it->number_ == 0) return false;
    it->customer.number = it->number_;
    it->number_ = zh_number_at(it->identity_, it->number_)->next_absorbed;
    return true;
}

zh_identity_links zh_identity_links_of(const zh_identity *t, zh_customer_id customer)
{
    const zh_customer_id root = zh_identity_root(t, customer);
    const zh_number *n = zh_number_at(t, root.number);
    if (n == NULL) return (zh_identity_links){ .identity_ = t };
    return (zh_identity_links){ .identity_ = t, .link_ = n->first_link, .number_ = (uint32_t)root.number };
}

bool zh_identity_links_next(zh_identity_links *it)
{
    while (it->link_ == 0) {
        if (it->number_ == 0) return false;
        const zh_number *n = zh_number_at(it->identity_, it->number_);
        it->number_ = n->flags & ZH_NUMBER_ABSORBED ? n->next_absorbed : n->up_or_head;
        if (it->number_ != 0) it->link_ = zh_number_at(it->identity_, it->number_)->first_link;
    }
    const zh_link *link = zh_link_at(it->identity_, it->link_);
    it->id = (zh_external_id){ (zh_id_kind)link->kind, link->blind };
    it->customer.number = link->customer;
    it->link_ = link->next;
    return true;
}

uint32_t zh_identity_absorbed_count(const zh_identity *t, uint32_t root)
{
    uint32_t count = 0;
    for (zh_identity_absorbed it = zh_identity_absorbed_of(t, (zh_customer_id){ root }); zh_identity_absorbed_next(&it);)
        count++;
    return count;
}
