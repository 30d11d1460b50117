/* Goal: robots and inventions are told by their pace and their company; quick people and coarse clocks are not.
 * Method: stories; the table kept and loaded. */
#include "quality/pace.h"
#include "check.h"
#include "quality/reason.h"
#include "shelf.h"

#define BEGIN_MS INT64_C(1700000000123)

static zh_line lines[1];

static zh_event event_of(zh_act act, uint64_t customer, int64_t ms, uint64_t item)
{
    lines[0] = (zh_line){ .item = { zh_mix64(item + 1) }, .quantity = 1, .price_minor = 100 };
    return (zh_event){ .type = ZH_EVENT_TRACK, .act = act, .customer = { customer }, .source = { 1 }, .time_ms = ms, .received_ms = ms + 50, .lines = lines, .lines_count = 1 };
}

static uint32_t see(zh_pace *p, zh_event event, bool is_new)
{
    uint64_t alike[ZH_PACE_ALIKE_MAX];
    uint32_t count;
    return zh_pace_see(p, &event, is_new, alike, &count);
}

static zh_pace opened(void)
{
    zh_pace p;
    CHECK(zh_pace_open(&p) == ZH_OK);
    return p;
}

static void test_rates(void)
{
    zh_pace p = opened();
    uint32_t person = 0, robot = 0, coarse = 0, unsaid = 0;
    for (int i = 0; i < 200; i++) {
        person |= see(&p, event_of(ZH_ACT_VIEW, 1, BEGIN_MS + i * 3000, (uint64_t)i % 40), false);
        robot |= see(&p, event_of(ZH_ACT_VIEW, 2, BEGIN_MS + i * 100, (uint64_t)i % 40), false);
        coarse |= see(&p, event_of(ZH_ACT_VIEW, 3, BEGIN_MS / 60000 * 60000, (uint64_t)i % 40), false);
        zh_event e = event_of(ZH_ACT_VIEW, 4, BEGIN_MS, (uint64_t)i % 40);
        e.received_ms = e.time_ms;
        unsaid |= see(&p, e, false);
    }
    CHECK(person == 0 && robot == ZH_QUALITY_BIT(BOT_RATE) && coarse == 0 && unsaid == 0);
    zh_pace_close(&p);
}

static void test_sweeps(void)
{
    zh_pace p = opened();
    uint32_t browser = 0, robot = 0, buyer = 0;
    for (int i = 0; i < 700; i++) {
        browser |= see(&p, event_of(ZH_ACT_VIEW, 1, BEGIN_MS + i * 9000, (uint64_t)i % 60), false);
        robot |= see(&p, event_of(ZH_ACT_VIEW, 2, BEGIN_MS + i * 9000, (uint64_t)i), false);
        buyer |= see(&p, event_of(i == 50 ? ZH_ACT_ADD : ZH_ACT_VIEW, 3, BEGIN_MS + i * 9000, (uint64_t)i), false);
    }
    CHECK(browser == 0 && robot == ZH_QUALITY_BIT(BOT_SWEEP) && buyer == 0);
    zh_pace_close(&p);
}

static void test_inventions(void)
{
    zh_pace p = opened();
    uint64_t alike[ZH_PACE_ALIKE_MAX], seed = 9;
    uint32_t count, told = 0, people = 0, old = 0;
    for (uint64_t c = 1; c <= 40; c++)
        for (int i = 0; i < 3; i++) {
            const int64_t at_ms = BEGIN_MS + (int64_t)c * 7000;
            const zh_event fake = event_of(ZH_ACT_ADD, c, at_ms + i * 4000, (uint64_t)i);
            const uint32_t r = zh_pace_see(&p, &fake, i == 0, alike, &count);
            if (count > 0) told += count;
            CHECK(r == (c >= ZH_PACE_ALIKE_MAX && i == 2 ? ZH_QUALITY_BIT(FAKE_CUSTOMER) : 0));
            people |= see(&p, event_of(ZH_ACT_ADD, 1000 + c, at_ms + i * 4000 + (int64_t)(test_random(&seed) % 60000), (uint64_t)i), i == 0); /* one link, their own seconds */
            old |= see(&p, event_of(ZH_ACT_ADD, 2000 + c, at_ms + i * 5000, (uint64_t)i), false);
        }
    CHECK(told == ZH_PACE_ALIKE_MAX && people == 0 && old == 0);
    zh_pace_close(&p);
}

static void test_reviews(void)
{
    zh_pace p = opened();
    uint32_t same = 0, own = 0, shorts = 0;
    for (uint64_t c = 1; c <= 12; c++) {
        char text[160];
        zh_event e = event_of(ZH_ACT_REVIEW, c, BEGIN_MS + (int64_t)c * 3600000, c);
        e.properties = ZH_SV("{\"review_body\":\"Wonderful quality, fast delivery, will buy again!\"}");
        same |= see(&p, e, false) << (c < ZH_PACE_WORDS_MAX ? 16 : 0);
        snprintf(text, sizeof text, "{\"review_body\":\"I wrote these words alone, and my number is %llu here\"}", (unsigned long long)c);
        e.properties = zh_sv_of(text);
        own |= see(&p, e, false);
        e.properties = ZH_SV("{\"review_body\":\"good\",\"rating\":5}");
        shorts |= see(&p, e, false);
    }
    CHECK(same == ZH_QUALITY_BIT(FAKE_REVIEW) && own == 0 && shorts == 0);
    uint32_t burst = 0;
    for (uint64_t c = 1; c <= ZH_PACE_RATINGS_MAX; c++) {
        zh_event e = event_of(ZH_ACT_REVIEW, 500 + c, BEGIN_MS + (int64_t)c * 1000, 77);
        e.properties = ZH_SV("{\"rating\":5}");
        burst = see(&p, e, false);
        CHECK((burst != 0) == (c == ZH_PACE_RATINGS_MAX));
    }
    zh_pace_close(&p);
}

static void test_a_busy_customer_keeps_the_slot_and_comes_back(void)
{
    zh_pace p = opened(), again = opened();
    shelf kept = { 0 }, all = { 0 };
    uint32_t robot = 0;
    for (int i = 0; i < 130; i++) {
        robot |= see(&p, event_of(ZH_ACT_VIEW, 1, BEGIN_MS + i * 100, 1), false);
        for (uint64_t c = 2; c < 200; c++) (void)see(&p, event_of(ZH_ACT_VIEW, c * 131, BEGIN_MS + i * 100, c), false);
        if (i == 60) CHECK(zh_pace_save(&p, false, shelf_keep(&kept)) == ZH_OK);
    }
    CHECK(robot == ZH_QUALITY_BIT(BOT_RATE));
    zh_event e = event_of(ZH_ACT_REVIEW, 9, BEGIN_MS, 77);
    e.properties = ZH_SV("{\"rating\":5}");
    (void)see(&p, e, false);
    CHECK(zh_pace_save(&p, false, shelf_keep(&kept)) == ZH_OK);
    for (size_t i = 0; i < kept.count; i++) CHECK(zh_pace_load(&again, shelf_key(&kept, i).data[0], zh_sv_part(shelf_key(&kept, i), 1, SIZE_MAX), shelf_value(&kept, i)) == ZH_OK);
    CHECK(zh_pace_load(&again, shelf_key(&kept, 0).data[0], zh_sv_part(shelf_key(&kept, 0), 1, SIZE_MAX), shelf_value(&kept, 0)) == ZH_FORMAT);
    CHECK(zh_pace_save(&again, true, shelf_keep(&all)) == ZH_OK && shelf_equal(&all, &kept));
    zh_pace_close(&p);
    zh_pace_close(&again);
    shelf_close(&kept);
    shelf_close(&all);
}

int main(void)
{
    test_rates();
    test_sweeps();
    test_inventions();
    test_reviews();
    test_a_busy_customer_keeps_the_slot_and_comes_back();
    return 0;
}
