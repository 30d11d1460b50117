/* Goal: each strategy's stage shows what it is for: a substitute is of the same kind and price and was not bought beside the
 * page's item; what was seen last and not bought comes back, newest first; nothing that cannot be sold, ever.
 * Method: hand-made shops a stage, each asked through a placement of that stage alone. */
#include "decide/recommend.h"
#include "shop.h"

static zh_decision d;
static zh_reason *why;

/* The stage, and `new` behind it, so that there is always a list: its items are of another reason. */
static void ask_stage(shop *s, zh_stage stage, zh_recommend_ask ask)
{
    const zh_placement placement = { .name = ZH_SV("a stage"), .stages = { stage, ZH_STAGE_NEW }, .hide_bought_days = 30 };
    zh_rng rng = { 5, 0, 0 };
    ask.placement = &placement;
    ask.n = ask.n == 0 ? 6 : ask.n;
    ask.now_ms = NOW;
    ask.explain = true;
    CHECK(zh_recommend(&s->world, &ask, &rng, &s->arena, &d, &why) == ZH_OK);
    for (uint32_t i = 1; i < d.shown_count; i++) CHECK(d.shown[i].score_micro <= d.shown[i - 1].score_micro);
}

/* The items that were shown for this reason are these, in this order. */
static bool shows(zh_reason_code code, const uint32_t *items, uint32_t count)
{
    uint32_t at = 0;
    bool same = true;
    for (uint32_t i = 0; i < d.shown_count; i++) {
        if (d.shown[i].reason != code) continue;
        same &= at < count && d.shown[i].item.number == shop_item(items[at]).number;
        at++;
    }
    same &= at == count;
    for (uint32_t i = 0; !same && i < d.shown_count; i++)
        for (uint32_t k = 0; k < SHOP_ITEMS_MAX; k++)
            if (shop_item(k).number == d.shown[i].item.number) printf("%u. item %u %s\n", i + 1, k, zh_reason_code_text(d.shown[i].reason));
    return same;
}
#define SHOWS(code, ...) shows(code, (const uint32_t[]){ __VA_ARGS__ }, sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

static void priced(shop *s, uint32_t i, const char *category, int64_t price_minor)
{
    shop_set(s, i, (zh_item_change){ .set = ZH_ITEM_CATEGORY | ZH_ITEM_PRICE, .category = zh_sv_of(category), .price_minor = price_minor, .currency = zh_currency_of(ZH_SV("CNY")) });
}

static void test_a_substitute_is_of_the_kind_and_price_of_the_item_and_not_bought_beside_it(void)
{
    shop s = shop_open(8);
    for (uint32_t i = 0; i < 8; i++) priced(&s, i, i == 1 ? "cases" : "phones", i == 2 ? 500000 : i == 7 ? -1 : 200000);
    TOGETHER(&s, true, 30, 0, 1); /* of another kind */
    TOGETHER(&s, true, 25, 0, 2); /* more than twice as dear */
    TOGETHER(&s, true, 20, 0, 3);
    TOGETHER(&s, true, 10, 0, 4);
    TOGETHER(&s, true, 10, 0, 5);
    TOGETHER(&s, true, 5, 0, 7); /* a price that nobody knows is no reason against it */
    TOGETHER(&s, true, 40, 0, 6); /* sold out */
    TOGETHER(&s, false, 60, 0, 5); /* both are bought: it is no replacement */
    shop_set(&s, 6, (zh_item_change){ .set = ZH_ITEM_STOCK, .stock = 0 });
    shop_set(&s, 0, (zh_item_change){ .set = ZH_ITEM_STOCK, .stock = 0 }); /* the page's own item may be sold out */
    const zh_recommend_ask ask = { .context_item = shop_item(0) };
    ask_stage(&s, ZH_STAGE_SUBSTITUTE, ask);
    CHECK(SHOWS(ZH_REASON_ALTERNATIVE, 3, 4, 7));
    CHECK(zh_sv_equal(why[0].en, ZH_SV("An alternative to Item 0")) && zh_sv_equal(why[0].zh, ZH_SV("可代替Item 0")));
    CHECK(why[0].evidence_count == 1 && why[0].evidence[0].item.number == shop_item(0).number && why[0].evidence[0].share_micro == d.shown[0].score_micro);
    const zh_recommend_ask nowhere = { .context_item = shop_item(300) };
    ask_stage(&s, ZH_STAGE_SUBSTITUTE, nowhere);
    CHECK(shows(ZH_REASON_ALTERNATIVE, NULL, 0) && d.shown_count == 6);
    shop_close(&s);
}

static void test_what_was_seen_last_and_not_bought_comes_back_newest_first(void)
{
    shop s = shop_open(9);
    const zh_touch touches[] = { { shop_item(6), { NOW + DAY, 0 }, ZH_ACT_VIEW }, { shop_item(1), { NOW - 1, 0 }, ZH_ACT_VIEW }, { shop_item(2), { NOW - 2, 0 }, ZH_ACT_CLICK },
                                 { shop_item(1), { NOW - 3, 0 }, ZH_ACT_CLICK }, { shop_item(3), { NOW - 4, 0 }, ZH_ACT_VIEW }, { shop_item(4), { NOW - 5, 0 }, ZH_ACT_ADD },
                                 { shop_item(5), { NOW - 6, 0 }, ZH_ACT_VIEW }, { shop_item(7), { NOW - 7, 0 }, ZH_ACT_VIEW } };
    const zh_bought bought[] = { { shop_item(3), 1, NOW - 90 * DAY, 1, { 0 } } };
    const zh_history history = { .touches = touches, .touches_count = 8, .bought = bought, .bought_count = 1 };
    const zh_permit permit = shop_permit(&s, 3);
    shop_set(&s, 5, (zh_item_change){ .set = ZH_ITEM_AVAILABLE, .available = false });
    zh_recommend_ask ask = { .n = 3, .customer = { 3 }, .permit = &permit, .history = &history };
    ask_stage(&s, ZH_STAGE_RECENT, ask); /* 6 lies in the future, 3 was bought, 4 only put into a cart, 5 is gone */
    CHECK(SHOWS(ZH_REASON_RECENTLY_SEEN, 1, 2, 7));
    CHECK(why[0].evidence[0].item.number == shop_item(1).number && why[0].evidence[0].at_ms == NOW - 1);
    ask.permit = NULL; /* nothing of his is read */
    ask_stage(&s, ZH_STAGE_RECENT, ask);
    CHECK(shows(ZH_REASON_RECENTLY_SEEN, NULL, 0) && d.shown_count == 3);
    shop_close(&s);
}

int main(void)
{
    test_a_substitute_is_of_the_kind_and_price_of_the_item_and_not_bought_beside_it();
    test_what_was_seen_last_and_not_bought_comes_back_newest_first();
    return 0;
}
