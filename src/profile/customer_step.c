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
 * is the same, else 0, and g(a) the days between a's two newest:
 *
 *     AFTER(a, b) += o_A(a, b) - o_F(a, b) - o_T(a, b)          GAP(a, g) += [g_A = g] - [g_F = g] - [g_T = g]
 */
#include "profile/customer_inside.h"

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

static int order_of(const uint16_t a[2], const uint16_t b[2])
{
    if (a[0] == 0 || b[0] == 0 || b[0] < a[0] || b[0] - a[0] > ZH_PROFILE_AFTER_DAYS) return 0;
    return a[0] == b[0] ? 1 : 2;
}

static zh_err say_order(const zh_days_mark *a, const zh_days_mark *b, zh_effects *effects)
{
    const int by = order_of(a->after, b->after) - order_of(a->from, b->from) - order_of(a->to, b->to);
    return by == 0 ? ZH_OK : zh_effects_add(effects, (zh_step){ ZH_STEP_AFTER, by, a->item, b->item });
}

static zh_err say_gap(zh_item_id item, const uint16_t days[2], int by, zh_effects *effects)
{
    if (days[1] == 0) return ZH_OK;
    return zh_effects_add(effects, (zh_step){ ZH_STEP_GAP, by, item, { (uint64_t)(days[0] - days[1]) } });
}

static bool has_moved(const zh_days_mark *m)
{
    return m->from[0] != 0 || m->to[0] != m->after[0] || m->to[1] != m->after[1];
}

zh_err zh_say_days(const zh_days_mark *marks, size_t count, zh_effects *effects)
{
    zh_err e = ZH_OK;
    for (size_t i = 0; i < count && e == ZH_OK; i++) {
        const zh_days_mark *m = &marks[i];
        if (!has_moved(m)) continue;
        e = say_gap(m->item, m->from, -1, effects);
        if (e == ZH_OK) e = say_gap(m->item, m->to, -1, effects);
        if (e == ZH_OK) e = say_gap(m->item, m->after, 1, effects);
        for (size_t j = 0; j < count && e == ZH_OK; j++) {
            if (j == i || (j < i && has_moved(&marks[j]))) continue; /* said from the other side */
            e = say_order(m, &marks[j], effects);
            if (e == ZH_OK) e = say_order(&marks[j], m, effects);
        }
    }
    return e;
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
