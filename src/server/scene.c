/* scene.c -- the moment: the calendar, its years and days. */
#include "base/festival.h"
#include "base/json_out.h"
#include "engine/world_scene.h"
#include "server/answer.h"
#include "server/call.h"

#define DAYS_DEFAULT 60
#define DAYS_MAX 400

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
