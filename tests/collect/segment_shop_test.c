/* segment_shop_test.c
 * Goal    amounts are exact, lines come from both shapes, and nonsense is marked and counts nothing.
 * Method  tables; random amounts against their decimal text, which is the slow way.
 */
#include "collect/segment_shop.h"
#include "check.h"

#include <stdio.h>

static zh_json *json;
static zh_arena arena;

static zh_json_value parsed(const char *text)
{
    zh_json_value root;
    CHECK_ROW(zh_json_parse(json, zh_sv_of(text), &root, NULL) == ZH_OK, text);
    return root;
}

static zh_event read(zh_act act, const char *properties, bool is_import)
{
    zh_event event = { .type = ZH_EVENT_TRACK, .act = act };
    zh_sv bad = { 0 };
    CHECK_ROW(zh_segment_shop(parsed(properties), is_import, &arena, &event, &bad) == ZH_OK, properties);
    return event;
}

static void amounts_are_exact(uint64_t *seed)
{
    static const struct { const char *text; int digits; bool good; int64_t minor; } rows[] = {
        { "2.55", 2, true, 255 }, { "0.285", 2, true, 29 }, { "1.005", 2, true, 101 }, { "-1.005", 2, true, -101 },
        { "1.115", 2, true, 112 }, { "4.35", 2, true, 435 }, { "12", 2, true, 1200 }, { "12", 0, true, 12 },
        { "12.5", 0, true, 13 }, { "0.0005", 3, true, 1 }, { "\"12.50\"", 2, true, 1250 }, { "\" 3 \"", 2, true, 300 },
        { "\"\\u00a512\"", 2, false, 0 }, { "\"\"", 2, false, 0 }, { "true", 2, false, 0 }, { "null", 2, false, 0 },
        { "1e300", 2, false, 0 }, { "9223372036854775807", 2, false, 0 }, { "99999999999.99", 2, true, 9999999999999 },
        { "8.41e-5", 2, true, 0 }, { "-0.0", 2, true, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t minor = 0;
        CHECK_ROW(zh_segment_amount(parsed(rows[i].text), rows[i].digits, &minor) == rows[i].good, rows[i].text);
        CHECK_ROW(!rows[i].good || minor == rows[i].minor, rows[i].text);
    }
    for (int round = 0; round < 20000; round++) {
        char text[64];
        int64_t fast, slow;
        const int digits = (int)(test_random(seed) % 4);
        const int size = snprintf(text, sizeof text, "%llu.%0*llu", (unsigned long long)(test_random(seed) % 100000),
                                  1 + (int)(test_random(seed) % 5), (unsigned long long)(test_random(seed) % 10));
        if (round % 2) text[size - 1] = '5'; /* halves are where rounding goes wrong */
        CHECK(zh_money_parse((zh_sv){ text, (size_t)size }, digits, &slow) == ZH_OK);
        CHECK_ROW(zh_segment_amount(parsed(text), digits, &fast) && fast == slow, text);
    }
}

static void lines_come_from_both_shapes(void)
{
    const zh_event many = read(ZH_ACT_ORDER,
        "{\"order_id\":1001,\"currency\":\"cny\",\"revenue\":28.05,\"products\":[{\"product_id\":\"85123A\",\"sku\":\"s\",\"name\":\"n\","
        "\"category\":\"c\",\"brand\":\"b\",\"price\":2.55,\"quantity\":6,\"cost\":1.1},{\"product_id\":22423,\"price\":\"12.75\",\"cost\":-1},{\"sku\":\"only\",\"cost\":\"0\"},"
        "{\"name\":\"no id\"},7]}", false);
    CHECK(many.lines_count == 3 && many.marks == 0);
    CHECK(zh_sv_equal(many.order_id, ZH_SV("1001")) && many.revenue_minor == 2805);
    CHECK(many.currency.code == zh_currency_of(ZH_SV("CNY")).code);
    CHECK(zh_sv_equal(many.lines[0].item_text, ZH_SV("85123A")) && zh_sv_equal(many.lines[0].brand, ZH_SV("b")));
    CHECK(many.lines[0].price_minor == 255 && many.lines[0].quantity == 6 && many.lines[0].total_minor == 1530);
    CHECK(many.lines[0].has_cost && many.lines[0].cost_minor == 110 && !many.lines[1].has_cost && many.lines[2].has_cost && many.lines[2].cost_minor == 0);
    CHECK(many.lines[0].item.number == zh_item_id_of(ZH_SV("85123A")).number);
    CHECK(zh_sv_equal(many.lines[1].item_text, ZH_SV("22423")) && many.lines[1].total_minor == 1275);
    CHECK(zh_sv_equal(many.lines[2].item_text, ZH_SV("only")) && many.lines[2].price_minor == -1);

    const zh_event one = read(ZH_ACT_VIEW, "{\"product_id\":\" p \",\"price\":0.333,\"quantity\":3,\"value\":9}", false);
    CHECK(one.lines_count == 1 && zh_sv_equal(one.lines[0].item_text, ZH_SV("p")));
    CHECK(one.lines[0].price_minor == 33 && one.lines[0].total_minor == 100 && one.revenue_minor == 0);
    CHECK(read(ZH_ACT_OTHER, "{\"product_id\":\"p\"}", false).lines_count == 0);
    CHECK(read(ZH_ACT_SEARCH, "{\"query\":\"x\"}", false).lines_count == 0);
    CHECK(read(ZH_ACT_OTHER, "{\"revenue\":12.5,\"total\":99}", false).revenue_minor == 1250);
    CHECK(read(ZH_ACT_ORDER, "{\"total\":31,\"value\":5}", false).revenue_minor == 3100);
    CHECK(read(ZH_ACT_ORDER, "{\"currency\":\"JPY\",\"products\":[{\"product_id\":\"a\",\"price\":300,\"quantity\":2}]}", false).revenue_minor == 600);
    CHECK(read(ZH_ACT_ORDER, "{}", false).lines_count == 0);
}

static void nonsense_is_marked(void)
{
    static const struct { const char *name; zh_act act; const char *properties; uint32_t marks; int64_t price, quantity, total; } rows[] = {
        { "ordinary", ZH_ACT_ORDER, "{\"product_id\":\"a\",\"price\":2,\"quantity\":3}", 0, 200, 3, 600 },
        { "negative price", ZH_ACT_ORDER, "{\"product_id\":\"a\",\"price\":-2}", ZH_MARK_OUTLIER, -1, 1, 0 },
        { "price is no number", ZH_ACT_ORDER, "{\"product_id\":\"a\",\"price\":\"cheap\"}", ZH_MARK_OUTLIER, -1, 1, 0 },
        { "price null", ZH_ACT_ORDER, "{\"product_id\":\"a\",\"price\":null}", 0, -1, 1, 0 },
        { "price beyond reason", ZH_ACT_ORDER, "{\"product_id\":\"a\",\"price\":1e12}", ZH_MARK_OUTLIER, -1, 1, 0 },
        { "negative quantity", ZH_ACT_ORDER, "{\"product_id\":\"a\",\"price\":2,\"quantity\":-3}", ZH_MARK_OUTLIER, 200, 0, 0 },
        { "negative quantity of a refund", ZH_ACT_REFUND, "{\"product_id\":\"a\",\"price\":2,\"quantity\":-3}", 0, 200, 3, 600 },
        { "negative quantity of a ledger", ZH_ACT_STOCK, "{\"product_id\":\"a\",\"price\":2,\"quantity\":-3}", 0, 200, -3, -600 },
        { "quantity beyond reason", ZH_ACT_ORDER, "{\"product_id\":\"a\",\"quantity\":1000001}", ZH_MARK_OUTLIER, -1, 0, 0 },
        { "quantity as text", ZH_ACT_ORDER, "{\"product_id\":\"a\",\"quantity\":\"4\"}", 0, -1, 4, 0 },
        { "nothing of it", ZH_ACT_ORDER, "{\"product_id\":\"a\",\"quantity\":0}", ZH_MARK_OUTLIER, -1, 0, 0 },
        { "negative revenue", ZH_ACT_ORDER, "{\"product_id\":\"a\",\"revenue\":-5}", ZH_MARK_OUTLIER, -1, 1, 0 },
        { "negative revenue of a refund", ZH_ACT_REFUND, "{\"product_id\":\"a\",\"revenue\":-5}", 0, -1, 1, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const zh_event event = read(rows[i].act, rows[i].properties, false);
        CHECK_ROW(event.marks == rows[i].marks, rows[i].name);
        CHECK_ROW(event.lines_count == 1, rows[i].name);
        CHECK_ROW(event.lines[0].price_minor == rows[i].price, rows[i].name);
        CHECK_ROW(event.lines[0].quantity == rows[i].quantity, rows[i].name);
        CHECK_ROW(event.lines[0].total_minor == rows[i].total, rows[i].name);
        CHECK_ROW(event.revenue_minor >= 0 || event.act == ZH_ACT_STOCK, rows[i].name);
    }
    CHECK(read(ZH_ACT_REFUND, "{\"revenue\":-5}", false).revenue_minor == 500);
}

static void an_importer_may_say_more(void)
{
    const char *const marked = "{\"product_id\":\"a\",\"zhun_order_line\":true,\"zhun_guest\":true,\"zhun_non_product\":true,\"zhun_repeat\":2}";
    CHECK(read(ZH_ACT_ORDER, marked, true).marks ==
          (ZH_MARK_ORDER_LINE | ZH_MARK_GUEST | ZH_MARK_NON_PRODUCT | ZH_MARK_REPEAT_LINE));
    CHECK(read(ZH_ACT_ORDER, marked, false).marks == 0);
    zh_event debt = { .act = ZH_ACT_ORDER, .marks = ZH_MARK_IMPORT }; /* a ledger's line that takes money back */
    zh_sv bad = { 0 };
    CHECK(zh_segment_shop(parsed("{\"product_id\":\"B\",\"price\":-11062.06}"), true, &arena, &debt, &bad) == ZH_OK);
    CHECK(debt.lines[0].price_minor == -1106206 && debt.lines[0].total_minor == -1106206);
    CHECK(debt.marks == (ZH_MARK_IMPORT | ZH_MARK_OUTLIER));
    CHECK(read(ZH_ACT_ORDER, "{\"zhun_repeat\":1,\"zhun_guest\":\"true\"}", true).marks == 0);
}

static void what_no_event_may_have_is_refused(void)
{
    zh_event event = { .act = ZH_ACT_ORDER };
    zh_sv bad = { 0 };
    zh_buf text = zh_buf_open(1 << 16);
    zh_buf_printf(&text, "{\"product_id\":\"%0256d\"}", 1);
    zh_buf_put_u8(&text, 0);
    CHECK(zh_segment_shop(parsed(text.data), false, &arena, &event, &bad) == ZH_RANGE);
    CHECK(zh_sv_equal(bad, ZH_SV("product_id")));
    zh_buf_reset(&text);
    zh_buf_put(&text, ZH_SV("{\"products\":[0"));
    for (int i = 0; i < ZH_EVENT_LINES_MAX; i++) zh_buf_put(&text, ZH_SV(",0"));
    zh_buf_put(&text, (zh_sv){ "]}\0", 3 });
    CHECK(zh_segment_shop(parsed(text.data), false, &arena, &event, &bad) == ZH_RANGE);
    CHECK(zh_sv_equal(bad, ZH_SV("products")));
    zh_buf_close(&text);
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    CHECK(zh_json_open(&json, 1 << 16) == ZH_OK);
    arena = zh_arena_open(1 << 20);
    amounts_are_exact(&seed);
    lines_come_from_both_shapes();
    nonsense_is_marked();
    an_importer_may_say_more();
    what_no_event_may_have_is_refused();
    zh_arena_close(&arena);
    zh_json_close(json);
    return 0;
}
