#include "measure/before.h"

#define DAY_MS INT64_C(86400000)

const char *zh_before_text(zh_before column)
{
    static const char *const texts[ZH_BEFORE_COLUMNS] = {
#define X(name, text) text,
        ZH_BEFORE_LIST(X)
#undef X
    };
    return (unsigned)column < ZH_BEFORE_COLUMNS ? texts[column] : "";
}

static double days_between(int64_t from_ms, int64_t to_ms)
{
    const double days = ((double)to_ms - (double)from_ms) / (double)DAY_MS;
    return days < 0 ? 0 : days > ZH_BEFORE_NEVER ? ZH_BEFORE_NEVER : days;
}

static void orders_of(const zh_customer_state *state, int64_t moment_ms, double out[ZH_BEFORE_COLUMNS])
{
    uint32_t count;
    const zh_order *orders = zh_customer_orders(state, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (!zh_order_is_sale(&orders[i]) || orders[i].first_ms >= moment_ms) continue;
        const double days = days_between(orders[i].first_ms, moment_ms);
        out[ZH_BEFORE_ORDERS]++;
        out[ZH_BEFORE_MONEY] += (double)zh_order_minor(&orders[i]);
        if (days < out[ZH_BEFORE_DAYS_SINCE_ORDER]) out[ZH_BEFORE_DAYS_SINCE_ORDER] = days;
    }
}

void zh_before_of(const zh_customer_state *state, int64_t moment_ms, double out[ZH_BEFORE_COLUMNS])
{
    double prices = 0, priced = 0;
    int64_t last_day = INT64_MAX;
    for (int i = 0; i < ZH_BEFORE_COLUMNS; i++) out[i] = 0;
    out[ZH_BEFORE_DAYS_SINCE_ORDER] = ZH_BEFORE_NEVER;
    if (state == NULL) return;
    orders_of(state, moment_ms, out);
    if (zh_customer_first_ms(state) < moment_ms) out[ZH_BEFORE_DAYS_KNOWN] = days_between(zh_customer_first_ms(state), moment_ms);
    zh_facts facts = zh_customer_facts(state);
    for (zh_fact fact; zh_facts_next(&facts, &fact);) {
        if (fact.time_ms >= moment_ms) continue;
        const double days = days_between(fact.time_ms, moment_ms);
        if (days >= 30) break;
        const int64_t day = fact.time_ms / DAY_MS;
        out[ZH_BEFORE_ACTIVE_DAYS] += day != last_day;
        last_day = day;
        out[ZH_BEFORE_VIEWS] += fact.act == ZH_ACT_VIEW;
        out[ZH_BEFORE_ADDS] += fact.act == ZH_ACT_ADD;
        out[ZH_BEFORE_EVENTS_7D] += days < 7;
        out[ZH_BEFORE_CARTS_7D] += days < 7 && fact.act == ZH_ACT_ADD;
        const bool looked = fact.act == ZH_ACT_VIEW;
        for (zh_fact_line line; zh_fact_line_next(&fact, &line);) {
            out[ZH_BEFORE_ITEMS_SEEN] += looked;
            if (line.price_minor > 0) prices += (double)line.price_minor, priced++;
        }
    }
    if (priced > 0) out[ZH_BEFORE_DEAR] = prices / priced;
}
