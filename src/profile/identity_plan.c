/* Whose event is it? The table of cases stands in README.md; each branch below is a row of it. */
#include "profile/identity_inside.h"

#include <assert.h>

typedef struct known {
    zh_external_id id;
    uint32_t customer; /* the survivor, 0: unknown */
    uint32_t turn;     /* 0: unknown */
} known;

static known look_up(const zh_identity *t, zh_id_kind kind, zh_blind_id blind)
{
    known k = { .id = { kind, blind } };
    const uint32_t link = zh_link_find(t, &k.id);
    if (link == 0) return k;
    k.turn = zh_link_at(t, link)->turn;
    k.customer = (uint32_t)zh_identity_root(t, (zh_customer_id){ zh_link_at(t, link)->customer }).number;
    return k;
}

/* The id belongs to the plan's customer from now on; one that moved too often stays where it is. */
static void link_to(zh_identity_plan *plan, const known *k, zh_identity_text text)
{
    if (k->turn >= ZH_IDENTITY_TURN_MAX) return;
    assert(plan->links_count < ZH_IDENTITY_LINKS_MAX);
    plan->links[plan->links_count++] = (zh_identity_step){
        .id = k->id, .customer = plan->customer, .turn = k->turn + 1, .text = text };
}

static void begin_new(const zh_identity *t, zh_identity_plan *plan)
{
    plan->customer = zh_identity_next(t);
    plan->is_new = true;
}

static bool may_absorb(const zh_identity *t, uint32_t from, uint32_t to)
{
    return zh_identity_absorbed_count(t, from) + 1 + zh_identity_absorbed_count(t, to) <=
           ZH_IDENTITY_ABSORBED_MAX;
}

static void merge(zh_identity_plan *plan, uint32_t from, uint32_t to, zh_merge_why why)
{
    plan->customer.number = to;
    plan->has_merge = true;
    plan->from.number = from;
    plan->to.number = to;
    plan->why = why;
}

static bool is_anonymous(const zh_identity *t, uint32_t customer)
{
    return !zh_identity_is_known(t, (zh_customer_id){ customer });
}

static void plan_both(const zh_identity *t, const known *user, const known *anonymous, zh_identity_plan *plan)
{
    if (user->customer == 0 && anonymous->customer == 0) {
        begin_new(t, plan);
        link_to(plan, user, ZH_TEXT_USER);
        link_to(plan, anonymous, ZH_TEXT_ANONYMOUS);
    } else if (user->customer == 0 && is_anonymous(t, anonymous->customer)) {
        plan->customer.number = anonymous->customer; /* the visitor logs in: the history stays theirs */
        link_to(plan, user, ZH_TEXT_USER);
    } else if (user->customer == 0) {
        begin_new(t, plan); /* a shared device: somebody else's until now */
        link_to(plan, user, ZH_TEXT_USER);
        link_to(plan, anonymous, ZH_TEXT_ANONYMOUS);
    } else {
        plan->customer.number = user->customer;
        if (anonymous->customer == user->customer) return;
        if (anonymous->customer != 0 && is_anonymous(t, anonymous->customer) &&
            may_absorb(t, anonymous->customer, user->customer))
            merge(plan, anonymous->customer, user->customer, ZH_MERGE_LOGIN);
        else
            link_to(plan, anonymous, ZH_TEXT_ANONYMOUS);
    }
}

static void plan_one(const zh_identity *t, const known *id, zh_identity_text text, zh_identity_plan *plan)
{
    plan->customer.number = id->customer;
    if (id->customer != 0) return;
    begin_new(t, plan);
    link_to(plan, id, text);
}

/* Some dialects do not say which kind an id is. Where it is a known user's, it is that user; a visitor who was made
 * of it before the login is the same person. */
static void plan_either(const zh_identity *t, const known *user, const known *anonymous, zh_identity_plan *plan)
{
    if (user->customer == 0) {
        plan_one(t, anonymous, ZH_TEXT_ANONYMOUS, plan);
        return;
    }
    plan->customer.number = user->customer;
    if (anonymous->customer != 0 && anonymous->customer != user->customer && is_anonymous(t, anonymous->customer) &&
        may_absorb(t, anonymous->customer, user->customer))
        merge(plan, anonymous->customer, user->customer, ZH_MERGE_LOGIN);
}

/* The shop says that previous and user are one person; that counts even where both are known. */
static void plan_alias(const zh_identity *t, const known *user, const known *previous, zh_identity_plan *plan)
{
    if (user->customer != 0) {
        plan->customer.number = user->customer;
        if (previous->customer == 0) link_to(plan, previous, ZH_TEXT_PREVIOUS);
        else if (previous->customer != user->customer && may_absorb(t, previous->customer, user->customer))
            merge(plan, previous->customer, user->customer, ZH_MERGE_ALIAS);
    } else if (previous->customer != 0) {
        plan->customer.number = previous->customer; /* as good as making one to merge with */
        link_to(plan, user, ZH_TEXT_USER);
    } else {
        begin_new(t, plan);
        link_to(plan, user, ZH_TEXT_USER);
        link_to(plan, previous, ZH_TEXT_PREVIOUS);
    }
}

void zh_identity_plan_make(const zh_identity *t, const zh_identity_ask *ask, zh_identity_plan *out)
{
    assert(ask->has_user || ask->has_anonymous);
    *out = (zh_identity_plan){ 0 };
    const known user = look_up(t, ZH_ID_USER, ask->user);
    const known anonymous = look_up(t, ZH_ID_ANONYMOUS, ask->anonymous);

    if (ask->is_alias && ask->has_user && ask->has_previous) {
        known previous = look_up(t, ZH_ID_USER, ask->previous_user);
        if (previous.customer == 0) previous = look_up(t, ZH_ID_ANONYMOUS, ask->previous_anonymous);
        if (previous.customer == 0 && zh_blind_id_equal(ask->user, ask->previous_user))
            plan_one(t, &user, ZH_TEXT_USER, out);
        else
            plan_alias(t, &user, &previous, out);
        if (ask->has_anonymous && anonymous.customer == 0 &&
            !zh_blind_id_equal(ask->anonymous, ask->previous_anonymous))
            link_to(out, &anonymous, ZH_TEXT_ANONYMOUS);
    } else if (ask->has_user && ask->has_anonymous) {
        plan_both(t, &user, &anonymous, out);
    } else if (ask->has_user) {
        plan_one(t, &user, ZH_TEXT_USER, out);
    } else if (ask->may_be_user) {
        const known either = look_up(t, ZH_ID_USER, ask->anonymous_user);
        plan_either(t, &either, &anonymous, out);
    } else {
        plan_one(t, &anonymous, ZH_TEXT_ANONYMOUS, out);
    }
}
