/* returning.h -- retention: of those whose first event fell in a period, how many returned in each period after it; and what they bought till then.
 *
 * A customer's **first** event is the first of its kind in [from, to); his cohort is the period it lies in. A **return** is a returning event that
 * stands after it. Column k is the k-th period after the cohort's own.
 *     classic  he returned in that period
 *     rolling  he returned in that period or any later one (unbounded retention)
 *
 * Guarantees  a function of the events, which stand oldest first.
 * Cost        O(events x log periods), no memory.
 */
#ifndef ZH_MEASURE_RETURNING_H
#define ZH_MEASURE_RETURNING_H
#include "base/tz.h"
#include "measure/funnel.h"

#include <stdbool.h>

#define ZH_RETURNING_COLUMNS_MAX 61   /* the cohort's own period and 60 after it */
#define ZH_RETURNING_COHORTS_MAX 400
#define ZH_RETURNING_PERIODS_MAX 2000 /* from the first cohort to the newest event */

enum { ZH_RETURNING_FIRST = 1, ZH_RETURNING_RETURN = 2 }; /* of zh_funnel_event.steps */
typedef enum zh_period { ZH_PERIOD_DAY, ZH_PERIOD_WEEK, ZH_PERIOD_MONTH } zh_period; /* weeks begin on Monday */

typedef struct zh_returning_span {
    int64_t from_ms, to_ms;
    uint32_t periods;                                /* that have begun by the newest event; the last of them runs */
    uint32_t cohorts;                                /* the first of them: those that begin before `to` */
    uint32_t columns;                                /* at most, of a cohort */
    int64_t starts_ms[ZH_RETURNING_PERIODS_MAX + 1]; /* [periods] is where the last one ends */
    int64_t days[ZH_RETURNING_PERIODS_MAX + 1];      /* the first local day of each */
} zh_returning_span;

/* The first day of the period `back` periods before that of a moment. */
int64_t zh_period_day(const zh_tz *tz, zh_period period, int64_t ms, uint32_t back);
/* Fill periods, cohorts, starts and days for [from, to) and what came until the newest event. Errors: ZH_FULL too many periods or cohorts. */
ZH_MUST zh_err zh_returning_divide(zh_returning_span *span, const zh_tz *tz, zh_period period, int64_t newest_ms);
uint32_t zh_returning_columns(const zh_returning_span *span, uint32_t cohort); /* that it has by now */

typedef struct zh_returned { /* one customer */
    bool is_in;          /* he has a first event in the span */
    uint32_t cohort;
    int64_t first_ms;
    uint64_t classic;    /* bit k */
    int32_t last;        /* the last column with a return, also beyond those asked; -1: none */
} zh_returned;
zh_returned zh_returning_of(const zh_returning_span *span, const zh_funnel_event *events, size_t count);
/* The column of a moment at or after his first event; false: it lies beyond those there are. */
bool zh_returning_column(const zh_returning_span *span, const zh_returned *customer, int64_t ms, uint32_t *column);

#endif
