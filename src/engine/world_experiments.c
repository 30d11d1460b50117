#include "engine/world_experiments.h"
#include "measure/allocation.h"

zh_err zh_world_define_experiment(zh_world *w, const zh_world_record *record)
{
    zh_definition definition;
    if (zh_definition_get(record->bytes, &definition) != ZH_OK) return ZH_CORRUPT;
    const zh_sv prefix = ZH_SV(ZH_EXPERIMENT_SETTING), setting = definition.setting.name;
    if (definition.thing != ZH_THING_SETTING || !zh_sv_starts(setting, prefix)) return ZH_OK;
    const zh_sv name = zh_sv_part(setting, prefix.size, SIZE_MAX);
    zh_sv json = { 0 };
    if (!zh_metric_name_is_good(name)) return ZH_OK;
    if (zh_registry_setting(w->registry, setting, &json) != ZH_OK) json = (zh_sv){ 0 };
    return zh_experiments_define(w->experiments, name, json);
}

zh_err zh_world_allocate(zh_world *w, const zh_world_record *record)
{
    zh_sv name;
    zh_bandit_allocation allocation;
    if (zh_allocation_get(record->bytes, &name, &allocation) != ZH_OK) return ZH_CORRUPT;
    return zh_experiments_allocate(w->experiments, name, &allocation, record->commit_ms);
}
