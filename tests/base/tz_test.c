/* tz_test.c
 * Goal    UTC to local and back around every kind of change; damaged bytes are refused.
 * Method  tables of known moments; the C library's own conversion over two centuries as the slow model;
 *         every prefix and many damaged copies of a zone. Zones come from /usr/share/zoneinfo; without
 *         it the test says skipped (77).
 */
#include "base/tz.h"
#include "check.h"

#include <time.h>

static char bytes[ZH_TZ_BYTES_MAX];

static zh_sv zone_bytes(const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    FILE *in = fopen(path, "rb");
    if (in == NULL) return (zh_sv){ 0 };
    const size_t size = fread(bytes, 1, sizeof bytes, in);
    fclose(in);
    return (zh_sv){ bytes, size };
}

static zh_tz *zone(const char *name)
{
    zh_tz *tz;
    CHECK_ROW(zh_tz_open(&tz, zone_bytes(name)) == ZH_OK, name);
    return tz;
}

static int64_t ms_of(const char *text)
{
    int64_t ms;
    CHECK_ROW(zh_time_parse(zh_sv_of(text), &ms) == ZH_OK, text);
    return ms;
}

static void known_moments_convert(void)
{
    static const struct { const char *zone, *utc, *local; bool back; } rows[] = {
        { "Europe/London", "2010-03-28T00:59:59Z", "2010-03-28T00:59:59", true },
        { "Europe/London", "2010-03-28T01:00:00Z", "2010-03-28T02:00:00", true },
        { "Europe/London", "2010-10-31T00:30:00Z", "2010-10-31T01:30:00", true },
        { "Europe/London", "2010-10-31T01:30:00Z", "2010-10-31T01:30:00", false }, /* the later of two */
        { "Europe/London", "2011-03-27T01:00:00Z", "2011-03-27T02:00:00", true },
        { "Europe/London", "2011-12-09T12:50:00Z", "2011-12-09T12:50:00", true },
        { "Europe/London", "2026-03-29T00:59:59Z", "2026-03-29T00:59:59", true },
        { "Europe/London", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00", true },
        { "Europe/London", "2026-10-25T00:59:59Z", "2026-10-25T01:59:59", true },
        { "Europe/London", "2150-07-01T00:00:00Z", "2150-07-01T01:00:00", true }, /* the footer's rule */
        { "Asia/Shanghai", "1986-05-03T17:59:59Z", "1986-05-04T01:59:59", true },
        { "Asia/Shanghai", "1986-05-03T18:00:00Z", "1986-05-04T03:00:00", true },
        { "Asia/Shanghai", "1986-09-13T16:00:00Z", "1986-09-14T01:00:00", true },
        { "Asia/Shanghai", "1991-07-01T00:00:00Z", "1991-07-01T09:00:00", true },
        { "Asia/Shanghai", "1991-09-14T17:00:00Z", "1991-09-15T01:00:00", false },
        { "Asia/Shanghai", "1992-07-01T00:00:00Z", "1992-07-01T08:00:00", true },
        { "Asia/Shanghai", "2026-11-21T12:00:00Z", "2026-11-21T20:00:00", true },
        { "America/New_York", "2026-03-08T06:59:59Z", "2026-03-08T01:59:59", true },
        { "America/New_York", "2026-03-08T07:00:00Z", "2026-03-08T03:00:00", true },
        { "America/New_York", "2026-11-01T05:30:00Z", "2026-11-01T01:30:00", true },
        { "America/New_York", "2026-11-01T06:30:00Z", "2026-11-01T01:30:00", false },
        { "America/New_York", "2006-04-02T07:00:00Z", "2006-04-02T03:00:00", true }, /* before the change of rules in 2007 */
        { "Australia/Sydney", "2026-01-01T00:00:00Z", "2026-01-01T11:00:00", true }, /* the south: summer spans new year */
        { "Australia/Sydney", "2100-01-01T00:00:00Z", "2100-01-01T11:00:00", true },
        { "Asia/Kolkata", "2026-01-01T00:00:00Z", "2026-01-01T05:30:00", true },
        { "UTC", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00", true },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_tz *tz = zone(rows[i].zone);
        const int64_t utc = ms_of(rows[i].utc) + 123;
        const zh_civil local = zh_tz_local(tz, utc);
        CHECK_ROW(zh_time_of(&local) == ms_of(rows[i].local) + 123, rows[i].utc);
        CHECK_ROW((zh_tz_utc_ms(tz, &local) == utc) == rows[i].back, rows[i].utc);
        CHECK_ROW(zh_tz_utc_ms(tz, &local) <= utc, rows[i].utc);
        zh_tz_close(tz);
    }
}

static void a_gap_moves_forward(void)
{
    zh_tz *tz = zone("Europe/London");
    zh_civil civil = { 2011, 3, 27, 1, 30, 0, 0 };
    CHECK(zh_tz_utc_ms(tz, &civil) == ms_of("2011-03-27T01:30:00Z"));
    civil = zh_tz_local(tz, zh_tz_utc_ms(tz, &civil));
    CHECK(civil.hour == 2 && civil.minute == 30);
    CHECK(zh_tz_day(tz, ms_of("2026-06-30T23:30:00Z")) == zh_days_of(2026, 7, 1));
    CHECK(zh_tz_day_start_ms(tz, zh_days_of(2026, 7, 1)) == ms_of("2026-06-30T23:00:00Z"));
    zh_tz_close(tz);
    CHECK(zh_tz_offset_s(zh_tz_utc(), 0) == 0 && zh_tz_day(zh_tz_utc(), ZH_DAY_MS - 1) == 0);
    zh_tz_close(NULL);
}

static void the_system_agrees(uint64_t *seed)
{
    static const char *const zones[] = { "Europe/London", "Asia/Shanghai", "America/New_York", "Australia/Sydney", "America/Sao_Paulo",
        "Asia/Tehran", "Africa/Casablanca", "America/St_Johns", "Pacific/Apia", "Europe/Dublin", "Antarctica/Troll" };
    for (size_t z = 0; z < sizeof zones / sizeof *zones; z++) {
        zh_tz *tz = zone(zones[z]);
        setenv("TZ", zones[z], 1);
        tzset();
        for (int round = 0; round < 20000; round++) {
            const int64_t utc = (int64_t)(test_random(seed) % (uint64_t)ZH_TIME_MS_MAX);
            const time_t seconds = (time_t)(utc / 1000);
            struct tm want;
            CHECK(localtime_r(&seconds, &want) != NULL);
            CHECK_ROW(zh_tz_offset_s(tz, utc) == want.tm_gmtoff, zones[z]);
            const zh_civil local = zh_tz_local(tz, utc);
            CHECK_ROW(local.year == want.tm_year + 1900 && local.hour == want.tm_hour && local.minute == want.tm_min, zones[z]);
            const int64_t back = zh_tz_utc_ms(tz, &local);
            const zh_civil again = zh_tz_local(tz, back);
            CHECK_ROW(back <= utc && zh_time_of(&again) == zh_time_of(&local), zones[z]);
        }
        zh_tz_close(tz);
    }
}

static void damaged_bytes_are_refused_or_harmless(uint64_t *seed)
{
    const zh_sv whole = zone_bytes("America/New_York");
    zh_tz *tz;
    for (size_t size = 0; size < whole.size; size++) {
        char *copy = malloc(size + 1);
        CHECK(copy != NULL);
        memcpy(copy + 1, whole.data, size);
        CHECK(zh_tz_open(&tz, (zh_sv){ copy + 1, size }) == ZH_FORMAT && tz == NULL);
        free(copy);
    }
    for (int round = 0; round < 20000; round++) {
        char copy[8192];
        CHECK(whole.size <= sizeof copy);
        memcpy(copy, whole.data, whole.size);
        copy[test_random(seed) % whole.size] ^= (char)(1u << test_random(seed) % 8);
        copy[whole.size - 1 - test_random(seed) % 24] = "M.,<>-+J:/59A\n"[test_random(seed) % 14]; /* the footer */
        if (zh_tz_open(&tz, (zh_sv){ copy, whole.size }) != ZH_OK) continue;
        const zh_civil local = zh_tz_local(tz, (int64_t)(test_random(seed) % (uint64_t)ZH_TIME_MS_MAX));
        (void)zh_tz_utc_ms(tz, &local);
        zh_tz_close(tz);
    }
    static char large[ZH_TZ_BYTES_MAX + 1];
    CHECK(zh_tz_open(&tz, (zh_sv){ large, sizeof large }) == ZH_FULL);
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    if (zone_bytes("Europe/London").size == 0) {
        printf("no zone files, skipped\n");
        return 77;
    }
    known_moments_convert();
    a_gap_moves_forward();
    the_system_agrees(&seed);
    damaged_bytes_are_refused_or_harmless(&seed);
    return 0;
}
