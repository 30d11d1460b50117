#include "model/boost.h"
#include "base/rng.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#define TREE_NODES ((1u << (ZH_BOOST_DEPTH_MAX + 1)) - 1)
#define CUT_ROWS 50000 /* cuts are looked for in about so many rows */

struct zh_boost_bins {
    uint32_t rows, columns;
    uint8_t *codes;                          /* row by row: cuts <= x */
    float (*cuts)[ZH_BOOST_BINS];            /* [columns] ascending */
    uint8_t *cuts_count;
};

/* ---- bins ---- */

static int by_value(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Between two different neighbours, at about equal counts; few values get a bin each. */
static uint8_t cut_column(const float *sorted, uint32_t rows, float *cuts)
{
    uint8_t count = 0;
    uint32_t since = 0, left = rows;
    for (uint32_t i = 1; i < rows && count < ZH_BOOST_BINS - 1; i++) {
        since++, left--;
        if (!(sorted[i - 1] < sorted[i])) continue;
        const uint32_t share = (since + left) / (uint32_t)(ZH_BOOST_BINS - count);
        if (since < share) continue;
        const float middle = sorted[i - 1] + (sorted[i] - sorted[i - 1]) / 2;
        cuts[count++] = middle > sorted[i - 1] ? middle : sorted[i];
        since = 0;
    }
    return count;
}

static uint8_t code_of(float value, const float *cuts, uint32_t count)
{
    uint32_t low = 0, high = count; /* how many cuts are <= value */
    while (low < high) {
        const uint32_t middle = (low + high) / 2;
        if (cuts[middle] <= value) low = middle + 1;
        else high = middle;
    }
    return (uint8_t)low;
}

zh_err zh_boost_bin(zh_boost_bins **out, zh_arena *arena, const float *x, uint32_t rows, uint32_t columns)
{
    assert(columns >= 1 && columns <= ZH_BOOST_COLUMNS_MAX);
    const uint32_t step = rows / CUT_ROWS + 1;
    zh_boost_bins *b = ZH_TAKE(arena, zh_boost_bins, 1);
    float *sorted = malloc(((size_t)rows + 1) * sizeof *sorted);
    if (b != NULL) *b = (zh_boost_bins){ .rows = rows, .columns = columns, .codes = ZH_TAKE(arena, uint8_t, (size_t)rows * columns),
                                         .cuts = zh_arena_take(arena, columns, sizeof *b->cuts), .cuts_count = ZH_TAKE(arena, uint8_t, columns) };
    if (b == NULL || sorted == NULL || b->codes == NULL || b->cuts == NULL || b->cuts_count == NULL) {
        free(sorted);
        return ZH_NOMEM;
    }
    for (uint32_t c = 0; c < columns; c++) {
        uint32_t seen = 0;
        for (uint32_t r = 0; r < rows; r += step) sorted[seen++] = x[(size_t)r * columns + c];
        qsort(sorted, seen, sizeof *sorted, by_value);
        b->cuts_count[c] = cut_column(sorted, seen, b->cuts[c]);
        for (uint32_t r = 0; r < rows; r++) b->codes[(size_t)r * columns + c] = code_of(x[(size_t)r * columns + c], b->cuts[c], b->cuts_count[c]);
    }
    free(sorted);
    *out = b;
    return ZH_OK;
}

/* ---- one tree ---- */

typedef struct cell { double g, h; } cell; /* sums of gradients and curvatures */
typedef cell cells_of[ZH_BOOST_BINS];      /* a column */

typedef struct split {
    double gain;
    uint32_t column, cut;
} split;

typedef struct grower {
    const zh_boost_bins *bins;
    const zh_boost_params *params;
    const float *y;
    double *score;             /* [bins->rows] so far; only of chosen rows */
    cell *slope;               /* the same */
    uint32_t *rows, *spare;    /* drawn rows, parted by node */
    cells_of *cells[ZH_BOOST_DEPTH_MAX]; /* [columns] of a node on each level */
    uint16_t columns[ZH_BOOST_COLUMNS_MAX];
    uint32_t columns_count;
    zh_boost_node *nodes;      /* of this tree */
    uint32_t nodes_count;
    zh_rng rng;
} grower;

/* Row by row: the codes of a row lie together. */
static void sum_cells(const grower *w, cells_of *cells, const uint32_t *rows, uint32_t count)
{
    memset(cells, 0, w->bins->columns * sizeof *cells);
    for (uint32_t r = 0; r < count; r++) {
        const uint8_t *codes = w->bins->codes + (size_t)rows[r] * w->bins->columns;
        const cell slope = w->slope[rows[r]];
        for (uint32_t i = 0; i < w->columns_count; i++) {
            cell *one = &cells[w->columns[i]][codes[w->columns[i]]];
            one->g += slope.g;
            one->h += slope.h;
        }
    }
}

/* What is left of a node without one of its children. */
static void take_off(const grower *w, cells_of *from, const cells_of *child)
{
    for (uint32_t i = 0; i < w->columns_count; i++)
        for (uint32_t b = 0; b <= w->bins->cuts_count[w->columns[i]]; b++) {
            from[w->columns[i]][b].g -= child[w->columns[i]][b].g;
            from[w->columns[i]][b].h -= child[w->columns[i]][b].h;
        }
}

static split best_split(const grower *w, const cells_of *cells, double G, double H)
{
    split best = { 1e-9, UINT32_MAX, 0 };
    const double l2 = w->params->l2, whole = G * G / (H + l2);
    for (uint32_t i = 0; i < w->columns_count; i++) {
        const uint32_t c = w->columns[i];
        double g = 0, h = 0;
        for (uint32_t cut = 0; cut < w->bins->cuts_count[c]; cut++) {
            g += cells[c][cut].g;
            h += cells[c][cut].h;
            if (h < w->params->child_min || H - h < w->params->child_min) continue;
            const double gain = g * g / (h + l2) + (G - g) * (G - g) / (H - h + l2) - whole;
            if (gain > best.gain) best = (split){ gain, c, cut };
        }
    }
    return best;
}

/* Part a node's rows, order kept; how many go left. */
static uint32_t part(grower *w, uint32_t *rows, uint32_t count, const split *s)
{
    const uint8_t *codes = w->bins->codes + s->column;
    const size_t columns = w->bins->columns;
    uint32_t left = 0, right = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (codes[rows[i] * columns] <= s->cut) rows[left++] = rows[i];
        else w->spare[right++] = rows[i];
    }
    memcpy(rows + left, w->spare, right * sizeof *rows);
    return left;
}

/* A node with the given rows, and what is below it. `cells` are its sums; they are used up. */
static void grow(grower *w, uint32_t at, cells_of *cells, uint32_t *rows, uint32_t count, uint32_t depth)
{
    double G = 0, H = 0;
    for (uint32_t i = 0; i < count; i++) G += w->slope[rows[i]].g, H += w->slope[rows[i]].h;
    split s = { 0, UINT32_MAX, 0 };
    if (depth < w->params->depth && count > 1) s = best_split(w, cells, G, H);
    if (s.column == UINT32_MAX) {
        w->nodes[at] = (zh_boost_node){ (float)(-w->params->rate * G / (H + w->params->l2)), ZH_BOOST_LEAF, 0 };
        return;
    }
    const uint32_t left = w->nodes_count, to_left = part(w, rows, count, &s), to_right = count - to_left;
    w->nodes_count += 2;
    w->nodes[at] = (zh_boost_node){ w->bins->cuts[s.column][s.cut], (uint16_t)s.column, (uint16_t)left };
    cells_of *fewer = NULL; /* sums of the smaller child are made, those of the larger are what is left */
    if (depth + 1 < w->params->depth) {
        fewer = w->cells[depth + 1];
        sum_cells(w, fewer, to_left < to_right ? rows : rows + to_left, to_left < to_right ? to_left : to_right);
        take_off(w, cells, fewer);
    }
    for (int larger = 0; larger < 2; larger++) {
        const bool is_left = (to_left < to_right) == (larger == 0);
        grow(w, is_left ? left : left + 1, larger == 0 ? fewer : cells, is_left ? rows : rows + to_left, is_left ? to_left : to_right, depth + 1);
    }
}

/* The same walk by codes: `code <= cut` is `x < cuts[cut]`. */
static double leaf_of(const zh_boost_bins *b, const zh_boost_node *nodes, const uint8_t *cut_of, uint32_t row)
{
    uint32_t at = 0;
    while (nodes[at].column != ZH_BOOST_LEAF) at = nodes[at].left + (b->codes[(size_t)row * b->columns + nodes[at].column] > cut_of[at] ? 1u : 0u);
    return (double)nodes[at].number;
}

static void apply(grower *w, const uint32_t *chosen, uint32_t count)
{
    uint8_t cut_of[TREE_NODES] = { 0 };
    for (uint32_t n = 0; n < w->nodes_count; n++)
        if (w->nodes[n].column != ZH_BOOST_LEAF) cut_of[n] = (uint8_t)(code_of(w->nodes[n].number, w->bins->cuts[w->nodes[n].column], w->bins->cuts_count[w->nodes[n].column]) - 1);
    for (uint32_t i = 0; i < count; i++) w->score[chosen[i]] += leaf_of(w->bins, w->nodes, cut_of, chosen[i]);
}

static void gradients(grower *w, const uint32_t *chosen, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t r = chosen[i];
        const double p = w->params->loss == ZH_BOOST_SQUARED ? w->score[r] : 1 / (1 + exp(-w->score[r]));
        w->slope[r].g = p - (double)w->y[r];
        w->slope[r].h = w->params->loss == ZH_BOOST_SQUARED ? 1 : fmax(p * (1 - p), 1e-9);
    }
}

/* Draw rows and columns; how many rows. */
static uint32_t draw(grower *w, const uint32_t *chosen, uint32_t count)
{
    uint32_t rows = 0;
    for (uint32_t i = 0; i < count; i++)
        if (w->params->row_share >= 1 || zh_rng_unit(&w->rng) < w->params->row_share) w->rows[rows++] = chosen[i];
    uint16_t all[ZH_BOOST_COLUMNS_MAX];
    const uint32_t columns = w->bins->columns, wanted = (uint32_t)ceil(w->params->column_share * columns);
    for (uint32_t c = 0; c < columns; c++) all[c] = (uint16_t)c;
    w->columns_count = 0;
    for (uint32_t c = 0; c < columns; c++) { /* each with the chance that the wanted number comes out: ascending */
        const uint32_t missing = wanted - w->columns_count;
        if (zh_rng_below(&w->rng, columns - c) < missing) w->columns[w->columns_count++] = all[c];
    }
    return rows;
}

static double base_of(const float *y, const uint32_t *chosen, uint32_t count, zh_boost_loss loss)
{
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) sum += (double)y[chosen[i]];
    if (loss == ZH_BOOST_SQUARED) return sum / count;
    const double share = (sum + 0.5) / (count + 1.0);
    return log(share / (1 - share));
}

zh_err zh_boost_fit(zh_boost *out, zh_arena *arena, zh_arena *scratch, const zh_boost_bins *bins, const uint32_t *chosen, uint32_t count, const float *y,
                    const zh_boost_params *params)
{
    assert(count >= 1 && params->depth >= 1 && params->depth <= ZH_BOOST_DEPTH_MAX && params->trees <= ZH_BOOST_TREES_MAX);
    const uint32_t each = (2u << params->depth) - 1;
    grower w = { .bins = bins, .params = params, .y = y, .rng = { .seed = params->seed, .stream = 1 },
                 .score = ZH_TAKE(scratch, double, bins->rows), .slope = ZH_TAKE(scratch, cell, bins->rows),
                 .rows = ZH_TAKE(scratch, uint32_t, count), .spare = ZH_TAKE(scratch, uint32_t, count) };
    bool room = true;
    for (uint32_t d = 0; d < params->depth; d++) room = (w.cells[d] = zh_arena_take(scratch, bins->columns, sizeof *w.cells[d])) != NULL && room;
    zh_boost_node *nodes = ZH_TAKE(arena, zh_boost_node, (size_t)each * params->trees);
    uint32_t *first = ZH_TAKE(arena, uint32_t, params->trees);
    if (w.score == NULL || w.slope == NULL || w.rows == NULL || w.spare == NULL || !room || nodes == NULL || first == NULL) return ZH_NOMEM;
    *out = (zh_boost){ nodes, first, params->trees, 0, bins->columns, base_of(y, chosen, count, params->loss) };
    for (uint32_t i = 0; i < count; i++) w.score[chosen[i]] = out->base;
    for (uint32_t t = 0; t < params->trees; t++) {
        if (params->stop != NULL && *params->stop) return ZH_STOPPED;
        gradients(&w, chosen, count);
        const uint32_t drawn = draw(&w, chosen, count);
        w.nodes = nodes + out->nodes_count;
        w.nodes_count = 1;
        first[t] = out->nodes_count;
        sum_cells(&w, w.cells[0], w.rows, drawn);
        grow(&w, 0, w.cells[0], w.rows, drawn, 0);
        apply(&w, chosen, count);
        out->nodes_count += w.nodes_count;
    }
    return ZH_OK;
}

double zh_boost_score(const zh_boost *m, const float *row)
{
    double sum = m->base;
    for (uint32_t t = 0; t < m->trees; t++) {
        const zh_boost_node *nodes = m->nodes + m->first[t], *at = nodes;
        while (at->column != ZH_BOOST_LEAF) at = nodes + at->left + (row[at->column] < at->number ? 0u : 1u);
        sum += (double)at->number;
    }
    return sum;
}

/* ---- bytes ---- */

void zh_boost_put(const zh_boost *m, zh_buf *out)
{
    zh_buf_put_u16(out, (uint16_t)m->columns);
    zh_buf_put_u16(out, (uint16_t)m->trees);
    zh_buf_put_u32(out, m->nodes_count);
    zh_buf_put(out, (zh_sv){ (const char *)&m->base, sizeof m->base });
    for (uint32_t t = 0; t < m->trees; t++) zh_buf_put_u32(out, m->first[t]);
    for (uint32_t n = 0; n < m->nodes_count; n++) {
        uint32_t bits;
        memcpy(&bits, &m->nodes[n].number, sizeof bits);
        zh_buf_put_u32(out, bits);
        zh_buf_put_u16(out, m->nodes[n].column);
        zh_buf_put_u16(out, m->nodes[n].left);
    }
}

/* Every walk ends: it only goes forward, and stays in its tree. */
static bool is_tree(const zh_boost_node *nodes, uint32_t count, uint32_t columns)
{
    for (uint32_t n = 0; n < count; n++) {
        if (!isfinite(nodes[n].number)) return false;
        if (nodes[n].column == ZH_BOOST_LEAF) continue;
        if (nodes[n].column >= columns || nodes[n].left <= n || (uint32_t)nodes[n].left + 1 >= count) return false;
    }
    return count > 0;
}

zh_err zh_boost_take(zh_boost *out, zh_arena *arena, zh_reader *in)
{
    *out = (zh_boost){ .columns = zh_read_u16(in) };
    out->trees = zh_read_u16(in);
    out->nodes_count = zh_read_u32(in);
    const zh_sv base = zh_read_bytes(in, sizeof out->base);
    if (in->bad || out->columns < 1 || out->columns > ZH_BOOST_COLUMNS_MAX || out->trees > ZH_BOOST_TREES_MAX || zh_reader_left(in) / 8 < out->nodes_count) return ZH_CORRUPT;
    memcpy(&out->base, base.data, sizeof out->base);
    uint32_t *first = ZH_TAKE(arena, uint32_t, out->trees);
    zh_boost_node *nodes = ZH_TAKE(arena, zh_boost_node, out->nodes_count);
    if (first == NULL || nodes == NULL) return ZH_NOMEM;
    for (uint32_t t = 0; t < out->trees; t++) first[t] = zh_read_u32(in);
    for (uint32_t n = 0; n < out->nodes_count; n++) {
        const uint32_t bits = zh_read_u32(in);
        memcpy(&nodes[n].number, &bits, sizeof bits);
        nodes[n].column = zh_read_u16(in);
        nodes[n].left = zh_read_u16(in);
    }
    out->first = first, out->nodes = nodes;
    bool good = !in->bad && isfinite(out->base);
    for (uint32_t t = 0; good && t < out->trees; t++) {
        const uint32_t end = t + 1 < out->trees ? first[t + 1] : out->nodes_count;
        good = (t > 0 || first[0] == 0) && first[t] < end && end <= out->nodes_count && is_tree(nodes + first[t], end - first[t], out->columns);
    }
    return good ? ZH_OK : ZH_CORRUPT;
}
