/* time_test.c
 * Goal    calendar arithmetic and ISO texts, at the edges.
 * Method  tables; a day counter that walks the calendar one day at a time is the slow model.
 */
#include "base/time.h"
#include "check.h"

static void days_agree_with_a_walk(void)
{
    int64_t days = zh_days_of(1600, 1, 1);
    int weekday = 6; /* 1600-01-01 was a Saturday */
    for (int year = 1600; year <= 2400; year++)
        for (unsigned month = 1; month <= 12; month++)
            for (int day = 1; day <= zh_month_days(year, month); day++, days++) {
                CHECK(zh_days_of(year, month, (unsigned)day) == days);
                CHECK(zh_weekday(days) == weekday);
                const zh_civil civil = zh_civil_of(days * ZH_DAY_MS + 12345678);
                CHECK(civil.year == year && civil.month == month && civil.day == day);
                CHECK(civil.hour == 3 && civil.minute == 25 && civil.second == 45 && civil.ms == 678);
                CHECK(zh_time_of(&civil) == days * ZH_DAY_MS + 12345678);
                weekday = weekday % 7 + 1;
            }
    CHECK(zh_days_of(1970, 1, 1) == 0);
    CHECK(zh_days_of(2026, 3, 32) == zh_days_of(2026, 4, 1));
}

static void texts_are_read(void)
{
    static const struct { const char *text; zh_err e; int64_t ms; } rows[] = {
        { "1970-01-01", ZH_OK, 0 },
        { "2026-11-21", ZH_OK, 1795219200000 },
        { "2026-11-21T12:00:00.000Z", ZH_OK, 1795262400000 },
        { "2026-11-21T12:00:00Z", ZH_OK, 1795262400000 },
        { "2026-11-21t12:00:00z", ZH_OK, 1795262400000 },
        { "2026-11-21 12:00:00", ZH_OK, 1795262400000 },
        { "2026-11-21T12:00", ZH_OK, 1795262400000 },
        { "2026-11-21T20:00:00+08:00", ZH_OK, 1795262400000 },
        { "2026-11-21T20:00:00.5+0800", ZH_OK, 1795262400500 },
        { "2026-11-21T20:00+08", ZH_OK, 1795262400000 },
        { "2026-11-21T07:00:00-05:00", ZH_OK, 1795262400000 },
        { "2026-11-21T12:00:00.123456789Z", ZH_OK, 1795262400123 },
        { "2026-11-21T12:00:00,12Z", ZH_OK, 1795262400120 },
        { "2016-12-31T23:59:60Z", ZH_OK, 1483228799999 },
        { "2024-02-29T00:00:00Z", ZH_OK, 1709164800000 },
        { "2200-12-31T23:59:59.999Z", ZH_OK, ZH_TIME_MS_MAX },
        { "2201-01-01T00:00:00Z", ZH_RANGE, 0 },
        { "1969-12-31T23:59:59.999Z", ZH_RANGE, 0 },
        { "0001-01-01T00:00:00Z", ZH_RANGE, 0 },
        { "0000-01-01T00:00:00Z", ZH_RANGE, 0 },
        { "0000-13-01", ZH_FORMAT, 0 },
        { "9999-12-31", ZH_RANGE, 0 },
        { "2023-02-29", ZH_FORMAT, 0 },
        { "2026-13-01", ZH_FORMAT, 0 },
        { "2026-00-01", ZH_FORMAT, 0 },
        { "2026-04-31", ZH_FORMAT, 0 },
        { "2026-11-21T24:00:00Z", ZH_FORMAT, 0 },
        { "2026-11-21T12:60:00Z", ZH_FORMAT, 0 },
        { "2026-11-21T12:00:61Z", ZH_FORMAT, 0 },
        { "2026-11-21T12:00:00.Z", ZH_FORMAT, 0 },
        { "2026-11-21T12:00:00.1234567890Z", ZH_FORMAT, 0 },
        { "2026-11-21T12:00:00+24:00", ZH_FORMAT, 0 },
        { "2026-11-21T12:00:00+08:", ZH_FORMAT, 0 },
        { "2026-11-21T12:00:00+080", ZH_FORMAT, 0 },
        { "2026-11-21T12:00:00ZZ", ZH_FORMAT, 0 },
        { "2026-11-21T12", ZH_FORMAT, 0 },
        { "2026-11-21T", ZH_FORMAT, 0 },
        { "2026-11-21Z", ZH_FORMAT, 0 },
        { " 2026-11-21", ZH_FORMAT, 0 },
        { "2026/11/21", ZH_FORMAT, 0 },
        { "20261121", ZH_FORMAT, 0 },
        { "-2026-11-21", ZH_FORMAT, 0 },
        { "yesterday", ZH_FORMAT, 0 },
        { "", ZH_FORMAT, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t ms = 0;
        CHECK_ROW(zh_time_parse(zh_sv_of(rows[i].text), &ms) == rows[i].e, rows[i].text);
        CHECK_ROW(rows[i].e != ZH_OK || ms == rows[i].ms, rows[i].text);
        for (size_t cut = 0; cut < strlen(rows[i].text); cut++) /* never past the end */
            (void)!zh_time_parse((zh_sv){ rows[i].text, cut }, &ms);
    }
    zh_civil civil;
    bool zoned;
    int32_t offset_s;
    CHECK(zh_time_parse_civil(ZH_SV("2011-03-27 01:30"), &civil, &zoned, &offset_s) == ZH_OK);
    CHECK(!zoned && offset_s == 0 && civil.hour == 1 && civil.minute == 30);
    CHECK(zh_time_parse_civil(ZH_SV("2011-03-27T01:30-09:30"), &civil, &zoned, &offset_s) == ZH_OK);
    CHECK(zoned && offset_s == -34200);
}

static void printed_times_read_back(uint64_t *seed)
{
    char text[ZH_TIME_TEXT_BYTES];
    CHECK(zh_time_print(1795262400000, text) == 24);
    CHECK(strcmp(text, "2026-11-21T12:00:00.000Z") == 0);
    CHECK(zh_date_print(zh_days_of(2012, 2, 29), text) == 10);
    CHECK(strcmp(text, "2012-02-29") == 0);
    for (int round = 0; round < 20000; round++) {
        const int64_t ms = (int64_t)(test_random(seed) % (uint64_t)(ZH_TIME_MS_MAX + 1));
        int64_t back;
        const size_t size = zh_time_print(ms, text);
        CHECK(zh_time_parse((zh_sv){ text, size }, &back) == ZH_OK && back == ms);
    }
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    days_agree_with_a_walk();
    texts_are_read();
    printed_times_read_back(&seed);
    return 0;
}
