/* gram.h -- a symmetric matrix of items x items in tiles, half of it kept, and its inverse in place.
 *
 *     tile (I, J), I >= J, holds rows I T .. I T + T - 1 and columns J T .. J T + T - 1, row by row
 *
 *     (0,0)                   The last rows are filled up to a whole tile with those of the identity,
 *     (1,0) (1,1)             which the inverse leaves alone. Diagonal tiles are whole.
 *     (2,0) (2,1) (2,2)
 *
 * The inverse is the sweep, block by block, with K running over the diagonal, D = A_KK^-1:
 *
 *     A_ij -= A_iK D A_Kj   (i, j != K)        A_iK = A_iK D        A_KK = -D
 *
 * After the last K the matrix is -A^-1. Every step is products of whole tiles, so there is work for all
 * hands in each, and half the memory of Cholesky, inverse and mirror of a full matrix is enough.
 *
 * Guarantees  the same bytes whatever the number of hands: a tile is always the same product of the
 *             same tiles, done by one hand.
 * Accuracy    float throughout: a relative 1e-6 or so times the condition, which lambda bounds.
 * Cost        2 T^2 blocks (blocks + 1) bytes, about 2 n^2; inverse n^3 multiplications and additions.
 * Source      Beaton, The Use of Special Matrix Operators in Statistical Calculus, 1964 (the sweep).
 * Proof       tests/model/gram_test.c against Gauss-Jordan in double.
 */
#ifndef ZH_MODEL_GRAM_H
#define ZH_MODEL_GRAM_H
#include "base/note.h"
#include "model/crew.h"

#define ZH_GRAM_T 256        /* side of a tile: three of them stay in the second cache of a core */
#define ZH_GRAM_ITEMS_MAX 65536 /* 8 GiB and an hour on two cores; larger catalogues want a sparse inverse */

typedef struct zh_gram {
    uint32_t items, blocks;
    float *tiles; /* [blocks (blocks + 1) / 2][T][T], tiles of one column behind each other */
} zh_gram;

static inline size_t zh_gram_tiles(uint32_t blocks)
{
    return (size_t)blocks * (blocks + 1) / 2;
}

/* Tile (i, j), i >= j. */
static inline float *zh_gram_tile(const zh_gram *gram, uint32_t i, uint32_t j)
{
    const size_t before = (size_t)j * gram->blocks - (size_t)j * (j - 1) / 2; /* j == 0: 0 */
    return gram->tiles + (before + (i - j)) * ZH_GRAM_T * ZH_GRAM_T;
}

static inline float zh_gram_at(const zh_gram *gram, uint32_t i, uint32_t j)
{
    return zh_gram_tile(gram, i / ZH_GRAM_T, j / ZH_GRAM_T)[i % ZH_GRAM_T * ZH_GRAM_T + j % ZH_GRAM_T];
}

/* A matrix in `arena`, which owns it; the rows of items must be put. Errors: ZH_NOMEM; ZH_FULL more than
 * ZH_GRAM_ITEMS_MAX (*why says so). */
ZH_MUST zh_err zh_gram_open(zh_gram *out, zh_arena *arena, uint32_t items, zh_note *why);

/* Set row `item` from value[0 .. item]. Rows may be put by several hands at once. */
void zh_gram_put(zh_gram *gram, uint32_t item, const float *value);

/* A := -A^-1 of a positive definite matrix, with crew->blas. `scratch` is used meanwhile (8 bytes x T x items).
 * Errors: ZH_NOMEM; ZH_RANGE it is not positive definite in float (*why says so); A is spoiled then. */
ZH_MUST zh_err zh_gram_invert(zh_gram *gram, const zh_crew *crew, zh_arena *scratch, zh_note *why);

/* to = from', a tile. */
void zh_gram_turn(float *restrict to, const float *restrict from);

#endif
