#include "engine/league.h"
#include "base/time.h"
#include "engine/sold.h"

#include <math.h>
#include <stdlib.h>

#define DAY_MS INT64_C(86400000)
#define SEED 1

typedef struct playing {
    const volatile bool *stopping;
    const zh_clock *clock;
    const zh_model_kind *kind[ZH_LEAGUE_PLACES_MAX];
    int64_t began_us[ZH_LEAGUE_PLACES_MAX + 1];
    uint32_t count;
} playing;

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

static moments moments_of(const zh_sold *g)
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

static zh_err play(zh_engine *engine, zh_sold *g, const moments *m, playing *p, zh_league *league, zh_note *why)
{
    zh_split split;
    zh_arena arena = zh_arena_open(ZH_LEAGUE_BYTES_MAX);
    const zh_crew crew = { .hands = 1, .blas = zh_engine_blas(engine) };
    zh_err e = zh_league_split(&split, &arena, g->list, g->count, g->customers, g->items, m->valid_ms, m->test_ms);
    if (e == ZH_OK) e = zh_league_run(league, &(zh_league_ask){ .split = &split, .crew = &crew, .seed = SEED, .bytes_max = ZH_LEAGUE_BYTES_MAX, .mark = mark, .enough = enough, .context = p }, why);
    p->began_us[p->count] = zh_clock_mono_us(p->clock);
    zh_arena_close(&arena);
    return e;
}

static void put_text(const zh_sold *g, const moments *m, const playing *p, const zh_league *l, const zh_note *why, int64_t at_ms, int64_t took_us, zh_json_out *out)
{
    zh_json_out_object(out);
    put_moment(out, "at", at_ms);
    zh_json_out_key_int(out, ZH_SV("tookMs"), took_us / 1000);
    put_moment(out, "from", m->from_ms);
    put_moment(out, "validFrom", m->valid_ms);
    put_moment(out, "testFrom", m->test_ms);
    put_moment(out, "to", m->to_ms);
    zh_json_out_key_int(out, ZH_SV("customers"), g->customers);
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
    zh_sold g = { 0 };
    playing p = { .stopping = stopping, .clock = zh_engine_clock(engine) };
    zh_note why = { "" };
    const int64_t began_us = zh_clock_mono_us(p.clock);
    zh_league *league = calloc(1, sizeof *league);
    zh_err e = league == NULL ? ZH_NOMEM : zh_sold_gather(&g, zh_engine_world(engine), stopping);
    const moments m = moments_of(&g);
    if (e == ZH_OK) e = play(engine, &g, &m, &p, league, &why);
    if (e == ZH_OK || e == ZH_ABSENT) { /* absent: too young a shop has no questions; that is told */
        if (e == ZH_OK) why.text[0] = '\0';
        else league->count = 0;
        zh_json_out json = zh_json_out_on(out);
        put_text(&g, &m, &p, league, &why, zh_engine_now_ms(engine), zh_clock_mono_us(p.clock) - began_us, &json);
        e = zh_json_out_done(&json);
    }
    zh_sold_close(&g);
    free(league);
    return e;
}
