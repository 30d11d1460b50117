/* registry.h -- the workspace's own things: sources, keys, users, settings. A fold of DEFINITION records.
 *
 * A definition record states one thing whole, or deletes it. Of the records of one thing the newest
 * counts; of the same millisecond a deletion, then the greater bytes. So the order in which records
 * are folded never matters. A deleted thing leaves its number behind: numbers are never given twice.
 *
 * Keys. Any text may be a key: zhun_wk_7_<43 characters> that zh_key_make() made, or what the
 * environment sets (ZHUN_WRITE_KEY=wk_demo). Kept is the SHA-256 of the whole text and what may be
 * shown. SHA-256 of a key costs more than all the rest of a request's checks, so each thread has a
 * zh_key_memo: from a 128-bit hash of the text under a random key of the process to its SHA-256. The
 * memo remembers a function of the text, not an answer: a revoked key stays revoked, and there is
 * nothing to invalidate.
 *
 * Guarantees  digests are compared in constant time; the same key text presented twice by two
 *             definitions means the live one with the lowest number.
 * Cost        key_find O(1), < 300 ns with a warm memo; the rest O(1) or O(things of that kind).
 * Threads     readers together or one writer; a memo belongs to one thread.
 * Clock       an argument.
 * Not here    passwords (guard/password.h), sessions (guard/session.h).
 */
#ifndef ZH_GUARD_REGISTRY_H
#define ZH_GUARD_REGISTRY_H
#include "base/buf.h"
#include "base/keep.h"
#include "core/id.h"
#include "guard/role.h"

#define ZH_NAME_BYTES_MAX 128           /* name of a source, key, user, setting */
#define ZH_SETTING_BYTES_MAX (64 << 10) /* one setting: JSON text; placements are one each */
#define ZH_KEY_TEXT_BYTES_MAX 256       /* a presented key; longer ones are unknown, unread */
#define ZH_KEY_MADE_BYTES 64            /* room for a made key, NUL too */
#define ZH_KEY_SECRET_BYTES 32          /* randomness in a made key */
#define ZH_PASSWORD_HASH_BYTES_MAX 128  /* crypto_pwhash_STRBYTES */
#define ZH_KEY_ORIGINS_BYTES_MAX 1024   /* where a key's pages may come from: some shops and their stages */
#define ZH_REGISTRY_THINGS_MAX 100000   /* a workspace is defined by people; more is a program gone wild */

/* Stored: append only. */
typedef enum zh_thing { ZH_THING_SOURCE = 1, ZH_THING_KEY, ZH_THING_USER, ZH_THING_SETTING } zh_thing;

enum { /* scopes of a key, bits; stored: append only */
    ZH_SCOPE_WRITE = 1 << 0, /* collect */
    ZH_SCOPE_SERVE = 1 << 1, /* recommend, profiles, consents, feedback, decisions */
    ZH_SCOPE_ADMIN = 1 << 2, /* /api/v1 */
};

typedef struct zh_source {
    zh_source_id id;
    zh_sv name;
    zh_sv dialect;       /* "segment", "sensors" …; empty: any. At most ZH_NAME_BYTES_MAX */
    int64_t created_ms;
} zh_source;

typedef struct zh_key {
    uint32_t number;
    uint32_t scopes;
    zh_source_id source;  /* of a write key; 0 otherwise */
    uint8_t digest[32];   /* SHA-256 of the whole text */
    uint8_t last[4];      /* its last characters, shown to people; zeros where the text is short */
    zh_sv name;
    int64_t created_ms;
    int64_t expires_ms;   /* 0: never */
    int64_t revoked_ms;   /* 0: live */
    zh_sv origins;        /* with blanks between; empty: from anywhere, pages or not */
} zh_key;

typedef struct zh_user {
    uint32_t number;
    zh_role role;
    zh_sv name;           /* to log in with */
    zh_sv password_hash;  /* guard/password.h */
    int64_t created_ms;
    bool disabled;
    bool once;            /* the password opens one thing: choosing another */
} zh_user;

typedef struct zh_setting {
    zh_sv name;           /* "time_zone", "currency", "placement/home" */
    zh_sv json;
} zh_setting;

/* One record. Of the four things the one named by `thing` counts; of a deletion only its number or,
 * for a setting, its name. */
typedef struct zh_definition {
    zh_thing thing;
    bool deleted;
    int64_t at_ms;
    zh_actor actor;       /* who defined it: kind and number are kept */
    zh_source source;
    zh_key key;
    zh_user user;
    zh_setting setting;
} zh_definition;

/* Append the record, kind byte first. Sizes within the limits above, numbers not 0 (assert). */
void zh_definition_put(const zh_definition *definition, zh_buf *out);
/* Views point into `record`. Errors: ZH_FORMAT. */
ZH_MUST zh_err zh_definition_get(zh_sv record, zh_definition *out);

/* The text of a new key and what is kept of it: fills number, scopes, digest, last of `key`. The text
 * is shown once. Wipe it and `secret` afterwards. */
zh_sv zh_key_make(uint32_t number, uint32_t scopes, const uint8_t secret[ZH_KEY_SECRET_BYTES], zh_key *key,
    char text[ZH_KEY_MADE_BYTES]);
/* The same for a text chosen by others; fills digest and last. Not empty, at most ZH_KEY_TEXT_BYTES_MAX. */
void zh_key_take(zh_sv text, zh_key *key);

/* Is it an origin as a browser says it: "https://shop.example", "http://localhost:5173"? Small letters, no path, no '*'. */
bool zh_key_origin_fits(zh_sv origin);
/* May the key be used by a page of this origin? Empty: whoever asks said none, which a key of pages does not take. */
bool zh_key_allows_origin(const zh_key *key, zh_sv origin);

typedef struct zh_registry zh_registry;

/* Empty, in memory of its own, at most `bytes_max` bytes of records. Caller closes. */
ZH_MUST zh_err zh_registry_open(zh_registry **out, size_t bytes_max);
void zh_registry_close(zh_registry *registry);

/* Errors: ZH_FORMAT, ZH_NOMEM, ZH_FULL; a failed fold changes nothing. */
ZH_MUST zh_err zh_registry_fold(zh_registry *registry, zh_sv record);

/* When what stands of this thing was said, deletions too; INT64_MIN: nothing was. A word that shall count is said later. */
int64_t zh_registry_said_ms(const zh_registry *registry, const zh_definition *of);

/* A number nothing of this kind ever had, from 1. */
uint32_t zh_registry_next_number(const zh_registry *registry, zh_thing thing);

/* Views in results are valid until the next fold or load. Errors: ZH_ABSENT. */
ZH_MUST zh_err zh_registry_source(const zh_registry *registry, zh_source_id id, zh_source *out);
ZH_MUST zh_err zh_registry_key(const zh_registry *registry, uint32_t number, zh_key *out);
ZH_MUST zh_err zh_registry_user(const zh_registry *registry, uint32_t number, zh_user *out);
ZH_MUST zh_err zh_registry_setting(const zh_registry *registry, zh_sv name, zh_sv *json);
/* By name, the lowest number first; O(things of the kind). */
ZH_MUST zh_err zh_registry_user_named(const zh_registry *registry, zh_sv name, zh_user *out);
ZH_MUST zh_err zh_registry_source_named(const zh_registry *registry, zh_sv name, zh_source *out);

/* Each living thing of one kind, by number, settings by name; O(things) each time it is begun:
 *     for (zh_registry_iter it = zh_registry_walk(r, ZH_THING_KEY); zh_registry_next(&it);) use(it.at->key);
 * The registry must not change during the walk. */
typedef struct zh_registry_iter {
    const zh_definition *at;      /* valid after zh_registry_next() returned true */
    const zh_registry *registry_; /* private */
    zh_thing thing_;              /* private */
    size_t slot_;                 /* private */
} zh_registry_iter;
zh_registry_iter zh_registry_walk(const zh_registry *registry, zh_thing thing);
bool zh_registry_next(zh_registry_iter *it);

/* A thread's memory of key texts. `random`: 16 bytes from the system's source. Close wipes it. */
#define ZH_KEY_MEMO_SLOTS 256 /* a power of two; keys in use at a time are tens */
typedef struct zh_key_memo { /* all fields private */
    uint8_t key_[16];
    struct zh_key_memo_slot_ { uint8_t mark[16], digest[32]; bool used; } slots_[ZH_KEY_MEMO_SLOTS];
} zh_key_memo;
void zh_key_memo_open(zh_key_memo *memo, const uint8_t random[16]);
void zh_key_memo_close(zh_key_memo *memo);

/* Whose key is this? memo == NULL: without one. Errors: ZH_LOGIN unknown or deleted, ZH_DENIED revoked
 * or expired. Scopes are the caller's to check. */
ZH_MUST zh_err zh_registry_key_find(const zh_registry *registry, zh_key_memo *memo, zh_sv text, int64_t now_ms,
    zh_key *out);

/* base/keep.h: an entry a thing, also a deleted one; the value is its record. Errors of load: as fold. */
ZH_MUST zh_err zh_registry_save(zh_registry *registry, bool all, zh_keep keep);
ZH_MUST zh_err zh_registry_load(zh_registry *registry, zh_sv key, zh_sv value);

bool zh_registry_check(const zh_registry *registry, const char **why);

#endif
