/* places.h -- where each item stands in the sequences of the training data, and what a sequence weighs by its age.
 *
 *     weight_r = exp((time_r - newest time) / days), 1 where sequences have no times or days is 0
 *
 * Cost        O(entries + items); 8 bytes an entry, 4 a sequence and 4 an item.
 */
#ifndef ZH_MODEL_PLACES_H
#define ZH_MODEL_PLACES_H
#include "base/arena.h"
#include "model/problem.h"

typedef struct zh_places {
    float *weight;    /* [sequences] */
    uint32_t *row;    /* [entries] the sequence of an entry of seq.at */
    uint32_t *from;   /* [items + 1] the entries that hold item i: at[from[i] .. from[i + 1]), ascending */
    uint32_t *at;     /* [entries] */
} zh_places;

/* In the arena. `days` >= 0. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_places_find(zh_places *out, zh_arena *arena, const zh_train *data, double days);

#endif
