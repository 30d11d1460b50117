/* conditional.h -- what is bought with this, by counting: the yardstick of complements.
 *
 * With C_aj baskets (rows) that hold both a and j, p_j the share of j in all entries, C_a = sum over j of C_aj:
 *
 *     score(j) = sum over distinct known a of  (C_aj + m p_j) / (C_a + m)  /  (p_j + 1e-4)^beta
 *
 * Nothing known: p_j / (p_j + 1e-4)^beta.
 *
 *   parameter  range      default   meaning
 *   m          0 .. 1e6     200     pairs of a that are as much evidence as the popularity of j
 *   beta       0 .. 1        .1     how much popularity counts against j
 *
 * Score       an order only; with beta 0 and one known item the chance that the next pair of it is j. New item: last.
 * Keeps       the training data is read when asked: it must live as long as the model.
 * Determinism float sums in ascending order of rows; exact below 2^24 pairs.
 * Cost        train O(entries); score O(items + sum of sizes of the rows that hold a known item); 8 bytes an item.
 * Source      additive smoothing towards the marginal (Jelinek, Mercer, 1980) of the rule "who buys a buys j".
 * Proof       tests/model/conditional_test.c against the formula written out; docs/quality.md.
 */
#ifndef ZH_MODEL_CONDITIONAL_H
#define ZH_MODEL_CONDITIONAL_H
#include "model/model.h"

extern const zh_model_kind zh_conditional_kind;

#endif
