/* What a change of one customer means to the counts across customers, as +1 and -1.
 *
 * Bought sets are counted exactly. Let F and T be the sets of the two states that become one (F empty
 * for an event), and A the set after. For items a, b:
 *
 *     BUYER(a)   += [a in A]    - [a in F]    - [a in T]
 *     BOTH(a, b) += [a,b in A]  - [a,b in F]  - [a,b in T]
 *
 * Only pairs with an item that is not simply in T and A can change, so an event costs one pass.
 *
 * The days of purchases likewise, with o(a, b) = 2 where b's newest day follows a's within ZH_PROFILE_AFTER_DAYS, 1 where it
 * is the same, 0 else and where one of them is not among the ZH_PROFILE_AFTER_MAX items bought last, and g(a) the days between
 * a's two newest:
 *
 *     AFTER(a, b) += o_A(a, b) - o_F(a, b) - o_T(a, b)          GAP(a, g) += [g_A = g] - [g_F = g] - [g_T = g]
 */
#include "profile/customer_inside.h"
#include "base/top.h"

static int both(unsigned sides, unsigned side)
{
    return (sides & side) != 0;
}

static int change(unsigned sides)
{
    return both(sides, ZH_IN_AFTER) - both(sides, ZH_IN_FROM) - both(sides, ZH_IN_TO);
}

static zh_err say(zh_effects *effects, zh_step_kind kind, int by, zh_item_id a, zh_item_id b)
{
    const bool is_swapped = b.number != 0 && b.number < a.number;
    return zh_effects_add(effects, (zh_step){ kind, by, is_swapped ? b : a, is_swapped ? a : b });
}

zh_err zh_say_bought(zh_mark *marks, size_t count, zh_effects *effects)
{
    const unsigned stays = ZH_IN_TO | ZH_IN_AFTER;
    const zh_item_id nobody = { 0 };
    for (size_t i = 0; i < count; i++) {
        if (marks[i].sides == stays) continue;
        const int buyers = change(marks[i].sides);
        zh_err e = buyers == 0 ? ZH_OK : say(effects, ZH_STEP_BUYER, buyers, marks[i].item, nobody);
        for (size_t j = 0; j < count && e == ZH_OK; j++) {
            if (j == i || (j < i && marks[j].sides != stays)) continue; /* said from the other side */
            const int pairs = change(marks[i].sides & marks[j].sides);
            if (pairs != 0) e = say(effects, ZH_STEP_BOTH, pairs, marks[i].item, marks[j].item);
        }
        if (e != ZH_OK) return e;
    }
    return ZH_OK;
}

zh_err zh_say_one_bought(const zh_customer_state *s, zh_item_id item, zh_effects *effects)
{
    const zh_bought *bought = s->bought.data;
    zh_err e = say(effects, ZH_STEP_BUYER, 1, item, (zh_item_id){ 0 });
    for (uint32_t i = 0; i < s->bought.count && e == ZH_OK; i++)
        e = say(effects, ZH_STEP_BOTH, 1, bought[i].item, item);
    return e;
}

/* An item among those of which it is counted what follows what, on any side; days: 0 where it is not among them. */
typedef struct near { zh_item_id item; uint16_t days[ZH_DAYS_SIDES]; } near;

static int order_of(uint16_t a, uint16_t b)
{
    if (a == 0 || b == 0 || b < a || b - a > ZH_PROFILE_AFTER_DAYS) return 0;
    return a == b ? 1 : 2;
}

static zh_err say_order(const near *a, const near *b, zh_effects *effects)
{
    const int by = order_of(a->days[ZH_DAYS_AFTER], b->days[ZH_DAYS_AFTER]) - order_of(a->days[ZH_DAYS_FROM], b->days[ZH_DAYS_FROM]) -
                   order_of(a->days[ZH_DAYS_TO], b->days[ZH_DAYS_TO]);
    return by == 0 ? ZH_OK : zh_effects_add(effects, (zh_step){ ZH_STEP_AFTER, by, a->item, b->item });
}

static bool has_moved(const near *n)
{
    return n->days[ZH_DAYS_FROM] != 0 || n->days[ZH_DAYS_TO] != n->days[ZH_DAYS_AFTER];
}

typedef struct nearest { near list[ZH_DAYS_SIDES * ZH_PROFILE_AFTER_MAX]; uint8_t count; } nearest;

/* Put the newest of one side; places[i] is 1 + where mark i stands in the list, or 0. */
static void put_newest(const zh_days_mark *marks, size_t count, zh_days_side side, nearest *out, uint8_t *places)
{
    zh_top_entry entries[ZH_PROFILE_AFTER_MAX];
    zh_top top = zh_top_open(entries, ZH_PROFILE_AFTER_MAX);
    for (size_t i = 0; i < count; i++)
        if (marks[i].days[side][0] != 0) zh_top_offer(&top, marks[i].days[side][0], marks[i].item.number, i);
    for (size_t k = 0; k < top.count; k++) {
        uint8_t *place = &places[entries[k].extra];
        if (*place == 0) {
            out->list[out->count++] = (near){ .item = marks[entries[k].extra].item };
            *place = out->count;
        }
        out->list[*place - 1].days[side] = (uint16_t)entries[k].score;
    }
}

static zh_err say_orders(const zh_days_mark *marks, size_t count, zh_effects *effects)
{
    nearest of = { .count = 0 };
    uint8_t *places = ZH_TAKE(effects->arena, uint8_t, count);
    zh_err e = places == NULL ? ZH_NOMEM : ZH_OK;
    for (zh_days_side side = 0; side < ZH_DAYS_SIDES && e == ZH_OK; side++) put_newest(marks, count, side, &of, places);
    for (size_t i = 0; i < of.count && e == ZH_OK; i++) {
        for (size_t j = 0; has_moved(&of.list[i]) && j < of.count && e == ZH_OK; j++) {
            if (j == i || (j < i && has_moved(&of.list[j]))) continue; /* said from the other side */
            e = say_order(&of.list[i], &of.list[j], effects);
            if (e == ZH_OK) e = say_order(&of.list[j], &of.list[i], effects);
        }
    }
    return e;
}
_Static_assert(ZH_DAYS_SIDES * ZH_PROFILE_AFTER_MAX < UINT8_MAX, "a place is a byte");

static zh_err say_gap(zh_item_id item, const uint16_t days[2], int by, zh_effects *effects)
{
    if (days[1] == 0) return ZH_OK;
    return zh_effects_add(effects, (zh_step){ ZH_STEP_GAP, by, item, { (uint64_t)(days[0] - days[1]) } });
}

zh_err zh_say_days(const zh_days_mark *marks, size_t count, zh_effects *effects)
{
    zh_err e = ZH_OK;
    bool has_any_moved = false;
    for (size_t i = 0; i < count && e == ZH_OK; i++) {
        const zh_days_mark *m = &marks[i];
        const uint16_t *from = m->days[ZH_DAYS_FROM], *to = m->days[ZH_DAYS_TO], *after = m->days[ZH_DAYS_AFTER];
        has_any_moved |= from[0] != 0 || to[0] != after[0];
        if (from[1] == 0 && to[1] == after[1] && to[0] == after[0]) continue;
        e = say_gap(m->item, from, -1, effects);
        if (e == ZH_OK) e = say_gap(m->item, to, -1, effects);
        if (e == ZH_OK) e = say_gap(m->item, after, 1, effects);
    }
    return e != ZH_OK || !has_any_moved ? e : say_orders(marks, count, effects);
}

static bool is_view(const zh_touch *touch)
{
    return touch->act == ZH_ACT_VIEW || touch->act == ZH_ACT_CLICK;
}

static bool is_one_sitting(int64_t a_ms, int64_t b_ms)
{
    const uint64_t apart = a_ms < b_ms ? (uint64_t)b_ms - (uint64_t)a_ms : (uint64_t)a_ms - (uint64_t)b_ms;
    return apart <= ZH_PROFILE_SITTING_MS;
}

zh_err zh_say_viewed(const zh_customer_state *s, zh_item_id item, int64_t time_ms, zh_effects *effects)
{
    const zh_touch *touches = s->touches.data;
    const zh_touch *before[2]; /* earlier views of the item: at most one by each act */
    uint32_t before_count = 0, said = 0;
    uint64_t said_bits = 0; /* a bit for each item said: where it is off, the search is saved */
    for (uint32_t i = 0; i < s->touches.count && before_count < 2; i++)
        if (touches[i].item.number == item.number && is_view(&touches[i])) before[before_count++] = &touches[i];
    if (before_count == 0) {
        const zh_err e = say(effects, ZH_STEP_VIEWER, 1, item, (zh_item_id){ 0 });
        if (e != ZH_OK) return e;
    }
    const size_t first = effects->count;
    for (uint32_t i = 0; i < s->touches.count && said < ZH_PROFILE_PARTNERS_MAX; i++) {
        const zh_touch *other = &touches[i];
        if (zh_sum(other->rank.time_ms, ZH_PROFILE_SITTING_MS) < time_ms) break; /* the rest is older still */
        if (!is_view(other) || other->item.number == item.number || !is_one_sitting(other->rank.time_ms, time_ms))
            continue;
        bool is_said = false; /* in this sitting before, or just now by the other act */
        for (uint32_t k = 0; k < before_count; k++)
            is_said |= is_one_sitting(before[k]->rank.time_ms, other->rank.time_ms);
        const uint64_t bit = 1ull << (other->item.number & 63);
        for (size_t k = first; k < effects->count && (said_bits & bit) != 0; k++)
            is_said |= effects->steps[k].a.number == other->item.number || effects->steps[k].b.number == other->item.number;
        if (is_said) continue;
        const zh_err e = say(effects, ZH_STEP_SEEN_BOTH, 1, item, other->item);
        if (e != ZH_OK) return e;
        said_bits |= bit;
        said++;
    }
    return ZH_OK;
}
