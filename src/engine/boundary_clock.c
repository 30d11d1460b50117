#include "engine/boundary_clock.h"
#include "engine/crowd.h"
#include "engine/undo.h"
#include "segment/standing.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { NICE = 10, BUSY_LAG_MS = 100, BUSY_REST_MS = 20, RECORD_BYTES_MAX = 1024 };

struct zh_boundary_clock {
    zh_engine *engine;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping, drawing;
    zh_counter *drawn, *failures;
};

/* False: it was told to stop. */
static bool rest_ms(zh_boundary_clock *c, int64_t ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += ms % 1000 * 1000000;
    until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&c->lock);
    while (!c->stopping && ms > 0 && pthread_cond_timedwait(&c->wake, &c->lock, &until) == 0) {}
    const bool on = !c->stopping;
    pthread_mutex_unlock(&c->lock);
    return on;
}

static bool is_busy(const zh_boundary_clock *c)
{
    const zh_fold *fold = zh_engine_fold(c->engine);
    return zh_fold_is_behind(fold) || zh_fold_lag_ms(fold) > BUSY_LAG_MS;
}

/* ---- drawing ---- */

typedef struct buyers {
    zh_boundary_clock *clock;
    zh_currency currency;
    bool is_patient;     /* rests while the views are behind */
    zh_buyer *items;
    size_t count, cap;
    uint64_t customers;
    bool no_memory;
} buyers;

static void visit(void *context, const zh_customer_state *state)
{
    buyers *all = context;
    zh_buyer one;
    all->customers++;
    if (all->no_memory || !zh_standing_buyer(state, all->currency, &one)) return;
    if (all->count == all->cap) {
        const size_t cap = all->cap == 0 ? 1024 : all->cap * 2;
        zh_buyer *items = realloc(all->items, cap * sizeof *items);
        if (items == NULL) {
            all->no_memory = true;
            return;
        }
        all->items = items, all->cap = cap;
    }
    all->items[all->count++] = one;
}

static bool go_on(void *context)
{
    buyers *all = context;
    return !all->no_memory && rest_ms(all->clock, all->is_patient && is_busy(all->clock) ? BUSY_REST_MS : 0);
}

/* Orders of all customers and guests, and the currency most of them are in. Under the world's lock. */
static uint64_t orders_of(const zh_sales *sales, zh_currency *currency)
{
    zh_sales_total totals[ZH_SALES_CURRENCIES_MAX];
    const size_t count = zh_sales_currencies(sales, totals, ZH_SALES_CURRENCIES_MAX);
    int64_t most = 0, all = 0;
    *currency = (zh_currency){ 0 };
    for (size_t i = 0; i < count; i++) {
        all += totals[i].orders;
        if (totals[i].orders > most) *currency = totals[i].currency, most = totals[i].orders;
    }
    return all > 0 ? (uint64_t)all : 0;
}

/* What the record says that was there before the walk. False: there is no record yet. */
static bool look_at_world(zh_boundary_clock *c, zh_boundaries *last, zh_boundaries *now)
{
    zh_world *w = zh_engine_world(c->engine);
    zh_world_lock_read(w);
    const zh_boundaries *there = zh_boundaries_last(w->boundaries);
    if (there != NULL) *last = *there;
    now->orders = orders_of(w->sales, &now->currency);
    now->undone = zh_imports_undone_begun(w->imports);
    zh_world_unlock(w);
    return there != NULL;
}

/* Do the views still know an import that was taken back? Those without it are on their way. */
static bool is_undoing(zh_boundary_clock *c)
{
    zh_world *w = zh_engine_world(c->engine);
    zh_world_lock_read(w);
    const bool undoing = zh_undo_is_pending(w);
    zh_world_unlock(w);
    return undoing;
}

static zh_err keep(zh_boundary_clock *c, const zh_boundaries *b)
{
    zh_buf record = zh_buf_open(RECORD_BYTES_MAX);
    zh_boundaries_put(b, &record);
    zh_err e = zh_buf_err(&record);
    const zh_sv view = zh_buf_view(&record);
    zh_work work = { .records = &view, .records_count = 1 };
    if (e == ZH_OK) e = zh_engine_do(c->engine, &work);
    zh_buf_close(&record);
    return e;
}

static zh_err draw(zh_boundary_clock *c, zh_boundaries_cause cause, zh_boundaries *out)
{
    zh_boundaries last;
    buyers all = { .clock = c, .is_patient = cause != ZH_BOUNDARIES_ASKED };
    *out = (zh_boundaries){ .at_ms = zh_engine_now_ms(c->engine), .cause = cause };
    if (is_undoing(c)) return ZH_BUSY;
    if (look_at_world(c, &last, out) && out->at_ms <= last.at_ms) out->at_ms = last.at_ms + 1; /* the clock went back */
    all.currency = out->currency;
    zh_err e = zh_crowd_walk(zh_engine_world(c->engine), &(zh_crowd){ .visit = visit, .go_on = go_on, .context = &all });
    if (all.no_memory) e = ZH_NOMEM;
    out->customers = all.customers;
    if (e == ZH_OK) zh_boundaries_make(out, all.items, all.count, zh_engine_tz(c->engine));
    free(all.items);
    if (e == ZH_OK) e = keep(c, out);
    zh_counter_add(e == ZH_OK ? c->drawn : c->failures, 1);
    return e;
}

/* One drawing at a time; who comes meanwhile waits for his turn. */
static zh_err draw_alone(zh_boundary_clock *c, zh_boundaries_cause cause, zh_boundaries *out)
{
    pthread_mutex_lock(&c->lock);
    while (c->drawing && !c->stopping) pthread_cond_wait(&c->wake, &c->lock);
    const bool stopping = c->stopping;
    if (!stopping) c->drawing = true;
    pthread_mutex_unlock(&c->lock);
    if (stopping) return ZH_STOPPED;
    const zh_err e = draw(c, cause, out);
    pthread_mutex_lock(&c->lock);
    c->drawing = false;
    pthread_cond_broadcast(&c->wake);
    pthread_mutex_unlock(&c->lock);
    return e;
}

zh_err zh_boundary_clock_now(zh_boundary_clock *c, zh_boundaries *out) { return draw_alone(c, ZH_BOUNDARIES_ASKED, out); }

/* ---- when ---- */

zh_boundaries_cause zh_boundary_clock_due(const zh_boundaries *last, int64_t now_ms, int64_t today, uint64_t orders)
{
    if (last == NULL) return orders > 0 ? ZH_BOUNDARIES_GROWTH : (zh_boundaries_cause)0;
    if (today > last->day) return ZH_BOUNDARIES_MIDNIGHT;
    const uint64_t change = orders > last->orders ? orders - last->orders : last->orders - orders;
    const bool grown = change >= ZH_BOUNDARY_CLOCK_ORDERS_MIN && change >= last->orders / ZH_BOUNDARY_CLOCK_SHARE;
    return grown && now_ms - last->at_ms >= ZH_BOUNDARY_CLOCK_GROWTH_MS ? ZH_BOUNDARIES_GROWTH : (zh_boundaries_cause)0;
}

static void say(const zh_boundary_clock *c, zh_err e, const zh_boundaries *b)
{
    zh_line_sink *sink = zh_engine_sink(c->engine);
    if (sink == NULL) return;
    zh_log_line line = zh_line_open(sink, e == ZH_OK ? ZH_LINE_INFO : ZH_LINE_WARN, e == ZH_OK ? "boundaries.drawn" : "boundaries.not_drawn");
    if (e != ZH_OK) zh_line_err(&line, e);
    zh_line_text(&line, "cause", zh_sv_of(zh_boundaries_cause_text(b->cause)));
    zh_line_int(&line, "buyers", (int64_t)b->buyers);
    zh_line_end(&line);
}

/* How long until the next look. */
static int64_t look(zh_boundary_clock *c)
{
    zh_boundaries last, drawn, there = { 0 };
    if (is_busy(c) || !zh_engine_is_ready(c->engine) || is_undoing(c)) return ZH_BOUNDARY_CLOCK_LOOK_MS;
    const int64_t now_ms = zh_engine_now_ms(c->engine);
    const bool has = look_at_world(c, &last, &there);
    const zh_boundaries_cause cause = zh_boundary_clock_due(has ? &last : NULL, now_ms, zh_tz_day(zh_engine_tz(c->engine), now_ms), there.orders);
    if (cause == 0) return ZH_BOUNDARY_CLOCK_LOOK_MS;
    const zh_err e = draw_alone(c, cause, &drawn);
    if (e == ZH_STOPPED || e == ZH_BUSY) return ZH_BOUNDARY_CLOCK_LOOK_MS;
    say(c, e, &drawn);
    return e == ZH_OK ? ZH_BOUNDARY_CLOCK_LOOK_MS : ZH_BOUNDARY_CLOCK_RETRY_MS;
}

static void *run(void *context)
{
    zh_boundary_clock *c = context;
    pthread_setname_np(pthread_self(), "zhun-bounds"); /* as top and a profile show it */
    (void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICE); /* of this thread alone; best effort */
    int64_t ms = ZH_BOUNDARY_CLOCK_LOOK_MS; /* a command that only opens the folder and asks writes nothing */
    while (rest_ms(c, ms)) ms = look(c);
    return NULL;
}

zh_err zh_boundary_clock_open(zh_boundary_clock **out, zh_engine *engine)
{
    zh_boundary_clock *c = calloc(1, sizeof *c);
    if (c == NULL) return ZH_NOMEM;
    c->engine = engine;
    pthread_mutex_init(&c->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&c->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    c->drawn = zh_metrics_counter(zh_engine_metrics(engine), "zhun_boundaries_drawn_total", "Times the boundaries of RFM and lifecycle were drawn since the start.", NULL, 0);
    c->failures = zh_metrics_counter(zh_engine_metrics(engine), "zhun_boundaries_failures_total", "Times they could not be drawn.", NULL, 0);
    if (pthread_create(&c->thread, NULL, run, c) != 0) {
        zh_boundary_clock_close(c);
        return ZH_NOMEM;
    }
    c->started = true;
    *out = c;
    return ZH_OK;
}

void zh_boundary_clock_close(zh_boundary_clock *c)
{
    if (c == NULL) return;
    if (c->started) {
        pthread_mutex_lock(&c->lock);
        c->stopping = true;
        pthread_cond_broadcast(&c->wake);
        pthread_mutex_unlock(&c->lock);
        pthread_join(c->thread, NULL);
    }
    pthread_cond_destroy(&c->wake);
    pthread_mutex_destroy(&c->lock);
    free(c);
}
