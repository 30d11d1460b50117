#include "engine/funnels.h"

#include <stdlib.h>

typedef struct walking { /* of one thread */
    const zh_funnel_ask *ask;
    zh_steps steps;
    zh_funnel out;
    uint64_t buckets[ZH_FUNNEL_STEPS_MAX][ZH_FUNNEL_BUCKETS], step_buckets[ZH_FUNNEL_STEPS_MAX][ZH_FUNNEL_BUCKETS];
} walking;

static void begin(void *context)
{
    walking *w = context;
    zh_steps_bind(&w->steps);
}

static void visit(void *context, const zh_customer_state *state)
{
    walking *w = context;
    const zh_customer_id customer = zh_customer_number(state);
    if (!zh_steps_takes(&w->steps, customer)) return;
    w->out.customers++;
    zh_steps_of(&w->steps, state, w->ask->span.from_ms);
    w->out.failed += w->steps.failed;
    const zh_funnel_way way = zh_funnel_way_of(&w->ask->span, w->steps.events, w->steps.count);
    for (uint32_t k = 0; k < way.reached; k++) {
        w->out.reached[k + 1]++;
        w->buckets[k][zh_funnel_bucket(way.took_ms[k])]++;
        if (k > 0) w->step_buckets[k][zh_funnel_bucket(way.step_ms[k])]++;
    }
    w->out.reached[0]++;
    if (way.reached == w->ask->reached || (w->ask->or_more && way.reached > w->ask->reached)) zh_crowd_name(&w->out.named, customer);
}

static void add_up(walking *all, const walking *one)
{
    all->out.customers += one->out.customers;
    all->out.failed += one->out.failed;
    for (uint32_t k = 0; k <= ZH_FUNNEL_STEPS_MAX; k++) all->out.reached[k] += one->out.reached[k];
    for (uint32_t k = 0; k < ZH_FUNNEL_STEPS_MAX; k++)
        for (uint32_t b = 0; b < ZH_FUNNEL_BUCKETS; b++) all->buckets[k][b] += one->buckets[k][b], all->step_buckets[k][b] += one->step_buckets[k][b];
    zh_crowd_names_join(&all->out.named, &one->out.named);
}

static zh_err walk(zh_world *world, walking *w, size_t threads, const zh_funnel_ask *ask, uint32_t *step, zh_cel_fault *why)
{
    zh_crowd crowds[ZH_CROWD_THREADS];
    const zh_steps_desc desc = { .steps = ask->steps, .count = ask->span.steps, .segment = ask->segment };
    zh_err e = ZH_OK;
    for (size_t i = 0; e == ZH_OK && i < threads; i++) {
        w[i].ask = ask;
        w[i].out.named = (zh_crowd_names){ .most = ask->named, .after = ask->after };
        e = zh_steps_open(&w[i].steps, world, &desc, step, why);
        crowds[i] = (zh_crowd){ .visit = visit, .context = &w[i], .begin = begin, .events = true };
    }
    if (e == ZH_OK) e = zh_crowd_walk_together(world, crowds, threads);
    for (size_t i = 0; i < threads; i++) {
        if (e == ZH_OK && i > 0) add_up(&w[0], &w[i]);
        zh_steps_close(&w[i].steps);
    }
    return e;
}

zh_err zh_world_funnel(zh_world *world, const zh_funnel_ask *ask, zh_funnel *out, uint32_t *step, zh_cel_fault *why)
{
    const int64_t began_us = zh_clock_mono_us(NULL);
    walking *w = calloc(ZH_CROWD_THREADS, sizeof *w);
    if (w == NULL) return ZH_NOMEM;
    const zh_err e = walk(world, w, zh_crowd_threads(world), ask, step, why);
    *out = w[0].out;
    for (uint32_t k = 1; e == ZH_OK && k < ask->span.steps; k++) {
        out->median_ms[k] = zh_funnel_median_ms(w[0].buckets[k]);
        out->median_step_ms[k] = zh_funnel_median_ms(w[0].step_buckets[k]);
    }
    out->took_us = zh_clock_mono_us(NULL) - began_us;
    free(w);
    return e;
}
