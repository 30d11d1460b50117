/* heap.h -- memory for things of many sizes that live and die one by one, inside a stated bound.
 *
 * States that grow (a customer's history, an identity table) do not fit an arena: they are freed
 * alone. A heap cuts slabs into things of one size class each and counts every byte; large
 * things go to the system one by one. The caller says the size again when giving back, so a thing
 * carries no header. A slab whose things were all given back serves any class next: when a million
 * lists outgrow a class at about the same time, its memory is not lost to the others.
 *
 *     class sizes: 16, 32 … 256 by 16, then four steps an octave up to 16 KiB (waste <= 25 %)
 *
 * Guarantees  max-aligned (16), not zeroed; a failed take changes nothing; bytes never pass the bound.
 * Cost        O(1) a call; a slab (64 KiB) goes back to the system only at close. At least one slab for each class in use.
 * Threads     one heap, one thread.
 * Not here    one-lifetime memory (arena.h), growing byte strings (buf.h).
 */
#ifndef ZH_BASE_HEAP_H
#define ZH_BASE_HEAP_H
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZH_HEAP_CLASSES 40            /* 16 small ones and four an octave from 256 to 16,384 */
#define ZH_HEAP_SMALL_BYTES_MAX 16384 /* larger things are the system's: they would waste a slab */
#define ZH_HEAP_SLAB_BYTES 65536      /* three of the largest class */

typedef struct zh_heap {
    void *partial_[ZH_HEAP_CLASSES]; /* private; slabs of each class with room, the fullest first, as far as is known */
    void *empty_;                 /* private; slabs of no class */
    void *regions_;               /* private; what came from the system, chained */
    char *fresh_;                 /* private; uncut rest of the newest region */
    size_t fresh_left_;           /* private; in slabs */
    size_t region_slabs_;         /* private; of the newest */
    size_t bytes_max_;            /* private */
    size_t held_;                 /* private; bytes taken from the system */
    size_t used_;                 /* private; bytes handed out, in class sizes */
    uint64_t takes_left;          /* tests: so many takes succeed, then all fail; UINT64_MAX at open */
} zh_heap;

/* An empty heap that takes at most `bytes_max` from the system; nothing is allocated yet. */
zh_heap zh_heap_open(size_t bytes_max);

/* Give back all slabs. Large things must have been given back by the caller before. */
void zh_heap_close(zh_heap *heap);

/* `bytes` (> 0) of memory, or NULL: no memory, or the bound is reached. */
void *zh_heap_take(zh_heap *heap, size_t bytes);

/* `thing` came from zh_heap_take() with the same `bytes`; NULL is fine. */
void zh_heap_give(zh_heap *heap, void *thing, size_t bytes);

/* Move to a larger (or smaller) size, keeping the bytes that fit; NULL: nothing changed, `thing` is
 * still yours. thing == NULL with was == 0 is a take. */
void *zh_heap_resize(zh_heap *heap, void *thing, size_t was, size_t bytes);

/* What a take of `bytes` really occupies: a caller may use all of it. */
size_t zh_heap_round(size_t bytes);

/* An array that grows in a heap; the owner knows the size of its elements. All zeros: empty. */
typedef struct zh_heap_list {
    void *data;          /* [count] in use, [cap] there */
    uint32_t count, cap;
} zh_heap_list;

/* Room for `extra` elements of `each` bytes past count: exactly as many at first, an eighth
 * more later, and whatever fits into the class. Errors: ZH_NOMEM, nothing changed. */
ZH_MUST zh_err zh_heap_list_reserve(zh_heap *heap, zh_heap_list *list, size_t each, size_t extra);
void zh_heap_list_close(zh_heap *heap, zh_heap_list *list, size_t each);

size_t zh_heap_used(const zh_heap *heap); /* handed out, rounded */
size_t zh_heap_held(const zh_heap *heap); /* taken from the system */

#endif
