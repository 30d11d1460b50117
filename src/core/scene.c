#include "core/scene.h"

#include <math.h>
#include <string.h>

static const uint32_t firsts[ZH_SCENE_PARTS + 1] = { 0, 6, 9, 13, 18, 28, 31, ZH_SCENE_BUCKETS };
static const char *const part_names[ZH_SCENE_PARTS] = { "hour", "day", "season", "temp", "sky", "device", "where" };

static const struct { const char *text, *en, *zh; } buckets[ZH_SCENE_BUCKETS] = {
    { "night", "at night", "深夜" }, { "morning", "in the morning", "早上" }, { "noon", "around noon", "中午" },
    { "afternoon", "in the afternoon", "下午" }, { "evening", "in the evening", "晚上" }, { "late", "late in the evening", "睡前" },
    { "working", "on working days", "工作日" }, { "weekend", "on weekends", "周末" }, { "holiday", "on holidays", "节假日" },
    { "spring", "in spring", "春天" }, { "summer", "in summer", "夏天" }, { "autumn", "in autumn", "秋天" }, { "winter", "in winter", "冬天" },
    { "freezing", "when it is freezing", "严寒时" }, { "cold", "on cold days", "天冷时" }, { "mild", "on mild days", "天气温和时" },
    { "warm", "on warm days", "天暖时" }, { "hot", "on hot days", "天热时" },
    { "clear", "under a clear sky", "晴天" }, { "cloudy", "under clouds", "多云时" }, { "rain", "in the rain", "雨天" },
    { "heavy_rain", "in heavy rain", "大雨天" }, { "snow", "in the snow", "雪天" }, { "fog", "in fog", "雾天" }, { "haze", "in haze", "霾天" },
    { "wind", "in the wind", "大风天" }, { "heat", "in the heat", "高温天" }, { "cold", "in the cold", "寒潮天" },
    { "mobile", "on a phone", "手机上" }, { "desktop", "on a computer", "电脑上" }, { "tablet", "on a tablet", "平板上" },
    { "home", "at home", "在家" }, { "work", "at work", "上班时" }, { "way", "on the way", "路上" }, { "elsewhere", "away from home", "在外" },
};

/* ---- reading a moment ---- */

void zh_scene_at(zh_scene *s, int64_t local_ms, const zh_calendar *calendar)
{
    const zh_civil civil = zh_civil_of(local_ms);
    const int64_t day = zh_days_of(civil.year, civil.month, civil.day);
    s->has_time = true;
    s->hour = civil.hour;
    s->weekday = (uint8_t)zh_weekday(day);
    s->month = civil.month;
    s->day = zh_calendar_kind(calendar, day);
}

void zh_scene_temp(zh_scene *s, double temp_c)
{
    s->has_temp = temp_c >= -100 && temp_c <= 100;
    s->temp_c = s->has_temp ? (int8_t)lround(temp_c) : 0;
}

zh_scene zh_scene_of_time(const zh_scene *s)
{
    return (zh_scene){ .has_time = s->has_time, .hour = s->hour, .weekday = s->weekday, .month = s->month, .day = s->day };
}

/* ---- its bits ---- */

uint64_t zh_scene_pack(const zh_scene *s)
{
    uint64_t bits = 0;
    if (s->has_time) bits |= (uint64_t)(s->hour + 1) | (uint64_t)s->weekday << 5 | (uint64_t)s->day << 8 | (uint64_t)s->month << 10;
    if (s->has_temp) bits |= (uint64_t)(s->temp_c + 101) << 14;
    return bits | (uint64_t)s->sky << 22 | (uint64_t)s->device << 26 | (uint64_t)s->where << 29;
}

bool zh_scene_unpack(uint64_t bits, zh_scene *s)
{
    const uint32_t hour = bits & 31, weekday = bits >> 5 & 7, day = bits >> 8 & 3, month = bits >> 10 & 15, temp = bits >> 14 & 255;
    *s = (zh_scene){ .has_time = hour > 0, .has_temp = temp > 0, .sky = (zh_sky)(bits >> 22 & 15), .device = (zh_device_kind)(bits >> 26 & 7), .where = (zh_where)(bits >> 29 & 7) };
    if (bits >> 32 != 0 || s->sky > ZH_SKY_COLD || s->device > ZH_DEVICE_TABLET || s->where > ZH_WHERE_ELSEWHERE || temp > 201) return false;
    if (s->has_temp) s->temp_c = (int8_t)((int)temp - 101);
    if (!s->has_time) return weekday == 0 && day == 0 && month == 0;
    s->hour = (uint8_t)(hour - 1), s->weekday = (uint8_t)weekday, s->day = (zh_day_kind)day, s->month = (uint8_t)month;
    return hour <= 24 && weekday >= 1 && day >= ZH_DAY_WORKING && month >= 1 && month <= 12;
}

/* ---- buckets ---- */

static int hour_bucket(uint32_t hour)
{
    static const uint8_t ends[] = { 6, 10, 14, 18, 22 };
    int at = 0;
    while (at < 5 && hour >= ends[at]) at++;
    return at;
}

static int temp_bucket(int temp_c)
{
    static const int8_t ends[] = { 5, 15, 25, 32 };
    int at = 0;
    while (at < 4 && temp_c >= ends[at]) at++;
    return at;
}

static int season_of(uint32_t month) { return (int)((month + 9) % 12 / 3); }

int zh_scene_bucket(const zh_scene *s, zh_scene_part part)
{
    int at = -1;
    switch (part) {
    case ZH_SCENE_HOUR: at = s->has_time ? hour_bucket(s->hour) : -1; break;
    case ZH_SCENE_DAY: at = s->has_time ? (int)s->day - 1 : -1; break;
    case ZH_SCENE_SEASON: at = s->has_time ? season_of(s->month) : -1; break;
    case ZH_SCENE_TEMP: at = s->has_temp ? temp_bucket(s->temp_c) : -1; break;
    case ZH_SCENE_SKY: at = (int)s->sky - 1; break;
    case ZH_SCENE_DEVICE: at = (int)s->device - 1; break;
    case ZH_SCENE_WHERE: at = (int)s->where - 1; break;
    case ZH_SCENE_PARTS: break;
    }
    return at < 0 ? -1 : (int)firsts[part] + at;
}

uint32_t zh_scene_part_first(zh_scene_part part) { return firsts[part]; }
zh_sv zh_scene_part_text(zh_scene_part part) { return zh_sv_of(part_names[part]); }
zh_sv zh_scene_bucket_text(uint32_t bucket) { return zh_sv_of(buckets[bucket].text); }
zh_sv zh_scene_bucket_en(uint32_t bucket) { return zh_sv_of(buckets[bucket].en); }
zh_sv zh_scene_bucket_zh(uint32_t bucket) { return zh_sv_of(buckets[bucket].zh); }

/* ---- words ---- */

static zh_sv text_at(zh_scene_part part, int number) { return number < 1 ? (zh_sv){ 0 } : zh_scene_bucket_text(firsts[part] + (uint32_t)number - 1); }
zh_sv zh_sky_text(zh_sky sky) { return text_at(ZH_SCENE_SKY, (int)sky); }
zh_sv zh_device_kind_text(zh_device_kind device) { return text_at(ZH_SCENE_DEVICE, (int)device); }
zh_sv zh_where_text(zh_where where) { return text_at(ZH_SCENE_WHERE, (int)where); }
zh_sv zh_season_text(uint32_t month) { return zh_scene_bucket_text(firsts[ZH_SCENE_SEASON] + (uint32_t)season_of(month)); }

zh_sky zh_sky_of(zh_sv text)
{
    for (int sky = ZH_SKY_CLEAR; sky <= (int)ZH_SKY_COLD; sky++)
        if (zh_sv_equal(text, zh_sky_text((zh_sky)sky))) return (zh_sky)sky;
    return (zh_sky)0;
}

static bool same(zh_sv text, const char *word)
{
    if (text.size != strlen(word)) return false;
    for (size_t i = 0; i < text.size; i++)
        if ((text.data[i] >= 'A' && text.data[i] <= 'Z' ? text.data[i] + 32 : text.data[i]) != word[i]) return false;
    return true;
}

zh_device_kind zh_device_kind_of(zh_sv text)
{
    static const struct { const char *word; zh_device_kind kind; } words[] = {
        { "mobile", ZH_DEVICE_MOBILE }, { "phone", ZH_DEVICE_MOBILE }, { "ios", ZH_DEVICE_MOBILE }, { "iphone", ZH_DEVICE_MOBILE }, { "android", ZH_DEVICE_MOBILE }, { "harmony", ZH_DEVICE_MOBILE },
        { "desktop", ZH_DEVICE_DESKTOP }, { "computer", ZH_DEVICE_DESKTOP }, { "pc", ZH_DEVICE_DESKTOP }, { "tablet", ZH_DEVICE_TABLET }, { "ipad", ZH_DEVICE_TABLET } };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (same(text, words[i].word)) return words[i].kind;
    return (zh_device_kind)0;
}
