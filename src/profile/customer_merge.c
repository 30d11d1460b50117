/* Two customers turn out to be one: join every part, and correct the counts across customers. */
#include "profile/customer_inside.h"
#include "profile/terms.h"

#include <assert.h>

static zh_customer_inner_room room_for(const zh_customer_state *s)
{
    return (zh_customer_inner_room){ .tallies = s->tallies.count, .days = s->days.count, .touches = s->touches.count, .glances = s->glances.count,
        .bought = s->bought.count, .orders = s->orders.count, .stated = s->stated.count,
        .tastes = s->tastes.count, .stays = s->stays.count, .traits_bytes = s->traits.count };
}

static zh_err say_merge(const zh_customer_state *from, const zh_customer_state *to, zh_effects *effects)
{
    if (from->bought.count == 0) return ZH_OK;
    const zh_bought *f = from->bought.data, *t = to->bought.data;
    const uint32_t f_count = from->bought.count, t_count = to->bought.count;
    zh_mark *marks = ZH_TAKE(effects->arena, zh_mark, (size_t)f_count + t_count);
    if (marks == NULL) return ZH_NOMEM;
    size_t count = 0;
    for (uint32_t i = 0, j = 0; i < f_count || j < t_count; count++) {
        const bool is_f = i < f_count && (j == t_count || f[i].item.number <= t[j].item.number);
        const bool is_t = j < t_count && (i == f_count || t[j].item.number <= f[i].item.number);
        marks[count].item = is_f ? f[i].item : t[j].item;
        marks[count].sides = (is_f ? (unsigned)ZH_IN_FROM : 0) | (is_t ? (unsigned)ZH_IN_TO : 0);
        if (count < ZH_PROFILE_BOUGHT_MAX) marks[count].sides |= ZH_IN_AFTER;
        i += is_f;
        j += is_t;
    }
    return zh_say_bought(marks, count, effects);
}

static zh_err say_merged_days(const zh_customer_state *from, const zh_customer_state *to, zh_effects *effects)
{
    if (from->bought.count == 0) return ZH_OK;
    const zh_bought *f = from->bought.data, *t = to->bought.data;
    zh_days_mark *marks = ZH_TAKE(effects->arena, zh_days_mark, (size_t)from->bought.count + to->bought.count);
    if (marks == NULL) return ZH_NOMEM;
    size_t count = 0;
    for (uint32_t i = 0, j = 0; i < from->bought.count || j < to->bought.count; count++) {
        const bool is_f = i < from->bought.count && (j == to->bought.count || f[i].item.number <= t[j].item.number);
        const bool is_t = j < to->bought.count && (i == from->bought.count || t[j].item.number <= f[i].item.number);
        zh_days_mark *m = &marks[count];
        *m = (zh_days_mark){ .item = is_f ? f[i].item : t[j].item };
        for (int d = 0; d < 2; d++) {
            if (is_f) m->days[ZH_DAYS_FROM][d] = f[i].days[d];
            if (is_t) m->days[ZH_DAYS_TO][d] = t[j].days[d];
            if (count < ZH_PROFILE_BOUGHT_MAX) zh_days_add(m->days[ZH_DAYS_AFTER], m->days[ZH_DAYS_FROM][d]), zh_days_add(m->days[ZH_DAYS_AFTER], m->days[ZH_DAYS_TO][d]);
        }
        i += is_f;
        j += is_t;
    }
    return zh_say_days(marks, count, effects);
}

/* `from`'s statements come with their sums inside its `bought` and `tastes`: those are taken out
 * first, and given again where the statement stands. */
static void join_orders(zh_customer_state *to, const zh_customer_state *from)
{
    const zh_order *orders = from->orders.data;
    const zh_stated *stated = from->stated.data;
    for (uint32_t i = 0; i < from->orders.count; i++) {
        uint32_t count;
        const uint32_t at = zh_customer_inner_stated(from, orders[i].id_hash, &count);
        if (count > 0) zh_customer_inner_statement_count(to, &orders[i], stated + at, count, false);
        zh_customer_inner_order_add(to, &orders[i], count == 0 ? NULL : stated + at, count);
    }
    to->orders_dropped |= from->orders_dropped;
}

/* `traits`: all of both, where they are told by their changes; data NULL: they are not. `facts`: all of both; NULL: `from` has none. */
static void join(zh_customer_state *to, const zh_customer_state *from, zh_sv traits, zh_sv facts)
{
    zh_customer_inner_seen(to, from->first_ms, from->last_ms);
    const zh_tally *tallies = from->tallies.data;
    for (uint32_t i = 0; i < from->tallies.count; i++) zh_customer_inner_tally(to, tallies[i].key, tallies[i].count);
    const uint64_t *days = from->days.data;
    for (uint32_t i = 0; i < from->days.count; i++) zh_customer_inner_day(to, days[i]);
    const zh_touch *touches = from->touches.data;
    for (uint32_t i = 0; i < from->touches.count; i++) zh_customer_inner_touch(to, &touches[i]);
    const zh_glance *glances = from->glances.data;
    for (uint32_t i = 0; i < from->glances.count; i++) zh_customer_inner_glance(to, &glances[i]);
    const zh_bought *bought = from->bought.data;
    for (uint32_t i = 0; i < from->bought.count; i++) zh_customer_inner_bought_add(to, &bought[i]);
    const zh_taste *tastes = from->tastes.data;
    for (uint32_t i = 0; i < from->tastes.count; i++) zh_customer_inner_taste_add(to, &tastes[i]);
    const zh_stay *stays = from->stays.data;
    for (uint32_t i = 0; i < from->stays.count; i++) zh_customer_inner_stay(to, &stays[i]);
    join_orders(to, from);
    if (facts.data != NULL) zh_customer_inner_facts_put(to, facts);
    if (traits.data != NULL) {
        zh_customer_inner_traits_put(to, traits);
        return;
    }
    zh_reader r = zh_reader_on((zh_sv){ from->traits.data, from->traits.count });
    for (zh_trait trait; zh_trait_next(&r, &trait);) zh_customer_inner_trait_add(to, &trait);
}

/* Another table gets to know the names of the tastes that come to it. */
static zh_err take_names(zh_terms *to, const zh_terms *from, const zh_customer_state *s)
{
    const zh_taste *tastes = s->tastes.data;
    zh_err e = ZH_OK;
    for (uint32_t i = 0; e == ZH_OK && to != from && i < s->tastes.count; i++)
        e = zh_terms_name_put(to, tastes[i].name_hash, zh_terms_name(from, tastes[i].name_hash));
    return e;
}

zh_err zh_customers_hand_over(zh_customers *source, zh_customer_id from, zh_customers *target, zh_customer_id to,
                              zh_effects *effects)
{
    assert(from.number > 0 && to.number > 0);
    assert(from.number != to.number);
    const zh_customer_state *absorbed = zh_customer_inner_get(source, from.number);
    if (absorbed == NULL) return ZH_OK;
    bool made;
    zh_customer_state *survivor;
    zh_err e = zh_customer_inner_leave(source, from.number);
    if (e == ZH_OK) e = zh_customer_inner_take(target, to.number, &survivor, &made);
    if (e != ZH_OK) return e;
    const size_t steps = effects->count;
    zh_customer_inner_room room = room_for(absorbed);
    zh_sv traits = { 0 }, facts = { 0 };
    if (absorbed->has_changes || survivor->has_changes) e = zh_customer_inner_joined(target, absorbed, survivor, effects->arena, &traits);
    if (traits.data != NULL) room.traits_bytes = traits.size;
    if (e == ZH_OK) e = zh_customer_inner_facts_joined(target, source->terms, absorbed, survivor, effects->arena, &facts);
    room.activity_bytes = facts.size;
    if (e == ZH_OK) e = take_names(target->terms, source->terms, absorbed);
    if (e == ZH_OK) e = zh_customer_inner_reserve(&target->heap, survivor, &room);
    if (e == ZH_OK) e = say_merge(absorbed, survivor, effects);
    if (e == ZH_OK) e = say_merged_days(absorbed, survivor, effects);
    if (e != ZH_OK) {
        effects->count = steps;
        if (made) zh_customer_inner_untake(target, to.number);
        return e;
    }
    join(survivor, absorbed, traits, facts);
    zh_customer_inner_stamp_all(target, survivor);
    zh_customer_inner_untake(source, from.number);
    return ZH_OK;
}

zh_err zh_customers_merge(zh_customers *customers, zh_customer_id from, zh_customer_id to, zh_effects *effects)
{
    return zh_customers_hand_over(customers, from, customers, to, effects);
}

zh_err zh_customers_drop(zh_customers *customers, zh_customer_id customer, zh_effects *effects)
{
    const zh_customer_state *state = zh_customer_inner_get(customers, customer.number);
    if (state == NULL) return ZH_OK;
    zh_err e = zh_customer_inner_leave(customers, customer.number);
    if (e != ZH_OK) return e;
    zh_mark *marks = ZH_TAKE(effects->arena, zh_mark, state->bought.count);
    zh_days_mark *days = ZH_TAKE(effects->arena, zh_days_mark, state->bought.count);
    if (marks == NULL || days == NULL) return ZH_NOMEM;
    const zh_bought *bought = state->bought.data;
    for (uint32_t i = 0; i < state->bought.count; i++) {
        marks[i] = (zh_mark){ bought[i].item, ZH_IN_TO };
        days[i] = (zh_days_mark){ .item = bought[i].item, .days[ZH_DAYS_TO] = { bought[i].days[0], bought[i].days[1] } };
    }
    const size_t steps = effects->count;
    e = zh_say_bought(marks, state->bought.count, effects);
    if (e == ZH_OK) e = zh_say_days(days, state->bought.count, effects);
    if (e != ZH_OK) {
        effects->count = steps;
        return e;
    }
    zh_customer_inner_untake(customers, customer.number);
    return ZH_OK;
}
