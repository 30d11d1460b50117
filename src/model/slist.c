#include "model/slist.h"
#include "model/places.h"
#include "model/weights.h"

#include <assert.h>
#include <math.h>

enum { LAM, DROP, PAST, FUTURE, SHARE, TIME, QUERY, ALPHA, BETA, PARAMS }; /* places in param[] */
enum { T = ZH_GRAM_T, TILE = T * T };

#define SMALL 1e-3      /* weights below are left out */
#define LAGS_MAX 1024   /* -ln(SMALL) * 100, the longest past or future, is 691 */
#define ROWS_A_PART 16  /* rows of G made in one go */
#define FILL 8          /* fewer than one entry of so many: adding up rows beats the dense product, which is 10 times as fast an entry */

typedef struct state {
    zh_weights weights;  /* B */
    float *count;        /* [items] n_j, at least 1 */
    float *in, *out;     /* [items] factors of a history item and of a candidate; settled */
} state;

/* Scratch of one hand: a block of columns of C, whole and as the entries that are not 0, and a tile of B. */
typedef struct bench {
    float *column;             /* [blocks * T][T] */
    uint32_t *from;            /* [blocks * T + 1] entries of row k are entry[from[k]] .. */
    zh_scored *entry;          /* [blocks * T * T / FILL] column and value */
    float *tile, *turned;      /* [T][T] */
} bench;

typedef struct job {
    const zh_train *data;
    const double *param;
    zh_places places;
    uint32_t past_lags, meet_most;     /* lags of S; largest distance of S and F, and one */
    float decay[LAGS_MAX];             /* e^(-d / past) */
    float both[LAGS_MAX + 1];          /* both[m] = sum of e^(-2 l / past) over l < m */
    float meet[2 * LAGS_MAX];          /* S'F of two items at distance d */
    zh_gram gram;
    zh_weights *out;
    const zh_blas *blas;
    float *sum[ZH_CREW_HANDS_MAX];     /* [items] a row of G */
    bench bench[ZH_CREW_HANDS_MAX];
} job;

static uint32_t lags(double decay)
{
    return (uint32_t)fmax(1, ceil(-log(SMALL) * decay));
}

/* ---- tables ---- */

static void make_tables(job *j)
{
    const double past = j->param[PAST], future = j->param[FUTURE];
    const uint32_t future_lags = lags(future);
    j->past_lags = lags(past);
    j->meet_most = j->past_lags + future_lags;
    assert(j->past_lags <= LAGS_MAX && future_lags <= LAGS_MAX);
    double sum = 0;
    for (uint32_t l = 0; l < j->past_lags; l++) {
        j->decay[l] = (float)exp(-(double)l / past);
        j->both[l] = (float)sum;
        sum += exp(-2. * l / past);
    }
    j->both[j->past_lags] = (float)sum;
    for (uint32_t d = 1; d < j->meet_most; d++) {
        sum = 0;
        for (uint32_t l = 0; l < d && l < j->past_lags; l++) /* t = place + 1 + l */
            if (d - 1 - l < future_lags) sum += exp(-(double)l / past) * exp(-(d - 1. - l) / future);
        j->meet[d] = (float)sum;
    }
}

/* ---- G ---- */

/* S'WS: a at `item`, b within reach of it on either side; the later one has left * many positions behind it. */
static void add_meetings(job *j, float *sum, uint32_t item)
{
    const zh_rows *seq = &j->data->seq;
    for (uint32_t p = j->places.from[item]; p < j->places.from[item + 1]; p++) {
        const uint32_t a = j->places.at[p], row = j->places.row[a], begin = seq->from[row], end = seq->from[row + 1];
        const uint32_t low = a - begin < j->past_lags ? begin : a - j->past_lags + 1;
        for (uint32_t b = low; b < end && b < a + j->past_lags; b++) {
            if (seq->at[b] > item) continue;
            const uint32_t distance = a < b ? b - a : a - b, later = a < b ? b : a;
            const uint32_t left = end - 1 - later, most = j->past_lags - distance;
            sum[seq->at[b]] += j->places.weight[row] * j->decay[distance] * j->both[left < most ? left : most];
        }
    }
}

static void put_row(job *j, uint32_t hand, uint32_t item)
{
    const zh_train *d = j->data;
    float *sum = j->sum[hand];
    memset(sum, 0, (item + 1) * sizeof *sum);
    add_meetings(j, sum, item);
    for (uint32_t n = d->xt.from[item]; n < d->xt.from[item + 1]; n++) {
        const uint32_t row = d->xt.at[n], *took = zh_rows_of(&d->x, row);
        const float w = (float)j->param[SHARE] * j->places.weight[row];
        for (uint32_t e = 0; e < zh_rows_size(&d->x, row) && took[e] <= item; e++) sum[took[e]] += w;
    }
    sum[item] = (float)(sum[item] / (1 - j->param[DROP]) + j->param[LAM]);
    zh_gram_put(&j->gram, item, sum);
}

static void put_part(void *context, uint32_t part, uint32_t hand)
{
    job *j = context;
    for (uint32_t i = part * ROWS_A_PART; i < (part + 1) * ROWS_A_PART && i < j->data->items; i++) put_row(j, hand, i);
}

/* ---- B = G^-1 C ---- */

/* Column `item` of C, at into[i * T]. */
static void add_column(const job *j, float *into, uint32_t item)
{
    const zh_train *d = j->data;
    for (uint32_t p = j->places.from[item]; p < j->places.from[item + 1]; p++) {
        const uint32_t b = j->places.at[p], row = j->places.row[b], begin = d->seq.from[row];
        const uint32_t low = b - begin < j->meet_most ? begin : b - j->meet_most + 1;
        for (uint32_t a = low; a < b; a++) into[(size_t)d->seq.at[a] * T] += j->places.weight[row] * j->meet[b - a];
    }
    for (uint32_t n = d->xt.from[item]; n < d->xt.from[item + 1]; n++) {
        const uint32_t row = d->xt.at[n];
        const float w = (float)j->param[SHARE] * j->places.weight[row];
        for (uint32_t e = d->x.from[row]; e < d->x.from[row + 1]; e++) into[(size_t)d->x.at[e] * T] += w;
    }
}

/* The entries of a block of columns; false: too many to be worth it. */
static bool gather(const bench *b, uint32_t rows)
{
    const size_t most = (size_t)rows * T / FILL;
    uint32_t count = 0;
    for (uint32_t k = 0; k < rows; k++) {
        const float *row = b->column + (size_t)k * T;
        b->from[k] = count;
        if (count + T > most) return false;
        for (uint32_t c = 0; c < T; c++) {
            b->entry[count] = (zh_scored){ c, row[c] };
            count += row[c] != 0;
        }
    }
    b->from[rows] = count;
    return true;
}

/* A tile of B, turned: line c is the sum over entries (k, c) of what row k of -A has in the columns of block i. */
static void add_up_tile(const job *j, const bench *b, uint32_t i)
{
    memset(b->tile, 0, TILE * sizeof *b->tile);
    for (uint32_t k = 0; k < j->gram.blocks; k++) {
        const uint32_t *from = b->from + (size_t)k * T;
        const float *lines = b->turned;
        if (from[0] == from[T]) continue;
        if (k >= i) lines = zh_gram_tile(&j->gram, k, i);
        else zh_gram_turn(b->turned, zh_gram_tile(&j->gram, i, k));
        for (uint32_t r = 0; r < T; r++)
            for (uint32_t e = from[r]; e < from[r + 1]; e++) {
                float *restrict sum = b->tile + (size_t)b->entry[e].item * T;
                const float *restrict line = lines + (size_t)r * T;
                const float value = b->entry[e].score;
                for (uint32_t c = 0; c < T; c++) sum[c] -= value * line[c];
            }
    }
    zh_gram_turn(b->turned, b->tile);
    memcpy(b->tile, b->turned, TILE * sizeof *b->tile);
}

static void multiply_tile(const job *j, const bench *b, uint32_t i)
{
    for (uint32_t k = 0; k < j->gram.blocks; k++)
        zh_blas_multiply(j->blas, &(zh_blas_product){ .rows = T, .columns = T, .inner = T, .a_turned = k > i, .alpha = -1,
                         .beta = k > 0, .a = k > i ? zh_gram_tile(&j->gram, k, i) : zh_gram_tile(&j->gram, i, k),
                         .b = b->column + (size_t)k * TILE, .c = b->tile, .a_step = T, .b_step = T, .c_step = T });
}

/* Columns of block `to`: all of C there, then each tile of B; `gram` holds -G^-1. */
static void multiply_part(void *context, uint32_t to, uint32_t hand)
{
    job *j = context;
    const bench *b = &j->bench[hand];
    const uint32_t blocks = j->gram.blocks;
    memset(b->column, 0, (size_t)blocks * TILE * sizeof *b->column);
    for (uint32_t c = 0; c < T && to * T + c < j->data->items; c++) add_column(j, b->column + c, to * T + c);
    const bool sparse = gather(b, blocks * T);
    for (uint32_t i = 0; i < blocks; i++) {
        if (sparse) add_up_tile(j, b, i);
        else multiply_tile(j, b, i);
        uint16_t *kept = j->out->tile[(size_t)i * blocks + to];
        for (uint32_t e = 0; e < TILE; e++) kept[e] = zh_weight_of(b->tile[e]);
    }
}

/* ---- training ---- */

static zh_err bench_open(bench *b, zh_arena *arena, uint32_t blocks)
{
    const size_t rows = (size_t)blocks * T;
    b->column = zh_arena_take_raw(arena, rows * T, sizeof *b->column);
    b->from = ZH_TAKE(arena, uint32_t, rows + 1);
    b->entry = zh_arena_take_raw(arena, rows * T / FILL + 1, sizeof *b->entry); /* one may be written past the last */
    b->tile = zh_arena_take_raw(arena, TILE, sizeof *b->tile);
    b->turned = zh_arena_take_raw(arena, TILE, sizeof *b->turned);
    return b->column == NULL || b->from == NULL || b->entry == NULL || b->tile == NULL || b->turned == NULL ? ZH_NOMEM : ZH_OK;
}

static zh_err make_gram(job *j, zh_model *model, const zh_crew *crew, zh_note *why)
{
    const uint32_t items = j->data->items;
    const zh_err e = zh_gram_open(&j->gram, &model->scratch[0], items, why);
    if (e != ZH_OK) return e;
    for (uint32_t hand = 0; hand < crew->hands; hand++)
        if ((j->sum[hand] = ZH_TAKE(&model->scratch[hand], float, items)) == NULL) return ZH_NOMEM;
    zh_crew_run(crew, (items + ROWS_A_PART - 1) / ROWS_A_PART, put_part, j);
    return zh_gram_invert(&j->gram, crew, &model->scratch[0], why);
}

static zh_err train(zh_model *model, const zh_train *data, const zh_crew *crew, zh_note *why)
{
    zh_arena *keep = &model->keep[0], *scratch = &model->scratch[0];
    state *s = ZH_TAKE(keep, state, 1);
    job *j = ZH_TAKE(scratch, job, 1);
    if (s == NULL || j == NULL) return ZH_NOMEM;
    *j = (job){ .data = data, .param = model->param, .out = &s->weights, .blas = crew->blas };
    s->count = ZH_TAKE(keep, float, data->items);
    s->in = ZH_TAKE(keep, float, data->items);
    s->out = ZH_TAKE(keep, float, data->items);
    if (s->count == NULL || s->in == NULL || s->out == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < data->items; i++) s->count[i] = fmaxf(1, (float)data->count[i]);
    make_tables(j);
    zh_err e = zh_places_find(&j->places, scratch, j->data, j->param[TIME]);
    if (e == ZH_OK) e = make_gram(j, model, crew, why);
    for (uint32_t hand = 0; e == ZH_OK && hand < crew->hands; hand++)
        e = bench_open(&j->bench[hand], &model->scratch[hand], j->gram.blocks);
    if (e == ZH_OK) e = zh_weights_open(&s->weights, keep, data->items);
    if (e != ZH_OK) return e;
    zh_crew_run(crew, j->gram.blocks, multiply_part, j);
    model->state = s;
    return ZH_OK;
}

static void settle(zh_model *model)
{
    const state *s = model->state;
    for (uint32_t i = 0; i < model->items; i++) {
        s->in[i] = (float)pow(s->count[i], -model->param[ALPHA]);
        s->out[i] = (float)pow(s->count[i], -model->param[BETA]);
    }
}

float zh_slist_weight(const zh_model *model, uint32_t i, uint32_t j)
{
    const state *s = model->state;
    assert(s != NULL && i < model->items && j < model->items);
    return zh_weights_at(&s->weights, i, j);
}

/* ---- scoring ---- */

static zh_err score(const zh_model *model, const zh_query *query, zh_scores *into)
{
    const state *s = model->state;
    const uint32_t most = lags(model->param[QUERY]), count = query->count < most ? query->count : most;
    uint32_t *item = ZH_TAKE(into->scratch, uint32_t, count);
    float *by = ZH_TAKE(into->scratch, float, count);
    if (item == NULL || by == NULL) return ZH_NOMEM;
    for (uint32_t l = 0; l < count; l++) {
        item[l] = query->known[query->count - 1 - l];
        by[l] = (float)exp(-(double)l / model->param[QUERY]) * s->in[item[l]];
    }
    if (count == 0) return ZH_OK;
    into->way = ZH_SCORES_DENSE;
    zh_weights_add(&s->weights, item, by, count, into->value);
    if (model->param[BETA] == 0) return ZH_OK;
    for (uint32_t i = 0; i < model->items; i++) into->value[i] *= s->out[i];
    return ZH_OK;
}

#define GRID(...) .grid = (const double[]){ __VA_ARGS__ }, .grid_size = sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double)

static const zh_param_kind params[PARAMS] = {
    [LAM] = { "lam", "ridge", 1e-3, 1e7, 100, GRID(10, 30, 100, 300) },
    [DROP] = { "drop", "ridge that grows with what is known of an item", 0, .95, 0, GRID(0, .2, .4, .6, .8) },
    [PAST] = { "past", "items back after which the past counts 1/e", .1, 100, 2, GRID(.5, 1, 2, 5) },
    [FUTURE] = { "future", "items ahead after which the future counts 1/e", .1, 100, 1, GRID(.5, 1, 2) },
    [SHARE] = { "share", "how much being in one sequence at all counts", 0, 100, .3, GRID(.1, .3, 1, 3) },
    [TIME] = { "time", "days after which a session counts 1/e; 0: all the same", 0, 1e5, 0, .timed = true, GRID(0, 4, 8, 16) },
    [QUERY] = { "query", "items back after which the asked history counts 1/e", .1, 1000, 2, .at_score = true, GRID(.5, 1, 2, 5, 20) },
    [ALPHA] = { "alpha", "popular items of the history count less by n^-alpha", -1, 1, 0, .at_score = true, GRID(-.1, 0, .1, .2) },
    [BETA] = { "beta", "popular items are recommended less by n^-beta", -1, 1, 0, .at_score = true, GRID(-.1, 0, .1, .2) },
};

const zh_model_kind zh_slist_kind = {
    .name = "slist",
    .meaning = "what comes after what you took, weighed all at once",
    .params = params,
    .params_count = PARAMS,
    .train = train,
    .score = score,
    .settle = settle,
    .dense = true,
};
