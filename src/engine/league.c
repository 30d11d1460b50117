#include "engine/league.h"
#include "base/hash.h"
#include "base/time.h"
#include "engine/crowd.h"
#include "profile/activity.h"

#include <math.h>
#include <stdlib.h>

#define DAY_MS INT64_C(86400000)
#define SEED 1

typedef struct taken { uint64_t number; uint32_t place; } taken; /* a customer, and his number in the list as gathered */

typedef struct gathering {
    const volatile bool *stopping;
    zh_purchase *list;        /* an item is its term */
    taken *customers;
    size_t count, most;       /* of the list */
    size_t lines, buyers;     /* of the shop */
    uint32_t taken, taken_most;
    uint64_t share;           /* one customer of so many is taken */
} gathering;

typedef struct playing {
    const volatile bool *stopping;
    const zh_clock *clock;
    const zh_model_kind *kind[ZH_LEAGUE_PLACES_MAX];
    int64_t began_us[ZH_LEAGUE_PLACES_MAX + 1];
    uint32_t count;
} playing;

/* ---- purchases ---- */

static void count_lines(void *context, const zh_customer_state *state)
{
    gathering *g = context;
    zh_fact fact;
    const size_t before = g->lines;
    for (zh_facts walk = zh_customer_facts(state); zh_facts_next(&walk, &fact);)
        if (fact.act == ZH_ACT_ORDER) g->lines += fact.lines_count;
    g->buyers += g->lines > before;
}

static void take_lines(void *context, const zh_customer_state *state)
{
    gathering *g = context;
    zh_fact fact;
    const size_t before = g->count;
    if (g->taken == g->taken_most || (g->share > 1 && zh_mix64(zh_customer_number(state).number) % g->share != 0)) return;
    for (zh_facts walk = zh_customer_facts(state); zh_facts_next(&walk, &fact);) {
        if (fact.act != ZH_ACT_ORDER) continue;
        for (zh_fact_line line; zh_fact_line_next(&fact, &line) && g->count < g->most;)
            if (line.item != 0) g->list[g->count++] = (zh_purchase){ g->taken, line.item, fact.time_ms };
    }
    if (g->count == before) return;
    g->customers[g->taken] = (taken){ zh_customer_number(state).number, g->taken };
    g->taken++;
}

static bool go_on(void *context) { return !*((const gathering *)context)->stopping; }

static int by_number(const void *left, const void *right)
{
    const taken *a = left, *b = right;
    return a->number < b->number ? -1 : a->number > b->number;
}

/* The same customers have the same numbers, whatever order the table has them in. */
static zh_err number_customers(gathering *g)
{
    uint32_t *rank = malloc(((size_t)g->taken + 1) * sizeof *rank);
    if (rank == NULL) return ZH_NOMEM;
    qsort(g->customers, g->taken, sizeof *g->customers, by_number);
    for (uint32_t i = 0; i < g->taken; i++) rank[g->customers[i].place] = i;
    for (size_t i = 0; i < g->count; i++) g->list[i].customer = rank[g->list[i].customer];
    free(rank);
    return ZH_OK;
}

static size_t with_room(size_t count) { return count + count / 8 + 1024; } /* folding goes on between the two walks */

static zh_err gather(zh_world *world, gathering *g)
{
    zh_err e = zh_crowd_walk(world, &(zh_crowd){ .visit = count_lines, .go_on = go_on, .context = g, .events = true });
    if (e != ZH_OK) return e;
    g->share = g->lines / ZH_LEAGUE_PURCHASES_MAX + 1;
    g->most = with_room(g->lines / g->share);
    g->taken_most = (uint32_t)(with_room(g->buyers) < UINT32_MAX ? with_room(g->buyers) : UINT32_MAX);
    g->list = malloc(g->most * sizeof *g->list);
    g->customers = malloc(g->taken_most * sizeof *g->customers);
    if (g->list == NULL || g->customers == NULL) return ZH_NOMEM;
    e = zh_crowd_walk(world, &(zh_crowd){ .visit = take_lines, .go_on = go_on, .context = g, .events = true });
    return e == ZH_OK ? number_customers(g) : e;
}

/* ---- the text ---- */

static void put_moment(zh_json_out *out, const char *key, int64_t ms)
{
    char text[ZH_TIME_TEXT_BYTES];
    zh_json_out_key_text(out, zh_sv_of(key), (zh_sv){ text, zh_time_print(ms, text) });
}

static void put_params(const zh_league_place *p, zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("parameters"));
    zh_json_out_object(out);
    for (uint32_t i = 0; i < p->kind->params_count; i++) {
        const zh_param_kind *param = &p->kind->params[i];
        if (param->choices != NULL) zh_json_out_key_text(out, zh_sv_of(param->name), zh_sv_of(param->choices[(size_t)p->param[i]]));
        else zh_json_out_key_real(out, zh_sv_of(param->name), p->param[i]);
    }
    zh_json_out_end(out);
}

static void put_place(const zh_league_place *p, double seconds, zh_json_out *out)
{
    const zh_metrics *m = &p->metrics;
    const struct { const char *key; double value; } numbers[] = { { "ndcg", m->ndcg }, { "recall", m->recall }, { "precision", m->precision }, { "hit", m->hit }, { "mrr", m->mrr },
        { "coverage", m->coverage }, { "gini", m->gini }, { "popularity", m->popularity }, { "ahead", p->ahead }, { "aheadLow", p->ahead_low }, { "seconds", seconds } };
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("model"), zh_sv_of(p->kind->name));
    zh_json_out_key_text(out, ZH_SV("meaning"), zh_sv_of(p->kind->meaning));
    zh_json_out_key_text(out, ZH_SV("verdict"), zh_sv_of(zh_league_verdict_text(p->verdict)));
    zh_json_out_key(out, ZH_SV("why"));
    if (p->verdict == ZH_LEAGUE_ABSENT) zh_json_out_text(out, zh_sv_of(p->why.text));
    else zh_json_out_null(out);
    for (size_t i = 0; p->verdict != ZH_LEAGUE_ABSENT && i < sizeof numbers / sizeof *numbers; i++) zh_json_out_key_real(out, zh_sv_of(numbers[i].key), isfinite(numbers[i].value) ? numbers[i].value : 0);
    zh_json_out_key_int(out, ZH_SV("trials"), p->trials);
    zh_json_out_key_int(out, ZH_SV("bytes"), (int64_t)p->bytes);
    if (p->verdict != ZH_LEAGUE_ABSENT) put_params(p, out);
    zh_json_out_end(out);
}

static double seconds_of(const playing *p, const zh_model_kind *kind)
{
    for (uint32_t i = 0; i < p->count; i++)
        if (p->kind[i] == kind) return (double)(p->began_us[i + 1] - p->began_us[i]) / 1e6;
    return 0;
}

/* ---- the game ---- */

static bool mark(void *context, const zh_model_kind *kind)
{
    playing *p = context;
    if (p->count < ZH_LEAGUE_PLACES_MAX) {
        p->began_us[p->count] = zh_clock_mono_us(p->clock);
        p->kind[p->count++] = kind;
    }
    return !*p->stopping;
}

static bool enough(void *context)
{
    const playing *p = context;
    return *p->stopping || zh_clock_mono_us(p->clock) - p->began_us[p->count - 1] > ZH_LEAGUE_TUNE_S * INT64_C(1000000);
}

typedef struct moments { int64_t from_ms, valid_ms, test_ms, to_ms; } moments;

static moments moments_of(const gathering *g)
{
    moments m = { INT64_MAX, 0, 0, INT64_MIN };
    for (size_t i = 0; i < g->count; i++) {
        if (g->list[i].time_ms < m.from_ms) m.from_ms = g->list[i].time_ms;
        if (g->list[i].time_ms >= m.to_ms) m.to_ms = g->list[i].time_ms + 1;
    }
    if (g->count == 0) return (moments){ 0 };
    const int64_t span = (m.to_ms - m.from_ms) / 4 < ZH_LEAGUE_DAYS * DAY_MS ? (m.to_ms - m.from_ms) / 4 : ZH_LEAGUE_DAYS * DAY_MS;
    m.test_ms = m.to_ms - span;
    m.valid_ms = m.test_ms - span;
    return m;
}

static uint32_t items_of(zh_world *world)
{
    zh_world_lock_read(world);
    const uint32_t count = zh_terms_count(zh_customers_terms(world->customers));
    zh_world_unlock(world);
    return count + 1;
}

static zh_err play(zh_engine *engine, gathering *g, const moments *m, playing *p, zh_league *league, zh_note *why)
{
    zh_split split;
    zh_arena arena = zh_arena_open(ZH_LEAGUE_BYTES_MAX);
    const zh_crew crew = { .hands = 1, .blas = zh_engine_blas(engine) };
    zh_err e = zh_league_split(&split, &arena, g->list, g->count, g->taken, items_of(zh_engine_world(engine)), m->valid_ms, m->test_ms);
    if (e == ZH_OK) e = zh_league_run(league, &(zh_league_ask){ .split = &split, .crew = &crew, .seed = SEED, .bytes_max = ZH_LEAGUE_BYTES_MAX, .mark = mark, .enough = enough, .context = p }, why);
    p->began_us[p->count] = zh_clock_mono_us(p->clock);
    zh_arena_close(&arena);
    return e;
}

static void put_text(const gathering *g, const moments *m, const playing *p, const zh_league *l, const zh_note *why, int64_t at_ms, int64_t took_us, zh_json_out *out)
{
    zh_json_out_object(out);
    put_moment(out, "at", at_ms);
    zh_json_out_key_int(out, ZH_SV("tookMs"), took_us / 1000);
    put_moment(out, "from", m->from_ms);
    put_moment(out, "validFrom", m->valid_ms);
    put_moment(out, "testFrom", m->test_ms);
    put_moment(out, "to", m->to_ms);
    zh_json_out_key_int(out, ZH_SV("customers"), g->taken);
    zh_json_out_key_int(out, ZH_SV("items"), l->items);
    zh_json_out_key_int(out, ZH_SV("purchases"), (int64_t)g->count);
    zh_json_out_key_bool(out, ZH_SV("drawn"), g->share > 1);
    zh_json_out_key_int(out, ZH_SV("questions"), l->queries);
    zh_json_out_key_int(out, ZH_SV("questionsMin"), ZH_LEAGUE_QUERIES_MIN);
    zh_json_out_key_int(out, ZH_SV("k"), ZH_LEAGUE_K);
    zh_json_out_key(out, ZH_SV("why"));
    if (why->text[0] != '\0') zh_json_out_text(out, zh_sv_of(why->text));
    else zh_json_out_null(out);
    zh_json_out_key(out, ZH_SV("places"));
    zh_json_out_array(out);
    for (uint32_t i = 0; i < l->count; i++) put_place(&l->place[i], seconds_of(p, l->place[i].kind), out);
    zh_json_out_end(out);
    zh_json_out_end(out);
}

zh_err zh_engine_league(zh_engine *engine, const volatile bool *stopping, zh_buf *out)
{
    gathering g = { .stopping = stopping };
    playing p = { .stopping = stopping, .clock = zh_engine_clock(engine) };
    zh_note why = { "" };
    const int64_t began_us = zh_clock_mono_us(p.clock);
    zh_league *league = calloc(1, sizeof *league);
    zh_err e = league == NULL ? ZH_NOMEM : gather(zh_engine_world(engine), &g);
    const moments m = moments_of(&g);
    if (e == ZH_OK) e = play(engine, &g, &m, &p, league, &why);
    if (e == ZH_OK || e == ZH_ABSENT) { /* absent: too young a shop has no questions; that is told */
        if (e == ZH_OK) why.text[0] = '\0';
        else league->count = 0;
        zh_json_out json = zh_json_out_on(out);
        put_text(&g, &m, &p, league, &why, zh_engine_now_ms(engine), zh_clock_mono_us(p.clock) - began_us, &json);
        e = zh_json_out_done(&json);
    }
    free(g.list);
    free(g.customers);
    free(league);
    return e;
}
