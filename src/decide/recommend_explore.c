/* Slots that are drawn, to learn what is not shown by itself. Each drawn slot has its own candidates, so its chance is exact whatever the others drew.
 *
 *     last slot      (epsilon)  the greedy last item and those behind it, evenly; the rest of the division goes to the greedy one
 *     wider slots    (widen)    the last third of the list, one at least: with that chance a slot is drawn from its share of what stands behind the list
 *                               and is of no category that the list before these slots shows, one item of each such category, in turns
 */
#include "decide/recommend_inside.h"

static uint64_t category_at(const zh_list *l, uint32_t i) { return l->picks[i].item->category_hash; }

static bool shows_category(const zh_list *l, uint64_t category, uint32_t from, uint32_t until)
{
    for (uint32_t i = from; i < until; i++)
        if (category_at(l, i) == category) return true;
    return false;
}

zh_err zh_recommend_widen_open(zh_list *l)
{
    zh_err e = ZH_OK;
    if (!l->personal || l->policy.widen_micro == 0 || l->count < l->ask->n) return ZH_OK;
    const uint32_t n = l->ask->n, slots = n < 3 ? 1 : n / 3, first = n - slots;
    l->want = l->count + ZH_RECOMMEND_WIDER_MAX < ZH_PICKS_MAX ? l->count + ZH_RECOMMEND_WIDER_MAX : ZH_PICKS_MAX; /* what many buy is of many categories */
    if (l->count < l->want) e = zh_recommend_stage(l, ZH_STAGE_POPULAR);
    if (e == ZH_OK && l->count < l->want) e = zh_recommend_stage(l, ZH_STAGE_TRENDING);
    for (uint32_t i = n; i < l->count; i++) {
        const uint64_t category = category_at(l, i);
        if (category != 0 && !shows_category(l, category, 0, first) && !shows_category(l, category, n, i)) l->wider[l->wider_count++] = (uint16_t)i;
    }
    l->wide_slots = slots;
    return e;
}

static uint32_t draw_last(const zh_list *l, uint32_t n, zh_rng *rng, uint32_t *propensity_micro)
{
    const uint32_t pool = l->pool - (n - 1), each = l->policy.epsilon_micro / pool;
    const uint32_t greedy = ZH_DECISION_MICRO - each * (pool - 1);
    const uint64_t drawn = zh_rng_below(rng, ZH_DECISION_MICRO);
    *propensity_micro = drawn < greedy ? greedy : each;
    return n - 1 + (drawn < greedy ? 0 : 1 + (uint32_t)(drawn - greedy) / each);
}

/* Of the slot's share: every wide_slots-th one from its own place on. */
static uint32_t draw_wide(const zh_list *l, uint32_t slot, zh_rng *rng, uint32_t *propensity_micro)
{
    const uint32_t at = slot - (l->ask->n - l->wide_slots);
    const uint32_t share = l->wider_count > at ? (l->wider_count - at + l->wide_slots - 1) / l->wide_slots : 0;
    if (share == 0) return slot;
    const uint32_t each = l->policy.widen_micro / share, greedy = ZH_DECISION_MICRO - each * share;
    const uint64_t drawn = zh_rng_below(rng, ZH_DECISION_MICRO);
    *propensity_micro = drawn < greedy ? greedy : each;
    return drawn < greedy ? slot : l->wider[at + l->wide_slots * ((uint32_t)(drawn - greedy) / each)];
}

uint32_t zh_recommend_explore(const zh_list *l, uint32_t slot, zh_rng *rng, uint32_t *propensity_micro)
{
    const uint32_t n = l->ask->n;
    *propensity_micro = ZH_DECISION_MICRO;
    if (l->wide_slots > 0 && slot >= n - l->wide_slots && slot < n) return draw_wide(l, slot, rng, propensity_micro);
    if (l->wide_slots == 0 && l->personal && l->policy.epsilon_micro > 0 && slot == n - 1 && l->pool > n) return draw_last(l, n, rng, propensity_micro);
    return slot;
}
