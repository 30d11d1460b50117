/* arena.h -- bump memory with one lifetime: everything goes at once.
 *
 * One arena per request, per batch, per training run. There is no free: zh_arena_reset() ends
 * every pointer handed out since the last reset, zh_arena_close() ends the arena too. An arena
 * grows by blocks up to the maximum it was opened with, so no input can make it grow without end.
 *
 * Guarantees  zeroed, max-aligned bytes; a full arena answers NULL and stays usable;
 *             after a reset the largest block (up to 4 MiB) is kept, so a steady load does not
 *             reach malloc.
 * Cost        O(1) a call, and the zeroing.
 * Threads     one arena, one thread.
 */
#ifndef ZH_BASE_ARENA_H
#define ZH_BASE_ARENA_H
#include "base/sv.h"

#include <stddef.h>

typedef struct zh_arena_block zh_arena_block; /* private */

typedef struct zh_arena {
    zh_arena_block *first_, *now_; /* private */
    size_t held_, bytes_max_;      /* private; bytes of all blocks */
} zh_arena;

/* An empty arena that will hold at most `bytes_max` bytes (> 0); nothing is allocated yet.
 * The caller closes it. */
zh_arena zh_arena_open(size_t bytes_max);

/* Give everything back; the arena may be used again as if just opened. */
void zh_arena_close(zh_arena *arena);

/* End all pointers; keep the largest block, up to 4 MiB, for the next round. */
void zh_arena_reset(zh_arena *arena);

/* Room for `count` things of `each` bytes (> 0), valid until reset or close;
 * NULL when memory is out or the arena is full. count == 0 gives a valid pointer. */
void *zh_arena_take(zh_arena *arena, size_t count, size_t each);

/* The same, not zeroed: for bytes that are written at once. */
void *zh_arena_take_raw(zh_arena *arena, size_t count, size_t each);

/* A copy of the bytes, NUL-ended for C calls; data == NULL when there is no room. */
zh_sv zh_arena_copy(zh_arena *arena, zh_sv bytes);

/* Bytes taken from the system at this moment. */
size_t zh_arena_held(const zh_arena *arena);

#define ZH_TAKE(arena, type, count) ((type *)zh_arena_take((arena), (count), sizeof(type)))
#endif
