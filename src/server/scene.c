/* scene.c -- the moment: what an ask says of it, the calendar, the weather, and what is learned of moments. */
#include "base/csv.h"
#include "base/festival.h"
#include "base/json_out.h"
#include "engine/ask.h"
#include "engine/world_scene.h"
#include "server/answer.h"
#include "server/call.h"

#include <math.h>
#include <stdlib.h>

#define DAYS_DEFAULT 60
#define DAYS_MAX 400
#define CITY_BYTES_MAX 100

/* ---- the moment of an ask ---- */

void zh_scene_read(zh_json_value context, zh_ask *ask)
{
    double latitude, longitude;
    const zh_json_value weather = zh_json_get(context, ZH_SV("weather"));
    ask->scene.city = zh_json_text_or_empty(zh_json_get(context, ZH_SV("city")));
    ask->scene.has_temp = zh_json_real(zh_json_get(weather, ZH_SV("temp_c")), &ask->scene.temp_c);
    ask->scene.sky = zh_sky_of(zh_json_text_or_empty(zh_json_get(weather, ZH_SV("condition"))));
    ask->scene.device = zh_device_kind_of(zh_json_text_or_empty(zh_json_get(context, ZH_SV("device"))));
    if (zh_json_real(zh_json_get(context, ZH_SV("lat")), &latitude) && zh_json_real(zh_json_get(context, ZH_SV("lon")), &longitude)) ask->cell = zh_cell_of(latitude, longitude);
}

/* ---- days ---- */

static void put_names(int64_t day, zh_json_out *out)
{
    const zh_festival *festivals[ZH_FESTIVALS_OF_DAY_MAX];
    const size_t count = zh_festivals_of(day, festivals);
    zh_json_out_key(out, ZH_SV("festivals"));
    zh_json_out_array(out);
    for (size_t i = 0; i < count; i++) {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("zh"), festivals[i]->zh);
        zh_json_out_key_text(out, ZH_SV("en"), festivals[i]->en);
        zh_json_out_key_bool(out, ZH_SV("shopping"), festivals[i]->shopping);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
    int64_t on;
    const zh_festival *window = zh_festival_window(day, &on);
    zh_json_out_key_text(out, ZH_SV("window"), window == NULL ? (zh_sv){ 0 } : window->zh);
}

static void put_lunar(int64_t day, zh_json_out *out)
{
    zh_lunar lunar;
    const int term = zh_solar_term_of(day);
    zh_json_out_key(out, ZH_SV("lunar"));
    if (zh_lunar_of(day, &lunar)) {
        zh_json_out_object(out);
        zh_json_out_key_int(out, ZH_SV("year"), lunar.year);
        zh_json_out_key_int(out, ZH_SV("month"), lunar.month);
        zh_json_out_key_int(out, ZH_SV("day"), lunar.day);
        zh_json_out_key_bool(out, ZH_SV("leap"), lunar.leap);
        zh_json_out_end(out);
    } else zh_json_out_null(out);
    zh_json_out_key(out, ZH_SV("term"));
    if (term >= 0) {
        zh_json_out_object(out);
        zh_json_out_key_text(out, ZH_SV("zh"), zh_solar_term_zh((unsigned)term));
        zh_json_out_key_text(out, ZH_SV("en"), zh_solar_term_en((unsigned)term));
        zh_json_out_end(out);
    } else zh_json_out_null(out);
}

static void put_day(const zh_calendar *calendar, int64_t day, zh_json_out *out)
{
    char date[ZH_TIME_TEXT_BYTES];
    const zh_listed_day *listed = zh_calendar_listed(calendar, day);
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("date"), (zh_sv){ date, zh_date_print(day, date) });
    zh_json_out_key_int(out, ZH_SV("weekday"), zh_weekday(day));
    zh_json_out_key_text(out, ZH_SV("kind"), zh_sv_of(zh_day_kind_text(zh_calendar_kind(calendar, day))));
    zh_json_out_key_text(out, ZH_SV("listedAs"), listed == NULL ? (zh_sv){ 0 } : zh_sv_of(listed->name));
    put_lunar(day, out);
    put_names(day, out);
    zh_json_out_end(out);
}

void zh_route_calendar(zh_call *call)
{
    zh_world *w = zh_engine_world(call->engine);
    const zh_sales_desc zone = zh_engine_sales_desc(call->engine);
    const zh_sv from = zh_http_param(call->request, ZH_SV("from")), days = zh_http_param(call->request, ZH_SV("days"));
    int64_t ms = zone.local_ms(zone.context, call->now_ms);
    uint32_t count = DAYS_DEFAULT;
    if (from.size > 0 && (from.size != 10 || zh_time_parse(from, &ms) != ZH_OK)) {
        zh_call_problem(call, 400, "bad_field", "from", "from must be a date such as 2026-11-01");
        return;
    }
    if (days.size > 0 && (!zh_call_number(days, &count) || count > DAYS_MAX)) {
        zh_call_problem(call, 400, "bad_field", "days", "days must be a number from 1 to 400");
        return;
    }
    const int64_t first = ms / ZH_DAY_MS;
    const int32_t year = zh_civil_of(first * ZH_DAY_MS).year, last_year = zh_civil_of((first + count - 1) * ZH_DAY_MS).year;
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_world_lock_read(w);
    zh_json_out_key(&out, ZH_SV("years"));
    zh_json_out_array(&out);
    for (int32_t y = year; y <= last_year; y++) {
        zh_json_out_object(&out);
        zh_json_out_key_int(&out, ZH_SV("year"), y);
        zh_json_out_key_bool(&out, ZH_SV("isSaid"), zh_calendar_says(w->calendar, y));
        zh_json_out_end(&out);
    }
    zh_json_out_end(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    for (uint32_t i = 0; i < count; i++) put_day(w->calendar, first + i, &out);
    zh_json_out_end(&out);
    zh_world_unlock(w);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* ---- a year is said ---- */

/* The year as it is kept: what else the file says of itself is left out. */
static zh_err year_text(zh_json_value root, zh_buf *text, int64_t year)
{
    zh_json_out out = zh_json_out_on(text);
    zh_json_out_object(&out);
    zh_json_out_key_int(&out, ZH_SV("year"), year);
    zh_json_out_key(&out, ZH_SV("days"));
    zh_json_out_array(&out);
    for (zh_json_iter it = zh_json_walk(zh_json_get(root, ZH_SV("days"))); zh_json_next(&it);) {
        bool off = false;
        (void)zh_json_bool(zh_json_get(it.value, ZH_SV("isOffDay")), &off);
        zh_json_out_object(&out);
        zh_json_out_key_text(&out, ZH_SV("name"), zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("name"))));
        zh_json_out_key_text(&out, ZH_SV("date"), zh_json_text_or_empty(zh_json_get(it.value, ZH_SV("date"))));
        zh_json_out_key_bool(&out, ZH_SV("isOffDay"), off);
        zh_json_out_end(&out);
    }
    zh_json_out_end(&out);
    zh_json_out_end(&out);
    return zh_json_out_done(&out);
}

/* Does the calendar take it? Asked of an empty one, and whether there is room for the year of the workspace's. */
static zh_err check_year(zh_call *call, zh_json_value root, zh_sv name, zh_note *why)
{
    zh_calendar *trial;
    zh_err e = zh_calendar_open(&trial);
    if (e != ZH_OK) return e;
    e = zh_calendar_put(trial, root, why);
    zh_calendar_close(trial);
    if (e != ZH_OK) return e;
    zh_world *w = zh_engine_world(call->engine);
    uint32_t years = 0;
    zh_world_lock_read(w);
    for (zh_registry_iter it = zh_registry_walk(w->registry, ZH_THING_SETTING); zh_registry_next(&it);)
        years += zh_sv_starts(it.at->setting.name, ZH_SV(ZH_CALENDAR_SETTING)) && !zh_sv_equal(it.at->setting.name, name);
    zh_world_unlock(w);
    if (years < ZH_CALENDAR_YEARS_MAX) return ZH_OK;
    zh_note_set(why, "there are %d years already", ZH_CALENDAR_YEARS_MAX);
    return ZH_FULL;
}

void zh_route_calendar_put(zh_call *call)
{
    zh_json_value root;
    zh_note why = { "" };
    int64_t year = 0;
    char name[32];
    if (!zh_call_body_json(call, &root)) return;
    (void)zh_json_int(zh_json_get(root, ZH_SV("year")), &year);
    const int size = snprintf(name, sizeof name, ZH_CALENDAR_SETTING "%lld", (long long)year);
    zh_err e = check_year(call, root, (zh_sv){ name, (size_t)size }, &why);
    if (e == ZH_FORMAT || e == ZH_FULL) {
        zh_call_problem(call, e == ZH_FULL ? 409 : 400, e == ZH_FULL ? "full" : "bad_field", "days", why.text);
        return;
    }
    zh_buf text = zh_buf_open(ZH_SETTING_BYTES_MAX);
    if (e == ZH_OK) e = year_text(root, &text, year);
    const zh_definition d = { .thing = ZH_THING_SETTING, .at_ms = call->now_ms, .actor = call->caller.actor,
                              .setting = { .name = { name, (size_t)size }, .json = zh_buf_view(&text) } };
    if (e == ZH_OK) e = zh_engine_define(call->engine, &d);
    const size_t count = zh_json_count(zh_json_get(root, ZH_SV("days")));
    zh_buf_close(&text);
    if (e != ZH_OK) {
        zh_call_failed(call, e, NULL);
        return;
    }
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key_int(&out, ZH_SV("year"), year);
    zh_json_out_key_int(&out, ZH_SV("days"), (int64_t)count);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* ---- the weather ---- */

static const char *read_weather(zh_json_value root, int64_t now_ms, zh_sv *city, zh_weather *weather, const char **detail)
{
    double temp_c;
    zh_scene scene = { 0 };
    const zh_json_value at = zh_json_get(root, ZH_SV("at")), condition = zh_json_get(root, ZH_SV("condition"));
    *city = zh_json_text_or_empty(zh_json_get(root, ZH_SV("city")));
    *detail = "must be text of 1 to 100 bytes, as asks and events name it";
    if (city->size == 0 || city->size > CITY_BYTES_MAX) return "city";
    weather->at_ms = now_ms;
    *detail = "must be a time such as 2026-11-21T08:00:00Z, not after now";
    if (zh_json_type_of(at) > ZH_JSON_NULL && (zh_time_parse(zh_json_text_or_empty(at), &weather->at_ms) != ZH_OK || weather->at_ms > now_ms)) return "at";
    *detail = "must be a number from -100 to 100";
    if (!zh_json_real(zh_json_get(root, ZH_SV("temp_c")), &temp_c)) return "temp_c";
    zh_scene_temp(&scene, temp_c);
    if (!scene.has_temp) return "temp_c";
    weather->temp_c = scene.temp_c;
    weather->sky = zh_sky_of(zh_json_text_or_empty(condition));
    *detail = "must be clear, cloudy, rain, heavy_rain, snow, fog, haze, wind, heat or cold";
    return zh_json_type_of(condition) > ZH_JSON_NULL && weather->sky == 0 ? "condition" : NULL;
}

static void weather_json(const zh_weather *weather, zh_json_out *out)
{
    zh_json_out_object(out);
    zh_call_time(out, ZH_SV("at"), weather->at_ms);
    zh_json_out_key_int(out, ZH_SV("tempC"), weather->temp_c);
    zh_json_out_key_text(out, ZH_SV("condition"), zh_sky_text(weather->sky));
    zh_json_out_end(out);
}

void zh_route_weather_put(zh_call *call)
{
    zh_json_value root;
    zh_sv city;
    zh_weather weather, there;
    const char *detail;
    char name[sizeof ZH_WEATHER_SETTING + CITY_BYTES_MAX];
    if (!zh_call_body_json(call, &root)) return;
    const char *wrong = read_weather(root, call->now_ms, &city, &weather, &detail);
    if (wrong != NULL) {
        zh_call_problem(call, 400, "bad_field", wrong, detail);
        return;
    }
    zh_world *w = zh_engine_world(call->engine);
    zh_world_lock_read(w);
    const bool known = zh_world_weather(w, city, &there), is_full = !known && w->weather.count >= ZH_WEATHER_CITIES_MAX;
    zh_world_unlock(w);
    if (is_full) {
        zh_call_problem(call, 409, "full", "city", "there are 4,096 cities already");
        return;
    }
    zh_err e = ZH_OK;
    if (!known || weather.at_ms >= there.at_ms) {
        zh_buf text = zh_buf_open(512);
        zh_json_out out = zh_json_out_on(&text);
        weather_json(&weather, &out);
        e = zh_json_out_done(&out);
        const int size = snprintf(name, sizeof name, ZH_WEATHER_SETTING "%.*s", ZH_SV_ARG(city));
        const zh_definition d = { .thing = ZH_THING_SETTING, .at_ms = call->now_ms, .actor = call->caller.actor,
                                  .setting = { .name = { name, (size_t)size }, .json = zh_buf_view(&text) } };
        if (e == ZH_OK) e = zh_engine_define(call->engine, &d);
        zh_buf_close(&text);
        there = weather;
    }
    if (e != ZH_OK) {
        zh_call_failed(call, e, NULL);
        return;
    }
    zh_json_out out = zh_call_begin(call);
    weather_json(&there, &out);
    zh_call_json(call, 200, &out);
}

/* ---- what is learned ---- */

/* The name of a category: that of the first of its items. */
static zh_sv name_of(const zh_catalog *catalog, uint64_t hash)
{
    const zh_item *item;
    for (size_t at = 0; (item = zh_catalog_next(catalog, &at)) != NULL;)
        if (item->category_hash == hash) return item->category;
    return (zh_sv){ 0 };
}

static uint64_t acts_of(const zh_scenes *scenes, uint32_t category)
{
    uint64_t acts = 0;
    for (uint32_t b = 0; b < zh_scene_part_first(ZH_SCENE_DAY); b++) { /* every act has an hour */
        const zh_scene_cell cell = zh_scenes_cell(scenes, category, b);
        acts += cell.views + (uint64_t)ZH_SCENE_BUY_ACTS * cell.buys;
    }
    return acts;
}

static void put_category(const zh_world *w, uint32_t category, uint64_t acts, zh_json_out *out)
{
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("category"), name_of(w->catalog, zh_scenes_category(w->scenes, category)));
    zh_json_out_key_int(out, ZH_SV("acts"), (int64_t)acts);
    zh_json_out_key(out, ZH_SV("cells"));
    zh_json_out_array(out);
    for (uint32_t b = 0; b < ZH_SCENE_BUCKETS; b++) {
        const zh_scene_cell cell = zh_scenes_cell(w->scenes, category, b);
        zh_json_out_object(out);
        zh_json_out_key_int(out, ZH_SV("views"), cell.views);
        zh_json_out_key_int(out, ZH_SV("buys"), cell.buys);
        zh_json_out_key_real(out, ZH_SV("effect"), round(cell.effect * 1e4) / 1e4);
        zh_json_out_end(out);
    }
    zh_json_out_end(out);
    zh_json_out_end(out);
}

static void put_buckets(zh_json_out *out)
{
    zh_json_out_key(out, ZH_SV("buckets"));
    zh_json_out_array(out);
    for (int part = 0; part < (int)ZH_SCENE_PARTS; part++)
        for (uint32_t b = zh_scene_part_first((zh_scene_part)part); b < zh_scene_part_first((zh_scene_part)(part + 1)); b++) {
            zh_json_out_object(out);
            zh_json_out_key_text(out, ZH_SV("part"), zh_scene_part_text((zh_scene_part)part));
            zh_json_out_key_text(out, ZH_SV("bucket"), zh_scene_bucket_text(b));
            zh_json_out_end(out);
        }
    zh_json_out_end(out);
}

typedef struct counted { uint32_t category; uint64_t acts; } counted;

static int by_acts(const void *a, const void *b)
{
    const counted *x = a, *y = b;
    if (x->acts != y->acts) return x->acts < y->acts ? 1 : -1;
    return (x->category > y->category) - (x->category < y->category);
}

static bool is_csv(const zh_call *call) { return zh_sv_equal(zh_http_param(call->request, ZH_SV("format")), ZH_SV("csv")); }

/* A line a category and bucket that was counted. */
static void put_csv(zh_call *call, const counted *rows, uint32_t count)
{
    const zh_world *w = zh_engine_world(call->engine);
    zh_buf *out = &call->thread->out;
    zh_buf_reset(out);
    zh_buf_put(out, ZH_SV("category,part,bucket,views,buys,effect\n"));
    for (uint32_t i = 0; i < count; i++)
        for (int part = 0; part < (int)ZH_SCENE_PARTS; part++)
            for (uint32_t b = zh_scene_part_first((zh_scene_part)part); b < zh_scene_part_first((zh_scene_part)(part + 1)); b++) {
                const zh_scene_cell cell = zh_scenes_cell(w->scenes, rows[i].category, b);
                if (cell.views + cell.buys == 0) continue;
                zh_csv_put_shown(out, name_of(w->catalog, zh_scenes_category(w->scenes, rows[i].category)), ',', true);
                zh_buf_printf(out, ",%.*s,%.*s,%u,%u,%.4f\n", ZH_SV_ARG(zh_scene_part_text((zh_scene_part)part)), ZH_SV_ARG(zh_scene_bucket_text(b)), cell.views, cell.buys, cell.effect);
            }
}

void zh_route_scene(zh_call *call)
{
    zh_world *w = zh_engine_world(call->engine);
    const size_t limit = zh_call_limit(call);
    zh_world_lock_read(w);
    const uint32_t count = zh_scenes_categories(w->scenes);
    counted *rows = ZH_TAKE(call->arena, counted, count + 1);
    for (uint32_t i = 0; rows != NULL && i < count; i++) rows[i] = (counted){ i, acts_of(w->scenes, i) };
    if (rows != NULL) qsort(rows, count, sizeof *rows, by_acts);
    zh_json_out out = zh_call_begin(call);
    if (rows != NULL && is_csv(call)) put_csv(call, rows, count);
    else if (rows != NULL) {
        const zh_scene now = zh_world_scene(w, call->now_ms, &(zh_scene_words){ 0 });
        zh_json_out_object(&out);
        zh_json_out_key_int(&out, ZH_SV("categories"), count);
        zh_json_out_key_text(&out, ZH_SV("kind"), zh_sv_of(zh_day_kind_text(now.day)));
        zh_json_out_key_int(&out, ZH_SV("cities"), (int64_t)w->weather.count);
        put_buckets(&out);
        zh_json_out_key(&out, ZH_SV("items"));
        zh_json_out_array(&out);
        for (uint32_t i = 0; i < count && i < limit; i++) put_category(w, rows[i].category, rows[i].acts, &out);
        zh_json_out_end(&out);
        zh_json_out_end(&out);
    }
    zh_world_unlock(w);
    if (rows == NULL) zh_call_failed(call, ZH_NOMEM, NULL);
    else if (is_csv(call)) zh_call_reply(call, 200, ZH_SV("text/csv; charset=utf-8"), zh_buf_view(&call->thread->out), NULL, 0);
    else zh_call_json(call, 200, &out);
}
