/* log_read.c -- finding frames again: the reader that follows the log, and the fetch of one record. */
#include "store/log_inner.h"
#include "store/log_pack.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#define FIRST_READ_BYTES 16384u /* most frames whole in one read */

zh_err zh_log_load(int file, uint64_t offset, zh_buf *bytes, zh_log_header *header, const char **why)
{
    zh_buf_reset(bytes);
    *why = "the file cannot be read";
    char *room = zh_buf_room(bytes, FIRST_READ_BYTES);
    if (room == NULL) return zh_buf_err(bytes);
    size_t got;
    zh_err e = zh_log_read(file, room, FIRST_READ_BYTES, offset, &got);
    if (e != ZH_OK) return e;
    zh_log_sight sight = zh_log_header_decode((zh_sv){ room, got < ZH_LOG_ALIGN ? got : ZH_LOG_ALIGN }, header, why);
    if (sight == ZH_LOG_SEEN_FRAME && got == FIRST_READ_BYTES &&
        zh_log_frame_bytes(header->stored_bytes) > FIRST_READ_BYTES) {
        const size_t more = zh_log_frame_bytes(header->stored_bytes) - FIRST_READ_BYTES;
        size_t got_more;
        room = zh_buf_room(bytes, more);
        if (room == NULL) return zh_buf_err(bytes);
        if ((e = zh_log_read(file, room, more, offset + FIRST_READ_BYTES, &got_more)) != ZH_OK) return e;
        got += got_more;
    }
    bytes->size = got;
    if (sight == ZH_LOG_SEEN_FRAME) sight = zh_log_frame_look(zh_buf_view(bytes), offset, header, why);
    return sight == ZH_LOG_SEEN_FRAME ? ZH_OK : sight == ZH_LOG_SEEN_NEWER ? ZH_FORMAT : ZH_CORRUPT;
}

/* --- where is a record? */

typedef struct found {
    uint64_t segment, next_segment; /* first sequences; next: ZH_LOG_NO_SEGMENT in the last one */
    uint64_t unpacked_bytes;        /* which file stands under the name: see zh_log_segment */
    uint64_t offset;                /* of the frame with the record, or where the next frame will be */
} found;

/* The last segment that begins at or before the sequence; the caller holds the lock. */
static zh_log_segment *segment_of(const zh_log_partition *part, uint64_t sequence)
{
    uint32_t low = part->segments_first, high = part->segments_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (part->segments[middle].first_sequence <= sequence) low = middle + 1;
        else high = middle;
    }
    return low == part->segments_first ? NULL : &part->segments[low - 1];
}

static uint64_t frame_of(const zh_log_segment *segment, uint64_t sequence)
{
    const uint64_t delta = sequence - segment->first_sequence;
    uint32_t low = 0, high = segment->index.count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (segment->index.frames[middle] >> 32 <= delta) low = middle + 1;
        else high = middle;
    }
    return low == 0 ? ZH_LOG_ALIGN : (segment->index.frames[low - 1] & UINT32_MAX) * ZH_LOG_ALIGN;
}

/* Walk the headers of a sealed segment. Payloads are checked when they are read. */
static zh_err index_file(int file, uint64_t first_sequence, uint64_t end_sequence, zh_log_index *index)
{
    uint64_t offset = ZH_LOG_ALIGN, sequence = first_sequence, window_at = 0;
    size_t got = 0;
    zh_err e = ZH_OK;
    char *window = malloc(FIRST_READ_BYTES);
    if (window == NULL) return ZH_NOMEM;
    while (e == ZH_OK && sequence < end_sequence) {
        if (offset + ZH_LOG_ALIGN > window_at + got || got == 0) {
            window_at = offset;
            if ((e = zh_log_read(file, window, FIRST_READ_BYTES, offset, &got)) != ZH_OK) break;
        }
        zh_log_header h;
        const char *why;
        const zh_sv bytes = zh_sv_part((zh_sv){ window, got }, (size_t)(offset - window_at), ZH_LOG_ALIGN);
        if (zh_log_header_decode(bytes, &h, &why) != ZH_LOG_SEEN_FRAME || h.first_sequence != sequence) e = ZH_CORRUPT;
        if (e == ZH_OK) e = zh_log_index_put(index, sequence - first_sequence, offset);
        if (e == ZH_OK) {
            sequence += h.count;
            offset += zh_log_frame_bytes(h.stored_bytes);
        }
    }
    free(window);
    return e == ZH_OK && sequence != end_sequence ? ZH_CORRUPT : e;
}

static int open_segment(const zh_log_partition *part, uint64_t first_sequence, zh_err *e)
{
    char name[ZH_LOG_NAME_BYTES];
    zh_log_segment_name(name, first_sequence);
    const int file = openat(part->dir, name, O_RDONLY | O_CLOEXEC);
    *e = file >= 0 ? ZH_OK : errno == ENOENT ? ZH_ABSENT : ZH_IO; /* absent: dropped meanwhile */
    return file;
}

/* Is it still the file that `at` speaks of? It is replaced once, when it is packed. */
static bool is_same_file(zh_log_partition *part, const found *at)
{
    pthread_mutex_lock(&part->lock);
    const zh_log_segment *segment = segment_of(part, at->segment);
    const bool same = segment == NULL || segment->first_sequence != at->segment || segment->unpacked_bytes == at->unpacked_bytes;
    pthread_mutex_unlock(&part->lock);
    return same;
}

/* Make the index of a sealed segment without holding the lock, then hand it in unless another thread was faster, or the
 * file was replaced meanwhile. */
static zh_err build_index(zh_log_partition *part, const found *at)
{
    zh_err e;
    const int file = open_segment(part, at->segment, &e);
    if (file < 0) return e;
    zh_log_index index = { 0 };
    e = index_file(file, at->segment, at->next_segment, &index);
    close(file);
    pthread_mutex_lock(&part->lock);
    zh_log_segment *segment = segment_of(part, at->segment);
    const bool same = segment != NULL && segment->first_sequence == at->segment && segment->unpacked_bytes == at->unpacked_bytes;
    if (e == ZH_OK && same && !segment->indexed) {
        segment->index = index;
        segment->indexed = true;
        index.frames = NULL;
    }
    pthread_mutex_unlock(&part->lock);
    free(index.frames);
    return same ? e : ZH_OK; /* of another file: look again */
}

/* Find a record that is there, or (may_end) the end. */
static zh_err find(zh_log_partition *part, uint64_t sequence, bool may_end, found *at)
{
    for (;;) {
        pthread_mutex_lock(&part->lock);
        zh_log_segment *segment = segment_of(part, sequence);
        const bool there = segment != NULL && sequence < part->shown_sequence + may_end;
        if (there) {
            const bool last = segment == &part->segments[part->segments_count - 1];
            *at = (found){ .segment = segment->first_sequence, .unpacked_bytes = segment->unpacked_bytes,
                           .next_segment = last ? ZH_LOG_NO_SEGMENT : segment[1].first_sequence };
            at->offset = sequence == part->shown_sequence ? part->shown_offset : frame_of(segment, sequence);
        }
        const bool indexed = there && (segment->indexed || sequence == segment->first_sequence);
        pthread_mutex_unlock(&part->lock);
        if (!there) return ZH_ABSENT;
        if (indexed) return ZH_OK;
        const zh_err e = build_index(part, at);
        if (e != ZH_OK) return e;
    }
}

/* Find it, and open the file it lies in. */
static int open_found(zh_log_partition *part, uint64_t sequence, bool may_end, found *at, zh_err *e)
{
    for (;;) {
        if ((*e = find(part, sequence, may_end, at)) != ZH_OK) return -1;
        const int file = open_segment(part, at->segment, e);
        if (file < 0 || is_same_file(part, at)) return file;
        close(file);
    }
}

/* --- the frames of one file */

zh_log_walk zh_log_walk_on(int file, uint64_t offset)
{
    return (zh_log_walk){ .file = file, .offset = offset, .bytes = zh_buf_open(zh_log_frame_bytes_max(ZH_LOG_BLOCK_BYTES_MAX)),
                          .scratch = zh_buf_open(ZH_LOG_BLOCK_BYTES_MAX), .inner = zh_buf_open(SIZE_MAX) };
}

void zh_log_walk_close(zh_log_walk *walk)
{
    zh_buf_close(&walk->bytes);
    zh_buf_close(&walk->scratch);
    zh_buf_close(&walk->inner);
}

static void give_inner(zh_log_walk *walk, zh_log_frame *frame)
{
    const zh_log_inner *inner = (const zh_log_inner *)(const void *)walk->inner.data + walk->inner_at++;
    *frame = (zh_log_frame){ .commit_ms = inner->commit_ms, .workspace = inner->workspace, .key_id = inner->key_id,
                             .first_sequence = walk->inner_next, .count = inner->count,
                             .records = { walk->scratch.data + walk->records_at, inner->records_end - walk->records_at } };
    walk->records_at = inner->records_end;
    walk->inner_next += inner->count;
}

zh_err zh_log_walk_next(zh_log_walk *walk, zh_log_frame *frame, const char **why)
{
    if (walk->inner_at < walk->inner_count) {
        give_inner(walk, frame);
        return ZH_OK;
    }
    zh_log_header h;
    zh_err e = zh_log_load(walk->file, walk->offset, &walk->bytes, &h, why);
    if (e != ZH_OK) return e;
    *why = "the records of the frame do not add up";
    walk->inner_at = walk->inner_count = 0;
    if ((h.flags & ZH_LOG_FLAG_PACKED) != 0) {
        e = zh_log_unpack((zh_sv){ walk->bytes.data + ZH_LOG_ALIGN, h.stored_bytes }, &h, &walk->scratch, &walk->inner);
        if (e == ZH_FORMAT) *why = "the frame was packed by a newer version of zhun: start that version";
        if (e != ZH_OK) return e;
        walk->inner_count = (uint32_t)(walk->inner.size / sizeof(zh_log_inner));
        walk->inner_next = h.first_sequence;
        walk->records_at = 0;
        give_inner(walk, frame);
    } else {
        *frame = (zh_log_frame){ .commit_ms = h.commit_ms, .workspace = h.workspace, .key_id = h.key_id,
                                 .first_sequence = h.first_sequence, .count = h.count };
        e = zh_log_frame_records(zh_buf_view(&walk->bytes), &h, &walk->scratch, &frame->records);
        if (e != ZH_OK) return e;
    }
    walk->offset += zh_log_frame_bytes(h.stored_bytes);
    return ZH_OK;
}

/* --- reader */

struct zh_log_reader {
    zh_log *log;
    zh_log_partition *part;
    uint64_t segment; /* first sequence of the open one */
    uint64_t next;    /* sequence of the next frame's first record */
    uint64_t from;    /* records below are skipped (first frame) */
    zh_log_walk walk; /* its file is the reader's */
    zh_note why;
};

zh_err zh_log_reader_open(zh_log_reader **out, zh_log *log, uint32_t partition, uint64_t from_sequence)
{
    *out = NULL;
    assert(partition < log->partitions_count);
    zh_log_partition *part = &log->partitions[partition];
    found at;
    zh_err e;
    const int file = open_found(part, from_sequence, true, &at, &e);
    if (file < 0) return e;
    zh_log_reader *reader = malloc(sizeof *reader);
    if (reader == NULL) {
        close(file);
        return ZH_NOMEM;
    }
    *reader = (zh_log_reader){ .log = log, .part = part, .segment = at.segment, .next = ZH_LOG_NO_SEGMENT,
                               .from = from_sequence, .walk = zh_log_walk_on(file, at.offset) };
    *out = reader;
    return ZH_OK;
}

void zh_log_reader_close(zh_log_reader *reader)
{
    if (reader == NULL) return;
    close(reader->walk.file);
    zh_log_walk_close(&reader->walk);
    free(reader);
}

static zh_err reader_refuse(zh_log_reader *reader, zh_err e, const char *reason)
{
    char name[ZH_LOG_NAME_BYTES];
    zh_log_segment_name(name, reader->segment);
    zh_note_set(&reader->why, "p%03u/%s: damaged at byte %" PRIu64 ": %s", reader->part->number, name, reader->walk.offset,
                reason);
    return e;
}

/* Go to the segment behind the present one if that is read to its end. ZH_ABSENT: nothing more at the moment. */
static zh_err advance(zh_log_reader *reader)
{
    zh_log_partition *part = reader->part;
    const uint64_t next = zh_log_reader_sequence(reader);
    pthread_mutex_lock(&part->lock);
    const bool at_end = next >= part->shown_sequence;
    const zh_log_segment *segment = segment_of(part, next);
    const uint64_t first = segment == NULL ? ZH_LOG_NO_SEGMENT : segment->first_sequence;
    pthread_mutex_unlock(&part->lock);
    if (segment == NULL) return ZH_STALE;
    if (at_end) return ZH_ABSENT;
    if (first == reader->segment) return ZH_OK;
    if (first != next) return reader_refuse(reader, ZH_CORRUPT, "the next segment begins before this one ends");
    zh_err e;
    const int file = open_segment(part, first, &e);
    if (file < 0) return e == ZH_ABSENT ? ZH_STALE : e;
    close(reader->walk.file);
    reader->walk.file = file; /* the walk has given out all of the one before */
    reader->walk.offset = ZH_LOG_ALIGN;
    reader->segment = first;
    return ZH_OK;
}

static zh_err skip_below(zh_log_frame *frame, uint64_t from)
{
    zh_log_records it = zh_log_records_of(frame);
    while (it.next_ < from && zh_log_record_next(&it)) {}
    if (it.next_ != from) return ZH_CORRUPT;
    frame->count -= (uint32_t)(from - frame->first_sequence);
    frame->first_sequence = from;
    frame->records = (zh_sv){ it.at_, (size_t)(it.end_ - it.at_) };
    return ZH_OK;
}

/* The next frame of the file that is not below the first record asked for. */
static zh_err next_of_file(zh_log_reader *reader, zh_log_frame *frame)
{
    const bool started = reader->next != ZH_LOG_NO_SEGMENT;
    const uint64_t place = reader->walk.offset;
    const char *why;
    zh_err e;
    do {
        e = zh_log_walk_next(&reader->walk, frame, &why);
    } while (e == ZH_OK && !started && zh_log_walk_is_inside(&reader->walk) && frame->first_sequence + frame->count <= reader->from);
    if (e == ZH_CORRUPT || e == ZH_FORMAT) return reader_refuse(reader, e, why);
    if (e != ZH_OK) return e;
    if (started ? frame->first_sequence == reader->next :
                  reader->from >= frame->first_sequence && reader->from - frame->first_sequence < frame->count)
        return ZH_OK;
    if (reader->walk.inner_at <= 1) reader->walk.offset = place; /* it stays where it is; inner frames follow each other */
    reader->walk.inner_at = reader->walk.inner_count;
    return reader_refuse(reader, ZH_CORRUPT, "the frame does not follow the one before: its sequence is another");
}

zh_err zh_log_reader_next(zh_log_reader *reader, zh_log_frame *frame)
{
    reader->why.text[0] = '\0';
    zh_err e = advance(reader);
    if (e == ZH_OK) e = next_of_file(reader, frame);
    if (e != ZH_OK) return e;
    reader->next = frame->first_sequence + frame->count;
    if (reader->from > frame->first_sequence && skip_below(frame, reader->from) != ZH_OK)
        return reader_refuse(reader, ZH_CORRUPT, "the records of the frame do not add up");
    return ZH_OK;
}

uint64_t zh_log_reader_sequence(const zh_log_reader *reader)
{
    return reader->next == ZH_LOG_NO_SEGMENT ? reader->from : reader->next;
}

const char *zh_log_reader_why(const zh_log_reader *reader)
{
    return reader->why.text;
}

/* --- fetch */

static zh_err pick(zh_sv records, uint64_t first_sequence, uint64_t sequence, zh_buf *out)
{
    for (zh_log_records it = zh_log_records_on(records, first_sequence); zh_log_record_next(&it);) {
        if (it.sequence != sequence) continue;
        zh_buf_reset(out);
        zh_buf_put(out, it.record);
        return zh_buf_err(out);
    }
    return ZH_CORRUPT;
}

static zh_err fetch_cached(zh_log *log, uint32_t partition, uint64_t sequence, zh_buf *out)
{
    zh_err e = ZH_ABSENT;
    pthread_mutex_lock(&log->cache_lock);
    for (int i = 0; e == ZH_ABSENT && i < ZH_LOG_CACHED_MAX; i++) {
        zh_log_cached *c = &log->cached[i];
        if (c->partition != partition || sequence < c->first_sequence || sequence - c->first_sequence >= c->count)
            continue;
        c->used = ++log->cache_clock;
        e = pick(zh_buf_view(&c->records), c->first_sequence, sequence, out);
    }
    pthread_mutex_unlock(&log->cache_lock);
    return e;
}

/* Keep a block in the place of the one that was not used for longest; its old memory comes back in *records. */
static void keep(zh_log *log, uint32_t partition, const zh_log_header *header, zh_buf *records)
{
    pthread_mutex_lock(&log->cache_lock);
    zh_log_cached *oldest = &log->cached[0];
    for (int i = 1; i < ZH_LOG_CACHED_MAX; i++)
        if (log->cached[i].used < oldest->used) oldest = &log->cached[i];
    const zh_buf before = oldest->records;
    *oldest = (zh_log_cached){ .partition = partition, .first_sequence = header->first_sequence,
                               .count = header->count, .used = ++log->cache_clock, .records = *records };
    *records = before;
    pthread_mutex_unlock(&log->cache_lock);
}

static zh_buf take_idle(zh_log *log)
{
    zh_buf taken = zh_buf_open(zh_log_frame_bytes_max(ZH_LOG_BLOCK_BYTES_MAX));
    pthread_mutex_lock(&log->cache_lock);
    for (int i = 0; i < ZH_LOG_CACHED_MAX && taken.data == NULL; i++) {
        if (log->idle[i].data == NULL) continue;
        const zh_buf empty = taken;
        taken = log->idle[i];
        log->idle[i] = empty;
    }
    pthread_mutex_unlock(&log->cache_lock);
    return taken;
}

static void give_idle(zh_log *log, zh_buf *buf)
{
    pthread_mutex_lock(&log->cache_lock);
    for (int i = 0; i < ZH_LOG_CACHED_MAX && buf->data != NULL; i++) {
        if (log->idle[i].data != NULL) continue;
        log->idle[i] = *buf;
        buf->data = NULL;
    }
    pthread_mutex_unlock(&log->cache_lock);
    zh_buf_close(buf);
}

/* The block around a record, into *records (a view of one of the two buffers), read from the disk. */
static zh_err load_block(zh_log_partition *part, uint64_t sequence, zh_buf *bytes, zh_buf *scratch, zh_log_header *header,
                         zh_sv *records)
{
    found at;
    zh_err e;
    const int file = open_found(part, sequence, false, &at, &e);
    if (file < 0) return e;
    const char *why;
    e = zh_log_load(file, at.offset, bytes, header, &why);
    close(file);
    if (e != ZH_OK) return e;
    if (sequence < header->first_sequence || sequence - header->first_sequence >= header->count) return ZH_CORRUPT;
    return zh_log_frame_records(zh_buf_view(bytes), header, scratch, records);
}

zh_err zh_log_fetch(zh_log *log, uint32_t partition, uint64_t sequence, zh_buf *out)
{
    assert(partition < log->partitions_count);
    if (sequence < zh_log_begin(log, partition)) return ZH_ABSENT; /* dropped, though it may be cached */
    zh_err e = fetch_cached(log, partition, sequence, out);
    if (e != ZH_ABSENT) return e;
    zh_buf bytes = take_idle(log), scratch = take_idle(log);
    zh_log_header header;
    zh_sv records;
    e = load_block(&log->partitions[partition], sequence, &bytes, &scratch, &header, &records);
    if (e == ZH_OK) e = pick(records, header.first_sequence, sequence, out);
    if (e == ZH_OK) {
        if (records.data != scratch.data) { /* stored raw: keep a copy without the frame around it */
            zh_buf_reset(&scratch);
            zh_buf_put(&scratch, records);
        }
        if (zh_buf_err(&scratch) == ZH_OK) keep(log, partition, &header, &scratch);
    }
    give_idle(log, &bytes);
    give_idle(log, &scratch);
    return e;
}
