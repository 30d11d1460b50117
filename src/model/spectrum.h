/* spectrum.h -- the strongest patterns in who took what: the first right singular vectors of a table.
 *
 *     R = diag(row_scale) X diag(column_scale),   R'R v_c = value_c v_c,   v_c' v_c = 1
 *
 * With X customers x items, v_0 is what everybody takes, and each further v_c a taste that parts them.
 * Found by block power iteration: a random block of rank + 32 columns is multiplied by R'R and made
 * orthonormal, four times, and its best directions are then solved for exactly. What the block has
 * more than the rank makes the error of the last vectors fall by value_{rank+32} / value_rank a turn.
 *
 * Guarantees  a function of table, scales, rank and seed; the number of hands does not show. Vectors
 *             belong to the largest values first; their signs are arbitrary. Where the table has less
 *             than 5e-4 of value_0 the vector may be 0, with the value 0.
 * Cost        O((entries * (rank + 32) + (rows + columns) * (rank + 32)^2) * 4) operations; 8 bytes *
 *             (rank + 32) a column and a row meanwhile.
 * Source      Halko, Martinsson, Tropp, SIAM Review 53 (2), 2011, algorithms 4.4 and 5.1.
 * Proof       tests/model/spectrum_test.c against Jacobi rotations of the full matrix.
 */
#ifndef ZH_MODEL_SPECTRUM_H
#define ZH_MODEL_SPECTRUM_H
#include "model/crew.h"
#include "model/rows.h"

#define ZH_SPECTRUM_RANK_MAX 2048 /* the small eigenproblem is O(rank^3): 10 s there */

typedef struct zh_spectrum_desc {
    const zh_rows *x, *xt;                /* the table as sets, and turned */
    const float *row_scale, *column_scale;
    uint32_t rank;                        /* 1..ZH_SPECTRUM_RANK_MAX */
    uint64_t seed;
} zh_spectrum_desc;

typedef struct zh_spectrum {
    uint32_t rank;  /* of desc, or less where the table has fewer rows or columns */
    float *vector;  /* [columns][rank]: row i is where column i of the table stands */
    float *value;   /* [rank] squared singular values, descending, >= 0 */
} zh_spectrum;

/* crew->blas is needed. The result is in `keep`; `scratch` is used meanwhile and is another arena.
 * Errors: ZH_NOMEM; ZH_RANGE, the scales are no numbers. */
ZH_MUST zh_err zh_spectrum_find(zh_spectrum *out, const zh_spectrum_desc *desc, const zh_crew *crew, zh_arena *keep,
                                zh_arena *scratch);

#endif
