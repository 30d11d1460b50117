#include "engine/journey_inside.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { NICE = 5, DUE_AT_ONCE = ZH_JOURNEY_BATCH / 2, BATCHES_AT_ONCE = 8, RETRY_MS = 10000, ROWS_STEP = 4096 };
#define SCRATCH_BYTES_MAX ((size_t)16 << 20)

static bool is_stopping(zh_journey_clock *c)
{
    pthread_mutex_lock(&c->lock);
    const bool stopping = c->stopping;
    pthread_mutex_unlock(&c->lock);
    return stopping;
}

static bool rest_ms(zh_journey_clock *c, int64_t ms)
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

static void say(const zh_journey_clock *c, zh_err e, const char *what, const journey_job *job)
{
    zh_line_sink *sink = zh_engine_sink(c->engine);
    if (sink == NULL) return;
    zh_log_line line = zh_line_open(sink, ZH_LINE_WARN, what);
    zh_line_err(&line, e);
    if (job != NULL) zh_line_text(&line, "journey", zh_sv_of(job->name));
    zh_line_end(&line);
}

/* ---- which there are ---- */

static journey_job *job_named(zh_journey_clock *c, zh_sv name)
{
    for (uint32_t i = 0; i < c->jobs_count; i++)
        if (zh_sv_equal(zh_sv_of(c->jobs[i].name), name)) return &c->jobs[i];
    if (name.size == 0 || name.size > ZH_MESSAGE_NAME_BYTES_MAX) return NULL;
    for (uint32_t i = 0; i < c->jobs_count; i++)
        if (c->jobs[i].name[0] == '\0') return memcpy(c->jobs[i].name, name.data, name.size), &c->jobs[i];
    if (c->jobs_count == ZH_JOURNEYS_MAX) return NULL;
    if (c->jobs_count == c->jobs_room) {
        const uint32_t room = c->jobs_room == 0 ? 16 : 2 * c->jobs_room;
        journey_job *jobs = realloc(c->jobs, room * sizeof *jobs);
        if (jobs == NULL) return NULL;
        c->jobs = jobs;
        c->jobs_room = room;
    }
    journey_job *job = &c->jobs[c->jobs_count++];
    *job = (journey_job){ .said_ms = INT64_MIN };
    memcpy(job->name, name.data, name.size);
    return job;
}

/* Those that are in, a page of them at a time; `of` is told of each. */
static zh_err each_instance(zh_journey_clock *c, journey_job *job, zh_err (*of)(zh_journey_clock *c, journey_at *at))
{
    zh_world *w = zh_engine_world(c->engine);
    journey_at *all = malloc(DUE_AT_ONCE * sizeof *all);
    uint64_t before = 0;
    zh_err e = all == NULL ? ZH_NOMEM : ZH_OK;
    for (bool more = true; e == ZH_OK && more && !is_stopping(c);) {
        uint32_t count = 0, left = ROWS_STEP;
        zh_instance i;
        zh_world_lock_read(w);
        while (count < DUE_AT_ONCE && (more = zh_instances_page(w->instances, zh_sv_of(job->name), &before, &left, &i)))
            if (i.place.left == ZH_JOURNEY_LEFT_IN && journey_at_of(c, &i, &all[count])) count++;
        zh_world_unlock(w);
        more |= left == 0;
        for (uint32_t k = 0; e == ZH_OK && k < count; k++) e = of(c, &all[k]);
        if (e == ZH_OK) e = journey_flush(c);
    }
    free(all);
    if (e != ZH_OK) journey_drop(c);
    return e;
}

static zh_err leave_ended(zh_journey_clock *c, journey_at *at) { return journey_leave(c, at, ZH_JOURNEY_LEFT_ENDED); }

static zh_err move_over(zh_journey_clock *c, journey_at *at)
{
    bool moved;
    return at->version == at->job->version ? ZH_OK : journey_move_over(c, at, &moved);
}

/* It was defined anew, or its state is another. */
static zh_err reread(zh_journey_clock *c, journey_job *job)
{
    zh_journey_kept kept;
    zh_arena arena = zh_arena_open(ZH_CAMPAIGN_MEMORY_BYTES_MAX);
    const bool ran = job->runs;
    const int64_t active_ms = job->active_ms;
    zh_err e = zh_journeys_find(c->engine, zh_sv_of(job->name), &arena, &kept);
    const bool never_ran = e == ZH_OK && kept.active_ms == 0;
    job->runs = job->leads = false;
    if (e == ZH_OK) {
        job->state = kept.state;
        job->active_ms = kept.active_ms;
        if (kept.state == ZH_CAMPAIGN_RUNNING) job->version = kept.version; /* a draft of the next one lets nobody in */
    }
    zh_arena_close(&arena);
    if (e != ZH_OK || never_ran) return e;
    if (job->state == ZH_CAMPAIGN_ENDED) {
        journey_programs_close(job);
        e = each_instance(c, job, leave_ended);
        return e == ZH_OK ? zh_campaigns_wake(c->engine, zh_sv_of(job->name), true) : e;
    }
    e = journey_programs_read(c, job);
    job->leads = e == ZH_OK && job->programs_count > 0;
    job->runs = job->leads && job->state == ZH_CAMPAIGN_RUNNING;
    if (!job->runs || (ran && job->active_ms == active_ms)) return e; /* it did not begin anew, not even between two looks */
    const journey_program *p = journey_program_of(job, job->version);
    if (p != NULL && p->journey.moves) e = each_instance(c, job, move_over);
    return e == ZH_OK ? zh_campaigns_wake(c->engine, zh_sv_of(job->name), false) : e;
}

/* Names and when they were said, under one hold of the lock; those that changed are read after it. */
static zh_err gather(zh_journey_clock *c)
{
    zh_world *w = zh_engine_world(c->engine);
    const zh_sv prefix = ZH_SV(ZH_JOURNEY_SETTING);
    zh_err e = ZH_OK, first = ZH_OK;
    bool changed = false;
    int64_t *said = malloc((ZH_JOURNEYS_MAX + 1) * sizeof *said);
    if (said == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < c->jobs_count; i++) c->jobs[i].is_there = false;
    zh_world_lock_read(w);
    for (zh_registry_iter it = zh_registry_walk(w->registry, ZH_THING_SETTING); zh_registry_next(&it);) {
        if (!zh_sv_starts(it.at->setting.name, prefix)) continue;
        journey_job *job = job_named(c, zh_sv_part(it.at->setting.name, prefix.size, SIZE_MAX));
        if (job == NULL) continue;
        job->is_there = true;
        said[job - c->jobs] = zh_registry_said_ms(w->registry, it.at);
    }
    zh_world_unlock(w);
    for (uint32_t i = 0; i < c->jobs_count; i++) {
        journey_job *job = &c->jobs[i];
        const int64_t now_ms = zh_engine_now_ms(c->engine);
        if (!job->is_there) {
            changed |= job->leads;
            journey_programs_close(job);
            *job = (journey_job){ .said_ms = INT64_MIN }; /* its place is another's; only a draft that never ran is deleted, so nobody is in it */
        } else if (said[i] != job->said_ms && now_ms >= job->not_before_ms) {
            changed = true;
            e = reread(c, job);
            job->not_before_ms = e == ZH_OK ? 0 : now_ms + RETRY_MS;
            if (e == ZH_OK) job->said_ms = said[i];
            else say(c, first = e, "journey.not_read", job); /* one that fails holds no other up */
        }
    }
    free(said);
    return changed && (e = journey_names_gather(c)) != ZH_OK ? e : first == ZH_NOMEM ? first : ZH_OK;
}

/* ---- what is due ---- */

static bool passes(void *context, zh_sv journey)
{
    const zh_journey_clock *c = context;
    for (uint32_t i = 0; i < c->jobs_count; i++)
        if (zh_sv_equal(zh_sv_of(c->jobs[i].name), journey)) return c->jobs[i].runs;
    return false;
}

/* A batch of those that are due. *busy: there may be more. */
static zh_err go_on(zh_journey_clock *c, bool *busy)
{
    zh_world *w = zh_engine_world(c->engine);
    zh_instance_id *due = malloc(DUE_AT_ONCE * (sizeof *due + sizeof(journey_at)));
    if (due == NULL) return ZH_NOMEM;
    journey_at *all = (journey_at *)(void *)(due + DUE_AT_ONCE);
    const int64_t now_ms = zh_engine_now_ms(c->engine);
    uint32_t count = 0;
    zh_instance at;
    zh_err e = ZH_OK;
    zh_world_lock_read(w);
    const size_t found = zh_instances_due(w->instances, now_ms, passes, c, due, DUE_AT_ONCE);
    for (size_t i = 0; i < found; i++)
        if (zh_instances_find(w->instances, due[i], &at) && journey_at_of(c, &at, &all[count])) count++;
    zh_world_unlock(w);
    if (count > 0) zh_gauge_set(c->late, (double)(now_ms - all[0].place.due_ms));
    for (uint32_t i = 0; e == ZH_OK && i < count; i++) {
        if (journey_is_touched(c, all[i].customer)) continue; /* of two journeys: the other one first */
        if (journey_is_full(c)) e = journey_flush(c);
        if (e != ZH_OK) break;
        const bool is_lost = journey_program_of(all[i].job, all[i].version) == NULL; /* of too many versions */
        e = is_lost ? journey_leave(c, &all[i], ZH_JOURNEY_LEFT_LOST) : journey_go(c, &all[i], ZH_JOURNEY_BY_TIME);
    }
    if (e == ZH_OK) e = journey_flush(c);
    else journey_drop(c);
    *busy |= found == DUE_AT_ONCE;
    free(due);
    return e;
}

/* True: there is more to do at once. */
static bool look(zh_journey_clock *c)
{
    bool busy = false;
    if (!zh_engine_is_ready(c->engine) || zh_fold_is_behind(zh_engine_fold(c->engine))) return false;
    zh_err e = gather(c);
    if (e == ZH_OK) e = journey_events_look(c, &busy); /* before what is due: who ordered in time is not reminded */
    for (uint32_t i = 0; e == ZH_OK && i < c->jobs_count; i++)
        if ((e = journey_members_look(c, &c->jobs[i])) == ZH_OK) e = journey_winners_look(c, &c->jobs[i]);
    for (int i = 0; e == ZH_OK && i < BATCHES_AT_ONCE && !is_stopping(c); i++) {
        bool more = false;
        e = go_on(c, &more);
        busy |= more;
        if (!more) break;
    }
    if (e != ZH_OK) {
        zh_counter_add(c->failures, 1);
        say(c, e, "journey.not_led", NULL);
    }
    zh_world *w = zh_engine_world(c->engine);
    zh_world_lock_read(w);
    zh_gauge_set(c->waiting, (double)zh_instances_waiting(w->instances));
    zh_world_unlock(w);
    return busy && e == ZH_OK;
}

static void *run(void *context)
{
    zh_journey_clock *c = context;
    pthread_setname_np(pthread_self(), "zhun-journeys"); /* as top and a profile show it */
    (void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICE); /* of this thread alone; best effort */
    for (bool busy = false; rest_ms(c, busy ? 0 : ZH_JOURNEY_LOOK_MS);) busy = look(c);
    return NULL;
}

zh_err zh_journey_clock_open(zh_journey_clock **out, zh_engine *engine)
{
    zh_journey_clock *c = calloc(1, sizeof *c);
    if (c == NULL) return ZH_NOMEM;
    zh_metrics *m = zh_engine_metrics(engine);
    c->engine = engine;
    c->scratch = zh_arena_open(SCRATCH_BYTES_MAX);
    c->event_arena = zh_arena_open(SCRATCH_BYTES_MAX);
    c->names = zh_map_open();
    c->batch.touched = zh_map_open();
    journey_drop(c);
    pthread_mutex_init(&c->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&c->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    c->entered = zh_metrics_counter(m, "zhun_journey_entered_total", "Customers who entered a journey since the start.", NULL, 0);
    c->steps = zh_metrics_counter(m, "zhun_journey_steps_total", "Steps of journeys since the start.", NULL, 0);
    c->failures = zh_metrics_counter(m, "zhun_journey_failures_total", "Looks at the journeys that ended with an error, since the start.", NULL, 0);
    c->waiting = zh_metrics_gauge(m, "zhun_journey_waiting", "Customers who are in a journey.", NULL, 0);
    c->late = zh_metrics_gauge(m, "zhun_journey_late_ms", "How late the last step that was due was taken.", NULL, 0);
    if (zh_json_open(&c->json, ZH_EVENT_BYTES_MAX) != ZH_OK || pthread_create(&c->thread, NULL, run, c) != 0) {
        zh_journey_clock_close(c);
        return ZH_NOMEM;
    }
    c->started = true;
    *out = c;
    return ZH_OK;
}

void zh_journey_clock_close(zh_journey_clock *c)
{
    if (c == NULL) return;
    if (c->started) {
        pthread_mutex_lock(&c->lock);
        c->stopping = true;
        pthread_cond_broadcast(&c->wake);
        pthread_mutex_unlock(&c->lock);
        pthread_join(c->thread, NULL);
    }
    for (uint32_t i = 0; i < c->jobs_count; i++) journey_programs_close(&c->jobs[i]);
    journey_batch_close(&c->batch);
    zh_map_close(&c->names);
    zh_arena_close(&c->scratch);
    zh_arena_close(&c->event_arena);
    zh_json_close(c->json);
    pthread_cond_destroy(&c->wake);
    pthread_mutex_destroy(&c->lock);
    free(c->tail);
    free(c->said);
    free(c->events);
    free(c->jobs);
    free(c);
}
