/* Goal: item and context say what the header promises, and nothing where it is not known. Method: expressions as a table. */
#include "decide/rule_words.h"
#include "check.h"

#define DAY INT64_C(86400000)

static const zh_item lamp = { .text = { "L1", 2 }, .title = { "Desk lamp", 9 }, .category = { "lamps", 5 }, .brand = { "Lux", 3 }, .price_minor = 2000,
    .currency = { 0 }, .cost_minor = 1500, .stock = 3, .first_ms = 90 * DAY, .attributes = { "{\"colour\":\"red\",\"watt\":7}", 25 } };
static const zh_item bare = { .text = { "B", 1 }, .price_minor = -1, .cost_minor = -1, .stock = -1, .first_ms = 200 * DAY };

static bool holds(const char *text, const zh_item *of, const zh_rule_moment *moment)
{
    zh_arena arena = zh_arena_open(8 << 20);
    zh_cel_env *env;
    zh_condition condition;
    zh_cel_fault fault = { .text = "" };
    zh_cel_value error;
    CHECK(zh_rule_words(&env, &arena, true) == ZH_OK);
    const zh_err e = zh_vocabulary_compile(&condition, &arena, env, zh_sv_of(text), &fault);
    if (e != ZH_OK) printf("%s: %s\n", text, fault.text);
    CHECK(e == ZH_OK);
    const zh_rule_item item = { of, moment };
    const zh_cel_value variables[] = { [ZH_RULE_CONTEXT] = zh_rule_context_value(moment), [ZH_RULE_ITEM] = zh_rule_item_value(&item) };
    const zh_look look = { .now_ms = moment->now_ms, .variables = variables, .variables_count = ZH_RULE_VARIABLES };
    const bool yes = zh_vocabulary_holds(&condition, &look, &arena, &error);
    zh_arena_close(&arena);
    return yes;
}

static void test_every_name_answers(void)
{
    zh_json *json;
    CHECK(zh_json_open(&json, 1 << 14) == ZH_OK);
    const zh_item *cart[] = { &bare };
    const zh_rule_moment m = { .item = &lamp, .cart = cart, .cart_count = 1, .city = ZH_SV("Shenzhen"), .device = ZH_SV("mobile"),
                               .local_ms = 100 * DAY + 7 * 3600000 + 1, .now_ms = 100 * DAY, .json = json };
    static const struct { const char *text; bool is_lamp, is_bare; } rows[] = {
        { "item.id == 'L1' && item.title == 'Desk lamp' && item.category == 'lamps' && item.brand == 'Lux'", true, false },
        { "item.category == ''", false, true },
        { "item.price == 20.0 && item.cost == 15.0", true, false },
        { "item.margin >= 0.2499 && item.margin <= 0.2501", true, false },
        { "item.margin < 2.0", true, false }, /* not known: does not hold */
        { "has(item.margin)", true, false },
        { "item.stock < 5", true, false },
        { "item.age_days == 10", true, false },
        { "item.age_days == 0", false, true }, /* first seen after the moment */
        { "item.attributes.colour == 'red' && item.attributes.watt == 7", true, false },
        { "item.attributes.size() == 0", false, true },
        { "item.category == context.item.category", true, false },
        { "context.item_id == 'L1' && context.city == 'Shenzhen' && context.device == 'mobile'", true, true },
        { "item.id in context.cart", false, true },
        { "context.hour == 7 && context.weekday == 6", true, true }, /* 1970-04-11, a Saturday */
        { "customer.orders.count() == 0 && !customer.in_segment('vip')", true, true },
        { "now == timestamp('1970-04-11T00:00:00Z')", true, true },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (holds(rows[i].text, &lamp, &m) != rows[i].is_lamp || holds(rows[i].text, &bare, &m) != rows[i].is_bare) printf("%s\n", rows[i].text);
        CHECK(holds(rows[i].text, &lamp, &m) == rows[i].is_lamp && holds(rows[i].text, &bare, &m) == rows[i].is_bare);
    }
    const zh_rule_moment before = { .local_ms = -1, .now_ms = 0 };
    CHECK(holds("context.hour == 23 && context.weekday == 3 && context.item_id == '' && context.cart.size() == 0", &lamp, &before));
    CHECK(!holds("item.category == context.item.category", &lamp, &before)); /* there is no page */
    zh_json_close(json);
}

int main(void)
{
    test_every_name_answers();
    return 0;
}
