/* liquid_when.h -- a moment from the texts people write, and a moment by a format.
 *
 * Read are ISO 8601 ("2026-11-23", "2026-11-23T08:00:00+08:00"), the forms of letters and logs ("March 14, 2016", "14 Mar 2016",
 * "Mon, 14 Mar 2016 10:00:00 +0800", "Mon Mar 14 10:00:00 2016"), "2016/03/14" and "14/03/2016", each with or without a time of day
 * ("10:00", "10:00:00.5", "10 pm"). A time without a zone is of the zone that is given; one with a zone keeps it.
 * Written are the directives of strftime with the flags - 0 ^ # _ and a width, as Ruby has them; names of days and months are English.
 */
#ifndef ZH_LANG_LIQUID_WHEN_H
#define ZH_LANG_LIQUID_WHEN_H
#include "base/buf.h"
#include "base/tz.h"

#define ZH_LIQUID_WIDTH_MAX 64 /* of one directive: %10Y; more is no date */

typedef struct zh_liquid_when {
    zh_civil civil;   /* as written or local */
    int64_t utc_ms;
    int32_t offset_s; /* local minus UTC */
    bool utc;         /* its zone is called UTC */
} zh_liquid_when;

/* False: no such text. */
bool zh_liquid_when_parse(zh_sv text, const zh_tz *zone, int64_t now_ms, zh_liquid_when *out);
/* Of a moment in the zone; false outside the years 0 .. 9999. */
bool zh_liquid_when_of(int64_t utc_ms, const zh_tz *zone, zh_liquid_when *out);
void zh_liquid_when_print(const zh_liquid_when *when, zh_sv format, zh_buf *out);

#endif
