/* log_transcode.h -- segments that nobody writes to any more, packed: a third of the bytes, the same records.
 *
 * An append is compressed as fast as LZ4 goes, alone. Later there is time: the frames of a sealed segment become packed
 * frames (log_pack.h) of a new file, beside the old one; it is synced, read back and compared with the old one frame by frame
 * and byte by byte; then it takes the old one's name. A crash at any point leaves one of the two, whole.
 *
 *     NAME.log ──read──► pack.tmp ──sync, compare──► rename to NAME.log ──► sync of the folder
 *
 * The caller may give a smaller form of a record (rewrite): sealed parts are the only thing that zstd cannot make smaller.
 *
 * Guarantees  positions, records, commit times and the order of frames are as before; readers beside it see no change.
 *             A failure (space, a bad sector in the old file, no gain) leaves the segment as it was.
 * Cost        about 4 us an event; the disk reads a segment twice and writes it once, smaller. Memory: some MiB.
 * Threads     one at a time (others wait) beside the appender, readers and fetches.
 * Not here    when, and how fast (engine/keep.h).
 */
#ifndef ZH_STORE_LOG_TRANSCODE_H
#define ZH_STORE_LOG_TRANSCODE_H
#include "store/log.h"
#include "store/log_pack.h"

typedef struct zh_log_transcode_desc {
    int level;                /* of zstd; 0: ZH_LOG_PACK_LEVEL */
    size_t pack_bytes;        /* records of a packed frame; 0: ZH_LOG_PACK_BYTES */
    /* After each packed frame, with the bytes read and written since the last call: may sleep; false stops the work. NULL: on. */
    bool (*go_on)(void *context, uint64_t bytes);
    /* Another form of a record that means the same, into `out` (reset first): ZH_OK; ZH_EXISTS: it stays as it is. The same
     * record must give the same bytes each time. NULL: all stay. */
    zh_err (*rewrite)(void *context, zh_sv record, zh_buf *out);
    void *context;
} zh_log_transcode_desc;

/* What became of one segment. */
typedef struct zh_log_transcoded {
    uint32_t partition;
    uint64_t first_sequence, records;
    uint64_t bytes_before, bytes_after;
} zh_log_transcoded;

/* Pack the oldest sealed segment that is not packed. ZH_OK: done, *did says what. ZH_ABSENT: there is none. ZH_STOPPED: go_on said
 * so. ZH_EXISTS: no gain; ZH_CORRUPT: the old file is damaged (*why names the place): this segment is not tried again before
 * the next opening. ZH_FULL, ZH_IO, ZH_NOMEM: later again. */
ZH_MUST zh_err zh_log_transcode(zh_log *log, const zh_log_transcode_desc *desc, zh_log_transcoded *did, zh_note *why);

/* Write one closed segment anew, packed or not, whatever its new size: `rewrite` has emptied records in it (an erasure). As above;
 * ZH_ABSENT: there is no closed segment that begins with this record. What fetches keep of the partition in memory goes too. */
ZH_MUST zh_err zh_log_rewrite(zh_log *log, const zh_log_transcode_desc *desc, uint32_t partition, uint64_t first_sequence, zh_log_transcoded *did, zh_note *why);

/* How much of the log is packed. */
typedef struct zh_log_packing {
    uint32_t segments, packed_segments;
    uint64_t packed_bytes;   /* on disk */
    uint64_t unpacked_bytes; /* the same segments before */
} zh_log_packing;
zh_log_packing zh_log_packing_of(zh_log *log);

#endif
