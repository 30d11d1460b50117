/* cohort.h -- retention: of those who came first in a period, how many came in each period after it.
 *
 * kept[c * periods + k] = number of customers whose first period is c and who came in period c + k; k = 0 is the
 * cohort's size. A customer counts once a period, however often they came.
 *
 * Ranges      periods 1 .. ZH_COHORT_PERIODS_MAX, numbered from 0.
 * Cost        O(visits log visits), in place; periods^2 counts.
 */
#ifndef ZH_MEASURE_COHORT_H
#define ZH_MEASURE_COHORT_H
#include <stddef.h>
#include <stdint.h>

#define ZH_COHORT_PERIODS_MAX 4096 /* eleven years of days; 64 MiB of counts */

/* One visit: the customer's number above, the period's below. */
static inline uint64_t zh_cohort_visit(uint32_t customer, uint32_t period)
{
    return (uint64_t)customer << 32 | period;
}

/* Fill kept[periods * periods], zeroed by the caller; sorts `visits`. */
void zh_cohort_count(uint64_t *visits, size_t count, uint32_t periods, uint32_t *kept);

#endif
