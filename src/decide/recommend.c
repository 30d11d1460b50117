/* The list is built in order: the counted stage first, then each stage that fills, until there are
 * as many picks as asked (and as the pool of exploration needs). Then the last slot may be drawn,
 * and at the end every shown item is explained from the sources of its stage. */
#include "decide/recommend_inside.h"
#include "decide/scene.h"

#include <assert.h>

#define HOUR_MS INT64_C(3600000)

static zh_err fill_list(zh_list *l)
{
    const zh_stage *stages = l->ask->placement->stages;
    for (int s = 0; s < ZH_PLACEMENT_STAGES_MAX && stages[s] != ZH_STAGE_END && l->count < l->want; s++) {
        const zh_err e = zh_recommend_stage(l, stages[s]);
        if (e != ZH_OK) return e;
    }
    zh_err e = ZH_OK;
    if (l->count < l->ask->n && l->personal) { /* everything else was bought before */
        l->show_bought = true;
        e = zh_recommend_stage(l, ZH_STAGE_NEW);
    }
    if (e == ZH_OK && l->count < l->ask->n && l->refusals.words_count > 0) { /* or is like what he refused */
        l->show_alike = true;
        e = zh_recommend_stage(l, ZH_STAGE_NEW);
    }
    return e;
}

/* ---- what is shown ---- */

static zh_err show(const zh_list *l, const zh_pick *p, uint32_t propensity_micro, bool drawn, zh_shown *shown, zh_reason *reason)
{
    zh_reason own;
    zh_reason *why = reason != NULL ? reason : &own;
    zh_recommend_explain(l, p, why);
    if (!drawn && zh_recommend_scene_lifts(l, p)) *why = (zh_reason){ .code = ZH_REASON_SCENE };
    if (drawn) *why = (zh_reason){ .code = ZH_REASON_EXPLORATION };
    *shown = (zh_shown){ p->item->id, why->evidence_count > 0 ? why->evidence[0].item : (zh_item_id){ 0 },
                         p->score_micro, propensity_micro, why->code };
    return reason != NULL ? zh_recommend_word(l, p, reason) : ZH_OK;
}

/* ---- the whole ---- */

static bool knows_something(const zh_recommend_ask *ask)
{
    const zh_history *h = ask->history;
    if (ask->placement->rules != NULL && ask->placement->rules->reads_customer && ask->given != NULL && ask->given->look.state != NULL) return true;
    return ask->cart_count > 0 || (h != NULL && (h->touches_count > 0 || h->bought_count > 0 || h->last_order_count > 0 || h->glances_count > 0 ||
                                                 zh_recommend_refuses(h)));
}

static zh_item_id *copy_items(zh_arena *arena, const zh_item_id *items, uint32_t count)
{
    zh_item_id *copy = ZH_TAKE(arena, zh_item_id, count);
    if (copy != NULL && count > 0) memcpy(copy, items, count * sizeof *copy);
    return copy;
}

/* Of the table that a counted stage was scored with; 0: counts alone. */
static uint64_t model_hash_of(const zh_list *l)
{
    for (int stage = 0; stage <= ZH_STAGE_LAST_ORDER; stage++)
        if (l->sources[stage].learnt != NULL) return zh_serving_hash(zh_learnt_table(l->sources[stage].learnt));
    return 0;
}

static zh_err fill_decision(const zh_list *l, zh_decision *d)
{
    const zh_recommend_ask *ask = l->ask;
    *d = (zh_decision){ .id = ask->id, .customer = l->personal ? ask->customer : (zh_customer_id){ 0 },
        .placement = ask->placement->name, .time_ms = ask->now_ms, .strategy = ask->placement->strategy,
        .personalized = l->personal, .candidates = l->candidates, .asked = ask->n, .context_item = ask->context_item,
        .cart_count = l->personal ? ask->cart_count : 0, .excluded_count = ask->exclude_count,
        .policy_version = ZH_POLICY_VERSION, .placement_hash = ask->placement->hash, .scene = zh_scene_pack(&l->scene), .model_hash = model_hash_of(l),
        .positions_count = l->world->positions_count, .consent = ask->consent, .experiment = ask->experiment, .arm = ask->arm,
        .arm_chance_micro = ask->arm_chance_micro, .allocation = ask->allocation };
    if (l->personal && ask->placement->rules != NULL && ask->given != NULL) d->city = ask->given->city, d->device = ask->given->device;
    d->cart = copy_items(l->arena, ask->cart, d->cart_count);
    d->excluded = copy_items(l->arena, ask->exclude, d->excluded_count);
    d->positions = ZH_TAKE(l->arena, uint64_t, d->positions_count);
    if (d->cart == NULL || d->excluded == NULL || d->positions == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < d->positions_count; i++) d->positions[i] = l->world->positions[i];
    d->shown_count = l->count < ask->n ? l->count : ask->n;
    d->shown = ZH_TAKE(l->arena, zh_shown, d->shown_count);
    return d->shown == NULL ? ZH_NOMEM : ZH_OK;
}

/* The shown ones out of the picks, some perhaps drawn. */
static zh_err show_all(const zh_list *l, zh_rng *rng, zh_decision *out, zh_reason **reasons)
{
    zh_err e = ZH_OK;
    *reasons = l->ask->explain ? ZH_TAKE(l->arena, zh_reason, out->shown_count) : NULL;
    if (l->ask->explain && *reasons == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < out->shown_count && e == ZH_OK; i++) {
        uint32_t propensity_micro;
        const uint64_t drawn = rng->index;
        const uint32_t from = zh_recommend_explore(l, i, rng, &propensity_micro);
        if (rng->index != drawn) out->seed = rng->seed;
        e = show(l, &l->picks[from], propensity_micro, from != i, &out->shown[i], l->ask->explain ? &(*reasons)[i] : NULL);
    }
    return e;
}

static zh_policy policy_for(const zh_recommend_world *world, const zh_placement *placement)
{
    zh_policy policy = zh_policy_of(world->policy);
    if (policy.epsilon_micro == 0) policy.epsilon_micro = placement->explore_micro; /* an experiment's word first */
    return policy;
}

zh_err zh_recommend(const zh_recommend_world *world, const zh_recommend_ask *ask, zh_rng *rng, zh_arena *arena,
                    zh_decision *out, zh_reason **reasons)
{
    assert(ask->n >= 1 && ask->n <= ZH_DECISION_ITEMS_MAX);
    assert(ask->cart_count <= ZH_DECISION_ASKED_MAX && ask->exclude_count <= ZH_DECISION_ASKED_MAX);
    zh_list *l = ZH_TAKE(arena, zh_list, 1);
    if (l == NULL) return ZH_NOMEM;
    l->world = world, l->ask = ask, l->arena = arena;
    l->policy = policy_for(world, ask->placement);
    l->personal = zh_permit_allows(ask->permit, ask->customer, ZH_PURPOSE_PERSONALIZE) && knows_something(ask);
    l->now_ms = l->personal ? ask->now_ms : ask->now_ms - ((ask->now_ms % HOUR_MS) + HOUR_MS) % HOUR_MS;
    const bool explores = l->personal && l->policy.epsilon_micro > 0;
    l->want = ask->n + (explores ? ZH_RECOMMEND_POOL_MAX - 1 : 0);
    const uint32_t candidates = zh_recommend_candidates(l);
    const bool arranges = candidates > l->want;
    l->want = candidates;
    zh_err e = zh_recommend_rules_open(l);
    if (e == ZH_OK) e = zh_recommend_judge_open(l);
    if (e == ZH_OK) e = fill_list(l);
    if (e == ZH_OK && arranges) e = zh_recommend_arrange(l, explores ? ZH_RECOMMEND_POOL_MAX - 1 : 0);
    l->pool = l->count; /* what arranging left out may not be drawn */
    if (e == ZH_OK && !arranges) e = zh_recommend_widen_open(l); /* what dials, caps and pins have put together is not taken apart */
    if (e == ZH_OK && ask->marks != NULL) zh_recommend_mark(l);
    zh_recommend_rules_close(l);
    if (e == ZH_OK) e = fill_decision(l, out);
    return e != ZH_OK ? e : show_all(l, rng, out, reasons);
}
