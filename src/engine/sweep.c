#include "engine/sweep.h"
#include "base/map.h"
#include "engine/base_build.h"
#include "engine/timeline.h"
#include "offer/quote.h"

#include <stdlib.h>

#define BATCH_BYTES (1u << 20)
#define MERGES_MAX 64              /* from a number to who it is now; mostly one or none */
#define ARENA_BYTES_MAX (1u << 20) /* the lines of one event */
#define DROPS 131072               /* keys gathered before they go: sorted, in one file, because one at a time costs ten times as much */

typedef struct drop { /* of a key that goes */
    char key[ZH_TIMELINE_KEY_BYTES];
    uint8_t bytes;
} drop;

typedef struct sweeper {
    const zh_sweep_desc *d;
    zh_state_batch *batch; /* what is kept of traits */
    drop *drops;
    zh_state_row *rows;
    size_t drops_count;
    zh_map touched;        /* customers who got rows of traits */
    zh_arena arena;
    zh_buf record;
} sweeper;

/* ---- keys that go ---- */

static int by_key(const void *a, const void *b)
{
    const drop *x = a, *y = b;
    return zh_sv_compare((zh_sv){ x->key, x->bytes }, (zh_sv){ y->key, y->bytes });
}

static zh_err let_go(sweeper *s)
{
    size_t used = 0;
    if (s->drops_count > 0) qsort(s->drops, s->drops_count, sizeof *s->drops, by_key);
    for (size_t i = 0; i < s->drops_count; i++)
        if (i == 0 || by_key(&s->drops[i], &s->drops[i - 1]) != 0) s->rows[used++] = (zh_state_row){ .key = { s->drops[i].key, s->drops[i].bytes } };
    s->drops_count = 0;
    return zh_state_ingest(s->d->state, ZH_SPACE_TIMELINE, s->rows, used);
}

static drop *next_drop(sweeper *s)
{
    return &s->drops[s->drops_count++]; /* there is room: let_go_if() */
}

static zh_err let_go_if(sweeper *s)
{
    return s->drops_count + 2 * MERGES_MAX > DROPS ? let_go(s) : ZH_OK;
}

/* ---- records ---- */

static bool is_undone(const sweeper *s, zh_sv record)
{
    const uint32_t import = zh_record_import_of(record);
    if (import == 0) return false;
    zh_world_lock_read(s->d->world);
    const bool undone = zh_imports_is_undone(s->d->world->imports, import);
    zh_world_unlock(s->d->world);
    return undone;
}

/* Rows stand under the number that the record's own had become when it was folded: itself, or one on its way to who it is now. The row
 * of traits under its own number is written anew, not dropped. */
static void drop_rows(sweeper *s, zh_timeline_kind kind, const zh_timeline_at *own, bool has_traits)
{
    zh_timeline_at at = *own;
    zh_world_lock_read(s->d->world);
    for (int i = 0; i < MERGES_MAX && at.customer.number != 0; i++) {
        drop *one = next_drop(s);
        one->bytes = (uint8_t)zh_timeline_key(kind, &at, one->key);
        if (has_traits && i > 0) {
            one = next_drop(s);
            one->bytes = (uint8_t)zh_timeline_key(ZH_TIMELINE_TRAITS, &at, one->key);
        }
        at.customer = zh_absorbed_next(s->d->world->absorbed, at.customer);
    }
    zh_world_unlock(s->d->world);
}

static zh_err sweep_event(sweeper *s, const zh_log_records *it)
{
    zh_event event;
    zh_arena_reset(&s->arena);
    zh_err e = zh_event_get(it->record, &s->arena, &event);
    if (e != ZH_OK || is_undone(s, it->record)) return e == ZH_FORMAT ? ZH_CORRUPT : e;
    const zh_timeline_at at = { event.customer, event.time_ms, s->d->partition, it->sequence };
    const bool has_traits = event.type == ZH_EVENT_IDENTIFY && event.personal.size > 0;
    drop_rows(s, ZH_TIMELINE_EVENTS, &at, has_traits);
    if (!has_traits) return ZH_OK;
    e = zh_base_trait_record(&event, &s->record);
    if (e == ZH_OK) zh_timeline_keep(s->batch, &at, zh_buf_view(&s->record));
    return e == ZH_OK ? zh_map_put(&s->touched, event.customer.number, 1) : e;
}

static zh_err sweep_record(sweeper *s, const zh_log_records *it, int64_t commit_ms)
{
    zh_decision decision;
    const zh_record_kind kind = zh_record_kind_of(it->record);
    if (kind == ZH_RECORD_EVENT) return sweep_event(s, it);
    if (kind == ZH_RECORD_DEADLETTER) {
        drop *one = next_drop(s);
        one->bytes = (uint8_t)zh_timeline_key(ZH_TIMELINE_EVENTS, &(zh_timeline_at){ { 0 }, commit_ms, s->d->partition, it->sequence }, one->key);
    } else if (kind == ZH_RECORD_DECISION) {
        zh_arena_reset(&s->arena);
        if (zh_decision_get(it->record, &s->arena, &decision) != ZH_OK) return ZH_CORRUPT;
        drop *one = next_drop(s);
        one->bytes = (uint8_t)zh_timeline_decision_key(decision.id, one->key);
        drop_rows(s, ZH_TIMELINE_SHOWN, &(zh_timeline_at){ decision.customer, decision.time_ms, s->d->partition, it->sequence }, false);
    } else if (kind == ZH_RECORD_QUOTE) {
        if (zh_quote_id_of(it->record, &decision.id.high, &decision.id.low) != ZH_OK) return ZH_CORRUPT;
        drop *one = next_drop(s);
        one->bytes = (uint8_t)zh_timeline_decision_key(decision.id, one->key);
    }
    return ZH_OK;
}

static zh_err sweep_frame(sweeper *s, const zh_log_frame *frame)
{
    zh_err e = ZH_OK;
    for (zh_log_records it = zh_log_records_of(frame); e == ZH_OK && zh_log_record_next(&it) && it.sequence < s->d->below;) {
        e = sweep_record(s, &it, frame->commit_ms);
        if (e == ZH_OK) e = let_go_if(s);
    }
    if (e == ZH_OK && zh_state_batch_bytes(s->batch) > BATCH_BYTES) e = zh_state_commit(s->batch);
    return e == ZH_OK && s->d->go_on != NULL && !s->d->go_on(s->d->context) ? ZH_STOPPED : e;
}

static zh_err sweep_all(sweeper *s)
{
    const zh_sweep_desc *d = s->d;
    zh_log_reader *reader;
    zh_log_frame frame;
    uint64_t next = zh_log_begin(d->log, d->partition);
    if (next >= d->below) return ZH_OK;
    zh_err e = zh_log_reader_open(&reader, d->log, d->partition, next);
    if (e != ZH_OK) return e;
    while (e == ZH_OK && next < d->below && (e = zh_log_reader_next(reader, &frame)) == ZH_OK) {
        next = frame.first_sequence + frame.count;
        e = sweep_frame(s, &frame);
    }
    zh_log_reader_close(reader);
    return e == ZH_OK ? let_go(s) : e;
}

static zh_err prune_traits(sweeper *s)
{
    uint64_t number, one;
    zh_err e = zh_state_commit(s->batch); /* what is pruned must be seen */
    for (size_t at = 0; e == ZH_OK && zh_map_next(&s->touched, &at, &number, &one);) {
        e = zh_timeline_prune(s->d->state, s->batch, (zh_customer_id){ number });
        if (e == ZH_OK && zh_state_batch_bytes(s->batch) > BATCH_BYTES) e = zh_state_commit(s->batch);
    }
    return e == ZH_OK ? zh_state_commit(s->batch) : e;
}

zh_err zh_sweep(const zh_sweep_desc *desc)
{
    sweeper s = { .d = desc, .touched = zh_map_open(), .arena = zh_arena_open(ARENA_BYTES_MAX), .record = zh_buf_open(ZH_LOG_RECORD_BYTES_MAX),
                  .drops = malloc(DROPS * sizeof *s.drops), .rows = malloc(DROPS * sizeof *s.rows) };
    zh_err e = s.drops == NULL || s.rows == NULL ? ZH_NOMEM : zh_state_batch_open(&s.batch, desc->state);
    if (e == ZH_OK) e = sweep_all(&s);
    if (e == ZH_OK) e = prune_traits(&s);
    zh_state_batch_close(s.batch);
    zh_map_close(&s.touched);
    zh_arena_close(&s.arena);
    zh_buf_close(&s.record);
    free(s.drops);
    free(s.rows);
    return e;
}
