/* breadth.h -- how broad is a list, and does it keep to the kinds of goods that its customer takes?
 *
 * Over lists of k places for the questions of a problem; U_i are the customers (sessions) who took item i in training:
 *
 *     diversity    mean over lists of the mean over pairs of their items of 1 - |U_i ∩ U_j| / sqrt(|U_i| |U_j|): 0, always taken
 *                  together; 1, never. Of at most ZH_BREADTH_LISTS_MAX lists, evenly taken; lists of fewer than two items do not count
 *     calibration  mean over questions of sum_g p(g) ln(p(g) / q'(g)), with p the shares of kinds in what is known of the customer,
 *                  q in the list, q' = (1 - a) q + a p, a = .01: 0, the same shares; ln 100 = 4.6, none of his kinds.
 *                  Lower is better; questions with nothing known or an empty list do not count
 *
 * Ranges      k 1 .. ZH_SCORES_K_MAX.
 * Cost        diversity: 500 k^2 / 2 walks over two rows of customers; calibration: O(known + k) a question.
 * Source      Ziegler et al., WWW 2005 (intra-list similarity); Steck, RecSys 2018, equation 6 (calibration, the same a).
 * Proof       hand-worked rows in tests/model/breadth_test.c.
 */
#ifndef ZH_MODEL_BREADTH_H
#define ZH_MODEL_BREADTH_H
#include "model/problem.h"

#define ZH_BREADTH_LISTS_MAX 500

typedef struct zh_breadth {
    double diversity, calibration;
    uint32_t diverse, calibrated; /* lists and questions that counted; 0: the figure is not there */
} zh_breadth;

typedef struct zh_breadth_kinds { /* of the items of a problem */
    const uint32_t *kind;  /* [items] < kinds; NULL: not known, no calibration */
    uint32_t kinds;
} zh_breadth_kinds;

/* `top` as of zh_trial_answer. `scratch` holds 16 bytes a kind meanwhile. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_breadth_of(zh_breadth *out, zh_arena *scratch, const zh_problem *problem, uint32_t k, const uint32_t *top, zh_breadth_kinds kinds);

#endif
