#include "profile/portrait_inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double zh_portrait_confidence(double evidence, double k)
{
    return evidence > 0 ? 1 - exp(-evidence / k) : 0;
}

double zh_act_points(zh_act act)
{
    switch (act) {
    case ZH_ACT_VIEW:
    case ZH_ACT_CLICK: return 1;
    case ZH_ACT_ADD:
    case ZH_ACT_WISH: return 3;
    case ZH_ACT_ORDER: return 5;
    default: return 0;
    }
}

/* ---- a dimension ---- */

zh_err zh_dimension_open(zh_dimension *out, uint32_t most, zh_arena *arena)
{
    uint32_t cap = 8;
    while (cap < 2 * most) cap *= 2;
    *out = (zh_dimension){ .most = most, .mask = cap - 1 };
    out->rows = ZH_TAKE(arena, zh_lean, most);
    out->slots = ZH_TAKE(arena, uint32_t, cap);
    return out->rows == NULL || out->slots == NULL ? ZH_NOMEM : ZH_OK;
}

zh_lean *zh_dimension_row(zh_dimension *d, uint64_t key)
{
    uint32_t at = (uint32_t)((key * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & d->mask;
    for (; d->slots[at] != 0; at = (at + 1) & d->mask)
        if (d->rows[d->slots[at] - 1].key == key) return &d->rows[d->slots[at] - 1];
    if (d->count == d->most) return NULL;
    d->slots[at] = ++d->count;
    d->rows[d->count - 1].key = key;
    return &d->rows[d->count - 1];
}

void zh_dimension_say(zh_dimension *d, zh_lean *row, int64_t time_ms, uint32_t fact, double points)
{
    if (!d->any) d->newest_ms = time_ms;
    d->any = true;
    const double age_days = (double)(d->newest_ms - time_ms) / ZH_DAY_MS;
    const double lately = points * exp2(-age_days / ZH_PORTRAIT_LATELY_DAYS);
    const double share = d->by_events ? points * exp2(-age_days / ZH_AFFINITY_HALF_LIFE_DAYS) : 0;
    const double liking = points * exp2(-age_days / ZH_PORTRAIT_LIKED_DAYS);
    d->lately_sum += lately;
    d->liking_sum += liking;
    d->share_sum += share;
    if (row == NULL) return;
    row->row.share += share;
    row->row.lately += lately;
    row->liking += liking;
    if (row->fact == fact) return;
    row->fact = fact;
    if (row->row.events++ == 0) row->row.last_ms = time_ms;
}

static int by_share(const void *left, const void *right)
{
    const zh_leaning *a = &((const zh_lean *)left)->row, *b = &((const zh_lean *)right)->row;
    if (a->share != b->share) return a->share > b->share ? -1 : 1;
    const size_t size = a->name.size < b->name.size ? a->name.size : b->name.size;
    const int order = size == 0 ? 0 : memcmp(a->name.data, b->name.data, size);
    return order != 0 ? order : a->name.size < b->name.size ? -1 : a->name.size > b->name.size;
}

zh_err zh_dimension_close(zh_dimension *d, zh_arena *arena, zh_leanings *out)
{
    *out = (zh_leanings){ .count = d->count < ZH_PORTRAIT_NAMES_MAX ? d->count : ZH_PORTRAIT_NAMES_MAX, .names = d->count };
    if ((out->rows = ZH_TAKE(arena, zh_leaning, out->count)) == NULL) return ZH_NOMEM;
    if (d->count > 1) qsort(d->rows, d->count, sizeof *d->rows, by_share);
    for (uint32_t i = 0; i < out->count; i++) {
        zh_leaning *row = &out->rows[i];
        *row = d->rows[i].row;
        if (row->events == 0) row->events = d->rows[i].weeks;
        if (d->by_events) row->share = d->share_sum > 0 ? row->share / d->share_sum : 0;
        row->lately = d->lately_sum > 0 ? row->lately / d->lately_sum : 0;
        row->confidence = zh_portrait_confidence(row->events, ZH_PORTRAIT_LEANING_K);
        row->liked = d->liked_min > 0 && d->liking_sum > 0 && d->rows[i].liking >= d->liked_min * d->liking_sum && row->confidence >= ZH_PORTRAIT_LIKED_CONFIDENCE;
    }
    return ZH_OK;
}

/* ---- leanings to category and brand: shares of the tastes, evidence of the activity ---- */

static zh_err take_tastes(const zh_customer_state *s, const zh_terms *terms, zh_taste_kind kind, zh_arena *arena, zh_dimension *d)
{
    zh_affinity *shares;
    uint32_t count;
    zh_err e = zh_affinity_of(s, terms, kind, arena, &shares, &count);
    if (e == ZH_OK) e = zh_dimension_open(d, count, arena);
    for (uint32_t i = 0; e == ZH_OK && i < count; i++) {
        const uint32_t term = zh_terms_find(terms, shares[i].name);
        zh_lean *row = zh_dimension_row(d, term != 0 ? term : shares[i].name_hash | UINT64_C(1) << 63); /* no term: no event names it any more */
        if (row == NULL) continue;
        row->row.name = shares[i].name;
        row->row.share += shares[i].share; /* two long names that are cut alike are one */
        if (row->row.last_ms < shares[i].week_ms) row->row.last_ms = shares[i].week_ms;
        row->weeks = shares[i].weeks;
    }
    return e;
}

static void say_line(zh_dimension *d, uint32_t term, const zh_fact *fact, uint32_t number, double points)
{
    if (term == 0) return;
    d->most = d->count; /* no new names: who has no taste is of no kind we show */
    zh_dimension_say(d, zh_dimension_row(d, term), fact->time_ms, number, points);
}

static zh_err leanings_of(const zh_customer_state *s, const zh_terms *terms, zh_arena *arena, zh_portrait *out)
{
    zh_dimension category, brand;
    zh_err e = take_tastes(s, terms, ZH_TASTE_CATEGORY, arena, &category);
    if (e == ZH_OK) e = take_tastes(s, terms, ZH_TASTE_BRAND, arena, &brand);
    if (e != ZH_OK) return e;
    category.liked_min = ZH_PORTRAIT_LIKED_CATEGORY;
    brand.liked_min = ZH_PORTRAIT_LIKED_BRAND;
    zh_facts facts = zh_customer_facts(s);
    uint32_t number = 0;
    for (zh_fact fact; zh_facts_next(&facts, &fact);) {
        number++;
        const double points = zh_act_points(fact.act);
        if (points == 0) continue;
        for (zh_fact_line line; zh_fact_line_next(&fact, &line);) {
            say_line(&category, line.category, &fact, number, points);
            say_line(&brand, line.brand, &fact, number, points);
        }
    }
    e = zh_dimension_close(&category, arena, &out->category);
    return e != ZH_OK ? e : zh_dimension_close(&brand, arena, &out->brand);
}

zh_err zh_portrait_of(const zh_customer_state *s, const zh_terms *terms, const zh_tz *zone, const zh_portrait_shop *shop, zh_arena *arena, zh_portrait *out)
{
    *out = (zh_portrait){ 0 };
    zh_err e = leanings_of(s, terms, arena, out);
    if (e == ZH_OK && shop != NULL) e = zh_shop_leanings(s, terms, shop, arena, out);
    if (e == ZH_OK) e = zh_rhythm_of(s, arena, &out->rhythm);
    return e != ZH_OK ? e : zh_habits_of(s, zone, arena, &out->habits);
}
