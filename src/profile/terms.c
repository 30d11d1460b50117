#include "profile/terms.h"
#include "base/hash.h"
#include "base/heap.h"
#include "base/map.h"
#include "profile/customer_inside.h"

#include <stdlib.h>

#define BYTES_MAX ((size_t)512 << 20)
#define NUMBER_BYTES 4 /* of keys */
#define HASH_BYTES 8

typedef struct term {
    uint64_t hash;
    char *text;    /* in the heap */
    uint8_t size;
} term;

struct zh_terms {
    zh_heap heap;
    zh_heap_list list; /* term, by number; the first is of number 0 */
    zh_map numbers;    /* hash -> number */
    uint32_t count;    /* numbers in use: 1 … count; while loading some below may be missing */
    uint32_t saved;    /* of those, in the store */
    zh_heap_list names;  /* term, by first sight; their hashes are the callers' */
    zh_map name_at;      /* hash -> place in names */
    uint32_t names_saved;
};

static uint64_t hash_of(zh_sv text)
{
    static const zh_sip_key key = { { 'z', 'h', 'u', 'n', ' ', 't', 'e', 'r', 'm', ' ', 'v', '1' } };
    const uint64_t hash = zh_sip64(&key, text);
    return hash == 0 ? 1 : hash;
}

zh_err zh_terms_open(zh_terms **out)
{
    zh_heap heap = zh_heap_open(BYTES_MAX);
    zh_terms *t = zh_heap_take(&heap, sizeof *t);
    if (t == NULL) return ZH_NOMEM;
    *t = (zh_terms){ .heap = heap, .numbers = zh_map_open(), .name_at = zh_map_open() };
    *out = t;
    return ZH_OK;
}

void zh_terms_close(zh_terms *t)
{
    if (t == NULL) return;
    zh_heap_list_close(&t->heap, &t->list, sizeof(term));
    zh_map_close(&t->numbers);
    zh_heap_list_close(&t->heap, &t->names, sizeof(term));
    zh_map_close(&t->name_at);
    zh_heap heap = t->heap; /* the table itself lies in it */
    zh_heap_close(&heap);
}

static const term *term_of(const zh_terms *t, uint32_t number)
{
    static const term none = { 0 };
    return number < t->list.count ? (const term *)t->list.data + number : &none;
}

/* The place of a number, made where it is past the end. */
static zh_err set(zh_terms *t, uint32_t number, uint64_t hash, zh_sv text)
{
    const uint32_t missing = number < t->list.count ? 0 : number + 1 - t->list.count;
    zh_err e = missing > 0 ? zh_heap_list_reserve(&t->heap, &t->list, sizeof(term), missing) : ZH_OK;
    if (e != ZH_OK) return e;
    char *copy = zh_heap_take(&t->heap, text.size);
    if (copy == NULL) return ZH_NOMEM;
    if ((e = zh_map_put(&t->numbers, hash, number)) != ZH_OK) {
        zh_heap_give(&t->heap, copy, text.size);
        return e;
    }
    memcpy(copy, text.data, text.size);
    for (; t->list.count <= number; t->list.count++) ((term *)t->list.data)[t->list.count] = (term){ 0 };
    ((term *)t->list.data)[number] = (term){ hash, copy, (uint8_t)text.size };
    if (number > t->count) t->count = number;
    return ZH_OK;
}

uint32_t zh_terms_find(const zh_terms *t, zh_sv text)
{
    text = zh_name_cut(text);
    const uint64_t *there = text.size == 0 ? NULL : zh_map_get(&t->numbers, hash_of(text));
    return there == NULL ? 0 : (uint32_t)*there;
}

zh_err zh_terms_take(zh_terms *t, zh_sv text, uint32_t *number)
{
    *number = 0;
    text = zh_name_cut(text);
    if (text.size == 0) return ZH_OK;
    const uint64_t hash = hash_of(text), *there = zh_map_get(&t->numbers, hash);
    if (there != NULL) {
        *number = (uint32_t)*there;
        return ZH_OK;
    }
    if (t->count == ZH_TERMS_MAX) return ZH_OK;
    const zh_err e = set(t, t->count + 1, hash, text);
    if (e == ZH_OK) *number = t->count;
    return e;
}

zh_sv zh_terms_text(const zh_terms *t, uint32_t number)
{
    const term *x = term_of(t, number);
    return (zh_sv){ x->text, x->size };
}

uint64_t zh_terms_hash(const zh_terms *t, uint32_t number) { return term_of(t, number)->hash; }
uint32_t zh_terms_count(const zh_terms *t) { return t->count; }
size_t zh_terms_bytes(const zh_terms *t) { return zh_heap_held(&t->heap) + zh_map_bytes(&t->numbers) + zh_map_bytes(&t->name_at); }

/* ---- names by hash ---- */

zh_err zh_terms_name_put(zh_terms *t, uint64_t hash, zh_sv text)
{
    text = zh_name_cut(text);
    if (text.size == 0 || zh_map_get(&t->name_at, hash) != NULL || t->names.count == ZH_TERMS_MAX) return ZH_OK;
    zh_err e = zh_heap_list_reserve(&t->heap, &t->names, sizeof(term), 1);
    if (e != ZH_OK) return e;
    char *copy = zh_heap_take(&t->heap, text.size);
    if (copy == NULL) return ZH_NOMEM;
    if ((e = zh_map_put(&t->name_at, hash, t->names.count)) != ZH_OK) {
        zh_heap_give(&t->heap, copy, text.size);
        return e;
    }
    memcpy(copy, text.data, text.size);
    ((term *)t->names.data)[t->names.count++] = (term){ hash, copy, (uint8_t)text.size };
    return ZH_OK;
}

zh_sv zh_terms_name(const zh_terms *t, uint64_t hash)
{
    const uint64_t *at = zh_map_get(&t->name_at, hash);
    const term *x = at == NULL ? NULL : (const term *)t->names.data + *at;
    return x == NULL ? (zh_sv){ 0 } : (zh_sv){ x->text, x->size };
}

/* ---- keep ---- */

static zh_err put(zh_keep keep, uint64_t number, size_t bytes, zh_sv text)
{
    char key[8];
    for (size_t i = 0; i < bytes; i++) key[i] = (char)(unsigned char)(number >> (8 * (bytes - 1 - i)));
    return keep.put(keep.context, (zh_sv){ key, bytes }, text);
}

zh_err zh_terms_save(zh_terms *t, bool all, zh_keep keep)
{
    for (uint32_t number = all ? 1 : t->saved + 1; number <= t->count; number++) {
        const zh_err e = put(keep, number, NUMBER_BYTES, zh_terms_text(t, number));
        if (e != ZH_OK) return e;
        if (!all) t->saved = number;
    }
    for (uint32_t at = all ? 0 : t->names_saved; at < t->names.count; at++) {
        const term *x = (const term *)t->names.data + at;
        const zh_err e = put(keep, x->hash, HASH_BYTES, (zh_sv){ x->text, x->size });
        if (e != ZH_OK) return e;
        if (!all) t->names_saved = at + 1;
    }
    return ZH_OK;
}

/* A customer's entry of an earlier version may have brought it already (customer_keep.c). */
static zh_err load_name(zh_terms *t, uint64_t hash, zh_sv text)
{
    const zh_err e = zh_terms_name_put(t, hash, text);
    if (e == ZH_OK) t->names_saved = t->names.count;
    return e;
}

zh_err zh_terms_load(zh_terms *t, zh_sv key, zh_sv value)
{
    if ((key.size != NUMBER_BYTES && key.size != HASH_BYTES) || value.size == 0 || value.size > ZH_PROFILE_NAME_BYTES_MAX) return ZH_CORRUPT;
    uint64_t read = 0;
    for (size_t i = 0; i < key.size; i++) read = read << 8 | (unsigned char)key.data[i];
    if (key.size == HASH_BYTES) return load_name(t, read, value);
    const uint32_t number = (uint32_t)read;
    const uint64_t hash = hash_of(value);
    if (number == 0 || number > ZH_TERMS_MAX || term_of(t, number)->size > 0 || zh_map_get(&t->numbers, hash) != NULL) return ZH_CORRUPT;
    const zh_err e = set(t, number, hash, value);
    if (e == ZH_OK) t->saved = t->count;
    return e;
}

#define UNLESS(cond, text) do { if (!(cond)) { *why = text; return false; } } while (0)

bool zh_terms_check(const zh_terms *t, const char **why)
{
    UNLESS(t->numbers.count == t->count, "the count of terms is wrong");
    UNLESS(t->saved <= t->count, "more terms are saved than there are");
    for (uint32_t number = 1; number <= t->count; number++) {
        const term *x = term_of(t, number);
        UNLESS(x->size > 0 && x->size <= ZH_PROFILE_NAME_BYTES_MAX, "a term has no text");
        UNLESS(zh_terms_find(t, (zh_sv){ x->text, x->size }) == number, "a term is not found by its text");
    }
    UNLESS(t->name_at.count == t->names.count && t->names_saved <= t->names.count, "the count of names is wrong");
    for (uint32_t at = 0; at < t->names.count; at++) {
        const term *x = (const term *)t->names.data + at;
        const uint64_t *place = zh_map_get(&t->name_at, x->hash);
        UNLESS(x->size > 0 && place != NULL && *place == at, "a name is not found by its hash");
    }
    *why = NULL;
    return true;
}
