#include "server/users.h"
#include "server/answer.h"
#include "sys/file.h"

#define SEEN_NAME_BYTES 32
#define SEEN_JSON_BYTES 48

static zh_world *world_of(zh_call *call) { return zh_engine_world(call->engine); }

/* ---- last sign-in ---- */

static zh_sv seen_name(uint32_t user, char text[SEEN_NAME_BYTES])
{
    return (zh_sv){ text, (size_t)snprintf(text, SEEN_NAME_BYTES, "signed-in/%u", user) };
}

void zh_users_signed_in(zh_call *call, uint32_t number)
{
    char name[SEEN_NAME_BYTES], json[SEEN_JSON_BYTES];
    const zh_sv text = { json, (size_t)snprintf(json, sizeof json, "{\"at\":%lld}", (long long)call->now_ms) };
    const zh_actor who = { .kind = ZH_ACTOR_USER, .number = number };
    const zh_definition d = { .thing = ZH_THING_SETTING, .at_ms = call->now_ms, .actor = who, .setting = { .name = seen_name(number, name), .json = text } };
    if (zh_engine_define(call->engine, &d) == ZH_OK) return;
    zh_log_line line = zh_line_open(zh_engine_sink(call->engine), ZH_LINE_WARN, "users.sign_in_not_kept");
    zh_line_end(&line);
}

/* 0: never, or it was not kept. Under the world's read lock. */
static int64_t seen_ms(zh_call *call, uint32_t number)
{
    char name[SEEN_NAME_BYTES];
    zh_sv json;
    zh_json_value root;
    int64_t at_ms = 0;
    if (zh_registry_setting(world_of(call)->registry, seen_name(number, name), &json) == ZH_OK && zh_json_parse(call->thread->parser, json, &root, NULL) == ZH_OK)
        (void)zh_json_int(zh_json_get(root, ZH_SV("at")), &at_ms);
    return at_ms;
}

/* ---- who ---- */

/* By name, switched off or not; its texts are in the arena. Errors: ZH_ABSENT, ZH_NOMEM. */
static zh_err find(zh_call *call, zh_sv name, zh_user *out)
{
    zh_world_lock_read(world_of(call));
    zh_err e = zh_registry_user_named(world_of(call)->registry, name, out);
    if (e == ZH_OK) {
        out->name = zh_arena_copy(call->arena, out->name);
        out->password_hash = zh_arena_copy(call->arena, out->password_hash);
        if (out->name.data == NULL || out->password_hash.data == NULL) e = ZH_NOMEM;
    }
    zh_world_unlock(world_of(call));
    return e;
}

void zh_users_find(zh_call *call, zh_sv name, zh_user *out)
{
    if (find(call, name, out) != ZH_OK || out->disabled) *out = (zh_user){ 0 };
}

bool zh_users_may_govern(zh_call *call, zh_role other)
{
    if (zh_role_may_govern(call->caller.actor.role, other)) return true;
    zh_call_problem(call, 403, "forbidden", "role", "who may not see customers, letters or the audit lends nobody the right to, and only an owner changes an owner");
    return false;
}

void zh_users_end_sessions(zh_call *call, uint32_t number)
{
    pthread_mutex_lock(&call->server->session_lock);
    zh_sessions_revoke(call->server->sessions, number);
    pthread_mutex_unlock(&call->server->session_lock);
}

static void put_user(zh_call *call, const zh_user *user, zh_sv made, zh_json_out *out)
{
    char id[24];
    snprintf(id, sizeof id, "%u", user->number);
    zh_json_out_object(out);
    zh_json_out_key_text(out, ZH_SV("id"), zh_sv_of(id));
    zh_json_out_key_text(out, ZH_SV("name"), user->name);
    zh_json_out_key_text(out, ZH_SV("role"), zh_sv_of(zh_role_text(user->role)));
    zh_json_out_key_text(out, ZH_SV("state"), user->disabled ? ZH_SV("off") : ZH_SV("on"));
    zh_call_time(out, ZH_SV("createdAt"), user->created_ms);
    zh_call_time(out, ZH_SV("lastLoginAt"), seen_ms(call, user->number));
    zh_json_out_key_bool(out, ZH_SV("secondFactor"), zh_second_factor_is_on(world_of(call)->registry, user->number));
    zh_json_out_key_bool(out, ZH_SV("passwordOnce"), user->once);
    zh_json_out_key_bool(out, ZH_SV("mayChange"), zh_role_may_govern(call->caller.actor.role, user->role));
    if (made.size > 0) zh_json_out_key_text(out, ZH_SV("password"), made);
    zh_json_out_end(out);
}

static void answer_user(zh_call *call, unsigned status, const zh_user *user, zh_sv made)
{
    zh_json_out out = zh_call_begin(call);
    zh_world_lock_read(world_of(call));
    put_user(call, user, made, &out);
    zh_world_unlock(world_of(call));
    zh_call_json(call, status, &out);
}

void zh_route_users(zh_call *call)
{
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    zh_world_lock_read(world_of(call));
    for (zh_registry_iter it = zh_registry_walk(world_of(call)->registry, ZH_THING_USER); zh_registry_next(&it);) put_user(call, &it.at->user, (zh_sv){ 0 }, &out);
    zh_world_unlock(world_of(call));
    zh_json_out_end(&out);
    zh_answer_next(&out, "");
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}

/* ---- passwords ---- */

static zh_err hash_password(zh_call *call, zh_sv password, zh_sv *hash)
{
    uint8_t salt[ZH_PASSWORD_SALT_BYTES];
    char *text = zh_arena_take(call->arena, ZH_PASSWORD_HASH_BYTES, 1);
    if (text == NULL) return ZH_NOMEM;
    zh_err e = zh_password_fits(password);
    if (e == ZH_OK) e = zh_file_random(salt, sizeof salt);
    return e != ZH_OK ? e : zh_password_hash(password, salt, text, hash);
}

/* The password that was said; none: one is made, good until he chooses another. `made` is empty or that one. */
static zh_err set_password(zh_call *call, zh_sv said, char made[ZH_PASSWORD_MADE_CHARS + 1], zh_user *user)
{
    uint8_t random[ZH_PASSWORD_MADE_CHARS];
    made[0] = '\0';
    user->once = said.size == 0;
    if (!user->once) return hash_password(call, said, &user->password_hash);
    zh_err e = zh_file_random(random, sizeof random);
    if (e == ZH_OK) {
        zh_password_make(random, made);
        e = hash_password(call, zh_sv_of(made), &user->password_hash);
    }
    zh_wipe(random, sizeof random);
    return e;
}

static zh_err define(zh_call *call, const zh_actor *actor, const zh_user *user)
{
    const zh_definition d = { .thing = ZH_THING_USER, .at_ms = call->now_ms, .actor = *actor, .user = *user };
    return zh_engine_define(call->engine, &d);
}

zh_err zh_users_choose(zh_call *call, zh_user *user, zh_sv password)
{
    const zh_actor own = { .kind = ZH_ACTOR_USER, .number = user->number };
    zh_user now, next = *user;
    zh_err e = hash_password(call, password, &next.password_hash);
    if (e != ZH_OK) return e;
    pthread_mutex_lock(&call->server->users_lock);
    zh_users_find(call, user->name, &now);
    if (now.number != user->number || now.role != user->role || !zh_sv_equal(now.password_hash, user->password_hash)) e = ZH_LOGIN;
    next.once = false;
    if (e == ZH_OK) e = define(call, &own, &next);
    pthread_mutex_unlock(&call->server->users_lock);
    if (e == ZH_OK) *user = next;
    return e;
}

/* ---- changes ---- */

static const char password_rule[] = "a password has 8 to 128 characters and is not one of the most common";

void zh_route_user_create(zh_call *call)
{
    zh_json_value root;
    char made[ZH_PASSWORD_MADE_CHARS + 1];
    if (!zh_call_body_json(call, &root)) return;
    zh_user user = { .created_ms = call->now_ms }, there;
    user.name = zh_arena_copy(call->arena, zh_json_text_or_empty(zh_json_get(root, ZH_SV("name"))));
    user.role = zh_role_of(zh_json_text_or_empty(zh_json_get(root, ZH_SV("role"))));
    const zh_sv password = zh_arena_copy(call->arena, zh_json_text_or_empty(zh_json_get(root, ZH_SV("password"))));
    const bool says_password = zh_json_type_of(zh_json_get(root, ZH_SV("password"))) > ZH_JSON_NULL;
    if (user.name.size == 0 || user.name.size > ZH_NAME_BYTES_MAX || user.role == ZH_ROLE_NONE) {
        zh_call_problem(call, 400, "bad_field", user.role == ZH_ROLE_NONE ? "role" : "name", "a user has a name of at most 128 bytes and a role");
        return;
    }
    if (!zh_users_may_govern(call, user.role)) return;
    if (says_password && zh_password_fits(password) != ZH_OK) {
        zh_call_problem(call, 400, "bad_field", "password", password_rule);
        return;
    }
    zh_err e = set_password(call, password, made, &user);
    pthread_mutex_lock(&call->server->users_lock);
    if (e == ZH_OK && find(call, user.name, &there) == ZH_OK) e = ZH_EXISTS;
    zh_world_lock_read(world_of(call));
    user.number = zh_registry_next_number(world_of(call)->registry, ZH_THING_USER);
    zh_world_unlock(world_of(call));
    if (e == ZH_OK) e = define(call, &call->caller.actor, &user);
    pthread_mutex_unlock(&call->server->users_lock);
    if (e == ZH_OK) answer_user(call, 201, &user, zh_sv_of(made));
    else zh_call_failed(call, e, "a user of this name exists");
    zh_wipe(made, sizeof made);
}

/* Does somebody else own the workspace, too, and may sign in? */
static bool has_other_owner(zh_call *call, uint32_t number)
{
    bool has = false;
    zh_world_lock_read(world_of(call));
    for (zh_registry_iter it = zh_registry_walk(world_of(call)->registry, ZH_THING_USER); zh_registry_next(&it);)
        has |= it.at->user.role == ZH_ROLE_OWNER && !it.at->user.disabled && it.at->user.number != number;
    zh_world_unlock(world_of(call));
    return has;
}

/* What the body says of role and state; what it does not say stays. False: a problem was answered. */
static bool read_change(zh_call *call, zh_json_value root, zh_user *user)
{
    const zh_json_value role = zh_json_get(root, ZH_SV("role")), state = zh_json_get(root, ZH_SV("state"));
    const zh_sv word = zh_json_text_or_empty(state);
    if (zh_json_type_of(role) > ZH_JSON_NULL && (user->role = zh_role_of(zh_json_text_or_empty(role))) == ZH_ROLE_NONE)
        return zh_call_problem(call, 400, "bad_field", "role", "there is no such role: GET /api/v1/roles lists them"), false;
    if (zh_json_type_of(state) <= ZH_JSON_NULL) return true;
    if (!zh_sv_equal(word, ZH_SV("on")) && !zh_sv_equal(word, ZH_SV("off"))) return zh_call_problem(call, 400, "bad_field", "state", "a state is on or off"), false;
    user->disabled = zh_sv_equal(word, ZH_SV("off"));
    return true;
}

/* May `before` become `after`? Switching off is also for who may not govern him otherwise: it gives nobody anything. Under the users' lock. False: a problem was answered. */
static bool may_become(zh_call *call, const zh_user *before, const zh_user *after)
{
    const bool only_off = after->disabled && after->role == before->role && before->role != ZH_ROLE_OWNER;
    if (!only_off && (!zh_users_may_govern(call, before->role) || !zh_users_may_govern(call, after->role))) return false;
    const bool was_owner = before->role == ZH_ROLE_OWNER && !before->disabled, is_owner = after->role == ZH_ROLE_OWNER && !after->disabled;
    if (!was_owner || is_owner || has_other_owner(call, before->number)) return true;
    zh_call_problem(call, 409, "last_owner", NULL, "nobody else owns this workspace: make somebody an owner first");
    return false;
}

/* What the audit says of a change: "lin viewer off". */
static zh_sv audited_as(zh_call *call, const zh_user *user)
{
    const size_t room = user->name.size + 32;
    char *text = zh_arena_take(call->arena, room, 1);
    if (text == NULL) return user->name;
    return (zh_sv){ text, (size_t)snprintf(text, room, "%.*s %s %s", ZH_SV_ARG(user->name), zh_role_text(user->role), user->disabled ? "off" : "on") };
}

/* Role and state of one; his sessions end where either becomes another. */
void zh_route_user_put(zh_call *call)
{
    zh_json_value root;
    zh_user before, after;
    zh_server *const server = call->server; /* a problem that is answered under the lock ends the call, and with it what lies in it */
    if (!zh_call_body_json(call, &root)) return;
    pthread_mutex_lock(&server->users_lock);
    zh_err e = find(call, zh_http_path_part(call->request, 3), &before);
    after = before;
    const bool may = e != ZH_OK || (read_change(call, root, &after) && may_become(call, &before, &after));
    const bool changes = e == ZH_OK && may && (after.role != before.role || after.disabled != before.disabled);
    if (changes) call->audited = audited_as(call, &after);
    if (changes) e = define(call, &call->caller.actor, &after);
    pthread_mutex_unlock(&server->users_lock);
    if (!may) return;
    if (e == ZH_OK && changes) zh_users_end_sessions(call, after.number);
    if (e == ZH_OK) answer_user(call, 200, &after, (zh_sv){ 0 });
    else zh_call_failed(call, e, "no such user");
}

/* Is it one's own, with the current one, or may one set it for him? False: a problem was answered. */
static bool may_set_password(zh_call *call, const zh_user *user, bool is_own, bool is_made, zh_sv current)
{
    if (!is_own) return zh_users_may_govern(call, user->role);
    if (is_made) return zh_call_problem(call, 400, "bad_field", "password", "choose one's own password oneself"), false;
    if (zh_password_verify(user->password_hash, current) == ZH_OK) return true;
    return zh_call_problem(call, 403, "forbidden", "current", "the current password is wrong"), false;
}

/* One's own password with the current one; another's with the right to manage users: without one in the body it is made and answered once. */
void zh_route_user_password(zh_call *call)
{
    zh_json_value root;
    char made[ZH_PASSWORD_MADE_CHARS + 1];
    zh_user user, now = { 0 };
    if (!zh_call_body_json(call, &root)) return;
    const bool is_made = zh_json_type_of(zh_json_get(root, ZH_SV("password"))) <= ZH_JSON_NULL;
    const zh_sv password = zh_arena_copy(call->arena, zh_json_text_or_empty(zh_json_get(root, ZH_SV("password"))));
    const zh_sv current = zh_arena_copy(call->arena, zh_json_text_or_empty(zh_json_get(root, ZH_SV("current"))));
    zh_err e = find(call, zh_http_path_part(call->request, 3), &user);
    const bool is_own = call->caller.kind == CALLER_PERSON && e == ZH_OK && user.number == call->caller.session.user;
    if (!is_own && !zh_call_has_right(call, ZH_RIGHT_MANAGE_USERS)) {
        zh_call_problem(call, 403, "forbidden", NULL, "only one's own password may be changed without the right to manage users");
        return;
    }
    if (e == ZH_OK && !may_set_password(call, &user, is_own, is_made, current)) return;
    if (e == ZH_OK && !is_made) e = zh_password_fits(password);
    if (e == ZH_OK) e = set_password(call, password, made, &user);
    pthread_mutex_lock(&call->server->users_lock); /* hashing is slow: of him only the password becomes another, whatever was changed meanwhile */
    if (e == ZH_OK) e = find(call, user.name, &now);
    if (e == ZH_OK && now.role != user.role) e = ZH_BUSY;
    now.password_hash = user.password_hash;
    now.once = user.once;
    if (e == ZH_OK) e = define(call, &call->caller.actor, &now);
    pthread_mutex_unlock(&call->server->users_lock);
    if (e != ZH_OK) {
        zh_call_failed(call, e, e == ZH_RANGE ? password_rule : "no such user");
        return;
    }
    zh_users_end_sessions(call, now.number);
    if (is_made) answer_user(call, 200, &now, zh_sv_of(made));
    else zh_call_reply(call, 204, (zh_sv){ 0 }, (zh_sv){ 0 }, NULL, 0);
    zh_wipe(made, sizeof made);
}

/* ---- what a role may do ---- */

void zh_route_roles(zh_call *call)
{
    zh_json_out out = zh_call_begin(call);
    zh_json_out_object(&out);
    zh_json_out_key(&out, ZH_SV("rights"));
    zh_json_out_array(&out);
    for (uint32_t place = 0; place < ZH_RIGHT_COUNT; place++) zh_json_out_text(&out, zh_sv_of(zh_right_text((zh_right)(1u << place))));
    zh_json_out_end(&out);
    zh_json_out_key(&out, ZH_SV("items"));
    zh_json_out_array(&out);
    for (int role = ZH_ROLE_NONE + 1; role < ZH_ROLE_COUNT; role++) {
        zh_json_out_object(&out);
        zh_json_out_key_text(&out, ZH_SV("role"), zh_sv_of(zh_role_text((zh_role)role)));
        zh_json_out_key(&out, ZH_SV("rights"));
        zh_json_out_array(&out);
        for (uint32_t place = 0; place < ZH_RIGHT_COUNT; place++)
            if (zh_role_may((zh_role)role, (zh_right)(1u << place))) zh_json_out_text(&out, zh_sv_of(zh_right_text((zh_right)(1u << place))));
        zh_json_out_end(&out);
        zh_json_out_key_bool(&out, ZH_SV("mayGive"), zh_role_may_govern(call->caller.actor.role, (zh_role)role));
        zh_json_out_end(&out);
    }
    zh_json_out_end(&out);
    zh_json_out_end(&out);
    zh_call_json(call, 200, &out);
}
