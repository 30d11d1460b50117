#include "engine/keeper.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define ROW_BYTES 160 /* of an event's rows in the state, with some of its views: for the question of room */
#define ENTRY_BYTES_MAX ((size_t)4 << 30) /* of identity in one checkpoint: 20 million customers that changed */

typedef struct entry { /* of identity, on its way */
    uint64_t head; /* of its key, without the view's letter, as a number that sorts like it */
    size_t at;     /* in entry_bytes: the key, then the value */
    uint32_t key_bytes, value_bytes;
} entry;

struct zh_keeper {
    zh_keeper_desc d;
    zh_state_batch *batch, *drops;
    zh_keeper_rows rows;
    entry *entries;
    size_t entries_count, entries_cap;
    zh_buf entry_bytes;

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

/* ---- identity ---- */

static zh_err put_identity_entry(void *context, zh_sv key, zh_sv value)
{
    zh_keeper *k = context;
    if (value.data == NULL) {
        zh_state_drop(k->drops, ZH_SPACE_IDS, key);
        return ZH_OK;
    }
    if (k->entries_count == k->entries_cap) {
        const size_t cap = k->entries_cap == 0 ? 4096 : k->entries_cap * 2;
        entry *entries = realloc(k->entries, cap * sizeof *entries);
        if (entries == NULL) return ZH_NOMEM;
        k->entries = entries;
        k->entries_cap = cap;
    }
    entry *e = &k->entries[k->entries_count++];
    *e = (entry){ .at = k->entry_bytes.size, .key_bytes = (uint32_t)key.size, .value_bytes = (uint32_t)value.size };
    for (size_t i = 1; i < 9; i++) e->head = e->head << 8 | (i < key.size ? (unsigned char)key.data[i] : 0u);
    zh_buf_put(&k->entry_bytes, key);
    zh_buf_put(&k->entry_bytes, value);
    return zh_buf_err(&k->entry_bytes);
}

/* By key: the head of it first. Of one key the later entry, which is newer. */
static int by_key(const void *left, const void *right, void *context)
{
    const entry *a = left, *b = right;
    const char *bytes = context;
    if (a->head != b->head) return a->head < b->head ? -1 : 1;
    const int order = zh_sv_compare((zh_sv){ bytes + a->at, a->key_bytes }, (zh_sv){ bytes + b->at, b->key_bytes });
    return order != 0 ? order : a->at > b->at ? -1 : 1;
}

static zh_err write_entries(zh_keeper *k)
{
    if (k->entries_count == 0) return ZH_OK;
    zh_state_row *rows = malloc(k->entries_count * sizeof *rows);
    if (rows == NULL) return ZH_NOMEM;
    qsort_r(k->entries, k->entries_count, sizeof *k->entries, by_key, k->entry_bytes.data);
    size_t count = 0;
    for (size_t i = 0; i < k->entries_count; i++) {
        const entry *e = &k->entries[i];
        const char *key = k->entry_bytes.data + e->at;
        const zh_state_row row = { { key, e->key_bytes }, { key + e->key_bytes, e->value_bytes } };
        if (count == 0 || !zh_sv_equal(rows[count - 1].key, row.key)) rows[count++] = row;
    }
    const zh_err e = zh_state_ingest(k->d.state, ZH_SPACE_IDS, rows, count);
    free(rows);
    return e;
}

/* In steps, because the committer waits for the same lock. */
static zh_err collect_identity(zh_keeper *k)
{
    if (k->collected) return ZH_OK;
    const zh_keep keep = { k, put_identity_entry };
    zh_err e = zh_world_save_identity(k->d.world, keep, 0, NULL);
    for (bool done = false; e == ZH_OK && !done;) e = zh_world_save_identity(k->d.world, keep, ZH_KEEPER_STEP, &done);
    k->collected = e == ZH_OK;
    return e;
}

static void forget_identity(zh_keeper *k)
{
    free(k->entries);
    k->entries = NULL;
    k->entries_count = k->entries_cap = 0;
    zh_buf_close(&k->entry_bytes);
    k->collected = false;
}

/* ---- the whole ---- */

static zh_err write_rows(zh_keeper *k, zh_keeper_rows *rows)
{
    zh_err e = zh_dedup_keep(k->d.state, rows->rows, rows->count, rows->day);
    if (e == ZH_OK) e = zh_timeline_flush(k->d.timeline);
    if (e == ZH_OK) rows->count = 0;
    return e;
}

/* The log is synced before anything is written: a view must never know more than the log does after a power cut.
 * Identity may be ahead of the checkpoint, so its entries go as a file of their own, which costs a fraction of going
 * through a batch; what is gone goes before, for it may have come again. Rows go before the commit, so that a
 * checkpoint is never ahead of them. After an error all of it can be done again. */
static zh_err write_all(zh_keeper *k)
{
    zh_err e = collect_identity(k);
    const size_t bytes = k->rows.count * ROW_BYTES + k->entry_bytes.size + zh_state_batch_bytes(k->batch);
    if (e == ZH_OK) e = zh_log_sync(k->d.log);
    if (e == ZH_OK) e = zh_state_probe(k->d.state, bytes);
    if (e == ZH_OK) e = zh_state_commit(k->drops);
    if (e == ZH_OK) e = write_entries(k);
    if (e == ZH_OK) e = write_rows(k, &k->rows);
    if (e == ZH_OK) e = zh_state_commit(k->batch);
    if (e == ZH_OK) e = zh_state_flush(k->d.state);
    if (e == ZH_OK) forget_identity(k);
    return e;
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
    k->entry_bytes = zh_buf_open(ENTRY_BYTES_MAX);
    zh_err e = zh_state_batch_open(&k->batch, desc->state);
    if (e == ZH_OK) e = zh_state_batch_open(&k->drops, desc->state);
    if (e != ZH_OK) zh_keeper_close(k);
    else *out = k;
    return e;
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
    zh_state_batch_close(k->batch);
    zh_state_batch_close(k->drops);
    free(k->rows.rows);
    forget_identity(k);
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

zh_state_batch *zh_keeper_batch(zh_keeper *k)
{
    return k->batch;
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
