/* trial.h -- put a model to the test: ask it every question of a problem, and choose its parameters.
 *
 * Tuning is a walk along one parameter at a time, in the order of the kind's table: try the values
 * of its grid with all others at their best so far, keep the best (a later value only when it is
 * better), and go round until nothing changes, at most ZH_TRIAL_ROUNDS_MAX times. Few trials, each
 * on the hold-out part only; the test part is never looked at. What counts is ndcg@k, which with a
 * single right answer lies between hit and mrr.
 *
 * Guarantees  lists and parameters do not depend on the number of hands.
 * Clock       none; the caller measures time, and may say when it is enough: then what is chosen depends
 *             on the machine's pace.
 */
#ifndef ZH_MODEL_TRIAL_H
#define ZH_MODEL_TRIAL_H
#include "model/interval.h"
#include "model/model.h"

#define ZH_TRIAL_ROUNDS_MAX 2       /* a third round changed nothing on the four sets of docs/quality.md */
#define ZH_TRIAL_QUERIES_MAX 3000   /* questions a trial of tuning; +-1.5 % of ndcg at one standard error */

/* The best k for every question into top[queries][k]. Users: known items are masked and empty
 * places filled (see scores.h); sessions: neither. Errors: those of the kind's score; ZH_NOMEM. */
ZH_MUST zh_err zh_trial_answer(const zh_model *model, const zh_problem *problem, uint32_t k, const zh_crew *crew, uint32_t *top);

/* The metrics of such lists. `scratch` is used meanwhile. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_trial_judge(zh_metrics *out, zh_arena *scratch, const zh_problem *problem, uint32_t k, const uint32_t *top);

/* How sure the metrics are, and how they are for those who know few items. Customers are drawn, of
 * sessions whole sessions; the questions of a basket are drawn apart, so there intervals are too narrow.
 * `scratch` is used meanwhile. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_trial_doubt(zh_intervals *out, zh_band bands[ZH_INTERVAL_BANDS], zh_arena *scratch, const zh_problem *problem,
                              uint32_t k, const uint32_t *top, uint64_t seed);

typedef struct zh_trial_tune {
    const zh_model_kind *kind;
    const zh_problem *problem; /* the hold-out part, see zh_split_hold_out */
    uint32_t k;
    uint64_t seed;
    size_t bytes_max;          /* of each trial model, a hand */
    const bool *given;         /* [params_count] parameters that stay as they are */
    const zh_model_choice *choice; /* [choices] see model.h */
    uint32_t choices;
    void (*tried)(void *context, uint32_t trial, const double *param, double ndcg); /* may be NULL */
    bool (*enough)(void *context); /* asked before every trial after the first; true ends the walk with the best so far; NULL: never */
    void *context;
} zh_trial_tune;

/* Improve param[]; *trials says how many models were measured (0 when there is nothing to choose). */
ZH_MUST zh_err zh_trial_run(const zh_trial_tune *tune, const zh_crew *crew, double *param, uint32_t *trials, zh_note *why);

#endif
