/* log_segment.h -- one segment file as bytes: its header, its frames, and what a crash or a bad disk made of it.
 *
 * A segment is a file of a stated size, filled with zeros before its first frame. It begins with a header:
 *
 *     OFFSET SIZE MEANING                      (integers little-endian)
 *          0    3 "ZHS"
 *          3    1 version: 1 as it was written, 2 packed (log_transcode.h)
 *          4    4 partition
 *          8    8 sequence of the first record; also the file's name, in 20 digits
 *         16    8 first sequence of the segment before, 2^64-1 when there was none
 *         24    8 size of the file
 *         32    8 commit time of the block that opened it, ms UTC
 *         40    8 version 2: bytes of this segment before it was packed, up to the end of its last frame; else zeros
 *         48   12 zeros
 *         60    4 CRC-32C of the 60 bytes before
 *         64      frames, one behind the other (log_frame.h), then zeros to the end
 *
 * Where the last segment stops being sound, four things can be true, and they must not be mixed up:
 *   torn     a crash cut short what was not yet acknowledged. Disks write whole sectors and the place was zero before,
 *            so a torn frame misses its end or whole sectors; a frame knows how many of its sectors were bare.
 *   bad      a byte changed later: the frame has all of its sectors, yet a check fails.
 *   missing  it looks torn, but a later frame says that everything here had been durable (`synced`).
 *   lost     it looks torn, and nothing later is there to say. Then only the `synced` file beside the segments can
 *            tell that records were acknowledged; after a power cut that file may be older than the truth.
 * Torn and lost are cut and reported (lost with the number of records); bad and missing are refused.
 *
 * Threads     pure: no state, no files.
 */
#ifndef ZH_STORE_LOG_SEGMENT_H
#define ZH_STORE_LOG_SEGMENT_H
#include "store/log_frame.h"

#define ZH_LOG_NO_SEGMENT UINT64_MAX /* "the segment before" of the first one */
#define ZH_LOG_SEGMENT_VERSION 1        /* of a segment that is written to */
#define ZH_LOG_SEGMENT_VERSION_PACKED 2 /* its frames may be packed; nothing is appended any more */

typedef struct zh_log_segment_header {
    uint32_t partition;
    uint64_t first_sequence, before_first_sequence;
    uint64_t file_bytes;
    int64_t opened_ms;
    uint64_t unpacked_bytes; /* > 0: packed, and so many bytes before */
} zh_log_segment_header;

void zh_log_segment_header_encode(char to[ZH_LOG_ALIGN], const zh_log_segment_header *header);

/* ZH_OK, ZH_CORRUPT, or ZH_FORMAT for a newer version; *why is a static sentence. Any bytes. */
ZH_MUST zh_err zh_log_segment_header_decode(zh_sv bytes, zh_log_segment_header *header, const char **why);

typedef enum zh_log_verdict {
    ZH_LOG_SOUND, /* frames, then zeros to the end of the file */
    ZH_LOG_TORN,  /* frames, then what a crash may leave: may be cut at `end_offset` in the last segment */
    ZH_LOG_BAD,   /* bytes changed, or frames are missing */
    ZH_LOG_NEWER, /* a frame of a newer version */
} zh_log_verdict;

typedef struct zh_log_scan {
    zh_log_verdict verdict;
    uint64_t end_offset, end_sequence; /* behind the last sound frame */
    uint64_t bad_offset;               /* TORN, BAD, NEWER: where the first bad thing begins */
    uint64_t bad_bytes;                /* from bad_offset to the last byte that is not zero, or of the missing end */
    const char *why;                   /* a static sentence for all but SOUND */
    uint64_t frames;
} zh_log_scan;

typedef zh_err zh_log_scan_frame(void *context, uint64_t offset, const zh_log_header *header);

/* Walk a whole segment: `image` is the file's bytes, header included (already checked: its first_sequence and
 * file_bytes are given). on_frame may be NULL; its error ends the walk and is returned. */
ZH_MUST zh_err zh_log_segment_scan(zh_sv image, const zh_log_segment_header *header, zh_log_scan_frame *on_frame,
                                   void *context, zh_log_scan *scan);

#endif
