/* Goal: what people buy again is due when it has lasted as long as it does, of the customer's own pace; phones are never due.
 * Method: a shop with gaps told as steps; values against the formula; the list of a customer with several goods. */
#include "decide/recommend_inside.h"
#include "shop.h"

#include <math.h>

enum { COFFEE, OTHER_COFFEE, SOAP, PHONE, LAMP };
#define TODAY ((uint16_t)(NOW / DAY))

static shop a_shop(void)
{
    static const char *const kinds[] = { "coffee", "coffee", "soap", "phones", "lamps" };
    shop s = shop_open(12);
    for (uint32_t i = 0; i < 5; i++) shop_learn(&s, i, kinds[i], NOW);
    for (int n = 0; n < 40; n++) {
        const zh_step steps[] = { { ZH_STEP_GAP, 1, shop_item(COFFEE), { 20 + (uint64_t)(n % 9) } }, { ZH_STEP_GAP, 1, shop_item(SOAP), { 60 } }, { ZH_STEP_BUYER, 1, shop_item(COFFEE), { 0 } },
                                  { ZH_STEP_BUYER, 1, shop_item(SOAP), { 0 } }, { ZH_STEP_BUYER, 2, shop_item(PHONE), { 0 } }, { ZH_STEP_BUYER, 1, shop_item(LAMP), { 0 } } };
        CHECK(zh_sequel_apply(s.sequel, steps, 6) == ZH_OK);
    }
    for (int n = 0; n < 10; n++) { /* an eighth of those who buy a phone buy another: it lasts; few lamps are known */
        const zh_step steps[] = { { ZH_STEP_GAP, 1, shop_item(PHONE), { 30 } }, { ZH_STEP_GAP, 1, shop_item(LAMP), { 30 } } };
        CHECK(zh_sequel_apply(s.sequel, steps, n < 4 ? 2 : 1) == ZH_OK);
    }
    return s;
}

static zh_repeat due(const shop *s, uint32_t item, uint16_t age, uint16_t gap)
{
    const uint64_t kind = zh_catalog_get(s->catalog, shop_item(item))->category_hash;
    const uint16_t last = (uint16_t)(TODAY - age);
    const zh_habit habit = { kind, { last, gap == 0 ? 0 : (uint16_t)(last - gap) }, shop_item(item) };
    return zh_recommend_repeat(s->sequel, shop_item(item), &habit, TODAY);
}

static void test_the_day_it_is_due_is_the_usual_one_of_people_and_of_his_own(void)
{
    shop s = a_shop();
    const zh_repeat today = due(&s, COFFEE, 24, 0);
    CHECK(today.days_usual >= 23 && today.days_usual <= 25 && today.value_micro > 900000); /* gaps of 20 .. 28 days */
    CHECK(due(&s, COFFEE, 5, 0).value_micro == 0);
    int64_t before = -1;
    for (uint16_t age = 10; age < 24; age++) { /* nearer, never less */
        const int64_t value = due(&s, COFFEE, age, 0).value_micro;
        CHECK(value >= before);
        before = value;
    }
    for (uint16_t age = 26; age < 70; age++) CHECK(due(&s, COFFEE, age, 0).value_micro < due(&s, COFFEE, (uint16_t)(age - 1), 0).value_micro);
    CHECK(due(&s, COFFEE, 90, 0).value_micro == 0); /* he gave it up */
    CHECK(due(&s, COFFEE, 24, 60).days_usual == (uint32_t)((60 + 2 * 24.5) / 3 + .5)); /* his own pace counts a third */
    CHECK(due(&s, COFFEE, 40, 60).value_micro > due(&s, COFFEE, 40, 0).value_micro);
    CHECK(due(&s, OTHER_COFFEE, 24, 0).value_micro > 900000); /* nobody bought this one again, but its kind */
    CHECK(due(&s, PHONE, 30, 0).value_micro == 0 && due(&s, LAMP, 30, 0).value_micro == 0);
    shop_close(&s);
}

static void test_the_list_shows_what_is_due_and_says_since_when(void)
{
    shop s = a_shop();
    zh_bought bought[] = { { shop_item(COFFEE), 1, NOW - 24 * DAY, 1, { TODAY - 24 } }, { shop_item(OTHER_COFFEE), 1, NOW - 50 * DAY, 1, { TODAY - 50 } }, { shop_item(SOAP), 1, NOW - 10 * DAY, 1, { TODAY - 10 } },
                           { shop_item(PHONE), 1, NOW - 30 * DAY, 1, { TODAY - 30 } }, { shop_item(LAMP), 0, NOW - 30 * DAY, 0, { TODAY - 30 } } };
    qsort(bought, 5, sizeof *bought, shop_by_item);
    const zh_history history = { .bought = bought, .bought_count = 5 };
    const zh_permit permit = shop_permit(&s, 3);
    const zh_placement placement = { .name = ZH_SV("again"), .stages = { ZH_STAGE_REPEAT, ZH_STAGE_NEW } };
    zh_recommend_ask ask = { .placement = &placement, .n = 5, .now_ms = NOW, .explain = true, .customer = { 3 }, .permit = &permit, .history = &history };
    zh_rng rng = { 5, 0, 0 };
    zh_decision d;
    zh_reason *why;
    CHECK(zh_recommend(&s.world, &ask, &rng, &s.arena, &d, &why) == ZH_OK && d.shown_count == 5);
    CHECK(d.shown[0].item.number == shop_item(COFFEE).number && d.shown[1].item.number == shop_item(OTHER_COFFEE).number);
    CHECK(d.shown[0].reason == ZH_REASON_REPEAT_DUE && d.shown[1].reason == ZH_REASON_REPEAT_DUE && d.shown[2].reason == ZH_REASON_NEW);
    CHECK(zh_sv_equal(why[0].en, ZH_SV("You bought it 24 days ago; it usually lasts 25 days")));
    CHECK(why[0].evidence[0].act == ZH_ACT_ORDER && why[0].evidence[0].at_ms == NOW - 24 * DAY && why[1].days_ago == 50);
    ask.permit = NULL;
    CHECK(zh_recommend(&s.world, &ask, &rng, &s.arena, &d, &why) == ZH_OK && d.shown[0].reason == ZH_REASON_NEW);
    shop_close(&s);
}

int main(void)
{
    test_the_day_it_is_due_is_the_usual_one_of_people_and_of_his_own();
    test_the_list_shows_what_is_due_and_says_since_when();
    return 0;
}
