/* Goal: moments are read from the texts people write and written as strftime says, in the zone asked for.
 * Method: rows of texts and of directives; week numbers against the C library over every day of 40 years. */
#include "liquid_case.h"
#include "lang/liquid_when.h"

#include <time.h>

#define NOW INT64_C(1790000000000) /* 2026-09-21T14:13:20Z, a Monday */

static const liquid_case read_rows[] = {
#define AS(text) "{{ '" text "' | date: '%F %T %z' }}"
    { AS("2026-11-23"), NULL, "2026-11-23 00:00:00 +0000" }, { AS("2026-11-23T08:09:10Z"), NULL, "2026-11-23 08:09:10 +0000" }, { AS("2026-11-23 08:09"), NULL, "2026-11-23 08:09:00 +0000" },
    { AS("2026-11-23T08:09:10.5+08:00"), NULL, "2026-11-23 08:09:10 +0800" }, { AS("2026-11-23 08:09:10 -0530"), NULL, "2026-11-23 08:09:10 -0530" }, { AS("March 4, 2016"), NULL, "2016-03-04 00:00:00 +0000" },
    { AS("4 Mar 2016 10:20 pm"), NULL, "2016-03-04 22:20:00 +0000" }, { AS("Mar 4th 2016 12 am"), NULL, "2016-03-04 00:00:00 +0000" }, { AS("Fri, 04 Mar 2016 10:00:00 GMT"), NULL, "2016-03-04 10:00:00 +0000" },
    { AS("Fri Mar 4 10:00:00 2016"), NULL, "2016-03-04 10:00:00 +0000" }, { AS("2016/03/04"), NULL, "2016-03-04 00:00:00 +0000" }, { AS("04/03/2016 1:02"), NULL, "2016-03-04 01:02:00 +0000" }, { AS("10:20"), NULL, "2026-09-21 10:20:00 +0000" },
    { AS("May 2016"), NULL, "2016-05-01 00:00:00 +0000" }, { AS("now"), NULL, "2026-09-21 14:13:20 +0000" }, { AS("Today"), NULL, "2026-09-21 14:13:20 +0000" }, { AS("1700000000"), NULL, "2023-11-14 22:13:20 +0000" },
    { "{{ 1700000000 | date: '%F' }} {{ n | date: '%F' }} {{ 1.5 | date: '%F' }} {{ true | date: '%F' }} {{ l | date: '%F' }}", "{\"n\":-86400,\"l\":[1]}", "2023-11-14 1969-12-31 1.5 true 1" },
    /* no dates: they stay */
    { AS("-1700000000"), NULL, "-1700000000" }, { AS("tomorrow"), NULL, "tomorrow" }, { AS("2026-02-30"), NULL, "2026-02-30" }, { AS("2026-13-01"), NULL, "2026-13-01" }, { AS("25:00"), NULL, "25:00" }, { AS("13 pm"), NULL, "13 pm" },
    { AS("2026"), NULL, "1970-01-01 00:33:46 +0000" }, { AS("99999999999999999999"), NULL, "99999999999999999999" }, { AS("12:00 12:00"), NULL, "12:00 12:00" }, { AS("4 5 2016"), NULL, "4 5 2016" }, { AS("2016-03"), NULL, "2016-03" }, { AS(""), NULL, "" },
    { "{{ 'March 4, 2016' | date: '' }} {{ 'March 4, 2016' | date: nil }}", NULL, "March 4, 2016 March 4, 2016" },
};

static const liquid_case write_rows[] = {
#define IN(format) "{{ '2024-02-09 05:06:07.089' | date: \"" format "\" }}"
    { IN("%Y %C %y %m %d %e %j"), NULL, "2024 20 24 02 09  9 040" }, { IN("%H %k %I %l %M %S %L %N %3N %p %P %#p"), NULL, "05  5 05  5 06 07 089 089000000 089 AM am am" }, { IN("%A %a %^a %B %b %h %^B"), NULL, "Friday Fri FRI February Feb Feb FEBRUARY" },
    { IN("%u %w %U %W %V %G %g"), NULL, "5 5 05 06 06 2024 24" }, { IN("%c|%D|%x|%F|%T|%X|%R|%r|%v"), NULL, "Fri Feb  9 05:06:07 2024|02/09/24|02/09/24|2024-02-09|05:06:07|05:06:07|05:06|05:06:07 AM| 9-FEB-2024" },
    { IN("%s %z %:z %::z %Z %n%t%%"), NULL, "1707455167 +0000 +00:00 +00:00:00 UTC \n\t%" }, { IN("%-d/%-m %_m %05d %3d %^10b %-H"), NULL, "9/2  2 00009 009        FEB 5" },
    { IN("%Q %E %"), NULL, "%Q %E %" }, { IN("%65Y%99999999Y"), NULL, "%65Y%99999999Y" }, { "{{ '2024-01-01' | date: '%I %l %G-W%V %U' }} {{ '2021-01-03 12:00' | date: '%I %G-W%V %u' }}", NULL, "12 12 2024-W01 00 12 2020-W53 7" },
};

static void weeks_are_as_the_library_counts(void)
{
    for (int64_t day = 0; day < 40 * 366; day++) {
        char want[32];
        zh_liquid_when when;
        const time_t seconds = (time_t)(day * 86400);
        struct tm parts;
        zh_buf got = zh_buf_open(64);
        CHECK(gmtime_r(&seconds, &parts) != NULL && strftime(want, sizeof want, "%U %W %V %G %g %u %w %j %a", &parts) > 0);
        CHECK(zh_liquid_when_of(day * ZH_DAY_MS, zh_tz_utc(), &when));
        zh_liquid_when_print(&when, ZH_SV("%U %W %V %G %g %u %w %j %a"), &got);
        CHECK_ROW(zh_sv_equal(zh_buf_view(&got), zh_sv_of(want)), want);
        zh_buf_close(&got);
    }
}

int main(void)
{
    LIQUID_CHECK(read_rows, .now_ms = NOW);
    LIQUID_CHECK(write_rows, .now_ms = NOW);
    weeks_are_as_the_library_counts();
    return 0;
}
