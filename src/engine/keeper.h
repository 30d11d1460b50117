/* keeper.h -- the thread that brings a checkpoint to the state while folding goes on.
 *
 * The fold thread gives the keeper the entries of views as they are at one position of the log, hands them over
 * with the dedup rows of the events it covers, and goes on folding. The keeper adds identity, which may be newer
 * than the position (its folding is made for that), syncs the log, writes the rows, and then the views as one file.
 *
 *     fold thread    ── fills ──► entries, rows ── go ──►  keeper: identity, log sync, rows, views, flush ──► done
 *
 * Guarantees  the state never knows more than the synced log, except of identity and of rows, where more is no harm;
 *             a checkpoint is in the state whole or not at all.
 * Threads     everything but the keeper's own work is called from the fold thread; done comes on the keeper's.
 */
#ifndef ZH_ENGINE_KEEPER_H
#define ZH_ENGINE_KEEPER_H
#include "engine/dedup.h"
#include "engine/timeline.h"
#include "engine/world.h"
#include "store/log.h"

#define ZH_KEEPER_RETRY_MS 2000
#define ZH_KEEPER_STEP 256 /* entries of identity written under one hold of its lock: about 200 us */

typedef struct zh_keeper zh_keeper;

typedef struct zh_keeper_rows { /* dedup keys folded and not in the state yet; grows by the fold thread */
    zh_dedup_row *rows;
    size_t count, cap;
    uint16_t day; /* UTC, of the newest of them */
} zh_keeper_rows;

typedef struct zh_keeper_desc {
    zh_world *world;
    zh_state *state;
    zh_timeline *timeline;
    zh_log *log;
    /* A checkpoint was written, or could not be; work_us: processor time of the attempt. ZH_FULL and ZH_IO: it is kept,
     * and tried again every ZH_KEEPER_RETRY_MS. Any other error is final. */
    void (*done)(void *context, zh_err e, int64_t work_us);
    void *context;
} zh_keeper_desc; /* borrowed until close */

ZH_MUST zh_err zh_keeper_open(zh_keeper **out, const zh_keeper_desc *desc); /* starts no thread; ZH_NOMEM */
ZH_MUST zh_err zh_keeper_start(zh_keeper *keeper);
void zh_keeper_retry(zh_keeper *keeper); /* now, not only after the wait */
void zh_keeper_stop(zh_keeper *keeper);  /* what was handed over is tried once more; no thread is fine */
void zh_keeper_close(zh_keeper *keeper); /* and stops it */

bool zh_keeper_is_idle(zh_keeper *keeper);          /* nothing is waiting to be written: the next may be filled */
zh_keep zh_keeper_views(zh_keeper *keeper); /* while idle: where the entries of the next checkpoint go */
/* The entries are complete. Takes the rows, and gives back empty ones with the room of older rows. */
void zh_keeper_go(zh_keeper *keeper, zh_keeper_rows *rows);
/* The same on this thread, while the keeper has none: replay, and the end. Where it is not idle, that is written, and
 * `rows` are left alone. Errors: ZH_IO, ZH_FULL (it is kept, the keeper is not idle), ZH_NOMEM, ZH_CORRUPT. */
ZH_MUST zh_err zh_keeper_write(zh_keeper *keeper, zh_keeper_rows *rows);
/* Rows alone, without a checkpoint. */
ZH_MUST zh_err zh_keeper_put_rows(zh_keeper *keeper, zh_keeper_rows *rows);

#endif
