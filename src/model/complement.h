/* complement.h -- what completes this: pairs of baskets weighed, kinds and titles where pairs are few.
 *
 * With baskets (rows) b of n_b items, age_b days before the newest, kind k(j) and title words of item j:
 *
 *     w_b     = 2^(-age_b / days) n_b^-size
 *     W_aj    = sum over b with a and j of w_b g_b(a, j)      g: order any 1; after: 1 (reach 0) or
 *               exp(-(items from a to j - 1) / reach) where j comes after the first a, else 0
 *     P_j     = sum over b with j of w_b, as a share of all;  Q_j the same with half-life fresh_days, size 0
 *     M       = sum over b of w_b n_b (n_b - 1) / items,  the pairs of a mean item
 *     T_kl    = sum of W_aj over a in k, j in l;  T_k = sum over l
 *     prior_j = (1 - kinds) P_j + kinds (T_k(a),k(j) / T_k(a)) (P_j / P_k(j))
 *
 *     score(j) = sum over distinct known a of  (W_aj + m M prior_j) / (W_a + m M) (1 + title cos(a, j))
 *                / (P_j + e)^beta  ((Q_j + e) / (P_j + e))^fresh,           e = .25 / items
 *
 * cos is of the titles' words, each weighing ln(items / items with the word). Nothing known: P_j for the sum.
 *
 *   parameter   range       default   meaning
 *   days        0 .. 1e5       120    half-life of a basket; 0: none. Times are seconds
 *   size        0 .. 2          .5    a pair of a basket of n items counts n^-size
 *   m           0 .. 1e3       .05    what the prior weighs, in pairs of a mean item
 *   beta        0 .. 1          .1    how much popularity counts against j
 *   title       0 .. 100         1    how much alike titles count
 *   fresh       0 .. 2         .25    how much recent popularity counts
 *   fresh_days  1 .. 1e5        14    its half-life
 *   kinds       0 .. 1           0    how much of the prior goes by kinds; none where there are over 2,048
 *   order       any after      any    pairs, or what is bought after what
 *   reach       0 .. 1000        0    after: items this far on weigh 1/e; 0: all the same
 *
 * Score       an order only. New item: by kind and popularity, so nearly last.
 * Keeps       the training data is read when asked: it must live as long as the model.
 * Determinism float sums in ascending order of rows, then of known items; no seed; threads do not show.
 * Cost        train O(entries), and O(sum n_b^2) + 4 kinds^2 bytes where kinds count; score O(items + sizes of the rows
 *             that hold a known item + items that share a word); 12 bytes an item.
 * Source      P(c_j | c_i) as prior and direction: 2010.05525; weights of baskets and words are our own.
 * Quality     docs/quality.md: recall .1258, ndcg .2129 at 10 on invoices of Online Retail (conditional .1198, .2047), 2026-11.
 * Proof       tests/model/complement_test.c against the formula written out; docs/quality.md.
 */
#ifndef ZH_MODEL_COMPLEMENT_H
#define ZH_MODEL_COMPLEMENT_H
#include "model/model.h"

#define ZH_COMPLEMENT_KINDS_MAX 2048 /* 16 MiB of relations; more kinds than that are too fine to be types */
#define ZH_COMPLEMENT_ROW_MAX 4096   /* items of one row whose kinds are related to each other */

extern const zh_model_kind zh_complement_kind;

#endif
