/* board.h -- sums by index, of many places of which few are touched.
 *
 * A list is the best of what a few rows of counts reach. In a large shop they reach hundreds of items out of 100,000, and zeroing and
 * walking a place for each item cost ten times what the sums do. So sums stand in a table of the touched ones where they are few, and in
 * an array where they are not:
 *
 *     TABLE   { index + 1, sum } in 2 x `most` slots or more, a power of two: 8 bytes a slot, no more than half used
 *     ALL     sum by index, 4 bytes a place; taken where a table would not be smaller by a quarter
 *
 * Guarantees  both forms hold the same sums; the order of a walk is no promise.
 * Cost        add 1-3 ns in the first-level cache; open zeroes the form, a walk looks at each slot.
 * Lifetimes   memory is the arena's.
 * Threads     one.
 */
#ifndef ZH_MODEL_BOARD_H
#define ZH_MODEL_BOARD_H
#include "base/arena.h"
#include "base/err.h"

typedef struct zh_board_slot { uint32_t place; int32_t micro; } zh_board_slot; /* index + 1; 0: free */

typedef struct zh_board {
    int32_t *all;     /* [places]; NULL: a table */
    zh_board_slot *table;  /* [places] */
    uint32_t places;  /* of a table a power of two */
} zh_board;

/* Of indexes below `width`, of which at most `most` different ones are added to (more are allowed only where `most` >= width). Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_board_open(zh_board *out, uint32_t width, uint64_t most, zh_arena *arena);

static inline zh_board_slot *zh_board_find(const zh_board *s, uint32_t index) /* private: of a table */
{
    uint32_t at = (uint32_t)((index * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (s->places - 1);
    while (s->table[at].place != 0 && s->table[at].place != index + 1) at = (at + 1) & (s->places - 1);
    return &s->table[at];
}

static inline void zh_board_add(zh_board *s, uint32_t index, int32_t micro)
{
    if (s->all != NULL) {
        s->all[index] += micro;
        return;
    }
    zh_board_slot *slot = zh_board_find(s, index);
    slot->place = index + 1;
    slot->micro += micro;
}

/* 0 where nothing was added. */
static inline int32_t zh_board_get(const zh_board *s, uint32_t index)
{
    if (s->all != NULL) return index < s->places ? s->all[index] : 0;
    return zh_board_find(s, index)->micro;
}

/* The next sum above 0; *at begins at 0. */
static inline bool zh_board_next(const zh_board *s, uint32_t *at, uint32_t *index, int32_t *micro)
{
    while (*at < s->places) {
        const uint32_t here = (*at)++;
        *index = s->all != NULL ? here : s->table[here].place - 1;
        *micro = s->all != NULL ? s->all[here] : s->table[here].micro;
        if (*micro > 0) return true;
    }
    return false;
}

#endif
