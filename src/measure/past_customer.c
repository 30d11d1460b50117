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

/* ---- by category ---- */

uint32_t zh_category_id(uint64_t text_hash)
{
    const uint32_t id = (uint32_t)(text_hash ^ text_hash >> 32);
    return id == 0 && text_hash != 0 ? 1 : id;
}

static int by_day_and_category(const void *a, const void *b)
{
    const zh_past_fact *x = a, *y = b;
    if (x->day != y->day) return x->day < y->day ? -1 : 1;
    if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
    return (x->category > y->category) - (x->category < y->category);
}

static size_t lines_of(const zh_customer_state *state)
{
    size_t lines = 0;
    zh_fact fact;
    for (zh_facts walk = zh_customer_facts(state); zh_facts_next(&walk, &fact);) lines += fact.lines_count;
    return lines;
}

zh_err zh_past_categories(zh_past *out, zh_arena *arena, const zh_customer_state *state, const zh_terms *terms, const zh_tz *zone)
{
    zh_past_fact *facts = ZH_TAKE(arena, zh_past_fact, lines_of(state) + 1);
    uint32_t count = 0, kept = 0;
    zh_fact fact;
    if (facts == NULL) return ZH_NOMEM;
    for (zh_facts walk = zh_customer_facts(state); zh_facts_next(&walk, &fact);) {
        const zh_past_kind kind = fact.act == ZH_ACT_ORDER ? ZH_PAST_ORDER : kind_of(fact.act);
        if (kind == ZH_PAST_OTHER) continue;
        const int32_t day = (int32_t)zh_tz_day(zone, fact.time_ms);
        for (zh_fact_line line; zh_fact_line_next(&fact, &line);) {
            if (line.category == 0) continue;
            const double pieces = line.quantity < 1 ? 1 : (double)line.quantity;
            facts[count++] = (zh_past_fact){ .day = day, .kind = (uint16_t)kind, .lines = 1, .category = zh_category_id(zh_terms_hash(terms, line.category)),
                                             .value = line.price_minor > 0 ? (double)line.price_minor * pieces : 0 };
        }
    }
    qsort(facts, count, sizeof *facts, by_day_and_category);
    for (uint32_t i = 0; i < count; i++) { /* those of one day, kind and category are one */
        if (kept == 0 || by_day_and_category(&facts[kept - 1], &facts[i]) != 0) {
            facts[kept++] = facts[i];
            continue;
        }
        facts[kept - 1].value += facts[i].value;
        if (facts[kept - 1].lines < UINT16_MAX) facts[kept - 1].lines++;
    }
    *out = (zh_past){ facts, kept };
    return ZH_OK;
}
