#include "engine/group.h"
#include "base/hash.h"
#include "base/top.h"
#include "engine/crowd.h"
#include "engine/history.h"
#include "profile/portrait_context.h"

#define SCRATCH_BYTES_MAX ((size_t)16 << 20)

/* ---- who is in it ---- */

zh_err zh_group_test_open(zh_group_test *t, zh_engine *engine, zh_group_of of, int64_t now_ms, zh_arena *arena, zh_cel_fault *why)
{
    zh_world *w = zh_engine_world(engine);
    zh_cel_env *env;
    zh_segment segment = { 0 };
    *t = (zh_group_test){ .is_everybody = of.segment.size == 0 && of.expression.size == 0, .is_segment = of.segment.size > 0, .scratch = zh_arena_open(SCRATCH_BYTES_MAX) };
    if (t->is_segment) {
        zh_world_lock_read(w);
        const bool found = zh_segments_find(w->segments, of.segment, &segment);
        zh_world_unlock(w);
        t->segment = segment.number;
        return found ? ZH_OK : ZH_ABSENT;
    }
    if (t->is_everybody) return ZH_OK;
    zh_err e = zh_vocabulary_open(&env, arena);
    if (e == ZH_OK) e = zh_vocabulary_compile(&t->condition, arena, env, of.expression, why);
    if (e == ZH_OK) e = zh_json_open(&t->json, ZH_PROFILE_TRAIT_VALUE_MAX);
    t->look = zh_world_look(w);
    t->look.now_ms = now_ms;
    t->look.json = t->json;
    return e;
}

void zh_group_test_close(zh_group_test *t)
{
    zh_arena_close(&t->scratch);
    zh_json_close(t->json);
}

bool zh_group_has(zh_group_test *t, const zh_world *w, const zh_customer_state *state)
{
    zh_cel_value error;
    if (t->is_everybody) return true;
    const zh_customer_id customer = zh_customer_number(state);
    if (t->is_segment) return zh_segments_has(w->segments, t->segment, customer, NULL);
    t->look.customer = customer;
    t->look.state = state;
    zh_arena_reset(&t->scratch);
    const bool holds = zh_vocabulary_holds(&t->condition, &t->look, &t->scratch, &error);
    t->failed += zh_cel_is_error(error);
    return holds;
}

/* ---- its portrait ---- */

typedef struct drawn { zh_top_entry entries[ZH_GROUP_DRAWN]; zh_top top; } drawn;

typedef struct survey {
    const zh_world *world;
    const zh_clock *clock;
    int64_t began_us;
    zh_group_test group, whole;
    zh_group_answer *out;
    drawn *drawn; /* [2] */
    zh_err failed;
} survey;

static void visit(void *context, const zh_customer_state *state)
{
    survey *s = context;
    const zh_customer_id customer = zh_customer_number(state);
    if (s->failed != ZH_OK) return;
    s->out->asked++;
    if (!zh_consents_get(s->world->consents, customer).analytics) {
        s->out->refused++;
        return;
    }
    const unsigned sides = (zh_group_has(&s->group, s->world, state) ? ZH_GROUP_IN : 0) | (zh_group_has(&s->whole, s->world, state) ? ZH_GROUP_WHOLE : 0);
    if (sides == 0) return;
    s->failed = zh_group_portrait_add(s->out->portrait, state, sides);
    for (unsigned side = 0; side < 2; side++) {
        if ((sides & (1u << side)) == 0) continue;
        zh_top_offer(&s->drawn[side].top, (int64_t)(zh_mix64(customer.number) >> 1), customer.number, 0);
        for (int channel = 0; channel < (int)ZH_CHANNEL_COUNT; channel++)
            s->out->reach[side][channel] += zh_consents_marketing(s->world->consents, customer, (zh_channel)channel) == ZH_CHOICE_YES;
    }
}

static bool go_on(void *context)
{
    const survey *s = context;
    return s->failed == ZH_OK && zh_clock_mono_us(s->clock) - s->began_us < (int64_t)ZH_GROUP_WORK_MS * 1000;
}

/* What one comes with, from the log. Nothing is known of one whose events are gone. */
static zh_err read_one(zh_engine *engine, zh_customer_id customer, zh_json *json, zh_arena *arena, zh_portrait_context *out)
{
    zh_customer_id numbers[ZH_TIMELINE_NUMBERS_MAX];
    zh_timeline_at rows[ZH_GROUP_DRAWN_EVENTS];
    size_t count = 0;
    *out = (zh_portrait_context){ 0 };
    const size_t numbers_count = zh_history_numbers(engine, customer, numbers);
    zh_err e = zh_timeline_read(zh_engine_timeline(engine), ZH_TIMELINE_EVENTS, numbers, numbers_count, NULL, ZH_GROUP_DRAWN_EVENTS, rows, &count);
    for (size_t i = 0; e == ZH_OK && i < count; i++) {
        zh_event event;
        if (zh_history_event(engine, rows[i].partition, rows[i].sequence, arena, &event) != ZH_OK) continue; /* retention let it go */
        e = zh_portrait_context_add(out, &event, json, arena);
    }
    zh_portrait_context_end(out);
    return e;
}

static zh_err read_drawn(zh_engine *engine, survey *s)
{
    zh_json *json;
    zh_arena scratch = zh_arena_open(SCRATCH_BYTES_MAX);
    zh_err e = zh_json_open(&json, ZH_EVENT_BYTES_MAX);
    if (e != ZH_OK) return e;
    for (unsigned side = 0; side < 2; side++) {
        zh_top_sort(&s->drawn[side].top);
        for (size_t i = 0; e == ZH_OK && i < s->drawn[side].top.count && go_on(s); i++) {
            zh_portrait_context c;
            zh_arena_reset(&scratch);
            e = read_one(engine, (zh_customer_id){ s->drawn[side].entries[i].key }, json, &scratch, &c);
            if (e == ZH_OK) e = zh_group_portrait_say(s->out->portrait, c.counts[ZH_CONTEXT_DEVICES] > 0 ? c.names[ZH_CONTEXT_DEVICES][0].name : (zh_sv){ 0 },
                                                      c.counts[ZH_CONTEXT_SYSTEMS] > 0 ? c.names[ZH_CONTEXT_SYSTEMS][0].name : (zh_sv){ 0 },
                                                      c.counts[ZH_CONTEXT_CHANNELS] > 0 ? c.names[ZH_CONTEXT_CHANNELS][0].name : (zh_sv){ 0 }, 1u << side);
        }
    }
    zh_json_close(json);
    zh_arena_close(&scratch);
    return e;
}

static zh_err look_at_shop(zh_world *w, zh_group_answer *out)
{
    zh_world_lock_read(w);
    const zh_boundaries *last = zh_boundaries_last(w->boundaries);
    out->has_boundaries = last != NULL;
    if (last != NULL) out->boundaries = *last;
    out->customers = zh_customers_count(w->customers);
    zh_world_unlock(w);
    return zh_group_shop_open(&out->shop, w);
}

static zh_err survey_all(zh_engine *engine, survey *s, const zh_group_ask *ask, zh_arena *arena, zh_cel_fault *why)
{
    zh_world *w = zh_engine_world(engine);
    zh_group_answer *out = s->out;
    zh_err e = look_at_shop(w, out);
    const int digits = out->boundaries.currency.code == 0 ? 2 : zh_currency_digits(out->boundaries.currency);
    if (e == ZH_OK) e = zh_json_open(&out->json, ZH_PROFILE_TRAIT_VALUE_MAX);
    if (e == ZH_OK) e = zh_group_portrait_open(&out->portrait, &(zh_group_portrait_desc){ zh_customers_terms(w->customers), zh_engine_tz(engine), &out->shop.face,
                                               out->has_boundaries ? &out->boundaries : NULL, out->json, out->now_ms, digits });
    if (e == ZH_OK) e = zh_group_test_open(&s->group, engine, ask->group, out->now_ms, arena, why);
    if (e == ZH_OK) e = zh_group_test_open(&s->whole, engine, ask->whole, out->now_ms, arena, why);
    if (e == ZH_OK && (s->drawn = ZH_TAKE(arena, drawn, 2)) == NULL) e = ZH_NOMEM;
    for (int side = 0; e == ZH_OK && side < 2; side++) s->drawn[side].top = zh_top_open(s->drawn[side].entries, ZH_GROUP_DRAWN);
    if (e == ZH_OK) e = zh_crowd_walk(w, &(zh_crowd){ .visit = visit, .go_on = go_on, .context = s });
    if (s->failed != ZH_OK) e = s->failed;
    if (e == ZH_STOPPED) e = ZH_OK;
    if (e == ZH_OK) e = read_drawn(engine, s);
    out->failed = s->group.failed + s->whole.failed;
    out->is_part = s->whole.is_everybody;
    zh_group_test_close(&s->group);
    zh_group_test_close(&s->whole);
    return e;
}

zh_err zh_engine_group_portrait(zh_engine *engine, const zh_group_ask *ask, zh_arena *arena, zh_group_answer *out, zh_cel_fault *why)
{
    const zh_clock *clock = zh_engine_clock(engine);
    *out = (zh_group_answer){ .now_ms = zh_engine_now_ms(engine) };
    survey s = { .world = zh_engine_world(engine), .clock = clock, .began_us = zh_clock_mono_us(clock), .out = out };
    const zh_err e = survey_all(engine, &s, ask, arena, why);
    out->took_us = zh_clock_mono_us(clock) - s.began_us;
    if (e != ZH_OK) zh_group_answer_close(out);
    return e;
}

void zh_group_answer_close(zh_group_answer *out)
{
    zh_group_portrait_close(out->portrait);
    zh_json_close(out->json);
    zh_group_shop_close(&out->shop);
    out->portrait = NULL;
    out->json = NULL;
}
