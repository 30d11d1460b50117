#include "engine/world_scene.h"

/* What stands in the registry counts: a definition that came late may be older than it. A year that cannot be read was written
 * by a later version, and says nothing here. */
static zh_err read_year(zh_world *w, zh_sv name, zh_json *json)
{
    zh_sv text;
    zh_note why;
    zh_json_value root;
    int32_t year = 0;
    const zh_sv digits = zh_sv_part(name, sizeof ZH_CALENDAR_SETTING - 1, SIZE_MAX);
    for (size_t i = 0; i < digits.size && i < 4; i++) year = year * 10 + (digits.data[i] - '0');
    if (zh_registry_setting(w->registry, name, &text) != ZH_OK) {
        zh_calendar_drop(w->calendar, year);
        return ZH_OK;
    }
    zh_err e = zh_json_parse(json, text, &root, NULL);
    if (e == ZH_OK) e = zh_calendar_put(w->calendar, root, &why);
    return e == ZH_NOMEM ? e : ZH_OK;
}

zh_err zh_world_define_scene(zh_world *w, const zh_world_record *record)
{
    zh_definition d;
    zh_json *json;
    if (zh_definition_get(record->bytes, &d) != ZH_OK || d.thing != ZH_THING_SETTING || !zh_sv_starts(d.setting.name, ZH_SV(ZH_CALENDAR_SETTING))) return ZH_OK;
    zh_err e = zh_json_open(&json, ZH_SETTING_BYTES_MAX);
    if (e != ZH_OK) return e;
    e = read_year(w, d.setting.name, json);
    zh_json_close(json);
    return e;
}

zh_err zh_world_loaded_scene(zh_world *w)
{
    zh_json *json;
    zh_err e = zh_json_open(&json, ZH_SETTING_BYTES_MAX);
    if (e != ZH_OK) return e;
    for (zh_registry_iter it = zh_registry_walk(w->registry, ZH_THING_SETTING); e == ZH_OK && zh_registry_next(&it);)
        if (zh_sv_starts(it.at->setting.name, ZH_SV(ZH_CALENDAR_SETTING))) e = read_year(w, it.at->setting.name, json);
    zh_json_close(json);
    return e;
}
