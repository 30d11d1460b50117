/* predict.h -- will this customer buy within 7 days, within 30, or stay away? Learnt from what customers did, tested on what came.
 *
 * One split for everybody, in time. Of data until a day `end` and a window of w days:
 *
 *     learn       columns of past.h as of several days <= end - w, labels in the w days after each
 *     calibrate   Platt's map on the newest of those days, with scores of trees that did not see the customer (a fifth is left out in
 *                 turn); the model is the mean of those trees
 *     test        the same done at days that lie w and more before the end, on the w days after each: what the model did not see
 *     baseline    the RFM rule: the share of yes of a customer's recency, frequency and money quintiles, learnt from the same labels
 *
 * Only customers with an order are asked; for a lapse, those whose last order lies within w days.
 *
 * A prediction is **offered** when it was tested on at least ZH_PREDICT_EACH_MIN who did and as many who did not, history reaches over
 * 3 w, and its area under the curve is above that of the RFM rule.
 *
 * Guarantees  deterministic; nothing after the day a row is made at is in its columns, nothing after `end` anywhere.
 * Cost        about 10 us a row learnt from (customers x days, at most ZH_PREDICT_ROWS_MAX); predicting 5 us.
 * Source      Gradient boosting: boost.h; Platt: calibrate.h; BG/NBD: bgnbd.h. Prediction is not cause: who buys anyway scores high.
 */
#ifndef ZH_MEASURE_PREDICT_H
#define ZH_MEASURE_PREDICT_H
#include "measure/past.h"
#include "model/boost.h"
#include "model/calibrate.h"

#define ZH_PREDICT_EACH_MIN 100      /* who did, and who did not: below that a rate is a guess */
#define ZH_PREDICT_ROWS_MAX 120000   /* learnt from; customers are drawn where there are more */
#define ZH_PREDICT_FOLDS 5
#define ZH_PREDICT_DAYS_MAX 12       /* of learning */
#define ZH_PREDICT_WINDOW_MAX 365    /* days */
#define ZH_PREDICT_TESTS_MAX 4
#define ZH_PREDICT_QUINTILES 5

typedef enum zh_predict_kind { ZH_PREDICT_BUY, ZH_PREDICT_LAPSE } zh_predict_kind;

typedef struct zh_predict_task {
    zh_predict_kind kind;
    int32_t window;        /* days, 1 .. ZH_PREDICT_WINDOW_MAX */
    const volatile bool *stop; /* set while it learns: it ends early, ZH_STOPPED; may be NULL */
} zh_predict_task;

/* Shares of yes by quintiles. */
typedef struct zh_rfm_rates {
    double cuts[3][ZH_PREDICT_QUINTILES - 1];
    double rate[ZH_PREDICT_QUINTILES * ZH_PREDICT_QUINTILES * ZH_PREDICT_QUINTILES];
} zh_rfm_rates;

typedef struct zh_predictor {
    zh_predict_task task;
    int32_t end;                 /* the last day it learnt from */
    zh_past_shop shop;
    zh_boost trees[ZH_PREDICT_FOLDS];
    zh_platt map;
    zh_rfm_rates rule;
    uint32_t rows, rows_yes;     /* learnt from */
} zh_predictor;

/* Learn from all facts until `end`. What it keeps lies in the arena. Errors: ZH_ABSENT (too little history, or too few of a kind;
 * *why says what), ZH_NOMEM, ZH_STOPPED. */
ZH_MUST zh_err zh_predict_learn(zh_predictor *out, zh_arena *arena, const zh_past *pasts, size_t count, zh_predict_task task, int32_t end, const char **why);

/* The probability as of a day; false: not asked of this customer (no order, or lapsed already). */
bool zh_predict_one(const zh_predictor *p, const zh_past *past, int32_t day, double *chance);
/* The same by the RFM rule. */
bool zh_predict_rule(const zh_predictor *p, const zh_past *past, int32_t day, double *chance);
/* What became of it: did the customer do it in the window after the day? */
bool zh_predict_came_true(zh_predict_task task, const zh_past *past, int32_t day);

typedef struct zh_predict_report {
    int32_t days[ZH_PREDICT_TESTS_MAX]; /* tested as of, newest first */
    uint32_t days_count;
    size_t count, yes;
    double auc, rule_auc;               /* means over the days */
    zh_reliability reliability, rule_reliability;
    bool is_offered;
    const char *why;                    /* where it is not offered; a static sentence */
} zh_predict_report;

/* Learn and judge at `tests` days that lie w apart, the newest at end - w. Errors: ZH_NOMEM, ZH_STOPPED. */
ZH_MUST zh_err zh_predict_test(zh_predict_report *out, const zh_past *pasts, size_t count, zh_predict_task task, int32_t end, uint32_t tests);

/* Three times the median gap between orders, within 14 .. 90 days: who stays away longer has lapsed. */
int32_t zh_predict_lapse_days(const zh_past *pasts, size_t count, int32_t end);

#endif
