/* A state as the bytes of one entry, back, and checked.
 *
 *     [version u8 = 7][flags u8: 1 orders dropped][first_ms zig][last_ms - first_ms var]
 *     tallies  var n, n x [key var][count var]
 *     days     var n, n x [day u16][half hours u32, u16]
 *     touches  var n, n x [item u64][time_ms i64][tie u64][act u8]
 *     glances  var n, n x [item u64][day u16][times u16]
 *     bought   var n, n x [item u64][quantity zig][last_ms zig][times var][days u16 x 2]; no days before version 7
 *     orders   var n, n x [hash u64][first_ms zig][form u8][cancelled u8][currency u32][marks var]
 *                         [loose lines var][loose zig][refunds var][refunded zig]
 *                         where stated: [time_ms i64][tie u64][stated zig][lines var]
 *     stated   var n, n x [order u64][item u64][quantity zig][category u64][brand u64]
 *     tastes   var n, n x [hash u64][week u16][kind u8][points var]
 *     names    var n, n x [hash u64][text]; not since version 6: terms.h keeps them for all
 *     traits   var n, n x [time_ms i64][tie u64][part u8][name text][value text]
 *     activity var bytes, as activity.c draws them
 *     stays    var n, n x [week u16][cell u32][days u8 x 4]; none before version 5
 */
#include "profile/customer_inside.h"
#include "profile/terms.h"

#include <assert.h>
#include <stdlib.h>

#define VERSION 8 /* 2 had no additions to traits, 3 no activity: the log tells them again */
#define VERSION_WITHOUT_COSTS 7 /* of orders: they are not known */
#define VERSION_WITHOUT_DAYS 6 /* of purchases: none are known, and steps of them begin with what comes */
#define VERSION_WITH_NAMES 5
#define VERSION_WITHOUT_STAYS 4 /* events of that time say no cell, so there is nothing to tell again */

static void put_order(const zh_order *o, zh_buf *out)
{
    zh_buf_put_u64(out, o->id_hash);
    zh_buf_put_zig(out, o->first_ms);
    zh_buf_put_u8(out, o->form);
    zh_buf_put_u8(out, o->is_cancelled);
    zh_buf_put_u32(out, o->currency.code);
    zh_buf_put_var(out, o->marks);
    zh_buf_put_var(out, o->loose_lines);
    zh_buf_put_zig(out, o->loose_minor);
    zh_buf_put_var(out, o->refunds);
    zh_buf_put_zig(out, o->refunded_minor);
    zh_buf_put_var(out, o->uncosted);
    zh_buf_put_zig(out, o->loose_cost_minor);
    if (o->form == ZH_ORDER_UNSTATED) return;
    zh_buf_put_i64(out, o->stated.time_ms);
    zh_buf_put_u64(out, o->stated.tie);
    zh_buf_put_zig(out, o->stated_minor);
    zh_buf_put_zig(out, o->stated_cost_minor);
    zh_buf_put_var(out, o->stated_lines);
}

static void put_sales(const zh_customer_state *s, zh_buf *out)
{
    const zh_bought *bought = s->bought.data;
    zh_buf_put_var(out, s->bought.count);
    for (uint32_t i = 0; i < s->bought.count; i++) {
        zh_buf_put_u64(out, bought[i].item.number);
        zh_buf_put_zig(out, bought[i].quantity);
        zh_buf_put_zig(out, bought[i].last_ms);
        zh_buf_put_var(out, bought[i].times);
        for (int d = 0; d < 2; d++) zh_buf_put_u16(out, bought[i].days[d]);
    }
    zh_buf_put_var(out, s->orders.count);
    for (uint32_t i = 0; i < s->orders.count; i++) put_order((const zh_order *)s->orders.data + i, out);
    const zh_stated *stated = s->stated.data;
    zh_buf_put_var(out, s->stated.count);
    for (uint32_t i = 0; i < s->stated.count; i++) {
        zh_buf_put_u64(out, stated[i].order);
        zh_buf_put_u64(out, stated[i].item.number);
        zh_buf_put_zig(out, stated[i].quantity);
        zh_buf_put_u64(out, stated[i].category);
        zh_buf_put_u64(out, stated[i].brand);
    }
}

static void put_interest(const zh_customer_state *s, zh_buf *out)
{
    const zh_taste *tastes = s->tastes.data;
    zh_buf_put_var(out, s->tastes.count);
    for (uint32_t i = 0; i < s->tastes.count; i++) {
        zh_buf_put_u64(out, tastes[i].name_hash);
        zh_buf_put_u16(out, tastes[i].week);
        zh_buf_put_u8(out, tastes[i].kind);
        zh_buf_put_var(out, tastes[i].points);
    }
    const zh_sv traits = { s->traits.data, s->traits.count };
    zh_reader r = zh_reader_on(traits);
    uint32_t count = 0;
    zh_trait trait;
    while (zh_trait_next(&r, &trait)) count++;
    zh_buf_put_var(out, count);
    for (r = zh_reader_on(traits); zh_trait_next(&r, &trait);) {
        zh_buf_put_i64(out, trait.rank.time_ms);
        zh_buf_put_u64(out, trait.rank.tie);
        zh_buf_put_u8(out, (uint8_t)trait.part);
        zh_buf_put_text(out, trait.name);
        zh_buf_put_text(out, trait.value);
    }
}

static void put_state(const zh_customer_state *s, const zh_terms *terms, zh_buf *out)
{
    zh_buf_put_u8(out, VERSION);
    zh_buf_put_u8(out, s->orders_dropped);
    zh_buf_put_zig(out, s->first_ms);
    zh_buf_put_var(out, (uint64_t)s->last_ms - (uint64_t)s->first_ms);
    const zh_tally *tallies = s->tallies.data;
    zh_buf_put_var(out, s->tallies.count);
    for (uint32_t i = 0; i < s->tallies.count; i++) {
        zh_buf_put_var(out, tallies[i].key);
        zh_buf_put_var(out, tallies[i].count);
    }
    const uint64_t *days = s->days.data;
    zh_buf_put_var(out, s->days.count);
    for (uint32_t i = 0; i < s->days.count; i++) {
        zh_buf_put_u16(out, (uint16_t)(days[i] >> 48));
        zh_buf_put_u32(out, (uint32_t)days[i]);
        zh_buf_put_u16(out, (uint16_t)(days[i] >> 32));
    }
    const zh_touch *touches = s->touches.data;
    zh_buf_put_var(out, s->touches.count);
    for (uint32_t i = 0; i < s->touches.count; i++) {
        zh_buf_put_u64(out, touches[i].item.number);
        zh_buf_put_i64(out, touches[i].rank.time_ms);
        zh_buf_put_u64(out, touches[i].rank.tie);
        zh_buf_put_u8(out, (uint8_t)touches[i].act);
    }
    const zh_glance *glances = s->glances.data;
    zh_buf_put_var(out, s->glances.count);
    for (uint32_t i = 0; i < s->glances.count; i++) {
        zh_buf_put_u64(out, glances[i].item.number);
        zh_buf_put_u16(out, glances[i].day);
        zh_buf_put_u16(out, glances[i].times);
    }
    put_sales(s, out);
    put_interest(s, out);
    zh_customer_inner_facts_keep(s, terms, out);
    const zh_stay *stays = s->stays.data;
    zh_buf_put_var(out, s->stays.count);
    for (uint32_t i = 0; i < s->stays.count; i++) {
        zh_buf_put_u16(out, stays[i].week);
        zh_buf_put_u32(out, stays[i].cell.number);
        for (int kind = 0; kind < ZH_STAY_KINDS; kind++) zh_buf_put_u8(out, stays[i].days[kind]);
    }
}

void zh_customer_put(const zh_customer_state *s, zh_buf *out) { put_state(s, NULL, out); }

void zh_customer_put_by_hash(const zh_customers *c, const zh_customer_state *s, zh_buf *out) { put_state(s, c->terms, out); }

zh_err zh_customer_hash(const zh_customers *c, const zh_customer_state *state, uint64_t *hash)
{
    zh_buf bytes = zh_buf_open(ZH_CUSTOMER_ENTRY_BYTES_MAX);
    zh_customer_put_by_hash(c, state, &bytes);
    const zh_err e = zh_buf_err(&bytes);
    if (e == ZH_OK) *hash = zh_fast64(zh_buf_view(&bytes));
    zh_buf_close(&bytes);
    return e;
}

/* A count that the bytes left can hold, and the room for it. */
static zh_err open_list(zh_heap *heap, zh_reader *r, zh_heap_list *list, size_t each, size_t bytes_min, size_t max)
{
    const uint64_t count = zh_read_var(r);
    if (r->bad || count > max || count > zh_reader_left(r) / bytes_min) return ZH_CORRUPT;
    if (count == 0) return ZH_OK;
    const zh_err e = zh_heap_list_reserve(heap, list, each, (size_t)count);
    if (e != ZH_OK) return e;
    list->count = (uint32_t)count;
    memset(list->data, 0, (size_t)count * each);
    return ZH_OK;
}

static void read_order(zh_reader *r, uint8_t version, zh_order *o)
{
    o->id_hash = zh_read_u64(r);
    o->first_ms = zh_read_zig(r);
    o->form = zh_read_u8(r);
    const uint8_t is_cancelled = zh_read_u8(r);
    o->currency.code = zh_read_u32(r);
    const uint64_t marks = zh_read_var(r), loose = zh_read_var(r);
    o->loose_minor = zh_read_zig(r);
    const uint64_t refunds = zh_read_var(r);
    o->refunded_minor = zh_read_zig(r);
    const uint64_t uncosted = version > VERSION_WITHOUT_COSTS ? zh_read_var(r) : loose;
    o->loose_cost_minor = version > VERSION_WITHOUT_COSTS ? zh_read_zig(r) : 0;
    r->bad |= is_cancelled > 1 || o->form > ZH_ORDER_UPDATED;
    r->bad |= marks > UINT32_MAX || loose > UINT32_MAX || refunds > UINT32_MAX || uncosted > UINT32_MAX;
    o->is_cancelled = is_cancelled == 1;
    o->marks = (uint32_t)marks;
    o->loose_lines = (uint32_t)loose;
    o->refunds = (uint32_t)refunds;
    o->uncosted = (uint32_t)uncosted;
    if (o->form == ZH_ORDER_UNSTATED) return;
    o->stated.time_ms = zh_read_i64(r);
    o->stated.tie = zh_read_u64(r);
    o->stated_minor = zh_read_zig(r);
    o->stated_cost_minor = version > VERSION_WITHOUT_COSTS ? zh_read_zig(r) : -1;
    r->bad |= o->stated_cost_minor < -1;
    const uint64_t lines = zh_read_var(r);
    r->bad |= lines > UINT16_MAX;
    o->stated_lines = (uint16_t)lines;
}

static uint32_t read_var32(zh_reader *r)
{
    const uint64_t value = zh_read_var(r);
    r->bad |= value > UINT32_MAX;
    return (uint32_t)value;
}

static zh_err read_habits(zh_heap *heap, zh_reader *r, zh_customer_state *s)
{
    zh_err e = open_list(heap, r, &s->tallies, sizeof(zh_tally), 2, ZH_TALLIES_MAX);
    if (e != ZH_OK) return e;
    for (uint32_t i = 0; i < s->tallies.count; i++) {
        zh_tally *tally = (zh_tally *)s->tallies.data + i;
        const uint64_t key = zh_read_var(r);
        r->bad |= key >= ZH_TALLIES_MAX;
        tally->key = (uint16_t)key;
        tally->count = read_var32(r);
    }
    if ((e = open_list(heap, r, &s->days, sizeof(uint64_t), 8, ZH_PROFILE_DAYS_MAX)) != ZH_OK) return e;
    for (uint32_t i = 0; i < s->days.count; i++) {
        const uint64_t day = zh_read_u16(r), low = zh_read_u32(r), high = zh_read_u16(r);
        ((uint64_t *)s->days.data)[i] = day << 48 | high << 32 | low;
    }
    if ((e = open_list(heap, r, &s->touches, sizeof(zh_touch), 25, ZH_PROFILE_TOUCHES_MAX)) != ZH_OK) return e;
    for (uint32_t i = 0; i < s->touches.count; i++) {
        zh_touch *touch = (zh_touch *)s->touches.data + i;
        touch->item.number = zh_read_u64(r);
        touch->rank.time_ms = zh_read_i64(r);
        touch->rank.tie = zh_read_u64(r);
        touch->act = (zh_act)zh_read_u8(r);
    }
    if ((e = open_list(heap, r, &s->glances, sizeof(zh_glance), 12, ZH_PROFILE_GLANCES_MAX)) != ZH_OK) return e;
    for (uint32_t i = 0; i < s->glances.count; i++) {
        zh_glance *glance = (zh_glance *)s->glances.data + i;
        glance->item.number = zh_read_u64(r);
        glance->day = zh_read_u16(r);
        glance->times = zh_read_u16(r);
    }
    return ZH_OK;
}

static zh_err read_sales(zh_heap *heap, zh_reader *r, uint8_t version, zh_customer_state *s)
{
    zh_err e = open_list(heap, r, &s->bought, sizeof(zh_bought), 11, ZH_PROFILE_BOUGHT_MAX);
    if (e != ZH_OK) return e;
    for (uint32_t i = 0; i < s->bought.count; i++) {
        zh_bought *bought = (zh_bought *)s->bought.data + i;
        bought->item.number = zh_read_u64(r);
        bought->quantity = zh_read_zig(r);
        bought->last_ms = zh_read_zig(r);
        bought->times = read_var32(r);
        for (int d = 0; version > VERSION_WITHOUT_DAYS && d < 2; d++) bought->days[d] = zh_read_u16(r);
    }
    if ((e = open_list(heap, r, &s->orders, sizeof(zh_order), 20, ZH_PROFILE_ORDERS_MAX)) != ZH_OK) return e;
    for (uint32_t i = 0; i < s->orders.count; i++) read_order(r, version, (zh_order *)s->orders.data + i);
    e = open_list(heap, r, &s->stated, sizeof(zh_stated), 33, (size_t)ZH_PROFILE_ORDERS_MAX * ZH_PROFILE_STATED_MAX);
    if (e != ZH_OK) return e;
    for (uint32_t i = 0; i < s->stated.count; i++) {
        zh_stated *stated = (zh_stated *)s->stated.data + i;
        stated->order = zh_read_u64(r);
        stated->item.number = zh_read_u64(r);
        stated->quantity = zh_read_zig(r);
        stated->category = zh_read_u64(r);
        stated->brand = zh_read_u64(r);
    }
    return ZH_OK;
}

static zh_err read_names(zh_terms *terms, zh_reader *r)
{
    const uint64_t names = zh_read_var(r);
    if (r->bad || names > ZH_PROFILE_TASTES_MAX) return ZH_CORRUPT;
    zh_err e = ZH_OK;
    for (uint64_t i = 0; e == ZH_OK && i < names; i++) {
        const uint64_t hash = zh_read_u64(r);
        const zh_sv text = zh_read_text(r);
        if (r->bad || text.size > ZH_PROFILE_NAME_BYTES_MAX) return ZH_CORRUPT;
        e = zh_terms_name_put(terms, hash, text);
    }
    return e;
}

/* Traits are inserted as if they were new: that puts them where they belong. */
static zh_err read_interest(zh_heap *heap, zh_terms *terms, uint8_t version, zh_reader *r, zh_customer_state *s)
{
    zh_err e = open_list(heap, r, &s->tastes, sizeof(zh_taste), 12, ZH_PROFILE_TASTES_MAX);
    if (e != ZH_OK) return e;
    for (uint32_t i = 0; i < s->tastes.count; i++) {
        zh_taste *taste = (zh_taste *)s->tastes.data + i;
        taste->name_hash = zh_read_u64(r);
        taste->week = zh_read_u16(r);
        taste->kind = zh_read_u8(r);
        taste->points = read_var32(r);
    }
    if (version <= VERSION_WITH_NAMES && (e = read_names(terms, r)) != ZH_OK) return e;
    const uint64_t traits = zh_read_var(r);
    if (r->bad || traits > ZH_PROFILE_TRAITS_MAX) return ZH_CORRUPT;
    for (uint64_t i = 0; i < traits; i++) {
        zh_trait trait = { .rank.time_ms = zh_read_i64(r), .rank.tie = 0 };
        trait.rank.tie = zh_read_u64(r);
        trait.part = (zh_trait_part)zh_read_u8(r);
        trait.name = zh_read_text(r);
        trait.value = zh_read_text(r);
        if (r->bad || trait.part > ZH_TRAIT_DELETED || (trait.name.size == 0) != (trait.part == ZH_TRAIT_DELETED) ||
            trait.name.size > ZH_PROFILE_TRAIT_NAME_MAX) return ZH_CORRUPT;
        if (trait.value.size > ZH_PROFILE_TRAIT_VALUE_MAX) return ZH_CORRUPT;
        if ((e = zh_heap_list_reserve(heap, &s->traits, 1, zh_trait_bytes(&trait))) != ZH_OK) return e;
        zh_customer_inner_trait_add(s, &trait);
    }
    return ZH_OK;
}

static zh_err read_stays(zh_heap *heap, zh_reader *r, zh_customer_state *s)
{
    const zh_err e = open_list(heap, r, &s->stays, sizeof(zh_stay), 6 + ZH_STAY_KINDS, ZH_PROFILE_STAYS_MAX);
    for (uint32_t i = 0; e == ZH_OK && i < s->stays.count; i++) {
        zh_stay *stay = (zh_stay *)s->stays.data + i;
        stay->week = zh_read_u16(r);
        stay->cell.number = zh_read_u32(r);
        for (int kind = 0; kind < ZH_STAY_KINDS; kind++) stay->days[kind] = zh_read_u8(r);
    }
    return e;
}

zh_err zh_customer_inner_read(zh_heap *heap, zh_terms *terms, zh_sv value, zh_customer_state *s)
{
    zh_reader r = zh_reader_on(value);
    const uint8_t version = zh_read_u8(&r), flags = zh_read_u8(&r);
    if (!r.bad && version > VERSION) return ZH_FORMAT;
    if (r.bad || version < VERSION_WITHOUT_STAYS || flags > 1) return ZH_CORRUPT;
    s->orders_dropped = flags == 1;
    s->first_ms = zh_read_zig(&r);
    s->last_ms = (int64_t)((uint64_t)s->first_ms + zh_read_var(&r));
    zh_err e = read_habits(heap, &r, s);
    if (e == ZH_OK) e = read_sales(heap, &r, version, s);
    if (e == ZH_OK) e = read_interest(heap, terms, version, &r, s);
    if (e == ZH_OK) e = zh_customer_inner_facts_read(heap, &r, s);
    if (e == ZH_OK && version > VERSION_WITHOUT_STAYS) e = read_stays(heap, &r, s);
    if (e != ZH_OK) return e;
    const char *why;
    return r.bad || zh_reader_left(&r) > 0 || !zh_customer_inner_check(s, &why) ? ZH_CORRUPT : ZH_OK;
}

zh_err zh_customers_load(zh_customers *c, zh_sv key, zh_sv value)
{
    if (key.size != 8) return ZH_CORRUPT;
    uint64_t number = 0;
    for (size_t i = 0; i < 8; i++) number = number << 8 | (unsigned char)key.data[i];
    if (number == 0 || zh_customer_inner_get(c, number) != NULL) return ZH_CORRUPT;
    zh_customer_state *state;
    bool made;
    zh_err e = zh_customer_inner_take(c, number, &state, &made);
    if (e != ZH_OK) return e;
    if ((e = zh_customer_inner_read(&c->heap, c->terms, value, state)) != ZH_OK) {
        zh_customer_inner_untake(c, number);
        return e;
    }
    zh_customer_inner_stamp_all(c, state);
    state->changed_in = 0;
    c->changed.count--; /* it was the last: nothing changed since the store wrote it */
    return ZH_OK;
}

static zh_err put_entry(zh_customers *c, uint64_t number, const zh_customer_state *state, zh_keep keep)
{
    char key[8];
    for (int i = 0; i < 8; i++) key[i] = (char)(unsigned char)(number >> (56 - 8 * i));
    if (state == NULL) return keep.put(keep.context, (zh_sv){ key, sizeof key }, (zh_sv){ 0 });
    zh_buf_reset(&c->entry);
    zh_customer_put(state, &c->entry);
    const zh_err e = zh_buf_err(&c->entry);
    return e != ZH_OK ? e : keep.put(keep.context, (zh_sv){ key, sizeof key }, zh_buf_view(&c->entry));
}

zh_err zh_customer_inner_thaw(zh_customers *c, zh_customer_state *state)
{
    const zh_err e = put_entry(c, state->number, state, c->frozen_keep);
    if (e == ZH_OK) state->changed_in = 0;
    return e;
}

zh_err zh_customers_freeze(zh_customers *c, zh_keep keep)
{
    assert(c->frozen_done == c->frozen.count);
    const uint64_t *gone = c->gone.data;
    for (uint32_t i = 0; i < c->gone.count; i++) {
        if (zh_customer_inner_get(c, gone[i]) != NULL) continue; /* it came again: then it changed, too */
        const zh_err e = put_entry(c, gone[i], NULL, keep);
        if (e != ZH_OK) return e;
    }
    c->gone.count = 0;
    const zh_heap_list empty = { c->frozen.data, 0, c->frozen.cap };
    c->frozen = c->changed;
    c->changed = empty;
    c->frozen_done = 0;
    c->frozen_keep = keep;
    if (++c->freezes == 0) c->freezes = 1;
    return ZH_OK;
}

/* Frozen customers lie all over the memory of a large shop: those to come are asked for some steps ahead. */
static void look_ahead(const zh_customers *c, uint32_t at)
{
    static const uint32_t ahead[] = { 12, 8, 4 }; /* of the table, the state, its lists */
    const uint64_t *numbers = c->frozen.data;
    for (int step = 0; step < 3; step++)
        if (ahead[step] < c->frozen.count - at) zh_customers_prefetch(c, (zh_customer_id){ numbers[at + ahead[step]] }, step);
}

zh_err zh_customers_thaw(zh_customers *c, size_t most, bool *done)
{
    const uint64_t *numbers = c->frozen.data;
    zh_err e = ZH_OK;
    for (; e == ZH_OK && most > 0 && c->frozen_done < c->frozen.count; most--) {
        look_ahead(c, c->frozen_done);
        zh_customer_state *state = zh_customer_inner_get(c, numbers[c->frozen_done]);
        if (state != NULL && zh_customer_is_frozen(c, state)) e = zh_customer_inner_thaw(c, state);
        if (e == ZH_OK) c->frozen_done++;
    }
    *done = c->frozen_done == c->frozen.count;
    return e;
}

zh_err zh_customers_save(zh_customers *c, bool all, zh_keep keep)
{
    zh_err e = ZH_OK;
    if (!all) {
        bool done;
        e = zh_customers_freeze(c, keep);
        return e != ZH_OK ? e : zh_customers_thaw(c, SIZE_MAX, &done);
    }
    uint64_t number, place;
    for (size_t at = 0; e == ZH_OK && zh_map_next(&c->states, &at, &number, &place);)
        e = put_entry(c, number, (const zh_customer_state *)(uintptr_t)place, keep);
    return e;
}
