/* source.h -- what a list is computed from: items with weights, taken from a history, a page or a cart.
 *
 * Every source i gives item j  share(i, j) = round(1e6 w_i sim_bought(i, j)) + round(1e6 v_i sim_viewed(i, j)) + round(1e6 a w_i value(i, j)),
 * the last where a table is served, a its weight and value its own (model/serving.h), and the score of j is the sum of its shares. Of a damped item only `keep` / ZH_KEEP_ALL of each part stays
 * (rounded down), so its score is a sum of shares too.
 *
 * Cost        a few microseconds to weigh 200 items; score_all that of its rows (model/cocount.h).
 */
#ifndef ZH_DECIDE_SOURCE_H
#define ZH_DECIDE_SOURCE_H
#include "decide/recommend.h"

#define ZH_RECOMMEND_SKEW_MS INT64_C(300000) /* clocks of a shop and its customers differ; more than this is the future */
#define ZH_KEEP_ALL 1024 /* what is kept of a score that nothing damps */

typedef struct zh_recommend_source {
    zh_item_id item;
    zh_act act;              /* strongest: ORDER, then ADD or WISH, then VIEW */
    int64_t at_ms;
    float bought, viewed;    /* w_i, v_i */
    uint32_t index;          /* in the counts; only known items are sources */
    uint32_t place;          /* in the table that was learnt; ZH_LEARNT_NONE: counts speak */
} zh_recommend_source;

typedef struct zh_recommend_sources {
    zh_recommend_source *list; /* in the arena */
    uint32_t count;
    float shrink;
    const zh_cocount *cocount; /* borrowed */
    const zh_learnt *learnt;   /* the same; NULL: none is used by this stage */
    float learnt_weight;
} zh_recommend_sources;

/* 2^(-age / half_life); 1 where at_ms is not past. */
float zh_recommend_fresh(int64_t at_ms, int64_t now_ms, int32_t half_life_days);

/* Defaults filled in. */
zh_policy zh_policy_of(const zh_policy *given);

/* The sources of a counted stage; none for another stage. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_recommend_sources_of(zh_stage stage, const zh_recommend_world *world, const zh_recommend_ask *ask,
                                       const zh_policy *policy, bool personal, zh_arena *arena,
                                       zh_recommend_sources *out);

/* The scores of all items that any source speaks of, by index in the counts. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_recommend_score_all(const zh_recommend_sources *sources, zh_arena *arena, zh_board *out);

/* The same of the heads of long rows alone: the score of every item is at most what the board says of it and *rest. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_recommend_score_heads(const zh_recommend_sources *sources, zh_arena *arena, zh_board *out, int64_t *rest);

/* The parts of one source in the score of the item at `index`. */
typedef struct zh_recommend_share { int32_t bought, viewed, learnt; } zh_recommend_share;
static inline int64_t zh_recommend_share_sum(zh_recommend_share s) { return (int64_t)s.bought + s.viewed + s.learnt; }
zh_recommend_share zh_recommend_share_of(const zh_recommend_sources *sources, uint32_t source, uint32_t index, int32_t keep);
/* Their sum over all sources: what score_all gives, or its damped form. */
int64_t zh_recommend_score_one(const zh_recommend_sources *sources, uint32_t index, int32_t keep);

#endif
