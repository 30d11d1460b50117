#include "engine/lookalikes.h"
#include "base/top.h"
#include "engine/crowd.h"

#define SCRATCH_BYTES_MAX ((size_t)16 << 20)
#define SCORE_UNIT 1e6 /* scores are compared to a millionth */

typedef struct ranking {
    zh_lookalikes_answer *out;
    const zh_world *world;
    const zh_clock *clock;
    int64_t began_us;
    zh_group_test *test;
    zh_arena scratch;
    zh_top top;
    zh_err failed;
} ranking;

static void rank_one(void *context, const zh_customer_state *state)
{
    ranking *r = context;
    double row[ZH_FEATURES_MAX];
    const zh_customer_id customer = zh_customer_number(state);
    if (r->failed != ZH_OK || !zh_group_may_learn(r->world, customer) || zh_group_has(r->test, r->world, state)) return;
    zh_arena_reset(&r->scratch);
    r->failed = zh_features_of(&r->out->features, state, &r->scratch, row);
    if (r->failed == ZH_OK) zh_top_offer(&r->top, (int64_t)(zh_lookalike_score(&r->out->learnt, row) * SCORE_UNIT), customer.number, 0);
}

static bool go_on(void *context)
{
    const ranking *r = context;
    return r->failed == ZH_OK && zh_clock_mono_us(r->clock) - r->began_us < (int64_t)ZH_GROUP_WORK_MS * 1000;
}

static zh_err give_reasons(zh_engine *engine, zh_lookalikes_answer *out, size_t most)
{
    zh_world *w = zh_engine_world(engine);
    zh_arena scratch = zh_arena_open(SCRATCH_BYTES_MAX);
    zh_err e = ZH_OK;
    for (size_t i = 0; e == ZH_OK && i < most && i < out->rows_count; i++) {
        double row[ZH_FEATURES_MAX];
        zh_arena_reset(&scratch);
        zh_world_lock_read(w);
        const zh_customer_state *state = zh_customers_get(w->customers, out->rows[i].customer);
        if (state != NULL) e = zh_features_of(&out->features, state, &scratch, row);
        zh_world_unlock(w);
        if (state != NULL && e == ZH_OK) out->rows[i].reasons_count = zh_lookalike_reasons(&out->learnt, row, out->rows[i].reasons);
    }
    zh_arena_close(&scratch);
    return e;
}

static zh_err rank_all(zh_engine *engine, zh_group_test *test, const zh_lookalikes_ask *ask, zh_lookalikes_answer *out)
{
    zh_world *w = zh_engine_world(engine);
    const zh_clock *clock = zh_engine_clock(engine);
    const size_t most = ask->size < out->others ? ask->size : (size_t)out->others;
    zh_top_entry *entries = ZH_TAKE(&out->arena, zh_top_entry, most + 1);
    out->rows = ZH_TAKE(&out->arena, zh_lookalikes_row, most + 1);
    if (entries == NULL || out->rows == NULL) return ZH_NOMEM;
    ranking r = { .out = out, .world = w, .clock = clock, .began_us = zh_clock_mono_us(clock), .test = test, .scratch = zh_arena_open(SCRATCH_BYTES_MAX), .top = zh_top_open(entries, most) };
    zh_err e = zh_crowd_walk(w, &(zh_crowd){ .visit = rank_one, .go_on = go_on, .context = &r });
    zh_arena_close(&r.scratch);
    if (r.failed != ZH_OK) e = r.failed;
    zh_top_sort(&r.top);
    out->rows_count = r.top.count;
    for (size_t i = 0; i < r.top.count; i++) out->rows[i] = (zh_lookalikes_row){ .customer = { entries[i].key }, .score = (double)entries[i].score / SCORE_UNIT };
    return e != ZH_OK ? e : give_reasons(engine, out, ask->reasons);
}

static zh_err learn(zh_engine *engine, zh_group_test *test, zh_lookalikes_answer *out)
{
    zh_group_draw sides[2] = { { .most = ZH_LOOKALIKE_SEED_MAX }, { .most = ZH_LOOKALIKE_OTHERS_MAX } };
    double *rows[2] = { NULL, NULL };
    zh_err e = zh_group_draw_customers(engine, test, &out->arena, &sides[0], &sides[1], &out->refused);
    out->seed = sides[0].customers;
    out->others = sides[1].customers;
    if (e == ZH_OK) e = zh_group_usual_names(engine, sides, 2, ZH_LOOKALIKES_CATEGORIES, ZH_LOOKALIKES_BRANDS, &out->arena, &out->features);
    const uint32_t columns = zh_features_columns(&out->features);
    for (int side = 0; e == ZH_OK && side < 2; side++) {
        rows[side] = ZH_TAKE(&out->arena, double, sides[side].count * columns + 1);
        e = rows[side] == NULL ? ZH_NOMEM : zh_group_rows(engine, &out->features, &sides[side], rows[side]);
    }
    const zh_lookalike_data data = { rows[0], rows[1], (uint32_t)sides[0].count, (uint32_t)sides[1].count, columns, out->seed, out->others };
    return e != ZH_OK ? e : zh_lookalike_learn(&out->learnt, &out->arena, &data, ZH_LOOKALIKES_SEED);
}

zh_err zh_engine_lookalikes(zh_engine *engine, const zh_lookalikes_ask *ask, zh_arena *arena, zh_lookalikes_answer *out, zh_cel_fault *why)
{
    zh_world *w = zh_engine_world(engine);
    const zh_clock *clock = zh_engine_clock(engine);
    const int64_t began_us = zh_clock_mono_us(clock);
    zh_group_test test = { 0 };
    *out = (zh_lookalikes_answer){ .arena = zh_arena_open(ZH_GROUP_ROWS_BYTES_MAX), .now_ms = zh_engine_now_ms(engine) };
    zh_err e = zh_group_shop_open(&out->shop, w);
    out->features = (zh_features){ .terms = zh_customers_terms(w->customers), .zone = zh_engine_tz(engine), .shop = &out->shop.face, .now_ms = out->now_ms };
    if (e == ZH_OK && (e = zh_group_test_open(&test, engine, ask->group, out->now_ms, arena, why)) == ZH_OK) e = learn(engine, &test, out);
    if (e == ZH_OK && out->learnt.why == ZH_LOOKALIKE_OFFERED) e = rank_all(engine, &test, ask, out);
    zh_group_test_close(&test);
    out->took_us = zh_clock_mono_us(clock) - began_us;
    if (e != ZH_OK) zh_lookalikes_answer_close(out);
    return e;
}

void zh_lookalikes_answer_close(zh_lookalikes_answer *out)
{
    zh_group_shop_close(&out->shop);
    zh_arena_close(&out->arena);
}
