/* bandit.h -- an experiment that learns while it runs: how often each arm is given to new customers, and when that is decided anew.
 *
 * A customer is drawn once, by a hash and the chances of that moment (an **allocation**), and keeps his arm. Customers who were drawn
 * under one allocation are a **stratum**: within it chance alone decided, so arms can be compared there, however long ago it was and
 * however many outcomes are still to come. Sums of a stratum are put together by the chances p:
 *
 *     mean of an arm    sum(y / p) / sum(n / p)            what everybody would have brought under this arm, so far
 *     its variance      s^2 sum(n / p^2) / sum(n / p)^2    s^2: of one customer, drawn towards that of all customers by ZH_BANDIT_PRIOR of them
 *
 *     thompson          P(arm is best), beliefs normal, by integration
 *     epsilon_greedy    epsilon / K for each, the rest for the best
 *     softmax           exp(mean / (temperature |mean of all|)) / sum
 *     floor             f + (1 - K f) of that: no chance is ever smaller than f
 *
 * Before every arm has ZH_BANDIT_START customers, and where nothing varies, the weights of the arms decide.
 *
 * **Loss** of taking an arm for good: E[max of the means] - its mean, over the beliefs. **Regret** so far: customers of each arm times its
 * loss, summed: the expectation of what was missed, by the same beliefs. A **winner** is taken when the least loss is at most `winner_loss`, each
 * arm has ZH_BANDIT_WINNER customers and the first customers' windows have ended.
 *
 * **Drift**: for each arm a two-sided CUSUM of its strata against all before them, in standard deviations of one customer, with slack
 * ZH_BANDIT_SLACK and alarm at ZH_BANDIT_ALARM + ln(customers / 10,000) / (2 slack) (no less than ZH_BANDIT_ALARM), so that false alarms get
 * rarer as the shop grows. Only strata count whose windows have ended: younger ones have had less time, which is no drift. After an alarm what was
 * before the change is forgotten.
 *
 * Guarantees  pure functions; chances are millionths that add up to ZH_BANDIT_MICRO.
 * Cost        O(strata x arms); thompson and losses 501 steps x arms^2.
 * Source      Thompson, Biometrika 25 (1933); Russo et al., A Tutorial on Thompson Sampling, 2018; Hajek's ratio estimator; Page, Biometrika 41
 *             (1954); Hawkins, The Statistician 36 (1987) (self-starting CUSUM); Siegmund, Sequential Analysis, 1985 (run lengths).
 * Not here    the record of an allocation (allocation.h), who draws (experiments.h), when it is looked at (engine/bandit_clock.h).
 */
#ifndef ZH_MEASURE_BANDIT_H
#define ZH_MEASURE_BANDIT_H
#include "base/json.h"
#include "base/json_out.h"
#include "base/note.h"

#define ZH_BANDIT_ARMS_MAX 8
#define ZH_BANDIT_MICRO 1000000
#define ZH_BANDIT_ALLOCATIONS_MAX 4096 /* of one bandit; the last one stays */
#define ZH_BANDIT_START 20             /* customers of each arm before anything is learnt from them */
#define ZH_BANDIT_PRIOR 10             /* customers that an arm's variance is drawn by */
#define ZH_BANDIT_WINNER 100           /* customers of each arm before there is a winner */
#define ZH_BANDIT_WARM 50              /* customers of an arm before drift can be seen */
#define ZH_BANDIT_SLACK 0.1
#define ZH_BANDIT_ALARM 40.0
#define ZH_BANDIT_SHARE 400            /* an allocation waits for this part of all customers, and of the time it has run */
#define ZH_BANDIT_UNITS_MAX 1000000    /* of every_units */
#define ZH_BANDIT_SECONDS_MAX 604800   /* of every_seconds */
#define ZH_BANDIT_FLOOR_MIN 0.001

typedef enum zh_bandit_strategy { ZH_BANDIT_NONE, ZH_BANDIT_THOMPSON, ZH_BANDIT_GREEDY, ZH_BANDIT_SOFTMAX, ZH_BANDIT_STRATEGIES } zh_bandit_strategy;
const char *zh_bandit_strategy_text(zh_bandit_strategy strategy);

typedef struct zh_bandit {       /* as it was set up */
    zh_bandit_strategy strategy; /* NONE: the weights stay, an ordinary experiment */
    uint32_t floor_micro;        /* least chance of an arm */
    uint32_t epsilon_micro;      /* of epsilon_greedy */
    uint32_t temperature_micro;  /* of softmax: a mean greater by this share has e times the chance */
    uint32_t every_units;        /* customers drawn between two allocations */
    uint32_t every_seconds;      /* or so much time, of the log's clock */
    double winner_loss;          /* in units of the metric for each customer; 0: there is no winner */
} zh_bandit;

/* {"mode": "bandit", "strategy": "thompson", "floor": 0.05, "epsilon": 0.1, "temperature": 0.1, "everyCustomers": 100, "everySeconds": 3600,
 * "winnerLoss": 0}; mode "ab" or nothing: NONE. Errors: ZH_FORMAT: *field and *why. */
ZH_MUST zh_err zh_bandit_read(zh_json_value object, uint32_t arms, zh_bandit *out, const char **field, zh_note *why);
void zh_bandit_write(const zh_bandit *b, zh_json_out *out);                      /* those members */
const char *zh_bandit_change(const zh_bandit *old, const zh_bandit *next);       /* the member that differs; NULL: none */

typedef enum zh_bandit_cause { ZH_BANDIT_BEGIN, ZH_BANDIT_LEARNT, ZH_BANDIT_DRIFT, ZH_BANDIT_WON, ZH_BANDIT_CAUSES } zh_bandit_cause; /* stored */
const char *zh_bandit_cause_text(zh_bandit_cause cause);

typedef struct zh_bandit_allocation { /* how new customers are drawn */
    uint32_t number;                  /* 0, 1, … of its bandit */
    uint32_t since;                   /* strata before are forgotten; <= number */
    zh_bandit_cause cause;
    uint32_t arms;
    uint32_t winner;                  /* its arm + 1, 0: none */
    uint32_t drifted;                 /* of DRIFT: the arm that changed */
    uint32_t chance[ZH_BANDIT_ARMS_MAX];
} zh_bandit_allocation;

bool zh_bandit_is_sound(const zh_bandit_allocation *a); /* counts in their ranges, chances that add up */
/* The arm at place 0 .. ZH_BANDIT_MICRO - 1. */
uint32_t zh_bandit_draw(const zh_bandit_allocation *a, uint32_t place);

typedef struct zh_bandit_stratum { /* an allocation, and what became of the customers drawn under it */
    zh_bandit_allocation drawn;
    int64_t at_ms;                 /* of the log's clock */
    int64_t last_ms;               /* newest first exposure; 0: none */
    uint64_t units[ZH_BANDIT_ARMS_MAX];
    __int128 sum[ZH_BANDIT_ARMS_MAX], square[ZH_BANDIT_ARMS_MAX]; /* of the reward */
} zh_bandit_stratum;

typedef struct zh_bandit_strata { const zh_bandit_stratum *list; uint32_t count; } zh_bandit_strata; /* list[i].drawn.number == i */

typedef struct zh_bandit_belief {
    uint64_t units;     /* since what is remembered */
    double mean, se;    /* as they are; less may be better */
    double best, loss;  /* chance to be the best; of taking it for good */
} zh_bandit_belief;

typedef struct zh_bandit_beliefs {
    bool known;         /* false: too few customers, or nothing varies; only units and means count */
    uint32_t arms, best;/* best: of the least loss */
    double pooled;      /* mean over all customers */
    zh_bandit_belief of[ZH_BANDIT_ARMS_MAX];
    double regret, regret_even; /* so far; if all arms had got the same number */
    double a_customer;          /* regret of one more, at the newest chances */
} zh_bandit_beliefs;

void zh_bandit_beliefs_of(zh_bandit_strata s, bool less_is_better, zh_bandit_beliefs *out); /* s.count > 0 */

typedef struct zh_bandit_drift { bool noticed; uint32_t arm, since; double score, alarm; } zh_bandit_drift; /* since: the first stratum after the change */

/* A stratum counts when its last_ms is at most settled_ms. */
zh_bandit_drift zh_bandit_drift_of(zh_bandit_strata s, int64_t settled_ms);

/* Normal beliefs of arms: chance to be the greatest, and the expectation of the greatest. */
double zh_bandit_greatest(const double *means, const double *ses, uint32_t arms, double *chance);

typedef struct zh_bandit_moment { int64_t now_ms, first_ms, window_ms; bool less_is_better; } zh_bandit_moment; /* of the log's clock; the first exposure */

/* Is an allocation due? If so, `out` is it; its number is s.count. */
bool zh_bandit_decide(const zh_bandit *b, zh_bandit_strata s, const zh_bandit_moment *at, zh_bandit_allocation *out);
void zh_bandit_begin(const zh_bandit *b, const uint32_t *weights, uint32_t arms, zh_bandit_allocation *out); /* the first one */

#endif
