/* shelf.h -- entries of a view in memory, for tests: what a keeper would hold, and comparing two. */
#ifndef ZH_TESTS_SHELF_H
#define ZH_TESTS_SHELF_H
#include "base/keep.h"
#include "base/map.h"
#include "check.h"

#include <string.h>

#define SHELF_KEY_BYTES_MAX 64

typedef struct shelf_entry { char key[SHELF_KEY_BYTES_MAX]; size_t key_bytes; char *value; size_t bytes; } shelf_entry;
typedef struct shelf { /* { 0 } is an empty one */
    shelf_entry *list;
    size_t count, cap;
    zh_map at; /* hash of the key -> place + 1; the tests' keys have different hashes, or the check below fails */
} shelf;

static inline zh_sv shelf_key(const shelf *s, size_t i) { return (zh_sv){ s->list[i].key, s->list[i].key_bytes }; }
static inline zh_sv shelf_value(const shelf *s, size_t i) { return (zh_sv){ s->list[i].value, s->list[i].bytes }; }

static inline uint64_t shelf_hash(zh_sv key)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < key.size; i++) hash = (hash ^ (uint8_t)key.data[i]) * 1099511628211u;
    return hash;
}

static inline const shelf_entry *shelf_find(const shelf *s, zh_sv key)
{
    const uint64_t *place = zh_map_get(&s->at, shelf_hash(key));
    if (place == NULL || *place == 0) return NULL;
    CHECK(zh_sv_equal(shelf_key(s, *place - 1), key));
    return &s->list[*place - 1];
}

static inline zh_err shelf_put(void *context, zh_sv key, zh_sv value)
{
    shelf *s = context;
    shelf_entry *there = (shelf_entry *)(uintptr_t)shelf_find(s, key);
    CHECK(key.size <= SHELF_KEY_BYTES_MAX);
    if (value.data == NULL) { /* the entry is gone: the last one takes its place */
        if (there == NULL) return ZH_OK;
        free(there->value);
        (void)zh_map_drop(&s->at, shelf_hash(key));
        *there = s->list[--s->count];
        if (there != &s->list[s->count])
            CHECK(zh_map_put(&s->at, shelf_hash(shelf_key(s, (size_t)(there - s->list))), (uint64_t)(there - s->list) + 1) == ZH_OK);
        return ZH_OK;
    }
    if (there == NULL) {
        if (s->count == s->cap) s->list = realloc(s->list, (s->cap = s->cap * 2 + 64) * sizeof *s->list);
        CHECK(s->list != NULL && zh_map_put(&s->at, shelf_hash(key), s->count + 1) == ZH_OK);
        there = &s->list[s->count++];
        memcpy(there->key, key.data, there->key_bytes = key.size);
    } else {
        free(there->value);
    }
    there->value = malloc(value.size + 1);
    CHECK(there->value != NULL);
    memcpy(there->value, value.data, there->bytes = value.size);
    return ZH_OK;
}

static inline zh_keep shelf_keep(shelf *s) { return (zh_keep){ s, shelf_put }; }

static inline bool shelf_equal(const shelf *a, const shelf *b)
{
    for (size_t i = 0; i < a->count; i++) {
        const shelf_entry *other = shelf_find(b, shelf_key(a, i));
        if (other == NULL || !zh_sv_equal(shelf_value(a, i), (zh_sv){ other->value, other->bytes })) return false;
    }
    return a->count == b->count;
}

static inline void shelf_close(shelf *s)
{
    for (size_t i = 0; i < s->count; i++) free(s->list[i].value);
    free(s->list);
    zh_map_close(&s->at);
    *s = (shelf){ 0 };
}

#endif
