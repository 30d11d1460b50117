#include "base/map.h"
#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

void zh_map_close(zh_map *map)
{
    if (map == NULL) return;
    free(map->slots_);
    free(map->used_);
    *map = (zh_map){ 0 };
}

static size_t home(const zh_map *map, uint64_t key)
{
    return (size_t)zh_mix64(key + 0x9E3779B97F4A7C15u) & (map->cap_ - 1);
}

static size_t find(const zh_map *map, uint64_t key)
{
    size_t at = home(map, key);
    while (map->used_[at] && map->slots_[at].key != key) at = (at + 1) & (map->cap_ - 1);
    return at;
}

static zh_err grow(zh_map *map)
{
    zh_map bigger = { .cap_ = map->cap_ == 0 ? 16 : map->cap_ * 2, .count = map->count };
    bigger.slots_ = malloc(bigger.cap_ * sizeof *bigger.slots_);
    bigger.used_ = calloc(bigger.cap_, 1);
    if (bigger.slots_ == NULL || bigger.used_ == NULL) {
        free(bigger.slots_);
        free(bigger.used_);
        return ZH_NOMEM;
    }
    for (size_t i = 0; i < map->cap_; i++) {
        if (!map->used_[i]) continue;
        const size_t at = find(&bigger, map->slots_[i].key);
        bigger.slots_[at] = map->slots_[i];
        bigger.used_[at] = 1;
    }
    free(map->slots_);
    free(map->used_);
    *map = bigger;
    return ZH_OK;
}

uint64_t *zh_map_at(zh_map *map, uint64_t key, bool *made)
{
    *made = false;
    uint64_t *there = zh_map_get(map, key);
    if (there != NULL) return there;
    if (map->count + 1 > map->cap_ / 4 * 3 && grow(map) != ZH_OK) return NULL;
    const size_t at = find(map, key);
    map->slots_[at] = (zh_map_slot){ .key = key };
    map->used_[at] = 1;
    map->count++;
    *made = true;
    return &map->slots_[at].value;
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
    const size_t at = find(map, key);
    return map->used_[at] ? &map->slots_[at].value : NULL;
}

bool zh_map_drop(zh_map *map, uint64_t key)
{
    if (map->cap_ == 0) return false;
    size_t hole = find(map, key);
    if (!map->used_[hole]) return false;
    /* Close the gap: move back each later key of the run that may stand here (Knuth, 6.4 R). */
    for (size_t at = (hole + 1) & (map->cap_ - 1); map->used_[at]; at = (at + 1) & (map->cap_ - 1)) {
        const size_t wanted = home(map, map->slots_[at].key);
        if (((at - wanted) & (map->cap_ - 1)) < ((at - hole) & (map->cap_ - 1))) continue;
        map->slots_[hole] = map->slots_[at];
        hole = at;
    }
    map->used_[hole] = 0;
    map->count--;
    return true;
}

void zh_map_clear(zh_map *map)
{
    if (map->cap_ > 0) memset(map->used_, 0, map->cap_);
    map->count = 0;
}

size_t zh_map_bytes(const zh_map *map)
{
    return map->cap_ * (sizeof *map->slots_ + 1);
}

bool zh_map_next(const zh_map *map, size_t *at, uint64_t *key, uint64_t *value)
{
    while (*at < map->cap_ && !map->used_[*at]) ++*at;
    if (*at >= map->cap_) return false;
    *key = map->slots_[*at].key;
    *value = map->slots_[*at].value;
    ++*at;
    return true;
}
