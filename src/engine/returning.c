#include "engine/returning.h"

#include <stdlib.h>

typedef struct walking { /* of one thread */
    const zh_returning_ask *ask;
    const zh_returning_span *span;
    uint32_t open_cohort;
    zh_steps steps;
    zh_returning *out;
} walking;

#define ORDER_MINOR_MAX (INT64_C(1) << 43) /* of one order; as outcomes cut it */

static int64_t cut(int64_t value) { return value > ORDER_MINOR_MAX ? ORDER_MINOR_MAX : value < -ORDER_MINOR_MAX ? -ORDER_MINOR_MAX : value; }
static int64_t sum(int64_t a, int64_t b) { return (int64_t)((uint64_t)a + (uint64_t)b); }

static void begin(void *context)
{
    walking *w = context;
    zh_steps_bind(&w->steps);
}

static void add_orders(walking *w, const zh_customer_state *state, const zh_returned *r)
{
    uint32_t count, column;
    const zh_order *orders = zh_customer_orders(state, &count);
    for (uint32_t i = 0; i < count; i++) {
        const zh_order *o = &orders[i];
        if (!zh_order_is_sale(o) || o->currency.code != w->ask->currency.code || o->first_ms < r->first_ms) continue;
        if (zh_returning_column(w->span, r, o->first_ms, &column)) {
            int64_t *minor = &w->out->cell[r->cohort][column].minor;
            *minor = sum(*minor, cut(zh_order_minor(o)) - cut(o->refunded_minor));
        }
    }
}

static bool is_opened(const walking *w, const zh_returned *r)
{
    const zh_returning_ask *ask = w->ask;
    if (ask->open.most == 0 || r->cohort != w->open_cohort) return false;
    switch (ask->open_kind) {
    case ZH_RETURNING_CLASSIC: return (r->classic >> ask->open_column & 1) != 0;
    case ZH_RETURNING_ROLLING: return r->last >= (int32_t)ask->open_column;
    case ZH_RETURNING_LOST: return r->last < (int32_t)ask->open_column;
    default: return true;
    }
}

static void visit(void *context, const zh_customer_state *state)
{
    walking *w = context;
    const zh_customer_id customer = zh_customer_number(state);
    if (!zh_steps_takes(&w->steps, customer)) return;
    w->out->customers++;
    zh_steps_of(&w->steps, state, w->ask->from_ms);
    w->out->failed += w->steps.failed;
    const zh_returned r = zh_returning_of(w->span, w->steps.events, w->steps.count);
    if (!r.is_in) return;
    w->out->size[r.cohort]++;
    const uint32_t columns = zh_returning_columns(w->span, r.cohort);
    for (uint32_t k = 0; k < columns; k++) {
        w->out->cell[r.cohort][k].classic += r.classic >> k & 1;
        w->out->cell[r.cohort][k].rolling += r.last >= (int32_t)k;
    }
    if (w->ask->value) add_orders(w, state, &r);
    if (is_opened(w, &r)) zh_crowd_name(&w->out->open, customer);
}

static void add_up(zh_returning *all, const zh_returning *one)
{
    all->customers += one->customers;
    all->failed += one->failed;
    for (uint32_t c = 0; c < all->span.cohorts; c++) {
        all->size[c] += one->size[c];
        for (uint32_t k = 0; k < all->span.columns; k++) {
            all->cell[c][k].classic += one->cell[c][k].classic;
            all->cell[c][k].rolling += one->cell[c][k].rolling;
            all->cell[c][k].minor = sum(all->cell[c][k].minor, one->cell[c][k].minor);
        }
    }
    zh_crowd_names_join(&all->open, &one->open);
}

static void cumulate(zh_returning *out)
{
    for (uint32_t c = 0; c < out->span.cohorts; c++)
        for (uint32_t k = 1; k < out->span.columns; k++) out->cell[c][k].minor = sum(out->cell[c][k].minor, out->cell[c][k - 1].minor);
}

/* The periods, and which cohort is to be opened. */
static zh_err divide(zh_engine *engine, const zh_returning_ask *ask, zh_returning *out, uint32_t *cohort)
{
    char text[ZH_TIME_TEXT_BYTES];
    zh_world *world = zh_engine_world(engine);
    zh_world_lock_read(world);
    const int64_t newest_ms = world->counts.newest_ms;
    zh_world_unlock(world);
    out->span.from_ms = ask->from_ms, out->span.to_ms = ask->to_ms, out->span.columns = ask->columns;
    const zh_err e = zh_returning_divide(&out->span, zh_engine_tz(engine), ask->period, newest_ms);
    if (e != ZH_OK || ask->open.most == 0) return e;
    for (*cohort = 0; *cohort < out->span.cohorts; ++*cohort) {
        const size_t size = zh_date_print(out->span.days[*cohort], text);
        if (zh_sv_equal(ask->open_cohort, (zh_sv){ text, size })) break;
    }
    return *cohort < out->span.cohorts && ask->open_column < zh_returning_columns(&out->span, *cohort) ? ZH_OK : ZH_RANGE;
}

zh_err zh_engine_returning(zh_engine *engine, const zh_returning_ask *ask, zh_returning *out, uint32_t *step, zh_cel_fault *why)
{
    const int64_t began_us = zh_clock_mono_us(NULL);
    const zh_steps_desc desc = { .steps = ask->events, .count = 2, .segment = ask->segment };
    const size_t threads = zh_crowd_threads(zh_engine_world(engine));
    walking w[ZH_CROWD_THREADS] = { 0 };
    zh_crowd crowds[ZH_CROWD_THREADS];
    uint32_t cohort = 0;
    memset(out, 0, sizeof *out);
    zh_err e = divide(engine, ask, out, &cohort);
    out->open = (zh_crowd_names){ .most = ask->open.most, .after = ask->open.after };
    for (size_t i = 0; i < threads; i++) {
        w[i] = (walking){ .ask = ask, .span = &out->span, .open_cohort = cohort, .out = i == 0 ? out : calloc(1, sizeof *out) };
        if (e == ZH_OK) e = w[i].out == NULL ? ZH_NOMEM : zh_steps_open(&w[i].steps, zh_engine_world(engine), &desc, step, why);
        if (e == ZH_OK) w[i].out->open = out->open;
        crowds[i] = (zh_crowd){ .visit = visit, .context = &w[i], .begin = begin, .events = true };
    }
    if (e == ZH_OK) e = zh_crowd_walk_together(zh_engine_world(engine), crowds, threads);
    for (size_t i = 0; i < threads; i++) {
        if (e == ZH_OK && i > 0) add_up(out, w[i].out);
        zh_steps_close(&w[i].steps);
        if (i > 0) free(w[i].out);
    }
    if (e == ZH_OK) cumulate(out);
    out->took_us = zh_clock_mono_us(NULL) - began_us;
    return e;
}
