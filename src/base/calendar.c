#include "base/calendar.h"

#include <stdlib.h>
#include <string.h>

typedef struct year_list {
    int32_t year;
    uint32_t count;
    zh_listed_day *days; /* by day */
} year_list;

struct zh_calendar {
    year_list years[ZH_CALENDAR_YEARS_MAX]; /* in the order they came */
    uint32_t count;
};

zh_err zh_calendar_open(zh_calendar **out)
{
    *out = calloc(1, sizeof **out);
    return *out == NULL ? ZH_NOMEM : ZH_OK;
}

void zh_calendar_close(zh_calendar *c)
{
    if (c == NULL) return;
    for (uint32_t i = 0; i < c->count; i++) free(c->years[i].days);
    free(c);
}

static year_list *find_year(const zh_calendar *c, int32_t year)
{
    for (uint32_t i = 0; i < c->count; i++)
        if (c->years[i].year == year) return (year_list *)&c->years[i];
    return NULL;
}

void zh_calendar_drop(zh_calendar *c, int32_t year)
{
    year_list *there = find_year(c, year);
    if (there == NULL) return;
    free(there->days);
    *there = c->years[--c->count];
}

/* ---- reading a year ---- */

static int by_day(const void *a, const void *b)
{
    const int32_t x = ((const zh_listed_day *)a)->day, y = ((const zh_listed_day *)b)->day;
    return (x > y) - (x < y);
}

static bool read_day(zh_json_value value, zh_listed_day *out)
{
    zh_sv name, date;
    zh_civil civil;
    bool zoned;
    int32_t offset_s;
    if (!zh_json_text(zh_json_get(value, ZH_SV("name")), &name) || name.size == 0 || name.size > ZH_CALENDAR_NAME_BYTES_MAX ||
        !zh_json_text(zh_json_get(value, ZH_SV("date")), &date) || date.size != 10 || zh_time_parse_civil(date, &civil, &zoned, &offset_s) != ZH_OK ||
        !zh_json_bool(zh_json_get(value, ZH_SV("isOffDay")), &out->off)) return false;
    out->day = (int32_t)zh_days_of(civil.year, civil.month, civil.day);
    memcpy(out->name, name.data, name.size);
    return true;
}

static zh_err read_days(zh_json_value array, zh_listed_day *days, uint32_t *count, zh_note *why)
{
    for (zh_json_iter it = zh_json_walk(array); zh_json_next(&it); ++*count) {
        if (read_day(it.value, &days[*count])) continue;
        zh_note_set(why, "days[%u] must be {\"name\": text of at most %d bytes, \"date\": \"2026-01-01\", \"isOffDay\": true or false}", *count, ZH_CALENDAR_NAME_BYTES_MAX);
        return ZH_FORMAT;
    }
    qsort(days, *count, sizeof *days, by_day);
    for (uint32_t i = 1; i < *count; i++) {
        if (days[i].day != days[i - 1].day) continue;
        char text[ZH_TIME_TEXT_BYTES];
        zh_date_print(days[i].day, text);
        zh_note_set(why, "%s stands twice in days", text);
        return ZH_FORMAT;
    }
    return ZH_OK;
}

zh_err zh_calendar_put(zh_calendar *c, zh_json_value root, zh_note *why)
{
    int64_t year;
    const zh_json_value array = zh_json_get(root, ZH_SV("days"));
    if (!zh_json_int(zh_json_get(root, ZH_SV("year")), &year) || year < 1970 || year > 2200) {
        zh_note_set(why, "year must be a number from 1970 to 2200");
        return ZH_FORMAT;
    }
    if (!zh_json_is(array, ZH_JSON_ARRAY) || zh_json_count(array) > ZH_CALENDAR_DAYS_MAX) {
        zh_note_set(why, "days must be an array of at most %d days", ZH_CALENDAR_DAYS_MAX);
        return ZH_FORMAT;
    }
    if (find_year(c, (int32_t)year) == NULL && c->count == ZH_CALENDAR_YEARS_MAX) {
        zh_note_set(why, "there are %d years already", ZH_CALENDAR_YEARS_MAX);
        return ZH_FULL;
    }
    uint32_t count = 0;
    zh_listed_day *days = calloc(zh_json_count(array) + 1, sizeof *days);
    if (days == NULL) return ZH_NOMEM;
    const zh_err e = read_days(array, days, &count, why);
    if (e != ZH_OK) {
        free(days);
        return e;
    }
    zh_calendar_drop(c, (int32_t)year);
    c->years[c->count++] = (year_list){ (int32_t)year, count, days };
    return ZH_OK;
}

/* ---- asking ---- */

const zh_listed_day *zh_calendar_listed(const zh_calendar *c, int64_t day)
{
    const zh_listed_day key = { .day = (int32_t)day };
    const int32_t year = zh_civil_of(day * ZH_DAY_MS).year;
    for (int32_t y = year; c != NULL && y <= year + 1; y++) { /* its own year first; the next may begin in December */
        const year_list *list = find_year(c, y);
        const zh_listed_day *found = list == NULL ? NULL : bsearch(&key, list->days, list->count, sizeof key, by_day);
        if (found != NULL) return found;
    }
    return NULL;
}

zh_day_kind zh_calendar_kind(const zh_calendar *c, int64_t day)
{
    const zh_listed_day *listed = zh_calendar_listed(c, day);
    if (listed != NULL) return listed->off ? ZH_DAY_HOLIDAY : ZH_DAY_WORKING;
    return zh_weekday(day) <= 5 ? ZH_DAY_WORKING : ZH_DAY_WEEKEND;
}

bool zh_calendar_says(const zh_calendar *c, int32_t year)
{
    const year_list *list = c == NULL ? NULL : find_year(c, year);
    return list != NULL && list->count > 0;
}

uint32_t zh_calendar_workdays(const zh_calendar *c, int64_t first_day, int64_t last_day)
{
    uint32_t count = 0;
    for (int64_t day = first_day; day <= last_day; day++) count += zh_calendar_kind(c, day) == ZH_DAY_WORKING;
    return count;
}

const char *zh_day_kind_text(zh_day_kind kind)
{
    return kind == ZH_DAY_HOLIDAY ? "holiday" : kind == ZH_DAY_WEEKEND ? "weekend" : "working";
}
