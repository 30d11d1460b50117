/* world_scene.h -- the moment of an event and of an ask: calendar, weather, device and place put together.
 *
 *     setting              says                                                          kept
 *     calendar/2026        days off and days worked instead (base/calendar.h)            years
 *     weather/Shenzhen     {"at": …, "tempC": 9.5, "condition": "rain"}: the newest      cities
 *
 * Both are in the log, so a moment is counted with what the log said before it. A reading holds for ZH_WEATHER_HOLDS_MS from its
 * moment, for those who name its city: an event by context.location.city, an ask by context.city. What an event or
 * an ask says itself (context.weather) comes first.
 *
 * Guarantees  without weather, the counts of scenes do not depend on the order of the log, but for places that become known.
 * Cost        an event without a view or an order: nothing; else under 2 us, mostly its context's JSON.
 */
#ifndef ZH_ENGINE_WORLD_SCENE_H
#define ZH_ENGINE_WORLD_SCENE_H
#include "engine/world.h"

#define ZH_CALENDAR_SETTING "calendar/"
#define ZH_WEATHER_SETTING "weather/"
#define ZH_WEATHER_CITIES_MAX 4096              /* all cities of China are 700 */
#define ZH_WEATHER_HOLDS_MS (3 * ZH_HOUR_MS)    /* feeds come by the hour or every three */

ZH_MUST zh_err zh_world_open_scene(zh_world *world, const zh_tz *zone); /* part of zh_world_open */
void zh_world_close_scene(zh_world *world);
/* A definition, after the registry folded it; one that is about something else changes nothing. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_world_define_scene(zh_world *world, const zh_world_record *record);
/* After a load: everything the registry holds. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_world_loaded_scene(zh_world *world);
/* Count the lines of a VIEW or an ORDER; others, and events nothing is learned from, change nothing. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_world_count_scene(zh_world *world, const zh_event *event);

/* ---- asking; under the read lock ---- */

typedef struct zh_scene_words { /* what somebody says of a moment */
    zh_sv city;
    bool has_temp;
    double temp_c;
    zh_sky sky;
    zh_device_kind device;
} zh_scene_words;

typedef struct zh_weather { int64_t at_ms; int8_t temp_c; zh_sky sky; } zh_weather;
bool zh_world_weather(const zh_world *world, zh_sv city, zh_weather *out); /* the newest reading */
/* The moment without a place. */
zh_scene zh_world_scene(const zh_world *world, int64_t at_ms, const zh_scene_words *words);
/* Where a cell is to this customer; 0: nothing is known, or there is no cell. On the way: neither home nor work, in the hours people
 * go (7 to 10, 17 to 20) of a working day, and both are known. */
zh_where zh_world_where(const zh_customer_state *state, zh_cell cell, const zh_scene *scene);

#endif
