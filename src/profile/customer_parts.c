/* The parts that need no more than a sorted list: tallies, days, touches, glances; and a state's memory. */
#include "profile/customer_inside.h"

#include <assert.h>

void zh_customer_inner_free(zh_heap *heap, zh_customer_state *s)
{
    zh_heap_list_close(heap, &s->tallies, sizeof(zh_tally));
    zh_heap_list_close(heap, &s->days, sizeof(uint64_t));
    zh_heap_list_close(heap, &s->touches, sizeof(zh_touch));
    zh_heap_list_close(heap, &s->glances, sizeof(zh_glance));
    zh_heap_list_close(heap, &s->bought, sizeof(zh_bought));
    zh_heap_list_close(heap, &s->orders, sizeof(zh_order));
    zh_heap_list_close(heap, &s->stated, sizeof(zh_stated));
    zh_heap_list_close(heap, &s->tastes, sizeof(zh_taste));
    zh_heap_list_close(heap, &s->traits, 1);
    zh_heap_list_close(heap, &s->activity, 1);
    zh_heap_list_close(heap, &s->stays, sizeof(zh_stay));
}

static size_t at_most(const zh_heap_list *list, size_t extra, size_t max)
{
    assert(list->count <= max);
    return extra < max - list->count ? extra : max - list->count;
}

zh_err zh_customer_inner_reserve(zh_heap *heap, zh_customer_state *s, const zh_customer_inner_room *room)
{
    const struct { zh_heap_list *list; size_t each, extra; } parts[] = {
        { &s->tallies, sizeof(zh_tally), at_most(&s->tallies, room->tallies, ZH_TALLIES_MAX) },
        { &s->days, sizeof(uint64_t), at_most(&s->days, room->days, ZH_PROFILE_DAYS_MAX) },
        { &s->touches, sizeof(zh_touch), at_most(&s->touches, room->touches, ZH_PROFILE_TOUCHES_MAX) },
        { &s->glances, sizeof(zh_glance), at_most(&s->glances, room->glances, ZH_PROFILE_GLANCES_MAX) },
        { &s->bought, sizeof(zh_bought), at_most(&s->bought, room->bought, ZH_PROFILE_BOUGHT_MAX) },
        { &s->orders, sizeof(zh_order), at_most(&s->orders, room->orders, ZH_PROFILE_ORDERS_MAX) },
        { &s->stated, sizeof(zh_stated), room->stated },
        { &s->tastes, sizeof(zh_taste), at_most(&s->tastes, room->tastes, ZH_PROFILE_TASTES_MAX) },
        { &s->traits, 1, room->traits_bytes },
        { &s->activity, 1, room->activity_bytes },
        { &s->stays, sizeof(zh_stay), at_most(&s->stays, room->stays, ZH_PROFILE_STAYS_MAX) },
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].extra == 0) continue;
        const zh_err e = zh_heap_list_reserve(heap, parts[i].list, parts[i].each, parts[i].extra);
        if (e != ZH_OK) return e;
    }
    return ZH_OK;
}

void zh_customer_inner_seen(zh_customer_state *s, int64_t first_ms, int64_t last_ms)
{
    if (first_ms < s->first_ms) s->first_ms = first_ms;
    if (last_ms > s->last_ms) s->last_ms = last_ms;
}

void zh_customer_inner_tally(zh_customer_state *s, uint16_t key, uint32_t count)
{
    uint32_t at;
    ZH_LOWER_BOUND(&s->tallies, zh_tally, there->key < key, at);
    zh_tally *tally = zh_list_at(&s->tallies, sizeof *tally, at);
    if (tally != NULL && tally->key == key) {
        tally->count += count;
        return;
    }
    tally = zh_list_gap(&s->tallies, sizeof *tally, at, 1);
    *tally = (zh_tally){ key, count };
}

void zh_customer_inner_day(zh_customer_state *s, uint64_t day)
{
    uint32_t at;
    ZH_LOWER_BOUND(&s->days, uint64_t, *there >> 48 > day >> 48, at);
    uint64_t *days = s->days.data;
    if (at < s->days.count && days[at] >> 48 == day >> 48) {
        days[at] |= day;
        return;
    }
    if (s->days.count == ZH_PROFILE_DAYS_MAX) {
        if (at == s->days.count) return;
        s->days.count--;
    }
    *(uint64_t *)zh_list_gap(&s->days, sizeof day, at, 1) = day;
}

/* Newest first; equal ranks by item and act, so that the order is total. */
static int touch_order(const zh_touch *a, const zh_touch *b)
{
    const int rank = zh_rank_compare(b->rank, a->rank);
    if (rank != 0) return rank;
    if (a->item.number != b->item.number) return a->item.number < b->item.number ? -1 : 1;
    return (int)a->act - (int)b->act;
}

static bool is_same(const zh_touch *a, const zh_touch *b)
{
    return a->item.number == b->item.number && a->act == b->act;
}

void zh_customer_inner_touch(zh_customer_state *s, const zh_touch *touch)
{
    zh_touch *touches = s->touches.data;
    uint32_t at = 0;
    while (at < s->touches.count && touch_order(&touches[at], touch) < 0) {
        if (is_same(&touches[at], touch)) return; /* a newer one */
        at++;
    }
    uint32_t older = at;
    while (older < s->touches.count && !is_same(&touches[older], touch)) older++;
    if (older < s->touches.count) {
        zh_list_cut(&s->touches, sizeof *touch, older, 1);
    } else if (s->touches.count == ZH_PROFILE_TOUCHES_MAX) {
        if (at == s->touches.count) return;
        s->touches.count--;
    }
    *(zh_touch *)zh_list_gap(&s->touches, sizeof *touch, at, 1) = *touch;
}

int zh_glance_order(const zh_glance *a, const zh_glance *b)
{
    if (a->day != b->day) return a->day > b->day ? -1 : 1;
    return a->item.number < b->item.number ? -1 : a->item.number > b->item.number;
}

void zh_customer_inner_glance(zh_customer_state *s, const zh_glance *glance)
{
    uint32_t at;
    ZH_LOWER_BOUND(&s->glances, zh_glance, zh_glance_order(there, glance) < 0, at);
    zh_glance *place = zh_list_at(&s->glances, sizeof *place, at);
    if (place != NULL && zh_glance_order(place, glance) == 0) {
        const uint32_t times = (uint32_t)place->times + glance->times;
        place->times = (uint16_t)(times < UINT16_MAX ? times : UINT16_MAX);
        return;
    }
    if (s->glances.count == ZH_PROFILE_GLANCES_MAX) {
        if (at == s->glances.count) return;
        s->glances.count--;
    }
    *(zh_glance *)zh_list_gap(&s->glances, sizeof *glance, at, 1) = *glance;
}
