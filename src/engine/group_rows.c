#include "engine/group_rows.h"
#include "base/hash.h"
#include "base/top.h"
#include "engine/crowd.h"

#define SCRATCH_BYTES_MAX ((size_t)16 << 20)
#define NAME_SHARE 100       /* one of so many customers leans to it */
#define NAME_CUSTOMERS_MIN 10

bool zh_group_may_learn(const zh_world *w, zh_customer_id customer)
{
    const zh_consent consent = zh_consents_get(w->consents, customer);
    return consent.personalization && consent.analytics;
}

/* ---- drawing ---- */

typedef struct drawing {
    const zh_world *world;
    const zh_clock *clock;
    int64_t began_us;
    zh_group_test *test;
    zh_group_draw *sides[2];
    zh_top tops[2];
    uint64_t refused;
} drawing;

static void visit(void *context, const zh_customer_state *state)
{
    drawing *d = context;
    const zh_customer_id customer = zh_customer_number(state);
    if (!zh_group_may_learn(d->world, customer)) {
        d->refused++;
        return;
    }
    const int side = zh_group_has(d->test, d->world, state) ? 0 : 1;
    if (d->sides[side] == NULL) return;
    d->sides[side]->customers++;
    zh_top_offer(&d->tops[side], (int64_t)(zh_mix64(customer.number) >> 1), customer.number, 0);
}

static bool go_on(void *context)
{
    const drawing *d = context;
    return zh_clock_mono_us(d->clock) - d->began_us < (int64_t)ZH_GROUP_WORK_MS * 1000;
}

static zh_err finish(zh_group_draw *side, zh_top *top, zh_arena *arena)
{
    zh_top_sort(top);
    side->count = top->count;
    if ((side->numbers = ZH_TAKE(arena, uint64_t, top->count + 1)) == NULL) return ZH_NOMEM;
    for (size_t i = 0; i < top->count; i++) side->numbers[i] = top->entries[i].key;
    return ZH_OK;
}

zh_err zh_group_draw_customers(zh_engine *engine, zh_group_test *test, zh_arena *arena, zh_group_draw *in, zh_group_draw *others, uint64_t *refused)
{
    const zh_clock *clock = zh_engine_clock(engine);
    drawing d = { .world = zh_engine_world(engine), .clock = clock, .began_us = zh_clock_mono_us(clock), .test = test, .sides = { in, others } };
    for (int side = 0; side < 2; side++) {
        if (d.sides[side] == NULL) continue;
        zh_top_entry *entries = ZH_TAKE(arena, zh_top_entry, d.sides[side]->most);
        if (entries == NULL) return ZH_NOMEM;
        d.tops[side] = zh_top_open(entries, d.sides[side]->most);
    }
    zh_err e = zh_crowd_walk(zh_engine_world(engine), &(zh_crowd){ .visit = visit, .go_on = go_on, .context = &d });
    *refused = d.refused;
    for (int side = 0; e == ZH_OK && side < 2; side++)
        if (d.sides[side] != NULL) e = finish(d.sides[side], &d.tops[side], arena);
    return e;
}

/* ---- rows ---- */

/* What is done with each of a draw, in steps under the lock. */
typedef struct steps {
    zh_err (*each)(void *context, size_t at, const zh_customer_state *state, zh_arena *scratch); /* state NULL: gone */
    void *context;
} steps;

static zh_err walk_draw(zh_engine *engine, const zh_group_draw *of, const steps *s)
{
    zh_world *w = zh_engine_world(engine);
    zh_arena scratch = zh_arena_open(SCRATCH_BYTES_MAX);
    zh_err e = ZH_OK;
    for (size_t at = 0; e == ZH_OK && at < of->count;) {
        const size_t until = at + ZH_CROWD_STEP < of->count ? at + ZH_CROWD_STEP : of->count;
        zh_world_lock_read(w);
        for (; e == ZH_OK && at < until; at++) {
            zh_arena_reset(&scratch);
            e = s->each(s->context, at, zh_customers_get(w->customers, (zh_customer_id){ of->numbers[at] }), &scratch);
        }
        zh_world_unlock(w);
    }
    zh_arena_close(&scratch);
    return e;
}

typedef struct counting { zh_feature_counter counter; zh_arena *arena; const zh_terms *terms; } counting;

static zh_err count_one(void *context, size_t at, const zh_customer_state *state, zh_arena *scratch)
{
    counting *c = context;
    (void)at;
    return state == NULL ? ZH_OK : zh_features_count(&c->counter, c->arena, scratch, c->terms, state);
}

zh_err zh_group_usual_names(zh_engine *engine, const zh_group_draw *of, size_t of_count, uint32_t categories, uint32_t brands, zh_arena *arena, zh_features *features)
{
    counting c = { .arena = arena, .terms = features->terms };
    size_t customers = 0;
    zh_err e = ZH_OK;
    for (size_t i = 0; e == ZH_OK && i < of_count; i++) {
        e = walk_draw(engine, &of[i], &(steps){ count_one, &c });
        customers += of[i].count;
    }
    const uint64_t least = customers / NAME_SHARE > NAME_CUSTOMERS_MIN ? customers / NAME_SHARE : NAME_CUSTOMERS_MIN;
    if (e == ZH_OK) zh_features_take(features, &c.counter, categories, brands, least);
    zh_feature_counter_close(&c.counter);
    return e;
}

typedef struct filling { const zh_features *features; double *rows; } filling;

static zh_err fill_one(void *context, size_t at, const zh_customer_state *state, zh_arena *scratch)
{
    const filling *f = context;
    const uint32_t columns = zh_features_columns(f->features);
    double row[ZH_FEATURES_MAX];
    if (state == NULL) return ZH_OK; /* the rows were noughts */
    const zh_err e = zh_features_of(f->features, state, scratch, row);
    for (uint32_t c = 0; e == ZH_OK && c < columns; c++) f->rows[at * columns + c] = row[c];
    return e;
}

zh_err zh_group_rows(zh_engine *engine, const zh_features *features, const zh_group_draw *of, double *rows)
{
    filling f = { features, rows };
    return walk_draw(engine, of, &(steps){ fill_one, &f });
}
