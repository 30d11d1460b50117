/* people.c -- signing in and out; keys, sources. Users: users.c. */
#include "engine/secret.h"
#include "guard/signature.h"
#include "server/answer.h"
#include "server/call.h"
#include "server/users.h"
#include "sys/file.h"

/* ---- signing in ---- */

static uint64_t throttle_number(const zh_server *s, zh_sv text)
{
    return zh_sip64(&s->throttle_key, text);
}

/* Each try counts as a failure until it passed, so that parallel tries cannot share one allowance. */
static bool must_wait(zh_call *call, zh_sv user, zh_sv address)
{
    int64_t wait_ms = 0, more_ms = 0;
    zh_server *s = call->server;
    pthread_mutex_lock(&s->session_lock);
    zh_err e = zh_throttle_try(s->by_address, throttle_number(s, address), call->now_ms, &more_ms);
    if (e == ZH_OK && (e = zh_throttle_try(s->by_user, throttle_number(s, user), call->now_ms, &wait_ms)) != ZH_OK)
        zh_throttle_undo(s->by_address, throttle_number(s, address));
    pthread_mutex_unlock(&s->session_lock);
    if (e == ZH_OK) return false;
    if (more_ms > wait_ms) wait_ms = more_ms;
    char seconds[24];
    snprintf(seconds, sizeof seconds, "%lld", (long long)(wait_ms + 999) / 1000);
    const zh_http_header retry = { ZH_SV("Retry-After"), zh_sv_of(seconds) };
    zh_call_reply(call, 429, ZH_SV("application/problem+json"),
               ZH_SV("{\"title\":\"Too many requests\",\"status\":429,\"code\":\"throttled\",\"detail\":\"too many failed tries: wait, then try again\"}"), &retry, 1);
    return true;
}

static void tries_passed(zh_call *call, zh_sv user, zh_sv address)
{
    zh_server *s = call->server;
    pthread_mutex_lock(&s->session_lock);
    zh_throttle_pass(s->by_user, throttle_number(s, user));
    zh_throttle_undo(s->by_address, throttle_number(s, address));
    pthread_mutex_unlock(&s->session_lock);
}

static void put_session(zh_call *call, const zh_session *session, zh_sv user, const zh_http_header *more, size_t more_count)
{
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key_text(&out, ZH_SV("user"), user);
    zh_json_out_key_text(&out, ZH_SV("role"), zh_sv_of(zh_role_text(session->role)));
    zh_json_out_key_text(&out, ZH_SV("csrf"), zh_sv_of(session->csrf));
    zh_json_out_end(&out);
    const zh_sv body = zh_json_out_done(&out) == ZH_OK ? zh_buf_view(&call->thread->out) : ZH_SV("{}");
    zh_call_reply(call, 200, ZH_SV("application/json"), body, more, more_count);
}

/* Over plain HTTP on loopback a browser refuses Secure cookies, so the prefix is left out there. */
static bool is_secure(zh_call *call)
{
    return zh_sv_equal(zh_http_header_of(call->request, "X-Forwarded-Proto"), ZH_SV("https"));
}

/* Why nobody is signed in; `knows`: he has the password, so he may be told more. */
static void refuse_login(zh_call *call, zh_err e, bool knows, bool wants_new)
{
    if (wants_new && e == ZH_ABSENT) zh_call_problem(call, 401, "new_password_needed", "newPassword", "this password was good once: choose another and send it as newPassword");
    else if (wants_new && e == ZH_RANGE) zh_call_problem(call, 400, "bad_field", "newPassword", "a password has 8 to 128 characters, is not one of the most common and not the one before");
    else if (knows && e == ZH_ABSENT) zh_call_problem(call, 401, "second_factor_needed", "code", "send the six digits of the authenticator app, or a recovery code, as code");
    else if (knows && e == ZH_LOGIN) zh_call_problem(call, 401, "second_factor_wrong", "code", "this code is not the one the app shows now, or was used already");
    else if (e == ZH_LOGIN) zh_call_problem(call, 401, "unauthorized", NULL, "user or password is wrong");
    else zh_call_failed(call, e, NULL);
}

/* A password that was made for him opens one thing: choosing another. ZH_ABSENT: he has not; ZH_RANGE: it does not do. */
static zh_err judge_new_password(const zh_user *user, zh_sv password, zh_sv next)
{
    if (!user->once) return ZH_OK;
    if (next.size == 0) return ZH_ABSENT;
    return zh_sv_equal(password, next) ? ZH_RANGE : zh_password_fits(next);
}

/* The session, unless he was switched off or changed while his password was looked at. */
static zh_err begin_session(zh_call *call, const zh_user *user, char cookie[ZH_SESSION_COOKIE_BYTES], zh_session *session)
{
    uint8_t random[ZH_SESSION_RANDOM_BYTES];
    zh_user now;
    zh_err e = zh_file_random(random, sizeof random);
    pthread_mutex_lock(&call->server->session_lock);
    if (e == ZH_OK) e = zh_session_start(call->server->sessions, user->number, user->role, call->now_ms, random, cookie, session);
    pthread_mutex_unlock(&call->server->session_lock);
    zh_wipe(random, sizeof random);
    if (e != ZH_OK) return e;
    zh_users_find(call, user->name, &now); /* whoever changes him does so first and ends his sessions then: one of the two sees the other */
    if (now.number == user->number && now.role == user->role && zh_sv_equal(now.password_hash, user->password_hash)) return ZH_OK;
    pthread_mutex_lock(&call->server->session_lock);
    zh_session_end(call->server->sessions, (zh_sv){ cookie, ZH_SESSION_COOKIE_BYTES - 1 });
    pthread_mutex_unlock(&call->server->session_lock);
    return ZH_LOGIN;
}

void zh_route_login(zh_call *call)
{
    zh_json_value root;
    if (!zh_call_body_json(call, &root)) return;
    const zh_sv name = zh_arena_copy(call->arena, zh_json_text_or_empty(zh_json_get(root, ZH_SV("user"))));
    const zh_sv password = zh_arena_copy(call->arena, zh_json_text_or_empty(zh_json_get(root, ZH_SV("password"))));
    const zh_sv code = zh_arena_copy(call->arena, zh_sv_trim(zh_json_text_or_empty(zh_json_get(root, ZH_SV("code")))));
    const zh_sv next = zh_arena_copy(call->arena, zh_json_text_or_empty(zh_json_get(root, ZH_SV("newPassword"))));
    const zh_sv address = zh_http_peer(call->request);
    if (must_wait(call, name, address)) return;
    zh_user user;
    zh_users_find(call, name, &user);
    if (user.number != 0) call->audited = name; /* another word may be a password, typed into the wrong field */
    zh_err e = zh_password_verify(user.password_hash, password);
    if (user.number == 0) e = ZH_LOGIN;
    const bool knows = e == ZH_OK;
    if (knows) e = judge_new_password(&user, password, next); /* before the code, which is good once */
    const bool wants_new = knows && e != ZH_OK;
    if (e == ZH_OK) e = zh_second_factor_ask(call, user.number, code);
    if (e == ZH_OK) tries_passed(call, name, address);
    if (e == ZH_OK && user.once) e = zh_users_choose(call, &user, next);
    char cookie[ZH_SESSION_COOKIE_BYTES], header[160];
    zh_session session;
    if (e != ZH_OK) {
        refuse_login(call, e, knows, wants_new);
        return;
    }
    e = begin_session(call, &user, cookie, &session);
    if (e != ZH_OK) {
        refuse_login(call, e, false, false);
        return;
    }
    zh_users_signed_in(call, user.number);
    const bool secure = is_secure(call);
    snprintf(header, sizeof header, "%s=%s; Path=/; HttpOnly; SameSite=Strict%s", secure ? "__Host-zhun" : "zhun", cookie, secure ? "; Secure" : "");
    const zh_http_header set = { ZH_SV("Set-Cookie"), zh_sv_of(header) };
    put_session(call, &session, name, &set, 1);
    zh_wipe(cookie, sizeof cookie);
}

static zh_sv user_name(zh_call *call)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_user user;
    zh_sv name = call->caller.kind == CALLER_PERSON ? (zh_sv){ 0 } : ZH_SV("token");
    zh_world_lock_read(w);
    if (call->caller.kind == CALLER_PERSON && zh_registry_user(w->registry, call->caller.session.user, &user) == ZH_OK)
        name = zh_arena_copy(call->arena, user.name);
    zh_world_unlock(w);
    return name;
}

void zh_route_session(zh_call *call)
{
    zh_session session = call->caller.session;
    if (call->caller.kind != CALLER_PERSON) session = (zh_session){ .role = ZH_ROLE_OWNER };
    put_session(call, &session, user_name(call), NULL, 0);
}

void zh_route_logout(zh_call *call)
{
    const zh_sv header = zh_http_header_of(call->request, "Cookie");
    zh_sv rest = header;
    pthread_mutex_lock(&call->server->session_lock);
    while (rest.size > 0) { /* every value of the cookie header may be the session's */
        const char *semicolon = memchr(rest.data, ';', rest.size);
        const size_t size = semicolon == NULL ? rest.size : (size_t)(semicolon - rest.data);
        const zh_sv one = zh_sv_trim(zh_sv_part(rest, 0, size));
        const char *equals = one.size == 0 ? NULL : memchr(one.data, '=', one.size);
        if (equals != NULL) zh_session_end(call->server->sessions, zh_sv_part(one, (size_t)(equals - one.data) + 1, SIZE_MAX));
        rest = zh_sv_part(rest, size + 1, SIZE_MAX);
    }
    pthread_mutex_unlock(&call->server->session_lock);
    const zh_http_header gone = { ZH_SV("Set-Cookie"), ZH_SV("zhun=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict") };
    zh_call_reply(call, 204, (zh_sv){ 0 }, (zh_sv){ 0 }, &gone, 1);
}

/* ---- keys ---- */

static const char *kind_of(const zh_key *key)
{
    return key->scopes & ZH_SCOPE_ADMIN ? "admin" : key->scopes & ZH_SCOPE_SERVE ? "server" : "write";
}

static void put_key(const zh_key *key, const zh_registry *registry, zh_sv secret, zh_json_out *out)
{
    char text[24];
    zh_source source;
    snprintf(text, sizeof text, "%u", key->number);
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("id"), zh_sv_of(text));
    zh_json_out_key_text(out, ZH_SV("kind"), zh_sv_of(kind_of(key)));
    if (zh_registry_source(registry, key->source, &source) == ZH_OK) zh_json_out_key_text(out, ZH_SV("source"), source.name);
    zh_json_out_key_text(out, ZH_SV("name"), key->name);
    size_t shown = 0;
    while (shown < 4 && key->last[shown] != 0) shown++;
    snprintf(text, sizeof text, "\xE2\x80\xA6%.*s", (int)shown, (const char *)key->last);
    zh_json_out_key_text(out, ZH_SV("hint"), zh_sv_of(text));
    zh_call_time(out, ZH_SV("createdAt"), key->created_ms);
    zh_call_time(out, ZH_SV("expiresAt"), key->expires_ms);
    zh_call_time(out, ZH_SV("revokedAt"), key->revoked_ms);
    zh_json_out_key(out, ZH_SV("origins"));
    zh_json_out_array(out);
    for (zh_sv rest = key->origins; rest.size > 0;) {
        const char *blank = memchr(rest.data, ' ', rest.size);
        const size_t size = blank == NULL ? rest.size : (size_t)(blank - rest.data);
        zh_json_out_text(out, zh_sv_part(rest, 0, size));
        rest = zh_sv_part(rest, size + 1, SIZE_MAX);
    }
    zh_json_out_end(out);
    if (secret.size > 0) zh_json_out_key_text(out, ZH_SV("key"), secret);
    zh_json_out_end(out);
}

static void begin_list(zh_json_out *out)
{
    zh_json_out_object(out);
    zh_json_out_key(out, ZH_SV("items"));
    zh_json_out_array(out);
}

static void end_list(zh_json_out *out)
{
    zh_json_out_end(out);
    zh_answer_next(out, "");
    zh_json_out_end(out);
}

void zh_route_keys(zh_call *call)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_json_out out = zh_call_begin(call);
    begin_list(&out);
    zh_world_lock_read(w);
    for (zh_registry_iter it = zh_registry_walk(w->registry, ZH_THING_KEY); zh_registry_next(&it);) put_key(&it.at->key, w->registry, (zh_sv){ 0 }, &out);
    zh_world_unlock(w);
    end_list(&out);
    zh_call_json(call, 200, &out);
}

/* A name stands in addresses of webhooks, so it has only what needs no escapes there. */
static bool is_source_name(zh_sv name)
{
    for (size_t i = 0; i < name.size; i++) {
        const char c = name.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.')) return false;
    }
    return name.size > 0 && name.size <= ZH_NAME_BYTES_MAX;
}

/* The source of that name, made where there is none; no name: the default one. ZH_FULL: there are too many. */
static zh_err want_source(zh_call *call, zh_sv name, zh_source_id *id)
{
    zh_source there;
    zh_world *w = zh_engine_world(call->engine);
    *id = (zh_source_id){ 1 };
    if (name.size == 0) return ZH_OK;
    zh_world_lock_read(w);
    const zh_err e = zh_registry_source_named(w->registry, name, &there);
    const uint32_t number = zh_registry_next_number(w->registry, ZH_THING_SOURCE);
    zh_world_unlock(w);
    *id = e == ZH_OK ? there.id : (zh_source_id){ number };
    if (e == ZH_OK) return ZH_OK;
    if (number > ZH_WORLD_SOURCES_MAX) return ZH_FULL;
    const zh_definition d = { .thing = ZH_THING_SOURCE, .at_ms = call->now_ms, .actor = call->caller.actor,
                              .source = { .id = *id, .name = name, .created_ms = call->now_ms } };
    return zh_engine_define(call->engine, &d);
}

/* When the key ends: a time to come; null or not said: never. */
static bool read_end(zh_json_value value, int64_t now_ms, int64_t *end_ms)
{
    zh_sv text;
    *end_ms = 0;
    if (zh_json_type_of(value) <= ZH_JSON_NULL) return true;
    return zh_json_text(value, &text) && zh_time_parse(text, end_ms) == ZH_OK && *end_ms > now_ms && *end_ms <= ZH_TIME_MS_MAX;
}

/* A list of origins as one text with blanks between, in the arena. False: one of them is none, or there are too many. */
static bool read_origins(zh_call *call, zh_json_value list, zh_sv *out)
{
    char *text = zh_arena_take(call->arena, ZH_KEY_ORIGINS_BYTES_MAX, 1);
    size_t size = 0;
    zh_sv one;
    *out = (zh_sv){ 0 };
    if (zh_json_type_of(list) <= ZH_JSON_NULL) return true;
    if (text == NULL || !zh_json_is(list, ZH_JSON_ARRAY)) return false;
    for (zh_json_iter it = zh_json_walk(list); zh_json_next(&it);) {
        if (!zh_json_text(it.value, &one) || !zh_key_origin_fits(one) || size + one.size + 1 > ZH_KEY_ORIGINS_BYTES_MAX) return false;
        if (size > 0) text[size++] = ' ';
        memcpy(text + size, one.data, one.size);
        size += one.size;
    }
    *out = (zh_sv){ text, size };
    return true;
}

void zh_route_key_create(zh_call *call)
{
    zh_json_value root;
    if (!zh_call_body_json(call, &root)) return;
    const zh_sv kind = zh_json_text_or_empty(zh_json_get(root, ZH_SV("kind")));
    const zh_sv name = zh_arena_copy(call->arena, zh_json_text_or_empty(zh_json_get(root, ZH_SV("name"))));
    const bool server = zh_sv_equal(kind, ZH_SV("server"));
    const zh_sv source_name = zh_arena_copy(call->arena, zh_sv_trim(zh_json_text_or_empty(zh_json_get(root, ZH_SV("source")))));
    if ((!server && !zh_sv_equal(kind, ZH_SV("write"))) || name.size > ZH_NAME_BYTES_MAX) {
        zh_call_problem(call, 400, "bad_field", server ? "name" : "kind", "kind is write or server; a name has at most 128 bytes");
        return;
    }
    if (source_name.size > 0 && !is_source_name(source_name)) {
        zh_call_problem(call, 400, "bad_field", "source", "a source has a name of 1 to 128 letters, digits, '-', '_' and '.'");
        return;
    }
    int64_t end_ms;
    if (!read_end(zh_json_get(root, ZH_SV("expiresAt")), call->now_ms, &end_ms)) {
        zh_call_problem(call, 400, "bad_field", "expiresAt", "a key ends at a time to come, such as 2027-01-31T00:00:00Z");
        return;
    }
    zh_sv origins;
    if (!read_origins(call, zh_json_get(root, ZH_SV("origins")), &origins) || (server && origins.size > 0)) {
        zh_call_problem(call, 400, "bad_field", "origins", "of a write key: a list of origins as https://shop.example, in small letters and without a path; together at most 1,024 bytes");
        return;
    }
    zh_world *w = zh_engine_world(call->engine);
    zh_definition d = { .thing = ZH_THING_KEY, .at_ms = call->now_ms, .actor = call->caller.actor };
    uint8_t secret[ZH_KEY_SECRET_BYTES];
    char text[ZH_KEY_MADE_BYTES];
    zh_err e = zh_file_random(secret, sizeof secret);
    zh_world_lock_read(w);
    const uint32_t number = zh_registry_next_number(w->registry, ZH_THING_KEY);
    zh_world_unlock(w);
    zh_source_id source;
    if (e == ZH_OK) e = want_source(call, source_name, &source);
    const zh_sv made = zh_key_make(number, server ? ZH_SCOPE_SERVE | ZH_SCOPE_WRITE : ZH_SCOPE_WRITE, secret, &d.key, text);
    zh_wipe(secret, sizeof secret);
    d.key.source = e == ZH_OK ? source : (zh_source_id){ 1 };
    d.key.name = name;
    d.key.created_ms = call->now_ms;
    d.key.expires_ms = end_ms;
    d.key.origins = origins;
    if (e == ZH_OK) e = zh_engine_define(call->engine, &d);
    if (e == ZH_OK) {
        zh_json_out out = zh_call_begin(call);
        zh_world_lock_read(w);
        put_key(&d.key, w->registry, made, &out);
        zh_world_unlock(w);
        zh_call_json(call, 201, &out);
    } else zh_call_failed(call, e, NULL);
    zh_wipe(text, sizeof text);
}

bool zh_call_number(zh_sv text, uint32_t *out)
{
    zh_customer_id number;
    if (!zh_answer_customer_number(text, &number) || number.number > UINT32_MAX) return false;
    *out = (uint32_t)number.number;
    return true;
}

void zh_route_key_revoke(zh_call *call)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_definition d = { .thing = ZH_THING_KEY, .at_ms = call->now_ms, .actor = call->caller.actor };
    uint32_t number = 0;
    zh_world_lock_read(w);
    zh_err e = zh_call_number(zh_http_path_part(call->request, 3), &number) ? zh_registry_key(w->registry, number, &d.key) : ZH_ABSENT;
    if (e == ZH_OK) d.key.name = zh_arena_copy(call->arena, d.key.name);
    if (e == ZH_OK) d.key.origins = zh_arena_copy(call->arena, d.key.origins);
    zh_world_unlock(w);
    if (e == ZH_OK && d.key.revoked_ms == 0) {
        d.key.revoked_ms = call->now_ms;
        e = zh_engine_define(call->engine, &d);
    }
    if (e == ZH_OK) zh_call_reply(call, 204, (zh_sv){ 0 }, (zh_sv){ 0 }, NULL, 0);
    else zh_call_failed(call, e, "no such key");
}

/* ---- sources ---- */

static void put_source(const zh_source *source, const zh_world *w, zh_json_out *out)
{
    char id[24];
    const zh_world_source seen = zh_world_source_of(w, source->id);
    snprintf(id, sizeof id, "%u", source->id.number);
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("id"), zh_sv_of(id));
    zh_json_out_key_text(out, ZH_SV("name"), source->name);
    zh_call_time(out, ZH_SV("createdAt"), source->created_ms);
    zh_json_out_key_int(out, ZH_SV("events"), (int64_t)seen.events);
    zh_call_time(out, ZH_SV("lastEventAt"), seen.commit_ms);
    zh_json_out_key_bool(out, ZH_SV("hasSecret"), zh_secret_is_kept(w->registry, source->id));
    zh_json_out_key(out, ZH_SV("limit"));
    zh_limits_json(w->registry, source->id, out);
    zh_json_out_end(out);
}

void zh_route_sources(zh_call *call)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_json_out out = zh_call_begin(call);
    begin_list(&out);
    zh_world_lock_read(w);
    for (zh_registry_iter it = zh_registry_walk(w->registry, ZH_THING_SOURCE); zh_registry_next(&it);) put_source(&it.at->source, w, &out);
    zh_world_unlock(w);
    end_list(&out);
    zh_call_json(call, 200, &out);
}

void zh_route_source_create(zh_call *call)
{
    zh_json_value root;
    if (!zh_call_body_json(call, &root)) return;
    zh_definition d = { .thing = ZH_THING_SOURCE, .at_ms = call->now_ms, .actor = call->caller.actor };
    d.source.name = zh_arena_copy(call->arena, zh_json_text_or_empty(zh_json_get(root, ZH_SV("name"))));
    d.source.created_ms = call->now_ms;
    if (!is_source_name(d.source.name)) {
        zh_call_problem(call, 400, "bad_field", "name", "a source has a name of 1 to 128 letters, digits, '-', '_' and '.'");
        return;
    }
    zh_world *w = zh_engine_world(call->engine);
    zh_source there;
    zh_world_lock_read(w);
    zh_err e = zh_registry_source_named(w->registry, d.source.name, &there) == ZH_OK ? ZH_EXISTS : ZH_OK;
    d.source.id.number = zh_registry_next_number(w->registry, ZH_THING_SOURCE);
    zh_world_unlock(w);
    if (e == ZH_OK) e = zh_engine_define(call->engine, &d);
    if (e != ZH_OK) {
        zh_call_failed(call, e, "a source of this name exists");
        return;
    }
    zh_json_out out = zh_call_begin(call);
    zh_world_lock_read(w);
    put_source(&d.source, w, &out);
    zh_world_unlock(w);
    zh_call_json(call, 201, &out);
}

/* Kept sealed and never shown; null takes it away. */
void zh_route_source_secret(zh_call *call)
{
    zh_json_value root;
    if (!zh_call_body_json(call, &root)) return;
    const zh_json_value value = zh_json_get(root, ZH_SV("secret"));
    const zh_sv text = zh_json_text_or_empty(value);
    if (!zh_json_is(value, ZH_JSON_NULL) && (text.size < ZH_SIGNATURE_SECRET_BYTES_MIN || text.size > ZH_SIGNATURE_SECRET_BYTES_MAX)) {
        zh_call_problem(call, 400, "bad_field", "secret", "a secret has 8 to 256 bytes; null takes it away");
        return;
    }
    zh_world *w = zh_engine_world(call->engine);
    zh_source source;
    uint32_t number = 0;
    zh_world_lock_read(w);
    zh_err e = zh_call_number(zh_http_path_part(call->request, 3), &number) ? zh_registry_source(w->registry, (zh_source_id){ number }, &source) : ZH_ABSENT;
    zh_world_unlock(w);
    if (e == ZH_OK) e = zh_secret_put(call->engine, source.id, &call->caller.actor, text);
    if (e == ZH_OK) zh_call_reply(call, 204, (zh_sv){ 0 }, (zh_sv){ 0 }, NULL, 0);
    else zh_call_failed(call, e, "no such source");
}
