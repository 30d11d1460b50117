/* Slots that are drawn, to learn what is not shown by itself. Each drawn slot has its own candidates, so its chance is exact whatever the others drew.
 *
 *     last slots     (epsilon)  one, or as many as the placement says: with that chance its slot's share of what stands behind the list and its own item
 *                               are drawn from: evenly, or by softmax over their places (e times rarer for `temperature` places further behind).
 *                               The rest of the division goes to the slot's own item. Under a cap only the last one: two drawn could exceed it together
 *     wider slots    (widen)    the last third of the list, one at least: with that chance a slot is drawn from its share of what stands behind the list
 *                               and is of no category that the list before these slots shows, one item of each such category, in turns
 */
#include "decide/recommend_inside.h"

#include <math.h>

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

static uint32_t drawn_slots(const zh_list *l)
{
    const zh_placement *p = l->ask->placement;
    const uint32_t slots = p->explore_slots < 1 ? 1 : p->explore_slots;
    bool capped = false;
    for (uint32_t r = 0; l->ask->placement->rules != NULL && r < p->rules->count; r++) capped |= p->rules->list[r].kind == ZH_SLOT_RULE_CAP;
    return capped ? 1 : slots < l->ask->n ? slots : l->ask->n;
}

/* Its own item is place 0, its share behind the list 1 .. others: every drawn_slots-th from its own place on. */
static uint32_t draw_slot(const zh_list *l, uint32_t slot, uint32_t slots, zh_rng *rng, uint32_t *propensity_micro)
{
    const uint32_t n = l->ask->n, at = slot - (n - slots), behind = l->pool - n;
    const uint32_t others = behind > at ? (behind - at + slots - 1) / slots : 0;
    const double temperature = l->ask->placement->explore_temperature;
    uint32_t each[ZH_RECOMMEND_POOL_MAX], own = ZH_DECISION_MICRO;
    double all = 0;
    if (others == 0 || l->picks[slot].stage == ZH_STAGE_END) return slot; /* a pinned one stays */
    for (uint32_t k = 0; k <= others; k++) all += temperature > 0 ? exp(-(double)k / temperature) : 1;
    for (uint32_t k = 1; k <= others; k++) {
        each[k] = temperature > 0 ? (uint32_t)(l->policy.epsilon_micro * exp(-(double)k / temperature) / all) : l->policy.epsilon_micro / (others + 1);
        own -= each[k];
    }
    uint64_t drawn = zh_rng_below(rng, ZH_DECISION_MICRO);
    *propensity_micro = own;
    if (drawn < own) return slot;
    uint32_t k = 1;
    for (drawn -= own; drawn >= each[k]; k++) drawn -= each[k];
    *propensity_micro = each[k];
    return n + at + slots * (k - 1);
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
    if (l->wide_slots > 0 || !l->personal || l->policy.epsilon_micro == 0 || l->pool <= n) return slot;
    const uint32_t slots = drawn_slots(l);
    return slot + slots >= n ? draw_slot(l, slot, slots, rng, propensity_micro) : slot;
}
