/* The placement's definition at work: its rules beside the judge, and a list made anew of the candidates (rerank.h). */
#include "decide/recommend_inside.h"
#include "decide/rerank.h"

#define CANDIDATES_LEAST 200u /* what a list is arranged of: the issue of a ranker too; more changes lists little and costs a look each */
#define HOUR_MS INT64_C(3600000)

uint32_t zh_recommend_candidates(const zh_list *l)
{
    const zh_placement *p = l->ask->placement;
    const bool dials = p->dials.diversity > 0 || p->dials.popularity != 0 || p->dials.calibration > 0 || p->dials.margin > 0;
    if (!dials && (p->rules == NULL || !p->rules->reorders)) return l->want;
    return l->want > CANDIDATES_LEAST ? l->want : CANDIDATES_LEAST;
}

/* What `context` is. A list that is not personal knows page and time alone. */
static zh_err moment_of(const zh_list *l, const zh_rules_given *given, zh_rule_moment *out)
{
    const zh_item **cart = ZH_TAKE(l->arena, const zh_item *, l->ask->cart_count);
    if (cart == NULL) return ZH_NOMEM;
    *out = (zh_rule_moment){ .item = zh_catalog_get(l->world->catalog, l->ask->context_item), .cart = cart, .now_ms = given->look.now_ms, .local_ms = given->local_ms,
                             .json = given->look.json };
    if (!l->personal) return ZH_OK;
    for (uint32_t i = 0; i < l->ask->cart_count; i++)
        if ((cart[out->cart_count] = zh_catalog_get(l->world->catalog, l->ask->cart[i])) != NULL) out->cart_count++;
    out->city = given->city;
    out->device = given->device;
    return ZH_OK;
}

zh_err zh_recommend_rules_open(zh_list *l)
{
    const zh_rules *rules = l->ask->placement->rules;
    const zh_rules_given nobody = { .look = { .now_ms = l->now_ms }, .local_ms = l->now_ms };
    zh_rules_given given = l->ask->given != NULL ? *l->ask->given : nobody;
    zh_rule_moment moment;
    if (rules == NULL) return ZH_OK;
    if (!l->personal) {
        given.look.state = NULL;
        given.look.customer = (zh_customer_id){ 0 };
        given.look.now_ms -= ((given.look.now_ms % HOUR_MS) + HOUR_MS) % HOUR_MS;
    }
    const zh_err e = moment_of(l, &given, &moment);
    if (e != ZH_OK) return e;
    l->factors = ZH_TAKE(l->arena, zh_rule_factor, ZH_RULE_FACTORS);
    if (l->factors == NULL || (l->rules = ZH_TAKE(l->arena, zh_rules_run, 1)) == NULL) return ZH_NOMEM;
    zh_rules_begin(l->rules, rules, &given.look, &moment);
    return ZH_OK;
}

void zh_recommend_rules_close(zh_list *l)
{
    if (l->rules != NULL) zh_rules_end(l->rules);
    l->rules = NULL;
}

double zh_recommend_rule_factor(const zh_list *l, const zh_item *item)
{
    if (l->rules == NULL) return 1;
    zh_rule_factor *known = &l->factors[item->id.number & (ZH_RULE_FACTORS - 1)];
    if (known->item != item) *known = (zh_rule_factor){ item, zh_rules_judge(l->rules, item).factor };
    return known->factor;
}

void zh_recommend_mark(const zh_list *l)
{
    *l->ask->rules_active = 0;
    for (uint32_t r = 0; l->rules != NULL && r < l->rules->rules->count; r++) *l->ask->rules_active |= (uint64_t)l->rules->active[r] << r;
    for (uint32_t i = 0; i < l->ask->marks_count; i++) {
        zh_rule_mark *mark = &l->ask->marks[i];
        const zh_item *item = zh_catalog_get(l->world->catalog, mark->item);
        mark->rules = 0;
        mark->verdict = (zh_rules_verdict){ 1, ZH_SLOT_RULE_NONE };
        if (l->rules == NULL || item == NULL) continue;
        mark->verdict = zh_rules_judge(l->rules, item);
        for (uint32_t r = 0; r < l->rules->rules->count; r++)
            if (l->rules->active[r] && zh_rule_holds(l->rules, r, item)) mark->rules |= UINT64_C(1) << r;
    }
}

/* ---- arranging ---- */

/* What the customer bought and touched, by category; empty where nothing is known. */
static zh_err tastes_of(const zh_list *l, zh_rerank_ask *out)
{
    const zh_history *h = l->personal ? l->ask->history : NULL;
    if (h == NULL || l->ask->placement->dials.calibration <= 0) return ZH_OK;
    zh_rerank_share *tastes = ZH_TAKE(l->arena, zh_rerank_share, (size_t)h->bought_count + h->touches_count);
    double all = 0;
    uint32_t count = 0;
    if (tastes == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < h->bought_count + h->touches_count; i++) {
        const bool bought = i < h->bought_count;
        const zh_touch *touch = bought ? NULL : &h->touches[i - h->bought_count];
        const zh_item *item = zh_catalog_get(l->world->catalog, bought ? h->bought[i].item : touch->item);
        const double weight = bought ? (double)zh_recommend_fresh(h->bought[i].last_ms, l->now_ms, l->policy.bought_half_life_days)
                                     : (double)(l->policy.viewed_weight * zh_recommend_fresh(touch->rank.time_ms, l->now_ms, l->policy.touch_half_life_days));
        if (item == NULL || item->category_hash == 0 || (bought && h->bought[i].times == 0)) continue;
        uint32_t at = 0;
        while (at < count && tastes[at].category_hash != item->category_hash) at++;
        if (at == count) tastes[count++] = (zh_rerank_share){ item->category_hash, 0 };
        tastes[at].share += weight;
        all += weight;
    }
    for (uint32_t i = 0; i < count; i++) tastes[i].share /= all;
    out->tastes = tastes;
    out->tastes_count = all > 0 ? count : 0;
    return ZH_OK;
}

/* The named item may not be among the candidates: then it comes behind them. */
static uint32_t pick_named(zh_list *l, zh_item_id id)
{
    const zh_item *item = NULL;
    uint32_t at = 0;
    while (at < l->count && l->picks[at].item->id.number != id.number) at++;
    if (at < l->count) return at;
    if (l->count == ZH_PICKS_MAX || zh_recommend_judge(l, id, &item) == ZH_HIDE) return l->count;
    l->picks[l->count++] = (zh_pick){ .item = item, .stage = ZH_STAGE_NEW, .keep = ZH_KEEP_ALL };
    return at;
}

static void pin(zh_list *l, zh_rerank_candidate *candidates)
{
    const zh_rules *rules = l->rules->rules;
    bool full[ZH_DECISION_ITEMS_MAX + 1] = { false };
    for (uint32_t r = 0; r < rules->count; r++) {
        const zh_slot_rule *rule = &rules->list[r];
        uint32_t at = l->count;
        if (rule->kind != ZH_SLOT_RULE_PIN || !l->rules->active[r] || full[rule->slot]) continue; /* of two on one slot the first */
        if (rule->pinned.number != 0) at = pick_named(l, rule->pinned);
        else
            for (at = 0; at < l->count && (candidates[at].slot > 0 || !zh_rule_holds(l->rules, r, l->picks[at].item)); at++) {}
        if (at == l->count || candidates[at].slot > 0) continue;
        candidates[at].slot = rule->slot;
        full[rule->slot] = true;
    }
}

static uint32_t caps_of(zh_list *l, zh_rerank_candidate *candidates, zh_rerank_cap *caps)
{
    const zh_rules *rules = l->rules->rules;
    uint32_t count = 0;
    for (uint32_t r = 0; r < rules->count; r++) {
        const zh_slot_rule *rule = &rules->list[r];
        if (rule->kind != ZH_SLOT_RULE_CAP || !l->rules->active[r]) continue;
        for (uint32_t i = 0; i < l->count; i++)
            if (zh_rule_holds(l->rules, r, l->picks[i].item)) candidates[i].capped |= UINT64_C(1) << count;
        caps[count++] = (zh_rerank_cap){ rule->most, rule->by_brand };
    }
    return count;
}

zh_err zh_recommend_arrange(zh_list *l, uint32_t behind)
{
    zh_rerank_cap caps[ZH_RULES_MAX];
    zh_rerank_list list;
    zh_rerank_candidate *candidates = ZH_TAKE(l->arena, zh_rerank_candidate, ZH_PICKS_MAX);
    zh_pick *arranged = ZH_TAKE(l->arena, zh_pick, ZH_PICKS_MAX);
    zh_rerank_ask ask = { .candidates = candidates, .slots = l->ask->n, .behind = behind, .dials = l->ask->placement->dials, .caps = caps };
    if (candidates == NULL || arranged == NULL) return ZH_NOMEM;
    if (l->rules != NULL) pin(l, candidates);
    for (uint32_t i = 0; i < l->count; i++) {
        const zh_pick *p = &l->picks[i];
        candidates[i].item = p->item;
        candidates[i].score = (double)p->score_micro * zh_recommend_rule_factor(l, p->item);
        if (ask.dials.popularity != 0) candidates[i].buyers = zh_popularity_buyers(l->world->popularity, p->item->id);
    }
    if (l->rules != NULL) ask.caps_count = caps_of(l, candidates, caps);
    ask.count = l->count;
    zh_err e = tastes_of(l, &ask);
    if (e == ZH_OK) e = zh_rerank(&ask, l->arena, &list);
    if (e != ZH_OK) return e;
    for (uint32_t i = 0; i < list.count; i++) {
        arranged[i] = l->picks[list.order[i]];
        if (candidates[list.order[i]].slot > 0 && candidates[list.order[i]].slot <= ask.slots) arranged[i].stage = ZH_STAGE_END;
    }
    memcpy(l->picks, arranged, list.count * sizeof *arranged);
    l->count = list.count;
    return ZH_OK;
}
