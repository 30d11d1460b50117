/* gfcf.h -- graph filters without gradients: what your history says once noise is blurred away and
 * common taste is taken back.
 *
 * With n_u items in the history of customer u and n_i customers of item i:
 *
 *     R     = D_u^-user X D_i^-item                 D holds n_u, n_i;  X is 1 where u took i
 *     C     = R'R / (its largest value)  =  V L V'  L: values in [0, 1], largest first
 *     W     = C + D_i^-lean V_r h(L_r) V_r' D_i^lean   the first `rank` patterns get more or less weight,
 *     h(l)  = blur (1 - sharpen l) - sharpen l^2
 *     row i = the `top` largest W_ij n_j^popular > 0, j != i;   score(j) = sum over the history of r_i row(i)[j]
 *
 * C is the linear filter: two steps over the graph of customers and items. `blur` is the ideal low-pass
 * filter: patterns many share also tie items that nobody took together. `sharpen` is one step of the
 * reverse filter, W - sharpen W C, of the patterns of the rank: what every walk ends up with is taken back.
 * So the whole filter is one table of neighbours, computed once, and an answer costs what item-kNN costs.
 *
 *   parameter  range            default    meaning
 *   recency    0 .. 1000        0          history items this far back weigh 1/e; 0: all the same
 *   user       0 .. 2           .3         heavy customers count less
 *   sharpen    0 .. 2           .9         how much of common taste is taken back
 *   popular    0 .. 2           .25        popular items count as answers more than in a history
 *   item       0 .. 2           .5         popular items count less
 *   blur       0 .. 10          .1         the low-pass filter beside the linear one
 *   lean       0 .. 1           0          the patterns lean to popular answers; .5, with user and item .5, sharpen and
 *                                          popular 0, blur .3: GF-CF as in the paper
 *   rank       1 .. 2048        128        patterns that h weighs; 256 is .5 % better on gowalla at twice the time
 *   top        1 .. 100000      500        neighbours an item keeps
 *   side       candidate history  history  whose largest are kept (see neighbours.h)
 *
 * Score       an order only. New customer without history: no item has a score. New item: never found.
 * Determinism seed (the start of the power iteration shows in the last digits); threads do not show.
 * Cost        train O(items^2 rank) of dense products, at most ZH_GFCF_ITEMS_MAX items (ZH_FULL), plus
 *             spectrum.h and neighbours.h; score O(history * top); 8 bytes a kept pair.
 * Source      Shen et al., CIKM 2021 (GF-CF: linear plus ideal low-pass, with D_i^-1/2 and D_i^1/2 around
 *             the latter); Choi et al., SIGIR 2023 (BSPM: blur, then sharpen); Fu et al., WSDM 2022
 *             (LinkProp: free exponents of degrees).
 * Our differences  exponents are free; the sharpening is done in the patterns of the rank, where it is a
 *             number each, not a pass over the graph an answer; the table is cut.
 * Quality     docs/quality.md: ndcg@10 .0995 on Online Retail; ndcg@20 .1504 on gowalla, under the paper's
 *             filter as the yardstick has it (.1560), 2026-11.
 * Proof       tests/model/gfcf_test.c against the formula over all patterns in double.
 */
#ifndef ZH_MODEL_GFCF_H
#define ZH_MODEL_GFCF_H
#include "model/model.h"

#define ZH_GFCF_ITEMS_MAX 200000 /* every item meets every other: about 10 minutes a core at rank 256 */

extern const zh_model_kind zh_gfcf_kind;

#endif
