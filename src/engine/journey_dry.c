#include "engine/journey_dry.h"
#include "base/hash.h"
#include "engine/journey_inside.h"
#include "engine/outbox.h"
#include "sys/clock.h"

#include <stdlib.h>

#define SCRATCH_BYTES_MAX ((size_t)16 << 20)
enum { CONTACTS_MAX = 64 /* of a customer that caps are asked with, the newest */ };

/* What an event means to the journey: who may enter by it, whom it ends, which waits it ends or begins anew. */
typedef struct dry_event { int64_t time_ms; uint64_t customer, key, waits, restarts; uint32_t order; bool enters, exits; } dry_event; /* order: as it was read */
typedef struct dry_instance { uint64_t customer, key; zh_journey_place place; uint32_t next, entries; } dry_instance; /* next: of the customer, index + 1 */
typedef struct dry_timer { int64_t due_ms; uint32_t instance; } dry_timer;
typedef struct dry_contact { int64_t at_ms; uint32_t next; uint8_t via, priority; } dry_contact;

typedef struct rows { void *at; uint32_t count, room; size_t each; } rows;

typedef struct dry {
    zh_engine *engine;
    zh_sv name;
    journey_program p;
    zh_journey_dry *out;
    zh_arena arena, scratch;
    zh_json *json;
    const zh_tz *zone;
    zh_delivery_rules rules;
    rows events, instances, timers, contacts;
    zh_map of_customer, contacts_of; /* index + 1 of the newest */
    int64_t now_ms;                  /* of the dry run */
    uint32_t stepped;                /* the instance that is */
    uint32_t steps;
    int64_t end_us;
    zh_err e;
} dry;

static void *row_add(rows *r)
{
    if (r->count == r->room) {
        const uint32_t room = r->room == 0 ? 1024 : 2 * r->room;
        void *at = realloc(r->at, room * r->each);
        if (at == NULL) return NULL;
        r->at = at;
        r->room = room;
    }
    return (char *)r->at + r->each * r->count++;
}

static dry_instance *instance_at(const dry *d, uint32_t index) { return (dry_instance *)d->instances.at + index; }

/* ---- what is asked ---- */

static zh_customer_id customer_of(const dry *d) { return (zh_customer_id){ instance_at(d, d->stepped)->customer }; }

static bool condition_holds(dry *d, const zh_condition *condition, zh_customer_id customer)
{
    zh_world *w = zh_engine_world(d->engine);
    zh_cel_value error = zh_cel_null();
    zh_look look = zh_world_look(w);
    zh_arena_reset(&d->scratch);
    look.customer = customer;
    look.state = zh_customers_get(w->customers, customer);
    look.now_ms = d->now_ms;
    look.json = d->json;
    return look.state != NULL && zh_vocabulary_holds(condition, &look, &d->scratch, &error);
}

static bool dry_holds(void *context, uint8_t node, uint8_t which)
{
    dry *d = context;
    return condition_holds(d, &d->p.cases[node][which], customer_of(d));
}

static uint8_t dry_arm(void *context, uint8_t node)
{
    const dry *d = context;
    const zh_journey_node *n = &d->p.journey.nodes[node];
    return zh_journey_arm(n, zh_journeys_bucket(d->engine, d->name, n->name, customer_of(d)));
}

static uint32_t contacts_of(const dry *d, zh_customer_id customer, zh_delivery_contact out[CONTACTS_MAX])
{
    const uint64_t *newest = zh_map_get(&d->contacts_of, customer.number);
    uint32_t count = 0;
    for (uint64_t at = newest == NULL ? 0 : *newest; at != 0 && count < CONTACTS_MAX; count++) {
        const dry_contact *c = (const dry_contact *)d->contacts.at + (at - 1);
        out[count] = (zh_delivery_contact){ c->at_ms, (zh_channel)c->via, c->priority };
        at = c->next;
    }
    return count;
}

static void count_sent(dry *d, uint8_t node, zh_customer_id customer, zh_channel via, int64_t at_ms, uint32_t before)
{
    bool made;
    uint64_t *newest = zh_map_at(&d->contacts_of, customer.number, &made);
    dry_contact *c = newest == NULL ? NULL : row_add(&d->contacts);
    if (c == NULL) {
        d->e = ZH_NOMEM;
        return;
    }
    *c = (dry_contact){ at_ms, made ? 0 : (uint32_t)*newest, (uint8_t)via, d->p.journey.nodes[node].priority };
    *newest = d->contacts.count;
    d->out->sent[node]++;
    if (before + 1 > d->out->most) d->out->most = before + 1;
    const int64_t day = zh_tz_day(d->zone, at_ms) - zh_tz_day(d->zone, d->out->from_ms);
    if (day >= 0 && day < ZH_JOURNEY_DRY_DAYS_MAX + 2) d->out->days[day]++;
}

static zh_delivery_ask ask_of(const dry *d, const zh_journey_node *n, zh_customer_id customer, zh_channel via)
{
    const zh_delivery_ask base = { .now_ms = d->now_ms, .planned_ms = d->now_ms, .expires_ms = d->now_ms + n->expires_ms, .zone = d->zone, .via = via, .priority = n->priority, .best_hour = n->best_hour, .is_marketing = true };
    zh_delivery_ask ask = base;
    zh_outbox_facts(d->engine, &d->rules, customer, &ask);
    return ask;
}

/* The first channel that reaches him, as the clock does it; where none does, why the first one does not. */
static bool dry_send(void *context, uint8_t node)
{
    dry *d = context;
    const zh_journey_node *n = &d->p.journey.nodes[node];
    const zh_customer_id customer = customer_of(d);
    zh_delivery_contact contacts[CONTACTS_MAX];
    zh_message_why first = ZH_WHY_NO_CHANNEL;
    for (uint8_t i = 0; i < n->cases_count; i++) {
        if (!d->p.means[node][i].is_there) continue;
        zh_delivery_ask ask = ask_of(d, n, customer, d->p.means[node][i].means.via);
        const zh_message_why refusal = zh_delivery_refusal(&ask);
        if (first == ZH_WHY_NO_CHANNEL) first = refusal;
        if (refusal != ZH_WHY_NONE) continue;
        ask.contacts = contacts;
        ask.contacts_count = contacts_of(d, customer, contacts);
        const zh_delivery judged = zh_delivery_judge(&d->rules, &ask);
        if (judged.act == ZH_DELIVERY_SKIP) d->out->skipped[judged.why]++;
        if (judged.act == ZH_DELIVERY_WAIT) d->out->delayed[judged.why]++;
        if (judged.act != ZH_DELIVERY_SKIP) count_sent(d, node, customer, ask.via, judged.act == ZH_DELIVERY_WAIT ? judged.until_ms : d->now_ms, ask.contacts_count);
        return true;
    }
    d->out->skipped[first]++;
    return false;
}

static bool dry_offer(void *context, uint8_t node) { return ((dry *)context)->out->claims[node]++, true; }
static void dry_update(void *context, uint8_t node) { (void)context, (void)node; }
static uint8_t dry_best_hour(void *context) { return journey_best_hour(((dry *)context)->engine, customer_of(context), ((dry *)context)->now_ms); }

/* ---- timers ---- */

static void sift_up(dry_timer *heap, uint32_t at)
{
    for (uint32_t up; at > 0 && heap[up = (at - 1) / 2].due_ms > heap[at].due_ms; at = up) {
        const dry_timer swap = heap[up];
        heap[up] = heap[at];
        heap[at] = swap;
    }
}

static dry_timer pop(rows *timers)
{
    dry_timer *heap = timers->at;
    const dry_timer first = heap[0];
    heap[0] = heap[--timers->count];
    for (uint32_t at = 0, least; (least = 2 * at + 1) < timers->count; at = least) {
        if (least + 1 < timers->count && heap[least + 1].due_ms < heap[least].due_ms) least++;
        if (heap[at].due_ms <= heap[least].due_ms) break;
        const dry_timer swap = heap[at];
        heap[at] = heap[least];
        heap[least] = swap;
    }
    return first;
}

static void step(dry *d, uint32_t index, zh_journey_cause cause)
{
    dry_instance *i = instance_at(d, index);
    const zh_journey_world world = { .context = d, .now_ms = d->now_ms, .zone = d->zone, .holds = dry_holds, .arm = dry_arm, .send = dry_send, .offer = dry_offer, .update = dry_update, .best_hour = dry_best_hour };
    d->stepped = index;
    d->steps++;
    zh_journey_step(&d->p.journey, &world, cause, &i->place);
    if (i->place.left != ZH_JOURNEY_LEFT_IN || i->place.due_ms == INT64_MAX) return;
    dry_timer *timer = row_add(&d->timers);
    if (timer == NULL) {
        d->e = ZH_NOMEM;
        return;
    }
    *timer = (dry_timer){ i->place.due_ms, index };
    sift_up(d->timers.at, d->timers.count - 1);
}

/* What is due by then, in the order of its moments, as far as the turn goes. One that was put off since finds itself not due. False: there is more. */
static bool fire(dry *d, int64_t until_ms, uint32_t *turn)
{
    for (; d->e == ZH_OK && d->timers.count > 0 && ((dry_timer *)d->timers.at)->due_ms <= until_ms; --*turn) {
        if (*turn == 0) return false;
        const dry_timer timer = pop(&d->timers);
        const dry_instance *i = instance_at(d, timer.instance);
        if (i->place.left != ZH_JOURNEY_LEFT_IN || i->place.due_ms != timer.due_ms) continue;
        d->now_ms = timer.due_ms;
        step(d, timer.instance, ZH_JOURNEY_BY_TIME);
    }
    return true;
}

/* ---- events ---- */

/* The newest of the customer with this key; UINT32_MAX: none. */
static uint32_t find(const dry *d, uint64_t customer, uint64_t key)
{
    const uint64_t *newest = zh_map_get(&d->of_customer, customer);
    for (uint64_t at = newest == NULL ? 0 : *newest; at != 0; at = instance_at(d, (uint32_t)at - 1)->next)
        if (instance_at(d, (uint32_t)at - 1)->key == key) return (uint32_t)at - 1;
    return UINT32_MAX;
}

static uint32_t add_instance(dry *d, uint64_t customer, uint64_t key)
{
    bool made;
    uint64_t *newest = zh_map_at(&d->of_customer, customer, &made);
    dry_instance *i = newest == NULL ? NULL : row_add(&d->instances);
    if (i == NULL) return UINT32_MAX;
    *i = (dry_instance){ .customer = customer, .key = key, .next = made ? 0 : (uint32_t)*newest };
    d->out->customers += made;
    *newest = d->instances.count;
    return d->instances.count - 1;
}

static void enter(dry *d, const dry_event *event)
{
    const zh_customer_id customer = { event->customer };
    uint32_t index = find(d, event->customer, event->key);
    if (index != UINT32_MAX) {
        const zh_journey_left left = instance_at(d, index)->place.left;
        if (left == ZH_JOURNEY_LEFT_IN || left == ZH_JOURNEY_LEFT_CONTROL || d->p.journey.again != ZH_JOURNEY_AFTER_EXIT) return;
    }
    if (!condition_holds(d, &d->p.audience, customer)) return;
    if (index == UINT32_MAX && (index = add_instance(d, event->customer, event->key)) == UINT32_MAX) {
        d->e = ZH_NOMEM;
        return;
    }
    dry_instance *i = instance_at(d, index);
    i->entries++;
    d->out->entered++;
    if (zh_journeys_is_control(d->engine, d->name, customer, d->p.journey.control)) {
        i->place = (zh_journey_place){ .node = ZH_JOURNEY_END, .left = ZH_JOURNEY_LEFT_CONTROL, .due_ms = INT64_MAX };
        d->out->control++;
        return;
    }
    const uint64_t visited = i->place.visited;
    i->place = zh_journey_start(&d->p.journey, d->now_ms);
    i->place.visited = visited;
    step(d, index, ZH_JOURNEY_BY_TIME);
}

static void happen(dry *d, const dry_event *event)
{
    const uint64_t *newest = zh_map_get(&d->of_customer, event->customer);
    bool was_in = false;
    d->now_ms = event->time_ms;
    for (uint64_t at = newest == NULL ? 0 : *newest; at != 0 && d->e == ZH_OK; at = instance_at(d, (uint32_t)at - 1)->next) {
        const dry_instance *i = instance_at(d, (uint32_t)at - 1);
        if (i->place.left != ZH_JOURNEY_LEFT_IN) continue;
        const bool waits = i->place.is_in && i->place.node < d->p.journey.nodes_count;
        was_in |= i->key == event->key;
        if (event->exits) step(d, (uint32_t)at - 1, ZH_JOURNEY_BY_EXIT);
        else if (waits && (event->waits >> i->place.node & 1) != 0) step(d, (uint32_t)at - 1, ZH_JOURNEY_BY_EVENT);
        else if (waits && (event->restarts >> i->place.node & 1) != 0) step(d, (uint32_t)at - 1, ZH_JOURNEY_BY_RESTART);
    }
    if (event->enters && !was_in && d->e == ZH_OK) enter(d, event);
}

static int by_time(const void *a, const void *b)
{
    const dry_event *x = a, *y = b;
    if (x->time_ms != y->time_ms) return x->time_ms < y->time_ms ? -1 : 1;
    if (x->customer != y->customer) return x->customer < y->customer ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order; /* of one moment: as they came */
}

static bool is_over(dry *d)
{
    const bool over = d->steps >= ZH_JOURNEY_DRY_STEPS_MAX || zh_clock_mono_us(zh_engine_clock(d->engine)) > d->end_us;
    d->out->is_part |= over;
    return over;
}

/* A turn of events and of what is due between them. False: all was done. */
static bool lead_on(dry *d, uint32_t *at)
{
    zh_world *w = zh_engine_world(d->engine);
    const dry_event *events = d->events.at;
    uint32_t turn = ZH_JOURNEY_DRY_STEP;
    bool more = true;
    zh_world_lock_read(w);
    while (turn > 0 && d->e == ZH_OK && more) {
        const bool is_end = *at == d->events.count;
        if (!fire(d, is_end ? d->out->until_ms : events[*at].time_ms, &turn)) break;
        more = !is_end;
        if (is_end || turn == 0) continue;
        happen(d, &events[(*at)++]);
        turn--;
    }
    zh_world_unlock(w);
    return more && d->e == ZH_OK;
}

static void lead(dry *d)
{
    uint32_t at = 0;
    if (d->events.count > 0) qsort(d->events.at, d->events.count, d->events.each, by_time);
    while (lead_on(d, &at) && !is_over(d)) {}
    for (uint32_t i = 0; i < d->instances.count; i++) {
        const zh_journey_place *place = &instance_at(d, i)->place;
        d->out->left[place->left]++;
        if (place->left == ZH_JOURNEY_LEFT_IN) d->out->at[place->node]++;
        for (uint8_t n = 0; n < d->p.journey.nodes_count; n++) d->out->visited[n] += place->visited >> n & 1;
    }
}

/* ---- reading what was recorded ---- */

static uint64_t hash_of(const char *text)
{
    static const zh_sip_key key = { { 'd' } };
    return zh_sip64(&key, zh_sv_of(text));
}

static bool fits(const dry *d, const zh_event *event, zh_customer_id customer, const zh_metric *metric)
{
    const zh_world *w = zh_engine_world(d->engine);
    if (metric->event.size == 0 || !zh_sv_equal(metric->event, event->name)) return false;
    if (metric->filter == NULL) return true;
    const zh_outcome_look look = { zh_customers_get(w->customers, customer), w->consents, zh_customers_terms(w->customers), customer, { 0 } };
    zh_metric_bind(metric, look.terms);
    return look.state != NULL && zh_outcome_of(&look, metric, event->time_ms, event->time_ms + 1) > 0;
}

static zh_err take_event(dry *d, const zh_event *event)
{
    const zh_journey *j = &d->p.journey;
    zh_world *w = zh_engine_world(d->engine);
    const zh_customer_id customer = zh_world_root(w, event->customer);
    char key[ZH_JOURNEY_KEY_BYTES_MAX + 1];
    dry_event seen = { .time_ms = event->time_ms, .customer = customer.number, .order = d->events.count };
    if (customer.number == 0) return ZH_OK;
    zh_world_lock_read(w);
    seen.enters = fits(d, event, customer, &d->p.entry);
    for (uint8_t x = 0; x < j->exits_count; x++) seen.exits |= fits(d, event, customer, &d->p.exits[x]);
    for (uint8_t n = 0; n < j->nodes_count; n++) {
        if (j->nodes[n].kind != ZH_JOURNEY_WAIT || j->nodes[n].wait != ZH_JOURNEY_WAIT_EVENT) continue;
        if (fits(d, event, customer, &d->p.waits[n])) seen.waits |= UINT64_C(1) << n;
        if (j->nodes[n].restart.size > 0 && zh_sv_equal(j->nodes[n].restart, event->name)) seen.restarts |= UINT64_C(1) << n;
    }
    zh_world_unlock(w);
    if (!seen.enters && !seen.exits && seen.waits == 0 && seen.restarts == 0) return ZH_OK;
    journey_key_of(j, event, d->json, key);
    seen.key = hash_of(key);
    if (d->events.count == ZH_JOURNEY_DRY_EVENTS_MAX) return d->out->is_part = true, ZH_OK;
    dry_event *row = row_add(&d->events);
    if (row == NULL) return ZH_NOMEM;
    *row = seen;
    d->out->mattered++;
    return ZH_OK;
}

/* What came later than the span began; an event is never later than its commit, or hardly. */
static zh_err read_partition(dry *d, uint32_t partition)
{
    zh_log *log = zh_engine_log(d->engine);
    zh_log_reader *reader;
    zh_log_frame frame;
    zh_log_extent extent;
    zh_event event;
    uint64_t at = zh_log_begin(log, partition);
    const uint64_t until = zh_fold_position(zh_engine_fold(d->engine), partition);
    for (uint32_t i = 0; zh_log_closed(log, partition, i, &extent) && extent.until_ms < d->out->from_ms; i++) at = extent.next_sequence;
    if (at >= until) return ZH_OK;
    zh_err e = zh_log_reader_open(&reader, log, partition, at);
    if (e != ZH_OK) return e == ZH_ABSENT ? ZH_OK : e;
    while (at < until && (e = zh_log_reader_next(reader, &frame)) == ZH_OK && !d->out->is_part) {
        for (zh_log_records it = zh_log_records_of(&frame); e == ZH_OK && zh_log_record_next(&it);) {
            at = it.sequence + 1;
            if (zh_record_kind_of(it.record) != ZH_RECORD_EVENT) continue;
            zh_arena_reset(&d->arena);
            const zh_err of = zh_event_get(it.record, &d->arena, &event);
            if (of == ZH_NOMEM) e = of;
            if (of != ZH_OK || event.time_ms < d->out->from_ms || event.time_ms > d->out->until_ms) continue;
            d->out->read++;
            e = take_event(d, &event);
        }
        d->out->is_part |= zh_clock_mono_us(zh_engine_clock(d->engine)) > d->end_us;
    }
    zh_log_reader_close(reader);
    return e == ZH_ABSENT || e == ZH_STALE ? ZH_OK : e;
}

/* Those who are members today enter when they became it. */
static zh_err read_members(dry *d)
{
    zh_world *w = zh_engine_world(d->engine);
    zh_segment segment;
    zh_customer_id customer;
    int64_t since_ms;
    zh_err e = ZH_OK;
    if (d->p.journey.entry_segment.size == 0) return ZH_OK;
    zh_world_lock_read(w);
    if (zh_segments_find(w->segments, d->p.journey.entry_segment, &segment))
        for (size_t at = 0; e == ZH_OK && zh_segments_member(w->segments, segment.number, &at, &customer, &since_ms);) {
            if (since_ms < d->out->from_ms || since_ms > d->out->until_ms) continue;
            dry_event *row = d->events.count < ZH_JOURNEY_DRY_EVENTS_MAX ? row_add(&d->events) : NULL;
            if (row != NULL) *row = (dry_event){ .time_ms = since_ms, .customer = customer.number, .key = hash_of("customer"), .order = d->events.count, .enters = true }, d->out->mattered++;
            else if (d->events.count == ZH_JOURNEY_DRY_EVENTS_MAX) d->out->is_part = true;
            else e = ZH_NOMEM;
        }
    zh_world_unlock(w);
    return e;
}

zh_err zh_journey_dry_run(zh_engine *engine, zh_sv name, const zh_journey *journey, uint32_t days, zh_journey_dry *out)
{
    const zh_tz *zone = zh_engine_tz(engine);
    zh_world *w = zh_engine_world(engine);
    dry d = { .engine = engine, .name = name, .out = out, .zone = zone == NULL ? zh_tz_utc() : zone, .arena = zh_arena_open(SCRATCH_BYTES_MAX), .scratch = zh_arena_open(SCRATCH_BYTES_MAX),
              .p = { .arena = zh_arena_open(SCRATCH_BYTES_MAX), .means_arena = zh_arena_open(SCRATCH_BYTES_MAX), .journey = *journey },
              .events = { .each = sizeof(dry_event) }, .instances = { .each = sizeof(dry_instance) }, .timers = { .each = sizeof(dry_timer) }, .contacts = { .each = sizeof(dry_contact) },
              .of_customer = zh_map_open(), .contacts_of = zh_map_open(), .e = ZH_OK };
    *out = (zh_journey_dry){ .until_ms = zh_engine_now_ms(engine) };
    out->from_ms = out->until_ms - (int64_t)days * ZH_DAY_MS;
    d.end_us = zh_clock_mono_us(zh_engine_clock(engine)) + ZH_JOURNEY_DRY_WORK_MS * INT64_C(1000);
    zh_err e = zh_json_open(&d.json, ZH_EVENT_BYTES_MAX);
    if (e == ZH_OK) e = journey_program_compile(&d.p);
    if (e == ZH_OK) {
        journey_means_look_up(engine, &d.p);
        zh_world_lock_read(w);
        e = zh_outbox_rules(w->registry, &d.rules);
        zh_world_unlock(w);
    }
    for (uint32_t p = 0; e == ZH_OK && p < zh_log_partitions(zh_engine_log(engine)); p++) e = read_partition(&d, p);
    if (e == ZH_OK) e = read_members(&d);
    if (e == ZH_OK) {
        lead(&d);
        e = d.e;
    }
    zh_json_close(d.json);
    zh_arena_close(&d.arena);
    zh_arena_close(&d.scratch);
    zh_arena_close(&d.p.arena);
    zh_arena_close(&d.p.means_arena);
    zh_map_close(&d.of_customer);
    zh_map_close(&d.contacts_of);
    free(d.events.at);
    free(d.instances.at);
    free(d.timers.at);
    free(d.contacts.at);
    return e;
}
