/* experiment.h -- an experiment as it was set up, and which arm a customer is in.
 *
 *     {"title": …, "hypothesis": …, "placements": ["home"], "layer": "home", "share": 0.5, "eligibility": CEL,
 *      "arms": [{"name": "control", "weight": 1}, {"name": "calm", "weight": 1, "policy": {"tired_weight": 0.5}}],
 *      "metrics": ["conversion", "revenue"], "guardrails": ["refund_share", "opt_outs"], "definitions": {own metrics},
 *      "assignment": "placement", "windowDays": 14, "beforeDays": 30, "alpha": 0.05, "currency": "CNY", "state": "running", "startedAt": ms, "stoppedAt": ms, "layerFrom": 0, "layerTo": 5000,
 *      "mode": "bandit", "strategy": "thompson", … (bandit.h)}
 *
 * The first arm is the control. An arm is sticky: it is a hash of the customer's number (core/bucket.h), so no table is asked and
 * nobody changes sides; more share only takes more customers in.
 *
 *     layer slice   bucket("layer/" layer, 10,000) in [layerFrom, layerTo)    experiments of a layer exclude each other
 *     share         bucket("share/" name, 1,000,000) < share                  the ramp
 *     arm           bucket("arm/" name, sum of weights), by cumulated weights
 *
 * The **holdout** is an experiment over everything, named "holdout": its arms are "held", who get the list anybody gets and are in
 * no other experiment, and "treated", the rest. It measures what deciding causes at all.
 *
 * Who says which arm a customer is in, and that he saw it ("assignment"):
 *
 *     placement    a decision on one of its placements: what is decided is the arm's policy
 *     asked        it acts on no placement: a shop's server asks for the arm, and says when it was seen (zh_experiments_ask)
 *     outside      somebody else draws the arms; events "Experiment Viewed" say who saw which (zh_experiments_viewed)
 *
 * In mode "bandit" the arm of a customer is drawn by the chances of the moment he is first shown something (bandit.h), and he keeps it.
 *
 * States: draft, running, paused (nobody new is exposed, all get the control; what is measured goes on), stopped. Once it ran, only
 * state, share and words may change: anything else would mix two experiments.
 *
 * Not here    what was measured (experiments.h), conditions (segment/vocabulary.h), who may define (server).
 */
#ifndef ZH_MEASURE_EXPERIMENT_H
#define ZH_MEASURE_EXPERIMENT_H
#include "base/json_out.h"
#include "core/bucket.h"
#include "core/money.h"
#include "core/tuning.h"
#include "measure/bandit.h"
#include "measure/outcome.h"

#define ZH_EXPERIMENTS_MAX 500            /* ever defined in a workspace */
#define ZH_EXPERIMENT_NAME_BYTES_MAX 64   /* as ZH_DECISION_NAME_BYTES_MAX */
#define ZH_EXPERIMENT_ARMS_MAX 8
#define ZH_EXPERIMENT_METRICS_MAX 8       /* guardrails among them */
#define ZH_EXPERIMENT_PLACEMENTS_MAX 8
#define ZH_EXPERIMENT_TEXT_BYTES_MAX 2000 /* title, hypothesis */
#define ZH_EXPERIMENT_DAYS_MAX 365        /* of a window */
#define ZH_EXPERIMENT_WEIGHT_MAX 1000
#define ZH_EXPERIMENT_LAYER 10000         /* buckets of a layer */
#define ZH_EXPERIMENT_SHARE 1000000       /* all customers */
#define ZH_EXPERIMENT_ELIGIBILITY_BYTES_MAX 8192
#define ZH_EXPERIMENT_HOLDOUT "holdout"   /* its name */
#define ZH_EXPERIMENT_SETTING "experiment/" /* how the settings are called that define one */

typedef enum zh_experiment_state { ZH_EXPERIMENT_DRAFT, ZH_EXPERIMENT_RUNNING, ZH_EXPERIMENT_PAUSED, ZH_EXPERIMENT_STOPPED, ZH_EXPERIMENT_STATES } zh_experiment_state;
const char *zh_experiment_state_text(zh_experiment_state state);

typedef enum zh_experiment_assignment { ZH_EXPERIMENT_BY_PLACEMENT, ZH_EXPERIMENT_ASKED, ZH_EXPERIMENT_OUTSIDE, ZH_EXPERIMENT_ASSIGNMENTS } zh_experiment_assignment;

typedef struct zh_experiment_arm {
    zh_sv name;
    uint32_t weight;  /* 1 .. ZH_EXPERIMENT_WEIGHT_MAX */
    zh_tuning tuning; /* what it sets differently */
} zh_experiment_arm;

typedef struct zh_experiment {
    zh_sv name, title, hypothesis, layer, eligibility; /* layer and eligibility may be empty */
    zh_sv placements[ZH_EXPERIMENT_PLACEMENTS_MAX];    /* none: every one */
    uint32_t placements_count;
    zh_experiment_arm arms[ZH_EXPERIMENT_ARMS_MAX];
    uint32_t arms_count;
    zh_metric metrics[ZH_EXPERIMENT_METRICS_MAX];      /* the first is the one it is decided by; guardrails last */
    uint32_t metrics_count, guardrails_count;
    uint32_t window_days;  /* of outcomes after the first exposure; 1 .. ZH_EXPERIMENT_DAYS_MAX */
    uint32_t before_days;  /* of what is known before, for CUPED; 0: none */
    uint32_t share;        /* of ZH_EXPERIMENT_SHARE */
    uint32_t layer_from, layer_to; /* [from, to) of ZH_EXPERIMENT_LAYER */
    uint32_t alpha_micro;
    zh_currency currency;  /* of sums; code 0: as they are */
    zh_experiment_assignment assignment;
    zh_bandit bandit;      /* strategy NONE: arms by their weights */
    zh_experiment_state state;
    int64_t started_ms, stopped_ms; /* 0: not yet */
} zh_experiment;

bool zh_experiment_is_holdout(const zh_experiment *e);

/* Finds a workspace's own metric; its views must live as long as the experiment's. */
typedef bool (*zh_metric_finder)(void *context, zh_sv name, zh_metric *out);
/* Views are those of the JSON and `name`. A metric is one of "definitions", or built in, or found by `find` (may be NULL). Errors:
 * ZH_FORMAT: *field and *why say what is wrong. */
ZH_MUST zh_err zh_experiment_read(zh_json_value object, zh_sv name, zh_metric_finder find, void *context, zh_experiment *out, const char **field, zh_note *why);
/* The members of that object, all of them, so that read gives it back. */
void zh_experiment_write(const zh_experiment *e, zh_json_out *out);
/* May `next` take the place of `old`, which ran? NULL: yes, else the field that may not change. */
const char *zh_experiment_change(const zh_experiment *old, const zh_experiment *next);

bool zh_experiment_is_on(const zh_experiment *e, zh_sv placement); /* does it act on this placement? */
/* Do both want the same placement? */
bool zh_experiment_overlap(const zh_experiment *a, const zh_experiment *b);
/* Is he in its slice and its share? Two hashes at most. Whether he is eligible is asked apart. */
bool zh_experiment_takes(const zh_experiment *e, zh_workspace_id workspace, zh_customer_id customer);
/* The arm he has, whether it takes him or not: 0 .. arms_count - 1. */
bool zh_experiment_is_bandit(const zh_experiment *e);
/* The arm that an allocation gives him, if he has none yet. */
uint32_t zh_experiment_arm_drawn(const zh_experiment *e, const zh_bandit_allocation *allocation, zh_workspace_id workspace, zh_customer_id customer);
uint32_t zh_experiment_arm_of(const zh_experiment *e, zh_workspace_id workspace, zh_customer_id customer);
uint32_t zh_experiment_arm_named(const zh_experiment *e, zh_sv name); /* arms_count: none */

#endif
