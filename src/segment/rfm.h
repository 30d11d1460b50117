/* rfm.h -- recency, frequency, money: customers in equal parts by each, and segments by rules over the parts.
 *
 * The cut points of a figure v over n customers are its quantiles of 1/bins, 2/bins ... by linear interpolation
 * (Hyndman and Fan's type 7), plus 1; the score is 1 + the number of cut points <= v. Recency is reversed: who came
 * lately scores high. Ties make parts unequal; a figure that most customers share leaves scores empty.
 *
 * Ranges      bins 2 .. ZH_RFM_BINS_MAX; figures finite.
 * Cost        O(n log n) for the cuts, O(bins) a score.
 * Source      Hughes, Strategic Database Marketing, 1994; quantiles: Hyndman, Fan, The American Statistician 50 (1996).
 */
#ifndef ZH_SEGMENT_RFM_H
#define ZH_SEGMENT_RFM_H
#include "base/sv.h"

#define ZH_RFM_BINS_MAX 9   /* a code is one digit a figure: "555" */
#define ZH_RFM_RULES_MAX 64 /* named segments; nobody can tell more apart */

/* The quantile of part / parts of sorted values, count >= 1. Of whole numbers that quantile is exact where a double can be: a tie
 * with a customer's figure is not missed by the last digit. */
double zh_rfm_quantile(const double *sorted, size_t count, uint32_t part, uint32_t parts);
/* The bins - 1 cut points; sorts `values` in place. */
void zh_rfm_cuts(double *values, size_t count, uint32_t bins, double *cuts);
uint32_t zh_rfm_score(double value, const double *cuts, uint32_t bins);

/* Customers whose three scores lie in the ranges, both ends included. */
typedef struct zh_rfm_rule {
    zh_sv name;
    uint8_t ends[6]; /* lowest and highest r, f, m */
} zh_rfm_rule;

/* The ten segments most shops use, for 5 bins. */
extern const zh_rfm_rule zh_rfm_rules[];
extern const size_t zh_rfm_rules_count;

/* The first rule that fits, or `count` for none ("Others"). */
size_t zh_rfm_segment(const zh_rfm_rule *rules, size_t count, uint32_t r, uint32_t f, uint32_t m);

#endif
