/* state.h -- what views remember between two starts: sorted keys and values in named spaces.
 *
 * RocksDB behind a small face of our own. Nothing in here is the truth: all of it can be rebuilt from the
 * log. So nothing is synced at a write. A flush makes everything written before it durable, in all spaces at
 * once, and a crash goes back to the last flush (ours, or one RocksDB did because memory was full): the
 * state is then exactly as after some earlier batch, never half of a batch and never one space ahead of another.
 * A view writes its rows and its log position in one batch; after a crash it goes on from the position it finds.
 *
 * Guarantees  a batch is seen whole or not at all, by readers and after a crash.
 *             Batches survive in order: if a batch is there, all batches before it are.
 * Cost        a get: a Bloom filter says no for DEDUP and IDS in about a microsecond; a yes reads one block.
 *             Memory: about 64 MiB by default (desc.cache_bytes), half for blocks, half for writes.
 * Threads     any number of readers; batches and rows of several writers, each with its own; flush and copy by one at a time.
 * Not here    the position's meaning (engine), what the values mean (the views).
 * Source      rocksdb/c.h; O'Neil et al., Acta Informatica 33, 1996 (the log-structured merge tree).
 */
#ifndef ZH_STORE_STATE_H
#define ZH_STORE_STATE_H
#include "base/buf.h"
#include "base/err.h"
#include "base/note.h"
#include "base/sv.h"

#include <stdbool.h>
#include <stdint.h>

#define ZH_STATE_KEY_BYTES_MAX 1024            /* keys are ids and hashes; a longer one is a design error */
#define ZH_STATE_VALUE_BYTES_MAX (64u << 20)   /* a large view's chunk; larger ones are split by their view */
#define ZH_STATE_CACHE_BYTES (64u << 20)       /* default of desc.cache_bytes */
#define ZH_STATE_KEEP_FREE_BYTES (2u << 20)    /* on the disk: a flush of little, its manifest, room for a restart */
#define ZH_STATE_CACHE_BYTES_MIN (8u << 20)    /* smaller makes RocksDB flush all the time */

/* Append only: the name of a space is stored. */
#define ZH_SPACE_LIST(X)                                                                       \
    X(META, "meta")         /* positions, versions, counters */                                \
    X(DEDUP, "dedup")       /* 128-bit key hash -> body hash, day; Bloom filter */       \
    X(IDS, "ids")           /* external id (blinded) -> customer number; Bloom filter */       \
    X(VIEWS, "views")       /* checkpoints of views */                                         \
    X(TIMELINE, "timeline") /* customer, time -> position in the log */                        \
    X(SECRETS, "secrets")   /* wrapped keys of customers; Bloom filter */

typedef enum zh_space {
#define X(name, text) ZH_SPACE_##name,
    ZH_SPACE_LIST(X)
#undef X
    ZH_SPACES_COUNT
} zh_space;

typedef struct zh_state zh_state; /* opaque */

typedef struct zh_state_desc {
    zh_sv dir;          /* made if absent (its parent must exist) */
    size_t cache_bytes; /* memory for cached blocks and for writes together; 0: ZH_STATE_CACHE_BYTES */
} zh_state_desc;

/* Open or create. Errors: ZH_FORMAT (written by a newer version), ZH_BUSY (another process has it), ZH_CORRUPT (delete the
 * folder: it is rebuilt from the log), ZH_FULL, ZH_IO, ZH_NOMEM; *why says more. The caller closes. */
ZH_MUST zh_err zh_state_open(zh_state **out, const zh_state_desc *desc, zh_note *why);

/* Flush and give everything back; scans and batches must be closed before. Where the disk takes nothing, what was not flushed is
 * left out, and the result says so. */
zh_err zh_state_close(zh_state *state);

/* The value of a key, into `out` (reset first). Errors: ZH_ABSENT, ZH_FULL (out's maximum), ZH_NOMEM, ZH_CORRUPT, ZH_IO. */
ZH_MUST zh_err zh_state_get(zh_state *state, zh_space space, zh_sv key, zh_buf *out);

/* ZH_OK or ZH_ABSENT, without the value; ZH_CORRUPT, ZH_IO. */
ZH_MUST zh_err zh_state_has(zh_state *state, zh_space space, zh_sv key);

/* Changes that become visible together. A batch may be used again after commit or clear; the caller closes it. */
typedef struct zh_state_batch zh_state_batch;                            /* opaque */
ZH_MUST zh_err zh_state_batch_open(zh_state_batch **out, zh_state *state); /* ZH_NOMEM */
void zh_state_batch_close(zh_state_batch *batch);
void zh_state_put(zh_state_batch *batch, zh_space space, zh_sv key, zh_sv value); /* both are copied */
void zh_state_drop(zh_state_batch *batch, zh_space space, zh_sv key);
void zh_state_drop_range(zh_state_batch *batch, zh_space space, zh_sv from, zh_sv below); /* from <= key < below */
void zh_state_batch_clear(zh_state_batch *batch);
size_t zh_state_batch_bytes(const zh_state_batch *batch);
ZH_MUST zh_err zh_state_commit(zh_state_batch *batch); /* and clears it if ZH_OK; ZH_IO, ZH_FULL (no space) */

/* Many rows of one space at once: written as a sorted file of their own and taken in whole, without going through the
 * memory of writes one by one (about 0.3 us a row instead of 3). Rows must be sorted by key, each key once; a row whose value.data is NULL
 * drops its key. From several threads, as long as their keys are not the same. Visible
 * to readers, and durable, when it returns; not atomic with batches: for rows that may be there ahead of a
 * position without harm. Few rows go the ordinary way. Errors: ZH_IO, ZH_FULL, ZH_NOMEM. */
typedef struct zh_state_row {
    zh_sv key, value;
} zh_state_row;
ZH_MUST zh_err zh_state_ingest(zh_state *state, zh_space space, const zh_state_row *rows, size_t count);

/* Walk a space in the order of keys, forward, as it was when the scan was opened:
 *     zh_state_scan scan = zh_state_scan_open(state, ZH_SPACE_VIEWS, prefix, from);
 *     while (zh_state_scan_next(&scan)) use(scan.key, scan.value);
 *     e = zh_state_scan_close(&scan);
 * Only keys that begin with `prefix` (copied; empty: all) and are >= `from` (empty: from the prefix). */
typedef struct zh_state_scan {
    zh_sv key, value; /* valid after true, until the next call */
    void *it_;        /* private */
    char prefix_[ZH_STATE_KEY_BYTES_MAX]; /* private */
    size_t prefix_bytes_;                 /* private */
    bool started_;                        /* private */
} zh_state_scan;
zh_state_scan zh_state_scan_open(zh_state *state, zh_space space, zh_sv prefix, zh_sv from);
bool zh_state_scan_next(zh_state_scan *scan);
zh_err zh_state_scan_close(zh_state_scan *scan); /* ZH_OK, or why the walk ended early: ZH_CORRUPT, ZH_IO */

/* Values of DEDUP of ZH_STATE_DEDUP_VALUE_BYTES end with the day they were written on (u16, little-endian). Rows of days before `day`
 * may go from now on: they do when their files are merged, so one may still be found for a while. Any thread. */
#define ZH_STATE_DEDUP_VALUE_BYTES 10
void zh_state_forget_before(zh_state *state, uint16_t day);

/* Would a flush and `bytes` of rows find a disk that takes them? Tries it with a file of its own. To be asked before: RocksDB does
 * not go on after some failures of its files, Debian's stops the process. Errors: ZH_FULL, ZH_IO. Cost: a sync. */
ZH_MUST zh_err zh_state_probe(const zh_state *state, uint64_t bytes);

/* Make all batches committed so far durable, in all spaces at once. Milliseconds to a second. */
ZH_MUST zh_err zh_state_flush(zh_state *state);

/* A consistent copy into the folder `to` (must not exist; its parent must); hard links where the disk allows. Flushes first. */
ZH_MUST zh_err zh_state_copy(zh_state *state, zh_sv to, zh_note *why);

uint64_t zh_state_rows(zh_state *state, zh_space space); /* about; each key may be counted as often as it was written */
uint64_t zh_state_bytes(zh_state *state);        /* on disk, about */
/* Merge the files of a space where there are several: less to read, and older forms of entries go. For quiet times: it may take
 * seconds, and comes back when it is done or stop_merging() was called by another thread, for good. Errors: ZH_FULL, ZH_IO (the disk has no room). */
ZH_MUST zh_err zh_state_merge(zh_state *state, zh_space space);
void zh_state_stop_merging(zh_state *state);
bool zh_state_is_merging(zh_state *state);       /* files are being merged, or should be: what is asked costs more meanwhile */
uint64_t zh_state_memory_bytes(zh_state *state); /* in memory, about */

#endif
