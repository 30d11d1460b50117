#include "base/festival.h"

typedef enum rule { FIXED, LUNAR, WEEKDAY, TERM } rule;

/* FIXED month, day. LUNAR month, day. WEEKDAY month, n-th, weekday. TERM number. */
static const struct row {
    zh_festival festival;
    rule rule;
    uint8_t a, b, c;
} rows[] = {
#define NAMES(zh, en) { (zh), sizeof(zh) - 1 }, { (en), sizeof(en) - 1 }
    { { NAMES("元旦", "New Year's Day"), 0, false }, FIXED, 1, 1, 0 },
    { { NAMES("情人节", "Valentine's Day"), 0, false }, FIXED, 2, 14, 0 },
    { { NAMES("妇女节", "Women's Day"), 3, true }, FIXED, 3, 8, 0 },
    { { NAMES("消费者权益日", "Consumer Rights Day"), 0, false }, FIXED, 3, 15, 0 },
    { { NAMES("劳动节", "Labour Day"), 0, false }, FIXED, 5, 1, 0 },
    { { NAMES("520", "520"), 0, true }, FIXED, 5, 20, 0 },
    { { NAMES("儿童节", "Children's Day"), 0, false }, FIXED, 6, 1, 0 },
    { { NAMES("618", "618"), 29, true }, FIXED, 6, 18, 0 },
    { { NAMES("818", "818"), 0, true }, FIXED, 8, 18, 0 },
    { { NAMES("99", "99"), 0, true }, FIXED, 9, 9, 0 },
    { { NAMES("国庆节", "National Day"), 0, false }, FIXED, 10, 1, 0 },
    { { NAMES("双11", "Double 11"), 22, true }, FIXED, 11, 11, 0 },
    { { NAMES("双12", "Double 12"), 6, true }, FIXED, 12, 12, 0 },
    { { NAMES("圣诞节", "Christmas Day"), 0, false }, FIXED, 12, 25, 0 },
    { { NAMES("腊八", "Laba Festival"), 0, false }, LUNAR, 12, 8, 0 },
    { { NAMES("小年", "Little New Year"), 0, false }, LUNAR, 12, 23, 0 },
    { { NAMES("除夕", "New Year's Eve"), 0, false }, LUNAR, 13, 0, 0 },
    { { NAMES("春节", "Spring Festival"), 0, false }, LUNAR, 1, 1, 0 },
    { { NAMES("元宵节", "Lantern Festival"), 0, false }, LUNAR, 1, 15, 0 },
    { { NAMES("端午节", "Dragon Boat Festival"), 0, false }, LUNAR, 5, 5, 0 },
    { { NAMES("七夕", "Qixi"), 0, false }, LUNAR, 7, 7, 0 },
    { { NAMES("中秋节", "Mid-Autumn Festival"), 0, false }, LUNAR, 8, 15, 0 },
    { { NAMES("重阳节", "Double Ninth"), 0, false }, LUNAR, 9, 9, 0 },
    { { NAMES("母亲节", "Mother's Day"), 0, false }, WEEKDAY, 5, 2, 7 },
    { { NAMES("父亲节", "Father's Day"), 0, false }, WEEKDAY, 6, 3, 7 },
    { { NAMES("感恩节", "Thanksgiving"), 0, false }, WEEKDAY, 11, 4, 4 },
    { { NAMES("清明节", "Tomb-Sweeping Day"), 0, false }, TERM, 6, 0, 0 },
    { { NAMES("冬至", "Winter Solstice Festival"), 0, false }, TERM, 23, 0, 0 },
#undef NAMES
};
#define ROWS (sizeof rows / sizeof *rows)

/* The day of the rule that belongs to the solar year; -1: outside the lunar table. Lunar months 12 and 13 lie around the
 * turn of the year: those of the lunar year before end in this solar year. */
static int64_t day_in(const struct row *r, int32_t year)
{
    switch (r->rule) {
    case FIXED: return zh_days_of(year, r->a, r->b);
    case LUNAR: return zh_lunar_day(r->a >= 12 ? year - 1 : year, r->a, r->b);
    case WEEKDAY: {
        const int64_t first = zh_days_of(year, r->a, 1);
        return first + (r->c - zh_weekday(first) + 7) % 7 + 7 * (r->b - 1);
    }
    case TERM: return zh_solar_term_day(year, r->a);
    }
    return -1;
}

/* A day of 腊月 may still lie in the solar year of its lunar one (小年 of 2100 would): both are asked. */
static bool falls_on(const struct row *r, int64_t day)
{
    const int32_t year = zh_civil_of(day * ZH_DAY_MS).year;
    return day_in(r, year) == day || (r->rule == LUNAR && day_in(r, year + 1) == day);
}

size_t zh_festivals_of(int64_t day, const zh_festival **out)
{
    size_t count = 0;
    for (size_t i = 0; i < ROWS && count < ZH_FESTIVALS_OF_DAY_MAX; i++)
        if (falls_on(&rows[i], day)) out[count++] = &rows[i].festival;
    return count;
}

const zh_festival *zh_festival_window(int64_t day, int64_t *on)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (!rows[i].festival.shopping) continue;
        *on = day_in(&rows[i], zh_civil_of(day * ZH_DAY_MS).year); /* no window crosses the new year */
        if (day <= *on && day >= *on - rows[i].festival.before) return &rows[i].festival;
    }
    return NULL;
}
