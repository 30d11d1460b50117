#include "engine/world_scene.h"
#include "base/hash.h"
#include "profile/portrait_place.h"

/* A reading in the map: i64 seconds << 16 | (temperature + 101) << 8 | sky. */
static uint64_t reading_put(const zh_weather *weather) { return (uint64_t)(weather->at_ms / ZH_SECOND_MS) << 16 | (uint64_t)(weather->temp_c + 101) << 8 | (uint64_t)weather->sky; }
static zh_weather reading_get(uint64_t bits) { return (zh_weather){ (int64_t)(bits >> 16) * ZH_SECOND_MS, (int8_t)((int)(bits >> 8 & 255) - 101), (zh_sky)(bits & 255) }; }

zh_err zh_world_open_scene(zh_world *w, const zh_tz *zone)
{
    w->zone = zone != NULL ? zone : zh_tz_utc();
    w->weather = zh_map_open();
    zh_err e = zh_calendar_open(&w->calendar);
    if (e == ZH_OK) e = zh_scenes_open(&w->scenes);
    return e != ZH_OK ? e : zh_json_open(&w->scene_json, ZH_SETTING_BYTES_MAX);
}

void zh_world_close_scene(zh_world *w)
{
    zh_json_close(w->scene_json);
    zh_scenes_close(w->scenes);
    zh_calendar_close(w->calendar);
    zh_map_close(&w->weather);
}

/* ---- settings ---- */

static void read_year(zh_world *w, zh_sv name, zh_json_value root)
{
    zh_note why;
    int32_t year = 0;
    const zh_sv digits = zh_sv_part(name, sizeof ZH_CALENDAR_SETTING - 1, SIZE_MAX);
    for (size_t i = 0; i < digits.size && i < 4; i++) year = year * 10 + (digits.data[i] - '0');
    if (zh_json_is(root, ZH_JSON_ABSENT)) zh_calendar_drop(w->calendar, year);
    else (void)!zh_calendar_put(w->calendar, root, &why); /* one that cannot be read was written by a later version, and says nothing here */
}

static zh_err read_weather(zh_world *w, zh_sv name, zh_json_value root)
{
    zh_scene scene = { 0 };
    double temp_c;
    zh_weather weather = { 0 };
    const uint64_t city = zh_fast64(zh_sv_part(name, sizeof ZH_WEATHER_SETTING - 1, SIZE_MAX));
    if (zh_time_parse(zh_json_text_or_empty(zh_json_get(root, ZH_SV("at"))), &weather.at_ms) != ZH_OK || !zh_json_real(zh_json_get(root, ZH_SV("tempC")), &temp_c)) return ZH_OK;
    zh_scene_temp(&scene, temp_c);
    weather.temp_c = scene.temp_c;
    weather.sky = zh_sky_of(zh_json_text_or_empty(zh_json_get(root, ZH_SV("condition"))));
    if (!scene.has_temp || (w->weather.count >= ZH_WEATHER_CITIES_MAX && zh_map_get(&w->weather, city) == NULL)) return ZH_OK;
    return zh_map_put(&w->weather, city, reading_put(&weather));
}

/* What stands in the registry counts: a definition that came late may be older than it. */
static zh_err read_setting(zh_world *w, zh_sv name)
{
    zh_sv text;
    zh_json_value root = { 0 };
    const bool is_year = zh_sv_starts(name, ZH_SV(ZH_CALENDAR_SETTING));
    if (!is_year && !zh_sv_starts(name, ZH_SV(ZH_WEATHER_SETTING))) return ZH_OK;
    if (zh_registry_setting(w->registry, name, &text) == ZH_OK) {
        const zh_err e = zh_json_parse(w->scene_json, text, &root, NULL);
        if (e != ZH_OK) return e == ZH_NOMEM ? e : ZH_OK;
    }
    if (!is_year) return read_weather(w, name, root);
    read_year(w, name, root);
    return ZH_OK;
}

zh_err zh_world_define_scene(zh_world *w, const zh_world_record *record)
{
    zh_definition d;
    if (zh_definition_get(record->bytes, &d) != ZH_OK || d.thing != ZH_THING_SETTING) return ZH_OK;
    return read_setting(w, d.setting.name);
}

zh_err zh_world_loaded_scene(zh_world *w)
{
    zh_err e = ZH_OK;
    for (zh_registry_iter it = zh_registry_walk(w->registry, ZH_THING_SETTING); e == ZH_OK && zh_registry_next(&it);) e = read_setting(w, it.at->setting.name);
    return e;
}

/* ---- a moment ---- */

bool zh_world_weather(const zh_world *w, zh_sv city, zh_weather *out)
{
    const uint64_t *there = city.size == 0 ? NULL : zh_map_get(&w->weather, zh_fast64(city));
    if (there != NULL) *out = reading_get(*there);
    return there != NULL;
}

zh_scene zh_world_scene(const zh_world *w, int64_t at_ms, const zh_scene_words *words)
{
    zh_scene scene = { .sky = words->sky, .device = words->device };
    zh_weather weather;
    zh_scene_at(&scene, at_ms + zh_tz_offset_s(w->zone, at_ms) * ZH_SECOND_MS, w->calendar);
    if (words->has_temp) zh_scene_temp(&scene, words->temp_c);
    if (words->has_temp || words->sky != 0 || !zh_world_weather(w, words->city, &weather)) return scene;
    if (at_ms < weather.at_ms || at_ms - weather.at_ms > ZH_WEATHER_HOLDS_MS) return scene;
    zh_scene_temp(&scene, weather.temp_c);
    scene.sky = weather.sky;
    return scene;
}

zh_where zh_world_where(const zh_customer_state *state, zh_cell cell, const zh_scene *scene)
{
    zh_places places;
    if (state == NULL || cell.number == 0) return (zh_where)0;
    zh_places_of(state, &places);
    const uint32_t home = places.home.cell.number, work = places.work.cell.number;
    if (home == 0 && work == 0) return (zh_where)0;
    if (cell.number == home) return ZH_WHERE_HOME;
    if (cell.number == work) return ZH_WHERE_WORK;
    const bool goes = (scene->hour >= 7 && scene->hour < 10) || (scene->hour >= 17 && scene->hour < 20);
    return home != 0 && work != 0 && goes && scene->day == ZH_DAY_WORKING ? ZH_WHERE_WAY : ZH_WHERE_ELSEWHERE;
}

/* ---- counting ---- */

#define NARROW_PIXELS 768 /* a screen narrower than this is in a hand, as in profile/portrait_context.h */

/* What the event's context says; of one without these members, or that cannot be read, nothing. */
static zh_err words_of(zh_json *json, zh_sv context, zh_scene_words *words)
{
    zh_json_value root;
    int64_t width;
    *words = (zh_scene_words){ 0 };
    if (context.size < 3) return ZH_OK;
    const zh_err e = zh_json_parse(json, context, &root, NULL);
    if (e != ZH_OK) return e == ZH_NOMEM ? e : ZH_OK;
    const zh_json_value weather = zh_json_get(root, ZH_SV("weather"));
    words->city = zh_json_text_or_empty(zh_json_get(zh_json_get(root, ZH_SV("location")), ZH_SV("city")));
    words->has_temp = zh_json_real(zh_json_get(weather, ZH_SV("temp_c")), &words->temp_c);
    words->sky = zh_sky_of(zh_json_text_or_empty(zh_json_get(weather, ZH_SV("condition"))));
    words->device = zh_device_kind_of(zh_json_text_or_empty(zh_json_get(zh_json_get(root, ZH_SV("device")), ZH_SV("type"))));
    if (words->device == 0 && zh_json_int(zh_json_get(zh_json_get(root, ZH_SV("screen")), ZH_SV("width")), &width) && width > 0)
        words->device = width < NARROW_PIXELS ? ZH_DEVICE_MOBILE : ZH_DEVICE_DESKTOP;
    return ZH_OK;
}

zh_err zh_world_count_scene(zh_world *w, const zh_event *event)
{
    zh_scene_words words;
    const bool is_bought = event->act == ZH_ACT_ORDER;
    if ((event->act != ZH_ACT_VIEW && !is_bought) || event->lines_count == 0 || (event->marks & ZH_MARKS_NOT_LEARNED) != 0) return ZH_OK;
    zh_err e = words_of(w->scene_json, event->context, &words);
    if (e != ZH_OK) return e;
    zh_scene scene = zh_world_scene(w, event->time_ms, &words);
    scene.where = zh_world_where(zh_customers_get(w->customers, event->customer), zh_event_cell(event), &scene);
    for (uint32_t i = 0; e == ZH_OK && i < event->lines_count; i++) {
        const zh_item *item = zh_catalog_get(w->catalog, event->lines[i].item);
        if (item != NULL) e = zh_scenes_count(w->scenes, item->category_hash, &scene, is_bought);
    }
    return e;
}
