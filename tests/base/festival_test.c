/* festival_test.c
 * Goal    a day has the festivals people say it has.
 * Method  a table of days by hand, one rule of each kind over years; windows at both of their ends; no day has more than fit.
 */
#include "base/festival.h"
#include "check.h"

static bool has(int64_t day, zh_sv zh)
{
    const zh_festival *found[ZH_FESTIVALS_OF_DAY_MAX];
    const size_t count = zh_festivals_of(day, found);
    for (size_t i = 0; i < count; i++)
        if (zh_sv_equal(found[i]->zh, zh)) return true;
    return false;
}

static void days_have_their_festivals(void)
{
    static const struct { const char *zh; int year; unsigned month, day; } rows[] = {
        { "元旦", 2026, 1, 1 }, { "618", 2026, 6, 18 }, { "双11", 2025, 11, 11 }, { "双12", 2030, 12, 12 },
        { "春节", 2025, 1, 29 }, { "除夕", 2025, 1, 28 }, { "除夕", 2027, 2, 5 }, { "小年", 2026, 2, 10 }, { "腊八", 2026, 1, 26 },
        { "腊八", 2025, 1, 7 }, { "元宵节", 2026, 3, 3 }, { "端午节", 2026, 6, 19 }, { "七夕", 2026, 8, 19 }, { "中秋节", 2026, 9, 25 },
        { "重阳节", 2026, 10, 18 }, { "母亲节", 2024, 5, 12 }, { "母亲节", 2025, 5, 11 }, { "母亲节", 2026, 5, 10 },
        { "父亲节", 2024, 6, 16 }, { "父亲节", 2025, 6, 15 }, { "父亲节", 2026, 6, 21 }, { "感恩节", 2026, 11, 26 },
        { "清明节", 2026, 4, 5 }, { "清明节", 2028, 4, 4 }, { "冬至", 2026, 12, 22 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const int64_t day = zh_days_of(rows[i].year, rows[i].month, rows[i].day);
        CHECK_ROW(has(day, zh_sv_of(rows[i].zh)), rows[i].zh);
        CHECK_ROW(!has(day + 1, zh_sv_of(rows[i].zh)) && !has(day - 1, zh_sv_of(rows[i].zh)), rows[i].zh);
    }
    CHECK(!has(zh_days_of(2105, 2, 1), ZH_SV("春节"))); /* beyond the table */
}

static void no_day_has_more_than_fit(void)
{
    for (int64_t day = zh_days_of(1950, 1, 1); day < zh_days_of(2100, 1, 1); day++) {
        const zh_festival *found[ZH_FESTIVALS_OF_DAY_MAX];
        CHECK(zh_festivals_of(day, found) < ZH_FESTIVALS_OF_DAY_MAX);
    }
}

static void windows_open_before_the_day(void)
{
    static const struct { const char *name; unsigned month, day; const char *zh; int on_month, on_day; } rows[] = {
        { "the day before 618's window is 520's no more", 5, 19, "", 0, 0 },
        { "520 first", 5, 20, "520", 5, 20 },
        { "618 from then on", 5, 21, "618", 6, 18 },
        { "618", 6, 18, "618", 6, 18 },
        { "after 618", 6, 19, "", 0, 0 },
        { "双11 begins", 10, 20, "双11", 11, 11 },
        { "before it begins", 10, 19, "", 0, 0 },
        { "双11", 11, 11, "双11", 11, 11 },
        { "双12", 12, 6, "双12", 12, 12 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t on;
        const zh_festival *f = zh_festival_window(zh_days_of(2026, rows[i].month, rows[i].day), &on);
        CHECK_ROW((f == NULL) == (rows[i].zh[0] == '\0'), rows[i].name);
        if (f != NULL) CHECK_ROW(zh_sv_equal(f->zh, zh_sv_of(rows[i].zh)) && on == zh_days_of(2026, (unsigned)rows[i].on_month, (unsigned)rows[i].on_day), rows[i].name);
    }
}

int main(void)
{
    days_have_their_festivals();
    no_day_has_more_than_fit();
    windows_open_before_the_day();
    return 0;
}
