/* log_ahead.c -- zeros are written before they are needed.
 *
 * A sync of bytes inside a file that already has its blocks costs one disk write; growing a file, or
 * writing into space that was only reserved, costs the file system's own records on top (libraries.md: 415k
 * against 630k events/s). So the next segment is written full of zeros while the present one fills, in steps
 * that are synced one by one: the disk's queue never holds more than a step that an append has to wait behind.
 *
 * If the spare is not ready when it is needed, an append does not wait for all of it: it takes what is there, if its
 * block fits, and the segment is a shorter one.
 */
#include "store/log_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

static uint64_t clamp_target(const zh_log *log, uint64_t bytes)
{
    const uint64_t least = log->segment_bytes < ZH_LOG_FIRST_BYTES ? log->segment_bytes : ZH_LOG_FIRST_BYTES;
    return bytes < least ? least : bytes > log->segment_bytes ? log->segment_bytes : bytes;
}

/* One step of zeros up to `target`; called without the lock while `busy`. A failed spare is thrown away whole: its
 * sync is not tried again. */
static zh_err step(const zh_log *log, zh_log_partition *part, zh_log_spare *spare)
{
    const uint64_t left = spare->target - spare->bytes;
    const uint64_t bytes = left < ZH_LOG_STEP_BYTES ? left : ZH_LOG_STEP_BYTES;
    if (!zh_log_may_grow(part->dir, bytes)) return ZH_FULL; /* what is there already stays */
    if (spare->file < 0) {
        spare->file = openat(part->dir, ZH_LOG_SPARE, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
        if (spare->file < 0) return errno == ENOSPC || errno == EDQUOT ? ZH_FULL : ZH_IO;
        spare->bytes = 0;
    }
    zh_err e = zh_log_write_zeros(log->io, spare->file, spare->bytes, bytes);
    if (e == ZH_OK) e = zh_log_sync_file(log->io, spare->file);
    if (e == ZH_OK) {
        spare->bytes += bytes;
        return ZH_OK;
    }
    close(spare->file);
    unlinkat(part->dir, ZH_LOG_SPARE, 0); /* gives the space back; left over, it is removed by the next open */
    spare->file = -1;
    spare->bytes = 0;
    return e;
}

static zh_log_partition *unfinished(zh_log *log)
{
    for (uint32_t i = 0; i < log->partitions_count; i++) {
        const zh_log_spare *spare = &log->partitions[i].spare;
        if (!spare->busy && !spare->failed && spare->bytes < spare->target) return &log->partitions[i];
    }
    return NULL;
}

/* Rest as long as the step took, so that the disk belongs to the appends at least half of the time. */
static void rest_since(const struct timespec *start)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t ns = (now.tv_sec - start->tv_sec) * 1000000000 + (now.tv_nsec - start->tv_nsec);
    if (ns > 20000000) ns = 20000000;
    nanosleep(&(struct timespec){ .tv_nsec = ns }, NULL);
}

/* Write a reserve where there is none. Holds the lock, but not while it writes. */
static zh_err make_reserve(zh_log *log, zh_log_partition *part)
{
    while (part->reserve_busy) pthread_cond_wait(&log->ahead_changed, &log->ahead_lock);
    if (part->reserve_bytes > 0) return ZH_OK;
    uint64_t bytes;
    part->reserve_busy = true;
    pthread_mutex_unlock(&log->ahead_lock);
    const zh_err e = zh_log_reserve_make(log, part, &bytes);
    pthread_mutex_lock(&log->ahead_lock);
    part->reserve_busy = false;
    part->reserve_failed = e != ZH_OK;
    if (e == ZH_OK) part->reserve_bytes = bytes;
    pthread_cond_broadcast(&log->ahead_changed);
    return e;
}

static zh_log_partition *without_reserve(zh_log *log)
{
    for (uint32_t i = 0; i < log->partitions_count; i++) {
        const zh_log_partition *part = &log->partitions[i];
        if (part->reserve_bytes == 0 && !part->reserve_busy && !part->reserve_failed) return &log->partitions[i];
    }
    return NULL;
}

/* A step of a partition's zeros. Holds the lock, but not while it writes. */
static void do_step(zh_log *log, zh_log_partition *part)
{
    zh_log_spare mine = part->spare;
    part->spare.busy = true;
    pthread_mutex_unlock(&log->ahead_lock);
    const zh_err e = step(log, part, &mine);
    pthread_mutex_lock(&log->ahead_lock);
    part->spare.file = mine.file;
    part->spare.bytes = mine.bytes;
    part->spare.failed = e != ZH_OK;
    part->spare.busy = false;
    pthread_cond_broadcast(&log->ahead_changed);
}

static void *run(void *context)
{
    zh_log *log = context;
    pthread_setname_np(pthread_self(), "zhun-ahead"); /* as top and a profile show it */
    pthread_mutex_lock(&log->ahead_lock);
    while (!log->ahead_ends) {
        struct timespec start;
        clock_gettime(CLOCK_MONOTONIC, &start);
        zh_log_partition *part = unfinished(log);
        zh_log_partition *bare = part == NULL ? without_reserve(log) : NULL;
        if (part != NULL) {
            do_step(log, part);
        } else if (bare != NULL) {
            (void)!make_reserve(log, bare);
        } else {
            pthread_cond_wait(&log->ahead_changed, &log->ahead_lock);
            continue;
        }
        if (log->ahead_ends) break;
        pthread_mutex_unlock(&log->ahead_lock);
        rest_since(&start);
        pthread_mutex_lock(&log->ahead_lock);
    }
    pthread_mutex_unlock(&log->ahead_lock);
    return NULL;
}

zh_err zh_log_ahead_start(zh_log *log)
{
    if (pthread_create(&log->ahead_thread, NULL, run, log) != 0) return ZH_NOMEM;
    log->ahead_runs = true;
    return ZH_OK;
}

void zh_log_ahead_stop(zh_log *log)
{
    if (log->ahead_runs) {
        pthread_mutex_lock(&log->ahead_lock);
        log->ahead_ends = true;
        pthread_cond_broadcast(&log->ahead_changed);
        pthread_mutex_unlock(&log->ahead_lock);
        pthread_join(log->ahead_thread, NULL);
        log->ahead_runs = false;
    }
    for (uint32_t i = 0; i < log->partitions_count; i++) {
        zh_log_partition *part = &log->partitions[i];
        if (part->spare.file < 0) continue;
        close(part->spare.file);
        unlinkat(part->dir, ZH_LOG_SPARE, 0);
        part->spare.file = -1;
    }
}

void zh_log_ahead_ask(zh_log *log, zh_log_partition *part, uint64_t bytes)
{
    pthread_mutex_lock(&log->ahead_lock);
    part->spare.target = clamp_target(log, 2 * bytes);
    pthread_cond_broadcast(&log->ahead_changed);
    pthread_mutex_unlock(&log->ahead_lock);
}

/* Steps by the appender until there are so many zeros; the thread keeps off meanwhile. Holds the lock. */
static zh_err fill(zh_log *log, zh_log_partition *part, uint64_t enough)
{
    zh_log_spare *spare = &part->spare;
    zh_err e = ZH_OK;
    while (e == ZH_OK && spare->bytes < enough) {
        spare->busy = true;
        pthread_mutex_unlock(&log->ahead_lock);
        zh_log_spare mine = *spare;
        e = step(log, part, &mine);
        pthread_mutex_lock(&log->ahead_lock);
        spare->file = mine.file;
        spare->bytes = mine.bytes;
        spare->busy = false;
    }
    spare->failed = e != ZH_OK;
    return e;
}

/* The disk is full: the reserve, for what may use it. Holds the lock. */
static zh_err take_reserve(zh_log *log, zh_log_partition *part, uint64_t need, int *file, uint64_t *bytes)
{
    while (part->reserve_busy) pthread_cond_wait(&log->ahead_changed, &log->ahead_lock);
    if (!log->vital || part->reserve_bytes < need) return ZH_FULL;
    const zh_err e = zh_log_reserve_take(log, part, file);
    *bytes = part->reserve_bytes;
    if (e == ZH_OK) part->reserve_bytes = 0;
    part->reserve_failed = true; /* none is made before there is room */
    return e;
}

zh_err zh_log_ahead_take(zh_log *log, zh_log_partition *part, uint64_t need, int *file, uint64_t *bytes)
{
    zh_log_spare *spare = &part->spare;
    pthread_mutex_lock(&log->ahead_lock);
    while (spare->busy) pthread_cond_wait(&log->ahead_changed, &log->ahead_lock);
    need += ZH_LOG_ALIGN;
    spare->target = clamp_target(log, spare->target);
    if (spare->target < need) spare->target = need;
    const uint64_t enough = !log->ahead_runs ? spare->target :
                            need > ZH_LOG_STEP_BYTES ? need :
                            spare->target < ZH_LOG_STEP_BYTES ? spare->target : ZH_LOG_STEP_BYTES;
    zh_err e = fill(log, part, enough);
    if (e == ZH_OK) {
        *file = spare->file;
        *bytes = spare->bytes;
        *spare = (zh_log_spare){ .file = -1 };
    } else if (e == ZH_FULL) {
        e = take_reserve(log, part, need, file, bytes);
    }
    pthread_mutex_unlock(&log->ahead_lock);
    return e;
}

zh_err zh_log_ahead_make(zh_log *log, zh_log_partition *part, uint64_t need)
{
    zh_log_spare *spare = &part->spare;
    pthread_mutex_lock(&log->ahead_lock);
    while (spare->busy) pthread_cond_wait(&log->ahead_changed, &log->ahead_lock);
    if (need > 0) need += ZH_LOG_ALIGN;
    if (spare->target < need) spare->target = need;
    zh_err e = fill(log, part, need);
    if (e == ZH_OK) e = make_reserve(log, part);
    pthread_cond_broadcast(&log->ahead_changed);
    pthread_mutex_unlock(&log->ahead_lock);
    return e;
}
