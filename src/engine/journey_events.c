#include "base/hash.h"
#include "engine/journey_inside.h"

#include <stdlib.h>

enum { RECORDS_AT_ONCE = 20000, INSTANCES_MAX = 64 /* of a customer that one event is asked about, the newest */, MEMBERS_STEP = 4096 };

/* ---- one event ---- */

typedef struct seen {
    const zh_event *event;
    zh_customer_id customer;   /* who it is now */
    uint32_t partition;
    uint64_t sequence;
    int64_t commit_ms;
} seen;

/* The event has this name, and is what is asked for. */
static bool fits(zh_journey_clock *c, const seen *s, const zh_metric *metric)
{
    zh_world *w = zh_engine_world(c->engine);
    if (metric->event.size == 0 || !zh_sv_equal(metric->event, s->event->name)) return false;
    if (metric->filter == NULL) return true;
    zh_world_lock_read(w);
    const zh_outcome_look look = { zh_customers_get(w->customers, s->customer), w->consents, zh_customers_terms(w->customers), s->customer, { 0 } };
    zh_metric_bind(metric, look.terms);
    const bool fits = look.state != NULL && zh_outcome_of(&look, metric, s->event->time_ms, s->event->time_ms + 1) > 0;
    zh_world_unlock(w);
    return fits;
}

/* What it means to an instance; false: nothing. */
static bool cause_of(zh_journey_clock *c, const seen *s, const journey_at *at, zh_journey_cause *cause)
{
    const journey_program *p = journey_program_of(at->job, at->version);
    if (p == NULL || at->place.left != ZH_JOURNEY_LEFT_IN) return false;
    for (uint8_t x = 0; x < p->journey.exits_count; x++)
        if (fits(c, s, &p->exits[x])) return *cause = ZH_JOURNEY_BY_EXIT, true;
    if (!at->place.is_in || at->place.node >= p->journey.nodes_count) return false;
    const zh_journey_node *n = &p->journey.nodes[at->place.node];
    if (n->wait != ZH_JOURNEY_WAIT_EVENT) return false;
    if (fits(c, s, &p->waits[at->place.node])) return *cause = ZH_JOURNEY_BY_EVENT, true;
    return *cause = ZH_JOURNEY_BY_RESTART, n->restart.size > 0 && zh_sv_equal(n->restart, s->event->name);
}

/* It came before what was decided of the instance last. */
static bool is_old(const seen *s, const journey_at *at)
{
    return at->partition == s->partition ? s->sequence < at->position : s->commit_ms <= at->moved_ms;
}

/* Those that are in of the customer, the newest; in the event's arena. */
static zh_err find_instances(zh_journey_clock *c, const seen *s, journey_at **all, uint32_t *count)
{
    zh_world *w = zh_engine_world(c->engine);
    zh_instance i;
    *count = 0;
    *all = ZH_TAKE(&c->event_arena, journey_at, INSTANCES_MAX);
    if (*all == NULL) return ZH_NOMEM;
    zh_world_lock_read(w);
    for (const void *at = NULL; *count < INSTANCES_MAX && zh_instances_next(w->instances, s->customer, &at, &i);)
        if (i.place.left == ZH_JOURNEY_LEFT_IN && journey_at_of(c, &i, &(*all)[*count])) ++*count;
    zh_world_unlock(w);
    return ZH_OK;
}

static zh_err ask_instances(zh_journey_clock *c, const seen *s, journey_at *all, uint32_t count)
{
    zh_err e = ZH_OK;
    for (uint32_t k = 0; e == ZH_OK && k < count; k++) {
        zh_journey_cause cause;
        if (!all[k].job->leads || is_old(s, &all[k]) || !cause_of(c, s, &all[k], &cause)) continue;
        if (all[k].partition == s->partition) all[k].position = s->sequence + 1;
        e = journey_go(c, &all[k], cause);
    }
    return e;
}

/* ---- entering ---- */

void journey_key_of(const zh_journey *j, const zh_event *event, zh_json *json, char out[ZH_JOURNEY_KEY_BYTES_MAX + 1])
{
    static const zh_sip_key hash_key = { { 'k' } };
    zh_json_value root;
    zh_sv text = { 0 };
    char room[32];
    (void)snprintf(out, ZH_JOURNEY_KEY_BYTES_MAX + 1, "customer");
    if (j->key.size == 0 || event->properties.size == 0 || zh_json_parse(json, event->properties, &root, NULL) != ZH_OK || !zh_json_plain(zh_json_get(root, j->key), room, &text) || text.size == 0) return;
    if (text.size <= ZH_JOURNEY_KEY_BYTES_MAX && memchr(text.data, '\0', text.size) == NULL) (void)snprintf(out, ZH_JOURNEY_KEY_BYTES_MAX + 1, "%.*s", ZH_SV_ARG(text));
    else (void)snprintf(out, ZH_JOURNEY_KEY_BYTES_MAX + 1, "#%016llx", (unsigned long long)zh_sip64(&hash_key, text));
}

/* An event lets a customer in again only where it came after what was decided of him. */
static bool may_enter(zh_journey_clock *c, journey_job *job, const journey_program *p, const seen *s, zh_sv key)
{
    journey_at there;
    if (!journey_find(c, job, s->customer, key, &there)) return true;
    return there.place.left != ZH_JOURNEY_LEFT_IN && there.place.left != ZH_JOURNEY_LEFT_CONTROL && p->journey.again == ZH_JOURNEY_AFTER_EXIT && !is_old(s, &there);
}

/* Of the partition of who the customer is now; an event of before he was joined may lie in another one. */
static uint64_t position_behind(const zh_journey_clock *c, const seen *s)
{
    const uint32_t partition = zh_partition_of(s->customer, zh_log_partitions(zh_engine_log(c->engine)));
    return partition == s->partition ? s->sequence + 1 : c->tail[partition];
}

/* He is in it with this key, or was until this event: it does not let him in again. */
static bool was_in(const journey_job *job, zh_sv key, const journey_at *all, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (all[i].job == job && zh_sv_equal(zh_sv_of(all[i].key), key)) return true;
    return false;
}

static zh_err ask_entries(zh_journey_clock *c, const seen *s, const journey_at *all, uint32_t count)
{
    char key[ZH_JOURNEY_KEY_BYTES_MAX + 1];
    zh_err e = ZH_OK;
    for (uint32_t i = 0; e == ZH_OK && i < c->jobs_count; i++) {
        journey_job *job = &c->jobs[i];
        journey_program *p = job->runs ? journey_program_of(job, job->version) : NULL;
        if (p == NULL || s->commit_ms < job->active_ms || !fits(c, s, &p->entry)) continue;
        journey_key_of(&p->journey, s->event, c->json, key);
        if (!was_in(job, zh_sv_of(key), all, count) && may_enter(c, job, p, s, zh_sv_of(key)) && journey_is_meant(c, p, s->customer)) e = journey_enter(c, job, s->customer, zh_sv_of(key), position_behind(c, s));
    }
    return e;
}

/* Imported history moves nobody. */
static zh_err take_event(zh_journey_clock *c, uint32_t partition, uint64_t sequence, zh_sv record, int64_t commit_ms)
{
    zh_event event;
    journey_at *all;
    uint32_t count;
    zh_arena_reset(&c->event_arena);
    zh_err e = zh_event_get(record, &c->event_arena, &event);
    if (e != ZH_OK) return e == ZH_NOMEM ? e : ZH_OK; /* of a newer version: passed over, as by the fold */
    if (event.import_number != 0 || !journey_name_matters(c, event.name)) return ZH_OK;
    const seen s = { &event, zh_world_root(zh_engine_world(c->engine), event.customer), partition, sequence, commit_ms };
    if (s.customer.number == 0) return ZH_OK;
    if (journey_is_touched(c, s.customer) || journey_is_full(c)) e = journey_flush(c);
    if (e == ZH_OK) e = find_instances(c, &s, &all, &count);
    if (e == ZH_OK) e = ask_instances(c, &s, all, count);
    return e == ZH_OK ? ask_entries(c, &s, all, count) : e;
}

/* ---- the log ---- */

/* Up to what the views have folded, so that they know what is asked of a customer. */
static zh_err read_partition(zh_journey_clock *c, uint32_t partition, uint32_t *read)
{
    zh_log_reader *reader;
    zh_log_frame frame;
    uint64_t *tail = &c->tail[partition];
    const uint64_t until = zh_fold_position(zh_engine_fold(c->engine), partition);
    if (*tail >= until) return ZH_OK;
    zh_err e = zh_log_reader_open(&reader, zh_engine_log(c->engine), partition, *tail);
    if (e == ZH_ABSENT) return *tail = zh_log_begin(zh_engine_log(c->engine), partition), ZH_OK; /* retention dropped it */
    if (e != ZH_OK) return e;
    while (*tail < until && *read < RECORDS_AT_ONCE && (e = zh_log_reader_next(reader, &frame)) == ZH_OK)
        for (zh_log_records it = zh_log_records_of(&frame); e == ZH_OK && *tail < until && zh_log_record_next(&it); ++*read) {
            if (it.sequence < *tail) continue;
            const bool is_event = zh_record_kind_of(it.record) == ZH_RECORD_EVENT;
            if (is_event) e = take_event(c, partition, it.sequence, it.record, frame.commit_ms);
            if (e == ZH_OK) *tail = it.sequence + 1;
            if (e == ZH_OK && is_event) c->events[partition] = *tail;
        }
    zh_log_reader_close(reader);
    return e == ZH_ABSENT || e == ZH_STALE ? ZH_OK : e;
}

/* Closed segments of before this moment are passed over. */
static uint64_t beginning(zh_log *log, uint32_t partition, int64_t from_ms)
{
    zh_log_extent extent;
    uint64_t from = zh_log_begin(log, partition);
    for (uint32_t i = 0; zh_log_closed(log, partition, i, &extent) && extent.until_ms < from_ms; i++) from = extent.next_sequence;
    return from;
}

/* Where to begin: after a start where the last one got to, at the earliest when the oldest journey began to run; to the end where none is led. */
static zh_err set_tails(zh_journey_clock *c, bool leads)
{
    zh_log *log = zh_engine_log(c->engine);
    zh_world *w = zh_engine_world(c->engine);
    const uint32_t partitions = zh_log_partitions(log);
    int64_t from_ms = INT64_MAX;
    if (c->tail == NULL && (c->tail = calloc(partitions, sizeof *c->tail)) == NULL) return ZH_NOMEM;
    if (c->events == NULL && (c->events = calloc(partitions, sizeof *c->events)) == NULL) return ZH_NOMEM;
    if (c->said == NULL && (c->said = calloc(partitions, sizeof *c->said)) == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < c->jobs_count; i++)
        if (c->jobs[i].leads && c->jobs[i].active_ms < from_ms) from_ms = c->jobs[i].active_ms;
    for (uint32_t p = 0; p < partitions; p++) {
        if (!leads) {
            c->tail[p] = c->events[p] = c->said[p] = zh_fold_position(zh_engine_fold(c->engine), p);
            continue;
        }
        if (c->is_set) continue;
        zh_world_lock_read(w);
        const uint64_t said = zh_instances_position(w->instances, p), nobody = zh_instances_waiting(w->instances) == 0;
        zh_world_unlock(w);
        const uint64_t begin = beginning(log, p, from_ms);
        c->tail[p] = said > begin || (said > 0 && !nobody) ? said : begin;
        c->said[p] = c->events[p] = c->tail[p];
    }
    c->is_set = leads;
    return ZH_OK;
}

zh_err journey_events_look(zh_journey_clock *c, bool *busy)
{
    bool leads = false;
    uint32_t read = 0;
    for (uint32_t i = 0; i < c->jobs_count; i++) leads |= c->jobs[i].leads;
    zh_err e = set_tails(c, leads);
    if (e != ZH_OK || !leads) return e;
    for (uint32_t p = 0; e == ZH_OK && p < zh_log_partitions(zh_engine_log(c->engine)); p++) {
        const uint64_t before = c->tail[p], events = c->events[p];
        e = read_partition(c, p, &read);
        if (e == ZH_OK) e = journey_flush(c);
        if (e != ZH_OK) {
            journey_drop(c);
            c->tail[p] = before;
            c->events[p] = events; /* what was dropped is read again; what was committed is passed over */
        }
    }
    *busy |= read >= RECORDS_AT_ONCE;
    return e;
}

/* ---- members of a segment ---- */

typedef struct member { zh_customer_id customer; int64_t since_ms; } member;

/* Those who came since, at most ZH_JOURNEY_BATCH; *at goes on. False: there are no more. */
static bool members_since(zh_journey_clock *c, zh_sv name, int64_t since_ms, size_t *at, member *out, uint32_t *count)
{
    zh_world *w = zh_engine_world(c->engine);
    zh_segment segment;
    bool more = false;
    zh_customer_id customer;
    int64_t ms;
    *count = 0;
    zh_world_lock_read(w);
    if (zh_segments_find(w->segments, name, &segment))
        for (int i = 0; i < MEMBERS_STEP && *count < ZH_JOURNEY_BATCH / 2 && (more = zh_segments_member(w->segments, segment.number, at, &customer, &ms)); i++)
            if (ms >= since_ms) out[(*count)++] = (member){ customer, ms };
    zh_world_unlock(w);
    return more;
}

static zh_err enter_member(zh_journey_clock *c, journey_job *job, journey_program *p, const member *m)
{
    const zh_sv key = ZH_SV("customer");
    journey_at there;
    if (journey_is_touched(c, m->customer)) return ZH_OK; /* at the next look */
    if (journey_is_full(c)) {
        const zh_err e = journey_flush(c);
        if (e != ZH_OK) return e;
    }
    if (journey_find(c, job, m->customer, key, &there) && (there.place.left == ZH_JOURNEY_LEFT_IN || there.place.left == ZH_JOURNEY_LEFT_CONTROL || p->journey.again != ZH_JOURNEY_AFTER_EXIT || m->since_ms <= there.moved_ms)) return ZH_OK;
    if (!journey_is_meant(c, p, m->customer)) return ZH_OK;
    return journey_enter(c, job, m->customer, key, c->tail[zh_partition_of(m->customer, zh_log_partitions(zh_engine_log(c->engine)))]);
}

zh_err journey_members_look(zh_journey_clock *c, journey_job *job)
{
    journey_program *p = job->runs ? journey_program_of(job, job->version) : NULL;
    const int64_t now_ms = zh_engine_now_ms(c->engine);
    size_t at = 0;
    uint32_t count;
    zh_err e = ZH_OK;
    if (p == NULL || p->journey.entry_segment.size == 0 || (now_ms < job->segment_ms && job->segment_ms - now_ms <= ZH_JOURNEY_SEGMENT_MS)) return ZH_OK;
    member *members = malloc(ZH_JOURNEY_BATCH / 2 * sizeof *members);
    if (members == NULL) return ZH_NOMEM;
    for (bool more = true; e == ZH_OK && more;) {
        more = members_since(c, p->journey.entry_segment, job->active_ms, &at, members, &count);
        for (uint32_t i = 0; e == ZH_OK && i < count; i++) e = enter_member(c, job, p, &members[i]);
        if (e == ZH_OK) e = journey_flush(c);
    }
    free(members);
    if (e == ZH_OK) job->segment_ms = now_ms + ZH_JOURNEY_SEGMENT_MS;
    else journey_drop(c);
    return e;
}
