/* Goal: what a customer did in a span is counted as each metric says, and events that could change it are named.
 * Method: one customer written down by hand; every metric over spans that hold, cut and miss his orders. */
#include "measure/outcome.h"
#include "check.h"

#include <string.h>

#define T0 INT64_C(1700000000000)
#define DAY_MS INT64_C(86400000)

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

static int64_t of(const char *name, int64_t from_day, int64_t to_day, const char *currency)
{
    const zh_metric *m = zh_metric_builtin(zh_sv_of(name));
    CHECK(m != NULL);
    const zh_outcome_look look = { zh_customers_get(customers, (zh_customer_id){ 1 }), NULL, zh_customers_terms(customers), { 1 }, currency == NULL ? (zh_currency){ 0 } : zh_currency_of(zh_sv_of(currency)) };
    return zh_outcome_of(&look, m->of, m->event, T0 + from_day * DAY_MS, T0 + to_day * DAY_MS);
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
    CHECK(of("conversion", 0, 100, NULL) == 1 && of("conversion", 3, 8, NULL) == 0 && of("orders", 0, 100, NULL) == 2 && of("repurchase", 0, 100, NULL) == 1 && of("repurchase", 0, 8, NULL) == 0);
    CHECK(of("revenue", 0, 100, NULL) == 8700 && of("revenue", 2, 3, NULL) == 5000 && of("revenue", 3, 8, NULL) == 3000 && of("revenue", 8, 9, "USD") == 0 && of("orders", 8, 9, "USD") == 1);
    CHECK(of("net_revenue", 0, 100, NULL) == 4200 && of("net_revenue", 2, 3, NULL) == 3500); /* what comes back later is taken off where the order is */
    CHECK(of("refund_share", 0, 100, NULL) == 4500 && of("item_views", 0, 1, NULL) == 1 && of("item_views", 1, 100, NULL) == 0 && of("add_to_cart", 0, 100, NULL) == 1);
    CHECK(of("active_days", 0, 100, NULL) == 7 && of("active_days", 8, 9, NULL) == 1 && of("opt_outs", 0, 100, NULL) == 0);

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
    CHECK(zh_metric_read(root, ZH_SV("videos"), &m, &field, &why) == ZH_OK && m.less_is_better && !m.is_builtin && strcmp(zh_metric_kind_text(&m), "mean") == 0);
    const zh_outcome_look look = { zh_customers_get(customers, (zh_customer_id){ 1 }), NULL, zh_customers_terms(customers), { 1 }, { 0 } };
    CHECK(zh_outcome_of(&look, m.of, m.event, T0, T0 + 20 * DAY_MS) == 1 && zh_outcome_of(&look, m.of, m.event, T0, T0 + 8 * DAY_MS) == 0);
    CHECK(zh_metric_read(root, ZH_SV("revenue"), &m, &field, &why) == ZH_FORMAT && strcmp(field, "name") == 0);
    CHECK(zh_json_parse(json, ZH_SV("{\"kind\":\"median\",\"event\":\"x\"}"), &root, NULL) == ZH_OK && zh_metric_read(root, ZH_SV("v"), &m, &field, &why) == ZH_FORMAT && strcmp(field, "kind") == 0);
    CHECK(zh_json_parse(json, ZH_SV("{\"kind\":\"did\"}"), &root, NULL) == ZH_OK && zh_metric_read(root, ZH_SV("v"), &m, &field, &why) == ZH_FORMAT && strcmp(field, "event") == 0);
    zh_json_close(json);
    zh_customers_close(customers);
    zh_arena_close(&scratch);
    return 0;
}
