/* One event into one customer: read what it says, make room, say the steps, change. */
#include "profile/customer_inside.h"
#include "profile/terms.h"

#include <assert.h>
#include <stdlib.h>

typedef struct act_rule { bool is_touch, is_view, is_sale, is_list; uint32_t points; } act_rule;

static const act_rule rules[ZH_ACT_COUNT] = {
    [ZH_ACT_VIEW]         = { .is_touch = true, .is_view = true, .points = 1 },
    [ZH_ACT_CLICK]        = { .is_touch = true, .is_view = true, .points = 1 },
    [ZH_ACT_LIST_VIEW]    = { .is_list = true },
    [ZH_ACT_ADD]          = { .is_touch = true, .points = 3 },
    [ZH_ACT_REMOVE]       = { .is_touch = true },
    [ZH_ACT_WISH]         = { .is_touch = true, .points = 3 },
    [ZH_ACT_UNWISH]       = { .is_touch = true },
    [ZH_ACT_SHARE]        = { .is_touch = true },
    [ZH_ACT_REVIEW]       = { .is_touch = true },
    [ZH_ACT_ORDER]        = { .is_touch = true, .is_sale = true, .points = 5 },
    [ZH_ACT_ORDER_UPDATE] = { .is_sale = true, .points = 5 },
};

/* All that is read of an event before anything changes. */
typedef struct reading {
    const zh_event *event;
    act_rule rule;
    zh_rank rank;
    zh_bit *bits;        /* lines one may learn from */
    uint32_t bits_count;
    bool has_order;
    zh_order order;
    zh_stated *stated;   /* where the order is a statement */
    uint32_t stated_count;
    zh_trait *traits;
    uint32_t traits_count;
    bool has_changes;   /* all traits afterwards are in traits_bytes */
    zh_sv traits_bytes;
    zh_sv fact;          /* for the activity; empty: it is kept apart */
    bool has_stay;
    zh_stay stay;        /* where it was, and on what day */
    bool is_lesson;      /* the event was folded before, without its lines */
} reading;

zh_rank zh_rank_of(const zh_event *event)
{
    const uint64_t tie = zh_mix64(event->key.high ^ zh_mix64(event->key.low ^ zh_mix64(event->body_hash)));
    return (zh_rank){ event->time_ms, tie };
}

static bool is_loose(const zh_event *event)
{
    return event->act == ZH_ACT_ORDER && (event->marks & ZH_MARK_ORDER_LINE) != 0;
}

static zh_err read_bits(reading *r, zh_arena *arena)
{
    const zh_event *event = r->event;
    if (event->lines_count == 0 || !(r->rule.is_touch || r->rule.is_sale || r->rule.is_list)) return ZH_OK;
    if (event->marks & ZH_MARKS_NOT_LEARNED) return ZH_OK;
    r->bits = ZH_TAKE(arena, zh_bit, event->lines_count);
    if (r->bits == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < event->lines_count; i++) {
        const zh_line *line = &event->lines[i];
        zh_bit *bit = &r->bits[r->bits_count++];
        *bit = (zh_bit){ .item = line->item, .quantity = line->quantity };
        if (r->rule.points == 0) continue;
        bit->category_text = line->category;
        bit->brand_text = line->brand;
        if (line->category.size > 0) bit->category = zh_taste_hash(ZH_TASTE_CATEGORY, line->category);
        if (line->brand.size > 0) bit->brand = zh_taste_hash(ZH_TASTE_BRAND, line->brand);
    }
    return ZH_OK;
}

static int stated_order(const void *left, const void *right)
{
    const zh_stated *a = left, *b = right;
    if (a->item.number != b->item.number) return a->item.number < b->item.number ? -1 : 1;
    if (a->category != b->category) return a->category < b->category ? -1 : 1;
    return a->brand < b->brand ? -1 : a->brand > b->brand;
}

/* The items of a statement, each once, the first ZH_PROFILE_STATED_MAX by number. */
static zh_err read_stated(reading *r, zh_arena *arena)
{
    zh_stated *all = ZH_TAKE(arena, zh_stated, r->bits_count);
    if (all == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < r->bits_count; i++) {
        const zh_bit *bit = &r->bits[i];
        all[i] = (zh_stated){ r->order.id_hash, bit->item, bit->quantity, bit->category, bit->brand };
    }
    if (r->bits_count > 1) qsort(all, r->bits_count, sizeof *all, stated_order);
    uint32_t count = 0;
    for (uint32_t i = 0; i < r->bits_count; i++) {
        if (count > 0 && all[count - 1].item.number == all[i].item.number)
            all[count - 1].quantity = zh_sum(all[count - 1].quantity, all[i].quantity);
        else if (count < ZH_PROFILE_STATED_MAX)
            all[count++] = all[i];
        else
            break;
    }
    r->stated = all;
    r->stated_count = count;
    return ZH_OK;
}

static zh_err read_order(reading *r, zh_arena *arena)
{
    const zh_event *event = r->event;
    int64_t cost;
    const bool is_costed = zh_event_cost(event, &cost);
    const bool is_payment = event->act == ZH_ACT_OTHER && (event->marks & ZH_MARK_PAID) != 0; /* it says nothing else of its order */
    r->has_order = r->rule.is_sale || event->act == ZH_ACT_REFUND || ((event->act == ZH_ACT_CANCEL || is_payment) && event->order_id.size > 0);
    if (!r->has_order) return ZH_OK;
    zh_order *order = &r->order;
    *order = (zh_order){ .first_ms = event->time_ms, .marks = event->marks & ~(uint32_t)(ZH_MARK_APART | ZH_MARKS_OF_IDS), .currency = event->currency };
    /* An event that names no order is one by itself. */
    order->id_hash = event->order_id.size > 0 ? zh_order_hash(event->order_id) : r->rank.tie;
    if (event->act == ZH_ACT_REFUND) {
        order->refunded_minor = event->revenue_minor;
        order->refunds = 1;
    } else if (event->act == ZH_ACT_CANCEL) {
        order->is_cancelled = true;
        order->currency.code = 0;
    } else if (is_payment) {
        order->currency.code = 0;
    } else if (is_loose(event)) {
        order->loose_minor = event->revenue_minor;
        order->loose_cost_minor = is_costed ? cost : 0;
        order->uncosted = !is_costed;
        order->loose_lines = event->lines_count == 0 ? 1 : event->lines_count;
    } else {
        order->form = event->act == ZH_ACT_ORDER ? ZH_ORDER_STATED : ZH_ORDER_UPDATED;
        order->stated = r->rank;
        order->stated_minor = event->revenue_minor;
        order->stated_cost_minor = is_costed && cost >= 0 ? cost : -1;
        order->stated_lines = (uint16_t)(event->lines_count < UINT16_MAX ? event->lines_count : UINT16_MAX);
        return read_stated(r, arena);
    }
    return ZH_OK;
}

/* A taste that is new here may be the first of its name. */
static zh_err add_taste_room(zh_terms *terms, const zh_customer_state *s, const reading *r, zh_taste_kind kind, uint64_t hash,
                             zh_sv name, zh_customer_inner_room *room)
{
    if (hash == 0 || zh_customer_inner_taste(s, zh_week_of(r->event->time_ms), kind, hash) != NULL) return ZH_OK;
    room->tastes++;
    return zh_terms_name_put(terms, hash, name);
}

static zh_err room_for(zh_terms *terms, const zh_customer_state *s, const reading *r, zh_customer_inner_room *out)
{
    zh_customer_inner_room room = { .tallies = 2, .days = 1 };
    zh_err e = ZH_OK;
    if (r->rule.is_touch) room.touches = r->bits_count;
    if (r->rule.is_list) room.glances = r->bits_count;
    for (uint32_t i = 0; i < r->bits_count && (r->rule.points > 0 || r->rule.is_sale); i++) {
        const zh_bit *bit = &r->bits[i];
        if (r->rule.is_sale && zh_customer_inner_bought(s, bit->item) == NULL) room.bought++;
        if (e == ZH_OK) e = add_taste_room(terms, s, r, ZH_TASTE_CATEGORY, bit->category, bit->category_text, &room);
        if (e == ZH_OK) e = add_taste_room(terms, s, r, ZH_TASTE_BRAND, bit->brand, bit->brand_text, &room);
    }
    if (r->has_order) room.orders = zh_customer_inner_order(s, r->order.id_hash) == NULL;
    room.stated = r->stated_count;
    for (uint32_t i = 0; i < r->traits_count; i++) room.traits_bytes += zh_trait_bytes(&r->traits[i]);
    if (r->has_changes) room.traits_bytes = r->traits_bytes.size;
    room.stays = r->has_stay;
    room.activity_bytes = zh_customer_inner_fact_room(r->fact);
    *out = room;
    return e;
}

static int item_order(const void *left, const void *right)
{
    const zh_item_id *a = left, *b = right;
    return a->number < b->number ? -1 : a->number > b->number;
}

/* The bought set before and after, where the event adds items to it. */
static zh_err say_bought(const zh_customer_state *s, const reading *r, size_t fresh, zh_effects *effects)
{
    const zh_bought *bought = s->bought.data;
    zh_item_id *items = ZH_TAKE(effects->arena, zh_item_id, fresh);
    zh_mark *marks = ZH_TAKE(effects->arena, zh_mark, s->bought.count + fresh);
    if (items == NULL || marks == NULL) return ZH_NOMEM;
    size_t items_count = 0, count = 0;
    for (uint32_t i = 0; i < r->bits_count; i++)
        if (zh_customer_inner_bought(s, r->bits[i].item) == NULL) items[items_count++] = r->bits[i].item;
    if (items_count > 1) qsort(items, items_count, sizeof *items, item_order);

    size_t at = 0;
    for (uint32_t i = 0; i <= s->bought.count; i++) {
        for (; at < items_count && (i == s->bought.count || items[at].number < bought[i].item.number); at++)
            if (at == 0 || items[at].number != items[at - 1].number)
                marks[count++] = (zh_mark){ items[at], ZH_IN_AFTER };
        if (i < s->bought.count) marks[count++] = (zh_mark){ bought[i].item, ZH_IN_TO | ZH_IN_AFTER };
    }
    for (size_t i = ZH_PROFILE_BOUGHT_MAX; i < count; i++) marks[i].sides &= ~(unsigned)ZH_IN_AFTER;
    return zh_say_bought(marks, count, effects);
}

/* The items of an order, each once, in ascending order. */
static zh_err ordered_items(const reading *r, zh_arena *arena, zh_item_id **out, size_t *count)
{
    zh_item_id *items = ZH_TAKE(arena, zh_item_id, r->bits_count);
    *count = 0;
    if ((*out = items) == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < r->bits_count; i++) items[i] = r->bits[i].item;
    if (r->bits_count > 1) qsort(items, r->bits_count, sizeof *items, item_order);
    for (uint32_t i = 0; i < r->bits_count; i++)
        if (*count == 0 || items[*count - 1].number != items[i].number) items[(*count)++] = items[i];
    return ZH_OK;
}

/* The days of purchases before and after an order. */
static zh_err say_days(const zh_customer_state *s, const reading *r, zh_effects *effects)
{
    if (r->event->act != ZH_ACT_ORDER || r->bits_count == 0) return ZH_OK;
    const zh_bought *bought = s->bought.data;
    zh_item_id *items;
    size_t items_count, at = 0, count = 0;
    zh_err e = ordered_items(r, effects->arena, &items, &items_count);
    zh_days_mark *marks = ZH_TAKE(effects->arena, zh_days_mark, s->bought.count + items_count);
    if (e != ZH_OK || marks == NULL) return ZH_NOMEM;
    for (uint32_t i = 0; i < s->bought.count || at < items_count; count++) {
        const bool is_there = i < s->bought.count && (at == items_count || bought[i].item.number <= items[at].number);
        const bool is_said = at < items_count && (!is_there || items[at].number == bought[i].item.number);
        zh_days_mark *m = &marks[count];
        *m = (zh_days_mark){ .item = is_there ? bought[i].item : items[at] };
        if (is_there) memcpy(m->days[ZH_DAYS_TO], bought[i].days, sizeof m->days[ZH_DAYS_TO]);
        if (count < ZH_PROFILE_BOUGHT_MAX) memcpy(m->days[ZH_DAYS_AFTER], m->days[ZH_DAYS_TO], sizeof m->days[ZH_DAYS_AFTER]);
        if (is_said && count < ZH_PROFILE_BOUGHT_MAX) zh_days_add(m->days[ZH_DAYS_AFTER], zh_day_of(r->event->time_ms));
        i += is_there;
        at += is_said;
    }
    return zh_say_days(marks, count, effects);
}

static zh_err say_steps(const zh_customer_state *s, const reading *r, const zh_customer_inner_room *room, zh_effects *effects)
{
    zh_err e = ZH_OK;
    if (r->rule.is_view) {
        for (uint32_t i = 0; i < r->bits_count && e == ZH_OK; i++) {
            bool is_repeat = false;
            for (uint32_t k = 0; k < i && !is_repeat; k++) is_repeat = r->bits[k].item.number == r->bits[i].item.number;
            if (!is_repeat) e = zh_say_viewed(s, r->bits[i].item, r->event->time_ms, effects);
        }
    }
    if (e == ZH_OK) e = say_days(s, r, effects);
    if (e != ZH_OK || room->bought == 0) return e;
    if (r->bits_count == 1 && s->bought.count < ZH_PROFILE_BOUGHT_MAX)
        return zh_say_one_bought(s, r->bits[0].item, effects);
    return say_bought(s, r, room->bought, effects);
}

static uint16_t hour_key(int64_t time_ms)
{
    const int64_t hours = zh_floor_div(time_ms, 3600000) + 72; /* 1970-01-01 was a Thursday */
    return (uint16_t)(ZH_TALLY_HOUR + (hours - zh_floor_div(hours, 168) * 168));
}

static uint64_t day_of(int64_t time_ms)
{
    const int64_t day = zh_floor_div(time_ms, ZH_DAY_MS);
    const int64_t slot = (time_ms - day * ZH_DAY_MS) / ZH_PROFILE_SITTING_MS;
    return (uint64_t)zh_clamp16(day) << 48 | 1ull << slot;
}

static void apply(zh_customers *c, zh_customer_state *s, const reading *r)
{
    const zh_event *event = r->event;
    if (!r->is_lesson) {
        zh_customer_inner_seen(s, event->time_ms, event->time_ms);
        zh_customer_inner_tally(s, (uint16_t)event->act, 1);
        zh_customer_inner_tally(s, hour_key(event->time_ms), 1);
        zh_customer_inner_day(s, day_of(event->time_ms));
    }
    const bool is_counted = r->is_lesson || !r->rule.is_sale || is_loose(event); /* a statement's sums come with it */
    for (uint32_t i = 0; i < r->bits_count; i++) {
        const zh_bit *bit = &r->bits[i];
        if (r->rule.is_list) zh_customer_inner_glance(s, &(zh_glance){ bit->item, zh_day_of(event->time_ms), 1 });
        if (r->rule.is_touch) zh_customer_inner_touch(s, &(zh_touch){ bit->item, r->rank, event->act });
        if (r->rule.points > 0) zh_customer_inner_taste_bit(s, event->time_ms, bit, is_counted ? r->rule.points : 0);
        if (r->rule.is_sale)
            zh_customer_inner_bought_add(s, &(zh_bought){ .item = bit->item, .last_ms = event->time_ms,
                .quantity = is_counted ? bit->quantity : 0, .times = is_counted,
                .days = { event->act == ZH_ACT_ORDER ? zh_day_of(event->time_ms) : 0 } });
    }
    zh_customer_inner_fact_add(c, s, event->time_ms, r->fact);
    zh_customer_inner_stamp(c, s, event->time_ms, r->fact);
    if (r->has_stay) zh_customer_inner_stay(s, &r->stay);
    if (r->has_order) zh_customer_inner_order_add(s, &r->order, r->stated, r->stated_count);
    if (r->has_changes) zh_customer_inner_traits_put(s, r->traits_bytes);
    for (uint32_t i = 0; !r->has_changes && i < r->traits_count; i++) zh_customer_inner_trait_add(s, &r->traits[i]);
}

static zh_err read_fact(zh_customers *c, reading *r)
{
    zh_buf_reset(&c->fact);
    if (r->event->marks & (ZH_MARK_OUTLIER | ZH_MARK_APART)) return ZH_OK;
    const zh_err e = zh_customer_inner_fact_of(c->terms, r->event, &c->fact);
    r->fact = zh_buf_view(&c->fact);
    return e;
}

/* Where the customer was: an event that is kept apart, or that the shop's own system said, tells nothing of that. */
static void read_stay(reading *r)
{
    if (r->event->marks & (ZH_MARK_OUTLIER | ZH_MARK_APART | ZH_MARK_NO_VISIT)) return;
    r->has_stay = zh_stay_of(zh_event_cell(r->event), r->event->time_ms, &r->stay);
}

static zh_err fold(zh_customers *c, zh_customer_id customer, const zh_event *event, bool is_lesson, zh_effects *effects)
{
    assert(customer.number > 0);
    assert((unsigned)event->act < ZH_ACT_COUNT);
    reading r = { .event = event, .rule = rules[event->act], .rank = zh_rank_of(event), .is_lesson = is_lesson };
    zh_err e = read_bits(&r, effects->arena);
    if (e == ZH_OK && !is_lesson) e = read_order(&r, effects->arena);
    if (e == ZH_OK) e = read_fact(c, &r);
    read_stay(&r);
    if (e == ZH_OK && !is_lesson) e = zh_traits_of(c, event, effects->arena, &r.traits, &r.traits_count);
    if (e != ZH_OK) return e;

    zh_customer_state *state;
    bool made;
    if ((e = zh_customer_inner_take(c, customer.number, &state, &made)) != ZH_OK) return e;
    const size_t steps = effects->count;
    r.has_changes = r.traits_count > 0 && (state->has_changes || r.traits[0].part != ZH_TRAIT_VALUE);
    if (r.has_changes) e = zh_customer_inner_changed(c, state, r.traits, r.traits_count, effects->arena, &r.traits_bytes);
    zh_customer_inner_room room;
    if (e == ZH_OK) e = room_for(c->terms, state, &r, &room);
    if (e == ZH_OK) e = zh_customer_inner_reserve(&c->heap, state, &room);
    if (e == ZH_OK) e = say_steps(state, &r, &room, effects);
    if (e != ZH_OK) {
        effects->count = steps;
        if (made) zh_customer_inner_untake(c, customer.number);
        return e;
    }
    apply(c, state, &r);
    return ZH_OK;
}

zh_err zh_customers_fold(zh_customers *c, zh_customer_id customer, const zh_event *event, zh_effects *effects)
{
    return fold(c, customer, event, false, effects);
}

zh_err zh_customers_learn(zh_customers *c, zh_customer_id customer, const zh_event *event, zh_effects *effects)
{
    return zh_customers_get(c, customer) == NULL ? ZH_OK : fold(c, customer, event, true, effects);
}
