/* second_factor.c -- an authenticator app beside the password: set up, asked for at the login, taken away (guard/totp.h).
 *
 * Kept as the setting "second/USER": {"secret": base64 of the sealed secret, "codes": [keyed hashes of the recovery codes left], "at": ms}. The step of the
 * code taken last is in memory alone: after a restart a code may be taken once more within its ninety seconds. */
#include "base/b64.h"
#include "guard/totp.h"
#include "server/answer.h"
#include "server/users.h"
#include "sys/file.h"

#include <stdio.h>

#define NAME_BYTES 32
#define HASH_TEXT_BYTES 44 /* 32 bytes as base64url, and a NUL */
#define JSON_BYTES_MAX 2048
#define SEALED_BYTES_MAX 256
#define URI_BYTES_MAX (3 * ZH_NAME_BYTES_MAX + 128)

typedef struct factor { /* of one user, out of the registry */
    bool is_on;
    int64_t at_ms;
    uint8_t secret[ZH_TOTP_SECRET_BYTES];
    char codes[ZH_TOTP_RECOVERIES][HASH_TEXT_BYTES];
    uint32_t codes_count;
} factor;

static zh_sv name_of(uint32_t user, char text[NAME_BYTES])
{
    const int size = snprintf(text, NAME_BYTES, "second/%u", user);
    return (zh_sv){ text, (size_t)size };
}

bool zh_second_factor_is_on(const zh_registry *registry, uint32_t user)
{
    char name[NAME_BYTES];
    zh_sv json;
    return zh_registry_setting(registry, name_of(user, name), &json) == ZH_OK;
}

static zh_err open_secret(zh_call *call, uint32_t user, zh_sv text, uint8_t out[ZH_TOTP_SECRET_BYTES])
{
    zh_buf sealed = zh_buf_open(SEALED_BYTES_MAX);
    zh_sv plain = { 0 };
    zh_err e = zh_b64_decode(text, &sealed);
    if (e == ZH_OK) e = zh_unseal_factor(zh_engine_sealer(call->engine), user, zh_buf_view(&sealed), call->arena, &plain);
    if (e == ZH_OK && plain.size != ZH_TOTP_SECRET_BYTES) e = ZH_CORRUPT;
    if (e == ZH_OK) memcpy(out, plain.data, ZH_TOTP_SECRET_BYTES);
    zh_buf_close(&sealed);
    return e;
}

static void read_codes(zh_json_value list, factor *out)
{
    for (zh_json_iter it = zh_json_walk(list); zh_json_next(&it) && out->codes_count < ZH_TOTP_RECOVERIES;) {
        const zh_sv hash = zh_json_text_or_empty(it.value);
        if (hash.size == HASH_TEXT_BYTES - 1) memcpy(out->codes[out->codes_count++], hash.data, hash.size);
    }
}

/* Wipe *out after use. Errors: ZH_NOMEM, ZH_CORRUPT, those of unsealing; none where there is no factor. */
static zh_err read_factor(zh_call *call, uint32_t user, factor *out)
{
    char name[NAME_BYTES];
    zh_world *w = zh_engine_world(call->engine);
    zh_sv json = { 0 };
    zh_json_value root;
    *out = (factor){ 0 };
    zh_world_lock_read(w);
    if (zh_registry_setting(w->registry, name_of(user, name), &json) == ZH_OK) {
        out->is_on = true;
        json = zh_arena_copy(call->arena, json);
    }
    zh_world_unlock(w);
    if (!out->is_on) return ZH_OK;
    if (json.data == NULL) return ZH_NOMEM;
    if (zh_json_parse(call->thread->parser, json, &root, NULL) != ZH_OK || !zh_json_int(zh_json_get(root, ZH_SV("at")), &out->at_ms)) return ZH_CORRUPT;
    read_codes(zh_json_get(root, ZH_SV("codes")), out);
    return open_secret(call, user, zh_json_text_or_empty(zh_json_get(root, ZH_SV("secret"))), out->secret);
}

static void hash_code(zh_call *call, uint32_t user, const char *code, char out[HASH_TEXT_BYTES])
{
    char what[48];
    uint8_t hash[32];
    zh_buf text = zh_buf_open(HASH_TEXT_BYTES);
    (void)snprintf(what, sizeof what, "recovery code of %u", user);
    zh_seal_sign(zh_engine_sealer(call->engine), zh_sv_of(what), zh_sv_of(code), hash);
    zh_b64_encode_url((zh_sv){ (const char *)hash, sizeof hash }, &text);
    memset(out, 0, HASH_TEXT_BYTES); /* no memory: a hash that no code has */
    if (zh_buf_err(&text) == ZH_OK) memcpy(out, text.data, text.size);
    zh_buf_close(&text);
}

static zh_err write_factor(zh_call *call, uint32_t user, const zh_actor *actor, const factor *f)
{
    char name[NAME_BYTES];
    zh_buf sealed = zh_buf_open(SEALED_BYTES_MAX), text = zh_buf_open(2 * SEALED_BYTES_MAX), json = zh_buf_open(JSON_BYTES_MAX);
    zh_json_out out = zh_json_out_on(&json);
    zh_err e = zh_seal_factor(zh_engine_sealer(call->engine), user, (zh_sv){ (const char *)f->secret, ZH_TOTP_SECRET_BYTES }, &sealed);
    zh_b64_encode(zh_buf_view(&sealed), &text);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("secret"), zh_buf_view(&text));
    zh_json_out_key(&out, ZH_SV("codes"));
    zh_json_out_array(&out);
    for (uint32_t i = 0; i < f->codes_count; i++) zh_json_out_text(&out, (zh_sv){ f->codes[i], HASH_TEXT_BYTES - 1 });
    zh_json_out_end(&out);
    zh_json_out_key_int(&out, ZH_SV("at"), f->at_ms);
    zh_json_out_end(&out);
    if (e == ZH_OK) e = zh_buf_err(&text);
    if (e == ZH_OK) e = zh_json_out_done(&out);
    const zh_definition d = { .thing = ZH_THING_SETTING, .at_ms = call->now_ms, .actor = *actor, .setting = { .name = name_of(user, name), .json = zh_buf_view(&json) } };
    if (e == ZH_OK) e = zh_engine_define(call->engine, &d);
    zh_buf_close(&sealed);
    zh_buf_close(&text);
    zh_buf_close(&json);
    return e;
}

static zh_err drop_factor(zh_call *call, uint32_t user)
{
    char name[NAME_BYTES];
    const zh_definition d = { .thing = ZH_THING_SETTING, .deleted = true, .at_ms = call->now_ms, .actor = call->caller.actor, .setting = { .name = name_of(user, name) } };
    return zh_engine_define(call->engine, &d);
}

/* Is it a code of the app that was not taken yet? Then it is taken now. */
static bool takes_code(zh_call *call, uint32_t user, const factor *f, zh_sv code)
{
    bool made, is = false;
    pthread_mutex_lock(&call->server->session_lock);
    uint64_t *last = zh_map_at(&call->server->factor_steps, user, &made);
    if (last != NULL) {
        const int64_t step = zh_totp_fits(f->secret, code, call->now_ms, (int64_t)*last);
        is = step >= 0;
        if (is) *last = (uint64_t)step;
    }
    pthread_mutex_unlock(&call->server->session_lock);
    return is;
}

/* A recovery code that is left goes with its use, before the answer. */
static zh_err spend_recovery(zh_call *call, uint32_t user, factor *f, zh_sv code)
{
    char plain[ZH_TOTP_RECOVERY_TEXT], hash[HASH_TEXT_BYTES];
    uint32_t at = 0;
    if (!zh_totp_recovery_read(code, plain)) return ZH_LOGIN;
    hash_code(call, user, plain, hash);
    while (at < f->codes_count && memcmp(f->codes[at], hash, HASH_TEXT_BYTES - 1) != 0) at++;
    if (at == f->codes_count) return ZH_LOGIN;
    memmove(f->codes[at], f->codes[at + 1], (f->codes_count - at - 1) * HASH_TEXT_BYTES);
    f->codes_count--;
    const zh_actor who = { .kind = ZH_ACTOR_USER, .number = user, .why = ZH_SV("recovery code") };
    return write_factor(call, user, &who, f);
}

zh_err zh_second_factor_ask(zh_call *call, uint32_t user, zh_sv code)
{
    factor f;
    zh_err e = read_factor(call, user, &f);
    if (e == ZH_OK && f.is_on) e = code.size == 0 ? ZH_ABSENT : takes_code(call, user, &f, code) ? ZH_OK : spend_recovery(call, user, &f, code);
    zh_wipe(&f, sizeof f);
    return e;
}

/* ---- routes ---- */

/* Only who signed in has a factor; a token or the command line of the machine has not. 0: answered. */
static uint32_t own_number(zh_call *call)
{
    if (call->caller.kind == CALLER_PERSON) return call->caller.session.user;
    zh_call_problem(call, 403, "forbidden", NULL, "a second factor belongs to a person who is signed in: use the console");
    return 0;
}

/* The password again, so that a console left open is not enough. */
static bool knows_password(zh_call *call, uint32_t number, zh_sv password)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_user user;
    zh_sv hash = { 0 };
    zh_world_lock_read(w);
    if (zh_registry_user(w->registry, number, &user) == ZH_OK) hash = zh_arena_copy(call->arena, user.password_hash);
    zh_world_unlock(w);
    if (zh_password_verify(hash, password) == ZH_OK) return true;
    zh_call_problem(call, 400, "bad_field", "current", "the current password is wrong");
    return false;
}

void zh_route_second_factor(zh_call *call)
{
    factor f;
    const uint32_t user = own_number(call);
    if (user == 0) return;
    const zh_err e = read_factor(call, user, &f);
    const bool is_on = f.is_on;
    const int64_t at_ms = f.at_ms;
    const uint32_t left = f.codes_count;
    zh_wipe(&f, sizeof f);
    if (e != ZH_OK) {
        zh_call_failed(call, e, NULL);
        return;
    }
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key_bool(&out, ZH_SV("on"), is_on);
    zh_call_time(&out, ZH_SV("since"), at_ms);
    zh_json_out_key_int(&out, ZH_SV("recoveryCodes"), left);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* What the app takes in: issuer and account with their own letters escaped. */
static size_t print_uri(zh_sv account, const char *secret, char out[URI_BYTES_MAX])
{
    size_t at = (size_t)snprintf(out, URI_BYTES_MAX, "otpauth://totp/zhun:");
    for (size_t i = 0; i < account.size && at + 4 < URI_BYTES_MAX - 96; i++) {
        const unsigned char c = (unsigned char)account.data[i];
        const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_' || c == '~';
        at += (size_t)snprintf(out + at, URI_BYTES_MAX - at, plain ? "%c" : "%%%02X", c);
    }
    return at + (size_t)snprintf(out + at, URI_BYTES_MAX - at, "?secret=%s&issuer=zhun", secret);
}

/* A new secret: nothing is kept of it until a code of it comes back. */
void zh_route_second_factor_begin(zh_call *call)
{
    uint8_t secret[ZH_TOTP_SECRET_BYTES];
    char text[ZH_TOTP_SECRET_TEXT], uri[URI_BYTES_MAX];
    zh_world *w = zh_engine_world(call->engine);
    zh_user user;
    zh_sv account = { 0 };
    const uint32_t number = own_number(call);
    if (number == 0) return;
    const zh_err e = zh_file_random(secret, sizeof secret);
    if (e != ZH_OK) {
        zh_call_failed(call, e, NULL);
        return;
    }
    zh_world_lock_read(w);
    if (zh_registry_user(w->registry, number, &user) == ZH_OK) account = zh_arena_copy(call->arena, user.name);
    zh_world_unlock(w);
    zh_totp_print(secret, text);
    const size_t size = print_uri(account, text, uri);
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("secret"), zh_sv_of(text));
    zh_json_out_key_text(&out, ZH_SV("uri"), (zh_sv){ uri, size });
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
    zh_wipe(secret, sizeof secret);
    zh_wipe(text, sizeof text);
    zh_wipe(uri, sizeof uri);
}

/* New recovery codes: shown once, kept as hashes. */
static zh_err make_codes(zh_call *call, uint32_t user, factor *f, char shown[ZH_TOTP_RECOVERIES][ZH_TOTP_RECOVERY_TEXT])
{
    uint8_t random[ZH_TOTP_RECOVERIES][ZH_TOTP_RECOVERY_BYTES];
    const zh_err e = zh_file_random(random, sizeof random);
    for (uint32_t i = 0; e == ZH_OK && i < ZH_TOTP_RECOVERIES; i++) {
        char plain[ZH_TOTP_RECOVERY_TEXT];
        zh_totp_recovery(random[i], shown[i]);
        (void)zh_totp_recovery_read(zh_sv_of(shown[i]), plain);
        hash_code(call, user, plain, f->codes[f->codes_count++]);
    }
    zh_wipe(random, sizeof random);
    return e;
}

void zh_route_second_factor_on(zh_call *call)
{
    zh_json_value root;
    const uint32_t user = own_number(call);
    if (user == 0 || !zh_call_body_json(call, &root)) return;
    const zh_sv code = zh_arena_copy(call->arena, zh_json_text_or_empty(zh_json_get(root, ZH_SV("code"))));
    const zh_sv current = zh_arena_copy(call->arena, zh_json_text_or_empty(zh_json_get(root, ZH_SV("current"))));
    factor f = { .is_on = true, .at_ms = call->now_ms };
    if (!zh_totp_read(zh_json_text_or_empty(zh_json_get(root, ZH_SV("secret"))), f.secret)) {
        zh_call_problem(call, 400, "bad_field", "secret", "the secret is that of POST /api/v1/second-factor: 32 letters A to Z and 2 to 7");
        return;
    }
    if (!knows_password(call, user, current)) return;
    if (!takes_code(call, user, &f, code)) {
        zh_call_problem(call, 400, "bad_field", "code", "this is not the code that the app shows now: is the time of the device right?");
        zh_wipe(&f, sizeof f);
        return;
    }
    char shown[ZH_TOTP_RECOVERIES][ZH_TOTP_RECOVERY_TEXT];
    zh_err e = make_codes(call, user, &f, shown);
    if (e == ZH_OK) e = write_factor(call, user, &call->caller.actor, &f);
    zh_wipe(&f, sizeof f);
    if (e != ZH_OK) {
        zh_call_failed(call, e, NULL);
        return;
    }
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("recoveryCodes"));
    zh_json_out_array(&out);
    for (uint32_t i = 0; i < ZH_TOTP_RECOVERIES; i++) zh_json_out_text(&out, zh_sv_of(shown[i]));
    zh_json_out_end(&out);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
    zh_wipe(shown, sizeof shown);
}

void zh_route_second_factor_off(zh_call *call)
{
    zh_json_value root;
    const uint32_t user = own_number(call);
    if (user == 0 || !zh_call_body_json(call, &root)) return;
    if (!knows_password(call, user, zh_arena_copy(call->arena, zh_json_text_or_empty(zh_json_get(root, ZH_SV("current")))))) return;
    const zh_err e = drop_factor(call, user);
    if (e == ZH_OK) zh_call_reply(call, 204, (zh_sv){ 0 }, (zh_sv){ 0 }, NULL, 0);
    else zh_call_failed(call, e, NULL);
}

/* Somebody lost the device and the recovery codes: who manages users takes the factor away, and the person's sessions end. */
void zh_route_user_second_factor_off(zh_call *call)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_user user = { 0 };
    zh_world_lock_read(w);
    zh_err e = zh_registry_user_named(w->registry, zh_http_path_part(call->request, 3), &user);
    zh_world_unlock(w);
    if (e == ZH_OK && !zh_users_may_govern(call, user.role)) return;
    if (e == ZH_OK) e = drop_factor(call, user.number);
    if (e != ZH_OK) {
        zh_call_failed(call, e, "no such user");
        return;
    }
    zh_users_end_sessions(call, user.number);
    zh_call_reply(call, 204, (zh_sv){ 0 }, (zh_sv){ 0 }, NULL, 0);
}
