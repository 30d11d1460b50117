#include "engine/upkeep.h"
#include "store/log_transcode.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

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
    int holds;       /* backups that run: nothing is dropped */
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

/* How long until the next look. */
static int64_t pack(zh_upkeep *u)
{
    zh_log_transcoded did;
    zh_note why;
    const zh_err e = zh_log_transcode(u->d.log, &(zh_log_transcode_desc){ .go_on = go_on, .context = u }, &did, &why);
    if (e == ZH_ABSENT || e == ZH_STOPPED) return ZH_UPKEEP_PAUSE_MS;
    say(u, e, &did, &why);
    zh_counter_add(e == ZH_OK ? u->packed_segments : u->failures, 1);
    if (e == ZH_OK) return 0;
    return e == ZH_EXISTS || e == ZH_CORRUPT || e == ZH_STALE ? 0 : ZH_UPKEEP_RETRY_MS; /* the others may pass */
}

static void *run(void *context)
{
    zh_upkeep *u = context;
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
    pthread_mutex_init(&u->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&u->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    u->packed_segments = zh_metrics_counter(desc->metrics, "zhun_log_packed_segments_total", "Segments of the log packed since the start.", NULL, 0);
    u->failures = zh_metrics_counter(desc->metrics, "zhun_log_pack_failures_total", "Segments that could not be packed.", NULL, 0);
    if (pthread_create(&u->thread, NULL, run, u) != 0) {
        zh_upkeep_close(u);
        return ZH_NOMEM;
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
        pthread_join(u->thread, NULL);
    }
    pthread_cond_destroy(&u->wake);
    pthread_mutex_destroy(&u->lock);
    free(u);
}

void zh_upkeep_hold(zh_upkeep *u, bool on)
{
    pthread_mutex_lock(&u->lock);
    u->holds += on ? 1 : -1;
    pthread_mutex_unlock(&u->lock);
}
