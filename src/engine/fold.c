#include "engine/fold.h"
#include "base/time.h"
#include "engine/keeper.h"
#include "engine/merge_read.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define REPLAY_SAVE_WORK_MS 20000        /* a long replay saves now and then, so that a crash in it does not lose all */
#define STEP_CUSTOMERS 256               /* asked about kept segments under one hold of the lock */
#define COLLECT_STEP 256                 /* customers of a checkpoint written between two turns: about 200 us */
#define SPARE_BLOCKS 4                   /* kept for reuse: fresh memory costs a fault for each page of it */
#define SAVE_SHARE 2                     /* folding does this many times the work of a checkpoint before the next one */
#define SCRATCH_BYTES_MAX (256u << 20)  /* one merge of two trade customers may write millions of steps */

struct zh_fold {
    zh_fold_desc d;
    _Atomic uint64_t *positions; /* a partition: folded below, whole blocks */
    uint64_t exact[ZH_LOG_PARTITIONS_MAX]; /* to the record; under the world's lock */
    zh_arena scratch;
    zh_keeper *keeper;           /* of checkpoints */
    zh_keeper_rows seen;         /* of events folded since the last checkpoint began */
    zh_keeper_rows seen_then;    /* of those before, until they are handed over */
    bool collecting;             /* a checkpoint has begun and is not handed over yet */

    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t wake, moved;
    zh_fold_block *head, **tail;
    size_t waiting_bytes;
    zh_fold_block *spare;
    unsigned spare_count;
    uint64_t pushed, folded_blocks, settled; /* blocks; settled: their rows are in the state */
    uint64_t saving_blocks;      /* those that the checkpoint on its way covers */
    int64_t oldest_us;           /* when the oldest waiting block was pushed (monotonic), 0: none */
    bool stopping, save_now;     /* save_now: the next checkpoint is to begin at once */
    uint64_t saves_begun, saves, attempts; /* attempts: to write one, also failed ones */
    _Atomic zh_err failed, unsaved;
    _Atomic int64_t alarm_ms;    /* when the views want to hear of the clock again */
    _Atomic bool stop_replay;

    uint64_t records_since_save;
    int64_t work_us_since_save; /* processor time of folding */
    int64_t collect_us, save_us; /* processor time of collecting the checkpoint on its way; of the last one, all in all */
    int64_t began_us;           /* when the one on its way began */

    zh_fold_live live[ZH_FOLD_LIVE];
    _Atomic uint64_t events;     /* folded since start */
    struct { int64_t span; uint32_t events; } rates[ZH_FOLD_RATE_SPANS];

    zh_gauge *lag;
    zh_counter *folded;
    zh_histogram *save_seconds;
};

static void saved(void *context, zh_err e, int64_t spent_us);

zh_fold_block *zh_fold_block_open(zh_fold *f)
{
    pthread_mutex_lock(&f->lock);
    zh_fold_block *block = f->spare;
    if (block != NULL) f->spare = block->next_, f->spare_count--;
    pthread_mutex_unlock(&f->lock);
    if (block == NULL && (block = calloc(1, sizeof *block)) == NULL) return NULL;
    const zh_buf records = block->records;
    *block = (zh_fold_block){ .records = records.data != NULL ? records : zh_buf_open(ZH_LOG_BLOCK_BYTES_MAX) };
    zh_buf_reset(&block->records);
    return block;
}

/* Under the lock: its memory serves again, where it is not more than is wanted. */
static bool spare_block(zh_fold *f, zh_fold_block *block)
{
    if (f->spare_count == SPARE_BLOCKS) return false;
    block->next_ = f->spare;
    f->spare = block;
    f->spare_count++;
    return true;
}

void zh_fold_block_close(zh_fold_block *block)
{
    if (block == NULL) return;
    zh_buf_close(&block->records);
    free(block);
}

zh_err zh_fold_open(zh_fold **out, const zh_fold_desc *desc, const uint64_t *positions)
{
    zh_fold *f = calloc(1, sizeof *f);
    if (f == NULL) return ZH_NOMEM;
    f->d = *desc;
    f->tail = &f->head;
    f->scratch = zh_arena_open(SCRATCH_BYTES_MAX);
    f->positions = calloc(desc->partitions, sizeof *f->positions);
    pthread_mutex_init(&f->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&f->wake, &attributes);
    pthread_cond_init(&f->moved, &attributes);
    pthread_condattr_destroy(&attributes);
    f->lag = zh_metrics_gauge(desc->metrics, "zhun_view_lag_seconds", "Age of the oldest committed block that no view knows yet.", NULL, 0);
    f->folded = zh_metrics_counter(desc->metrics, "zhun_view_records_total", "Records folded into the views.", NULL, 0);
    f->save_seconds = zh_metrics_histogram(desc->metrics, "zhun_checkpoint_seconds", "Time of one checkpoint.", NULL, 0);
    const zh_keeper_desc keeper = { .world = desc->world, .state = desc->state, .timeline = desc->timeline, .log = desc->log,
                                    .done = saved, .context = f };
    const zh_err e = f->positions == NULL ? ZH_NOMEM : zh_keeper_open(&f->keeper, &keeper);
    if (e != ZH_OK) {
        zh_fold_close(f);
        return e;
    }
    for (uint32_t p = 0; p < desc->partitions; p++) f->positions[p] = f->exact[p] = positions[p];
    f->alarm_ms = zh_segments_next_ms(desc->world->segments);
    f->began_us = zh_clock_mono_us(NULL);
    *out = f;
    return ZH_OK;
}

/* ---- folding ---- */

static int64_t work_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void remember_live(zh_fold *f, uint32_t partition, uint64_t sequence, int64_t commit_ms)
{
    const uint64_t number = f->events + 1;
    pthread_mutex_lock(&f->lock);
    f->live[number % ZH_FOLD_LIVE] = (zh_fold_live){ partition, sequence, number };
    const int64_t span = commit_ms / ZH_FOLD_RATE_SPAN_MS;
    const size_t at = (size_t)(span % ZH_FOLD_RATE_SPANS);
    if (f->rates[at].span != span) f->rates[at].span = span, f->rates[at].events = 0;
    f->rates[at].events++;
    f->events = number;
    pthread_mutex_unlock(&f->lock);
}

static zh_err remember_seen(zh_fold *f, zh_event_key key, uint64_t body_hash, int64_t commit_ms)
{
    zh_keeper_rows *seen = &f->seen;
    if (seen->count == seen->cap) {
        const size_t cap = seen->cap == 0 ? 4096 : seen->cap * 2;
        zh_dedup_row *rows = realloc(seen->rows, cap * sizeof *rows);
        if (rows == NULL) return ZH_NOMEM;
        seen->rows = rows;
        seen->cap = cap;
    }
    seen->rows[seen->count++] = (zh_dedup_row){ key, body_hash };
    seen->day = (uint16_t)(commit_ms / ZH_DAY_MS); /* commits go up */
    return ZH_OK;
}

static zh_err fold_record(zh_fold *f, uint32_t partition, int64_t commit_ms, const zh_log_records *it, bool is_replay)
{
    zh_world_record record = {
        .bytes = it->record, .partition = partition, .sequence = it->sequence, .commit_ms = commit_ms,
        .fold_identity = is_replay, .in_steps = true,
    };
    zh_arena_reset(&f->scratch);
    zh_err e = zh_world_fold(f->d.world, &record, &f->scratch);
    if (e != ZH_OK) return e;
    f->records_since_save++;
    if (record.kind == ZH_RECORD_EVENT) {
        const zh_timeline_at at = { record.event.customer, record.event.time_ms, partition, it->sequence };
        e = remember_seen(f, record.event.key, record.event.body_hash, commit_ms);
        if (e == ZH_OK) e = zh_timeline_put(f->d.timeline, ZH_TIMELINE_EVENTS, &at);
        if (e == ZH_OK && record.event.type == ZH_EVENT_IDENTIFY && record.event.personal.size > 0)
            e = zh_timeline_put(f->d.timeline, ZH_TIMELINE_TRAITS, &at);
        if (!is_replay) remember_live(f, partition, it->sequence, commit_ms);
    } else if (record.kind == ZH_RECORD_DEADLETTER) {
        e = zh_timeline_put(f->d.timeline, ZH_TIMELINE_EVENTS, &(zh_timeline_at){ { 0 }, commit_ms, partition, it->sequence });
    } else if (record.kind == ZH_RECORD_DECISION || record.kind == ZH_RECORD_QUOTE) {
        e = zh_timeline_put_decision(f->d.timeline, record.decision_id, partition, it->sequence);
        if (e == ZH_OK && record.shown_to.number != 0)
            e = zh_timeline_put(f->d.timeline, ZH_TIMELINE_SHOWN, &(zh_timeline_at){ record.shown_to, record.shown_ms, partition, it->sequence });
    }
    return e;
}

/* A step of the checkpoint on its way; the last one hands it over. */
static zh_err collect(zh_fold *f)
{
    const int64_t began_us = work_us();
    bool done = false;
    const zh_err e = zh_world_save_some(f->d.world, COLLECT_STEP, &done);
    f->collect_us += work_us() - began_us;
    if (e == ZH_OK && done) {
        f->collecting = false;
        zh_keeper_go(f->keeper, &f->seen_then);
    }
    return e;
}

/* Customers of the records to come; see prefetch() of commit.c. */
typedef struct outlook {
    zh_log_records table, state, lists; /* iterators that run ahead */
} outlook;

static void look_ahead(const zh_fold *f, outlook *ahead)
{
    const zh_customers *customers = f->d.world->customers;
    const zh_segments *segments = f->d.world->segments;
    if (zh_log_record_next(&ahead->table)) {
        zh_customers_prefetch(customers, zh_event_customer(ahead->table.record), 0);
        zh_segments_prefetch(segments, zh_event_customer(ahead->table.record), 0);
    }
    if (zh_log_record_next(&ahead->state)) {
        zh_customers_prefetch(customers, zh_event_customer(ahead->state.record), 1);
        zh_segments_prefetch(segments, zh_event_customer(ahead->state.record), 1);
    }
    if (zh_log_record_next(&ahead->lists)) zh_customers_prefetch(customers, zh_event_customer(ahead->lists.record), 2);
}

static outlook outlook_on(const zh_log_frame *frame)
{
    outlook ahead = { zh_log_records_of(frame), zh_log_records_of(frame), zh_log_records_of(frame) };
    for (int i = 0; i < 9; i++) (void)zh_log_record_next(&ahead.table);
    for (int i = 0; i < 6; i++) (void)zh_log_record_next(&ahead.state);
    for (int i = 0; i < 3; i++) (void)zh_log_record_next(&ahead.lists);
    return ahead;
}

typedef zh_err (*world_step)(zh_world *w, int64_t commit_ms, size_t most, bool *done);

static zh_err settle_step(zh_world *w, int64_t commit_ms, size_t most, bool *done)
{
    (void)commit_ms;
    return zh_world_settle_some(w, most, done);
}

/* Step by step to the end: readers and a checkpoint get in between. Holds no lock. */
static zh_err take_steps(zh_fold *f, world_step step, int64_t commit_ms)
{
    zh_err e = ZH_OK;
    for (bool done = false; e == ZH_OK && !done;) {
        zh_world_lock_write(f->d.world);
        e = step(f->d.world, commit_ms, STEP_CUSTOMERS, &done);
        zh_world_unlock(f->d.world);
        if (e == ZH_OK && f->collecting) e = collect(f);
    }
    return e;
}

/* In turns, so that neither a reader nor a checkpoint waits for a whole block. */
static zh_err fold_records(zh_fold *f, uint32_t partition, const zh_log_frame *frame, bool is_replay)
{
    const int64_t began_us = work_us();
    zh_log_records it = zh_log_records_of(frame);
    outlook ahead = outlook_on(frame);
    zh_err e = take_steps(f, zh_world_advance_some, frame->commit_ms);
    bool more = true;
    while (more && e == ZH_OK) {
        bool settles = false;
        zh_world_lock_write(f->d.world);
        for (int i = 0; i < ZH_FOLD_TURN_RECORDS && e == ZH_OK && !settles && (more = zh_log_record_next(&it)); i++) {
            look_ahead(f, &ahead);
            e = fold_record(f, partition, frame->commit_ms, &it, is_replay);
            settles = zh_world_is_settling(f->d.world);
            f->exact[partition]++;
        }
        zh_world_unlock(f->d.world);
        if (e == ZH_OK && settles) e = take_steps(f, settle_step, frame->commit_ms);
        if (e == ZH_OK && f->collecting) e = collect(f);
    }
    if (e == ZH_OK && it.at_ != it.end_) e = ZH_CORRUPT;
    if (e != ZH_OK) return e;
    zh_counter_add(f->folded, frame->count);
    f->work_us_since_save += work_us() - began_us;
    f->alarm_ms = zh_segments_next_ms(f->d.world->segments);
    f->positions[partition] = frame->first_sequence + frame->count;
    return ZH_OK;
}

/* ---- checkpoints ---- */

/* Under the lock. A large shop's checkpoint is much work: it comes less often, and a restart has more to do again. */
static bool save_is_due(const zh_fold *f)
{
    if (f->collecting || f->saves_begun > f->saves || f->failed != ZH_OK) return false;
    if (f->save_now) return true;
    if (f->records_since_save == 0) return false;
    int64_t enough_us = ZH_FOLD_CHECKPOINT_WORK_MS * 1000;
    if (enough_us < SAVE_SHARE * f->save_us) enough_us = SAVE_SHARE * f->save_us;
    return f->work_us_since_save >= enough_us || zh_clock_mono_us(NULL) - f->began_us >= ZH_FOLD_CHECKPOINT_MS * 1000;
}

/* Fix the moment: what is folded now is in the checkpoint, what comes is not. */
static zh_err begin_save(zh_fold *f)
{
    uint64_t positions[ZH_LOG_PARTITIONS_MAX];
    for (uint32_t p = 0; p < f->d.partitions; p++) positions[p] = f->positions[p];
    const zh_keeper_rows empty = f->seen_then;
    f->seen_then = f->seen;
    f->seen = empty;
    f->records_since_save = 0;
    f->work_us_since_save = 0;
    f->began_us = zh_clock_mono_us(NULL);
    const int64_t began_us = work_us();
    const zh_err e = zh_world_save_begin(f->d.world, zh_keeper_views(f->keeper), positions, f->d.partitions);
    f->collect_us = work_us() - began_us;
    return e;
}

/* The whole of a checkpoint, waited for: in a replay and at the end. A disk that is full or fails is no reason to stop
 * folding: what could not be written stays with the keeper and goes first the next time. */
static zh_err save(zh_fold *f)
{
    bool done = false;
    zh_keeper_stop(f->keeper); /* what it has in hand is older and goes first */
    zh_err e = f->failed;
    if (e == ZH_OK && zh_keeper_is_idle(f->keeper)) {
        e = begin_save(f);
        while (e == ZH_OK && !done) e = zh_world_save_some(f->d.world, SIZE_MAX, &done);
    }
    if (e != ZH_OK) return e;
    f->unsaved = zh_keeper_write(f->keeper, &f->seen_then);
    return f->unsaved == ZH_FULL || f->unsaved == ZH_IO ? ZH_OK : f->unsaved;
}

/* On the keeper's thread. */
static void saved(void *context, zh_err e, int64_t spent_us)
{
    zh_fold *f = context;
    pthread_mutex_lock(&f->lock);
    f->attempts++;
    f->unsaved = e;
    if (e == ZH_OK) {
        f->save_us = spent_us + f->collect_us;
        f->settled = f->saving_blocks;
        f->saves++;
        zh_histogram_add_us(f->save_seconds, zh_clock_mono_us(NULL) - f->began_us);
    } else if (e != ZH_FULL && e != ZH_IO) {
        f->failed = e;
    }
    pthread_cond_broadcast(&f->moved);
    pthread_cond_signal(&f->wake);
    pthread_mutex_unlock(&f->lock);
}

zh_err zh_fold_replay(zh_fold *f, void (*progress)(void *, uint64_t, uint64_t), void *context, zh_note *why)
{
    uint64_t all = 0, done = 0, positions[ZH_LOG_PARTITIONS_MAX];
    for (uint32_t p = 0; p < f->d.partitions; p++) {
        positions[p] = f->positions[p];
        all += zh_log_end(f->d.log, p) - positions[p];
    }
    zh_merge_read *read;
    zh_err e = zh_merge_read_open(&read, f->d.log, positions, why);
    if (e != ZH_OK) return e;
    zh_log_frame frame;
    uint32_t partition;
    while ((e = zh_merge_read_next(read, &partition, &frame, why)) == ZH_OK) {
        e = fold_records(f, partition, &frame, true);
        if (e != ZH_OK) {
            zh_note_set(why, "record near %llu of partition %u: %s", (unsigned long long)frame.first_sequence, partition, zh_err_text(e));
            break;
        }
        done += frame.count;
        if (progress != NULL) progress(context, done, all);
        if (f->stop_replay && (e = ZH_STOPPED) != ZH_OK) break;
        if (f->work_us_since_save >= REPLAY_SAVE_WORK_MS * 1000 && (e = save(f)) != ZH_OK) break;
    }
    zh_merge_read_close(read);
    return e == ZH_ABSENT ? zh_keeper_put_rows(f->keeper, &f->seen) : e;
}

/* After a restart people still see the latest events: the last records of each partition are looked at again. */
static zh_err prime_live(zh_fold *f)
{
    uint64_t positions[ZH_LOG_PARTITIONS_MAX];
    for (uint32_t p = 0; p < f->d.partitions; p++) {
        const uint64_t end = f->positions[p], begin = zh_log_begin(f->d.log, p);
        positions[p] = end - begin > ZH_FOLD_LIVE ? end - ZH_FOLD_LIVE : begin;
    }
    zh_merge_read *read;
    zh_err e = zh_merge_read_open(&read, f->d.log, positions, NULL);
    zh_log_frame frame;
    uint32_t partition;
    while (e == ZH_OK && (e = zh_merge_read_next(read, &partition, &frame, NULL)) == ZH_OK)
        for (zh_log_records it = zh_log_records_of(&frame); zh_log_record_next(&it);)
            if (zh_record_kind_of(it.record) == ZH_RECORD_EVENT && !zh_imports_is_undone(f->d.world->imports, zh_record_import_of(it.record))) remember_live(f, partition, it.sequence, frame.commit_ms);
    if (e == ZH_ABSENT || e == ZH_OK) zh_merge_read_close(read);
    return e == ZH_ABSENT ? ZH_OK : e;
}

/* ---- the thread ---- */

static zh_fold_block *next_block(zh_fold *f)
{
    zh_fold_block *block = f->head;
    if (block == NULL) return NULL;
    f->head = block->next_;
    if (f->head == NULL) f->tail = &f->head;
    f->waiting_bytes -= block->records.size;
    return block;
}

static void wait_ms(zh_fold *f, pthread_cond_t *on, int64_t ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += ms % 1000 * 1000000;
    until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(on, &f->lock, &until);
}

static zh_err fold_block(zh_fold *f, zh_fold_block *block)
{
    const zh_log_frame frame = { .commit_ms = block->commit_ms, .first_sequence = block->first_sequence,
                                 .count = block->count, .records = zh_buf_view(&block->records) };
    return fold_records(f, block->partition, &frame, false);
}

/* One block, or where there is none a step of the checkpoint. */
static zh_err one_turn(zh_fold *f, zh_fold_block *block, bool save_due)
{
    zh_err e = ZH_OK;
    if (f->failed == ZH_OK) {
        if (block != NULL) e = fold_block(f, block);
        else if (f->collecting) e = collect(f);
        if (e == ZH_OK && save_due) e = begin_save(f);
    }
    return e;
}

static void *run(void *context)
{
    zh_fold *f = context;
    pthread_setname_np(pthread_self(), "zhun-fold"); /* as top and a profile show it */
    pthread_mutex_lock(&f->lock);
    for (;;) {
        if (f->head == NULL && !f->stopping && !f->collecting && !save_is_due(f)) wait_ms(f, &f->wake, 1000);
        if (f->head == NULL && f->stopping) break;
        zh_fold_block *block = next_block(f);
        const bool due = save_is_due(f);
        if (due) f->save_now = false;
        pthread_mutex_unlock(&f->lock);

        const zh_err e = one_turn(f, block, due);

        pthread_mutex_lock(&f->lock);
        f->folded_blocks += block != NULL;
        if (block != NULL && spare_block(f, block)) block = NULL;
        if (e != ZH_OK) f->failed = e;
        if (due) {
            f->saving_blocks = f->folded_blocks;
            f->saves_begun++;
            f->collecting = e == ZH_OK;
        }
        f->oldest_us = f->head == NULL ? 0 : f->head->pushed_us_;
        pthread_cond_broadcast(&f->moved);
        if (block == NULL) continue;
        pthread_mutex_unlock(&f->lock);
        zh_fold_block_close(block);
        pthread_mutex_lock(&f->lock);
    }
    pthread_mutex_unlock(&f->lock);
    while (f->failed == ZH_OK && f->collecting) {
        const zh_err e = collect(f);
        if (e != ZH_OK) f->failed = e;
    }
    if (f->failed == ZH_OK) {
        const zh_err e = save(f);
        if (e != ZH_OK) f->failed = e;
    }
    return NULL;
}

zh_err zh_fold_start(zh_fold *f)
{
    zh_err e = prime_live(f);
    if (e == ZH_OK && !zh_keeper_is_idle(f->keeper)) f->saves_begun++; /* the replay's, which could not be written */
    if (e == ZH_OK) e = zh_keeper_start(f->keeper);
    if (e != ZH_OK) return e;
    if (pthread_create(&f->thread, NULL, run, f) != 0) return ZH_NOMEM;
    f->started = true;
    return ZH_OK;
}

void zh_fold_stop_replay(zh_fold *f)
{
    f->stop_replay = true;
}

void zh_fold_close(zh_fold *f)
{
    if (f == NULL) return;
    if (f->started) {
        pthread_mutex_lock(&f->lock);
        f->stopping = true;
        pthread_cond_signal(&f->wake);
        pthread_mutex_unlock(&f->lock);
        pthread_join(f->thread, NULL);
    }
    while (f->head != NULL) zh_fold_block_close(next_block(f));
    for (zh_fold_block *next; f->spare != NULL; f->spare = next) {
        next = f->spare->next_;
        zh_fold_block_close(f->spare);
    }
    zh_keeper_close(f->keeper);
    free(f->seen.rows);
    free(f->seen_then.rows);
    zh_arena_close(&f->scratch);
    free((void *)f->positions);
    pthread_cond_destroy(&f->wake);
    pthread_cond_destroy(&f->moved);
    pthread_mutex_destroy(&f->lock);
    free(f);
}

/* ---- the face ---- */

void zh_fold_push(zh_fold *f, zh_fold_block *block)
{
    block->next_ = NULL;
    pthread_mutex_lock(&f->lock);
    *f->tail = block;
    f->tail = &block->next_;
    f->waiting_bytes += block->records.size;
    f->pushed++;
    block->pushed_us_ = zh_clock_mono_us(NULL);
    if (f->oldest_us == 0) f->oldest_us = block->pushed_us_;
    pthread_cond_signal(&f->wake);
    pthread_mutex_unlock(&f->lock);
}

static pthread_mutex_t *lock_of(const zh_fold *f)
{
    return &((zh_fold *)(uintptr_t)f)->lock; /* a question may take the lock of what it asks */
}

bool zh_fold_is_behind(const zh_fold *f)
{
    pthread_mutex_lock(lock_of(f));
    const bool behind = f->waiting_bytes > ZH_FOLD_QUEUE_BYTES_MAX;
    pthread_mutex_unlock(lock_of(f));
    return behind;
}

uint64_t zh_fold_pushed(const zh_fold *f)
{
    pthread_mutex_lock(lock_of(f));
    const uint64_t pushed = f->pushed;
    pthread_mutex_unlock(lock_of(f));
    return pushed;
}

uint64_t zh_fold_settled(const zh_fold *f)
{
    pthread_mutex_lock(lock_of(f));
    const uint64_t settled = f->settled;
    pthread_mutex_unlock(lock_of(f));
    return settled;
}

uint64_t zh_fold_exact(const zh_fold *f, uint32_t partition)
{
    return f->exact[partition];
}

uint64_t zh_fold_position(const zh_fold *f, uint32_t partition)
{
    return f->positions[partition];
}

int64_t zh_fold_lag_ms(const zh_fold *f)
{
    pthread_mutex_lock(lock_of(f));
    const int64_t since_us = f->oldest_us;
    pthread_mutex_unlock(lock_of(f));
    const int64_t lag_ms = since_us == 0 ? 0 : (zh_clock_mono_us(NULL) - since_us) / 1000;
    zh_gauge_set(f->lag, (double)lag_ms / 1000.0);
    return lag_ms;
}

int64_t zh_fold_alarm_ms(const zh_fold *f)
{
    return f->alarm_ms;
}

zh_err zh_fold_wait(zh_fold *f, uint32_t partition, uint64_t sequence, int64_t ms_max)
{
    const int64_t until_us = zh_clock_mono_us(NULL) + ms_max * 1000;
    zh_err e = ZH_OK;
    pthread_mutex_lock(&f->lock);
    while (e == ZH_OK && f->positions[partition] < sequence) {
        const int64_t left_ms = (until_us - zh_clock_mono_us(NULL)) / 1000;
        if (left_ms <= 0) e = ZH_TIMEOUT;
        else if (f->failed != ZH_OK || f->stopping) e = ZH_STOPPED;
        else wait_ms(f, &f->moved, left_ms);
    }
    pthread_mutex_unlock(&f->lock);
    return e;
}

zh_err zh_fold_checkpoint(zh_fold *f)
{
    pthread_mutex_lock(&f->lock);
    const uint64_t wanted = f->saves_begun + 1, attempts = f->attempts; /* one that is on its way began too early */
    f->save_now = true;
    pthread_cond_signal(&f->wake);
    if (f->unsaved != ZH_OK) zh_keeper_retry(f->keeper);
    while (f->saves < wanted && f->failed == ZH_OK && !f->stopping && (f->attempts == attempts || f->unsaved == ZH_OK))
        wait_ms(f, &f->moved, 1000);
    pthread_mutex_unlock(&f->lock);
    return f->failed != ZH_OK ? f->failed : f->unsaved;
}

zh_err zh_fold_unsaved(const zh_fold *f)
{
    return f->unsaved;
}

zh_err zh_fold_failed(const zh_fold *f)
{
    return f->failed;
}

size_t zh_fold_latest(zh_fold *f, uint64_t after_number, zh_fold_live *out, size_t most)
{
    size_t count = 0;
    pthread_mutex_lock(&f->lock);
    for (uint64_t number = f->events; number > after_number && count < most; number--) {
        const zh_fold_live *at = &f->live[number % ZH_FOLD_LIVE];
        if (at->number != number) break;
        out[count++] = *at;
    }
    pthread_mutex_unlock(&f->lock);
    return count;
}

void zh_fold_rates(zh_fold *f, int64_t now_ms, uint32_t out[ZH_FOLD_RATE_SPANS])
{
    const int64_t last = now_ms / ZH_FOLD_RATE_SPAN_MS;
    pthread_mutex_lock(&f->lock);
    for (int64_t i = 0; i < ZH_FOLD_RATE_SPANS; i++) {
        const int64_t span = last - (ZH_FOLD_RATE_SPANS - 1) + i;
        const size_t at = (size_t)(span % ZH_FOLD_RATE_SPANS);
        out[i] = span >= 0 && f->rates[at].span == span ? f->rates[at].events : 0;
    }
    pthread_mutex_unlock(&f->lock);
}
