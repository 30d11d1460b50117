#include "store/log_pack.h"

#include "core/columns.h"

#include <stdlib.h>
#include <zstd.h>

enum { VERSION = 1, STREAM_FRAMES = ZH_COLUMNS_COUNT, STREAMS = ZH_COLUMNS_COUNT + 1 };
enum { NOT_WORTH_BYTES = 24 }; /* a zstd frame is not smaller than so few bytes */
#define STREAMS_BYTES_MAX (2u * (size_t)ZH_LOG_BLOCK_BYTES_MAX)

struct zh_log_packer {
    int level;
    ZSTD_CCtx *zstd;
    zh_columns columns;
    zh_buf frames;      /* the last stream */
    zh_buf packed;      /* scratch: one stream */
    zh_log_header header;
    uint32_t frames_count;
    int64_t commit_ms;  /* of the last frame */
    size_t raw_bytes;
};

zh_err zh_log_packer_open(zh_log_packer **out, int level)
{
    zh_log_packer *p = calloc(1, sizeof *p);
    if (p == NULL) return ZH_NOMEM;
    p->level = level;
    p->columns = zh_columns_open(STREAMS_BYTES_MAX);
    p->frames = zh_buf_open(STREAMS_BYTES_MAX);
    p->packed = zh_buf_open(2 * STREAMS_BYTES_MAX);
    p->zstd = ZSTD_createCCtx();
    if (p->zstd == NULL) {
        zh_log_packer_close(p);
        return ZH_NOMEM;
    }
    *out = p;
    return ZH_OK;
}

void zh_log_packer_close(zh_log_packer *p)
{
    if (p == NULL) return;
    ZSTD_freeCCtx(p->zstd);
    zh_columns_close(&p->columns);
    zh_buf_close(&p->frames);
    zh_buf_close(&p->packed);
    free(p);
}

size_t zh_log_packer_bytes(const zh_log_packer *p)
{
    return p->raw_bytes;
}

zh_err zh_log_packer_add(zh_log_packer *p, const zh_log_frame *frame)
{
    if (p->raw_bytes + frame->records.size > ZH_LOG_BLOCK_BYTES_MAX) return ZH_RANGE;
    if (frame->count > UINT32_MAX - p->header.count) return ZH_RANGE;
    if (p->frames_count == 0) {
        p->header = (zh_log_header){ .first_sequence = frame->first_sequence, .synced_sequence = frame->first_sequence,
                                     .commit_ms = frame->commit_ms, .key_id = frame->key_id, .workspace = frame->workspace };
        p->commit_ms = frame->commit_ms;
    }
    zh_err e = ZH_OK;
    zh_log_records it = zh_log_records_of(frame);
    while (e == ZH_OK && zh_log_record_next(&it)) e = zh_columns_split(&p->columns, it.record);
    if (e == ZH_OK && (it.at_ != it.end_ || it.next_ != frame->first_sequence + frame->count)) e = ZH_CORRUPT;
    if (e != ZH_OK) return e;
    zh_buf_put_var(&p->frames, frame->count);
    zh_buf_put_zig(&p->frames, (int64_t)((uint64_t)frame->commit_ms - (uint64_t)p->commit_ms));
    zh_buf_put_var(&p->frames, frame->key_id);
    zh_buf_put_var(&p->frames, frame->workspace);
    p->commit_ms = frame->commit_ms;
    p->header.count += frame->count;
    p->raw_bytes += frame->records.size;
    p->frames_count++;
    return zh_buf_err(&p->frames);
}

/* Few bytes, and what does not get smaller, stay as they are. */
static zh_err put_stream(zh_log_packer *p, zh_sv stream, zh_buf *out)
{
    zh_buf_put_var(out, stream.size);
    if (stream.size == 0) return zh_buf_err(out);
    size_t packed = 0;
    if (stream.size > NOT_WORTH_BYTES) {
        const size_t most = ZSTD_compressBound(stream.size);
        zh_buf_reset(&p->packed);
        char *room = zh_buf_room(&p->packed, most);
        if (room == NULL) return zh_buf_err(&p->packed);
        packed = ZSTD_compressCCtx(p->zstd, room, most, stream.data, stream.size, p->level);
        if (ZSTD_isError(packed)) return ZH_NOMEM;
    }
    const bool worth = packed > 0 && packed + 2 < stream.size;
    zh_buf_put_var(out, worth ? packed : 0);
    zh_buf_put(out, worth ? (zh_sv){ p->packed.data, packed } : stream);
    return zh_buf_err(out);
}

static void begin_anew(zh_log_packer *p)
{
    zh_columns_reset(&p->columns);
    zh_buf_reset(&p->frames);
    p->header = (zh_log_header){ 0 };
    p->frames_count = 0;
    p->raw_bytes = 0;
}

zh_err zh_log_packer_finish(zh_log_packer *p, zh_buf *out, uint64_t offset)
{
    zh_buf_reset(out);
    char *head = zh_buf_room(out, ZH_LOG_ALIGN);
    if (head == NULL) return zh_buf_err(out);
    zh_buf_put_u8(out, VERSION);
    zh_buf_put_var(out, p->frames_count);
    zh_err e = ZH_OK;
    for (int i = 0; e == ZH_OK && i < STREAMS; i++)
        e = put_stream(p, zh_buf_view(i == STREAM_FRAMES ? &p->frames : &p->columns.columns[i]), out);
    p->header.flags = ZH_LOG_FLAG_PACKED;
    p->header.raw_bytes = (uint32_t)p->raw_bytes;
    if (e == ZH_OK) e = zh_log_frame_finish(out, &p->header, offset);
    begin_anew(p);
    return e;
}

/* ---- unpacking ---- */

typedef struct streams {
    zh_columns columns;
    zh_reader frames;
    char *bytes; /* of all streams */
} streams;

/* What all streams take, found without unpacking one. */
static zh_err measure(zh_reader r, size_t *bytes)
{
    *bytes = 0;
    for (int i = 0; i < STREAMS; i++) {
        const uint64_t size = zh_read_var(&r);
        if (size > STREAMS_BYTES_MAX - *bytes) return ZH_CORRUPT;
        *bytes += (size_t)size;
        const uint64_t stored = size == 0 ? 0 : zh_read_var(&r);
        if (stored > SIZE_MAX / 2) return ZH_CORRUPT;
        (void)zh_read_bytes(&r, (size_t)(stored == 0 ? size : stored));
    }
    return r.bad || zh_reader_left(&r) != 0 ? ZH_CORRUPT : ZH_OK;
}

static zh_err read_stream(zh_reader *r, ZSTD_DCtx *zstd, char *to, size_t *size)
{
    *size = (size_t)zh_read_var(r);
    if (*size == 0) return ZH_OK;
    const size_t stored = (size_t)zh_read_var(r);
    const zh_sv bytes = zh_read_bytes(r, stored == 0 ? *size : stored);
    if (stored == 0) {
        memcpy(to, bytes.data, *size);
        return ZH_OK;
    }
    const size_t got = ZSTD_decompressDCtx(zstd, to, *size, bytes.data, bytes.size);
    return ZSTD_isError(got) || got != *size ? ZH_CORRUPT : ZH_OK;
}

static zh_err read_streams(streams *s, zh_reader r)
{
    size_t bytes, at = 0;
    zh_err e = measure(r, &bytes);
    if (e != ZH_OK) return e;
    ZSTD_DCtx *zstd = ZSTD_createDCtx();
    s->bytes = malloc(bytes > 0 ? bytes : 1);
    if (zstd == NULL || s->bytes == NULL) e = ZH_NOMEM;
    for (int i = 0; e == ZH_OK && i < STREAMS; i++) {
        size_t size;
        e = read_stream(&r, zstd, s->bytes + at, &size);
        const zh_sv stream = { s->bytes + at, size };
        if (i == STREAM_FRAMES) s->frames = zh_reader_on(stream);
        else s->columns.from[i] = zh_reader_on(stream);
        at += size;
    }
    ZSTD_freeDCtx(zstd);
    return e;
}

static zh_err join_frame(streams *s, zh_log_inner *frame, int64_t *commit_ms, zh_buf *records)
{
    const uint64_t count = zh_read_var(&s->frames);
    *commit_ms = (int64_t)((uint64_t)*commit_ms + (uint64_t)zh_read_zig(&s->frames));
    const uint64_t key_id = zh_read_var(&s->frames), workspace = zh_read_var(&s->frames);
    if (s->frames.bad || count == 0 || count > UINT32_MAX || key_id > UINT32_MAX || workspace > UINT32_MAX) return ZH_CORRUPT;
    zh_err e = ZH_OK;
    for (uint64_t i = 0; e == ZH_OK && i < count; i++) e = zh_columns_join(&s->columns, records);
    *frame = (zh_log_inner){ *commit_ms, (uint32_t)count, (uint32_t)key_id, (uint32_t)workspace, records->size };
    return e;
}

static bool is_read_to_its_end(const streams *s)
{
    for (int i = 0; i < ZH_COLUMNS_COUNT; i++)
        if (zh_reader_left(&s->columns.from[i]) != 0) return false;
    return zh_reader_left(&s->frames) == 0;
}

static zh_err join_frames(streams *s, uint64_t frames, const zh_log_header *header, zh_buf *records, zh_buf *inner)
{
    zh_err e = ZH_OK;
    int64_t commit_ms = header->commit_ms;
    uint64_t count = 0;
    for (uint64_t i = 0; e == ZH_OK && i < frames; i++) {
        zh_log_inner frame;
        e = join_frame(s, &frame, &commit_ms, records);
        count += frame.count;
        if (e == ZH_OK && (count > header->count || records->size > header->raw_bytes)) e = ZH_CORRUPT;
        if (e == ZH_OK && inner != NULL) zh_buf_put(inner, (zh_sv){ (const char *)&frame, sizeof frame });
    }
    if (e == ZH_OK && (count != header->count || records->size != header->raw_bytes || !is_read_to_its_end(s))) e = ZH_CORRUPT;
    return e != ZH_OK || inner == NULL ? e : zh_buf_err(inner);
}

zh_err zh_log_unpack(zh_sv payload, const zh_log_header *header, zh_buf *records, zh_buf *inner)
{
    zh_buf_reset(records);
    if (inner != NULL) zh_buf_reset(inner);
    zh_reader r = zh_reader_on(payload);
    const uint8_t version = zh_read_u8(&r);
    const uint64_t frames = zh_read_var(&r);
    if (r.bad || version == 0) return ZH_CORRUPT;
    if (version != VERSION) return ZH_FORMAT;
    if (frames == 0 || frames > header->count) return ZH_CORRUPT;
    streams s = { .columns = zh_columns_open(STREAMS_BYTES_MAX) };
    zh_err e = read_streams(&s, r);
    if (e == ZH_OK) e = join_frames(&s, frames, header, records, inner);
    zh_columns_close(&s.columns);
    free(s.bytes);
    return e == ZH_FULL ? ZH_CORRUPT : e; /* more than a block may hold: no block of ours */
}
