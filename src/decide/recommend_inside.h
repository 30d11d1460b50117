/* recommend_inside.h -- the work of one ask, shared by the files of recommend.h: what is being made, and the steps.
 *
 *     hide, tired ─► stages, each with a judge ─► picks ─► the last slot ─► why
 *
 *     recommend_judge.c   what may be shown, and how much of its score it keeps
 *     recommend_stages.c  where candidates come from
 *     recommend_why.c     what they are explained with
 *     recommend.c         the order of the steps, exploration, the decision
 */
#ifndef ZH_DECIDE_RECOMMEND_INSIDE_H
#define ZH_DECIDE_RECOMMEND_INSIDE_H
#include "decide/recommend.h"
#include "decide/source.h"

#define ZH_DAY_MS INT64_C(86400000)
#define ZH_PICKS_MAX (ZH_DECISION_ITEMS_MAX + ZH_RECOMMEND_POOL_MAX)

typedef struct zh_pick {
    const zh_item *item;
    int64_t score_micro;
    zh_stage stage;
    uint32_t index;        /* in the counts, of a counted stage */
    int32_t keep;          /* of its score, out of ZH_KEEP_ALL */
    zh_sv category;        /* of POPULAR_IN_CATEGORY */
} zh_pick;

typedef struct zh_tired { uint64_t item; float times; } zh_tired; /* shown in vain, by item */

typedef struct zh_list { /* all memory is the arena's */
    const zh_recommend_world *world;
    const zh_recommend_ask *ask;
    zh_policy policy;
    zh_arena *arena;
    int64_t now_ms;        /* the hour, where not personal */
    bool personal;
    bool show_bought;      /* the shop is too small to hide what was bought */
    uint64_t *hidden;      /* item numbers of page, cart, exclude, blocked: sorted */
    size_t hidden_count;
    zh_tired *tired;       /* sorted by item */
    uint32_t tired_count;
    zh_recommend_sources sources; /* of the counted stage */
    uint32_t candidates;
    zh_pick picks[ZH_PICKS_MAX];
    uint32_t count, want;
} zh_list;

/* What the judge looks at. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_recommend_judge_open(zh_list *l);
/* How much of the item's score is kept: ZH_HIDE .. ZH_KEEP_ALL; *item is set where it is not hidden. */
enum { ZH_HIDE = 0 };
int32_t zh_recommend_judge(const zh_list *l, zh_item_id id, const zh_item **item);

/* Fill picks up to `want` from one source of candidates. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_recommend_stage(zh_list *l, zh_stage stage);

/* The code and the evidence of a pick, without words. */
void zh_recommend_explain(const zh_list *l, const zh_pick *p, zh_reason *out);
/* Its words. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_recommend_word(const zh_list *l, const zh_pick *p, zh_reason *reason);

#endif
