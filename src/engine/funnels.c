#include "engine/funnels.h"
#include "engine/crowd.h"
#include "engine/world_segments.h"

#include <stdlib.h>

#define SCRATCH_BYTES_MAX ((size_t)16 << 20)
#define PROGRAMS_BYTES_MAX ((size_t)32 << 20)
#define EVENTS_MAX (ZH_ACTIVITY_FACTS_MAX * ZH_FUNNEL_STEPS_MAX) /* an event may be chosen by each condition */

typedef struct walking {
    const zh_funnel_ask *ask;
    const zh_world *world;
    zh_funnel *out;
    zh_arena scratch, programs_memory;
    zh_json *json;
    const zh_cel_program *programs[ZH_FUNNEL_STEPS_MAX]; /* NULL: by name alone */
    uint32_t names[ZH_FUNNEL_STEPS_MAX];                 /* terms */
    uint32_t plain;                                      /* bits of the steps by name */
    uint32_t segment;                                    /* number; 0: all */
    uint64_t (*buckets)[ZH_FUNNEL_BUCKETS];
    zh_funnel_event *events;                             /* [EVENTS_MAX] */
    size_t count;
    bool failed;
} walking;

static void add(walking *w, int64_t time_ms, uint32_t steps)
{
    if (w->count < EVENTS_MAX) w->events[w->count++] = (zh_funnel_event){ time_ms, steps };
}

static void add_plain(walking *w, const zh_customer_state *state)
{
    zh_facts facts = zh_customer_facts(state);
    for (zh_fact fact; zh_facts_next(&facts, &fact) && fact.time_ms >= w->ask->span.from_ms;) {
        uint32_t steps = 0;
        for (uint32_t k = 0; k < w->ask->span.steps; k++)
            if (w->names[k] == fact.name && fact.name != 0) steps |= w->plain & 1u << k;
        if (steps != 0) add(w, fact.time_ms, steps);
    }
}

static void add_chosen(walking *w, const zh_customer_state *state, uint32_t k)
{
    zh_look look = zh_world_look(w->world);
    const zh_fact *facts;
    uint32_t count;
    zh_cel_value error;
    look.state = state;
    look.customer = zh_customer_number(state);
    look.now_ms = w->world->counts.newest_ms;
    look.json = w->json;
    zh_arena_reset(&w->scratch);
    if (!zh_vocabulary_events(w->programs[k], &look, w->ask->span.from_ms - 1, &w->scratch, &facts, &count, &error)) {
        w->failed = true;
        return;
    }
    for (uint32_t i = 0; i < count; i++) add(w, facts[i].time_ms, 1u << k);
}

static int by_time(const void *a, const void *b)
{
    const zh_funnel_event *x = a, *y = b;
    return x->time_ms != y->time_ms ? (x->time_ms < y->time_ms ? -1 : 1) : (x->steps > y->steps) - (x->steps < y->steps);
}

/* Oldest first; steps by name alone come newest first, one run. */
static void put_in_order(walking *w, bool is_run)
{
    for (size_t i = 0; is_run && i < w->count / 2; i++) {
        const zh_funnel_event kept = w->events[i];
        w->events[i] = w->events[w->count - 1 - i];
        w->events[w->count - 1 - i] = kept;
    }
    if (!is_run) qsort(w->events, w->count, sizeof *w->events, by_time);
}

static void visit(void *context, const zh_customer_state *state)
{
    walking *w = context;
    const zh_customer_id customer = zh_customer_number(state);
    if (w->segment != 0 && !zh_segments_has(w->world->segments, w->segment, customer, NULL)) return;
    w->out->customers++;
    w->count = 0;
    w->failed = false;
    if (w->plain != 0) add_plain(w, state);
    for (uint32_t k = 0; k < w->ask->span.steps; k++)
        if ((w->plain & 1u << k) == 0) add_chosen(w, state, k);
    w->out->failed += w->failed;
    put_in_order(w, w->plain + 1 == 1u << w->ask->span.steps);
    const zh_funnel_way way = zh_funnel_way_of(&w->ask->span, w->events, w->count);
    for (uint32_t k = 0; k < way.reached; k++) {
        w->out->reached[k + 1]++;
        w->buckets[k][zh_funnel_bucket(way.took_ms[k])]++;
    }
    w->out->reached[0]++;
    if (w->ask->named == 0 || way.reached != w->ask->reached || customer.number <= w->ask->after) return;
    if (w->out->named_count < w->ask->named) w->out->named[w->out->named_count++] = customer;
    else w->out->more = true;
}

static zh_err prepare(walking *w, uint32_t *step, zh_cel_fault *why)
{
    zh_cel_env *env;
    zh_err e = zh_vocabulary_open(&env, &w->programs_memory);
    zh_world_lock_read((zh_world *)(uintptr_t)w->world);
    for (uint32_t k = 0; e == ZH_OK && k < w->ask->span.steps; k++) {
        const zh_computed wanted = { .kind = ZH_COMPUTED_COUNT, .event = w->ask->steps[k].event, .where = w->ask->steps[k].where };
        *step = k;
        if (wanted.where.size > 0) e = zh_computed_compile(&wanted, &w->programs_memory, env, &w->programs[k], why);
        else {
            w->names[k] = zh_terms_find(zh_customers_terms(w->world->customers), wanted.event);
            w->plain |= 1u << k;
        }
    }
    zh_segment segment;
    if (e == ZH_OK && w->ask->segment.size > 0) {
        if (zh_segments_find(w->world->segments, w->ask->segment, &segment)) w->segment = segment.number;
        else e = ZH_ABSENT;
    }
    zh_world_unlock((zh_world *)(uintptr_t)w->world);
    return e;
}

zh_err zh_engine_funnel(zh_engine *engine, const zh_funnel_ask *ask, zh_funnel *out, uint32_t *step, zh_cel_fault *why)
{
    zh_world *world = zh_engine_world(engine);
    walking w = { .ask = ask, .world = world, .out = out, .scratch = zh_arena_open(SCRATCH_BYTES_MAX), .programs_memory = zh_arena_open(PROGRAMS_BYTES_MAX) };
    const int64_t began_us = zh_clock_mono_us(NULL);
    *out = (zh_funnel){ 0 };
    w.events = calloc(EVENTS_MAX, sizeof *w.events);
    w.buckets = calloc(ZH_FUNNEL_STEPS_MAX, sizeof *w.buckets);
    zh_err e = w.events == NULL || w.buckets == NULL ? ZH_NOMEM : zh_json_open(&w.json, ZH_PROFILE_TRAIT_VALUE_MAX);
    if (e == ZH_OK) e = prepare(&w, step, why);
    if (e == ZH_OK) e = zh_crowd_walk(world, &(zh_crowd){ .visit = visit, .context = &w });
    for (uint32_t k = 0; e == ZH_OK && k < ask->span.steps; k++) out->median_ms[k] = k == 0 ? 0 : zh_funnel_median_ms(w.buckets[k]);
    out->took_us = zh_clock_mono_us(NULL) - began_us;
    zh_json_close(w.json);
    zh_arena_close(&w.scratch);
    zh_arena_close(&w.programs_memory);
    free(w.events);
    free(w.buckets);
    return e;
}
