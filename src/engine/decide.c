#include "engine/decide.h"
#include "engine/world_scene.h"

static bool is_without(const zh_deciding *in, zh_item_id item)
{
    for (uint32_t i = 0; i < in->without_count; i++)
        if (in->without[i].number == item.number) return true;
    return false;
}

/* Copies that leave those items out. */
static zh_err leave_out(const zh_deciding *in, zh_history *h, zh_arena *arena)
{
    zh_touch *touches = ZH_TAKE(arena, zh_touch, h->touches_count);
    zh_bought *bought = ZH_TAKE(arena, zh_bought, h->bought_count);
    zh_glance *glances = ZH_TAKE(arena, zh_glance, h->glances_count);
    if (touches == NULL || bought == NULL || glances == NULL) return ZH_NOMEM;
    uint32_t t = 0, b = 0, g = 0;
    for (uint32_t i = 0; i < h->touches_count; i++)
        if (!is_without(in, h->touches[i].item)) touches[t++] = h->touches[i];
    for (uint32_t i = 0; i < h->bought_count; i++)
        if (!is_without(in, h->bought[i].item)) bought[b++] = h->bought[i];
    for (uint32_t i = 0; i < h->glances_count; i++)
        if (!is_without(in, h->glances[i].item)) glances[g++] = h->glances[i];
    h->touches = touches, h->touches_count = t;
    h->bought = bought, h->bought_count = b;
    h->glances = glances, h->glances_count = g;
    return ZH_OK;
}

static zh_err history_of(const zh_deciding *in, zh_customer_id customer, zh_arena *arena, zh_history *out)
{
    const zh_customer_state *state = zh_customers_get(in->world->customers, customer);
    *out = (zh_history){ 0 };
    out->words = zh_feedbacks_of(in->world->feedbacks, customer, &out->words_count);
    if (state == NULL) return ZH_OK;
    out->touches = zh_customer_touches(state, &out->touches_count);
    out->bought = zh_customer_bought(state, &out->bought_count);
    out->glances = zh_customer_glances(state, &out->glances_count);
    return in->without_count > 0 ? leave_out(in, out, arena) : ZH_OK;
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

/* Where he is may be read only of who lets himself be known; of a decision that is made again it stands in the scene. */
static uint64_t with_place(const zh_recommend_ask *r, const zh_customer_state *state)
{
    zh_scene scene;
    if (r->cell.number == 0 || !zh_scene_unpack(r->scene, &scene)) return r->scene;
    scene.where = zh_world_where(state, r->cell, &scene);
    return zh_scene_pack(&scene);
}

/* What the placement's rules may look at. given.look.json is the caller's to close. */
static zh_err give(const zh_world *w, const zh_deciding *in, const zh_recommend_ask *r, int64_t asked_ms, zh_rules_given *out)
{
    *out = (zh_rules_given){ .look = zh_world_look(w), .local_ms = w->clock.local_ms != NULL ? w->clock.local_ms(w->clock.context, asked_ms) : asked_ms,
                             .city = in->city, .device = in->device };
    out->look.now_ms = asked_ms;
    if (r->permit != NULL) {
        out->look.customer = r->customer;
        out->look.state = zh_customers_get(w->customers, r->customer);
    }
    return zh_json_open(&out->look.json, ZH_PROFILE_TRAIT_VALUE_MAX > ZH_ITEM_ATTRIBUTES_BYTES_MAX ? ZH_PROFILE_TRAIT_VALUE_MAX : ZH_ITEM_ATTRIBUTES_BYTES_MAX);
}

zh_err zh_decide(const zh_deciding *in, zh_recommend_ask *r, zh_arena *arena, zh_decision *out, zh_reason **reasons)
{
    const zh_world *w = in->world;
    zh_permit permit;
    zh_history history;
    zh_policy policy;
    zh_assignment assigned = { 0 };
    zh_rules_given given = { .city = { 0 } };
    if (r->customer.number != 0 &&
        zh_permit_ask(w->consents, r->customer, ZH_PURPOSE_PERSONALIZE, (zh_channel)0, r->now_ms, in->actor, &permit) == ZH_OK) {
        assigned = assign(w, in->actor, r, arena);
        if (is_personal(&assigned)) {
            const zh_err e = history_of(in, r->customer, arena, &history);
            if (e != ZH_OK) return e;
            r->permit = &permit;
            r->history = &history;
            r->scene = with_place(r, zh_customers_get(w->customers, r->customer));
        }
    }
    r->experiment = zh_arena_copy(arena, assigned.experiment);
    r->arm = zh_arena_copy(arena, assigned.arm);
    r->arm_chance_micro = assigned.chance_micro;
    r->allocation = assigned.allocation;
    /* An arm's numbers, and what the watch over variety explores where the arm says nothing of it. */
    const uint32_t explore_micro = assigned.tuning != NULL && zh_tuning_says(assigned.tuning, ZH_TUNE_EXPLORE) ? 0 : zh_watch_explore(w->watch, r->placement->name);
    if (assigned.tuning != NULL) policy = zh_policy_tuned(NULL, assigned.tuning);
    else policy = (zh_policy){ 0 };
    policy.widen_micro = explore_micro;
    r->consent = consent_bits(w->consents, r->customer);
    /* A shop asleep, or a history imported today, is judged as of its newest event. */
    const int64_t asked_ms = r->now_ms;
    if (w->counts.newest_ms > 0 && r->now_ms > w->counts.newest_ms) r->now_ms = w->counts.newest_ms;
    const zh_recommend_world world = {
        .catalog = w->catalog, .cocount = w->cocount, .popularity = w->popularity, .sequel = w->sequel, .learnt = in->learnt, .scenes = w->scenes,
        .policy = assigned.tuning != NULL || explore_micro > 0 ? &policy : NULL,
        .positions = in->positions, .positions_count = in->partitions < ZH_DECISION_POSITIONS_MAX ? in->partitions : ZH_DECISION_POSITIONS_MAX };
    zh_rng rng = { .seed = r->id.high, .stream = r->id.low };
    zh_err e = ZH_OK;
    if (r->placement->rules != NULL) {
        e = give(w, in, r, asked_ms, &given);
        r->given = &given;
    }
    if (e == ZH_OK) e = zh_recommend(&world, r, &rng, arena, out, reasons);
    if (r->given != NULL) zh_json_close(given.look.json);
    r->given = NULL;
    if (e != ZH_OK) return e;
    out->time_ms = asked_ms;
    if (assigned.experiment.size > 0) out->customer = r->customer; /* whoever is in an arm is exposed, whatever the list is made of */
    return ZH_OK;
}
