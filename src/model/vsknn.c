#include "model/vsknn.h"

#include <math.h>

enum {
    K = ZH_VSKNN_K, M = ZH_VSKNN_M, LAST = ZH_VSKNN_LAST, QUERY = ZH_VSKNN_QUERY, QIDF = ZH_VSKNN_QIDF, IDF = ZH_VSKNN_IDF,
    NEAR = ZH_VSKNN_NEAR, BACK = ZH_VSKNN_BACK, TIME = ZH_VSKNN_TIME, PARAMS = ZH_VSKNN_PARAMS
};

#define DAY_S 86400.0
#define SAYS_LEAST 1e-12f     /* a smaller factor changes no sum; products of two stay normal floats */

typedef struct memory {
    zh_rows sessions;         /* rows of train.seq */
    zh_rows index;            /* item -> the `m` newest sessions that hold it, newest last */
    const float *weight;      /* [sessions] a_s */
    uint32_t longest;         /* places of a session */
    const float *rarity;      /* [items] log(1 + sessions / n_i) ^ qidf */
    const float *vote;        /* [items] the same ^ idf */
} memory;

/* ---- training: copy what is asked for later ---- */

static const void *copy(zh_arena *keep, const void *from, size_t bytes)
{
    void *to = zh_arena_take_raw(keep, bytes, 1);
    return to == NULL ? NULL : memcpy(to, from, bytes);
}

static zh_err copy_sessions(memory *m, zh_arena *keep, const zh_train *data)
{
    const zh_rows *seq = &data->seq;
    const uint32_t *from = copy(keep, seq->from, ((size_t)seq->count + 1) * sizeof *from);
    const uint32_t *at = copy(keep, seq->at, (size_t)zh_rows_entries(seq) * sizeof *at);
    for (uint32_t r = 0; r < seq->count; r++) m->longest = zh_rows_size(seq, r) > m->longest ? zh_rows_size(seq, r) : m->longest;
    m->sessions = (zh_rows){ .count = seq->count, .width = seq->width, .from = from, .at = at };
    return from == NULL || at == NULL ? ZH_NOMEM : ZH_OK;
}

static zh_err make_index(memory *m, zh_arena *keep, const zh_rows *xt, uint32_t most)
{
    uint32_t *from = ZH_TAKE(keep, uint32_t, (size_t)xt->count + 1);
    if (from == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < xt->count; i++) {
        const uint32_t size = zh_rows_size(xt, i);
        from[i + 1] = from[i] + (size < most ? size : most);
    }
    uint32_t *at = ZH_TAKE(keep, uint32_t, from[xt->count]);
    if (at == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < xt->count; i++) {
        const uint32_t size = from[i + 1] - from[i];
        if (size > 0) memcpy(at + from[i], xt->at + xt->from[i + 1] - size, size * sizeof *at);
    }
    m->index = (zh_rows){ .count = xt->count, .width = xt->width, .from = from, .at = at };
    return ZH_OK;
}

/* Short (where `size` > 0) and recent sessions say more. Ages count from the newest session: another day to count from
 * would scale all weights alike. */
static const float *weigh_sessions(zh_arena *keep, const zh_train *data, double days, double size)
{
    float *weight = ZH_TAKE(keep, float, data->x.count);
    double newest_s = -INFINITY;
    const bool timed = days > 0 && data->time_s != NULL;
    for (uint32_t s = 0; timed && s < data->x.count; s++) newest_s = fmax(newest_s, data->time_s[s]);
    for (uint32_t s = 0; weight != NULL && s < data->x.count; s++) {
        const double age = timed ? exp((data->time_s[s] - newest_s) / DAY_S / days) : 1;
        weight[s] = fmaxf((float)(age * pow(fmax(1, zh_rows_size(&data->x, s)), -size)), SAYS_LEAST);
    }
    return weight;
}

zh_err zh_vsknn_learn(zh_model *model, const zh_train *data, double size)
{
    zh_arena *keep = &model->keep[0];
    memory *m = ZH_TAKE(keep, memory, 1);
    float *rarity = ZH_TAKE(keep, float, data->items), *vote = ZH_TAKE(keep, float, data->items);
    if (m == NULL || rarity == NULL || vote == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < data->items; i++) {
        const double idf = log(1 + data->x.count / fmax(1, zh_rows_size(&data->xt, i)));
        rarity[i] = (float)pow(idf, model->param[QIDF]);
        vote[i] = (float)pow(idf, model->param[IDF]);
    }
    m->rarity = rarity;
    m->vote = vote;
    m->weight = weigh_sessions(keep, data, model->param[TIME], size);
    zh_err e = m->weight == NULL ? ZH_NOMEM : copy_sessions(m, keep, data);
    if (e == ZH_OK) e = make_index(m, keep, &data->xt, (uint32_t)model->param[M]);
    if (e == ZH_OK) model->state = m;
    return e;
}

/* ---- candidates: sessions that share an item with the question ---- */

/* A place of the table: a session, how much it shares, and how. Places go by the low bits of the
 * session's number, the next free one where that is taken; newer sessions lie near to each other. */
typedef struct candidate {
    uint32_t session_1; /* the number + 1; 0: free */
    uint32_t newest;    /* steps from the end of the question to the newest item shared */
    float shared;       /* sum of w_i */
} candidate;

typedef struct gathering {
    const memory *m;
    candidate *place;   /* [mask + 1] */
    uint32_t mask, count;
    uint32_t oldest;    /* sessions before it are not among the m newest */
} gathering;

static void meet(gathering *g, uint32_t session, uint32_t ago, float w)
{
    uint32_t p = session & g->mask;
    while (g->place[p].session_1 != 0 && g->place[p].session_1 != session + 1) p = (p + 1) & g->mask;
    candidate *c = &g->place[p];
    if (c->session_1 == 0) {
        *c = (candidate){ session + 1, ago, 0 };
        g->count++;
    }
    c->shared += w;
}

/* The first of the `most` newest candidates. Errors: ZH_NOMEM. */
static zh_err find_oldest(gathering *g, zh_arena *scratch, uint32_t most)
{
    if (g->count <= most) return ZH_OK;
    zh_top newest = zh_top_open(ZH_TAKE(scratch, zh_top_entry, most), most);
    if (newest.entries == NULL) return ZH_NOMEM;
    for (uint32_t p = 0; p <= g->mask; p++)
        if (g->place[p].session_1 != 0) zh_top_offer(&newest, g->place[p].session_1 - 1, 0, 0);
    g->oldest = (uint32_t)newest.entries[0].score; /* the heap's root is the worst one kept */
    return ZH_OK;
}

static zh_err gather(gathering *out, const zh_model *model, const zh_query *query, zh_scores *into)
{
    const memory *m = model->state;
    const double *param = model->param;
    const uint32_t last = query->count < param[LAST] ? query->count : (uint32_t)param[LAST];
    const uint32_t *end = query->known + query->count;
    uint64_t met = 0;
    for (uint32_t ago = 1; ago <= last; ago++) met += zh_rows_size(&m->index, end[-(ptrdiff_t)ago]);
    uint64_t places = 2;
    while (places < m->sessions.count && places < 2 * met) places *= 2;
    *out = (gathering){ .m = m, .mask = (uint32_t)(places - 1), .place = ZH_TAKE(into->scratch, candidate, places) };
    if (out->place == NULL) return ZH_NOMEM;
    for (uint32_t ago = 0; ago < last; ago++) {
        const uint32_t item = end[-1 - (ptrdiff_t)ago];
        if (!zh_scores_first(into, item)) continue;
        const float w = fmaxf((float)exp(-(double)ago / param[QUERY]) * m->rarity[item], SAYS_LEAST);
        const uint32_t *session = zh_rows_of(&m->index, item);
        for (uint32_t n = zh_rows_size(&m->index, item); n-- > 0;) meet(out, session[n], ago, w);
    }
    return find_oldest(out, into->scratch, (uint32_t)param[M]);
}

/* ---- neighbours: the k candidates most alike ---- */

static int64_t rank_of(float positive)
{
    int32_t bits;
    memcpy(&bits, &positive, sizeof bits);
    return bits;
}

/* The k candidates most alike, ties to the newest; `extra` is the candidate's place. */
static zh_err find_nearest(zh_top *out, const zh_model *model, const gathering *g, zh_arena *scratch)
{
    const memory *m = model->state;
    const uint32_t k = g->count < model->param[K] ? g->count : (uint32_t)model->param[K];
    *out = zh_top_open(ZH_TAKE(scratch, zh_top_entry, k), k);
    if (out->entries == NULL) return ZH_NOMEM;
    for (uint32_t p = 0; p <= g->mask; p++) {
        const candidate *c = &g->place[p];
        if (c->session_1 > g->oldest) zh_top_offer(out, rank_of(fmaxf(c->shared * m->weight[c->session_1 - 1], SAYS_LEAST)), UINT32_MAX - c->session_1, p);
    }
    return ZH_OK;
}

/* ---- votes ---- */

/* What a neighbour says by the distance from the item it was met by. */
typedef struct fading {
    float *ahead, *behind; /* [reach + 1] */
    zh_scored *said;       /* [longest] by one neighbour */
    uint32_t reach;
} fading;

static zh_err fade(fading *out, const zh_model *model, zh_arena *scratch)
{
    const memory *m = model->state;
    const double near = model->param[NEAR], far = near * -log(SAYS_LEAST);
    out->reach = far < m->longest ? (uint32_t)far : m->longest;
    out->said = ZH_TAKE(scratch, zh_scored, m->longest);
    out->ahead = ZH_TAKE(scratch, float, out->reach + 1);
    out->behind = ZH_TAKE(scratch, float, out->reach + 1);
    if (out->said == NULL || out->ahead == NULL || out->behind == NULL) return ZH_NOMEM;
    for (uint32_t gap = 0; gap <= out->reach; gap++) {
        out->ahead[gap] = (float)exp(-(double)gap / near);
        out->behind[gap] = out->ahead[gap] * (float)model->param[BACK];
    }
    return ZH_OK;
}

static void vote(const memory *m, const fading *f, uint32_t session, uint32_t shared, float sim, zh_scores *into)
{
    const uint32_t size = zh_rows_size(&m->sessions, session), *item = zh_rows_of(&m->sessions, session);
    uint32_t here = size - 1;
    while (here > 0 && item[here] != shared) here--;
    const uint32_t first = here > f->reach ? here - f->reach : 0;
    const uint32_t past = size - here > f->reach ? here + f->reach + 1 : size;
    uint32_t said = 0;
    for (uint32_t p = first; p < past; p++) {
        const float v = (p < here ? f->behind[here - p] : f->ahead[p - here]) * m->vote[item[p]];
        f->said[said] = (zh_scored){ item[p], v };
        said += v > SAYS_LEAST;
    }
    zh_scores_add(into, f->said, said, sim);
}

zh_err zh_vsknn_ask(const zh_model *model, const zh_query *query, double seat, zh_scores *into)
{
    const memory *m = model->state;
    gathering g;
    zh_top near;
    fading f;
    if (query->count == 0) return ZH_OK;
    zh_err e = gather(&g, model, query, into);
    if (e == ZH_OK) e = find_nearest(&near, model, &g, into->scratch);
    if (e == ZH_OK) e = fade(&f, model, into->scratch);
    if (e != ZH_OK) return e;
    uint64_t clicks = 0;
    for (size_t n = 0; n < near.count; n++) clicks += zh_rows_size(&m->sessions, g.place[near.entries[n].extra].session_1 - 1);
    zh_scores_expect(into, clicks);
    for (size_t n = 0; n < near.count; n++) {
        const candidate *c = &g.place[near.entries[n].extra];
        float sim;
        const int32_t bits = (int32_t)near.entries[n].score;
        memcpy(&sim, &bits, sizeof sim);
        if (seat > 0) sim *= (float)exp(-(double)c->newest / seat);
        vote(m, &f, c->session_1 - 1, query->known[query->count - 1 - c->newest], sim, into);
    }
    return ZH_OK;
}

static zh_err train(zh_model *model, const zh_train *data, const zh_crew *crew, zh_note *why)
{
    (void)crew, (void)why;
    return zh_vsknn_learn(model, data, .5);
}

static zh_err score(const zh_model *model, const zh_query *query, zh_scores *into)
{
    return zh_vsknn_ask(model, query, 0, into);
}

#define GRID(...) .grid = (const double[]){ __VA_ARGS__ }, .grid_size = sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double)

static const zh_param_kind params[PARAMS] = {
    [K] = { "k", "neighbours that vote", 1, 10000, 300, true, .at_score = true, GRID(100, 300, 500, 1000) },
    [M] = { "m", "newest sessions of an item, and in all, that are looked at", 1, 100000, 1500, true, .choices = NULL, GRID(1500, 5000) },
    [LAST] = { "last", "items of the history that are looked at", 1, 1000, 20, true, .at_score = true, GRID(5, 10, 20, 50, 200) },
    [QUERY] = { "query", "history items this far back weigh 1/e", .1, 1000, 2, .at_score = true, GRID(.5, 1, 2, 5, 20, 50) },
    [QIDF] = { "qidf", "how much more a rare shared item says", 0, 3, 1, .choices = NULL, GRID(.5, 1, 1.5) },
    [IDF] = { "idf", "how much popular items are held back", 0, 3, .5, .choices = NULL, GRID(0, .25, .5, .75, 1) },
    [NEAR] = { "near", "items this far from the shared one say 1/e", .1, 1000, 2, .at_score = true, GRID(1, 2, 3, 5, 20) },
    [BACK] = { "back", "what items before the shared one say beside those after it", 0, 1, .7, .at_score = true, GRID(.3, .5, .7, .85, 1) },
    [TIME] = { "time", "sessions this many days old weigh 1/e; 0: all the same", 0, 10000, 0, .timed = true, GRID(0, 4, 8, 16, 32) },
};

const zh_model_kind zh_vsknn_kind = {
    .name = "vsknn",
    .meaning = "what came next in sessions like this one",
    .params = params,
    .params_count = PARAMS,
    .train = train,
    .score = score,
};
