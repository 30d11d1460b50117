/* Bought items and orders. Loose lines and refunds add up. A statement counts its items as long as
 * it stands: when a better one comes, or the order is dropped, exactly its sums are taken back. */
#include "profile/customer_inside.h"

#define POINTS_BOUGHT 5

uint64_t zh_order_hash(zh_sv order_id)
{
    static const zh_sip_key public_key = { "zhun order id v1" };
    return zh_sip64(&public_key, order_id);
}

static uint32_t bought_at(const zh_customer_state *s, zh_item_id item)
{
    uint32_t at;
    ZH_LOWER_BOUND(&s->bought, zh_bought, there->item.number < item.number, at);
    return at;
}

zh_bought *zh_customer_inner_bought(const zh_customer_state *s, zh_item_id item)
{
    const uint32_t at = bought_at(s, item);
    zh_bought *bought = zh_list_at(&s->bought, sizeof *bought, at);
    return bought != NULL && bought->item.number == item.number ? bought : NULL;
}

void zh_customer_inner_bought_add(zh_customer_state *s, const zh_bought *more)
{
    const uint32_t at = bought_at(s, more->item);
    zh_bought *bought = zh_list_at(&s->bought, sizeof *bought, at);
    if (bought != NULL && bought->item.number == more->item.number) {
        bought->quantity = zh_sum(bought->quantity, more->quantity);
        bought->times += more->times;
        if (more->last_ms > bought->last_ms) bought->last_ms = more->last_ms;
        for (int i = 0; i < 2; i++) zh_days_add(bought->days, more->days[i]);
        return;
    }
    if (s->bought.count == ZH_PROFILE_BOUGHT_MAX) {
        if (at == s->bought.count) return;
        s->bought.count--;
    }
    *(zh_bought *)zh_list_gap(&s->bought, sizeof *more, at, 1) = *more;
}

static uint32_t order_at(const zh_customer_state *s, uint64_t hash)
{
    uint32_t at;
    ZH_LOWER_BOUND(&s->orders, zh_order, there->id_hash < hash, at);
    return at;
}

zh_order *zh_customer_inner_order(const zh_customer_state *s, uint64_t hash)
{
    const uint32_t at = order_at(s, hash);
    zh_order *order = zh_list_at(&s->orders, sizeof *order, at);
    return order != NULL && order->id_hash == hash ? order : NULL;
}

uint32_t zh_customer_inner_stated(const zh_customer_state *s, uint64_t order, uint32_t *count)
{
    uint32_t at;
    ZH_LOWER_BOUND(&s->stated, zh_stated, there->order < order, at);
    const zh_stated *stated = s->stated.data;
    *count = 0;
    while (at + *count < s->stated.count && stated[at + *count].order == order) ++*count;
    return at;
}

uint32_t zh_customer_order_items(const zh_customer_state *s, uint64_t id_hash, zh_item_id out[ZH_PROFILE_STATED_MAX])
{
    uint32_t count, kept = 0;
    const uint32_t at = zh_customer_inner_stated(s, id_hash, &count);
    const zh_stated *stated = zh_list_at(&s->stated, sizeof(zh_stated), at);
    for (uint32_t i = 0; i < count && kept < ZH_PROFILE_STATED_MAX; i++)
        if (stated[i].quantity > 0) out[kept++] = stated[i].item;
    return kept;
}

bool zh_order_beats(const zh_order *a, const zh_order *b)
{
    if (a->form != b->form) return a->form > b->form;
    const int rank = zh_rank_compare(a->stated, b->stated);
    if (rank != 0) return a->form == ZH_ORDER_UPDATED ? rank > 0 : rank < 0;
    return a->stated_minor < b->stated_minor; /* two events of one rank: any fixed answer */
}

/* The sums of one item of a statement, given or taken back; keys that were dropped stay away. */
static void count_stated(zh_customer_state *s, const zh_stated *stated, int64_t time_ms, bool is_given)
{
    zh_bought *bought = zh_customer_inner_bought(s, stated->item);
    if (bought != NULL) {
        bought->times += is_given ? 1u : -1u;
        bought->quantity = is_given ? zh_sum(bought->quantity, stated->quantity)
                                    : zh_less(bought->quantity, stated->quantity);
    }
    const uint32_t points = is_given ? POINTS_BOUGHT : 0u - POINTS_BOUGHT;
    const uint16_t week = zh_week_of(time_ms);
    zh_taste *taste = stated->category == 0 ? NULL : zh_customer_inner_taste(s, week, ZH_TASTE_CATEGORY, stated->category);
    if (taste != NULL) taste->points += points;
    taste = stated->brand == 0 ? NULL : zh_customer_inner_taste(s, week, ZH_TASTE_BRAND, stated->brand);
    if (taste != NULL) taste->points += points;
}

void zh_customer_inner_statement_count(zh_customer_state *s, const zh_order *order, const zh_stated *stated, uint32_t count,
                              bool is_given)
{
    for (uint32_t i = 0; i < count; i++) count_stated(s, &stated[i], order->stated.time_ms, is_given);
}

static void take_back(zh_customer_state *s, const zh_order *order)
{
    if (order->form == ZH_ORDER_UNSTATED) return;
    uint32_t count;
    const uint32_t at = zh_customer_inner_stated(s, order->id_hash, &count);
    if (count == 0) return;
    zh_customer_inner_statement_count(s, order, zh_list_at(&s->stated, sizeof(zh_stated), at), count, false);
    zh_list_cut(&s->stated, sizeof(zh_stated), at, count);
}

static void give(zh_customer_state *s, const zh_order *order, const zh_stated *stated, uint32_t count)
{
    if (order->form == ZH_ORDER_UNSTATED || count == 0) return;
    zh_customer_inner_statement_count(s, order, stated, count, true);
    uint32_t none;
    const uint32_t at = zh_customer_inner_stated(s, order->id_hash, &none);
    zh_stated *place = zh_list_gap(&s->stated, sizeof *stated, at, count);
    memcpy(place, stated, count * sizeof *stated);
}

static void join(zh_order *into, const zh_order *more)
{
    if (more->first_ms < into->first_ms) into->first_ms = more->first_ms;
    into->loose_minor = zh_sum(into->loose_minor, more->loose_minor);
    into->loose_lines += more->loose_lines;
    into->loose_cost_minor = zh_sum(into->loose_cost_minor, more->loose_cost_minor);
    into->uncosted += more->uncosted;
    into->refunded_minor = zh_sum(into->refunded_minor, more->refunded_minor);
    into->refunds += more->refunds;
    into->marks |= more->marks;
    into->is_cancelled |= more->is_cancelled;
    const uint32_t code = more->currency.code;
    if (into->form == ZH_ORDER_UNSTATED && more->form == ZH_ORDER_UNSTATED && code != 0 &&
        (into->currency.code == 0 || code < into->currency.code))
        into->currency = more->currency;
}

void zh_customer_inner_order_add(zh_customer_state *s, const zh_order *order, const zh_stated *stated, uint32_t stated_count)
{
    const uint32_t at = order_at(s, order->id_hash);
    zh_order *there = zh_list_at(&s->orders, sizeof *there, at);
    if (there != NULL && there->id_hash == order->id_hash) {
        const bool is_better = order->form != ZH_ORDER_UNSTATED && zh_order_beats(order, there);
        join(there, order);
        if (!is_better) return;
        take_back(s, there);
        there->form = order->form;
        there->stated = order->stated;
        there->stated_minor = order->stated_minor;
        there->stated_cost_minor = order->stated_cost_minor;
        there->stated_lines = order->stated_lines;
        there->currency = order->currency;
        give(s, there, stated, stated_count);
        return;
    }
    if (s->orders.count == ZH_PROFILE_ORDERS_MAX) {
        s->orders_dropped = true;
        if (at == s->orders.count) return;
        take_back(s, (zh_order *)s->orders.data + s->orders.count - 1);
        s->orders.count--;
    }
    there = zh_list_gap(&s->orders, sizeof *order, at, 1);
    *there = *order;
    give(s, there, stated, stated_count);
}
