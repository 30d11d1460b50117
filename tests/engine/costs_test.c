/* Goal: orders take along what items cost when they come, and nothing else does.
 * Method: a table of two items; events by hand; then many items, with costs that come and go, against an array. */
#include "engine/costs.h"
#include "check.h"

#define MANY 500u

static zh_item item(uint64_t number, const char *currency, int64_t cost_minor)
{
    return (zh_item){ .id = { number }, .currency = zh_currency_of(zh_sv_of(currency)), .cost_minor = cost_minor };
}

static zh_line filled(zh_costs *costs, zh_act act, const char *currency, zh_line line)
{
    zh_event e = { .act = act, .currency = zh_currency_of(zh_sv_of(currency)), .lines = &line, .lines_count = 1 };
    zh_costs_fill(costs, &e);
    return line;
}

static void orders_take_them_along(zh_costs *costs)
{
    const zh_item tea = item(1, "CNY", 250), cup = item(2, "CNY", -1);
    const zh_line of_tea = { .item = { 1 }, .quantity = 1 }, of_cup = { .item = { 2 }, .quantity = 1 }, said = { .item = { 1 }, .quantity = 1, .has_cost = true, .cost_minor = 9 };
    CHECK(!filled(costs, ZH_ACT_ORDER, "CNY", of_tea).has_cost);
    CHECK(zh_costs_set(costs, &tea) == ZH_OK && zh_costs_set(costs, &cup) == ZH_OK);
    CHECK(filled(costs, ZH_ACT_ORDER, "CNY", of_tea).cost_minor == 250 && filled(costs, ZH_ACT_ORDER_UPDATE, "CNY", of_tea).has_cost);
    CHECK(!filled(costs, ZH_ACT_ORDER, "CNY", of_cup).has_cost);
    CHECK(!filled(costs, ZH_ACT_ORDER, "USD", of_tea).has_cost); /* another currency */
    CHECK(!filled(costs, ZH_ACT_VIEW, "CNY", of_tea).has_cost && !filled(costs, ZH_ACT_REFUND, "CNY", of_tea).has_cost);
    CHECK(filled(costs, ZH_ACT_ORDER, "CNY", said).cost_minor == 9); /* what the event says stays */
    const zh_item unknown = item(1, "CNY", -1);
    CHECK(zh_costs_set(costs, &unknown) == ZH_OK && !filled(costs, ZH_ACT_ORDER, "CNY", of_tea).has_cost);
}

static void many_come_and_go(zh_costs *costs, uint64_t seed)
{
    int64_t now[MANY];
    for (uint32_t i = 0; i < MANY; i++) now[i] = -1;
    for (uint32_t step = 0; step < 20 * MANY; step++) {
        const uint32_t i = (uint32_t)(test_random(&seed) % MANY);
        now[i] = (int64_t)(test_random(&seed) % 5) - 1;
        const zh_item one = item(1000 + i, "CNY", now[i]);
        CHECK(zh_costs_set(costs, &one) == ZH_OK);
    }
    for (uint32_t i = 0; i < MANY; i++) {
        const zh_line line = filled(costs, ZH_ACT_ORDER, "CNY", (zh_line){ .item = { 1000 + i }, .quantity = 1 });
        CHECK(line.has_cost == (now[i] >= 0) && (now[i] < 0 || line.cost_minor == now[i]));
    }
}

int main(int argc, char **argv)
{
    zh_costs *costs;
    CHECK(zh_costs_open(&costs) == ZH_OK);
    orders_take_them_along(costs);
    many_come_and_go(costs, test_seed(argc, argv));
    zh_costs_close(costs);
    return 0;
}
