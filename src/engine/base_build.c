#include "engine/base_build.h"
#include "engine/undo.h"
#include "base/map.h"
#include "engine/engine.h"
#include "engine/merge_read.h"
#include "engine/timeline.h"
#include "engine/world_erasures.h"
#include "sys/file.h"
#include "sys/tree.h"

#include <stdio.h>
#include <stdlib.h>

#define BATCH_BYTES (4u << 20)         /* written to the base at a time */
#define SCRATCH_BYTES_MAX (256u << 20) /* as the fold's */

typedef struct builder {
    const zh_base_build_desc *d;
    zh_base *out;
    zh_note *why;
    char work[ZH_BASE_PATH_BYTES];
    zh_state *state;
    zh_world *world;
    zh_state_batch *batch;
    zh_map touched; /* customers who got rows of traits */
    zh_arena scratch;
    zh_buf record;
    uint32_t day_first; /* ids of earlier days are forgotten */
} builder;

static bool may_go_on(const builder *b)
{
    return b->d->go_on == NULL || b->d->go_on(b->d->context);
}

/* The disk is asked first: RocksDB does not survive some failures of its files. */
static zh_err commit_if(builder *b, bool always)
{
    const size_t bytes = zh_state_batch_bytes(b->batch);
    if (!always && bytes <= BATCH_BYTES) return ZH_OK;
    const zh_err e = zh_state_probe(b->state, bytes);
    return e != ZH_OK ? e : zh_state_commit(b->batch);
}

static zh_err sealed_of(void *context, zh_sv key, zh_buf *out)
{
    const builder *b = context;
    return zh_engine_sealed_in(b->state, key, out);
}

/* ---- opening ---- */

static zh_err open_work(builder *b)
{
    char next[ZH_BASE_PATH_BYTES], from[ZH_BASE_PATH_BYTES];
    const zh_base *before = b->d->from;
    int size = snprintf(next, sizeof next, "%.*s/base/next.tmp", ZH_SV_ARG(b->d->dir));
    if (size <= 0 || size >= (int)sizeof next - 16) return ZH_RANGE;
    snprintf(b->work, sizeof b->work, "%.4000s/work", next);
    snprintf(from, sizeof from, "%.4000s/state", before->path);
    zh_err e = zh_tree_remove(zh_sv_of(next));
    if (e == ZH_OK) e = zh_file_make_dirs(zh_sv_of(next));
    if (e == ZH_OK && before->number > 0) e = zh_tree_link(zh_sv_of(from), zh_sv_of(b->work), ZH_SV(".sst"));
    if (e == ZH_OK) e = zh_state_open(&b->state, &(zh_state_desc){ .dir = zh_sv_of(b->work), .cache_bytes = ZH_STATE_CACHE_BYTES_MIN }, b->why);
    return e;
}

static zh_err open_all(builder *b)
{
    const zh_world_desc world = { .sealed_get = sealed_of, .sealed_context = b, .sales = b->d->sales, .zone = b->d->tz, .skip = b->d->skip->numbers, .skip_count = b->d->skip->count,
                                   .skip_merges = b->d->skip->merges, .skip_merges_count = b->d->skip->merges_count, .erased = b->d->skip->erased, .erased_count = b->d->skip->erased_count, .is_base = b->d->from->number > 0 };
    b->day_first = zh_base_day(b->d->now_ms);
    b->day_first = b->day_first > ZH_BASE_ID_DAYS ? b->day_first - ZH_BASE_ID_DAYS : 0;
    zh_err e = open_work(b);
    if (e == ZH_OK) e = zh_state_batch_open(&b->batch, b->state);
    if (e == ZH_OK) e = zh_world_open(&b->world, &world);
    if (e == ZH_OK) e = zh_world_load(b->world, b->state, b->out->positions, b->out->partitions, b->why);
    if (e == ZH_OK) e = zh_world_erase_from_base(b->world);
    for (uint32_t p = 0; e == ZH_OK && p < b->out->partitions; p++)
        if (b->out->positions[p] != (b->d->from->number > 0 ? b->d->from->positions[p] : 0)) e = ZH_CORRUPT;
    return e;
}

/* ---- what is kept beside the views ---- */

/* Ids of days that are over. Where the engine works they go by their day too (zh_state_forget_before). */
static zh_err forget_old_ids(builder *b)
{
    zh_err e = ZH_OK;
    zh_state_scan scan = zh_state_scan_open(b->state, ZH_SPACE_DEDUP, (zh_sv){ 0 }, (zh_sv){ 0 });
    while (e == ZH_OK && zh_state_scan_next(&scan)) {
        if (scan.key.size != ZH_BASE_ID_KEY_BYTES) e = ZH_CORRUPT;
        uint32_t day = 0;
        for (int i = 0; e == ZH_OK && i < 4; i++) day = day << 8 | (unsigned char)scan.key.data[i];
        if (e != ZH_OK || day >= b->day_first) break;
        zh_state_drop(b->batch, ZH_SPACE_DEDUP, scan.key);
        e = commit_if(b, false);
        if (e == ZH_OK && !may_go_on(b)) e = ZH_STOPPED;
    }
    const zh_err closed = zh_state_scan_close(&scan);
    return e != ZH_OK ? e : closed;
}

zh_err zh_base_trait_record(const zh_event *event, zh_buf *out)
{
    zh_event kept = *event;
    kept.properties = kept.traits = kept.context = kept.integrations = kept.consent = (zh_sv){ 0 };
    kept.lines = NULL;
    kept.lines_count = 0;
    zh_buf_reset(out);
    zh_event_put(&kept, out);
    return zh_buf_err(out);
}

static zh_err keep_beside(builder *b, const zh_world_record *record)
{
    const zh_event *event = &record->event;
    zh_err e = ZH_OK;
    if (zh_base_day(record->commit_ms) >= b->day_first) {
        char key[ZH_BASE_ID_KEY_BYTES];
        zh_base_id_key(zh_base_day(record->commit_ms), event->key, key);
        zh_state_put(b->batch, ZH_SPACE_DEDUP, (zh_sv){ key, sizeof key }, (zh_sv){ (const char *)&event->body_hash, 8 });
    }
    if (event->type == ZH_EVENT_IDENTIFY && event->personal.size > 0) {
        zh_event own = *event; /* folding made it the event of who absorbed its number; it is sealed under its own */
        own.customer = zh_event_customer(record->bytes);
        const zh_timeline_at at = { own.customer, event->time_ms, record->partition, record->sequence };
        e = zh_base_trait_record(&own, &b->record);
        if (e == ZH_OK) zh_timeline_keep(b->batch, &at, zh_buf_view(&b->record));
        if (e == ZH_OK) e = zh_map_put(&b->touched, own.customer.number, 1);
    }
    return e;
}

static zh_err prune_traits(builder *b)
{
    uint64_t number, one;
    zh_err e = commit_if(b, true); /* what is pruned must be seen */
    for (size_t at = 0; e == ZH_OK && zh_map_next(&b->touched, &at, &number, &one);) {
        e = zh_timeline_prune(b->state, b->batch, (zh_customer_id){ number });
        if (e == ZH_OK) e = commit_if(b, false);
    }
    return e;
}

/* ---- folding ---- */

static zh_err fold_frame(builder *b, uint32_t partition, const zh_log_frame *frame)
{
    zh_err e = ZH_OK;
    for (zh_log_records it = zh_log_records_of(frame); e == ZH_OK && zh_log_record_next(&it);) {
        zh_world_record record = { .bytes = it.record, .partition = partition, .sequence = it.sequence,
                                   .commit_ms = frame->commit_ms, .fold_identity = true };
        zh_arena_reset(&b->scratch);
        e = zh_world_fold(b->world, &record, &b->scratch);
        if (e == ZH_OK && record.kind == ZH_RECORD_EVENT) e = keep_beside(b, &record);
    }
    b->out->positions[partition] = frame->first_sequence + frame->count;
    return e == ZH_OK ? commit_if(b, false) : e;
}

static zh_err fold_tail(builder *b)
{
    zh_merge_read *read;
    zh_log_frame frame;
    uint32_t partition;
    zh_err e = zh_merge_read_open(&read, b->d->log, b->out->positions, b->why);
    if (e != ZH_OK) return e;
    while (e == ZH_OK && (e = zh_merge_read_next(read, &partition, &frame, b->why)) == ZH_OK) {
        if (frame.commit_ms >= b->d->until_ms) break;
        e = fold_frame(b, partition, &frame);
        if (e == ZH_OK && !may_go_on(b)) e = ZH_STOPPED;
    }
    zh_merge_read_close(read);
    return e == ZH_ABSENT ? ZH_OK : e;
}

/* ---- saving ---- */

static zh_err put_entry(builder *b, zh_space space, zh_sv key, zh_sv value)
{
    if (value.data == NULL) zh_state_drop(b->batch, space, key);
    else zh_state_put(b->batch, space, key, value);
    return commit_if(b, false);
}

static zh_err put_identity_entry(void *context, zh_sv key, zh_sv value)
{
    return put_entry(context, ZH_SPACE_IDS, key, value);
}

static zh_err put_view_entry(void *context, zh_sv key, zh_sv value)
{
    return put_entry(context, ZH_SPACE_VIEWS, key, value);
}

static zh_err save(builder *b)
{
    const zh_keep keep = { b, put_identity_entry };
    bool done = false;
    zh_err e = zh_world_save_begin(b->world, (zh_keep){ b, put_view_entry }, b->out->positions, b->out->partitions);
    while (e == ZH_OK && !done) {
        e = zh_world_save_some(b->world, 1024, &done);
        if (e == ZH_OK) e = commit_if(b, done);
    }
    if (e == ZH_OK) e = zh_world_save_identity(b->world, keep, 0, NULL);
    for (done = false; e == ZH_OK && !done;) e = zh_world_save_identity(b->world, keep, 1024, &done);
    return e == ZH_OK ? commit_if(b, true) : e;
}

/* The folder RocksDB worked in holds its logs and locks too; a base has the rows' files alone. */
static zh_err hand_over(builder *b)
{
    char state[ZH_BASE_PATH_BYTES];
    snprintf(state, sizeof state, "%.*s/base/next.tmp/state", ZH_SV_ARG(b->d->dir));
    zh_err e = zh_state_probe(b->state, 0);
    if (e == ZH_OK) e = zh_state_copy(b->state, zh_sv_of(state), b->why);
    const zh_err closed = zh_state_close(b->state);
    b->state = NULL;
    if (e == ZH_OK) e = closed;
    return e == ZH_OK ? zh_tree_remove(zh_sv_of(b->work)) : e;
}

static zh_err build(builder *b)
{
    zh_err e = open_all(b);
    if (e == ZH_OK) e = forget_old_ids(b);
    if (e == ZH_OK) e = fold_tail(b);
    if (e == ZH_OK) e = prune_traits(b);
    if (e == ZH_OK) e = save(b);
    if (e == ZH_OK) {
        b->out->events = b->world->counts.events;
        b->out->import_last = zh_imports_last(b->world->imports);
    }
    zh_world_close(b->world);
    b->world = NULL;
    zh_state_batch_close(b->batch);
    b->batch = NULL;
    return e == ZH_OK ? hand_over(b) : e;
}

zh_err zh_base_build(const zh_base_build_desc *desc, zh_base *out, zh_note *why)
{
    builder b = { .d = desc, .out = out, .why = why, .touched = zh_map_open(), .scratch = zh_arena_open(SCRATCH_BYTES_MAX), .record = zh_buf_open(ZH_LOG_RECORD_BYTES_MAX) };
    *out = (zh_base){ .number = desc->from->number, .made_ms = desc->now_ms, .until_ms = desc->until_ms, .partitions = zh_log_partitions(desc->log) };
    snprintf(out->zone, sizeof out->zone, "%.*s", ZH_SV_ARG(desc->zone));
    const zh_err e = build(&b);
    if (e != ZH_OK && why->text[0] == '\0') zh_note_set(why, "%s", zh_err_text(e));
    zh_world_close(b.world);
    zh_state_batch_close(b.batch);
    if (b.state != NULL) (void)zh_state_close(b.state);
    zh_map_close(&b.touched);
    zh_arena_close(&b.scratch);
    zh_buf_close(&b.record);
    return e;
}
