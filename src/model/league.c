#include "model/league.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ONE_SIDED_95 1.6448536269514722

/* ---- the split ---- */

static int by_customer_and_time(const void *left, const void *right)
{
    const zh_purchase *a = left, *b = right;
    if (a->customer != b->customer) return a->customer < b->customer ? -1 : 1;
    if (a->time_ms != b->time_ms) return a->time_ms < b->time_ms ? -1 : 1;
    return a->item < b->item ? -1 : a->item > b->item;
}

static zh_dataset_part part_of(const zh_purchase *p, int64_t valid_ms, int64_t test_ms)
{
    if (p->time_ms < valid_ms) return ZH_PART_TRAIN;
    return p->time_ms < test_ms ? ZH_PART_VALID : ZH_PART_TEST;
}

/* `seen[item]` is customer + 1 where this customer bought it before: then it is no answer. */
static bool is_kept(const zh_purchase *p, zh_dataset_part part, uint32_t *seen)
{
    const bool known = seen[p->item] == p->customer + 1;
    seen[p->item] = p->customer + 1;
    return part != ZH_PART_TEST || !known;
}

zh_err zh_league_split(zh_split *out, zh_arena *arena, zh_purchase *list, size_t count, uint32_t customers, uint32_t items, int64_t valid_ms, int64_t test_ms)
{
    uint32_t *order = ZH_TAKE(arena, uint32_t, (size_t)items + 1), *seen = ZH_TAKE(arena, uint32_t, (size_t)items + 1);
    uint32_t *from[ZH_PARTS], *at[ZH_PARTS];
    if (order == NULL || seen == NULL || count >= ZH_ROWS_ENTRIES_MAX) return ZH_NOMEM;
    for (int part = 0; part < ZH_PARTS; part++) {
        from[part] = ZH_TAKE(arena, uint32_t, (size_t)customers + 1);
        at[part] = ZH_TAKE(arena, uint32_t, count + 1);
        if (from[part] == NULL || at[part] == NULL) return ZH_NOMEM;
    }
    qsort(list, count, sizeof *list, by_customer_and_time);
    uint32_t sizes[ZH_PARTS] = { 0 };
    size_t i = 0;
    for (uint32_t c = 0; c < customers; c++) {
        for (; i < count && list[i].customer == c; i++) {
            const zh_dataset_part part = part_of(&list[i], valid_ms, test_ms);
            if (is_kept(&list[i], part, seen)) at[part][sizes[part]++] = list[i].item;
        }
        for (int part = 0; part < ZH_PARTS; part++) from[part][c + 1] = sizes[part];
    }
    for (uint32_t item = 0; item < items; item++) order[item] = item;
    *out = (zh_split){ .item_order = order, .items_named = items };
    for (int part = 0; part < ZH_PARTS; part++) out->part[part] = (zh_rows){ customers, items, from[part], at[part] };
    return ZH_OK;
}

/* ---- one kind ---- */

typedef struct playing {
    const zh_league_ask *ask;
    zh_problem test, chosen; /* chosen: what parameters are chosen by */
    bool can_choose;
    zh_arena arena;          /* of the problems and the answers */
    double *each[ZH_LEAGUE_PLACES_MAX]; /* [queries] ndcg of each place, in the order of play */
    zh_model_choice choice[ZH_LEAGUE_PLACES_MAX]; /* of those who played: a blend, which plays last, has its members from them */
    uint32_t choices;
} playing;

static double ndcg_of(const uint32_t *top, const zh_rows *target, uint32_t query, uint32_t wanted)
{
    double sum = 0, ideal = 0;
    const uint32_t *right = zh_rows_of(target, query);
    const uint32_t size = zh_rows_size(target, query);
    for (uint32_t place = 0; place < ZH_LEAGUE_K; place++) {
        const double worth = 1 / log2(place + 2.0);
        if (place < wanted) ideal += worth;
        for (uint32_t i = 0; i < size; i++)
            if (right[i] == top[place]) sum += worth;
    }
    return sum / ideal;
}

static zh_err choose(playing *p, zh_league_place *place)
{
    const bool given[ZH_MODEL_PARAMS_MAX] = { false };
    bool open = false;
    zh_model_params_normal(place->kind, place->param);
    for (uint32_t i = 0; i < place->kind->params_count; i++) open |= place->kind->params[i].grid_size > 0;
    if (!open || !p->can_choose) return ZH_OK;
    return zh_trial_run(&(zh_trial_tune){ .kind = place->kind, .problem = &p->chosen, .k = ZH_LEAGUE_K, .seed = p->ask->seed, .bytes_max = p->ask->bytes_max, .given = given, .choice = p->choice, .choices = p->choices, .enough = p->ask->enough, .context = p->ask->context },
                        p->ask->crew, place->param, &place->trials, &place->why);
}

static zh_err measure(playing *p, zh_league_place *place, double *each)
{
    zh_arena arena = zh_arena_open(p->ask->bytes_max);
    zh_model model = zh_model_open(place->kind, place->param, p->ask->seed, p->ask->bytes_max);
    model.choice = p->choice;
    model.choices = p->choices;
    uint32_t *top = ZH_TAKE(&arena, uint32_t, (size_t)p->test.queries * ZH_LEAGUE_K);
    zh_err e = top == NULL ? ZH_NOMEM : zh_model_train(&model, &p->test.train, p->ask->crew, &place->why);
    if (e == ZH_OK) e = zh_trial_answer(&model, &p->test, ZH_LEAGUE_K, p->ask->crew, top);
    place->bytes = zh_model_bytes(&model);
    zh_model_close(&model);
    for (uint32_t q = 0; e == ZH_OK && q < p->test.queries; q++) each[q] = ndcg_of(top + (size_t)q * ZH_LEAGUE_K, &p->test.target, q, p->test.wanted[q]);
    if (e == ZH_OK) e = zh_trial_judge(&place->metrics, &arena, &p->test, ZH_LEAGUE_K, top);
    zh_arena_close(&arena);
    return e;
}

/* A kind that lacks memory or a library is told so; the others still play. */
static zh_err play(playing *p, zh_league_place *place, double *each)
{
    zh_err e = choose(p, place);
    if (e == ZH_OK) e = measure(p, place, each);
    if (e == ZH_OK) {
        p->choice[p->choices].kind = place->kind;
        memcpy(p->choice[p->choices++].param, place->param, sizeof place->param);
        return ZH_OK;
    }
    if (place->why.text[0] == '\0') zh_note_set(&place->why, "%s", zh_err_text(e));
    *place = (zh_league_place){ .kind = place->kind, .verdict = ZH_LEAGUE_ABSENT, .why = place->why };
    return e == ZH_STOPPED ? e : ZH_OK;
}

/* ---- the table ---- */

static bool is_bar(const zh_model_kind *kind) { return strcmp(kind->name, "popular") == 0 || strcmp(kind->name, "itemknn") == 0; }

/* The better bar, or `count`: one of the two did not play. */
static uint32_t bar_of(const zh_league *l)
{
    uint32_t best = l->count, bars = 0;
    for (uint32_t i = 0; i < l->count; i++) {
        if (!is_bar(l->place[i].kind) || l->place[i].verdict == ZH_LEAGUE_ABSENT) continue;
        bars++;
        if (best == l->count || l->place[i].metrics.ndcg > l->place[best].metrics.ndcg) best = i;
    }
    return bars == 2 ? best : l->count;
}

static void compare(zh_league_place *place, const double *each, const double *bar, uint32_t queries)
{
    double sum = 0, square = 0;
    for (uint32_t q = 0; q < queries; q++) sum += each[q] - bar[q];
    place->ahead = sum / queries;
    for (uint32_t q = 0; q < queries; q++) square += (each[q] - bar[q] - place->ahead) * (each[q] - bar[q] - place->ahead);
    place->ahead_low = queries < 2 ? place->ahead : place->ahead - ONE_SIDED_95 * sqrt(square / (queries - 1) / queries);
}

static void judge(zh_league *l, double *const *each)
{
    const uint32_t bar = bar_of(l);
    for (uint32_t i = 0; i < l->count; i++) {
        zh_league_place *place = &l->place[i];
        if (place->verdict == ZH_LEAGUE_ABSENT) continue;
        if (bar < l->count) compare(place, each[i], each[bar], l->queries);
        if (is_bar(place->kind)) place->verdict = ZH_LEAGUE_BAR;
        else if (bar < l->count && l->queries >= ZH_LEAGUE_QUERIES_MIN) place->verdict = place->ahead_low > 0 ? ZH_LEAGUE_AHEAD : ZH_LEAGUE_NOT_AHEAD;
    }
}

static int by_ndcg(const void *left, const void *right)
{
    const zh_league_place *a = left, *b = right;
    const bool none = a->verdict == ZH_LEAGUE_ABSENT, other = b->verdict == ZH_LEAGUE_ABSENT;
    if (none != other) return none ? 1 : -1;
    if (a->metrics.ndcg != b->metrics.ndcg) return a->metrics.ndcg > b->metrics.ndcg ? -1 : 1;
    return strcmp(a->kind->name, b->kind->name);
}

/* The questions by which parameters are chosen: where there are none, the defaults play. */
static zh_err prepare(playing *p, zh_note *why)
{
    zh_split held;
    zh_err e = zh_problem_make(&p->test, &p->arena, p->ask->split, true, why);
    if (e == ZH_OK) e = zh_problem_sample(&p->test, &p->arena, ZH_LEAGUE_QUERIES_MAX, p->ask->seed);
    if (e == ZH_OK) e = zh_split_hold_out(&held, &p->arena, p->ask->split, p->ask->seed);
    if (e != ZH_OK) return e;
    zh_note none = { "" };
    e = zh_problem_make(&p->chosen, &p->arena, &held, false, &none);
    if (e == ZH_OK) e = zh_problem_sample(&p->chosen, &p->arena, ZH_TRIAL_QUERIES_MAX, p->ask->seed);
    p->can_choose = e == ZH_OK;
    return e == ZH_ABSENT ? ZH_OK : e;
}

zh_err zh_league_run(zh_league *out, const zh_league_ask *ask, zh_note *why)
{
    playing p = { .ask = ask, .arena = zh_arena_open(ask->bytes_max) };
    *out = (zh_league){ 0 };
    zh_err e = prepare(&p, why);
    if (e == ZH_OK) {
        out->queries = p.test.queries;
        out->items = p.test.train.items;
    }
    for (size_t i = 0; e == ZH_OK && i < zh_model_kinds() && out->count < ZH_LEAGUE_PLACES_MAX; i++) {
        zh_league_place *place = &out->place[out->count];
        place->kind = zh_model_kind_at(i);
        double *each = p.each[out->count] = ZH_TAKE(&p.arena, double, out->queries);
        if (each == NULL) e = ZH_NOMEM;
        else if (ask->mark != NULL && !ask->mark(ask->context, place->kind)) e = ZH_STOPPED;
        else e = play(&p, place, each);
        out->count++;
    }
    if (e == ZH_OK) {
        judge(out, p.each);
        qsort(out->place, out->count, sizeof *out->place, by_ndcg);
    }
    zh_arena_close(&p.arena);
    return e;
}

const char *zh_league_verdict_text(zh_league_verdict verdict)
{
    static const char *const texts[] = { "open", "bar", "ahead", "not_ahead", "absent" };
    return (unsigned)verdict <= ZH_LEAGUE_ABSENT ? texts[verdict] : "";
}
