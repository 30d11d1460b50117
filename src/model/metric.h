/* metric.h -- how good are k recommendations, beside what was right?
 *
 * Means over the questions, weighted where they have weights. h_r is 1 when place r (from 1) of a list is right, t the number of right
 * answers (those outside the catalogue too), c_i how often item i was recommended to anyone.
 *
 *   recall      sum h / t                          precision   sum h / k
 *   ndcg        sum h_r / log2(r + 1)   over the same sum with h = 1 at places 1..min(k, t)
 *   hit         1 when any h                       mrr         1 / r of the first h, else 0
 *   coverage    share of items with c_i > 0
 *   gini        sum_i (2 i - n - 1) c_(i) / (n sum c), c_(1) <= ... <= c_(n), items never shown too
 *   popularity  mean training count of a recommended item
 *   novelty     mean of log2(all training counts / the item's) over recommended items, bits; a count
 *               of 0 is taken for 1
 *
 * Empty places (ZH_SCORES_NONE) are wrong and count for nobody. With one right answer ndcg and recall
 * are the usual "hit rate" figures of leave-one-out tables. Gini is 0 when all items are shown
 * equally often and (n - 1) / n when one item is all there is.
 *
 * Source      Jarvelin, Kekalainen, TOIS 20 (4), 2002 (ndcg); Zhou et al., PNAS 107 (10), 2010 (novelty as
 *             self-information); the rest by definition.
 * Proof       hand-worked rows in tests/model/metric_test.c.
 */
#ifndef ZH_MODEL_METRIC_H
#define ZH_MODEL_METRIC_H
#include "base/arena.h"
#include "model/rows.h"

typedef struct zh_metrics {
    double recall, ndcg, precision, hit, mrr, coverage, gini, popularity, novelty;
} zh_metrics;

typedef struct zh_metric_lists {
    uint32_t queries, k, items;
    const uint32_t *top;      /* [queries][k] item numbers or ZH_SCORES_NONE */
    const zh_rows *target;    /* [queries] right answers, ascending */
    const uint32_t *wanted;   /* [queries] t >= 1 */
    const uint32_t *count;    /* [items] training counts */
    const double *weight;     /* [queries] > 0; NULL: all the same */
} zh_metric_lists;

/* O(queries * k * log t + items log items); the sums go in order of the questions. `scratch` holds
 * 4 bytes an item meanwhile. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_metric_of(zh_metrics *out, zh_arena *scratch, const zh_metric_lists *lists);

/* The metrics of each question for itself into each[queries]: without weights, and coverage to novelty 0. */
void zh_metric_each(zh_metrics *each, const zh_metric_lists *lists);

#endif
