#include "engine/secret.h"
#include "base/b64.h"

#include <stdio.h>

#define SEALED_BYTES_MAX 1024 /* a secret of 256 bytes and what sealing adds */
#define NAME_BYTES 40

static zh_sv name_of(zh_source_id source, char text[NAME_BYTES])
{
    const int size = snprintf(text, NAME_BYTES, "secret/source/%u", source.number);
    return (zh_sv){ text, (size_t)size };
}

zh_err zh_secret_put(zh_engine *engine, zh_source_id source, const zh_actor *actor, zh_sv plain)
{
    char name[NAME_BYTES];
    zh_buf sealed = zh_buf_open(SEALED_BYTES_MAX), json = zh_buf_open(2 * SEALED_BYTES_MAX);
    zh_definition d = { .thing = ZH_THING_SETTING, .deleted = plain.size == 0, .at_ms = zh_engine_now_ms(engine), .actor = *actor };
    d.setting.name = name_of(source, name);
    zh_err e = ZH_OK;
    if (!d.deleted) {
        e = zh_seal_secret(zh_engine_sealer(engine), source, plain, &sealed);
        zh_buf_put_u8(&json, '"');
        zh_b64_encode(zh_buf_view(&sealed), &json);
        zh_buf_put_u8(&json, '"');
        if (e == ZH_OK) e = zh_buf_err(&json);
        d.setting.json = zh_buf_view(&json);
    }
    if (e == ZH_OK) e = zh_engine_define(engine, &d);
    zh_buf_close(&sealed);
    zh_buf_close(&json);
    return e;
}

bool zh_secret_is_kept(const zh_registry *registry, zh_source_id source)
{
    char name[NAME_BYTES];
    zh_sv json;
    return zh_registry_setting(registry, name_of(source, name), &json) == ZH_OK;
}

zh_err zh_secret_get(zh_engine *engine, zh_source_id source, zh_arena *arena, zh_sv *plain)
{
    char name[NAME_BYTES];
    zh_world *w = zh_engine_world(engine);
    zh_buf sealed = zh_buf_open(SEALED_BYTES_MAX);
    zh_sv json;
    zh_world_lock_read(w);
    zh_err e = zh_registry_setting(w->registry, name_of(source, name), &json);
    if (e == ZH_OK) e = json.size < 2 ? ZH_FORMAT : zh_b64_decode(zh_sv_part(json, 1, json.size - 2), &sealed);
    zh_world_unlock(w);
    if (e == ZH_OK) e = zh_unseal_secret(zh_engine_sealer(engine), source, zh_buf_view(&sealed), arena, plain);
    zh_buf_close(&sealed);
    return e;
}
