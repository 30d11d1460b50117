/* ranks.h -- rows of a table whose columns are items, put in the order of the items' numbers without sorting each row.
 *
 *     zh_ranks_update(&ranks, numbers, sizeof *numbers, count);       items are added at the end; their order is kept between calls
 *     zh_ranks_put(&ranks, index, value);                             of a row, in any order, each index once
 *     for (size_t at = 0; zh_ranks_next(&ranks, &at, &index, &value);) the row by rising number; afterwards it is empty again
 *
 * A row is a set of bits, one an item at its rank, with a bit over each 64 of them: what is set is walked in order.
 *
 * Guarantees  numbers are distinct and those told once do not change; a failed update changes nothing.
 * Cost        put and next some ns each, and a row items / 4,096 words; an update O(items + n log n) for n new ones. 16.2 bytes an item.
 * Threads     one.
 */
#ifndef ZH_BASE_RANKS_H
#define ZH_BASE_RANKS_H
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct zh_ranks {
    uint32_t count;       /* items told so far */
    uint32_t *order_;     /* private; [count]: rank -> index */
    uint32_t *rank_;      /* private; [count]: index -> rank */
    int64_t *value_;      /* private; [count], by rank; meant where its bit is set */
    uint64_t *set_, *any_; /* private; bit of a rank; bit of a word of set_ */
} zh_ranks;

static inline zh_ranks zh_ranks_open(void) { return (zh_ranks){ 0 }; } /* allocates nothing yet */
void zh_ranks_close(zh_ranks *ranks);

/* `first` points at the first item's number (uint64_t), the others follow at `stride` bytes. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_ranks_update(zh_ranks *ranks, const void *first, size_t stride, uint32_t count);
void zh_ranks_put(zh_ranks *ranks, uint32_t index, int64_t value); /* index < count */
bool zh_ranks_next(zh_ranks *ranks, size_t *at, uint32_t *index, int64_t *value); /* *at: where the walk is; 0 before the first */
size_t zh_ranks_bytes(const zh_ranks *ranks);

#endif
