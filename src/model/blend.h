/* blend.h -- three recommenders together: what one misses another may know.
 *
 * Each member m answers with its ZH_BLEND_DEPTH best items that may be shown, r = 0, 1, ... its places:
 *
 *     score(j) = said_1(j) + two said_2(j) + three said_3(j),   said_m(j) = 0 where j is not among them, else
 *     best     said_m(j) = (s_m(j) / s_m at place 0) ^ damp        scores of different models have no common unit: each is measured by its best
 *     rank     said_m(j) = 1 / (damp + 1 + r)
 *
 *   parameter  range        default  meaning
 *   first      a kind, auto    auto  a member; auto: by the data, see below
 *   second     a kind, auto    auto  another
 *   third      a kind, auto    auto  another
 *   way        best rank       best  see above
 *   damp       .1 .. 1000         1  best: an exponent; rank: how little the first places are ahead
 *   two        0 .. 10           .5  what the second says beside the first
 *   three      0 .. 10          .25  what the third says beside the first
 *
 *     auto     up to ZH_BLEND_CLOSED_MAX items: slist, vstan, markov for sessions; ease, gfcf, vstan for customers
 *              more: gfcf, vstan, rp3beta
 *
 * All that is chosen here is of score, so members are trained once while weights are tuned. A member has the parameters that the
 * caller found for its kind (zh_model.choice), else its defaults. Its memory is the blend's.
 *
 * Score       an order only. New customer, new item: what the members say, mostly nothing.
 * Determinism that of its members; sums in order of members; the number of threads does not show.
 * Cost        that of its members, and three sorted lists of ZH_BLEND_DEPTH a question.
 * Source      Fox, Shaw, TREC-2, 1994 (CombSUM of scaled scores); Cormack, Clarke, Buettcher, SIGIR 2009 (reciprocal ranks).
 * Quality     docs/quality.md.
 * Proof       tests/model/blend_test.c against the formula over its members' own lists.
 */
#ifndef ZH_MODEL_BLEND_H
#define ZH_MODEL_BLEND_H
#include "model/model.h"

#define ZH_BLEND_MEMBERS 3
#define ZH_BLEND_DEPTH 200        /* of a member's list: places behind it hardly reach the head of a blend */
#define ZH_BLEND_CLOSED_MAX 15000 /* items up to which `auto` takes closed forms: 2 GiB and a few minutes of training */

extern const zh_model_kind zh_blend_kind;

/* Put kinds in the place of auto: param[] as of zh_blend_kind, of data with so many items. */
void zh_blend_resolve(double *param, uint32_t items, bool sessions);

/* Who takes part, param[] resolved: kinds of the table in model.h. */
void zh_blend_kinds(const double *param, const zh_model_kind *out[ZH_BLEND_MEMBERS]);

#endif
