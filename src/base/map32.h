/* map32.h -- from 32-bit indexes to 32-bit counts: map.h in half the room, for the many small tables of a model.
 *
 * Guarantees  any key but UINT32_MAX, any value, 0 included; a failed put changes nothing.
 * Cost        O(1) a call; 8 bytes a slot at a load of at most 3/4.
 * Order       a walk goes by slot: never let it reach an output.
 * Threads     readers together or one writer.
 */
#ifndef ZH_BASE_MAP32_H
#define ZH_BASE_MAP32_H
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct zh_map32_slot { uint32_t key; int32_t value; } zh_map32_slot;

typedef struct zh_map32 {
    zh_map32_slot *slots_; /* private; [cap_]: a free slot has the key UINT32_MAX */
    uint32_t count;        /* keys held */
    uint32_t cap_;         /* private; a power of two or 0 */
} zh_map32;

static inline zh_map32 zh_map32_open(void) { return (zh_map32){ 0 }; } /* allocates nothing yet */
void zh_map32_close(zh_map32 *map);

/* The value's place, made as 0 where absent; valid until the next call that makes or drops one. NULL: no memory. */
int32_t *zh_map32_at(zh_map32 *map, uint32_t key);
/* The value's place or NULL; valid as above. */
int32_t *zh_map32_get(const zh_map32 *map, uint32_t key);
void zh_map32_prefetch(const zh_map32 *map, uint32_t key); /* this key will be asked for soon */
bool zh_map32_drop(zh_map32 *map, uint32_t key); /* was it there? */
size_t zh_map32_bytes(const zh_map32 *map);      /* memory held */

/* for (size_t at = 0; zh_map32_next(&map, &at, &key, &value);) ...; the map must not change meanwhile. */
bool zh_map32_next(const zh_map32 *map, size_t *at, uint32_t *key, int32_t *value);

#endif
