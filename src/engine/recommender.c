#include "engine/recommender.h"
#include "base/json.h"
#include "engine/sold.h"

#include <stdlib.h>

#define TEXT_BYTES_MAX (64u << 10)
#define SEED 1
#define BYTES_MAX ((size_t)2 << 30)

/* ---- choose ---- */

static zh_league_verdict verdict_of(zh_sv text)
{
    for (int v = ZH_LEAGUE_OPEN; v < ZH_LEAGUE_ABSENT; v++)
        if (zh_sv_equal(text, zh_sv_of(zh_league_verdict_text((zh_league_verdict)v)))) return (zh_league_verdict)v;
    return ZH_LEAGUE_ABSENT;
}

static double real_of(zh_json_value object, const char *key)
{
    double value = 0;
    (void)zh_json_real(zh_json_get(object, zh_sv_of(key)), &value);
    return value;
}

/* What the league chose; a value that is none of the parameter's leaves the usual one. */
static void read_params(zh_recommender_choice *c, zh_json_value params)
{
    for (uint32_t i = 0; i < c->kind->params_count; i++) {
        const zh_param_kind *p = &c->kind->params[i];
        const zh_json_value value = zh_json_get(params, zh_sv_of(p->name));
        double number;
        zh_sv text;
        if (p->choices == NULL && zh_json_real(value, &number) && number >= p->least && number <= p->most) c->param[i] = number;
        for (uint32_t k = 0; p->choices != NULL && zh_json_text(value, &text) && k <= (uint32_t)p->most; k++)
            if (zh_sv_equal(text, zh_sv_of(p->choices[k]))) c->param[i] = k;
    }
}

static bool take_place(zh_recommender_choice *c, zh_json_value place)
{
    const zh_model_kind *kind = zh_model_kind_named(zh_json_text_or_empty(zh_json_get(place, ZH_SV("model"))));
    if (kind == NULL || !zh_serving_can(kind)) return false;
    *c = (zh_recommender_choice){ .kind = kind, .has_played = true, .verdict = verdict_of(zh_json_text_or_empty(zh_json_get(place, ZH_SV("verdict")))),
                                  .ndcg = real_of(place, "ndcg"), .ahead = real_of(place, "ahead"), .ahead_low = real_of(place, "aheadLow") };
    zh_model_params_normal(kind, c->param);
    read_params(c, zh_json_get(place, ZH_SV("parameters")));
    return true;
}

/* Places stand with the best first. */
static zh_err search(zh_recommender_choice *out, zh_sv name, zh_json_value league, bool anyway, zh_note *why)
{
    const bool any = zh_sv_equal(name, ZH_RECOMMENDER_AUTO);
    const zh_model_kind *kind = any ? NULL : zh_model_kind_named(name);
    if (!any && (kind == NULL || !zh_serving_can(kind))) {
        zh_note_set(why, "itemknn, rp3beta, gfcf, ease and slist can be served, or give auto");
        return ZH_ABSENT;
    }
    for (zh_json_iter it = zh_json_walk(zh_json_get(league, ZH_SV("places"))); zh_json_next(&it);) {
        if (!take_place(out, it.value) || (!any && out->kind != kind)) continue;
        (void)zh_json_int(zh_json_get(league, ZH_SV("questions")), &out->questions);
        if (out->verdict == ZH_LEAGUE_AHEAD || (!any && anyway)) return ZH_OK;
        if (!any) break;
    }
    if (!any && anyway) {
        *out = (zh_recommender_choice){ .kind = kind };
        zh_model_params_normal(kind, out->param);
        return ZH_OK;
    }
    if (any) zh_note_set(why, "no recommender that can be served is ahead of popularity and item-kNN by the newest league");
    else zh_note_set(why, "%s is not ahead of popularity and item-kNN by the newest league", kind->name);
    return ZH_DENIED;
}

zh_err zh_recommender_choose(zh_recommender_choice *out, zh_sv name, zh_sv league, bool anyway, zh_note *why)
{
    zh_json *json = NULL;
    zh_json_value root;
    zh_err e = zh_json_open(&json, TEXT_BYTES_MAX);
    if (e == ZH_OK && zh_json_parse(json, league.size > 0 ? league : ZH_SV("{}"), &root, NULL) != ZH_OK) e = ZH_CORRUPT;
    if (e == ZH_OK) e = search(out, name, root, anyway, why);
    zh_json_close(json);
    return e;
}

/* ---- learn ---- */

static zh_item_id *numbers_of(zh_world *w, const zh_problem *p, zh_arena *arena)
{
    zh_item_id *number = ZH_TAKE(arena, zh_item_id, p->train.items);
    zh_world_lock_read(w);
    const zh_terms *terms = zh_customers_terms(w->customers);
    for (uint32_t i = 0; number != NULL && i < p->train.items; i++) {
        const zh_sv text = zh_terms_text(terms, p->item_name[i]);
        if (text.size > 0) number[i] = zh_item_id_of(text);
    }
    zh_world_unlock(w);
    return number;
}

static bool go_on(void *context) { return !*(const volatile bool *)context; }

static zh_err train(zh_engine *engine, const zh_recommender_choice *choice, const zh_problem *p, zh_arena *arena, const volatile bool *stopping, zh_buf *file, zh_note *why)
{
    zh_model model = zh_model_open(choice->kind, choice->param, SEED, BYTES_MAX);
    const zh_crew crew = { .hands = 1, .blas = zh_engine_blas(engine) };
    const zh_item_id *number = numbers_of(zh_engine_world(engine), p, arena);
    zh_err e = number == NULL ? ZH_NOMEM : zh_model_train(&model, &p->train, &crew, why);
    if (e == ZH_OK && *stopping) e = ZH_STOPPED;
    if (e == ZH_OK) e = zh_serving_build(&(zh_serving_ask){ .model = &model, .number = number, .go_on = go_on, .context = (void *)(uintptr_t)stopping }, file);
    if (e == ZH_ABSENT && why->text[0] == '\0') zh_note_set(why, "no two items were ever bought by one customer");
    zh_model_close(&model);
    return e;
}

static zh_err learn(zh_engine *engine, const zh_recommender_choice *choice, zh_sold *all, const volatile bool *stopping, zh_buf *file, zh_recommender_facts *facts, zh_note *why)
{
    zh_arena arena = zh_arena_open(BYTES_MAX);
    zh_split split;
    zh_problem problem;
    zh_err e = zh_league_split(&split, &arena, all->list, all->count, all->customers, all->items, INT64_MAX, INT64_MAX);
    if (e == ZH_OK) e = zh_problem_learn(&problem, &arena, &split, why);
    if (e == ZH_OK) e = train(engine, choice, &problem, &arena, stopping, file, why);
    if (e == ZH_OK) facts->items = problem.train.items;
    zh_arena_close(&arena);
    return e;
}

zh_err zh_recommender_learn(zh_engine *engine, const zh_recommender_choice *choice, const volatile bool *stopping, zh_buf *file, zh_recommender_facts *facts, zh_note *why)
{
    zh_sold all = { 0 };
    const int64_t began_us = zh_clock_mono_us(zh_engine_clock(engine));
    *facts = (zh_recommender_facts){ .at_ms = zh_engine_now_ms(engine), .partitions = zh_log_partitions(zh_engine_log(engine)) };
    for (uint32_t p = 0; p < facts->partitions; p++) facts->positions[p] = zh_fold_position(zh_engine_fold(engine), p);
    zh_err e = zh_sold_gather(&all, zh_engine_world(engine), stopping);
    facts->customers = all.customers;
    facts->purchases = all.count;
    if (e == ZH_OK) e = learn(engine, choice, &all, stopping, file, facts, why);
    zh_sold_close(&all);
    facts->took_ms = (zh_clock_mono_us(zh_engine_clock(engine)) - began_us) / 1000;
    return e;
}
