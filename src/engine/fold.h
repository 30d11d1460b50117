/* fold.h -- the fold thread: committed blocks in, views changed, checkpoints out.
 *
 * Blocks come from the committer in the order of each partition. The thread folds their records
 * into the world (world.h) in short turns under the world's lock, so readers wait microseconds, and
 * remembers the dedup and timeline rows of each event. From time to time it writes a checkpoint: those
 * rows, then what changed in every view together with the log positions it stands for.
 *
 * Guarantees  every block pushed is folded exactly once, in order a partition; the state on disk is
 *             always that of some earlier moment, named by the positions in it.
 * Cost        about 3 us an event.
 * Threads     push from the committer; the rest from any thread.
 */
#ifndef ZH_ENGINE_FOLD_H
#define ZH_ENGINE_FOLD_H
#include "engine/timeline.h"
#include "engine/world.h"
#include "store/log.h"
#include "store/state.h"
#include "sys/clock.h"
#include "sys/metrics.h"

#define ZH_FOLD_QUEUE_BYTES_MAX (128u << 20) /* blocks waiting to be folded; beyond, new work is refused */
#define ZH_FOLD_TURN_RECORDS 64              /* records folded under one hold of the lock: about 200 us */
#define ZH_FOLD_CHECKPOINT_MS 10000          /* a checkpoint at least so often while records come, and sooner when … */
#define ZH_FOLD_CHECKPOINT_WORK_MS 1200      /* … so much folding was done since: what a restart would do again */
#define ZH_FOLD_LIVE 512                     /* latest events remembered for people who watch */

typedef struct zh_fold zh_fold;

/* A committed block on its way; owned by the fold after the push. */
typedef struct zh_fold_block zh_fold_block;
struct zh_fold_block {
    uint32_t partition, count;
    uint64_t first_sequence;
    int64_t commit_ms;
    zh_buf records;        /* size-prefixed, as appended */
    zh_fold_block *next_;  /* private */
    int64_t pushed_us_;    /* private */
};
zh_fold_block *zh_fold_block_open(zh_fold *fold); /* empty; NULL: no memory */
void zh_fold_block_close(zh_fold_block *block);

typedef struct zh_fold_desc {
    zh_world *world;
    zh_state *state;
    zh_timeline *timeline;
    zh_log *log;
    const zh_clock *clock;
    zh_metrics *metrics;
    uint32_t partitions;
} zh_fold_desc; /* borrowed until close */

/* `positions`: for each partition, the first sequence not folded yet. Starts no thread: see start. */
ZH_MUST zh_err zh_fold_open(zh_fold **out, const zh_fold_desc *desc, const uint64_t *positions);

/* Fold on from the log itself up to its end, on the calling thread: recovery. progress may be NULL. */
ZH_MUST zh_err zh_fold_replay(zh_fold *fold, void (*progress)(void *context, uint64_t done, uint64_t all),
                              void *context, zh_note *why);
/* From any thread: a replay under way ends with ZH_STOPPED. */
void zh_fold_stop_replay(zh_fold *fold);

ZH_MUST zh_err zh_fold_start(zh_fold *fold);

/* Fold what was pushed, write a last checkpoint, end the thread. */
void zh_fold_close(zh_fold *fold);

void zh_fold_push(zh_fold *fold, zh_fold_block *block); /* takes it */
bool zh_fold_is_behind(const zh_fold *fold);            /* the queue is at its maximum */
/* Blocks pushed so far, and how many of them are in the last checkpoint. */
uint64_t zh_fold_pushed(const zh_fold *fold);
uint64_t zh_fold_settled(const zh_fold *fold);
uint64_t zh_fold_position(const zh_fold *fold, uint32_t partition); /* folded below, in whole blocks */
uint64_t zh_fold_exact(const zh_fold *fold, uint32_t partition);    /* the same to the record; under the world's read lock */
int64_t zh_fold_lag_ms(const zh_fold *fold);            /* age of the oldest block not folded; 0: none */
/* The moment at which the clock alone changes a view, if no record says before what time it is; INT64_MAX: never. */
int64_t zh_fold_alarm_ms(const zh_fold *fold);
/* Wait until position(partition) >= sequence: read your own writes. ZH_TIMEOUT, ZH_STOPPED. */
ZH_MUST zh_err zh_fold_wait(zh_fold *fold, uint32_t partition, uint64_t sequence, int64_t ms_max);
/* Save now; ZH_OK when it is on disk. */
ZH_MUST zh_err zh_fold_checkpoint(zh_fold *fold);
/* Why the last checkpoint could not be written: ZH_FULL, ZH_IO; ZH_OK: it could. Folding goes on meanwhile. */
zh_err zh_fold_unsaved(const zh_fold *fold);
/* Did folding stop with an error? Then views are behind for good: restart. */
zh_err zh_fold_failed(const zh_fold *fold);

/* The latest events, newest first, at most `most`; returns how many. */
typedef struct zh_fold_live {
    uint32_t partition;
    uint64_t sequence;
    uint64_t number; /* counts all events since start, from 1: "what came after N?" */
} zh_fold_live;
size_t zh_fold_latest(zh_fold *fold, uint64_t after_number, zh_fold_live *out, size_t most);

/* Events folded in each of the last `buckets` spans of 5 s, oldest first, the running one last. */
#define ZH_FOLD_RATE_SPAN_MS 5000
#define ZH_FOLD_RATE_SPANS 181 /* 15 minutes and the running one */
void zh_fold_rates(zh_fold *fold, int64_t now_ms, uint32_t out[ZH_FOLD_RATE_SPANS]);

#endif
