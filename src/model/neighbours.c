#include "model/neighbours.h"

#include <assert.h>
#include <math.h>

#define R_LEAST 1e-20f /* a history item that weighs less changes no sum beside the newest, which weighs 1 */
#define REACH_BYTES 2048 /* of a row fetched ahead; then the processor has seen that it goes on */
#define ROWS_A_PART 64 /* items whose neighbours are found in one go; small enough to share evenly */
#define DEPTH 16 /* values of a column: deeper finds a lower floor, flatter has more to order */
#define UNEVEN 1 /* bits of the least positive float: a cut that keeps everything */

/* Scratch of one hand: the row under construction. */
typedef struct bench {
    float *sum;              /* [items] of weights over users of both, 0 between rows */
    uint32_t *touched;       /* [items + 1] */
    zh_scored *pair;      /* [items] candidates of the row */
    uint32_t *bits;          /* [items] their values, for the cut */
    float *known;            /* [ROWS_A_PART][items] left right' of the part's rows; NULL without factors */
    float *best;             /* [columns_of(items)] with factors: the best value of each column */
} bench;

typedef struct job {
    const zh_neighbours_desc *desc;
    uint32_t *cut;           /* [items] bits of the least value a full list kept, 0: nothing was cut */
    zh_neighbours made;      /* [items] the list of each item */
    zh_arena *keep;          /* [hands] for rows that last */
    zh_arena *pass;          /* [hands] for cut rows: those that are turned are needed until then */
    bench bench[ZH_CREW_HANDS_MAX];
    zh_err failed[ZH_CREW_HANDS_MAX];
} job;

/* ---- one row of X'X ---- */

/* Sums of a row: returns the number of candidates in bench->pair, with sums instead of similarities.
 * Many pairs: add blindly and look through all items; few: remember which were touched. */
static uint32_t add_up(const job *j, bench *b, uint32_t item)
{
    const zh_train *d = j->desc->data;
    const uint32_t *users = zh_rows_of(&d->xt, item), size = zh_rows_size(&d->xt, item);
    uint64_t pairs = 0;
    for (uint32_t n = 0; n < size; n++) pairs += zh_rows_size(&d->x, users[n]);
    uint32_t count = 0;
    if (pairs > d->items) {
        for (uint32_t n = 0; n < size; n++) {
            const float w = j->desc->weight[users[n]];
            for (uint32_t e = d->x.from[users[n]]; e < d->x.from[users[n] + 1]; e++) b->sum[d->x.at[e]] += w;
        }
        b->sum[item] = 0;
        for (uint32_t k = 0; k < d->items; k++) {
            b->pair[count] = (zh_scored){ k, b->sum[k] };
            count += b->sum[k] > 0;
            b->sum[k] = 0;
        }
        return count;
    }
    uint32_t touched = 0;
    for (uint32_t n = 0; n < size; n++) {
        const float w = j->desc->weight[users[n]];
        for (uint32_t e = d->x.from[users[n]]; e < d->x.from[users[n] + 1]; e++) {
            const uint32_t k = d->x.at[e];
            b->touched[touched] = k;
            touched += b->sum[k] == 0;
            b->sum[k] += w;
        }
    }
    b->sum[item] = 0;
    for (uint32_t t = 0; t < touched; t++) {
        const uint32_t k = b->touched[t];
        b->pair[count] = (zh_scored){ k, b->sum[k] };
        count += b->sum[k] > 0;
        b->sum[k] = 0;
    }
    return count;
}

static uint32_t bits_of(float positive)
{
    uint32_t bits;
    memcpy(&bits, &positive, sizeof bits);
    return bits;
}

/* The keep-th largest similarity, as bits: positive floats are in the order of their bits. A first pass
 * counts by exponent and two bits of the fraction, so that only the values near the cut are ordered. */
static uint32_t cut_of(bench *b, uint32_t count, uint32_t keep)
{
    enum { SHIFT = 21, BINS = 1 << (31 - SHIFT) };
    uint32_t bin[BINS] = { 0 };
    for (uint32_t i = 0; i < count; i++) bin[bits_of(b->pair[i].score) >> SHIFT]++;
    uint32_t at = BINS - 1;
    for (; bin[at] < keep; at--) keep -= bin[at];
    uint32_t near = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t bits = bits_of(b->pair[i].score);
        b->bits[near] = bits;
        near += bits >> SHIFT == at;
    }
    /* Bit by bit from the top: how many of those near the cut have the bit set? */
    uint32_t low = 0;
    for (uint32_t bit = 1u << (SHIFT - 1); bit != 0; bit >>= 1) {
        uint32_t with = 0;
        for (uint32_t i = 0; i < near; i++) with += (b->bits[i] & bit) != 0;
        const bool above = with >= keep;
        if (!above) keep -= with;
        if (above) low |= bit;
        uint32_t left = 0;
        for (uint32_t i = 0; i < near; i++) {
            const uint32_t value = b->bits[i];
            b->bits[left] = value;
            left += ((value & bit) != 0) == above;
        }
        near = left;
    }
    return at << SHIFT | low;
}

/* The values of a row: those of pairs that somebody took together. */
static uint32_t sparse_row(const job *j, bench *b, uint32_t item)
{
    const uint32_t count = add_up(j, b, item);
    const zh_neighbours_desc *d = j->desc;
    const float own = d->owner[item], norm = d->norm == NULL ? 0 : d->norm[item];
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t k = b->pair[i].item;
        b->pair[i].score *= own * d->other[k] / (d->norm == NULL ? 1 : norm * d->norm[k] + d->shrink);
    }
    return count;
}

/* ---- one row with factors ---- */

/* Items c, c + columns, c + 2 columns, ... are column c. */
static uint32_t columns_of(uint32_t items)
{
    return (items + DEPTH - 1) / DEPTH;
}

/* A value that at least `top` values reach, or 0: the top-th best of the columns' bests. */
static float floor_of(bench *b, uint32_t columns, uint32_t top)
{
    uint32_t count = 0;
    for (uint32_t c = 0; c < columns; c++) {
        b->pair[count] = (zh_scored){ c, b->best[c] };
        count += b->best[c] > 0;
    }
    if (count < top) return 0;
    const uint32_t bits = cut_of(b, count, top);
    float low;
    memcpy(&low, &bits, sizeof low);
    return low;
}

/* The values of a row where every item has one: only those that may be among the `top` become pairs. */
static uint32_t dense_row(const job *j, bench *b, uint32_t item)
{
    const zh_neighbours_desc *d = j->desc;
    const uint32_t items = d->data->items, columns = columns_of(items);
    const uint32_t *users = zh_rows_of(&d->data->xt, item), size = zh_rows_size(&d->data->xt, item);
    float *restrict value = b->known + (size_t)(item % ROWS_A_PART) * items, *restrict best = b->best;
    for (uint32_t n = 0; n < size; n++) {
        const float w = d->weight[users[n]];
        for (uint32_t e = d->data->x.from[users[n]]; e < d->data->x.from[users[n] + 1]; e++) value[d->data->x.at[e]] += w;
    }
    value[item] = 0;
    memset(best, 0, columns * sizeof *best);
    for (uint32_t from = 0; from < items; from += columns) {
        const uint32_t width = items - from < columns ? items - from : columns;
        for (uint32_t c = 0; c < width; c++) {
            const float v = value[from + c] * d->other[from + c];
            value[from + c] = v;
            best[c] = v > best[c] ? v : best[c];
        }
    }
    const float low = floor_of(b, columns, d->top), own = d->owner[item];
    uint32_t count = 0;
    for (uint32_t c = 0; c < columns; c++) {
        if (!(best[c] > 0 && best[c] >= low)) continue;
        for (uint32_t k = c; k < items; k += columns) {
            b->pair[count] = (zh_scored){ k, own * value[k] };
            count += value[k] > 0 && value[k] >= low;
        }
    }
    return count;
}

static zh_err find_row(job *j, uint32_t hand, uint32_t item)
{
    bench *b = &j->bench[hand];
    uint32_t count = j->desc->factors != NULL ? dense_row(j, b, item) : sparse_row(j, b, item);
    const uint32_t top = j->desc->top;
    zh_arena *arena = j->cut[item] != 0 ? &j->pass[hand] : &j->keep[hand];
    if (count > top) {
        const uint32_t cut = cut_of(b, count, top);
        j->cut[item] = cut;
        arena = &j->pass[hand];
        uint32_t kept = 0;
        for (uint32_t i = 0; i < count; i++) {
            const zh_scored pair = b->pair[i];
            b->pair[kept] = pair;
            kept += bits_of(pair.score) >= cut;
        }
        count = kept;
    }
    zh_scored *row = ZH_TAKE(arena, zh_scored, count);
    if (row == NULL) return ZH_NOMEM;
    memcpy(row, b->pair, count * sizeof *row);
    j->made.row[item] = row;
    j->made.count[item] = count;
    return ZH_OK;
}

/* left right' of the rows of a part: their sums begin with it. */
static void multiply_rows(const job *j, bench *b, uint32_t from, uint32_t to)
{
    const zh_neighbours_factors *f = j->desc->factors;
    const uint32_t items = j->desc->data->items;
    zh_blas_multiply(f->blas, &(zh_blas_product){
        .rows = to - from, .columns = items, .inner = f->rank, .b_turned = true, .alpha = 1, .a = f->left + (size_t)from * f->rank,
        .a_step = f->rank, .b = f->right, .b_step = f->rank, .c = b->known, .c_step = items });
}

static void find_part(void *context, uint32_t part, uint32_t hand)
{
    job *j = context;
    const uint32_t from = part * ROWS_A_PART;
    const uint32_t to = j->desc->data->items - from < ROWS_A_PART ? j->desc->data->items : from + ROWS_A_PART;
    if (j->desc->factors != NULL) multiply_rows(j, &j->bench[hand], from, to);
    for (uint32_t item = from; item < to && j->failed[hand] == ZH_OK; item++)
        j->failed[hand] = find_row(j, hand, item);
}

/* ---- from lists of candidates to rows of history items ---- */

static zh_err table_open(zh_neighbours *out, zh_arena *arena, uint32_t items)
{
    out->count = ZH_TAKE(arena, uint32_t, items);
    out->row = ZH_TAKE(arena, zh_scored *, items);
    return out->count == NULL || out->row == NULL ? ZH_NOMEM : ZH_OK;
}

/* "i is in the list of j" becomes "j is reached from i". Where values are equal both ways, bit by bit, an
 * item whose own list was not cut has met every j already and only has to ask whether the list of j
 * kept it. The others, and all where values are uneven, collect from all lists. These are cut into one run a hand: each run
 * first counts what it brings to each row and then has places of its own there, in the order of the
 * runs; so the result is the same for any number of them. */
typedef struct turning {
    job *job;
    uint32_t items, runs;
    uint32_t *place[ZH_CREW_HANDS_MAX]; /* [runs][items] first a count, then the next free place of the row */
    zh_neighbours out;
} turning;

static uint32_t run_begin(const turning *t, uint32_t run)
{
    return (uint32_t)((uint64_t)t->items * run / t->runs);
}

static void count_run(void *context, uint32_t run, uint32_t hand)
{
    (void)hand;
    const turning *t = context;
    const zh_neighbours *in = &t->job->made;
    uint32_t *count = t->place[run];
    for (uint32_t j = run_begin(t, run); j < run_begin(t, run + 1); j++)
        for (uint32_t n = 0; n < in->count[j]; n++) count[in->row[j][n].item]++;
}

static void fill_run(void *context, uint32_t run, uint32_t hand)
{
    (void)hand;
    const turning *t = context;
    const zh_neighbours *in = &t->job->made;
    const uint32_t *cut = t->job->cut;
    uint32_t *place = t->place[run];
    for (uint32_t j = run_begin(t, run); j < run_begin(t, run + 1); j++) {
        uint32_t met = 0;
        for (uint32_t n = 0; n < in->count[j]; n++) {
            const zh_scored pair = in->row[j][n];
            if (cut[pair.item] != 0) t->out.row[pair.item][place[pair.item]++] = (zh_scored){ j, pair.score };
            in->row[j][met] = pair; /* an uncut list becomes the row of j: those that kept it */
            met += bits_of(pair.score) >= cut[pair.item];
        }
        if (cut[j] == 0) {
            t->out.row[j] = in->row[j];
            t->out.count[j] = met;
        }
    }
}

static zh_err turn(zh_neighbours *out, zh_model *model, job *j, const zh_crew *crew)
{
    turning t = { .job = j, .items = j->desc->data->items, .runs = crew->hands };
    for (uint32_t run = 0; run < t.runs; run++)
        if ((t.place[run] = ZH_TAKE(&model->scratch[0], uint32_t, t.items)) == NULL) return ZH_NOMEM;
    const zh_err e = table_open(&t.out, &model->keep[0], t.items);
    if (e != ZH_OK) return e;
    zh_crew_run(crew, t.runs, count_run, &t);
    for (uint32_t i = 0; i < t.items; i++) {
        if (j->cut[i] == 0) continue;
        uint32_t count = 0;
        for (uint32_t run = 0; run < t.runs; run++) {
            const uint32_t brings = t.place[run][i];
            t.place[run][i] = count;
            count += brings;
        }
        t.out.count[i] = count;
        t.out.row[i] = ZH_TAKE(&model->keep[0], zh_scored, count);
        if (t.out.row[i] == NULL) return ZH_NOMEM;
    }
    zh_crew_run(crew, t.runs, fill_run, &t);
    *out = t.out;
    return ZH_OK;
}

static zh_err bench_open(bench *b, zh_arena *arena, uint32_t items, bool factors)
{
    if (factors) {
        b->known = zh_arena_take_raw(arena, (size_t)ROWS_A_PART * items, sizeof *b->known);
        b->best = ZH_TAKE(arena, float, columns_of(items));
        if (b->known == NULL || b->best == NULL) return ZH_NOMEM;
    }
    b->sum = ZH_TAKE(arena, float, items);
    b->touched = ZH_TAKE(arena, uint32_t, (size_t)items + 1);
    b->pair = ZH_TAKE(arena, zh_scored, (size_t)items + 1);
    b->bits = ZH_TAKE(arena, uint32_t, (size_t)items + 1);
    return b->sum == NULL || b->touched == NULL || b->pair == NULL || b->bits == NULL ? ZH_NOMEM : ZH_OK;
}

zh_err zh_neighbours_build(zh_neighbours *out, zh_model *model, const zh_neighbours_desc *desc, const zh_crew *crew)
{
    const uint32_t items = desc->data->items;
    assert(desc->factors == NULL || desc->norm == NULL);
    zh_arena *keep = &model->keep[0], *scratch = &model->scratch[0];
    job *j = ZH_TAKE(scratch, job, 1);
    if (j == NULL) return ZH_NOMEM;
    j->desc = desc;
    j->keep = model->keep;
    j->pass = desc->turned ? model->scratch : model->keep;
    j->cut = ZH_TAKE(scratch, uint32_t, items);
    if (j->cut == NULL) return ZH_NOMEM;
    const bool uneven = desc->turned && desc->owner != desc->other;
    for (uint32_t i = 0; uneven && i < items; i++) j->cut[i] = UNEVEN;
    zh_err e = ZH_OK;
    for (uint32_t hand = 0; e == ZH_OK && hand < crew->hands; hand++)
        e = bench_open(&j->bench[hand], &model->scratch[hand], items, desc->factors != NULL);
    if (e == ZH_OK) e = table_open(&j->made, desc->turned ? scratch : keep, items);
    if (e != ZH_OK) return e;
    zh_crew_run(crew, (items + ROWS_A_PART - 1) / ROWS_A_PART, find_part, j);
    for (uint32_t hand = 0; hand < crew->hands; hand++)
        if (j->failed[hand] != ZH_OK) return j->failed[hand];
    if (desc->turned) return turn(out, model, j, crew);
    *out = j->made;
    return ZH_OK;
}

/* ---- scoring ---- */

const zh_scored *zh_neighbours_row(const zh_neighbours *table, uint32_t item, uint32_t *count)
{
    *count = table->count[item];
    return table->row[item];
}

/* The rows of a history lie far apart: ask for the beginning of the next one while adding this one. */
static void reach_for(const zh_neighbours *t, uint32_t item)
{
    const char *row = (const char *)t->row[item];
    const size_t bytes = t->count[item] * sizeof *t->row[item];
    for (size_t at = 0; at < bytes && at < REACH_BYTES; at += 64) __builtin_prefetch(row + at, 0, 2);
}

void zh_neighbours_score(const zh_neighbours *t, const zh_query *query, double recency, zh_scores *into)
{
    uint64_t pairs = 0;
    for (uint32_t i = 0; i < query->count; i++) pairs += t->count[query->known[i]];
    zh_scores_expect(into, pairs);
    for (uint32_t ago = 0; ago < query->count; ago++) {
        const uint32_t item = query->known[query->count - 1 - ago];
        if (ago + 1 < query->count) reach_for(t, query->known[query->count - 2 - ago]);
        if (!zh_scores_first(into, item)) continue;
        const float r = recency == 0 ? 1 : (float)exp(-(double)ago / recency);
        if (r < R_LEAST) break;
        zh_scores_add(into, t->row[item], t->count[item], r);
    }
}
