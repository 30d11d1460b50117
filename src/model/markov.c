#include "model/markov.h"
#include "model/places.h"

#include <math.h>
#include <stdlib.h>

enum { STEPS, TOP, SHRINK, TIME, LAST, QUERY, PARAMS }; /* places in param[] */

#define ITEMS_A_PART 64 /* rows of C in one go */

typedef struct chains {
    uint32_t *count; /* [items] pairs of a row */
    zh_scored **row; /* [items] P, ascending items */
} chains;

/* Scratch of one hand: a row of C. */
typedef struct bench {
    double *sum;         /* [items] all 0 between rows */
    uint32_t *met;       /* [items] those above 0 */
    zh_top_entry *best;  /* [min(items, top)] */
} bench;

typedef struct job {
    zh_model *model;
    const zh_train *data;
    const double *param;
    zh_places places;
    chains *out;
    bench bench[ZH_CREW_HANDS_MAX];
    zh_err failed[ZH_CREW_HANDS_MAX];
} job;

/* Row `item` of C: its sum, and in b->met how many items it meets. */
static double add_row(const job *j, bench *b, uint32_t item, uint32_t *met)
{
    const zh_rows *seq = &j->data->seq;
    double all = 0;
    *met = 0;
    for (uint32_t n = j->places.from[item]; n < j->places.from[item + 1]; n++) {
        const uint32_t p = j->places.at[n], end = seq->from[j->places.row[p] + 1];
        for (uint32_t q = p + 1; q < end && q - p <= j->param[STEPS]; q++) {
            const uint32_t after = seq->at[q];
            const double add = (double)j->places.weight[j->places.row[p]] / (q - p);
            if (b->sum[after] == 0 && add > 0) b->met[(*met)++] = after;
            b->sum[after] += add;
            all += add;
        }
    }
    return all;
}

static int by_item(const void *left, const void *right)
{
    const zh_scored *a = left, *b = right;
    return a->item < b->item ? -1 : a->item > b->item;
}

/* A positive number as an integer of the same order. */
static int64_t rank_of(double positive)
{
    int64_t bits;
    memcpy(&bits, &positive, sizeof bits);
    return bits;
}

static zh_err make_row(job *j, uint32_t hand, uint32_t item)
{
    bench *b = &j->bench[hand];
    uint32_t met;
    const double all = add_row(j, b, item, &met) + j->param[SHRINK];
    const uint32_t most = met < j->param[TOP] ? met : (uint32_t)j->param[TOP];
    zh_scored *row = ZH_TAKE(&j->model->keep[hand], zh_scored, most);
    zh_top top = zh_top_open(b->best, most);
    for (uint32_t n = 0; n < met; n++) zh_top_offer(&top, rank_of(b->sum[b->met[n]]), b->met[n], 0);
    uint32_t kept = 0;
    for (uint32_t n = 0; row != NULL && n < most; n++) {
        const uint32_t after = (uint32_t)top.entries[n].key;
        row[kept] = (zh_scored){ after, (float)(b->sum[after] / all) };
        kept += row[kept].score > 0; /* a float may not hold what a double does */
    }
    for (uint32_t n = 0; n < met; n++) b->sum[b->met[n]] = 0;
    if (row == NULL) return ZH_NOMEM;
    if (kept > 0) qsort(row, kept, sizeof *row, by_item);
    j->out->row[item] = row;
    j->out->count[item] = kept;
    return ZH_OK;
}

static void make_part(void *context, uint32_t part, uint32_t hand)
{
    job *j = context;
    const uint32_t items = j->data->items, from = part * ITEMS_A_PART;
    for (uint32_t i = from; i < items && i - from < ITEMS_A_PART && j->failed[hand] == ZH_OK; i++) j->failed[hand] = make_row(j, hand, i);
}

static zh_err bench_open(bench *b, zh_arena *arena, uint32_t items, double top)
{
    b->sum = ZH_TAKE(arena, double, items);
    b->met = ZH_TAKE(arena, uint32_t, items);
    b->best = ZH_TAKE(arena, zh_top_entry, items < top ? items : (uint32_t)top);
    return b->sum == NULL || b->met == NULL || b->best == NULL ? ZH_NOMEM : ZH_OK;
}

static zh_err train(zh_model *model, const zh_train *data, const zh_crew *crew, zh_note *why)
{
    (void)why;
    job *j = ZH_TAKE(&model->scratch[0], job, 1);
    chains *made = ZH_TAKE(&model->keep[0], chains, 1);
    if (j == NULL || made == NULL) return ZH_NOMEM;
    *j = (job){ .model = model, .data = data, .param = model->param, .out = made };
    made->count = ZH_TAKE(&model->keep[0], uint32_t, data->items);
    made->row = ZH_TAKE(&model->keep[0], zh_scored *, data->items);
    zh_err e = made->count == NULL || made->row == NULL ? ZH_NOMEM : zh_places_find(&j->places, &model->scratch[0], j->data, j->param[TIME]);
    for (uint32_t hand = 0; e == ZH_OK && hand < crew->hands; hand++) e = bench_open(&j->bench[hand], &model->scratch[hand], data->items, j->param[TOP]);
    if (e != ZH_OK) return e;
    zh_crew_run(crew, (data->items + ITEMS_A_PART - 1) / ITEMS_A_PART, make_part, j);
    for (uint32_t hand = 0; e == ZH_OK && hand < crew->hands; hand++) e = j->failed[hand];
    if (e == ZH_OK) model->state = made;
    return e;
}

static zh_err score(const zh_model *model, const zh_query *query, zh_scores *into)
{
    const chains *c = model->state;
    const uint32_t last = query->count < model->param[LAST] ? query->count : (uint32_t)model->param[LAST];
    const uint32_t *end = query->known + query->count;
    uint64_t adds = 0;
    for (uint32_t l = 1; l <= last; l++) adds += c->count[end[-(ptrdiff_t)l]];
    zh_scores_expect(into, adds);
    for (uint32_t l = 0; l < last; l++) {
        const uint32_t item = end[-1 - (ptrdiff_t)l];
        zh_scores_add(into, c->row[item], c->count[item], (float)exp(-(double)l / model->param[QUERY]));
    }
    return ZH_OK;
}

#define GRID(...) .grid = (const double[]){ __VA_ARGS__ }, .grid_size = sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double)

static const zh_param_kind params[PARAMS] = {
    [STEPS] = { "steps", "places ahead that count as after, by one over the distance", 1, 100, 3, true, .choices = NULL, GRID(1, 3, 10, 50) },
    [TOP] = { "top", "items that an item keeps", 1, 100000, 1000, true, .grid_size = 0 },
    [SHRINK] = { "shrink", "pulls transitions seen few times towards 0", 0, 1e6, 0, .choices = NULL, GRID(0, 1, 5, 20) },
    [TIME] = { "time", "sessions this many days old weigh 1/e; 0: all the same", 0, 1e5, 0, .timed = true, GRID(0, 4, 8, 16, 32) },
    [LAST] = { "last", "items of the history that are looked at", 1, 1000, 5, true, .at_score = true, GRID(1, 5, 20, 200) },
    [QUERY] = { "query", "history items this far back weigh 1/e", .1, 1000, 1, .at_score = true, GRID(.5, 1, 2, 5, 20, 100) },
};

const zh_model_kind zh_markov_kind = {
    .name = "markov",
    .meaning = "what came after what you took last",
    .params = params,
    .params_count = PARAMS,
    .train = train,
    .score = score,
};
