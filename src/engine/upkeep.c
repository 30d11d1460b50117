#include "engine/upkeep.h"
#include "guard/seal_compact.h"
#include "store/log_transcode.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define ARENA_BYTES_MAX (1u << 20) /* the lines of one event */

enum { NICE = 10, BUSY_LAG_MS = 100, BUSY_TIMES = 10 };
/* ioprio_set(2) has no wrapper: class 2 (best effort), its last level. */
enum { IOPRIO_WHO_THREAD = 1, IOPRIO_LAST = 2 << 13 | 7 };

struct zh_upkeep {
    zh_upkeep_desc d;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping;
    zh_arena arena;  /* of one event */
    zh_buf sealed;
    zh_seal_known *known;
    uint64_t events;      /* folded at the last look that found nothing to pack */
    unsigned quiet_looks; /* since then */
    int64_t owed_us; /* rest not taken yet: sleeps of less than a millisecond are put together */
    zh_counter *packed_segments, *failures;
};

/* False: it was told to stop. */
static bool rest_ms(zh_upkeep *u, int64_t ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += ms % 1000 * 1000000;
    until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&u->lock);
    while (!u->stopping && pthread_cond_timedwait(&u->wake, &u->lock, &until) == 0) {}
    const bool on = !u->stopping;
    pthread_mutex_unlock(&u->lock);
    return on;
}

static bool is_busy(const zh_upkeep *u)
{
    return zh_fold_is_behind(u->d.fold) || zh_fold_lag_ms(u->d.fold) > BUSY_LAG_MS;
}

static bool go_on(void *context, uint64_t bytes)
{
    zh_upkeep *u = context;
    const int64_t us = (int64_t)(bytes * 1000000 / ZH_UPKEEP_BYTES_A_SECOND);
    u->owed_us += is_busy(u) ? us * BUSY_TIMES : us;
    if (u->owed_us < 1000) return rest_ms(u, 0);
    const int64_t ms = u->owed_us / 1000;
    u->owed_us -= ms * 1000;
    return rest_ms(u, ms);
}

static size_t var_bytes(uint64_t value)
{
    size_t bytes = 1;
    for (; value >= 0x80; value >>= 7) bytes++;
    return bytes;
}

/* An event's sealed part is its last field: what stands before it stays, the part takes its smaller form. */
static zh_err rewrite(void *context, zh_sv record, zh_buf *out)
{
    zh_upkeep *u = context;
    zh_event event;
    zh_arena_reset(&u->arena);
    if (zh_record_kind_of(record) != ZH_RECORD_EVENT || zh_event_get(record, &u->arena, &event) != ZH_OK) return ZH_EXISTS;
    if (event.personal.size == 0 || zh_seal_is_compact(event.personal)) return ZH_EXISTS;
    const size_t tail = event.personal.size + var_bytes(event.personal.size);
    if (event.personal.data + event.personal.size != record.data + record.size || tail > record.size) return ZH_EXISTS;
    pthread_rwlock_rdlock(&u->d.world->identity_lock);
    const zh_wrapped_dek *there = zh_identity_dek(u->d.world->identity, event.customer);
    zh_wrapped_dek dek;
    if (there != NULL) dek = *there;
    pthread_rwlock_unlock(&u->d.world->identity_lock);
    zh_buf_reset(&u->sealed);
    zh_buf_reset(out);
    const zh_err e = zh_seal_compact(u->d.sealer, u->known, event.customer, there == NULL ? NULL : &dek, event.key, event.personal, &u->sealed);
    if (e != ZH_OK) return e == ZH_NOMEM ? e : ZH_EXISTS; /* what cannot be opened stays as it is */
    zh_buf_put(out, zh_sv_part(record, 0, record.size - tail));
    zh_buf_put_text(out, zh_buf_view(&u->sealed));
    return zh_buf_err(out);
}

static void say(const zh_upkeep *u, zh_err e, const zh_log_transcoded *did, const zh_note *why)
{
    if (u->d.sink == NULL) return;
    zh_log_line line = zh_line_open(u->d.sink, e == ZH_OK || e == ZH_EXISTS ? ZH_LINE_INFO : ZH_LINE_WARN, e == ZH_OK ? "log.packed" : "log.not_packed");
    zh_line_int(&line, "partition", did->partition);
    zh_line_int(&line, "firstSequence", (int64_t)did->first_sequence);
    zh_line_int(&line, "bytesBefore", (int64_t)did->bytes_before);
    if (e == ZH_OK) zh_line_int(&line, "bytesAfter", (int64_t)did->bytes_after);
    else zh_line_err(&line, e);
    if (why->text[0] != '\0') zh_line_text(&line, "reason", zh_sv_of(why->text));
    zh_line_end(&line);
}

/* No event for ZH_UPKEEP_QUIET_LOOKS looks; then it begins anew. */
static bool is_quiet(zh_upkeep *u)
{
    zh_world_lock_read(u->d.world);
    const uint64_t events = u->d.world->counts.events;
    zh_world_unlock(u->d.world);
    u->quiet_looks = events == u->events ? u->quiet_looks + 1 : 0;
    u->events = events;
    if (u->quiet_looks < ZH_UPKEEP_QUIET_LOOKS) return false;
    u->quiet_looks = 0;
    return true;
}

/* How long until the next look. */
static int64_t pack(zh_upkeep *u)
{
    zh_log_transcoded did;
    zh_note why;
    const zh_err e = zh_log_transcode(u->d.log, &(zh_log_transcode_desc){ .go_on = go_on, .rewrite = rewrite, .context = u }, &did, &why);
    if (e == ZH_ABSENT && is_quiet(u)) (void)!zh_state_merge(u->d.state, ZH_SPACE_VIEWS); /* it is tried again */
    if (e == ZH_ABSENT || e == ZH_STOPPED) return ZH_UPKEEP_PAUSE_MS;
    say(u, e, &did, &why);
    zh_counter_add(e == ZH_OK ? u->packed_segments : u->failures, 1);
    if (e == ZH_OK) return 0;
    return e == ZH_EXISTS || e == ZH_CORRUPT || e == ZH_STALE ? 0 : ZH_UPKEEP_RETRY_MS; /* the others may pass */
}

static void *run(void *context)
{
    zh_upkeep *u = context;
    pthread_setname_np(pthread_self(), "zhun-upkeep"); /* as top and a profile show it */
    const pid_t thread = (pid_t)syscall(SYS_gettid);
    (void)setpriority(PRIO_PROCESS, (id_t)thread, NICE); /* of this thread alone; both are best effort */
    (void)syscall(SYS_ioprio_set, IOPRIO_WHO_THREAD, thread, IOPRIO_LAST);
    while (rest_ms(u, pack(u))) {}
    return NULL;
}

zh_err zh_upkeep_open(zh_upkeep **out, const zh_upkeep_desc *desc)
{
    zh_upkeep *u = calloc(1, sizeof *u);
    if (u == NULL) return ZH_NOMEM;
    u->d = *desc;
    u->arena = zh_arena_open(ARENA_BYTES_MAX);
    u->sealed = zh_buf_open(ZH_LOG_RECORD_BYTES_MAX);
    pthread_mutex_init(&u->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&u->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    u->packed_segments = zh_metrics_counter(desc->metrics, "zhun_log_packed_segments_total", "Segments of the log packed since the start.", NULL, 0);
    u->failures = zh_metrics_counter(desc->metrics, "zhun_log_pack_failures_total", "Segments that could not be packed.", NULL, 0);
    zh_err e = zh_seal_known_open(&u->known);
    if (e == ZH_OK && pthread_create(&u->thread, NULL, run, u) != 0) e = ZH_NOMEM;
    if (e != ZH_OK) {
        zh_upkeep_close(u);
        return e;
    }
    u->started = true;
    *out = u;
    return ZH_OK;
}

void zh_upkeep_close(zh_upkeep *u)
{
    if (u == NULL) return;
    if (u->started) {
        pthread_mutex_lock(&u->lock);
        u->stopping = true;
        pthread_cond_signal(&u->wake);
        pthread_mutex_unlock(&u->lock);
        zh_state_stop_merging(u->d.state);
        pthread_join(u->thread, NULL);
    }
    zh_arena_close(&u->arena);
    zh_buf_close(&u->sealed);
    zh_seal_known_close(u->known);
    pthread_cond_destroy(&u->wake);
    pthread_mutex_destroy(&u->lock);
    free(u);
}
