#include "engine/decide.h"

static void history_of(const zh_customer_state *state, zh_history *out)
{
    *out = (zh_history){ 0 };
    if (state == NULL) return;
    out->touches = zh_customer_touches(state, &out->touches_count);
    out->bought = zh_customer_bought(state, &out->bought_count);
    out->glances = zh_customer_glances(state, &out->glances_count);
}

static uint32_t consent_bits(const zh_consents *consents, zh_customer_id customer)
{
    const zh_choice personal = zh_consents_said(consents, customer, ZH_CONSENT_PERSONALIZATION);
    return (uint32_t)personal;
}

/* The arm he is in. One who does not want to be analysed is in none. */
static zh_assignment assign(const zh_world *w, const zh_actor *actor, const zh_recommend_ask *r, zh_arena *arena)
{
    zh_assignment out = { 0 };
    bool asks;
    if (!zh_experiments_acts(w->experiments, r->placement->name, &asks)) return out;
    zh_permit permit;
    zh_look look = zh_world_look(w);
    look.customer = r->customer;
    look.state = zh_customers_get(w->customers, r->customer);
    look.now_ms = r->now_ms;
    if (zh_permit_ask(w->consents, r->customer, ZH_PURPOSE_ANALYTICS, (zh_channel)0, r->now_ms, actor, &permit) != ZH_OK) return out;
    if (asks && zh_json_open(&look.json, ZH_PROFILE_TRAIT_VALUE_MAX) != ZH_OK) return out;
    out = zh_experiments_assign(w->experiments, r->placement->name, &look, arena);
    if (asks) zh_json_close(look.json);
    return out;
}

static bool is_personal(const zh_assignment *assigned)
{
    return assigned->tuning == NULL || !zh_tuning_says(assigned->tuning, ZH_TUNE_PERSONAL) || assigned->tuning->value[ZH_TUNE_PERSONAL] > 0;
}

zh_err zh_decide(const zh_deciding *in, zh_recommend_ask *r, zh_arena *arena, zh_decision *out, zh_reason **reasons)
{
    const zh_world *w = in->world;
    zh_permit permit;
    zh_history history;
    zh_policy policy;
    zh_assignment assigned = { 0 };
    if (r->customer.number != 0 &&
        zh_permit_ask(w->consents, r->customer, ZH_PURPOSE_PERSONALIZE, (zh_channel)0, r->now_ms, in->actor, &permit) == ZH_OK) {
        assigned = assign(w, in->actor, r, arena);
        if (is_personal(&assigned)) {
            history_of(zh_customers_get(w->customers, r->customer), &history);
            r->permit = &permit;
            r->history = &history;
        }
    }
    r->experiment = zh_arena_copy(arena, assigned.experiment);
    r->arm = zh_arena_copy(arena, assigned.arm);
    r->arm_chance_micro = assigned.chance_micro;
    r->allocation = assigned.allocation;
    if (assigned.tuning != NULL) policy = zh_policy_tuned(NULL, assigned.tuning);
    r->consent = consent_bits(w->consents, r->customer);
    /* A shop asleep, or a history imported today, is judged as of its newest event. */
    const int64_t asked_ms = r->now_ms;
    if (w->counts.newest_ms > 0 && r->now_ms > w->counts.newest_ms) r->now_ms = w->counts.newest_ms;
    const zh_recommend_world world = {
        .catalog = w->catalog, .cocount = w->cocount, .popularity = w->popularity,
        .policy = assigned.tuning != NULL ? &policy : NULL,
        .positions = in->positions, .positions_count = in->partitions < ZH_DECISION_POSITIONS_MAX ? in->partitions : ZH_DECISION_POSITIONS_MAX };
    zh_rng rng = { .seed = r->id.high, .stream = r->id.low };
    const zh_err e = zh_recommend(&world, r, &rng, arena, out, reasons);
    out->time_ms = asked_ms;
    if (assigned.experiment.size > 0) out->customer = r->customer; /* whoever is in an arm is exposed, whatever the list is made of */
    return e;
}
