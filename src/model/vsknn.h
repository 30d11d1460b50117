/* vsknn.h -- what came next in sessions like this one: session neighbours on an inverted index.
 *
 * Question q with its newest item last, `ago` steps back; training sessions s in order of time; n_i of S
 * sessions hold item i, idf_i = log(1 + S / n_i), |s| the distinct items of s:
 *
 *     w_i      = exp(-ago_i / query) idf_i ^ qidf       of the `last` newest items of q, i at its newest place
 *     met      = up to `m` newest sessions of each such item, then the m newest of all these
 *     sim(s)   = sum of w_i over items of q that met s  *  a_s
 *     a_s      = |s|^-1/2 exp(-(days before the newest session) / time)      time 0: without the second factor
 *     score(j) = idf_j ^ idf  *  sum over the k sessions s with the largest sim (ties to the newest) and over
 *                the places p of j in s, of  sim(s) exp(-|p - here| / near) * (back where p < here, else 1)
 *
 * where `here` is the last place in s of the newest item of q that met it.
 *
 *   parameter  range         default  meaning
 *   k          1 .. 10000    300      neighbours that vote
 *   m          1 .. 100000   1500     newest sessions of an item, and in all, that are looked at
 *   last       1 .. 1000     20       items of the history that are looked at
 *   query      .1 .. 1000    2        history items this far back weigh 1/e
 *   qidf       0 .. 3        1        how much more a rare shared item says
 *   idf        0 .. 3        .5       how much popular items are held back
 *   near       .1 .. 1000    2        items this far from the shared one say 1/e
 *   back       0 .. 1        .7       what items before the shared one say beside those after it
 *   time       0 .. 10000    0        sessions this many days old weigh 1/e; 0: all the same
 *
 * For users a row is a session; without times the newest are those with the highest ids, which only
 * matters where m or k cuts.
 *
 * Score       an order only. New customer without history: no item has a score. New item: never found.
 * Determinism float sums in an order of the question's own; no seed; the number of threads does not show.
 * Cost        train O(entries); score O(last * m + k * (|s| + near)) and a table of 12 bytes for twice the
 *             sessions met. The model holds the sessions and the index: 8 bytes an entry, 12 a session and an item.
 * Source      Ludewig, Jannach, UMUAI 28, 2018 (V-SKNN); Garg et al., SIGIR 2019 (STAN: decay in the question,
 *             of the age, and around the shared item); Kersbergen et al., SIGMOD 2022 (VMIS-kNN: the index).
 * Quality     docs/quality.md: hit@20 .6894, mrr@20 .3709 on Yoochoose-100k, as the numpy yardstick, 2026-11.
 * Proof       tests/model/vsknn_test.c against the formula written out.
 */
#ifndef ZH_MODEL_VSKNN_H
#define ZH_MODEL_VSKNN_H
#include "model/model.h"

extern const zh_model_kind zh_vsknn_kind;

/* The places of the parameters above; a kind that shares the engine (vstan.h) has them first. */
enum {
    ZH_VSKNN_K, ZH_VSKNN_M, ZH_VSKNN_LAST, ZH_VSKNN_QUERY, ZH_VSKNN_QIDF, ZH_VSKNN_IDF, ZH_VSKNN_NEAR, ZH_VSKNN_BACK, ZH_VSKNN_TIME,
    ZH_VSKNN_PARAMS
};

/* The engine: a_s = |s|^-size ..., and what a neighbour says fades by e^(-ago / seat) with the steps back of the newest item
 * that met it; seat 0: not at all. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_vsknn_learn(zh_model *model, const zh_train *data, double size);
ZH_MUST zh_err zh_vsknn_ask(const zh_model *model, const zh_query *query, double seat, zh_scores *into);

#endif
