#include "store/log_transcode.h"
#include "store/log_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SYNC_STEP_BYTES (1u << 20) /* written and synced at a time, so that an append never waits behind a whole segment */

typedef struct job {
    zh_log *log;
    zh_log_partition *part;
    const zh_log_transcode_desc *desc;
    zh_note *why;
    uint64_t first_sequence, end_sequence, file_bytes;
    uint64_t unpacked_bytes; /* of the old file: packed already, and so many bytes before; 0: not packed */
    bool again;              /* one segment that was asked for, packed or not, whatever its new size */
    int from, to;
    zh_log_packer *packer;
    zh_buf frame;
    zh_buf records, record;             /* of a frame, rewritten */
    uint64_t read_offset;               /* of the old file: packed up to here */
    uint64_t to_offset, synced_offset;  /* of the new one */
    uint64_t told_bytes;
    int64_t opened_ms;
    uint64_t before_first_sequence;
} job;

static zh_log_segment *segment_named(zh_log_partition *part, uint64_t first_sequence)
{
    for (uint32_t i = part->segments_first; i < part->segments_count; i++)
        if (part->segments[i].first_sequence == first_sequence) return &part->segments[i];
    return NULL;
}

/* The oldest of all partitions that is worth a try. */
static bool choose(job *j)
{
    bool any = false;
    for (uint32_t p = 0; !any && p < j->log->partitions_count; p++) {
        zh_log_partition *part = &j->log->partitions[p];
        pthread_mutex_lock(&part->lock);
        for (uint32_t i = part->segments_first; !any && i + 1 < part->segments_count; i++) {
            const zh_log_segment *segment = &part->segments[i];
            if (segment->unpacked_bytes > 0 || segment->unpackable) continue;
            any = true;
            j->part = part;
            j->first_sequence = segment->first_sequence;
            j->end_sequence = segment[1].first_sequence;
            j->file_bytes = segment->file_bytes;
        }
        pthread_mutex_unlock(&part->lock);
    }
    return any;
}

/* The one that was asked for. ZH_ABSENT: dropped meanwhile, or still written to. */
static zh_err choose_one(job *j, uint32_t partition, uint64_t first_sequence)
{
    zh_log_partition *part = &j->log->partitions[partition];
    zh_err e = ZH_ABSENT;
    pthread_mutex_lock(&part->lock);
    const zh_log_segment *segment = segment_named(part, first_sequence);
    if (segment != NULL && segment + 1 < part->segments + part->segments_count) {
        j->part = part;
        j->first_sequence = first_sequence;
        j->end_sequence = segment[1].first_sequence;
        j->file_bytes = segment->file_bytes;
        j->unpacked_bytes = segment->unpacked_bytes;
        j->again = true;
        e = ZH_OK;
    }
    pthread_mutex_unlock(&part->lock);
    return e;
}

/* What the header says was unpacked. A file that takes the place of a packed one says a byte more: readers know by this number which file
 * stands under a name. */
static uint64_t unpacked_of(const job *j)
{
    return j->unpacked_bytes > 0 ? j->unpacked_bytes + 1 : j->read_offset;
}

static zh_err damaged(const job *j, uint64_t offset, const char *reason)
{
    zh_note_set(j->why, "p%03u/%020" PRIu64 ".log: damaged at byte %" PRIu64 ": %s", j->part->number, j->first_sequence, offset, reason);
    return ZH_CORRUPT;
}

static zh_err open_files(job *j)
{
    char name[ZH_LOG_NAME_BYTES], bytes[ZH_LOG_ALIGN];
    zh_log_segment_name(name, j->first_sequence);
    j->from = openat(j->part->dir, name, O_RDONLY | O_CLOEXEC);
    if (j->from < 0) return errno == ENOENT ? ZH_STALE : ZH_IO; /* dropped meanwhile */
    size_t got;
    zh_log_segment_header header;
    const char *why;
    zh_err e = zh_log_read(j->from, bytes, sizeof bytes, 0, &got);
    if (e != ZH_OK) return e;
    if (zh_log_segment_header_decode((zh_sv){ bytes, got }, &header, &why) != ZH_OK) return damaged(j, 0, why);
    j->before_first_sequence = header.before_first_sequence;
    j->opened_ms = header.opened_ms;
    j->to = openat(j->part->dir, ZH_LOG_PACKING, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (j->to < 0) return errno == ENOSPC || errno == EDQUOT ? ZH_FULL : ZH_IO;
    j->to_offset = j->synced_offset = j->read_offset = ZH_LOG_ALIGN;
    return ZH_OK;
}

static zh_err may_go_on(job *j, uint64_t bytes)
{
    return j->desc->go_on == NULL || j->desc->go_on(j->desc->context, bytes) ? ZH_OK : ZH_STOPPED;
}

static zh_err sync_step(job *j, bool last)
{
    if (!last && j->to_offset - j->synced_offset < SYNC_STEP_BYTES) return ZH_OK;
    j->synced_offset = j->to_offset;
    return zh_log_sync_file(j->log->io, j->to);
}

static zh_err flush(job *j)
{
    if (zh_log_packer_bytes(j->packer) == 0) return ZH_OK;
    size_t written;
    zh_err e = zh_log_packer_finish(j->packer, &j->frame, j->to_offset);
    if (e == ZH_OK) e = zh_log_write(j->log->io, j->to, zh_buf_view(&j->frame), j->to_offset, &written);
    if (e != ZH_OK) return e;
    j->to_offset += j->frame.size;
    if ((e = sync_step(j, false)) != ZH_OK) return e;
    const uint64_t read_bytes = j->read_offset - j->told_bytes;
    j->told_bytes = j->read_offset;
    return may_go_on(j, read_bytes + j->frame.size);
}

/* The frame with its records in their smaller form; its records then live until the next call. */
static zh_err rewrite(job *j, zh_log_frame *frame)
{
    if (j->desc->rewrite == NULL) return ZH_OK;
    zh_buf_reset(&j->records);
    zh_log_records it = zh_log_records_of(frame);
    while (zh_log_record_next(&it)) {
        const zh_err e = j->desc->rewrite(j->desc->context, it.record, &j->record);
        if (e != ZH_OK && e != ZH_EXISTS) return e;
        zh_log_record_put(&j->records, e == ZH_OK ? zh_buf_view(&j->record) : it.record);
    }
    if (it.at_ != it.end_) return ZH_CORRUPT;
    frame->records = zh_buf_view(&j->records);
    return zh_buf_err(&j->records);
}

static zh_err write_frames(job *j)
{
    const size_t pack_bytes = j->desc->pack_bytes > 0 ? j->desc->pack_bytes : ZH_LOG_PACK_BYTES;
    zh_log_walk walk = zh_log_walk_on(j->from, ZH_LOG_ALIGN);
    uint64_t next = j->first_sequence;
    zh_err e = ZH_OK;
    while (e == ZH_OK && next < j->end_sequence) {
        zh_log_frame frame;
        const char *why;
        e = zh_log_walk_next(&walk, &frame, &why);
        if (e == ZH_CORRUPT || (e == ZH_OK && frame.first_sequence != next)) e = damaged(j, walk.offset, e != ZH_OK ? why : "the frame does not follow the one before");
        if (e == ZH_OK) e = rewrite(j, &frame);
        if (e == ZH_OK && zh_log_packer_bytes(j->packer) + frame.records.size > pack_bytes) e = flush(j);
        if (e == ZH_OK) e = zh_log_packer_add(j->packer, &frame);
        if (e == ZH_OK) next += frame.count, j->read_offset = walk.offset;
    }
    if (e == ZH_OK && next != j->end_sequence) e = damaged(j, walk.offset, "the next segment begins before this one ends");
    zh_log_walk_close(&walk);
    return e == ZH_OK ? flush(j) : e;
}

/* Its header goes last: without it the file is nothing. */
static zh_err finish_file(job *j)
{
    char bytes[ZH_LOG_ALIGN];
    size_t written;
    zh_log_segment_header_encode(bytes, &(zh_log_segment_header){
        .partition = j->part->number, .first_sequence = j->first_sequence, .before_first_sequence = j->before_first_sequence,
        .file_bytes = j->to_offset, .opened_ms = j->opened_ms, .unpacked_bytes = unpacked_of(j) });
    const zh_err e = zh_log_write(j->log->io, j->to, (zh_sv){ bytes, sizeof bytes }, 0, &written);
    return e == ZH_OK ? sync_step(j, true) : e;
}

static bool same_frame(const zh_log_frame *a, const zh_log_frame *b)
{
    return a->first_sequence == b->first_sequence && a->count == b->count && a->commit_ms == b->commit_ms && a->key_id == b->key_id &&
           a->workspace == b->workspace && zh_sv_equal(a->records, b->records);
}

/* What was written must read back as what was read. */
static zh_err compare(job *j)
{
    (void)posix_fadvise(j->to, 0, 0, POSIX_FADV_DONTNEED); /* from the disk, where that is possible */
    zh_log_walk old = zh_log_walk_on(j->from, ZH_LOG_ALIGN), new = zh_log_walk_on(j->to, ZH_LOG_ALIGN);
    uint64_t next = j->first_sequence, told = ZH_LOG_ALIGN;
    zh_err e = ZH_OK;
    while (e == ZH_OK && next < j->end_sequence) {
        zh_log_frame a, b;
        const char *why;
        e = zh_log_walk_next(&old, &a, &why);
        if (e == ZH_OK) e = zh_log_walk_next(&new, &b, &why);
        if (e == ZH_OK) e = rewrite(j, &a);
        if (e == ZH_CORRUPT || (e == ZH_OK && !same_frame(&a, &b))) {
            zh_note_set(j->why, "p%03u/%020" PRIu64 ".log: packed, it did not read back as it was; it stays as it is", j->part->number, j->first_sequence);
            e = ZH_CORRUPT;
        }
        if (e == ZH_OK) next += a.count;
        if (e == ZH_OK && new.offset != told) {
            e = may_go_on(j, new.offset - told);
            told = new.offset;
        }
    }
    if (e == ZH_OK && new.offset != j->to_offset) e = ZH_CORRUPT;
    zh_log_walk_close(&old);
    zh_log_walk_close(&new);
    return e;
}

/* The name changes hands under the lock: who has the old file open reads on in it, who opens it next looks at
 * unpacked_bytes first. */
static zh_err take_the_name(job *j)
{
    char name[ZH_LOG_NAME_BYTES];
    zh_log_segment_name(name, j->first_sequence);
    zh_err e = ZH_OK;
    pthread_mutex_lock(&j->part->lock);
    zh_log_segment *segment = segment_named(j->part, j->first_sequence);
    if (segment == NULL) e = ZH_STALE;
    else if (renameat(j->part->dir, ZH_LOG_PACKING, j->part->dir, name) != 0) e = ZH_IO;
    else {
        free(segment->index.frames);
        segment->index = (zh_log_index){ 0 };
        segment->indexed = false;
        segment->file_bytes = j->to_offset;
        segment->unpacked_bytes = unpacked_of(j);
    }
    pthread_mutex_unlock(&j->part->lock);
    return e == ZH_OK ? zh_log_sync_dir(j->log->io, j->part->dir) : e; /* unsynced, a power cut may bring the old one back: no harm */
}

static void give_up(job *j, zh_err e)
{
    if ((e != ZH_CORRUPT && e != ZH_EXISTS) || j->again) return;
    pthread_mutex_lock(&j->part->lock);
    zh_log_segment *segment = segment_named(j->part, j->first_sequence);
    if (segment != NULL) segment->unpackable = true;
    pthread_mutex_unlock(&j->part->lock);
}

static zh_err run(job *j)
{
    zh_err e = open_files(j);
    if (e == ZH_OK) e = zh_log_packer_open(&j->packer, j->desc->level > 0 ? j->desc->level : ZH_LOG_PACK_LEVEL);
    if (e == ZH_OK) e = write_frames(j);
    if (e == ZH_OK && j->to_offset >= j->file_bytes && !j->again) e = ZH_EXISTS;
    if (e == ZH_OK) e = finish_file(j);
    if (e == ZH_OK) e = compare(j);
    return e == ZH_OK ? take_the_name(j) : e;
}

/* Blocks that fetches keep in memory are of the old file. */
static void empty_cache(const job *j)
{
    pthread_mutex_lock(&j->log->cache_lock);
    for (int i = 0; i < ZH_LOG_CACHED_MAX; i++) {
        zh_log_cached *c = &j->log->cached[i];
        if (c->count == 0 || c->partition != j->part->number) continue;
        if (c->records.data != NULL) explicit_bzero(c->records.data, c->records.size);
        zh_buf_reset(&c->records);
        c->count = 0;
    }
    pthread_mutex_unlock(&j->log->cache_lock);
}

static job job_of(zh_log *log, const zh_log_transcode_desc *desc, zh_note *why)
{
    zh_note_set(why, "%s", "");
    return (job){ .log = log, .desc = desc, .why = why, .from = -1, .to = -1, .told_bytes = ZH_LOG_ALIGN,
                  .records = zh_buf_open(ZH_LOG_BLOCK_BYTES_MAX), .record = zh_buf_open(ZH_LOG_RECORD_BYTES_MAX),
                  .frame = zh_buf_open(2 * zh_log_frame_bytes_max(ZH_LOG_BLOCK_BYTES_MAX)) };
}

static zh_err run_and_close(job *j, zh_log_transcoded *did)
{
    const zh_err e = run(j);
    *did = (zh_log_transcoded){ .partition = j->part->number, .first_sequence = j->first_sequence, .records = j->end_sequence - j->first_sequence,
                                .bytes_before = j->file_bytes, .bytes_after = j->to_offset };
    zh_log_packer_close(j->packer);
    zh_buf_close(&j->frame);
    zh_buf_close(&j->records);
    zh_buf_close(&j->record);
    if (j->from >= 0) (void)posix_fadvise(j->from, 0, 0, POSIX_FADV_DONTNEED), close(j->from);
    if (j->to >= 0) close(j->to);
    if (e != ZH_OK) unlinkat(j->part->dir, ZH_LOG_PACKING, 0);
    give_up(j, e);
    if (e == ZH_OK && j->again) empty_cache(j);
    return e;
}

zh_err zh_log_transcode(zh_log *log, const zh_log_transcode_desc *desc, zh_log_transcoded *did, zh_note *why)
{
    zh_note unasked;
    job j = job_of(log, desc, why != NULL ? why : &unasked);
    pthread_mutex_lock(&log->packing_lock);
    const zh_err e = choose(&j) ? run_and_close(&j, did) : ZH_ABSENT;
    pthread_mutex_unlock(&log->packing_lock);
    return e;
}

zh_err zh_log_rewrite(zh_log *log, const zh_log_transcode_desc *desc, uint32_t partition, uint64_t first_sequence, zh_log_transcoded *did, zh_note *why)
{
    zh_note unasked;
    job j = job_of(log, desc, why != NULL ? why : &unasked);
    pthread_mutex_lock(&log->packing_lock);
    zh_err e = choose_one(&j, partition, first_sequence);
    if (e == ZH_OK) e = run_and_close(&j, did);
    pthread_mutex_unlock(&log->packing_lock);
    return e;
}
zh_log_packing zh_log_packing_of(zh_log *log)
{
    zh_log_packing all = { 0 };
    for (uint32_t p = 0; p < log->partitions_count; p++) {
        zh_log_partition *part = &log->partitions[p];
        pthread_mutex_lock(&part->lock);
        all.segments += part->segments_count - part->segments_first;
        for (uint32_t i = part->segments_first; i < part->segments_count; i++) {
            if (part->segments[i].unpacked_bytes == 0) continue;
            all.packed_segments++;
            all.packed_bytes += part->segments[i].file_bytes;
            all.unpacked_bytes += part->segments[i].unpacked_bytes;
        }
        pthread_mutex_unlock(&part->lock);
    }
    return all;
}
