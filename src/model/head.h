/* head.h -- the greatest few values of a long row, and a bound for all others that stays true while the row changes.
 *
 * A row of a best-seller has tens of thousands of pairs of which a list needs ten. Its head holds those above `rest`; whoever changes the
 * row adds what rises above it. So head and bound may be old, but never wrong: a place that is not in the head has at most `rest`.
 *
 * Cost        open: one walk of the row by its owner; mind: two comparisons, and a look at the places where a value rises above the rest.
 * Memory      2 KB a head.
 * Threads     the row's.
 */
#ifndef ZH_MODEL_HEAD_H
#define ZH_MODEL_HEAD_H
#include "base/top.h"

#define ZH_HEAD_PLACES 256u /* of a fresh one: a list of ten finds its items there, and one of 200 candidates nearly always */
#define ZH_HEAD_ROOM 512u   /* when so many rose into it, it is made anew */

typedef struct zh_head {
    float rest;      /* no place outside has more */
    float base;      /* the owner's: what values were computed with */
    uint32_t count;
    uint32_t index[ZH_HEAD_ROOM];
} zh_head;

/* Of what the top holds: extra is the index, the score zh_head_score() of its value. The caller frees it; NULL: no memory. */
zh_head *zh_head_open(const zh_top *top, float base);
int64_t zh_head_score(float value); /* of value >= 0, in the same order */

/* A value that was `old` is now `new`. False: there is no room for it, the head is not true any more. */
bool zh_head_mind(zh_head *head, uint32_t index, float old, float new);

#endif
