/* map.h -- from 64-bit numbers to 64-bit numbers: a flat table with linear probing.
 *
 * The table behind indexes of our own ids. Keys are mixed before use, so dense and sparse numbers
 * are equally good; where strangers choose keys, hash them with a secret first.
 *
 * Guarantees  any key and value, 0 included; a failed put changes nothing.
 * Cost        O(1) a call, in a large map one miss of the cache; 16 bytes a slot at a load of at most 3/4.
 * Order       a walk goes by slot: never let it reach an output.
 * Threads     readers together or one writer.
 */
#ifndef ZH_BASE_MAP_H
#define ZH_BASE_MAP_H
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct zh_map_slot { uint64_t key, value; } zh_map_slot;

typedef struct zh_map {
    zh_map_slot *slots_; /* private; [cap_ + 1]: a free slot has the key ZH_MAP_FREE_; the last is of that key itself */
    size_t count;        /* keys held */
    size_t cap_;         /* private; a power of two or 0 */
} zh_map;

#define ZH_MAP_FREE_ UINT64_C(0x5A48554E46524545) /* any number that is rarely a key; the last slot's key is 0 while it is none */

static inline zh_map zh_map_open(void) { return (zh_map){ 0 }; } /* allocates nothing yet */
void zh_map_close(zh_map *map);

/* Set or overwrite. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_map_put(zh_map *map, uint64_t key, uint64_t value);
/* The value's place, made as 0 where absent (*made then true); valid until the next put. NULL: no memory. */
uint64_t *zh_map_at(zh_map *map, uint64_t key, bool *made);
/* The value's place or NULL; valid until the next put or drop. */
uint64_t *zh_map_get(const zh_map *map, uint64_t key);
void zh_map_prefetch(const zh_map *map, uint64_t key); /* this key will be asked for soon */
bool zh_map_drop(zh_map *map, uint64_t key); /* was it there? */
void zh_map_clear(zh_map *map);
size_t zh_map_bytes(const zh_map *map); /* memory held */

/* for (size_t at = 0; zh_map_next(&map, &at, &key, &value);) ...; the map must not change meanwhile. */
bool zh_map_next(const zh_map *map, size_t *at, uint64_t *key, uint64_t *value);

#endif
