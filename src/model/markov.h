/* markov.h -- what came after it: chains of the first order, from the last few items.
 *
 * A sequence is y_0, y_1, ...; W weighs it by exp(-(age in days) / time) where time > 0 and there are times:
 *
 *     C_ij     = sum over sequences of W and over places p < q <= p + steps with y_p = i, y_q = j of  1 / (q - p)
 *     P_ij     = C_ij / (shrink + sum over j of C_ij),     of row i the `top` largest; ties at the cut to the lower item
 *     score(j) = sum over l = 0 .. last - 1 of  e^(-l / query) P_ij,     i the newest but l of the history
 *
 * With steps 1, last 1 and shrink 0 a score is the share of i's transitions that go to j; a sum of several is an order only.
 *
 *   parameter  range        default  meaning
 *   steps      1 .. 100         3    places ahead that count as "after", by one over the distance
 *   top        1 .. 100000   1000    items that an item keeps
 *   shrink     0 .. 1e6         0    pulls transitions seen few times towards 0
 *   time       0 .. 1e5         0    sessions this many days old weigh 1/e; 0: all the same
 *   last       1 .. 1000        5    items of the history that are looked at
 *   query      .1 .. 1000       1    history items this far back weigh 1/e
 *
 * New customer without history: no item has a score. New item: never found.
 * Determinism double sums in order of places (train), float from new to old (score); no seed; the number of threads does not show.
 * Cost        train O(entries * steps) plus the cut, a part of the items a hand; score O(last * top); 8 bytes a kept pair.
 * Source      Ludewig, Jannach, UMUAI 28, 2018: MC (steps 1) and SR (sequential rules, 1 / distance), here with several items of
 *             the history.
 * Quality     docs/quality.md.
 * Proof       tests/model/markov_test.c against the formula written out.
 */
#ifndef ZH_MODEL_MARKOV_H
#define ZH_MODEL_MARKOV_H
#include "model/model.h"

extern const zh_model_kind zh_markov_kind;

#endif
