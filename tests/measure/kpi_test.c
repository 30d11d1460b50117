/* Goal: the figures of a span are those of its days, and a comparison never holds a running hour against a whole one.
 * Method: a small shop whose figures are known by counting: one visitor an hour, an order each third hour. */
#include "measure/kpi.h"
#include "base/time.h"
#include "check.h"

#define CNY ((zh_currency){ 0x434E59 })
#define EUR ((zh_currency){ 0x455552 })
#define FIRST_DAY 20000

static zh_sales *sales;
static zh_visits *visits;
static zh_arena arena;

static void come(uint64_t customer, int64_t hour, zh_act act, int64_t revenue, zh_currency currency)
{
    static uint64_t key;
    char id[24];
    snprintf(id, sizeof id, "o%llu", (unsigned long long)++key);
    zh_line line = { .item = { 1 }, .item_text = ZH_SV("a"), .sku = ZH_SV("a"), .name = ZH_SV("a"), .price_minor = revenue, .quantity = 1, .total_minor = revenue };
    const zh_event e = { .type = ZH_EVENT_TRACK, .act = act, .key = { 0, key }, .time_ms = hour * ZH_HOUR_MS + 60000, .order_id = zh_sv_of(id), .currency = currency,
                         .lines = &line, .lines_count = 1, .revenue_minor = revenue };
    CHECK(zh_sales_fold(sales, &e, (zh_customer_id){ customer }) == ZH_OK && zh_visits_fold(visits, &e, (zh_customer_id){ customer }) == ZH_OK);
}

/* In each hour customer 1 + hour % 5 comes; each third hour the same one buys for 100 x the hour of the day. */
static void fill(int64_t from_hour, int64_t to_hour)
{
    for (int64_t h = from_hour; h < to_hour; h++) {
        come((uint64_t)(1 + h % 5), h, ZH_ACT_VIEW, 0, CNY);
        if (h % 3 == 0) come((uint64_t)(1 + h % 5), h, ZH_ACT_ORDER, 100 * (h % 24 + 1), CNY);
    }
}

static zh_kpi counted(int64_t from_hour, int64_t to_hour)
{
    zh_kpi k = { 0 };
    bool came[6] = { false }, bought[6] = { false };
    for (int64_t h = from_hour; h < to_hour; h++) {
        const size_t c = (size_t)(1 + h % 5);
        k.visitors += !came[c], came[c] = true;
        if (h % 3 != 0) continue;
        k.buyers += !bought[c], bought[c] = true;
        k.orders++, k.revenue_minor += 100 * (h % 24 + 1);
    }
    return k;
}

static bool same(const zh_kpi *a, zh_kpi b)
{
    return a->visitors == b.visitors && a->buyers == b.buyers && a->orders == b.orders && a->revenue_minor == b.revenue_minor &&
           a->refunded_minor == b.refunded_minor && a->refunds == b.refunds;
}

static zh_kpi_report asked(int64_t from, int64_t to, int64_t now_hour, zh_kpi_compare compare)
{
    zh_kpi_report r;
    CHECK(zh_kpi_report_of(sales, visits, CNY, from, to, now_hour, compare, &arena, &r) == ZH_OK);
    return r;
}

static void test_a_running_day_is_compared_by_its_whole_hours(void)
{
    const int64_t today = FIRST_DAY + 9, now = today * 24 + 10;
    const struct { zh_kpi_compare compare; int64_t back; } rows[] = { { ZH_KPI_YESTERDAY, 1 }, { ZH_KPI_LAST_WEEK, 7 }, { ZH_KPI_PREVIOUS, 1 } };
    for (size_t i = 0; i < 3; i++) {
        const int64_t back = rows[i].back * 24;
        const zh_kpi_report r = asked(today, today, now, rows[i].compare);
        CHECK(r.hourly && r.compared && r.has_settled && r.steps_count == 11 && r.before_steps_count == 24);
        CHECK(same(&r.current, counted(today * 24, now + 1)) && same(&r.settled, counted(today * 24, now)));
        CHECK(same(&r.before, counted(today * 24 - back, now - back)));
        CHECK(r.before_span.through_hour == now - back && r.span.through_hour == now + 1 && r.settled_span.through_hour == now);
        for (size_t h = 0; h < r.steps_count; h++) CHECK(r.steps[h].hour == today * 24 + (int64_t)h && same(&r.steps[h].figures, counted(r.steps[h].hour, r.steps[h].hour + 1)));
        for (size_t h = 0; h < 24; h++) CHECK(same(&r.before_steps[h].figures, counted(today * 24 - back + (int64_t)h, today * 24 - back + (int64_t)h + 1)));
    }
    CHECK(!asked(today, today, today * 24, ZH_KPI_YESTERDAY).has_settled); /* no whole hour yet */
    const zh_kpi_report alone = asked(today, today, now, ZH_KPI_NONE);
    CHECK(!alone.compared && alone.before_steps_count == 0 && same(&alone.current, counted(today * 24, now + 1)));
}

static void test_days_are_stepped_by_day(void)
{
    const int64_t to = FIRST_DAY + 8;
    const zh_kpi_report r = asked(to - 6, to, (to + 1) * 24 + 10, ZH_KPI_YESTERDAY);
    CHECK(!r.hourly && r.steps_count == 7 && r.before_steps_count == 7);
    CHECK(same(&r.current, counted((to - 6) * 24, (to + 1) * 24)) && same(&r.current, r.settled)); /* over: nothing runs */
    for (size_t i = 0; i < 7; i++) CHECK(same(&r.steps[i].figures, counted((to - 6 + (int64_t)i) * 24, (to - 5 + (int64_t)i) * 24)));
    const zh_kpi_report previous = asked(to - 2, to, (to + 1) * 24 + 10, ZH_KPI_PREVIOUS);
    CHECK(previous.before_span.from_day == to - 5 && previous.before_span.to_day == to - 3 && same(&previous.before, counted((to - 5) * 24, (to - 2) * 24)));
}

static void test_edges(void)
{
    zh_kpi_report r;
    const int64_t now = (FIRST_DAY + 9) * 24 + 10;
    CHECK(zh_kpi_report_of(sales, visits, CNY, 5, 4, now, ZH_KPI_NONE, &arena, &r) == ZH_RANGE);
    CHECK(zh_kpi_report_of(sales, visits, CNY, 0, ZH_KPI_DAYS_MAX, now, ZH_KPI_NONE, &arena, &r) == ZH_RANGE);
    r = asked(FIRST_DAY + 20, FIRST_DAY + 21, now, ZH_KPI_LAST_WEEK); /* not begun */
    CHECK(r.steps_count == 0 && r.current.visitors == 0 && !r.has_settled);
    CHECK(zh_kpi_report_of(sales, visits, EUR, FIRST_DAY, FIRST_DAY, now, ZH_KPI_NONE, &arena, &r) == ZH_OK);
    CHECK(r.current.orders == 0 && r.current.revenue_minor == 0 && r.current.visitors == 5); /* people have no currency */
    come(3, (FIRST_DAY + 9) * 24 + 1, ZH_ACT_REFUND, 70, CNY);
    r = asked(FIRST_DAY + 9, FIRST_DAY + 9, now, ZH_KPI_NONE);
    CHECK(r.current.refunds == 1 && r.current.refunded_minor == 70 && r.current.revenue_minor == counted((FIRST_DAY + 9) * 24, now + 1).revenue_minor);
    zh_kpi_compare compare;
    for (int i = 0; i <= ZH_KPI_PREVIOUS; i++) CHECK(zh_kpi_compare_of(zh_sv_of(zh_kpi_compare_text((zh_kpi_compare)i)), &compare) && (int)compare == i);
    CHECK(!zh_kpi_compare_of(ZH_SV("tomorrow"), &compare));
}

int main(void)
{
    arena = zh_arena_open(1 << 24);
    CHECK(zh_sales_open(&sales, &(zh_sales_desc){ 0 }) == ZH_OK && zh_visits_open(&visits, &(zh_visits_desc){ 0 }) == ZH_OK);
    fill(FIRST_DAY * 24, (FIRST_DAY + 9) * 24 + 11);
    test_a_running_day_is_compared_by_its_whole_hours();
    test_days_are_stepped_by_day();
    test_edges();
    zh_sales_close(sales);
    zh_visits_close(visits);
    zh_arena_close(&arena);
    return 0;
}
