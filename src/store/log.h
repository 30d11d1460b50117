/* log.h -- the event log: what was appended is durable, in order, and is given back or named as damaged.
 *
 * The log is N partitions; a partition is a row of pre-allocated segment files; a segment is a row of
 * frames; a frame is one group commit of records (log_frame.h, docs/FORMATS.md). A position is the number of a
 * record in its partition: from 0, without gaps. The face is append, read on from a position, and
 * fetch one record, so that another log (Kafka) can stand behind it.
 *
 * Guarantees  ZH_OK from an append that is not lazy means: synced to disk before the return.
 *             A failed sync is never tried again: from then on the log is read-only and every append is ZH_IO. So it is
 *             after a write that failed for another reason than space.
 *             A failed append leaves nothing of its block that a reader, now or after a restart, could take
 *             for a record, except where the sync itself failed (then it may be found after a restart).
 *             Opening cuts what a crash left unfinished at the end, and reports it; it refuses
 *             (ZH_CORRUPT, file and offset named) bytes that changed after they were written.
 * Cost        an append: one LZ4 call, one write, one fdatasync a touched partition. A fetch: one or two
 *             reads and one LZ4 call, or a copy where a neighbour was fetched before: 20 us for a frame of 57 KB, and
 *             in proportion, so a large group commit is better given as several blocks of ~100 KB to append_many: still
 *             one sync. 8 bytes of memory a frame.
 * Threads     one appender (append, append_many); any number of readers and fetches beside it, one that drops or packs, and
 *             sync from any thread. A reader belongs to one thread. One inner thread writes zeros ahead.
 * Clock       commit times are given by the appender; nothing here reads the time of day.
 * Not here    sealing (guard): key_id is carried, not used. What records mean (core). Order between partitions.
 */
#ifndef ZH_STORE_LOG_H
#define ZH_STORE_LOG_H
#include "base/buf.h"
#include "base/err.h"
#include "base/note.h"
#include "base/sv.h"
#include "store/log_frame.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define ZH_LOG_PARTITIONS_MAX 256             /* files of one process; each has a thread's work behind it */
#define ZH_LOG_SEGMENT_BYTES (64u << 20)      /* default; retention and rewriting work in this unit */
#define ZH_LOG_SEGMENT_BYTES_MIN 4096u        /* for tests */
#define ZH_LOG_SEGMENT_BYTES_MAX (1u << 30)   /* recovery reads the last segment into memory */
#define ZH_LOG_MANY_MAX 1024                  /* blocks of one append_many */
#define ZH_LOG_RESERVE_BYTES (8u << 20)       /* kept for vital blocks on a full disk: about 20,000 opt-outs, one a sync */
#define ZH_LOG_RESERVE_BYTES_MIN (256u << 10) /* of one partition, however many share them */
#define ZH_LOG_KEEP_FREE_BYTES (16u << 20)    /* of the disk, never taken for the log: the state and a restart need it */
#define ZH_LOG_ROOM_BYTES (8u << 20)          /* what zh_log_make_room asks for: more than a group commit */

typedef struct zh_log zh_log;               /* opaque */
typedef struct zh_log_reader zh_log_reader; /* opaque */

/* The calls that reach the disk, replaced by tests that make each of them fail; NULL means the real one.
 * They keep the system's contract: -1 and errno. `context` is passed through. They may be called
 * from two threads. */
typedef struct zh_log_io {
    void *context;
    ssize_t (*pwrite)(void *context, int file, const void *bytes, size_t size, off_t offset);
    int (*fdatasync)(void *context, int file);
    int (*fsync)(void *context, int directory);
} zh_log_io;

/* One damage, as opening or verifying met it. Views are valid during the call. */
typedef struct zh_log_damage {
    zh_sv file;             /* path below the log's folder, e.g. "p000/00000000000000000000.log" */
    uint64_t offset;        /* where the first bad thing begins: a header, a frame, or a byte that should be zero */
    uint64_t bytes;         /* cut: from offset to the last byte that was not zero */
    bool cut;               /* unfinished end, cut by opening (or to be cut by the next opening) */
    uint64_t records_lost;  /* cut: records known to have been durable once; 0 after an ordinary crash */
    const char *reason;     /* a sentence */
} zh_log_damage;

typedef void zh_log_report(void *context, const zh_log_damage *damage);

typedef struct zh_log_desc {
    zh_sv dir;              /* made if absent (its parent must exist) */
    uint32_t partitions;    /* 1..ZH_LOG_PARTITIONS_MAX; fixed by the first open; 0: what the log has */
    uint32_t segment_bytes; /* 0: ZH_LOG_SEGMENT_BYTES; a multiple of 4096. Bounds a frame too. New segments only */
    bool verify_all;        /* check every frame of every segment before serving (else: the last segment) */
    bool no_ahead;          /* prepare segments when they are needed instead of ahead (tests, tools) */
    zh_log_report *report;  /* called during open for each cut; may be NULL */
    void *report_context;
    const zh_log_io *io;    /* NULL: the real calls; must outlive the log */
} zh_log_desc;

/* Open or create. On ZH_OK *why says what was cut, if anything was (else it is an empty text).
 * Errors: ZH_CORRUPT (damage; *why names file and offset), ZH_FORMAT (written by a newer version),
 * ZH_RANGE (another number of partitions), ZH_BUSY (another process has it), ZH_FULL (no space), ZH_IO, ZH_NOMEM.
 * The caller closes. */
ZH_MUST zh_err zh_log_open(zh_log **out, const zh_log_desc *desc, zh_note *why);

/* Sync what was lazy and give everything back. Readers must be closed before. The result is that of the
 * last sync; close(NULL) is fine. */
zh_err zh_log_close(zh_log *log);

/* One group commit to be. */
typedef struct zh_log_block {
    uint32_t workspace;
    uint32_t key_id;   /* 0: nothing in it is sealed */
    int64_t commit_ms;
    zh_sv records;     /* built with zh_log_record_put; <= ZH_LOG_BLOCK_BYTES_MAX */
    uint32_t count;    /* >= 1 */
    bool lazy;         /* written, not synced: durable after the next append that is not lazy, or a sync */
    bool vital;        /* may use the reserve when the disk is full: opt-outs, erasures */
} zh_log_block;

typedef struct zh_log_position {
    uint32_t partition;
    uint64_t sequence; /* of a record */
} zh_log_position;

/* Append one block. *at is where its first record lies (may be NULL).
 * Errors: ZH_RANGE (a size or count over its maximum, or the block does not fit a segment), ZH_FORMAT (records do
 * not add up), ZH_FULL (no space on the disk: nothing is harmed, ask again later), ZH_IO (read-only from now
 * on, unless it was only the making of a new segment), ZH_NOMEM. */
ZH_MUST zh_err zh_log_append(zh_log *log, uint32_t partition, const zh_log_block *block, zh_log_position *at);

typedef struct zh_log_part {
    uint32_t partition;
    zh_log_block block;
    zh_log_position at; /* result */
} zh_log_part;

/* Append several blocks (n <= ZH_LOG_MANY_MAX) in this order, then sync each touched partition once if any
 * of its blocks here is not lazy. On an error nothing is acknowledged and, unless a sync failed, nothing of it is in the log. */
ZH_MUST zh_err zh_log_append_many(zh_log *log, zh_log_part *parts, size_t n);

/* After ZH_FULL, by the appender: is there room again? Prepares it: at least ZH_LOG_ROOM_BYTES (or a segment, where that is
 * smaller) ahead in each partition, and the reserve whole. ZH_OK: appends will find space. ZH_FULL, ZH_IO: ask again later. */
ZH_MUST zh_err zh_log_make_room(zh_log *log);

/* Make everything durable that can be read when the call begins. From any thread, beside the appender. A checkpoint of views
 * calls this before it records a position. */
ZH_MUST zh_err zh_log_sync(zh_log *log);

/* Delete whole segments of which every record is below `sequence`; the last segment stays. Readers whose
 * place is deleted say ZH_STALE. From any one thread, beside the appender. A crash leaves some of them. Errors: ZH_IO. */
ZH_MUST zh_err zh_log_drop(zh_log *log, uint32_t partition, uint64_t sequence);
/* Where the log would begin after that drop. */
uint64_t zh_log_droppable(zh_log *log, uint32_t partition, uint64_t sequence);

/* A segment that another follows. */
typedef struct zh_log_extent {
    uint64_t first_sequence, next_sequence;
    uint64_t bytes;   /* on disk */
    int64_t until_ms; /* commit time of the first record behind it: its own are not later */
} zh_log_extent;
/* The closed segments of a partition, oldest first: for (uint32_t i = 0; zh_log_closed(log, p, i, &it); i++) … */
bool zh_log_closed(zh_log *log, uint32_t partition, uint32_t index, zh_log_extent *out);

/* The next append to each partition begins a new segment, so that what is there now gets into closed ones. From any thread. */
void zh_log_close_segments(zh_log *log);

uint32_t zh_log_partitions(const zh_log *log);
uint64_t zh_log_begin(zh_log *log, uint32_t partition);  /* first record still there, or the end */
uint64_t zh_log_end(zh_log *log, uint32_t partition);    /* the next record's sequence */
uint64_t zh_log_synced(zh_log *log, uint32_t partition); /* all below are durable */
uint64_t zh_log_bytes(zh_log *log);                      /* on disk, without the zeros behind the last frames */
uint64_t zh_log_reserve(zh_log *log);                    /* bytes kept for vital blocks */
bool zh_log_is_read_only(zh_log *log);                   /* a sync or a write failed */

/* Read on from a record. The reader may be opened at the end and follow the log as it grows; the log must
 * outlive it. Lazy blocks are seen before they are durable.
 * Errors: ZH_ABSENT (before the beginning or behind the end), ZH_IO, ZH_NOMEM, ZH_CORRUPT. The caller closes. */
ZH_MUST zh_err zh_log_reader_open(zh_log_reader **out, zh_log *log, uint32_t partition, uint64_t from_sequence);
void zh_log_reader_close(zh_log_reader *reader);

/* The next frame; the first one begins with from_sequence even if its group commit began earlier.
 * *frame is valid until the next call. At the end ZH_ABSENT: call again after more was appended.
 * Errors: ZH_CORRUPT (the reader stays where it is; zh_log_reader_why names file and offset), ZH_STALE (the place was
 * dropped: open another reader), ZH_FORMAT (a newer version's frame), ZH_IO, ZH_NOMEM. */
ZH_MUST zh_err zh_log_reader_next(zh_log_reader *reader, zh_log_frame *frame);
uint64_t zh_log_reader_sequence(const zh_log_reader *reader); /* of the next record it will give */
const char *zh_log_reader_why(const zh_log_reader *reader);   /* valid until the next call; "" when all is well */

/* One record by position, copied into `out` (reset first). From any thread.
 * Errors: ZH_ABSENT, ZH_CORRUPT, ZH_IO, ZH_NOMEM, ZH_FULL (out's maximum). */
ZH_MUST zh_err zh_log_fetch(zh_log *log, uint32_t partition, uint64_t sequence, zh_buf *out);

/* Check every byte of a log that nobody has open, changing nothing; each damage is reported.
 * ZH_OK: all is sound. ZH_CORRUPT: at least one report. ZH_BUSY: it is open. ZH_ABSENT, ZH_FORMAT, ZH_IO, ZH_NOMEM: *why. */
ZH_MUST zh_err zh_log_verify(zh_sv dir, zh_log_report *report, void *context, zh_note *why);

#endif
