/* returning.h -- retention and the value of cohorts over all customers (measure/returning.h).
 *
 * Value: of the orders that stand, from the customer's first event on, in one currency, refunds taken off.
 *
 * Cost        that of steps.h. Threads: any; the world's read lock is held for 256 customers at a time.
 */
#ifndef ZH_ENGINE_RETURNING_H
#define ZH_ENGINE_RETURNING_H
#include "engine/steps.h"
#include "measure/returning.h"

typedef enum zh_returning_kind { ZH_RETURNING_SIZE, ZH_RETURNING_CLASSIC, ZH_RETURNING_ROLLING, ZH_RETURNING_LOST } zh_returning_kind;

typedef struct zh_returning_ask {
    zh_asked_event events[2];       /* the first, the returning */
    zh_period period;
    int64_t from_ms, to_ms;
    uint32_t columns;               /* 1 .. ZH_RETURNING_COLUMNS_MAX */
    zh_sv segment;
    bool value;
    zh_currency currency;           /* of the value */
    zh_crowd_names open;            /* most 0: nobody */
    zh_sv open_cohort;              /* its first day: 2026-01-05 */
    uint32_t open_column;
    zh_returning_kind open_kind;
} zh_returning_ask;

typedef struct zh_returning_cell { uint64_t classic, rolling; int64_t minor; } zh_returning_cell; /* minor: cumulated */
typedef struct zh_returning {
    uint64_t customers, failed;
    zh_returning_span span;
    uint64_t size[ZH_RETURNING_COHORTS_MAX];
    zh_returning_cell cell[ZH_RETURNING_COHORTS_MAX][ZH_RETURNING_COLUMNS_MAX];
    zh_crowd_names open;
    int64_t took_us;
} zh_returning;

/* Errors: ZH_FORMAT, ZH_FULL (a condition: *step says which, *why what; with an empty *why: too many periods), ZH_RANGE no such cohort or column,
 * ZH_ABSENT no such segment, ZH_NOMEM. `out` is large: not for the stack. */
ZH_MUST zh_err zh_engine_returning(zh_engine *engine, const zh_returning_ask *ask, zh_returning *out, uint32_t *step, zh_cel_fault *why);

#endif
