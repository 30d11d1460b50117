#include "engine/world_segments.h"

zh_look zh_world_look(const zh_world *w)
{
    return (zh_look){ .terms = zh_customers_terms(w->customers), .consents = w->consents, .boundaries = w->boundaries, .workspace = ZH_WORKSPACE_DEFAULT,
                      .in_segment = zh_segments_in, .segments = w->segments };
}

zh_err zh_world_advance_some(zh_world *w, int64_t commit_ms, size_t most, bool *done) { return zh_segments_advance(w->segments, commit_ms, most, done); }
bool zh_world_is_settling(const zh_world *w) { return zh_segments_is_settling(w->segments); }
zh_err zh_world_settle_some(zh_world *w, size_t most, bool *done) { return zh_segments_settle(w->segments, most, done); }

/* The expression in a setting's JSON, empty where there is none; in `json`. */
static zh_err expression_of(zh_json *json, zh_sv text, zh_sv *out)
{
    zh_json_value root;
    *out = (zh_sv){ 0 };
    const zh_err e = zh_json_parse(json, text, &root, NULL);
    if (e == ZH_NOMEM) return e;
    if (e == ZH_OK) *out = zh_json_text_or_empty(zh_json_get(root, ZH_SV("expression")));
    if (out->size > ZH_EXPRESSION_BYTES_MAX) *out = (zh_sv){ 0 };
    return ZH_OK;
}

zh_err zh_world_define_segment(zh_world *w, const zh_world_record *record)
{
    zh_definition definition;
    if (zh_definition_get(record->bytes, &definition) != ZH_OK) return ZH_CORRUPT;
    const zh_sv prefix = ZH_SV(ZH_SEGMENT_SETTING), setting = definition.setting.name;
    if (definition.thing != ZH_THING_SETTING || !zh_sv_starts(setting, prefix)) return ZH_OK;
    const zh_sv name = zh_sv_part(setting, prefix.size, SIZE_MAX);
    if (!zh_segment_name_is_good(name)) return ZH_OK;
    zh_sv text, expression = { 0 };
    zh_json *json;
    zh_err e = zh_json_open(&json, ZH_SETTING_BYTES_MAX);
    if (e != ZH_OK) return e;
    if (zh_registry_setting(w->registry, setting, &text) == ZH_OK) e = expression_of(json, text, &expression);
    if (e == ZH_OK) e = zh_segments_define(w->segments, name, expression, record->commit_ms);
    zh_json_close(json);
    return e == ZH_FULL ? ZH_OK : e; /* one too many: whoever defines is told so before */
}
