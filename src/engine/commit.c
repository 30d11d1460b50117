#include "engine/commit.h"
#include "base/json_out.h"
#include "core/record.h"
#include "engine/erase_record.h"
#include "engine/event_json.h"
#include "sys/file.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#define CONFLICT_BYTES_MAX (8u * ZH_EVENT_BYTES_MAX) /* of one event written out; escapes may make it longer */
#define CARRY_BYTES_MAX (ZH_LOG_BLOCK_BYTES_MAX / 2 - 64) /* identity records of failed groups; a group makes at most 3 MB */
#define RECORD_SIZE_BYTES_MAX 10 /* what zh_log_record_put puts before a record */
#define HELD 3 /* bits of zh_identity_plan.held */
#define BEHIND_MS 2 /* how often a group that waits for the views looks again */
#define WORK_OVERHEAD_BYTES 512 /* of one event in the queue, beside its texts: for the limit only */

typedef struct part {
    zh_fold_block *block; /* being built; NULL: empty */
    zh_buf carry;         /* identity records of a failed group, to go first in the next one */
    uint32_t carry_count;
} part;

/* Keys of the customers seen last, unwrapped: unwrapping costs as much as sealing. Locked into memory, wiped at
 * the end. A slot holds one customer; 0: empty. */
#define DEK_SLOTS (1u << 17) /* a power of two; 5 MB */
#define RANDOM_BYTES 4096    /* asked of the system at once: a call for each key costs as much as sealing with it */
typedef struct dek_slot {
    uint64_t customer;
    zh_dek dek;
} dek_slot;

struct zh_commit {
    zh_commit_desc d;
    dek_slot *deks;
    uint8_t random[RANDOM_BYTES]; /* for keys to come; wiped as it is used */
    size_t random_left;
    uint32_t partitions;
    part *parts;
    zh_buf sealed, record;  /* scratch */
    zh_json *parser;        /* made with the first conflict */
    zh_event_key *group_keys; /* asked in this group, to be taken back if it fails */
    size_t group_keys_count, group_keys_cap;
    int64_t commit_ms;      /* of the last blocks; each append has a later one, so blocks have one order */
    bool unsynced;          /* a part of a group was appended and not synced yet */
    uint64_t next_letter;
    uint32_t next_erasure;
    zh_identity_policy policy, policy_wanted; /* wanted: under the lock */
    uint64_t pushed_at_turn; /* blocks pushed when the dedup tables last turned over */

    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    zh_queue waiting;
    bool urgent;           /* something that waits is not lazy */
    bool stopping;
    _Atomic bool broken;
    _Atomic bool full;     /* an append found no space: vital work alone, until there is room */
    bool vital;            /* the group under way is vital work alone */
    zh_intake said;        /* what the log lines said last */

    zh_histogram *seconds;
    zh_counter *groups, *group_events, *refused[ZH_INTAKE_COUNT], *held[HELD];
};

/* ---- building the blocks of a group ---- */

static zh_fold_block *block_of(zh_commit *c, uint32_t partition)
{
    part *p = &c->parts[partition];
    if (p->block != NULL) return p->block;
    p->block = zh_fold_block_open(c->d.fold);
    if (p->block == NULL) return NULL;
    p->block->partition = partition;
    if (p->carry_count > 0) {
        zh_buf_put(&p->block->records, zh_buf_view(&p->carry));
        p->block->count = p->carry_count;
    }
    return p->block;
}

static zh_err put_record(zh_commit *c, uint32_t partition, zh_sv record)
{
    zh_fold_block *block = block_of(c, partition);
    if (block == NULL) return ZH_NOMEM;
    zh_log_record_put(&block->records, record);
    block->count++;
    return zh_buf_err(&block->records);
}

static uint32_t home(const zh_commit *c, zh_customer_id customer)
{
    return zh_partition_of(customer, c->partitions);
}

static zh_err append(zh_commit *c, bool lazy, int64_t now_ms)
{
    zh_log_part parts[ZH_LOG_PARTITIONS_MAX];
    const int64_t commit_ms = now_ms > c->commit_ms ? now_ms : c->commit_ms + 1;
    size_t count = 0;
    for (uint32_t p = 0; p < c->partitions; p++) {
        part *const mine = &c->parts[p];
        if (mine->block == NULL) continue;
        mine->block->commit_ms = commit_ms;
        parts[count++] = (zh_log_part){ .partition = p, .block = {
            .workspace = c->d.workspace.number, .key_id = c->d.key_id, .commit_ms = commit_ms,
            .records = zh_buf_view(&mine->block->records), .count = mine->block->count, .lazy = lazy, .vital = c->vital } };
    }
    if (count == 0) return ZH_OK;
    const zh_err e = zh_log_append_many(c->d.log, parts, count);
    if (e == ZH_FULL) c->full = true;
    if (e != ZH_OK) return e;
    c->commit_ms = commit_ms;
    for (size_t i = 0; i < count; i++) {
        part *const mine = &c->parts[parts[i].partition];
        mine->block->first_sequence = parts[i].at.sequence;
        zh_fold_push(c->d.fold, mine->block);
        mine->block = NULL;
        zh_buf_reset(&mine->carry);
        mine->carry_count = 0;
    }
    return ZH_OK;
}

/* A merge must come after everything that was said of both customers, in whatever partition: what the
 * group holds goes out first, unsynced, and the merge follows in blocks of a later time. */
static zh_err append_so_far(zh_commit *c, int64_t now_ms)
{
    const zh_err e = append(c, true, now_ms);
    if (e != ZH_OK) return e;
    c->unsynced = true;
    c->group_keys_count = 0; /* those keys are in the log: they stay known whatever becomes of the rest */
    return ZH_OK;
}

/* Identity records are folded at once, so the next event of the group sees them. A failed append
 * carries them over: numbers that were given out stay given out. */
static zh_err put_identity(zh_commit *c, uint32_t partition)
{
    part *p = &c->parts[partition];
    zh_err e = zh_buf_err(&c->record);
    if (e != ZH_OK) return e;
    if (p->carry.size + c->record.size > CARRY_BYTES_MAX) return ZH_BUSY; /* groups failed again and again: no new customers */
    /* What is folded must reach the log, now or carried over: from here on it cannot fail for memory. */
    if (block_of(c, partition) == NULL || !zh_buf_reserve(&p->carry, c->record.size + RECORD_SIZE_BYTES_MAX)) return ZH_NOMEM;
    pthread_rwlock_wrlock(c->d.identity_lock);
    e = zh_identity_fold(c->d.identity, zh_buf_view(&c->record));
    pthread_rwlock_unlock(c->d.identity_lock);
    if (e != ZH_OK) return e;
    zh_log_record_put(&p->carry, zh_buf_view(&c->record));
    p->carry_count++;
    return put_record(c, partition, zh_buf_view(&c->record));
}

static zh_err draw_dek(zh_commit *c, zh_dek *dek)
{
    if (c->random_left < sizeof dek->bytes) {
        const zh_err e = zh_file_random(c->random, sizeof c->random);
        if (e != ZH_OK) return e;
        c->random_left = sizeof c->random;
    }
    c->random_left -= sizeof dek->bytes;
    memcpy(dek->bytes, c->random + c->random_left, sizeof dek->bytes);
    zh_wipe(c->random + c->random_left, sizeof dek->bytes);
    return ZH_OK;
}

static dek_slot *slot_of(const zh_commit *c, zh_customer_id customer)
{
    return &c->deks[zh_mix64(customer.number) & (DEK_SLOTS - 1)];
}

static zh_err new_dek(zh_commit *c, zh_customer_id customer, zh_wrapped_dek *wrapped)
{
    dek_slot *slot = slot_of(c, customer);
    slot->customer = 0;
    const zh_err e = draw_dek(c, &slot->dek);
    if (e != ZH_OK) return e;
    slot->customer = customer.number;
    *wrapped = zh_seal_wrap(c->d.sealer, customer, &slot->dek);
    return ZH_OK;
}

/* Seal under the customer's key into c->sealed. ZH_ABSENT: erased; an old key in the slot must not serve. */
static zh_err seal(zh_commit *c, zh_customer_id customer, const zh_wrapped_dek *wrapped, zh_event_key place, zh_sv plain)
{
    zh_buf_reset(&c->sealed);
    if (wrapped == NULL) return ZH_ABSENT;
    dek_slot *slot = slot_of(c, customer);
    if (slot->customer != customer.number) {
        slot->customer = 0;
        const zh_err e = zh_seal_unwrap(c->d.sealer, customer, wrapped, &slot->dek);
        if (e != ZH_OK) return e;
        slot->customer = customer.number;
    }
    return zh_seal_personal_under(c->d.sealer, customer, &slot->dek, place, plain, &c->sealed);
}

static zh_err put_links(zh_commit *c, const zh_identity_plan *plan, const zh_sv texts[3], int64_t at_ms)
{
    for (uint32_t i = 0; i < plan->links_count; i++) {
        const zh_identity_step *step = &plan->links[i];
        zh_wrapped_dek fresh;
        const zh_wrapped_dek *dek = zh_identity_dek(c->d.identity, step->customer);
        if (step->makes) {
            const zh_err e = new_dek(c, step->customer, &fresh);
            if (e != ZH_OK) return e;
            dek = &fresh;
        }
        const zh_event_key place = { step->id.blind.high, step->id.blind.low };
        zh_err e = seal(c, step->customer, dek, place, texts[step->text]);
        if (e != ZH_OK && e != ZH_ABSENT) return e; /* absent: an erased customer's id stays unreadable */
        const zh_identity_link link = {
            .id = step->id, .customer = step->customer, .turn = step->turn, .at_ms = at_ms,
            .sealed = e == ZH_OK ? zh_buf_view(&c->sealed) : (zh_sv){ 0 },
            .dek = step->makes ? (zh_sv){ (const char *)fresh.bytes, sizeof fresh.bytes } : (zh_sv){ 0 },
        };
        zh_buf_reset(&c->record);
        zh_identity_link_put(&link, &c->record);
        e = put_identity(c, home(c, step->customer));
        if (e != ZH_OK) return e;
    }
    return ZH_OK;
}

/* Whose is it? Records what has to be known first. */
static zh_err resolve(zh_commit *c, const zh_identity_ask *ask, const zh_sv texts[3], int64_t now_ms, zh_identity_plan *plan)
{
    zh_identity_plan_make(c->d.identity, ask, plan); /* only this thread changes the table */
    zh_err e = put_links(c, plan, texts, ask->time_ms);
    if (e == ZH_OK && plan->has_merge && c->partitions > 1) e = append_so_far(c, now_ms);
    if (e == ZH_OK && plan->has_merge) {
        const zh_identity_merge merge = { .from = plan->from, .to = plan->to, .at_ms = now_ms, .why = plan->why };
        zh_buf_reset(&c->record);
        zh_identity_merge_put(&merge, &c->record);
        e = put_identity(c, home(c, plan->to));
    }
    return e;
}

static uint32_t marks_of(zh_commit *c, uint32_t held)
{
    static const uint32_t marks[HELD] = { ZH_MARK_ID_LIMIT, ZH_MARK_SHARED_DEVICE, ZH_MARK_ID_APART };
    uint32_t all = 0;
    for (unsigned i = 0; i < HELD; i++) {
        if (!(held & 1u << i)) continue;
        zh_counter_add(c->held[i], 1);
        all |= marks[i];
    }
    return all;
}

static zh_err seal_into(zh_commit *c, zh_event *event)
{
    if (event->personal.size == 0) return ZH_OK;
    const zh_err e = seal(c, event->customer, zh_identity_dek(c->d.identity, event->customer), event->key, event->personal);
    event->personal = e == ZH_OK ? zh_buf_view(&c->sealed) : (zh_sv){ 0 };
    return e == ZH_ABSENT ? ZH_OK : e;
}

static zh_err remember_key(zh_commit *c, zh_event_key key)
{
    if (c->group_keys_count == c->group_keys_cap) {
        const size_t cap = c->group_keys_cap == 0 ? 4096 : c->group_keys_cap * 2;
        zh_event_key *keys = realloc(c->group_keys, cap * sizeof *keys);
        if (keys == NULL) return ZH_NOMEM;
        c->group_keys = keys;
        c->group_keys_cap = cap;
    }
    c->group_keys[c->group_keys_count++] = key;
    return ZH_OK;
}

static zh_err put_letter(zh_commit *c, zh_deadletter letter)
{
    letter.id = c->next_letter++;
    zh_buf_reset(&c->sealed);
    zh_err e = zh_seal_letter(c->d.sealer, letter.id, letter.raw, &c->sealed);
    if (e != ZH_OK) return e;
    letter.raw = zh_buf_view(&c->sealed);
    zh_buf_reset(&c->record);
    zh_deadletter_put(&letter, &c->record);
    e = zh_buf_err(&c->record);
    return e != ZH_OK ? e : put_record(c, 0, zh_buf_view(&c->record));
}

/* The event is written out again in Segment's shape, so that it can be mended and sent anew. */
static zh_err put_conflict(zh_commit *c, const zh_event *event)
{
    zh_arena arena = zh_arena_open(CONFLICT_BYTES_MAX);
    zh_buf raw = zh_buf_open(CONFLICT_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&raw);
    zh_err e = c->parser != NULL ? ZH_OK : zh_json_open(&c->parser, CONFLICT_BYTES_MAX);
    if (e == ZH_OK) e = zh_event_json(event, event->personal, c->parser, &arena, &out);
    if (e == ZH_OK) e = zh_json_out_done(&out);
    if (e == ZH_OK)
        e = put_letter(c, (zh_deadletter){
            .why = ZH_REJECT_CONFLICT, .source = event->source, .received_ms = event->received_ms,
            .message_id = event->message_id, .detail = event->name, .raw = zh_buf_view(&raw) });
    zh_buf_close(&raw);
    zh_arena_close(&arena);
    return e;
}

static zh_err put_event(zh_commit *c, zh_work *work, uint32_t at, int64_t now_ms)
{
    zh_event *event = &work->events[at];
    const zh_work_ids *ids = &work->ids[at];
    zh_seen seen;
    zh_err e = zh_dedup_ask(c->d.dedup, event->key, event->body_hash, &seen);
    if (e != ZH_OK) return e;
    if (seen == ZH_SEEN_SAME) {
        work->duplicate++;
        return ZH_OK;
    }
    if (seen == ZH_SEEN_OTHER_BODY) {
        work->conflict++;
        return put_conflict(c, event);
    }
    if ((e = remember_key(c, event->key)) != ZH_OK) {
        zh_dedup_forget(c->d.dedup, event->key);
        return e;
    }
    const zh_identity_ask ask = {
        .policy = &c->policy, .time_ms = event->time_ms,
        .has_user = event->user_id.size > 0, .has_anonymous = event->anonymous_id.size > 0,
        .has_previous = event->previous_id.size > 0, .is_alias = event->type == ZH_EVENT_ALIAS, .is_unbind = event->type == ZH_EVENT_TRACK,
        .user = ids->user, .anonymous = ids->anonymous,
        .previous_user = ids->previous_user, .previous_anonymous = ids->previous_anonymous,
        .may_be_user = ids->may_be_user && event->user_id.size == 0, .anonymous_user = ids->anonymous_user,
    };
    const zh_sv texts[3] = { event->user_id, event->anonymous_id, event->previous_id };
    zh_identity_plan plan;
    if ((e = resolve(c, &ask, texts, now_ms, &plan)) != ZH_OK) return e;
    event->customer = plan.own;
    if (plan.held != 0) event->marks |= marks_of(c, plan.held);
    if ((e = seal_into(c, event)) != ZH_OK) return e;

    zh_fold_block *block = block_of(c, home(c, event->customer));
    if (block == NULL) return ZH_NOMEM;
    const size_t start = block->records.size;
    zh_buf_put_u32(&block->records, 0); /* the size, known afterwards */
    zh_event_put(event, &block->records);
    if ((e = zh_buf_err(&block->records)) != ZH_OK) return e;
    const uint32_t size = (uint32_t)(block->records.size - start - 4);
    for (int i = 0; i < 4; i++) block->records.data[start + (size_t)i] = (char)(unsigned char)(size >> (8 * i));
    block->count++;
    work->accepted++;
    work->customer = plan.customer;
    return ZH_OK;
}

static zh_err put_consent(zh_commit *c, zh_work *work, zh_consent_change *consent, int64_t now_ms)
{
    const zh_identity_ask ask = { .policy = &c->policy, .time_ms = now_ms, .has_user = true, .user = work->consent_ids->user };
    const zh_sv texts[3] = { work->consent_user, { 0 }, { 0 } };
    zh_identity_plan plan;
    zh_err e = resolve(c, &ask, texts, now_ms, &plan);
    if (e != ZH_OK) return e;
    consent->customer = plan.own;
    work->customer = plan.customer;
    zh_buf_reset(&c->record);
    zh_consent_put(consent, &c->record);
    e = zh_buf_err(&c->record);
    return e != ZH_OK ? e : put_record(c, home(c, consent->customer), zh_buf_view(&c->record));
}

static zh_err put_feedback(zh_commit *c, zh_work *work, zh_feedback *feedback, int64_t now_ms)
{
    const bool is_anonymous = work->feedback_id.kind == ZH_ID_ANONYMOUS;
    const zh_blind_id blind = work->feedback_id.blind;
    const zh_identity_ask ask = { .policy = &c->policy, .time_ms = now_ms, .has_user = !is_anonymous, .has_anonymous = is_anonymous, .user = blind, .anonymous = blind };
    const zh_sv texts[3] = { work->feedback_by, work->feedback_by, { 0 } };
    zh_identity_plan plan;
    zh_err e = resolve(c, &ask, texts, now_ms, &plan);
    if (e != ZH_OK) return e;
    feedback->customer = plan.own;
    work->customer = plan.customer;
    zh_buf_reset(&c->record);
    zh_feedback_put(feedback, &c->record);
    e = zh_buf_err(&c->record);
    return e != ZH_OK ? e : put_record(c, home(c, feedback->customer), zh_buf_view(&c->record));
}

/* As a merge it comes after everything that was said before; it stands in the first partition, where an opening looks for it. */
static zh_err put_unmerge(zh_commit *c, zh_work *work, int64_t now_ms)
{
    const zh_customer_id from = work->unmerge->from;
    work->not_merged = zh_identity_root(c->d.identity, from).number == from.number;
    if (work->not_merged) return ZH_OK;
    const zh_err e = c->partitions > 1 ? append_so_far(c, now_ms) : ZH_OK;
    if (e != ZH_OK) return e;
    zh_buf_reset(&c->record);
    zh_identity_unmerge_put(work->unmerge, &c->record);
    return put_identity(c, 0);
}

/* As with an unmerge. The keys go with the record: what comes next of this customer finds none. */
static zh_err put_erasure(zh_commit *c, zh_work *work, int64_t now_ms)
{
    zh_err e = c->partitions > 1 ? append_so_far(c, now_ms) : ZH_OK;
    if (e != ZH_OK) return e;
    zh_buf_reset(&c->record);
    e = zh_erase_record(c->d.identity, work->erase, c->next_erasure, c->next_letter, &c->record);
    work->erased = 0;
    if (e == ZH_ABSENT) return ZH_OK;
    zh_erasure said;
    if (e == ZH_OK) e = zh_erasure_get(zh_buf_view(&c->record), &said);
    if (e == ZH_OK) e = put_identity(c, 0);
    if (e != ZH_OK) return e;
    work->erased = c->next_erasure++;
    for (uint32_t i = 0; i < said.numbers_count; i++) {
        dek_slot *slot = slot_of(c, zh_erasure_number(&said, i));
        if (slot->customer == zh_erasure_number(&said, i).number) zh_wipe(slot, sizeof *slot);
    }
    return ZH_OK;
}

/* What the events to come will ask lies all over the memory of a large shop. Asked for some events ahead, it is there
 * in time, and the misses of one event run beside the work for others. */
static void prefetch(const zh_commit *c, const zh_work *work, uint32_t at)
{
    static const uint32_t ahead[] = { 9, 6, 3 }; /* of the index, the link, the customer */
    for (int step = 0; step < 3; step++) {
        if (at + ahead[step] >= work->events_count) continue;
        const zh_event *event = &work->events[at + ahead[step]];
        const zh_work_ids *ids = &work->ids[at + ahead[step]];
        if (step == 0) zh_dedup_prefetch(c->d.dedup, event->key);
        if (event->user_id.size > 0) zh_identity_prefetch(c->d.identity, &(zh_external_id){ ZH_ID_USER, ids->user }, step);
        if (event->anonymous_id.size > 0)
            zh_identity_prefetch(c->d.identity, &(zh_external_id){ ZH_ID_ANONYMOUS, ids->anonymous }, step);
    }
}

static zh_err put_work(zh_commit *c, zh_work *work, int64_t now_ms)
{
    zh_err e = ZH_OK;
    for (uint32_t i = 0; e == ZH_OK && i < work->events_count; i++) {
        prefetch(c, work, i);
        e = put_event(c, work, i, now_ms);
    }
    for (uint32_t i = 0; e == ZH_OK && i < work->letters_count; i++) e = put_letter(c, work->letters[i]);
    for (uint32_t i = 0; e == ZH_OK && i < work->records_count; i++) e = put_record(c, work->owners == NULL ? 0 : home(c, work->owners[i]), work->records[i]);
    if (e == ZH_OK && work->customer_record.size > 0)
        e = put_record(c, home(c, work->customer_owner), work->customer_record);
    if (e == ZH_OK && work->unmerge != NULL) e = put_unmerge(c, work, now_ms);
    if (e == ZH_OK && work->erase != NULL) e = put_erasure(c, work, now_ms);
    for (uint32_t i = 0; e == ZH_OK && i < work->consents_count; i++) e = put_consent(c, work, &work->consents[i], now_ms);
    for (uint32_t i = 0; e == ZH_OK && i < work->feedback_count; i++) e = put_feedback(c, work, &work->feedback[i], now_ms);
    return e;
}

/* ---- one group ---- */

static void drop_blocks(zh_commit *c)
{
    for (uint32_t p = 0; p < c->partitions; p++) {
        zh_fold_block_close(c->parts[p].block);
        c->parts[p].block = NULL;
    }
}

static void take_back(zh_commit *c, zh_work *group, zh_err e)
{
    for (size_t i = c->group_keys_count; i-- > 0;) zh_dedup_forget(c->d.dedup, c->group_keys[i]);
    drop_blocks(c);
    for (zh_work *w = group; w != NULL; w = w->next_) {
        if (c->vital && !w->vital) continue; /* it has its error */
        w->e = e == ZH_FULL && c->full ? ZH_IO : e;
        w->accepted = w->duplicate = w->conflict = 0;
    }
    if (zh_log_is_read_only(c->d.log)) c->broken = true;
}

static zh_err put_group(zh_commit *c, zh_work *group, int64_t now_ms)
{
    zh_err e = c->broken ? ZH_IO : ZH_OK;
    c->group_keys_count = 0;
    for (zh_work *w = group; e == ZH_OK && w != NULL; w = w->next_) {
        if (c->vital && !w->vital) continue;
        w->e = ZH_OK;
        e = put_work(c, w, now_ms);
    }
    if (e == ZH_OK) e = append(c, false, now_ms);
    if (e == ZH_OK && c->unsynced) e = zh_log_sync(c->d.log);
    if (e == ZH_OK) c->unsynced = false;
    else take_back(c, group, e);
    return e;
}

/* The disk is full: what is vital goes into the reserve, the rest is refused. */
static void put_vital(zh_commit *c, zh_work *group, int64_t now_ms)
{
    bool any = false;
    for (zh_work *w = group; w != NULL; w = w->next_) {
        any |= w->vital;
        w->e = ZH_IO;
    }
    c->vital = true;
    if (any) (void)!put_group(c, group, now_ms);
    c->vital = false;
}

static void commit_group(zh_commit *c, zh_work *group)
{
    const int64_t began_us = zh_clock_mono_us(NULL), now_ms = zh_clock_wall_ms(c->d.clock);
    const zh_err e = c->full ? ZH_FULL : put_group(c, group, now_ms);
    if (e == ZH_FULL && c->full) put_vital(c, group, now_ms);
    uint64_t events = 0;
    for (const zh_work *w = group; w != NULL; w = w->next_) events += w->accepted;
    zh_counter_add(c->group_events, events);
    zh_counter_add(c->groups, 1);
    zh_histogram_add_us(c->seconds, zh_clock_mono_us(NULL) - began_us);
    while (group != NULL) {
        zh_work *next = group->next_;
        group->done(group); /* may free it */
        group = next;
    }
    /* The older table may go when the rows of everything pushed before the last turn are in the state. */
    if (zh_dedup_is_full(c->d.dedup) && zh_fold_settled(c->d.fold) >= c->pushed_at_turn) {
        zh_dedup_turn(c->d.dedup);
        c->pushed_at_turn = zh_fold_pushed(c->d.fold);
    }
}

static void tick(zh_commit *c)
{
    const int64_t now_ms = zh_clock_wall_ms(c->d.clock);
    bool any = false;
    if (c->full && zh_log_make_room(c->d.log) == ZH_OK) c->full = false;
    if (c->full || now_ms - c->commit_ms < (zh_fold_alarm_ms(c->d.fold) <= now_ms ? ZH_COMMIT_ALARM_MS : ZH_COMMIT_TICK_MS)) return;
    for (uint32_t p = 0; p < c->partitions; p++) {
        zh_buf_reset(&c->record);
        zh_record_begin(&c->record, ZH_RECORD_TICK, 1);
        any |= put_record(c, p, zh_buf_view(&c->record)) == ZH_OK;
    }
    if (any && append(c, true, now_ms) != ZH_OK) drop_blocks(c);
    if (zh_log_is_read_only(c->d.log)) c->broken = true;
}

/* Say it when the intake closes or opens. */
static void watch(zh_commit *c)
{
    const zh_intake now = zh_commit_intake(c);
    if (now == c->said || now == ZH_INTAKE_VIEWS_BEHIND) return;
    c->said = now;
    if (c->d.sink == NULL) return;
    zh_log_line line = zh_line_open(c->d.sink, now == ZH_INTAKE_OPEN ? ZH_LINE_INFO : ZH_LINE_ERROR, now == ZH_INTAKE_OPEN ? "intake.open" : "intake.closed");
    zh_line_text(&line, "reason", zh_sv_of(zh_intake_code(now)));
    zh_line_end(&line);
}

/* ---- the thread ---- */

static void wait_until(zh_commit *c, int64_t ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += ms % 1000 * 1000000;
    until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&c->wake, &c->lock, &until);
}

/* How long to sleep while there is no work: somebody may wait for the clock. */
static int64_t idle_ms(const zh_commit *c)
{
    const int64_t left_ms = zh_fold_alarm_ms(c->d.fold) - zh_clock_wall_ms(c->d.clock);
    if (left_ms >= ZH_COMMIT_TICK_MS) return ZH_COMMIT_TICK_MS;
    return left_ms > ZH_COMMIT_ALARM_MS ? left_ms : ZH_COMMIT_ALARM_MS;
}

/* Holds the lock. */
static zh_work *take_group(zh_commit *c)
{
    zh_work *group = zh_queue_take(&c->waiting, ZH_COMMIT_GROUP_BYTES);
    if (zh_queue_is_empty(&c->waiting)) c->urgent = false;
    return group;
}

/* Views that are behind hold up the groups, not the senders: the queue is fair, a race for a free place is not. */
static bool must_wait(const zh_commit *c)
{
    return zh_commit_intake(c) == ZH_INTAKE_VIEWS_BEHIND && !c->stopping;
}

static void *run(void *context)
{
    zh_commit *c = context;
    pthread_setname_np(pthread_self(), "zhun-commit"); /* as top and a profile show it */
    pthread_mutex_lock(&c->lock);
    for (;;) {
        const bool is_empty = zh_queue_is_empty(&c->waiting);
        if (is_empty) {
            if (c->stopping) break;
            wait_until(c, idle_ms(c));
        } else if (!c->urgent && !c->stopping) {
            wait_until(c, ZH_COMMIT_LAZY_MS); /* one bounded wait for company, then it goes */
        }
        while (must_wait(c)) wait_until(c, BEHIND_MS);
        zh_work *group = take_group(c);
        c->policy = c->policy_wanted;
        pthread_mutex_unlock(&c->lock);
        if (group != NULL) commit_group(c, group);
        else if (!c->broken) tick(c);
        watch(c);
        pthread_mutex_lock(&c->lock);
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

/* ---- the face ---- */

static size_t bytes_of(const zh_work *work)
{
    size_t bytes = WORK_OVERHEAD_BYTES + work->customer_record.size;
    for (uint32_t i = 0; i < work->events_count; i++) {
        const zh_event *e = &work->events[i];
        bytes += WORK_OVERHEAD_BYTES + e->properties.size + e->traits.size + e->context.size + e->personal.size;
    }
    for (uint32_t i = 0; i < work->letters_count; i++) bytes += WORK_OVERHEAD_BYTES + work->letters[i].raw.size;
    for (uint32_t i = 0; i < work->records_count; i++) bytes += work->records[i].size;
    return bytes;
}

/* Whose lane: of a request for several sources the first; 0: the engine's own. */
static uint32_t source_of(const zh_work *work)
{
    if (work->events_count > 0) return work->events[0].source.number;
    return work->letters_count > 0 ? work->letters[0].source.number : 0;
}

zh_err zh_commit_submit(zh_commit *c, zh_work *work)
{
    work->e = ZH_OK;
    work->accepted = work->duplicate = work->conflict = 0;
    work->next_ = NULL;
    work->bytes_ = bytes_of(work);
    const zh_intake intake = zh_commit_intake(c);
    if (intake != ZH_INTAKE_OPEN && intake != ZH_INTAKE_VIEWS_BEHIND && (!work->vital || c->broken)) {
        zh_counter_add(c->refused[intake], 1);
        return ZH_IO;
    }
    zh_err e = ZH_OK;
    pthread_mutex_lock(&c->lock);
    if (c->stopping) e = ZH_STOPPED;
    else if ((e = zh_queue_put(&c->waiting, source_of(work), work)) == ZH_OK) {
        const bool was_urgent = c->urgent;
        c->urgent |= !work->lazy;
        if (c->urgent && !was_urgent) pthread_cond_signal(&c->wake);
    }
    pthread_mutex_unlock(&c->lock);
    return e;
}

void zh_commit_set_policy(zh_commit *c, const zh_identity_policy *policy)
{
    pthread_mutex_lock(&c->lock);
    c->policy_wanted = *policy;
    pthread_mutex_unlock(&c->lock);
}

zh_intake zh_commit_intake(const zh_commit *c)
{
    if (c->broken) return ZH_INTAKE_LOG_FAILED;
    if (zh_fold_failed(c->d.fold) != ZH_OK) return ZH_INTAKE_VIEWS_STOPPED;
    const zh_err unsaved = zh_fold_unsaved(c->d.fold);
    if (c->full || unsaved == ZH_FULL) return ZH_INTAKE_DISK_FULL;
    if (unsaved != ZH_OK) return ZH_INTAKE_STATE_FAILED;
    return zh_fold_is_behind(c->d.fold) ? ZH_INTAKE_VIEWS_BEHIND : ZH_INTAKE_OPEN;
}

zh_err zh_commit_open(zh_commit **out, const zh_commit_desc *desc)
{
    zh_commit *c = calloc(1, sizeof *c);
    if (c == NULL) return ZH_NOMEM;
    c->d = *desc;
    c->partitions = zh_log_partitions(desc->log);
    c->parts = calloc(c->partitions, sizeof *c->parts);
    c->deks = calloc(DEK_SLOTS, sizeof *c->deks);
    if (c->deks != NULL) (void)!mlock(c->deks, DEK_SLOTS * sizeof *c->deks); /* best effort: the limit may be small */
    c->sealed = zh_buf_open(ZH_SEAL_PLAIN_BYTES_MAX + ZH_SEALED_EXTRA_BYTES);
    c->record = zh_buf_open(ZH_LOG_RECORD_BYTES_MAX);
    c->next_letter = desc->next_letter;
    c->next_erasure = desc->next_erasure;
    c->policy_wanted = desc->policy;
    c->commit_ms = desc->last_commit_ms;
    c->waiting = zh_queue_open(ZH_COMMIT_QUEUE_BYTES_MAX);
    c->seconds = zh_metrics_histogram(desc->metrics, "zhun_commit_seconds", "Time of one group commit, from its first record to its sync.", NULL, 0);
    c->groups = zh_metrics_counter(desc->metrics, "zhun_commit_groups_total", "Group commits.", NULL, 0);
    c->group_events = zh_metrics_counter(desc->metrics, "zhun_commit_events_total", "Events made durable.", NULL, 0);
    static const char *const held[HELD] = { "id_limit", "shared_device", "id_apart" };
    for (int i = 0; i < HELD; i++) {
        const zh_metric_label label = { "reason", zh_sv_of(held[i]) };
        c->held[i] = zh_metrics_counter(desc->metrics, "zhun_ids_held_total", "Events whose ids were not joined.", &label, 1);
    }
    for (int i = 0; i < ZH_INTAKE_COUNT; i++) {
        const zh_metric_label label = { "reason", zh_sv_of(zh_intake_code((zh_intake)i)) };
        if (i != ZH_INTAKE_OPEN) c->refused[i] = zh_metrics_counter(desc->metrics, "zhun_refused_total", "Works refused while the intake was closed.", &label, 1);
    }
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&c->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&c->lock, NULL);
    zh_err e = c->parts == NULL || c->deks == NULL ? ZH_NOMEM : ZH_OK;
    for (uint32_t p = 0; e == ZH_OK && p < c->partitions; p++) c->parts[p].carry = zh_buf_open(ZH_LOG_BLOCK_BYTES_MAX / 2);
    if (e == ZH_OK && pthread_create(&c->thread, NULL, run, c) != 0) e = ZH_NOMEM;
    if (e != ZH_OK) {
        zh_commit_close(c);
        return e;
    }
    c->started = true;
    *out = c;
    return ZH_OK;
}

void zh_commit_close(zh_commit *c)
{
    if (c == NULL) return;
    if (c->started) {
        pthread_mutex_lock(&c->lock);
        c->stopping = true;
        pthread_cond_signal(&c->wake);
        pthread_mutex_unlock(&c->lock);
        pthread_join(c->thread, NULL);
    }
    for (uint32_t p = 0; c->parts != NULL && p < c->partitions; p++) {
        zh_fold_block_close(c->parts[p].block);
        zh_buf_close(&c->parts[p].carry);
    }
    free(c->parts);
    if (c->deks != NULL) zh_wipe(c->deks, DEK_SLOTS * sizeof *c->deks);
    free(c->deks);
    zh_wipe(c->random, sizeof c->random);
    free(c->group_keys);
    zh_buf_close(&c->sealed);
    zh_buf_close(&c->record);
    zh_json_close(c->parser);
    pthread_cond_destroy(&c->wake);
    pthread_mutex_destroy(&c->lock);
    free(c);
}
