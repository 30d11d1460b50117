/* mention.h -- to whom should which public offer be mentioned, learnt from a log in which that was drawn?
 *
 * Prices and who may claim are public and the same for all; chosen is only whether a customer is told. Of a customer x and a mention l (0: none)
 *
 *     value_l(x) = p_l(x) m(x) r_l - cost_l(x)                p_l   chance that he orders       m   margin of an order, r_l its ratio under l
 *     cost_l(x)  = p_l(x) c_l(x) + (1 - p_l(x)) n_l           c_l   what an order under l costs: channel and what is taken off; n_l without an order
 *
 * p is one logistic regression over all arms whose parts of the mention are shrunken towards "all are moved alike" (mention_fit.h); how far is chosen by the
 * log-likelihood of customers not learnt from. An order is noisy, whether there is one less so: the two parts are learnt apart (a hurdle).
 *
 * **Honest.** Customers fall into ZH_MENTION_FOLDS; each is scored by a model that did not see him. On these scores the budget is allocated (allocate.h) and every
 * policy is judged by doubly robust scores, with e the propensity of the arm that was drawn:
 *
 *     phi_i(l) = value_l(x_i) + [arm_i = l] (y_i - value_l(x_i)) / e_i,  y = margin - cost
 *
 * beside nobody and, for each offer, everyone as far as the same budget goes. Unless the lower end of the 95 % interval of the learned policy's lead over the best of
 * these is above 0, the simpler one is recommended.
 *
 * Unknown     a cell that is NaN counts as the column's mean; a customer of whom all is NaN as the mean of the trial's customers.
 * Guarantees  a function of the rows and the seed. Values are in the log's unit of money.
 * Cost        4 penalties x 3 folds + 2 regressions of some 50 passes over the log: 100,000 customers of 12 columns about 15 s.
 * Not here    the campaign, its ledger (coupons.h), when to mention (pace.h).
 * Source      Mullahy, Journal of Econometrics 33 (1986) (hurdle); Robins, Rotnitzky, Zhao, JASA 89 (1994), Dudík, Langford, Li, ICML 2011 (doubly robust); Chernozhukov
 *             and others, Econometrics Journal 21 (2018) (cross-fitting).   Proof: tests/offer/mention_test.c; bench/mention.py over ten shops, docs/OFFERS.md.
 */
#ifndef ZH_OFFER_MENTION_H
#define ZH_OFFER_MENTION_H
#include "offer/allocate.h"

#include <stdbool.h>

#define ZH_MENTION_COLUMNS_MAX 32
#define ZH_MENTION_ARMS_MAX 9          /* none and eight offers */
#define ZH_MENTION_ROWS_MAX 4000000    /* a trial, or those asked about: 2 GB of columns */
#define ZH_MENTION_ARM_ROWS_MIN 200    /* of an arm; fewer say nothing of who is moved */
#define ZH_MENTION_FOLDS 3
#define ZH_MENTION_PENALTIES 4

typedef struct zh_mention_log {
    const double *x;           /* [rows][columns] before the mention; NaN: not known */
    const uint8_t *arm;        /* [rows] 0: nothing was mentioned */
    const double *propensity;  /* [rows] of the arm that was drawn, (0, 1] */
    const double *margin;      /* [rows] of orders, before what the mention cost; 0: no order */
    const double *cost;        /* [rows] of the mention: channel and what was taken off, >= 0 */
    size_t rows;
    uint32_t columns, arms;    /* arms >= 2 */
    uint64_t seed;
} zh_mention_log;

typedef struct zh_mention_fitted { const double *coefs; double unit; uint32_t arms; bool chance; } zh_mention_fitted; /* private to mention_fit.c */

typedef struct zh_mention_model {
    uint32_t columns, arms;
    const struct zh_mention_scale *scales;
    zh_mention_fitted yes, margin, cost[ZH_MENTION_ARMS_MAX]; /* cost[0] is not used: nothing costs nothing */
    double ratio[ZH_MENTION_ARMS_MAX], cost_without[ZH_MENTION_ARMS_MAX];
    double mean_value[ZH_MENTION_ARMS_MAX], mean_cost[ZH_MENTION_ARMS_MAX];
    double spread[ZH_MENTION_ARMS_MAX]; /* variance of a cost over its mean */
    double penalty;                     /* that was chosen; ZH_MENTION_ALIKE: all are moved alike */
    double *held_values, *held_costs;   /* [rows][arms] of the log, each by a model that did not see the row */
} zh_mention_model;
#define ZH_MENTION_ALIKE 1e9

typedef struct zh_mention_span { double value, low, high; } zh_mention_span; /* 95 % */

typedef struct zh_mention_policy { /* a customer; over nobody */
    zh_mention_span gain, spend;
} zh_mention_policy;

typedef struct zh_mention_trust {
    zh_mention_policy learned, everyone[ZH_MENTION_ARMS_MAX]; /* [0]: nobody */
    double share[ZH_MENTION_ARMS_MAX]; /* of customers whom the budget reaches with an offer for everyone */
    uint32_t simple;                   /* best of everyone[] */
    zh_mention_span lead;              /* of the learned policy over that */
    bool is_learned;                   /* lead.low > 0 */
} zh_mention_trust;

/* In `arena`. Errors: ZH_NOMEM; ZH_FULL over a maximum; ZH_ABSENT an arm with fewer than ZH_MENTION_ARM_ROWS_MIN rows, or nobody who ordered under it. */
ZH_MUST zh_err zh_mention_learn(zh_mention_model *out, zh_arena *arena, const zh_mention_log *log);
/* values[arms] over nobody, costs[arms]; the first of both is 0. */
void zh_mention_ask(const zh_mention_model *model, const double *x, double *values, double *costs);
/* Which policy to trust where a customer may cost `budget_each`. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_mention_judge(zh_mention_trust *out, zh_arena *arena, const zh_mention_model *model, const zh_mention_log *log, double budget_each);

#endif
