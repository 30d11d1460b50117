/* session.h -- who is logged in at the console: a table on the server, a random cookie at the browser.
 *
 * The cookie is 256 random bits in base64url; the table keeps its SHA-256, so a copy of the memory
 * opens no session. Each session has a CSRF token of its own. A session ends 30 minutes after its
 * last use, 12 hours after login, or when it is ended. A full table ends the session that was
 * used longest ago.
 *
 * Guarantees  compares of secrets take constant time; a session that ended is never found again;
 *             a user has at most `user_sessions_max` sessions: one user cannot push out the others.
 * Cost        find O(1); start and revoke O(sessions).
 * Threads     one table, one thread, or a lock around it.
 * Clock       an argument; a clock that goes backwards ends nothing early.
 * Not here    cookie attributes (server), passwords (guard/password.h), throttling (guard/throttle.h).
 */
#ifndef ZH_GUARD_SESSION_H
#define ZH_GUARD_SESSION_H
#include "base/arena.h"
#include "base/err.h"
#include "guard/role.h"

#define ZH_SESSION_IDLE_MS (30 * 60 * 1000)      /* ASVS 7.3.1 */
#define ZH_SESSION_LIFE_MS (12 * 60 * 60 * 1000) /* a working day; ASVS 7.3.2 */
#define ZH_SESSION_RANDOM_BYTES 56               /* 32 for the cookie, 24 for the CSRF token */
#define ZH_SESSION_COOKIE_BYTES 44               /* 43 characters, NUL */
#define ZH_SESSION_CSRF_BYTES 33                 /* 32 characters, NUL */

typedef struct zh_session {
    uint32_t user;
    zh_role role;
    int64_t created_ms, last_ms;
    char csrf[ZH_SESSION_CSRF_BYTES]; /* give it to the page of this session only */
} zh_session;

typedef struct zh_sessions zh_sessions;
typedef struct zh_sessions_desc {
    uint32_t sessions_max;      /* 0: 1,024 */
    uint32_t user_sessions_max; /* 0: 16 */
    int64_t idle_ms, life_ms;   /* 0: the defaults above */
} zh_sessions_desc;

/* In the arena; close wipes it and gives the index back. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_sessions_open(zh_sessions **out, zh_arena *arena, const zh_sessions_desc *desc);
void zh_sessions_close(zh_sessions *sessions);

/* A login succeeded. `cookie` is for the browser alone; *out has the CSRF token. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_session_start(zh_sessions *sessions, uint32_t user, zh_role role, int64_t now_ms,
    const uint8_t random[ZH_SESSION_RANDOM_BYTES], char cookie[ZH_SESSION_COOKIE_BYTES], zh_session *out);
/* The session of this cookie, marked as used. Errors: ZH_LOGIN. */
ZH_MUST zh_err zh_session_find(zh_sessions *sessions, zh_sv cookie, int64_t now_ms, zh_session *out);
/* Is this the session's CSRF token? Constant time. */
bool zh_session_csrf(const zh_session *session, zh_sv token);
void zh_session_end(zh_sessions *sessions, zh_sv cookie);           /* logout; unknown is fine */
uint32_t zh_sessions_revoke(zh_sessions *sessions, uint32_t user);  /* all of a user; how many */
uint32_t zh_sessions_count(const zh_sessions *sessions);            /* held, ended by time or not */

bool zh_sessions_check(const zh_sessions *sessions, const char **why);

#endif
