#include "engine/paths.h"
#include "base/map.h"

#include <stdlib.h>

typedef struct named { uint64_t count; uint32_t term; zh_sv text; } named;

typedef struct walking { /* of one thread */
    const zh_paths_ask *ask;
    const zh_map *places;  /* of the second walk: key(step, name) to its place among the named */
    zh_steps steps;
    zh_map seen;           /* of the first: key(step, name) to paths */
    uint32_t allowed[ZH_PATHS_EVENTS_MAX], open_event, open_previous; /* terms */
    zh_paths *out;
    zh_err e;
} walking;

static uint64_t key(uint32_t step, uint32_t name) { return (uint64_t)step << 32 | name; }
static int64_t reach_ms(const zh_paths_ask *ask) /* how far back events matter */
{
    if (!ask->span.backward) return ask->span.from_ms;
    return ask->span.window_ms > 0 ? ask->span.from_ms - ask->span.window_ms : INT64_MIN / 2;
}

static void begin(void *context)
{
    walking *w = context;
    const zh_paths_ask *ask = w->ask;
    const zh_terms *terms = zh_customers_terms(w->steps.world_->customers);
    zh_steps_bind(&w->steps);
    for (uint32_t i = 0; i < ask->events_count; i++) w->allowed[i] = zh_terms_find(terms, ask->events[i]);
    w->open_event = zh_terms_find(terms, ask->open_event.name);
    w->open_previous = zh_terms_find(terms, ask->open_previous.name);
}

static bool is_step(const walking *w, uint32_t name)
{
    if (name == 0) return false; /* an event beyond what terms can name */
    for (uint32_t i = 0; i < w->ask->events_count; i++)
        if (w->allowed[i] == name) return true;
    return w->ask->events_count == 0;
}

/* His events, those that are steps marked. False: he is not asked. */
static bool read_events(walking *w, const zh_customer_state *state)
{
    if (!zh_steps_takes(&w->steps, zh_customer_number(state))) return false;
    zh_steps_of(&w->steps, state, reach_ms(w->ask));
    for (uint32_t i = 0; i < w->steps.count; i++)
        if (is_step(w, w->steps.events[i].name)) w->steps.events[i].steps |= ZH_PATH_STEP;
    return true;
}

/* ---- the first walk: which names ---- */

static void see(void *context, const zh_customer_state *state)
{
    walking *w = context;
    zh_path path;
    if (w->e != ZH_OK || !read_events(w, state)) return;
    for (size_t at = 0; zh_path_next(&w->ask->span, w->steps.events, w->steps.count, &at, &path);) {
        for (uint32_t k = 0; k <= path.steps; k++) {
            bool made;
            uint64_t *count = zh_map_at(&w->seen, key(k, path.names[k]), &made);
            if (count == NULL || w->seen.count > ZH_PATHS_SEEN_MAX) w->e = count == NULL ? ZH_NOMEM : ZH_FULL;
            if (count == NULL) return;
            ++*count;
        }
    }
}

static bool go_on(void *context) { return ((const walking *)context)->e == ZH_OK; }

static zh_err join_seen(zh_map *all, const zh_map *others)
{
    uint64_t k, count;
    for (size_t at = 0; zh_map_next(others, &at, &k, &count);) {
        uint64_t *sum = zh_map_at(all, k, &(bool){ false });
        if (sum == NULL) return ZH_NOMEM;
        *sum += count;
    }
    return ZH_OK;
}

static int most_first(const void *a, const void *b)
{
    const named *x = a, *y = b;
    return x->count != y->count ? (x->count > y->count ? -1 : 1) : zh_sv_compare(x->text, y->text); /* texts, so that numbers of terms do not show */
}

/* The most frequent names of a step into `out` and `places`. `room` has a place for each seen. */
static zh_err name_step(const walking *w, zh_arena *arena, uint32_t step, named *room, zh_map *places)
{
    uint64_t k, count;
    size_t found = 0;
    zh_paths_step *s = &w->out->step[step];
    const zh_terms *terms = zh_customers_terms(w->steps.world_->customers);
    for (size_t at = 0; zh_map_next(&w->seen, &at, &k, &count);)
        if (k >> 32 == step) room[found++] = (named){ count, (uint32_t)k, zh_terms_text(terms, (uint32_t)k) };
    if (found > 1) qsort(room, found, sizeof *room, most_first);
    s->names = (uint32_t)(found < w->ask->names ? found : w->ask->names);
    s->folded = (uint32_t)found - s->names;
    for (uint32_t i = 0; i < s->names; i++) {
        s->name[i] = zh_arena_copy(arena, room[i].text);
        if (zh_map_put(places, key(step, room[i].term), i) != ZH_OK || (room[i].text.size > 0 && s->name[i].data == NULL)) return ZH_NOMEM;
    }
    return ZH_OK;
}

static zh_err name_steps(const walking *w, zh_arena *arena, zh_map *places)
{
    named *room = calloc(w->seen.count + 1, sizeof *room);
    zh_err e = room == NULL ? ZH_NOMEM : ZH_OK;
    zh_world_lock_read(w->steps.world_);
    for (uint32_t k = 0; e == ZH_OK && k <= w->ask->span.depth; k++) e = name_step(w, arena, k, room, places);
    zh_world_unlock(w->steps.world_);
    free(room);
    return e;
}

/* ---- the second: how many ---- */

static uint32_t place_of(const walking *w, uint32_t step, uint32_t name)
{
    const uint64_t *place = zh_map_get(w->places, key(step, name));
    return place == NULL ? w->out->step[step].names : (uint32_t)*place;
}

static void count(zh_paths_count *c, uint64_t customer)
{
    c->paths++;
    c->customers += c->last != customer;
    c->last = customer;
}

static bool is_which(const walking *w, zh_path_of of, uint32_t wanted, uint32_t step, uint32_t name)
{
    return of == ZH_PATH_OF_ANY || (of == ZH_PATH_OF_NAME ? name == wanted : place_of(w, step, name) == w->out->step[step].names);
}

static bool is_opened(const walking *w, const zh_path *path)
{
    const zh_paths_ask *ask = w->ask;
    const uint32_t k = ask->open_step;
    if (w->out->open.most == 0 || path->steps < k || (ask->open_dropped && (!path->dropped || path->steps != k))) return false;
    return is_which(w, ask->open_event.of, w->open_event, k, path->names[k]) && (k == 0 || is_which(w, ask->open_previous.of, w->open_previous, k - 1, path->names[k - 1]));
}

static void add_path(walking *w, const zh_path *path, uint64_t customer)
{
    uint32_t before = 0;
    w->out->paths++;
    for (uint32_t k = 0; k <= path->steps; k++) {
        zh_paths_step *s = &w->out->step[k];
        const uint32_t place = place_of(w, k, path->names[k]);
        count(&s->node[place], customer);
        if (k > 0) count(&s->link[before][place], customer);
        if (k == path->steps && path->dropped) s->dropped[place]++;
        before = place;
    }
}

static void visit(void *context, const zh_customer_state *state)
{
    walking *w = context;
    zh_path path;
    bool opened = false;
    size_t at = 0;
    const zh_customer_id customer = zh_customer_number(state);
    if (!read_events(w, state)) return;
    w->out->customers++;
    w->out->failed += w->steps.failed;
    while (zh_path_next(&w->ask->span, w->steps.events, w->steps.count, &at, &path)) {
        add_path(w, &path, customer.number);
        opened |= is_opened(w, &path);
    }
    w->out->walkers += at > 0;
    if (opened) zh_crowd_name(&w->out->open, customer);
}

static void add(zh_paths_count *all, const zh_paths_count *one)
{
    all->paths += one->paths;
    all->customers += one->customers;
}

static void add_up(zh_paths *all, const zh_paths *one)
{
    all->customers += one->customers;
    all->failed += one->failed;
    all->paths += one->paths;
    all->walkers += one->walkers;
    for (uint32_t k = 0; k <= ZH_PATHS_DEPTH_MAX; k++) {
        zh_paths_step *s = &all->step[k];
        for (uint32_t i = 0; i < ZH_PATHS_NODES; i++) {
            add(&s->node[i], &one->step[k].node[i]);
            s->dropped[i] += one->step[k].dropped[i];
            for (uint32_t j = 0; j < ZH_PATHS_NODES; j++) add(&s->link[i][j], &one->step[k].link[i][j]);
        }
    }
    zh_crowd_names_join(&all->open, &one->open);
}

/* ---- all ---- */

static zh_err walk(walking *w, size_t threads, zh_arena *arena, zh_map *places)
{
    zh_crowd crowds[ZH_CROWD_THREADS];
    zh_world *world = w[0].steps.world_;
    for (size_t i = 0; i < threads; i++) crowds[i] = (zh_crowd){ .visit = see, .go_on = go_on, .context = &w[i], .begin = begin, .events = true };
    zh_err e = zh_crowd_walk_together(world, crowds, threads);
    for (size_t i = 0; i < threads; i++)
        if (w[i].e != ZH_OK) e = w[i].e;
    for (size_t i = 1; e == ZH_OK && i < threads; i++) e = join_seen(&w[0].seen, &w[i].seen);
    if (e == ZH_OK) e = name_steps(&w[0], arena, places);
    for (size_t i = 1; e == ZH_OK && i < threads; i++) *w[i].out = *w[0].out;
    for (size_t i = 0; i < threads; i++) crowds[i].visit = visit;
    if (e == ZH_OK) e = zh_crowd_walk_together(world, crowds, threads);
    for (size_t i = 1; e == ZH_OK && i < threads; i++) add_up(w[0].out, w[i].out);
    return e;
}

zh_err zh_engine_paths(zh_engine *engine, const zh_paths_ask *ask, zh_arena *arena, zh_paths *out, zh_cel_fault *why)
{
    const int64_t began_us = zh_clock_mono_us(NULL);
    const zh_steps_desc desc = { .steps = &ask->start, .count = 1, .segment = ask->segment, .all = true };
    const size_t threads = zh_crowd_threads(zh_engine_world(engine));
    walking w[ZH_CROWD_THREADS] = { 0 };
    zh_map places = zh_map_open();
    uint32_t step;
    zh_err e = ZH_OK;
    *out = (zh_paths){ .open = { .most = ask->open.most, .after = ask->open.after } };
    for (size_t i = 0; i < threads; i++) {
        w[i] = (walking){ .ask = ask, .places = &places, .seen = zh_map_open(), .out = i == 0 ? out : calloc(1, sizeof *out) };
        if (e == ZH_OK) e = w[i].out == NULL ? ZH_NOMEM : zh_steps_open(&w[i].steps, zh_engine_world(engine), &desc, &step, why);
    }
    if (e == ZH_OK) e = walk(w, threads, arena, &places);
    for (size_t i = 0; i < threads; i++) {
        zh_steps_close(&w[i].steps);
        zh_map_close(&w[i].seen);
        if (i > 0) free(w[i].out);
    }
    zh_map_close(&places);
    out->took_us = zh_clock_mono_us(NULL) - began_us;
    return e;
}
