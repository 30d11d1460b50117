/* Goal: what completes an item is of another kind, follows it and not the other way round, and is explained by what it completes;
 * a cart and an order get nothing of the kinds that are in them.
 * Method: a shop of phones, cases, films and mugs with orders told as steps; shares against the formula written out. */
#include "decide/recommend.h"
#include "shop.h"

#include <math.h>

static zh_decision d;
static zh_reason *why;

static void ask_stage(shop *s, zh_stage stage, zh_recommend_ask ask)
{
    const zh_placement placement = { .name = ZH_SV("a stage"), .stages = { stage, ZH_STAGE_NEW } };
    zh_rng rng = { 5, 0, 0 };
    ask.placement = &placement;
    ask.n = 12;
    ask.now_ms = NOW;
    ask.explain = true;
    CHECK(zh_recommend(&s->world, &ask, &rng, &s->arena, &d, &why) == ZH_OK);
}

static void after(shop *s, uint32_t a, uint32_t b, int32_t times)
{
    const zh_step step = { ZH_STEP_AFTER, 2 * times, shop_item(a), shop_item(b) };
    CHECK(zh_sequel_apply(s->sequel, &step, 1) == ZH_OK);
}

enum { PHONE, OTHER_PHONE, CASE, OTHER_CASE, FILM, MUG, OTHER_MUG, COFFEE, ITEMS };

static shop a_shop(void)
{
    static const char *const kinds[ITEMS] = { "phones", "phones", "cases", "cases", "films", "mugs", "mugs", "coffee" };
    shop s = shop_open(ITEMS);
    for (uint32_t i = 0; i < ITEMS; i++) shop_learn(&s, i, kinds[i], NOW), shop_sold(&s, i, 0, i == OTHER_CASE ? 30 : 10);
    after(&s, PHONE, CASE, 40), after(&s, PHONE, FILM, 25), after(&s, OTHER_PHONE, OTHER_CASE, 10);
    after(&s, CASE, PHONE, 4);                           /* a few the other way round */
    after(&s, MUG, COFFEE, 300), after(&s, COFFEE, MUG, 300); /* no order in it */
    after(&s, PHONE, MUG, 2), after(&s, CASE, MUG, 2), after(&s, MUG, CASE, 2), after(&s, PHONE, OTHER_PHONE, 9);
    return s;
}

static bool shows(zh_reason_code code, const uint32_t *items, uint32_t count)
{
    uint32_t at = 0;
    bool same = true;
    for (uint32_t i = 0; i < d.shown_count; i++) {
        if (d.shown[i].reason != code) continue;
        same &= at < count && d.shown[i].item.number == shop_item(items[at]).number;
        at++;
    }
    for (uint32_t i = 0; !(same && at == count) && i < d.shown_count; i++)
        for (uint32_t k = 0; k < ITEMS; k++)
            if (shop_item(k).number == d.shown[i].item.number) printf("%u. item %u %s\n", i + 1, k, zh_reason_code_text(d.shown[i].reason));
    return same && at == count;
}
#define SHOWS(code, ...) shows(code, (const uint32_t[]){ __VA_ARGS__ }, sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

static void test_a_page_shows_what_follows_its_kind_and_never_what_it_follows(void)
{
    shop s = a_shop();
    zh_recommend_ask ask = { .context_item = shop_item(PHONE) };
    ask_stage(&s, ZH_STAGE_COMPLEMENT, ask);
    CHECK(SHOWS(ZH_REASON_GOES_WITH, CASE, FILM, OTHER_CASE)); /* the case of this phone before the one that is more popular */
    CHECK(zh_sv_equal(why[0].en, ZH_SV("Goes with Item 0")) && zh_sv_equal(why[0].zh, ZH_SV("与Item 0搭配")));
    CHECK(why[0].evidence_count == 1 && why[0].evidence[0].share_micro == d.shown[0].score_micro && why[0].evidence[0].act == ZH_ACT_VIEW);
    /* The scores stand to each other as the formula has them. */
    const double all = 2 * (40 + 25 + 10 + 4 + 300 + 300 + 2 + 2 + 2), out = 2 * (40 + 25 + 10 + 2);
    const double cases = 2 * 50, films = 2 * 25, in_cases = 2 * 52, in_films = 2 * 25, back = 2 * 4;
    const double lift_cases = (cases - 2 * sqrt(2 * cases)) / (out * (in_cases - cases + 4) / (all - out + 8)), lift_films = (films - 2 * sqrt(2 * films)) / (out * (in_films - films + 4) / (all - out + 8));
    const double to_cases = (cases + 4) / (cases + back + 8), to_films = (films + 4) / (films + 8);
    const double of_cases = cases / out * 4 * to_cases * to_cases * log1p(lift_cases), of_films = films / out * 4 * to_films * to_films * log1p(lift_films);
    const double want = of_cases * (80 + 10 * .25) / (80 + 10) / of_films;
    CHECK(fabs((double)d.shown[0].score_micro / (double)d.shown[1].score_micro / want - 1) < 1e-4);
    ask.context_item = shop_item(CASE);
    ask_stage(&s, ZH_STAGE_COMPLEMENT, ask);
    CHECK(shows(ZH_REASON_GOES_WITH, NULL, 0)); /* back to the phone: no; to the mugs: by chance */
    ask.context_item = shop_item(COFFEE);
    ask_stage(&s, ZH_STAGE_COMPLEMENT, ask);
    CHECK(shows(ZH_REASON_GOES_WITH, NULL, 0) && d.shown_count == ITEMS - 1);
    ask.context_item = shop_item(300);
    ask_stage(&s, ZH_STAGE_COMPLEMENT, ask);
    CHECK(shows(ZH_REASON_GOES_WITH, NULL, 0));
    shop_set(&s, CASE, (zh_item_change){ .set = ZH_ITEM_STOCK, .stock = 0 });
    ask.context_item = shop_item(PHONE);
    ask_stage(&s, ZH_STAGE_COMPLEMENT, ask);
    CHECK(SHOWS(ZH_REASON_GOES_WITH, FILM, OTHER_CASE));
    shop_close(&s);
}

static void test_a_phone_that_nobody_bought_gets_what_completes_its_kind(void)
{
    shop s = a_shop();
    shop_learn(&s, 20, "phones", NOW);
    const zh_recommend_ask ask = { .context_item = shop_item(20) };
    ask_stage(&s, ZH_STAGE_COMPLEMENT, ask);
    CHECK(SHOWS(ZH_REASON_GOES_WITH, OTHER_CASE, FILM, CASE) || SHOWS(ZH_REASON_GOES_WITH, FILM, OTHER_CASE, CASE)); /* by popularity */
    shop_close(&s);
}

static void test_a_cart_and_an_order_get_nothing_of_their_kinds(void)
{
    shop s = a_shop();
    const zh_permit permit = shop_permit(&s, 9);
    const zh_item_id cart[] = { shop_item(PHONE), shop_item(CASE), shop_item(OTHER_PHONE) };
    zh_recommend_ask ask = { .cart = cart, .cart_count = 3, .customer = { 9 }, .permit = &permit };
    ask_stage(&s, ZH_STAGE_CART_COMPLEMENT, ask);
    CHECK(SHOWS(ZH_REASON_GOES_WITH, FILM)); /* a case is in it */
    CHECK(why[0].evidence_count == 2 && why[0].evidence[0].act == ZH_ACT_ADD); /* of both phones */
    CHECK(llabs(why[0].evidence[0].share_micro + why[0].evidence[1].share_micro - d.shown[0].score_micro) <= 1);
    const zh_item_id order[] = { shop_item(PHONE) };
    TOGETHER(&s, false, 1, PHONE, MUG); /* the counts know the phone */
    const zh_history history = { .last_order = order, .last_order_count = 1 };
    zh_recommend_ask done = { .customer = { 9 }, .permit = &permit, .history = &history };
    ask_stage(&s, ZH_STAGE_ACCESSORY, done);
    CHECK(SHOWS(ZH_REASON_ACCESSORY, CASE, FILM, OTHER_CASE));
    CHECK(zh_sv_equal(why[0].en, ZH_SV("For the Item 0 you bought")) && why[0].evidence[0].act == ZH_ACT_ORDER);
    ask.permit = done.permit = NULL;
    ask_stage(&s, ZH_STAGE_CART_COMPLEMENT, ask);
    CHECK(shows(ZH_REASON_GOES_WITH, NULL, 0));
    ask_stage(&s, ZH_STAGE_ACCESSORY, done);
    CHECK(shows(ZH_REASON_ACCESSORY, NULL, 0));
    shop_close(&s);
}

int main(void)
{
    test_a_page_shows_what_follows_its_kind_and_never_what_it_follows();
    test_a_phone_that_nobody_bought_gets_what_completes_its_kind();
    test_a_cart_and_an_order_get_nothing_of_their_kinds();
    return 0;
}
