#include "decide/source.h"
#include "base/top.h"

#include <assert.h>
#include <math.h>

#define DAY_MS INT64_C(86400000)
#define SKEW_MS ZH_RECOMMEND_SKEW_MS

#define NO_WEIGHT 1e-12f /* nothing is left of it in millionths; 0 would mean the default */

zh_policy zh_policy_of(const zh_policy *given)
{
    zh_policy p = given != NULL ? *given : (zh_policy){ 0 };
    if (p.shrink <= 0) p.shrink = 10;
    if (p.bought_half_life_days <= 0) p.bought_half_life_days = 365;
    if (p.touch_half_life_days <= 0) p.touch_half_life_days = 7;
    if (p.bought_weight <= 0) p.bought_weight = 1;
    if (p.wanted_weight <= 0) p.wanted_weight = 0.7f;
    if (p.viewed_weight <= 0) p.viewed_weight = 0.4f;
    if (p.page_viewed_weight <= 0) p.page_viewed_weight = 0.3f;
    if (p.repeat_times == 0) p.repeat_times = 3;
    if (p.learnt_weight == 0) p.learnt_weight = 1;
    if (p.learnt_weight < 0) p.learnt_weight = 0;
    if (p.tired_weight == 0) p.tired_weight = 0.15f;
    if (p.tired_weight < 0) p.tired_weight = 0;
    if (p.tired_half_life_days <= 0) p.tired_half_life_days = 7;
    if (p.epsilon_micro > ZH_DECISION_MICRO) p.epsilon_micro = ZH_DECISION_MICRO;
    if (p.widen_micro > ZH_DECISION_MICRO) p.widen_micro = ZH_DECISION_MICRO;
    return p;
}

zh_policy zh_policy_tuned(const zh_policy *policy, const zh_tuning *t)
{
    zh_policy p = zh_policy_of(policy);
    float *const weights[ZH_TUNES] = { [ZH_TUNE_SHRINK] = &p.shrink, [ZH_TUNE_BOUGHT] = &p.bought_weight, [ZH_TUNE_WANTED] = &p.wanted_weight, [ZH_TUNE_VIEWED] = &p.viewed_weight,
                                       [ZH_TUNE_PAGE_VIEWED] = &p.page_viewed_weight, [ZH_TUNE_TIRED] = &p.tired_weight };
    int32_t *const days[ZH_TUNES] = { [ZH_TUNE_BOUGHT_DAYS] = &p.bought_half_life_days, [ZH_TUNE_TOUCH_DAYS] = &p.touch_half_life_days, [ZH_TUNE_TIRED_DAYS] = &p.tired_half_life_days };
    for (int i = 0; i < (int)ZH_TUNES; i++) {
        if (!zh_tuning_says(t, (zh_tune)i)) continue;
        if (weights[i] != NULL) *weights[i] = t->value[i] > 0 ? (float)t->value[i] : NO_WEIGHT;
        if (days[i] != NULL) *days[i] = (int32_t)t->value[i];
    }
    if (zh_tuning_says(t, ZH_TUNE_REPEAT)) p.repeat_times = (uint32_t)t->value[ZH_TUNE_REPEAT];
    if (zh_tuning_says(t, ZH_TUNE_SCENE)) p.scene = t->value[ZH_TUNE_SCENE] > 0;
    if (zh_tuning_says(t, ZH_TUNE_EXPLORE)) p.epsilon_micro = (uint32_t)(t->value[ZH_TUNE_EXPLORE] * ZH_DECISION_MICRO + 0.5);
    return p;
}

float zh_recommend_fresh(int64_t at_ms, int64_t now_ms, int32_t half_life_days)
{
    const int64_t age_ms = now_ms > at_ms ? now_ms - at_ms : 0;
    return exp2f(-(float)((double)age_ms / ((double)half_life_days * (double)DAY_MS)));
}

static int strength(zh_act act)
{
    return act == ZH_ACT_ORDER ? 3 : act == ZH_ACT_ADD || act == ZH_ACT_WISH ? 2 : 1;
}

/* Where counts and table have it; false: nowhere. */
static bool know(const zh_recommend_sources *s, zh_recommend_source *one)
{
    if (!zh_cocount_index(s->cocount, one->item, &one->index)) return false;
    one->place = s->learnt != NULL ? zh_learnt_place(s->learnt, one->index) : ZH_LEARNT_NONE;
    return true;
}

/* One source an item: the greater weight of each kind, the stronger act and its time. */
static void add(zh_recommend_sources *s, zh_recommend_source one)
{
    if (!know(s, &one)) return;
    for (uint32_t i = 0; i < s->count; i++) {
        zh_recommend_source *there = &s->list[i];
        if (there->item.number != one.item.number) continue;
        if (one.bought > there->bought) there->bought = one.bought;
        if (one.viewed > there->viewed) there->viewed = one.viewed;
        if (strength(one.act) > strength(there->act)) there->act = one.act, there->at_ms = one.at_ms;
        return;
    }
    s->list[s->count++] = one;
}

/* Was the item taken out of the cart or the list again, after it was put in? */
static bool taken_back(const zh_history *h, const zh_touch *touch)
{
    const zh_act undo = touch->act == ZH_ACT_ADD ? ZH_ACT_REMOVE : ZH_ACT_UNWISH;
    for (uint32_t i = 0; i < h->touches_count; i++)
        if (h->touches[i].act == undo && h->touches[i].item.number == touch->item.number &&
            zh_rank_compare(h->touches[i].rank, touch->rank) > 0) return true;
    return false;
}

static void add_touch(zh_recommend_sources *s, const zh_history *h, const zh_touch *t, const zh_policy *p, int64_t now_ms)
{
    zh_recommend_source one = { .item = t->item, .act = t->act, .at_ms = t->rank.time_ms };
    if (one.at_ms > now_ms + SKEW_MS) return;
    const float weight = zh_recommend_fresh(one.at_ms, now_ms, p->touch_half_life_days);
    switch (t->act) {
    case ZH_ACT_ADD: case ZH_ACT_WISH:
        if (taken_back(h, t)) one.act = ZH_ACT_VIEW, one.viewed = weight * p->viewed_weight;
        else one.bought = weight * p->wanted_weight;
        break;
    case ZH_ACT_VIEW: case ZH_ACT_CLICK: case ZH_ACT_SHARE: case ZH_ACT_REVIEW:
        one.viewed = weight * p->viewed_weight;
        break;
    default: return; /* orders stand in `bought`; what was taken back says nothing by itself */
    }
    add(s, one);
}

static zh_err weigh_history(zh_recommend_sources *s, const zh_history *h, const zh_policy *p, int64_t now_ms, zh_arena *arena)
{
    const uint32_t touches = h->touches_count < ZH_RECOMMEND_HISTORY_MAX / 2 ? h->touches_count : ZH_RECOMMEND_HISTORY_MAX / 2;
    const size_t room = ZH_RECOMMEND_HISTORY_MAX - touches;
    zh_top_entry *newest = ZH_TAKE(arena, zh_top_entry, room);
    if (newest == NULL) return ZH_NOMEM;
    zh_top top = zh_top_open(newest, room);
    for (uint32_t i = 0; i < h->bought_count; i++)
        if (h->bought[i].times > 0 && h->bought[i].last_ms <= now_ms + SKEW_MS)
            zh_top_offer(&top, h->bought[i].last_ms, h->bought[i].item.number, i);
    zh_top_sort(&top);
    for (size_t i = 0; i < top.count; i++) /* different items, so none is looked for among the others */
        if (s->count < ZH_RECOMMEND_HISTORY_MAX) {
            zh_recommend_source one = { { newest[i].key }, ZH_ACT_ORDER, newest[i].score,
                p->bought_weight * zh_recommend_fresh(newest[i].score, now_ms, p->bought_half_life_days), 0, 0, 0 };
            if (know(s, &one)) s->list[s->count++] = one;
        }
    for (uint32_t i = 0; i < touches; i++) add_touch(s, h, &h->touches[i], p, now_ms);
    return ZH_OK;
}

/* The items of the newest order; without a list, those bought last and at the same time. */
static void weigh_last_order(zh_recommend_sources *s, const zh_history *h, int64_t now_ms)
{
    int64_t newest_ms = INT64_MIN;
    for (uint32_t i = 0; i < h->bought_count; i++)
        if (h->bought[i].times > 0 && h->bought[i].last_ms > newest_ms && h->bought[i].last_ms <= now_ms + SKEW_MS)
            newest_ms = h->bought[i].last_ms;
    for (uint32_t i = 0; i < h->last_order_count && s->count < ZH_RECOMMEND_HISTORY_MAX; i++)
        add(s, (zh_recommend_source){ h->last_order[i], ZH_ACT_ORDER, newest_ms == INT64_MIN ? now_ms : newest_ms, 1, 0, 0, 0 });
    if (h->last_order_count > 0) return;
    for (uint32_t i = 0; i < h->bought_count && s->count < ZH_RECOMMEND_HISTORY_MAX; i++)
        if (h->bought[i].times > 0 && h->bought[i].last_ms == newest_ms)
            add(s, (zh_recommend_source){ h->bought[i].item, ZH_ACT_ORDER, newest_ms, 1, 0, 0, 0 });
}

zh_err zh_recommend_sources_of(zh_stage stage, const zh_recommend_world *world, const zh_recommend_ask *ask,
                               const zh_policy *policy, bool personal, zh_arena *arena, zh_recommend_sources *out)
{
    *out = (zh_recommend_sources){ .shrink = policy->shrink, .cocount = world->cocount, .learnt = stage == ZH_STAGE_HISTORY ? world->learnt : NULL, .learnt_weight = policy->learnt_weight };
    out->list = ZH_TAKE(arena, zh_recommend_source, ZH_RECOMMEND_HISTORY_MAX);
    if (out->list == NULL) return ZH_NOMEM;
    const zh_history *h = personal ? ask->history : NULL;
    if (stage == ZH_STAGE_CONTEXT && ask->context_item.number != 0)
        add(out, (zh_recommend_source){ ask->context_item, ZH_ACT_VIEW, ask->now_ms, 1, policy->page_viewed_weight, 0, 0 });
    if (stage == ZH_STAGE_CART && personal)
        for (uint32_t i = 0; i < ask->cart_count; i++)
            add(out, (zh_recommend_source){ ask->cart[i], ZH_ACT_ADD, ask->now_ms, 1, 0, 0, 0 });
    if (stage == ZH_STAGE_LAST_ORDER && h != NULL) weigh_last_order(out, h, ask->now_ms);
    if (stage == ZH_STAGE_HISTORY && h != NULL) return weigh_history(out, h, policy, ask->now_ms, arena);
    return ZH_OK;
}

static bool speaks(const zh_recommend_source *one) { return one->place != ZH_LEARNT_NONE && one->bought > 0; }

static uint64_t reach_of(const zh_recommend_sources *s)
{
    uint64_t most = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        const zh_recommend_source *one = &s->list[i];
        if (one->bought > 0) most += zh_cocount_reach(s->cocount, ZH_COCOUNT_BOUGHT, one->item);
        if (one->viewed > 0) most += zh_cocount_reach(s->cocount, ZH_COCOUNT_VIEWED, one->item);
        if (speaks(one)) most += zh_learnt_reach(s->learnt, one->place);
    }
    return most;
}

zh_err zh_recommend_score_all(const zh_recommend_sources *s, zh_arena *arena, zh_board *scores)
{
    const zh_err e = zh_board_open(scores, zh_cocount_width(s->cocount), reach_of(s), arena);
    if (e != ZH_OK) return e;
    for (uint32_t i = 0; i < s->count; i++) {
        const zh_recommend_source *one = &s->list[i];
        if (one->bought > 0) zh_cocount_spread(s->cocount, ZH_COCOUNT_BOUGHT, one->item, one->bought, s->shrink, scores);
        if (one->viewed > 0) zh_cocount_spread(s->cocount, ZH_COCOUNT_VIEWED, one->item, one->viewed, s->shrink, scores);
        if (speaks(one)) zh_learnt_spread(s->learnt, one->place, s->learnt_weight * one->bought, scores);
    }
    return ZH_OK;
}

static uint64_t reach_of_heads(const zh_recommend_sources *s)
{
    uint64_t most = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        const zh_recommend_source *one = &s->list[i];
        if (one->bought > 0) most += zh_cocount_reach_head(s->cocount, ZH_COCOUNT_BOUGHT, one->item);
        if (one->viewed > 0) most += zh_cocount_reach_head(s->cocount, ZH_COCOUNT_VIEWED, one->item);
        if (speaks(one)) most += zh_learnt_reach(s->learnt, one->place);
    }
    return most;
}

zh_err zh_recommend_score_heads(const zh_recommend_sources *s, zh_arena *arena, zh_board *scores, int64_t *rest)
{
    const zh_err e = zh_board_open(scores, zh_cocount_width(s->cocount), reach_of_heads(s), arena);
    *rest = 0;
    for (uint32_t i = 0; i < s->count && e == ZH_OK; i++) {
        const zh_recommend_source *one = &s->list[i];
        if (one->bought > 0) *rest += zh_cocount_spread_head(s->cocount, ZH_COCOUNT_BOUGHT, one->item, one->bought, s->shrink, scores);
        if (one->viewed > 0) *rest += zh_cocount_spread_head(s->cocount, ZH_COCOUNT_VIEWED, one->item, one->viewed, s->shrink, scores);
        if (speaks(one)) zh_learnt_spread(s->learnt, one->place, s->learnt_weight * one->bought, scores);
    }
    return e;
}

zh_recommend_share zh_recommend_share_of(const zh_recommend_sources *s, uint32_t source, uint32_t index, int32_t keep)
{
    assert(source < s->count);
    const zh_recommend_source *one = &s->list[source];
    zh_recommend_share share = { 0 };
    if (one->bought > 0)
        share.bought = zh_cocount_share_at(s->cocount, ZH_COCOUNT_BOUGHT, one->index, index, one->bought, s->shrink);
    if (one->viewed > 0)
        share.viewed = zh_cocount_share_at(s->cocount, ZH_COCOUNT_VIEWED, one->index, index, one->viewed, s->shrink);
    if (speaks(one)) share.learnt = zh_learnt_share(s->learnt, one->place, index, s->learnt_weight * one->bought);
    if (keep < ZH_KEEP_ALL) {
        share.bought = (int32_t)((int64_t)share.bought * keep / ZH_KEEP_ALL);
        share.viewed = (int32_t)((int64_t)share.viewed * keep / ZH_KEEP_ALL);
        share.learnt = (int32_t)((int64_t)share.learnt * keep / ZH_KEEP_ALL);
    }
    return share;
}

int64_t zh_recommend_score_one(const zh_recommend_sources *s, uint32_t index, int32_t keep)
{
    int64_t score = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        score += zh_recommend_share_sum(zh_recommend_share_of(s, i, index, keep));
    }
    return score;
}
