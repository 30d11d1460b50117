/* uplift_model.h -- whom does a treatment move? Effects learnt from what customers were like before, tested on customers they were not
 * learnt from, and told only where they tell customers apart better than chance.
 *
 * Customers fall into ZH_UPLIFT_FOLDS parts; for each part three learners are fitted on the others and score it:
 *
 *     T    mu1(x) - mu0(x), each arm's outcome fitted by itself
 *     X    e tau0(x) + (1 - e) tau1(x):  tau1 fitted to y - mu0(x) of the treated, tau0 to mu1(x) - y of the controls; e the treated's share
 *     DR   fitted to  mu1 - mu0 + t (y - mu1)/e - (1 - t)(y - mu0)/(1 - e)
 *
 * All fits are ridge regressions on standardised columns and logarithms of them. The customers stand by score, best first; the Qini curve is
 * Y - Z T/C (uplift.h), and
 *
 *     qini     (area under the curve - area under the straight line) / customers^2: the outcome a customer that choosing by the score brings
 *              beyond choosing by chance, on average over how many are chosen. **This is the variant "per customer"**, for any outcome.
 *     qini_neg_true, qini_neg_false, auuc       uplift.h's normalised ones, for outcomes of 0 and 1; NaN else
 *
 * An interval is from ZH_UPLIFT_DRAWS bootstraps of customers, at 1 - 0.05/3 since the best of three learners is taken. Offered is a model whose
 * interval lies above 0 (ZH_UPLIFT_NO_BETTER else), learnt from at least ZH_UPLIFT_UNITS_MIN customers an arm (ZH_UPLIFT_TOO_FEW).
 *
 * Groups: a tree of at most three conditions, grown on the scores of one half of the customers; effects and intervals are of the other half.
 *
 * Guarantees  a function of the rows and the seed.
 * Cost        O(folds rows columns^2 + draws rows); 20,000 rows about a second.
 * Source      Künzel, Sekhon, Bickel, Yu, PNAS 116 (2019) (T, X); Kennedy, Electronic Journal of Statistics 17 (2023) (DR); Radcliffe 2007 (Qini).
 */
#ifndef ZH_MEASURE_UPLIFT_MODEL_H
#define ZH_MEASURE_UPLIFT_MODEL_H
#include "measure/effect.h"
#include "measure/uplift.h"

#define ZH_UPLIFT_FOLDS 5
#define ZH_UPLIFT_COLUMNS_MAX 24
#define ZH_UPLIFT_UNITS_MIN 300  /* of an arm */
#define ZH_UPLIFT_DRAWS 400
#define ZH_UPLIFT_TENTHS 10
#define ZH_UPLIFT_CONDITIONS_MAX 3
#define ZH_UPLIFT_GROUPS_MAX 8
#define ZH_UPLIFT_GROUP_SHARE 0.05 /* of the customers, the least of a group */
#define ZH_UPLIFT_POINTS 50        /* of the curve that is kept */

typedef enum zh_uplift_learner { ZH_UPLIFT_T, ZH_UPLIFT_X, ZH_UPLIFT_DR, ZH_UPLIFT_LEARNERS } zh_uplift_learner;
const char *zh_uplift_learner_text(zh_uplift_learner learner); /* "t", "x", "dr" */

typedef enum zh_uplift_verdict { ZH_UPLIFT_OFFERED, ZH_UPLIFT_TOO_FEW, ZH_UPLIFT_NO_BETTER } zh_uplift_verdict;
const char *zh_uplift_verdict_text(zh_uplift_verdict verdict); /* "offered", "too_few", "no_better" */

typedef struct zh_uplift_set {
    const double *x;       /* [rows][columns] */
    const double *y;
    const bool *treated;
    size_t rows;
    uint32_t columns;      /* 1 .. ZH_UPLIFT_COLUMNS_MAX */
    bool binary;           /* y is 0 or 1 */
    uint64_t seed;
} zh_uplift_set;

typedef struct zh_uplift_quality { double qini, low, high, qini_neg_true, qini_neg_false, auuc; } zh_uplift_quality;
typedef struct zh_uplift_part { double score; zh_arm control, treatment; zh_effect effect; zh_verdict interval; bool stands; } zh_uplift_part; /* score: mean */
typedef struct zh_uplift_condition { uint32_t column; bool at_least; double value; } zh_uplift_condition;
typedef struct zh_uplift_group { zh_uplift_condition conditions[ZH_UPLIFT_CONDITIONS_MAX]; uint32_t conditions_count; double share; zh_uplift_part part; } zh_uplift_group;

typedef struct zh_uplift_model {
    zh_uplift_verdict verdict;
    size_t arms[2];                             /* controls, treated */
    zh_uplift_part all;
    zh_uplift_learner best;
    zh_uplift_quality learners[ZH_UPLIFT_LEARNERS];
    double *scores;                             /* [rows] of the best, each by a model that did not see the row */
    double curve_x[ZH_UPLIFT_POINTS + 1], curve_y[ZH_UPLIFT_POINTS + 1]; /* share of customers; outcome a customer */
    zh_uplift_part tenths[ZH_UPLIFT_TENTHS];    /* best first */
    zh_uplift_group groups[ZH_UPLIFT_GROUPS_MAX]; /* largest effect first */
    uint32_t groups_count;
} zh_uplift_model;

/* In `arena`; where too few, only arms and all are told. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_uplift_model_of(zh_uplift_model *out, zh_arena *arena, const zh_uplift_set *set);

#endif
