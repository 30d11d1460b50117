#include "engine/personas.h"
#include "engine/crowd.h"

#define SCRATCH_BYTES_MAX ((size_t)16 << 20)

typedef struct assigning {
    zh_personas_answer *out;
    const zh_world *world;
    const zh_clock *clock;
    int64_t began_us;
    zh_group_test *test;
    zh_arena scratch;
    zh_err failed;
} assigning;

static void assign(void *context, const zh_customer_state *state)
{
    assigning *a = context;
    double row[ZH_FEATURES_MAX];
    if (a->failed != ZH_OK || !zh_group_may_learn(a->world, zh_customer_number(state)) || !zh_group_has(a->test, a->world, state)) return;
    zh_arena_reset(&a->scratch);
    a->failed = zh_features_of(&a->out->features, state, &a->scratch, row);
    if (a->failed == ZH_OK) a->out->customers[zh_personas_of(&a->out->personas, row)]++;
}

static bool go_on(void *context)
{
    const assigning *a = context;
    return a->failed == ZH_OK && zh_clock_mono_us(a->clock) - a->began_us < (int64_t)ZH_GROUP_WORK_MS * 1000;
}

static zh_err assign_all(zh_engine *engine, zh_group_test *test, zh_personas_answer *out)
{
    zh_world *w = zh_engine_world(engine);
    const zh_clock *clock = zh_engine_clock(engine);
    assigning a = { .out = out, .world = w, .clock = clock, .began_us = zh_clock_mono_us(clock), .test = test, .scratch = zh_arena_open(SCRATCH_BYTES_MAX) };
    const zh_err e = zh_crowd_walk(w, &(zh_crowd){ .visit = assign, .go_on = go_on, .context = &a });
    zh_arena_close(&a.scratch);
    return a.failed != ZH_OK ? a.failed : e;
}

static zh_err find(zh_engine *engine, zh_group_test *test, const zh_personas_ask *ask, zh_personas_answer *out)
{
    zh_group_draw drawn = { .most = ZH_PERSONAS_ROWS_MAX };
    bool can_ask[ZH_FEATURES_MAX];
    zh_err e = zh_group_draw_customers(engine, test, &out->arena, &drawn, NULL, &out->refused);
    out->all = drawn.customers;
    out->drawn = drawn.count;
    out->too_few = drawn.count < ZH_PERSONAS_ROWS_MIN;
    if (e != ZH_OK || out->too_few) return e;
    e = zh_group_usual_names(engine, &drawn, 1, ZH_PERSONAS_CATEGORIES, ZH_PERSONAS_BRANDS, &out->arena, &out->features);
    const uint32_t columns = zh_features_columns(&out->features);
    double *rows = e == ZH_OK ? ZH_TAKE(&out->arena, double, drawn.count * columns) : NULL;
    if (e == ZH_OK && rows == NULL) e = ZH_NOMEM;
    if (e == ZH_OK) e = zh_group_rows(engine, &out->features, &drawn, rows);
    for (uint32_t c = 0; c < columns; c++) {
        zh_buf text = zh_buf_open(1024);
        can_ask[c] = zh_feature_condition(&out->features, c, 0.5, true, &text);
        zh_buf_close(&text);
    }
    if (e == ZH_OK) e = zh_personas_fit(&out->personas, &out->arena, rows, (uint32_t)drawn.count, columns, ask->groups, can_ask, ZH_PERSONAS_SEED);
    return e != ZH_OK ? e : assign_all(engine, test, out);
}

zh_err zh_engine_personas(zh_engine *engine, const zh_personas_ask *ask, zh_arena *arena, zh_personas_answer *out, zh_cel_fault *why)
{
    zh_world *w = zh_engine_world(engine);
    const zh_clock *clock = zh_engine_clock(engine);
    const int64_t began_us = zh_clock_mono_us(clock);
    zh_group_test test = { 0 };
    *out = (zh_personas_answer){ .arena = zh_arena_open(ZH_GROUP_ROWS_BYTES_MAX), .now_ms = zh_engine_now_ms(engine) };
    zh_err e = zh_group_shop_open(&out->shop, w);
    out->features = (zh_features){ .terms = zh_customers_terms(w->customers), .zone = zh_engine_tz(engine), .shop = &out->shop.face, .now_ms = out->now_ms };
    if (e == ZH_OK && (e = zh_group_test_open(&test, engine, ask->group, out->now_ms, arena, why)) == ZH_OK) e = find(engine, &test, ask, out);
    zh_group_test_close(&test);
    out->took_us = zh_clock_mono_us(clock) - began_us;
    if (e != ZH_OK) zh_personas_answer_close(out);
    return e;
}

void zh_personas_answer_close(zh_personas_answer *out)
{
    zh_group_shop_close(&out->shop);
    zh_arena_close(&out->arena);
}
