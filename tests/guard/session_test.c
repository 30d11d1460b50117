/* Goal: a session lives as long as stated, for its own cookie, and never longer.
 * Method: a timeline by rows; random logins, uses, ends and revocations against a slow model that keeps
 * all sessions in a list. */
#include "guard/session.h"
#include "check.h"

static void fill(uint8_t random[ZH_SESSION_RANDOM_BYTES], uint64_t *seed)
{
    for (int i = 0; i < ZH_SESSION_RANDOM_BYTES; i++) random[i] = (uint8_t)test_random(seed);
}

static zh_sv view(const char cookie[ZH_SESSION_COOKIE_BYTES])
{
    return (zh_sv){ cookie, ZH_SESSION_COOKIE_BYTES - 1 };
}

static void test_a_session_ends_by_idleness_and_by_age(void)
{
    static const int64_t minute = 60000, hour = 60 * minute;
    zh_arena arena = zh_arena_open(1 << 20);
    zh_sessions *sessions;
    CHECK(zh_sessions_open(&sessions, &arena, &(zh_sessions_desc){ 0 }) == ZH_OK);
    uint8_t random[ZH_SESSION_RANDOM_BYTES];
    uint64_t seed = 5;
    char cookie[ZH_SESSION_COOKIE_BYTES];
    zh_session s;
    fill(random, &seed);
    CHECK(zh_session_start(sessions, 3, ZH_ROLE_SUPPORT, 0, random, cookie, &s) == ZH_OK);
    CHECK(s.user == 3 && s.role == ZH_ROLE_SUPPORT && strlen(cookie) == 43 && strlen(s.csrf) == 32);
    CHECK(zh_session_find(sessions, view(cookie), 30 * minute - 1, &s) == ZH_OK);
    CHECK(zh_session_find(sessions, view(cookie), minute, &s) == ZH_OK); /* a clock gone back ends nothing */
    CHECK(zh_session_find(sessions, view(cookie), 60 * minute - 2, &s) == ZH_OK);
    CHECK(zh_session_find(sessions, view(cookie), 90 * minute - 2, &s) == ZH_LOGIN); /* idle for 30 minutes */
    CHECK(zh_session_find(sessions, view(cookie), 60 * minute, &s) == ZH_LOGIN);     /* and gone for good */

    fill(random, &seed);
    CHECK(zh_session_start(sessions, 3, ZH_ROLE_SUPPORT, 0, random, cookie, &s) == ZH_OK);
    for (int64_t now = 0; now < 12 * hour; now += 20 * minute)
        CHECK(zh_session_find(sessions, view(cookie), now, &s) == ZH_OK);
    CHECK(zh_session_find(sessions, view(cookie), 12 * hour, &s) == ZH_LOGIN); /* used all the time, and yet */
    const char *why;
    CHECK(zh_sessions_check(sessions, &why));
    zh_sessions_close(sessions);
    zh_arena_close(&arena);
}

static void test_only_the_whole_cookie_and_token_count(void)
{
    zh_arena arena = zh_arena_open(1 << 20);
    zh_sessions *sessions;
    CHECK(zh_sessions_open(&sessions, &arena, &(zh_sessions_desc){ 0 }) == ZH_OK);
    uint8_t random[ZH_SESSION_RANDOM_BYTES];
    uint64_t seed = 6;
    char cookie[ZH_SESSION_COOKIE_BYTES], other[ZH_SESSION_COOKIE_BYTES];
    zh_session s, t;
    fill(random, &seed);
    CHECK(zh_session_start(sessions, 3, ZH_ROLE_OWNER, 0, random, cookie, &s) == ZH_OK);
    fill(random, &seed);
    CHECK(zh_session_start(sessions, 3, ZH_ROLE_OWNER, 0, random, other, &t) == ZH_OK);
    for (size_t i = 0; i < ZH_SESSION_COOKIE_BYTES - 1; i++) {
        char bent[ZH_SESSION_COOKIE_BYTES];
        memcpy(bent, cookie, sizeof bent);
        bent[i] = bent[i] == 'A' ? 'B' : 'A';
        CHECK(zh_session_find(sessions, view(bent), 1, &t) == ZH_LOGIN);
        CHECK(zh_session_find(sessions, (zh_sv){ cookie, i }, 1, &t) == ZH_LOGIN);
    }
    CHECK(zh_session_csrf(&s, zh_sv_of(s.csrf)));
    CHECK(zh_session_find(sessions, view(other), 1, &t) == ZH_OK);
    CHECK(!zh_session_csrf(&s, zh_sv_of(t.csrf))); /* of the other session */
    CHECK(!zh_session_csrf(&s, (zh_sv){ 0 }) && !zh_session_csrf(&s, (zh_sv){ s.csrf, 31 }));
    for (size_t i = 0; i < 32; i++) {
        char bent[33];
        memcpy(bent, s.csrf, sizeof bent);
        bent[i] = bent[i] == 'A' ? 'B' : 'A';
        CHECK(!zh_session_csrf(&s, zh_sv_of(bent)));
    }
    const zh_session none = { 0 };
    CHECK(!zh_session_csrf(&none, (zh_sv){ none.csrf, 32 }));
    zh_session_end(sessions, view(cookie));
    CHECK(zh_session_find(sessions, view(cookie), 1, &s) == ZH_LOGIN && zh_sessions_count(sessions) == 1);
    zh_sessions_close(sessions);
    zh_sessions_close(NULL);
    zh_arena_close(&arena);
}

typedef struct slow { char cookie[ZH_SESSION_COOKIE_BYTES]; uint32_t user; int64_t created, last; bool alive; } slow;

static void test_random_logins_equal_the_slow_model(uint64_t seed)
{
    enum { CALLS = 400, TOTAL = 6, EACH = 3, IDLE = 50, LIFE = 200, USERS = 4 };
    static slow all[CALLS];
    size_t count = 0;
    zh_arena arena = zh_arena_open(1 << 20);
    zh_sessions *sessions;
    CHECK(zh_sessions_open(&sessions, &arena, &(zh_sessions_desc){ TOTAL, EACH, IDLE, LIFE }) == ZH_OK);
    int64_t now = 1000;
    for (int call = 0; call < CALLS; call++) {
        now += 1 + (int64_t)(test_random(&seed) % 9); /* strictly later: "longest ago" has no ties */
        for (size_t i = 0; i < count; i++)
            if (now - all[i].last >= IDLE || now - all[i].created >= LIFE) all[i].alive = false;
        const uint64_t choice = test_random(&seed) % 10;
        const uint32_t user = (uint32_t)(1 + test_random(&seed) % USERS);
        zh_session s;
        if (choice < 4) {
            size_t alive = 0, own = 0;
            slow *oldest = NULL, *oldest_own = NULL;
            for (size_t i = 0; i < count; i++) {
                if (!all[i].alive) continue;
                alive++;
                if (oldest == NULL || all[i].last < oldest->last) oldest = &all[i];
                if (all[i].user != user) continue;
                own++;
                if (oldest_own == NULL || all[i].last < oldest_own->last) oldest_own = &all[i];
            }
            if (own >= EACH) oldest_own->alive = false;
            else if (alive >= TOTAL) oldest->alive = false;
            slow *n = &all[count++];
            *n = (slow){ .user = user, .created = now, .last = now, .alive = true };
            uint8_t random[ZH_SESSION_RANDOM_BYTES];
            fill(random, &seed);
            CHECK(zh_session_start(sessions, user, ZH_ROLE_VIEWER, now, random, n->cookie, &s) == ZH_OK);
        } else if (choice < 8 && count > 0) {
            slow *n = &all[count - 1 - test_random(&seed) % (count < 12 ? count : 12)];
            CHECK((zh_session_find(sessions, view(n->cookie), now, &s) == ZH_OK) == n->alive);
            if (!n->alive) continue;
            n->last = now;
            CHECK(s.user == n->user && s.created_ms == n->created);
        } else if (choice == 8 && count > 0) {
            slow *n = &all[test_random(&seed) % count];
            zh_session_end(sessions, view(n->cookie));
            n->alive = false;
        } else if (choice == 9) {
            uint32_t want = 0;
            for (size_t i = 0; i < count; i++)
                if (all[i].alive && all[i].user == user) all[i].alive = false, want++;
            CHECK(zh_sessions_revoke(sessions, user) >= want); /* it also drops what time had ended */
        }
        const char *why;
        CHECK(zh_sessions_check(sessions, &why));
        CHECK(zh_sessions_count(sessions) <= TOTAL);
    }
    zh_sessions_close(sessions);
    zh_arena_close(&arena);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    test_a_session_ends_by_idleness_and_by_age();
    test_only_the_whole_cookie_and_token_count();
    for (uint64_t i = 0; i < 50; i++) test_random_logins_equal_the_slow_model(seed + i);
    return 0;
}
