/* Entries, numbers big-endian in keys so that neighbours lie together:
 *   'c' u32 number    u8 version, u8 state, u64 order, and the act that claimed it, as its record
 *   'o' u64 order     u8 version, u8 used, zig at_ms, and the act that held it, as its record with the customer of now
 *   'a' name          u8 version, var released, var cancelled
 *   'n'               u8 version, var odd
 */
#include "offer/coupons_inside.h"

#define VERSION 1
#define ENTRY_BYTES_MAX 8192 /* a hold of 32 offers: 3 KB */

typedef struct saving { zh_coupons *c; bool all; zh_keep keep; zh_buf value; } saving;

static size_t put_key(char out[16], char letter, uint64_t number, int bytes)
{
    out[0] = letter;
    for (int i = 0; i < bytes; i++) out[1 + i] = (char)(number >> (8 * (bytes - 1 - i)));
    return (size_t)bytes + 1;
}

static zh_err keep_value(saving *s, zh_sv key)
{
    const zh_err e = zh_buf_err(&s->value);
    return e != ZH_OK ? e : s->keep.put(s->keep.context, key, zh_buf_view(&s->value));
}

static zh_err save_coupon(saving *s, uint32_t number)
{
    char key[16];
    zh_coupon k;
    (void)zh_coupons_find(s->c, number, &k);
    zh_buf_reset(&s->value);
    zh_buf_put_u8(&s->value, VERSION);
    zh_buf_put_u8(&s->value, (uint8_t)k.state);
    zh_buf_put_u64(&s->value, k.order);
    zh_offer_act_put(&(zh_offer_act){ .kind = ZH_OFFER_ACT_CLAIM, .at_ms = k.at_ms, .offer = k.offer, .version = k.version, .coupon = number, .customer = k.holder, .claim_key = k.claim_key }, &s->value);
    return keep_value(s, (zh_sv){ key, put_key(key, 'c', number, 4) });
}

static zh_err save_order(saving *s, const kept_order *o)
{
    char key[16];
    zh_coupon_order told;
    (void)zh_coupons_order(s->c, o->order, &told);
    zh_offer_act hold = { .kind = ZH_OFFER_ACT_HOLD, .at_ms = o->at_ms, .order = o->order, .customer = told.customer, .until_ms = o->until_ms,
                    .quote = { told.quote[0], told.quote[1] }, .uses_count = told.uses_count };
    memcpy(hold.uses, told.uses, sizeof hold.uses);
    zh_buf_reset(&s->value);
    zh_buf_put_u8(&s->value, VERSION);
    zh_buf_put_u8(&s->value, o->used);
    zh_offer_act_put(&hold, &s->value);
    return keep_value(s, (zh_sv){ key, put_key(key, 'o', o->order, 8) });
}

static zh_err save_offer(saving *s, const kept_offer *o)
{
    char key[1 + ZH_OFFER_NAME_BYTES_MAX] = "a";
    memcpy(key + 1, o->name, o->name_bytes);
    zh_buf_reset(&s->value);
    zh_buf_put_u8(&s->value, VERSION);
    zh_buf_put_var(&s->value, o->account.released);
    zh_buf_put_var(&s->value, o->account.cancelled);
    return keep_value(s, (zh_sv){ key, 1 + o->name_bytes });
}

static zh_err save_gone(saving *s)
{
    char key[16];
    uint64_t order, one;
    zh_err e = ZH_OK;
    for (size_t at = 0; e == ZH_OK && zh_map_next(&s->c->gone, &at, &order, &one);)
        e = s->keep.put(s->keep.context, (zh_sv){ key, put_key(key, 'o', order, 8) }, (zh_sv){ 0 });
    if (e == ZH_OK) zh_map_clear(&s->c->gone);
    return e;
}

static zh_err save_odd(saving *s)
{
    zh_buf_reset(&s->value);
    zh_buf_put_u8(&s->value, VERSION);
    zh_buf_put_var(&s->value, s->c->odd);
    return keep_value(s, ZH_SV("n"));
}

zh_err zh_coupons_save(zh_coupons *c, bool all, zh_keep keep)
{
    saving s = { c, all, keep, zh_buf_open(ENTRY_BYTES_MAX) };
    zh_err e = all ? ZH_OK : save_gone(&s);
    for (uint32_t i = 0; e == ZH_OK && i < c->coupons_count; i++) {
        kept_coupon *k = &c->coupons[i];
        if (k->state == ZH_COUPON_NONE || (!all && !k->dirty)) continue;
        e = save_coupon(&s, i + 1);
        if (e == ZH_OK && !all) k->dirty = false;
    }
    for (uint32_t i = 0; e == ZH_OK && i < c->orders_count; i++) {
        kept_order *o = c->orders[i];
        if (o == NULL || (!all && !o->dirty)) continue;
        e = save_order(&s, o);
        if (e == ZH_OK && !all) o->dirty = false;
    }
    for (uint32_t i = 0; e == ZH_OK && i < c->offers_count; i++) {
        if (!all && !c->offers[i].dirty) continue;
        e = save_offer(&s, &c->offers[i]);
        if (e == ZH_OK && !all) c->offers[i].dirty = false;
    }
    if (e == ZH_OK && c->odd > 0) e = save_odd(&s);
    zh_buf_close(&s.value);
    return e;
}

/* ---- loading ---- */

static zh_err load_coupon(zh_coupons *c, zh_reader *r)
{
    zh_offer_act act;
    const uint8_t state = zh_read_u8(r);
    const uint64_t order = zh_read_u64(r);
    if (r->bad || zh_offer_act_get((zh_sv){ r->at, zh_reader_left(r) }, &act) != ZH_OK || act.kind != ZH_OFFER_ACT_CLAIM) return ZH_CORRUPT;
    if (state < ZH_COUPON_FREE || state > ZH_COUPON_USED) return ZH_CORRUPT;
    const zh_err e = zh_coupons_put_coupon_(c, &act, (zh_coupon_state)state, order);
    if (e == ZH_OK) c->coupons[act.coupon - 1].dirty = false;
    return e == ZH_FULL ? ZH_CORRUPT : e;
}

static zh_err load_order(zh_coupons *c, zh_reader *r)
{
    zh_offer_act act;
    const uint8_t used = zh_read_u8(r);
    if (r->bad || used > 1 || zh_offer_act_get((zh_sv){ r->at, zh_reader_left(r) }, &act) != ZH_OK || act.kind != ZH_OFFER_ACT_HOLD) return ZH_CORRUPT;
    if (zh_coupons_order_(c, act.order) != NULL) return ZH_CORRUPT;
    const zh_err e = zh_coupons_put_order_(c, &act, used == 1);
    if (e == ZH_OK) c->orders[*zh_map_get(&c->by_order, act.order)]->dirty = false;
    return e == ZH_FULL ? ZH_CORRUPT : e;
}

zh_err zh_coupons_load(zh_coupons *c, zh_sv key, zh_sv value)
{
    zh_reader r = zh_reader_on(value);
    uint32_t place;
    if (zh_read_u8(&r) != VERSION) return ZH_FORMAT;
    switch (key.size == 0 ? 0 : key.data[0]) {
    case 'c': return load_coupon(c, &r);
    case 'o': return load_order(c, &r);
    case 'n':
        c->odd = zh_read_var(&r);
        break;
    case 'a': {
        const zh_sv name = zh_sv_part(key, 1, SIZE_MAX);
        const uint64_t released = zh_read_var(&r), cancelled = zh_read_var(&r);
        if (!zh_offer_name_is_good(name) || zh_coupons_offer_(c, name, &place) != ZH_OK) return ZH_CORRUPT;
        c->offers[place].account.released = released, c->offers[place].account.cancelled = cancelled;
        c->offers[place].dirty = false;
        break;
    }
    default: return ZH_CORRUPT;
    }
    return r.bad || zh_reader_left(&r) != 0 ? ZH_CORRUPT : ZH_OK;
}

/* ---- proving ---- */

static bool check_coupons(const zh_coupons *c, zh_offer_account *sums, const char **why)
{
    uint64_t live = 0;
    for (uint32_t i = 0; i < c->coupons_count; i++) {
        const kept_coupon *k = &c->coupons[i];
        if (k->state == ZH_COUPON_NONE) continue;
        live++, sums[k->offer].claimed++;
        const kept_order *o = k->order == 0 ? NULL : zh_coupons_order_(c, k->order);
        if ((k->state == ZH_COUPON_FREE) != (k->order == 0)) return *why = "a coupon is free and in an order, or neither", false;
        if (k->order != 0 && (o == NULL || o->used != (k->state == ZH_COUPON_USED))) return *why = "a coupon's order does not have it", false;
    }
    return live == c->coupons_live ? true : (*why = "coupons are counted wrong", false);
}

static bool check_orders(const zh_coupons *c, zh_offer_account *sums, const char **why)
{
    uint64_t live = 0, held = 0;
    for (uint32_t i = 0; i < c->orders_count; i++) {
        const kept_order *o = c->orders[i];
        if (o == NULL) continue;
        live++, held += !o->used;
        if (!o->used && (o->held_at >= c->held_count || c->held[o->held_at] != i)) return *why = "a held order is not among the held", false;
        for (uint32_t u = 0; u < o->uses_count; u++) {
            zh_offer_account *a = &sums[o->uses[u].offer];
            if (o->used) a->used++, a->used_cents += o->uses[u].cents;
            else a->held++, a->held_cents += o->uses[u].cents;
        }
    }
    return live == c->orders_live && held == c->held_count ? true : (*why = "orders are counted wrong", false);
}

bool zh_coupons_check(const zh_coupons *c, const char **why)
{
    zh_offer_account sums[ZH_OFFERS_MAX] = { 0 };
    if (!check_coupons(c, sums, why) || !check_orders(c, sums, why)) return false;
    for (uint32_t i = 0; i < c->offers_count; i++) {
        const zh_offer_account *a = &c->offers[i].account, *b = &sums[i];
        if (a->claimed != b->claimed || a->held != b->held || a->used != b->used || a->held_cents != b->held_cents || a->used_cents != b->used_cents)
            return *why = "an offer's sums are not those of its coupons and orders", false;
    }
    return true;
}
