#include "measure/group_portrait.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/top.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCRATCH_BYTES_MAX ((size_t)4 << 20)

struct zh_group_portrait {
    zh_group_portrait_desc d;
    zh_arena arena, scratch;
    zh_group_value *values;
    size_t values_count;
    zh_map places;              /* hash of dimension, trait and value -> place in values + 1 */
    zh_map items[ZH_GROUP_LISTS]; /* item -> customers of the group << 32 | of the whole */
    zh_group_sums sums[2];
    bool is_cut;
    int64_t offset_day, offset_ms; /* of the zone, on the UTC day looked at last */
};

const char *zh_group_dimension_text(zh_group_dimension dimension)
{
    static const char *const texts[] = {
#define X(name, text) text,
        ZH_GROUP_DIMENSION_LIST(X)
#undef X
    };
    return (unsigned)dimension < ZH_GROUP_DIMENSIONS ? texts[dimension] : "?";
}

zh_err zh_group_portrait_open(zh_group_portrait **out, const zh_group_portrait_desc *desc)
{
    zh_group_portrait *p = calloc(1, sizeof *p);
    if (p == NULL) return ZH_NOMEM;
    *p = (zh_group_portrait){ .d = *desc, .arena = zh_arena_open(ZH_GROUP_BYTES_MAX), .scratch = zh_arena_open(SCRATCH_BYTES_MAX), .offset_day = INT64_MIN };
    p->values = malloc(ZH_GROUP_VALUES_MAX * sizeof *p->values);
    if (p->values == NULL) {
        zh_group_portrait_close(p);
        return ZH_NOMEM;
    }
    *out = p;
    return ZH_OK;
}

void zh_group_portrait_close(zh_group_portrait *p)
{
    if (p == NULL) return;
    zh_map_close(&p->places);
    for (int i = 0; i < ZH_GROUP_LISTS; i++) zh_map_close(&p->items[i]);
    zh_arena_close(&p->arena);
    zh_arena_close(&p->scratch);
    free(p->values);
    free(p);
}

/* ---- counting ---- */

static zh_err count(zh_group_portrait *p, zh_group_dimension dimension, zh_sv trait, zh_sv value, unsigned sides)
{
    bool made;
    if (value.size == 0 || value.size > ZH_GROUP_VALUE_BYTES_MAX * 2) return ZH_OK;
    const uint64_t key = zh_mix64(zh_fast64(value) ^ zh_mix64((trait.size == 0 ? 0 : zh_fast64(trait)) + (uint64_t)dimension));
    uint64_t *place = zh_map_at(&p->places, key, &made);
    if (place == NULL) return ZH_NOMEM;
    if (made && p->values_count == ZH_GROUP_VALUES_MAX) {
        (void)zh_map_drop(&p->places, key);
        p->is_cut = true;
        return ZH_OK;
    }
    if (made) {
        zh_group_value *v = &p->values[p->values_count];
        *v = (zh_group_value){ .dimension = dimension, .trait = zh_arena_copy(&p->arena, trait), .value = zh_arena_copy(&p->arena, value) };
        if (v->value.data == NULL || (trait.size > 0 && v->trait.data == NULL)) {
            (void)zh_map_drop(&p->places, key);
            return ZH_NOMEM;
        }
        *place = ++p->values_count;
    }
    zh_group_value *v = &p->values[*place - 1];
    v->counts[0] += (sides & ZH_GROUP_IN) != 0;
    v->counts[1] += (sides & ZH_GROUP_WHOLE) != 0;
    return ZH_OK;
}

static zh_err count_item(zh_group_portrait *p, zh_group_list list, zh_item_id item, unsigned sides)
{
    zh_map *map = &p->items[list];
    bool made = false;
    uint64_t *place = map->count < ZH_GROUP_ITEMS_MAX ? zh_map_at(map, item.number, &made) : zh_map_get(map, item.number);
    if (place == NULL && map->count < ZH_GROUP_ITEMS_MAX) return ZH_NOMEM;
    if (place == NULL) p->is_cut = true;
    else *place += ((uint64_t)((sides & ZH_GROUP_IN) != 0) << 32) + ((sides & ZH_GROUP_WHOLE) != 0);
    return ZH_OK;
}

/* ---- what a customer has ---- */

static zh_err add_leanings(zh_group_portrait *p, const zh_customer_state *state, unsigned sides)
{
    zh_err e = ZH_OK;
    for (zh_taste_kind kind = ZH_TASTE_CATEGORY; e == ZH_OK && kind <= ZH_TASTE_BRAND; kind++) {
        zh_affinity *rows;
        uint32_t rows_count;
        e = zh_affinity_of(state, p->d.terms, kind, &p->scratch, &rows, &rows_count);
        for (uint32_t i = 0; e == ZH_OK && i < rows_count && rows[i].share >= ZH_GROUP_LEANING_MIN; i++)
            e = count(p, kind == ZH_TASTE_CATEGORY ? ZH_GROUP_CATEGORY : ZH_GROUP_BRAND, (zh_sv){ 0 }, rows[i].name, sides);
    }
    return e;
}

static zh_err count_step(zh_group_portrait *p, zh_group_dimension dimension, const int64_t *steps, size_t steps_count, int64_t value, unsigned sides)
{
    char text[48];
    size_t at = 0;
    while (at + 1 < steps_count && value >= steps[at + 1]) at++;
    const int size = at + 1 == steps_count ? snprintf(text, sizeof text, "%lld+", (long long)steps[at]) :
                     steps[at + 1] == steps[at] + 1 && dimension == ZH_GROUP_ORDERS ? snprintf(text, sizeof text, "%lld", (long long)steps[at]) :
                     snprintf(text, sizeof text, "%lld-%lld", (long long)steps[at], (long long)(dimension == ZH_GROUP_ORDERS ? steps[at + 1] - 1 : steps[at + 1]));
    return count(p, dimension, (zh_sv){ 0 }, (zh_sv){ text, (size_t)size }, sides);
}

static zh_err add_standing(zh_group_portrait *p, const zh_customer_state *state, unsigned sides)
{
    static const int64_t orders[] = { 0, 1, 2, 3, 6, 11 }, values[] = { 0, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000 };
    static const int64_t units[] = { 1, 10, 100, 1000, 10000 };
    zh_standing s;
    zh_standing_of(state, p->d.boundaries, p->d.now_ms, &s);
    if (p->d.boundaries == NULL && s.orders > 0) { /* no main currency is known yet: the customer's own */
        zh_order_totals totals;
        zh_customer_order_totals(state, &totals);
        s.minor = totals.money_count == 0 ? 0 : totals.money[0].revenue_minor - totals.money[0].refunded_minor;
    }
    zh_err e = count(p, ZH_GROUP_LIFECYCLE, (zh_sv){ 0 }, zh_sv_of(zh_lifecycle_text(s.lifecycle)), sides);
    if (e == ZH_OK) e = count(p, ZH_GROUP_AIPL, (zh_sv){ 0 }, zh_sv_of(zh_aipl_text(s.aipl)), sides);
    if (e == ZH_OK && s.scores[0] > 0) e = count(p, ZH_GROUP_RFM, (zh_sv){ 0 }, zh_rfm_segment_code(s.segment), sides);
    if (e == ZH_OK && s.scores[0] > 0) e = count(p, ZH_GROUP_RFM_CLASS, (zh_sv){ 0 }, zh_rfm_class_code(s.rfm_class), sides);
    if (e == ZH_OK) e = count_step(p, ZH_GROUP_ORDERS, orders, sizeof orders / sizeof *orders, s.orders, sides);
    const int digits = p->d.currency_digits < 0 || p->d.currency_digits > 4 ? 2 : p->d.currency_digits;
    if (e == ZH_OK && s.orders > 0) e = count_step(p, ZH_GROUP_ORDER_VALUE, values, sizeof values / sizeof *values, s.minor / s.orders / units[digits], sides);
    for (unsigned side = 0; side < 2; side++) {
        if ((sides & (1u << side)) == 0) continue;
        p->sums[side].customers++;
        p->sums[side].buyers += s.orders > 0;
        p->sums[side].orders += (uint64_t)s.orders;
        if (__builtin_add_overflow(p->sums[side].minor, s.minor, &p->sums[side].minor)) p->sums[side].minor = s.minor > 0 ? INT64_MAX : INT64_MIN;
    }
    return e;
}

/* A text, a yes or no, a whole number: kinds of customers. Others are not. */
static zh_err add_traits(zh_group_portrait *p, const zh_customer_state *state, unsigned sides)
{
    zh_trait trait;
    zh_err e = ZH_OK;
    for (uint32_t i = 0; e == ZH_OK && zh_customer_trait_at(state, i, &trait); i++) {
        if (trait.value.size == 0 || trait.value.size > ZH_GROUP_VALUE_BYTES_MAX + 2 || zh_sv_equal(trait.value, ZH_SV("null"))) continue;
        zh_json_value root;
        zh_sv text = trait.value;
        const char first = trait.value.data[0];
        if (first == '{' || first == '[' || (first != '"' && memchr(text.data, '.', text.size) != NULL)) continue;
        if (first == '"' && memchr(text.data, '\\', text.size) == NULL) text = (zh_sv){ text.data + 1, text.size - 2 };
        else if (first == '"') text = zh_json_parse(p->d.json, trait.value, &root, NULL) == ZH_OK ? zh_json_text_or_empty(root) : (zh_sv){ 0 };
        e = count(p, ZH_GROUP_TRAIT, trait.name, text, sides);
    }
    return e;
}

/* ---- newest events ---- */

/* What the shop does of its own is no habit of the customer. */
static bool is_own(const zh_fact *fact)
{
    switch (fact->act) {
    case ZH_ACT_ORDER_UPDATE:
    case ZH_ACT_REFUND:
    case ZH_ACT_CANCEL:
    case ZH_ACT_STOCK:
    case ZH_ACT_CONSENT: return false;
    default: return fact->type == ZH_EVENT_TRACK || fact->type == ZH_EVENT_PAGE || fact->type == ZH_EVENT_SCREEN;
    }
}

/* Monday 00:00 is 0. An offset is looked up once a UTC day: what a day of changing clocks does to its hours is not seen in a group. */
static uint32_t hour_of_week(zh_group_portrait *p, int64_t utc_ms)
{
    const int64_t day = utc_ms / ZH_DAY_MS;
    if (day != p->offset_day) {
        p->offset_day = day;
        p->offset_ms = (int64_t)zh_tz_offset_s(p->d.zone, utc_ms) * 1000;
    }
    const int64_t ms = utc_ms + p->offset_ms, hours = ms / ZH_HOUR_MS - (ms % ZH_HOUR_MS < 0) + 72; /* 1970-01-01 was a Thursday */
    return (uint32_t)(hours % 168 < 0 ? hours % 168 + 168 : hours % 168);
}

static size_t most_of(const uint32_t *counts, size_t count_of)
{
    size_t best = 0;
    for (size_t i = 1; i < count_of; i++)
        if (counts[i] > counts[best]) best = i;
    return best;
}

static zh_err add_facts(zh_group_portrait *p, const zh_customer_state *state, unsigned sides)
{
    uint32_t hours[24] = { 0 }, weekdays[7] = { 0 }, bands[8] = { 0 }, own = 0, banded = 0, left = ZH_GROUP_FACTS_MAX;
    zh_facts facts = zh_customer_facts(state);
    for (zh_fact fact; left > 0 && zh_facts_next(&facts, &fact); left--) {
        if (!is_own(&fact)) continue;
        const uint32_t hour = hour_of_week(p, fact.time_ms);
        hours[hour % 24]++, weekdays[hour / 24]++, own++;
        for (unsigned side = 0; side < 2; side++)
            if ((sides & (1u << side)) != 0) p->sums[side].hours[hour]++, p->sums[side].events++;
        if (p->d.shop == NULL) continue;
        for (zh_fact_line line; zh_fact_line_next(&fact, &line);) {
            const int band = p->d.shop->band(p->d.shop->context, zh_terms_text(p->d.terms, line.item), zh_terms_text(p->d.terms, line.category), line.price_minor);
            if (band >= 0 && band < 8) bands[band]++, banded++;
        }
    }
    zh_err e = ZH_OK;
    if (own > 0) {
        char hour[8], weekday[8];
        const int hour_size = snprintf(hour, sizeof hour, "%02u", (unsigned)most_of(hours, 24)), weekday_size = snprintf(weekday, sizeof weekday, "%u", (unsigned)most_of(weekdays, 7) + 1);
        e = count(p, ZH_GROUP_HOUR, (zh_sv){ 0 }, (zh_sv){ hour, (size_t)hour_size }, sides);
        if (e == ZH_OK) e = count(p, ZH_GROUP_WEEKDAY, (zh_sv){ 0 }, (zh_sv){ weekday, (size_t)weekday_size }, sides);
    }
    if (e == ZH_OK && banded > 0) e = count(p, ZH_GROUP_PRICE_BAND, (zh_sv){ 0 }, p->d.shop->band_text((int)most_of(bands, 8)), sides);
    return e;
}

static zh_err add_items(zh_group_portrait *p, const zh_customer_state *state, unsigned sides)
{
    zh_err e = ZH_OK;
    uint32_t bought_count, touches_count;
    const zh_bought *bought = zh_customer_bought(state, &bought_count);
    for (uint32_t i = 0; e == ZH_OK && i < bought_count; i++)
        if (bought[i].times > 0) e = count_item(p, ZH_GROUP_BOUGHT, bought[i].item, sides);
    const zh_touch *touches = zh_customer_touches(state, &touches_count);
    for (uint32_t i = 0; e == ZH_OK && i < touches_count; i++)
        if (touches[i].act == ZH_ACT_VIEW) e = count_item(p, ZH_GROUP_VIEWED, touches[i].item, sides);
    return e;
}

zh_err zh_group_portrait_add(zh_group_portrait *p, const zh_customer_state *state, unsigned sides)
{
    zh_arena_reset(&p->scratch);
    zh_err e = add_standing(p, state, sides);
    if (e == ZH_OK) e = add_leanings(p, state, sides);
    if (e == ZH_OK) e = add_traits(p, state, sides);
    if (e == ZH_OK) e = add_facts(p, state, sides);
    return e != ZH_OK ? e : add_items(p, state, sides);
}

zh_err zh_group_portrait_say(zh_group_portrait *p, zh_sv device, zh_sv system, zh_sv source, unsigned side)
{
    for (unsigned i = 0; i < 2; i++)
        if ((side & (1u << i)) != 0) p->sums[i].drawn++;
    zh_err e = count(p, ZH_GROUP_DEVICE, (zh_sv){ 0 }, device, side);
    if (e == ZH_OK) e = count(p, ZH_GROUP_SYSTEM, (zh_sv){ 0 }, system, side);
    return e != ZH_OK ? e : count(p, ZH_GROUP_SOURCE, (zh_sv){ 0 }, source, side);
}

/* ---- asking ---- */

const zh_group_sums *zh_group_portrait_sums(const zh_group_portrait *p, unsigned side) { return &p->sums[side == ZH_GROUP_WHOLE]; }
bool zh_group_portrait_is_cut(const zh_group_portrait *p) { return p->is_cut; }

static int in_order(const void *left, const void *right)
{
    const zh_group_value *a = left, *b = right;
    if (a->dimension != b->dimension) return a->dimension < b->dimension ? -1 : 1;
    int order = zh_sv_compare(a->trait, b->trait);
    if (order == 0 && a->counts[0] != b->counts[0]) return a->counts[0] > b->counts[0] ? -1 : 1;
    if (order == 0 && a->counts[1] != b->counts[1]) return a->counts[1] > b->counts[1] ? -1 : 1;
    return order != 0 ? order : zh_sv_compare(a->value, b->value);
}

const zh_group_value *zh_group_portrait_values(zh_group_portrait *p, size_t *values_count)
{
    qsort(p->values, p->values_count, sizeof *p->values, in_order);
    zh_map_clear(&p->places); /* places are others now: it is told, nothing may be put in */
    *values_count = p->values_count;
    return p->values;
}

zh_err zh_group_portrait_items(const zh_group_portrait *p, zh_group_list list, size_t limit, zh_arena *arena, zh_group_item **out, size_t *items_count)
{
    zh_top_entry *entries = ZH_TAKE(arena, zh_top_entry, limit + 1);
    *out = ZH_TAKE(arena, zh_group_item, limit + 1);
    if (entries == NULL || *out == NULL) return ZH_NOMEM;
    zh_top top = zh_top_open(entries, limit);
    uint64_t key, value;
    for (size_t at = 0; zh_map_next(&p->items[list], &at, &key, &value);)
        if (value >> 32 > 0) zh_top_offer(&top, (int64_t)(value >> 32), key, value & UINT32_MAX);
    zh_top_sort(&top);
    *items_count = top.count;
    for (size_t i = 0; i < top.count; i++) (*out)[i] = (zh_group_item){ { entries[i].key }, { (uint64_t)entries[i].score, entries[i].extra } };
    return ZH_OK;
}
