#include "engine/campaign_inside.h"
#include "engine/history.h"

#include <stdlib.h>

enum { RECORDS_AT_ONCE = 20000 };
#define SCRATCH_BYTES_MAX ((size_t)16 << 20)

/* ---- what is asked of a customer ---- */

zh_err campaign_events_prepare(campaign_job *job)
{
    static const zh_metric did = { .of = ZH_QUANTITY_COUNT };
    const zh_campaign *campaign = &job->kept.campaign;
    zh_cel_env *env;
    zh_cel_fault fault;
    char text[ZH_AIM_AUDIENCE_BYTES];
    zh_err e = zh_vocabulary_open(&env, &job->arena);
    const zh_sv audience = zh_arena_copy(&job->arena, zh_aim_audience(campaign->segment, campaign->expression, text));
    if (e == ZH_OK) e = audience.data == NULL ? ZH_NOMEM : zh_vocabulary_compile(&job->audience, &job->arena, env, audience, &fault);
    job->event = job->unless = did;
    job->event.event = campaign->event;
    job->event.where = campaign->where;
    job->unless.event = campaign->unless;
    return e != ZH_OK ? e : zh_metric_compile(&job->event, &job->arena, env, &fault);
}

/* ---- the next one that is due ---- */

static void sift_up(campaign_wait *heap, uint32_t at)
{
    for (uint32_t up; at > 0 && heap[up = (at - 1) / 2].due_ms > heap[at].due_ms; at = up) {
        const campaign_wait swap = heap[up];
        heap[up] = heap[at];
        heap[at] = swap;
    }
}

static void sift_down(campaign_wait *heap, uint32_t count)
{
    for (uint32_t at = 0, least; (least = 2 * at + 1) < count; at = least) {
        if (least + 1 < count && heap[least + 1].due_ms < heap[least].due_ms) least++;
        if (heap[at].due_ms <= heap[least].due_ms) return;
        const campaign_wait swap = heap[at];
        heap[at] = heap[least];
        heap[least] = swap;
    }
}

static zh_err push(campaign_events *v, const campaign_wait *wait)
{
    if (v->count == v->room) {
        const uint32_t room = v->room == 0 ? 1024 : 2 * v->room;
        campaign_wait *heap = realloc(v->heap, room * sizeof *heap);
        if (heap == NULL) return ZH_NOMEM;
        v->heap = heap;
        v->room = room;
    }
    v->heap[v->count] = *wait;
    sift_up(v->heap, v->count++);
    return ZH_OK;
}

static campaign_wait pop(campaign_events *v)
{
    const campaign_wait first = v->heap[0];
    v->heap[0] = v->heap[--v->count];
    sift_down(v->heap, v->count);
    return first;
}

/* ---- reading the log ---- */

/* Imported history moves nobody, nor what the engine missed long ago. */
static zh_err take_event(zh_campaign_clock *c, uint32_t partition, uint64_t sequence, zh_sv record, int64_t commit_ms)
{
    zh_event event;
    const int64_t now_ms = zh_engine_now_ms(c->engine);
    zh_arena_reset(&c->events.scratch);
    zh_err e = zh_event_get(record, &c->events.scratch, &event);
    if (e != ZH_OK) return e == ZH_NOMEM ? e : ZH_OK; /* of a newer version: passed over, as by the fold */
    if (event.import_number != 0 || event.customer.number == 0) return ZH_OK;
    for (uint32_t i = 0; e == ZH_OK && i < c->jobs_count; i++) {
        const campaign_job *job = &c->jobs[i];
        const zh_campaign *campaign = &job->kept.campaign;
        if (!job->runs || campaign->kind != ZH_CAMPAIGN_EVENT || commit_ms < job->kept.active_ms || !zh_sv_equal(event.name, campaign->event)) continue;
        const campaign_wait wait = { event.time_ms + campaign->after_ms, event.time_ms, event.customer.number, sequence, partition, i, job->kept.version };
        if (now_ms - wait.due_ms <= ZH_CAMPAIGN_LATE_MS) e = push(&c->events, &wait);
    }
    return e;
}

/* Up to what the views have folded, so that they know what is asked of a customer. */
static zh_err read_partition(zh_campaign_clock *c, uint32_t partition, uint32_t *read)
{
    zh_log_reader *reader;
    zh_log_frame frame;
    uint64_t *tail = &c->events.tail[partition];
    const uint64_t until = zh_fold_position(zh_engine_fold(c->engine), partition);
    if (*tail >= until) return ZH_OK;
    zh_err e = zh_log_reader_open(&reader, zh_engine_log(c->engine), partition, *tail);
    if (e == ZH_ABSENT) return *tail = zh_log_begin(zh_engine_log(c->engine), partition), ZH_OK; /* retention dropped it */
    if (e != ZH_OK) return e;
    while (*tail < until && *read < RECORDS_AT_ONCE && c->events.count < ZH_CAMPAIGN_WAITING_MAX && (e = zh_log_reader_next(reader, &frame)) == ZH_OK)
        for (zh_log_records it = zh_log_records_of(&frame); e == ZH_OK && *tail < until && zh_log_record_next(&it); ++*read) {
            if (zh_record_kind_of(it.record) == ZH_RECORD_EVENT) e = take_event(c, partition, it.sequence, it.record, frame.commit_ms);
            if (e == ZH_OK) *tail = it.sequence + 1;
        }
    zh_log_reader_close(reader);
    return e == ZH_ABSENT || e == ZH_STALE ? ZH_OK : e;
}

/* Where to begin after a start: closed segments of before the longest wait are passed over. */
static uint64_t beginning(zh_log *log, uint32_t partition, int64_t from_ms)
{
    zh_log_extent extent;
    uint64_t from = zh_log_begin(log, partition);
    for (uint32_t i = 0; zh_log_closed(log, partition, i, &extent) && extent.until_ms < from_ms; i++) from = extent.next_sequence;
    return from;
}

static bool waits_for_events(const zh_campaign_clock *c)
{
    bool waits = false;
    for (uint32_t i = 0; i < c->jobs_count; i++) waits |= c->jobs[i].runs && c->jobs[i].kept.campaign.kind == ZH_CAMPAIGN_EVENT;
    return waits;
}

/* The first time from where something may still be due; else on; to the end where nobody waits. */
static zh_err set_tails(zh_campaign_clock *c, bool waits)
{
    zh_log *log = zh_engine_log(c->engine);
    const uint32_t partitions = zh_log_partitions(log);
    if (c->events.tail == NULL) {
        if ((c->events.tail = calloc(partitions, sizeof *c->events.tail)) == NULL) return ZH_NOMEM;
        c->events.scratch = zh_arena_open(SCRATCH_BYTES_MAX);
    }
    if (c->events.json == NULL && zh_json_open(&c->events.json, ZH_PROFILE_TRAIT_VALUE_MAX) != ZH_OK) return ZH_NOMEM;
    for (uint32_t p = 0; p < partitions; p++) {
        if (!waits) c->events.tail[p] = zh_fold_position(zh_engine_fold(c->engine), p);
        else if (!c->events.is_set) c->events.tail[p] = beginning(log, p, zh_engine_now_ms(c->engine) - ZH_CAMPAIGN_AFTER_MS_MAX - ZH_CAMPAIGN_LATE_MS);
    }
    c->events.is_set = true;
    return ZH_OK;
}

/* ---- what is due ---- */

/* Is it still so: the event matches, the other one did not come, and he is of the audience? Under the world's read lock. */
static bool holds(zh_campaign_clock *c, const campaign_job *job, const campaign_wait *wait, zh_customer_id customer)
{
    zh_world *w = zh_engine_world(c->engine);
    const zh_outcome_look outcome = { zh_customers_get(w->customers, customer), w->consents, zh_customers_terms(w->customers), customer, { 0 } };
    zh_look look = zh_world_look(w);
    zh_cel_value error = zh_cel_null();
    if (outcome.state == NULL) return false;
    if (job->event.filter != NULL) {
        zh_metric_bind(&job->event, outcome.terms);
        if (zh_outcome_of(&outcome, &job->event, wait->event_ms, wait->event_ms + 1) == 0) return false;
    }
    const bool is_same = zh_sv_equal(job->event.event, job->unless.event); /* "and not again" */
    if (job->unless.event.size > 0 && zh_outcome_of(&outcome, &job->unless, wait->event_ms + is_same, wait->due_ms + 1) > 0) return false;
    look.customer = customer;
    look.state = outcome.state;
    look.now_ms = zh_engine_now_ms(c->engine);
    look.json = c->events.json;
    zh_arena_reset(&c->events.scratch);
    return zh_vocabulary_holds(&job->audience, &look, &c->events.scratch, &error);
}

/* What tells this entry from another one of the customer. Errors: ZH_NOMEM. */
static zh_err entry_of(zh_campaign_clock *c, const campaign_job *job, const campaign_wait *wait, char out[ZH_MESSAGE_ENTRY_BYTES_MAX + 1])
{
    zh_event event;
    zh_json *json;
    zh_json_value root;
    zh_sv text = { 0 };
    char room[32];
    const zh_campaign *campaign = &job->kept.campaign;
    if (campaign->each == ZH_CAMPAIGN_EACH_CUSTOMER) return (void)snprintf(out, ZH_MESSAGE_ENTRY_BYTES_MAX + 1, "customer"), ZH_OK;
    if (campaign->each == ZH_CAMPAIGN_EACH_DAY) {
        const zh_tz *zone = zh_engine_tz(c->engine);
        char date[ZH_TIME_TEXT_BYTES];
        (void)zh_date_print(zh_tz_day(zone == NULL ? zh_tz_utc() : zone, wait->event_ms), date);
        return (void)snprintf(out, ZH_MESSAGE_ENTRY_BYTES_MAX + 1, "%s", date), ZH_OK;
    }
    zh_arena_reset(&c->events.scratch);
    zh_err e = zh_history_event(c->engine, wait->partition, wait->sequence, &c->events.scratch, &event);
    if (e != ZH_OK) return e;
    (void)snprintf(out, ZH_MESSAGE_ENTRY_BYTES_MAX + 1, "%016llx%016llx", (unsigned long long)event.key.high, (unsigned long long)event.key.low);
    if (campaign->key.size == 0 || event.properties.size == 0) return ZH_OK;
    if ((e = zh_json_open(&json, ZH_EVENT_BYTES_MAX)) != ZH_OK) return e;
    if (zh_json_parse(json, event.properties, &root, NULL) == ZH_OK && zh_json_plain(zh_json_get(root, campaign->key), room, &text) && text.size > 0 && text.size <= ZH_MESSAGE_ENTRY_BYTES_MAX)
        (void)snprintf(out, ZH_MESSAGE_ENTRY_BYTES_MAX + 1, "%.*s", ZH_SV_ARG(text));
    zh_json_close(json);
    return ZH_OK;
}

typedef struct batch {
    campaign_wait of[ZH_CAMPAIGN_BATCH];
    zh_campaign_entry entries[ZH_CAMPAIGN_BATCH];
    char texts[ZH_CAMPAIGN_BATCH][ZH_MESSAGE_ENTRY_BYTES_MAX + 1];
    uint32_t count;
} batch;

/* One job's, in the order they came. What a spent budget has no place for is let go: the moment is over. */
static zh_err plan_batch(zh_campaign_clock *c, uint32_t number, batch *b)
{
    zh_world *w = zh_engine_world(c->engine);
    campaign_job *job = &c->jobs[number];
    bool good[ZH_CAMPAIGN_BATCH] = { false };
    uint32_t count = 0, took;
    zh_err e = ZH_OK;
    if (!job->runs || job->kept.campaign.kind != ZH_CAMPAIGN_EVENT) return ZH_OK; /* paused since: what was to come then does not come */
    zh_world_lock_read(w);
    for (uint32_t i = 0; i < b->count; i++) {
        const zh_customer_id customer = zh_absorbed_root(w->absorbed, (zh_customer_id){ b->of[i].customer });
        good[i] = b->of[i].job == number && b->of[i].version == job->kept.version && holds(c, job, &b->of[i], customer);
        b->entries[i].customer = customer;
    }
    zh_world_unlock(w);
    for (uint32_t i = 0; e == ZH_OK && i < b->count; i++) {
        if (!good[i]) continue;
        const zh_err of = entry_of(c, job, &b->of[i], b->texts[count]);
        if (of == ZH_NOMEM) e = of;
        if (of == ZH_OK) b->entries[count] = (zh_campaign_entry){ b->entries[i].customer, zh_sv_of(b->texts[count]) }, count++;
    }
    return e == ZH_OK && count > 0 ? campaign_plan(c, job, b->entries, count, &took) : e;
}

/* A batch of those that are due; a failure leaves them to be tried again. */
static zh_err plan_due(zh_campaign_clock *c, bool *busy)
{
    batch *b = malloc(sizeof *b);
    zh_err e = ZH_OK;
    const int64_t now_ms = zh_engine_now_ms(c->engine);
    if (b == NULL) return ZH_NOMEM;
    for (b->count = 0; b->count < ZH_CAMPAIGN_BATCH && c->events.count > 0 && c->events.heap[0].due_ms < now_ms;) b->of[b->count++] = pop(&c->events);
    *busy |= b->count == ZH_CAMPAIGN_BATCH;
    const uint32_t jobs = c->jobs_count;
    for (uint32_t j = 0; b->count > 0 && e == ZH_OK && j < jobs; j++) e = plan_batch(c, j, b);
    for (uint32_t i = 0; e != ZH_OK && i < b->count; i++)
        if (now_ms - b->of[i].due_ms <= ZH_CAMPAIGN_LATE_MS && push(&c->events, &b->of[i]) != ZH_OK) break;
    free(b);
    return e;
}

zh_err campaign_events_look(zh_campaign_clock *c, bool *busy)
{
    const bool waits = waits_for_events(c);
    uint32_t read = 0;
    zh_err e = set_tails(c, waits);
    if (e != ZH_OK || !waits) return e;
    for (uint32_t p = 0; e == ZH_OK && p < zh_log_partitions(zh_engine_log(c->engine)); p++) e = read_partition(c, p, &read);
    *busy |= read >= RECORDS_AT_ONCE;
    return e == ZH_OK ? plan_due(c, busy) : e;
}

void campaign_events_close(campaign_events *v)
{
    free(v->tail);
    free(v->heap);
    zh_json_close(v->json);
    zh_arena_close(&v->scratch);
}
