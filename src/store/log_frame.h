/* log_frame.h -- one group commit as bytes: the frame, and the records inside it.
 *
 * A frame is a header of 64 bytes, a payload (the records, LZ4-compressed where that is smaller),
 * zeros, and an end mark of 8 bytes that closes a multiple of 64:
 *
 *     OFFSET SIZE MEANING                      (integers little-endian)
 *          0    3 "ZHF"
 *          3    1 version, 1
 *          4    4 flags: bit 0 payload is one LZ4 block; bit 1 it is packed (log_pack.h); one of them at most
 *          8    4 stored: bytes of the payload as it lies here
 *         12    4 raw: bytes of the records
 *         16    8 sequence of the first record
 *         24    8 synced: when this frame was written, all records below were durable
 *         32    8 commit time, ms UTC
 *         40    4 records in the frame, >= 1
 *         44    4 key id (0: not sealed)
 *         48    4 workspace id
 *         52    4 bare: 512-byte sectors of the frame in which at most one bit is set
 *         56    4 CRC-32C of payload and zeros
 *         60    4 CRC-32C of the 60 bytes before
 *         64    s payload
 *       64+s    z zeros, so that the frame ends on a multiple of 64
 *   64+s+z      8 end mark "ZHF.end\n"
 *
 * A record is its size (4 bytes) and its bytes. Because frames begin on multiples of 64, a header
 * lies in one disk sector and is written whole or not at all; `bare` and the end mark then tell
 * a write that was torn (whole sectors still zero) from a byte that changed later.
 *
 * Guarantees  any bytes can be given to the decoder: it never reads outside of them; every bit of a
 *             frame is covered by a CRC or compared.
 * Threads     pure: no state, no files.
 * Not here    where a frame lies and what follows it (log_segment.h).
 */
#ifndef ZH_STORE_LOG_FRAME_H
#define ZH_STORE_LOG_FRAME_H
#include "base/buf.h"
#include "base/err.h"
#include "base/sv.h"

#define ZH_LOG_RECORD_BYTES_MAX (1u << 20) /* one record; an event is at most 32 KiB, a definition may be larger */
#define ZH_LOG_BLOCK_BYTES_MAX (16u << 20) /* records of one frame with their sizes; bounds every buffer of a reader */
#define ZH_LOG_ALIGN 64u                   /* frames begin and end on multiples: a header never spans two sectors */
#define ZH_LOG_SECTOR_BYTES 512u           /* what a disk writes whole or not at all */
#define ZH_LOG_FRAME_VERSION 1

/* A frame's header, decoded. */
typedef struct zh_log_header {
    uint32_t flags;
    uint32_t stored_bytes, raw_bytes;
    uint64_t first_sequence, synced_sequence;
    int64_t commit_ms;
    uint32_t count;
    uint32_t key_id, workspace;
    uint32_t bare_sectors;
    uint32_t payload_crc;
} zh_log_header;

#define ZH_LOG_FLAG_LZ4 1u
#define ZH_LOG_FLAG_PACKED 2u /* several group commits in one: log_pack.h */

/* What a reader hands out: one group commit, uncompressed. */
typedef struct zh_log_frame {
    int64_t commit_ms;
    uint32_t workspace;
    uint32_t key_id;
    uint64_t first_sequence; /* of the first record in `records` */
    uint32_t count;          /* records in `records` */
    zh_sv records;           /* size-prefixed records; valid until the next call on what gave the frame */
} zh_log_frame;

/* Append one record (its size, its bytes) to a block that is being built. A record larger than
 * ZH_LOG_RECORD_BYTES_MAX is found by the append of the block. */
static inline void zh_log_record_put(zh_buf *records, zh_sv record)
{
    zh_buf_put_u32(records, (uint32_t)record.size);
    zh_buf_put(records, record);
}

/* Walk the records of a frame or of a bare view:
 *     for (zh_log_records it = zh_log_records_of(&frame); zh_log_record_next(&it);) use(it.record, it.sequence);
 * The walk ends early at a size that leaves the view; then it.at_ differs from it.end_. */
typedef struct zh_log_records {
    zh_sv record;         /* borrowed from the frame; valid after true */
    uint64_t sequence;    /* of `record` */
    uint64_t next_;       /* private */
    const char *at_, *end_; /* private */
} zh_log_records;

static inline zh_log_records zh_log_records_on(zh_sv records, uint64_t first_sequence)
{
    return (zh_log_records){ .next_ = first_sequence, .at_ = records.data,
                             .end_ = records.data == NULL ? NULL : records.data + records.size };
}
static inline zh_log_records zh_log_records_of(const zh_log_frame *frame)
{
    return zh_log_records_on(frame->records, frame->first_sequence);
}
bool zh_log_record_next(zh_log_records *it);

/* Are these exactly `count` records, each within its maximum? O(count). */
bool zh_log_records_check(zh_sv records, uint32_t count);

/* Bytes a frame takes with so many payload bytes. */
static inline size_t zh_log_frame_bytes(size_t stored_bytes)
{
    return (ZH_LOG_ALIGN + stored_bytes + 8 + ZH_LOG_ALIGN - 1) / ZH_LOG_ALIGN * ZH_LOG_ALIGN;
}
/* The largest frame that `raw_bytes` of records can become. */
static inline size_t zh_log_frame_bytes_max(size_t raw_bytes)
{
    return zh_log_frame_bytes(raw_bytes); /* stored as it is when LZ4 does not make it smaller */
}

/* Write a frame into `out` (reset first), ready to be laid at `offset` of a file (a multiple of 64).
 * Of `header` the caller fills first and synced sequence, commit_ms, count, key_id, workspace; the rest is
 * computed. Errors: ZH_NOMEM, ZH_FULL (out's maximum). */
ZH_MUST zh_err zh_log_frame_encode(zh_buf *out, zh_log_header *header, zh_sv records, uint64_t offset);

/* The same with a payload made elsewhere: `out` holds ZH_LOG_ALIGN bytes for the header, then the payload; padding and end mark
 * are appended. Of `header` flags and raw_bytes are the caller's too. */
ZH_MUST zh_err zh_log_frame_finish(zh_buf *out, zh_log_header *header, uint64_t offset);

/* What stands at the start of some bytes? */
typedef enum zh_log_sight {
    ZH_LOG_SEEN_FRAME, /* header and payload are sound */
    ZH_LOG_SEEN_ZEROS, /* the place of a header is zero (or beyond the end): no frame here */
    ZH_LOG_SEEN_NEWER, /* a sound header of a newer version */
    ZH_LOG_SEEN_TORN,  /* looks like a write that did not finish: whole sectors or the end are missing */
    ZH_LOG_SEEN_BAD,   /* bytes changed after they were written */
} zh_log_sight;

/* Decode a header alone (64 bytes needed). *header is set for FRAME only; never TORN because of the payload. */
zh_log_sight zh_log_header_decode(zh_sv bytes, zh_log_header *header, const char **why);

/* Look at the frame whose first byte is bytes.data[0] and that lies at `offset` of its file; `bytes` may
 * go on behind it, or end inside it (then it is torn). *why is a static sentence for all but FRAME. */
zh_log_sight zh_log_frame_look(zh_sv bytes, uint64_t offset, zh_log_header *header, const char **why);

/* The records of a frame that was seen as FRAME, or ZH_CORRUPT: uncompressed into `scratch` (reset first), or
 * a view of `bytes` where they are stored raw. Also checks the count. Errors: ZH_NOMEM, ZH_FULL, ZH_CORRUPT. */
ZH_MUST zh_err zh_log_frame_records(zh_sv bytes, const zh_log_header *header, zh_buf *scratch, zh_sv *records);

#endif
