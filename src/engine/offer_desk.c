#include "engine/offer_desk.h"
#include "sys/file.h"

#include <stdlib.h>

#define PENDING_MAX 256        /* acts on their way: a few threads, and a sweep of 64 */
#define SWEEP 64               /* overdue holds released at once */
#define RECORD_BYTES_MAX (256u << 10)
#define NUMBER_LETTERS 5       /* 25 bits: more than ZH_COUPONS_MAX */
#define CODE_LETTERS 13

_Static_assert(ZH_COUPONS_MAX < 1u << 25, "a coupon's number fits into the letters of its code");

struct zh_offer_desk {
    zh_engine *engine;
    zh_world *world;
    pthread_mutex_t lock;
    pthread_cond_t written;    /* something that was on its way is no more */
    const zh_offer_act *pending[PENDING_MAX];
    uint32_t pending_count;
};

zh_err zh_offer_desk_open(zh_offer_desk **out, zh_engine *engine)
{
    zh_offer_desk *d = calloc(1, sizeof *d);
    if (d == NULL) return ZH_NOMEM;
    d->engine = engine, d->world = zh_engine_world(engine);
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->written, NULL);
    *out = d;
    return ZH_OK;
}

void zh_offer_desk_close(zh_offer_desk *d)
{
    if (d == NULL) return;
    pthread_cond_destroy(&d->written);
    pthread_mutex_destroy(&d->lock);
    free(d);
}

/* ---- codes ---- */

static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; /* Crockford's base 32 */

void zh_coupon_code(const zh_sealer *sealer, uint32_t number, char out[ZH_COUPON_CODE_BYTES])
{
    uint8_t sign[32];
    zh_seal_sign(sealer, ZH_SV("coupon"), (zh_sv){ (const char *)&number, sizeof number }, sign);
    for (int i = 0; i < NUMBER_LETTERS; i++) out[i] = letters[number >> (5 * (NUMBER_LETTERS - 1 - i)) & 31];
    for (int i = NUMBER_LETTERS; i < CODE_LETTERS; i++) out[i] = letters[sign[i] & 31];
    out[CODE_LETTERS] = '\0';
}

/* The coupon of a code; 0: no coupon of ours has it. Compared in constant time: how much of a guess was right is nobody's business. */
static uint32_t coupon_of_code(const zh_sealer *sealer, zh_sv code)
{
    char right[ZH_COUPON_CODE_BYTES];
    uint32_t number = 0;
    int differ = 0;
    if (code.size != CODE_LETTERS) return 0;
    for (int i = 0; i < NUMBER_LETTERS; i++) {
        const char *at = code.data[i] == '\0' ? NULL : strchr(letters, code.data[i]);
        if (at == NULL) return 0;
        number = number << 5 | (uint32_t)(at - letters);
    }
    zh_coupon_code(sealer, number, right);
    for (int i = 0; i < CODE_LETTERS; i++) differ |= (unsigned char)right[i] ^ (unsigned char)code.data[i];
    return differ == 0 ? number : 0;
}

/* ---- writing ---- */

static zh_pending on_the_way(const zh_offer_desk *d) { return (zh_pending){ d->pending, d->pending_count }; }

/* Under the lock. */
static bool waits(const zh_offer_desk *d, uint64_t order)
{
    for (uint32_t i = 0; i < d->pending_count; i++)
        if (d->pending[i]->kind != ZH_OFFER_ACT_CLAIM && d->pending[i]->order == order) return true;
    return false;
}

static bool begin(zh_offer_desk *d, const zh_offer_act *act)
{
    if (d->pending_count == PENDING_MAX) return false;
    d->pending[d->pending_count++] = act;
    return true;
}

static void end(zh_offer_desk *d, const zh_offer_act *acts, uint32_t count)
{
    pthread_mutex_lock(&d->lock);
    uint32_t left = 0;
    for (uint32_t i = 0; i < d->pending_count; i++)
        if (d->pending[i] < acts || d->pending[i] >= acts + count) d->pending[left++] = d->pending[i];
    d->pending_count = left;
    pthread_cond_broadcast(&d->written);
    pthread_mutex_unlock(&d->lock);
}

/* Acts that were begun: durable and folded, or not at all. */
static zh_err write_acts(zh_offer_desk *d, const zh_offer_act *acts, uint32_t count)
{
    zh_buf bytes = zh_buf_open(RECORD_BYTES_MAX);
    zh_sv records[SWEEP];
    size_t ends[SWEEP];
    for (uint32_t i = 0; i < count; i++) {
        zh_offer_act_put(&acts[i], &bytes);
        ends[i] = bytes.size;
    }
    for (uint32_t i = 0; i < count; i++) records[i] = zh_sv_part(zh_buf_view(&bytes), i == 0 ? 0 : ends[i - 1], ends[i] - (i == 0 ? 0 : ends[i - 1]));
    zh_work work = { .records = records, .records_count = count };
    zh_err e = zh_buf_err(&bytes);
    if (e == ZH_OK) e = zh_engine_do(d->engine, &work);
    zh_buf_close(&bytes);
    end(d, acts, count);
    return e;
}

/* Release what is overdue. */
static zh_err sweep(zh_offer_desk *d, int64_t now_ms)
{
    uint64_t orders[SWEEP];
    zh_world_lock_read(d->world);
    const uint32_t overdue = zh_coupons_overdue(d->world->coupons, now_ms, orders, SWEEP);
    zh_world_unlock(d->world);
    if (overdue == 0) return ZH_OK;
    zh_offer_act *acts = calloc(SWEEP, sizeof *acts);
    if (acts == NULL) return ZH_NOMEM;
    uint32_t count = 0;
    zh_coupon_order order;
    pthread_mutex_lock(&d->lock);
    zh_world_lock_read(d->world);
    for (uint32_t i = 0; i < overdue; i++) {
        if (waits(d, orders[i]) || !zh_coupons_order(d->world->coupons, orders[i], &order) || order.used || order.until_ms > now_ms) continue;
        acts[count] = (zh_offer_act){ .kind = ZH_OFFER_ACT_RELEASE, .at_ms = now_ms, .order = orders[i], .cause = ZH_RELEASE_TIMEOUT };
        if (begin(d, &acts[count])) count++;
    }
    zh_world_unlock(d->world);
    pthread_mutex_unlock(&d->lock);
    const zh_err e = count == 0 ? ZH_OK : write_acts(d, acts, count);
    free(acts);
    return e;
}

/* ---- claims ---- */

static int32_t day_of(const zh_world *w, int64_t now_ms)
{
    const int64_t local = w->clock.local_ms == NULL ? now_ms : w->clock.local_ms(w->clock.context, now_ms);
    return (int32_t)(local / 86400000 - (local % 86400000 < 0));
}

static uint64_t claim_key(zh_sv claim_id)
{
    static const zh_sip_key key = { "zhun claim  v1 " };
    const uint64_t number = zh_sip64(&key, claim_id);
    return claim_id.size == 0 ? 0 : number == 0 ? 1 : number;
}

/* Under both locks. */
static zh_refusal judge_claim(zh_offer_desk *d, zh_sv name, zh_offer_act *act, bool *again)
{
    const zh_offer *offer = zh_offers_find(d->world->offers, name, &act->version);
    if (offer == NULL) return ZH_REFUSAL_UNKNOWN_CODE;
    act->offer = offer->name;
    return zh_coupons_may_claim(d->world->coupons, offer, act->customer, act->claim_key, day_of(d->world, act->at_ms), on_the_way(d), &act->coupon, again);
}

zh_err zh_offer_desk_claim(zh_offer_desk *d, zh_sv name, zh_customer_id customer, zh_sv claim_id, zh_desk_answer *out)
{
    zh_offer_act act = { .kind = ZH_OFFER_ACT_CLAIM, .at_ms = zh_engine_now_ms(d->engine), .customer = customer, .claim_key = claim_key(claim_id) };
    *out = (zh_desk_answer){ 0 };
    pthread_mutex_lock(&d->lock);
    zh_world_lock_read(d->world);
    out->refusal = judge_claim(d, name, &act, &out->again);
    zh_world_unlock(d->world);
    const bool goes = out->refusal == ZH_REFUSAL_NONE && !out->again;
    const bool fits = !goes || begin(d, &act);
    pthread_mutex_unlock(&d->lock);
    if (!fits) return ZH_BUSY;
    zh_err e = goes ? write_acts(d, &act, 1) : ZH_OK;
    if (e == ZH_OK && out->again) { /* the first of both may still be on its way to the disk */
        zh_work nothing = { .e = ZH_OK };
        e = zh_engine_do(d->engine, &nothing);
    }
    if (e != ZH_OK || out->refusal != ZH_REFUSAL_NONE) return e;
    zh_world_lock_read(d->world);
    const bool is_there = zh_coupons_find(d->world->coupons, act.coupon, &out->coupon);
    zh_world_unlock(d->world);
    return is_there ? ZH_OK : ZH_BUSY; /* the claim that was on its way failed: asking again takes one */
}

/* ---- quotes ---- */

typedef struct quoting {
    zh_offer_desk *d;
    const zh_quote_ask *ask;
    zh_arena *arena;
    zh_quoted *out;
} quoting;

static zh_err read_pieces(quoting *q, uint32_t *bad)
{
    zh_quote *quote = &q->out->quote;
    quote->lines = ZH_TAKE(q->arena, zh_price_line, q->ask->pieces_count);
    if (quote->lines == NULL) return ZH_NOMEM;
    for (*bad = 0; *bad < q->ask->pieces_count; ++*bad) {
        const zh_item *item = zh_catalog_find(q->d->world->catalog, q->ask->pieces[*bad].item);
        if (item == NULL || item->deleted || item->price_minor < 0 || item->price_minor > ZH_OFFER_CENTS_MAX || item->currency.code == 0) return ZH_ABSENT;
        if (quote->currency.code != 0 && item->currency.code != quote->currency.code) return ZH_RANGE;
        quote->currency = item->currency;
        zh_price_line *line = &quote->lines[quote->lines_count++];
        *line = (zh_price_line){ zh_arena_copy(q->arena, item->text), zh_arena_copy(q->arena, item->category), zh_arena_copy(q->arena, item->brand),
                                 item->price_minor, q->ask->pieces[*bad].quantity };
        if (line->item.data == NULL || line->category.data == NULL || line->brand.data == NULL) return ZH_NOMEM;
    }
    return ZH_OK;
}

/* Is it the first order? Of nobody it is not: a price that holds only for who says who he is is said to him. */
static bool is_first_order(const quoting *q)
{
    const zh_customer_state *state = q->ask->customer.number == 0 ? NULL : zh_customers_get(q->d->world->customers, q->ask->customer);
    zh_order_totals totals = { 0 };
    if (state != NULL) zh_customer_order_totals(state, &totals);
    return q->ask->customer.number != 0 && totals.orders == 0;
}

static int64_t gift_cents(const quoting *q, const zh_offer *offer)
{
    if (offer->kind != ZH_OFFER_GIFT) return -1;
    const zh_item *item = zh_catalog_find(q->d->world->catalog, offer->gift);
    const bool is_there = item != NULL && zh_item_sellable(item) && item->price_minor >= 0 && item->price_minor <= ZH_OFFER_CENTS_MAX && item->currency.code == offer->currency.code;
    return is_there ? item->price_minor : -1;
}

static zh_err add_offer(quoting *q, const zh_offer *now, uint32_t version, uint32_t coupon)
{
    const zh_coupons *ledger = q->d->world->coupons;
    const zh_offer_version *said = zh_offers_version(q->d->world->offers, now->name, version);
    zh_quote_offer *o = &q->out->quote.offers[q->out->quote.offers_count++];
    *o = (zh_quote_offer){ .name = zh_arena_copy(q->arena, now->name), .version = version, .coupon = coupon,
                           .closed = zh_coupons_may_use(ledger, now, q->ask->customer, coupon, on_the_way(q->d)),
                           .left_cents = zh_coupons_left_cents(ledger, now, on_the_way(q->d)), .gift_cents = gift_cents(q, &said->offer) };
    if (o->closed == ZH_REFUSAL_NONE && now->paused) o->closed = ZH_REFUSAL_PAUSED; /* also for coupons of before */
    return o->name.data == NULL ? ZH_NOMEM : ZH_OK;
}

static bool is_typed(const quoting *q, zh_sv code)
{
    for (uint32_t i = 0; i < q->ask->codes_count; i++)
        if (zh_sv_equal(q->ask->codes[i], code)) return true;
    return false;
}

/* The coupon of this offer that is to be tried: one whose code was typed; else the customer's oldest that is free, else his newest. False: there is none. */
static bool find_coupon(const quoting *q, const zh_offer *offer, zh_coupon *out)
{
    const zh_coupons *ledger = q->d->world->coupons;
    zh_coupon coupon;
    bool found = false;
    for (uint32_t i = 0; i < q->ask->codes_count; i++) {
        const uint32_t number = coupon_of_code(zh_engine_sealer(q->d->engine), q->ask->codes[i]);
        if (number != 0 && zh_coupons_find(ledger, number, out) && zh_sv_equal(out->offer, offer->name)) return true;
    }
    if (q->ask->customer.number == 0) return false;
    for (uint32_t at = 0; zh_coupons_of(ledger, q->ask->customer, &at, &coupon);) {
        if (!zh_sv_equal(coupon.offer, offer->name) || (found && coupon.state != ZH_COUPON_FREE)) continue;
        *out = coupon, found = true;
    }
    return found;
}

/* Every offer that may matter, by name; and of each code which it is. */
static zh_err gather(quoting *q)
{
    const zh_offers *offers = q->d->world->offers;
    zh_sv name;
    uint32_t version = 0;
    zh_coupon coupon;
    q->out->quote.offers = ZH_TAKE(q->arena, zh_quote_offer, ZH_PRICE_OFFERS_MAX);
    zh_err e = q->out->quote.offers == NULL ? ZH_NOMEM : ZH_OK;
    for (uint32_t at = 0; e == ZH_OK && zh_offers_next(offers, &at, &name);) {
        const zh_offer *offer = zh_offers_find(offers, name, &version);
        if (offer == NULL || (offer->give == ZH_OFFER_CODE && !is_typed(q, offer->code))) continue;
        if (offer->give != ZH_OFFER_CLAIM) e = add_offer(q, offer, version, 0);
        else if (find_coupon(q, offer, &coupon)) e = add_offer(q, offer, coupon.version, coupon.number);
    }
    for (uint32_t i = 0; e == ZH_OK && i < q->ask->codes_count; i++) {
        const uint32_t number = coupon_of_code(zh_engine_sealer(q->d->engine), q->ask->codes[i]);
        const zh_offer *offer = zh_offers_find_code(offers, q->ask->codes[i], &version);
        zh_sv meant = offer != NULL ? offer->name : (zh_sv){ 0 };
        if (number != 0 && zh_coupons_find(q->d->world->coupons, number, &coupon)) meant = coupon.offer;
        q->out->codes[i] = ZH_REFUSAL_UNKNOWN_CODE;
        for (uint32_t o = 0; o < q->out->quote.offers_count; o++)
            if (meant.size > 0 && zh_sv_equal(q->out->quote.offers[o].name, meant)) q->out->codes[i] = ZH_REFUSAL_NONE, q->out->code_offer[i] = o;
    }
    return e;
}

/* Under both locks. */
static zh_err make_quote(quoting *q, uint32_t *bad)
{
    zh_err e = read_pieces(q, bad);
    q->out->quote.first_order = is_first_order(q);
    if (e == ZH_OK) e = gather(q);
    if (e == ZH_OK) e = zh_quote_price(&q->out->quote, q->d->world->offers, q->out->price);
    return e;
}

static zh_err keep_quote(zh_offer_desk *d, const zh_quoted *quoted)
{
    zh_buf record = zh_buf_open(RECORD_BYTES_MAX);
    zh_quote_put(&quoted->quote, quoted->price, &record);
    const zh_sv view = zh_buf_view(&record);
    zh_work work = { .records = &view, .records_count = 1 };
    zh_err e = zh_buf_err(&record);
    if (e == ZH_OK) e = zh_engine_do(d->engine, &work);
    zh_buf_close(&record);
    return e;
}

zh_err zh_offer_desk_price(zh_offer_desk *d, const zh_quote_ask *ask, zh_arena *arena, zh_quoted *out, uint32_t *bad)
{
    const int64_t now_ms = zh_engine_now_ms(d->engine);
    *out = (zh_quoted){ .quote = { .at_ms = now_ms, .channel = ask->channel, .each = ask->each, .day = day_of(d->world, now_ms) }, .price = ZH_TAKE(arena, zh_price, 1) };
    if (out->price == NULL) return ZH_NOMEM;
    quoting q = { d, ask, arena, out };
    pthread_mutex_lock(&d->lock);
    zh_world_lock_read(d->world);
    const zh_err e = make_quote(&q, bad);
    zh_world_unlock(d->world);
    pthread_mutex_unlock(&d->lock);
    return e;
}

zh_err zh_offer_desk_quote(zh_offer_desk *d, const zh_quote_ask *ask, zh_arena *arena, zh_quoted *out, uint32_t *bad)
{
    uint64_t id[2];
    zh_err e = sweep(d, zh_engine_now_ms(d->engine));
    if (e == ZH_OK) e = zh_file_random(id, sizeof id);
    if (e == ZH_OK) e = zh_offer_desk_price(d, ask, arena, out, bad);
    if (e != ZH_OK) return e;
    out->quote.high = id[0];
    out->quote.low = id[1];
    return keep_quote(d, out);
}

zh_err zh_offer_desk_find_quote(zh_offer_desk *d, uint64_t high, uint64_t low, zh_arena *arena, zh_quoted *out, zh_err *same)
{
    uint32_t partition;
    uint64_t sequence;
    zh_buf record = zh_buf_open(ZH_LOG_RECORD_BYTES_MAX);
    *out = (zh_quoted){ .price = ZH_TAKE(arena, zh_price, 1) };
    zh_err e = out->price == NULL ? ZH_NOMEM : zh_timeline_find_decision(zh_engine_timeline(d->engine), (zh_decision_id){ high, low }, &partition, &sequence);
    if (e == ZH_OK) e = zh_log_fetch(zh_engine_log(d->engine), partition, sequence, &record);
    const zh_sv bytes = e == ZH_OK ? zh_arena_copy(arena, zh_buf_view(&record)) : (zh_sv){ 0 };
    zh_buf_close(&record);
    if (e == ZH_OK && bytes.data == NULL) e = ZH_NOMEM;
    if (e == ZH_OK && zh_quote_get(bytes, arena, &out->quote, out->price) != ZH_OK) e = ZH_ABSENT; /* an id of something else */
    if (e != ZH_OK) return e;
    zh_world_lock_read(d->world);
    *same = zh_quote_replay(bytes, d->world->offers, arena);
    zh_world_unlock(d->world);
    return *same == ZH_NOMEM ? ZH_NOMEM : ZH_OK;
}

/* ---- orders ---- */

/* Under the lock: nothing of this order is on its way any more. */
static void wait_for(zh_offer_desk *d, uint64_t order)
{
    while (waits(d, order)) pthread_cond_wait(&d->written, &d->lock);
}

static bool is_of(const zh_coupon_order *order, const zh_quote *q) { return order->quote[0] == q->high && order->quote[1] == q->low; }

/* Under both locks: what the quote uses, judged anew. */
static zh_refusal judge_hold(zh_offer_desk *d, const zh_quoted *quoted, zh_offer_act *act)
{
    const zh_quote *q = &quoted->quote;
    int64_t hold_ms = ZH_OFFER_HOLD_MINUTES_DEFAULT * 60000;
    for (uint32_t i = 0; i < q->offers_count; i++) {
        const zh_quote_offer *o = &q->offers[i];
        const zh_price_verdict *v = &quoted->price->offers[i];
        uint32_t version;
        if (v->refusal != ZH_REFUSAL_NONE) continue;
        const zh_offer *now = zh_offers_find(d->world->offers, o->name, &version);
        if (now == NULL || now->paused) return ZH_REFUSAL_PAUSED;
        const zh_refusal closed = zh_coupons_may_use(d->world->coupons, now, act->customer, o->coupon, on_the_way(d));
        if (closed != ZH_REFUSAL_NONE) return closed;
        const int64_t left = zh_coupons_left_cents(d->world->coupons, now, on_the_way(d));
        if (left >= 0 && v->off_cents > left) return ZH_REFUSAL_BUDGET_SPENT;
        if (act->uses_count == ZH_OFFER_ACT_USES_MAX) return ZH_REFUSAL_FULL;
        act->uses[act->uses_count++] = (zh_offer_act_use){ now->name, o->version, o->coupon, v->off_cents };
        if (now->hold_ms < hold_ms) hold_ms = now->hold_ms;
    }
    act->until_ms = act->at_ms + hold_ms;
    return zh_coupons_orders_count(d->world->coupons) >= ZH_COUPON_ORDERS_MAX ? ZH_REFUSAL_FULL : ZH_REFUSAL_NONE;
}

/* Under both locks. `out->again`: nothing is to be written. */
static zh_refusal judge_order(zh_offer_desk *d, const zh_quoted *quoted, zh_offer_act *act, zh_desk_answer *out)
{
    const bool is_there = zh_coupons_order(d->world->coupons, act->order, &out->order);
    if (is_there && !is_of(&out->order, &quoted->quote)) return ZH_REFUSAL_OTHER_ORDER;
    if (act->kind == ZH_OFFER_ACT_HOLD) {
        out->again = is_there;
        if (is_there) return ZH_REFUSAL_NONE;
        if (act->at_ms - quoted->quote.at_ms > ZH_QUOTE_VALID_MS) return ZH_REFUSAL_QUOTE_OLD;
        return judge_hold(d, quoted, act);
    }
    if (!is_there) return ZH_REFUSAL_NO_HOLD;
    out->again = act->kind == ZH_OFFER_ACT_USE && out->order.used;
    act->cause = out->order.used ? ZH_RELEASE_CANCELLED : ZH_RELEASE_ASKED;
    return act->kind == ZH_OFFER_ACT_USE && !out->order.used && out->order.until_ms <= act->at_ms ? ZH_REFUSAL_HOLD_ENDED : ZH_REFUSAL_NONE;
}

static zh_err act_on(zh_offer_desk *d, const zh_quoted *quoted, zh_offer_act *act, zh_desk_answer *out)
{
    *out = (zh_desk_answer){ 0 };
    act->at_ms = zh_engine_now_ms(d->engine);
    zh_err e = act->kind == ZH_OFFER_ACT_HOLD ? sweep(d, act->at_ms) : ZH_OK;
    if (e != ZH_OK) return e;
    pthread_mutex_lock(&d->lock);
    wait_for(d, act->order);
    zh_world_lock_read(d->world);
    out->refusal = judge_order(d, quoted, act, out);
    zh_world_unlock(d->world);
    const bool goes = out->refusal == ZH_REFUSAL_NONE && !out->again;
    const bool fits = !goes || begin(d, act);
    pthread_mutex_unlock(&d->lock);
    if (!fits) return ZH_BUSY;
    if (goes) e = write_acts(d, act, 1);
    if (e != ZH_OK || !goes || act->kind == ZH_OFFER_ACT_RELEASE) return e; /* of a release: what it was before */
    zh_world_lock_read(d->world);
    const bool is_there = zh_coupons_order(d->world->coupons, act->order, &out->order);
    zh_world_unlock(d->world);
    return is_there ? ZH_OK : ZH_STALE; /* released by somebody else meanwhile */
}

zh_err zh_offer_desk_hold(zh_offer_desk *d, const zh_quoted *quoted, zh_sv order, zh_customer_id customer, zh_desk_answer *out)
{
    zh_offer_act act = { .kind = ZH_OFFER_ACT_HOLD, .order = zh_offer_act_order(order), .customer = customer, .quote = { quoted->quote.high, quoted->quote.low } };
    return act_on(d, quoted, &act, out);
}

zh_err zh_offer_desk_use(zh_offer_desk *d, const zh_quoted *quoted, zh_sv order, zh_desk_answer *out)
{
    zh_offer_act act = { .kind = ZH_OFFER_ACT_USE, .order = zh_offer_act_order(order) };
    return act_on(d, quoted, &act, out);
}

zh_err zh_offer_desk_release(zh_offer_desk *d, const zh_quoted *quoted, zh_sv order, zh_desk_answer *out)
{
    zh_offer_act act = { .kind = ZH_OFFER_ACT_RELEASE, .order = zh_offer_act_order(order) };
    return act_on(d, quoted, &act, out);
}
