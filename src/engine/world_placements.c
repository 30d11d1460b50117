#include "engine/world_placements.h"

/* The placement of such a setting; false: it is of something else. */
static bool is_placement(zh_sv setting, zh_sv *name)
{
    if (!zh_sv_starts(setting, ZH_SV(ZH_PLACEMENT_SETTING))) return false;
    *name = zh_sv_part(setting, ZH_SV(ZH_PLACEMENT_SETTING).size, SIZE_MAX);
    return zh_placement_name_is_good(*name);
}

static zh_err define(zh_world *w, zh_sv name, zh_sv json)
{
    const zh_err e = zh_placements_define(w->placements, name, json);
    return e == ZH_FULL ? ZH_OK : e; /* one too many: whoever defines is told so before */
}

zh_err zh_world_loaded_placements(zh_world *w)
{
    zh_err e = ZH_OK;
    zh_sv name;
    for (zh_registry_iter it = zh_registry_walk(w->registry, ZH_THING_SETTING); e == ZH_OK && zh_registry_next(&it);)
        if (is_placement(it.at->setting.name, &name)) e = define(w, name, it.at->setting.json);
    return e;
}

zh_err zh_world_define_placement(zh_world *w, const zh_world_record *record)
{
    zh_definition definition;
    zh_sv name, json = { 0 };
    if (zh_definition_get(record->bytes, &definition) != ZH_OK) return ZH_CORRUPT;
    if (definition.thing != ZH_THING_SETTING || !is_placement(definition.setting.name, &name)) return ZH_OK;
    if (zh_registry_setting(w->registry, definition.setting.name, &json) != ZH_OK) json = (zh_sv){ 0 };
    return define(w, name, json);
}
