#include "engine/retention.h"
#include "engine/undo.h"
#include "engine/base_build.h"
#include "engine/sweep.h"
#include "sys/file.h"
#include "sys/tree.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define ROOM_BYTES (ZH_LOG_KEEP_FREE_BYTES + (32u << 20)) /* on the disk, for rows on their way */

enum { NICE = 10, BUSY_LAG_MS = 100, BUSY_REST_MS = 20 };
enum { IOPRIO_WHO_THREAD = 1, IOPRIO_LAST = 2 << 13 | 7 }; /* as upkeep.c */

struct zh_retention {
    zh_retention_desc d;
    zh_base base;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping, working;
    int holds;
    bool sound;
    int64_t not_before_us;  /* of the next base */
    uint64_t segments, bytes;
    zh_err failed;
    zh_note why;
    uint64_t oldest_of;     /* partition 0 and others: the sum of beginnings that oldest_ms was read for, + 1 */
    int64_t oldest_ms;
    zh_counter *dropped_segments, *dropped_bytes, *bases, *failures;
};

/* ---- the thread's own ---- */

/* False: it was told to stop. */
static bool rest_ms(zh_retention *r, int64_t ms)
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

static bool go_on(void *context)
{
    zh_retention *r = context;
    const bool busy = zh_fold_is_behind(r->d.fold) || zh_fold_lag_ms(r->d.fold) > BUSY_LAG_MS;
    return rest_ms(r, busy ? BUSY_REST_MS : 0);
}

static int64_t now_of(const zh_retention *r)
{
    return zh_clock_wall_ms(r->d.clock);
}

/* ---- which segments ---- */

typedef struct extents {
    zh_log_extent *items;
    size_t count, cap;
} extents;

static zh_err gather(const zh_retention *r, extents *out)
{
    *out = (extents){ 0 };
    for (uint32_t p = 0; p < zh_log_partitions(r->d.log); p++) {
        zh_log_extent it;
        for (uint32_t i = 0; zh_log_closed(r->d.log, p, i, &it); i++) {
            if (out->count == out->cap) {
                const size_t cap = out->cap == 0 ? 64 : out->cap * 2;
                zh_log_extent *items = realloc(out->items, cap * sizeof *items);
                if (items == NULL) return ZH_NOMEM;
                out->items = items;
                out->cap = cap;
            }
            out->items[out->count++] = it;
        }
    }
    return ZH_OK;
}

static int by_age(const void *a, const void *b)
{
    const zh_log_extent *x = a, *y = b;
    return x->until_ms != y->until_ms ? (x->until_ms < y->until_ms ? -1 : 1) : 0;
}

/* Up to which commit time is there too much? 0: nowhere. */
static zh_err cut_of(const zh_retention *r, int64_t now_ms, int64_t *until_ms)
{
    extents all;
    const zh_retention_rule *rule = &r->d.rule;
    *until_ms = 0;
    zh_err e = gather(r, &all);
    if (e == ZH_OK && all.count > 0) qsort(all.items, all.count, sizeof *all.items, by_age);
    uint64_t left = zh_log_bytes(r->d.log);
    for (size_t i = 0; e == ZH_OK && i < all.count; i++) {
        const bool old = rule->events_ms > 0 && all.items[i].until_ms <= now_ms - rule->events_ms;
        const bool much = rule->log_bytes > 0 && left > rule->log_bytes;
        if (old || much) *until_ms = all.items[i].until_ms;
        left -= all.items[i].bytes;
    }
    free(all.items);
    return e;
}

/* ---- a base ---- */

static void say(const zh_retention *r, zh_line_level level, const char *event, zh_err e, const zh_note *why, const zh_base *base)
{
    if (r->d.sink == NULL) return;
    zh_log_line line = zh_line_open(r->d.sink, level, event);
    if (e != ZH_OK) zh_line_err(&line, e);
    if (base != NULL) {
        zh_line_int(&line, "number", (int64_t)base->number);
        zh_line_int(&line, "events", (int64_t)base->events);
        zh_line_int(&line, "bytes", (int64_t)base->bytes);
        zh_line_int(&line, "untilMs", base->until_ms);
    }
    if (why != NULL && why->text[0] != '\0') zh_line_text(&line, "reason", zh_sv_of(why->text));
    zh_line_end(&line);
}

/* Imports, merges and customers that no view knows any more. ZH_BUSY: one is being taken back or erased, so what is to be left out is not settled. */
static zh_err settled_skip(const zh_retention *r, zh_undo_skip *skip)
{
    zh_world_lock_read(r->d.world);
    const bool settled = !zh_undo_is_pending(r->d.world) && !zh_erasures_is_pending(r->d.world->erasures);
    zh_world_unlock(r->d.world);
    const zh_err e = zh_undo_skip_of_world(r->d.world, true, skip);
    return e != ZH_OK ? e : settled ? ZH_OK : ZH_BUSY;
}

static bool is_still_settled(const zh_retention *r, const zh_undo_skip *then)
{
    zh_undo_skip now;
    const bool same = settled_skip(r, &now) == ZH_OK && now.count == then->count && now.merges_count == then->merges_count && now.erased_count == then->erased_count;
    zh_undo_skip_close(&now);
    return same;
}

static bool is_folded(const zh_retention *r, const zh_base *base)
{
    for (uint32_t p = 0; p < base->partitions; p++)
        if (zh_fold_position(r->d.fold, p) < base->positions[p]) return false;
    return true;
}

/* It takes the place of the one before; not while somebody holds that. */
static zh_err take_place(zh_retention *r, zh_base *fresh, const zh_undo_skip *skip, zh_note *why)
{
    zh_err e = ZH_OK;
    const zh_base before = r->base;
    pthread_mutex_lock(&r->lock);
    if (r->holds > 0 || r->stopping || !is_still_settled(r, skip) || !is_folded(r, fresh)) e = ZH_BUSY;
    if (e == ZH_OK) e = zh_base_publish(r->d.dir, fresh, why);
    if (e == ZH_OK) r->base = *fresh;
    pthread_mutex_unlock(&r->lock);
    if (e == ZH_OK && before.number > 0) e = zh_tree_remove(zh_sv_of(before.path)); /* that alone: others in base/ belong to a check */
    return e;
}

static zh_err advance(zh_retention *r, int64_t until_ms, zh_note *why)
{
    zh_undo_skip skip;
    zh_base fresh;
    zh_err e = settled_skip(r, &skip);
    const zh_base_build_desc desc = { .dir = r->d.dir, .from = &r->base, .log = r->d.log, .until_ms = until_ms, .now_ms = now_of(r), .sales = r->d.sales, .tz = r->d.tz,
                                      .zone = r->d.zone, .skip = &skip, .go_on = go_on, .context = r };
    if (e == ZH_OK) e = zh_base_build(&desc, &fresh, why);
    if (e == ZH_OK) e = zh_base_sign(r->d.dir, &fresh, r->d.sealer, why);
    if (e == ZH_OK) e = zh_fold_checkpoint(r->d.fold); /* the state is never behind the base */
    if (e == ZH_OK) e = take_place(r, &fresh, &skip, why);
    if (e == ZH_OK) say(r, ZH_LINE_INFO, "base.made", ZH_OK, NULL, &fresh);
    if (e == ZH_OK) zh_counter_add(r->bases, 1);
    else (void)!zh_base_discard(r->d.dir); /* it gives the disk back what it took */
    zh_undo_skip_close(&skip);
    return e;
}

/* ---- dropping ---- */

static zh_err drop_partition(zh_retention *r, uint32_t p)
{
    const uint64_t below = zh_log_droppable(r->d.log, p, r->base.positions[p]);
    zh_err e = ZH_OK;
    if (below <= zh_log_begin(r->d.log, p)) return ZH_OK;
    const uint64_t before = zh_log_bytes(r->d.log);
    uint64_t segments = 0;
    zh_log_extent it;
    while (zh_log_closed(r->d.log, p, (uint32_t)segments, &it) && it.next_sequence <= below) segments++;
    pthread_mutex_lock(&r->lock);
    if (r->holds > 0 || r->stopping) e = ZH_BUSY;
    if (e == ZH_OK) e = zh_log_drop(r->d.log, p, r->base.positions[p]);
    pthread_mutex_unlock(&r->lock);
    if (e != ZH_OK) return e;
    const uint64_t after = zh_log_bytes(r->d.log), bytes = before > after ? before - after : 0;
    pthread_mutex_lock(&r->lock);
    r->segments += segments;
    r->bytes += bytes;
    pthread_mutex_unlock(&r->lock);
    zh_counter_add(r->dropped_segments, segments);
    zh_counter_add(r->dropped_bytes, bytes);
    if (r->d.sink != NULL) {
        zh_log_line line = zh_line_open(r->d.sink, ZH_LINE_INFO, "log.dropped");
        zh_line_int(&line, "partition", p);
        zh_line_int(&line, "segments", (int64_t)segments);
        zh_line_int(&line, "below", (int64_t)below);
        zh_line_end(&line);
    }
    return ZH_OK;
}

/* An id goes when it is old enough and its event is not in the log. */
static void forget_ids(const zh_retention *r)
{
    const uint32_t today = zh_base_day(now_of(r)), until = zh_base_day(r->base.until_ms);
    const uint32_t first = today > ZH_BASE_ID_DAYS ? today - ZH_BASE_ID_DAYS : 0;
    if (r->base.number > 0) zh_state_forget_before(r->d.state, (uint16_t)(first < until ? first : until));
}

/* The state is not probed from here: the keeper does that, with one file. */
static zh_err has_room(const zh_retention *r)
{
    uint64_t free_bytes, bytes;
    const zh_err e = zh_file_disk(r->d.dir, &free_bytes, &bytes);
    return e == ZH_OK && free_bytes < ROOM_BYTES ? ZH_FULL : e;
}

/* What the base covers: its rows first, durable, then its files. */
static zh_err drop(zh_retention *r)
{
    bool any = false;
    zh_err e = ZH_OK;
    for (uint32_t p = 0; e == ZH_OK && p < r->base.partitions; p++) {
        const uint64_t below = zh_log_droppable(r->d.log, p, r->base.positions[p]);
        if (below <= zh_log_begin(r->d.log, p)) continue;
        any = true;
        if ((e = has_room(r)) == ZH_OK) e = zh_sweep(&(zh_sweep_desc){ .log = r->d.log, .state = r->d.state, .world = r->d.world, .partition = p, .below = below, .go_on = go_on, .context = r });
    }
    if (!any) return ZH_OK;
    if (e == ZH_OK) e = zh_fold_checkpoint(r->d.fold);
    if (e == ZH_OK) forget_ids(r);
    for (uint32_t p = 0; e == ZH_OK && p < r->base.partitions; p++) e = drop_partition(r, p);
    return e;
}

static bool is_held(zh_retention *r)
{
    pthread_mutex_lock(&r->lock);
    const bool held = r->holds > 0;
    pthread_mutex_unlock(&r->lock);
    return held;
}

static void set_working(zh_retention *r, bool on, zh_err e, const zh_note *why)
{
    pthread_mutex_lock(&r->lock);
    r->working = on;
    if (!on) r->failed = e;
    if (!on) zh_note_set(&r->why, "%s", e == ZH_OK ? "" : why->text[0] != '\0' ? why->text : zh_err_text(e));
    pthread_mutex_unlock(&r->lock);
}

/* How long until the next look. */
static int64_t look(zh_retention *r)
{
    int64_t until_ms;
    zh_note why = { "" };
    if ((r->d.rule.events_ms == 0 && r->d.rule.log_bytes == 0) || !r->sound || is_held(r)) return ZH_RETENTION_LOOK_MS;
    zh_err e = cut_of(r, now_of(r), &until_ms);
    const bool wants = e == ZH_OK && until_ms > r->base.until_ms && zh_clock_mono_us(NULL) >= r->not_before_us;
    if (e == ZH_OK && !wants && r->base.number == 0) return ZH_RETENTION_LOOK_MS;
    if (wants) {
        const int64_t began_us = zh_clock_mono_us(NULL);
        set_working(r, true, ZH_OK, NULL);
        e = advance(r, until_ms, &why);
        r->not_before_us = zh_clock_mono_us(NULL) + ZH_RETENTION_SHARE * (zh_clock_mono_us(NULL) - began_us);
    }
    if (e == ZH_OK) e = drop(r);
    const bool passes = e == ZH_BUSY || e == ZH_STOPPED;
    set_working(r, false, passes ? ZH_OK : e, &why);
    if (e == ZH_OK || passes) return ZH_RETENTION_LOOK_MS;
    zh_counter_add(r->failures, 1);
    say(r, ZH_LINE_WARN, "retention.failed", e, &why, NULL);
    return ZH_RETENTION_RETRY_MS;
}

static void *run(void *context)
{
    zh_retention *r = context;
    pthread_setname_np(pthread_self(), "zhun-retain"); /* as top and a profile show it */
    const pid_t thread = (pid_t)syscall(SYS_gettid);
    (void)setpriority(PRIO_PROCESS, (id_t)thread, NICE); /* of this thread alone; both are best effort */
    (void)syscall(SYS_ioprio_set, IOPRIO_WHO_THREAD, thread, IOPRIO_LAST);
    forget_ids(r);
    while (rest_ms(r, look(r))) {}
    return NULL;
}

/* ---- the face ---- */

zh_err zh_retention_open(zh_retention **out, const zh_retention_desc *desc)
{
    zh_retention *r = calloc(1, sizeof *r);
    if (r == NULL) return ZH_NOMEM;
    r->d = *desc;
    r->base = *desc->base;
    r->sound = desc->is_sound;
    if (!r->sound) r->failed = ZH_CORRUPT, zh_note_set(&r->why, "the base is damaged: nothing is dropped until it is restored from a backup");
    pthread_mutex_init(&r->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&r->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    r->dropped_segments = zh_metrics_counter(desc->metrics, "zhun_log_dropped_segments_total", "Segments of the log dropped by retention since the start.", NULL, 0);
    r->dropped_bytes = zh_metrics_counter(desc->metrics, "zhun_log_dropped_bytes_total", "Bytes of the log dropped by retention since the start.", NULL, 0);
    r->bases = zh_metrics_counter(desc->metrics, "zhun_base_made_total", "Bases made since the start.", NULL, 0);
    r->failures = zh_metrics_counter(desc->metrics, "zhun_retention_failures_total", "Times that retention could not do its work.", NULL, 0);
    if (pthread_create(&r->thread, NULL, run, r) != 0) {
        zh_retention_close(r);
        return ZH_NOMEM;
    }
    r->started = true;
    *out = r;
    return ZH_OK;
}

void zh_retention_close(zh_retention *r)
{
    if (r == NULL) return;
    if (r->started) {
        pthread_mutex_lock(&r->lock);
        r->stopping = true;
        pthread_cond_signal(&r->wake);
        pthread_mutex_unlock(&r->lock);
        pthread_join(r->thread, NULL);
    }
    pthread_cond_destroy(&r->wake);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

void zh_retention_hold(zh_retention *r, bool on)
{
    pthread_mutex_lock(&r->lock);
    r->holds += on ? 1 : -1;
    pthread_mutex_unlock(&r->lock);
}

void zh_retention_base(zh_retention *r, zh_base *out)
{
    pthread_mutex_lock(&r->lock);
    *out = r->base;
    pthread_mutex_unlock(&r->lock);
}

bool zh_retention_may_unmerge(zh_retention *r, int64_t merged_ms)
{
    pthread_mutex_lock(&r->lock);
    const bool may = r->base.number == 0 || merged_ms >= r->base.until_ms;
    pthread_mutex_unlock(&r->lock);
    return may;
}

bool zh_retention_may_undo(zh_retention *r, uint32_t import)
{
    pthread_mutex_lock(&r->lock);
    const bool may = r->base.number == 0 || import > r->base.import_last;
    pthread_mutex_unlock(&r->lock);
    return may;
}

bool zh_retention_is_expired(zh_log *log, uint32_t partition, uint64_t sequence)
{
    return partition < zh_log_partitions(log) && sequence < zh_log_begin(log, partition);
}

/* Commit time of the oldest record there is: the first frame of each partition. */
static int64_t oldest_of(zh_log *log)
{
    int64_t oldest_ms = 0;
    for (uint32_t p = 0; p < zh_log_partitions(log); p++) {
        zh_log_reader *reader;
        zh_log_frame frame;
        if (zh_log_reader_open(&reader, log, p, zh_log_begin(log, p)) != ZH_OK) continue;
        if (zh_log_reader_next(reader, &frame) == ZH_OK && (oldest_ms == 0 || frame.commit_ms < oldest_ms)) oldest_ms = frame.commit_ms;
        zh_log_reader_close(reader);
    }
    return oldest_ms;
}

/* Read anew only where something was dropped, or there was nothing. */
static int64_t oldest_known(zh_retention *r, uint64_t *begins)
{
    *begins = 0;
    for (uint32_t p = 0; p < zh_log_partitions(r->d.log); p++) *begins += zh_log_begin(r->d.log, p);
    pthread_mutex_lock(&r->lock);
    int64_t oldest_ms = r->oldest_of == *begins + 1 ? r->oldest_ms : 0;
    pthread_mutex_unlock(&r->lock);
    if (oldest_ms != 0) return oldest_ms;
    oldest_ms = oldest_of(r->d.log);
    pthread_mutex_lock(&r->lock);
    r->oldest_of = *begins + 1;
    r->oldest_ms = oldest_ms;
    pthread_mutex_unlock(&r->lock);
    return oldest_ms;
}

void zh_retention_status_of(zh_retention *r, zh_retention_status *out)
{
    uint64_t begins;
    const int64_t oldest_ms = oldest_known(r, &begins);
    int64_t next_ms = 0;
    for (uint32_t p = 0; r->d.rule.events_ms > 0 && p < zh_log_partitions(r->d.log); p++) {
        zh_log_extent it;
        if (zh_log_closed(r->d.log, p, 0, &it) && (next_ms == 0 || it.until_ms + r->d.rule.events_ms < next_ms)) next_ms = it.until_ms + r->d.rule.events_ms;
    }
    pthread_mutex_lock(&r->lock);
    *out = (zh_retention_status){ .rule = r->d.rule, .log_bytes = zh_log_bytes(r->d.log), .oldest_ms = oldest_ms, .is_cut = begins > 0, .base = r->base,
                                  .is_working = r->working, .is_held = r->holds > 0, .next_ms = next_ms, .segments = r->segments, .bytes = r->bytes,
                                  .failed = r->failed, .why = r->why };
    pthread_mutex_unlock(&r->lock);
}
