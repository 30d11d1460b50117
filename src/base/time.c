#include "base/time.h"

#include <assert.h>

/* Days before a year's March, counted in eras of 400 years (146,097 days) from 0000-03-01, which is
 * 719,468 days before 1970-01-01. A year that begins in March has its leap day last. */
#define ERA_YEARS 400
#define ERA_DAYS 146097
#define DAYS_TO_1970 719468

int64_t zh_days_of(int64_t year, unsigned month, unsigned day)
{
    assert(month >= 1);
    assert(month <= 12);
    if (month <= 2) year--;
    const int64_t era = (year >= 0 ? year : year - (ERA_YEARS - 1)) / ERA_YEARS;
    const int64_t of_era = year - era * ERA_YEARS;
    const int64_t march_month = month > 2 ? month - 3 : month + 9;
    const int64_t of_year = (153 * march_month + 2) / 5 + (int64_t)day - 1;
    return era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + of_year - DAYS_TO_1970;
}

static void date_of(int64_t days, zh_civil *out)
{
    days += DAYS_TO_1970;
    const int64_t era = (days >= 0 ? days : days - (ERA_DAYS - 1)) / ERA_DAYS;
    const int64_t of_era = days - era * ERA_DAYS;
    const int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    const int64_t march_month = (5 * of_year + 2) / 153;
    out->day = (uint8_t)(of_year - (153 * march_month + 2) / 5 + 1);
    out->month = (uint8_t)(march_month < 10 ? march_month + 3 : march_month - 9);
    out->year = (int32_t)(year + era * ERA_YEARS + (out->month <= 2));
}

int zh_weekday(int64_t days)
{
    const int64_t of_week = (days + 3) % 7; /* 1970-01-01 was a Thursday */
    return (int)(of_week < 0 ? of_week + 7 : of_week) + 1;
}

int zh_month_days(int64_t year, unsigned month)
{
    static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    assert(month >= 1);
    assert(month <= 12);
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

bool zh_civil_valid(const zh_civil *civil)
{
    return civil->year >= 1 && civil->year <= 9999 && civil->month >= 1 && civil->month <= 12 &&
           civil->day >= 1 && civil->day <= zh_month_days(civil->year, civil->month) &&
           civil->hour <= 23 && civil->minute <= 59 && civil->second <= 59 && civil->ms <= 999;
}

int64_t zh_time_of(const zh_civil *civil)
{
    const int64_t days = zh_days_of(civil->year, civil->month, civil->day);
    return days * ZH_DAY_MS + civil->hour * ZH_HOUR_MS + civil->minute * ZH_MINUTE_MS +
           civil->second * ZH_SECOND_MS + civil->ms;
}

zh_civil zh_civil_of(int64_t ms)
{
    int64_t days = ms / ZH_DAY_MS, rest = ms % ZH_DAY_MS;
    if (rest < 0) {
        rest += ZH_DAY_MS;
        days--;
    }
    zh_civil civil = { .hour = (uint8_t)(rest / ZH_HOUR_MS),
                       .minute = (uint8_t)(rest / ZH_MINUTE_MS % 60),
                       .second = (uint8_t)(rest / ZH_SECOND_MS % 60),
                       .ms = (uint16_t)(rest % ZH_SECOND_MS) };
    date_of(days, &civil);
    return civil;
}

/* Exactly `count` digits into *out; moves *at on. */
static bool digits(zh_sv text, size_t *at, int count, int32_t *out)
{
    int32_t value = 0;
    if (text.size - *at < (size_t)count) return false;
    for (int i = 0; i < count; i++) {
        const unsigned digit = (unsigned)text.data[*at + (size_t)i] - '0';
        if (digit > 9) return false;
        value = value * 10 + (int32_t)digit;
    }
    *at += (size_t)count;
    *out = value;
    return true;
}

static bool letter(zh_sv text, size_t *at, char c)
{
    if (*at >= text.size || text.data[*at] != c) return false;
    ++*at;
    return true;
}

static bool fraction(zh_sv text, size_t *at, uint16_t *ms)
{
    if (!letter(text, at, '.') && !letter(text, at, ',')) return true;
    uint32_t value = 0;
    size_t count = 0;
    for (; *at < text.size && (unsigned)text.data[*at] - '0' <= 9; ++*at, count++)
        if (count < 3) value = value * 10 + ((unsigned)text.data[*at] - '0');
    if (count < 1 || count > 9) return false;
    for (; count < 3; count++) value *= 10;
    *ms = (uint16_t)value;
    return true;
}

static bool zone(zh_sv text, size_t *at, bool *zoned, int32_t *offset_s)
{
    *zoned = true;
    *offset_s = 0;
    if (letter(text, at, 'Z') || letter(text, at, 'z')) return true;
    const bool west = *at < text.size && text.data[*at] == '-';
    if (!west && (*at >= text.size || text.data[*at] != '+')) {
        *zoned = false;
        return true;
    }
    ++*at;
    int32_t hours, minutes = 0;
    if (!digits(text, at, 2, &hours)) return false;
    const bool colon = letter(text, at, ':');
    if ((colon || *at < text.size) && !digits(text, at, 2, &minutes)) return false;
    if (hours > 23 || minutes > 59) return false;
    *offset_s = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
    return true;
}

zh_err zh_time_parse_civil(zh_sv text, zh_civil *civil, bool *zoned, int32_t *offset_s)
{
    size_t at = 0;
    int32_t month, day, hour = 0, minute = 0, second = 0;
    *civil = (zh_civil){ 0 };
    *zoned = false;
    *offset_s = 0;
    if (!digits(text, &at, 4, &civil->year) || !letter(text, &at, '-') ||
        !digits(text, &at, 2, &month) || !letter(text, &at, '-') || !digits(text, &at, 2, &day))
        return ZH_FORMAT;
    if (letter(text, &at, 'T') || letter(text, &at, 't') || letter(text, &at, ' ')) {
        if (!digits(text, &at, 2, &hour) || !letter(text, &at, ':') ||
            !digits(text, &at, 2, &minute))
            return ZH_FORMAT;
        if (letter(text, &at, ':') &&
            (!digits(text, &at, 2, &second) || !fraction(text, &at, &civil->ms)))
            return ZH_FORMAT;
        if (!zone(text, &at, zoned, offset_s)) return ZH_FORMAT;
    }
    if (at != text.size) return ZH_FORMAT;
    if (second == 60) { /* a leap second: the last moment of its minute */
        second = 59;
        civil->ms = 999;
    }
    civil->month = (uint8_t)month;
    civil->day = (uint8_t)day;
    civil->hour = (uint8_t)hour;
    civil->minute = (uint8_t)minute;
    civil->second = (uint8_t)second;
    const int32_t year = civil->year;
    if (year == 0) civil->year = 4; /* year 0 is a leap year too, and some write it for "never" */
    const bool valid = zh_civil_valid(civil);
    civil->year = year;
    return valid ? ZH_OK : ZH_FORMAT;
}

zh_err zh_time_parse(zh_sv text, int64_t *ms)
{
    zh_civil civil;
    bool zoned;
    int32_t offset_s;
    const zh_err e = zh_time_parse_civil(text, &civil, &zoned, &offset_s);
    if (e != ZH_OK) return e;
    if (civil.year == 0) return ZH_RANGE;
    const int64_t utc = zh_time_of(&civil) - offset_s * ZH_SECOND_MS;
    if (utc < ZH_TIME_MS_MIN || utc > ZH_TIME_MS_MAX) return ZH_RANGE;
    *ms = utc;
    return ZH_OK;
}

/* Two or four digits at `out`; returns the place after them. */
static char *put_digits(char *out, unsigned value, int count)
{
    for (int i = count - 1; i >= 0; i--) {
        out[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return out + count;
}

static char *put_date(char *out, const zh_civil *civil)
{
    assert(civil->year >= 0);
    assert(civil->year <= 9999);
    out = put_digits(out, (unsigned)civil->year, 4);
    *out++ = '-';
    out = put_digits(out, civil->month, 2);
    *out++ = '-';
    return put_digits(out, civil->day, 2);
}

size_t zh_time_print(int64_t ms, char out[ZH_TIME_TEXT_BYTES])
{
    const zh_civil civil = zh_civil_of(ms);
    char *at = put_date(out, &civil);
    *at++ = 'T';
    at = put_digits(at, civil.hour, 2);
    *at++ = ':';
    at = put_digits(at, civil.minute, 2);
    *at++ = ':';
    at = put_digits(at, civil.second, 2);
    *at++ = '.';
    at = put_digits(at, civil.ms, 3);
    *at++ = 'Z';
    *at = 0;
    return (size_t)(at - out);
}

size_t zh_date_print(int64_t days, char out[ZH_TIME_TEXT_BYTES])
{
    zh_civil civil = { 0 };
    date_of(days, &civil);
    char *at = put_date(out, &civil);
    *at = 0;
    return (size_t)(at - out);
}
