/* experiments.h -- who was exposed to which arm, and the sums of what they did since: a view.
 *
 * A decision that was made under an arm is an **exposure**: the customer was really shown it. From then on every metric of the
 * experiment is summed over the exposed of each arm, with the squares and products that statistics need, in integers. When what
 * is known of a customer changes, his numbers as they were are taken out of the sums and put back as they are, so at every moment
 *
 *     sums == the sum over all exposed customers of zh_outcome_of(his state)
 *
 * exactly (tested), and a result costs nothing, whether ten were exposed or ten million.
 *
 *     zh_experiments_clock(x, commit_ms)                        // each record first: the days of the history
 *     zh_experiments_before(x, customer, &event)  …the views change…  zh_experiments_after(x)
 *
 * Outcomes count from the first exposure for windowDays; what the same metric was in the beforeDays before it is kept beside it,
 * for CUPED. Two customers who turn out to be one: the earlier exposure stands; where they saw different arms they are **crossed**
 * and count in neither.
 *
 * A bandit's allocations are records (allocation.h); the customers drawn under each are summed apart (bandit.h).
 *
 * Guarantees  the same log gives the same entries; sums, units and crossed are functions of the sets of records and events. The days
 *             depend on the commit times, which are the log's.
 * Cost        an event of nobody exposed: one look-up. Of one exposed: twice the metrics it can change, for each of his experiments.
 *             60 to 75 bytes an exposure.
 * Threads     one writer; readers together when there is none (engine/world.h).
 * Not here    statistics (experiment_result.h).
 */
#ifndef ZH_MEASURE_EXPERIMENTS_H
#define ZH_MEASURE_EXPERIMENTS_H
#include "base/keep.h"
#include "core/decision.h"
#include "measure/cuped.h"
#include "measure/experiment.h"
#include "segment/vocabulary.h"

#define ZH_EXPERIMENT_HISTORY_MAX 400 /* days with a change that are kept of one */

typedef struct zh_experiments zh_experiments; /* opaque */

typedef struct zh_experiments_desc { /* borrowed until close */
    zh_customers *customers;
    zh_look look; /* what is the same for all customers: terms, consents … */
} zh_experiments_desc;

ZH_MUST zh_err zh_experiments_open(zh_experiments **out, const zh_experiments_desc *desc); /* ZH_NOMEM; the caller closes */
void zh_experiments_close(zh_experiments *x);

/* ---- definitions ---- */

/* From now on it is this; empty: it is gone. One that cannot be read or compiled is passed over: whoever defines is told so before.
 * Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_experiments_define(zh_experiments *x, zh_sv name, zh_sv json);
/* May this be the eligibility of one? Errors: ZH_FORMAT, ZH_FULL (why says what and where), ZH_NOMEM. */
ZH_MUST zh_err zh_experiments_examine(const zh_experiments *x, zh_sv expression, zh_arena *arena, zh_cel_fault *why);
/* zh_metric_compile with the names that are known here: for whoever asks a metric by himself. */
ZH_MUST zh_err zh_experiments_compile_metric(const zh_experiments *x, zh_metric *metric, zh_arena *arena, zh_cel_fault *why);

/* ---- what happens ---- */

void zh_experiments_clock(zh_experiments *x, int64_t commit_ms); /* no memory: a day of the history is left out */
/* `customer` is the decision's, after merges. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_experiments_decided(zh_experiments *x, const zh_decision *decision, zh_customer_id customer, int64_t commit_ms);
/* An event, after it was folded: where it says that the customer saw an arm of an experiment that is assigned outside, he is exposed. It is
 * "Experiment Viewed" as Segment's specification has it: experiment_id or experiment_name is the experiment's name, variation_id or variation_name the
 * arm's (experimentId and so on, too). Before the start, or of one that does not run, of a robot, or of a customer who refused analytics: passed over.
 * Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_experiments_viewed(zh_experiments *x, const zh_event *event, int64_t commit_ms);
/* From now on a bandit draws so. One that does not follow on what is there is passed over. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_experiments_allocate(zh_experiments *x, zh_sv name, const zh_bandit_allocation *allocation, int64_t commit_ms);
/* A customer is about to change, by an event or (NULL) by a choice; then he has. Errors: ZH_NOMEM: nothing was taken out. */
ZH_MUST zh_err zh_experiments_before(zh_experiments *x, zh_customer_id customer, const zh_event *event);
void zh_experiments_after(zh_experiments *x);
/* Two are about to be one; then they are. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_experiments_before_merge(zh_experiments *x, zh_customer_id from, zh_customer_id to);
ZH_MUST zh_err zh_experiments_merge(zh_experiments *x, zh_customer_id from, zh_customer_id to);

/* ---- deciding ---- */

typedef struct zh_assignment { /* views valid until the next change */
    zh_sv experiment, arm;      /* empty: none */
    const zh_tuning *tuning;    /* NULL: the workspace's */
    uint32_t chance_micro;      /* of a bandit: that his arm was drawn with; 0: by weights */
    uint32_t allocation;        /* of a bandit: he was drawn under */
} zh_assignment;

/* Does one run on this placement at all? *asks: for some of them look.json must be there, because conditions are asked. */
bool zh_experiments_acts(const zh_experiments *x, zh_sv placement, bool *asks);
/* What a decision on this placement is to use for this customer (> 0). `look` is of him. Reads only. */
zh_assignment zh_experiments_assign(const zh_experiments *x, zh_sv placement, const zh_look *look, zh_arena *scratch);
/* The arm that one experiment has for this customer, without a placement; experiment empty: he is in none. False: none of this name can be asked. */
bool zh_experiments_ask(const zh_experiments *x, zh_sv name, const zh_look *look, zh_arena *scratch, zh_assignment *out);

/* ---- asking ---- */

typedef struct zh_experiment_cell { /* one arm, one metric: zh_sums in integers */
    __int128 sum[4], product[10]; /* products: 00 01 02 03 11 12 13 22 23 33 */
} zh_experiment_cell;

typedef struct zh_experiment_sums { /* at one moment; valid until the next change */
    int32_t day;                   /* UTC, at whose end; of the newest: the day that runs */
    const uint64_t *units;         /* an arm */
    const zh_experiment_cell *cells; /* [arm * metrics + metric] */
} zh_experiment_sums;

typedef struct zh_experiment_view { /* valid until the next change */
    uint32_t number;
    const zh_experiment *set_up;
    const char *fault;              /* its eligibility cannot be asked: nobody takes part; NULL: it can */
    uint64_t exposed, crossed;      /* crossed are not among the units */
    int64_t first_ms, last_ms;      /* of first exposures; 0: none */
    zh_experiment_sums now;
    uint32_t days_count;            /* of its history */
    zh_bandit_strata strata;        /* of a bandit: one at least; else none */
} zh_experiment_view;

uint32_t zh_experiments_count(const zh_experiments *x); /* living ones */
bool zh_experiments_next(const zh_experiments *x, uint32_t *at, zh_experiment_view *out); /* by number */
bool zh_experiments_find(const zh_experiments *x, zh_sv name, zh_experiment_view *out);
/* Day i of the history, oldest first, i < days_count. */
zh_experiment_sums zh_experiments_day(const zh_experiments *x, uint32_t number, uint32_t i);
/* Of one customer: which arm, since when; false: he was not exposed. arm == arms_count: crossed. */
bool zh_experiments_exposure(const zh_experiments *x, uint32_t number, zh_customer_id customer, uint32_t *arm, int64_t *first_ms);
/* The exposed of one experiment: for (size_t at = 0; zh_experiments_exposed(…, &at, &customer, &arm, &first_ms);) in no order. */
bool zh_experiments_exposed(const zh_experiments *x, uint32_t number, size_t *at, zh_customer_id *customer, uint32_t *arm, int64_t *first_ms);
/* Sums of an arm and a metric, as statistics take them. */
zh_sums zh_experiment_sums_of(const zh_experiment *set_up, const zh_experiment_sums *at, uint32_t arm, uint32_t metric);
size_t zh_experiments_bytes(const zh_experiments *x);

/* ---- keep (base/keep.h) ---- */

ZH_MUST zh_err zh_experiments_save(zh_experiments *x, bool all, zh_keep keep);
ZH_MUST zh_err zh_experiments_load(zh_experiments *x, zh_sv key, zh_sv value);
bool zh_experiments_check(const zh_experiments *x, const char **why); /* sums of all from the states: O(exposures) */

#endif
