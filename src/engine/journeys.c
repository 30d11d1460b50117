#include "engine/journeys.h"
#include "core/bucket.h"
#include "engine/outbox.h"

static zh_err read_definition(zh_json_value root, zh_arena *arena, zh_journey *out)
{
    zh_fault fault;
    return zh_journey_read(zh_json_get(root, ZH_SV("definition")), arena, out, &fault);
}

zh_err zh_journeys_find(zh_engine *engine, zh_sv name, zh_arena *arena, zh_journey_kept *out)
{
    zh_json *parser;
    zh_json_value root;
    int64_t version = 0;
    const zh_sv json = zh_campaigns_setting(engine, ZH_JOURNEY_SETTING, name, arena);
    *out = (zh_journey_kept){ .name = zh_arena_copy(arena, name) };
    if (json.size == 0) return ZH_ABSENT;
    zh_err e = zh_json_open(&parser, ZH_SETTING_BYTES_MAX);
    if (e != ZH_OK) return e;
    e = zh_json_parse(parser, json, &root, NULL);
    if (e == ZH_OK && !zh_campaign_state_of(zh_json_text_or_empty(zh_json_get(root, ZH_SV("state"))), &out->state)) e = ZH_FORMAT;
    if (e == ZH_OK) {
        (void)zh_json_int(zh_json_get(root, ZH_SV("version")), &version);
        (void)zh_json_int(zh_json_get(root, ZH_SV("activeFromMs")), &out->active_ms);
        out->version = (uint32_t)version;
        e = read_definition(root, arena, &out->journey);
    }
    zh_json_close(parser);
    return e == ZH_OK && out->name.data == NULL ? ZH_NOMEM : e;
}

zh_sv zh_journeys_version_setting(const char *prefix, zh_sv name, uint32_t version, char out[ZH_NAME_BYTES_MAX])
{
    const int size = snprintf(out, ZH_NAME_BYTES_MAX, "%s%.*s/%u", prefix, ZH_SV_ARG(name), version);
    return (zh_sv){ out, size > 0 && size < ZH_NAME_BYTES_MAX ? (size_t)size : 0 };
}

/* Of a version, parsed: the caller closes *parser. Errors: ZH_ABSENT, ZH_FORMAT, ZH_NOMEM. */
static zh_err parse_setting(zh_engine *engine, const char *prefix, zh_sv name, uint32_t version, zh_arena *arena, zh_json **parser, zh_json_value *root)
{
    char text[ZH_NAME_BYTES_MAX];
    zh_world *w = zh_engine_world(engine);
    zh_sv json;
    const zh_sv setting = zh_journeys_version_setting(prefix, name, version, text);
    zh_world_lock_read(w);
    zh_err e = zh_registry_setting(w->registry, setting, &json);
    if (e == ZH_OK) json = zh_arena_copy(arena, json);
    zh_world_unlock(w);
    if (e != ZH_OK) return ZH_ABSENT;
    if (json.data == NULL) return ZH_NOMEM;
    if ((e = zh_json_open(parser, ZH_SETTING_BYTES_MAX)) != ZH_OK) return e;
    if ((e = zh_json_parse(*parser, json, root, NULL)) != ZH_OK) zh_json_close(*parser);
    return e;
}

zh_err zh_journeys_version(zh_engine *engine, zh_sv name, uint32_t version, zh_arena *arena, zh_journey *out)
{
    zh_json *parser;
    zh_json_value root;
    zh_err e = parse_setting(engine, ZH_JOURNEY_VERSION_SETTING, name, version, arena, &parser, &root);
    if (e != ZH_OK) return e;
    e = read_definition(root, arena, out);
    zh_json_close(parser);
    return e;
}

uint8_t zh_journeys_winner(zh_engine *engine, zh_sv name, uint32_t version, const zh_journey_node *split)
{
    char node[ZH_MESSAGE_NAME_BYTES_MAX + 1];
    zh_json *parser;
    zh_json_value root;
    uint8_t won = ZH_JOURNEY_END;
    zh_arena scratch = zh_arena_open(ZH_SETTING_BYTES_MAX * 2);
    (void)snprintf(node, sizeof node, "%.*s", ZH_SV_ARG(split->name));
    if (parse_setting(engine, ZH_JOURNEY_WINNER_SETTING, name, version, &scratch, &parser, &root) == ZH_OK) {
        const zh_sv arm = zh_json_text_or_empty(zh_json_get(root, zh_sv_of(node)));
        for (uint8_t i = 0; i < split->cases_count; i++)
            if (arm.size > 0 && zh_sv_equal(split->cases[i].name, arm)) won = i;
        zh_json_close(parser);
    }
    zh_arena_close(&scratch);
    return won;
}

bool zh_journeys_is_control(const zh_engine *engine, zh_sv name, zh_customer_id customer, uint32_t share) { return zh_outbox_is_control(engine, name, customer, share); }

uint32_t zh_journeys_bucket(const zh_engine *engine, zh_sv name, zh_sv node, zh_customer_id customer)
{
    char salt[ZH_BUCKET_SALT_BYTES_MAX];
    const int size = snprintf(salt, sizeof salt, "split/%.*s/%.*s", ZH_SV_ARG(name), ZH_SV_ARG(node));
    return zh_bucket_of(zh_engine_workspace(engine), (zh_sv){ salt, (size_t)size }, customer, ZH_JOURNEY_SHARE_OF);
}
