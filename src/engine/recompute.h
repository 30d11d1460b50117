/* recompute.h -- decisions computed again, from their records and the log, and compared byte for byte; and their reasons put to the test.
 *
 *     record ─► the ask and the positions it had seen ─► the log folded to there (refold.h) ─► decide (decide.h) ─► the same bytes?
 *
 * Reasons. For each shown item with evidence the named items are taken out of what is known of the customer (out of the cart, off the
 * page), and the list is made again: the reason holds where the item then stands at another rank or is gone. What is taken out is not let in as
 * a candidate. Beside it as many other items of the same history, those that were not named: they should matter less. Where the history
 * has fewer, nothing is counted beside it.
 *
 * Guarantees  the live engine goes on working and nothing is written down.
 * Cost        one folding of the log up to the newest of the decisions; with reasons two lists more an item.
 * Threads     any.
 */
#ifndef ZH_ENGINE_RECOMPUTE_H
#define ZH_ENGINE_RECOMPUTE_H
#include "engine/engine.h"

#define ZH_RECOMPUTE_MAX 10000            /* decisions of one call */
#define ZH_RECOMPUTE_BYTES_MAX (64u << 20) /* of their records */

typedef enum zh_recomputed {
    ZH_RECOMPUTED_SAME,
    ZH_RECOMPUTED_DIFFERENT,
    ZH_RECOMPUTED_NOT,          /* what it was made of is not there any more */
} zh_recomputed;

typedef struct zh_recompute_ask {
    const zh_decision_id *ids;  /* these … */
    uint32_t ids_count;
    uint32_t newest;            /* … or, where there are none, so many of the newest */
    bool reasons;               /* test them, too */
} zh_recompute_ask; /* both at most ZH_RECOMPUTE_MAX */

typedef struct zh_reasons_tally {
    uint64_t items, moved;             /* with evidence; of them: at another rank or gone without what is named */
    uint64_t others, others_moved;     /* the same without as many others, where there are as many */
} zh_reasons_tally;

typedef struct zh_recompute_report {
    uint32_t same, different, not_replayable;
    zh_reasons_tally reasons[ZH_REASON_COUNT];
    /* One call a decision, in no order that means anything; `why` where it is not the same. May be NULL. */
    void (*say)(void *context, zh_decision_id id, zh_recomputed verdict, const char *why);
    void *context;
} zh_recompute_report; /* the caller sets say and context */

/* Errors: ZH_RANGE too many; ZH_CORRUPT damage of the log or of the base, ZH_NOMEM, ZH_IO: *why. */
ZH_MUST zh_err zh_recompute(zh_engine *engine, const zh_recompute_ask *ask, zh_recompute_report *report, zh_note *why);

/* Does the log still have what this decision was made of? NULL: yes; else the reason, as zh_recompute would give it. */
const char *zh_recompute_hindrance(zh_engine *engine, const zh_decision *decision);

#endif
