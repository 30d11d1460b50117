/* Is a state as customer.h promises? Of each list: its order, its maximum, and what it points to. */
#include "profile/customer_inside.h"

#define UNLESS(cond, text) do { if (!(cond)) { *why = text; return false; } } while (0)

static bool check_habits(const zh_customer_state *s, const char **why)
{
    const zh_tally *tallies = s->tallies.data;
    for (uint32_t i = 1; i < s->tallies.count; i++)
        UNLESS(tallies[i - 1].key < tallies[i].key, "tallies are out of order");
    const uint64_t *days = s->days.data;
    UNLESS(s->days.count <= ZH_PROFILE_DAYS_MAX, "too many days");
    for (uint32_t i = 0; i < s->days.count; i++) {
        UNLESS(i == 0 || days[i - 1] >> 48 > days[i] >> 48, "days are out of order");
        UNLESS(days[i] << 16 != 0, "a day without a half hour");
    }
    const zh_touch *touches = s->touches.data;
    UNLESS(s->touches.count <= ZH_PROFILE_TOUCHES_MAX, "too many touches");
    for (uint32_t i = 0; i < s->touches.count; i++) {
        UNLESS((unsigned)touches[i].act < ZH_ACT_COUNT, "a touch by an unknown act");
        UNLESS(i == 0 || zh_rank_compare(touches[i - 1].rank, touches[i].rank) >= 0, "touches are out of order");
        for (uint32_t k = 0; k < i; k++)
            UNLESS(touches[k].item.number != touches[i].item.number || touches[k].act != touches[i].act,
                   "an item is touched twice by one act");
    }
    const zh_glance *glances = s->glances.data;
    UNLESS(s->glances.count <= ZH_PROFILE_GLANCES_MAX, "too many glances");
    for (uint32_t i = 0; i < s->glances.count; i++) {
        UNLESS(i == 0 || zh_glance_order(&glances[i - 1], &glances[i]) < 0, "glances are out of order");
        UNLESS(glances[i].times > 0, "a glance that never was");
    }
    return true;
}

static bool check_sales(const zh_customer_state *s, const char **why)
{
    const zh_bought *bought = s->bought.data;
    UNLESS(s->bought.count <= ZH_PROFILE_BOUGHT_MAX, "too many bought items");
    for (uint32_t i = 1; i < s->bought.count; i++)
        UNLESS(bought[i - 1].item.number < bought[i].item.number, "bought items are out of order");
    const zh_order *orders = s->orders.data;
    UNLESS(s->orders.count <= ZH_PROFILE_ORDERS_MAX, "too many orders");
    for (uint32_t i = 1; i < s->orders.count; i++)
        UNLESS(orders[i - 1].id_hash < orders[i].id_hash, "orders are out of order");
    const zh_stated *stated = s->stated.data;
    for (uint32_t i = 0; i < s->stated.count; i++) {
        UNLESS(i == 0 || stated[i - 1].order < stated[i].order ||
               (stated[i - 1].order == stated[i].order && stated[i - 1].item.number < stated[i].item.number),
               "stated items are out of order");
        const zh_order *order = zh_customer_inner_order(s, stated[i].order);
        UNLESS(order != NULL && order->form != ZH_ORDER_UNSTATED, "a stated item without its order");
    }
    return true;
}

static bool check_interest(const zh_customer_state *s, const char **why)
{
    const zh_taste *tastes = s->tastes.data;
    UNLESS(s->tastes.count <= ZH_PROFILE_TASTES_MAX, "too many tastes");
    for (uint32_t i = 0; i < s->tastes.count; i++) {
        UNLESS(i == 0 || zh_taste_order(&tastes[i - 1], &tastes[i]) < 0, "tastes are out of order");
        UNLESS(tastes[i].kind == ZH_TASTE_CATEGORY || tastes[i].kind == ZH_TASTE_BRAND, "a taste of an unknown kind");
    }

    zh_reader r = zh_reader_on((zh_sv){ s->traits.data, s->traits.count });
    uint32_t traits = 0;
    bool has_changes = false;
    zh_trait last = { 0 };
    for (zh_trait trait; zh_trait_next(&r, &trait); traits++, last = trait) {
        UNLESS(traits == 0 || zh_trait_order(&last, &trait) < 0, "traits are out of order");
        has_changes |= trait.part != ZH_TRAIT_VALUE;
    }
    UNLESS(has_changes == s->has_changes, "changes of traits are not marked");
    UNLESS(!r.bad, "traits are cut short");
    UNLESS(traits <= ZH_PROFILE_TRAITS_MAX, "too many traits");
    return true;
}

static bool check_stays(const zh_customer_state *s, const char **why)
{
    const zh_stay *stays = s->stays.data;
    UNLESS(s->stays.count <= ZH_PROFILE_STAYS_MAX, "too many places");
    for (uint32_t i = 0; i < s->stays.count; i++) {
        uint8_t days = 0;
        for (int kind = 0; kind < ZH_STAY_KINDS; kind++) days |= stays[i].days[kind];
        UNLESS(i == 0 || zh_stay_order(&stays[i - 1], &stays[i]) < 0, "places are out of order");
        UNLESS(stays[i].cell.number > 0 && stays[i].cell.number <= 1u << ZH_CELL_BITS, "a place that is no cell");
        UNLESS(days > 0 && days < 128, "a place without a day");
    }
    return true;
}

bool zh_customer_inner_check(const zh_customer_state *s, const char **why)
{
    UNLESS(s->first_ms <= s->last_ms, "seen last before first");
    if (!check_habits(s, why) || !check_sales(s, why) || !check_interest(s, why) || !check_stays(s, why) || !zh_customer_inner_facts_check(s, why)) return false;
    *why = NULL;
    return true;
}

/* What he did must be said; more may be. */
static bool check_stamps(const zh_customers *c, const zh_customer_state *s, const char **why)
{
    const zh_stamps *stamps = zh_customer_inner_stamps(c, s->row);
    UNLESS(s->row < c->states.count && stamps->number == s->number, "stamps stand under another number");
    zh_facts facts = zh_customer_facts(s);
    for (zh_fact fact; zh_facts_next(&facts, &fact);) {
        const uint16_t day = zh_day_of(fact.time_ms);
        bool said = zh_stamps_may(stamps, zh_stamp_slot(fact.name, ZH_STAMP_NAME, 0), day);
        for (zh_fact_line line; zh_fact_line_next(&fact, &line);) {
            said &= line.item == 0 || zh_stamps_may(stamps, zh_stamp_slot(fact.name, ZH_STAMP_ITEM, line.item), day);
            said &= line.category == 0 || zh_stamps_may(stamps, zh_stamp_slot(fact.name, ZH_STAMP_CATEGORY, line.category), day);
            said &= line.brand == 0 || zh_stamps_may(stamps, zh_stamp_slot(fact.name, ZH_STAMP_BRAND, line.brand), day);
        }
        UNLESS(said, "stamps deny what a customer did");
    }
    return true;
}

bool zh_customers_check(const zh_customers *c, const char **why)
{
    size_t count = 0;
    const zh_customer_state *state;
    for (size_t at = 0; (state = zh_customers_walk(c, &at)) != NULL; count++) {
        UNLESS(state->number > 0 && zh_customer_inner_get(c, state->number) == state, "a state stands under another number");
        if (!zh_customer_inner_check(state, why) || !check_stamps(c, state, why)) return false;
    }
    UNLESS(count == zh_customers_count(c), "the count of customers is wrong");
    *why = NULL;
    return true;
}
