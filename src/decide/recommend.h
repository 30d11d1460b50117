/* recommend.h -- which items to show here, now, to this customer: a pure function that explains itself.
 *
 * The placement names its stages (placement.h). A counted stage scores every item by a sum over
 * what it looks at (history, cart, page, last order):
 *
 *     score(j) = sum over i of  round(1e6 w_i sim_bought(i, j)) + round(1e6 v_i sim_viewed(i, j))
 *     w_i, v_i = weight of the act x 2^(-age / half_life)
 *
 * with sim of model/cocount.h. Where a learnt recommender is deployed (learnt.h) what was bought says a third thing, in the
 * history's stage: round(1e6 learnt_weight w_i value(i, j)) of its table. What came after the training it does not know: counts speak of it alone. What the stage leaves empty the next stages fill in their own order, with
 * scores that continue downwards. Left out: the page's item, the cart, `exclude`, what cannot be
 * sold, what the customer refused (recommend_refusal.c), what was bought within the placement's days (two, where the customer bought it
 * more than once). An item bought
 * three times or more is shown at half its score instead: some things are bought again.
 *
 * What a list has shown the customer in vain tires: with x the times it stood in a list since it was last looked at, each
 * counted 2^(-age / tired_half_life) by the day, an item keeps 1 / (1 + tired_weight x) of its score. So lists
 * change where nothing was chosen (impression discounting; Lee et al., KDD 2014).
 *
 * If the shop has n items left that may be shown, the answer has n.
 *
 * Without a permit the answer reads nothing of the customer: neither history nor cart. It is then
 * a function of placement, context item, `exclude` (what the page shows already), n and the hour.
 *
 * Guarantees  same world, ask and rng: same bytes. Scores are integers, ties go by item number.
 *             Every propensity is exact; without exploration all are 1.
 * Cost        < 150 us with 100 history items and 3,700 items; memory only from the arena:
 *             about 12 bytes a known item and 1 KB a shown one.
 * Threads     reads the world; the caller keeps it still meanwhile.
 * Clock       ask.now_ms; randomness: the rng given.
 * Not here    consent (guard/permit.h), the record's place in the log (engine), JSON (server).
 */
#ifndef ZH_DECIDE_RECOMMEND_H
#define ZH_DECIDE_RECOMMEND_H
#include "base/rng.h"
#include "catalog/item.h"
#include "core/tuning.h"
#include "decide/learnt.h"
#include "decide/placement.h"
#include "decide/reason.h"
#include "decide/rules.h"
#include "guard/permit.h"
#include "model/cocount.h"
#include "model/popularity.h"
#include "model/scene.h"
#include "model/sequel.h"
#include "profile/customer.h"
#include "profile/feedback.h"

#define ZH_RECOMMEND_HISTORY_MAX 200 /* items scored with: the newest bought, and all touches */
#define ZH_RECOMMEND_POOL_MAX 50     /* items exploration draws from */
#define ZH_RECOMMEND_WIDER_MAX 50    /* what many buy, looked at for other categories */
#define ZH_POLICY_VERSION 5          /* of the rules in this folder; goes into every decision */

typedef struct zh_policy { /* 0 means the default, everywhere */
    float shrink;                 /* of the cosine, customers; default 10 */
    int32_t bought_half_life_days;/* default 365: tastes in goods last */
    int32_t touch_half_life_days; /* default 7 */
    float bought_weight;          /* of a bought item, default 1; sim_bought */
    float wanted_weight;          /* of an item in a cart or wish list, default 0.7; sim_bought */
    float viewed_weight;          /* of a viewed item, default 0.4; sim_viewed */
    float page_viewed_weight;     /* of look-alikes beside complements on the product page, default 0.3 */
    float learnt_weight;          /* of what the served table says beside the counts, default 1; below 0: none */
    uint32_t epsilon_micro;       /* chance that a last slot is drawn from the pool; default 0: never */
    uint32_t widen_micro;         /* chance that each of the last third of the slots is drawn from other categories, in place of epsilon; default 0: never */
    uint32_t repeat_times;        /* bought so often: damped, not hidden; default 3 */
    float tired_weight;           /* of one time shown in vain; default 0.15; below 0: none */
    int32_t tired_half_life_days; /* default 7 */
    bool scene;                   /* does the moment change scores (decide/scene.h)? */
} zh_policy;

/* The policy (NULL: the default one) with what a tuning says in its place. */
zh_policy zh_policy_tuned(const zh_policy *policy, const zh_tuning *tuning);

typedef struct zh_recommend_world { /* all borrowed and still during the call */
    const zh_catalog *catalog;
    const zh_cocount *cocount;
    const zh_popularity *popularity;
    const zh_learnt *learnt;      /* NULL: none, counts alone */
    const zh_scenes *scenes;      /* NULL: nothing is learned of moments */
    const zh_policy *policy;      /* NULL: defaults */
    const zh_sequel *sequel;      /* NULL: nothing is known of what follows what */
    const uint64_t *positions;    /* of the views; copied into the decision */
    uint32_t positions_count;
} zh_recommend_world;

typedef struct zh_history { /* what is known of one customer; all borrowed, all may be empty */
    const zh_touch *touches;      /* zh_customer_touches() */
    uint32_t touches_count;
    const zh_bought *bought;      /* zh_customer_bought() */
    uint32_t bought_count;
    const zh_item_id *last_order; /* items of the newest order; empty: bought items of the newest time */
    uint32_t last_order_count;
    const zh_feedback_word *words;/* zh_feedbacks_of() */
    uint32_t words_count;
    const zh_glance *glances;     /* zh_customer_glances() */
    uint32_t glances_count;
} zh_history;

typedef struct zh_rules_given { /* what the rules of a placement may look at besides; all borrowed */
    zh_look look;                 /* of the customer whom the ask is for; look.now_ms: the moment that was asked for */
    int64_t local_ms;             /* that moment by the workspace's clock */
    zh_sv city, device;
} zh_rules_given;

typedef struct zh_rule_mark {     /* for previews: what the rules in force say of one item */
    zh_item_id item;              /* given; the rest is filled in */
    uint64_t rules;               /* bit i: rule i is in force and holds for it */
    zh_rules_verdict verdict;
} zh_rule_mark;

typedef struct zh_recommend_ask {
    const zh_placement *placement;
    uint32_t n;                   /* 1..ZH_DECISION_ITEMS_MAX */
    zh_item_id context_item;      /* 0: none */
    const zh_item_id *cart, *exclude;
    uint32_t cart_count, exclude_count; /* each <= ZH_DECISION_ASKED_MAX */
    int64_t now_ms;
    uint64_t scene;               /* what was read of the moment, zh_scene_pack(); the time of it alone goes into an answer that is not personal */
    zh_cell cell;                 /* where the page is; none: not said. Only the scene is read of it */
    zh_customer_id customer;      /* 0: unknown */
    const zh_permit *permit;      /* for ZH_PURPOSE_PERSONALIZE and this customer; NULL or another: not personal */
    const zh_history *history;    /* NULL: nothing is known */
    const zh_rules_given *given;  /* NULL: rules see nobody */
    zh_rule_mark *marks;          /* of a placement with rules; NULL: not asked for */
    uint32_t marks_count;
    uint64_t *rules_active;       /* with marks: which rules are in force */
    uint32_t consent;             /* copied into the decision */
    zh_decision_id id;            /* copied into the decision */
    zh_sv experiment, arm;        /* copied into the decision */
    uint32_t arm_chance_micro, allocation; /* copied into the decision */
    bool explain;                 /* also words and all evidence */
} zh_recommend_ask;

/* Decide. Everything in *out and *reasons lives in `arena` (names: with the ask). *reasons has one
 * entry a shown item where ask.explain, else it is NULL. `rng` is drawn from at most once a slot, and only
 * when exploring in a personal answer; its seed goes into the decision, so a replay gives the same
 * rng. History from more than five minutes after now_ms is not used for scores. An empty shop gives an empty list.
 * Errors: ZH_NOMEM when the arena is full. */
ZH_MUST zh_err zh_recommend(const zh_recommend_world *world, const zh_recommend_ask *ask, zh_rng *rng,
                            zh_arena *arena, zh_decision *out, zh_reason **reasons);

#endif
