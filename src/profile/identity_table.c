/* Changing the table: places for numbers and links, the index, absorption. Every change is in two
 * halves, a reserve that may fail and an act that cannot. */
#include "profile/identity_inside.h"

#include <assert.h>

/* The blind index is a keyed hash already; the kind only has to tell them apart. */
static uint64_t hash_of(uint32_t kind, zh_blind_id blind)
{
    return zh_mix64(blind.low ^ (uint64_t)kind << 56);
}

static size_t home(const zh_identity *t, uint64_t hash)
{
    return (size_t)hash & (t->index_size - 1);
}

static uint32_t tag_of(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

static size_t slot_of(const zh_identity *t, uint32_t kind, zh_blind_id blind)
{
    const uint64_t hash = hash_of(kind, blind);
    size_t at = home(t, hash);
    for (; t->index[at].link != 0; at = (at + 1) & (t->index_size - 1)) {
        if (t->index[at].tag != tag_of(hash)) continue;
        const zh_link *link = zh_link_at(t, t->index[at].link);
        if (link->kind == kind && zh_blind_id_equal(link->blind, blind)) break;
    }
    return at;
}

uint32_t zh_link_find(const zh_identity *t, const zh_external_id *id)
{
    return t->index_size == 0 ? 0 : t->index[slot_of(t, (uint32_t)id->kind, id->blind)].link;
}

void zh_identity_prefetch(const zh_identity *t, const zh_external_id *id, int step)
{
    if (t->index_size == 0) return;
    const uint64_t hash = hash_of((uint32_t)id->kind, id->blind);
    size_t at = home(t, hash);
    if (step == 0) {
        __builtin_prefetch(&t->index[at]);
        return;
    }
    while (t->index[at].link != 0 && t->index[at].tag != tag_of(hash)) at = (at + 1) & (t->index_size - 1);
    if (t->index[at].link == 0) return;
    const zh_link *link = zh_link_at(t, t->index[at].link);
    if (step == 1) {
        __builtin_prefetch(link);
        return;
    }
    const zh_number *number = zh_number_at(t, link->customer);
    __builtin_prefetch(number);
    __builtin_prefetch((const char *)number + sizeof *number - 1);
}

void zh_link_key(const zh_external_id *id, char key[ZH_LINK_KEY_BYTES])
{
    key[0] = 'L';
    key[1] = (char)id->kind;
    for (int i = 0; i < 8; i++) {
        key[2 + i] = (char)(unsigned char)(id->blind.high >> (56 - 8 * i));
        key[10 + i] = (char)(unsigned char)(id->blind.low >> (56 - 8 * i));
    }
}

/* Places are filled in the order of the links, which lie one behind the other; that no two are alike needs no look. */
static zh_err grow_index(zh_identity *t)
{
    const size_t was = t->index_size, size = was == 0 ? 64 : was * 2;
    zh_slot *bigger = zh_heap_take(&t->heap, size * sizeof *bigger);
    if (bigger == NULL) return ZH_NOMEM;
    memset(bigger, 0, size * sizeof *bigger);
    zh_heap_give(&t->heap, t->index, was * sizeof *t->index);
    t->index = bigger;
    t->index_size = size;
    for (uint32_t link = 1; link < t->links_end; link++) {
        const zh_link *x = zh_link_at(t, link);
        if (x->customer == 0) continue;
        const uint64_t hash = hash_of(x->kind, x->blind);
        size_t at = home(t, hash);
        while (bigger[at].link != 0) at = (at + 1) & (size - 1);
        bigger[at] = (zh_slot){ link, tag_of(hash) };
    }
    return ZH_OK;
}

/* A directory with room for `chunk`; new places are NULL. */
static zh_err grow_directory(zh_heap *heap, void ***directory, uint32_t *chunks, uint64_t chunk)
{
    if (chunk < *chunks) return ZH_OK;
    uint64_t size = *chunks < 16 ? 16 : (uint64_t)*chunks * 2;
    if (size <= chunk) size = chunk + 1;
    void **bigger = zh_heap_resize(heap, *directory, *chunks * sizeof *bigger, size * sizeof *bigger);
    if (bigger == NULL) return ZH_NOMEM;
    memset(bigger + *chunks, 0, (size - *chunks) * sizeof *bigger);
    *directory = bigger;
    *chunks = (uint32_t)size;
    return ZH_OK;
}

static zh_err reserve_chunk(zh_heap *heap, void ***directory, uint32_t *chunks, uint64_t chunk, size_t bytes)
{
    const zh_err e = grow_directory(heap, directory, chunks, chunk);
    if (e != ZH_OK || (*directory)[chunk] != NULL) return e;
    void *made = zh_heap_take(heap, bytes);
    if (made == NULL) return ZH_NOMEM;
    (*directory)[chunk] = memset(made, 0, bytes);
    return ZH_OK;
}

zh_err zh_number_reserve(zh_identity *t, uint64_t number)
{
    assert(number > 0 && number <= ZH_IDENTITY_CUSTOMERS_MAX);
    void **directory = (void **)t->numbers;
    const zh_err e = reserve_chunk(&t->heap, &directory, &t->numbers_chunks, number / ZH_NUMBERS_CHUNK,
                                   ZH_NUMBERS_CHUNK * sizeof(zh_number));
    t->numbers = (zh_number **)directory;
    if (e != ZH_OK) return e;
    return zh_heap_list_reserve(&t->heap, &t->dirty_numbers, sizeof(uint32_t), 1);
}

zh_err zh_gone_reserve(zh_identity *t, size_t links)
{
    return zh_heap_list_reserve(&t->heap, &t->gone, sizeof(zh_external_id), links);
}

void zh_number_touch(zh_identity *t, uint32_t number)
{
    zh_number *n = zh_number_at(t, number);
    if (n->flags & ZH_NUMBER_DIRTY) return;
    assert(t->dirty_numbers.count < t->dirty_numbers.cap);
    ((uint32_t *)t->dirty_numbers.data)[t->dirty_numbers.count++] = number;
    n->flags |= ZH_NUMBER_DIRTY;
}

void zh_link_touch(zh_identity *t, uint32_t link)
{
    zh_link *x = zh_link_at(t, link);
    if (x->is_dirty) return;
    assert(t->dirty_links.count < t->dirty_links.cap);
    ((uint32_t *)t->dirty_links.data)[t->dirty_links.count++] = link;
    x->is_dirty = 1;
}

zh_err zh_link_reserve(zh_identity *t)
{
    if (t->links_count + 1 > t->index_size / 8 * 7) { /* tags keep a long run cheap */
        const zh_err e = grow_index(t);
        if (e != ZH_OK) return e;
    }
    const uint32_t link = zh_link_place(t);
    void **directory = (void **)t->links;
    const zh_err e = reserve_chunk(&t->heap, &directory, &t->links_chunks, link / ZH_LINKS_CHUNK,
                                   ZH_LINKS_CHUNK * sizeof(zh_link));
    t->links = (zh_link **)directory;
    return e != ZH_OK ? e : zh_heap_list_reserve(&t->heap, &t->dirty_links, sizeof(uint32_t), 1);
}

zh_err zh_link_tail_reserve(zh_identity *t, int64_t at_ms, zh_sv sealed, zh_link_tail **out)
{
    zh_link_tail *tail = zh_heap_take(&t->heap, sizeof *tail + sizeof at_ms + sealed.size);
    if (tail == NULL) return ZH_NOMEM;
    tail->size = (uint32_t)(sizeof at_ms + sealed.size);
    tail->saved_in = 0;
    for (size_t i = 0; i < sizeof at_ms; i++) tail->bytes[i] = (char)(unsigned char)((uint64_t)at_ms >> (8 * i));
    if (sealed.size > 0) memcpy(tail->bytes + sizeof at_ms, sealed.data, sealed.size);
    *out = tail;
    return ZH_OK;
}

void zh_link_tail_drop(zh_identity *t, uint32_t link)
{
    zh_link *x = zh_link_at(t, link);
    if (x->tail == NULL) return;
    zh_heap_give(&t->heap, x->tail, sizeof *x->tail + x->tail->size);
    x->tail = NULL;
    t->tails--;
}

void zh_link_tail_set(zh_identity *t, uint32_t link, zh_link_tail *tail)
{
    zh_link_tail_drop(t, link);
    zh_link_at(t, link)->tail = tail;
    t->tails++;
}

void zh_number_use(zh_identity *t, uint32_t number)
{
    zh_number *n = zh_number_at(t, number);
    if (!(n->flags & ZH_NUMBER_USED)) t->numbers_count++;
    if (number > t->numbers_max) t->numbers_max = number;
    n->flags |= ZH_NUMBER_USED;
    zh_number_touch(t, number);
}

static void chain(zh_identity *t, uint32_t link)
{
    zh_link *x = zh_link_at(t, link);
    zh_number *n = zh_number_at(t, x->customer);
    x->before = 0;
    x->next = n->first_link;
    if (x->next != 0) zh_link_at(t, x->next)->before = link;
    n->first_link = link;
    n->users += x->kind == ZH_ID_USER;
}

static void unchain(zh_identity *t, uint32_t link)
{
    zh_link *x = zh_link_at(t, link);
    zh_number *n = zh_number_at(t, x->customer);
    if (x->before != 0) zh_link_at(t, x->before)->next = x->next;
    else n->first_link = x->next;
    if (x->next != 0) zh_link_at(t, x->next)->before = x->before;
    n->users -= x->kind == ZH_ID_USER;
}

uint32_t zh_link_add(zh_identity *t, const zh_external_id *id, uint32_t customer, uint32_t turn)
{
    const uint32_t link = zh_link_place(t);
    if (link == t->links_free) t->links_free = zh_link_at(t, link)->next;
    else t->links_end++;
    zh_link *x = zh_link_at(t, link);
    *x = (zh_link){ .blind = id->blind, .customer = customer };
    x->kind = (unsigned)id->kind & 0x7F;
    x->turn = turn & 0xFFFFFF;
    t->index[slot_of(t, x->kind, x->blind)] = (zh_slot){ link, tag_of(hash_of(x->kind, x->blind)) };
    t->links_count++;
    chain(t, link);
    return link;
}

void zh_link_move(zh_identity *t, uint32_t link, uint32_t customer, uint32_t turn)
{
    unchain(t, link);
    zh_link_at(t, link)->customer = customer;
    zh_link_at(t, link)->turn = turn & 0xFFFFFF;
    chain(t, link);
}

void zh_link_remove(zh_identity *t, uint32_t link)
{
    zh_link *x = zh_link_at(t, link);
    assert(t->gone.count < t->gone.cap);
    ((zh_external_id *)t->gone.data)[t->gone.count++] = (zh_external_id){ (zh_id_kind)x->kind, x->blind };
    size_t hole = slot_of(t, x->kind, x->blind);
    const size_t mask = t->index_size - 1;
    /* Close the gap as base/map does (Knuth, 6.4 R). */
    for (size_t at = (hole + 1) & mask; t->index[at].link != 0; at = (at + 1) & mask) {
        const zh_link *there = zh_link_at(t, t->index[at].link);
        const size_t wanted = home(t, hash_of(there->kind, there->blind));
        if (((at - wanted) & mask) < ((at - hole) & mask)) continue;
        t->index[hole] = t->index[at];
        hole = at;
    }
    t->index[hole] = (zh_slot){ 0 };
    unchain(t, link);
    zh_device_drop(t, link);
    zh_link_tail_drop(t, link);
    *x = (zh_link){ .next = t->links_free };
    t->links_free = link;
    t->links_count--;
}

/* Two ascending lists into one: `from` with what it had absorbed, and what `to` had. */
void zh_absorb(zh_identity *t, uint32_t from, uint32_t to)
{
    zh_number *survivor = zh_number_at(t, to), *absorbed = zh_number_at(t, from);
    uint32_t a = absorbed->up_or_head, b = survivor->up_or_head, self = from;
    uint32_t *place = &survivor->up_or_head;
    while (self != 0 || a != 0 || b != 0) {
        uint32_t *least = &self;
        if (*least == 0 || (a != 0 && a < *least)) least = &a;
        if (*least == 0 || (b != 0 && b < *least)) least = &b;
        const uint32_t number = *least;
        zh_number *n = zh_number_at(t, number);
        *least = least == &self ? 0 : n->next_absorbed;
        *place = number;
        place = &n->next_absorbed;
        if (least != &b) {
            n->up_or_head = to;
            n->flags |= ZH_NUMBER_ABSORBED;
            zh_number_touch(t, number);
        }
    }
    *place = 0;
}
