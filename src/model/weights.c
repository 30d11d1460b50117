#include "model/weights.h"

enum { T = ZH_GRAM_T, TILE = T * T };

zh_err zh_weights_open(zh_weights *out, zh_arena *arena, uint32_t items)
{
    const uint32_t blocks = (items + T - 1) / T;
    const size_t tiles = (size_t)blocks * blocks;
    *out = (zh_weights){ .items = items, .blocks = blocks };
    uint16_t *all = zh_arena_take_raw(arena, tiles * TILE, sizeof *all);
    out->tile = ZH_TAKE(arena, uint16_t *, tiles);
    if (all == NULL || out->tile == NULL) return ZH_NOMEM;
    for (size_t t = 0; t < tiles; t++) out->tile[t] = all + t * TILE;
    return ZH_OK;
}

/* ---- out of a symmetric matrix ---- */

typedef struct replacing {
    zh_weights *out;
    zh_gram *gram;
    const float *scale;
} replacing;

/* The two tiles of 16 bits fit into the one of 32: read a row, then write, never ahead of reading. */
static void replace_column(void *context, uint32_t j, uint32_t hand)
{
    (void)hand;
    const replacing *r = context;
    uint16_t turned[TILE];
    for (uint32_t i = j; i < r->out->blocks; i++) {
        const float *from = zh_gram_tile(r->gram, i, j);
        uint16_t *straight = r->out->tile[(size_t)i * r->out->blocks + j];
        for (uint32_t row = 0; row < T; row++) {
            uint16_t line[T];
            const float scale = r->scale[i * T + row];
            for (uint32_t c = 0; c < T; c++) line[c] = zh_weight_of(from[row * T + c] * scale * r->scale[j * T + c]);
            if (i == j) line[row] = 0;
            for (uint32_t c = 0; c < T; c++) turned[c * T + row] = line[c];
            memcpy(straight + row * T, line, sizeof line);
        }
        if (i > j) memcpy(r->out->tile[(size_t)j * r->out->blocks + i], turned, sizeof turned);
        for (uint32_t row = 0; i == j && row < T; row++) /* of a diagonal tile the lower triangle counts */
            memcpy(straight + row * T + row, turned + row * T + row, (T - row) * sizeof *turned);
    }
}

zh_err zh_weights_replace(zh_weights *out, zh_arena *arena, zh_gram *gram, const float *scale, const zh_crew *crew)
{
    const uint32_t blocks = gram->blocks;
    *out = (zh_weights){ .items = gram->items, .blocks = blocks };
    out->tile = ZH_TAKE(arena, uint16_t *, (size_t)blocks * blocks);
    if (out->tile == NULL) return ZH_NOMEM;
    for (uint32_t j = 0; j < blocks; j++)
        for (uint32_t i = j; i < blocks; i++) {
            uint16_t *room = (uint16_t *)zh_gram_tile(gram, i, j);
            out->tile[(size_t)j * blocks + i] = room + TILE;
            out->tile[(size_t)i * blocks + j] = room;
        }
    zh_crew_run(crew, blocks, replace_column, &(replacing){ out, gram, scale });
    return ZH_OK;
}

/* ---- scoring ---- */

/* The rows of a history lie far apart: ask for the next block of each while adding this one. */
static void reach_for(const uint16_t *row)
{
    for (uint32_t c = 0; c < T; c += 32) __builtin_prefetch(row + c, 0, 2);
}

void zh_weights_add(const zh_weights *w, const uint32_t *item, const float *by, uint32_t count, float *into)
{
    for (uint32_t j = 0; j < w->blocks; j++) {
        float sum[T] = { 0 };
        for (uint32_t h = 0; h < count; h++) {
            uint16_t *const *tile = w->tile + (size_t)(item[h] / T) * w->blocks + j;
            const uint16_t *row = *tile + item[h] % T * T;
            if (j + 1 < w->blocks) reach_for(tile[1] + item[h] % T * T);
            for (uint32_t c = 0; c < T; c++) sum[c] += by[h] * zh_weight_read(row[c]);
        }
        const uint32_t width = w->items - j * T < T ? w->items - j * T : T;
        for (uint32_t c = 0; c < width; c++) into[j * T + c] += sum[c];
    }
}
