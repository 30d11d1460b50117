/* Goal: what contradicts itself or the catalog is said, with the rule it stands against, and nothing else is. Method: a table over a shop
 * of 12 items: category tea, lamps, games by i % 3, brand even and odd, price 100 (i + 1), item 11 out of stock. */
#include "decide/placement_read.h"
#include "decide/rules_check.h"
#include "shop.h"

static zh_json *json;

static shop open_shop(void)
{
    static const char *const categories[] = { "tea", "lamps", "games" };
    shop s = shop_open(12);
    for (uint32_t i = 0; i < 12; i++)
        shop_set(&s, i, (zh_item_change){ .set = ZH_ITEM_CATEGORY | ZH_ITEM_BRAND | ZH_ITEM_PRICE | ZH_ITEM_STOCK, .category = zh_sv_of(categories[i % 3]),
            .brand = i % 2 ? ZH_SV("odd") : ZH_SV("even"), .price_minor = 100 * (i + 1), .stock = i == 11 ? 0 : 5 });
    return s;
}

#define PIN "{\"kind\":\"pin\",\"slot\":1,\"itemId\":\"i000\"}"

static void test_each_conflict(void)
{
    static const struct { const char *rules; int code; uint32_t rule, other, count; } rows[] = { /* code -1: none */
        { PIN ",{\"kind\":\"exclude\",\"item\":\"item.brand == 'odd'\"}", -1, 0, 0, 0 },
        { "{\"kind\":\"pin\",\"slot\":1,\"itemId\":\"zzz\"}", ZH_CONFLICT_PIN_UNKNOWN, 0, ZH_SLOT_RULE_NONE, 0 },
        { "{\"kind\":\"pin\",\"slot\":1,\"itemId\":\"i011\"}", ZH_CONFLICT_PIN_NOT_SOLD, 0, ZH_SLOT_RULE_NONE, 0 },
        { PIN ",{\"kind\":\"exclude\",\"item\":\"item.brand == 'even'\"}", ZH_CONFLICT_PIN_HIDDEN, 0, 1, 0 },
        { PIN ",{\"kind\":\"include\",\"item\":\"item.brand == 'odd'\"}", ZH_CONFLICT_PIN_HIDDEN, 0, ZH_SLOT_RULE_NONE, 0 },
        { PIN ",{\"kind\":\"include\",\"when\":\"context.hour < 3\",\"item\":\"item.brand == 'odd'\"}", -1, 0, 0, 0 }, /* not always */
        { PIN ",{\"kind\":\"exclude\",\"item\":\"item.brand in customer.tags\"}", -1, 0, 0, 0 },
        { PIN ",{\"kind\":\"pin\",\"slot\":1,\"itemId\":\"i001\"}", ZH_CONFLICT_PIN_SLOT, 1, 0, 1 },
        { PIN ",{\"kind\":\"pin\",\"slot\":2,\"itemId\":\"i001\"}", -1, 0, 0, 0 },
        { "{\"kind\":\"pin\",\"slot\":1,\"when\":\"context.hour < 3\",\"itemId\":\"i000\"},{\"kind\":\"pin\",\"slot\":1,\"when\":\"context.hour > 3\",\"itemId\":\"i001\"}", -1, 0, 0, 0 },
        { "{\"kind\":\"boost\",\"item\":\"item.category == 'tea'\",\"factor\":2},{\"kind\":\"exclude\",\"item\":\"item.category == 'tea'\"}", ZH_CONFLICT_BOOST_HIDDEN, 0, ZH_SLOT_RULE_NONE, 4 },
        { "{\"kind\":\"boost\",\"item\":\"item.category == 'teas'\",\"factor\":2}", ZH_CONFLICT_NO_ITEM, 0, ZH_SLOT_RULE_NONE, 0 },
        { "{\"kind\":\"cap\",\"by\":\"category\",\"most\":2}", ZH_CONFLICT_CAP_SHORT, 0, ZH_SLOT_RULE_NONE, 6 },
        { "{\"kind\":\"cap\",\"by\":\"category\",\"most\":4}", -1, 0, 0, 0 },
        { "{\"kind\":\"cap\",\"by\":\"brand\",\"most\":1,\"item\":\"item.brand == 'odd'\"}", ZH_CONFLICT_CAP_SHORT, 0, ZH_SLOT_RULE_NONE, 7 },
        { "{\"kind\":\"price\",\"fromCents\":100,\"toCents\":300},{\"kind\":\"price\",\"fromCents\":100}", -1, 0, 0, 0 },
        { "{\"kind\":\"margin\",\"least\":0.2,\"factor\":0.5}", ZH_CONFLICT_NO_COSTS, 0, ZH_SLOT_RULE_NONE, 0 },
        { "{\"kind\":\"price\",\"fromCents\":5000}", ZH_CONFLICT_NOTHING_LEFT, ZH_SLOT_RULE_NONE, ZH_SLOT_RULE_NONE, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        shop s = open_shop();
        char text[1024];
        zh_json_value root;
        zh_placement p;
        zh_placement_fault fault = { .field = "" };
        zh_rules_conflict *found;
        uint32_t count;
        (void)snprintf(text, sizeof text, "{\"strategy\":\"popular\",\"rules\":[%s]}", rows[i].rules);
        CHECK(zh_json_parse(json, zh_sv_of(text), &root, NULL) == ZH_OK && zh_placement_read(root, ZH_SV("mine"), &s.arena, &p, &fault) == ZH_OK);
        CHECK(zh_rules_check(p.rules, s.catalog, 10, NOW, &s.arena, &found, &count) == ZH_OK);
        for (uint32_t k = 0; count > 1 || (rows[i].code < 0 && k < count); k++) {
            if (k == count) break;
            printf("%s: %s %u %u %u\n", rows[i].rules, zh_rules_conflict_text(found[k].code), found[k].rule, found[k].other, found[k].count);
        }
        if (rows[i].code < 0) CHECK(count == 0);
        else CHECK(count == 1 && (int)found[0].code == rows[i].code && found[0].rule == rows[i].rule && found[0].other == rows[i].other && found[0].count == rows[i].count);
        shop_close(&s);
    }
}

static void test_bands(void)
{
    shop s = open_shop();
    zh_json_value root;
    zh_placement p;
    zh_placement_fault fault = { .field = "" };
    zh_rules_conflict *found;
    uint32_t count;
    CHECK(zh_json_parse(json, ZH_SV("{\"strategy\":\"popular\",\"rules\":[{\"kind\":\"price\",\"toCents\":300},{\"kind\":\"price\",\"fromCents\":400},{\"kind\":\"price\",\"fromCents\":9,\"toCents\":8}]}"), &root, NULL) == ZH_OK);
    CHECK(zh_placement_read(root, ZH_SV("mine"), &s.arena, &p, &fault) == ZH_OK && zh_rules_check(p.rules, s.catalog, 10, NOW, &s.arena, &found, &count) == ZH_OK);
    CHECK(count >= 3 && found[0].code == ZH_CONFLICT_BANDS_APART && found[0].rule == 1 && found[0].other == 0 && found[1].code == ZH_CONFLICT_BAND_EMPTY && found[1].rule == 2);
    CHECK(found[count - 1].code == ZH_CONFLICT_NOTHING_LEFT);
    zh_arena small = zh_arena_open(20000);
    CHECK(zh_rules_check(p.rules, s.catalog, 10, NOW, &small, &found, &count) == ZH_OK || count == 0);
    zh_arena_close(&small);
    shop_close(&s);
}

int main(void)
{
    CHECK(zh_json_open(&json, 1 << 14) == ZH_OK);
    test_each_conflict();
    test_bands();
    zh_json_close(json);
    return 0;
}
