/* Goal: what a customer was like before a moment counts nothing at or after it, and is what counting by hand says.
 * Method: a small life, asked at several moments; the same with later events folded or not. */
#include "measure/before.h"
#include "check.h"

#include <math.h>

#define DAY INT64_C(86400000)
#define START INT64_C(1300000000000)

static zh_arena arena;
static uint64_t number;

static void fold(zh_customers *c, zh_act act, int64_t ms, const char *order, int64_t price)
{
    zh_line line = { .item = { 7 }, .item_text = ZH_SV("tea"), .price_minor = price, .quantity = 1, .total_minor = price };
    const zh_event event = { .customer = { 1 }, .type = ZH_EVENT_TRACK, .act = act, .time_ms = ms, .key = { ++number, 1 }, .name = ZH_SV("x"), .order_id = zh_sv_of(order), .revenue_minor = price, .lines = &line, .lines_count = 1 };
    zh_effects effects = zh_effects_open(&arena);
    CHECK(zh_customers_fold(c, event.customer, &event, &effects) == ZH_OK);
    zh_arena_reset(&arena);
}

int main(void)
{
    zh_customers *c;
    double out[ZH_BEFORE_COLUMNS], again[ZH_BEFORE_COLUMNS];
    arena = zh_arena_open((size_t)1 << 20);
    zh_before_of(NULL, START, out);
    for (int i = 0; i < ZH_BEFORE_COLUMNS; i++) CHECK(out[i] == (i == ZH_BEFORE_DAYS_SINCE_ORDER ? ZH_BEFORE_NEVER : 0) && zh_before_text((zh_before)i)[0] != '\0');
    CHECK(zh_customers_open(&c, &(zh_customers_desc){ 0 }) == ZH_OK);
    fold(c, ZH_ACT_VIEW, START, "", 300);
    fold(c, ZH_ACT_ORDER, START + DAY, "a", 500);
    fold(c, ZH_ACT_VIEW, START + 20 * DAY, "", 100);
    fold(c, ZH_ACT_ADD, START + 28 * DAY, "", 100);
    const int64_t moment_ms = START + 30 * DAY;
    zh_before_of(zh_customers_get(c, (zh_customer_id){ 1 }), moment_ms, out);
    CHECK(out[ZH_BEFORE_ORDERS] == 1 && out[ZH_BEFORE_MONEY] == 500 && fabs(out[ZH_BEFORE_DAYS_SINCE_ORDER] - 29) < 1e-9 && fabs(out[ZH_BEFORE_DAYS_KNOWN] - 30) < 1e-9);
    CHECK(out[ZH_BEFORE_VIEWS] == 1 && out[ZH_BEFORE_ADDS] == 1 && out[ZH_BEFORE_ACTIVE_DAYS] == 3 && out[ZH_BEFORE_EVENTS_7D] == 1 && out[ZH_BEFORE_CARTS_7D] == 1); /* the first view is 30 days old */
    CHECK(out[ZH_BEFORE_ITEMS_SEEN] == 1 && fabs(out[ZH_BEFORE_DEAR] - 700.0 / 3) < 1e-9);
    fold(c, ZH_ACT_ORDER, moment_ms, "b", 900); /* at the moment: not before it */
    fold(c, ZH_ACT_ADD, moment_ms + DAY, "", 900);
    zh_before_of(zh_customers_get(c, (zh_customer_id){ 1 }), moment_ms, again);
    CHECK(memcmp(out, again, sizeof out) == 0);
    zh_before_of(zh_customers_get(c, (zh_customer_id){ 1 }), START, out);
    CHECK(out[ZH_BEFORE_DAYS_KNOWN] == 0 && out[ZH_BEFORE_VIEWS] == 0 && out[ZH_BEFORE_ORDERS] == 0);
    zh_customers_close(c);
    zh_arena_close(&arena);
    return 0;
}
