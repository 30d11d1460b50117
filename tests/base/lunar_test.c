/* lunar_test.c
 * Goal    lunar dates and solar terms are those of the almanac.
 * Method  known days by name, where libraries are known to be wrong among them; every day of the table there and back; each
 *         month has 29 or 30 days, each solar year its 24 terms in order.
 */
#include "base/lunar.h"
#include "check.h"

static void known_days(void)
{
    static const struct { const char *name; int year; unsigned month, day; zh_lunar lunar; } rows[] = {
        { "春节 2024", 2024, 2, 10, { 2024, 1, 1, false } },
        { "春节 2026", 2026, 2, 17, { 2026, 1, 1, false } },
        { "春节 2027, a day later elsewhere", 2027, 2, 6, { 2027, 1, 1, false } },
        { "春节 2030, a day earlier elsewhere", 2030, 2, 3, { 2030, 1, 1, false } },
        { "除夕 2025, of a month of 29 days", 2025, 1, 28, { 2024, 12, 29, false } },
        { "除夕 2027", 2027, 2, 5, { 2026, 12, 29, false } },
        { "中秋 2026", 2026, 9, 25, { 2026, 8, 15, false } },
        { "端午 2023", 2023, 6, 22, { 2023, 5, 5, false } },
        { "闰六月 2025", 2025, 7, 25, { 2025, 6, 1, true } },
        { "闰五月 2028", 2028, 6, 23, { 2028, 5, 1, true } },
        { "闰三月 2031", 2031, 4, 22, { 2031, 3, 1, true } },
        { "闰十一月 2033", 2033, 12, 22, { 2033, 11, 1, true } },
        { "the first day", 1950, 2, 17, { 1950, 1, 1, false } },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_lunar got;
        const int64_t day = zh_days_of(rows[i].year, rows[i].month, rows[i].day);
        CHECK_ROW(zh_lunar_of(day, &got), rows[i].name);
        CHECK_ROW(got.year == rows[i].lunar.year && got.month == rows[i].lunar.month && got.day == rows[i].lunar.day && got.leap == rows[i].lunar.leap, rows[i].name);
        if (!got.leap) CHECK_ROW(zh_lunar_day(got.year, got.month, got.day) == day, rows[i].name);
    }
    zh_lunar got;
    CHECK(!zh_lunar_of(zh_days_of(1950, 2, 16), &got));
    CHECK(!zh_lunar_of(zh_days_of(2101, 1, 1), &got));
    CHECK(zh_lunar_day(2026, 12, 30) == -1); /* 29 days */
    CHECK(zh_lunar_day(2026, 13, 0) == zh_days_of(2027, 2, 5));
    CHECK(zh_lunar_day(2100, 1, 1) == -1);
}

/* Day follows day, and a month has 29 or 30 of them. */
static void every_day_follows_the_one_before(void)
{
    zh_lunar before, now;
    CHECK(zh_lunar_of(zh_days_of(1950, 2, 17), &before));
    const int64_t end = zh_lunar_day(2099, 13, 0);
    for (int64_t day = zh_days_of(1950, 2, 18); day <= end; day++, before = now) {
        CHECK(zh_lunar_of(day, &now));
        if (now.day == 1) CHECK((before.day == 29 || before.day == 30) && (now.leap ? now.month == before.month : now.month == before.month % 12 + 1));
        else CHECK(now.day == before.day + 1 && now.month == before.month && now.leap == before.leap);
        if (!now.leap) CHECK(zh_lunar_day(now.year, now.month, now.day) == day);
    }
    CHECK(!zh_lunar_of(end + 1, &now));
}

static void terms_are_where_the_sun_is(void)
{
    static const struct { const char *zh; int year; unsigned month, day; } rows[] = {
        { "立春", 2024, 2, 4 }, { "立春", 2025, 2, 3 }, { "清明", 2026, 4, 5 }, { "清明", 2028, 4, 4 }, { "夏至", 2026, 6, 21 },
        { "立秋", 2025, 8, 7 }, { "霜降", 2089, 10, 23 }, { "冬至", 2021, 12, 21 }, { "冬至", 2026, 12, 22 }, { "小寒", 2027, 1, 5 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const int term = zh_solar_term_of(zh_days_of(rows[i].year, rows[i].month, rows[i].day));
        CHECK_ROW(term >= 0 && zh_sv_equal(zh_solar_term_zh((unsigned)term), zh_sv_of(rows[i].zh)), rows[i].zh);
    }
    int64_t before = zh_solar_term_day(1950, 0);
    for (int32_t year = 1950; year <= 2099; year++)
        for (unsigned term = year == 1950; term < ZH_SOLAR_TERMS; term++) {
            const int64_t day = zh_solar_term_day(year, term);
            CHECK(day - before >= 14 && day - before <= 17); /* 15 degrees of the sun */
            CHECK(zh_solar_term_of(day) == (int)term && zh_solar_term_of(day + 1) == -1);
            before = day;
        }
    CHECK(zh_solar_term_day(1949, 0) == -1 && zh_solar_term_day(2026, 24) == -1 && zh_solar_term_of(zh_days_of(2100, 1, 5)) == -1);
    CHECK(zh_sv_equal(zh_solar_term_en(23), ZH_SV("Winter Solstice")) && zh_solar_term_zh(24).size == 0);
}

int main(void)
{
    known_days();
    every_day_follows_the_one_before();
    terms_are_where_the_sun_is();
    return 0;
}
