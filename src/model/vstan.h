/* vstan.h -- session neighbours whose length says what you choose, and who fade with the item that met them.
 *
 * vsknn.h with two things set free, the rest of its formulas and parameters as there:
 *
 *     a_s      = |s|^-size exp(-(days before the newest session) / time)                vsknn: size 1/2
 *     score(j) = idf_j ^ idf  *  sum over the k sessions s with the largest sim and over the places p of j in s, of
 *                sim(s) exp(-ago_s / seat) exp(-|p - here| / near) * (back where p < here, else 1)
 *
 * where ago_s is how many steps back the newest item of the question stands that met s, `here` its last place in s.
 *
 *   parameter  range         default  meaning
 *   k .. time  as vsknn.h; near 3 by default
 *   seat       0 .. 1000     0        a neighbour met by an item this far back says 1/e; 0: all the same
 *   size       0 .. 2        0        how much a long session is held back
 *
 * Size is what counts: histories of customers overlap in few items, and the cosine of vsknn prefers those who have little else
 * to say. Where customers took little (clicks, a year of few purchases) 0 to 1/4 is best, with wholesalers' histories 1.
 *
 * Score, new customers and items, determinism, cost: as vsknn.h.
 * Source      Ludewig, Mauro, Latifi, Jannach, UMUAI 31, 2021 (V-STAN: STAN of Garg et al., SIGIR 2019, with weights by the
 *             position of the item met and idf); `size` is our own.
 * Quality     docs/quality.md: RetailRocket hit@10 .265, ndcg@10 .176 (vsknn .185, .107), 2026-11.
 * Proof       tests/model/vstan_test.c against the formula written out.
 */
#ifndef ZH_MODEL_VSTAN_H
#define ZH_MODEL_VSTAN_H
#include "model/model.h"

extern const zh_model_kind zh_vstan_kind;

#endif
