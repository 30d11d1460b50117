/* Goal: each kind of rule does to a list what it says, and nothing where it is not in force. Method: a hand-made shop asked with and
 * without a rule; a random shop against a model that judges every item by itself. */
#include "decide/placement_read.h"
#include "shop.h"

#include <math.h>

static zh_decision d;
static zh_reason *why;
static zh_json *json;

/* Item i: category by i % 3, brand by i % 2, price 100 (i + 1), cost a half, stock i. */
static shop open_shop(uint32_t items)
{
    static const char *const categories[] = { "tea", "lamps", "games" };
    shop s = shop_open(items);
    for (uint32_t i = 0; i < items; i++) {
        shop_set(&s, i, (zh_item_change){ .set = ZH_ITEM_TITLE | ZH_ITEM_CATEGORY | ZH_ITEM_BRAND | ZH_ITEM_PRICE | ZH_ITEM_COST | ZH_ITEM_STOCK,
            .title = ZH_SV("thing"), .category = zh_sv_of(categories[i % 3]), .brand = i % 2 ? ZH_SV("odd") : ZH_SV("even"),
            .price_minor = 100 * (i + 1), .cost_minor = 50 * (int64_t)(i + 1) + (i == 4 ? 200 : 0), .stock = i == 0 ? 9 : i });
        shop_sold(&s, i, 0, (int)(items - i)); /* popular in the order of their numbers */
    }
    return s;
}

static zh_placement placement_of(shop *s, const char *rest)
{
    char text[2048];
    zh_json_value root;
    zh_placement p;
    zh_placement_fault fault = { .field = "" };
    (void)snprintf(text, sizeof text, "{\"strategy\":\"popular\",\"stages\":[\"popular\",\"new\"]%s}", rest);
    CHECK(zh_json_parse(json, zh_sv_of(text), &root, NULL) == ZH_OK);
    const zh_err e = zh_placement_read(root, ZH_SV("mine"), &s->arena, &p, &fault);
    if (e != ZH_OK) printf("%s: %s: %s\n", text, fault.field, fault.why.text);
    CHECK(e == ZH_OK);
    return p;
}

static void ask(shop *s, const char *rest, zh_recommend_ask with)
{
    zh_rng rng = { 5, 0, 0 };
    const zh_placement p = placement_of(s, rest);
    with.placement = &p;
    if (with.n == 0) with.n = 4;
    with.now_ms = NOW;
    with.explain = true;
    CHECK(zh_recommend(&s->world, &with, &rng, &s->arena, &d, &why) == ZH_OK);
    CHECK(d.placement_hash == p.hash && d.placement_hash != 0);
    for (uint32_t i = 0; i < d.shown_count; i++)
        for (uint32_t j = 0; j < i; j++) CHECK(d.shown[i].item.number != d.shown[j].item.number);
}

static bool shows(const uint32_t *items, uint32_t count)
{
    bool same = d.shown_count == count;
    for (uint32_t i = 0; same && i < count; i++) same = d.shown[i].item.number == shop_item(items[i]).number;
    for (uint32_t i = 0; !same && i < d.shown_count; i++)
        for (uint32_t k = 0; k < SHOP_ITEMS_MAX; k++)
            if (shop_item(k).number == d.shown[i].item.number) printf("%u. item %u\n", i + 1, k);
    return same;
}
#define SHOWS(...) shows((const uint32_t[]){ __VA_ARGS__ }, sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))
#define NOBODY ((zh_recommend_ask){ 0 })

static void test_each_kind(void)
{
    shop s = open_shop(12);
    ask(&s, "", NOBODY);
    CHECK(SHOWS(0, 1, 2, 3));
    ask(&s, ",\"rules\":[{\"kind\":\"include\",\"item\":\"item.category == 'tea'\"}]", NOBODY);
    CHECK(SHOWS(0, 3, 6, 9));
    ask(&s, ",\"rules\":[{\"kind\":\"include\",\"item\":\"item.category == 'tea'\"},{\"kind\":\"include\",\"item\":\"item.id == 'i001'\"}]", NOBODY);
    CHECK(SHOWS(0, 1, 3, 6)); /* one of them is enough */
    ask(&s, ",\"rules\":[{\"kind\":\"exclude\",\"item\":\"item.brand == 'even'\"}]", NOBODY);
    CHECK(SHOWS(1, 3, 5, 7));
    ask(&s, ",\"rules\":[{\"kind\":\"boost\",\"item\":\"item.brand == 'odd'\",\"factor\":100}]", NOBODY);
    CHECK(SHOWS(1, 3, 5, 7));
    ask(&s, ",\"rules\":[{\"kind\":\"boost\",\"item\":\"item.id == 'i000'\",\"factor\":0.01}]", NOBODY);
    CHECK(SHOWS(1, 2, 3, 4));
    ask(&s, ",\"rules\":[{\"kind\":\"pin\",\"slot\":2,\"itemId\":\"i010\"},{\"kind\":\"pin\",\"slot\":1,\"item\":\"item.price > 3.0\"}]", NOBODY);
    CHECK(SHOWS(3, 10, 0, 1) && d.shown[0].reason == ZH_REASON_PINNED && why[1].code == ZH_REASON_PINNED && d.shown[2].reason == ZH_REASON_POPULAR);
    ask(&s, ",\"rules\":[{\"kind\":\"pin\",\"slot\":2,\"itemId\":\"nothing\"},{\"kind\":\"pin\",\"slot\":90,\"itemId\":\"i001\"}]", NOBODY);
    CHECK(SHOWS(0, 1, 2, 3)); /* a slot beyond the list is none */
    ask(&s, ",\"rules\":[{\"kind\":\"cap\",\"by\":\"category\",\"most\":1}]", NOBODY);
    CHECK(SHOWS(0, 1, 2)); /* there are three categories */
    ask(&s, ",\"rules\":[{\"kind\":\"cap\",\"by\":\"brand\",\"most\":1,\"item\":\"item.brand == 'even'\"}]", NOBODY);
    CHECK(SHOWS(0, 1, 3, 5));
    ask(&s, ",\"rules\":[{\"kind\":\"cap\",\"by\":\"brand\",\"most\":1,\"item\":\"item.brand == 'even'\"},{\"kind\":\"pin\",\"slot\":4,\"itemId\":\"i010\"}]", NOBODY);
    CHECK(SHOWS(1, 3, 5, 10)); /* what is pinned counts, wherever it stands */
    ask(&s, ",\"rules\":[{\"kind\":\"stock\",\"least\":3}]", NOBODY);
    CHECK(SHOWS(0, 3, 4, 5));
    ask(&s, ",\"rules\":[{\"kind\":\"stock\",\"least\":3,\"factor\":0.01}]", NOBODY);
    CHECK(SHOWS(0, 3, 4, 5));
    ask(&s, ",\"rules\":[{\"kind\":\"margin\",\"least\":0.4}]", NOBODY);
    CHECK(SHOWS(0, 1, 2, 3)); /* all of them leave a half */
    ask(&s, ",\"rules\":[{\"kind\":\"margin\",\"least\":0.4},{\"kind\":\"price\",\"fromCents\":400}]", NOBODY);
    CHECK(SHOWS(3, 5, 6, 7)); /* 4 leaves a tenth */
    ask(&s, ",\"rules\":[{\"kind\":\"price\",\"fromCents\":300,\"toCents\":400}]", NOBODY);
    CHECK(SHOWS(2, 3));
    shop_close(&s);
}

static void test_a_rule_is_in_force_while_its_moment_lasts(void)
{
    shop s = open_shop(12);
    const char *rest = ",\"rules\":[{\"kind\":\"exclude\",\"when\":\"context.hour >= 5 && context.hour < 6\",\"item\":\"item.id == 'i000'\"}]";
    zh_rules_given given = { .look = { .now_ms = NOW }, .local_ms = NOW };
    ask(&s, rest, (zh_recommend_ask){ .given = &given });
    CHECK(SHOWS(1, 2, 3, 4)); /* NOW is at 5 */
    given.local_ms += 3600000;
    ask(&s, rest, (zh_recommend_ask){ .given = &given });
    CHECK(SHOWS(0, 1, 2, 3));
    ask(&s, ",\"rules\":[{\"kind\":\"include\",\"item\":\"item.category == context.item.category\"}]", (zh_recommend_ask){ .context_item = shop_item(1) });
    CHECK(SHOWS(4, 7, 10));
    shop_close(&s);
}

static void test_without_a_permit_nobody_is_looked_at(void)
{
    shop s = open_shop(12);
    const zh_rules_given given = { .look = { .now_ms = NOW, .customer = { 7 } }, .local_ms = NOW, .city = ZH_SV("Shenzhen"), .device = ZH_SV("mobile") };
    const char *rest = ",\"rules\":[{\"kind\":\"exclude\",\"when\":\"context.city == 'Shenzhen' || context.device == 'mobile' || context.cart.size() > 0\",\"item\":\"item.id == 'i000'\"}]";
    const zh_item_id cart[] = { shop_item(11) };
    const zh_permit permit = shop_permit(&s, 7);
    ask(&s, rest, (zh_recommend_ask){ .given = &given, .cart = cart, .cart_count = 1, .customer = { 7 } });
    CHECK(!d.personalized && SHOWS(0, 1, 2, 3));
    ask(&s, rest, (zh_recommend_ask){ .given = &given, .cart = cart, .cart_count = 1, .customer = { 7 }, .permit = &permit });
    CHECK(d.personalized && SHOWS(1, 2, 3, 4));
    shop_close(&s);
}

/* The chances of what may stand in the last slot add up to one, caps and pins or not. */
static void test_propensities_are_exact(void)
{
    shop s = open_shop(12);
    const zh_permit permit = shop_permit(&s, 7);
    const zh_item_id cart[] = { shop_item(11) };
    const zh_placement p = placement_of(&s, ",\"explore\":0.5,\"rules\":[{\"kind\":\"cap\",\"by\":\"category\",\"most\":2},{\"kind\":\"pin\",\"slot\":1,\"itemId\":\"i005\"}]");
    uint32_t seen[SHOP_ITEMS_MAX] = { 0 }, chance[SHOP_ITEMS_MAX] = { 0 };
    for (uint64_t seed = 1; seed <= 4000; seed++) {
        zh_arena arena = zh_arena_open(8 << 20);
        zh_rng rng = { seed, 0, 0 };
        const zh_recommend_ask with = { .placement = &p, .n = 3, .now_ms = NOW, .customer = { 7 }, .permit = &permit, .cart = cart, .cart_count = 1 };
        CHECK(zh_recommend(&s.world, &with, &rng, &arena, &d, &why) == ZH_OK);
        CHECK(d.shown_count == 3 && d.shown[0].item.number == shop_item(5).number && d.shown[0].propensity_micro == ZH_DECISION_MICRO);
        uint32_t games = 0;
        for (uint32_t i = 0; i < 3; i++) games += zh_sv_equal(zh_catalog_get(s.catalog, d.shown[i].item)->category, ZH_SV("games"));
        CHECK(games <= 2);
        for (uint32_t k = 0; k < 12; k++)
            if (shop_item(k).number == d.shown[2].item.number) seen[k]++, chance[k] = d.shown[2].propensity_micro;
        zh_arena_close(&arena);
    }
    uint32_t all = 0;
    for (uint32_t k = 0; k < 12; k++) {
        all += chance[k];
        const double expected = 4000.0 * chance[k] / ZH_DECISION_MICRO;
        CHECK(seen[k] > expected - 4 * __builtin_sqrt(expected) - 1 && seen[k] < expected + 4 * __builtin_sqrt(expected) + 1);
    }
    CHECK(all == ZH_DECISION_MICRO && chance[5] == 0);
    shop_close(&s);
}

/* Lists of `n` of a shop of 30 under many seeds: nothing stands in a list twice, what a slot shows comes as often as its chance says, and those chances add up to
 * one. `drawn`: the slots (bits, from the first) that show more than one item. */
enum { LISTS = 3000, THINGS = 30 };
static uint32_t seen[8][THINGS], chance[8][THINGS]; /* by slot and item */

static void exact(const char *rest, uint32_t n, uint32_t drawn, uint32_t alike_max)
{
    shop s = open_shop(THINGS);
    const zh_permit permit = shop_permit(&s, 7);
    const zh_item_id cart[] = { shop_item(29) };
    const zh_placement p = placement_of(&s, rest);
    memset(seen, 0, sizeof seen);
    memset(chance, 0, sizeof chance);
    for (uint64_t seed = 1; seed <= LISTS; seed++) {
        zh_arena arena = zh_arena_open(8 << 20);
        zh_rng rng = { seed, 0, 0 };
        const zh_recommend_ask with = { .placement = &p, .n = n, .now_ms = NOW, .customer = { 7 }, .permit = &permit, .cart = cart, .cart_count = 1 };
        CHECK(zh_recommend(&s.world, &with, &rng, &arena, &d, &why) == ZH_OK && d.shown_count == n);
        uint32_t teas = 0;
        for (uint32_t i = 0; i < n; i++) {
            uint32_t k = 0;
            while (shop_item(k).number != d.shown[i].item.number) k++;
            for (uint32_t j = 0; j < i; j++) CHECK(d.shown[j].item.number != d.shown[i].item.number);
            teas += zh_sv_equal(zh_catalog_get(s.catalog, d.shown[i].item)->category, ZH_SV("tea"));
            seen[i][k]++, chance[i][k] = d.shown[i].propensity_micro;
        }
        CHECK(teas <= alike_max);
        zh_arena_close(&arena);
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t all = 0, items = 0;
        for (uint32_t k = 0; k < THINGS; k++) {
            const double expected = (double)LISTS * chance[i][k] / ZH_DECISION_MICRO;
            CHECK_ROW(seen[i][k] > expected - 5 * __builtin_sqrt(expected) - 2 && seen[i][k] < expected + 5 * __builtin_sqrt(expected) + 2, rest);
            all += chance[i][k];
            items += seen[i][k] > 0;
        }
        CHECK_ROW((items > 1) == (drawn >> i & 1) && (all == ZH_DECISION_MICRO || (drawn >> i & 1)) && all <= ZH_DECISION_MICRO, rest);
    }
    shop_close(&s);
}

static void test_slots_are_drawn_each_by_itself(void)
{
    exact(",\"explore\":0.5", 4, 8, 30);
    CHECK(chance[3][4] == chance[3][28] && chance[3][4] > 0);
    exact(",\"explore\":0.5,\"exploreTemperature\":2", 4, 8, 30);
    CHECK(chance[3][4] > 100 && __builtin_fabs(log((double)chance[3][4] / chance[3][6]) - 1) < 1e-3); /* two places behind: e times */
    exact(",\"explore\":0.5,\"exploreSlots\":3", 4, 2 + 4 + 8, 30);
    exact(",\"explore\":0.5,\"exploreSlots\":9,\"exploreTemperature\":1.5", 4, 1 + 2 + 4 + 8, 30);
    exact(",\"explore\":0.5,\"exploreSlots\":3,\"exploreTemperature\":2,\"dials\":{\"diversity\":0.4}", 4, 2 + 4 + 8, 30);
    exact(",\"explore\":0.5,\"exploreSlots\":3,\"rules\":[{\"kind\":\"pin\",\"slot\":3,\"itemId\":\"i007\"}]", 4, 2 + 8, 30); /* a pinned slot stays */
    exact(",\"explore\":0.5,\"exploreSlots\":3,\"rules\":[{\"kind\":\"pin\",\"slot\":4,\"itemId\":\"i007\"}]", 4, 0, 30);     /* nothing was put behind */
    exact(",\"explore\":0.5,\"exploreSlots\":3,\"rules\":[{\"kind\":\"cap\",\"by\":\"category\",\"most\":1}]", 3, 4, 1);     /* under a cap the last alone, and within it */
}

/* Random rules that hide against every item judged by hand. */
static void test_hiding_equals_the_slow_model(uint64_t seed)
{
    shop s = open_shop(40);
    char rest[512];
    const uint32_t from = (uint32_t)(seed * 7 % 20), to = from + (uint32_t)(seed * 5 % 20), least = (uint32_t)(seed % 9), mod = 2 + (uint32_t)(seed % 3);
    (void)snprintf(rest, sizeof rest, ",\"rules\":[{\"kind\":\"price\",\"fromCents\":%u,\"toCents\":%u},{\"kind\":\"stock\",\"least\":%u},"
        "{\"kind\":\"exclude\",\"item\":\"int(item.price * 1.0) %% %u == 0\"}]", 100 * (from + 1), 100 * (to + 1), least + 1, mod);
    ask(&s, rest, (zh_recommend_ask){ .n = 40 });
    uint32_t expected = 0;
    for (uint32_t i = 0; i < 40; i++) {
        const int64_t stock = i == 0 ? 9 : i;
        if (i < from || i > to || stock < least + 1 || (i + 1) % mod == 0) continue;
        CHECK(expected < d.shown_count && d.shown[expected].item.number == shop_item(i).number);
        expected++;
    }
    CHECK(d.shown_count == expected);
    shop_close(&s);
}

static void test_a_small_arena_is_an_error_never_a_crash(void)
{
    shop s = open_shop(12);
    const zh_placement p = placement_of(&s, ",\"dials\":{\"diversity\":0.5,\"calibration\":0.5},\"rules\":[{\"kind\":\"pin\",\"slot\":1,\"itemId\":\"i005\"}]");
    zh_err e = ZH_NOMEM;
    size_t size = 1000;
    for (; e == ZH_NOMEM && size < (4u << 20); size += 3000) {
        zh_arena arena = zh_arena_open(size);
        zh_rng rng = { 5, 0, 0 };
        const zh_recommend_ask with = { .placement = &p, .n = 4, .now_ms = NOW, .explain = true };
        e = zh_recommend(&s.world, &with, &rng, &arena, &d, &why);
        CHECK(e == ZH_OK || e == ZH_NOMEM);
        zh_arena_close(&arena);
    }
    CHECK(e == ZH_OK && size > 10000);
    shop_close(&s);
}

int main(void)
{
    CHECK(zh_json_open(&json, 1 << 14) == ZH_OK);
    test_each_kind();
    test_a_rule_is_in_force_while_its_moment_lasts();
    test_without_a_permit_nobody_is_looked_at();
    test_propensities_are_exact();
    test_slots_are_drawn_each_by_itself();
    for (uint64_t seed = 1; seed <= 30; seed++) test_hiding_equals_the_slow_model(seed);
    test_a_small_arena_is_an_error_never_a_crash();
    zh_json_close(json);
    return 0;
}
