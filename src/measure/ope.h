/* ope.h -- off-policy evaluation: what would another policy have earned on the traffic of this one?
 *
 * A row is what was shown, with the chance p it had (propensity), the reward y that came, the chance q the other policy would
 * have given it, and, from a model of rewards, f: the reward expected of what was shown, and g: of what the other policy shows
 * there on average. w = q/p.
 *
 *     IPS  mean(w y)             SNIPS  sum(w y)/sum(w)          ESS  sum(w)^2 / sum(w^2)
 *     DM   mean(g)               DR     mean(g + w (y - f))      SNDR  mean(g) + sum(w (y - f))/sum(w)
 *     clipped IPS                mean(min(w, clip) y)
 *
 * Estimates rest on the few rows of large w. Where the effective sample is small, or one row has much of all weight, there is
 * no answer, whatever the numbers are: `reliable` says so.
 *
 * Ranges      p in (0, 1], q in [0, 1].
 * Cost        O(1) a row.
 * Source      Horvitz, Thompson, JASA 47 (1952); Swaminathan, Joachims, NIPS 2015 (SNIPS); Dudik, Langford, Li, ICML 2011
 *             (DR); effective sample size: Kish, Survey Sampling, 1965.
 */
#ifndef ZH_MEASURE_OPE_H
#define ZH_MEASURE_OPE_H
#include <stdbool.h>

#define ZH_OPE_ESS_MIN 100          /* rows: below it a rate of 1 % has an error as large as itself */
#define ZH_OPE_WEIGHT_SHARE_MAX 0.1 /* of all weight, on one row */

typedef struct zh_ope {
    double clip;                   /* set by the caller; 0: none */
    double n, w, w2, w_max, wy, wy_clipped, g, w_rest; /* sums; w_rest of w (y - f) */
} zh_ope;

void zh_ope_take(zh_ope *o, double y, double p, double q, double f, double g);

typedef struct zh_ope_answer {
    double ips, snips, mean_w, max_w, ess, dm, dr, sndr, ips_clipped;
    bool reliable;
} zh_ope_answer;

zh_ope_answer zh_ope_answer_of(const zh_ope *o, double ess_min); /* all 0 and not reliable before the first row */

#endif
