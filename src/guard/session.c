#include "guard/session.h"
#include "base/map.h"

#include <assert.h>
#include <sodium.h>

#define COOKIE_RANDOM 32
#define CSRF_RANDOM 24

_Static_assert(COOKIE_RANDOM + CSRF_RANDOM == ZH_SESSION_RANDOM_BYTES, "all of it is used");
_Static_assert(sodium_base64_ENCODED_LEN(COOKIE_RANDOM, sodium_base64_VARIANT_URLSAFE_NO_PADDING) ==
               ZH_SESSION_COOKIE_BYTES, "with NUL");
_Static_assert(sodium_base64_ENCODED_LEN(CSRF_RANDOM, sodium_base64_VARIANT_URLSAFE_NO_PADDING) ==
               ZH_SESSION_CSRF_BYTES, "with NUL");

typedef struct slot {
    bool used;
    uint8_t digest[32]; /* SHA-256 of the cookie's text */
    zh_session session;
} slot;

struct zh_sessions {
    zh_sessions_desc desc;
    slot *slots;    /* [sessions_max] */
    zh_map index;   /* first 8 bytes of a digest -> slot */
};

zh_err zh_sessions_open(zh_sessions **out, zh_arena *arena, const zh_sessions_desc *desc)
{
    zh_sessions *sessions = ZH_TAKE(arena, zh_sessions, 1);
    if (sessions == NULL) return ZH_NOMEM;
    sessions->desc = *desc;
    if (desc->sessions_max == 0) sessions->desc.sessions_max = 1024;
    if (desc->user_sessions_max == 0) sessions->desc.user_sessions_max = 16;
    if (desc->idle_ms == 0) sessions->desc.idle_ms = ZH_SESSION_IDLE_MS;
    if (desc->life_ms == 0) sessions->desc.life_ms = ZH_SESSION_LIFE_MS;
    assert(sessions->desc.idle_ms > 0);
    assert(sessions->desc.life_ms > 0);
    sessions->slots = ZH_TAKE(arena, slot, sessions->desc.sessions_max);
    if (sessions->slots == NULL) return ZH_NOMEM;
    sessions->index = zh_map_open();
    *out = sessions;
    return ZH_OK;
}

void zh_sessions_close(zh_sessions *sessions)
{
    if (sessions == NULL) return;
    sodium_memzero(sessions->slots, sessions->desc.sessions_max * sizeof *sessions->slots);
    zh_map_close(&sessions->index);
}

static uint64_t head_of(const uint8_t digest[32])
{
    uint64_t head;
    memcpy(&head, digest, sizeof head);
    return head;
}

static void end(zh_sessions *sessions, slot *s)
{
    zh_map_drop(&sessions->index, head_of(s->digest));
    sodium_memzero(s, sizeof *s);
}

static bool over(const zh_sessions *sessions, const zh_session *session, int64_t now_ms)
{
    return now_ms - session->last_ms >= sessions->desc.idle_ms ||
           now_ms - session->created_ms >= sessions->desc.life_ms;
}

static slot *find(const zh_sessions *sessions, zh_sv cookie)
{
    uint8_t digest[32];
    if (cookie.size != ZH_SESSION_COOKIE_BYTES - 1) return NULL;
    crypto_hash_sha256(digest, (const unsigned char *)cookie.data, cookie.size);
    const uint64_t *at = zh_map_get(&sessions->index, head_of(digest));
    if (at == NULL) return NULL;
    slot *s = &sessions->slots[*at];
    return sodium_memcmp(s->digest, digest, sizeof digest) == 0 ? s : NULL;
}

/* A free slot: where the user has as many as allowed, the one used longest ago of theirs; else a free
 * or ended one; else the one used longest ago of all. */
static slot *free_slot(zh_sessions *sessions, uint32_t user, int64_t now_ms)
{
    slot *empty = NULL, *oldest = NULL, *oldest_own = NULL;
    uint32_t own = 0;
    for (uint32_t i = 0; i < sessions->desc.sessions_max; i++) {
        slot *s = &sessions->slots[i];
        if (s->used && over(sessions, &s->session, now_ms)) end(sessions, s);
        if (!s->used) {
            if (empty == NULL) empty = s;
            continue;
        }
        if (oldest == NULL || s->session.last_ms < oldest->session.last_ms) oldest = s;
        if (s->session.user != user) continue;
        own++;
        if (oldest_own == NULL || s->session.last_ms < oldest_own->session.last_ms) oldest_own = s;
    }
    slot *chosen = own >= sessions->desc.user_sessions_max ? oldest_own : empty != NULL ? empty : oldest;
    if (chosen->used) end(sessions, chosen);
    return chosen;
}

zh_err zh_session_start(zh_sessions *sessions, uint32_t user, zh_role role, int64_t now_ms,
    const uint8_t random[ZH_SESSION_RANDOM_BYTES], char cookie[ZH_SESSION_COOKIE_BYTES], zh_session *out)
{
    enum { VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING };
    assert(user != 0);
    slot *s = free_slot(sessions, user, now_ms);
    sodium_bin2base64(cookie, ZH_SESSION_COOKIE_BYTES, random, COOKIE_RANDOM, VARIANT);
    slot *same = find(sessions, (zh_sv){ cookie, ZH_SESSION_COOKIE_BYTES - 1 });
    if (same != NULL) end(sessions, same); /* randomness that repeats: two may not share a session */
    crypto_hash_sha256(s->digest, (const unsigned char *)cookie, ZH_SESSION_COOKIE_BYTES - 1);
    if (zh_map_put(&sessions->index, head_of(s->digest), (uint64_t)(s - sessions->slots)) != ZH_OK) return ZH_NOMEM;
    s->used = true;
    s->session = (zh_session){ .user = user, .role = role, .created_ms = now_ms, .last_ms = now_ms };
    sodium_bin2base64(s->session.csrf, sizeof s->session.csrf, random + COOKIE_RANDOM, CSRF_RANDOM, VARIANT);
    *out = s->session;
    return ZH_OK;
}

zh_err zh_session_find(zh_sessions *sessions, zh_sv cookie, int64_t now_ms, zh_session *out)
{
    slot *s = find(sessions, cookie);
    if (s == NULL) return ZH_LOGIN;
    if (over(sessions, &s->session, now_ms)) {
        end(sessions, s);
        return ZH_LOGIN;
    }
    if (now_ms > s->session.last_ms) s->session.last_ms = now_ms;
    *out = s->session;
    return ZH_OK;
}

bool zh_session_csrf(const zh_session *session, zh_sv token)
{
    return session->csrf[0] != '\0' && token.size == ZH_SESSION_CSRF_BYTES - 1 &&
           sodium_memcmp(session->csrf, token.data, ZH_SESSION_CSRF_BYTES - 1) == 0;
}

void zh_session_end(zh_sessions *sessions, zh_sv cookie)
{
    slot *s = find(sessions, cookie);
    if (s != NULL) end(sessions, s);
}

uint32_t zh_sessions_revoke(zh_sessions *sessions, uint32_t user)
{
    uint32_t ended = 0;
    for (uint32_t i = 0; i < sessions->desc.sessions_max; i++) {
        slot *s = &sessions->slots[i];
        if (!s->used || s->session.user != user) continue;
        end(sessions, s);
        ended++;
    }
    return ended;
}

uint32_t zh_sessions_count(const zh_sessions *sessions)
{
    return (uint32_t)sessions->index.count;
}

bool zh_sessions_check(const zh_sessions *sessions, const char **why)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < sessions->desc.sessions_max; i++) {
        const slot *s = &sessions->slots[i];
        if (!s->used) continue;
        used++;
        const uint64_t *at = zh_map_get(&sessions->index, head_of(s->digest));
        *why = "a session is not where the index says";
        if (at == NULL || *at != i) return false;
        *why = "a session was used before it began";
        if (s->session.last_ms < s->session.created_ms) return false;
    }
    *why = "the index names sessions that are not there";
    if (used != sessions->index.count) return false;
    *why = "";
    return true;
}
