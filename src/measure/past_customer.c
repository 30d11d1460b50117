#include "measure/past_customer.h"

#include <stdlib.h>

static int by_day(const void *a, const void *b)
{
    const zh_past_fact *x = a, *y = b;
    if (x->day != y->day) return x->day < y->day ? -1 : 1;
    if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

static double money(int64_t minor, zh_currency currency)
{
    double scale = 1;
    for (int i = currency.code == 0 ? 2 : zh_currency_digits(currency); i > 0; i--) scale *= 10;
    return (double)minor / scale;
}

static zh_past_kind kind_of(zh_act act)
{
    switch (act) {
    case ZH_ACT_VIEW:
    case ZH_ACT_CLICK: return ZH_PAST_VIEW;
    case ZH_ACT_ADD:
    case ZH_ACT_WISH: return ZH_PAST_ADD;
    default: return ZH_PAST_OTHER;
    }
}

static uint32_t put_orders(zh_past_fact *facts, const zh_order *orders, uint32_t count, const zh_tz *zone)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        const zh_order *o = &orders[i];
        if (!zh_order_is_sale(o)) continue;
        const uint32_t lines = o->form == ZH_ORDER_UNSTATED ? o->loose_lines : o->stated_lines;
        facts[at++] = (zh_past_fact){ .day = (int32_t)zh_tz_day(zone, o->first_ms), .kind = ZH_PAST_ORDER, .lines = (uint16_t)(lines > UINT16_MAX ? UINT16_MAX : lines), .units = (float)lines,
                                      .value = money(zh_order_minor(o), o->currency) };
    }
    return at;
}

zh_err zh_past_of_customer(zh_past *out, zh_arena *arena, const zh_customer_state *state, const zh_tz *zone)
{
    uint32_t orders_count, at;
    const zh_order *orders = zh_customer_orders(state, &orders_count);
    zh_past_fact *facts = ZH_TAKE(arena, zh_past_fact, (size_t)orders_count + zh_customer_facts_count(state) + 1);
    if (facts == NULL) return ZH_NOMEM;
    at = put_orders(facts, orders, orders_count, zone);
    uint32_t of_day[ZH_PAST_OTHER + 1] = { 0 }; /* place + 1 of this day's fact of a kind */
    int32_t day = INT32_MIN;
    zh_fact fact;
    for (zh_facts walk = zh_customer_facts(state); zh_facts_next(&walk, &fact);) {
        if (fact.act == ZH_ACT_ORDER) continue;
        const int32_t of = (int32_t)zh_tz_day(zone, fact.time_ms);
        const zh_past_kind kind = kind_of(fact.act);
        if (of != day) memset(of_day, 0, sizeof of_day), day = of;
        if (of_day[kind] == 0) {
            facts[at] = (zh_past_fact){ .day = of, .kind = (uint16_t)kind };
            of_day[kind] = ++at;
        }
        zh_past_fact *sum = &facts[of_day[kind] - 1];
        if (sum->lines < UINT16_MAX) sum->lines++;
    }
    qsort(facts, at, sizeof *facts, by_day);
    *out = (zh_past){ facts, at };
    return ZH_OK;
}
