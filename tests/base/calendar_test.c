/* calendar_test.c
 * Goal    working days are those of the notices, and a wrong file changes nothing.
 * Method  a year by hand; wrong files in a table; the listed cases (expected/calendar_cn.json) where the shared data is there.
 */
#include "base/calendar.h"
#include "check.h"

#include <string.h>

static zh_json *json;

static zh_err put(zh_calendar *c, zh_sv text, zh_note *why)
{
    zh_json_value root;
    CHECK(zh_json_parse(json, text, &root, NULL) == ZH_OK);
    return zh_calendar_put(c, root, why);
}

static void a_listed_day_overrides_the_week(void)
{
    zh_calendar *c;
    zh_note why;
    CHECK(zh_calendar_open(&c) == ZH_OK);
    const int64_t monday = zh_days_of(2026, 10, 5), saturday = zh_days_of(2026, 10, 10), december = zh_days_of(2026, 12, 31);
    CHECK(zh_calendar_kind(c, monday) == ZH_DAY_WORKING && zh_calendar_kind(c, saturday) == ZH_DAY_WEEKEND && zh_calendar_kind(NULL, saturday) == ZH_DAY_WEEKEND);
    CHECK(!zh_calendar_says(c, 2026));
    CHECK(put(c, ZH_SV("{\"year\":2026,\"days\":[{\"name\":\"国庆节\",\"date\":\"2026-10-10\",\"isOffDay\":false},{\"name\":\"国庆节\",\"date\":\"2026-10-05\",\"isOffDay\":true}]}"), &why) == ZH_OK);
    CHECK(zh_calendar_kind(c, monday) == ZH_DAY_HOLIDAY && zh_calendar_kind(c, saturday) == ZH_DAY_WORKING);
    CHECK(strcmp(zh_calendar_listed(c, monday)->name, "国庆节") == 0 && zh_calendar_listed(c, monday + 1) == NULL);
    CHECK(zh_calendar_workdays(c, monday, saturday) == 5); /* Tuesday to Friday, and Saturday */
    CHECK(zh_calendar_says(c, 2026) && !zh_calendar_says(c, 2027));
    /* a year that begins in the December before */
    CHECK(put(c, ZH_SV("{\"year\":2027,\"days\":[{\"name\":\"元旦\",\"date\":\"2026-12-31\",\"isOffDay\":true}]}"), &why) == ZH_OK);
    CHECK(zh_calendar_kind(c, december) == ZH_DAY_HOLIDAY);
    CHECK(put(c, ZH_SV("{\"year\":2027,\"days\":[]}"), &why) == ZH_OK); /* as holiday-cn has a year without a notice */
    CHECK(!zh_calendar_says(c, 2027) && zh_calendar_kind(c, december) == ZH_DAY_WORKING);
    zh_calendar_drop(c, 2026);
    CHECK(!zh_calendar_says(c, 2026) && zh_calendar_kind(c, monday) == ZH_DAY_WORKING);
    zh_calendar_close(c);
}

static void wrong_years_change_nothing(void)
{
    static const struct { const char *text, *why; } rows[] = {
        { "{\"days\":[]}", "year must" },
        { "{\"year\":1492,\"days\":[]}", "year must" },
        { "{\"year\":2026}", "days must" },
        { "{\"year\":2026,\"days\":[{\"name\":\"x\",\"date\":\"2026-02-30\",\"isOffDay\":true}]}", "days[0] must" },
        { "{\"year\":2026,\"days\":[{\"name\":\"x\",\"date\":\"2026-02-03\",\"isOffDay\":1}]}", "days[0] must" },
        { "{\"year\":2026,\"days\":[{\"name\":\"\",\"date\":\"2026-02-03\",\"isOffDay\":true}]}", "days[0] must" },
        { "{\"year\":2026,\"days\":[{\"name\":\"a name that is far too long to be that of any day off, and of any day worked instead, in any year\",\"date\":\"2026-02-03\",\"isOffDay\":true}]}", "days[0] must" },
        { "{\"year\":2026,\"days\":[{\"name\":\"x\",\"date\":\"2026-02-03\",\"isOffDay\":true},{\"name\":\"y\",\"date\":\"2026-02-03\",\"isOffDay\":false}]}", "2026-02-03 stands twice" },
    };
    zh_calendar *c;
    zh_note why;
    CHECK(zh_calendar_open(&c) == ZH_OK);
    CHECK(put(c, ZH_SV("{\"year\":2026,\"days\":[{\"name\":\"x\",\"date\":\"2026-10-05\",\"isOffDay\":true}]}"), &why) == ZH_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CHECK_ROW(put(c, zh_sv_of(rows[i].text), &why) == ZH_FORMAT, rows[i].text);
        CHECK_ROW(strstr(why.text, rows[i].why) != NULL, why.text);
        CHECK_ROW(zh_calendar_kind(c, zh_days_of(2026, 10, 5)) == ZH_DAY_HOLIDAY, rows[i].text);
    }
    char text[64];
    for (int year = 2027; year < 2027 + ZH_CALENDAR_YEARS_MAX - 1; year++) {
        snprintf(text, sizeof text, "{\"year\":%d,\"days\":[]}", year);
        CHECK(put(c, zh_sv_of(text), &why) == ZH_OK);
    }
    CHECK(put(c, ZH_SV("{\"year\":2000,\"days\":[]}"), &why) == ZH_FULL);
    zh_calendar_close(c);
}

/* ---- the notices themselves ---- */

static const char *shared_root(void)
{
    static char root[1024];
    const char *given = getenv("ZHUN_SHARED");
    if (given != NULL) snprintf(root, sizeof root, "%s", given);
    else snprintf(root, sizeof root, "%.*s../shared", (int)(strlen(__FILE__) - strlen("tests/base/calendar_test.c")), __FILE__);
    return root;
}

static zh_sv read_file(const char *path)
{
    static char bytes[1 << 18];
    FILE *file = fopen(path, "rb");
    if (file == NULL) return (zh_sv){ 0 };
    const size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    CHECK(size < sizeof bytes);
    return (zh_sv){ bytes, size };
}

static int64_t day_of(zh_json_value object, const char *key)
{
    int64_t ms;
    CHECK(zh_time_parse(zh_json_text_or_empty(zh_json_get(object, zh_sv_of(key))), &ms) == ZH_OK);
    return ms / ZH_DAY_MS;
}

static void check_year(const zh_calendar *c, int32_t year, zh_json_value expect)
{
    int64_t listed = 0, off = 0, want;
    for (int64_t day = zh_days_of(year, 1, 1) - 7; day < zh_days_of(year + 1, 1, 1); day++) {
        const zh_listed_day *d = zh_calendar_listed(c, day); /* only this year was put */
        listed += d != NULL;
        off += d != NULL && d->off;
    }
    CHECK(zh_json_int(zh_json_get(expect, ZH_SV("listed_days")), &want) && want == listed);
    CHECK(zh_json_int(zh_json_get(expect, ZH_SV("off_days")), &want) && want == off);
    CHECK(zh_json_int(zh_json_get(expect, ZH_SV("make_up_workdays")), &want) && want == listed - off);
}

static void check_case(zh_calendar *c, zh_json_value input, zh_json_value expect)
{
    bool want;
    int64_t number;
    zh_sv name;
    if (zh_json_bool(zh_json_get(expect, ZH_SV("workday")), &want)) {
        const int64_t day = day_of(input, "date");
        const zh_listed_day *listed = zh_calendar_listed(c, day);
        CHECK(want == (zh_calendar_kind(c, day) == ZH_DAY_WORKING));
        if (zh_json_text(zh_json_get(expect, ZH_SV("name")), &name)) CHECK(listed != NULL && zh_sv_equal(zh_sv_of(listed->name), name));
        else CHECK(listed == NULL);
    } else {
        CHECK(zh_json_int(zh_json_get(expect, ZH_SV("workdays")), &number));
        CHECK(number == zh_calendar_workdays(c, day_of(input, "first"), day_of(input, "last")));
    }
}

static bool the_notices_are_kept(void)
{
    char path[1100];
    zh_json *cases;
    zh_json_value root;
    zh_calendar *c, *one;
    zh_note why;
    int count = 0;
    snprintf(path, sizeof path, "%s/data/expected/calendar_cn.json", shared_root());
    const zh_sv text = read_file(path);
    if (text.size == 0) return false;
    CHECK(zh_json_open(&cases, 1 << 20) == ZH_OK && zh_json_parse(cases, text, &root, NULL) == ZH_OK);
    CHECK(zh_calendar_open(&c) == ZH_OK);
    for (int year = 2007; year <= 2027; year++) {
        snprintf(path, sizeof path, "%s/data/calendar/holiday_cn/%d.json", shared_root(), year);
        CHECK(put(c, read_file(path), &why) == ZH_OK);
        CHECK(zh_calendar_says(c, year) == (year < 2027)); /* its notice is not out */
    }
    for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("cases"))); zh_json_next(&it); count++) {
        int64_t year;
        const zh_json_value input = zh_json_get(it.value, ZH_SV("input")), expect = zh_json_get(it.value, ZH_SV("expect"));
        if (!zh_json_int(zh_json_get(input, ZH_SV("year")), &year)) {
            check_case(c, input, expect);
            continue;
        }
        snprintf(path, sizeof path, "%s/data/calendar/holiday_cn/%d.json", shared_root(), (int)year);
        CHECK(zh_calendar_open(&one) == ZH_OK && put(one, read_file(path), &why) == ZH_OK);
        check_year(one, (int32_t)year, expect);
        zh_calendar_close(one);
    }
    CHECK(count == 21);
    zh_calendar_close(c);
    zh_json_close(cases);
    return true;
}

int main(void)
{
    CHECK(zh_json_open(&json, 1 << 20) == ZH_OK);
    a_listed_day_overrides_the_week();
    wrong_years_change_nothing();
    const bool all = the_notices_are_kept();
    zh_json_close(json);
    if (!all) printf("skipped: the notices (ZHUN_SHARED)\n");
    return 0;
}
