#include "measure/cohort.h"

#include <assert.h>
#include <stdlib.h>

static int by_number(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

void zh_cohort_count(uint64_t *visits, size_t count, uint32_t periods, uint32_t *kept)
{
    assert(periods >= 1 && periods <= ZH_COHORT_PERIODS_MAX);
    qsort(visits, count, sizeof *visits, by_number); /* by customer, then period: the first is the cohort */
    uint32_t first = 0;
    for (size_t i = 0; i < count; i++) {
        const uint32_t period = (uint32_t)visits[i];
        assert(period < periods);
        if (i == 0 || visits[i] >> 32 != visits[i - 1] >> 32) first = period;
        else if (visits[i] == visits[i - 1]) continue;
        kept[(size_t)first * periods + (period - first)]++;
    }
}
