#include "base/hash.h"
#include "engine/journey_inside.h"
#include "engine/offer_desk.h"
#include "engine/outbox.h"
#include "guard/permit.h"
#include "profile/customer.h"

#include <stdlib.h>

#define BATCH_BYTES_MAX ((size_t)16 << 20)
#define HOURS_MIN 5 /* events, before an hour of a customer is the best one */

/* ---- the batch ---- */

static bool make_room(journey_batch *b)
{
    const uint32_t room = b->room == 0 ? 256 : 2 * b->room;
    size_t *ends = realloc(b->ends, room * sizeof *ends);
    if (ends != NULL) b->ends = ends;
    zh_customer_id *owners = realloc(b->owners, room * sizeof *owners);
    if (owners != NULL) b->owners = owners;
    zh_sv *records = realloc(b->records, room * sizeof *records);
    if (records != NULL) b->records = records;
    if (ends == NULL || owners == NULL || records == NULL) return false;
    b->room = room;
    return true;
}

static void batch_add(zh_journey_clock *c, zh_customer_id owner, size_t begin)
{
    journey_batch *b = &c->batch;
    if (b->bytes.size == begin) return;
    if (b->count == b->room && !make_room(b)) {
        b->is_full = true;
        return;
    }
    b->owners[b->count] = owner;
    b->ends[b->count++] = b->bytes.size;
}

bool journey_is_touched(const zh_journey_clock *c, zh_customer_id customer) { return zh_map_get(&c->batch.touched, customer.number) != NULL; }

/* How far the log was read, a record a partition. */
static void put_read(zh_journey_clock *c)
{
    const int64_t now_ms = zh_engine_now_ms(c->engine);
    if (!c->is_set || (now_ms - c->said_ms < ZH_JOURNEY_READ_MS && now_ms >= c->said_ms)) return;
    c->said_ms = now_ms;
    for (uint32_t p = 0; p < zh_log_partitions(zh_engine_log(c->engine)); p++) {
        const size_t begin = c->batch.bytes.size;
        if (c->events[p] <= c->said[p]) continue; /* its own records alone are no reason for another one */
        c->said[p] = c->events[p];
        const zh_instance_record record = { .word = ZH_INSTANCE_READ, .at_ms = now_ms, .partition = p, .position = c->events[p] };
        zh_instance_put(&record, &c->batch.bytes);
        batch_add(c, (zh_customer_id){ 0 }, begin);
    }
}

zh_err journey_flush(zh_journey_clock *c)
{
    journey_batch *b = &c->batch;
    put_read(c);
    zh_err e = b->is_full ? ZH_NOMEM : zh_buf_err(&b->bytes);
    const zh_sv all = zh_buf_view(&b->bytes);
    for (uint32_t i = 0; e == ZH_OK && i < b->count; i++) b->records[i] = zh_sv_part(all, i == 0 ? 0 : b->ends[i - 1], b->ends[i] - (i == 0 ? 0 : b->ends[i - 1]));
    zh_work work = { .records = b->records, .owners = b->owners, .records_count = b->count };
    if (e == ZH_OK && b->count > 0) e = zh_engine_do(c->engine, &work);
    journey_drop(c);
    return e;
}

void journey_drop(zh_journey_clock *c)
{
    zh_buf_close(&c->batch.bytes);
    c->batch.bytes = zh_buf_open(BATCH_BYTES_MAX);
    c->batch.count = 0;
    c->batch.is_full = false;
    zh_map_clear(&c->batch.touched);
}

void journey_batch_close(journey_batch *b)
{
    zh_buf_close(&b->bytes);
    zh_map_close(&b->touched);
    free(b->ends);
    free(b->owners);
    free(b->records);
}

bool journey_is_full(const zh_journey_clock *c) { return c->batch.count >= ZH_JOURNEY_BATCH; }

/* Where he stands now. */
static zh_err put_place(zh_journey_clock *c, const journey_at *at, zh_instance_word word)
{
    const size_t begin = c->batch.bytes.size;
    bool made;
    zh_instance_record record = { .customer = at->entered_as, .word = word, .id = at->id, .version = at->version, .at_ms = zh_engine_now_ms(c->engine), .place = at->place,
                                  .partition = at->partition, .position = at->position };
    if (word == ZH_INSTANCE_ENTER) record.journey = zh_sv_of(at->job->name), record.key = zh_sv_of(at->key);
    if (!zh_instance_record_is_good(&record)) return ZH_FORMAT;
    zh_instance_put(&record, &c->batch.bytes);
    batch_add(c, at->customer, begin);
    return zh_map_at(&c->batch.touched, at->customer.number, &made) == NULL ? ZH_NOMEM : ZH_OK;
}

/* ---- what a step asks and does ---- */

typedef struct stepping {
    zh_journey_clock *c;
    journey_at *at;
    journey_program *program;
    zh_journey_place before;
    zh_err e;
} stepping;

static zh_look look_at(zh_journey_clock *c, zh_customer_id customer)
{
    zh_world *w = zh_engine_world(c->engine);
    zh_look look = zh_world_look(w);
    look.customer = customer;
    look.state = zh_customers_get(w->customers, customer);
    look.now_ms = zh_engine_now_ms(c->engine);
    look.json = c->json;
    return look;
}

static bool condition_holds(zh_journey_clock *c, const zh_condition *condition, zh_customer_id customer)
{
    zh_world *w = zh_engine_world(c->engine);
    zh_cel_value error = zh_cel_null();
    zh_arena_reset(&c->scratch);
    zh_world_lock_read(w);
    const zh_look look = look_at(c, customer);
    const bool holds = look.state != NULL && zh_vocabulary_holds(condition, &look, &c->scratch, &error);
    zh_world_unlock(w);
    return holds;
}

bool journey_is_meant(zh_journey_clock *c, journey_program *program, zh_customer_id customer) { return condition_holds(c, &program->audience, customer); }

static bool step_holds(void *context, uint8_t node, uint8_t which)
{
    stepping *s = context;
    return condition_holds(s->c, &s->program->cases[node][which], s->at->customer);
}

static uint8_t step_arm(void *context, uint8_t node)
{
    const stepping *s = context;
    const zh_journey_node *n = &s->program->journey.nodes[node];
    const uint8_t won = s->program->winners[node];
    return won != ZH_JOURNEY_END ? won : zh_journey_arm(n, zh_journeys_bucket(s->c->engine, zh_sv_of(s->at->job->name), n->name, s->at->entered_as));
}

/* What tells this message from others of the node: the instance's key; where it came here before, the step it is sent in, too. A step that is taken again after a crash has the same. */
static zh_sv entry_of(const stepping *s, uint8_t node, char out[ZH_MESSAGE_ENTRY_BYTES_MAX + 1])
{
    const bool again = s->at->entries > 1 || (s->before.visited >> node & 1) != 0;
    const int size = again ? snprintf(out, ZH_MESSAGE_ENTRY_BYTES_MAX + 1, "%s#%u.%llx", s->at->key, s->at->entries, (unsigned long long)s->before.due_ms)
                           : snprintf(out, ZH_MESSAGE_ENTRY_BYTES_MAX + 1, "%s", s->at->key);
    return (zh_sv){ out, (size_t)size };
}

static void plan(stepping *s, uint8_t node, uint8_t which, const journey_means *m, bool is_marketing)
{
    const zh_journey_node *n = &s->program->journey.nodes[node];
    char entry[ZH_MESSAGE_ENTRY_BYTES_MAX + 1];
    zh_world *w = zh_engine_world(s->c->engine);
    zh_message there;
    const int64_t now_ms = zh_engine_now_ms(s->c->engine);
    const size_t begin = s->c->batch.bytes.size;
    zh_message_record record = { .customer = s->at->customer, .word = ZH_MESSAGE_SAYS_PLAN, .at_ms = now_ms };
    record.plan = (zh_message_plan){ .campaign = zh_sv_of(s->at->job->name), .step = n->name, .entry = entry_of(s, node, entry), .channel = n->cases[which].channel, .template = n->cases[which].template,
                                     .due_ms = now_ms, .expires_ms = now_ms + (n->expires_ms > 0 ? n->expires_ms : ZH_CAMPAIGN_EXPIRES_MS), .via = m->means.via, .priority = n->priority,
                                     .best_hour = is_marketing ? n->best_hour : ZH_MESSAGE_BEST_NONE, .is_marketing = is_marketing, .keeps_data = m->means.keeps_data };
    record.id = zh_message_id_of(zh_engine_sealer(s->c->engine), record.customer, &record.plan);
    zh_world_lock_read(w);
    const bool found = zh_ledger_find(w->ledger, record.id, &there), full = zh_ledger_messages(w->ledger) + ZH_JOURNEY_BATCH > ZH_LEDGER_MESSAGES_MAX;
    zh_world_unlock(w);
    if (full) s->e = ZH_FULL;
    if (found || full || !zh_message_record_is_good(&record)) return;
    zh_message_put(&record, &s->c->batch.bytes);
    batch_add(s->c, s->at->customer, begin);
}

/* May he be written to this way at all? Quiet hours and caps are the delivery's to ask. */
static bool is_open(zh_journey_clock *c, zh_customer_id customer, zh_channel via)
{
    zh_world *w = zh_engine_world(c->engine);
    const int64_t now_ms = zh_engine_now_ms(c->engine);
    zh_permit permit;
    zh_world_lock_read(w);
    const bool open = !zh_ledger_is_suppressed(w->ledger, customer, via) && zh_permit_ask(w->consents, customer, ZH_PURPOSE_MARKETING, via, now_ms, &ZH_ACTOR_THE_ENGINE, &permit) == ZH_OK;
    zh_world_unlock(w);
    return open;
}

/* The first channel that reaches him. Where none does the first is planned all the same: the ledger then says why it was not sent. */
static bool step_send(void *context, uint8_t node)
{
    stepping *s = context;
    const zh_journey_node *n = &s->program->journey.nodes[node];
    const journey_means *first = NULL;
    uint8_t first_at = 0;
    for (uint8_t i = 0; i < n->cases_count; i++) {
        const journey_means *m = journey_means_of(s->c, s->program, node, i);
        if (m == NULL) continue;
        if (first == NULL) first = m, first_at = i;
        if (!is_open(s->c, s->at->customer, m->means.via)) continue;
        plan(s, node, i, m, true);
        return true;
    }
    if (first != NULL) plan(s, node, first_at, first, true);
    return false;
}

/* Claimed before the step is written down, under a name that a step that is taken again has, too. */
static bool step_offer(void *context, uint8_t node)
{
    stepping *s = context;
    const zh_journey_node *n = &s->program->journey.nodes[node];
    char claim[2 * ZH_MESSAGE_NAME_BYTES_MAX + ZH_MESSAGE_ENTRY_BYTES_MAX + 64], entry[ZH_MESSAGE_ENTRY_BYTES_MAX + 1];
    zh_desk_answer answer = { .refusal = ZH_REFUSAL_NONE };
    const zh_sv key = entry_of(s, node, entry);
    const int size = snprintf(claim, sizeof claim, "journey/%s/%.*s/%.*s/%llu", s->at->job->name, ZH_SV_ARG(n->name), ZH_SV_ARG(key), (unsigned long long)s->at->entered_as.number);
    zh_offer_desk *desk = zh_engine_offer_desk(s->c->engine);
    if (s->e != ZH_OK) return false;
    s->e = desk == NULL ? ZH_BUSY : zh_offer_desk_claim(desk, n->offer, s->at->customer, (zh_sv){ claim, (size_t)size }, &answer);
    return s->e == ZH_OK && answer.refusal == ZH_REFUSAL_NONE;
}

static void set_tag(stepping *s, const zh_journey_node *n)
{
    const int64_t now_ms = zh_engine_now_ms(s->c->engine);
    const size_t begin = s->c->batch.bytes.size;
    const zh_tag_change change = { .customer = s->at->customer, .name = n->tag, .said = n->removes_tag ? ZH_TAG_REMOVE : ZH_TAG_SET, .source = ZH_TAG_BY_STAFF, .at_ms = now_ms,
                                   .expires_ms = n->for_ms > 0 ? now_ms + n->for_ms : ZH_TAG_NO_END, .confidence = ZH_TAG_NO_CONFIDENCE, .actor_kind = (uint8_t)ZH_ACTOR_ENGINE };
    zh_tag_put(&change, &s->c->batch.bytes);
    batch_add(s->c, s->at->customer, begin);
}

static void step_update(void *context, uint8_t node)
{
    stepping *s = context;
    const zh_journey_node *n = &s->program->journey.nodes[node];
    const journey_means *m = n->tag.size > 0 ? NULL : journey_means_of(s->c, s->program, node, 0);
    if (n->tag.size > 0) set_tag(s, n);
    else if (m != NULL) plan(s, node, 0, m, false);
}

uint8_t journey_best_hour(zh_engine *engine, zh_customer_id customer, int64_t now_ms)
{
    const zh_world *w = zh_engine_world(engine);
    const zh_tz *zone = zh_engine_tz(engine);
    const int32_t shift = zh_tz_offset_s(zone == NULL ? zh_tz_utc() : zone, now_ms) / 3600;
    uint32_t hours[24] = { 0 }, all = 0;
    uint8_t best = 0;
    const zh_customer_state *state = zh_customers_get(w->customers, customer);
    for (int h = 0; state != NULL && h < 168; h++) {
        const uint32_t seen = zh_customer_hour(state, (uint32_t)h);
        hours[(h + shift + 24) % 24] += seen;
        all += seen;
    }
    for (uint8_t h = 1; h < 24; h++)
        if (hours[h] > hours[best]) best = h;
    return all < HOURS_MIN ? ZH_MESSAGE_BEST_NONE : best;
}

static uint8_t step_best_hour(void *context)
{
    const stepping *s = context;
    zh_world *w = zh_engine_world(s->c->engine);
    zh_world_lock_read(w);
    const uint8_t hour = journey_best_hour(s->c->engine, s->at->customer, zh_engine_now_ms(s->c->engine));
    zh_world_unlock(w);
    return hour;
}

/* ---- instances ---- */

bool journey_at_of(zh_journey_clock *c, const zh_instance *i, journey_at *out)
{
    *out = (journey_at){ .customer = i->customer, .entered_as = i->entered_as, .id = i->id, .version = i->version, .entries = i->entries, .place = i->place, .partition = i->partition, .position = i->position,
                         .moved_ms = i->moved_ms, .entered_ms = i->entered_ms };
    (void)snprintf(out->key, sizeof out->key, "%.*s", ZH_SV_ARG(i->key));
    for (uint32_t j = 0; j < c->jobs_count; j++)
        if (zh_sv_equal(zh_sv_of(c->jobs[j].name), i->journey)) out->job = &c->jobs[j];
    return out->job != NULL;
}

bool journey_find(zh_journey_clock *c, journey_job *job, zh_customer_id customer, zh_sv key, journey_at *out)
{
    zh_world *w = zh_engine_world(c->engine);
    zh_instance i;
    bool found = false;
    zh_world_lock_read(w);
    for (const void *at = NULL; zh_instances_next(w->instances, customer, &at, &i);) {
        if (!zh_sv_equal(i.journey, zh_sv_of(job->name)) || !zh_sv_equal(i.key, key)) continue;
        if (found && i.place.left != ZH_JOURNEY_LEFT_IN) continue;
        found = journey_at_of(c, &i, out);
    }
    zh_world_unlock(w);
    return found;
}

/* What was looked at of his partition when this is decided. */
static void look_back(zh_journey_clock *c, journey_at *at)
{
    const uint32_t partition = zh_partition_of(at->customer, zh_log_partitions(zh_engine_log(c->engine)));
    if (at->partition != partition || c->tail[partition] > at->position) at->position = c->tail[partition];
    at->partition = partition;
}

zh_err journey_go(zh_journey_clock *c, journey_at *at, zh_journey_cause cause)
{
    journey_program *program = journey_program_of(at->job, at->version);
    const zh_tz *zone = zh_engine_tz(c->engine);
    if (program == NULL) return ZH_OK;
    stepping s = { .c = c, .at = at, .program = program, .before = at->place };
    const zh_journey_world world = { .context = &s, .now_ms = zh_engine_now_ms(c->engine), .zone = zone == NULL ? zh_tz_utc() : zone, .holds = step_holds, .arm = step_arm, .send = step_send, .offer = step_offer,
                                     .update = step_update, .best_hour = step_best_hour };
    if (at->job->runs) zh_journey_step(&program->journey, &world, cause, &at->place);
    else zh_journey_note(&program->journey, world.now_ms, cause, &at->place);
    look_back(c, at);
    zh_counter_add(c->steps, 1);
    return s.e != ZH_OK ? s.e : put_place(c, at, ZH_INSTANCE_MOVE);
}

zh_err journey_leave(zh_journey_clock *c, journey_at *at, zh_journey_left why)
{
    at->place.node = ZH_JOURNEY_END;
    at->place.is_in = false;
    at->place.left = why;
    at->place.due_ms = INT64_MAX;
    look_back(c, at);
    return put_place(c, at, ZH_INSTANCE_MOVE);
}

zh_err journey_enter(zh_journey_clock *c, journey_job *job, zh_customer_id customer, zh_sv key, uint64_t position)
{
    journey_program *program = journey_program_of(job, job->version);
    const zh_tz *zone = zh_engine_tz(c->engine);
    const int64_t now_ms = zh_engine_now_ms(c->engine);
    journey_at at;
    if (program == NULL) return ZH_OK;
    if (!journey_find(c, job, customer, key, &at)) {
        at = (journey_at){ .job = job, .customer = customer, .entered_as = customer, .id = zh_instance_id_of(zh_engine_sealer(c->engine), customer, zh_sv_of(job->name), key) };
        (void)snprintf(at.key, sizeof at.key, "%.*s", ZH_SV_ARG(key));
    }
    at.entries++;
    at.version = job->version;
    at.place = zh_journey_start(&program->journey, now_ms);
    at.partition = zh_partition_of(customer, zh_log_partitions(zh_engine_log(c->engine)));
    at.position = position;
    zh_counter_add(c->entered, 1);
    stepping s = { .c = c, .at = &at, .program = program, .before = { .due_ms = 0 } }; /* the number of the entry tells it: an entry that is done again after a crash claims the same coupon */
    const zh_journey_world world = { .context = &s, .now_ms = now_ms, .zone = zone == NULL ? zh_tz_utc() : zone, .holds = step_holds, .arm = step_arm, .send = step_send, .offer = step_offer, .update = step_update,
                                     .best_hour = step_best_hour };
    if (zh_journeys_is_control(c->engine, zh_sv_of(job->name), customer, program->journey.control)) at.place = (zh_journey_place){ .node = ZH_JOURNEY_END, .left = ZH_JOURNEY_LEFT_CONTROL, .due_ms = INT64_MAX };
    else zh_journey_step(&program->journey, &world, ZH_JOURNEY_BY_TIME, &at.place);
    return s.e != ZH_OK ? s.e : put_place(c, &at, ZH_INSTANCE_ENTER);
}

zh_err journey_move_over(zh_journey_clock *c, journey_at *at, bool *moved)
{
    const journey_program *from = journey_program_of(at->job, at->version), *to = journey_program_of(at->job, at->job->version);
    *moved = from != NULL && to != NULL && from != to && zh_journey_move(&from->journey, &to->journey, &at->place);
    if (!*moved) return ZH_OK;
    at->version = at->job->version;
    look_back(c, at);
    return put_place(c, at, ZH_INSTANCE_MOVE);
}
