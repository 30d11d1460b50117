#include "app/setup.h"
#include "engine/secret.h"
#include "guard/password.h"
#include "guard/signature.h"
#include "sys/file.h"

#include <stdlib.h>

/* Kept only until they were printed. */
static struct {
    char password[ZH_PASSWORD_MADE_CHARS + 1], write_key[ZH_KEY_MADE_BYTES], server_key[ZH_KEY_MADE_BYTES];
} made;

static zh_err define(zh_engine *g, zh_definition *d)
{
    d->at_ms = zh_engine_now_ms(g);
    d->actor = ZH_ACTOR_THE_ENGINE;
    return zh_engine_define(g, d);
}

static uint32_t next_number(zh_engine *g, zh_thing thing)
{
    zh_world *w = zh_engine_world(g);
    zh_world_lock_read(w);
    const uint32_t number = zh_registry_next_number(w->registry, thing);
    zh_world_unlock(w);
    return number;
}

static bool key_is_known(zh_engine *g, zh_sv text)
{
    zh_world *w = zh_engine_world(g);
    zh_key key;
    zh_world_lock_read(w);
    const zh_err e = zh_registry_key_find(w->registry, NULL, text, zh_engine_now_ms(g), &key);
    zh_world_unlock(w);
    return e == ZH_OK;
}

static zh_err add_key(zh_engine *g, zh_sv name, uint32_t scopes, zh_sv text, char random_text[ZH_KEY_MADE_BYTES])
{
    zh_definition d = { .thing = ZH_THING_KEY };
    const uint32_t number = next_number(g, ZH_THING_KEY);
    if (text.size > 0) {
        zh_key_take(text, &d.key);
        d.key.number = number;
        d.key.scopes = scopes;
    } else {
        uint8_t secret[ZH_KEY_SECRET_BYTES];
        const zh_err e = zh_file_random(secret, sizeof secret);
        if (e != ZH_OK) return e;
        (void)zh_key_make(number, scopes, secret, &d.key, random_text);
        zh_wipe(secret, sizeof secret);
    }
    d.key.name = name;
    d.key.source = (zh_source_id){ 1 };
    d.key.created_ms = zh_engine_now_ms(g);
    return define(g, &d);
}

static zh_err want_key(zh_engine *g, const char *variable, zh_sv name, uint32_t scopes, bool always, char random_text[ZH_KEY_MADE_BYTES], zh_note *why)
{
    const zh_sv text = zh_sv_of(getenv(variable));
    if (text.size > ZH_KEY_TEXT_BYTES_MAX) {
        zh_note_set(why, "%s is longer than %d bytes", variable, ZH_KEY_TEXT_BYTES_MAX);
        return ZH_RANGE;
    }
    if (text.size > 0) return key_is_known(g, text) ? ZH_OK : add_key(g, name, scopes, text, NULL);
    return always ? add_key(g, name, scopes, text, random_text) : ZH_OK;
}

static zh_err random_password(void)
{
    uint8_t random[ZH_PASSWORD_MADE_CHARS];
    const zh_err e = zh_file_random(random, sizeof random);
    if (e == ZH_OK) zh_password_make(random, made.password);
    zh_wipe(random, sizeof random);
    return e;
}

static zh_err set_password(zh_engine *g, zh_definition *d, zh_sv password, zh_note *why)
{
    uint8_t salt[ZH_PASSWORD_SALT_BYTES];
    char text[ZH_PASSWORD_HASH_BYTES];
    if (zh_password_fits(password) != ZH_OK) {
        zh_note_set(why, "ZHUN_ADMIN_PASSWORD must have %d to %d characters", ZH_PASSWORD_CHARS_MIN, ZH_PASSWORD_CHARS_MAX);
        return ZH_RANGE;
    }
    d->user.once = false;
    zh_err e = zh_file_random(salt, sizeof salt);
    if (e == ZH_OK) e = zh_password_hash(password, salt, text, &d->user.password_hash);
    return e != ZH_OK ? e : define(g, d);
}

static zh_err want_admin(zh_engine *g, zh_note *why)
{
    zh_world *w = zh_engine_world(g);
    const zh_sv given = zh_sv_of(getenv("ZHUN_ADMIN_PASSWORD"));
    zh_definition d = { .thing = ZH_THING_USER };
    char hash[ZH_PASSWORD_HASH_BYTES_MAX] = "";
    zh_world_lock_read(w);
    const bool known = zh_registry_user_named(w->registry, ZH_SV("admin"), &d.user) == ZH_OK;
    if (known) snprintf(hash, sizeof hash, "%.*s", ZH_SV_ARG(d.user.password_hash));
    zh_world_unlock(w);
    d.user.name = ZH_SV("admin");
    if (known) {
        if (given.size == 0 || zh_password_verify(zh_sv_of(hash), given) == ZH_OK) return ZH_OK;
        return set_password(g, &d, given, why);
    }
    d.user = (zh_user){ .number = next_number(g, ZH_THING_USER), .role = ZH_ROLE_OWNER, .name = ZH_SV("admin"), .created_ms = zh_engine_now_ms(g) };
    if (given.size > 0) return set_password(g, &d, given, why);
    const zh_err e = random_password();
    return e != ZH_OK ? e : set_password(g, &d, zh_sv_of(made.password), why);
}

static bool has_any(zh_engine *g, zh_thing thing)
{
    zh_world *w = zh_engine_world(g);
    zh_world_lock_read(w);
    zh_registry_iter it = zh_registry_walk(w->registry, thing);
    const bool any = zh_registry_next(&it);
    zh_world_unlock(w);
    return any;
}

static zh_err want_source(zh_engine *g, zh_sv name, zh_source_id *id)
{
    zh_world *w = zh_engine_world(g);
    zh_source there;
    zh_world_lock_read(w);
    const zh_err e = zh_registry_source_named(w->registry, name, &there);
    zh_world_unlock(w);
    *id = there.id;
    if (e != ZH_ABSENT) return e;
    *id = (zh_source_id){ next_number(g, ZH_THING_SOURCE) };
    zh_definition d = { .thing = ZH_THING_SOURCE, .source = { .id = *id, .name = name, .created_ms = zh_engine_now_ms(g) } };
    return define(g, &d);
}

/* "NAME=SECRET,NAME=SECRET": shops whose webhooks are taken. A secret that is kept already is left as it is. */
static zh_err want_hook_secrets(zh_engine *g, zh_note *why)
{
    zh_sv rest = zh_sv_of(getenv("ZHUN_HOOK_SECRETS"));
    while (rest.size > 0) {
        const char *comma = memchr(rest.data, ',', rest.size);
        const zh_sv one = zh_sv_trim(zh_sv_part(rest, 0, comma == NULL ? rest.size : (size_t)(comma - rest.data)));
        rest = zh_sv_part(rest, comma == NULL ? rest.size : (size_t)(comma - rest.data) + 1, SIZE_MAX);
        const char *equals = one.size == 0 ? NULL : memchr(one.data, '=', one.size);
        const zh_sv name = zh_sv_part(one, 0, equals == NULL ? 0 : (size_t)(equals - one.data));
        const zh_sv secret = zh_sv_part(one, name.size + 1, SIZE_MAX);
        if (name.size == 0 || name.size > ZH_NAME_BYTES_MAX || secret.size < ZH_SIGNATURE_SECRET_BYTES_MIN || secret.size > ZH_SIGNATURE_SECRET_BYTES_MAX) {
            zh_note_set(why, "ZHUN_HOOK_SECRETS must be SOURCE=SECRET with commas between; a secret has %d to %d bytes",
                        ZH_SIGNATURE_SECRET_BYTES_MIN, ZH_SIGNATURE_SECRET_BYTES_MAX);
            return ZH_RANGE;
        }
        zh_arena arena = zh_arena_open(64 << 10);
        zh_source_id source;
        zh_sv kept = { 0 };
        zh_err e = want_source(g, name, &source);
        if (e == ZH_OK) e = zh_secret_get(g, source, &arena, &kept);
        if (e == ZH_ABSENT || (e == ZH_OK && !zh_sv_equal(kept, secret))) e = zh_secret_put(g, source, &ZH_ACTOR_THE_ENGINE, secret);
        if (kept.size > 0) zh_wipe((void *)kept.data, kept.size);
        zh_arena_close(&arena);
        if (e != ZH_OK) return e;
    }
    return ZH_OK;
}

zh_err zh_setup_workspace(zh_engine *g, zh_note *why)
{
    why->text[0] = '\0';
    zh_err e = ZH_OK;
    if (!has_any(g, ZH_THING_SOURCE)) {
        zh_definition d = { .thing = ZH_THING_SOURCE, .source = { .id = { 1 }, .name = ZH_SV("default"), .created_ms = zh_engine_now_ms(g) } };
        e = define(g, &d);
    }
    const bool keys = has_any(g, ZH_THING_KEY);
    if (e == ZH_OK) e = want_admin(g, why);
    if (e == ZH_OK) e = want_key(g, "ZHUN_WRITE_KEY", ZH_SV("first write key"), ZH_SCOPE_WRITE, !keys, made.write_key, why);
    if (e == ZH_OK) e = want_key(g, "ZHUN_SERVER_KEY", ZH_SV("first server key"), ZH_SCOPE_SERVE | ZH_SCOPE_WRITE, !keys, made.server_key, why);
    if (e == ZH_OK) e = want_key(g, "ZHUN_ADMIN_TOKEN", ZH_SV("admin token"), ZH_SCOPE_ADMIN, false, NULL, why);
    if (e == ZH_OK) e = want_hook_secrets(g, why);
    return e;
}

void zh_setup_print(zh_engine *g, const char *host, uint16_t port, FILE *to)
{
    (void)g;
    const char *shown = host[0] == '\0' || strcmp(host, "0.0.0.0") == 0 ? "127.0.0.1" : host;
    const bool any = made.password[0] != '\0' || made.write_key[0] != '\0' || made.server_key[0] != '\0';
    if (any) {
        fprintf(to, "console     http://%s:%u/\n", shown, port);
        if (made.password[0] != '\0') fprintf(to, "user        admin\npassword    %s\n", made.password);
        if (made.write_key[0] != '\0') fprintf(to, "write key   %s\n", made.write_key);
        if (made.server_key[0] != '\0') fprintf(to, "server key  %s\n", made.server_key);
        fputs("These are shown once; keep them.\n", to);
        fflush(to);
    }
    zh_wipe(&made, sizeof made);
}
