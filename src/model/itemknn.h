/* itemknn.h -- who took what you took also took: neighbours of items by weighted cosine.
 *
 * With n_u items in the history of user u, n_j users of item j, N items, and one weight a user and
 * one an item:
 *
 *     x_uj     = w_u g_j  where u took j, else 0
 *     sim(i,j) = sum_u x_ui x_uj / (|x_i| |x_j| + shrink),   sim(i,i) = 0
 *     score(j) = sum over distinct i in the history of  r_i sim(i,j), over the pairs the cut kept
 *     r_i      = exp(-(items since the newest i) / recency),  1 where recency = 0
 *
 *     weight   w_u (all divided by n_u ^ user)          g_j
 *     cosine   1                                        1
 *     tfidf    log(1 + N / n_u)                         1
 *     bm25     log(1 + (N - n_u + .5) / (n_u + .5))     (k1 + 1) / (1 + k1 (1 - b + b n_j / mean n))
 *
 *     the cut  side candidate: pairs where i is among the `top` nearest of j (each candidate is
 *              reached from its own best neighbours); history: j is among the `top` nearest of i.
 *              Ties at the cut are kept, so the cut does not depend on an order of items.
 *
 *   parameter  range            default    meaning
 *   weight     cosine tfidf bm25  cosine   how much a long history says, see above
 *   top        1 .. 100000        200      neighbours an item keeps
 *   shrink     0 .. 1e6             0      pulls similarities seen few times towards 0
 *   user       0 .. 2              .5      a history of n items counts n^-2user in a pair: heavy users less
 *   k1         0 .. 10            1.2      bm25: how fast a popular item saturates
 *   b          0 .. 1             .75      bm25: how much its popularity counts against it
 *   side       candidate history  candidate
 *   recency    0 .. 1000            0      history items this far back weigh 1/e; 0: all the same
 *
 * Score       an order only. New customer without history: no item has a score. New item: never found.
 * Determinism float sums in ascending order of users (train) and from new to old (score); no seed;
 *             the number of threads does not show.
 * Cost        train O(sum n_u^2) plus O(candidates) to cut; score O(history * top); 8 bytes a kept pair, and
 *             while training with side candidate once more for those of full lists.
 * Source      Sarwar et al., WWW 2001 (item-item cosine); Robertson, Zaragoza, 2009 (BM25).
 * Quality     docs/quality.md: ndcg@10 .0863 on Online Retail, as the numpy yardstick, 2026-11.
 * Proof       tests/model/itemknn_test.c against the formula written out.
 */
#ifndef ZH_MODEL_ITEMKNN_H
#define ZH_MODEL_ITEMKNN_H
#include "model/model.h"

extern const zh_model_kind zh_itemknn_kind;

#endif
