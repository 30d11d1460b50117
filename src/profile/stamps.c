#include "profile/stamps.h"
#include "profile/customer_inside.h"

uint16_t zh_stamp_day(int64_t time_ms) { return zh_day_of(time_ms); }

void zh_stamps_clear(zh_stamps *s, uint64_t number)
{
    *s = (zh_stamps){ .number = number };
    memset(s->ages, ZH_STAMP_NEVER, sizeof s->ages);
}

/* All ages are counted from the newest event: when it moves, they grow. */
static void move_on(zh_stamps *s, uint16_t day)
{
    const uint8_t days = (uint8_t)(day - s->newest < ZH_STAMP_AGE_MAX ? day - s->newest : ZH_STAMP_AGE_MAX), room = ZH_STAMP_AGE_MAX - days;
    for (size_t i = 0; i < ZH_STAMP_SLOTS; i++) { /* bytes all the way: 32 of them at a time */
        const uint8_t age = s->ages[i], older = age < room ? (uint8_t)(age + days) : ZH_STAMP_AGE_MAX;
        s->ages[i] = age == ZH_STAMP_NEVER ? age : older;
    }
    s->newest = day;
}

static void stamp(zh_stamps *s, uint32_t slot, uint8_t age)
{
    if (age < s->ages[slot]) s->ages[slot] = age;
}

void zh_stamps_event(zh_stamps *s, const zh_fact *fact)
{
    const uint16_t day = zh_day_of(fact->time_ms);
    if (day > s->newest) move_on(s, day);
    const uint8_t age = (uint8_t)(s->newest - day < ZH_STAMP_AGE_MAX ? s->newest - day : ZH_STAMP_AGE_MAX);
    stamp(s, zh_stamp_slot(fact->name, ZH_STAMP_NAME, 0), age);
    zh_fact walk = *fact;
    for (zh_fact_line line; zh_fact_line_next(&walk, &line);) {
        if (line.item > 0) stamp(s, zh_stamp_slot(fact->name, ZH_STAMP_ITEM, line.item), age);
        if (line.category > 0) stamp(s, zh_stamp_slot(fact->name, ZH_STAMP_CATEGORY, line.category), age);
        if (line.brand > 0) stamp(s, zh_stamp_slot(fact->name, ZH_STAMP_BRAND, line.brand), age);
    }
}
