/* slist.h -- what comes after what you took: one linear regression from the decayed past to the decayed future.
 *
 * A sequence is y_0, y_1, ...; for each position t >= 1 its past and its future are rows of items
 *
 *     s_t = sum over l >= 0 of  e^(-l / past) [y_(t-1-l)]        f_t = sum over l >= 0 of  e^(-l / future) [y_(t+l)]
 *
 * (weights below 1e-3 are left out), S and F their matrices, X the sequences as sets, and W weighs a
 * sequence by  exp(-(age in days) / time)  where time > 0 and there are times:
 *
 *     minimise  |W^1/2 (F - S B)|^2 + share |W^1/2 (X - X B)|^2 + |ridge^1/2 B|^2
 *     G = S'WS + share X'WX + ridge         C = S'WF + share X'WX         B = G^-1 C
 *     ridge    = lam I + drop / (1 - drop) times the diagonal of the rest
 *     score(j) = n_j^-beta sum over l of  e^(-l / query) n_i^-alpha B_ij,   i the newest but l of the history
 *
 *   symbol      field    range          default  meaning
 *   lam         LAM      1e-3 .. 1e7      100    ridge
 *   drop        DROP     0 .. .95           0    ridge that grows with the item: as if a share of what is known were missing
 *   past        PAST     .1 .. 100          2    items back after which the past counts 1/e
 *   future      FUTURE   .1 .. 100          1    items ahead after which the future counts 1/e
 *   share       SHARE    0 .. 100          .3    how much being in one sequence at all counts
 *   time        TIME     0 .. 1e5           0    days after which a session counts 1/e; 0: all the same
 *   query       QUERY    .1 .. 1000         2    items back after which the asked history counts 1/e
 *   alpha       ALPHA    -1 .. 1            0    popular items of the history count less
 *   beta        BETA     -1 .. 1            0    popular items are recommended less
 *
 * S'WS and S'WF need neither S nor F: two items at distance d in one sequence meet with a weight that
 * is a partial geometric sum, from a small table.
 *
 * Score       an order only; may be negative. New customer without history: no item has a score. New item: none.
 * Determinism no seed; the number of threads does not show (gram.h).
 * Cost        train n^3 multiplications for the inverse; for the product with C as many as C has entries times 2 n,
 *             at most 2 n^3; 4 n^2 bytes meanwhile and 2 n^2 after; score O(min(history, 7 query) n).
 * Limits      ZH_GRAM_ITEMS_MAX items, or memory; then ZH_FULL or ZH_NOMEM with the number.
 * Source      Choi, Kim, Lee, Shim, Lee, WWW 2021 (arXiv:2103.16104): SLIS and SLIT, joined in one
 *             regression without a bound on the diagonal; past and future of a position as in SLIT.
 * Quality     docs/quality.md: hit@20 .6778 on Yoochoose-100k as the numpy yardstick, .6951 with its own choice, 2026-11.
 * Proof       tests/model/slist_test.c against S, F, G and B written out in double.
 */
#ifndef ZH_MODEL_SLIST_H
#define ZH_MODEL_SLIST_H
#include "model/model.h"

extern const zh_model_kind zh_slist_kind;

/* B_ij of a trained model, in the 16 bits that are kept. */
float zh_slist_weight(const zh_model *model, uint32_t i, uint32_t j);

#endif
