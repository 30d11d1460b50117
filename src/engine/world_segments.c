#include "engine/world_segments.h"

zh_look zh_world_look(const zh_world *w)
{
    return (zh_look){ .terms = zh_customers_terms(w->customers), .consents = w->consents, .tags = w->tags, .lists = w->lists, .boundaries = w->boundaries, .workspace = ZH_WORKSPACE_DEFAULT,
                      .in_segment = zh_segments_in, .segments = w->segments, .binding = zh_segments_binding,
                      .predict = zh_predictions_look, .predictions = w->predictions };
}

zh_err zh_world_advance_some(zh_world *w, int64_t commit_ms, size_t most, bool *done) { return zh_segments_advance(w->segments, commit_ms, most, done); }
bool zh_world_is_settling(const zh_world *w) { return zh_segments_is_settling(w->segments); }
zh_err zh_world_settle_some(zh_world *w, size_t most, bool *done) { return zh_segments_settle(w->segments, most, done); }

/* A text in a setting's JSON, empty where there is none; in `json`. */
static zh_err text_of(zh_json *json, zh_sv text, zh_sv member, zh_sv *out)
{
    zh_json_value root;
    *out = (zh_sv){ 0 };
    const zh_err e = zh_json_parse(json, text, &root, NULL);
    if (e == ZH_NOMEM) return e;
    if (e == ZH_OK) *out = zh_json_text_or_empty(zh_json_get(root, member));
    if (out->size > ZH_EXPRESSION_BYTES_MAX) *out = (zh_sv){ 0 };
    return ZH_OK;
}

/* The tag of such a setting; false: it is of something else. */
static bool is_tag_setting(zh_sv setting, zh_sv *tag)
{
    if (!zh_sv_starts(setting, ZH_SV(ZH_TAG_SETTING))) return false;
    *tag = zh_sv_part(setting, ZH_SV(ZH_TAG_SETTING).size, SIZE_MAX);
    return zh_tag_name_is_good(*tag);
}

/* The segment that a tag follows; empty: none. */
static zh_err followed(zh_json *json, zh_sv text, zh_sv *segment)
{
    const zh_err e = text_of(json, text, ZH_SV("segment"), segment);
    if (e == ZH_OK && !zh_segment_name_is_good(*segment)) *segment = (zh_sv){ 0 };
    return e;
}

static zh_err bind_tag(zh_world *w, zh_sv setting, zh_sv tag, int64_t at_ms)
{
    zh_sv text, segment = { 0 };
    zh_json *json;
    zh_err e = zh_json_open(&json, ZH_SETTING_BYTES_MAX);
    if (e != ZH_OK) return e;
    if (zh_registry_setting(w->registry, setting, &text) == ZH_OK) e = followed(json, text, &segment);
    if (e == ZH_OK) e = zh_segments_bind(w->segments, tag, segment, at_ms);
    zh_json_close(json);
    return e == ZH_FULL ? ZH_OK : e; /* one too many: whoever binds is told so before */
}

zh_err zh_world_loaded_segments(zh_world *w)
{
    zh_json *json;
    zh_err e = zh_json_open(&json, ZH_SETTING_BYTES_MAX);
    if (e != ZH_OK) return e;
    for (zh_registry_iter it = zh_registry_walk(w->registry, ZH_THING_SETTING); e == ZH_OK && zh_registry_next(&it);) {
        zh_sv tag, segment;
        if (!is_tag_setting(it.at->setting.name, &tag)) continue;
        e = followed(json, it.at->setting.json, &segment);
        if (e == ZH_OK && segment.size > 0) e = zh_segments_bound(w->segments, tag, segment);
    }
    zh_json_close(json);
    return e == ZH_OK || e == ZH_FULL ? zh_segments_loaded(w->segments) : e;
}

zh_err zh_world_define_segment(zh_world *w, const zh_world_record *record)
{
    zh_definition definition;
    if (zh_definition_get(record->bytes, &definition) != ZH_OK) return ZH_CORRUPT;
    const zh_sv prefix = ZH_SV(ZH_SEGMENT_SETTING), setting = definition.setting.name;
    zh_sv tag;
    if (definition.thing == ZH_THING_SETTING && is_tag_setting(setting, &tag)) return bind_tag(w, setting, tag, record->commit_ms);
    if (definition.thing != ZH_THING_SETTING || !zh_sv_starts(setting, prefix)) return ZH_OK;
    const zh_sv name = zh_sv_part(setting, prefix.size, SIZE_MAX);
    if (!zh_segment_name_is_good(name)) return ZH_OK;
    zh_sv text, expression = { 0 };
    zh_json *json;
    zh_err e = zh_json_open(&json, ZH_SETTING_BYTES_MAX);
    if (e != ZH_OK) return e;
    if (zh_registry_setting(w->registry, setting, &text) == ZH_OK) e = text_of(json, text, ZH_SV("expression"), &expression);
    if (e == ZH_OK) e = zh_segments_define(w->segments, name, expression, record->commit_ms);
    zh_json_close(json);
    return e == ZH_FULL ? ZH_OK : e; /* one too many: whoever defines is told so before */
}
