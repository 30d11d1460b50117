/* scene_test.c
 * Goal    a moment is in the buckets people would say, and its bits say it again.
 * Method  a table of moments and their buckets at the edges; every scene packed and read again; bits that are none are refused.
 */
#include "core/scene.h"
#include "check.h"

static int64_t local(int month, int day, int hour)
{
    return zh_days_of(2026, (unsigned)month, (unsigned)day) * ZH_DAY_MS + hour * ZH_HOUR_MS;
}

static void moments_are_in_their_buckets(void)
{
    static const struct { const char *name; int month, day, hour; const char *hour_text, *day_text, *season; } rows[] = {
        { "Monday at midnight", 11, 23, 0, "night", "working", "autumn" },
        { "before six", 11, 23, 5, "night", "working", "autumn" },
        { "six", 11, 23, 6, "morning", "working", "autumn" },
        { "ten", 12, 1, 10, "noon", "working", "winter" },
        { "two", 2, 28, 14, "afternoon", "weekend", "winter" },
        { "six in the evening", 3, 1, 18, "evening", "weekend", "spring" },
        { "before midnight", 5, 31, 23, "late", "weekend", "spring" },
        { "summer", 6, 1, 12, "noon", "working", "summer" },
        { "September", 9, 1, 12, "noon", "working", "autumn" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_scene s = { 0 };
        zh_scene_at(&s, local(rows[i].month, rows[i].day, rows[i].hour), NULL);
        CHECK_ROW(zh_sv_equal(zh_scene_bucket_text((uint32_t)zh_scene_bucket(&s, ZH_SCENE_HOUR)), zh_sv_of(rows[i].hour_text)), rows[i].name);
        CHECK_ROW(zh_sv_equal(zh_scene_bucket_text((uint32_t)zh_scene_bucket(&s, ZH_SCENE_DAY)), zh_sv_of(rows[i].day_text)), rows[i].name);
        CHECK_ROW(zh_sv_equal(zh_scene_bucket_text((uint32_t)zh_scene_bucket(&s, ZH_SCENE_SEASON)), zh_sv_of(rows[i].season)), rows[i].name);
        CHECK_ROW(zh_sv_equal(zh_season_text(s.month), zh_sv_of(rows[i].season)), rows[i].name);
        for (int part = ZH_SCENE_TIME_PARTS; part < (int)ZH_SCENE_PARTS; part++) CHECK_ROW(zh_scene_bucket(&s, (zh_scene_part)part) == -1, rows[i].name);
    }
}

static void weather_and_page_are_in_theirs(void)
{
    static const struct { double temp_c; const char *text; } temps[] = {
        { -20, "freezing" }, { 4.4, "freezing" }, { 4.6, "cold" }, { 14, "cold" }, { 15, "mild" }, { 24, "mild" }, { 25, "warm" }, { 31, "warm" }, { 32, "hot" } };
    for (size_t i = 0; i < sizeof temps / sizeof *temps; i++) {
        zh_scene s = { 0 };
        zh_scene_temp(&s, temps[i].temp_c);
        CHECK_ROW(zh_sv_equal(zh_scene_bucket_text((uint32_t)zh_scene_bucket(&s, ZH_SCENE_TEMP)), zh_sv_of(temps[i].text)), temps[i].text);
        CHECK(zh_scene_bucket(&s, ZH_SCENE_HOUR) == -1 && zh_scene_bucket(&s, ZH_SCENE_SKY) == -1);
    }
    zh_scene s = { 0 };
    zh_scene_temp(&s, 400);
    CHECK(!s.has_temp && zh_scene_bucket(&s, ZH_SCENE_TEMP) == -1);
    zh_scene_temp(&s, 0.0 / 0.0);
    CHECK(!s.has_temp);
    s.sky = zh_sky_of(ZH_SV("heavy_rain")), s.device = zh_device_kind_of(ZH_SV("Android")), s.where = ZH_WHERE_WAY;
    CHECK(zh_sv_equal(zh_scene_bucket_zh((uint32_t)zh_scene_bucket(&s, ZH_SCENE_SKY)), ZH_SV("大雨天")));
    CHECK(zh_sv_equal(zh_scene_bucket_en((uint32_t)zh_scene_bucket(&s, ZH_SCENE_DEVICE)), ZH_SV("on a phone")));
    CHECK(zh_sv_equal(zh_scene_bucket_text((uint32_t)zh_scene_bucket(&s, ZH_SCENE_WHERE)), ZH_SV("way")));
    CHECK(zh_sky_of(ZH_SV("nice")) == 0 && zh_device_kind_of(ZH_SV("fridge")) == 0 && zh_sky_text((zh_sky)0).size == 0);
    CHECK(zh_sv_equal(zh_where_text(ZH_WHERE_HOME), ZH_SV("home")) && zh_sv_equal(zh_device_kind_text(ZH_DEVICE_TABLET), ZH_SV("tablet")) && zh_sv_equal(zh_sky_text(ZH_SKY_SNOW), ZH_SV("snow")));
}

static bool same(const zh_scene *a, const zh_scene *b)
{
    return a->has_time == b->has_time && a->hour == b->hour && a->weekday == b->weekday && a->month == b->month && a->day == b->day && a->has_temp == b->has_temp &&
           a->temp_c == b->temp_c && a->sky == b->sky && a->device == b->device && a->where == b->where;
}

static void bits_say_it_again(uint64_t seed)
{
    for (int i = 0; i < 20000; i++) {
        zh_scene s = { .sky = (zh_sky)(test_random(&seed) % 11), .device = (zh_device_kind)(test_random(&seed) % 4), .where = (zh_where)(test_random(&seed) % 5) }, got;
        if (test_random(&seed) % 4 > 0) zh_scene_at(&s, (int64_t)(test_random(&seed) % (uint64_t)ZH_TIME_MS_MAX), NULL);
        if (test_random(&seed) % 4 > 0) zh_scene_temp(&s, (double)(test_random(&seed) % 201) - 100);
        const uint64_t bits = zh_scene_pack(&s);
        CHECK(zh_scene_unpack(bits, &got) && same(&s, &got));
        const zh_scene time = zh_scene_of_time(&s);
        CHECK(zh_scene_pack(&time) == (bits & 0x3fff));
        const uint64_t other = test_random(&seed);
        if (zh_scene_unpack(other, &got)) CHECK(zh_scene_pack(&got) == other);
    }
    zh_scene none;
    CHECK(zh_scene_unpack(0, &none) && zh_scene_pack(&none) == 0);
    CHECK(!zh_scene_unpack(UINT64_C(1) << 32, &none) && !zh_scene_unpack(11 << 22, &none) && !zh_scene_unpack(202 << 14, &none) && !zh_scene_unpack(25, &none));
}

int main(int argc, char **argv)
{
    moments_are_in_their_buckets();
    weather_and_page_are_in_theirs();
    bits_say_it_again(test_seed(argc, argv));
    for (int part = 0; part < (int)ZH_SCENE_PARTS; part++) CHECK(zh_scene_part_first((zh_scene_part)part) < zh_scene_part_first((zh_scene_part)(part + 1)) && zh_scene_part_text((zh_scene_part)part).size > 0);
    CHECK(zh_scene_part_first(ZH_SCENE_PARTS) == ZH_SCENE_BUCKETS);
    return 0;
}
