/* preview.h -- for whom does an expression hold, now? Every customer is asked.
 *
 * Guarantees  exact, of each customer at a moment between the call and its answer. First the stamps of all are looked at in one pass (profile/stamps.h): who
 *             cannot have done what the condition wants is not looked at himself.
 * Cost        about 15 ns a customer for the pass; 0.5 us, on one of two threads, for each who may match. Folding waits for the pass; after it the world's read
 *             lock is held for ZH_PREVIEW_STEP customers at a time. 8 bytes of memory a customer.
 * Limits      ZH_PREVIEW_WORK_MS of time: what was not asked by then is said.
 * Threads     any.
 */
#ifndef ZH_ENGINE_PREVIEW_H
#define ZH_ENGINE_PREVIEW_H
#include "engine/engine.h"
#include "segment/vocabulary.h"

#define ZH_PREVIEW_STEP 256
#define ZH_PREVIEW_WORK_MS 30000

typedef struct zh_preview_ask {
    zh_sv expression;
    uint32_t limit;          /* of matching customers to name; 0: none */
    uint64_t after;          /* only those of higher numbers are named */
} zh_preview_ask;

typedef struct zh_preview {
    uint64_t customers;      /* there are */
    uint64_t asked;          /* of them; fewer where time ran out */
    uint64_t matching;
    uint64_t failed;         /* the expression had no answer for them: they do not match */
    char failure[200];       /* why, for one of those; empty: none failed */
    uint64_t reach[ZH_CHANNEL_COUNT]; /* matching customers who allowed marketing by the channel */
    zh_customer_id *named;   /* [named_count], ascending, in the arena */
    uint32_t named_count;
    bool more;               /* there are others to name */
    int64_t now_ms, took_us;
} zh_preview;

/* Errors: ZH_FORMAT and ZH_FULL: the expression (why says what and where), ZH_NOMEM. */
ZH_MUST zh_err zh_engine_preview(zh_engine *engine, const zh_preview_ask *ask, zh_arena *arena, zh_preview *out, zh_cel_fault *why);

#endif
