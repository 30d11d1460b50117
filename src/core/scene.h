/* scene.h -- the moment of a question or an event: what can be read of it, its buckets, and its bits in a decision.
 *
 *     part     buckets                                                        from
 *     hour     night 0-6, morning 6-10, noon 10-14, afternoon 14-18,          the workspace's clock
 *              evening 18-22, late 22-24
 *     day      working, weekend, holiday                                      the workspace's calendar (base/calendar.h)
 *     season   spring March to May, summer, autumn, winter                    its month; of the northern half of the earth
 *     temp     freezing < 5 °C, cold < 15, mild < 25, warm < 32, hot          the weather
 *     sky      clear, cloudy, rain, heavy_rain, snow, fog, haze, wind, heat, cold
 *     device   mobile, desktop, tablet                                        the page
 *     where    home, work, way, elsewhere                                     the customer's own cells
 *
 * What is not known is in no bucket, and never "clear" or "elsewhere".
 *
 * A scene in a decision is 64 bits, the lowest first; 0 is nothing known:
 *
 *     BITS   MEANING
 *     0-4    hour + 1            5-7    weekday, 1 Monday        8-9    kind of day (zh_day_kind)
 *     10-13  month               14-21  temperature in whole °C + 101, of -100 .. 100
 *     22-25  sky                 26-28  device                   29-31  where
 *     32-63  0
 *
 * Guarantees  unpack(pack(s)) == s; any other bits are refused.
 * Cost        a few nanoseconds each, no allocation.
 * Not here    what moments change (model/scene.h); where somebody lives (profile/portrait_place.h).
 */
#ifndef ZH_CORE_SCENE_H
#define ZH_CORE_SCENE_H
#include "base/calendar.h"

typedef enum zh_scene_part { /* stored: append only */
    ZH_SCENE_HOUR, ZH_SCENE_DAY, ZH_SCENE_SEASON, ZH_SCENE_TEMP, ZH_SCENE_SKY, ZH_SCENE_DEVICE, ZH_SCENE_WHERE, ZH_SCENE_PARTS
} zh_scene_part;
#define ZH_SCENE_TIME_PARTS 3 /* the first of them are read off the clock alone */

/* From 1; 0: not known. Stored: append only. */
typedef enum zh_sky {
    ZH_SKY_CLEAR = 1, ZH_SKY_CLOUDY, ZH_SKY_RAIN, ZH_SKY_HEAVY_RAIN, ZH_SKY_SNOW, ZH_SKY_FOG, ZH_SKY_HAZE, ZH_SKY_WIND, ZH_SKY_HEAT, ZH_SKY_COLD
} zh_sky;
typedef enum zh_device_kind { ZH_DEVICE_MOBILE = 1, ZH_DEVICE_DESKTOP, ZH_DEVICE_TABLET } zh_device_kind;
typedef enum zh_where { ZH_WHERE_HOME = 1, ZH_WHERE_WORK, ZH_WHERE_WAY, ZH_WHERE_ELSEWHERE } zh_where;

typedef struct zh_scene {
    bool has_time;           /* then hour, weekday, day and month */
    uint8_t hour, weekday, month;
    zh_day_kind day;
    bool has_temp;
    int8_t temp_c;           /* -100 .. 100 */
    zh_sky sky;              /* and the next: 0, not known */
    zh_device_kind device;
    zh_where where;
} zh_scene;

/* The time of a scene: a moment of the workspace's clock (milliseconds, its zone's offset added). */
void zh_scene_at(zh_scene *scene, int64_t local_ms, const zh_calendar *calendar);
void zh_scene_temp(zh_scene *scene, double temp_c); /* rounded; out of -100 .. 100, or no number: not known */
zh_scene zh_scene_of_time(const zh_scene *scene);   /* the time alone */

uint64_t zh_scene_pack(const zh_scene *scene);
bool zh_scene_unpack(uint64_t bits, zh_scene *out); /* false: no such bits */

#define ZH_SCENE_BUCKETS 35 /* of all parts */
uint32_t zh_scene_part_first(zh_scene_part part);   /* the number of its first bucket among all; [PARTS] is their sum */
int zh_scene_bucket(const zh_scene *scene, zh_scene_part part); /* 0 .. ZH_SCENE_BUCKETS - 1; -1: not known */
zh_sv zh_scene_part_text(zh_scene_part part);       /* "hour" */
zh_sv zh_scene_bucket_text(uint32_t bucket);        /* "evening" */
zh_sv zh_scene_bucket_en(uint32_t bucket);          /* "in the evening" */
zh_sv zh_scene_bucket_zh(uint32_t bucket);          /* "晚上" */

/* Words of others; 0: not one of ours. */
zh_sky zh_sky_of(zh_sv text);
zh_device_kind zh_device_kind_of(zh_sv text);       /* "mobile", "phone", "ios", "android" … */
zh_sv zh_sky_text(zh_sky sky);                      /* "" where it is not known; and so the next */
zh_sv zh_device_kind_text(zh_device_kind device);
zh_sv zh_where_text(zh_where where);
zh_sv zh_season_text(uint32_t month);               /* 1 .. 12 */

#endif
