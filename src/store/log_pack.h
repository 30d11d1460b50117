/* log_pack.h -- many frames as one: their records field by field (core/columns.h), each column by zstd.
 *
 * A group commit is small, so its frame compresses badly, and it pays for a header, an end mark and padding. In a segment
 * that nobody writes to any more several frames become one packed frame. It is a frame like any other (log_frame.h), with
 * flag bit 1 in place of bit 0; `raw` is the size of all records with their sizes, `commit time`, `key id` and `workspace` are
 * those of its first inner frame, and the payload is:
 *
 *     u8 version, 1   var inner frames   streams: the columns of core/columns.h in their order, then the inner frames
 *     a stream:   var size   [size > 0: var stored, 0: as it is   the bytes, else one zstd frame of `stored` bytes]
 *     inner frames, one behind the other: var records   zig commit time above the one before   var key id   var workspace
 *
 * Guarantees  unpacking gives the frames as they were, record by record and byte by byte; any bytes can be unpacked: the
 *             answer is ZH_CORRUPT, never a read outside of them or more memory than twice ZH_LOG_BLOCK_BYTES_MAX.
 * Cost        packing: about 1.5 us an event at the chosen level. Unpacking: about 1 us an event.
 * Threads     one packer, one thread; unpacking holds nothing.
 * Not here    files (log_transcode.h).
 */
#ifndef ZH_STORE_LOG_PACK_H
#define ZH_STORE_LOG_PACK_H
#include "store/log_frame.h"

#define ZH_LOG_PACK_BYTES (64u << 10)  /* records of a packed frame: measured, docs/PERFORMANCE.md */
#define ZH_LOG_PACK_LEVEL 3           /* of zstd; the same */

/* One of the frames that were packed, as it was. */
typedef struct zh_log_inner {
    int64_t commit_ms;
    uint32_t count, key_id, workspace;
    size_t records_end; /* where its records end in the records of all */
} zh_log_inner;

typedef struct zh_log_packer zh_log_packer; /* opaque */

ZH_MUST zh_err zh_log_packer_open(zh_log_packer **out, int level); /* ZH_NOMEM; the caller closes */
void zh_log_packer_close(zh_log_packer *packer);

/* Take a frame behind those taken before; its bytes are copied. ZH_RANGE: it does not fit beside them, finish first;
 * ZH_CORRUPT: its records do not add up; ZH_NOMEM, ZH_FULL. */
ZH_MUST zh_err zh_log_packer_add(zh_log_packer *packer, const zh_log_frame *frame);
size_t zh_log_packer_bytes(const zh_log_packer *packer); /* of the records taken */

/* Write the packed frame of what was taken (at least one frame) into `out` (reset first), to be laid at `offset` of
 * a file, and begin anew. ZH_NOMEM, ZH_FULL. */
ZH_MUST zh_err zh_log_packer_finish(zh_log_packer *packer, zh_buf *out, uint64_t offset);

/* The records of a packed frame into `records` (reset first), and where `inner` is given its frames as an array of
 * zh_log_inner (reset first; alignment is malloc's). ZH_CORRUPT, ZH_FORMAT (a newer version), ZH_NOMEM, ZH_FULL. */
ZH_MUST zh_err zh_log_unpack(zh_sv payload, const zh_log_header *header, zh_buf *records, zh_buf *inner);

#endif
