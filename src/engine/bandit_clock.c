#include "engine/bandit_clock.h"
#include "measure/allocation.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { NICE = 5, BUSY_LAG_MS = 100, RECORD_BYTES_MAX = 1024 };
#define DAY_MS INT64_C(86400000)

struct zh_bandit_clock {
    zh_engine *engine;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping;
    zh_counter *decided, *failures, *drifts;
};

/* False: it was told to stop. */
static bool rest_ms(zh_bandit_clock *c, int64_t ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += ms % 1000 * 1000000;
    until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&c->lock);
    while (!c->stopping && pthread_cond_timedwait(&c->wake, &c->lock, &until) == 0) {}
    const bool on = !c->stopping;
    pthread_mutex_unlock(&c->lock);
    return on;
}

static zh_err keep(zh_bandit_clock *c, zh_sv name, const zh_bandit_allocation *allocation)
{
    zh_buf record = zh_buf_open(RECORD_BYTES_MAX);
    zh_allocation_put(name, allocation, &record);
    zh_err e = zh_buf_err(&record);
    const zh_sv view = zh_buf_view(&record);
    zh_work work = { .records = &view, .records_count = 1 };
    if (e == ZH_OK) e = zh_engine_do(c->engine, &work);
    zh_buf_close(&record);
    return e;
}

/* The next bandit from *at on that is due; its name is copied. Under no lock. */
static bool next_due(zh_bandit_clock *c, uint32_t *at, char name[ZH_EXPERIMENT_NAME_BYTES_MAX], size_t *size, zh_bandit_allocation *out)
{
    zh_world *w = zh_engine_world(c->engine);
    zh_experiment_view view;
    bool due = false;
    zh_world_lock_read(w);
    while (!due && zh_experiments_next(w->experiments, at, &view)) {
        const zh_experiment *e = view.set_up;
        if (e->state != ZH_EXPERIMENT_RUNNING || view.strata.count == 0) continue;
        const zh_bandit_moment moment = { .now_ms = w->counts.commit_ms, .first_ms = view.first_ms, .window_ms = zh_metric_window_ms(&e->metrics[0], e->window_days), .less_is_better = e->metrics[0].less_is_better };
        due = zh_bandit_decide(&e->bandit, view.strata, &moment, out);
        if (!due) continue;
        *size = e->name.size < ZH_EXPERIMENT_NAME_BYTES_MAX ? e->name.size : ZH_EXPERIMENT_NAME_BYTES_MAX;
        memcpy(name, e->name.data, *size);
    }
    zh_world_unlock(w);
    return due;
}

static void say(const zh_bandit_clock *c, zh_err e, zh_sv name, const zh_bandit_allocation *a)
{
    zh_line_sink *sink = zh_engine_sink(c->engine);
    if (sink == NULL || (e == ZH_OK && a->cause == ZH_BANDIT_LEARNT)) return;
    zh_log_line line = zh_line_open(sink, e == ZH_OK ? ZH_LINE_INFO : ZH_LINE_WARN, e == ZH_OK ? "bandit.allocated" : "bandit.not_allocated");
    if (e != ZH_OK) zh_line_err(&line, e);
    zh_line_text(&line, "experiment", name);
    zh_line_text(&line, "cause", zh_sv_of(zh_bandit_cause_text(a->cause)));
    zh_line_int(&line, "allocation", a->number);
    zh_line_end(&line);
}

static void look(zh_bandit_clock *c)
{
    const zh_fold *fold = zh_engine_fold(c->engine);
    char name[ZH_EXPERIMENT_NAME_BYTES_MAX];
    size_t size = 0;
    zh_bandit_allocation next;
    if (!zh_engine_is_ready(c->engine) || zh_fold_is_behind(fold) || zh_fold_lag_ms(fold) > BUSY_LAG_MS) return;
    for (uint32_t at = 0; next_due(c, &at, name, &size, &next);) {
        const zh_sv of = { name, size };
        const zh_err e = keep(c, of, &next);
        zh_counter_add(e == ZH_OK ? c->decided : c->failures, 1);
        zh_counter_add(c->drifts, e == ZH_OK && next.cause == ZH_BANDIT_DRIFT);
        say(c, e, of, &next);
        if (e != ZH_OK) return;
    }
}

static void *run(void *context)
{
    zh_bandit_clock *c = context;
    pthread_setname_np(pthread_self(), "zhun-bandit"); /* as top and a profile show it */
    (void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICE); /* of this thread alone; best effort */
    while (rest_ms(c, ZH_BANDIT_CLOCK_LOOK_MS)) look(c);
    return NULL;
}

zh_err zh_bandit_clock_open(zh_bandit_clock **out, zh_engine *engine)
{
    zh_bandit_clock *c = calloc(1, sizeof *c);
    if (c == NULL) return ZH_NOMEM;
    zh_metrics *m = zh_engine_metrics(engine);
    c->engine = engine;
    pthread_mutex_init(&c->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&c->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    c->decided = zh_metrics_counter(m, "zhun_bandit_allocations_total", "Allocations of bandits written since the start.", NULL, 0);
    c->failures = zh_metrics_counter(m, "zhun_bandit_failures_total", "Allocations that could not be written.", NULL, 0);
    c->drifts = zh_metrics_counter(m, "zhun_bandit_drifts_total", "Times an arm of a bandit was seen to have changed.", NULL, 0);
    if (pthread_create(&c->thread, NULL, run, c) != 0) {
        zh_bandit_clock_close(c);
        return ZH_NOMEM;
    }
    c->started = true;
    *out = c;
    return ZH_OK;
}

void zh_bandit_clock_close(zh_bandit_clock *c)
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
