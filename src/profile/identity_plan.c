/* Whose event is it? The table of cases stands in README.md; each branch below is a row of it. */
#include "profile/identity_inside.h"

#include <assert.h>

typedef struct known {
    zh_external_id id;
    uint32_t link;     /* 0: unknown */
    uint32_t customer; /* the survivor, 0: unknown */
    uint32_t own;      /* as linked */
    uint32_t turn;     /* 0: unknown */
    bool is_known;     /* the customer has a user id */
    zh_identity_text text;
} known;

typedef struct planning {
    const zh_identity *t;
    const zh_identity_ask *ask;
    zh_identity_plan *plan;
} planning;

static known look_up(const zh_identity *t, zh_id_kind kind, zh_blind_id blind, zh_identity_text text)
{
    known k = { .id = { kind, blind }, .text = text };
    k.link = zh_link_find(t, &k.id);
    if (k.link == 0) return k;
    k.turn = zh_link_at(t, k.link)->turn;
    k.own = zh_link_at(t, k.link)->customer;
    k.customer = (uint32_t)zh_identity_root(t, (zh_customer_id){ k.own }).number;
    k.is_known = zh_identity_is_known(t, (zh_customer_id){ k.customer });
    return k;
}

/* The id belongs to the plan's customer from now on; one that moved too often stays where it is. */
static void link_to(const planning *p, const known *k)
{
    zh_identity_plan *plan = p->plan;
    if (k->turn >= ZH_IDENTITY_TURN_MAX) return;
    assert(plan->links_count < ZH_IDENTITY_LINKS_MAX);
    plan->links_count++;
    plan->links[plan->links_count - 1] = (zh_identity_step){
        .id = k->id, .customer = plan->own, .turn = k->turn + 1, .text = k->text, .makes = plan->is_new && plan->links_count == 1 };
}

static void begin_new(const planning *p)
{
    p->plan->own = p->plan->customer = zh_identity_next(p->t);
    p->plan->is_new = true;
}

/* The event is of the customer this id leads to. */
static void is_of(const planning *p, const known *k)
{
    p->plan->customer.number = k->customer;
    p->plan->own.number = k->own;
}

/* ---- how far ids are joined ---- */

/* Ids of one kind that a customer has, counted no further than `enough`. */
static uint32_t ids_of(const zh_identity *t, uint32_t customer, zh_id_kind kind, uint32_t enough)
{
    uint32_t count = 0;
    zh_identity_links it = zh_identity_links_of(t, (zh_customer_id){ customer });
    while (count < enough && zh_identity_links_next(&it)) count += it.id.kind == kind;
    return count;
}

/* May the customer have one id more? Asked only where one comes; most events bring none. */
static bool has_room(const planning *p, uint32_t customer, zh_id_kind kind)
{
    const zh_identity_policy *policy = p->ask->policy;
    if (policy == NULL) return true;
    const uint32_t most = kind == ZH_ID_USER ? policy->users_max : policy->anonymous_max;
    if (ids_of(p->t, customer, kind, most) < most) return true;
    p->plan->held |= ZH_IDENTITY_HELD_LIMIT;
    return false;
}

static bool fits(const planning *p, uint32_t from, uint32_t to, zh_id_kind kind, uint32_t most)
{
    const uint32_t there = ids_of(p->t, to, kind, most), comes = ids_of(p->t, from, kind, most + 1);
    return comes == 0 || there + comes <= most;
}

static bool may_absorb(const planning *p, uint32_t from, uint32_t to)
{
    const zh_identity_policy *policy = p->ask->policy;
    const uint32_t numbers = zh_identity_absorbed_count(p->t, from) + 1 + zh_identity_absorbed_count(p->t, to);
    const bool may = numbers <= ZH_IDENTITY_ABSORBED_MAX &&
                     (policy == NULL || (fits(p, from, to, ZH_ID_USER, policy->users_max) &&
                                         fits(p, from, to, ZH_ID_ANONYMOUS, policy->anonymous_max)));
    if (!may) p->plan->held |= ZH_IDENTITY_HELD_LIMIT;
    return may;
}

/* A tablet on the counter, the family's computer: so many known customers used it that what happens there without a
 * login is nobody's. It stays so: from then on the id does not move any more. */
static bool is_shared(const planning *p, const known *anonymous)
{
    const zh_identity_policy *policy = p->ask->policy;
    if (policy == NULL || anonymous->link == 0 || zh_device_known(p->t, anonymous->link) < policy->shared_from) return false;
    p->plan->held |= ZH_IDENTITY_HELD_DEVICE;
    return true;
}

/* One customer for both ids: the survivor is `to`'s. */
static void merge(const planning *p, const known *from, const known *to, zh_merge_why why)
{
    zh_identity_plan *plan = p->plan;
    if (from->customer == to->customer) return;
    if (zh_identity_is_apart(p->t, (zh_customer_id){ from->customer })) {
        plan->held |= ZH_IDENTITY_HELD_APART; /* a person knew better */
        return;
    }
    if (!may_absorb(p, from->customer, to->customer)) return;
    plan->has_merge = true;
    plan->from.number = from->customer;
    plan->to.number = to->own;
    plan->why = why;
}

/* ---- the cases ---- */

static void plan_both(const planning *p, const known *user, const known *anonymous)
{
    const bool shared = is_shared(p, anonymous);
    is_of(p, user);
    if (user->customer == 0 && anonymous->customer != 0 && !anonymous->is_known && !shared) {
        is_of(p, anonymous); /* the visitor logs in: the history stays theirs */
        link_to(p, user);
        return;
    }
    if (user->customer == 0) {
        begin_new(p);
        link_to(p, user);
        if (!shared) link_to(p, anonymous); /* unknown, or somebody else's until now */
    } else if (!shared && anonymous->customer != user->customer) {
        if (anonymous->customer != 0 && !anonymous->is_known) merge(p, anonymous, user, ZH_MERGE_LOGIN);
        else if (has_room(p, user->customer, ZH_ID_ANONYMOUS)) link_to(p, anonymous);
    }
}

static void plan_one(const planning *p, const known *id)
{
    is_of(p, id);
    if (id->customer != 0) return;
    begin_new(p);
    link_to(p, id);
}

/* Without a login an event is of whoever used the device at its time; of a shared device it is nobody's. */
static void plan_visitor(const planning *p, const known *anonymous)
{
    if (is_shared(p, anonymous) && anonymous->is_known) {
        begin_new(p);
        link_to(p, anonymous);
        if (p->plan->links_count > 0) return;
        p->plan->is_new = false; /* it moved too often to move again */
        is_of(p, anonymous);
        return;
    }
    plan_one(p, anonymous);
    const uint32_t then = anonymous->is_known ? zh_device_at(p->t, anonymous->link, p->ask->time_ms) : 0;
    if (then == 0 || zh_identity_dek(p->t, (zh_customer_id){ then }) == NULL) return;
    p->plan->own.number = then;
    p->plan->customer = zh_identity_root(p->t, p->plan->own);
}

/* Some dialects do not say which kind an id is. Where it is a known user's, it is that user; a visitor who was made
 * of it before the login is the same person. */
static void plan_either(const planning *p, const known *user, const known *anonymous)
{
    if (user->customer == 0) {
        plan_visitor(p, anonymous);
        return;
    }
    is_of(p, user);
    if (anonymous->customer != 0 && !anonymous->is_known) merge(p, anonymous, user, ZH_MERGE_LOGIN);
}

/* The shop says that previous and user are one person; that counts even where both are known users. Of a device that is
 * a known customer's, or shared, it says no more than a login there. */
static void plan_alias(const planning *p, const known *user, const known *previous)
{
    if (previous->id.kind == ZH_ID_ANONYMOUS && (previous->is_known || is_shared(p, previous))) {
        plan_both(p, user, previous);
    } else if (user->customer != 0) {
        is_of(p, user);
        if (previous->customer != 0) merge(p, previous, user, ZH_MERGE_ALIAS);
        else if (has_room(p, user->customer, ZH_ID_ANONYMOUS)) link_to(p, previous);
    } else if (previous->customer != 0 && has_room(p, previous->customer, ZH_ID_USER)) {
        is_of(p, previous); /* as good as making one to merge with */
        link_to(p, user);
    } else {
        begin_new(p);
        link_to(p, user);
        if (previous->customer == 0) link_to(p, previous);
    }
}

/* The shop says that an id is this customer's no more: it leads to a new one. What was done with it stays where it is. */
static void let_go(const planning *p, const known *id)
{
    zh_identity_plan *plan = p->plan;
    const bool theirs = id->link != 0 && !plan->is_new && plan->links_count == 0 && id->customer == plan->customer.number;
    if (!theirs || id->turn >= ZH_IDENTITY_TURN_MAX) return;
    if (ids_of(p->t, id->customer, ZH_ID_USER, 1) + ids_of(p->t, id->customer, ZH_ID_ANONYMOUS, 2) < 2) return; /* its only one */
    plan->links[plan->links_count++] = (zh_identity_step){
        .id = id->id, .customer = zh_identity_next(p->t), .turn = id->turn + 1, .text = id->text, .makes = true };
}

void zh_identity_plan_make(const zh_identity *t, const zh_identity_ask *ask, zh_identity_plan *out)
{
    assert(ask->has_user || ask->has_anonymous);
    *out = (zh_identity_plan){ 0 };
    const planning p = { t, ask, out };
    const known user = look_up(t, ZH_ID_USER, ask->user, ZH_TEXT_USER);
    const known anonymous = look_up(t, ZH_ID_ANONYMOUS, ask->anonymous, ZH_TEXT_ANONYMOUS);

    if (ask->is_alias && ask->has_user && ask->has_previous) {
        known previous = look_up(t, ZH_ID_USER, ask->previous_user, ZH_TEXT_PREVIOUS);
        if (previous.customer == 0) previous = look_up(t, ZH_ID_ANONYMOUS, ask->previous_anonymous, ZH_TEXT_PREVIOUS);
        if (previous.customer == 0 && zh_blind_id_equal(ask->user, ask->previous_user))
            plan_one(&p, &user);
        else
            plan_alias(&p, &user, &previous);
        if (ask->has_anonymous && anonymous.customer == 0 &&
            !zh_blind_id_equal(ask->anonymous, ask->previous_anonymous) && (out->is_new || has_room(&p, (uint32_t)out->customer.number, ZH_ID_ANONYMOUS)))
            link_to(&p, &anonymous);
    } else if (ask->has_user && ask->has_anonymous) {
        plan_both(&p, &user, &anonymous);
    } else if (ask->has_user) {
        plan_one(&p, &user);
    } else if (ask->may_be_user) {
        const known either = look_up(t, ZH_ID_USER, ask->anonymous_user, ZH_TEXT_ANONYMOUS);
        plan_either(&p, &either, &anonymous);
    } else {
        plan_visitor(&p, &anonymous);
    }
    if (ask->is_unbind && ask->has_previous) {
        const known previous = look_up(t, ZH_ID_ANONYMOUS, ask->previous_anonymous, ZH_TEXT_PREVIOUS);
        let_go(&p, &previous);
    }
}
