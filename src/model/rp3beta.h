/* rp3beta.h -- where a walk from a customer's items ends: to those who took them, and on to what they took.
 *
 * With n_i users of item i and n_u items of user u, steps item -> user and user -> item are taken with
 * chances 1/n_i and 1/n_u, sharpened or flattened by alpha; popular ends are damped by beta:
 *
 *     W(i,j)   = sum over users u of both  n_i^-alpha n_u^-alpha n_j^-beta,   W(i,i) = 0
 *     score(j) = sum over distinct i in the history of  r_i W(i,j), over the pairs the cut kept
 *     r_i      = exp(-(items since the newest i) / recency),  1 where recency = 0
 *
 *     the cut  side candidate: pairs where i is among the `top` largest W(.,j) of j; history: j is among
 *              the `top` largest W(i,.) of i. Ties at the cut are kept.
 *
 *   parameter  range        default    meaning
 *   alpha      0 .. 3       .5         how much long histories and popular beginnings are held back
 *   beta       0 .. 3       .2         how much popular ends are
 *   top        1 .. 100000  200        neighbours an item keeps
 *   side       candidate history  candidate
 *   recency    0 .. 1000    0          history items this far back weigh 1/e; 0: all the same
 *
 * Score       an order only. New customer without history: no item has a score. New item: never found.
 * Determinism no seed; the number of threads does not show (neighbours.h).
 * Cost        that of neighbours.h.
 * Source      Paudel, Christoffel, Newell, Bernstein, TiiS 7 (1), 2017; alpha: Cooper et al., WWW 2014.
 * Quality     docs/quality.md: ndcg@10 .0890 on Online Retail, as the numpy yardstick, 2026-11.
 * Proof       tests/model/rp3beta_test.c against the formula written out.
 */
#ifndef ZH_MODEL_RP3BETA_H
#define ZH_MODEL_RP3BETA_H
#include "model/model.h"

extern const zh_model_kind zh_rp3beta_kind;

#endif
