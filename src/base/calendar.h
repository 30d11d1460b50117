/* calendar.h -- working days, weekends and holidays of the shop's country, as its government says them.
 *
 * By itself a week has five working days. What differs is said a year at a time, in the form that holiday-cn uses: a day that is
 * listed is off, or is a working day although it is a weekend's (调休, a day worked instead). A year nobody has said follows
 * the week, and zh_calendar_says() tells that, so that a reader can be told too.
 *
 *     {"year": 2026, "days": [{"name": "元旦", "date": "2026-01-01", "isOffDay": true}, …]}
 *
 * Guarantees  a year that is put replaces what was said of it; a refused one changes nothing.
 * Cost        kind of a day: O(log listed days), 20 ns. Memory: 88 bytes a listed day.
 * Threads     readers together or one writer.
 * Not here    festivals (festival.h), the zone a day is in (tz.h).
 */
#ifndef ZH_BASE_CALENDAR_H
#define ZH_BASE_CALENDAR_H
#include "base/json.h"
#include "base/note.h"
#include "base/time.h"

#define ZH_CALENDAR_YEARS_MAX 64        /* a shop's history and its future */
#define ZH_CALENDAR_DAYS_MAX 200        /* listed days of one year: China lists 39 in 2026 */
#define ZH_CALENDAR_NAME_BYTES_MAX 79   /* the longest of 2007 to 2026 has 62, in 2015 */

typedef enum zh_day_kind { ZH_DAY_WORKING = 1, ZH_DAY_WEEKEND, ZH_DAY_HOLIDAY } zh_day_kind; /* stored: append only */

typedef struct zh_listed_day {
    int32_t day;  /* zh_days_of */
    bool off;     /* else it is worked on */
    char name[ZH_CALENDAR_NAME_BYTES_MAX + 1]; /* NUL-ended: "春节" */
} zh_listed_day;

typedef struct zh_calendar zh_calendar;
ZH_MUST zh_err zh_calendar_open(zh_calendar **out); /* nothing listed; caller closes */
void zh_calendar_close(zh_calendar *calendar);

/* One year. Days of other years are allowed: holiday-cn lists a 元旦 that begins in December. Errors: ZH_FORMAT, *why says which
 * member and what is right; ZH_FULL too many years; ZH_NOMEM. */
ZH_MUST zh_err zh_calendar_put(zh_calendar *calendar, zh_json_value year, zh_note *why);
void zh_calendar_drop(zh_calendar *calendar, int32_t year); /* it follows the week again */

zh_day_kind zh_calendar_kind(const zh_calendar *calendar, int64_t day); /* a NULL calendar is the week alone */
const zh_listed_day *zh_calendar_listed(const zh_calendar *calendar, int64_t day); /* NULL: it is not; valid until the next put */
bool zh_calendar_says(const zh_calendar *calendar, int32_t year);       /* was the year put, with days in it? */
uint32_t zh_calendar_workdays(const zh_calendar *calendar, int64_t first_day, int64_t last_day); /* both in it */
const char *zh_day_kind_text(zh_day_kind kind);                         /* "working", "weekend", "holiday" */

#endif
