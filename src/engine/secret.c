#include "engine/secret.h"
#include "base/b64.h"

#include <stdio.h>

#define SEALED_BYTES_MAX 8192 /* a secret of 4 KiB, a key of a mail server, and what sealing adds */
#define NAME_BYTES 96

static zh_sv name_of(zh_source_id source, char text[NAME_BYTES])
{
    const int size = snprintf(text, NAME_BYTES, "secret/source/%u", source.number);
    return (zh_sv){ text, (size_t)size };
}

static zh_sv name_of_channel(zh_sv channel, char text[NAME_BYTES])
{
    const int size = snprintf(text, NAME_BYTES, "secret/channel/%.*s", ZH_SV_ARG(zh_sv_part(channel, 0, ZH_CHANNEL_KEY_BYTES)));
    return (zh_sv){ text, (size_t)size };
}

zh_sv zh_channel_key_of(zh_sv channel, char text[ZH_CHANNEL_KEY_BYTES])
{
    const int size = snprintf(text, ZH_CHANNEL_KEY_BYTES, "%.*s.dkim", ZH_SV_ARG(zh_sv_part(channel, 0, 64)));
    return (zh_sv){ text, (size_t)size };
}

/* Empty: it is taken away. */
static zh_err define(zh_engine *engine, zh_sv name, const zh_actor *actor, zh_sv sealed)
{
    zh_buf json = zh_buf_open(2 * SEALED_BYTES_MAX);
    zh_definition d = { .thing = ZH_THING_SETTING, .deleted = sealed.size == 0, .at_ms = zh_engine_now_ms(engine), .actor = *actor, .setting = { .name = name } };
    zh_buf_put_u8(&json, '"');
    zh_b64_encode(sealed, &json);
    zh_buf_put_u8(&json, '"');
    zh_err e = zh_buf_err(&json);
    if (!d.deleted) d.setting.json = zh_buf_view(&json);
    if (e == ZH_OK) e = zh_engine_define(engine, &d);
    zh_buf_close(&json);
    return e;
}

zh_err zh_secret_put(zh_engine *engine, zh_source_id source, const zh_actor *actor, zh_sv plain)
{
    char name[NAME_BYTES];
    zh_buf sealed = zh_buf_open(SEALED_BYTES_MAX);
    zh_err e = plain.size == 0 ? ZH_OK : zh_seal_secret(zh_engine_sealer(engine), source, plain, &sealed);
    if (e == ZH_OK) e = define(engine, name_of(source, name), actor, zh_buf_view(&sealed));
    zh_buf_close(&sealed);
    return e;
}

zh_err zh_channel_secret_put(zh_engine *engine, zh_sv channel, const zh_actor *actor, zh_sv plain)
{
    char name[NAME_BYTES];
    zh_buf sealed = zh_buf_open(SEALED_BYTES_MAX);
    zh_err e = plain.size == 0 ? ZH_OK : zh_seal_channel_secret(zh_engine_sealer(engine), channel, plain, &sealed);
    if (e == ZH_OK) e = define(engine, name_of_channel(channel, name), actor, zh_buf_view(&sealed));
    zh_buf_close(&sealed);
    return e;
}

bool zh_secret_is_kept(const zh_registry *registry, zh_source_id source)
{
    char name[NAME_BYTES];
    zh_sv json;
    return zh_registry_setting(registry, name_of(source, name), &json) == ZH_OK;
}

bool zh_channel_secret_is_kept(const zh_registry *registry, zh_sv channel)
{
    char name[NAME_BYTES];
    zh_sv json;
    return zh_registry_setting(registry, name_of_channel(channel, name), &json) == ZH_OK;
}

/* As it is kept, into `sealed`. */
static zh_err read_kept(zh_engine *engine, zh_sv name, zh_buf *sealed)
{
    zh_world *w = zh_engine_world(engine);
    zh_sv json;
    zh_world_lock_read(w);
    zh_err e = zh_registry_setting(w->registry, name, &json);
    if (e == ZH_OK) e = json.size < 2 ? ZH_FORMAT : zh_b64_decode(zh_sv_part(json, 1, json.size - 2), sealed);
    zh_world_unlock(w);
    return e;
}

zh_err zh_secret_get(zh_engine *engine, zh_source_id source, zh_arena *arena, zh_sv *plain)
{
    char name[NAME_BYTES];
    zh_buf sealed = zh_buf_open(SEALED_BYTES_MAX);
    zh_err e = read_kept(engine, name_of(source, name), &sealed);
    if (e == ZH_OK) e = zh_unseal_secret(zh_engine_sealer(engine), source, zh_buf_view(&sealed), arena, plain);
    zh_buf_close(&sealed);
    return e;
}

zh_err zh_channel_secret_get(zh_engine *engine, zh_sv channel, zh_arena *arena, zh_sv *plain)
{
    char name[NAME_BYTES];
    zh_buf sealed = zh_buf_open(SEALED_BYTES_MAX);
    zh_err e = read_kept(engine, name_of_channel(channel, name), &sealed);
    if (e == ZH_OK) e = zh_unseal_channel_secret(zh_engine_sealer(engine), channel, zh_buf_view(&sealed), arena, plain);
    zh_buf_close(&sealed);
    return e;
}
