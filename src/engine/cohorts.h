/* cohorts.h -- retention by month, from the orders in memory.
 *
 * The definitions of measure/cohort.h, over orders that stand, in months of the workspace's zone: a customer belongs to the
 * month of his first order, and counts once in each month in which he ordered.
 *
 * Cost        about 0.2 us a customer and 20 ns an order; 8 bytes a customer and month.
 * Threads     any.
 */
#ifndef ZH_ENGINE_COHORTS_H
#define ZH_ENGINE_COHORTS_H
#include "engine/engine.h"

#define ZH_COHORTS_VISITS_MAX ((size_t)1 << 26) /* customers' months: 512 MB for as long as it takes */

typedef struct zh_cohorts {
    int64_t first;     /* month of the first order: 12 * year + month - 1 */
    uint32_t months;   /* from there on; 0: nobody ordered */
    uint32_t *kept;    /* [months * months], see zh_cohort_count; close frees */
    uint64_t customers;
} zh_cohorts;

/* Errors: ZH_NOMEM, ZH_FULL. Close in any case. */
ZH_MUST zh_err zh_engine_cohorts(zh_engine *engine, zh_cohorts *out);
void zh_cohorts_close(zh_cohorts *cohorts);

#endif
