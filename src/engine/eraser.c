#include "engine/eraser.h"
#include "engine/erase.h"
#include "engine/erased.h"
#include "engine/undo.h"
#include "base/map.h"
#include "store/log_transcode.h"
#include "sys/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { NICE = 10, BUSY_LAG_MS = 100, BUSY_REST_MS = 20 };
#define CLOSE_MS_MAX 30000 /* how long a tick may need to close the last segments */

struct zh_eraser {
    zh_engine *engine;
    int64_t wait_ms, go_not_before_us;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping;
    zh_eraser_status status; /* under the lock, as the above */
    zh_counter *complete, *failures;
    zh_gauge *waiting;
};

/* False: it was told to stop. */
static bool rest_ms(zh_eraser *r, int64_t ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += ms % 1000 * 1000000;
    until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&r->lock);
    while (!r->stopping && ms > 0 && pthread_cond_timedwait(&r->wake, &r->lock, &until) == 0) {}
    const bool on = !r->stopping;
    pthread_mutex_unlock(&r->lock);
    return on;
}

static bool go_on(void *context, uint64_t bytes)
{
    zh_eraser *r = context;
    (void)bytes;
    zh_fold *fold = zh_engine_fold(r->engine);
    return rest_ms(r, zh_fold_is_behind(fold) || zh_fold_lag_ms(fold) > BUSY_LAG_MS ? BUSY_REST_MS : 0);
}

/* ---- what there is to do ---- */

typedef struct todo {
    int64_t oldest_ms;      /* of those whose records some view was folded from; 0: none */
    uint32_t waiting;       /* not complete */
    uint32_t *numbers;      /* those not complete whose views are done */
    uint32_t count;
} todo;

static zh_err look_around(zh_eraser *r, todo *t)
{
    zh_world *w = zh_engine_world(r->engine);
    *t = (todo){ 0 };
    zh_err e = ZH_OK;
    zh_world_lock_read(w);
    const uint32_t last = zh_erasures_last(w->erasures);
    if (last > 0 && (t->numbers = calloc(last, sizeof *t->numbers)) == NULL) e = ZH_NOMEM;
    for (uint32_t number = 1; e == ZH_OK && number <= last; number++) {
        const zh_erasure_entry *entry = zh_erasures_get(w->erasures, number);
        if (entry == NULL || entry->parts[ZH_ERASED_COMPLETE].at_ms != 0) continue;
        t->waiting++;
        if (entry->is_applied) t->numbers[t->count++] = number;
        else if (t->oldest_ms == 0 || entry->asked.at_ms < t->oldest_ms) t->oldest_ms = entry->asked.at_ms;
    }
    zh_world_unlock(w);
    zh_gauge_set(r->waiting, t->waiting);
    pthread_mutex_lock(&r->lock);
    r->status.waiting = t->waiting;
    pthread_mutex_unlock(&r->lock);
    return e;
}

/* ---- parts that are done ---- */

static bool is_done(zh_eraser *r, uint32_t number, zh_erasure_part part)
{
    zh_world *w = zh_engine_world(r->engine);
    zh_world_lock_read(w);
    const zh_erasure_entry *entry = zh_erasures_get(w->erasures, number);
    const bool done = entry == NULL || entry->parts[part].at_ms != 0;
    zh_world_unlock(w);
    return done;
}

static zh_err say_done(zh_eraser *r, uint32_t number, zh_erasure_part part, uint64_t count)
{
    if (is_done(r, number, part)) return ZH_OK;
    zh_buf record = zh_buf_open(256);
    zh_erasure_put(&(zh_erasure){ .phase = ZH_ERASURE_DONE, .number = number, .at_ms = zh_engine_now_ms(r->engine), .part = part, .count = count }, NULL, 0, NULL, 0, NULL, 0, &record);
    zh_err e = zh_buf_err(&record);
    const zh_sv view = zh_buf_view(&record);
    zh_work work = { .records = &view, .records_count = 1 };
    if (e == ZH_OK) e = zh_engine_do(r->engine, &work);
    zh_buf_close(&record);
    return e;
}

static zh_err say_all_done(zh_eraser *r, const todo *t, zh_erasure_part part, const uint64_t *counts)
{
    zh_err e = ZH_OK;
    for (uint32_t i = 0; e == ZH_OK && i < t->count; i++) e = say_done(r, t->numbers[i], part, counts == NULL ? 0 : counts[i]);
    return e;
}

/* ---- the log ---- */

typedef struct scrub {
    zh_eraser *eraser;
    zh_erasures *all;     /* those whose records are to go */
    zh_buf place;         /* of one record */
    uint64_t ends[ZH_LOG_PARTITIONS_MAX]; /* records below may be theirs */
    uint64_t *counts;     /* by place in todo */
    const todo *todo;
} scrub;

static zh_err open_scrub(scrub *s, zh_eraser *r, const todo *t)
{
    zh_world *w = zh_engine_world(r->engine);
    *s = (scrub){ .eraser = r, .place = zh_buf_open(ZH_LOG_RECORD_BYTES_MAX), .todo = t, .counts = calloc(t->count + 1, sizeof *s->counts) };
    zh_sv *records = calloc(t->count + 1, sizeof *records);
    zh_err e = s->counts == NULL || records == NULL ? ZH_NOMEM : ZH_OK;
    zh_world_lock_read(w);
    for (uint32_t i = 0; e == ZH_OK && i < t->count; i++) records[i] = zh_erasures_record(w->erasures, t->numbers[i]);
    if (e == ZH_OK) e = zh_erasures_open(&s->all, records, t->count);
    zh_world_unlock(w);
    free(records);
    for (uint32_t p = 0; p < zh_log_partitions(zh_engine_log(r->engine)); p++) s->ends[p] = zh_log_end(zh_engine_log(r->engine), p);
    return e;
}

static void close_scrub(scrub *s)
{
    zh_erasures_close(s->all);
    zh_buf_close(&s->place);
    free(s->counts);
}

static zh_err rewrite(void *context, zh_sv record, zh_buf *out)
{
    scrub *s = context;
    uint64_t count = 0;
    return zh_erased_empty(s->all, record, out, &count);
}

static bool scrub_on(void *context, uint64_t bytes)
{
    const scrub *s = context;
    return go_on(s->eraser, bytes);
}

/* Whose record was it? Of several erasures each is told its own count. */
static void count_for(scrub *s, zh_sv record, uint64_t count)
{
    const uint32_t number = zh_erased_whose(s->all, record);
    for (uint32_t i = 0; i < s->todo->count; i++)
        if (s->todo->numbers[i] == number) s->counts[i] += count;
}

/* Does the segment name one of them? */
static zh_err look_into(scrub *s, uint32_t partition, const zh_log_extent *extent, uint64_t *found)
{
    zh_log_reader *reader;
    zh_log_frame frame;
    *found = 0;
    zh_err e = zh_log_reader_open(&reader, zh_engine_log(s->eraser->engine), partition, extent->first_sequence);
    if (e != ZH_OK) return e == ZH_ABSENT ? ZH_OK : e; /* retention dropped it */
    uint64_t next = extent->first_sequence;
    while (next < extent->next_sequence && (e = zh_log_reader_next(reader, &frame)) == ZH_OK) {
        for (zh_log_records it = zh_log_records_of(&frame); zh_log_record_next(&it);) {
            uint64_t count = 0;
            if (zh_erased_empty(s->all, it.record, &s->place, &count) != ZH_OK) continue;
            *found += count;
            count_for(s, it.record, count);
        }
        next = frame.first_sequence + frame.count;
        if (!go_on(s->eraser, 0)) e = ZH_STOPPED;
        if (e != ZH_OK) break;
    }
    zh_log_reader_close(reader);
    return e == ZH_STALE ? ZH_OK : e;
}

static zh_err empty_segment(scrub *s, uint32_t partition, const zh_log_extent *extent, zh_note *why)
{
    uint64_t found;
    zh_log_transcoded did;
    zh_err e = look_into(s, partition, extent, &found);
    if (e != ZH_OK || found == 0) return e;
    const zh_log_transcode_desc desc = { .go_on = scrub_on, .rewrite = rewrite, .context = s };
    e = zh_log_rewrite(zh_engine_log(s->eraser->engine), &desc, partition, extent->first_sequence, &did, why);
    return e == ZH_ABSENT || e == ZH_STALE ? ZH_OK : e; /* dropped meanwhile */
}

/* The last segments are written to; a tick closes them, and what is behind is not theirs. */
static zh_err close_last(scrub *s)
{
    zh_log *log = zh_engine_log(s->eraser->engine);
    zh_log_close_segments(log);
    for (int64_t waited = 0; waited < CLOSE_MS_MAX; waited += ZH_ERASER_LOOK_MS) {
        bool closed = true;
        for (uint32_t p = 0; p < zh_log_partitions(log); p++) {
            zh_log_extent extent = { 0 };
            for (uint32_t i = 0; zh_log_closed(log, p, i, &extent); i++) {}
            closed &= extent.next_sequence >= s->ends[p] || zh_log_begin(log, p) >= s->ends[p];
        }
        if (closed) return ZH_OK;
        if (!rest_ms(s->eraser, ZH_ERASER_LOOK_MS)) return ZH_STOPPED;
    }
    return ZH_TIMEOUT;
}

static void tell_progress(zh_eraser *r, uint64_t done, uint64_t all)
{
    pthread_mutex_lock(&r->lock);
    r->status.segments = done;
    r->status.segments_all = all;
    pthread_mutex_unlock(&r->lock);
}

static zh_err empty_log(scrub *s, zh_note *why)
{
    zh_log *log = zh_engine_log(s->eraser->engine);
    uint64_t all = 0, done = 0;
    zh_log_extent extent;
    for (uint32_t p = 0; p < zh_log_partitions(log); p++)
        for (uint32_t i = 0; zh_log_closed(log, p, i, &extent) && extent.first_sequence < s->ends[p]; i++) all++;
    zh_err e = ZH_OK;
    for (uint32_t p = 0; p < zh_log_partitions(log); p++) {
        uint64_t next = 0; /* by position: retention may drop the first ones meanwhile */
        for (uint32_t i = 0; e == ZH_OK && zh_log_closed(log, p, i, &extent) && extent.first_sequence < s->ends[p];) {
            i++;
            if (extent.first_sequence < next) continue;
            next = extent.next_sequence;
            e = empty_segment(s, p, &extent, why);
            tell_progress(s->eraser, ++done, all);
            i = 0;
        }
    }
    tell_progress(s->eraser, 0, 0);
    return e;
}

static bool is_log_done(zh_eraser *r, const todo *t)
{
    bool done = true;
    for (uint32_t i = 0; i < t->count; i++) done &= is_done(r, t->numbers[i], ZH_ERASED_LOG);
    return done;
}

static zh_err do_log(zh_eraser *r, const todo *t, zh_note *why)
{
    scrub s;
    if (is_log_done(r, t)) return ZH_OK;
    zh_err e = open_scrub(&s, r, t);
    if (e == ZH_OK) e = close_last(&s);
    if (e == ZH_OK) e = empty_log(&s, why);
    if (e == ZH_OK) e = say_all_done(r, t, ZH_ERASED_LOG, s.counts);
    close_scrub(&s);
    return e;
}

/* ---- what was left aside ---- */

/* Views that were put aside for those without him. Uploads and rejects went when the server opened anew, and so did what it held in memory. */
static zh_err do_files(zh_eraser *r, const todo *t)
{
    char path[4096];
    const int size = snprintf(path, sizeof path, "%.*s/state.old", ZH_SV_ARG(zh_engine_dir(r->engine)));
    zh_err e = size > 0 && size < (int)sizeof path ? zh_tree_remove(zh_sv_of(path)) : ZH_RANGE;
    if (e == ZH_ABSENT) e = ZH_OK;
    return e == ZH_OK ? say_all_done(r, t, ZH_ERASED_FILES, NULL) : e;
}

/* ---- the thread ---- */

/* Views are told anew, once for all who wait. */
static zh_err do_views(zh_eraser *r, const todo *t)
{
    const zh_undo_progress p = zh_undo_progress_of(zh_engine_undo(r->engine));
    if (t->oldest_ms == 0 || p.building || p.ready) return ZH_OK;
    if (zh_engine_now_ms(r->engine) - t->oldest_ms < r->wait_ms || zh_clock_mono_us(NULL) < r->go_not_before_us) return ZH_OK;
    r->go_not_before_us = zh_clock_mono_us(NULL) + ZH_ERASER_RETRY_MS * INT64_C(1000);
    return zh_undo_go(zh_engine_undo(r->engine));
}

static zh_err finish(zh_eraser *r, const todo *t, zh_note *why)
{
    zh_err e = say_all_done(r, t, ZH_ERASED_VIEWS, NULL);
    if (e == ZH_OK) e = do_log(r, t, why);
    if (e == ZH_OK) e = do_files(r, t);
    if (e == ZH_OK) e = say_all_done(r, t, ZH_ERASED_COMPLETE, NULL);
    if (e == ZH_OK) zh_counter_add(r->complete, t->count);
    return e;
}

static void note_failure(zh_eraser *r, zh_err e, const zh_note *why)
{
    const bool passes = e == ZH_OK || e == ZH_STOPPED || e == ZH_BUSY;
    pthread_mutex_lock(&r->lock);
    r->status.failed = passes ? ZH_OK : e;
    zh_note_set(&r->status.why, "%s", passes ? "" : why->text[0] != '\0' ? why->text : zh_err_text(e));
    pthread_mutex_unlock(&r->lock);
    if (passes) return;
    zh_counter_add(r->failures, 1);
    if (zh_engine_sink(r->engine) == NULL) return;
    zh_log_line line = zh_line_open(zh_engine_sink(r->engine), ZH_LINE_WARN, "erasure.failed");
    zh_line_err(&line, e);
    if (why->text[0] != '\0') zh_line_text(&line, "reason", zh_sv_of(why->text));
    zh_line_end(&line);
}

/* How long until the next look. */
static int64_t look(zh_eraser *r)
{
    todo t;
    zh_note why = { "" };
    zh_err e = look_around(r, &t);
    if (e == ZH_OK) e = do_views(r, &t);
    if (e == ZH_OK && t.count > 0 && !zh_engine_wants_reopen(r->engine)) e = finish(r, &t, &why);
    free(t.numbers);
    note_failure(r, e, &why);
    return e == ZH_OK || e == ZH_STOPPED || e == ZH_BUSY ? ZH_ERASER_LOOK_MS : ZH_ERASER_RETRY_MS;
}

static void *run(void *context)
{
    zh_eraser *r = context;
    pthread_setname_np(pthread_self(), "zhun-erase"); /* as top and a profile show it */
    (void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICE); /* of this thread alone; best effort */
    while (rest_ms(r, look(r))) {}
    return NULL;
}

zh_err zh_eraser_open(zh_eraser **out, zh_engine *engine, int64_t wait_ms)
{
    zh_eraser *r = calloc(1, sizeof *r);
    if (r == NULL) return ZH_NOMEM;
    zh_metrics *m = zh_engine_metrics(engine);
    r->engine = engine;
    r->wait_ms = r->status.wait_ms = wait_ms;
    pthread_mutex_init(&r->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&r->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    r->complete = zh_metrics_counter(m, "zhun_erasures_complete_total", "Erasures completed since the start.", NULL, 0);
    r->failures = zh_metrics_counter(m, "zhun_erasure_failures_total", "Times that the background work of erasures could not be done.", NULL, 0);
    r->waiting = zh_metrics_gauge(m, "zhun_erasures_waiting", "Erasures that are not complete yet.", NULL, 0);
    if (pthread_create(&r->thread, NULL, run, r) != 0) {
        zh_eraser_close(r);
        return ZH_NOMEM;
    }
    r->started = true;
    *out = r;
    return ZH_OK;
}

void zh_eraser_close(zh_eraser *r)
{
    if (r == NULL) return;
    if (r->started) {
        pthread_mutex_lock(&r->lock);
        r->stopping = true;
        pthread_cond_broadcast(&r->wake);
        pthread_mutex_unlock(&r->lock);
        pthread_join(r->thread, NULL);
    }
    pthread_cond_destroy(&r->wake);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

void zh_eraser_status_of(zh_eraser *r, zh_eraser_status *out)
{
    pthread_mutex_lock(&r->lock);
    *out = r->status;
    pthread_mutex_unlock(&r->lock);
}
