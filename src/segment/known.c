#include "segment/known.h"
#include "base/hash.h"
#include "base/map.h"

#include <stdlib.h>

#define TEXT_BYTES_MAX ((size_t)16 << 20) /* all of them together */
#define LISTS_MAX (ZH_KNOWN_LISTS + ZH_KNOWN_TRAITS_MAX) /* the values of trait n are list ZH_KNOWN_LISTS + n */

struct zh_known {
    zh_arena texts;
    zh_map places; /* hash of list and text -> 1 + place in `all` */
    uint32_t count, room, counts[LISTS_MAX];
    zh_known_one *all; /* [count]; settled: by list, then as they are listed */
};

zh_err zh_known_open(zh_known **out)
{
    zh_known *k = calloc(1, sizeof *k);
    *out = k;
    if (k == NULL) return ZH_NOMEM;
    k->texts = zh_arena_open(TEXT_BYTES_MAX);
    k->places = zh_map_open();
    return ZH_OK;
}

void zh_known_close(zh_known *k)
{
    if (k == NULL) return;
    zh_map_close(&k->places);
    zh_arena_close(&k->texts);
    free(k->all);
    free(k);
}

static uint32_t bound_of(uint32_t list)
{
    if (list >= ZH_KNOWN_LISTS) return ZH_KNOWN_VALUES_MAX;
    return list == ZH_KNOWN_TRAIT ? ZH_KNOWN_TRAITS_MAX : ZH_KNOWN_NAMES_MAX;
}

static zh_err grow(zh_known *k)
{
    if (k->count < k->room) return ZH_OK;
    const uint32_t room = k->room == 0 ? 256 : k->room * 2;
    zh_known_one *all = realloc(k->all, room * sizeof *all);
    if (all == NULL) return ZH_NOMEM;
    k->all = all;
    k->room = room;
    return ZH_OK;
}

/* The entry of a text, made where there is room; NULL with ZH_OK: a bound is met. */
static zh_err entry(zh_known *k, uint32_t list, zh_sv text, zh_known_one **out)
{
    bool made;
    *out = NULL;
    const uint64_t key = zh_fast64(text) + (uint64_t)list * UINT64_C(0x9E3779B97F4A7C15);
    const uint64_t *there = zh_map_get(&k->places, key);
    if (there != NULL) return *out = &k->all[*there - 1], ZH_OK;
    if (k->counts[list] == bound_of(list)) return ZH_OK;
    if (grow(k) != ZH_OK) return ZH_NOMEM;
    const zh_sv copy = zh_arena_copy(&k->texts, text);
    if (copy.data == NULL) return ZH_NOMEM;
    uint64_t *place = zh_map_at(&k->places, key, &made);
    if (place == NULL) return ZH_NOMEM;
    k->all[k->count] = (zh_known_one){ .text = copy, .list = list, .number = k->counts[list]++ };
    *place = ++k->count;
    *out = &k->all[k->count - 1];
    return ZH_OK;
}

zh_err zh_known_name(zh_known *k, zh_known_of of, zh_sv name, uint64_t times)
{
    zh_known_one *one;
    if (name.size == 0) return ZH_OK;
    const zh_err e = entry(k, of, name, &one);
    if (one != NULL) one->count += times;
    return e;
}

static zh_known_kind kind_of(zh_sv json)
{
    switch (json.size == 0 ? '\0' : json.data[0]) {
    case '"': return ZH_KNOWN_TEXT;
    case 't': case 'f': return ZH_KNOWN_TRUTH;
    case '[': return ZH_KNOWN_MANY;
    case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9': return ZH_KNOWN_NUMBER;
    default: return ZH_KNOWN_OTHER;
    }
}

zh_err zh_known_customer(zh_known *k, const zh_customer_state *state)
{
    zh_trait trait;
    zh_err e = ZH_OK;
    for (uint32_t i = 0; e == ZH_OK && zh_customer_trait_at(state, i, &trait); i++) {
        zh_known_one *one, *value = NULL;
        const zh_known_kind kind = kind_of(trait.value);
        if (zh_sv_equal(trait.value, ZH_SV("null"))) continue;
        if ((e = entry(k, ZH_KNOWN_TRAIT, trait.name, &one)) != ZH_OK || one == NULL) continue;
        one->count++;
        one->kinds[kind]++;
        const uint32_t list = ZH_KNOWN_LISTS + one->number;
        if (kind <= ZH_KNOWN_TRUTH && trait.value.size <= ZH_KNOWN_VALUE_BYTES_MAX) e = entry(k, list, trait.value, &value);
        if (value != NULL) value->count++;
    }
    return e;
}

static int in_order(const void *left, const void *right)
{
    const zh_known_one *a = left, *b = right;
    if (a->list != b->list) return a->list < b->list ? -1 : 1;
    if (a->count != b->count) return a->count > b->count ? -1 : 1;
    return zh_sv_compare(a->text, b->text);
}

void zh_known_settle(zh_known *k)
{
    if (k->count > 0) qsort(k->all, k->count, sizeof *k->all, in_order);
    zh_map_clear(&k->places);
}

static size_t listed(const zh_known *k, uint32_t list, uint64_t floor, const zh_known_one **first)
{
    size_t low = 0, high = k->count, count = 0;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (k->all[middle].list < list) low = middle + 1;
        else high = middle;
    }
    *first = k->count == 0 ? NULL : &k->all[low];
    while (low + count < k->count && k->all[low + count].list == list && k->all[low + count].count >= floor) count++;
    return count;
}

size_t zh_known_list(const zh_known *k, zh_known_of of, uint64_t floor, const zh_known_one **first) { return listed(k, of, floor, first); }
size_t zh_known_values(const zh_known *k, const zh_known_one *trait, uint64_t floor, const zh_known_one **first)
{
    return listed(k, ZH_KNOWN_LISTS + trait->number, floor, first);
}

zh_known_kind zh_known_kind_of(const zh_known_one *trait)
{
    zh_known_kind most = ZH_KNOWN_TEXT;
    for (zh_known_kind kind = ZH_KNOWN_TEXT; kind < ZH_KNOWN_KINDS; kind++)
        if (trait->kinds[kind] > trait->kinds[most]) most = kind;
    return most;
}
