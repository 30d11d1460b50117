/* Goal: each placement shows what it promises, to whom it may, with exact reasons and chances.
 * Method: hand-worked shops a placement; equality of non-personal answers byte for byte; evidence
 * removed and the score asked again; the distribution of the drawn slot against its propensities;
 * random shops against a model that scores every item and sorts. */
#include "decide/recommend.h"
#include "decide/source.h"
#include "shop.h"

#include <math.h>

static zh_decision d;
static zh_reason *why;

static void ask_with(shop *s, const char *placement, zh_recommend_ask ask)
{
    zh_rng rng = { 5, 0, 0 };
    ask.placement = zh_placement_find(zh_sv_of(placement));
    if (ask.n == 0) ask.n = 4;
    if (ask.now_ms == 0) ask.now_ms = NOW;
    ask.explain = true;
    CHECK(zh_recommend(&s->world, &ask, &rng, &s->arena, &d, &why) == ZH_OK);
    for (uint32_t i = 0; i < d.shown_count; i++) {
        CHECK(i == 0 || d.shown[i].score_micro <= d.shown[i - 1].score_micro || d.shown[i].propensity_micro < ZH_DECISION_MICRO);
        for (uint32_t j = 0; j < i; j++) CHECK(d.shown[i].item.number != d.shown[j].item.number);
    }
}

static bool shows(const uint32_t *items, uint32_t count)
{
    bool same = d.shown_count == count;
    for (uint32_t i = 0; same && i < count; i++) same = d.shown[i].item.number == shop_item(items[i]).number;
    if (!same)
        for (uint32_t i = 0; i < d.shown_count; i++)
            for (uint32_t k = 0; k < SHOP_ITEMS_MAX; k++)
                if (shop_item(k).number == d.shown[i].item.number) printf("%u. item %u %s\n", i + 1, k, zh_reason_code_text(d.shown[i].reason));
    return same;
}
#define SHOWS(...) shows((const uint32_t[]){ __VA_ARGS__ }, sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

static void test_product_page_shows_complements_then_the_category_then_the_popular(void)
{
    shop s = shop_open(10);
    shop_learn(&s, 0, "lamps", NOW), shop_learn(&s, 5, "lamps", NOW), shop_learn(&s, 6, "lamps", NOW);
    TOGETHER(&s, false, 8, 0, 1);
    TOGETHER(&s, false, 4, 0, 2);
    TOGETHER(&s, true, 20, 0, 3);
    shop_sold(&s, 5, 0, 1), shop_sold(&s, 6, 0, 2), shop_sold(&s, 7, 0, 9), shop_sold(&s, 0, 0, 20);
    const zh_recommend_ask ask = { .n = 8, .context_item = shop_item(0) };
    ask_with(&s, "product_page", ask);
    /* bought: 8/(sqrt 12 sqrt 8 + 10) = .404, 4/(sqrt 12 sqrt 4 + 10) = .236; viewed: .3 x 20/30 = .2 */
    CHECK(SHOWS(1, 2, 3, 6, 5, 7, 9, 8)); /* 8 and 9: never sold, the newest first */
    CHECK(llabs(d.shown[0].score_micro - 404082) <= 1 && llabs(d.shown[1].score_micro - 236242) <= 300);
    CHECK(d.shown[2].score_micro == 200000);
    static const zh_reason_code codes[] = { ZH_REASON_BOUGHT_TOGETHER, ZH_REASON_BOUGHT_TOGETHER, ZH_REASON_VIEWED_TOGETHER,
        ZH_REASON_POPULAR_IN_CATEGORY, ZH_REASON_POPULAR_IN_CATEGORY, ZH_REASON_POPULAR, ZH_REASON_NEW, ZH_REASON_NEW };
    for (int i = 0; i < 8; i++) CHECK(d.shown[i].reason == codes[i] && why[i].code == codes[i]);
    CHECK(zh_sv_equal(why[0].en, ZH_SV("Often bought with Item 0")) && zh_sv_equal(why[3].zh, ZH_SV("lamps类热销")));
    CHECK(d.shown[0].evidence.number == shop_item(0).number && d.shown[5].evidence.number == 0);
    CHECK(why[0].evidence_count == 1 && why[0].evidence[0].share_micro == d.shown[0].score_micro);
    CHECK(zh_sv_equal(why[0].evidence[0].item_text, ZH_SV("i000")) && why[0].evidence[0].act == ZH_ACT_VIEW);
    CHECK(!d.personalized && d.strategy == ZH_STRATEGY_COMPLEMENT && d.customer.number == 0 && d.model_hash == 0);
    shop_close(&s);
}

static void test_cart_sums_over_its_items_and_leaves_them_out(void)
{
    shop s = shop_open(8);
    TOGETHER(&s, false, 5, 0, 2);
    TOGETHER(&s, false, 5, 1, 2);
    TOGETHER(&s, false, 7, 0, 3);
    TOGETHER(&s, false, 9, 0, 1);
    shop_sold(&s, 4, 0, 1);
    const zh_permit permit = shop_permit(&s, 9);
    const zh_item_id cart[] = { shop_item(0), shop_item(1) };
    const zh_recommend_ask ask = { .n = 3, .cart = cart, .cart_count = 2, .customer = { 9 }, .permit = &permit };
    ask_with(&s, "cart", ask);
    CHECK(SHOWS(2, 3, 4)); /* 2 goes with both */
    CHECK(d.personalized && d.shown[0].reason == ZH_REASON_BOUGHT_TOGETHER && why[0].evidence_count == 2);
    CHECK(why[0].evidence[0].share_micro + why[0].evidence[1].share_micro == d.shown[0].score_micro);
    CHECK(why[0].evidence[0].act == ZH_ACT_ADD && d.cart_count == 2 && d.shown[2].reason == ZH_REASON_POPULAR);
    shop_close(&s);
}

static void test_home_weighs_history_hides_what_was_bought_and_damps_what_is_bought_again(void)
{
    shop s = shop_open(12);
    TOGETHER(&s, false, 10, 0, 2);
    TOGETHER(&s, false, 10, 1, 3);
    TOGETHER(&s, false, 10, 0, 1);
    TOGETHER(&s, false, 10, 0, 4);
    TOGETHER(&s, true, 30, 5, 6);
    shop_sold(&s, 7, 0, 3), shop_sold(&s, 0, 0, 50);
    zh_bought bought[] = { { shop_item(0), 1, NOW - DAY, 1, { 0 } }, { shop_item(1), 1, NOW - 700 * DAY, 1, { 0 } }, { shop_item(4), 5, NOW - DAY, 3, { 0 } } };
    qsort(bought, 3, sizeof bought[0], shop_by_item);
    const zh_touch touches[] = { { shop_item(5), { NOW - DAY, 0 }, ZH_ACT_VIEW }, { shop_item(0), { NOW - DAY, 0 }, ZH_ACT_ORDER } };
    const zh_history history = { .touches = touches, .touches_count = 2, .bought = bought, .bought_count = 3 };
    const zh_permit permit = shop_permit(&s, 3);
    zh_recommend_ask ask = { .n = 5, .customer = { 3 }, .permit = &permit, .history = &history };
    ask_with(&s, "home", ask);
    /* 2: of 0, bought yesterday. 4 goes with 0 as well, but is bought again: half. 6: viewed 5.
     * 1 goes with 0, and was bought so long ago that it may be wanted again. 3: of 1. 0 is hidden. */
    CHECK(SHOWS(2, 1, 6, 4, 3));
    CHECK(d.shown[0].reason == ZH_REASON_BECAUSE_YOU_BOUGHT && d.shown[0].evidence.number == shop_item(0).number);
    CHECK(zh_sv_equal(why[0].en, ZH_SV("Because you bought Item 0")) && why[0].evidence[0].at_ms == NOW - DAY);
    for (uint32_t i = 0; i < 5; i++) {
        int64_t sum = 0;
        for (uint32_t k = 0; k < why[i].evidence_count; k++) sum += why[i].evidence[k].share_micro;
        CHECK(sum == d.shown[i].score_micro);
    }
    CHECK(d.personalized && d.customer.number == 3 && d.strategy == ZH_STRATEGY_PERSONAL);
    ask_with(&s, "search_empty", ask); /* bought in the last 30 days is hidden, two years ago is not */
    for (uint32_t i = 0; i < d.shown_count; i++) CHECK(d.shown[i].item.number != shop_item(0).number);
    /* Blocked items and categories are gone, the cart and the page's own list too. */
    shop_learn(&s, 6, "games", NOW);
    const zh_item_id cart[] = { shop_item(3) }, exclude[] = { shop_item(7) };
    zh_feedback_word blocked[] = { shop_word(ZH_FEEDBACK_BLOCK, ZH_FEEDBACK_ITEM, "i002", 0), shop_word(ZH_FEEDBACK_BLOCK, ZH_FEEDBACK_CATEGORY, "games", 0) };
    const zh_history choosy = { .touches = touches, .touches_count = 2, .bought = bought, .bought_count = 3, .words = blocked, .words_count = 2 };
    ask.history = &choosy, ask.cart = cart, ask.cart_count = 1, ask.exclude = exclude, ask.exclude_count = 1, ask.n = 6;
    ask_with(&s, "home", ask);
    CHECK(SHOWS(1, 4, 11, 10, 9, 8));
    shop_close(&s);
}

static void test_what_was_shown_in_vain_makes_way(void)
{
    shop s = shop_open(12);
    TOGETHER(&s, false, 30, 0, 2);
    TOGETHER(&s, false, 28, 0, 1);
    TOGETHER(&s, false, 10, 0, 3);
    zh_bought bought[] = { { shop_item(0), 1, NOW - 3 * DAY, 1, { 0 } } };
    const uint16_t today = (uint16_t)(NOW / DAY);
    zh_glance seen[] = { { shop_item(2), today, 3 }, { shop_item(2), (uint16_t)(today - 7), 2 }, { shop_item(5), today, 100 } };
    const zh_touch opened[] = { { shop_item(2), { NOW, 0 }, ZH_ACT_VIEW } };
    zh_history history = { .bought = bought, .bought_count = 1 };
    const zh_permit permit = shop_permit(&s, 3);
    const zh_recommend_ask ask = { .n = 3, .customer = { 3 }, .permit = &permit, .history = &history };
    ask_with(&s, "home", ask);
    CHECK(SHOWS(2, 1, 3));
    const int64_t whole = d.shown[0].score_micro;
    history.glances = seen, history.glances_count = 3;
    ask_with(&s, "home", ask);
    CHECK(SHOWS(1, 2, 3)); /* 4 times, the older two count half: 1 / (1 + tired_weight x 4) is left */
    const zh_policy defaults = zh_policy_of(NULL);
    const double left = (double)d.shown[1].score_micro / (double)whole;
    const double want = 1 / (1 + (double)defaults.tired_weight * 4);
    CHECK(left > want - 0.002 && left < want + 1e-6);
    CHECK(d.shown[1].reason == ZH_REASON_BECAUSE_YOU_BOUGHT && why[1].evidence[0].share_micro == d.shown[1].score_micro);
    history.touches = opened, history.touches_count = 1; /* looked at: nothing was in vain */
    ask_with(&s, "home", ask);
    CHECK(d.shown[0].item.number == shop_item(2).number && d.shown[0].score_micro >= whole);
    history.touches_count = 0;
    const zh_policy never = { .tired_weight = -1 };
    s.world.policy = &never;
    ask_with(&s, "home", ask);
    CHECK(SHOWS(2, 1, 3) && d.shown[0].score_micro == whole);
    shop_close(&s);
}

static void test_order_done_complements_the_last_order(void)
{
    shop s = shop_open(8);
    TOGETHER(&s, false, 5, 0, 2);
    TOGETHER(&s, false, 9, 1, 3);
    zh_bought bought[] = { { shop_item(0), 1, NOW - 60000, 1, { 0 } }, { shop_item(1), 1, NOW - 90 * DAY, 1, { 0 } } };
    qsort(bought, 2, sizeof bought[0], shop_by_item);
    const zh_history history = { .bought = bought, .bought_count = 2 };
    const zh_permit permit = shop_permit(&s, 3);
    zh_recommend_ask ask = { .n = 2, .customer = { 3 }, .permit = &permit, .history = &history };
    ask_with(&s, "order_done", ask);
    CHECK(SHOWS(2, 7) && d.shown[0].reason == ZH_REASON_BOUGHT_TOGETHER && d.shown[0].evidence.number == shop_item(0).number);
    const zh_item_id order[] = { shop_item(1) };
    const zh_history told = { .bought = bought, .bought_count = 2, .last_order = order, .last_order_count = 1 };
    ask.history = &told;
    ask_with(&s, "order_done", ask);
    CHECK(SHOWS(3, 7));
    shop_close(&s);
}

static void test_search_empty_shows_what_rises(void)
{
    shop s = shop_open(6);
    shop_sold(&s, 1, 20, 30), shop_sold(&s, 2, 0, 3), shop_sold(&s, 3, 0, 2);
    const zh_recommend_ask ask = { .n = 4 };
    ask_with(&s, "search_empty", ask);
    CHECK(SHOWS(2, 3, 1, 5));
    CHECK(d.shown[0].reason == ZH_REASON_TRENDING && d.shown[3].reason == ZH_REASON_NEW);
    ask_with(&s, "home", ask);
    CHECK(SHOWS(1, 2, 3, 5) && d.shown[0].reason == ZH_REASON_POPULAR && !d.personalized);
    shop_close(&s);
}

static void test_what_cannot_be_sold_is_never_shown(void)
{
    shop s = shop_open(9);
    TOGETHER(&s, false, 9, 0, 1, 2, 3, 4, 5, 6);
    for (uint32_t i = 1; i < 7; i++) shop_sold(&s, i, 0, 5);
    shop_set(&s, 1, (zh_item_change){ .set = ZH_ITEM_STOCK, .stock = 0 });
    shop_set(&s, 2, (zh_item_change){ .set = ZH_ITEM_AVAILABLE, .available = false });
    shop_set(&s, 3, (zh_item_change){ .deleted = true });
    shop_set(&s, 4, (zh_item_change){ .set = ZH_ITEM_KIND, .non_product = true });
    shop_set(&s, 5, (zh_item_change){ .set = ZH_ITEM_STOCK, .stock = 1 });
    static const char *const placements[] = { "home", "product_page", "cart", "search_empty", "order_done" };
    for (int p = 0; p < 5; p++) {
        ask_with(&s, placements[p], (zh_recommend_ask){ .n = 100, .context_item = shop_item(0) });
        CHECK_ROW(d.shown_count == 4, placements[p]); /* 5, 6, 7, 8 */
        for (uint32_t i = 0; i < 4; i++)
            for (uint32_t gone = 0; gone < 5; gone++) CHECK_ROW(d.shown[i].item.number != shop_item(gone).number, placements[p]);
    }
    shop_close(&s);
}

static void test_unknown_customers_and_items_get_a_full_answer(void)
{
    shop s = shop_open(30);
    const zh_permit permit = shop_permit(&s, 0);
    const zh_item_id nowhere = { 12345 };
    static const char *const placements[] = { "home", "product_page", "cart", "search_empty", "order_done" };
    for (int p = 0; p < 5; p++) {
        ask_with(&s, placements[p], (zh_recommend_ask){ .n = 20, .context_item = nowhere, .cart = &nowhere, .cart_count = 1, .permit = &permit });
        CHECK_ROW(d.shown_count == 20, placements[p]);
    }
    /* Who bought everything is shown it again rather than nothing. */
    zh_bought bought[30];
    for (uint32_t i = 0; i < 30; i++) bought[i] = (zh_bought){ shop_item(i), 1, NOW - i, 1, { 0 } };
    qsort(bought, 30, sizeof bought[0], shop_by_item);
    const zh_history history = { .bought = bought, .bought_count = 30 };
    const zh_permit own = shop_permit(&s, 4);
    ask_with(&s, "home", (zh_recommend_ask){ .n = 25, .customer = { 4 }, .permit = &own, .history = &history });
    CHECK(d.shown_count == 25);
    shop_close(&s);
    s = shop_open(0);
    ask_with(&s, "home", (zh_recommend_ask){ .n = 5 });
    CHECK(d.shown_count == 0);
    shop_close(&s);
}

static void test_without_a_permit_two_customers_get_the_same_bytes(void)
{
    shop s = shop_open(40);
    uint64_t seed = 3;
    for (int n = 0; n < 60; n++)
        TOGETHER(&s, n % 2, 3, (uint32_t)(test_random(&seed) % 20), 20 + (uint32_t)(test_random(&seed) % 20));
    for (uint32_t i = 0; i < 40; i++) shop_sold(&s, i, i % 9, (int)i % 5);
    zh_policy bold = { .epsilon_micro = 500000 };
    s.world.policy = &bold;
    zh_bought bought[] = { { shop_item(1), 1, NOW - DAY, 1, { 0 } }, { shop_item(2), 1, NOW - DAY, 1, { 0 } } };
    qsort(bought, 2, sizeof bought[0], shop_by_item);
    const zh_touch touches[] = { { shop_item(21), { NOW - DAY, 0 }, ZH_ACT_VIEW } };
    const zh_item_id cart[] = { shop_item(4), shop_item(9), shop_item(14), shop_item(19) }; /* the popular ones */
    zh_feedback_word blocked[] = { shop_word(ZH_FEEDBACK_BLOCK, ZH_FEEDBACK_ITEM, "i024", 0), shop_word(ZH_FEEDBACK_NOT_INTERESTED, ZH_FEEDBACK_ITEM, "i029", 0) };
    const zh_history rich = { .touches = touches, .touches_count = 1, .bought = bought, .bought_count = 2, .last_order = cart, .last_order_count = 1, .words = blocked, .words_count = 2 };
    const zh_permit other = shop_permit(&s, 6);
    static const char *const placements[] = { "home", "product_page", "cart", "search_empty", "order_done" };
    for (int p = 0; p < 5; p++) {
        zh_buf first = zh_buf_open(1 << 14), second = zh_buf_open(1 << 14);
        ask_with(&s, placements[p], (zh_recommend_ask){ .n = 12, .context_item = shop_item(3), .customer = { 5 }, .history = &rich,
                 .cart = cart, .cart_count = 4, .permit = &other }); /* somebody else's permit */
        CHECK_ROW(!d.personalized && d.customer.number == 0 && d.cart_count == 0 && d.seed == 0, placements[p]);
        zh_decision_put(&d, &first);
        ask_with(&s, placements[p], (zh_recommend_ask){ .n = 12, .context_item = shop_item(3), .customer = { 6 } });
        zh_decision_put(&d, &second);
        CHECK_ROW(zh_sv_equal(zh_buf_view(&first), zh_buf_view(&second)), placements[p]);
        zh_buf_close(&first), zh_buf_close(&second);
    }
    shop_close(&s);
}

static void test_removing_the_evidence_lowers_the_score_by_its_share(uint64_t seed)
{
    shop s = shop_open(60);
    for (int n = 0; n < 150; n++)
        TOGETHER(&s, n % 2, 1 + (int32_t)(test_random(&seed) % 9), (uint32_t)(test_random(&seed) % 60), (uint32_t)(test_random(&seed) % 60));
    zh_bought bought[12];
    zh_touch touches[6];
    for (uint32_t i = 0; i < 12; i++)
        bought[i] = (zh_bought){ shop_item(i), 1, NOW - (int64_t)(test_random(&seed) % 500) * DAY, 1 + (uint32_t)(test_random(&seed) % 4), { 0 } };
    for (uint32_t i = 0; i < 6; i++)
        touches[i] = (zh_touch){ shop_item(10 + i), { NOW - (int64_t)(test_random(&seed) % 20) * DAY, 0 }, i % 2 ? ZH_ACT_VIEW : ZH_ACT_ADD };
    qsort(bought, 12, sizeof bought[0], shop_by_item);
    zh_history history = { .touches = touches, .touches_count = 6, .bought = bought, .bought_count = 12 };
    const zh_permit permit = shop_permit(&s, 5);
    const zh_recommend_ask ask = { .n = 40, .customer = { 5 }, .permit = &permit, .history = &history };
    ask_with(&s, "home", ask);
    const zh_decision before = d;
    const zh_reason *reasons = why;
    uint32_t checked = 0;
    for (uint32_t i = 0; i < before.shown_count; i++)
        for (uint32_t k = 0; k < reasons[i].evidence_count; k++) {
            const zh_evidence evidence = reasons[i].evidence[k];
            zh_bought less_bought[12];
            zh_touch less_touches[6];
            zh_history less = { .touches = less_touches, .bought = less_bought };
            for (uint32_t b = 0; b < 12; b++)
                if (bought[b].item.number != evidence.item.number) less_bought[less.bought_count++] = bought[b];
            for (uint32_t t = 0; t < 6; t++)
                if (touches[t].item.number != evidence.item.number) less_touches[less.touches_count++] = touches[t];
            zh_recommend_ask again = ask;
            again.history = &less, again.n = 60;
            ask_with(&s, "home", again);
            int64_t score = 0;
            for (uint32_t j = 0; j < d.shown_count; j++)
                if (d.shown[j].item.number == before.shown[i].item.number && why[j].evidence_count > 0) score = d.shown[j].score_micro;
            CHECK(before.shown[i].score_micro - score == evidence.share_micro);
            checked++;
        }
    CHECK(checked > 20);
    shop_close(&s);
}

static void test_the_drawn_slot_follows_its_propensities(void)
{
    shop s = shop_open(10);
    for (uint32_t i = 0; i < 10; i++) shop_sold(&s, i, 0, 20 - (int)i);
    const zh_policy bold = { .epsilon_micro = 400000 };
    s.world.policy = &bold;
    const zh_bought bought = { { 1 }, 1, NOW, 1, { 0 } }; /* of an unknown item: a personal answer nevertheless */
    const zh_history history = { .bought = &bought, .bought_count = 1 };
    const zh_permit permit = shop_permit(&s, 5);
    const zh_recommend_ask ask = { .placement = zh_placement_find(ZH_SV("home")), .n = 4, .now_ms = NOW, .customer = { 5 },
                                   .permit = &permit, .history = &history, .explain = true };
    uint32_t shown[10] = { 0 }, chance[10] = { 0 };
    for (uint64_t seed = 0; seed < 20000; seed++) {
        zh_rng rng = { seed + 1, 0, 0 };
        CHECK(zh_recommend(&s.world, &ask, &rng, &s.arena, &d, &why) == ZH_OK && d.shown_count == 4);
        for (uint32_t i = 0; i < 3; i++)
            CHECK(d.shown[i].item.number == shop_item(i).number && d.shown[i].propensity_micro == ZH_DECISION_MICRO);
        uint32_t item = 3;
        while (d.shown[3].item.number != shop_item(item).number) CHECK(++item < 10);
        CHECK((d.shown[3].reason == ZH_REASON_EXPLORATION) == (item != 3) && d.seed == seed + 1 && rng.index == 1);
        CHECK(chance[item] == 0 || chance[item] == d.shown[3].propensity_micro);
        chance[item] = d.shown[3].propensity_micro;
        shown[item]++;
        zh_arena_reset(&s.arena);
    }
    uint32_t sum = 0;
    for (uint32_t i = 3; i < 10; i++) {
        const double p = chance[i] / 1e6;
        sum += chance[i];
        CHECK(fabs(shown[i] - 20000 * p) < 5 * sqrt(20000 * p * (1 - p)));
    }
    CHECK(sum == ZH_DECISION_MICRO); /* exactly: 657148 + 6 x 57142 */
    shop_close(&s);
}

/* A list of one category, and what many buy of three others: the last third of the slots is drawn from those, one item of each, with the chances it says. */
static void test_a_wider_list_is_drawn_from_other_categories(void)
{
    shop s = shop_open(24);
    static const char *const categories[] = { "tea", "cups", "books", "toys" };
    for (uint32_t i = 0; i < 24; i++) {
        shop_learn(&s, i, categories[i < 12 ? 0 : 1 + i % 3], 2000 + i);
        shop_sold(&s, i, 0, i < 12 ? 60 - (int)i : 40 - (int)i);
    }
    const zh_policy wide = { .widen_micro = 600000, .epsilon_micro = 900000 /* not beside it */ };
    const zh_bought bought = { .item = { 1 }, .quantity = 1, .last_ms = NOW, .times = 1 };
    const zh_history history = { .bought = &bought, .bought_count = 1 };
    const zh_permit permit = shop_permit(&s, 5);
    const zh_recommend_ask ask = { .placement = zh_placement_find(ZH_SV("home")), .n = 6, .now_ms = NOW, .customer = { 5 }, .permit = &permit, .history = &history };
    const zh_recommend_ask open_ask = { .placement = ask.placement, .n = 6, .now_ms = NOW };
    uint32_t drawn[2] = { 0 };
    s.world.policy = &wide;
    for (uint64_t seed = 0; seed < 4000; seed++) {
        zh_rng rng = { seed + 1, 0, 0 };
        CHECK(zh_recommend(&s.world, &ask, &rng, &s.arena, &d, &why) == ZH_OK && d.shown_count == 6 && rng.index == 2 && d.seed == seed + 1);
        uint64_t category[2];
        for (uint32_t i = 0; i < 4; i++) CHECK(d.shown[i].item.number == shop_item(i).number && d.shown[i].propensity_micro == ZH_DECISION_MICRO);
        for (uint32_t i = 0; i < 2; i++) {
            const zh_shown *shown = &d.shown[4 + i];
            const bool is_drawn = shown->item.number != shop_item(4 + i).number;
            category[i] = zh_catalog_get(s.world.catalog, shown->item)->category_hash;
            CHECK(is_drawn == (shown->reason == ZH_REASON_EXPLORATION));
            CHECK(is_drawn == (category[i] != zh_catalog_get(s.world.catalog, shop_item(0))->category_hash));
            /* Three categories in turns: two for the first slot, one for the second. */
            CHECK(shown->propensity_micro == (!is_drawn ? 400000u : i == 0 ? 300000u : 600000u));
            drawn[i] += is_drawn;
        }
        CHECK(category[0] != category[1] || category[0] == zh_catalog_get(s.world.catalog, shop_item(0))->category_hash);
        zh_arena_reset(&s.arena);
    }
    for (uint32_t i = 0; i < 2; i++) CHECK(fabs(drawn[i] - 2400.0) < 5 * sqrt(4000 * 0.6 * 0.4));
    zh_rng rng = { 1, 0, 0 };
    CHECK(zh_recommend(&s.world, &open_ask, &rng, &s.arena, &d, &why) == ZH_OK && rng.index == 0 && d.seed == 0); /* not personal: nothing is drawn */
    shop_close(&s);
}

/* ---- every item scored, then sorted ---- */

typedef struct slow { zh_item_id item; int64_t score; } slow;

static int by_score(const void *a, const void *b)
{
    const slow *x = a, *y = b;
    if (x->score != y->score) return x->score > y->score ? -1 : 1;
    return x->item.number < y->item.number ? -1 : x->item.number > y->item.number;
}

static int64_t slow_score(const shop *s, const zh_history *h, zh_item_id j, bool damped)
{
    int64_t score = 0;
    for (uint32_t i = 0; i < h->bought_count; i++) {
        const float w = exp2f(-(float)((double)(NOW - h->bought[i].last_ms) / (365.0 * (double)DAY)));
        const int32_t share = zh_cocount_share(s->cocount, ZH_COCOUNT_BOUGHT, h->bought[i].item, j, w, 10);
        score += damped ? share / 2 : share;
    }
    for (uint32_t i = 0; i < h->touches_count; i++) {
        const float w = 0.4f * exp2f(-(float)((double)(NOW - h->touches[i].rank.time_ms) / (7.0 * (double)DAY)));
        const int32_t share = zh_cocount_share(s->cocount, ZH_COCOUNT_VIEWED, h->touches[i].item, j, w, 10);
        score += damped ? share / 2 : share;
    }
    return score;
}

static void test_home_equals_the_slow_model(uint64_t seed)
{
    const uint32_t items = 5 + (uint32_t)(test_random(&seed) % 120);
    shop s = shop_open(items);
    zh_arena scratch = zh_arena_open(1 << 20);
    for (int n = 0; n < 200; n++)
        TOGETHER(&s, n % 2, 1 + (int32_t)(test_random(&seed) % 5), (uint32_t)(test_random(&seed) % items), (uint32_t)(test_random(&seed) % (items / 2 + 1)));
    for (uint32_t i = 0; i < items; i += 2) shop_sold(&s, i, (int64_t)(test_random(&seed) % 50), 1 + (int)(test_random(&seed) % 5));
    for (uint32_t i = 0; i < items; i += 7) shop_set(&s, i, (zh_item_change){ .set = ZH_ITEM_STOCK, .stock = (int64_t)(test_random(&seed) % 2) });
    zh_bought bought[8];
    zh_touch touches[5];
    zh_history h = { .touches = touches, .bought = bought };
    for (uint32_t i = 0; i < 8 && i < items; i++)
        bought[h.bought_count++] = (zh_bought){ shop_item(i), 1, NOW - (int64_t)(test_random(&seed) % (i % 2 ? 900 : 9)) * DAY, 1 + (uint32_t)(test_random(&seed) % 4), { 0 } };
    for (uint32_t i = 8; i < 13 && i < items; i++)
        touches[h.touches_count++] = (zh_touch){ shop_item(i), { NOW - (int64_t)(test_random(&seed) % 9) * DAY, 0 }, ZH_ACT_VIEW };
    qsort(bought, h.bought_count, sizeof bought[0], shop_by_item);
    static slow want[3 * SHOP_ITEMS_MAX];
    uint32_t count = 0;
    const zh_popularity_lens lens = { 1, 4, 16, 30 };
    for (int stage = 0; stage < 3; stage++) { /* history, popular, new */
        const uint32_t from = count;
        for (uint32_t j = 0; j < items; j++) {
            const zh_item_id id = shop_item(j);
            bool there = false;
            uint32_t times = 0;
            for (uint32_t k = 0; k < from; k++) there |= want[k].item.number == id.number;
            for (uint32_t k = 0; k < h.bought_count; k++)
                if (bought[k].item.number == id.number && bought[k].last_ms >= NOW - (bought[k].times > 1 ? 2 : 7) * DAY)
                    times = bought[k].times; /* longer ago: as any item */
            if (there || !zh_item_sellable(zh_catalog_get(s.catalog, id)) || (times > 0 && times < 3)) continue;
            int64_t score = stage == 0 ? slow_score(&s, &h, id, times > 0)
                : stage == 1 ? zh_popularity_score(s.popularity, id, NOW, &lens) : zh_catalog_get(s.catalog, id)->first_ms;
            if (stage > 0 && times > 0) score /= 2;
            if (score > 0) want[count++] = (slow){ id, score };
        }
        qsort(want + from, count - from, sizeof want[0], by_score);
    }
    const zh_permit permit = shop_permit(&s, 5);
    const uint32_t n = 1 + (uint32_t)(test_random(&seed) % 40);
    ask_with(&s, "home", (zh_recommend_ask){ .n = n, .customer = { 5 }, .permit = &permit, .history = &h });
    const uint32_t sure = n < count ? n : count;
    CHECK(d.shown_count >= sure); /* behind them what was bought, where the shop is too small */
    for (uint32_t i = 0; i < sure; i++) {
        CHECK(d.shown[i].item.number == want[i].item.number);
        if (why[i].evidence_count > 0) CHECK(d.shown[i].score_micro == want[i].score);
        CHECK(d.shown[i].propensity_micro == ZH_DECISION_MICRO);
    }
    zh_arena_close(&scratch);
    shop_close(&s);
}

static void test_a_small_arena_is_an_error_never_a_crash(void)
{
    shop s = shop_open(20);
    TOGETHER(&s, false, 3, 0, 1, 2, 3);
    const zh_recommend_ask ask = { .placement = zh_placement_find(ZH_SV("product_page")), .n = 10, .context_item = shop_item(0),
                                   .now_ms = NOW, .explain = true };
    zh_rng rng = { 1, 0, 0 };
    bool full = false;
    for (size_t bytes = 1; !full; bytes += 512) {
        zh_arena arena = zh_arena_open(bytes);
        const zh_err e = zh_recommend(&s.world, &ask, &rng, &arena, &d, &why);
        CHECK(e == ZH_OK || e == ZH_NOMEM);
        full = e == ZH_OK;
        zh_arena_close(&arena);
        CHECK(bytes < 1 << 20);
    }
    shop_close(&s);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    test_product_page_shows_complements_then_the_category_then_the_popular();
    test_cart_sums_over_its_items_and_leaves_them_out();
    test_home_weighs_history_hides_what_was_bought_and_damps_what_is_bought_again();
    test_what_was_shown_in_vain_makes_way();
    test_order_done_complements_the_last_order();
    test_search_empty_shows_what_rises();
    test_what_cannot_be_sold_is_never_shown();
    test_unknown_customers_and_items_get_a_full_answer();
    test_without_a_permit_two_customers_get_the_same_bytes();
    for (uint64_t i = 0; i < 5; i++) test_removing_the_evidence_lowers_the_score_by_its_share(seed + i);
    test_the_drawn_slot_follows_its_propensities();
    test_a_wider_list_is_drawn_from_other_categories();
    for (uint64_t i = 0; i < 100; i++) test_home_equals_the_slow_model(seed + i);
    test_a_small_arena_is_an_error_never_a_crash();
    return 0;
}
