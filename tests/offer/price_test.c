/* Goal: the price is what its rules say, to the cent. Method: rows by hand; random carts against a slow model that tries every set of offers and
 * works with whole numbers of its own; and the promises: sums fit, nothing below 0, the best is taken, the same ask gives the same price. */
#include "offer/price.h"
#include "check.h"

static zh_offer plain(zh_offer_kind kind, zh_offer_layer layer)
{
    return (zh_offer){ .kind = kind, .layer = layer, .currency = zh_currency_of(ZH_SV("CNY")), .from_day = ZH_OFFER_DAY_NONE, .until_day = ZH_OFFER_DAY_NONE, .stock = -1, .budget_cents = -1,
                       .percent = 10, .off_cents = 1000, .steps = { { 10000, 1500 }, { 20000, 4000 } }, .steps_count = 2, .gift_quantity = 1 };
}

static zh_price_ask ask_of(const zh_price_line *lines, uint32_t lines_count, const zh_price_offer *offers, uint32_t offers_count)
{
    return (zh_price_ask){ lines, lines_count, offers, offers_count, zh_currency_of(ZH_SV("CNY")), ZH_OFFER_CHANNEL_WEB, 100, false };
}

static zh_price_offer open_to(const zh_offer *o) { return (zh_price_offer){ o, ZH_REFUSAL_NONE, -1, 500 }; }

/* ---- by hand ---- */

static void test_what_each_kind_takes_off(void)
{
    const zh_price_line lines[] = { { ZH_SV("a"), ZH_SV("shoes"), ZH_SV("x"), 9999, 1 }, { ZH_SV("b"), ZH_SV("hats"), ZH_SV("y"), 333, 3 } };
    zh_offer one;
    zh_price p;
    zh_price_offer given = open_to(&one);
    const zh_price_ask ask = ask_of(lines, 2, &given, 1);
    one = plain(ZH_OFFER_PERCENT, ZH_OFFER_LAYER_ORDER);
    zh_price_of(&ask, &p);
    CHECK(p.listed_cents == 10998 && p.off_cents == 1100 && p.total_cents == 9898); /* 1,099.8 rounded up */
    CHECK(p.cuts[0][ZH_OFFER_LAYER_ORDER].cents == 1000 && p.cuts[1][ZH_OFFER_LAYER_ORDER].cents == 100);
    one.most_cents = 700;
    zh_price_of(&ask, &p);
    CHECK(p.off_cents == 700 && p.offers[0].off_cents == 700);
    one = plain(ZH_OFFER_FIXED, ZH_OFFER_LAYER_ORDER), one.off_cents = 20000;
    zh_price_of(&ask, &p);
    CHECK(p.total_cents == 0 && p.off_cents == 10998);
    one = plain(ZH_OFFER_FIXED, ZH_OFFER_LAYER_ITEM), one.off_cents = 100;
    zh_price_of(&ask, &p);
    CHECK(p.off_cents == 100 + 300);
    one = plain(ZH_OFFER_THRESHOLD, ZH_OFFER_LAYER_ORDER);
    zh_price_of(&ask, &p);
    CHECK(p.off_cents == 1500);
    one.steps_count = 1, one.repeats = true, one.steps[0] = (zh_offer_step){ 3000, 100 };
    zh_price_of(&ask, &p);
    CHECK(p.off_cents == 300);
    one = plain(ZH_OFFER_GIFT, ZH_OFFER_LAYER_EXTRA);
    zh_price_of(&ask, &p);
    CHECK(p.off_cents == 0 && p.offers[0].refusal == ZH_REFUSAL_NONE);
    given.gift_cents = -1;
    zh_price_of(&ask, &p);
    CHECK(p.offers[0].refusal == ZH_REFUSAL_NO_GIFT);
}

static void test_layers_follow_each_other(void)
{
    const zh_price_line line = { ZH_SV("a"), ZH_SV("shoes"), ZH_SV("x"), 10000, 1 };
    zh_offer item = plain(ZH_OFFER_PERCENT, ZH_OFFER_LAYER_ITEM), order = plain(ZH_OFFER_PERCENT, ZH_OFFER_LAYER_ORDER), small = plain(ZH_OFFER_FIXED, ZH_OFFER_LAYER_ORDER),
             extra = plain(ZH_OFFER_FIXED, ZH_OFFER_LAYER_EXTRA), alone = plain(ZH_OFFER_FIXED, ZH_OFFER_LAYER_ORDER);
    small.off_cents = 500, alone.off_cents = 2899, alone.alone = true;
    const zh_price_offer given[] = { open_to(&item), open_to(&order), open_to(&small), open_to(&extra), open_to(&alone) };
    zh_price p;
    const zh_price_ask ask = ask_of(&line, 1, given, 5);
    zh_price_of(&ask, &p); /* 10,000 - 1,000 - 900 - 1,000 = 7,100 */
    CHECK(p.total_cents == 7100 && p.offers[2].refusal == ZH_REFUSAL_OTHER_BETTER && p.offers[4].refusal == ZH_REFUSAL_OTHER_BETTER);
    alone.off_cents = 2901;
    zh_price_of(&ask, &p);
    CHECK(p.total_cents == 7099 && p.offers[0].refusal == ZH_REFUSAL_OTHER_BETTER && p.offers[3].refusal == ZH_REFUSAL_OTHER_BETTER && p.offers[4].off_cents == 2901);
}

static void test_every_refusal_has_its_reason(void)
{
    const zh_price_line line = { ZH_SV("a"), ZH_SV("shoes"), ZH_SV("x"), 5000, 1 };
    const zh_sv hat = ZH_SV("hats");
    zh_offer o;
    zh_price p;
    zh_price_offer given = open_to(&o);
    zh_price_ask ask = ask_of(&line, 1, &given, 1);
#define REFUSED(change, want)                                               \
    do {                                                                    \
        o = plain(ZH_OFFER_FIXED, ZH_OFFER_LAYER_ORDER);                    \
        change;                                                             \
        zh_price_of(&ask, &p);                                              \
        CHECK(p.offers[0].refusal == (want) && p.total_cents == 5000);      \
    } while (0)
    REFUSED(o.paused = true, ZH_REFUSAL_PAUSED);
    REFUSED(o.from_day = 101, ZH_REFUSAL_NOT_STARTED);
    REFUSED(o.until_day = 99, ZH_REFUSAL_EXPIRED);
    REFUSED(o.currency = zh_currency_of(ZH_SV("USD")), ZH_REFUSAL_OTHER_CURRENCY);
    REFUSED(o.channels = 1u << ZH_OFFER_CHANNEL_APP, ZH_REFUSAL_OTHER_CHANNEL);
    REFUSED(o.first_order = true, ZH_REFUSAL_NOT_FIRST);
    REFUSED((o.categories = (zh_offer_words){ &hat, 1 }), ZH_REFUSAL_NOTHING_FITS);
    REFUSED(o.minimum_cents = 5001, ZH_REFUSAL_BELOW_MINIMUM);
    CHECK(p.offers[0].missing_cents == 1);
    given.closed = ZH_REFUSAL_SOLD_OUT;
    REFUSED(o.paused = true, ZH_REFUSAL_SOLD_OUT);
    given = open_to(&o), given.left_cents = 999;
    REFUSED(o.paused = false, ZH_REFUSAL_BUDGET_SPENT);
    given.left_cents = 1000;
    o = plain(ZH_OFFER_FIXED, ZH_OFFER_LAYER_ORDER);
    zh_price_of(&ask, &p);
    CHECK(p.total_cents == 4000);
}

/* ---- against a slow model ---- */

#define LINES 4
#define OFFERS 6

typedef struct cart { zh_price_line lines[LINES]; zh_offer offers[OFFERS]; zh_price_offer given[OFFERS]; uint32_t lines_count, offers_count; zh_sv word; } cart;

static void make_cart(uint64_t *seed, cart *c)
{
    static const char *const names[] = { "a", "b", "c" };
    *c = (cart){ .lines_count = 1 + (uint32_t)(test_random(seed) % LINES), .offers_count = (uint32_t)(test_random(seed) % (OFFERS + 1)), .word = ZH_SV("b") };
    for (uint32_t i = 0; i < c->lines_count; i++)
        c->lines[i] = (zh_price_line){ zh_sv_of(names[test_random(seed) % 3]), zh_sv_of(names[test_random(seed) % 3]), ZH_SV("x"), (int64_t)(test_random(seed) % 20000), 1 + (int32_t)(test_random(seed) % 3) };
    for (uint32_t i = 0; i < c->offers_count; i++) {
        zh_offer *o = &c->offers[i];
        *o = plain((zh_offer_kind)(test_random(seed) % ZH_OFFER_KINDS), (zh_offer_layer)(test_random(seed) % ZH_OFFER_LAYERS));
        if (o->layer == ZH_OFFER_LAYER_ITEM && o->kind > ZH_OFFER_FIXED) o->kind = ZH_OFFER_PERCENT;
        o->alone = o->layer != ZH_OFFER_LAYER_ITEM && test_random(seed) % 5 == 0;
        o->percent = 1 + (int32_t)(test_random(seed) % 100), o->off_cents = 1 + (int64_t)(test_random(seed) % 9000), o->minimum_cents = (int64_t)(test_random(seed) % 30000);
        o->most_cents = test_random(seed) % 3 == 0 ? 1 + (int64_t)(test_random(seed) % 2000) : 0;
        if (test_random(seed) % 3 == 0) o->categories = (zh_offer_words){ &c->word, 1 };
        c->given[i] = (zh_price_offer){ o, test_random(seed) % 8 == 0 ? ZH_REFUSAL_SOLD_OUT : ZH_REFUSAL_NONE, -1, (int64_t)(test_random(seed) % 3000) };
    }
}

static int64_t listed_for(const cart *c, const zh_offer *o, uint32_t only)
{
    int64_t sum = 0;
    for (uint32_t l = 0; l < c->lines_count; l++)
        if ((only == LINES || only == l) && (o == NULL || o->categories.count == 0 || zh_sv_equal(c->lines[l].category, c->word))) sum += c->lines[l].unit_cents * c->lines[l].quantity;
    return sum;
}

static bool may(const cart *c, uint32_t i)
{
    const zh_offer *o = &c->offers[i];
    bool any = false;
    for (uint32_t l = 0; l < c->lines_count; l++) any |= o->categories.count == 0 || zh_sv_equal(c->lines[l].category, c->word);
    const int64_t least = o->kind == ZH_OFFER_THRESHOLD && o->minimum_cents < 10000 ? 10000 : o->minimum_cents;
    return c->given[i].closed == ZH_REFUSAL_NONE && any && listed_for(c, o, LINES) >= least;
}

static int64_t slow_off(const zh_offer *o, int64_t listed, int64_t left)
{
    int64_t off = o->kind == ZH_OFFER_FIXED ? o->off_cents : o->kind == ZH_OFFER_THRESHOLD ? (listed >= 20000 ? 4000 : listed >= 10000 ? 1500 : 0) : 0;
    if (o->kind == ZH_OFFER_PERCENT) {
        for (off = 0; off * 100 < left * o->percent;) off += 1 + (left * o->percent - off * 100 > 100000 ? 500 : 0); /* the least whole number that reaches it */
        if (o->most_cents > 0 && off > o->most_cents) off = o->most_cents;
    }
    return off > left ? left : off;
}

/* What the best set takes off, gifts too: each line's item offer, then every pair; or one alone. */
static int64_t slow_best(const cart *c)
{
    int64_t left[LINES], item_off = 0, best;
    for (uint32_t l = 0; l < c->lines_count; l++) {
        int64_t most = 0;
        left[l] = listed_for(c, NULL, l);
        for (uint32_t i = 0; i < c->offers_count; i++) {
            const zh_offer *o = &c->offers[i];
            if (!may(c, i) || o->layer != ZH_OFFER_LAYER_ITEM || (o->categories.count > 0 && !zh_sv_equal(c->lines[l].category, c->word))) continue;
            zh_offer piece = *o;
            piece.off_cents *= c->lines[l].quantity;
            const int64_t off = slow_off(&piece, left[l], left[l]);
            if (off > most) most = off;
        }
        left[l] -= most, item_off += most;
    }
    best = item_off;
    for (uint32_t i = 0; i < c->offers_count; i++) {
        const zh_offer *o = &c->offers[i];
        if (!may(c, i) || o->layer == ZH_OFFER_LAYER_ITEM) continue;
        const int64_t gift = o->kind == ZH_OFFER_GIFT ? c->given[i].gift_cents : 0;
        int64_t sum = 0, base = listed_for(c, o, LINES);
        for (uint32_t l = 0; l < c->lines_count; l++) sum += o->categories.count == 0 || zh_sv_equal(c->lines[l].category, c->word) ? left[l] : 0;
        const int64_t value = o->alone ? slow_off(o, base, base) + gift : item_off + slow_off(o, base, sum) + gift;
        if (value > best) best = value; /* pairs are more: the fast one may beat this, never fall below */
    }
    return best;
}

static void check_promises(const cart *c, const zh_price *p)
{
    int64_t by_offer[OFFERS] = { 0 }, total = 0;
    int orders = 0, extras = 0, alone = 0, others = 0;
    for (uint32_t l = 0; l < c->lines_count; l++) {
        int64_t line = p->line_listed[l];
        for (int layer = 0; layer < ZH_OFFER_LAYERS; layer++) {
            const zh_price_cut cut = p->cuts[l][layer];
            if (cut.offer == ZH_PRICE_NO_OFFER) continue;
            CHECK(cut.cents > 0 && (int)c->offers[cut.offer].layer == layer && zh_price_fits(&c->offers[cut.offer], &c->lines[l]));
            by_offer[cut.offer] += cut.cents, line -= cut.cents;
        }
        CHECK(line == p->line_total[l] && line >= 0);
        total += line;
    }
    CHECK(total == p->total_cents && p->listed_cents - p->off_cents == total);
    for (uint32_t i = 0; i < c->offers_count; i++) {
        const zh_offer *o = &c->offers[i];
        CHECK(by_offer[i] == p->offers[i].off_cents && (p->offers[i].refusal == ZH_REFUSAL_NONE || by_offer[i] == 0));
        CHECK(may(c, i) == (p->offers[i].refusal == ZH_REFUSAL_NONE || p->offers[i].refusal == ZH_REFUSAL_OTHER_BETTER));
        if (p->offers[i].refusal != ZH_REFUSAL_NONE) continue;
        orders += o->layer == ZH_OFFER_LAYER_ORDER, extras += o->layer == ZH_OFFER_LAYER_EXTRA, alone += o->alone, others += !o->alone;
    }
    CHECK(orders <= 1 && extras <= 1 && (alone == 0 || (alone == 1 && others == 0)));
}

static int64_t value_of(const cart *c, const zh_price *p)
{
    int64_t value = p->off_cents;
    for (uint32_t i = 0; i < c->offers_count; i++)
        if (p->offers[i].refusal == ZH_REFUSAL_NONE && c->offers[i].kind == ZH_OFFER_GIFT) value += c->given[i].gift_cents;
    return value;
}

/* Without any one offer, the customer has no more. And with only the used ones the price is the same. */
static void check_best(const cart *c, const zh_price *p)
{
    zh_price less;
    for (uint32_t i = 0; i < c->offers_count; i++) {
        zh_price_offer given[OFFERS];
        memcpy(given, c->given, sizeof given);
        given[i].closed = ZH_REFUSAL_PAUSED;
        const zh_price_ask ask = ask_of(c->lines, c->lines_count, given, c->offers_count);
        zh_price_of(&ask, &less);
        CHECK(value_of(c, &less) <= value_of(c, p));
        if (p->offers[i].refusal != ZH_REFUSAL_NONE) CHECK(less.total_cents == p->total_cents);
    }
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    test_what_each_kind_takes_off();
    test_layers_follow_each_other();
    test_every_refusal_has_its_reason();
    const int rounds = test_is_whole() ? 200000 : 5000;
    for (int round = 0; round < rounds; round++) {
        cart c;
        zh_price p, again;
        make_cart(&seed, &c);
        const zh_price_ask ask = ask_of(c.lines, c.lines_count, c.given, c.offers_count);
        zh_price_of(&ask, &p);
        zh_price_of(&ask, &again);
        CHECK(memcmp(p.cuts, again.cuts, c.lines_count * sizeof *p.cuts) == 0);
        check_promises(&c, &p);
        CHECK(value_of(&c, &p) >= slow_best(&c));
        check_best(&c, &p);
    }
    return 0;
}
