#include "segment/rfm.h"

#include <assert.h>
#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double zh_rfm_quantile(const double *sorted, size_t count, uint32_t part, uint32_t parts)
{
    assert(count >= 1 && part <= parts && parts >= 1);
    const size_t place = part * (count - 1), i = place / parts;
    return i + 1 >= count ? sorted[count - 1] : sorted[i] + (double)(place % parts) * (sorted[i + 1] - sorted[i]) / parts;
}

void zh_rfm_cuts(double *values, size_t count, uint32_t bins, double *cuts)
{
    assert(bins >= 2 && bins <= ZH_RFM_BINS_MAX);
    qsort(values, count, sizeof *values, by_value);
    for (uint32_t i = 1; i < bins; i++) cuts[i - 1] = zh_rfm_quantile(values, count, i, bins) + 1;
}

uint32_t zh_rfm_score(double value, const double *cuts, uint32_t bins)
{
    uint32_t score = 1;
    for (uint32_t i = 0; i + 1 < bins; i++) score += cuts[i] <= value;
    return score;
}

#define RULE(text, ...) { { text, sizeof text - 1 }, { __VA_ARGS__ } }
const zh_rfm_rule zh_rfm_rules[] = {
    RULE("Champions", 4, 5, 4, 5, 4, 5),        RULE("Loyal Customers", 2, 5, 3, 5, 3, 5),
    RULE("Potential Loyalist", 3, 5, 1, 3, 1, 3), RULE("New Customers", 4, 5, 1, 1, 1, 1),
    RULE("Promising", 3, 4, 1, 1, 1, 1),        RULE("Need Attention", 2, 3, 2, 3, 2, 3),
    RULE("About To Sleep", 2, 3, 1, 2, 1, 2),   RULE("At Risk", 1, 2, 2, 5, 2, 5),
    RULE("Can't Lose Them", 1, 1, 4, 5, 4, 5),  RULE("Lost", 1, 2, 1, 2, 1, 2),
};
const size_t zh_rfm_rules_count = sizeof zh_rfm_rules / sizeof *zh_rfm_rules;

size_t zh_rfm_segment(const zh_rfm_rule *rules, size_t count, uint32_t r, uint32_t f, uint32_t m)
{
    for (size_t i = 0; i < count; i++) {
        const uint8_t *e = rules[i].ends;
        if (r >= e[0] && r <= e[1] && f >= e[2] && f <= e[3] && m >= e[4] && m <= e[5]) return i;
    }
    return count;
}
