#include "engine/keeper.h"
#include "engine/entries.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define ROW_BYTES 160 /* of an event's rows in the state, with some of its views: for the question of room */

struct zh_keeper {
    zh_keeper_desc d;
    zh_entries views, identity;
    zh_keeper_rows rows;

    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool busy, stopping, retry; /* busy: handed over and not written yet */
    bool collected;             /* identity's entries of it are here */
};

static int64_t work_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* In steps, because the committer waits for the same lock. */
static zh_err collect_identity(zh_keeper *k)
{
    if (k->collected) return ZH_OK;
    const zh_keep keep = zh_entries_keep(&k->identity);
    zh_err e = zh_world_save_identity(k->d.world, keep, 0, NULL);
    for (bool done = false; e == ZH_OK && !done;) e = zh_world_save_identity(k->d.world, keep, ZH_KEEPER_STEP, &done);
    k->collected = e == ZH_OK;
    return e;
}

static zh_err write_rows(zh_keeper *k, zh_keeper_rows *rows)
{
    zh_err e = zh_dedup_keep(k->d.state, rows->rows, rows->count, rows->day);
    if (e == ZH_OK) e = zh_timeline_flush(k->d.timeline);
    if (e == ZH_OK) rows->count = 0;
    return e;
}

/* The log is synced before anything is written: a view must never know more than the log does after a power cut.
 * Identity and rows may be ahead of the checkpoint, and go before it, so that it is never ahead of them; the views with
 * the positions they stand for are one file, there in whole or not at all. After an error all of it can be done again. */
static zh_err write_all(zh_keeper *k)
{
    zh_err e = collect_identity(k);
    const size_t bytes = k->rows.count * ROW_BYTES + zh_entries_bytes(&k->identity) + zh_entries_bytes(&k->views);
    if (e == ZH_OK) e = zh_log_sync(k->d.log);
    if (e == ZH_OK) e = zh_state_probe(k->d.state, bytes);
    if (e == ZH_OK) e = zh_entries_write(&k->identity, k->d.state, ZH_SPACE_IDS);
    if (e == ZH_OK) e = write_rows(k, &k->rows);
    if (e == ZH_OK) e = zh_entries_write(&k->views, k->d.state, ZH_SPACE_VIEWS);
    if (e == ZH_OK) e = zh_state_flush(k->d.state);
    if (e != ZH_OK) return e;
    zh_entries_close(&k->identity);
    zh_entries_close(&k->views);
    k->collected = false;
    return ZH_OK;
}

static void wait_to_retry(zh_keeper *k)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ZH_KEEPER_RETRY_MS / 1000;
    while (!k->stopping && !k->retry)
        if (pthread_cond_timedwait(&k->wake, &k->lock, &until) == ETIMEDOUT) break;
    k->retry = false;
}

/* One checkpoint, until it is written or hopeless. Holds the lock at both ends. */
static void write_one(zh_keeper *k)
{
    for (bool last = false; k->busy && !last;) {
        last = k->stopping; /* one try more */
        pthread_mutex_unlock(&k->lock);
        const int64_t began_us = work_us();
        const zh_err e = write_all(k);
        const int64_t spent_us = work_us() - began_us;
        const bool is_kept = e == ZH_FULL || e == ZH_IO;
        pthread_mutex_lock(&k->lock);
        k->busy = is_kept;
        pthread_mutex_unlock(&k->lock);
        k->d.done(k->d.context, e, spent_us);
        pthread_mutex_lock(&k->lock);
        if (is_kept && !last) wait_to_retry(k);
    }
}

static void *run(void *context)
{
    zh_keeper *k = context;
    pthread_setname_np(pthread_self(), "zhun-keeper"); /* as top and a profile show it */
    pthread_mutex_lock(&k->lock);
    for (;;) {
        while (!k->busy && !k->stopping) pthread_cond_wait(&k->wake, &k->lock);
        if (k->busy) write_one(k);
        if (k->stopping) break;
    }
    pthread_mutex_unlock(&k->lock);
    return NULL;
}

zh_err zh_keeper_open(zh_keeper **out, const zh_keeper_desc *desc)
{
    zh_keeper *k = calloc(1, sizeof *k);
    if (k == NULL) return ZH_NOMEM;
    k->d = *desc;
    pthread_mutex_init(&k->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&k->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    k->identity = zh_entries_open();
    k->views = zh_entries_open();
    *out = k;
    return ZH_OK;
}

zh_err zh_keeper_start(zh_keeper *k)
{
    if (pthread_create(&k->thread, NULL, run, k) != 0) return ZH_NOMEM;
    k->started = true;
    return ZH_OK;
}

void zh_keeper_retry(zh_keeper *k)
{
    pthread_mutex_lock(&k->lock);
    k->retry = true;
    pthread_cond_signal(&k->wake);
    pthread_mutex_unlock(&k->lock);
}

void zh_keeper_stop(zh_keeper *k)
{
    if (!k->started) return;
    pthread_mutex_lock(&k->lock);
    k->stopping = true;
    pthread_cond_signal(&k->wake);
    pthread_mutex_unlock(&k->lock);
    pthread_join(k->thread, NULL);
    k->started = k->stopping = false;
}

void zh_keeper_close(zh_keeper *k)
{
    if (k == NULL) return;
    zh_keeper_stop(k);
    zh_entries_close(&k->views);
    zh_entries_close(&k->identity);
    free(k->rows.rows);
    pthread_cond_destroy(&k->wake);
    pthread_mutex_destroy(&k->lock);
    free(k);
}

bool zh_keeper_is_idle(zh_keeper *k)
{
    pthread_mutex_lock(&k->lock);
    const bool idle = !k->busy;
    pthread_mutex_unlock(&k->lock);
    return idle;
}

zh_keep zh_keeper_views(zh_keeper *k)
{
    return zh_entries_keep(&k->views);
}

static void take_rows(zh_keeper *k, zh_keeper_rows *rows)
{
    const zh_keeper_rows empty = k->rows;
    k->rows = *rows;
    *rows = empty;
    k->busy = true;
}

void zh_keeper_go(zh_keeper *k, zh_keeper_rows *rows)
{
    pthread_mutex_lock(&k->lock);
    take_rows(k, rows);
    k->retry = false;
    pthread_cond_signal(&k->wake);
    pthread_mutex_unlock(&k->lock);
}

zh_err zh_keeper_write(zh_keeper *k, zh_keeper_rows *rows)
{
    assert(!k->started);
    if (!k->busy) take_rows(k, rows);
    const zh_err e = write_all(k);
    k->busy = e == ZH_FULL || e == ZH_IO;
    return e;
}

zh_err zh_keeper_put_rows(zh_keeper *k, zh_keeper_rows *rows)
{
    return write_rows(k, rows);
}
