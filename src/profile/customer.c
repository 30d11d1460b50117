#include "profile/customer_inside.h"

#include <stdlib.h>

#define BYTES_MAX_DEFAULT ((size_t)16 << 30)
#define PREFETCHED_MAX 256 /* bytes of a customer's events */
#define CURRENCIES_SEEN_MAX 32 /* in one customer's orders; totals show fewer anyway */

zh_err zh_customers_open(zh_customers **out, const zh_customers_desc *desc)
{
    zh_heap heap = zh_heap_open(desc->bytes_max == 0 ? BYTES_MAX_DEFAULT : desc->bytes_max);
    zh_customers *c = zh_heap_take(&heap, sizeof *c);
    if (c == NULL) return ZH_NOMEM;
    zh_json *json;
    zh_terms *terms = NULL;
    zh_err e = zh_json_open(&json, ZH_EVENT_BYTES_MAX);
    if (e == ZH_OK && (e = zh_terms_open(&terms)) != ZH_OK) zh_json_close(json);
    if (e != ZH_OK) {
        zh_heap_close(&heap);
        return e;
    }
    *c = (zh_customers){ .heap = heap, .states = zh_map_open(), .json = json, .terms = terms, .text = zh_buf_open(ZH_EVENT_BYTES_MAX),
                         .fact = zh_buf_open(ZH_EVENT_BYTES_MAX), .left = zh_buf_open(ZH_EVENT_BYTES_MAX), .right = zh_buf_open(ZH_EVENT_BYTES_MAX),
                         .freezes = 1, .entry = zh_buf_open(ZH_CUSTOMER_ENTRY_BYTES_MAX) };
    *out = c;
    return ZH_OK;
}

void zh_customers_close(zh_customers *c)
{
    if (c == NULL) return;
    uint64_t number, state;
    for (size_t at = 0; zh_map_next(&c->states, &at, &number, &state);)
        zh_customer_inner_free(&c->heap, (zh_customer_state *)(uintptr_t)state);
    zh_map_close(&c->states);
    for (uint32_t i = 0; i < c->rows.count; i++) zh_heap_give(&c->heap, ((zh_stamps **)c->rows.data)[i], ZH_STAMPS_PIECE * sizeof(zh_stamps));
    zh_heap_list_close(&c->heap, &c->rows, sizeof(zh_stamps *));
    zh_heap_list_close(&c->heap, &c->changed, sizeof(uint64_t));
    zh_heap_list_close(&c->heap, &c->gone, sizeof(uint64_t));
    zh_heap_list_close(&c->heap, &c->frozen, sizeof(uint64_t));
    zh_buf_close(&c->entry);
    zh_json_close(c->json);
    zh_terms_close(c->terms);
    zh_buf_close(&c->text);
    zh_buf_close(&c->fact);
    zh_buf_close(&c->left);
    zh_buf_close(&c->right);
    zh_heap heap = c->heap; /* the table itself lies in it */
    zh_heap_close(&heap);
}

zh_customer_state *zh_customer_inner_get(const zh_customers *c, uint64_t number)
{
    const uint64_t *place = zh_map_get(&c->states, number);
    return place == NULL ? NULL : (zh_customer_state *)(uintptr_t)*place;
}

static zh_err note(zh_customers *c, zh_heap_list *list, uint64_t number)
{
    const zh_err e = zh_heap_list_reserve(&c->heap, list, sizeof number, 1);
    if (e == ZH_OK) ((uint64_t *)list->data)[list->count++] = number;
    return e;
}

static zh_err about_to_change(zh_customers *c, zh_customer_state *state)
{
    if (zh_customer_is_frozen(c, state)) {
        const zh_err e = zh_customer_inner_thaw(c, state);
        if (e != ZH_OK) return e;
    }
    if (state->changed_in != 0) return ZH_OK;
    const zh_err e = note(c, &c->changed, state->number);
    if (e == ZH_OK) state->changed_in = c->freezes; /* once too often where the change then fails: it is saved again */
    return e;
}

zh_err zh_customer_inner_leave(zh_customers *c, uint64_t number)
{
    zh_customer_state *state = zh_customer_inner_get(c, number);
    const zh_err e = state != NULL && zh_customer_is_frozen(c, state) ? zh_customer_inner_thaw(c, state) : ZH_OK;
    return e != ZH_OK ? e : note(c, &c->gone, number);
}

zh_err zh_customer_inner_take(zh_customers *c, uint64_t number, zh_customer_state **out, bool *made)
{
    zh_customer_state *state = zh_customer_inner_get(c, number);
    *made = false;
    bool is_new;
    if (state == NULL) {
        uint64_t *place = zh_map_at(&c->states, number, &is_new);
        if (place == NULL) return ZH_NOMEM;
        state = zh_heap_take(&c->heap, sizeof *state);
        if (state == NULL) {
            zh_map_drop(&c->states, number);
            return ZH_NOMEM;
        }
        *state = (zh_customer_state){ .number = number, .first_ms = INT64_MAX, .last_ms = INT64_MIN };
        if (zh_customer_inner_row_take(c, state) != ZH_OK) {
            zh_heap_give(&c->heap, state, sizeof *state);
            zh_map_drop(&c->states, number);
            return ZH_NOMEM;
        }
        *place = (uint64_t)(uintptr_t)state;
        *made = true;
    }
    const zh_err e = about_to_change(c, state);
    if (e != ZH_OK) {
        if (*made) zh_customer_inner_untake(c, number);
        return e;
    }
    *out = state;
    return ZH_OK;
}

void zh_customer_inner_untake(zh_customers *c, uint64_t number)
{
    zh_customer_state *state = zh_customer_inner_get(c, number);
    if (state == NULL) return;
    zh_customer_inner_row_give(c, state);
    zh_customer_inner_free(&c->heap, state);
    zh_heap_give(&c->heap, state, sizeof *state);
    zh_map_drop(&c->states, number);
}

const zh_customer_state *zh_customers_get(const zh_customers *c, zh_customer_id customer)
{
    return zh_customer_inner_get(c, customer.number);
}

void zh_customers_prefetch(const zh_customers *c, zh_customer_id customer, int step)
{
    if (step == 0) {
        zh_map_prefetch(&c->states, customer.number);
        return;
    }
    const zh_customer_state *state = zh_customer_inner_get(c, customer.number);
    if (state == NULL) return;
    if (step == 1) {
        for (size_t at = 0; at < sizeof *state; at += 64) __builtin_prefetch((const char *)state + at);
        return;
    }
    if (step == 3) {
        for (size_t at = 0; at < state->activity.count && at < PREFETCHED_MAX; at += 64) __builtin_prefetch((const char *)state->activity.data + at);
        return;
    }
    const zh_heap_list *const lists[] = { &state->tallies, &state->days, &state->touches, &state->tastes, &state->activity };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (lists[i]->count > 0) __builtin_prefetch(lists[i]->data);
    const char *stamps = (const char *)zh_customer_inner_stamps(c, state->row);
    __builtin_prefetch(stamps);
    __builtin_prefetch(stamps + 64);
}

size_t zh_customers_count(const zh_customers *c) { return c->states.count; }

size_t zh_customers_bytes(const zh_customers *c)
{
    return zh_heap_held(&c->heap) + zh_map_bytes(&c->states);
}

zh_terms *zh_customers_terms(const zh_customers *c) { return c->terms; }

const zh_customer_state *zh_customers_walk(const zh_customers *c, size_t *at)
{
    uint64_t number, state;
    return zh_map_next(&c->states, at, &number, &state) ? (const zh_customer_state *)(uintptr_t)state : NULL;
}

const zh_stamps *zh_customers_stamps(const zh_customers *c, size_t at)
{
    return at < c->states.count ? zh_customer_inner_stamps(c, (uint32_t)at) : NULL;
}

zh_customer_id zh_customer_number(const zh_customer_state *s) { return (zh_customer_id){ s->number }; }
int64_t zh_customer_first_ms(const zh_customer_state *s) { return s->first_ms; }
int64_t zh_customer_last_ms(const zh_customer_state *s) { return s->last_ms; }

static uint32_t tally_of(const zh_customer_state *s, uint32_t key)
{
    uint32_t at;
    ZH_LOWER_BOUND(&s->tallies, zh_tally, there->key < key, at);
    const zh_tally *tallies = s->tallies.data;
    return at < s->tallies.count && tallies[at].key == key ? tallies[at].count : 0;
}

uint64_t zh_customer_events(const zh_customer_state *s)
{
    const zh_tally *tallies = s->tallies.data;
    uint64_t events = 0;
    for (uint32_t i = 0; i < s->tallies.count && tallies[i].key < ZH_TALLY_HOUR; i++) events += tallies[i].count;
    return events;
}

uint32_t zh_customer_acts(const zh_customer_state *s, zh_act act) { return tally_of(s, (uint32_t)act); }

uint32_t zh_customer_hour(const zh_customer_state *s, uint32_t hour_of_week)
{
    return hour_of_week < 168 ? tally_of(s, ZH_TALLY_HOUR + hour_of_week) : 0;
}

/* Days, and half hours in them, of the days that [from, until) touches. */
static uint32_t active(const zh_customer_state *s, int64_t from_ms, int64_t until_ms, uint32_t *half_hours)
{
    *half_hours = 0;
    if (from_ms >= until_ms) return 0;
    const uint16_t from = zh_clamp16(zh_floor_div(from_ms, ZH_DAY_MS));
    const uint16_t last = zh_clamp16(zh_floor_div(until_ms - 1, ZH_DAY_MS));
    const uint64_t *days = s->days.data;
    uint32_t count = 0;
    for (uint32_t i = 0; i < s->days.count; i++) {
        if (days[i] >> 48 < from || days[i] >> 48 > last) continue;
        count++;
        *half_hours += (uint32_t)__builtin_popcountll(days[i] << 16);
    }
    return count;
}

uint32_t zh_customer_active_days(const zh_customer_state *s, int64_t from_ms, int64_t until_ms)
{
    uint32_t half_hours;
    return active(s, from_ms, until_ms, &half_hours);
}

uint32_t zh_customer_half_hours(const zh_customer_state *s, int64_t from_ms, int64_t until_ms)
{
    uint32_t half_hours;
    active(s, from_ms, until_ms, &half_hours);
    return half_hours;
}

const zh_touch *zh_customer_touches(const zh_customer_state *s, uint32_t *count)
{
    *count = s->touches.count;
    return s->touches.data;
}

const zh_glance *zh_customer_glances(const zh_customer_state *s, uint32_t *count)
{
    *count = s->glances.count;
    return s->glances.data;
}

const zh_bought *zh_customer_bought(const zh_customer_state *s, uint32_t *count)
{
    *count = s->bought.count;
    return s->bought.data;
}

const zh_bought *zh_customer_bought_of(const zh_customer_state *s, zh_item_id item)
{
    return zh_customer_inner_bought(s, item);
}

const zh_order *zh_customer_orders(const zh_customer_state *s, uint32_t *count)
{
    *count = s->orders.count;
    return s->orders.data;
}

const zh_order *zh_customer_order_of(const zh_customer_state *s, zh_sv order_id)
{
    return zh_customer_inner_order(s, zh_order_hash(order_id));
}

const zh_taste *zh_customer_tastes(const zh_customer_state *s, uint32_t *count)
{
    *count = s->tastes.count;
    return s->tastes.data;
}

const zh_stay *zh_customer_stays(const zh_customer_state *s, uint32_t *count)
{
    *count = s->stays.count;
    return s->stays.data;
}

static int by_orders(const void *left, const void *right)
{
    const zh_money_total *a = left, *b = right;
    if (a->orders != b->orders) return a->orders > b->orders ? -1 : 1;
    return a->currency.code < b->currency.code ? -1 : a->currency.code > b->currency.code;
}

void zh_customer_order_totals(const zh_customer_state *s, zh_order_totals *out)
{
    *out = (zh_order_totals){ .is_sampled = s->orders_dropped };
    zh_money_total all[CURRENCIES_SEEN_MAX] = { 0 };
    uint32_t all_count = 0;
    const zh_order *orders = s->orders.data;
    for (uint32_t i = 0; i < s->orders.count; i++) {
        const zh_order *order = &orders[i];
        out->cancelled += order->is_cancelled;
        if (order->is_cancelled) continue;
        uint32_t at = 0;
        while (at < all_count && all[at].currency.code != order->currency.code) at++;
        if (at == CURRENCIES_SEEN_MAX) continue;
        if (at == all_count) all[all_count++].currency = order->currency;
        all[at].refunded_minor = zh_sum(all[at].refunded_minor, order->refunded_minor);
        if (!zh_order_is_sale(order)) continue;
        all[at].revenue_minor = zh_sum(all[at].revenue_minor, zh_order_minor(order));
        all[at].orders++;
        if (out->orders++ == 0 || order->first_ms > out->last_ms ||
            (order->first_ms == out->last_ms && order->id_hash > out->last_hash)) {
            out->last_ms = order->first_ms;
            out->last_hash = order->id_hash;
        }
    }
    qsort(all, all_count, sizeof *all, by_orders);
    out->money_count = all_count < ZH_PROFILE_CURRENCIES_MAX ? all_count : ZH_PROFILE_CURRENCIES_MAX;
    memcpy(out->money, all, out->money_count * sizeof *all);
}

size_t zh_customer_bytes(const zh_customer_state *s)
{
    const struct { const zh_heap_list *list; size_t each; } parts[] = {
        { &s->tallies, sizeof(zh_tally) }, { &s->days, sizeof(uint64_t) }, { &s->touches, sizeof(zh_touch) }, { &s->glances, sizeof(zh_glance) },
        { &s->bought, sizeof(zh_bought) }, { &s->orders, sizeof(zh_order) }, { &s->stated, sizeof(zh_stated) },
        { &s->tastes, sizeof(zh_taste) }, { &s->traits, 1 }, { &s->activity, 1 }, { &s->stays, sizeof(zh_stay) },
    };
    size_t bytes = zh_heap_round(sizeof *s);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].list->cap > 0) bytes += zh_heap_round(parts[i].list->cap * parts[i].each);
    return bytes;
}
