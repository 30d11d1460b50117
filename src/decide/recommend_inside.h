/* recommend_inside.h -- the work of one ask, shared by the files of recommend.h: what is being made, and the steps.
 *
 *     hide, refused, tired ─► stages, each with a judge ─► picks ─► the last slot ─► why
 *
 *     recommend_judge.c   what may be shown, and how much of its score it keeps
 *     recommend_refusal.c what the customer does not want to see, and what is like it
 *     recommend_stages.c  where candidates come from
 *     strategies.c        stages that need more than counts or popularity
 *     repeats.c           the stage of what is due again
 *     complements.c       stages of what completes a page, a cart, an order
 *     recommend_explore.c slots that are drawn
 *     recommend_why.c     what they are explained with
 *     recommend_arrange.c rules, dials, caps and pins of a placement that is defined (placements.h)
 *     recommend.c         the order of the steps, the decision
 */
#ifndef ZH_DECIDE_RECOMMEND_INSIDE_H
#define ZH_DECIDE_RECOMMEND_INSIDE_H
#include "base/top.h"
#include "base/time.h"
#include "decide/recommend.h"
#include "decide/source.h"

#define ZH_PICKS_MAX (ZH_DECISION_ITEMS_MAX + ZH_RECOMMEND_POOL_MAX + 100) /* 50 of them for what is pinned and no candidate */

typedef struct zh_pick {
    const zh_item *item;
    int64_t score_micro;
    zh_stage stage;        /* END: a rule pinned it */
    uint32_t index;        /* in the counts, of a counted stage */
    int32_t keep;          /* of its score, out of ZH_KEEP_ALL */
    zh_sv category;        /* of POPULAR_IN_CATEGORY */
} zh_pick;

typedef struct zh_tired { uint64_t item; float times; } zh_tired; /* shown in vain, by item */

/* Words of the customer, ready to be asked for each candidate. */
typedef struct zh_alike { uint64_t category_hash; zh_sv brand, group; } zh_alike; /* of an item that he is not interested in */
typedef struct zh_refusals {
    const zh_feedback_word *words;
    uint32_t words_count;  /* 0: nothing stands */
    zh_alike *alike;
    uint32_t alike_count;
    zh_board likeness;    /* by index in the counts: sum of similarities to those items, in millionths */
    uint32_t *counted;     /* those items, by index in the counts */
    uint32_t counted_count; /* 0: there are none, and no likeness */
} zh_refusals;

typedef struct zh_completed { zh_item_id item; zh_act act; int64_t at_ms; } zh_completed; /* of the page, the cart, the last order */
typedef struct zh_share { uint64_t item; int64_t micro; uint32_t source; } zh_share; /* of a completed item in another's score */

#define ZH_REPEAT_KINDS_MAX 64u  /* categories of one customer that may be due: the first of his items, by number */
typedef struct zh_habit { /* of one customer with one category */
    uint64_t kind;
    uint16_t days[2];      /* his newest purchases of it, on different days */
    zh_item_id newest;
} zh_habit;
#define ZH_RULE_FACTORS 1024u    /* kept of one list, 16 KB: 200 candidates seldom take each other's place; a power of two */
typedef struct zh_rule_factor { const zh_item *item; double factor; } zh_rule_factor; /* what the rules make of its score; 0: not shown */

typedef struct zh_repeat { int64_t value_micro; uint32_t days_usual; } zh_repeat; /* 0: not due; how long it lasts, 0: nobody knows */

typedef struct zh_list { /* all memory is the arena's */
    const zh_recommend_world *world;
    const zh_recommend_ask *ask;
    zh_policy policy;
    zh_arena *arena;
    int64_t now_ms;        /* the hour, where not personal */
    zh_scene scene;        /* the time alone, where not personal */
    double *scene_factors; /* by category of world->scenes; NULL: the moment changes nothing */
    double scene_most;     /* the greatest of them, at least 1 */
    zh_stage stage;        /* being filled */
    bool personal;
    bool show_bought;      /* the shop is too small to hide what was bought */
    bool show_alike;       /* or what is like something refused */
    zh_refusals refusals;
    uint64_t *hidden;      /* item numbers of page, cart, exclude: sorted */
    size_t hidden_count;
    zh_rules_run *rules;   /* of the placement; NULL: none */
    zh_rule_factor *factors; /* [ZH_RULE_FACTORS] by item number, with rules: a candidate is asked for when it is judged and when the list is arranged */
    zh_tired *tired;       /* sorted by item */
    uint32_t tired_count;
    zh_recommend_sources sources[ZH_STAGE_LAST_ORDER + 1]; /* of each counted stage */
    zh_completed *completed;      /* of the stage that completes */
    zh_share *shares;             /* by item, then source */
    uint32_t completed_count, shares_count;
    zh_habit *habits;             /* of the stage of repeats */
    uint32_t habits_count;
    uint32_t candidates;
    zh_pick picks[ZH_PICKS_MAX];
    uint32_t count, want;
    uint32_t pool;         /* count without what widening added */
    uint32_t wide_slots;   /* the last ones, that may be of other categories; 0: none */
    uint16_t wider[ZH_PICKS_MAX]; /* picks behind the list, each of another category that it does not show */
    uint32_t wider_count;
} zh_list;

/* What the judge looks at. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_recommend_judge_open(zh_list *l);
/* How much of the item's score is kept: ZH_HIDE .. ZH_KEEP_ALL; *item is set where it is not hidden. */
enum { ZH_HIDE = 0 };
int32_t zh_recommend_judge(const zh_list *l, zh_item_id id, const zh_item **item);

/* A filling stage: candidates by what is kept of their value, then picks whose scores go on below the last one:
 * last x value / (greatest value + 1). */
typedef struct zh_filler {
    zh_top top;
    zh_top_entry entries[ZH_PICKS_MAX];
    zh_stage stage;
} zh_filler;
void zh_recommend_fill_begin(const zh_list *l, zh_filler *f, zh_stage stage);
/* value > 0. False: no item with this value or a smaller one can get in any more. */
bool zh_recommend_fill_offer(const zh_list *l, zh_filler *f, zh_item_id id, int64_t value, uint64_t extra);
/* categories: by `extra`; may be NULL. */
void zh_recommend_fill_end(zh_list *l, zh_filler *f, const zh_sv *categories);

/* What he bought of it; NULL: nothing. */
const zh_bought *zh_recommend_bought(const zh_history *h, zh_item_id item);

/* Does any word of his stand? */
bool zh_recommend_refuses(const zh_history *history);
/* Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_recommend_refusals_open(zh_list *l);
bool zh_recommend_refused(const zh_list *l, const zh_item *item);       /* never to be shown */
bool zh_recommend_is_like_refused(const zh_list *l, const zh_item *item); /* to be shown where nothing else is left */
/* What he refused says nothing of what he likes: it is taken out of the sources. */
void zh_recommend_drop_refused(const zh_list *l, zh_recommend_sources *s);

/* The rules of the placement begin; close them whatever happened. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_recommend_rules_open(zh_list *l);
void zh_recommend_rules_close(zh_list *l);
double zh_recommend_rule_factor(const zh_list *l, const zh_item *item); /* 1 without rules */
void zh_recommend_mark(const zh_list *l); /* fills the marks that are asked for */
/* How many candidates the list is made of: `want`, or more where it is arranged. */
uint32_t zh_recommend_candidates(const zh_list *l);
/* Order the picks by dials, caps and pins: the shown ones first, then at most `behind` that could stand in the last slot. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_recommend_arrange(zh_list *l, uint32_t behind);

/* Fill picks up to `want` from one source of candidates. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_recommend_stage(zh_list *l, zh_stage stage);

bool zh_recommend_is_strategy(zh_stage stage); /* of strategies.c */
ZH_MUST zh_err zh_recommend_strategy(zh_list *l, zh_stage stage);
/* Code and evidence of its pick. */
void zh_recommend_strategy_explain(const zh_list *l, const zh_pick *p, zh_reason *out);

/* How due an item of a habit is on a day since 1970. */
zh_repeat zh_recommend_repeat(const zh_sequel *sequel, zh_item_id item, const zh_habit *habit, uint16_t today);
ZH_MUST zh_err zh_recommend_repeats(zh_list *l);
void zh_recommend_repeats_explain(const zh_list *l, const zh_pick *p, zh_reason *out);
ZH_MUST zh_err zh_recommend_complements(zh_list *l, zh_stage stage);
void zh_recommend_complements_explain(const zh_list *l, const zh_pick *p, zh_reason *out);

/* After the stages, where nothing arranged the list: what its wider slots are drawn from. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_recommend_widen_open(zh_list *l);
/* Which pick stands in this slot, and with what chance; rng is drawn from only where it is a drawn slot. */
uint32_t zh_recommend_explore(const zh_list *l, uint32_t slot, zh_rng *rng, uint32_t *propensity_micro);

/* The code and the evidence of a pick, without words. */
void zh_recommend_explain(const zh_list *l, const zh_pick *p, zh_reason *out);
/* Its words. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_recommend_word(const zh_list *l, const zh_pick *p, zh_reason *reason);

#endif
