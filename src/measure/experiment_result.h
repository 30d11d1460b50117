/* experiment_result.h -- what an experiment says so far: for each arm and metric the difference to the control, and how sure it is.
 *
 * The first arm is the control. Everything comes from the sums of experiments.h:
 *
 *     fixed        Welch's interval: right when looked at once, at the planned end
 *     sequential   valid whenever it is looked at (effect.h): what decides while it runs
 *     Bayes        chance that the arm is better, and what either choice loses on average, flat prior
 *     CUPED        with what was known before taken out (cuped.h), where beforeDays > 0
 *     SRM          the units of the arms against their weights (srm.h): below ZH_SRM_ALARM no result is to be trusted
 *
 * Of many metrics and arms some look good by chance: `q` is p after Benjamini and Hochberg over those that are not guardrails. A
 * guardrail is harmed when its sequential interval lies on the wrong side.
 *
 * Cost        about 0.1 ms for six metrics, whatever number of customers was exposed (bench/experiments_bench.c).
 * Source      see the headers named; Benjamini, Hochberg, JRSS B 57 (1995).
 */
#ifndef ZH_MEASURE_EXPERIMENT_RESULT_H
#define ZH_MEASURE_EXPERIMENT_RESULT_H
#include "measure/experiments.h"
#include "measure/srm.h"

#define ZH_EXPERIMENT_UNITS_MIN 2 /* of an arm, before it has an interval */

typedef enum zh_result_word { ZH_RESULT_OPEN, ZH_RESULT_BETTER, ZH_RESULT_WORSE } zh_result_word; /* by the sequential interval */

typedef struct zh_result_difference {
    bool stands;             /* false: too few units, or nothing varies */
    zh_effect effect;
    zh_verdict fixed, sequential;
} zh_result_difference;

typedef struct zh_metric_result { /* of one arm against the control */
    zh_arm control, treatment; /* as they are, not adjusted; of a ratio: of R, per unit */
    zh_result_difference absolute, relative; /* adjusted where there is something before */
    double theta, reduction;   /* CUPED: of the variance of the difference, 0 .. 1 */
    double q;                  /* of the sequential p; 1 where it does not stand */
    double chance, losses[2];  /* better than the control; of keeping the control, of taking the arm; absolute, in the metric's units */
    bool is_guardrail;
    zh_result_word word;       /* better and worse as the metric means it */
} zh_metric_result;

typedef struct zh_experiment_result {
    zh_srm srm;
    bool trusted;              /* no mismatch of the arms */
    uint32_t arms, metrics;
    double expected[ZH_EXPERIMENT_ARMS_MAX]; /* share of the customers that an arm should have */
    zh_metric_result of[ZH_EXPERIMENT_ARMS_MAX][ZH_EXPERIMENT_METRICS_MAX]; /* [arm from 1][metric] */
} zh_experiment_result;

/* One of them; q is its p. */
void zh_metric_result_of(const zh_experiment *set_up, const zh_experiment_sums *at, uint32_t arm, uint32_t metric, zh_metric_result *out);
void zh_experiment_result_of(const zh_experiment *set_up, const zh_experiment_sums *at, zh_experiment_result *out);

/* The same of a view. Of a bandit the arms are held against the chances they were drawn with, and no interval decides: these take arms whose
 * shares do not hang on what was learnt (bandit.h says what a bandit knows). */
void zh_experiment_result_of_view(const zh_experiment_view *view, zh_experiment_result *out);

#endif
