/* ease.h -- what of your history speaks for an item, all of it weighed at once: a linear autoencoder in closed form.
 *
 * With x_uj = 1 where u took j, n_u items in the history of u, n_j users of j, and every item explained
 * by all others but itself:
 *
 *     minimise  sum_u w_u |x_u - x_u B|^2 + sum_i l_i |B_i|^2,   B_jj = 0
 *     w_u = n_u^-user exp(-(age of session u in days) / time)         (the second factor only where time > 0)
 *     l_i = lam + drop / (1 - drop) sum_u w_u x_ui
 *     P   = (X'WX + diag l)^-1             B_ij = -P_ij / P_jj
 *
 *     score(j) = n_j^-beta sum over distinct i in the history of  r_i n_i^-alpha (-P_ij / P_jj^gamma)
 *     r_i      = rest + (1 - rest) exp(-(items since the newest i) / recency),  1 where recency = 0
 *
 *   parameter  range        default  meaning
 *   lam        1e-3 .. 1e7    300    ridge: the same for every item
 *   drop       0 .. .95         0    ridge that grows with the item: as if a share of each history were missing
 *   user       0 .. 2           0    heavy users count less
 *   time       0 .. 1e5         0    days after which a session counts 1/e; 0: all the same (users: no meaning)
 *   gamma      0 .. 1.5         1    1 forbids an item to explain itself; less favours what is hard to explain
 *   alpha      -1 .. 1          0    popular items of the history count less
 *   beta       -1 .. 1          0    popular items are recommended less
 *   recency    0 .. 1000        0    history items this far back weigh 1/e; 0: all the same
 *   rest       0 .. 1           0    what an item of the history keeps however far back
 *
 * What is kept are partial correlations S_ij = -P_ij / sqrt(P_ii P_jj), in [-1, 1], so that gamma, alpha
 * and beta are two factors an item that change without training.
 *
 * Score       an order only. Negative where the history speaks against an item. New customer without history: no item has a
 *             score. New item: none. An item's score is the sum of its history items' shares, exactly.
 * Determinism no seed; the number of threads does not show (gram.h); another processor may use other
 *             kernels, with other last bits.
 * Cost        train n^3 multiplications for n items (12,000: seconds), 2 n^2 bytes; score O(history * n).
 * Limits      ZH_GRAM_ITEMS_MAX items, or memory; then ZH_FULL or ZH_NOMEM with the number.
 * Source      Steck, WWW 2019 (arXiv:1905.03375), equations 4 to 8; drop: Steck, NeurIPS 2020 (EDLAE).
 * Quality     docs/quality.md: ndcg@10 .0995 on Online Retail as the numpy yardstick, .1026 with its own choice, 2026-11.
 * Proof       tests/model/ease_test.c against the formula in double.
 */
#ifndef ZH_MODEL_EASE_H
#define ZH_MODEL_EASE_H
#include "model/model.h"

extern const zh_model_kind zh_ease_kind;

/* S_ij of a trained model, 0 on the diagonal. */
float zh_ease_correlation(const zh_model *model, uint32_t i, uint32_t j);

#endif
