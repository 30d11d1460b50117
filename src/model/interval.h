/* interval.h -- how sure is a metric, and for whom does it hold?
 *
 * Interval: the questions of one customer (or of one session) are drawn together, as many of them as
 * there are, with replacement, ZH_INTERVAL_DRAWS times; low and high are the 2.5 % and 97.5 % quantiles
 * of the weighted means. Two models whose intervals overlap are not told apart by this test alone.
 * Cold start: the same means over the questions that know so many items.
 *
 * Determinism a function of the metrics and the seed.
 * Cost        O(ZH_INTERVAL_DRAWS * questions); a million questions take some seconds.
 * Source      Efron, Annals of Statistics 7 (1), 1979 (percentile bootstrap; whole customers are drawn).
 * Proof       tests/model/interval_test.c.
 */
#ifndef ZH_MODEL_INTERVAL_H
#define ZH_MODEL_INTERVAL_H
#include "model/metric.h"

#define ZH_INTERVAL_DRAWS 1000 /* 25 lie outside on each side: ends repeat to about a tenth of the width */
#define ZH_INTERVAL_BANDS 4    /* questions that know 0, 1, 2 to 4, 5 and more items */

typedef struct zh_interval {
    double low, high;
} zh_interval;

typedef struct zh_intervals {
    zh_interval recall, ndcg, hit, mrr;
} zh_intervals;

typedef struct zh_interval_asked {
    const zh_metrics *each;  /* [from[groups]] of one question, see zh_metric_each */
    const double *weight;    /* the same; NULL: all alike */
    const uint32_t *from;    /* [groups + 1] questions of a group are from[g] .. from[g + 1] - 1; no group is empty */
    uint32_t groups;         /* >= 1 */
} zh_interval_asked;

/* `scratch` is used meanwhile. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_interval_of(zh_intervals *out, zh_arena *scratch, const zh_interval_asked *asked, uint64_t seed);

typedef struct zh_band {
    uint32_t least, most;      /* known items; most is UINT32_MAX in the last one */
    uint32_t questions;
    double recall, ndcg, hit;  /* 0 without questions */
} zh_band;

/* known[q]: items a question knows, repeats counted. */
void zh_interval_bands(zh_band out[ZH_INTERVAL_BANDS], const zh_interval_asked *asked, const uint32_t *known);

#endif
