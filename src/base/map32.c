#include "base/map32.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define FREE UINT32_MAX
#define CAP_FIRST 4u
#define CAP_MAX (1u << 31)

void zh_map32_close(zh_map32 *map)
{
    if (map == NULL) return;
    free(map->slots_);
    *map = (zh_map32){ 0 };
}

/* Indexes are dense: a multiplication spreads them (Knuth, 6.4), its upper bits are the best. */
static uint32_t home(const zh_map32 *map, uint32_t key)
{
    return (uint32_t)(((uint64_t)key * UINT64_C(0x9E3779B97F4A7C15)) >> 33) & (map->cap_ - 1);
}

/* Where the key is or would be. */
static zh_map32_slot *find(const zh_map32 *map, uint32_t key)
{
    uint32_t at = home(map, key);
    while (map->slots_[at].key != key && map->slots_[at].key != FREE) at = (at + 1) & (map->cap_ - 1);
    return &map->slots_[at];
}

static zh_err grow(zh_map32 *map)
{
    if (map->cap_ == CAP_MAX) return ZH_NOMEM;
    zh_map32 bigger = { .cap_ = map->cap_ == 0 ? CAP_FIRST : map->cap_ * 2, .count = map->count };
    bigger.slots_ = malloc(bigger.cap_ * sizeof *bigger.slots_);
    if (bigger.slots_ == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < bigger.cap_; i++) bigger.slots_[i].key = FREE;
    for (uint32_t i = 0; i < map->cap_; i++)
        if (map->slots_[i].key != FREE) *find(&bigger, map->slots_[i].key) = map->slots_[i];
    free(map->slots_);
    *map = bigger;
    return ZH_OK;
}

int32_t *zh_map32_at(zh_map32 *map, uint32_t key)
{
    assert(key != FREE);
    zh_map32_slot *slot = map->cap_ == 0 ? NULL : find(map, key);
    if (slot != NULL && slot->key == key) return &slot->value;
    if (map->count + 1 > map->cap_ / 4 * 3) {
        if (grow(map) != ZH_OK) return NULL;
        slot = find(map, key);
    }
    *slot = (zh_map32_slot){ .key = key };
    map->count++;
    return &slot->value;
}

int32_t *zh_map32_get(const zh_map32 *map, uint32_t key)
{
    if (map->cap_ == 0) return NULL;
    zh_map32_slot *slot = find(map, key);
    return slot->key == key && key != FREE ? &slot->value : NULL;
}

void zh_map32_prefetch(const zh_map32 *map, uint32_t key)
{
    if (map->cap_ > 0) __builtin_prefetch(&map->slots_[home(map, key)], 1);
}

bool zh_map32_drop(zh_map32 *map, uint32_t key)
{
    if (zh_map32_get(map, key) == NULL) return false;
    zh_map32_slot *slots = map->slots_;
    const uint32_t mask = map->cap_ - 1;
    map->count--;
    /* Close the gap: move back each later key of the run that may stand here (Knuth, 6.4 R). */
    uint32_t hole = (uint32_t)(find(map, key) - slots);
    for (uint32_t at = (hole + 1) & mask; slots[at].key != FREE; at = (at + 1) & mask) {
        if (((at - home(map, slots[at].key)) & mask) < ((at - hole) & mask)) continue;
        slots[hole] = slots[at];
        hole = at;
    }
    slots[hole].key = FREE;
    return true;
}

size_t zh_map32_bytes(const zh_map32 *map) { return map->cap_ * sizeof *map->slots_; }

bool zh_map32_next(const zh_map32 *map, size_t *at, uint32_t *key, int32_t *value)
{
    while (*at < map->cap_ && map->slots_[*at].key == FREE) ++*at;
    if (*at >= map->cap_) return false;
    *key = map->slots_[*at].key;
    *value = map->slots_[*at].value;
    ++*at;
    return true;
}
