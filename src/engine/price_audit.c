#include "engine/price_audit.h"
#include "base/hash.h"
#include "base/rng.h"

#define SCRATCH_BYTES_MAX ((size_t)4 << 20) /* two prices of a cart */
#define DAY_MS INT64_C(86400000)

const char *zh_price_unlike_text(zh_price_unlike unlike)
{
    static const char *const texts[] = {
#define X(name, text) text,
        ZH_PRICE_UNLIKE_LIST(X)
#undef X
    };
    return (unsigned)unlike < ZH_PRICE_UNLIKE_COUNT ? texts[unlike] : "?";
}

typedef struct audit {
    zh_engine *engine;
    zh_arena *arena, scratch;
    zh_rng dice;
    zh_sv *goods;
    uint64_t goods_count;
    zh_price_audit *out;
} audit;

/* Goods that a quote takes, as names of the caller's arena. */
static zh_err find_goods(audit *a)
{
    zh_world *w = zh_engine_world(a->engine);
    zh_err e = (a->goods = ZH_TAKE(a->arena, zh_sv, ZH_PRICE_AUDIT_GOODS_MAX)) == NULL ? ZH_NOMEM : ZH_OK;
    zh_world_lock_read(w);
    const zh_item *item;
    for (size_t at = 0; e == ZH_OK && a->goods_count < ZH_PRICE_AUDIT_GOODS_MAX && (item = zh_catalog_next(w->catalog, &at)) != NULL;) {
        if (item->deleted || item->price_minor < 0 || item->price_minor > ZH_OFFER_CENTS_MAX || item->currency.code == 0) continue;
        zh_sv *place = &a->goods[a->goods_count++];
        *place = zh_arena_copy(a->arena, item->text);
        if (place->data == NULL) e = ZH_NOMEM;
    }
    zh_sv name;
    for (uint32_t at = 0; zh_offers_next(w->offers, &at, &name);) a->out->offers++;
    zh_world_unlock(w);
    a->out->goods = a->goods_count;
    return e;
}

/* ---- customers ---- */

typedef struct person {
    zh_customer_id customer;
    int64_t like[ZH_PRICE_UNLIKE_COUNT];
} person;

static void look(const zh_customer_state *s, person *p)
{
    zh_order_totals totals;
    zh_customer_order_totals(s, &totals);
    *p = (person){ .customer = zh_customer_number(s) };
    p->like[ZH_PRICE_UNLIKE_TENURE] = zh_customer_first_ms(s) / DAY_MS;
    p->like[ZH_PRICE_UNLIKE_LAST] = zh_customer_last_ms(s) / DAY_MS;
    p->like[ZH_PRICE_UNLIKE_ORDERS] = totals.orders;
    p->like[ZH_PRICE_UNLIKE_EVENTS] = (int64_t)zh_customer_events(s);
    for (uint32_t i = 0; i < totals.money_count; i++) p->like[ZH_PRICE_UNLIKE_SPENDING] += totals.money[i].revenue_minor;
}

/* Two different customers; false: there are not two. */
static bool draw_two(audit *a, person two[2])
{
    zh_world *w = zh_engine_world(a->engine);
    zh_world_lock_read(w);
    const uint64_t count = zh_customers_count(w->customers);
    a->out->customers = count;
    if (count >= 2) {
        const uint64_t first = zh_rng_below(&a->dice, count), step = 1 + zh_rng_below(&a->dice, count - 1);
        const uint64_t at[2] = { first, (first + step) % count };
        for (int i = 0; i < 2; i++) look(zh_customers_get(w->customers, (zh_customer_id){ zh_customers_stamps(w->customers, at[i])->number }), &two[i]);
    }
    zh_world_unlock(w);
    return count >= 2;
}

/* ---- carts ---- */

static void draw_cart(audit *a, zh_quote_piece pieces[ZH_PRICE_AUDIT_CART_MAX], zh_quote_ask *ask)
{
    *ask = (zh_quote_ask){ .pieces = pieces, .pieces_count = 1 + (uint32_t)zh_rng_below(&a->dice, ZH_PRICE_AUDIT_CART_MAX), .channel = (zh_offer_channel)zh_rng_below(&a->dice, ZH_OFFER_CHANNELS) };
    for (uint32_t i = 0; i < ask->pieces_count; i++) pieces[i] = (zh_quote_piece){ a->goods[zh_rng_below(&a->dice, a->goods_count)], 1 + (int32_t)zh_rng_below(&a->dice, 3) };
}

/* ZH_ABSENT: an item has gone meanwhile. Goods of two currencies are no cart: then the first alone. */
static zh_err price_of(audit *a, zh_quote_ask *ask, zh_customer_id customer, zh_quoted *out)
{
    uint32_t bad;
    zh_offer_desk *desk = zh_engine_offer_desk(a->engine);
    ask->customer = customer;
    zh_err e = zh_offer_desk_price(desk, ask, &a->scratch, out, &bad);
    if (e != ZH_RANGE) return e;
    ask->pieces_count = 1;
    return zh_offer_desk_price(desk, ask, &a->scratch, out, &bad);
}

/* ---- what comes of a pair ---- */

static bool same_offers(const zh_quote *a, const zh_quote *b)
{
    bool same = a->offers_count == b->offers_count;
    for (uint32_t i = 0; same && i < a->offers_count; i++) {
        const zh_quote_offer *x = &a->offers[i], *y = &b->offers[i];
        same = zh_sv_equal(x->name, y->name) && x->version == y->version && (x->coupon != 0) == (y->coupon != 0) && x->closed == y->closed && x->left_cents == y->left_cents && x->gift_cents == y->gift_cents;
    }
    return same;
}

static bool same_list_price(const zh_quote *a, const zh_quote *b)
{
    bool same = a->lines_count == b->lines_count && a->currency.code == b->currency.code;
    for (uint32_t i = 0; same && i < a->lines_count; i++) same = a->lines[i].unit_cents == b->lines[i].unit_cents;
    return same;
}

static bool same_price(const zh_quoted *a, const zh_quoted *b)
{
    bool same = a->price->total_cents == b->price->total_cents;
    for (uint32_t i = 0; same && i < a->quote.lines_count; i++) same = a->price->line_total[i] == b->price->line_total[i];
    return same;
}

static uint32_t unlike(const person two[2])
{
    uint32_t bits = 0;
    for (int i = 0; i < ZH_PRICE_UNLIKE_COUNT; i++) bits |= (uint32_t)(two[0].like[i] != two[1].like[i]) << i;
    return bits;
}

static void show(zh_price_audit *out, const zh_quote_ask *ask, const zh_quoted two[2], uint32_t bits)
{
    if (out->shown_count == ZH_PRICE_AUDIT_SHOWN_MAX) return;
    zh_price_pair *p = &out->shown[out->shown_count++];
    *p = (zh_price_pair){ .items = ask->pieces_count, .total_cents = { two[0].price->total_cents, two[1].price->total_cents }, .unlike = bits };
    for (uint32_t i = 0; i < ask->pieces_count; i++) {
        p->item[i] = ask->pieces[i].item;
        p->quantity[i] = ask->pieces[i].quantity;
    }
}

typedef enum outcome { SAME, FIRST_ORDER, OFFER, OTHER } outcome;

static outcome outcome_of(const zh_quoted two[2])
{
    const zh_quote *a = &two[0].quote, *b = &two[1].quote;
    if (!same_list_price(a, b)) return OTHER;
    if (same_price(&two[0], &two[1])) return SAME;
    if (a->first_order != b->first_order) return FIRST_ORDER;
    return same_offers(a, b) && a->day == b->day ? OTHER : OFFER;
}

static void count(zh_price_audit *out, outcome what, uint32_t bits)
{
    out->pairs++;
    out->same += what == SAME;
    out->first_order += what == FIRST_ORDER;
    out->offer += what == OFFER;
    out->other += what == OTHER;
    for (int i = 0; i < ZH_PRICE_UNLIKE_COUNT; i++) {
        out->unlike[i] += bits >> i & 1;
        out->unlike_other[i] += what == OTHER && (bits >> i & 1) != 0;
    }
}

/* The two are asked one after the other. Where they differ the first is asked again: if that is another list price, the catalog changed in between, and nothing is said. */
static zh_err audit_pair(audit *a)
{
    person two[2];
    zh_quoted quoted[2], again;
    zh_quote_ask ask;
    zh_quote_piece pieces[ZH_PRICE_AUDIT_CART_MAX];
    if (!draw_two(a, two)) return ZH_OK;
    draw_cart(a, pieces, &ask);
    zh_arena_reset(&a->scratch);
    zh_err e = price_of(a, &ask, two[0].customer, &quoted[0]);
    if (e == ZH_OK) e = price_of(a, &ask, two[1].customer, &quoted[1]);
    const outcome what = e == ZH_OK ? outcome_of(quoted) : SAME;
    if (e == ZH_OK && what == OTHER) e = price_of(a, &ask, two[0].customer, &again);
    if (e == ZH_ABSENT || e == ZH_RANGE) return ZH_OK; /* an item has gone, or is of another currency now */
    if (e != ZH_OK || (what == OTHER && !same_list_price(&quoted[0].quote, &again.quote))) return e;
    const uint32_t bits = unlike(two);
    count(a->out, what, bits);
    if (what == OTHER) show(a->out, &ask, quoted, bits);
    return ZH_OK;
}

zh_err zh_price_audit_run(zh_engine *engine, uint64_t seed, uint32_t pairs, zh_arena *arena, zh_price_audit *out)
{
    *out = (zh_price_audit){ 0 };
    audit a = { .engine = engine, .arena = arena, .scratch = zh_arena_open(SCRATCH_BYTES_MAX), .dice = { .seed = seed }, .out = out };
    zh_err e = find_goods(&a);
    for (uint32_t i = 0; e == ZH_OK && a.goods_count > 0 && i < pairs; i++) e = audit_pair(&a);
    zh_arena_close(&a.scratch);
    return e;
}
