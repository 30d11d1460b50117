#include "base/map.h"
#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

#define FREE ZH_MAP_FREE_

void zh_map_close(zh_map *map)
{
    if (map == NULL) return;
    free(map->slots_);
    *map = (zh_map){ 0 };
}

static size_t home(const zh_map *map, uint64_t key)
{
    return (size_t)zh_mix64(key + 0x9E3779B97F4A7C15u) & (map->cap_ - 1);
}

/* Where the key is or would be. The one key that marks free slots has the last place for itself. */
static zh_map_slot *find(const zh_map *map, uint64_t key)
{
    zh_map_slot *slots = map->slots_;
    if (key == FREE) return &slots[map->cap_];
    size_t at = home(map, key);
    while (slots[at].key != key && slots[at].key != FREE) at = (at + 1) & (map->cap_ - 1);
    return &slots[at];
}

static void set_free(zh_map *map)
{
    for (size_t i = 0; i < map->cap_; i++) map->slots_[i].key = FREE;
    map->slots_[map->cap_] = (zh_map_slot){ 0 };
}

static zh_err grow(zh_map *map)
{
    zh_map bigger = { .cap_ = map->cap_ == 0 ? 16 : map->cap_ * 2, .count = map->count };
    bigger.slots_ = malloc((bigger.cap_ + 1) * sizeof *bigger.slots_);
    if (bigger.slots_ == NULL) return ZH_NOMEM;
    set_free(&bigger);
    for (size_t i = 0; i < map->cap_; i++)
        if (map->slots_[i].key != FREE) *find(&bigger, map->slots_[i].key) = map->slots_[i];
    if (map->cap_ > 0) bigger.slots_[bigger.cap_] = map->slots_[map->cap_];
    free(map->slots_);
    *map = bigger;
    return ZH_OK;
}

uint64_t *zh_map_at(zh_map *map, uint64_t key, bool *made)
{
    *made = false;
    zh_map_slot *slot = map->cap_ == 0 ? NULL : find(map, key);
    if (slot != NULL && slot->key == key) return &slot->value;
    if (map->count + 1 > map->cap_ / 4 * 3) {
        if (grow(map) != ZH_OK) return NULL;
        slot = find(map, key);
    }
    *slot = (zh_map_slot){ .key = key };
    map->count++;
    *made = true;
    return &slot->value;
}

zh_err zh_map_put(zh_map *map, uint64_t key, uint64_t value)
{
    bool made;
    uint64_t *place = zh_map_at(map, key, &made);
    if (place == NULL) return ZH_NOMEM;
    *place = value;
    return ZH_OK;
}

uint64_t *zh_map_get(const zh_map *map, uint64_t key)
{
    if (map->cap_ == 0) return NULL;
    zh_map_slot *slot = find(map, key);
    return slot->key == key ? &slot->value : NULL;
}

void zh_map_prefetch(const zh_map *map, uint64_t key)
{
    if (map->cap_ > 0) __builtin_prefetch(&map->slots_[home(map, key)]);
}

bool zh_map_drop(zh_map *map, uint64_t key)
{
    if (map->cap_ == 0) return false;
    zh_map_slot *slots = map->slots_, *there = find(map, key);
    if (there->key != key) return false;
    map->count--;
    if (key == FREE) {
        there->key = 0;
        return true;
    }
    /* Close the gap: move back each later key of the run that may stand here (Knuth, 6.4 R). */
    size_t hole = (size_t)(there - slots);
    for (size_t at = (hole + 1) & (map->cap_ - 1); slots[at].key != FREE; at = (at + 1) & (map->cap_ - 1)) {
        const size_t wanted = home(map, slots[at].key);
        if (((at - wanted) & (map->cap_ - 1)) < ((at - hole) & (map->cap_ - 1))) continue;
        slots[hole] = slots[at];
        hole = at;
    }
    slots[hole].key = FREE;
    return true;
}

void zh_map_clear(zh_map *map)
{
    if (map->cap_ > 0) set_free(map);
    map->count = 0;
}

size_t zh_map_bytes(const zh_map *map)
{
    return map->cap_ == 0 ? 0 : (map->cap_ + 1) * sizeof *map->slots_;
}

bool zh_map_next(const zh_map *map, size_t *at, uint64_t *key, uint64_t *value)
{
    if (map->cap_ == 0) return false;
    while (*at < map->cap_ && map->slots_[*at].key == FREE) ++*at;
    const bool is_last = *at == map->cap_;
    if (*at > map->cap_ || (is_last && map->slots_[*at].key != FREE)) return false;
    *key = map->slots_[*at].key;
    *value = map->slots_[*at].value;
    ++*at;
    return true;
}
