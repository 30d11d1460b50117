/* Goal: a row says what the customer did; the usual names are those most lean to; a condition in words means the same as the number.
 * Method: two customers by hand. */
#include "measure/features.h"
#include "check.h"

#include <math.h>
#include <string.h>

#define DAY 86400000LL
static zh_arena arena;
static uint64_t number;

static void fold(zh_customers *c, uint64_t who, zh_act act, int64_t ms, const char *category, int64_t minor)
{
    zh_line line = { .item = { 7 }, .item_text = ZH_SV("p"), .category = zh_sv_of(category), .price_minor = minor, .quantity = 1 };
    char order[24];
    (void)snprintf(order, sizeof order, "o%llu", (unsigned long long)number);
    const zh_event e = { .customer = { who }, .type = ZH_EVENT_TRACK, .act = act, .time_ms = ms, .key = { ++number, 1 }, .name = ZH_SV("event"), .lines = &line, .lines_count = 1,
                         .order_id = act == ZH_ACT_ORDER ? zh_sv_of(order) : (zh_sv){ 0 }, .revenue_minor = minor, .currency = zh_currency_of(ZH_SV("CNY")) };
    zh_effects effects = zh_effects_open(&arena);
    CHECK(zh_customers_fold(c, e.customer, &e, &effects) == ZH_OK);
    zh_arena_reset(&arena);
}

static bool says(const zh_features *f, uint32_t column, double value, bool at_least, const char *text)
{
    zh_buf out = zh_buf_open(1024);
    const bool can = zh_feature_condition(f, column, value, at_least, &out), same = can && zh_sv_equal(zh_buf_view(&out), zh_sv_of(text));
    if (can && !same) fprintf(stderr, "%.*s\n", ZH_SV_ARG(zh_buf_view(&out)));
    zh_buf_close(&out);
    return same;
}

int main(void)
{
    zh_customers *c;
    double row[ZH_FEATURES_MAX];
    zh_feature_counter counter = { 0 };
    zh_arena names = zh_arena_open(1 << 20);
    zh_sv name;
    arena = zh_arena_open(16 << 20);
    CHECK(zh_customers_open(&c, &(zh_customers_desc){ 0 }) == ZH_OK);
    for (int i = 0; i < 4; i++) fold(c, 1, ZH_ACT_VIEW, 1000 * DAY + 20 * 3600000 + i, "te\"a", 1000); /* a Wednesday, in the evening */
    fold(c, 1, ZH_ACT_ORDER, 1002 * DAY + 3600000, "te\"a", 3000);
    fold(c, 1, ZH_ACT_ORDER, 1003 * DAY, "te\"a", 5000); /* a Saturday night */
    fold(c, 2, ZH_ACT_VIEW, 1003 * DAY, "te\"a", 0);
    fold(c, 2, ZH_ACT_VIEW, 1003 * DAY + 1, "shoes", 0);
    zh_features f = { .terms = zh_customers_terms(c), .zone = zh_tz_utc(), .now_ms = 1013 * DAY };
    for (uint64_t who = 1; who <= 2; who++) CHECK(zh_features_count(&counter, &names, &arena, f.terms, zh_customers_get(c, (zh_customer_id){ who })) == ZH_OK);
    zh_features_take(&f, &counter, 8, 8, 1);
    CHECK(f.names_count == 2 && zh_sv_equal(f.names[0].text, ZH_SV("te\"a")) && f.names[0].customers == 2 && f.names[1].customers == 1);
    zh_features_take(&f, &counter, 8, 8, 2);
    CHECK(f.names_count == 1 && zh_features_columns(&f) == ZH_FEATURES_FIXED + 1);
    zh_feature_counter_close(&counter);

    CHECK(zh_features_of(&f, zh_customers_get(c, (zh_customer_id){ 1 }), &arena, row) == ZH_OK);
    static const struct { uint32_t column; double plain; } wanted[] = {
        { ZH_FEATURE_RECENCY, 10 }, { ZH_FEATURE_ORDERS, 2 }, { ZH_FEATURE_MONEY, 80 }, { ZH_FEATURE_ORDER_VALUE, 40 }, { ZH_FEATURE_BASKET, 1 }, { ZH_FEATURE_RETURNS, 0 },
        { ZH_FEATURE_DAYS, 3 }, { ZH_FEATURE_VIEWS, 4 }, { ZH_FEATURE_ADDS, 0 }, { ZH_FEATURE_EVENING, 5.0 / 10 }, { ZH_FEATURE_NIGHT, 3.0 / 10 },
        { ZH_FEATURE_WEEKEND, (1 + 8.0 / 7) / 10 }, { ZH_FEATURE_PRICE, 0.5 }, { ZH_FEATURES_FIXED, 1 },
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const char *text = zh_feature_text(&f, wanted[i].column, &name);
        CHECK_ROW(fabs(zh_feature_plain(wanted[i].column, row[wanted[i].column]) - wanted[i].plain) < 1e-9, text);
    }
    CHECK(zh_features_of(&f, zh_customers_get(c, (zh_customer_id){ 2 }), &arena, row) == ZH_OK && fabs(row[ZH_FEATURES_FIXED] - 0.5) < 1e-12 && row[ZH_FEATURE_ORDERS] == 0);
    CHECK(strcmp(zh_feature_text(&f, ZH_FEATURES_FIXED, &name), "category") == 0 && name.size == 4);

    CHECK(says(&f, ZH_FEATURE_ORDERS, log1p(2), true, "customer.orders.count() >= 2"));
    CHECK(says(&f, ZH_FEATURE_ORDERS, log1p(2.5), false, "customer.orders.count() < 3"));
    CHECK(says(&f, ZH_FEATURE_MONEY, log1p(80), false, "customer.orders.revenue() < 80.00"));
    CHECK(says(&f, ZH_FEATURE_RECENCY, log1p(2), true, "customer.last_seen <= now - hours(48)"));
    CHECK(says(&f, ZH_FEATURES_FIXED, 0.25, true, "(\"te\\\"a\" in customer.affinity.category && customer.affinity.category[\"te\\\"a\"] >= 0.2500)"));
    CHECK(says(&f, ZH_FEATURES_FIXED, 0.25, false, "(!(\"te\\\"a\" in customer.affinity.category) || customer.affinity.category[\"te\\\"a\"] < 0.2500)"));
    CHECK(!says(&f, ZH_FEATURE_NIGHT, 0.5, true, ""));
    zh_customers_close(c);
    zh_arena_close(&arena);
    zh_arena_close(&names);
    return 0;
}
