/* Goal: marks are given for what they say, believed words take them back, and the view comes back as it was.
 * Method: stories; kept and loaded. What it does for learning: bench/quality_bench.c. */
#include "quality/quality.h"
#include "check.h"
#include "shelf.h"

#define NOW_MS INT64_C(1700000000123)

static zh_line line_of(uint64_t item, int64_t quantity, int64_t price)
{
    return (zh_line){ .item = { zh_mix64(item + 1) }, .quantity = quantity, .price_minor = price };
}

static uint64_t sequence;

static uint32_t fold(zh_quality *q, zh_event *e, uint64_t customer)
{
    uint32_t reasons;
    e->customer.number = customer;
    e->source.number = 1;
    if (e->received_ms == 0) e->received_ms = NOW_MS + 5;
    if (e->time_ms == 0) e->time_ms = NOW_MS;
    const zh_quality_look look = { .event = e, .sequence = ++sequence, .commit_ms = NOW_MS };
    CHECK(zh_quality_fold(q, &look, &reasons) == ZH_OK);
    return reasons;
}

static zh_quality *opened(void)
{
    zh_quality *q = NULL;
    CHECK(zh_quality_open(&q) == ZH_OK);
    for (int i = 0; i < 2000; i++) { /* a shop that knows its amounts */
        zh_line line = line_of((uint64_t)i % 20, 1 + i % 30, 1000 + i % 20);
        zh_event e = { .type = ZH_EVENT_TRACK, .act = ZH_ACT_ORDER, .name = ZH_SV("Order Completed"), .lines = &line, .lines_count = 1 };
        CHECK(fold(q, &e, 100000 + (uint64_t)i) == 0);
    }
    return q;
}

static zh_event order(zh_line *line) { return (zh_event){ .type = ZH_EVENT_TRACK, .act = ZH_ACT_ORDER, .name = ZH_SV("Order Completed"), .lines = line, .lines_count = 1 }; }

static void test_marks(void)
{
    static const struct { const char *name; int64_t quantity, price, time_ms; uint32_t marks, reasons; zh_act act; } rows[] = {
        { "plain", 3, 1000, 0, 0, 0, ZH_ACT_ORDER },
        { "wholesale", 600, 1000, 0, 0, 0, ZH_ACT_ORDER },
        { "a mistake of many", 80995, 1000, 0, 0, ZH_QUALITY_BIT(OUTLIER), ZH_ACT_ORDER },
        { "its cancellation", 80995, 1000, 0, 0, ZH_QUALITY_BIT(OUTLIER), ZH_ACT_REFUND },
        { "an absurd price", 1, 50000000, 0, 0, ZH_QUALITY_BIT(OUTLIER), ZH_ACT_ADD },
        { "a view says no amounts", 1, 50000000, 0, 0, 0, ZH_ACT_VIEW },
        { "no price", 1, -1, 0, 0, ZH_QUALITY_BIT(IMPUTED), ZH_ACT_ORDER },
        { "the future", 1, 1000, NOW_MS + 30LL * 86400000, 0, ZH_QUALITY_BIT(CLOCK), ZH_ACT_ORDER },
        { "1970", 1, 1000, 86400000, 0, ZH_QUALITY_BIT(CLOCK), ZH_ACT_ORDER },
        { "a clamped clock", 1, 1000, 0, ZH_MARK_CLOCK_CLAMPED, ZH_QUALITY_BIT(CLOCK), ZH_ACT_ORDER },
        { "a negative price", 1, -1, 0, ZH_MARK_OUTLIER, ZH_QUALITY_BIT(BAD_AMOUNT), ZH_ACT_ORDER },
    };
    zh_quality *q = opened();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_line line = line_of(3, rows[i].quantity, rows[i].price);
        zh_event e = order(&line);
        e.act = rows[i].act, e.time_ms = rows[i].time_ms, e.marks = rows[i].marks;
        CHECK_ROW(fold(q, &e, i + 1) == rows[i].reasons, rows[i].name);
        CHECK_ROW(zh_quality_judge(q, &e, 0, NOW_MS, 0, sequence) == rows[i].reasons, rows[i].name);
    }
    const int64_t usual = zh_quality_price(q, (zh_item_id){ zh_mix64(4) });
    CHECK(usual > 900 && usual < 1100 && zh_quality_apart_count(q) == 7);
    zh_quality_sample samples[ZH_QUALITY_SAMPLES_MAX];
    CHECK(zh_quality_samples(q, ZH_QUALITY_OUTLIER, samples) == 3 && zh_sv_equal(samples[0].detail, ZH_SV("price 50000000")) && zh_sv_equal(samples[2].detail, ZH_SV("quantity 80995")));
    zh_quality_row row;
    uint32_t counts[ZH_QUALITY_REASONS] = { 0 };
    for (size_t at = 0; zh_quality_next(q, &at, 0, &row);)
        for (unsigned r = 0; r < ZH_QUALITY_REASONS; r++) counts[r] += row.counts[r];
    CHECK(counts[ZH_QUALITY_OUTLIER] == 3 && counts[ZH_QUALITY_CLOCK] == 3 && counts[ZH_QUALITY_IMPUTED] == 1);
    size_t at = 0;
    CHECK(!zh_quality_next(q, &at, (int32_t)(NOW_MS / 86400000) + 1, &row));
    zh_quality_close(q);
}

static void test_a_judged_customer_stays_one_until_a_person_says_otherwise(void)
{
    zh_quality *q = opened();
    zh_line line = line_of(3, 1, 1000);
    zh_event robot = { .type = ZH_EVENT_TRACK, .act = ZH_ACT_VIEW, .name = ZH_SV("Product Viewed"), .marks = ZH_MARK_BOT_AGENT, .lines = &line, .lines_count = 1 };
    bool is_new;
    CHECK(fold(q, &robot, 7) == ZH_QUALITY_BIT(BOT_AGENT));
    robot.marks = 0;
    CHECK(fold(q, &robot, 7) == ZH_QUALITY_BIT(BOT_AGENT) && fold(q, &robot, 8) == 0);
    CHECK(zh_quality_merge(q, (zh_customer_id){ 7 }, (zh_customer_id){ 8 }) == ZH_OK && fold(q, &robot, 8) == ZH_QUALITY_BIT(BOT_AGENT));
    CHECK(zh_quality_judged_of(q, (zh_customer_id){ 8 }) != 0 && zh_quality_judged_of(q, (zh_customer_id){ 7 }) == 0);
    const zh_word truth = { .what = ZH_WORD_CUSTOMER, .customer = { 8 } };
    CHECK(zh_quality_say(q, &truth, &is_new) == ZH_OK && is_new && zh_quality_say(q, &truth, &is_new) == ZH_OK && !is_new);
    robot.marks = ZH_MARK_BOT_AGENT;
    CHECK(fold(q, &robot, 8) == 0 && zh_quality_judged_of(q, (zh_customer_id){ 8 }) == 0);
    uint32_t by_reason[ZH_QUALITY_REASONS];
    CHECK(zh_quality_judged(q, by_reason) == 0);
    zh_quality_close(q);
}

static void test_words_of_events(void)
{
    zh_quality *q = opened();
    zh_line line = line_of(3, 80995, 1000);
    zh_event e = order(&line);
    bool is_new;
    CHECK(fold(q, &e, 1) == ZH_QUALITY_BIT(OUTLIER));
    const uint64_t at = sequence;
    CHECK(zh_quality_say(q, &(zh_word){ .what = ZH_WORD_EVENT, .reason = ZH_QUALITY_OUTLIER, .sequence = at }, &is_new) == ZH_OK && is_new);
    CHECK(zh_quality_judge(q, &e, 0, NOW_MS, 0, at) == 0 && zh_quality_judge(q, &e, 0, NOW_MS, 0, at + 1) == ZH_QUALITY_BIT(OUTLIER));
    zh_quality_sample samples[ZH_QUALITY_SAMPLES_MAX];
    CHECK(zh_quality_samples(q, ZH_QUALITY_OUTLIER, samples) == 1 && samples[0].is_true && samples[0].sequence == at);
    CHECK(zh_quality_say(q, &(zh_word){ .what = ZH_WORD_EVENTS, .reason = ZH_QUALITY_OUTLIER, .source = { 1 }, .name = ZH_SV("Order Completed") }, &is_new) == ZH_OK && is_new);
    CHECK(fold(q, &e, 1) == 0);
    e.name = ZH_SV("Other Order");
    CHECK(fold(q, &e, 1) == ZH_QUALITY_BIT(OUTLIER));
    zh_quality_close(q);
}

static void test_it_comes_back(void)
{
    zh_quality *q = opened(), *again = NULL;
    shelf kept = { 0 }, all = { 0 };
    bool is_new;
    CHECK(zh_quality_save(q, false, shelf_keep(&kept)) == ZH_OK);
    for (int i = 0; i < 100; i++) {
        zh_line line = line_of(3, 80000 + i, 1000);
        zh_event e = order(&line);
        e.marks = i % 5 == 0 ? ZH_MARK_BOT_AGENT : 0;
        (void)fold(q, &e, (uint64_t)i % 11 + 1);
        if (i == 50) CHECK(zh_quality_save(q, false, shelf_keep(&kept)) == ZH_OK);
    }
    CHECK(zh_quality_merge(q, (zh_customer_id){ 1 }, (zh_customer_id){ 2 }) == ZH_OK && zh_quality_say(q, &(zh_word){ .what = ZH_WORD_CUSTOMER, .customer = { 3 } }, &is_new) == ZH_OK);
    CHECK(zh_quality_say(q, &(zh_word){ .what = ZH_WORD_EVENT, .sequence = 5 }, &is_new) == ZH_OK);
    CHECK(zh_quality_save(q, false, shelf_keep(&kept)) == ZH_OK && zh_quality_open(&again) == ZH_OK);
    for (size_t i = 0; i < kept.count; i++) CHECK(zh_quality_load(again, shelf_key(&kept, i), shelf_value(&kept, i)) == ZH_OK);
    CHECK(zh_quality_save(again, true, shelf_keep(&all)) == ZH_OK && shelf_equal(&all, &kept));
    const char *why;
    CHECK(zh_quality_check(q, &why) && zh_quality_check(again, &why) && zh_quality_bytes(again) > 0);
    zh_line line = line_of(3, 90000, 1000);
    zh_event e = order(&line);
    CHECK(fold(q, &e, 4) == fold(again, &e, 4));
    zh_quality_close(q);
    zh_quality_close(again);
    zh_quality_close(NULL);
    shelf_close(&kept);
    shelf_close(&all);
}

int main(void)
{
    test_marks();
    test_a_judged_customer_stays_one_until_a_person_says_otherwise();
    test_words_of_events();
    test_it_comes_back();
    return 0;
}
