/* time.h -- calendar arithmetic and ISO 8601 text, without a clock.
 *
 * Time is int64 milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted. What comes in
 * must lie in the years 1970 to 2200: anything else in a shop's data is a broken clock or a unit
 * mistaken. A local time is a zh_civil; tz.h turns it into UTC and back.
 *
 * Guarantees  zh_civil_of(zh_time_of(c)) == c for every valid c; print then parse gives the same ms.
 * Cost        all O(1), no allocation.
 * Not here    the clock (sys/clock.h), time zones (tz.h).
 * Source      days: proleptic Gregorian calendar counted in eras of 400 years; RFC 3339, ISO 8601.
 */
#ifndef ZH_BASE_TIME_H
#define ZH_BASE_TIME_H
#include "base/err.h"
#include "base/sv.h"

#define ZH_SECOND_MS ((int64_t)1000)
#define ZH_MINUTE_MS ((int64_t)60 * 1000)
#define ZH_HOUR_MS   ((int64_t)3600 * 1000)
#define ZH_DAY_MS    ((int64_t)86400 * 1000)

#define ZH_TIME_MS_MIN ((int64_t)0)                /* 1970-01-01T00:00:00.000Z */
#define ZH_TIME_MS_MAX ((int64_t)7289654399999)    /* 2200-12-31T23:59:59.999Z */

/* A date and a time of day, of any zone. */
typedef struct zh_civil {
    int32_t year;
    uint8_t month, day;            /* 1 .. 12, 1 .. 31 */
    uint8_t hour, minute, second;  /* 0 .. 23, 0 .. 59, 0 .. 59 */
    uint16_t ms;                   /* 0 .. 999 */
} zh_civil;

/* Days since 1970-01-01 of a date; month 1 .. 12, day is added as it is (so 32 March is 1 April). */
int64_t zh_days_of(int64_t year, unsigned month, unsigned day);
int zh_weekday(int64_t days); /* 1 Monday .. 7 Sunday, as ISO 8601 counts */
int zh_month_days(int64_t year, unsigned month); /* 28 .. 31 */
bool zh_civil_valid(const zh_civil *civil);      /* a true date in the years 1 .. 9999 */

/* Milliseconds of a civil time read as UTC, and back. */
int64_t zh_time_of(const zh_civil *civil);
zh_civil zh_civil_of(int64_t ms);

/* ISO 8601 / RFC 3339 text to UTC: "2026-11-21", "2026-11-21T12:00:00Z", "2026-11-21 12:00:00.123456",
 * "2026-11-21T20:00+08:00", "+0800", "+08". A fraction has 1 to 9 digits (',' too) and is cut to ms.
 * No zone means UTC; second 60 counts as 59.999. Blanks around are not taken.
 * Errors: ZH_FORMAT not such a text or no such date, ZH_RANGE a true date outside 1970 .. 2200. */
ZH_MUST zh_err zh_time_parse(zh_sv text, int64_t *ms);

/* The same text as its parts: the civil time as written; *zoned says whether a zone stood there and
 * *offset_s is that zone's distance from UTC (0 without one). For times to be read in a named zone.
 * Years 0000 .. 9999. Errors: ZH_FORMAT. */
ZH_MUST zh_err zh_time_parse_civil(zh_sv text, zh_civil *civil, bool *zoned, int32_t *offset_s);

/* "2026-11-21T12:00:00.000Z", NUL-ended; returns the length. Years 0 .. 9999. */
#define ZH_TIME_TEXT_BYTES 28
size_t zh_time_print(int64_t ms, char out[ZH_TIME_TEXT_BYTES]);
/* "2026-11-21" of a day number. */
size_t zh_date_print(int64_t days, char out[ZH_TIME_TEXT_BYTES]);

#endif
