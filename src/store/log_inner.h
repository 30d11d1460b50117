/* log_inner.h -- what the files of the log share: its structure on disk and in memory. For src/store/log*.c alone.
 *
 * The folder of a log, DIR being desc.dir:
 *
 *     DIR/log.lock                        empty; locked while the log is open
 *     DIR/log.meta                        version and number of partitions; made last, so where it is, all is there
 *     DIR/p000/00000000000000000000.log   segments, named by their first record (log_segment.h)
 *     DIR/p000/spare.log                  zeros for the next segment; never holds a record
 *     DIR/p000/reserve.log                zeros for the day the disk is full; never holds a record
 *     DIR/p000/pack.tmp                   a segment that is being packed; then it takes the segment's name
 *     DIR/p000/synced                     up to where records are known to be durable; a hint, not synced itself
 *
 *     log.meta  OFFSET SIZE MEANING       synced  OFFSET SIZE MEANING
 *                    0    3 "ZHL"                      0    3 "ZHW"
 *                    3    1 version, 1                 3    1 version, 1
 *                    4    8 partitions                 4    8 records below are durable
 *                   12   48 zeros                     12   48 zeros
 *                   60    4 CRC-32C of these          60    4 CRC-32C of these
 *
 * Who may touch what: `lock` guards segments, indexes and the shown ends; the appender alone changes them, so it
 * reads them without. Only segments_first is changed by whoever drops, and the appender looks at the last segment alone. Fields below "appender" belong to the appender. `ahead` has a lock of its own. The order of locks
 * is ahead or sync_lock, then lock.
 */
#ifndef ZH_STORE_LOG_INNER_H
#define ZH_STORE_LOG_INNER_H
#include "store/log.h"
#include "store/log_segment.h"

#include <pthread.h>

#define ZH_LOG_STEP_BYTES (1u << 20)  /* zeros written and synced at a time: what an append may have to wait for */
#define ZH_LOG_FIRST_BYTES (4u << 20) /* the first segment; each next one is twice as large, up to desc.segment_bytes */
#define ZH_LOG_CACHED_MAX 4           /* uncompressed blocks kept for fetch; at most 16 MiB each */
#define ZH_LOG_NAME_BYTES 40          /* "p000/00000000000000000000.log" and some */
#define ZH_LOG_META "log.meta"
#define ZH_LOG_LOCK "log.lock"
#define ZH_LOG_SPARE "spare.log"
#define ZH_LOG_RESERVE "reserve.log"
#define ZH_LOG_PACKING "pack.tmp" /* a segment that is being packed; removed by opening */
#define ZH_LOG_SYNCED "synced"

/* Where a frame lies: (first sequence - segment's) << 32 | offset / 64. */
typedef struct zh_log_index {
    uint64_t *frames;
    uint32_t count, cap;
} zh_log_index;

typedef struct zh_log_segment {
    uint64_t first_sequence;
    uint64_t file_bytes;
    uint64_t unpacked_bytes; /* > 0: packed, and so many bytes before, one more each time it was written anew; the file under the name is then another */
    int64_t opened_ms;       /* commit time of the block that opened it */
    bool indexed;       /* index is complete; the last segment's always is */
    bool unpackable;    /* packing it was tried in vain */
    zh_log_index index; /* made when first needed */
} zh_log_segment;

/* The next segment in the making; guarded by zh_log.ahead_lock. */
typedef struct zh_log_spare {
    int file;        /* -1: none yet */
    uint64_t bytes;  /* zeros written and synced */
    uint64_t target; /* bytes it shall have */
    bool busy;       /* somebody writes to it right now */
    bool failed;     /* the last step failed; the appender tries again when it needs it */
} zh_log_spare;

typedef struct zh_log_partition {
    uint32_t number;
    int dir;
    pthread_mutex_t lock;
    zh_log_segment *segments; /* in order; those before segments_first were dropped, at least one was not */
    uint32_t segments_first, segments_count, segments_cap;
    uint64_t shown_sequence;  /* readers see what is below */
    uint64_t shown_synced;    /* below is durable */
    uint64_t shown_offset;    /* end of the last shown frame in the last segment */
    /* appender */
    int file;                 /* the last segment, for writing */
    _Atomic bool close_wanted; /* the next append begins a segment; set by any thread */
    uint64_t end_offset, end_sequence, synced_sequence;
    int synced_file;
    struct {                  /* where the append under way began: what it takes back when it fails */
        uint64_t offset, sequence;
        uint32_t segments_count;
    } began;
    pthread_mutex_t sync_lock; /* one sync of `file` at a time, and `file` is not changed under it: a failed sync is told to
                                * whoever asks first, so its verdict (log.broken) is passed on before the next one may ask */
    zh_log_spare spare;
    uint64_t reserve_bytes;    /* 0: there is none. Guarded by zh_log.ahead_lock, as the two that follow */
    bool reserve_busy;         /* somebody writes one right now */
    bool reserve_failed;       /* the last try failed; zh_log_make_room tries again */
} zh_log_partition;

typedef struct zh_log_cached {
    uint32_t partition;
    uint64_t first_sequence;
    uint32_t count; /* 0: empty slot */
    uint64_t used;  /* larger is younger */
    zh_buf records;
} zh_log_cached;

struct zh_log {
    int dir, lock_file;
    uint32_t segment_bytes;
    const zh_log_io *io;
    bool broken; /* a sync failed; atomic */
    uint32_t partitions_count;
    zh_log_partition *partitions;
    zh_buf frame; /* appender */
    bool vital;   /* appender: the block under way may use the reserve */

    pthread_mutex_t ahead_lock;
    pthread_cond_t ahead_changed;
    pthread_t ahead_thread;
    bool ahead_runs, ahead_ends;

    pthread_mutex_t packing_lock; /* of log_transcode.c: one segment is written anew at a time */

    pthread_mutex_t cache_lock;
    uint64_t cache_clock;
    zh_log_cached cached[ZH_LOG_CACHED_MAX];
    zh_buf idle[ZH_LOG_CACHED_MAX]; /* memory of fetches that ended: new memory costs a page fault every 4 KiB */
};

/* --- disk calls through the table of desc.io (log_disk.c) */

extern const zh_log_io zh_log_real_io;
/* All bytes, over short writes and EINTR. *written says how far it came. ZH_FULL for no space, else ZH_IO. */
ZH_MUST zh_err zh_log_write(const zh_log_io *io, int file, zh_sv bytes, uint64_t offset, size_t *written);
ZH_MUST zh_err zh_log_write_zeros(const zh_log_io *io, int file, uint64_t offset, uint64_t bytes);
ZH_MUST zh_err zh_log_sync_file(const zh_log_io *io, int file);
ZH_MUST zh_err zh_log_sync_dir(const zh_log_io *io, int dir);
/* A whole file (malloc; the caller frees). ZH_ABSENT. */
ZH_MUST zh_err zh_log_slurp(int dir, const char *name, char **image, size_t *size);
/* Exactly `size` bytes, or fewer at the end of the file (*got). */
ZH_MUST zh_err zh_log_read(int file, char *to, size_t size, uint64_t offset, size_t *got);
/* The lock of a log's folder: a file to keep open (close it to unlock), or ZH_BUSY. */
ZH_MUST zh_err zh_log_lock(int dir, int *file);
void zh_log_segment_name(char name[ZH_LOG_NAME_BYTES], uint64_t first_sequence);
bool zh_log_segment_parse(const char *name, uint64_t *first_sequence);
void zh_log_path(char path[ZH_LOG_NAME_BYTES], uint32_t partition, const char *name); /* "p000/NAME" */
/* Would `bytes` more leave ZH_LOG_KEEP_FREE_BYTES of the disk free? Yes where that cannot be asked. */
bool zh_log_may_grow(int dir, uint64_t bytes);
/* Names of the segments in a partition's folder, ascending; the caller frees. */
ZH_MUST zh_err zh_log_list(int dir, uint64_t **first_sequences, size_t *count);
/* log.meta and synced: a mark, a version and one number. */
void zh_log_small_encode(char to[ZH_LOG_ALIGN], const char mark[3], uint64_t number);
ZH_MUST zh_err zh_log_small_read(int dir, const char *name, const char mark[3], uint64_t *number);

/* The hint is never synced: a power cut may leave its name and none of its bytes, which is no damage. */
bool zh_log_hint_is_blank(int dir);

/* --- the next segment (log_ahead.c) */

ZH_MUST zh_err zh_log_ahead_start(zh_log *log);
void zh_log_ahead_stop(zh_log *log);
/* Make a file of zeros with room for `need` bytes ready and hand it over; its name is still ZH_LOG_SPARE. */
ZH_MUST zh_err zh_log_ahead_take(zh_log *log, zh_log_partition *part, uint64_t need, int *file, uint64_t *bytes);
/* Have zeros for `need` bytes (0: that is not asked), and a reserve. */
ZH_MUST zh_err zh_log_ahead_make(zh_log *log, zh_log_partition *part, uint64_t need);
/* Ask for the segment after one of `bytes` bytes. */
void zh_log_ahead_ask(zh_log *log, zh_log_partition *part, uint64_t bytes);

/* --- the reserve (log_reserve.c) */

void zh_log_reserve_find(zh_log_partition *part); /* by opening */
/* Write one, durable when ZH_OK; the caller notes its *bytes. Without the lock, while reserve_busy. */
ZH_MUST zh_err zh_log_reserve_make(const zh_log *log, const zh_log_partition *part, uint64_t *bytes);
/* Hand it over as ZH_LOG_SPARE; the caller notes that it is gone. ZH_FULL: there is none. */
ZH_MUST zh_err zh_log_reserve_take(const zh_log *log, zh_log_partition *part, int *file);

/* --- one segment whole (log_verify.c) */

/* Which segment, and what its neighbours say about it. */
typedef struct zh_log_place {
    int dir; /* of the partition */
    uint32_t partition;
    uint64_t first_sequence;  /* the file's name */
    const uint64_t *before;   /* first sequence of the segment before; NULL: none is there */
    const uint64_t *after;    /* of the one behind; NULL: this is the last */
} zh_log_place;

typedef struct zh_log_checked {
    zh_log_segment_header header;
    uint64_t size; /* of the file */
    zh_log_scan scan; /* verdict TORN only for the last segment; BAD for whatever is wrong with the header too */
} zh_log_checked;

/* The header alone: ZH_OK or what zh_log_segment_header_decode says, and CORRUPT where it is another segment's. */
ZH_MUST zh_err zh_log_check_header(const zh_log_place *place, zh_sv bytes, zh_log_segment_header *header,
                                   const char **why);
/* All of it. ZH_OK says only that it could be read; the verdict is in *checked. */
ZH_MUST zh_err zh_log_check_segment(const zh_log_place *place, zh_log_scan_frame *on_frame, void *context,
                                    zh_log_checked *checked);

/* --- opening (log_recover.c), appending (log.c), finding (log_read.c) */

ZH_MUST zh_err zh_log_recover(zh_log *log, const zh_log_desc *desc, zh_note *why);
/* Seal the last segment and begin one with room for `need` bytes of frames. */
ZH_MUST zh_err zh_log_roll(zh_log *log, zh_log_partition *part, uint64_t need, int64_t opened_ms);
/* Note down a new last segment; the caller holds the lock or is alone. */
ZH_MUST zh_err zh_log_segments_put(zh_log_partition *part, uint64_t first_sequence, uint64_t file_bytes, int64_t opened_ms);
ZH_MUST zh_err zh_log_index_put(zh_log_index *index, uint64_t delta, uint64_t offset);
void zh_log_mark_synced(const zh_log_partition *part, uint64_t synced); /* write the hint */

/* --- the frames of one segment file, packed or not, one by one (log_read.c) */

typedef struct zh_log_walk {
    int file;
    uint64_t offset;        /* of the next frame to load */
    zh_buf bytes, scratch;
    zh_buf inner;           /* of a packed frame: zh_log_inner */
    uint32_t inner_at, inner_count;
    size_t records_at;
    uint64_t inner_next;    /* first sequence of the next inner frame */
} zh_log_walk;

zh_log_walk zh_log_walk_on(int file, uint64_t offset); /* the file stays the caller's */
void zh_log_walk_close(zh_log_walk *walk);
/* The next frame, valid until the next call. The walk stays where it is on ZH_CORRUPT, ZH_FORMAT (*why), ZH_IO, ZH_NOMEM. */
ZH_MUST zh_err zh_log_walk_next(zh_log_walk *walk, zh_log_frame *frame, const char **why);
static inline bool zh_log_walk_is_inside(const zh_log_walk *walk) /* the last frame was one of a packed one */
{
    return walk->inner_count > 0;
}

/* Read a frame into `bytes` (reset first) and look at it. ZH_CORRUPT and ZH_FORMAT with a static sentence in *why. */
ZH_MUST zh_err zh_log_load(int file, uint64_t offset, zh_buf *bytes, zh_log_header *header, const char **why);

#endif
