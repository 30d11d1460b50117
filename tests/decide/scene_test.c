/* Goal: the moment lifts what is wanted at it, says so only where that is true, and changes nothing where it should not.
 * Method: a shop with two categories of which one sells in the evening; each list asked at the evening, at noon and without a
 * moment; for every reason "scene" the list is asked again without the moment, and the item must stand further back. */
#include "decide/recommend.h"
#include "shop.h"

static zh_decision d;
static zh_reason *why;
static zh_policy policy = { .scene = true };
static zh_scenes *scenes;

static uint64_t at_hour(uint8_t hour, zh_sky sky)
{
    const zh_scene s = { .has_time = true, .hour = hour, .weekday = 1, .month = 11, .day = ZH_DAY_WORKING, .sky = sky };
    return zh_scene_pack(&s);
}

static void learn(const char *category, uint8_t hour, zh_sky sky, int times)
{
    zh_scene s;
    CHECK(zh_scene_unpack(at_hour(hour, sky), &s));
    for (int i = 0; i < times; i++) CHECK(zh_scenes_count(scenes, zh_fast64(zh_sv_of(category)), &s, false) == ZH_OK);
}

/* Six books that sell, six snacks that sell a little less; snacks go in the evening and in the rain. */
static shop open_shop(void)
{
    shop s = shop_open(14);
    for (uint32_t i = 0; i < 6; i++) {
        shop_learn(&s, i, "books", NOW), shop_sold(&s, i, 0, 40 - (int)i);
        shop_learn(&s, 6 + i, "snacks", NOW), shop_sold(&s, 6 + i, 0, 33 - (int)i);
    }
    CHECK(zh_scenes_open(&scenes) == ZH_OK);
    learn("snacks", 20, ZH_SKY_RAIN, 900), learn("snacks", 12, ZH_SKY_CLEAR, 300);
    learn("books", 20, ZH_SKY_RAIN, 300), learn("books", 12, ZH_SKY_CLEAR, 900);
    s.world.scenes = scenes;
    s.world.policy = &policy;
    return s;
}

static void ask_at(shop *s, uint64_t scene, const zh_recommend_ask *more)
{
    static const zh_placement popular = { .name = ZH_SV("popular"), .stages = { ZH_STAGE_POPULAR, ZH_STAGE_NEW } };
    zh_rng rng = { 5, 0, 0 };
    zh_recommend_ask ask = more != NULL ? *more : (zh_recommend_ask){ 0 };
    if (ask.placement == NULL) ask.placement = &popular;
    if (ask.n == 0) ask.n = 14;
    ask.now_ms = NOW, ask.explain = true, ask.scene = scene;
    CHECK(zh_recommend(&s->world, &ask, &rng, &s->arena, &d, &why) == ZH_OK);
}

static uint32_t rank_of(const zh_decision *of, zh_item_id item)
{
    for (uint32_t i = 0; i < of->shown_count; i++)
        if (of->shown[i].item.number == item.number) return i;
    return of->shown_count;
}

static bool is_snack(zh_item_id item)
{
    for (uint32_t i = 6; i < 12; i++)
        if (shop_item(i).number == item.number) return true;
    return false;
}

static void test_the_evening_brings_snacks_and_says_so(void)
{
    shop s = open_shop();
    ask_at(&s, 0, NULL);
    for (uint32_t i = 0; i < 6; i++) CHECK(!is_snack(d.shown[i].item) && is_snack(d.shown[6 + i].item));
    CHECK(d.scene == 0 && d.shown[6].reason == ZH_REASON_POPULAR);
    ask_at(&s, at_hour(20, 0), NULL);
    CHECK(d.scene == at_hour(20, 0) && !d.personalized);
    for (uint32_t i = 0; i < 6; i++) CHECK(is_snack(d.shown[i].item) && d.shown[i].reason == ZH_REASON_SCENE && !is_snack(d.shown[6 + i].item) && d.shown[6 + i].reason == ZH_REASON_POPULAR);
    CHECK(zh_sv_equal(why[0].en, ZH_SV("Often chosen in the evening")) && zh_sv_equal(why[0].zh, ZH_SV("晚上常选")) && why[0].evidence_count == 0);
    for (uint32_t i = 12; i < 14; i++) CHECK(d.shown[i].reason == ZH_REASON_NEW); /* the newest are in no better order at night */
    const zh_decision lifted = d;
    ask_at(&s, 0, NULL);
    for (uint32_t i = 0; i < lifted.shown_count; i++) /* what the reason says is true */
        if (lifted.shown[i].reason == ZH_REASON_SCENE) CHECK(rank_of(&d, lifted.shown[i].item) > i);
    ask_at(&s, at_hour(12, 0), NULL);
    for (uint32_t i = 0; i < 6; i++) CHECK(!is_snack(d.shown[i].item) && d.shown[i].reason == ZH_REASON_POPULAR); /* books stood there anyway */
    zh_scenes_close(scenes);
    shop_close(&s);
}

static void test_turned_off_or_with_nothing_learned_it_changes_nothing(void)
{
    shop s = open_shop();
    ask_at(&s, 0, NULL);
    const zh_decision without = d;
    policy.scene = false;
    ask_at(&s, at_hour(20, ZH_SKY_RAIN), NULL);
    policy.scene = true;
    CHECK(d.scene == at_hour(20, 0)); /* it is written down for the rules */
    for (uint32_t i = 0; i < d.shown_count; i++) CHECK(d.shown[i].item.number == without.shown[i].item.number && d.shown[i].score_micro == without.shown[i].score_micro && d.shown[i].reason == without.shown[i].reason);
    zh_scenes *empty;
    CHECK(zh_scenes_open(&empty) == ZH_OK);
    s.world.scenes = empty;
    ask_at(&s, at_hour(20, ZH_SKY_RAIN), NULL);
    for (uint32_t i = 0; i < d.shown_count; i++) CHECK(d.shown[i].item.number == without.shown[i].item.number && d.shown[i].score_micro == without.shown[i].score_micro);
    zh_scenes_close(empty);
    zh_scenes_close(scenes);
    shop_close(&s);
}

/* The weather is in no answer that is not personal; in a personal one it is, and the shares of a counted score still add up. */
static void test_weather_is_for_who_lets_himself_be_known(void)
{
    shop s = open_shop();
    TOGETHER(&s, false, 20, 13, 0);
    TOGETHER(&s, false, 17, 13, 6);
    zh_bought bought[] = { { .item = shop_item(13), .times = 1, .last_ms = NOW - 3 * DAY } };
    const zh_history history = { .bought = bought, .bought_count = 1 };
    const zh_permit permit = shop_permit(&s, 3);
    const zh_recommend_ask ask = { .placement = zh_placement_find(ZH_SV("home")), .n = 4, .customer = { 3 }, .permit = &permit, .history = &history };
    const uint64_t rain = at_hour(20, ZH_SKY_RAIN);
    ask_at(&s, rain, NULL);
    CHECK(d.scene == at_hour(20, 0));
    ask_at(&s, 0, &ask);
    CHECK(d.personalized && d.shown[0].item.number == shop_item(0).number && d.shown[0].reason == ZH_REASON_BECAUSE_YOU_BOUGHT);
    const int64_t usual = d.shown[1].score_micro;
    ask_at(&s, rain, &ask);
    CHECK(d.scene == rain && d.shown[0].item.number == shop_item(6).number && d.shown[0].reason == ZH_REASON_SCENE && d.shown[0].score_micro <= usual);
    CHECK(zh_sv_equal(why[0].zh, ZH_SV("雨天晚上常选")) && zh_sv_equal(why[0].en, ZH_SV("Often chosen in the rain in the evening")));
    CHECK(why[1].code == ZH_REASON_BECAUSE_YOU_BOUGHT && why[1].evidence[0].share_micro == d.shown[1].score_micro);
    zh_scenes_close(scenes);
    shop_close(&s);
}

int main(void)
{
    test_the_evening_brings_snacks_and_says_so();
    test_turned_off_or_with_nothing_learned_it_changes_nothing();
    test_weather_is_for_who_lets_himself_be_known();
    return 0;
}
