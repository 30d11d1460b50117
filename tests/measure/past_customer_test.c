/* Goal: a past out of the state: each order once, what was looked at by days of the shop's zone, in order of days; what was cancelled is not there.
 * Method: a few events folded into a customer, by hand. */
#include "measure/past_customer.h"
#include "check.h"

#include <math.h>

#define DAY 86400000LL
static zh_arena arena;
static uint64_t number;

static void fold(zh_customers *c, zh_act act, int64_t ms, const char *order, int64_t minor)
{
    zh_line line = { .item = { 7 }, .item_text = ZH_SV("tea"), .price_minor = minor, .quantity = 1 };
    const zh_event e = { .customer = { 1 }, .type = ZH_EVENT_TRACK, .act = act, .time_ms = ms, .key = { ++number, 1 }, .name = ZH_SV("event"), .lines = &line, .lines_count = 1,
                         .order_id = zh_sv_of(order), .revenue_minor = minor };
    zh_effects effects = zh_effects_open(&arena);
    CHECK(zh_customers_fold(c, e.customer, &e, &effects) == ZH_OK);
    zh_arena_reset(&arena);
}

int main(void)
{
    zh_customers *c;
    zh_past past;
    arena = zh_arena_open(16 << 20);
    CHECK(zh_customers_open(&c, &(zh_customers_desc){ 0 }) == ZH_OK);
    fold(c, ZH_ACT_VIEW, 1000 * DAY + 5, "", 100);
    fold(c, ZH_ACT_VIEW, 1000 * DAY + 9, "", 100);
    fold(c, ZH_ACT_ADD, 1000 * DAY + 10, "", 100);
    fold(c, ZH_ACT_ORDER, 1000 * DAY + 20, "a", 2050);
    fold(c, ZH_ACT_ORDER, 1000 * DAY + 30, "a", 2050); /* told twice: one order */
    fold(c, ZH_ACT_ORDER, 1010 * DAY, "b", 500);
    fold(c, ZH_ACT_CANCEL, 1011 * DAY, "b", 0);
    fold(c, ZH_ACT_ORDER, 990 * DAY, "c", 300); /* came last, was first */
    fold(c, ZH_ACT_VIEW, 1012 * DAY, "", 100);
    CHECK(zh_past_of_customer(&past, &arena, zh_customers_get(c, (zh_customer_id){ 1 }), zh_tz_utc()) == ZH_OK);
    double orders = 0, money = 0, views = 0, adds = 0;
    for (uint32_t i = 0; i < past.count; i++) {
        CHECK(i == 0 || past.facts[i - 1].day <= past.facts[i].day);
        if (past.facts[i].kind == ZH_PAST_ORDER) orders++, money += past.facts[i].value;
        if (past.facts[i].kind == ZH_PAST_VIEW && past.facts[i].day == 1000) views += past.facts[i].lines;
        adds += past.facts[i].kind == ZH_PAST_ADD;
    }
    CHECK(orders == 2 && fabs(money - 23.5) < 1e-9 && views == 2 && adds == 1);
    CHECK(past.facts[0].day == 990 && past.facts[past.count - 1].day == 1012);
    zh_customers_close(c);
    zh_arena_close(&arena);
    return 0;
}
