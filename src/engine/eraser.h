/* eraser.h -- the thread that ends an erasure: views as if he never was, his records out of the log, what was left aside removed.
 *
 *     asked ─► wait for company ─► views folded anew without him (undo.h) ─► the engine opens itself anew ─► part VIEWS
 *           ─► the last segments are closed ─► each segment with a record of his is written anew (store/log_transcode.h) ─► part LOG
 *           ─► state.old removed ─► part FILES ─► COMPLETE
 *
 * Each part is a record of the log, so a crash at any place is gone on from; parts may be done twice without harm. The base, where there is
 * one, is freed of him before views are folded (base_build.h).
 *
 * Views are folded anew from the whole log (or base + tail), so erasures that come together go together: the first one waits `wait_ms` for
 * others. A segment is read once to see whether it names one of them, and written anew where it does.
 *
 * Guarantees  COMPLETE is written when no file of the folder has a record of his any more.
 * Cost        as an undoing, once for all that wait; then reading the log once, and writing what named them.
 * Threads     open and close from one; the rest from any.
 */
#ifndef ZH_ENGINE_ERASER_H
#define ZH_ENGINE_ERASER_H
#include "engine/engine.h"

#define ZH_ERASER_LOOK_MS 500    /* between two looks */
#define ZH_ERASER_RETRY_MS 60000 /* after a failure */
#define ZH_ERASER_WAIT_MS INT64_C(3600000) /* of `zhun serve`: an hour for company */

typedef struct zh_eraser zh_eraser;

ZH_MUST zh_err zh_eraser_open(zh_eraser **out, zh_engine *engine, int64_t wait_ms); /* ZH_NOMEM; starts the thread */
void zh_eraser_close(zh_eraser *eraser); /* what it does ends soon and is begun anew at the next start; NULL is fine */

typedef struct zh_eraser_status {
    int64_t wait_ms;
    uint32_t waiting;               /* erasures that are not complete */
    uint64_t segments, segments_all; /* of the log, looked at and to be looked at in the run under way */
    zh_err failed;                  /* of the last try */
    zh_note why;
} zh_eraser_status;
void zh_eraser_status_of(zh_eraser *eraser, zh_eraser_status *out);

#endif
