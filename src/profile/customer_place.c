/* Where a customer was: days of a week in a cell, by kind of hour. A join of sets of days, so any order and repetition give the same. */
#include "profile/customer_inside.h"

#define MORNING_HOUR 8   /* a day begins there: a night belongs to the day before it */
#define EVENING_HOUR 20
#define WORK_FROM_HOUR 9
#define WORK_UNTIL_HOUR 18
#define SATURDAY 5

static zh_stay_kind kind_of(int64_t hour, int64_t weekday) /* hour from MORNING_HOUR; weekday from Monday, 0 */
{
    if (hour >= EVENING_HOUR - MORNING_HOUR) return ZH_STAY_NIGHT;
    if (weekday >= SATURDAY) return ZH_STAY_WEEKEND;
    return hour >= WORK_FROM_HOUR - MORNING_HOUR && hour < WORK_UNTIL_HOUR - MORNING_HOUR ? ZH_STAY_WORK : ZH_STAY_EDGE;
}

bool zh_stay_of(zh_cell cell, int64_t time_ms, zh_stay *out)
{
    *out = (zh_stay){ .cell = cell };
    if (cell.number == 0) return false;
    const int64_t hours = zh_floor_div(time_ms, 3600000) + zh_cell_hours(cell) - MORNING_HOUR;
    const int64_t day = zh_floor_div(hours, 24) + 3; /* from the Monday before 1970-01-01, a Thursday */
    const int64_t week = zh_floor_div(day, 7), weekday = day - week * 7;
    out->week = zh_clamp16(week);
    out->days[kind_of(hours - (day - 3) * 24, weekday)] = (uint8_t)(1u << weekday);
    return true;
}

int zh_stay_order(const zh_stay *a, const zh_stay *b)
{
    if (a->week != b->week) return a->week > b->week ? -1 : 1;
    return a->cell.number < b->cell.number ? -1 : a->cell.number > b->cell.number;
}

void zh_customer_inner_stay(zh_customer_state *s, const zh_stay *stay)
{
    uint32_t at;
    ZH_LOWER_BOUND(&s->stays, zh_stay, zh_stay_order(there, stay) < 0, at);
    zh_stay *place = zh_list_at(&s->stays, sizeof *place, at);
    if (place != NULL && zh_stay_order(place, stay) == 0) {
        for (int kind = 0; kind < ZH_STAY_KINDS; kind++) place->days[kind] |= stay->days[kind];
        return;
    }
    if (s->stays.count == ZH_PROFILE_STAYS_MAX) {
        if (at == s->stays.count) return;
        s->stays.count--;
    }
    *(zh_stay *)zh_list_gap(&s->stays, sizeof *stay, at, 1) = *stay;
}
