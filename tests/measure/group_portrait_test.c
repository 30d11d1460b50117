/* Goal: a portrait counts each customer once for each value he has, on his sides; in any order; what is no kind of customer is not counted.
 * Method: customers folded by hand, values counted by hand; the same put in backwards. */
#include "measure/group_portrait.h"
#include "check.h"

#include <string.h>

#define DAY 86400000LL
static zh_arena arena;
static uint64_t number;

static void fold(zh_customers *c, uint64_t who, zh_act act, int64_t ms, const char *item, const char *category, int64_t minor)
{
    zh_line line = { .item = zh_item_id_of(zh_sv_of(item)), .item_text = zh_sv_of(item), .category = zh_sv_of(category), .price_minor = minor, .quantity = 1 };
    char order[24];
    (void)snprintf(order, sizeof order, "o%llu", (unsigned long long)number);
    const zh_event e = { .customer = { who }, .type = ZH_EVENT_TRACK, .act = act, .time_ms = ms, .key = { ++number, 1 }, .name = ZH_SV("event"), .lines = &line, .lines_count = 1,
                         .order_id = act == ZH_ACT_ORDER ? zh_sv_of(order) : (zh_sv){ 0 }, .revenue_minor = minor };
    zh_effects effects = zh_effects_open(&arena);
    CHECK(zh_customers_fold(c, e.customer, &e, &effects) == ZH_OK);
    zh_arena_reset(&arena);
}

static void say(zh_customers *c, uint64_t who, int64_t ms, const char *traits)
{
    const zh_event e = { .customer = { who }, .type = ZH_EVENT_IDENTIFY, .act = ZH_ACT_OTHER, .time_ms = ms, .key = { ++number, 1 }, .traits = zh_sv_of(traits) };
    zh_effects effects = zh_effects_open(&arena);
    CHECK(zh_customers_fold(c, e.customer, &e, &effects) == ZH_OK);
    zh_arena_reset(&arena);
}

/* Those of the group who have it, and of the whole; -1: it does not stand there. */
static int64_t counted(zh_group_portrait *p, zh_group_dimension dimension, const char *trait, const char *value, int side)
{
    size_t count;
    const zh_group_value *all = zh_group_portrait_values(p, &count);
    for (size_t i = 0; i < count; i++)
        if (all[i].dimension == dimension && zh_sv_equal(all[i].value, zh_sv_of(value)) && zh_sv_equal(all[i].trait, zh_sv_of(trait))) return (int64_t)all[i].counts[side];
    return -1;
}

static zh_group_portrait *portrait_of(zh_customers *c, zh_json *json, uint64_t from, uint64_t until, int64_t step)
{
    zh_group_portrait *p;
    CHECK(zh_group_portrait_open(&p, &(zh_group_portrait_desc){ .terms = zh_customers_terms(c), .zone = zh_tz_utc(), .json = json, .now_ms = 2000 * DAY, .currency_digits = 2 }) == ZH_OK);
    for (uint64_t who = from; who != until; who += (uint64_t)step)
        CHECK(zh_group_portrait_add(p, zh_customers_get(c, (zh_customer_id){ who }), who <= 2 ? ZH_GROUP_IN | ZH_GROUP_WHOLE : ZH_GROUP_WHOLE) == ZH_OK);
    return p;
}

int main(void)
{
    zh_customers *c;
    zh_json *json;
    arena = zh_arena_open(16 << 20);
    CHECK(zh_customers_open(&c, &(zh_customers_desc){ 0 }) == ZH_OK && zh_json_open(&json, 4096) == ZH_OK);
    /* 1999-12-27 would be day 10952, a Monday; day 1000 was a Wednesday. */
    fold(c, 1, ZH_ACT_VIEW, 1000 * DAY + 9 * 3600000, "p1", "tea", 1000);
    fold(c, 1, ZH_ACT_ORDER, 1000 * DAY + 9 * 3600000 + 5, "p1", "tea", 2500);
    fold(c, 1, ZH_ACT_ORDER, 1001 * DAY + 20 * 3600000, "p2", "tea", 3500);
    fold(c, 2, ZH_ACT_VIEW, 1000 * DAY + 9 * 3600000, "p1", "tea", 1000);
    fold(c, 2, ZH_ACT_VIEW, 1000 * DAY + 9 * 3600000 + 7, "p1", "tea", 1000);
    fold(c, 2, ZH_ACT_VIEW, 1000 * DAY + 10 * 3600000, "p3", "shoes", 9000);
    fold(c, 3, ZH_ACT_VIEW, 1003 * DAY + 23 * 3600000, "p3", "shoes", 9000);
    say(c, 1, 1000 * DAY, "{\"city\":\"深圳\",\"vip\":true,\"age\":31,\"score\":0.5,\"tags\":[1],\"quoted\":\"a\\\"b\"}");
    say(c, 3, 1000 * DAY, "{\"city\":\"深圳\",\"about\":\"a long story that says nothing of what kind of customer this is, and goes on\"}");
    for (int way = 0; way < 2; way++) {
        zh_group_portrait *p = way == 0 ? portrait_of(c, json, 1, 4, 1) : portrait_of(c, json, 3, 0, -1);
        static const struct { zh_group_dimension dimension; const char *trait, *value; int64_t in, whole; } rows[] = {
            { ZH_GROUP_CATEGORY, "", "tea", 2, 2 }, { ZH_GROUP_CATEGORY, "", "shoes", 1, 2 }, /* a third of the second's views */
            { ZH_GROUP_ORDERS, "", "0", 1, 2 }, { ZH_GROUP_ORDERS, "", "2", 1, 1 }, { ZH_GROUP_ORDERS, "", "1", -1, -1 },
            { ZH_GROUP_HOUR, "", "09", 2, 2 }, { ZH_GROUP_HOUR, "", "23", 0, 1 }, { ZH_GROUP_HOUR, "", "20", -1, -1 },
            { ZH_GROUP_WEEKDAY, "", "3", 2, 2 }, { ZH_GROUP_WEEKDAY, "", "6", 0, 1 },
            { ZH_GROUP_TRAIT, "city", "深圳", 1, 2 }, { ZH_GROUP_TRAIT, "vip", "true", 1, 1 }, { ZH_GROUP_TRAIT, "age", "31", 1, 1 },
            { ZH_GROUP_TRAIT, "quoted", "a\"b", 1, 1 }, { ZH_GROUP_TRAIT, "score", "0.5", -1, -1 }, { ZH_GROUP_TRAIT, "tags", "[1]", -1, -1 },
            { ZH_GROUP_AIPL, "", "loyal", 1, 1 }, { ZH_GROUP_LIFECYCLE, "", "prospect", 1, 2 }, { ZH_GROUP_RFM, "", "champion", -1, -1 }, /* no boundaries yet */
        };
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            CHECK_ROW(counted(p, rows[i].dimension, rows[i].trait, rows[i].value, 0) == rows[i].in, rows[i].value);
            CHECK_ROW(counted(p, rows[i].dimension, rows[i].trait, rows[i].value, 1) == rows[i].whole, rows[i].value);
        }
        CHECK(counted(p, ZH_GROUP_TRAIT, "about", "a long story that says nothing of what kind of customer this is, and goes on", 1) == -1);
        const zh_group_sums *in = zh_group_portrait_sums(p, ZH_GROUP_IN), *whole = zh_group_portrait_sums(p, ZH_GROUP_WHOLE);
        CHECK(in->customers == 2 && whole->customers == 3 && in->buyers == 1 && in->orders == 2 && in->events == 6 && whole->events == 7);
        CHECK(in->hours[2 * 24 + 9] == 4 && whole->hours[5 * 24 + 23] == 1 && in->hours[5 * 24 + 23] == 0);
        zh_group_item *items;
        size_t count;
        CHECK(zh_group_portrait_items(p, ZH_GROUP_VIEWED, 10, &arena, &items, &count) == ZH_OK && count == 2);
        CHECK(items[0].item.number == zh_item_id_of(ZH_SV("p1")).number && items[0].counts[0] == 2 && items[0].counts[1] == 2 && items[1].counts[0] == 1 && items[1].counts[1] == 2);
        CHECK(zh_group_portrait_items(p, ZH_GROUP_BOUGHT, 1, &arena, &items, &count) == ZH_OK && count == 1 && items[0].counts[0] == 1);
        CHECK(zh_group_portrait_say(p, ZH_SV("mobile"), ZH_SV("iOS"), ZH_SV(""), ZH_GROUP_IN) == ZH_OK && in->drawn == 1 && whole->drawn == 0);
        CHECK(!zh_group_portrait_is_cut(p));
        zh_group_portrait_close(p);
    }
    zh_customers_close(c);
    zh_json_close(json);
    zh_arena_close(&arena);
    return 0;
}
