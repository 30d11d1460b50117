/* Goal: what a customer did in a span is counted as each metric says, and events that could change it are named.
 * Method: one customer written down by hand; every metric over spans that hold, cut and miss his orders. */
#include "measure/outcome.h"
#include "check.h"

#include <string.h>

#define T0 INT64_C(1700000000000)
#define DAY_MS INT64_C(86400000)
#define UNKNOWN (-1) /* cost */

static zh_customers *customers;
static zh_arena scratch;
static uint64_t events;

static void happens(zh_act act, const char *name, int64_t day, const char *order, int64_t minor)
{
    const zh_event e = { .customer = { 1 }, .type = ZH_EVENT_TRACK, .act = act, .time_ms = T0 + day * DAY_MS, .key = { ++events, 1 }, .name = zh_sv_of(name), .revenue_minor = minor,
                         .order_id = order == NULL ? (zh_sv){ 0 } : zh_sv_of(order), .currency = zh_currency_of(ZH_SV("CNY")) };
    zh_effects effects = zh_effects_open(&scratch);
    CHECK(zh_customers_fold(customers, e.customer, &e, &effects) == ZH_OK);
}

static void pays(const char *order, int64_t day)
{
    const zh_event e = { .customer = { 1 }, .type = ZH_EVENT_TRACK, .act = ZH_ACT_OTHER, .marks = ZH_MARK_PAID, .time_ms = T0 + day * DAY_MS, .key = { ++events, 1 }, .name = ZH_SV("Order Paid"), .order_id = zh_sv_of(order) };
    zh_effects effects = zh_effects_open(&scratch);
    CHECK(zh_customers_fold(customers, e.customer, &e, &effects) == ZH_OK);
}

/* An order of two lines, three pieces of one and one of the other. */
static void sells(const char *order, int64_t day, int64_t minor, int64_t cost_a, int64_t cost_b, uint32_t marks)
{
    zh_line lines[2] = { { .item = { 1 }, .item_text = ZH_SV("a"), .quantity = 3, .cost_minor = cost_a, .has_cost = cost_a != UNKNOWN },
                         { .item = { 2 }, .item_text = ZH_SV("b"), .quantity = 1, .cost_minor = cost_b, .has_cost = cost_b != UNKNOWN } };
    const zh_event e = { .customer = { 3 }, .type = ZH_EVENT_TRACK, .act = ZH_ACT_ORDER, .marks = marks, .time_ms = T0 + day * DAY_MS, .key = { ++events, 1 }, .name = ZH_SV("Order Completed"), .revenue_minor = minor,
                         .order_id = zh_sv_of(order), .currency = zh_currency_of(ZH_SV("CNY")), .lines = lines, .lines_count = 2 };
    zh_effects effects = zh_effects_open(&scratch);
    CHECK(zh_customers_fold(customers, e.customer, &e, &effects) == ZH_OK);
}

static void gives_back(const char *order, int64_t day, int64_t minor)
{
    const zh_event e = { .customer = { 3 }, .type = ZH_EVENT_TRACK, .act = ZH_ACT_REFUND, .time_ms = T0 + day * DAY_MS, .key = { ++events, 1 }, .name = ZH_SV("Order Refunded"), .revenue_minor = minor,
                         .order_id = zh_sv_of(order), .currency = zh_currency_of(ZH_SV("CNY")) };
    zh_effects effects = zh_effects_open(&scratch);
    CHECK(zh_customers_fold(customers, e.customer, &e, &effects) == ZH_OK);
}

/* What the margin is, by hand. */
static void margins(void)
{
    sells("whole", 1, 1000, 200, 100, 0);              /* 1000 - 700 */
    sells("unknown", 2, 5000, 200, UNKNOWN, 0);        /* does not count */
    sells("half back", 3, 2000, 300, 100, 0);          /* (2000 - 1000) - 1000 / 2 */
    gives_back("half back", 9, 1000);
    sells("lines", 4, 600, 100, 0, ZH_MARK_ORDER_LINE);/* 600 - 300, and … */
    sells("lines", 4, 400, 100, 50, ZH_MARK_ORDER_LINE); /* 400 - 350 */
    sells("lines", 4, 80, UNKNOWN, UNKNOWN, ZH_MARK_ORDER_LINE | ZH_MARK_NON_PRODUCT); /* postage costs nothing */
    sells("one line unknown", 5, 600, 100, 0, ZH_MARK_ORDER_LINE);
    sells("one line unknown", 5, 400, UNKNOWN, 50, ZH_MARK_ORDER_LINE);
    const struct { int64_t from_day, to_day, margin, costed; } rows[] = { { 1, 2, 300, 1000 }, { 2, 3, 0, 0 }, { 3, 4, 500, 1000 }, { 4, 5, 430, 1080 }, { 5, 6, 0, 0 }, { 0, 100, 1230, 3080 } };
    const zh_metric *m = zh_metric_builtin(ZH_SV("margin_share"));
    const zh_outcome_look look = { zh_customers_get(customers, (zh_customer_id){ 3 }), NULL, zh_customers_terms(customers), { 3 }, zh_currency_of(ZH_SV("CNY")) };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CHECK(zh_outcome_of(&look, m, T0 + rows[i].from_day * DAY_MS, T0 + rows[i].to_day * DAY_MS) == rows[i].margin);
        CHECK(zh_outcome_per(&look, m, T0 + rows[i].from_day * DAY_MS, T0 + rows[i].to_day * DAY_MS) == rows[i].costed);
    }
}

/* Another customer: two sessions on one day (minutes 0 and 20; 55) and one on the next. */
static void walks_about(void)
{
    static const struct { const char *name; int64_t minute, price; const char *category; } all[] = { { "Product Viewed", 0, 500, "tea" }, { "Product Viewed", 20, 9000, "cups" },
        { "Product Viewed", 55, 7000, "tea" }, { "Product Viewed", 56, 8000, "tea" }, { "Video Watched", 1500, 0, NULL } };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        zh_line line = { .item = { 7 }, .item_text = ZH_SV("p"), .category = all[i].category == NULL ? (zh_sv){ 0 } : zh_sv_of(all[i].category), .price_minor = all[i].price, .quantity = 1, .total_minor = all[i].price };
        const zh_event e = { .customer = { 2 }, .type = ZH_EVENT_TRACK, .act = all[i].category == NULL ? ZH_ACT_OTHER : ZH_ACT_VIEW, .time_ms = T0 / DAY_MS * DAY_MS + all[i].minute * 60000, .key = { ++events, 1 },
                             .name = zh_sv_of(all[i].name), .lines = &line, .lines_count = all[i].category != NULL, .revenue_minor = all[i].price };
        zh_effects effects = zh_effects_open(&scratch);
        CHECK(zh_customers_fold(customers, e.customer, &e, &effects) == ZH_OK);
    }
}

/* A shop's own, written, read again and asked of that customer. */
static void own_metrics(void)
{
    static const struct { const char *name, *json, *kind, *type, *unit; int64_t of, per; uint32_t window_days; } rows[] = {
        { "all views", "{\"kind\":\"count\",\"event\":\"Product Viewed\"}", "count", "mean", "customer", 4, 0, 0 },
        { "dear tea", "{\"kind\":\"count\",\"event\":\"Product Viewed\",\"where\":\"e.category == \\\"tea\\\" && e.price >= 70.0\",\"windowDays\":3}", "count", "mean", "customer", 2, 0, 3 },
        { "what nobody said", "{\"kind\":\"did\",\"event\":\"Product Viewed\",\"where\":\"e.brand == \\\"x\\\"\"}", "did", "share", "customer", 0, 0, 0 },
        { "value a session", "{\"kind\":\"sum\",\"event\":\"Product Viewed\",\"where\":\"e.products.exists(p, p.category == \\\"tea\\\")\",\"unit\":\"session\"}", "sum", "mean", "session", 15500, 3, 0 },
        { "sessions with cups", "{\"kind\":\"did\",\"event\":\"Product Viewed\",\"where\":\"e.category in [\\\"cups\\\"]\",\"unit\":\"session\"}", "did", "ratio", "session", 1, 3, 0 },
        { "sessions with tea", "{\"kind\":\"did\",\"event\":\"Product Viewed\",\"where\":\"e.category == \\\"tea\\\"\",\"unit\":\"session\"}", "did", "ratio", "session", 2, 3, 0 },
        { "days with views", "{\"kind\":\"did\",\"event\":\"Product Viewed\",\"unit\":\"day\"}", "did", "ratio", "day", 1, 2, 0 },
        { "views an order", "{\"kind\":\"count\",\"event\":\"Product Viewed\",\"unit\":\"order\",\"windowDays\":0}", "count", "mean", "order", 4, 0, 0 },
    };
    zh_arena arena = zh_arena_open((size_t)4 << 20);
    zh_cel_env *env;
    zh_json *json;
    CHECK(zh_vocabulary_open(&env, &arena) == ZH_OK && zh_json_open(&json, 4096) == ZH_OK);
    walks_about();
    const zh_outcome_look look = { zh_customers_get(customers, (zh_customer_id){ 2 }), NULL, zh_customers_terms(customers), { 2 }, { 0 } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_json_value root;
        zh_metric m;
        const char *field, *why;
        zh_cel_fault fault;
        zh_buf text = zh_buf_open(4096);
        for (int again = 0; again < 2; again++) { /* as it was given, then as it is kept */
            const zh_sv given = again == 0 ? zh_sv_of(rows[i].json) : zh_arena_copy(&arena, zh_buf_view(&text));
            CHECK_ROW(zh_json_parse(json, given, &root, NULL) == ZH_OK && zh_metric_read(root, ZH_SV("own"), &m, &field, &why) == ZH_OK && zh_metric_compile(&m, &arena, env, &fault) == ZH_OK, rows[i].name);
            zh_metric_bind(&m, look.terms);
            CHECK_ROW(zh_outcome_of(&look, &m, 0, INT64_MAX) == rows[i].of && zh_outcome_per(&look, &m, 0, INT64_MAX) == rows[i].per, rows[i].name);
            CHECK_ROW(strcmp(zh_metric_kind_text(&m), rows[i].kind) == 0 && strcmp(zh_metric_type_text(&m), rows[i].type) == 0 && strcmp(zh_metric_unit_text(&m), rows[i].unit) == 0, rows[i].name);
            CHECK_ROW(zh_metric_window_ms(&m, 14) == (rows[i].window_days > 0 ? rows[i].window_days : 14) * DAY_MS, rows[i].name);
            if (again > 0) continue;
            zh_json_out out = zh_json_out_on(&text);
            zh_metric_write(&m, &out);
            CHECK(zh_json_out_done(&out) == ZH_OK);
        }
        zh_buf_close(&text);
    }
    zh_json_close(json);
    zh_arena_close(&arena);
}

/* A condition that is no function of the event alone would let sums go wrong in silence. */
static void conditions_that_are_refused(void)
{
    static const char *const rows[] = { "customer.orders.count() > 1", "e.time > now - days(3)", "e.category == customer.traits.likes", "e.categry == \"tea\"", "e.value", "true", "e.value > 1.0 && customer.did(\"x\")" };
    zh_arena arena = zh_arena_open((size_t)4 << 20);
    zh_cel_env *env;
    CHECK(zh_vocabulary_open(&env, &arena) == ZH_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_cel_fault fault = { .text = "" };
        zh_metric m = { .of = ZH_QUANTITY_COUNT, .event = ZH_SV("Product Viewed"), .where = zh_sv_of(rows[i]) };
        CHECK_ROW(zh_metric_compile(&m, &arena, env, &fault) == ZH_FORMAT && fault.text[0] != '\0' && m.filter == NULL, rows[i]);
    }
    zh_arena_close(&arena);
}

static int64_t of(const char *name, int64_t from_day, int64_t to_day, const char *currency)
{
    const zh_metric *m = zh_metric_builtin(zh_sv_of(name));
    CHECK(m != NULL);
    const zh_outcome_look look = { zh_customers_get(customers, (zh_customer_id){ 1 }), NULL, zh_customers_terms(customers), { 1 }, currency == NULL ? (zh_currency){ 0 } : zh_currency_of(zh_sv_of(currency)) };
    return zh_outcome_of(&look, m, T0 + from_day * DAY_MS, T0 + to_day * DAY_MS);
}

int main(void)
{
    scratch = zh_arena_open((size_t)1 << 20);
    CHECK(zh_customers_open(&customers, &(zh_customers_desc){ 0 }) == ZH_OK);
    CHECK(of("revenue", 0, 100, NULL) == 0); /* nobody is there */
    happens(ZH_ACT_VIEW, "Product Viewed", 0, NULL, 0);
    happens(ZH_ACT_ADD, "Product Added", 1, NULL, 0);
    happens(ZH_ACT_ORDER, "Order Completed", 2, "a", 5000);
    happens(ZH_ACT_REFUND, "Order Refunded", 9, "a", 1500);
    happens(ZH_ACT_ORDER, "Order Completed", 4, "b", 3000);
    happens(ZH_ACT_CANCEL, "Order Cancelled", 5, "b", 3000);
    happens(ZH_ACT_ORDER, "Order Completed", 8, "c", 700);
    happens(ZH_ACT_OTHER, "Video Watched", 8, NULL, 0);
    CHECK(of("paid_revenue", 0, 100, NULL) == 0);
    pays("a", 6);
    pays("b", 6); /* and cancelled */
    pays("never ordered", 6);
    CHECK(of("paid_revenue", 0, 100, NULL) == 5000 && of("paid_revenue", 3, 100, NULL) == 0 && of("orders", 0, 100, NULL) == 2 && of("revenue", 0, 100, NULL) == 8700);
    CHECK(of("conversion", 0, 100, NULL) == 1 && of("conversion", 3, 8, NULL) == 0 && of("orders", 0, 100, NULL) == 2 && of("repurchase", 0, 100, NULL) == 1 && of("repurchase", 0, 8, NULL) == 0);
    CHECK(of("revenue", 0, 100, NULL) == 8700 && of("revenue", 2, 3, NULL) == 5000 && of("revenue", 3, 8, NULL) == 3000 && of("revenue", 8, 9, "USD") == 0 && of("orders", 8, 9, "USD") == 1);
    CHECK(of("net_revenue", 0, 100, NULL) == 4200 && of("net_revenue", 2, 3, NULL) == 3500); /* what comes back later is taken off where the order is */
    CHECK(of("refund_share", 0, 100, NULL) == 4500 && of("item_views", 0, 1, NULL) == 1 && of("item_views", 1, 100, NULL) == 0 && of("add_to_cart", 0, 100, NULL) == 1);
    CHECK(of("active_days", 0, 100, NULL) == 8 && of("active_days", 8, 9, NULL) == 1 && of("opt_outs", 0, 100, NULL) == 0);

    margins();
    const zh_metric *all;
    const size_t count = zh_metric_builtins(&all);
    for (size_t i = 0; i < count; i++) {
        CHECK(zh_metric_builtin(all[i].name) == &all[i] && all[i].title_en.size > 0 && all[i].title_zh.size > 0);
        const zh_event order = { .act = ZH_ACT_ORDER, .name = ZH_SV("Order Completed"), .order_id = ZH_SV("x") }, view = { .act = ZH_ACT_VIEW, .name = ZH_SV("Product Viewed") };
        const bool by_orders = all[i].of <= ZH_QUANTITY_REPEATED, by_day = all[i].of == ZH_QUANTITY_DAYS;
        CHECK_ROW(zh_metric_by_event(&all[i], &order) == (by_orders || by_day) && zh_metric_by_event(&all[i], &view) == (by_day || all[i].of == ZH_QUANTITY_VIEWS), all[i].name.data);
        CHECK(zh_metric_by_choice(&all[i]) == (all[i].of == ZH_QUANTITY_REFUSED));
    }

    zh_json *json;
    zh_json_value root;
    zh_metric m;
    const char *field, *why;
    CHECK(zh_json_open(&json, 4096) == ZH_OK);
    CHECK(zh_json_parse(json, ZH_SV("{\"kind\":\"count\",\"event\":\"Video Watched\",\"better\":\"less\",\"title\":{\"zh\":\"看视频\"}}"), &root, NULL) == ZH_OK);
    CHECK(zh_metric_read(root, ZH_SV("videos"), &m, &field, &why) == ZH_OK && m.less_is_better && !m.is_builtin && strcmp(zh_metric_type_text(&m), "mean") == 0);
    const zh_outcome_look look = { zh_customers_get(customers, (zh_customer_id){ 1 }), NULL, zh_customers_terms(customers), { 1 }, { 0 } };
    CHECK(zh_outcome_of(&look, &m, T0, T0 + 20 * DAY_MS) == 1 && zh_outcome_of(&look, &m, T0, T0 + 8 * DAY_MS) == 0);
    CHECK(zh_metric_read(root, ZH_SV("revenue"), &m, &field, &why) == ZH_FORMAT && strcmp(field, "name") == 0);
    CHECK(zh_json_parse(json, ZH_SV("{\"kind\":\"median\",\"event\":\"x\"}"), &root, NULL) == ZH_OK && zh_metric_read(root, ZH_SV("v"), &m, &field, &why) == ZH_FORMAT && strcmp(field, "kind") == 0);
    CHECK(zh_json_parse(json, ZH_SV("{\"kind\":\"did\"}"), &root, NULL) == ZH_OK && zh_metric_read(root, ZH_SV("v"), &m, &field, &why) == ZH_FORMAT && strcmp(field, "event") == 0);
    static const char *const wrong[][2] = { { "{\"kind\":\"did\",\"event\":\"x\",\"unit\":\"order\"}", "unit" }, { "{\"kind\":\"sum\",\"event\":\"x\",\"unit\":\"week\"}", "unit" },
        { "{\"kind\":\"did\",\"event\":\"x\",\"windowDays\":366}", "windowDays" }, { "{\"kind\":\"did\",\"event\":\"x\",\"where\":5}", "where" } };
    for (size_t i = 0; i < 4; i++)
        CHECK_ROW(zh_json_parse(json, zh_sv_of(wrong[i][0]), &root, NULL) == ZH_OK && zh_metric_read(root, ZH_SV("v"), &m, &field, &why) == ZH_FORMAT && strcmp(field, wrong[i][1]) == 0, wrong[i][0]);
    zh_json_close(json);
    own_metrics();
    conditions_that_are_refused();
    zh_customers_close(customers);
    zh_arena_close(&scratch);
    return 0;
}
