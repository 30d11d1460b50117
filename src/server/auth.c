/* auth.c -- who asks, and may they? Keys as Basic or Bearer, people by cookie, the owner by the unix socket. */
#include "server/call.h"
#include "base/b64.h"

#define CREDENTIAL_BYTES_MAX 1024 /* of an Authorization header */
#define PURPOSE_BYTES_MAX 200  /* a sentence */

static zh_sv after(zh_sv text, zh_sv scheme)
{
    if (text.size <= scheme.size) return (zh_sv){ 0 };
    for (size_t i = 0; i < scheme.size; i++)
        if ((text.data[i] | 0x20) != (scheme.data[i] | 0x20)) return (zh_sv){ 0 };
    return zh_sv_trim(zh_sv_part(text, scheme.size, SIZE_MAX));
}

zh_sv zh_call_basic_user(zh_call *call)
{
    const zh_sv header = zh_http_header_of(call->request, "Authorization");
    const zh_sv packed = after(header, ZH_SV("Basic "));
    if (packed.data == NULL || packed.size > CREDENTIAL_BYTES_MAX) return (zh_sv){ 0 };
    zh_buf plain = zh_buf_open(CREDENTIAL_BYTES_MAX);
    zh_sv user = { 0 };
    const zh_err e = zh_b64_decode(packed, &plain);
    if (e == ZH_OK) {
        zh_sv view = zh_buf_view(&plain);
        const char *colon = view.size == 0 ? NULL : memchr(view.data, ':', view.size);
        if (colon != NULL) view.size = (size_t)(colon - view.data);
        user = zh_arena_copy(call->arena, view);
        call->is_unheard = user.data == NULL;
    }
    call->is_unheard |= e == ZH_NOMEM;
    zh_buf_close(&plain);
    return user;
}

zh_sv zh_call_bearer(zh_call *call)
{
    return after(zh_http_header_of(call->request, "Authorization"), ZH_SV("Bearer "));
}

zh_sv zh_call_page_origin(zh_call *call)
{
    const zh_sv said = zh_http_header_of(call->request, "Origin");
    if (said.size > 0) return said;
    const zh_sv from = zh_http_header_of(call->request, "Referer");
    size_t size = 0, slashes = 0;
    while (size < from.size && (slashes += from.data[size] == '/') < 3) size++;
    return zh_sv_part(from, 0, size);
}

zh_err zh_call_key(zh_call *call, zh_sv text, zh_key *out)
{
    if (text.size == 0 || text.size > ZH_KEY_TEXT_BYTES_MAX) return ZH_LOGIN;
    zh_world *w = zh_engine_world(call->engine);
    zh_world_lock_read(w);
    zh_err e = zh_registry_key_find(w->registry, &call->thread->memo, text, call->now_ms, out);
    if (e == ZH_OK && out->origins.size > 0 && !zh_key_allows_origin(out, zh_call_page_origin(call))) e = ZH_DENIED;
    if (e == ZH_OK) out->name = out->origins = (zh_sv){ 0 }; /* views of what may change after the lock */
    zh_world_unlock(w);
    return e;
}

static zh_sv cookie(zh_call *call, zh_sv name)
{
    zh_sv all = zh_http_header_of(call->request, "Cookie");
    while (all.size > 0) {
        const char *semicolon = memchr(all.data, ';', all.size);
        const size_t size = semicolon == NULL ? all.size : (size_t)(semicolon - all.data);
        const zh_sv one = zh_sv_trim(zh_sv_part(all, 0, size));
        if (one.size > name.size && zh_sv_starts(one, name) && one.data[name.size] == '=')
            return zh_sv_part(one, name.size + 1, SIZE_MAX);
        all = zh_sv_part(all, size + 1, SIZE_MAX);
    }
    return (zh_sv){ 0 };
}

static bool find_session(zh_call *call)
{
    zh_sv id = cookie(call, ZH_SV("__Host-zhun"));
    if (id.data == NULL) id = cookie(call, ZH_SV("zhun"));
    if (id.data == NULL) return false;
    pthread_mutex_lock(&call->server->session_lock);
    const zh_err e = zh_session_find(call->server->sessions, id, call->now_ms, &call->caller.session);
    pthread_mutex_unlock(&call->server->session_lock);
    if (e != ZH_OK) return false;
    const zh_sv why = zh_http_header_of(call->request, "X-Purpose");
    call->caller.kind = CALLER_PERSON;
    call->caller.actor = (zh_actor){ .kind = ZH_ACTOR_USER, .number = call->caller.session.user, .role = call->caller.session.role,
                                     .why = why.size > 0 ? why : ZH_SV("console") };
    return true;
}

void zh_call_identify(zh_call *call)
{
    call->caller = (zh_call_caller){ .kind = CALLER_NOBODY };
    if (zh_http_is_unix(call->request)) {
        call->caller.kind = CALLER_OWNER;
        call->caller.actor = (zh_actor){ .kind = ZH_ACTOR_USER, .role = ZH_ROLE_OWNER, .why = ZH_SV("command line") };
        return;
    }
    zh_key key;
    const zh_sv bearer = zh_call_bearer(call);
    if (bearer.data != NULL && zh_call_key(call, bearer, &key) == ZH_OK) {
        call->caller = (zh_call_caller){ .kind = CALLER_KEY, .scopes = key.scopes, .source = key.source,
                                      .actor = { .kind = ZH_ACTOR_KEY, .number = key.number } };
        if (key.scopes & ZH_SCOPE_ADMIN)
            call->caller.actor = (zh_actor){ .kind = ZH_ACTOR_USER, .number = key.number, .role = ZH_ROLE_OWNER, .why = ZH_SV("admin token") };
        return;
    }
    (void)find_session(call);
}

bool zh_call_has_right(const zh_call *call, zh_right right)
{
    switch (call->caller.kind) {
    case CALLER_OWNER: return true;
    case CALLER_KEY: return (call->caller.scopes & ZH_SCOPE_ADMIN) != 0;
    case CALLER_PERSON: return (unsigned)right == 0 || zh_role_may(call->caller.session.role, right); /* 0: being signed in is enough */
    case CALLER_CUSTOMER:
    case CALLER_NOBODY: return false;
    }
    return false;
}

static bool changes_things(const zh_call *call)
{
    const zh_http_method m = zh_http_method_of(call->request);
    return m != ZH_HTTP_GET && m != ZH_HTTP_HEAD && m != ZH_HTTP_OPTIONS;
}

bool zh_call_allow(zh_call *call)
{
    const zh_call_route *r = call->route;
    if (r->need == NEED_NOTHING) return true;
    if (call->caller.kind == CALLER_NOBODY) {
        zh_call_problem(call, 401, "unauthorized", NULL, r->need == NEED_SERVE
            ? "a server key is needed: Authorization: Bearer KEY"
            : "sign in at the console, or send an admin token: Authorization: Bearer TOKEN");
        return false;
    }
    if (call->caller.kind == CALLER_PERSON && changes_things(call) &&
        !zh_session_csrf(&call->caller.session, zh_http_header_of(call->request, "X-CSRF-Token"))) {
        zh_call_problem(call, 403, "csrf", "X-CSRF-Token", "send the csrf value of the login answer as X-CSRF-Token");
        return false;
    }
    bool may = r->need == NEED_RIGHT && zh_call_has_right(call, (zh_right)r->right);
    /* No particular right (the session, one's own password): whoever is signed in, but no shop's key. */
    if (r->need == NEED_RIGHT && r->right == 0) may = call->caller.kind != CALLER_KEY || (call->caller.scopes & ZH_SCOPE_ADMIN) != 0;
    if (r->need == NEED_SERVE)
        may = call->caller.kind == CALLER_KEY ? (call->caller.scopes & (ZH_SCOPE_SERVE | ZH_SCOPE_ADMIN)) != 0
                                              : zh_call_has_right(call, ZH_RIGHT_VIEW_CUSTOMER);
    /* A shop's server key may also keep the catalog up to date, and hand in figures measured elsewhere. */
    if (r->need == NEED_RIGHT && (r->right == ZH_RIGHT_EDIT_CATALOG || r->right == ZH_RIGHT_REPORT) && call->caller.kind == CALLER_KEY)
        may |= (call->caller.scopes & ZH_SCOPE_SERVE) != 0;
    if (!may) zh_call_problem(call, 403, "forbidden", NULL, "this key or role does not have the right for it");
    if (!may || !zh_audit_refuses(call)) return may;
    zh_call_problem(call, 503, "audit_unavailable", NULL, "nothing is changed while it cannot be written down who did: is the disk full?");
    return false;
}

/* Programs and the command line are the shop's own; a person sees contact masked, and in clear by a right, with a purpose of his own words that the audit keeps. A header holds no
 * Chinese, so the purpose may be a parameter, too. */
bool zh_call_contact(zh_call *call)
{
    const zh_sv wanted = zh_http_param(call->request, ZH_SV("contact")), said = zh_sv_trim(zh_http_param(call->request, ZH_SV("purpose")));
    const zh_sv why = said.size > 0 ? said : zh_sv_trim(zh_http_header_of(call->request, "X-Purpose"));
    if (wanted.size == 0 || call->caller.kind != CALLER_PERSON) return true;
    if (!zh_sv_equal(wanted, ZH_SV("clear"))) return zh_call_problem(call, 400, "bad_field", "contact", "contact is clear, or not said: masked"), false;
    if (!zh_call_has_right(call, ZH_RIGHT_VIEW_CONTACT)) return zh_call_problem(call, 403, "forbidden", "contact", "this role sees contact masked"), false;
    if (why.size == 0 || why.size > PURPOSE_BYTES_MAX) return zh_call_problem(call, 400, "bad_field", "purpose", "say what it is for, in at most 200 bytes: the audit keeps it"), false;
    call->caller.actor.why = why;
    call->audited = ZH_SV("contact in clear");
    call->contact = true;
    return true;
}

bool zh_call_masks(const zh_call *call)
{
    return call->caller.kind == CALLER_PERSON && !call->contact;
}

void zh_call_contact_json(const zh_call *call, zh_json_out *out)
{
    zh_json_out_key_text(out, ZH_SV("contact"), zh_call_masks(call) ? ZH_SV("masked") : ZH_SV("clear"));
}

bool zh_call_permit(zh_call *call, zh_customer_id customer, zh_purpose purpose, zh_permit *out)
{
    zh_world *w = zh_engine_world(call->engine);
    zh_world_lock_read(w);
    const zh_err e = zh_permit_ask(w->consents, customer, purpose, (zh_channel)0, call->now_ms, &call->caller.actor, out);
    zh_world_unlock(w);
    if (e == ZH_OK && call->permits++ == 0) call->permitted = customer;
    return e == ZH_OK;
}
