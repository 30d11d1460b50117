/* attribution.h -- which channels get how much of the conversions at the end of paths.
 *
 * None of these says what a channel caused: a path shows who was there, not what would have been without. Show the lift
 * of a holdout beside it.
 *
 *     first, last     all to the first or last touch
 *     linear          1/length a touch, repeats counted
 *     decay           2^-(touches to the end / half life), normalised a path
 *     position        shares for the first and the last touch, the rest over those between; two touches share by
 *                     first : last, one takes all
 *     Shapley         of the game "a set of channels wins the conversions of paths whose channels all lie in it": each
 *                     path's conversions in equal parts to its distinct channels
 *     Markov          states start, channels, conversion, null; a step weighs conversions + nulls of its path. With x_k
 *                     the chance to convert from k and f_k the chance to come to k at all, leaving k out (it leads to null)
 *                     costs f_k x_k of x_start: removal effect r_k = f_k x_k / x_start; conversions in parts of r
 *
 * x and f come from one inverse N = (I - Q)^-1 of the steps between channels: x = N c, f_k = (s N)_k / N_kk.
 * Ranges      weights >= 0; channels 1 .. ZH_ATTRIBUTION_CHANNELS_MAX.
 * Cost        O(touches); Markov O(channels^3).
 * Source      Anderl, Becker, von Wangenheim, Schumann, IJRM 33 (2016), eq. 1-4 (Markov); Shapley, 1953.
 */
#ifndef ZH_MEASURE_ATTRIBUTION_H
#define ZH_MEASURE_ATTRIBUTION_H
#include "base/arena.h"
#include "base/err.h"

#define ZH_ATTRIBUTION_CHANNELS_MAX 1000 /* the inverse takes a second */

typedef struct zh_path {
    const uint32_t *touches; /* channel numbers */
    uint32_t length;         /* 0: it does not count */
    double conversions, value, nulls;
} zh_path;

typedef enum zh_attribution_rule { ZH_ATTRIBUTE_FIRST, ZH_ATTRIBUTE_LAST, ZH_ATTRIBUTE_LINEAR, ZH_ATTRIBUTE_DECAY, ZH_ATTRIBUTE_POSITION, ZH_ATTRIBUTE_SHAPLEY } zh_attribution_rule;

typedef struct zh_attribution_desc {
    zh_attribution_rule rule;
    bool of_value;                 /* the value instead of the conversions */
    double half_life;              /* decay: touches; > 0 */
    double first_share, last_share; /* position: each >= 0, sum in (0, 1] */
} zh_attribution_desc;

/* out[channels], added up from 0. `seen` is room for `channels` numbers. */
void zh_attribute(const zh_attribution_desc *desc, const zh_path *paths, size_t count, uint32_t channels, uint32_t *seen, double *out);

typedef struct zh_markov {
    double *steps;   /* [(channels + 1) * (channels + 2)]: rows channels and start; columns channels, conversion, null; each row sums to 1 or 0 */
    double *removal; /* [channels] */
    double base;     /* chance to convert from the start */
} zh_markov;

/* In `arena`. Errors: ZH_NOMEM; ZH_RANGE where no path converts, or none is left. */
ZH_MUST zh_err zh_markov_of(zh_markov *out, zh_arena *arena, const zh_path *paths, size_t count, uint32_t channels);

#endif
