#include "offer/price.h"

#include <assert.h>

typedef struct pricing {
    const zh_price_ask *ask;
    zh_price *out;
    bool open[ZH_PRICE_OFFERS_MAX];        /* may be used */
    bool over[ZH_PRICE_OFFERS_MAX];        /* would take more than its budget has */
    bool fits[ZH_PRICE_OFFERS_MAX][ZH_PRICE_LINES_MAX];
    int64_t base[ZH_PRICE_OFFERS_MAX];     /* listed cents of the lines it is for */
    int64_t after_item[ZH_PRICE_LINES_MAX];
} pricing;

typedef struct choice {
    uint32_t order, extra; /* ZH_PRICE_NO_OFFER: none; an alone one is in `order` */
    bool alone;
    int64_t value;         /* cents off beyond the item layer's, and gifts */
    int count;
} choice;

static bool has(const zh_offer_words *words, zh_sv text)
{
    for (uint32_t i = 0; i < words->count; i++)
        if (zh_sv_equal(words->texts[i], text)) return true;
    return words->count == 0;
}

bool zh_price_fits(const zh_offer *o, const zh_price_line *line)
{
    return has(&o->items, line->item) && has(&o->categories, line->category) && has(&o->brands, line->brand);
}

/* amount x percent / 100, rounded up: amounts are below 2^57, so the product would not fit. */
static int64_t percent_of(int64_t amount, int32_t percent)
{
    return amount / 100 * percent + (amount % 100 * percent + 99) / 100;
}

static int64_t at_most(int64_t a, int64_t b) { return a < b ? a : b; }

/* ---- may it be used? ---- */

static zh_refusal outside_of(const zh_price_ask *ask, const zh_offer *o)
{
    if (o->paused) return ZH_REFUSAL_PAUSED;
    if (o->from_day != ZH_OFFER_DAY_NONE && ask->day < o->from_day) return ZH_REFUSAL_NOT_STARTED;
    if (o->until_day != ZH_OFFER_DAY_NONE && ask->day > o->until_day) return ZH_REFUSAL_EXPIRED;
    if (o->currency.code != ask->currency.code) return ZH_REFUSAL_OTHER_CURRENCY;
    if (o->channels != 0 && (o->channels >> ask->channel & 1) == 0) return ZH_REFUSAL_OTHER_CHANNEL;
    return o->first_order && !ask->first_order ? ZH_REFUSAL_NOT_FIRST : ZH_REFUSAL_NONE;
}

static void judge(pricing *p, uint32_t i)
{
    const zh_price_offer *at = &p->ask->offers[i];
    const zh_offer *o = at->offer;
    zh_price_verdict *v = &p->out->offers[i];
    uint32_t lines = 0;
    for (uint32_t l = 0; l < p->ask->lines_count; l++) {
        p->fits[i][l] = zh_price_fits(o, &p->ask->lines[l]);
        lines += p->fits[i][l];
        if (p->fits[i][l]) p->base[i] += p->out->line_listed[l];
    }
    const int64_t least = o->kind == ZH_OFFER_THRESHOLD && o->steps[0].from_cents > o->minimum_cents ? o->steps[0].from_cents : o->minimum_cents;
    v->refusal = at->closed != ZH_REFUSAL_NONE ? at->closed : outside_of(p->ask, o);
    if (v->refusal == ZH_REFUSAL_NONE && lines == 0) v->refusal = ZH_REFUSAL_NOTHING_FITS;
    if (v->refusal == ZH_REFUSAL_NONE && p->base[i] < least) v->refusal = ZH_REFUSAL_BELOW_MINIMUM, v->missing_cents = least - p->base[i];
    if (v->refusal == ZH_REFUSAL_NONE && o->kind == ZH_OFFER_GIFT && at->gift_cents < 0) v->refusal = ZH_REFUSAL_NO_GIFT;
    if (v->refusal == ZH_REFUSAL_NONE && p->over[i]) v->refusal = ZH_REFUSAL_BUDGET_SPENT;
    p->open[i] = v->refusal == ZH_REFUSAL_NONE;
}

/* ---- what it takes off ---- */

static int64_t off_line(const zh_offer *o, int64_t listed, int32_t quantity)
{
    if (o->kind == ZH_OFFER_FIXED) return at_most(o->off_cents * quantity, listed);
    const int64_t off = percent_of(listed, o->percent);
    return o->most_cents > 0 ? at_most(off, o->most_cents) : off;
}

static int64_t step_of(const zh_offer *o, int64_t listed)
{
    if (o->repeats) return listed / o->steps[0].from_cents * o->steps[0].off_cents;
    int64_t off = 0;
    for (uint32_t s = 0; s < o->steps_count && o->steps[s].from_cents <= listed; s++) off = o->steps[s].off_cents;
    return off;
}

/* Of what is left of the lines it is for. */
static int64_t off_left(const zh_offer *o, int64_t listed, int64_t left)
{
    switch (o->kind) {
    case ZH_OFFER_PERCENT: {
        const int64_t off = percent_of(left, o->percent);
        return o->most_cents > 0 ? at_most(off, o->most_cents) : off;
    }
    case ZH_OFFER_FIXED: return at_most(o->off_cents, left);
    case ZH_OFFER_THRESHOLD: return at_most(step_of(o, listed), left);
    default: return 0;
    }
}

static int64_t left_for(const pricing *p, uint32_t offer, const int64_t *left)
{
    int64_t sum = 0;
    for (uint32_t l = 0; l < p->ask->lines_count; l++) sum += p->fits[offer][l] ? left[l] : 0;
    return sum;
}

/* Spread over its lines in proportion to what is left of them; cuts[l] is set for every line. Returns the sum. */
static int64_t spread(const pricing *p, uint32_t offer, const int64_t *left, int64_t *cuts)
{
    const int64_t whole = left_for(p, offer, left), off = off_left(p->ask->offers[offer].offer, p->base[offer], whole);
    const uint32_t count = p->ask->lines_count;
    __int128 rest[ZH_PRICE_LINES_MAX];
    int64_t given = 0;
    for (uint32_t l = 0; l < count; l++) {
        const __int128 part = p->fits[offer][l] && whole > 0 ? (__int128)off * left[l] : 0;
        cuts[l] = whole > 0 ? (int64_t)(part / whole) : 0;
        rest[l] = whole > 0 ? part % whole : 0;
        given += cuts[l];
    }
    for (; given < off; given++) {
        uint32_t most = 0;
        for (uint32_t l = 1; l < count; l++) if (rest[l] > rest[most]) most = l;
        cuts[most]++;
        rest[most] = 0; /* fewer cents remain than lines with a remainder */
    }
    return off;
}

static int64_t gift_of(const pricing *p, uint32_t i)
{
    const zh_price_offer *at = &p->ask->offers[i];
    return at->offer->kind == ZH_OFFER_GIFT ? at->gift_cents * at->offer->gift_quantity : 0;
}

/* ---- choosing ---- */

static bool in_layer(const pricing *p, uint32_t i, zh_offer_layer layer, bool alone)
{
    const zh_offer *o = p->ask->offers[i].offer;
    return p->open[i] && o->layer == layer && o->alone == alone;
}

static void take_better(choice *best, choice next)
{
    next.count = (next.order != ZH_PRICE_NO_OFFER) + (next.extra != ZH_PRICE_NO_OFFER);
    if (next.value > best->value || (next.value == best->value && next.count < best->count)) *best = next;
}

static int64_t item_layer(pricing *p)
{
    int64_t off = 0;
    for (uint32_t l = 0; l < p->ask->lines_count; l++) {
        zh_price_cut best = { ZH_PRICE_NO_OFFER, 0 };
        for (uint32_t i = 0; i < p->ask->offers_count; i++) {
            if (!in_layer(p, i, ZH_OFFER_LAYER_ITEM, false) || !p->fits[i][l]) continue;
            const int64_t cents = off_line(p->ask->offers[i].offer, p->out->line_listed[l], p->ask->lines[l].quantity);
            if (cents > best.cents) best = (zh_price_cut){ i, cents };
        }
        p->out->cuts[l][ZH_OFFER_LAYER_ITEM] = best;
        p->after_item[l] = p->out->line_listed[l] - best.cents;
        off += best.cents;
    }
    return off;
}

/* With this order offer (or none), the best extra one. */
static void try_extras(const pricing *p, uint32_t order, int64_t item_off, choice *best)
{
    int64_t left[ZH_PRICE_LINES_MAX], cuts[ZH_PRICE_LINES_MAX], value = item_off;
    memcpy(left, p->after_item, p->ask->lines_count * sizeof *left);
    if (order != ZH_PRICE_NO_OFFER) {
        value += spread(p, order, left, cuts) + gift_of(p, order);
        for (uint32_t l = 0; l < p->ask->lines_count; l++) left[l] -= cuts[l];
    }
    take_better(best, (choice){ .order = order, .extra = ZH_PRICE_NO_OFFER, .value = value });
    for (uint32_t x = 0; x < p->ask->offers_count; x++)
        if (in_layer(p, x, ZH_OFFER_LAYER_EXTRA, false))
            take_better(best, (choice){ .order = order, .extra = x, .value = value + off_left(p->ask->offers[x].offer, p->base[x], left_for(p, x, left)) + gift_of(p, x) });
}

static choice choose(pricing *p)
{
    const int64_t item_off = item_layer(p);
    choice best = { .order = ZH_PRICE_NO_OFFER, .extra = ZH_PRICE_NO_OFFER, .value = -1 };
    try_extras(p, ZH_PRICE_NO_OFFER, item_off, &best);
    for (uint32_t i = 0; i < p->ask->offers_count; i++)
        if (in_layer(p, i, ZH_OFFER_LAYER_ORDER, false)) try_extras(p, i, item_off, &best);
    for (uint32_t i = 0; i < p->ask->offers_count; i++)
        if (in_layer(p, i, ZH_OFFER_LAYER_ORDER, true) || in_layer(p, i, ZH_OFFER_LAYER_EXTRA, true))
            take_better(&best, (choice){ .order = i, .extra = ZH_PRICE_NO_OFFER, .alone = true, .value = off_left(p->ask->offers[i].offer, p->base[i], left_for(p, i, p->out->line_listed)) + gift_of(p, i) });
    return best;
}

/* ---- applying ---- */

static void apply(pricing *p, uint32_t offer, int64_t *left)
{
    int64_t cuts[ZH_PRICE_LINES_MAX];
    if (offer == ZH_PRICE_NO_OFFER) return;
    const zh_offer_layer layer = p->ask->offers[offer].offer->layer;
    (void)spread(p, offer, left, cuts);
    for (uint32_t l = 0; l < p->ask->lines_count; l++) {
        if (cuts[l] > 0) p->out->cuts[l][layer] = (zh_price_cut){ offer, cuts[l] };
        left[l] -= cuts[l];
    }
}

/* Sums of what stands in the cuts; every open offer that is not used is told so. */
static void add_up(pricing *p, const choice *chosen)
{
    zh_price *out = p->out;
    bool used[ZH_PRICE_OFFERS_MAX] = { false };
    if (chosen->order != ZH_PRICE_NO_OFFER) used[chosen->order] = true; /* a gift has no cut */
    if (chosen->extra != ZH_PRICE_NO_OFFER) used[chosen->extra] = true;
    for (uint32_t l = 0; l < p->ask->lines_count; l++) {
        out->line_total[l] = out->line_listed[l];
        for (int layer = 0; layer < ZH_OFFER_LAYERS; layer++) {
            const zh_price_cut cut = out->cuts[l][layer];
            if (cut.offer == ZH_PRICE_NO_OFFER) continue;
            used[cut.offer] = true;
            out->offers[cut.offer].off_cents += cut.cents;
            out->line_total[l] -= cut.cents;
        }
        out->total_cents += out->line_total[l];
    }
    out->off_cents = out->listed_cents - out->total_cents;
    for (uint32_t i = 0; i < p->ask->offers_count; i++)
        if (p->open[i] && !used[i]) out->offers[i].refusal = ZH_REFUSAL_OTHER_BETTER;
}

static void price_once(pricing *p)
{
    zh_price *out = p->out;
    int64_t left[ZH_PRICE_LINES_MAX];
    *out = (zh_price){ 0 };
    memset(p->base, 0, sizeof p->base);
    for (uint32_t l = 0; l < p->ask->lines_count; l++) {
        out->line_listed[l] = p->ask->lines[l].unit_cents * p->ask->lines[l].quantity;
        out->listed_cents += out->line_listed[l];
        for (int layer = 0; layer < ZH_OFFER_LAYERS; layer++) out->cuts[l][layer].offer = ZH_PRICE_NO_OFFER;
    }
    for (uint32_t i = 0; i < p->ask->offers_count; i++) judge(p, i);
    const choice chosen = choose(p);
    for (uint32_t l = 0; l < p->ask->lines_count && chosen.alone; l++) out->cuts[l][ZH_OFFER_LAYER_ITEM] = (zh_price_cut){ ZH_PRICE_NO_OFFER, 0 };
    memcpy(left, chosen.alone ? out->line_listed : p->after_item, sizeof left);
    apply(p, chosen.order, left);
    apply(p, chosen.extra, left);
    add_up(p, &chosen);
}

/* What would take more than its budget has is left out, and all is priced again: at most once an offer. */
void zh_price_of(const zh_price_ask *ask, zh_price *out)
{
    assert(ask->lines_count <= ZH_PRICE_LINES_MAX && ask->offers_count <= ZH_PRICE_OFFERS_MAX);
    pricing p = { .ask = ask, .out = out };
    for (bool again = true; again;) {
        again = false;
        price_once(&p);
        for (uint32_t i = 0; i < ask->offers_count; i++) {
            if (ask->offers[i].left_cents < 0 || out->offers[i].off_cents <= ask->offers[i].left_cents) continue;
            p.over[i] = again = true;
        }
    }
}
