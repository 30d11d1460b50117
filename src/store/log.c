#include "store/log_inner.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

_Static_assert(ZH_LOG_SEGMENT_BYTES_MAX / ZH_LOG_ALIGN <= UINT32_MAX, "an index entry holds any offset");

static void partition_close(zh_log_partition *part)
{
    if (part->file >= 0) close(part->file);
    if (part->synced_file >= 0) close(part->synced_file);
    if (part->dir >= 0) close(part->dir);
    for (uint32_t i = part->segments_first; i < part->segments_count; i++) free(part->segments[i].index.frames);
    free(part->segments);
    pthread_mutex_destroy(&part->lock);
    pthread_mutex_destroy(&part->sync_lock);
}

static void log_free(zh_log *log)
{
    zh_log_ahead_stop(log);
    for (uint32_t i = 0; i < log->partitions_count; i++) partition_close(&log->partitions[i]);
    free(log->partitions);
    for (int i = 0; i < ZH_LOG_CACHED_MAX; i++) zh_buf_close(&log->cached[i].records), zh_buf_close(&log->idle[i]);
    zh_buf_close(&log->frame);
    if (log->lock_file >= 0) close(log->lock_file);
    if (log->dir >= 0) close(log->dir);
    pthread_mutex_destroy(&log->ahead_lock);
    pthread_cond_destroy(&log->ahead_changed);
    pthread_mutex_destroy(&log->cache_lock);
    pthread_mutex_destroy(&log->packing_lock);
    free(log);
}

zh_err zh_log_open(zh_log **out, const zh_log_desc *desc, zh_note *why)
{
    *out = NULL;
    zh_note_set(why, "%s", "");
    const uint32_t bytes = desc->segment_bytes == 0 ? ZH_LOG_SEGMENT_BYTES : desc->segment_bytes;
    assert(bytes >= ZH_LOG_SEGMENT_BYTES_MIN && bytes <= ZH_LOG_SEGMENT_BYTES_MAX && bytes % 4096 == 0);
    assert(desc->partitions <= ZH_LOG_PARTITIONS_MAX);
    zh_log *log = calloc(1, sizeof *log);
    if (log == NULL) return ZH_NOMEM;
    log->dir = log->lock_file = -1;
    log->segment_bytes = bytes;
    log->io = desc->io != NULL ? desc->io : &zh_log_real_io;
    log->frame = zh_buf_open(zh_log_frame_bytes_max(ZH_LOG_BLOCK_BYTES_MAX));
    for (int i = 0; i < ZH_LOG_CACHED_MAX; i++)
        log->cached[i].records = log->idle[i] = zh_buf_open(zh_log_frame_bytes_max(ZH_LOG_BLOCK_BYTES_MAX));
    pthread_mutex_init(&log->ahead_lock, NULL);
    pthread_cond_init(&log->ahead_changed, NULL);
    pthread_mutex_init(&log->cache_lock, NULL);
    pthread_mutex_init(&log->packing_lock, NULL);

    zh_err e = zh_log_recover(log, desc, why);
    if (e == ZH_OK && !desc->no_ahead) e = zh_log_ahead_start(log);
    if (e != ZH_OK) {
        log_free(log);
        return e;
    }
    for (uint32_t i = 0; i < log->partitions_count; i++) {
        zh_log_partition *part = &log->partitions[i];
        zh_log_ahead_ask(log, part, part->segments[part->segments_count - 1].file_bytes);
    }
    *out = log;
    return ZH_OK;
}

zh_err zh_log_close(zh_log *log)
{
    if (log == NULL) return ZH_OK;
    const zh_err e = zh_log_sync(log);
    for (uint32_t i = 0; i < log->partitions_count; i++)
        if (log->partitions[i].synced_file >= 0) fdatasync(log->partitions[i].synced_file); /* a hint: no matter if not */
    log_free(log);
    return e;
}

/* --- append */

static bool is_broken(zh_log *log)
{
    return __atomic_load_n(&log->broken, __ATOMIC_RELAXED);
}

static zh_err break_log(zh_log *log)
{
    __atomic_store_n(&log->broken, true, __ATOMIC_RELAXED);
    return ZH_IO;
}

void zh_log_mark_synced(const zh_log_partition *part, uint64_t synced)
{
    char hint[ZH_LOG_ALIGN];
    zh_log_small_encode(hint, "ZHW", synced);
    if (part->synced_file >= 0 && pwrite(part->synced_file, hint, sizeof hint, 0) < 0) return; /* a hint may fail */
}

/* What was written can be seen; what was synced is said to be durable. */
static void show(zh_log_partition *part)
{
    pthread_mutex_lock(&part->lock);
    part->shown_sequence = part->end_sequence;
    part->shown_offset = part->end_offset;
    if (part->shown_synced < part->synced_sequence) part->shown_synced = part->synced_sequence;
    pthread_mutex_unlock(&part->lock);
}

/* After a failed sync the kernel may drop the dirty pages and call the next sync a success. Holds sync_lock. */
static zh_err sync_or_break(zh_log *log, const zh_log_partition *part)
{
    if (is_broken(log)) return ZH_IO;
    return zh_log_sync_file(log->io, part->file) == ZH_OK ? ZH_OK : break_log(log);
}

/* By the appender: all it has written. */
static zh_err sync_partition(zh_log *log, zh_log_partition *part)
{
    if (part->synced_sequence == part->end_sequence) return ZH_OK;
    pthread_mutex_lock(&part->sync_lock);
    const zh_err e = sync_or_break(log, part);
    pthread_mutex_unlock(&part->sync_lock);
    if (e != ZH_OK) return e;
    part->synced_sequence = part->end_sequence;
    zh_log_mark_synced(part, part->synced_sequence);
    return ZH_OK;
}

/* By any thread: what could be seen before the sync began, and no more. The appender may write on meanwhile. */
static zh_err sync_shown(zh_log *log, zh_log_partition *part)
{
    zh_err e = ZH_OK;
    pthread_mutex_lock(&part->sync_lock);
    pthread_mutex_lock(&part->lock);
    const uint64_t shown = part->shown_sequence;
    const bool any = part->shown_synced < shown;
    pthread_mutex_unlock(&part->lock);
    if (any && (e = sync_or_break(log, part)) == ZH_OK) {
        zh_log_mark_synced(part, shown);
        pthread_mutex_lock(&part->lock);
        if (part->shown_synced < shown) part->shown_synced = shown;
        pthread_mutex_unlock(&part->lock);
    }
    pthread_mutex_unlock(&part->sync_lock);
    return e;
}

zh_err zh_log_index_put(zh_log_index *index, uint64_t delta, uint64_t offset)
{
    assert(delta <= UINT32_MAX && offset % ZH_LOG_ALIGN == 0);
    if (index->count == index->cap) {
        const uint32_t cap = index->cap == 0 ? 64 : 2 * index->cap;
        uint64_t *frames = realloc(index->frames, cap * sizeof *frames);
        if (frames == NULL) return ZH_NOMEM;
        index->frames = frames;
        index->cap = cap;
    }
    index->frames[index->count++] = delta << 32 | offset / ZH_LOG_ALIGN;
    return ZH_OK;
}

zh_err zh_log_segments_put(zh_log_partition *part, uint64_t first_sequence, uint64_t file_bytes, int64_t opened_ms)
{
    if (part->segments_count == part->segments_cap) {
        const uint32_t cap = part->segments_cap == 0 ? 8 : 2 * part->segments_cap;
        zh_log_segment *segments = realloc(part->segments, cap * sizeof *segments);
        if (segments == NULL) return ZH_NOMEM;
        part->segments = segments;
        part->segments_cap = cap;
    }
    part->segments[part->segments_count++] =
        (zh_log_segment){ .first_sequence = first_sequence, .file_bytes = file_bytes, .opened_ms = opened_ms, .indexed = true };
    return ZH_OK;
}

/* Give the file of zeros its header and its name; durable when ZH_OK. */
static zh_err name_segment(zh_log *log, zh_log_partition *part, int file, const zh_log_segment_header *header)
{
    char bytes[ZH_LOG_ALIGN], name[ZH_LOG_NAME_BYTES];
    size_t written;
    zh_log_segment_header_encode(bytes, header);
    zh_log_segment_name(name, header->first_sequence);
    zh_err e = zh_log_write(log->io, file, (zh_sv){ bytes, sizeof bytes }, 0, &written);
    if (e != ZH_OK) return e;
    if (zh_log_sync_file(log->io, file) != ZH_OK) return break_log(log);
    if (renameat(part->dir, ZH_LOG_SPARE, part->dir, name) != 0) return errno == ENOSPC || errno == EDQUOT ? ZH_FULL : break_log(log);
    if (zh_log_sync_dir(log->io, part->dir) != ZH_OK) return break_log(log); /* the name may be gone after a crash */
    return ZH_OK;
}

zh_err zh_log_roll(zh_log *log, zh_log_partition *part, uint64_t need, int64_t opened_ms)
{
    zh_err e = part->file < 0 ? ZH_OK : sync_partition(log, part); /* a sealed segment is durable to its end */
    if (e != ZH_OK) return e;
    int file;
    uint64_t bytes;
    if ((e = zh_log_ahead_take(log, part, need, &file, &bytes)) != ZH_OK) return e;
    const uint32_t count = part->segments_count;
    const zh_log_segment_header header = {
        .partition = part->number, .first_sequence = part->end_sequence,
        .before_first_sequence = count > 0 ? part->segments[count - 1].first_sequence : ZH_LOG_NO_SEGMENT,
        .file_bytes = bytes, .opened_ms = opened_ms };
    if ((e = name_segment(log, part, file, &header)) == ZH_OK) {
        pthread_mutex_lock(&part->lock);
        e = zh_log_segments_put(part, header.first_sequence, bytes, opened_ms);
        if (e == ZH_OK) {
            part->end_offset = part->shown_offset = ZH_LOG_ALIGN;
            part->shown_sequence = part->end_sequence;
            part->shown_synced = part->synced_sequence;
        } else {
            break_log(log); /* the file has its name already: only a restart puts that right */
        }
        pthread_mutex_unlock(&part->lock);
    }
    if (e != ZH_OK) {
        close(file);
        return e;
    }
    pthread_mutex_lock(&part->sync_lock);
    if (part->file >= 0) close(part->file);
    part->file = file;
    pthread_mutex_unlock(&part->sync_lock);
    zh_log_ahead_ask(log, part, bytes);
    return ZH_OK;
}

static zh_err check_block(const zh_log *log, const zh_log_block *block)
{
    if (block->count == 0 || block->records.size == 0) return ZH_RANGE;
    if (block->records.size > ZH_LOG_BLOCK_BYTES_MAX) return ZH_RANGE;
    if (zh_log_frame_bytes_max(block->records.size) + ZH_LOG_ALIGN > log->segment_bytes) return ZH_RANGE;
    zh_log_records it = zh_log_records_on(block->records, 0);
    while (zh_log_record_next(&it))
        if (it.record.size > ZH_LOG_RECORD_BYTES_MAX) return ZH_RANGE;
    return it.at_ == it.end_ && it.next_ == block->count ? ZH_OK : ZH_FORMAT;
}

static zh_err encode(zh_log *log, const zh_log_partition *part, const zh_log_block *block)
{
    zh_log_header header = { .first_sequence = part->end_sequence, .synced_sequence = part->synced_sequence,
                             .commit_ms = block->commit_ms, .count = block->count, .key_id = block->key_id,
                             .workspace = block->workspace };
    return zh_log_frame_encode(&log->frame, &header, block->records, part->end_offset);
}

/* A segment without records stays as it is; and only the first block of an append may begin one, or it could not be taken back. */
static bool is_close_wanted(zh_log_partition *part, const zh_log_segment *last)
{
    return part->close_wanted && part->end_sequence > last->first_sequence && part->end_sequence == part->began.sequence && atomic_exchange(&part->close_wanted, false);
}

/* Write one frame at the end; nobody sees it yet. If only a part of it could be written, that part becomes zeros again:
 * bytes behind the last frame that are not zero would look like damage later. */
static zh_err write_block(zh_log *log, zh_log_partition *part, const zh_log_block *block)
{
    zh_err e = encode(log, part, block);
    if (e != ZH_OK) return e;
    zh_log_segment *last = &part->segments[part->segments_count - 1];
    if (log->frame.size > last->file_bytes - part->end_offset || is_close_wanted(part, last)) {
        if ((e = zh_log_roll(log, part, log->frame.size, block->commit_ms)) != ZH_OK) return e;
        if ((e = encode(log, part, block)) != ZH_OK) return e; /* it lies elsewhere now */
        last = &part->segments[part->segments_count - 1];
    }
    size_t written;
    e = zh_log_write(log->io, part->file, zh_buf_view(&log->frame), part->end_offset, &written);
    if (e == ZH_OK) {
        pthread_mutex_lock(&part->lock);
        e = zh_log_index_put(&last->index, part->end_sequence - last->first_sequence, part->end_offset);
        pthread_mutex_unlock(&part->lock);
    }
    if (e == ZH_IO) return break_log(log); /* what the file holds now is not known */
    if (e != ZH_OK) {
        if (written > 0 && zh_log_write_zeros(log->io, part->file, part->end_offset, written) != ZH_OK)
            return break_log(log);
        return e;
    }
    part->end_offset += log->frame.size;
    part->end_sequence += block->count;
    return ZH_OK;
}

/* Take back what the append under way wrote to a partition, so that nothing of it is found, now or after a restart. Blocks on
 * both sides of a new segment's beginning cannot be: the new one is named by a record that would be gone. */
static void take_back(zh_log *log, zh_log_partition *part)
{
    if (part->end_sequence == part->began.sequence) return;
    zh_log_segment *last = &part->segments[part->segments_count - 1];
    const bool rolled = part->segments_count != part->began.segments_count;
    const uint64_t from = rolled ? ZH_LOG_ALIGN : part->began.offset;
    if ((rolled && last->first_sequence != part->began.sequence) ||
        zh_log_write_zeros(log->io, part->file, from, part->end_offset - from) != ZH_OK) {
        (void)!break_log(log);
        return;
    }
    pthread_mutex_lock(&part->lock);
    while (last->index.count > 0 && last->first_sequence + (last->index.frames[last->index.count - 1] >> 32) >= part->began.sequence)
        last->index.count--;
    pthread_mutex_unlock(&part->lock);
    part->end_offset = from;
    part->end_sequence = part->began.sequence;
}

void zh_log_close_segments(zh_log *log)
{
    for (uint32_t p = 0; p < log->partitions_count; p++) log->partitions[p].close_wanted = true;
}

zh_err zh_log_append_many(zh_log *log, zh_log_part *parts, size_t n)
{
    assert(n <= ZH_LOG_MANY_MAX);
    if (is_broken(log)) return ZH_IO;
    zh_err e = ZH_OK;
    for (size_t i = 0; i < n; i++) {
        assert(parts[i].partition < log->partitions_count);
        if ((e = check_block(log, &parts[i].block)) != ZH_OK) return e;
        zh_log_partition *part = &log->partitions[parts[i].partition];
        part->began.offset = part->end_offset;
        part->began.sequence = part->end_sequence;
        part->began.segments_count = part->segments_count;
    }
    size_t done = 0;
    for (; done < n; done++) {
        zh_log_partition *part = &log->partitions[parts[done].partition];
        log->vital = parts[done].block.vital;
        if ((e = write_block(log, part, &parts[done].block)) != ZH_OK) break;
        parts[done].at = (zh_log_position){ parts[done].partition, part->end_sequence - parts[done].block.count };
    }
    for (size_t i = 0; i < done && e != ZH_OK && !is_broken(log); i++) take_back(log, &log->partitions[parts[i].partition]);
    for (size_t i = 0; i < done && e == ZH_OK; i++) /* a partition that was synced has nothing left to sync */
        if (!parts[i].block.lazy) e = sync_partition(log, &log->partitions[parts[i].partition]);
    if (!is_broken(log))
        for (size_t i = 0; i < done; i++) show(&log->partitions[parts[i].partition]);
    return e;
}

zh_err zh_log_append(zh_log *log, uint32_t partition, const zh_log_block *block, zh_log_position *at)
{
    zh_log_part part = { .partition = partition, .block = *block };
    const zh_err e = zh_log_append_many(log, &part, 1);
    if (e == ZH_OK && at != NULL) *at = part.at;
    return e;
}

zh_err zh_log_sync(zh_log *log)
{
    zh_err e = is_broken(log) ? ZH_IO : ZH_OK;
    for (uint32_t i = 0; e == ZH_OK && i < log->partitions_count; i++) e = sync_shown(log, &log->partitions[i]);
    return e;
}

zh_err zh_log_make_room(zh_log *log)
{
    zh_err e = is_broken(log) ? ZH_IO : ZH_OK;
    for (uint32_t i = 0; e == ZH_OK && i < log->partitions_count; i++) {
        zh_log_partition *part = &log->partitions[i];
        const uint64_t left = part->segments[part->segments_count - 1].file_bytes - part->end_offset;
        const uint64_t most = log->segment_bytes - ZH_LOG_ALIGN;
        e = zh_log_ahead_make(log, part, left >= ZH_LOG_ROOM_BYTES ? 0 : most < ZH_LOG_ROOM_BYTES ? most : ZH_LOG_ROOM_BYTES);
    }
    return e;
}

zh_err zh_log_drop(zh_log *log, uint32_t partition, uint64_t sequence)
{
    assert(partition < log->partitions_count);
    zh_log_partition *part = &log->partitions[partition];
    if (is_broken(log)) return ZH_IO;
    for (;;) { /* oldest first: what a crash leaves is without a gap */
        zh_err e = ZH_OK;
        pthread_mutex_lock(&part->lock); /* else a packed file could take the name just after (log_transcode.c) */
        zh_log_segment *oldest = &part->segments[part->segments_first];
        const bool goes = part->segments_first + 1 < part->segments_count && oldest[1].first_sequence <= sequence;
        if (goes) {
            char name[ZH_LOG_NAME_BYTES];
            zh_log_segment_name(name, oldest->first_sequence);
            if (unlinkat(part->dir, name, 0) != 0 && errno != ENOENT) e = ZH_IO;
            if (e == ZH_OK) {
                free(oldest->index.frames);
                oldest->index = (zh_log_index){ 0 };
                part->segments_first++; /* the row stays where it is: the appender works on its end without the lock */
            }
        }
        pthread_mutex_unlock(&part->lock);
        if (!goes || e != ZH_OK) return e;
        if (zh_log_sync_dir(log->io, part->dir) != ZH_OK) return break_log(log);
    }
}

bool zh_log_closed(zh_log *log, uint32_t partition, uint32_t index, zh_log_extent *out)
{
    assert(partition < log->partitions_count);
    zh_log_partition *part = &log->partitions[partition];
    pthread_mutex_lock(&part->lock);
    const bool there = index < part->segments_count - part->segments_first - 1;
    if (there) {
        const zh_log_segment *segment = &part->segments[part->segments_first + index];
        *out = (zh_log_extent){ .first_sequence = segment->first_sequence, .next_sequence = segment[1].first_sequence,
                                .bytes = segment->file_bytes, .until_ms = segment[1].opened_ms };
    }
    pthread_mutex_unlock(&part->lock);
    return there;
}

uint64_t zh_log_droppable(zh_log *log, uint32_t partition, uint64_t sequence)
{
    assert(partition < log->partitions_count);
    zh_log_partition *part = &log->partitions[partition];
    pthread_mutex_lock(&part->lock);
    uint32_t at = part->segments_first;
    while (at + 1 < part->segments_count && part->segments[at + 1].first_sequence <= sequence) at++;
    const uint64_t below = part->segments[at].first_sequence;
    pthread_mutex_unlock(&part->lock);
    return below;
}

/* --- ask */

uint32_t zh_log_partitions(const zh_log *log)
{
    return log->partitions_count;
}

static uint64_t ask(zh_log *log, uint32_t partition, char what)
{
    assert(partition < log->partitions_count);
    zh_log_partition *part = &log->partitions[partition];
    pthread_mutex_lock(&part->lock);
    const uint64_t answer = what == 'b' ? part->segments[part->segments_first].first_sequence :
                            what == 'e' ? part->shown_sequence : part->shown_synced;
    pthread_mutex_unlock(&part->lock);
    return answer;
}

uint64_t zh_log_begin(zh_log *log, uint32_t partition) { return ask(log, partition, 'b'); }
uint64_t zh_log_end(zh_log *log, uint32_t partition) { return ask(log, partition, 'e'); }
uint64_t zh_log_synced(zh_log *log, uint32_t partition) { return ask(log, partition, 's'); }

uint64_t zh_log_bytes(zh_log *log)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < log->partitions_count; i++) {
        zh_log_partition *part = &log->partitions[i];
        pthread_mutex_lock(&part->lock);
        for (uint32_t s = part->segments_first; s + 1 < part->segments_count; s++) bytes += part->segments[s].file_bytes;
        bytes += part->shown_offset;
        pthread_mutex_unlock(&part->lock);
    }
    return bytes;
}

bool zh_log_is_read_only(zh_log *log)
{
    return is_broken(log);
}
