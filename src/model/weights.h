/* weights.h -- items x items weights to score with: what each history item adds to every item.
 *
 * In tiles like gram.h, both halves, 16 bits a weight: the upper half of a float, rounded to nearest (7
 * bits of fraction, relative error at most 2^-8, full range). That halves what scoring must read, which is its
 * whole cost. What that does to lists is measured in docs/quality.md.
 *
 * Guarantees  sums go over the history in the order given.
 * Cost        2 n^2 bytes; adding a history: one pass over its rows.
 * Lifetimes   in the caller's arena.
 * Threads     read-only once made.
 */
#ifndef ZH_MODEL_WEIGHTS_H
#define ZH_MODEL_WEIGHTS_H
#include "model/gram.h"

#include <string.h>

typedef struct zh_weights {
    uint32_t items, blocks;
    uint16_t **tile; /* [blocks * blocks] each [T][T]; tile[i * blocks + j]: from items of block i to those of j */
} zh_weights;

static inline uint16_t zh_weight_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static inline float zh_weight_read(uint16_t weight)
{
    const uint32_t bits = (uint32_t)weight << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Room for all weights, not set. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_weights_open(zh_weights *out, zh_arena *arena, uint32_t items);

/* Weights that take the place of `gram`, whose memory they use: (i, j) and (j, i) are scale_i scale_j times what
 * (i, j) was, the diagonal is 0. scale[blocks * T]. `gram` is no longer valid. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_weights_replace(zh_weights *out, zh_arena *arena, zh_gram *gram, const float *scale, const zh_crew *crew);

static inline float zh_weights_at(const zh_weights *w, uint32_t from, uint32_t to)
{
    const uint16_t *tile = w->tile[(size_t)(from / ZH_GRAM_T) * w->blocks + to / ZH_GRAM_T];
    return zh_weight_read(tile[from % ZH_GRAM_T * ZH_GRAM_T + to % ZH_GRAM_T]);
}

/* into[j] += sum over h < count of by[h] weight(item[h], j), for all items j. */
void zh_weights_add(const zh_weights *w, const uint32_t *item, const float *by, uint32_t count, float *into);

#endif
