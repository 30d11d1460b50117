#include "engine/preview.h"
#include "segment/plan.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define SCRATCH_BYTES_MAX ((size_t)16 << 20)
#define PROGRAM_BYTES_MAX ((size_t)32 << 20)
#define AHEAD 8            /* customers */
#define THREADS 2
#define ALONE_MAX 20000    /* customers that one thread asks as fast as two */

typedef struct crowd {
    uint64_t *numbers; /* those that may be named take the place of those asked, at the front of their step */
    size_t count, customers; /* those that are asked, and all */
    uint32_t *named;   /* how many, by step */
    atomic_size_t at;  /* the first that nobody asks yet */
} crowd;

static size_t steps_of(const crowd *c) { return (c->count + ZH_PREVIEW_STEP - 1) / ZH_PREVIEW_STEP; }

/* The customers there are at this moment, but those who surely do not match; the caller frees. */
static zh_err who_may_match(zh_world *w, zh_plan *plan, int64_t now_ms, crowd *out)
{
    zh_world_lock_read(w);
    out->customers = zh_customers_count(w->customers);
    out->numbers = malloc((out->customers + 1) * sizeof *out->numbers);
    if (plan != NULL) zh_plan_bind(plan, zh_customers_terms(w->customers));
    for (size_t at = 0; out->numbers != NULL && at < out->customers; at++) {
        const zh_stamps *stamps = zh_customers_stamps(w->customers, at);
        if (plan == NULL || zh_plan_may(plan, stamps, now_ms)) out->numbers[out->count++] = stamps->number;
    }
    zh_world_unlock(w);
    out->named = calloc(steps_of(out) + 1, sizeof *out->named);
    return out->numbers == NULL || out->named == NULL ? ZH_NOMEM : ZH_OK;
}

/* One of those that ask; each has all that it writes. */
typedef struct survey {
    zh_engine *engine;
    const zh_preview_ask *ask;
    crowd *crowd;
    zh_arena programs, scratch;
    zh_condition condition;
    zh_plan *plan;      /* NULL: by the condition */
    zh_recall recall;
    zh_look look;
    zh_preview out;
    int64_t began_us;
} survey;

static bool holds(survey *s)
{
    zh_cel_value error = zh_cel_null();
    zh_arena_reset(&s->scratch);
    if (s->plan != NULL) {
        zh_recall_of(&s->recall, s->look.state);
        const zh_said said = zh_plan_ask(s->plan, &s->look, &s->recall, &s->scratch, &(int64_t){ 0 });
        if (said < ZH_SAID_ERROR) return said == ZH_SAID_YES;
    }
    const bool yes = zh_vocabulary_holds(&s->condition, &s->look, &s->scratch, &error);
    if (zh_cel_is_error(error) && s->out.failed++ == 0) (void)snprintf(s->out.failure, sizeof s->out.failure, "%s", error.text);
    return yes;
}

/* Is he to be named? */
static bool ask_one(survey *s, const zh_world *w, uint64_t number)
{
    s->look.customer.number = number;
    s->look.state = zh_customers_get(w->customers, s->look.customer);
    s->out.asked++;
    if (s->look.state == NULL || !holds(s)) return false; /* NULL: merged into another meanwhile, who is asked too */
    s->out.matching++;
    for (int channel = 0; channel < (int)ZH_CHANNEL_COUNT; channel++)
        s->out.reach[channel] += zh_consents_marketing(w->consents, s->look.customer, (zh_channel)channel) == ZH_CHOICE_YES;
    return s->ask->limit > 0 && number > s->ask->after;
}

/* Customers lie anywhere in memory: bring the next ones near, one step of the way each time. */
static void come_near(const zh_world *w, const crowd *all, size_t at)
{
    for (size_t step = 1; step < 3; step++)
        if (at + AHEAD * (3 - step) < all->count) zh_customers_prefetch(w->customers, (zh_customer_id){ all->numbers[at + AHEAD * (3 - step)] }, (int)step + (step == 2));
}

static void ask_step(survey *s, zh_world *w, size_t from)
{
    crowd *all = s->crowd;
    const size_t until = from + ZH_PREVIEW_STEP < all->count ? from + ZH_PREVIEW_STEP : all->count;
    uint32_t named = 0;
    zh_world_lock_read(w);
    if (s->plan != NULL) zh_plan_bind(s->plan, s->look.terms);
    for (size_t at = from; at < until; at++) {
        come_near(w, all, at);
        const uint64_t number = all->numbers[at];
        if (ask_one(s, w, number)) all->numbers[from + named++] = number;
    }
    zh_world_unlock(w);
    all->named[from / ZH_PREVIEW_STEP] = named;
}

static void *survey_some(void *context)
{
    survey *s = context;
    for (size_t at; (at = atomic_fetch_add(&s->crowd->at, ZH_PREVIEW_STEP)) < s->crowd->count;) {
        ask_step(s, zh_engine_world(s->engine), at);
        if (zh_clock_mono_us(zh_engine_clock(s->engine)) - s->began_us > (int64_t)ZH_PREVIEW_WORK_MS * 1000) break;
    }
    return NULL;
}

static zh_err begin(survey *s, zh_engine *engine, const zh_preview_ask *ask, int64_t now_ms, zh_cel_fault *why)
{
    *s = (survey){ .engine = engine, .ask = ask, .programs = zh_arena_open(PROGRAM_BYTES_MAX), .scratch = zh_arena_open(SCRATCH_BYTES_MAX) };
    zh_cel_env *env;
    zh_err e = zh_vocabulary_open(&env, &s->programs);
    if (e == ZH_OK) e = zh_vocabulary_compile(&s->condition, &s->programs, env, ask->expression, why);
    if (e == ZH_OK) e = zh_plan_make(&s->plan, &s->programs, env, &s->condition);
    if (e == ZH_OK) e = zh_recall_open(&s->recall);
    s->look = zh_world_look(zh_engine_world(engine));
    s->look.now_ms = s->out.now_ms = now_ms;
    return e != ZH_OK ? e : zh_json_open(&s->look.json, ZH_PROFILE_TRAIT_VALUE_MAX);
}

static void end(survey *s)
{
    zh_json_close(s->look.json);
    zh_recall_close(&s->recall);
    zh_arena_close(&s->scratch);
    zh_arena_close(&s->programs);
}

/* What one of them found, into the whole. */
static void add_up(zh_preview *all, const zh_preview *one)
{
    all->asked += one->asked;
    all->matching += one->matching;
    if (all->failed == 0) memcpy(all->failure, one->failure, sizeof all->failure);
    all->failed += one->failed;
    for (int channel = 0; channel < (int)ZH_CHANNEL_COUNT; channel++) all->reach[channel] += one->reach[channel];
}

static int ascending(const void *left, const void *right)
{
    const uint64_t *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

static zh_err name_them(crowd *all, uint32_t limit, zh_arena *arena, zh_preview *out)
{
    size_t count = 0;
    for (size_t step = 0; step < steps_of(all); step++) {
        memmove(all->numbers + count, all->numbers + step * ZH_PREVIEW_STEP, all->named[step] * sizeof *all->numbers);
        count += all->named[step];
    }
    if (count > 1) qsort(all->numbers, count, sizeof *all->numbers, ascending);
    out->more = count > limit;
    out->named_count = (uint32_t)(out->more ? limit : count);
    if (out->named_count == 0) return ZH_OK;
    if ((out->named = ZH_TAKE(arena, zh_customer_id, out->named_count)) == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < out->named_count; i++) out->named[i].number = all->numbers[i];
    return ZH_OK;
}

/* As many threads as are worth it; whoever cannot begin leaves it to the others. */
static void survey_all(survey *surveys, size_t count)
{
    pthread_t threads[THREADS];
    bool started[THREADS] = { false };
    for (size_t i = 1; i < count; i++) started[i] = pthread_create(&threads[i], NULL, survey_some, &surveys[i]) == 0;
    survey_some(&surveys[0]);
    for (size_t i = 1; i < count; i++)
        if (started[i]) pthread_join(threads[i], NULL);
}

zh_err zh_engine_preview(zh_engine *engine, const zh_preview_ask *ask, zh_arena *arena, zh_preview *out, zh_cel_fault *why)
{
    const zh_clock *clock = zh_engine_clock(engine);
    *out = (zh_preview){ .now_ms = zh_clock_wall_ms(clock) };
    const int64_t began_us = zh_clock_mono_us(clock);
    survey surveys[THREADS];
    crowd all = { 0 };
    size_t begun = 0, wanted = 1;
    zh_err e = ZH_OK;
    for (; e == ZH_OK && begun < wanted; begun++) {
        if ((e = begin(&surveys[begun], engine, ask, out->now_ms, why)) == ZH_OK && begun == 0)
            e = who_may_match(zh_engine_world(engine), surveys[0].plan, out->now_ms, &all);
        surveys[begun].crowd = &all;
        surveys[begun].began_us = began_us;
        wanted = all.count > ALONE_MAX ? THREADS : 1;
    }
    if (e == ZH_OK) survey_all(surveys, begun);
    for (size_t i = 0; i < begun; i++) {
        add_up(out, &surveys[i].out);
        end(&surveys[i]);
    }
    out->customers = all.customers;
    out->asked += all.customers - all.count; /* their stamps were */
    if (e == ZH_OK) e = name_them(&all, ask->limit, arena, out);
    free(all.numbers);
    free(all.named);
    out->took_us = zh_clock_mono_us(clock) - began_us;
    return e;
}
