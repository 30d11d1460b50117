/* als.h -- customers and items as points: matrix factors by alternating least squares over all pairs.
 *
 * S: the pairs (u, i) where u took i; N_u items of u, N_i customers of i, n items, m customers:
 *
 *     minimise  sum over S of (1 - p_u q_i)^2  +  alpha sum over all u, i of (p_u q_i)^2
 *               + reg sum_u (N_u + alpha n)^nu |p_u|^2  +  reg sum_i (N_i + alpha m)^nu |q_i|^2
 *
 *     p_u      = (alpha Q'Q + sum over i of u of q_i q_i' + reg (N_u + alpha n)^nu I)^-1  sum over i of u of q_i
 *     q_i      the same the other way round; `iterations` times p, then q
 *     score(j) = p q_j,   p solved from the history that is asked: every customer is folded in, known or not
 *
 *   symbol      field       range        default  meaning
 *   dim         DIM         1 .. 256        64    length of a point
 *   alpha       ALPHA       1e-4 .. 10      .1    weight of pairs that did not happen
 *   reg         REG         1e-6 .. 10    .003    pulls points towards 0
 *   nu          NU          0 .. 1           1    1: the more is known of a row, the more it is pulled
 *   iterations  ITERATIONS  1 .. 100         8    rounds
 *
 * The first q are drawn: normal, of deviation .1 / sqrt(dim), item i from stream i of the model's seed.
 *
 * Score       about 1 where it is sure, no probability. New customer with a history: as any other; without: no item has a score.
 *             New item: never found.
 * Determinism sums in order of rows, alpha Q'Q and the solution in double, the rest in float; a function of data and seed, whatever the threads.
 * Cost        an iteration: dim^2 for each pair, dim^3 / 3 for each row; score dim^2 a known item + dim^3 / 3 + dim n;
 *             4 dim bytes an item kept, 4 dim bytes a customer more while training.
 * Source      Hu, Koren, Volinsky, ICDM 2008; the pull by frequency and how to choose it: Rendle, Krichene, Zhang, Koren,
 *             RecSys 2022 (Revisiting iALS).
 * Quality     docs/quality.md.
 * Proof       tests/model/als_test.c: the loss falls, the gradient vanishes, folding in equals an inverse in double.
 */
#ifndef ZH_MODEL_ALS_H
#define ZH_MODEL_ALS_H
#include "model/model.h"

#define ZH_ALS_DIM_MAX 256 /* a solve of 256 is 6 M multiplications; more dimensions gain little on shop data */

extern const zh_model_kind zh_als_kind;

/* Coordinate d of item i of a trained model. */
float zh_als_point(const zh_model *model, uint32_t item, uint32_t d);

#endif
