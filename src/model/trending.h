/* trending.h -- what most take now: popularity that forgets.
 *
 *     score(j) = sum over entries e of j  2^(-age(e) / half)
 *     age(e)   = days from the last click of e's session to the newest one, half = `days`      where there are times
 *              = places from e to the end of its customer's list, half = `places`              where there are none
 *
 *   parameter  range        default  meaning
 *   days       .01 .. 10000    2     sessions this many days old count half
 *   places     .1 .. 10000    10     items this many places before the end of a list count half
 *
 * Lists without times are not one clock: there "now" is the end of each customer's list, and an item many took last is ahead
 * of one that as many took long ago.
 *
 * Score       an order only. New customer: the same list. New item: last.
 * Determinism double sums in order of the rows; no seed; the number of threads does not show.
 * Cost        train O(entries), 4 bytes an item; score O(items).
 * Source      exponential smoothing of counts (Holt, 1957); popularity.h does the same for a running shop, by whole days.
 * Quality     docs/quality.md.
 * Proof       tests/model/trending_test.c against the formula.
 */
#ifndef ZH_MODEL_TRENDING_H
#define ZH_MODEL_TRENDING_H
#include "model/model.h"

extern const zh_model_kind zh_trending_kind;

#endif
