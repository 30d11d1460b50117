/* scores.h -- the answer of a model to one question, and its best k.
 *
 * One number an item; an item nobody scored has 0. A sparse model adds to the few items it knows
 * something about and the others cost nothing; a dense model writes them all.
 *
 * Order       score down, in a tie the lower item number first: one order, whatever the threads.
 * Cost        add O(1); top O(items scored) plus O(k log k); clear O(items touched).
 * Threads     one table, one thread.
 */
#ifndef ZH_MODEL_SCORES_H
#define ZH_MODEL_SCORES_H
#include "base/arena.h"
#include "base/err.h"
#include "base/top.h"

#include <stdint.h>

#define ZH_SCORES_K_MAX 1000         /* places of one list; past that nobody scrolls */
#define ZH_SCORES_NOTE_COST 4        /* noting a touched item and finding it again costs about four looks */
#define ZH_SCORES_NONE UINT32_MAX    /* an empty place */

/* One item of a sparse answer or of a neighbour table. */
typedef struct zh_scored {
    uint32_t item;
    float score; /* > 0 */
} zh_scored;

/* How the values came about, which says where the best can be. */
typedef enum zh_scores_way {
    ZH_SCORES_NOTED, /* each item added to is in `touched` */
    ZH_SCORES_BLIND, /* added to without notes: look at all, 0 is no answer */
    ZH_SCORES_DENSE, /* every item was written and is an answer; the model sets this */
} zh_scores_way;

typedef struct zh_scores {
    uint32_t items;
    zh_scores_way way;
    float *value;        /* [items], 0 where nothing was said; never NaN */
    uint32_t *touched;   /* [items + 1] in order of first touch */
    uint32_t count;      /* of touched */
    zh_arena *scratch;   /* for the model, emptied after each question; borrowed */
    uint32_t *seen_;     /* private; the question (from 1) that saw an item last */
    uint32_t question_;  /* private */
    zh_top_entry *best_; /* private; [ZH_SCORES_K_MAX] */
} zh_scores;

/* A table in `arena`, which owns it. `scratch` is another arena. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_scores_open(zh_scores *out, zh_arena *arena, zh_arena *scratch, uint32_t items);

/* Before the first add: about so many will come. Where noting each of them costs more than looking
 * through all items at the end, they are added blindly; the answer is the same. */
static inline void zh_scores_expect(zh_scores *s, uint64_t adds)
{
    s->way = adds * ZH_SCORES_NOTE_COST > s->items ? ZH_SCORES_BLIND : ZH_SCORES_NOTED;
}

/* Add weight * score of each, in order; weight * score > 0. */
void zh_scores_add(zh_scores *s, const zh_scored *add, size_t count, float weight);

/* The first time this question meets the item? For walks over a history with repeats. */
static inline bool zh_scores_first(zh_scores *s, uint32_t item)
{
    const bool first = s->seen_[item] != s->question_;
    s->seen_[item] = s->question_;
    return first;
}

typedef struct zh_scores_ask {
    uint32_t k;              /* 1..ZH_SCORES_K_MAX */
    const uint32_t *masked;  /* items that may not appear; repeats are fine */
    uint32_t masked_count;
    bool fill;               /* places left over go to the lowest unmasked items with score 0 */
} zh_scores_ask;

/* The best k items into out[k], ZH_SCORES_NONE where there are fewer, and clear the table for the
 * next question. -INFINITY is never an answer. */
void zh_scores_top(zh_scores *s, const zh_scores_ask *ask, uint32_t *out);
/* The same with their scores, those above 0 only: how many. `fill` is not looked at. */
uint32_t zh_scores_rows(zh_scores *s, const zh_scores_ask *ask, zh_scored *out);

#endif
