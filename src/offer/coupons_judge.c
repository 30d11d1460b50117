#include "offer/coupons_inside.h"

/* ---- what is on its way ---- */

/* Is it in the view already? Then it is counted there. */
static bool is_folded(const zh_coupons *c, const zh_offer_act *a)
{
    zh_coupon coupon;
    return a->kind == ZH_OFFER_ACT_CLAIM ? zh_coupons_find(c, a->coupon, &coupon) : zh_coupons_order_(c, a->order) != NULL;
}

typedef struct coming { uint64_t claims, claims_his, uses, uses_his; int64_t cents; bool coupon; } coming;

/* Of this offer; `coupon`: one of the acts holds that coupon. A release gives back what the view says, once it is there. */
static coming coming_of(const zh_coupons *c, zh_sv offer, zh_customer_id customer, uint32_t coupon, zh_pending pending)
{
    coming sum = { 0 };
    for (uint32_t i = 0; i < pending.count; i++) {
        const zh_offer_act *a = pending.acts[i];
        const bool his = customer.number != 0 && a->customer.number == customer.number;
        if ((a->kind != ZH_OFFER_ACT_CLAIM && a->kind != ZH_OFFER_ACT_HOLD) || is_folded(c, a)) continue;
        if (a->kind == ZH_OFFER_ACT_CLAIM && zh_sv_equal(a->offer, offer)) sum.claims++, sum.claims_his += his;
        for (uint32_t u = 0; u < a->uses_count; u++) {
            if (!zh_sv_equal(a->uses[u].offer, offer)) continue;
            sum.uses++, sum.uses_his += his, sum.cents += a->uses[u].cents;
            sum.coupon |= coupon != 0 && a->uses[u].coupon == coupon;
        }
    }
    return sum;
}

/* ---- claims ---- */

/* The claim that has this key already, folded or on its way; 0: none. */
static uint32_t said_before(const zh_coupons *c, zh_sv offer, zh_customer_id customer, uint64_t claim_key, zh_pending pending)
{
    zh_coupon coupon;
    if (claim_key == 0) return 0;
    for (uint32_t at = 0; zh_coupons_of(c, customer, &at, &coupon);)
        if (coupon.claim_key == claim_key && zh_sv_equal(coupon.offer, offer)) return coupon.number;
    for (uint32_t i = 0; i < pending.count; i++) {
        const zh_offer_act *a = pending.acts[i];
        if (a->kind == ZH_OFFER_ACT_CLAIM && a->claim_key == claim_key && a->customer.number == customer.number && zh_sv_equal(a->offer, offer)) return a->coupon;
    }
    return 0;
}

static uint32_t next_number(const zh_coupons *c, zh_pending pending)
{
    uint32_t next = c->coupons_count + 1;
    for (uint32_t i = 0; i < pending.count; i++)
        if (pending.acts[i]->kind == ZH_OFFER_ACT_CLAIM && pending.acts[i]->coupon >= next) next = pending.acts[i]->coupon + 1;
    return next;
}

static uint64_t his_coupons(const zh_coupons *c, zh_sv offer, zh_customer_id customer)
{
    zh_coupon coupon;
    uint64_t count = 0;
    for (uint32_t at = 0; zh_coupons_of(c, customer, &at, &coupon);) count += zh_sv_equal(coupon.offer, offer);
    return count;
}

zh_refusal zh_coupons_may_claim(const zh_coupons *c, const zh_offer *o, zh_customer_id customer, uint64_t claim_key, int32_t day, zh_pending pending,
                                uint32_t *number, bool *again)
{
    *number = said_before(c, o->name, customer, claim_key, pending);
    *again = *number != 0;
    if (*again) return ZH_REFUSAL_NONE;
    if (o->give != ZH_OFFER_CLAIM) return ZH_REFUSAL_NOT_CLAIMABLE;
    if (o->paused) return ZH_REFUSAL_PAUSED;
    if (o->from_day != ZH_OFFER_DAY_NONE && day < o->from_day) return ZH_REFUSAL_NOT_STARTED;
    if (o->until_day != ZH_OFFER_DAY_NONE && day > o->until_day) return ZH_REFUSAL_EXPIRED;
    if (zh_coupons_left_cents(c, o, pending) == 0) return ZH_REFUSAL_BUDGET_SPENT;
    const coming more = coming_of(c, o->name, customer, 0, pending);
    if (o->per_customer > 0 && his_coupons(c, o->name, customer) + more.claims_his >= (uint64_t)o->per_customer) return ZH_REFUSAL_LIMIT_REACHED;
    if (zh_coupons_left(c, o, pending) == 0) return ZH_REFUSAL_SOLD_OUT;
    *number = next_number(c, pending);
    return *number > ZH_COUPONS_MAX ? ZH_REFUSAL_FULL : ZH_REFUSAL_NONE;
}

/* ---- uses ---- */

static uint64_t his_uses(const zh_coupons *c, zh_sv offer, zh_customer_id customer)
{
    const uint64_t *newest = zh_map_get(&c->orders_by, customer.number);
    const uint32_t place = zh_coupons_known_(c, offer);
    uint64_t count = 0;
    for (uint32_t at = newest == NULL ? 0 : (uint32_t)*newest; at != 0; at = c->orders[at - 1]->next)
        for (uint32_t u = 0; u < c->orders[at - 1]->uses_count; u++) count += c->orders[at - 1]->uses[u].offer == place;
    return count;
}

static zh_refusal may_use_coupon(const zh_coupons *c, const zh_offer *o, zh_customer_id customer, uint32_t number, zh_pending pending)
{
    zh_coupon coupon;
    if (number == 0 || !zh_coupons_find(c, number, &coupon) || !zh_sv_equal(coupon.offer, o->name)) return ZH_REFUSAL_NOT_CLAIMED;
    if (coupon.holder.number != customer.number) return ZH_REFUSAL_NOT_YOURS;
    if (coupon.state == ZH_COUPON_USED) return ZH_REFUSAL_USED;
    return coupon.state == ZH_COUPON_HELD || coming_of(c, o->name, customer, number, pending).coupon ? ZH_REFUSAL_HELD : ZH_REFUSAL_NONE;
}

zh_refusal zh_coupons_may_use(const zh_coupons *c, const zh_offer *o, zh_customer_id customer, uint32_t coupon, zh_pending pending)
{
    if (o->give == ZH_OFFER_CLAIM) return may_use_coupon(c, o, customer, coupon, pending);
    const coming more = coming_of(c, o->name, customer, 0, pending);
    if (o->per_customer > 0 && customer.number == 0) return ZH_REFUSAL_WHO;
    if (o->per_customer > 0 && his_uses(c, o->name, customer) + more.uses_his >= (uint64_t)o->per_customer) return ZH_REFUSAL_LIMIT_REACHED;
    if (zh_coupons_left_cents(c, o, pending) == 0) return ZH_REFUSAL_BUDGET_SPENT;
    return zh_coupons_left(c, o, pending) == 0 ? ZH_REFUSAL_SOLD_OUT : ZH_REFUSAL_NONE;
}

int64_t zh_coupons_left_cents(const zh_coupons *c, const zh_offer *o, zh_pending pending)
{
    if (o->budget_cents < 0) return -1;
    const zh_offer_account a = zh_coupons_account(c, o->name);
    const int64_t left = o->budget_cents - a.held_cents - a.used_cents - coming_of(c, o->name, (zh_customer_id){ 0 }, 0, pending).cents;
    return left < 0 ? 0 : left; /* a budget may be made smaller than what is spent */
}

int64_t zh_coupons_left(const zh_coupons *c, const zh_offer *o, zh_pending pending)
{
    if (o->stock < 0) return -1;
    const zh_offer_account a = zh_coupons_account(c, o->name);
    const coming more = coming_of(c, o->name, (zh_customer_id){ 0 }, 0, pending);
    const uint64_t taken = o->give == ZH_OFFER_CLAIM ? a.claimed + more.claims : a.held + a.used + more.uses;
    return taken >= (uint64_t)o->stock ? 0 : o->stock - (int64_t)taken;
}
