#include "model/gram.h"

#include <assert.h>
#include <string.h>

enum { T = ZH_GRAM_T, TILE = T * T };

zh_err zh_gram_open(zh_gram *out, zh_arena *arena, uint32_t items, zh_note *why)
{
    if (items > ZH_GRAM_ITEMS_MAX) {
        zh_note_set(why, "%u items are too many for a dense matrix, which takes at most %d", items, ZH_GRAM_ITEMS_MAX);
        return ZH_FULL;
    }
    const uint32_t blocks = (items + T - 1) / T;
    *out = (zh_gram){ .items = items, .blocks = blocks };
    out->tiles = zh_arena_take_raw(arena, zh_gram_tiles(blocks) * TILE, sizeof *out->tiles);
    if (out->tiles == NULL) {
        zh_note_set(why, "a dense matrix of %u items takes %zu MiB, and there are none left", items,
                    zh_gram_tiles(blocks) * TILE * sizeof(float) >> 20);
        return ZH_NOMEM;
    }
    for (uint32_t row = items; row < blocks * T; row++)
        for (uint32_t j = 0; j < blocks; j++) {
            float *at = zh_gram_tile(out, blocks - 1, j) + (size_t)(row % T) * T;
            memset(at, 0, T * sizeof *at);
            if (j == blocks - 1) at[row % T] = 1;
        }
    return ZH_OK;
}

void zh_gram_put(zh_gram *gram, uint32_t item, const float *value)
{
    assert(item < gram->items);
    const uint32_t i = item / T, r = item % T;
    for (uint32_t j = 0; j < i; j++) memcpy(zh_gram_tile(gram, i, j) + (size_t)r * T, value + (size_t)j * T, T * sizeof *value);
    float *diagonal = zh_gram_tile(gram, i, i);
    memcpy(diagonal + (size_t)r * T, value + (size_t)i * T, (r + 1) * sizeof *value);
    memset(diagonal + (size_t)r * T + r + 1, 0, (T - r - 1) * sizeof *value); /* read by nobody before it is written */
}

void zh_gram_turn(float *restrict to, const float *restrict from)
{
    enum { STEP = 16 }; /* a cache line of floats each way */
    for (uint32_t i = 0; i < T; i += STEP)
        for (uint32_t j = 0; j < T; j += STEP)
            for (uint32_t r = 0; r < STEP; r++)
                for (uint32_t c = 0; c < STEP; c++) to[(j + c) * T + i + r] = from[(i + r) * T + j + c];
}

/* ---- the sweep ---- */

typedef struct sweep {
    zh_gram *gram;
    const zh_blas *blas;
    uint32_t k;
    float *column;  /* [blocks][T][T] A_iK as it was */
    float *solved;  /* [blocks][T][T] A_iK D */
    float *inverse; /* [T][T] D */
} sweep;

static void multiply(const sweep *s, float *c, float beta, float alpha, const float *a, const float *b, bool b_turned)
{
    zh_blas_multiply(s->blas, &(zh_blas_product){ .rows = T, .columns = T, .inner = T, .b_turned = b_turned, .alpha = alpha,
                     .beta = beta, .a = a, .b = b, .c = c, .a_step = T, .b_step = T, .c_step = T });
}

/* Tile i of the column of K: keep it as it was, and solve it where it stands. */
static void solve_tile(void *context, uint32_t i, uint32_t hand)
{
    (void)hand;
    const sweep *s = context;
    if (i == s->k) return;
    float *was = s->column + (size_t)i * TILE, *solved = s->solved + (size_t)i * TILE;
    float *stored = i > s->k ? zh_gram_tile(s->gram, i, s->k) : zh_gram_tile(s->gram, s->k, i);
    if (i > s->k) memcpy(was, stored, TILE * sizeof *was);
    else zh_gram_turn(was, stored);
    multiply(s, solved, 0, 1, was, s->inverse, false);
    if (i > s->k) memcpy(stored, solved, TILE * sizeof *was);
    else zh_gram_turn(stored, solved);
}

/* Row i of tiles: A_ij -= (A_iK D) A_Kj. Long rows first, so that hands end together. */
static void reduce_tile(void *context, uint32_t part, uint32_t hand)
{
    (void)hand;
    const sweep *s = context;
    uint32_t j = 0, left = part;
    for (; left >= s->gram->blocks - j; j++) left -= s->gram->blocks - j;
    const uint32_t i = j + left;
    if (i == s->k || j == s->k) return;
    multiply(s, zh_gram_tile(s->gram, i, j), 1, -1, s->solved + (size_t)i * TILE, s->column + (size_t)j * TILE, true);
}

zh_err zh_gram_invert(zh_gram *gram, const zh_crew *crew, zh_arena *scratch, zh_note *why)
{
    sweep s = { .gram = gram, .blas = crew->blas };
    s.column = zh_arena_take_raw(scratch, (size_t)gram->blocks * TILE, sizeof *s.column);
    s.solved = zh_arena_take_raw(scratch, (size_t)gram->blocks * TILE, sizeof *s.solved);
    s.inverse = zh_arena_take_raw(scratch, TILE, sizeof *s.inverse);
    if (s.column == NULL || s.solved == NULL || s.inverse == NULL) return ZH_NOMEM;
    for (s.k = 0; s.k < gram->blocks; s.k++) {
        float *diagonal = zh_gram_tile(gram, s.k, s.k);
        memcpy(s.inverse, diagonal, TILE * sizeof *diagonal);
        if (zh_blas_inverse(s.blas, s.inverse, T, T) != ZH_OK) {
            zh_note_set(why, "the matrix is not positive definite in 32-bit floats: raise lam");
            return ZH_RANGE;
        }
        zh_crew_run(crew, gram->blocks, solve_tile, &s);
        zh_crew_run(crew, (uint32_t)zh_gram_tiles(gram->blocks), reduce_tile, &s);
        for (uint32_t e = 0; e < TILE; e++) diagonal[e] = -s.inverse[e];
    }
    return ZH_OK;
}
