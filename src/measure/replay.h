/* replay.h -- what another way of drawing arms would have earned, from decisions that were drawn with known chances: with intervals, or refused.
 *
 * A row is a customer: the arm he got with chance p, the chance q the other way would have given what he got, and his reward y. w = q / p.
 *
 *     IPS      mean(w y)                                      no assumption but p; wide where w is
 *     SNIPS    sum(w y) / sum(w)                              as a rule narrower, its error linearised
 *     DR       sum of Q_a f_a + mean(w (y - f_a))             f_a: mean of the arm, by 1 / p; Q_a: the arm's share under the other way
 *     clipped  mean(min(w, clip) y)                           too low where anything is clipped; beside the others
 *     ESS      sum(w)^2 / sum(w^2)
 *
 * Intervals are normal, over customers. There is no answer where
 *
 *     nothing      no row
 *     no_support   the other way gives something that was never given: nothing is known of it
 *     mismatch     the mean of w is far from 1 (ZH_REPLAY_MISMATCH errors): the chances are not those that were drawn with
 *     collapsed    ESS < ZH_OPE_ESS_MIN
 *     dominated    one customer has more than ZH_OPE_WEIGHT_SHARE_MAX of all weight
 *
 * Cost        O(1) a row, no memory a row.
 * Source      see ope.h; Owen, Monte Carlo theory, methods and examples, 2013, chapter 9 (errors of weighted means).
 */
#ifndef ZH_MEASURE_REPLAY_H
#define ZH_MEASURE_REPLAY_H
#include "measure/bandit.h"
#include "measure/ope.h"

#define ZH_REPLAY_MISMATCH 5.0
#define ZH_REPLAY_CLIP 10.0 /* where nothing is said */

typedef struct zh_replay_arm { /* sums over the rows of one arm */
    double n, y, y2, w, w2, wy, w2y, w2y2, cy, c2y2, clipped, weight, weighted; /* c: min(w, clip); weight: 1 / p */
} zh_replay_arm;

typedef struct zh_replay {
    uint32_t arms;
    double target[ZH_BANDIT_ARMS_MAX]; /* Q: sums to 1 */
    double clip;                       /* > 0 */
    double w_max, unsupported;         /* rows with q > 0 that had no chance */
    zh_replay_arm of[ZH_BANDIT_ARMS_MAX];
} zh_replay;

void zh_replay_take(zh_replay *r, uint32_t arm, double p, double q, double y); /* p in (0, 1], q in [0, 1] */
/* The other way would give him what could not happen here: p is 0. */
void zh_replay_take_unsupported(zh_replay *r);

typedef enum zh_replay_refusal { ZH_REPLAY_ANSWERED, ZH_REPLAY_NOTHING, ZH_REPLAY_NO_SUPPORT, ZH_REPLAY_WRONG_CHANCES, ZH_REPLAY_COLLAPSED, ZH_REPLAY_DOMINATED, ZH_REPLAY_REFUSALS } zh_replay_refusal;
const char *zh_replay_refusal_text(zh_replay_refusal refusal); /* "" when answered */

typedef struct zh_replay_estimate { double value, low, high; } zh_replay_estimate;

typedef struct zh_replay_answer {
    zh_replay_refusal refusal;
    uint32_t missing;                  /* of NO_SUPPORT: an arm that nobody had; arms: none, but rows without support */
    double n, ess, mean_w, max_share;  /* max_share: of all weight, on one row */
    double clipped;                    /* share of rows */
    zh_replay_estimate actual;         /* what was earned */
    zh_replay_estimate ips, snips, dr, clipped_ips; /* only where it is answered */
} zh_replay_answer;

zh_replay_answer zh_replay_answer_of(const zh_replay *r, double alpha);

#endif
