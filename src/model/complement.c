#include "model/complement.h"

#include <math.h>

enum { DAYS, SIZE, PRIOR, BETA, TITLE, FRESH, FRESH_DAYS, KINDS, ORDER, REACH, PARAMS }; /* places in param[] */
enum { ANY, AFTER };

#define DAY_S 86400.0
#define FLOOR_ITEMS .25 /* e: what an item that nobody bought is taken for, in items of mean popularity */

typedef struct state {
    const zh_train *data;  /* borrowed */
    float *weight;         /* [rows] w_b */
    float *share;          /* [items] P_j */
    float *factor;         /* [items] all that does not depend on what is known */
    float *norm;           /* [items] length of the title's words */
    float *kind_share;     /* [kinds] P_k; NULL where kinds do not count */
    float *relation;       /* [kinds][kinds] T_kl / T_k */
    float mean;            /* M */
} state;

static double age_weight(const zh_train *d, uint32_t row, double newest_s, double days)
{
    return d->time_s == NULL || days == 0 ? 1 : exp2((d->time_s[row] - newest_s) / DAY_S / days);
}

/* P_j or Q_j: weights of rows summed by item, as shares. */
static void shares(float *out, const zh_train *d, const float *weight)
{
    double all = 0;
    for (uint32_t j = 0; j < d->items; j++) {
        const uint32_t *rows = zh_rows_of(&d->xt, j), size = zh_rows_size(&d->xt, j);
        double sum = 0;
        for (uint32_t n = 0; n < size; n++) sum += weight[rows[n]];
        out[j] = (float)sum;
        all += sum;
    }
    for (uint32_t j = 0; all > 0 && j < d->items; j++) out[j] = (float)(out[j] / all);
}

static zh_err weigh(state *s, zh_model *model)
{
    const zh_train *d = s->data;
    const double *param = model->param;
    s->weight = ZH_TAKE(&model->keep[0], float, d->x.count);
    s->share = ZH_TAKE(&model->keep[0], float, d->items);
    s->factor = ZH_TAKE(&model->keep[0], float, d->items);
    float *fresh = ZH_TAKE(&model->scratch[0], float, d->x.count);
    if (s->weight == NULL || s->share == NULL || s->factor == NULL || fresh == NULL) return ZH_NOMEM;
    double newest_s = -INFINITY, pairs = 0;
    for (uint32_t b = 0; d->time_s != NULL && b < d->x.count; b++) newest_s = fmax(newest_s, d->time_s[b]);
    for (uint32_t b = 0; b < d->x.count; b++) {
        const double n = zh_rows_size(&d->x, b);
        if (n == 0) continue;
        fresh[b] = (float)age_weight(d, b, newest_s, param[FRESH_DAYS]);
        s->weight[b] = (float)(age_weight(d, b, newest_s, param[DAYS]) * pow(n, -param[SIZE]));
        pairs += s->weight[b] * n * (n - 1);
    }
    s->mean = (float)(pairs / d->items);
    shares(s->share, d, s->weight);
    shares(s->factor, d, fresh);
    const double least = FLOOR_ITEMS / d->items;
    for (uint32_t j = 0; j < d->items; j++)
        s->factor[j] = (float)(pow((s->factor[j] + least) / (s->share[j] + least), param[FRESH]) / pow(s->share[j] + least, param[BETA]));
    return ZH_OK;
}

/* ln(items / items with the word). */
static float word_weight(const zh_train *d, uint32_t word)
{
    return logf((float)d->items / (float)zh_rows_size(&d->word_items, word));
}

static zh_err read_titles(state *s, zh_arena *keep)
{
    const zh_train *d = s->data;
    if (d->words.count == 0) return ZH_OK;
    s->norm = ZH_TAKE(keep, float, d->items);
    if (s->norm == NULL) return ZH_NOMEM;
    for (uint32_t j = 0; j < d->items; j++) {
        float squares = 0;
        for (uint32_t w = 0; w < zh_rows_size(&d->words, j); w++) {
            const float weight = word_weight(d, zh_rows_of(&d->words, j)[w]);
            squares += weight * weight;
        }
        s->norm[j] = sqrtf(squares);
    }
    return ZH_OK;
}

/* What j, `gap` places after a, adds beside w_b. */
static float nearness(const double *param, uint32_t gap)
{
    return param[REACH] == 0 ? 1 : (float)exp(-(double)(gap - 1) / param[REACH]);
}

/* T from one row: each pair of its items once, or each that is in order. */
static void relate_row(state *s, const double *param, uint32_t b)
{
    const zh_train *d = s->data;
    const zh_rows *rows = param[ORDER] == AFTER ? &d->seq : &d->x;
    const uint32_t *row = zh_rows_of(rows, b);
    const uint32_t size = zh_rows_size(rows, b) < ZH_COMPLEMENT_ROW_MAX ? zh_rows_size(rows, b) : ZH_COMPLEMENT_ROW_MAX;
    for (uint32_t i = 0; i < size; i++) {
        float *to = s->relation + (size_t)d->kind[row[i]] * d->kinds;
        for (uint32_t j = param[ORDER] == AFTER ? i + 1 : 0; j < size; j++)
            if (row[i] != row[j]) to[d->kind[row[j]]] += s->weight[b] * (param[ORDER] == AFTER ? nearness(param, j - i) : 1);
    }
}

static zh_err relate_kinds(state *s, zh_model *model)
{
    const zh_train *d = s->data;
    if (d->kind == NULL || d->kinds > ZH_COMPLEMENT_KINDS_MAX || model->param[KINDS] == 0) return ZH_OK;
    s->kind_share = ZH_TAKE(&model->keep[0], float, d->kinds);
    s->relation = ZH_TAKE(&model->keep[0], float, (size_t)d->kinds * d->kinds);
    if (s->kind_share == NULL || s->relation == NULL) return ZH_NOMEM;
    for (uint32_t j = 0; j < d->items; j++) s->kind_share[d->kind[j]] += s->share[j];
    for (uint32_t b = 0; b < d->x.count; b++) relate_row(s, model->param, b);
    for (uint32_t k = 0; k < d->kinds; k++) {
        float *to = s->relation + (size_t)k * d->kinds;
        double all = 0;
        for (uint32_t l = 0; l < d->kinds; l++) all += to[l];
        for (uint32_t l = 0; all > 0 && l < d->kinds; l++) to[l] = (float)(to[l] / all);
    }
    return ZH_OK;
}

static zh_err train(zh_model *model, const zh_train *data, const zh_crew *crew, zh_note *why)
{
    (void)crew;
    (void)why;
    state *s = ZH_TAKE(&model->keep[0], state, 1);
    if (s == NULL) return ZH_NOMEM;
    s->data = data;
    zh_err e = weigh(s, model);
    if (e == ZH_OK) e = read_titles(s, &model->keep[0]);
    if (e == ZH_OK) e = relate_kinds(s, model);
    model->state = s;
    return e;
}

/* ---- scoring ---- */

/* pair[j] = W_aj. */
static void add_pairs(float *pair, const state *s, uint32_t a)
{
    const zh_train *d = s->data;
    const uint32_t *rows = zh_rows_of(&d->xt, a), size = zh_rows_size(&d->xt, a);
    for (uint32_t n = 0; n < size; n++) {
        const float w = s->weight[rows[n]];
        for (uint32_t e = d->x.from[rows[n]]; e < d->x.from[rows[n] + 1]; e++) pair[d->x.at[e]] += w;
    }
    pair[a] = 0;
}

static void add_pairs_after(float *pair, const state *s, const double *param, uint32_t a)
{
    const zh_train *d = s->data;
    const uint32_t *rows = zh_rows_of(&d->xt, a), size = zh_rows_size(&d->xt, a);
    for (uint32_t n = 0; n < size; n++) {
        const uint32_t *row = zh_rows_of(&d->seq, rows[n]), items = zh_rows_size(&d->seq, rows[n]);
        uint32_t at = 0;
        while (row[at] != a) at++; /* it is there: xt was turned from seq */
        for (uint32_t j = at + 1; j < items; j++) pair[row[j]] += s->weight[rows[n]] * nearness(param, j - at);
    }
    pair[a] = 0;
}

/* alike[j] = cos of the titles of a and j, before the division by their lengths. */
static void add_words(float *alike, const zh_train *d, uint32_t a)
{
    for (uint32_t w = 0; w < zh_rows_size(&d->words, a); w++) {
        const uint32_t word = zh_rows_of(&d->words, a)[w], size = zh_rows_size(&d->word_items, word);
        const float weight = word_weight(d, word);
        for (uint32_t n = 0; n < size; n++) alike[zh_rows_of(&d->word_items, word)[n]] += weight * weight;
    }
}

static float prior(const state *s, float by_kinds, const float *to, uint32_t j)
{
    if (to == NULL) return s->share[j];
    const uint32_t k = s->data->kind[j];
    const float inside = s->kind_share[k] > 0 ? s->share[j] / s->kind_share[k] : 0;
    return (1 - by_kinds) * s->share[j] + by_kinds * to[k] * inside;
}

typedef struct room {
    float *pair, *alike; /* [items] */
} room;

static void add_known(const zh_model *model, uint32_t a, room *r, float *value)
{
    const state *s = model->state;
    const double *param = model->param;
    const uint32_t items = model->items;
    memset(r->pair, 0, items * sizeof *r->pair);
    if (param[ORDER] == AFTER) add_pairs_after(r->pair, s, param, a);
    else add_pairs(r->pair, s, a);
    double all = 0;
    for (uint32_t j = 0; j < items; j++) all += r->pair[j];
    const float weight = (float)param[PRIOR] * s->mean, whole = (float)all + weight, by_kinds = (float)param[KINDS];
    if (whole <= 0) return;
    const float *to = s->relation == NULL ? NULL : s->relation + (size_t)s->data->kind[a] * s->data->kinds;
    const bool titled = param[TITLE] > 0 && s->norm != NULL && s->norm[a] > 0;
    if (titled) {
        memset(r->alike, 0, items * sizeof *r->alike);
        add_words(r->alike, s->data, a);
    }
    for (uint32_t j = 0; j < items; j++) {
        const float chance = (r->pair[j] + weight * prior(s, by_kinds, to, j)) / whole;
        const float alike = titled && s->norm[j] > 0 ? r->alike[j] / (s->norm[a] * s->norm[j]) : 0;
        value[j] += chance * (1 + (float)param[TITLE] * alike);
    }
}

static zh_err score(const zh_model *model, const zh_query *query, zh_scores *into)
{
    const state *s = model->state;
    const uint32_t items = model->items;
    room r = { ZH_TAKE(into->scratch, float, items), ZH_TAKE(into->scratch, float, items) };
    if (r.pair == NULL || r.alike == NULL) return ZH_NOMEM;
    into->way = ZH_SCORES_DENSE;
    for (uint32_t k = 0; k < query->count; k++)
        if (zh_scores_first(into, query->known[k])) add_known(model, query->known[k], &r, into->value);
    for (uint32_t j = 0; j < items; j++) {
        if (query->count == 0) into->value[j] = s->share[j];
        into->value[j] *= s->factor[j];
    }
    return ZH_OK;
}

static const char *const orders[] = { "any", "after", NULL };

#define GRID(...) .grid = (const double[]){ __VA_ARGS__ }, .grid_size = sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double)

static const zh_param_kind params[PARAMS] = {
    [DAYS] = { "days", "half-life of a basket, 0: none", 0, 1e5, 120, GRID(0, 60, 120, 240) },
    [SIZE] = { "size", "a pair of n items counts n^-size", 0, 2, .5, GRID(0, .25, .5, .75) },
    [PRIOR] = { "m", "weight of the prior, in pairs of a mean item", 0, 1e3, .05, .at_score = true, GRID(.02, .05, .1, .3, 1, 5, 20) },
    [BETA] = { "beta", "how much popularity counts against an item", 0, 1, .1, GRID(0, .1, .2, .4, .6) },
    [TITLE] = { "title", "how much alike titles count", 0, 100, 1, .at_score = true, GRID(0, .5, 1, 2) },
    [FRESH] = { "fresh", "how much recent popularity counts", 0, 2, .25, GRID(0, .15, .25, .4) },
    [FRESH_DAYS] = { "fresh_days", "half-life of recent popularity", 1, 1e5, 14, .grid_size = 0 },
    [KINDS] = { "kinds", "share of the prior that goes by kinds", 0, 1, 0, GRID(0, .5, .9) },
    [ORDER] = { "order", "pairs, or what is bought after what", 0, AFTER, ANY, true, orders, GRID(ANY, AFTER) },
    [REACH] = { "reach", "after: items this far on weigh 1/e", 0, 1000, 0, GRID(0, 1, 3, 10) },
};

const zh_model_kind zh_complement_kind = {
    .name = "complement",
    .meaning = "what completes this: weighed pairs, kinds and titles",
    .params = params,
    .params_count = PARAMS,
    .train = train,
    .score = score,
};
