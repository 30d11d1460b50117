#include "model/blend.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { FIRST, SECOND, THIRD, WAY, DAMP, TWO, THREE, PARAMS }; /* places in param[] */
enum { BEST, RANK };                                           /* ways */
#define AUTO 0 /* of FIRST to THIRD */

static const char *const names[] = { "auto", "popular", "itemknn", "rp3beta", "markov", "vsknn", "vstan", "gfcf", "ease", "slist", "als", NULL };

#define NAMES_MOST (sizeof names / sizeof *names - 2)

typedef struct state {
    zh_model member[ZH_BLEND_MEMBERS]; /* without arenas: what they learned is the blend's */
} state;

/* ---- members ---- */

static double place_of(const char *name)
{
    size_t place = 0;
    while (strcmp(names[place], name) != 0) place++;
    return (double)place;
}

void zh_blend_resolve(double *param, uint32_t items, bool sessions)
{
    enum { SESSIONS, CUSTOMERS, MANY };
    static const char *const members[][ZH_BLEND_MEMBERS] = {
        [SESSIONS] = { "slist", "vstan", "markov" }, [CUSTOMERS] = { "ease", "gfcf", "vstan" }, [MANY] = { "gfcf", "vstan", "rp3beta" } };
    const int which = items > ZH_BLEND_CLOSED_MAX ? MANY : sessions ? SESSIONS : CUSTOMERS;
    for (int m = 0; m < ZH_BLEND_MEMBERS; m++)
        if (param[FIRST + m] == AUTO) param[FIRST + m] = place_of(members[which][m]);
}

void zh_blend_kinds(const double *param, const zh_model_kind *out[ZH_BLEND_MEMBERS])
{
    for (int m = 0; m < ZH_BLEND_MEMBERS; m++) out[m] = zh_model_kind_named(zh_sv_of(names[(size_t)param[FIRST + m]]));
}

static void choose(zh_model *member, const zh_model *model)
{
    zh_model_params_normal(member->kind, member->param);
    for (uint32_t c = 0; c < model->choices; c++)
        if (model->choice[c].kind == member->kind) memcpy(member->param, model->choice[c].param, sizeof member->param);
}

/* The member learns in the blend's arenas: they are lent to it and taken back. */
static zh_err learn(zh_model *member, zh_model *model, const zh_train *data, const zh_crew *crew, zh_note *why)
{
    memcpy(member->keep, model->keep, sizeof member->keep);
    memcpy(member->scratch, model->scratch, sizeof member->scratch);
    const zh_err e = member->kind->train(member, data, crew, why);
    memcpy(model->keep, member->keep, sizeof member->keep);
    memcpy(model->scratch, member->scratch, sizeof member->scratch);
    for (uint32_t hand = 0; hand < crew->hands; hand++) zh_arena_reset(&model->scratch[hand]);
    if (e == ZH_OK && member->kind->settle != NULL) member->kind->settle(member);
    return e;
}

static zh_err train(zh_model *model, const zh_train *data, const zh_crew *crew, zh_note *why)
{
    const zh_model_kind *of[ZH_BLEND_MEMBERS];
    double param[ZH_MODEL_PARAMS_MAX];
    state *s = ZH_TAKE(&model->keep[0], state, 1);
    zh_err e = s == NULL ? ZH_NOMEM : ZH_OK;
    memcpy(param, model->param, sizeof param);
    zh_blend_resolve(param, data->items, data->time_s != NULL);
    zh_blend_kinds(param, of);
    for (int m = 0; e == ZH_OK && m < ZH_BLEND_MEMBERS; m++) {
        s->member[m] = (zh_model){ .kind = of[m], .seed = model->seed, .items = data->items };
        choose(&s->member[m], model);
        e = learn(&s->member[m], model, data, crew, why);
    }
    if (e == ZH_OK) model->state = s;
    return e;
}

/* ---- scoring ---- */

/* A list of one member, best first: from its scores to what it says. */
static void speak(zh_scored *list, uint32_t count, const double *param)
{
    const double best = count > 0 ? list[0].score : 1;
    for (uint32_t r = 0; r < count; r++) {
        const double said = param[WAY] == RANK ? 1 / (param[DAMP] + 1 + r) : pow(list[r].score / best, param[DAMP]);
        list[r].score = fmaxf((float)said, FLT_MIN); /* still an answer, if the last */
    }
}

static zh_err score(const zh_model *model, const zh_query *query, zh_scores *into)
{
    const state *s = model->state;
    const float share[ZH_BLEND_MEMBERS] = { 1, (float)model->param[TWO], (float)model->param[THREE] };
    const zh_scores_ask ask = { .k = ZH_BLEND_DEPTH, .masked = query->masked, .masked_count = query->masked_count };
    zh_scored list[ZH_BLEND_MEMBERS][ZH_BLEND_DEPTH]; /* the table and its scratch are emptied between members */
    uint32_t count[ZH_BLEND_MEMBERS] = { 0 };
    for (int m = 0; m < ZH_BLEND_MEMBERS; m++) {
        if (share[m] == 0) continue;
        const zh_err e = s->member[m].kind->score(&s->member[m], query, into);
        if (e != ZH_OK) return e;
        count[m] = zh_scores_rows(into, &ask, list[m]);
        speak(list[m], count[m], model->param);
    }
    for (int m = 0; m < ZH_BLEND_MEMBERS; m++) zh_scores_add(into, list[m], count[m], share[m]);
    return ZH_OK;
}

#define GRID(...) .grid = (const double[]){ __VA_ARGS__ }, .grid_size = sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double)

static const char *const ways[] = { "best", "rank", NULL };

static const zh_param_kind params[PARAMS] = {
    [FIRST] = { "first", "a member; auto: by the data", 0, NAMES_MOST, AUTO, true, names, .grid_size = 0 },
    [SECOND] = { "second", "another", 0, NAMES_MOST, AUTO, true, names, .grid_size = 0 },
    [THIRD] = { "third", "another", 0, NAMES_MOST, AUTO, true, names, .grid_size = 0 },
    [WAY] = { "way", "members speak by their score beside their best, or by their rank", 0, RANK, BEST, true, ways, .at_score = true, GRID(BEST, RANK) },
    [DAMP] = { "damp", "best: an exponent; rank: how little the first places are ahead", .1, 1000, 1, .at_score = true, GRID(.5, .7, 1, 1.5, 2, 5, 20, 60) },
    [TWO] = { "two", "what the second says beside the first", 0, 10, .5, .at_score = true, GRID(0, .1, .2, .35, .5, .7, 1, 1.5, 2.5) },
    [THREE] = { "three", "what the third says beside the first", 0, 10, .25, .at_score = true, GRID(0, .1, .2, .35, .5, .7, 1, 1.5, 2.5) },
};

const zh_model_kind zh_blend_kind = {
    .name = "blend",
    .meaning = "several of them together",
    .params = params,
    .params_count = PARAMS,
    .train = train,
    .score = score,
    .dense = true,
};
