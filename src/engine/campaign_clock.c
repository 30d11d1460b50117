#include "engine/campaign_inside.h"
#include "engine/preview.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { NICE = 5, BATCHES_AT_ONCE = 8, RETRY_MS = 10000 };
#define LIST_BYTES_MAX ((size_t)2 << 30) /* 8 bytes a customer of an audience */
#define ENTRY_AT_ONCE "once"             /* of a campaign that says no time: there is one such run, ever */

/* ---- resting ---- */

bool campaign_is_stopping(zh_campaign_clock *c)
{
    pthread_mutex_lock(&c->lock);
    const bool stopping = c->stopping;
    pthread_mutex_unlock(&c->lock);
    return stopping;
}

static bool rest_ms(zh_campaign_clock *c, int64_t ms)
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

static void say(const zh_campaign_clock *c, zh_err e, const char *what, const campaign_job *job)
{
    zh_line_sink *sink = zh_engine_sink(c->engine);
    if (sink == NULL) return;
    zh_log_line line = zh_line_open(sink, e == ZH_OK ? ZH_LINE_INFO : ZH_LINE_WARN, what);
    if (e != ZH_OK) zh_line_err(&line, e);
    zh_line_text(&line, "campaign", zh_sv_of(job->name));
    zh_line_text(&line, "entry", zh_sv_of(job->entry));
    zh_line_int(&line, "audience", job->list_count);
    zh_line_int(&line, "planned", (int64_t)job->made);
    zh_line_end(&line);
}

/* ---- which there are ---- */

static campaign_job *job_named(zh_campaign_clock *c, zh_sv name)
{
    for (uint32_t i = 0; i < c->jobs_count; i++)
        if (zh_sv_equal(zh_sv_of(c->jobs[i].name), name)) return &c->jobs[i];
    if (name.size > ZH_MESSAGE_NAME_BYTES_MAX || c->jobs_count == ZH_CAMPAIGNS_MAX) return NULL;
    if (c->jobs_count == c->jobs_room) {
        const uint32_t room = c->jobs_room == 0 ? 16 : 2 * c->jobs_room;
        campaign_job *jobs = realloc(c->jobs, room * sizeof *jobs);
        if (jobs == NULL) return NULL;
        c->jobs = jobs;
        c->jobs_room = room;
    }
    campaign_job *job = &c->jobs[c->jobs_count++];
    *job = (campaign_job){ .said_ms = INT64_MIN, .arena = zh_arena_open(ZH_CAMPAIGN_MEMORY_BYTES_MAX), .list_arena = zh_arena_open(LIST_BYTES_MAX) };
    memcpy(job->name, name.data, name.size);
    return job;
}

static void close_run(campaign_job *job)
{
    job->is_open = false;
    job->list = NULL;
    job->list_count = job->list_at = 0;
    zh_arena_reset(&job->list_arena);
}

/* It was defined anew, or its state is another. */
static zh_err reread(zh_campaign_clock *c, campaign_job *job)
{
    const bool ran = job->runs;
    const int64_t active_ms = job->kept.active_ms;
    zh_arena_reset(&job->arena);
    zh_err e = zh_campaigns_find(c->engine, zh_sv_of(job->name), &job->arena, &job->kept);
    job->runs = e == ZH_OK && job->kept.state == ZH_CAMPAIGN_RUNNING;
    if (job->runs && job->kept.campaign.kind == ZH_CAMPAIGN_EVENT) job->runs = (e = campaign_events_prepare(job)) == ZH_OK;
    if (!job->runs || job->kept.active_ms != active_ms) {
        close_run(job);
        job->entry[0] = '\0';
    }
    if (e == ZH_NOMEM) return e;
    const bool is_over = e == ZH_OK && job->kept.state == ZH_CAMPAIGN_ENDED;
    return (job->runs && !ran) || is_over ? zh_campaigns_wake(c->engine, zh_sv_of(job->name), is_over) : ZH_OK;
}

/* Names and when they were said, under one hold of the lock; those that changed are read after it. */
static zh_err gather(zh_campaign_clock *c)
{
    zh_world *w = zh_engine_world(c->engine);
    const zh_sv prefix = ZH_SV(ZH_CAMPAIGN_SETTING);
    zh_err e = ZH_OK;
    int64_t *said = malloc((ZH_CAMPAIGNS_MAX + 1) * sizeof *said);
    if (said == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < c->jobs_count; i++) c->jobs[i].is_there = false;
    zh_world_lock_read(w);
    for (zh_registry_iter it = zh_registry_walk(w->registry, ZH_THING_SETTING); zh_registry_next(&it);) {
        if (!zh_sv_starts(it.at->setting.name, prefix)) continue;
        campaign_job *job = job_named(c, zh_sv_part(it.at->setting.name, prefix.size, SIZE_MAX));
        if (job == NULL) continue;
        job->is_there = true;
        said[job - c->jobs] = zh_registry_said_ms(w->registry, it.at);
    }
    zh_world_unlock(w);
    for (uint32_t i = 0; e == ZH_OK && i < c->jobs_count; i++) {
        campaign_job *job = &c->jobs[i];
        if (!job->is_there) {
            job->runs = false;
            job->said_ms = INT64_MIN;
            close_run(job);
        } else if (said[i] != job->said_ms && (e = reread(c, job)) == ZH_OK) {
            job->said_ms = said[i];
            job->not_before_ms = 0;
        }
    }
    free(said);
    return e;
}

/* ---- planning within the budget ---- */

static uint32_t room_of(zh_campaign_clock *c, campaign_job *job, uint32_t wanted)
{
    const uint32_t budget = job->kept.campaign.budget;
    const int64_t now_ms = zh_engine_now_ms(c->engine);
    if (budget == 0) return wanted;
    if (!job->is_counted || (job->live + wanted > budget && now_ms - job->counted_ms >= ZH_CAMPAIGN_COUNT_MS)) {
        zh_campaigns_count(c->engine, zh_sv_of(job->name), &job->live, &job->waiting);
        job->is_counted = true;
        job->counted_ms = zh_engine_now_ms(c->engine);
    }
    const uint64_t left = job->live < budget ? budget - job->live : 0;
    return left < wanted ? (uint32_t)left : wanted;
}

zh_err campaign_plan(zh_campaign_clock *c, campaign_job *job, const zh_campaign_entry *entries, uint32_t count, uint32_t *took)
{
    uint32_t made = 0;
    *took = room_of(c, job, count);
    if (*took == 0) return ZH_OK;
    const zh_err e = zh_campaigns_plan(c->engine, &job->kept, entries, *took, &made);
    job->live += made;
    job->waiting += made;
    job->made += made;
    zh_counter_add(c->planned, made);
    return e;
}

/* ---- runs ---- */

/* Was this entry run to its end? The setting's text is in `scratch`. */
static zh_err was_run(zh_campaign_clock *c, const campaign_job *job, zh_sv entry, bool *was)
{
    zh_json *json;
    zh_json_value root;
    zh_arena scratch = zh_arena_open(ZH_CAMPAIGN_MEMORY_BYTES_MAX);
    const zh_sv text = zh_campaigns_setting(c->engine, ZH_CAMPAIGN_RUNS_SETTING, zh_sv_of(job->name), &scratch);
    *was = false;
    zh_err e = zh_json_open(&json, ZH_SETTING_BYTES_MAX);
    if (e == ZH_OK && text.size > 0 && zh_json_parse(json, text, &root, NULL) == ZH_OK)
        for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("runs"))); zh_json_next(&it);) *was |= zh_sv_equal(zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("entry"))), entry);
    zh_json_close(json);
    zh_arena_close(&scratch);
    return e;
}

static void put_run(const campaign_job *job, int64_t ended_ms, zh_json_out *out)
{
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("entry"), zh_sv_of(job->entry));
    zh_json_out_key_int(out, ZH_SV("at"), job->run_ms);
    zh_json_out_key_int(out, ZH_SV("startedAt"), job->began_ms);
    zh_json_out_key_int(out, ZH_SV("endedAt"), ended_ms);
    zh_json_out_key_int(out, ZH_SV("audience"), job->list_count);
    zh_json_out_key_int(out, ZH_SV("planned"), (int64_t)job->made);
    zh_json_out_key_int(out, ZH_SV("version"), job->kept.version);
    zh_json_out_key_bool(out, ZH_SV("budgetSpent"), job->list_at < job->list_count);
    zh_json_out_end(out);
}

/* The run is done: that is kept beside the newest of those before it. */
static zh_err keep_run(zh_campaign_clock *c, const campaign_job *job)
{
    char name[ZH_NAME_BYTES_MAX];
    zh_json *json;
    zh_json_value root = { 0 };
    zh_arena scratch = zh_arena_open(ZH_CAMPAIGN_MEMORY_BYTES_MAX);
    zh_buf text = zh_buf_open(ZH_SETTING_BYTES_MAX);
    const zh_sv before = zh_campaigns_setting(c->engine, ZH_CAMPAIGN_RUNS_SETTING, zh_sv_of(job->name), &scratch);
    zh_err e = zh_json_open(&json, ZH_SETTING_BYTES_MAX);
    if (e == ZH_OK && before.size > 0) e = zh_json_parse(json, before, &root, NULL);
    const zh_json_value runs = zh_json_get(root, ZH_SV("runs"));
    size_t passed = 0, all = zh_json_count(runs);
    zh_json_out out = zh_json_out_on(&text);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("runs"));
    zh_json_out_array(&out);
    for (zh_json_iter it = zh_json_walk(runs); zh_json_next(&it); passed++)
        if (passed + ZH_CAMPAIGN_RUNS_MAX > all) zh_json_out_value(&out, it.value);
    put_run(job, zh_engine_now_ms(c->engine), &out);
    zh_json_out_end(&out);
    zh_json_out_end(&out);
    if (e == ZH_OK) e = zh_json_out_done(&out);
    const int size = snprintf(name, sizeof name, ZH_CAMPAIGN_RUNS_SETTING "%s", job->name);
    const zh_definition d = { .thing = ZH_THING_SETTING, .at_ms = zh_engine_now_ms(c->engine), .actor = ZH_ACTOR_THE_ENGINE, .setting = { .name = { name, (size_t)size }, .json = zh_buf_view(&text) } };
    if (e == ZH_OK) e = zh_engine_define(c->engine, &d);
    zh_json_close(json);
    zh_buf_close(&text);
    zh_arena_close(&scratch);
    return e;
}

/* Is one due that was not run yet? Then its moment and its entry. */
static zh_err due(zh_campaign_clock *c, campaign_job *job, bool *is)
{
    const zh_campaign *campaign = &job->kept.campaign;
    const zh_tz *zone = zh_engine_tz(c->engine);
    const int64_t now_ms = zh_engine_now_ms(c->engine), active_ms = job->kept.active_ms;
    int64_t at_ms = campaign->at_ms > active_ms ? campaign->at_ms : active_ms; /* of ONCE: approved late, it runs at once */
    *is = campaign->kind == ZH_CAMPAIGN_ONCE ? at_ms <= now_ms && now_ms - at_ms <= ZH_CAMPAIGN_LATE_MS
                                             : zh_campaign_due_run(campaign, zone == NULL ? zh_tz_utc() : zone, active_ms, now_ms, &at_ms);
    if (!*is || (job->run_ms == at_ms && job->entry[0] != '\0')) return *is = false, ZH_OK; /* that one was the last */
    char entry[ZH_TIME_TEXT_BYTES] = ENTRY_AT_ONCE;
    if (campaign->kind == ZH_CAMPAIGN_RECURRING || campaign->at_ms > 0) (void)zh_time_print(campaign->kind == ZH_CAMPAIGN_ONCE ? campaign->at_ms : at_ms, entry);
    bool was;
    const zh_err e = was_run(c, job, zh_sv_of(entry), &was);
    if (e != ZH_OK) return *is = false, e;
    job->run_ms = at_ms;
    memcpy(job->entry, entry, sizeof entry);
    *is = !was;
    return ZH_OK;
}

static zh_err begin_run(zh_campaign_clock *c, campaign_job *job)
{
    char audience[ZH_AIM_AUDIENCE_BYTES];
    zh_preview preview;
    zh_cel_fault fault;
    const zh_preview_ask ask = { .expression = zh_aim_audience(job->kept.campaign.segment, job->kept.campaign.expression, audience), .limit = UINT32_MAX };
    zh_err e = zh_engine_preview(c->engine, &ask, &job->list_arena, &preview, &fault);
    if (e == ZH_OK && preview.asked < preview.customers) e = ZH_TIMEOUT; /* nobody is left out unsaid: it is tried again */
    if (e != ZH_OK) {
        job->entry[0] = '\0'; /* it is still due */
        close_run(job);
        return e;
    }
    job->is_open = true;
    job->list = preview.named;
    job->list_count = preview.named_count;
    job->made = 0;
    job->began_ms = zh_engine_now_ms(c->engine);
    zh_counter_add(c->runs, 1);
    say(c, ZH_OK, "campaign.run", job);
    return ZH_OK;
}

/* A batch of the run. *busy: there is more at once. */
static zh_err step_run(zh_campaign_clock *c, campaign_job *job, bool *busy)
{
    zh_campaign_entry entries[ZH_CAMPAIGN_BATCH];
    uint32_t count = 0, took = 0;
    for (; count < ZH_CAMPAIGN_BATCH && job->list_at + count < job->list_count; count++) entries[count] = (zh_campaign_entry){ job->list[job->list_at + count], zh_sv_of(job->entry) };
    zh_err e = count == 0 ? ZH_OK : campaign_plan(c, job, entries, count, &took);
    if (e != ZH_OK) return e;
    job->list_at += took;
    *busy |= took > 0;
    const bool is_spent = count > 0 && took == 0 && job->waiting == 0; /* nobody gives a place back any more */
    if (job->list_at < job->list_count && !is_spent) return ZH_OK;
    e = keep_run(c, job);
    if (e == ZH_OK) {
        say(c, ZH_OK, "campaign.done", job);
        close_run(job);
    }
    return e;
}

static zh_err look_at(zh_campaign_clock *c, campaign_job *job, bool *busy)
{
    bool is_due = false;
    zh_err e = ZH_OK;
    if (!job->runs || job->kept.campaign.kind == ZH_CAMPAIGN_EVENT || zh_engine_now_ms(c->engine) < job->not_before_ms) return ZH_OK;
    if (!job->is_open && ((e = due(c, job, &is_due)) != ZH_OK || !is_due)) return e;
    if (!job->is_open && (e = begin_run(c, job)) != ZH_OK) return e;
    for (int i = 0; e == ZH_OK && i < BATCHES_AT_ONCE && job->is_open && !campaign_is_stopping(c); i++) {
        bool more = false;
        e = step_run(c, job, &more);
        *busy |= more && job->is_open;
        if (!more) break;
    }
    return e;
}

/* True: there is more to do at once. */
static bool look(zh_campaign_clock *c)
{
    bool busy = false;
    if (!zh_engine_is_ready(c->engine) || zh_fold_is_behind(zh_engine_fold(c->engine))) return false;
    zh_err e = gather(c), first = e;
    for (uint32_t i = 0; e == ZH_OK && i < c->jobs_count; i++) {
        const zh_err of = look_at(c, &c->jobs[i], &busy);
        if (of != ZH_OK) {
            say(c, of, "campaign.not_run", &c->jobs[i]);
            c->jobs[i].not_before_ms = zh_engine_now_ms(c->engine) + RETRY_MS;
        }
        if (first == ZH_OK) first = of; /* one that fails holds no other up */
    }
    if (e == ZH_OK) e = campaign_events_look(c, &busy);
    if (first == ZH_OK) first = e;
    if (first != ZH_OK) zh_counter_add(c->failures, 1);
    zh_gauge_set(c->waiting, c->events.count);
    return busy && first == ZH_OK;
}

static void *run(void *context)
{
    zh_campaign_clock *c = context;
    pthread_setname_np(pthread_self(), "zhun-campaigns"); /* as top and a profile show it */
    (void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICE); /* of this thread alone; best effort */
    for (bool busy = false; rest_ms(c, busy ? 0 : ZH_CAMPAIGN_LOOK_MS);) busy = look(c);
    return NULL;
}

zh_err zh_campaign_clock_open(zh_campaign_clock **out, zh_engine *engine)
{
    zh_campaign_clock *c = calloc(1, sizeof *c);
    if (c == NULL) return ZH_NOMEM;
    zh_metrics *m = zh_engine_metrics(engine);
    c->engine = engine;
    pthread_mutex_init(&c->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&c->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    c->planned = zh_metrics_counter(m, "zhun_campaign_planned_total", "Messages that campaigns planned since the start.", NULL, 0);
    c->runs = zh_metrics_counter(m, "zhun_campaign_runs_total", "Runs of campaigns begun since the start.", NULL, 0);
    c->failures = zh_metrics_counter(m, "zhun_campaign_failures_total", "Looks at the campaigns that ended with an error, since the start.", NULL, 0);
    c->waiting = zh_metrics_gauge(m, "zhun_campaign_events_waiting", "Events of customers that wait for the moment of their campaign.", NULL, 0);
    if (pthread_create(&c->thread, NULL, run, c) != 0) {
        zh_campaign_clock_close(c);
        return ZH_NOMEM;
    }
    c->started = true;
    *out = c;
    return ZH_OK;
}

void zh_campaign_clock_close(zh_campaign_clock *c)
{
    if (c == NULL) return;
    if (c->started) {
        pthread_mutex_lock(&c->lock);
        c->stopping = true;
        pthread_cond_broadcast(&c->wake);
        pthread_mutex_unlock(&c->lock);
        pthread_join(c->thread, NULL);
    }
    for (uint32_t i = 0; i < c->jobs_count; i++) {
        zh_arena_close(&c->jobs[i].arena);
        zh_arena_close(&c->jobs[i].list_arena);
    }
    campaign_events_close(&c->events);
    pthread_cond_destroy(&c->wake);
    pthread_mutex_destroy(&c->lock);
    free(c->jobs);
    free(c);
}
