/* lunar.h -- the Chinese calendar: lunar dates and the 24 solar terms, 1950 to 2099.
 *
 * A lunar month begins on the day of the new moon in Beijing, and where a month must be put in twice depends on the sun's
 * longitude to the second; short formulas miss some days. So the facts of each year are a row of a table of 2 KB, written by
 * tools/lunar_table.mjs from two independent libraries, which agree on every day of these years.
 *
 * Guarantees  zh_lunar_of(zh_lunar_day(year, month, day)) gives that date back.
 * Cost        O(1), no allocation.
 * Not here    festivals and their names (festival.h), holidays (calendar.h).
 */
#ifndef ZH_BASE_LUNAR_H
#define ZH_BASE_LUNAR_H
#include "base/time.h"

#define ZH_LUNAR_YEAR_MIN 1950 /* the two libraries were compared on these years */
#define ZH_LUNAR_YEAR_MAX 2099
#define ZH_SOLAR_TERMS 24      /* from 小寒, the first of a solar year */

typedef struct zh_lunar {
    int32_t year;
    uint8_t month, day; /* 1 .. 12, 1 .. 30 */
    bool leap;          /* the second month of this number */
} zh_lunar;

/* The lunar date of a day (zh_days_of); false outside the years of the table. */
bool zh_lunar_of(int64_t day, zh_lunar *out);
/* The day of a lunar date in an ordinary month; -1 outside the table, and where the month has no such day. `month` 13: new year's
 * day of the year after, so that its day 0 is 除夕. */
int64_t zh_lunar_day(int32_t year, unsigned month, unsigned day);

/* Which solar term begins on this day, 0 .. 23; -1: none, or outside the table. */
int zh_solar_term_of(int64_t day);
/* The day it begins on in a solar year; -1 outside the table. */
int64_t zh_solar_term_day(int32_t year, unsigned term);
zh_sv zh_solar_term_zh(unsigned term);
zh_sv zh_solar_term_en(unsigned term);

#endif
