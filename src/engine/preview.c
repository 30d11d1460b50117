#include "engine/preview.h"
#include "engine/predict.h"

#include <stdlib.h>

#define SCRATCH_BYTES_MAX ((size_t)16 << 20)
#define AHEAD 6 /* customers */

typedef struct crowd { uint64_t *numbers; size_t count; } crowd;

/* The customers there are at this moment; the caller frees. */
static zh_err all_customers(zh_world *w, crowd *out)
{
    zh_world_lock_read(w);
    const size_t most = zh_customers_count(w->customers);
    out->numbers = malloc((most + 1) * sizeof *out->numbers);
    const zh_customer_state *state;
    for (size_t at = 0; out->numbers != NULL && out->count < most && (state = zh_customers_walk(w->customers, &at)) != NULL;)
        out->numbers[out->count++] = zh_customer_number(state).number;
    zh_world_unlock(w);
    return out->numbers == NULL ? ZH_NOMEM : ZH_OK;
}

typedef struct survey {
    const zh_preview_ask *ask;
    zh_condition condition;
    zh_look look;
    zh_arena scratch;
    zh_preview *out;
    uint64_t *named; /* all that may be named, unsorted, over the front of the crowd's numbers */
    size_t named_count;
} survey;

static void ask_one(survey *s, const zh_world *w, uint64_t number)
{
    s->look.customer.number = number;
    s->look.state = zh_customers_get(w->customers, s->look.customer);
    s->out->asked++;
    if (s->look.state == NULL) return; /* merged into another meanwhile, who is asked too */
    zh_cel_value error;
    zh_arena_reset(&s->scratch);
    const bool holds = zh_vocabulary_holds(&s->condition, &s->look, &s->scratch, &error);
    if (zh_cel_is_error(error) && s->out->failed++ == 0) (void)snprintf(s->out->failure, sizeof s->out->failure, "%s", error.text);
    if (!holds) return;
    s->out->matching++;
    for (int channel = 0; channel < (int)ZH_CHANNEL_COUNT; channel++)
        s->out->reach[channel] += zh_consents_said(w->consents, s->look.customer, ZH_CONSENT_OF(channel)) == ZH_CHOICE_YES;
    if (s->ask->limit > 0 && number > s->ask->after) s->named[s->named_count++] = number;
}

static int ascending(const void *left, const void *right)
{
    const uint64_t *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

static zh_err name_them(survey *s, zh_arena *arena)
{
    zh_preview *out = s->out;
    qsort(s->named, s->named_count, sizeof *s->named, ascending);
    out->more = s->named_count > s->ask->limit;
    out->named_count = (uint32_t)(out->more ? s->ask->limit : s->named_count);
    if (out->named_count == 0) return ZH_OK;
    if ((out->named = ZH_TAKE(arena, zh_customer_id, out->named_count)) == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < out->named_count; i++) out->named[i].number = s->named[i];
    return ZH_OK;
}

static zh_err survey_all(zh_engine *engine, survey *s, zh_arena *arena)
{
    zh_world *w = zh_engine_world(engine);
    const zh_clock *clock = zh_engine_clock(engine);
    const int64_t began_us = zh_clock_mono_us(clock);
    crowd all = { 0 };
    zh_err e = all_customers(w, &all);
    s->out->customers = all.count;
    s->named = all.numbers; /* at most as many as were read before */
    for (size_t at = 0; e == ZH_OK && at < all.count;) {
        const size_t until = at + ZH_PREVIEW_STEP < all.count ? at + ZH_PREVIEW_STEP : all.count;
        zh_world_lock_read(w);
        for (; at < until; at++) {
            for (int step = 0; step < 2; step++) /* customers lie anywhere in memory: bring those after the next near */
                if (at + AHEAD * (2 - (size_t)step) < all.count) zh_customers_prefetch(w->customers, (zh_customer_id){ all.numbers[at + AHEAD * (2 - (size_t)step)] }, step);
            ask_one(s, w, all.numbers[at]);
        }
        zh_world_unlock(w);
        if (zh_clock_mono_us(clock) - began_us > (int64_t)ZH_PREVIEW_WORK_MS * 1000) break;
    }
    if (e == ZH_OK) e = name_them(s, arena);
    free(all.numbers);
    s->out->took_us = zh_clock_mono_us(clock) - began_us;
    return e;
}

zh_err zh_engine_preview(zh_engine *engine, const zh_preview_ask *ask, zh_arena *arena, zh_preview *out, zh_cel_fault *why)
{
    *out = (zh_preview){ .now_ms = zh_clock_wall_ms(zh_engine_clock(engine)) };
    zh_cel_env *env;
    zh_condition condition;
    zh_err e = zh_vocabulary_open(&env, arena);
    if (e == ZH_OK) e = zh_vocabulary_compile(&condition, arena, env, ask->expression, why);
    if (e != ZH_OK) return e;
    const zh_world *w = zh_engine_world(engine);
    zh_json *json;
    if ((e = zh_json_open(&json, ZH_PROFILE_TRAIT_VALUE_MAX)) != ZH_OK) return e;
    survey s = { .ask = ask, .condition = condition, .out = out, .scratch = zh_arena_open(SCRATCH_BYTES_MAX),
                 .look = zh_world_look(w) };
    s.look.now_ms = out->now_ms;
    s.look.json = json;
    s.look.predict = zh_predictions_look;
    s.look.predictions = zh_engine_predictions(engine);
    e = survey_all(engine, &s, arena);
    zh_arena_close(&s.scratch);
    zh_json_close(json);
    return e;
}
