#include "offer/coupons_inside.h"

#include <assert.h>
#include <stdlib.h>

zh_err zh_coupons_open(zh_coupons **out)
{
    zh_coupons *c = calloc(1, sizeof *c);
    if (c == NULL) return ZH_NOMEM;
    c->offers = calloc(ZH_OFFERS_MAX, sizeof *c->offers);
    if (c->offers == NULL) {
        free(c);
        return ZH_NOMEM;
    }
    *out = c;
    return ZH_OK;
}

void zh_coupons_close(zh_coupons *c)
{
    if (c == NULL) return;
    for (uint32_t i = 0; i < c->orders_count; i++) free(c->orders[i]);
    free(c->orders);
    free(c->free_places);
    free(c->held);
    free(c->coupons);
    free(c->offers);
    zh_map_close(&c->by_order);
    zh_map_close(&c->coupons_by);
    zh_map_close(&c->orders_by);
    zh_map_close(&c->gone);
    free(c);
}

/* ---- places ---- */

static zh_sv name_of(const kept_offer *o) { return (zh_sv){ o->name, o->name_bytes }; }

uint32_t zh_coupons_known_(const zh_coupons *c, zh_sv name)
{
    for (uint32_t i = 0; i < c->offers_count; i++)
        if (zh_sv_equal(name_of(&c->offers[i]), name)) return i;
    return UINT32_MAX;
}

zh_err zh_coupons_offer_(zh_coupons *c, zh_sv name, uint32_t *out)
{
    if ((*out = zh_coupons_known_(c, name)) != UINT32_MAX) return ZH_OK;
    if (c->offers_count == ZH_OFFERS_MAX) return ZH_FULL;
    kept_offer *o = &c->offers[*out = c->offers_count++];
    memcpy(o->name, name.data, name.size);
    o->name_bytes = name.size;
    o->dirty = true;
    return ZH_OK;
}

/* Room for coupon `number`; zeros between are holes. */
static zh_err reach_coupon(zh_coupons *c, uint32_t number)
{
    if (number > c->coupons_cap) {
        uint32_t cap = c->coupons_cap == 0 ? 64 : c->coupons_cap * 2;
        while (cap < number) cap *= 2; /* number <= ZH_COUPONS_MAX: no overflow */
        kept_coupon *more = realloc(c->coupons, cap * sizeof *more);
        if (more == NULL) return ZH_NOMEM;
        memset(more + c->coupons_cap, 0, (cap - c->coupons_cap) * sizeof *more);
        c->coupons = more, c->coupons_cap = cap;
    }
    if (number > c->coupons_count) c->coupons_count = number;
    return ZH_OK;
}

/* One more place for an order, in all three lists, so that later steps cannot fail. */
static zh_err reach_order(zh_coupons *c)
{
    if (c->orders_count < c->orders_cap || c->free_count > 0) return ZH_OK;
    const uint32_t cap = c->orders_cap == 0 ? 64 : c->orders_cap * 2;
    kept_order **orders = realloc(c->orders, cap * sizeof *orders);
    if (orders == NULL) return ZH_NOMEM;
    c->orders = orders;
    uint32_t *free_places = realloc(c->free_places, cap * sizeof *free_places);
    if (free_places == NULL) return ZH_NOMEM;
    c->free_places = free_places;
    uint32_t *held = realloc(c->held, cap * sizeof *held);
    if (held == NULL) return ZH_NOMEM;
    c->held = held, c->orders_cap = cap;
    return ZH_OK;
}

/* ---- sums ---- */

static void count_coupon(zh_coupons *c, const kept_coupon *coupon)
{
    c->offers[coupon->offer].account.claimed++;
}

static void count_order(zh_coupons *c, const kept_order *o, int sign)
{
    for (uint32_t i = 0; i < o->uses_count; i++) {
        zh_offer_account *a = &c->offers[o->uses[i].offer].account;
        if (o->used) a->used += (uint64_t)sign, a->used_cents += sign * o->uses[i].cents;
        else a->held += (uint64_t)sign, a->held_cents += sign * o->uses[i].cents;
    }
}

/* ---- coupons ---- */

zh_err zh_coupons_put_coupon_(zh_coupons *c, const zh_offer_act *a, zh_coupon_state state, uint64_t order)
{
    uint32_t offer;
    bool made;
    zh_err e = zh_coupons_offer_(c, a->offer, &offer);
    if (e == ZH_OK) e = reach_coupon(c, a->coupon);
    if (e != ZH_OK) return e;
    uint64_t *newest = zh_map_at(&c->coupons_by, a->customer.number, &made);
    if (newest == NULL) return ZH_NOMEM;
    kept_coupon *k = &c->coupons[a->coupon - 1];
    *k = (kept_coupon){ .holder = a->customer.number, .claim_key = a->claim_key, .order = order, .at_ms = a->at_ms, .offer = offer,
                        .next = (uint32_t)*newest, .version = (uint16_t)a->version, .state = (uint8_t)state, .dirty = true };
    if (*newest > a->coupon) { /* loading comes in any order: the newest first in the chain */
        uint32_t at = (uint32_t)*newest;
        while (c->coupons[at - 1].next > a->coupon) at = c->coupons[at - 1].next;
        k->next = c->coupons[at - 1].next;
        c->coupons[at - 1].next = a->coupon;
    } else *newest = a->coupon;
    c->coupons_live++;
    count_coupon(c, k);
    return ZH_OK;
}

static kept_coupon *coupon_at(const zh_coupons *c, uint32_t number)
{
    return number == 0 || number > c->coupons_count || c->coupons[number - 1].state == ZH_COUPON_NONE ? NULL : &c->coupons[number - 1];
}

static void set_coupons(zh_coupons *c, const kept_order *o, zh_coupon_state state)
{
    for (uint32_t i = 0; i < o->uses_count; i++) {
        kept_coupon *k = coupon_at(c, o->uses[i].coupon);
        if (k == NULL) continue;
        k->state = (uint8_t)state, k->order = state == ZH_COUPON_FREE ? 0 : o->order, k->dirty = true;
    }
}

/* ---- orders ---- */

const kept_order *zh_coupons_order_(const zh_coupons *c, uint64_t order)
{
    const uint64_t *place = zh_map_get(&c->by_order, order);
    return place == NULL ? NULL : c->orders[*place];
}

static void link_order(zh_coupons *c, uint32_t place, uint64_t *newest)
{
    kept_order *o = c->orders[place];
    o->before = 0, o->next = (uint32_t)*newest; /* places + 1, so that 0 is none */
    if (*newest != 0) c->orders[*newest - 1]->before = place + 1;
    *newest = place + 1;
}

static void unlink_order(zh_coupons *c, uint32_t place)
{
    const kept_order *o = c->orders[place];
    if (o->next != 0) c->orders[o->next - 1]->before = o->before;
    if (o->before != 0) c->orders[o->before - 1]->next = o->next;
    else {
        uint64_t *newest = zh_map_get(&c->orders_by, o->customer);
        if (newest != NULL) *newest = o->next;
        if (o->next == 0) zh_map_drop(&c->orders_by, o->customer);
    }
}

static kept_order *make_order(const zh_offer_act *a, bool used)
{
    kept_order *o = calloc(1, sizeof *o + a->uses_count * sizeof *o->uses);
    if (o == NULL) return NULL;
    o->order = a->order, o->customer = a->customer.number, o->at_ms = a->at_ms, o->until_ms = a->until_ms;
    memcpy(o->quote, a->quote, sizeof o->quote);
    o->uses_count = a->uses_count, o->used = used, o->dirty = true;
    return o;
}

static void hold(zh_coupons *c, uint32_t place)
{
    c->orders[place]->held_at = c->held_count;
    c->held[c->held_count++] = place;
}

static void unhold(zh_coupons *c, const kept_order *o)
{
    const uint32_t last = c->held[--c->held_count];
    c->held[o->held_at] = last;
    c->orders[last]->held_at = o->held_at;
}

zh_err zh_coupons_put_order_(zh_coupons *c, const zh_offer_act *a, bool used)
{
    bool made;
    zh_err e = reach_order(c);
    kept_order *o = e == ZH_OK ? make_order(a, used) : NULL;
    if (o == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; e == ZH_OK && i < a->uses_count; i++) {
        o->uses[i] = (kept_use){ .coupon = a->uses[i].coupon, .version = a->uses[i].version, .cents = a->uses[i].cents };
        e = zh_coupons_offer_(c, a->uses[i].offer, &o->uses[i].offer);
    }
    uint64_t *newest = e == ZH_OK ? zh_map_at(&c->orders_by, o->customer, &made) : NULL;
    const uint32_t place = c->free_count > 0 ? c->free_places[c->free_count - 1] : c->orders_count;
    if (e == ZH_OK && (newest == NULL || zh_map_put(&c->by_order, a->order, place) != ZH_OK)) {
        if (newest != NULL && made) zh_map_drop(&c->orders_by, o->customer);
        e = ZH_NOMEM;
    }
    if (e != ZH_OK) {
        free(o);
        return e;
    }
    zh_map_drop(&c->gone, a->order);
    if (c->free_count > 0) c->free_count--;
    else c->orders_count++;
    c->orders[place] = o;
    link_order(c, place, newest);
    if (!used) hold(c, place);
    c->orders_live++, c->uses += o->uses_count;
    count_order(c, o, 1);
    return ZH_OK;
}

/* What is left of a released order is that there was one, in its offers' accounts. */
static zh_err drop_order(zh_coupons *c, uint64_t order)
{
    const uint32_t place = (uint32_t)*zh_map_get(&c->by_order, order);
    kept_order *o = c->orders[place];
    const zh_err e = zh_map_put(&c->gone, order, 1);
    if (e != ZH_OK) return e;
    count_order(c, o, -1);
    for (uint32_t i = 0; i < o->uses_count; i++) {
        kept_offer *offer = &c->offers[o->uses[i].offer];
        if (o->used) offer->account.cancelled++;
        else offer->account.released++;
        offer->dirty = true;
    }
    set_coupons(c, o, ZH_COUPON_FREE);
    if (!o->used) unhold(c, o);
    unlink_order(c, place);
    zh_map_drop(&c->by_order, order);
    c->orders[place] = NULL;
    c->free_places[c->free_count++] = place;
    c->orders_live--, c->uses -= o->uses_count;
    free(o);
    return ZH_OK;
}

/* ---- folding ---- */

static bool fits(const zh_coupons *c, const zh_offer_act *a)
{
    const kept_order *o = zh_coupons_order_(c, a->order);
    switch (a->kind) {
    case ZH_OFFER_ACT_CLAIM: return coupon_at(c, a->coupon) == NULL && (zh_coupons_known_(c, a->offer) != UINT32_MAX || c->offers_count < ZH_OFFERS_MAX);
    case ZH_OFFER_ACT_USE: return o != NULL && !o->used;
    case ZH_OFFER_ACT_RELEASE: return o != NULL;
    default: break;
    }
    if (o != NULL || c->orders_live == ZH_COUPON_ORDERS_MAX) return false;
    uint32_t fresh = 0;
    for (uint32_t i = 0; i < a->uses_count; i++) {
        const kept_coupon *k = coupon_at(c, a->uses[i].coupon);
        if (a->uses[i].coupon != 0 && (k == NULL || k->state != ZH_COUPON_FREE)) return false;
        fresh += zh_coupons_known_(c, a->uses[i].offer) == UINT32_MAX;
    }
    return c->offers_count + fresh <= ZH_OFFERS_MAX;
}

static zh_err apply(zh_coupons *c, const zh_offer_act *a)
{
    zh_err e;
    switch (a->kind) {
    case ZH_OFFER_ACT_CLAIM: return zh_coupons_put_coupon_(c, a, ZH_COUPON_FREE, 0);
    case ZH_OFFER_ACT_RELEASE: return drop_order(c, a->order);
    case ZH_OFFER_ACT_HOLD:
        if ((e = zh_coupons_put_order_(c, a, false)) == ZH_OK) set_coupons(c, zh_coupons_order_(c, a->order), ZH_COUPON_HELD);
        return e;
    case ZH_OFFER_ACT_USE: break;
    }
    kept_order *o = c->orders[*zh_map_get(&c->by_order, a->order)];
    count_order(c, o, -1);
    unhold(c, o);
    o->used = true, o->at_ms = a->at_ms, o->dirty = true;
    count_order(c, o, 1);
    set_coupons(c, o, ZH_COUPON_USED);
    return ZH_OK;
}

zh_err zh_coupons_fold(zh_coupons *c, const zh_offer_act *act)
{
    if (fits(c, act)) return apply(c, act);
    c->odd++;
    return ZH_OK;
}

/* The chain of coupons goes by number, the newest first: two of them are joined as two sorted lists are. */
static uint32_t join(zh_coupons *c, uint32_t a, uint32_t b)
{
    uint32_t first = 0, *end = &first;
    while (a != 0 || b != 0) {
        uint32_t *from = a > b ? &a : &b;
        *end = *from;
        end = &c->coupons[*from - 1].next;
        *from = *end;
    }
    *end = 0;
    return first;
}

zh_err zh_coupons_merge(zh_coupons *c, zh_customer_id from, zh_customer_id to)
{
    bool made;
    const uint64_t *coupons = zh_map_get(&c->coupons_by, from.number), *orders = zh_map_get(&c->orders_by, from.number);
    const uint32_t first = coupons == NULL ? 0 : (uint32_t)*coupons;
    uint32_t order = orders == NULL ? 0 : (uint32_t)*orders;
    uint64_t *coupons_to = first == 0 ? NULL : zh_map_at(&c->coupons_by, to.number, &made);
    if (first != 0 && coupons_to == NULL) return ZH_NOMEM;
    if (first != 0) {
        for (uint32_t at = first; at != 0; at = c->coupons[at - 1].next) c->coupons[at - 1].holder = to.number, c->coupons[at - 1].dirty = true;
        *coupons_to = join(c, first, (uint32_t)*coupons_to);
        zh_map_drop(&c->coupons_by, from.number);
    }
    uint64_t *orders_to = order == 0 ? NULL : zh_map_at(&c->orders_by, to.number, &made);
    if (order != 0 && orders_to == NULL) return ZH_NOMEM;
    while (order != 0) {
        kept_order *o = c->orders[order - 1];
        const uint32_t next = o->next;
        o->customer = to.number, o->dirty = true;
        link_order(c, order - 1, orders_to);
        order = next;
    }
    zh_map_drop(&c->orders_by, from.number);
    return ZH_OK;
}

/* ---- asking ---- */

bool zh_coupons_find(const zh_coupons *c, uint32_t number, zh_coupon *out)
{
    const kept_coupon *k = coupon_at(c, number);
    if (k == NULL) return false;
    *out = (zh_coupon){ .number = number, .offer = name_of(&c->offers[k->offer]), .version = k->version, .state = (zh_coupon_state)k->state,
                        .holder = { k->holder }, .at_ms = k->at_ms, .claim_key = k->claim_key, .order = k->order };
    return true;
}

static void tell_order(const zh_coupons *c, const kept_order *o, zh_coupon_order *out)
{
    *out = (zh_coupon_order){ .order = o->order, .used = o->used, .customer = { o->customer }, .at_ms = o->at_ms, .until_ms = o->until_ms,
                              .quote = { o->quote[0], o->quote[1] }, .uses_count = o->uses_count };
    for (uint32_t i = 0; i < o->uses_count; i++)
        out->uses[i] = (zh_offer_act_use){ name_of(&c->offers[o->uses[i].offer]), o->uses[i].version, o->uses[i].coupon, o->uses[i].cents };
}

bool zh_coupons_order(const zh_coupons *c, uint64_t order, zh_coupon_order *out)
{
    const kept_order *o = zh_coupons_order_(c, order);
    if (o != NULL) tell_order(c, o, out);
    return o != NULL;
}

zh_offer_account zh_coupons_account(const zh_coupons *c, zh_sv offer)
{
    const uint32_t at = zh_coupons_known_(c, offer);
    return at == UINT32_MAX ? (zh_offer_account){ 0 } : c->offers[at].account;
}

bool zh_coupons_of(const zh_coupons *c, zh_customer_id customer, uint32_t *at, zh_coupon *out)
{
    const uint64_t *newest = zh_map_get(&c->coupons_by, customer.number);
    *at = *at != 0 ? c->coupons[*at - 1].next : newest == NULL ? 0 : (uint32_t)*newest;
    return *at != 0 && zh_coupons_find(c, *at, out);
}

bool zh_coupons_orders(const zh_coupons *c, uint32_t *at, zh_coupon_order *out)
{
    while (*at < c->orders_count && c->orders[*at] == NULL) ++*at;
    if (*at >= c->orders_count) return false;
    tell_order(c, c->orders[(*at)++], out);
    return true;
}

uint32_t zh_coupons_overdue(const zh_coupons *c, int64_t now_ms, uint64_t *orders, uint32_t most)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < c->held_count && count < most; i++)
        if (c->orders[c->held[i]]->until_ms <= now_ms) orders[count++] = c->orders[c->held[i]]->order;
    return count;
}

uint64_t zh_coupons_count(const zh_coupons *c) { return c->coupons_live; }
uint64_t zh_coupons_orders_count(const zh_coupons *c) { return c->orders_live; }
uint64_t zh_coupons_odd(const zh_coupons *c) { return c->odd; }

size_t zh_coupons_bytes(const zh_coupons *c)
{
    return sizeof *c + ZH_OFFERS_MAX * sizeof *c->offers + c->coupons_cap * sizeof *c->coupons +
           c->orders_cap * (sizeof *c->orders + sizeof *c->held + sizeof *c->free_places) + c->orders_live * sizeof(kept_order) + c->uses * sizeof(kept_use) +
           zh_map_bytes(&c->by_order) + zh_map_bytes(&c->coupons_by) + zh_map_bytes(&c->orders_by) + zh_map_bytes(&c->gone);
}
