#include "guard/registry.h"
#include "base/arena.h"
#include "base/map.h"
#include "core/record.h"

#include <assert.h>
#include <sodium.h>

#define RECORD_VERSION 1
#define SCOPES_ALL ((uint32_t)(ZH_SCOPE_WRITE | ZH_SCOPE_SERVE | ZH_SCOPE_ADMIN))
#define LINK_NONE UINT64_MAX
#define USER_DISABLED 1u /* flags of a user */
#define USER_ONCE 2u

typedef struct entry {
    zh_definition now; /* the record that counts; its views point into `record` */
    zh_buf record;     /* owned */
    bool changed;      /* since the last save */
} entry;

/* A digest some key had when this link was made. Links are never taken away: a key that was deleted or
 * given another digest no longer matches, and the walk goes on. */
typedef struct key_link {
    uint64_t next;   /* number of a link with the same first 8 bytes of the digest, LINK_NONE */
    uint32_t number; /* of the key */
} key_link;

struct zh_registry {
    zh_arena home;  /* this struct lives in it */
    zh_buf entries; /* entry[], in order of arrival */
    zh_buf sorted;  /* uint32_t[]: numbers of entries by (thing, number, name) */
    zh_buf links;   /* key_link[] */
    zh_map by_digest; /* first 8 bytes of a digest -> 1 + number of the newest link */
    size_t bytes, bytes_max; /* of records */
};

/* --- records -------------------------------------------------------------------------------- */

static bool numbered(zh_thing thing)
{
    return thing != ZH_THING_SETTING;
}

static uint32_t number_of(const zh_definition *d)
{
    switch (d->thing) {
    case ZH_THING_SOURCE: return d->source.id.number;
    case ZH_THING_KEY: return d->key.number;
    case ZH_THING_USER: return d->user.number;
    case ZH_THING_SETTING: return 0;
    }
    return 0;
}

static zh_sv name_of(const zh_definition *d)
{
    return d->thing == ZH_THING_SETTING ? d->setting.name : (zh_sv){ 0 };
}

static bool name_fits(zh_sv name)
{
    return name.size <= ZH_NAME_BYTES_MAX;
}

/* One list of what a definition may be, for writer and reader alike. */
static bool fits(const zh_definition *d)
{
    if (d->thing < ZH_THING_SOURCE || d->thing > ZH_THING_SETTING) return false;
    if (d->actor.kind < ZH_ACTOR_ENGINE || d->actor.kind > ZH_ACTOR_USER) return false;
    if (numbered(d->thing) && number_of(d) == 0) return false;
    if (!numbered(d->thing) && (d->setting.name.size == 0 || !name_fits(d->setting.name))) return false;
    if (d->deleted) return true;
    switch (d->thing) {
    case ZH_THING_SOURCE: return name_fits(d->source.name) && name_fits(d->source.dialect);
    case ZH_THING_KEY: return name_fits(d->key.name) && (d->key.scopes & ~SCOPES_ALL) == 0 && d->key.origins.size <= ZH_KEY_ORIGINS_BYTES_MAX;
    case ZH_THING_USER:
        return name_fits(d->user.name) && d->user.password_hash.size <= ZH_PASSWORD_HASH_BYTES_MAX &&
               (unsigned)d->user.role < ZH_ROLE_COUNT;
    case ZH_THING_SETTING: return d->setting.json.size <= ZH_SETTING_BYTES_MAX;
    }
    return false;
}

static void put_body(const zh_definition *d, zh_buf *out)
{
    switch (d->thing) {
    case ZH_THING_SOURCE:
        zh_buf_put_text(out, d->source.name);
        zh_buf_put_text(out, d->source.dialect);
        zh_buf_put_zig(out, d->source.created_ms);
        break;
    case ZH_THING_KEY:
        zh_buf_put_var(out, d->key.scopes);
        zh_buf_put_var(out, d->key.source.number);
        zh_buf_put(out, (zh_sv){ (const char *)d->key.digest, sizeof d->key.digest });
        zh_buf_put(out, (zh_sv){ (const char *)d->key.last, sizeof d->key.last });
        zh_buf_put_text(out, d->key.name);
        zh_buf_put_zig(out, d->key.created_ms);
        zh_buf_put_zig(out, d->key.expires_ms);
        zh_buf_put_zig(out, d->key.revoked_ms);
        if (d->key.origins.size > 0) zh_buf_put_text(out, d->key.origins); /* a key without them is as versions before wrote it */
        break;
    case ZH_THING_USER:
        zh_buf_put_u8(out, (uint8_t)d->user.role);
        zh_buf_put_text(out, d->user.name);
        zh_buf_put_text(out, d->user.password_hash);
        zh_buf_put_zig(out, d->user.created_ms);
        zh_buf_put_u8(out, (uint8_t)((d->user.disabled ? USER_DISABLED : 0) | (d->user.once ? USER_ONCE : 0)));
        break;
    case ZH_THING_SETTING:
        zh_buf_put_text(out, d->setting.json);
        break;
    }
}

/* Record: [kind u8][version u8][thing u8][deleted u8][at zig][actor kind u8][actor number var]
 * [number var, or a setting's name text][body, unless deleted: as in put_body()]. */
void zh_definition_put(const zh_definition *d, zh_buf *out)
{
    assert(fits(d));
    zh_record_begin(out, ZH_RECORD_DEFINITION, RECORD_VERSION);
    zh_buf_put_u8(out, (uint8_t)d->thing);
    zh_buf_put_u8(out, d->deleted);
    zh_buf_put_zig(out, d->at_ms);
    zh_buf_put_u8(out, (uint8_t)d->actor.kind);
    zh_buf_put_var(out, d->actor.number);
    if (numbered(d->thing)) zh_buf_put_var(out, number_of(d));
    else zh_buf_put_text(out, d->setting.name);
    if (!d->deleted) put_body(d, out);
}

static uint32_t read_u32_var(zh_reader *r)
{
    const uint64_t value = zh_read_var(r);
    if (value > UINT32_MAX) r->bad = true;
    return (uint32_t)value;
}

static bool read_bool(zh_reader *r)
{
    const uint8_t value = zh_read_u8(r);
    if (value > 1) r->bad = true;
    return value == 1;
}

static void read_user_flags(zh_reader *r, zh_user *user)
{
    const uint8_t flags = zh_read_u8(r);
    if ((flags & ~(USER_DISABLED | USER_ONCE)) != 0) r->bad = true;
    user->disabled = (flags & USER_DISABLED) != 0;
    user->once = (flags & USER_ONCE) != 0;
}

static void read_exactly(zh_reader *r, uint8_t *out, size_t size)
{
    const zh_sv bytes = zh_read_bytes(r, size);
    if (!r->bad) memcpy(out, bytes.data, size);
}

static void read_body(zh_reader *r, zh_definition *d)
{
    switch (d->thing) {
    case ZH_THING_SOURCE:
        d->source.name = zh_read_text(r);
        d->source.dialect = zh_read_text(r);
        d->source.created_ms = zh_read_zig(r);
        break;
    case ZH_THING_KEY:
        d->key.scopes = read_u32_var(r);
        d->key.source.number = read_u32_var(r);
        read_exactly(r, d->key.digest, sizeof d->key.digest);
        read_exactly(r, d->key.last, sizeof d->key.last);
        d->key.name = zh_read_text(r);
        d->key.created_ms = zh_read_zig(r);
        d->key.expires_ms = zh_read_zig(r);
        d->key.revoked_ms = zh_read_zig(r);
        if (!r->bad && zh_reader_left(r) > 0) {
            d->key.origins = zh_read_text(r);
            r->bad |= d->key.origins.size == 0; /* one way to write a record, no two */
        }
        break;
    case ZH_THING_USER:
        d->user.role = (zh_role)zh_read_u8(r);
        d->user.name = zh_read_text(r);
        d->user.password_hash = zh_read_text(r);
        d->user.created_ms = zh_read_zig(r);
        read_user_flags(r, &d->user);
        break;
    case ZH_THING_SETTING:
        d->setting.json = zh_read_text(r);
        break;
    }
}

zh_err zh_definition_get(zh_sv record, zh_definition *out)
{
    zh_reader r = zh_reader_on(record);
    if (zh_read_u8(&r) != ZH_RECORD_DEFINITION || zh_read_u8(&r) != RECORD_VERSION) return ZH_FORMAT;
    zh_definition d = { .thing = (zh_thing)zh_read_u8(&r) };
    d.deleted = read_bool(&r);
    d.at_ms = zh_read_zig(&r);
    d.actor.kind = (zh_actor_kind)zh_read_u8(&r);
    d.actor.number = read_u32_var(&r);
    switch (d.thing) {
    case ZH_THING_SOURCE: d.source.id.number = read_u32_var(&r); break;
    case ZH_THING_KEY: d.key.number = read_u32_var(&r); break;
    case ZH_THING_USER: d.user.number = read_u32_var(&r); break;
    case ZH_THING_SETTING: d.setting.name = zh_read_text(&r); break;
    default: return ZH_FORMAT;
    }
    if (!d.deleted) read_body(&r, &d);
    if (r.bad || zh_reader_left(&r) != 0 || !fits(&d)) return ZH_FORMAT;
    *out = d;
    return ZH_OK;
}

/* --- keys ----------------------------------------------------------------------------------- */

void zh_key_take(zh_sv text, zh_key *key)
{
    assert(text.size >= 1);
    assert(text.size <= ZH_KEY_TEXT_BYTES_MAX);
    crypto_hash_sha256(key->digest, (const unsigned char *)text.data, text.size);
    memset(key->last, 0, sizeof key->last);
    /* Four characters of a short text would be a good part of the secret. */
    if (text.size >= 16) memcpy(key->last, text.data + text.size - 4, 4);
}

zh_sv zh_key_make(uint32_t number, uint32_t scopes, const uint8_t secret[ZH_KEY_SECRET_BYTES], zh_key *key,
    char text[ZH_KEY_MADE_BYTES])
{
    enum { SECRET_TEXT = sodium_base64_ENCODED_LEN(ZH_KEY_SECRET_BYTES,
        sodium_base64_VARIANT_URLSAFE_NO_PADDING) };
    _Static_assert(sizeof "zhun_wk_4294967295_" - 1 + SECRET_TEXT <= ZH_KEY_MADE_BYTES, "the longest fits");
    assert(number >= 1);
    assert((scopes & ~SCOPES_ALL) == 0);
    const char first = (scopes & ZH_SCOPE_ADMIN) != 0 ? 'a' : (scopes & ZH_SCOPE_SERVE) != 0 ? 's' : 'w';
    char encoded[SECRET_TEXT];
    size_t size = 0;
    for (const char *c = "zhun_"; *c != '\0'; c++) text[size++] = *c;
    text[size++] = first;
    text[size++] = 'k';
    text[size++] = '_';
    char digits[10];
    size_t count = 0;
    for (uint32_t rest = number; rest > 0; rest /= 10) digits[count++] = (char)('0' + rest % 10);
    while (count > 0) text[size++] = digits[--count];
    text[size++] = '_';
    sodium_bin2base64(encoded, sizeof encoded, secret, ZH_KEY_SECRET_BYTES,
        sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    memcpy(text + size, encoded, sizeof encoded); /* its NUL too */
    sodium_memzero(encoded, sizeof encoded);
    const zh_sv view = { text, size + SECRET_TEXT - 1 };
    key->number = number;
    key->scopes = scopes;
    zh_key_take(view, key);
    return view;
}

static bool is_host_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':' || c == '[' || c == ']';
}

bool zh_key_origin_fits(zh_sv origin)
{
    const size_t scheme = zh_sv_starts(origin, ZH_SV("https://")) ? 8 : zh_sv_starts(origin, ZH_SV("http://")) ? 7 : 0;
    if (scheme == 0 || origin.size == scheme || origin.size > ZH_NAME_BYTES_MAX) return false;
    for (size_t i = scheme; i < origin.size; i++)
        if (!is_host_character(origin.data[i])) return false;
    return true;
}

bool zh_key_allows_origin(const zh_key *key, zh_sv origin)
{
    zh_sv rest = key->origins;
    if (rest.size == 0) return true;
    while (rest.size > 0) {
        const char *blank = memchr(rest.data, ' ', rest.size);
        const size_t size = blank == NULL ? rest.size : (size_t)(blank - rest.data);
        if (origin.size > 0 && zh_sv_equal(zh_sv_part(rest, 0, size), origin)) return true;
        rest = zh_sv_part(rest, size + 1, SIZE_MAX);
    }
    return false;
}

/* --- the fold ------------------------------------------------------------------------------- */

zh_err zh_registry_open(zh_registry **out, size_t bytes_max)
{
    zh_arena home = zh_arena_open(64 << 10); /* one struct */
    zh_registry *registry = ZH_TAKE(&home, zh_registry, 1);
    if (registry == NULL) {
        zh_arena_close(&home);
        return ZH_NOMEM;
    }
    registry->home = home;
    registry->entries = zh_buf_open(ZH_REGISTRY_THINGS_MAX * sizeof(entry));
    registry->sorted = zh_buf_open(ZH_REGISTRY_THINGS_MAX * sizeof(uint32_t));
    registry->links = zh_buf_open(2 * ZH_REGISTRY_THINGS_MAX * sizeof(key_link));
    registry->by_digest = zh_map_open();
    registry->bytes_max = bytes_max;
    *out = registry;
    return ZH_OK;
}

static entry *entry_at(const zh_registry *registry, size_t at)
{
    return (entry *)(void *)registry->entries.data + at;
}

static size_t entries_count(const zh_registry *registry)
{
    return registry->entries.size / sizeof(entry);
}

static const entry *sorted_at(const zh_registry *registry, size_t at)
{
    return entry_at(registry, ((const uint32_t *)(const void *)registry->sorted.data)[at]);
}

static key_link *link_at(const zh_registry *registry, uint64_t at)
{
    return (key_link *)(void *)registry->links.data + at;
}

void zh_registry_close(zh_registry *registry)
{
    if (registry == NULL) return;
    for (size_t i = 0; i < entries_count(registry); i++) zh_buf_close(&entry_at(registry, i)->record);
    zh_buf_close(&registry->entries);
    zh_buf_close(&registry->sorted);
    zh_buf_close(&registry->links);
    zh_map_close(&registry->by_digest);
    zh_arena home = registry->home;
    zh_arena_close(&home);
}

static int place_order(const zh_definition *d, zh_thing thing, uint32_t number, zh_sv name)
{
    if (d->thing != thing) return d->thing < thing ? -1 : 1;
    if (number_of(d) != number) return number_of(d) < number ? -1 : 1;
    return zh_sv_compare(name_of(d), name);
}

/* The first place in the sorted order that is not before (thing, number, name). */
static size_t lower_bound(const zh_registry *registry, zh_thing thing, uint32_t number, zh_sv name)
{
    size_t low = 0, high = entries_count(registry);
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (place_order(&sorted_at(registry, middle)->now, thing, number, name) < 0) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* The entry of this place, living or deleted; NULL. */
static entry *find(const zh_registry *registry, zh_thing thing, uint32_t number, zh_sv name)
{
    const size_t at = lower_bound(registry, thing, number, name);
    if (at == entries_count(registry)) return NULL;
    entry *e = (entry *)(void *)sorted_at(registry, at);
    return place_order(&e->now, thing, number, name) == 0 ? e : NULL;
}

static uint64_t digest_head(const uint8_t digest[32])
{
    uint64_t head;
    memcpy(&head, digest, sizeof head);
    return head;
}

static zh_err link_digest(zh_registry *registry, const zh_key *key)
{
    bool made;
    uint64_t *head = zh_map_at(&registry->by_digest, digest_head(key->digest), &made);
    if (head == NULL) return ZH_NOMEM;
    for (uint64_t at = *head == 0 ? LINK_NONE : *head - 1; at != LINK_NONE; at = link_at(registry, at)->next)
        if (link_at(registry, at)->number == key->number) return ZH_OK;
    const uint64_t fresh = registry->links.size / sizeof(key_link);
    key_link *room = (key_link *)(void *)zh_buf_room(&registry->links, sizeof *room);
    if (room == NULL) return zh_buf_err(&registry->links);
    *room = (key_link){ .next = *head == 0 ? LINK_NONE : *head - 1, .number = key->number };
    *head = fresh + 1;
    return ZH_OK;
}

/* A new entry without a record, at its place in the sorted order. */
static zh_err insert(zh_registry *registry, const zh_definition *d, entry **out)
{
    const size_t count = entries_count(registry);
    if (count == ZH_REGISTRY_THINGS_MAX) return ZH_FULL;
    const size_t at = lower_bound(registry, d->thing, number_of(d), name_of(d));
    if (zh_buf_room(&registry->sorted, sizeof(uint32_t)) == NULL) return zh_buf_err(&registry->sorted);
    entry *room = (entry *)(void *)zh_buf_room(&registry->entries, sizeof(entry));
    if (room == NULL) {
        registry->sorted.size -= sizeof(uint32_t);
        return zh_buf_err(&registry->entries);
    }
    uint32_t *sorted = (uint32_t *)(void *)registry->sorted.data;
    memmove(sorted + at + 1, sorted + at, (count - at) * sizeof *sorted);
    sorted[at] = (uint32_t)count;
    *room = (entry){ 0 };
    *out = room;
    return ZH_OK;
}

/* > 0 when record `a` counts and `b` does not: newer, then the greater bytes. Of two records of one
 * thing the first byte that can differ is `deleted`, so a deletion is greater. */
static int record_order(const zh_definition *a, zh_sv a_bytes, const zh_definition *b, zh_sv b_bytes)
{
    if (a->at_ms != b->at_ms) return a->at_ms < b->at_ms ? -1 : 1;
    return zh_sv_compare(a_bytes, b_bytes);
}

zh_err zh_registry_fold(zh_registry *registry, zh_sv record)
{
    zh_definition d;
    zh_err e = zh_definition_get(record, &d);
    if (e != ZH_OK) return e;
    entry *place = find(registry, d.thing, number_of(&d), name_of(&d));
    const size_t before = place == NULL ? 0 : place->record.size;
    if (place != NULL && record_order(&d, record, &place->now, zh_buf_view(&place->record)) <= 0) return ZH_OK;
    if (record.size > registry->bytes_max - (registry->bytes - before)) return ZH_FULL;

    zh_buf copy = zh_buf_open(record.size);
    zh_buf_put(&copy, record);
    e = zh_buf_err(&copy);
    if (e == ZH_OK) e = zh_definition_get(zh_buf_view(&copy), &d); /* its views now point into the copy */
    if (e == ZH_OK && d.thing == ZH_THING_KEY && !d.deleted) e = link_digest(registry, &d.key);
    if (e == ZH_OK && place == NULL) e = insert(registry, &d, &place);
    if (e != ZH_OK) {
        zh_buf_close(&copy);
        return e;
    }
    zh_buf_close(&place->record);
    *place = (entry){ .now = d, .record = copy, .changed = true };
    registry->bytes += record.size - before;
    return ZH_OK;
}

/* --- ask ------------------------------------------------------------------------------------ */

int64_t zh_registry_said_ms(const zh_registry *registry, const zh_definition *of)
{
    const entry *e = find(registry, of->thing, number_of(of), name_of(of));
    return e == NULL ? INT64_MIN : e->now.at_ms;
}

uint32_t zh_registry_next_number(const zh_registry *registry, zh_thing thing)
{
    assert(numbered(thing));
    const size_t after = lower_bound(registry, (zh_thing)(thing + 1), 0, (zh_sv){ 0 });
    if (after == 0 || sorted_at(registry, after - 1)->now.thing != thing) return 1;
    const uint32_t last = number_of(&sorted_at(registry, after - 1)->now);
    assert(last < UINT32_MAX);
    return last + 1;
}

static const zh_definition *living(const zh_registry *registry, zh_thing thing, uint32_t number, zh_sv name)
{
    const entry *e = find(registry, thing, number, name);
    return e == NULL || e->now.deleted ? NULL : &e->now;
}

zh_err zh_registry_source(const zh_registry *registry, zh_source_id id, zh_source *out)
{
    const zh_definition *d = living(registry, ZH_THING_SOURCE, id.number, (zh_sv){ 0 });
    if (d == NULL) return ZH_ABSENT;
    *out = d->source;
    return ZH_OK;
}

zh_err zh_registry_key(const zh_registry *registry, uint32_t number, zh_key *out)
{
    const zh_definition *d = living(registry, ZH_THING_KEY, number, (zh_sv){ 0 });
    if (d == NULL) return ZH_ABSENT;
    *out = d->key;
    return ZH_OK;
}

zh_err zh_registry_user(const zh_registry *registry, uint32_t number, zh_user *out)
{
    const zh_definition *d = living(registry, ZH_THING_USER, number, (zh_sv){ 0 });
    if (d == NULL) return ZH_ABSENT;
    *out = d->user;
    return ZH_OK;
}

zh_err zh_registry_setting(const zh_registry *registry, zh_sv name, zh_sv *json)
{
    const zh_definition *d = living(registry, ZH_THING_SETTING, 0, name);
    if (d == NULL) return ZH_ABSENT;
    *json = d->setting.json;
    return ZH_OK;
}

zh_err zh_registry_user_named(const zh_registry *registry, zh_sv name, zh_user *out)
{
    for (zh_registry_iter it = zh_registry_walk(registry, ZH_THING_USER); zh_registry_next(&it);) {
        if (!zh_sv_equal(it.at->user.name, name)) continue;
        *out = it.at->user;
        return ZH_OK;
    }
    return ZH_ABSENT;
}

zh_err zh_registry_source_named(const zh_registry *registry, zh_sv name, zh_source *out)
{
    for (zh_registry_iter it = zh_registry_walk(registry, ZH_THING_SOURCE); zh_registry_next(&it);) {
        if (!zh_sv_equal(it.at->source.name, name)) continue;
        *out = it.at->source;
        return ZH_OK;
    }
    return ZH_ABSENT;
}

zh_registry_iter zh_registry_walk(const zh_registry *registry, zh_thing thing)
{
    return (zh_registry_iter){ .registry_ = registry, .thing_ = thing,
                               .slot_ = lower_bound(registry, thing, 0, (zh_sv){ 0 }) };
}

bool zh_registry_next(zh_registry_iter *it)
{
    while (it->slot_ < entries_count(it->registry_)) {
        const zh_definition *d = &sorted_at(it->registry_, it->slot_)->now;
        if (d->thing != it->thing_) return false;
        it->slot_++;
        if (d->deleted) continue;
        it->at = d;
        return true;
    }
    return false;
}

void zh_key_memo_open(zh_key_memo *memo, const uint8_t random[16])
{
    memset(memo, 0, sizeof *memo);
    memcpy(memo->key_, random, sizeof memo->key_);
}

void zh_key_memo_close(zh_key_memo *memo)
{
    if (memo != NULL) sodium_memzero(memo, sizeof *memo);
}

static bool live(const zh_key *key, int64_t now_ms)
{
    return key->revoked_ms == 0 && (key->expires_ms == 0 || now_ms < key->expires_ms);
}

/* The key with this digest: a live one before a dead one, then the lowest number. */
static const zh_key *key_of(const zh_registry *registry, const uint8_t digest[32], int64_t now_ms)
{
    const zh_key *best = NULL;
    const uint64_t *head = zh_map_get(&registry->by_digest, digest_head(digest));
    uint64_t at = head == NULL || *head == 0 ? LINK_NONE : *head - 1;
    for (; at != LINK_NONE; at = link_at(registry, at)->next) {
        const zh_definition *d = living(registry, ZH_THING_KEY, link_at(registry, at)->number, (zh_sv){ 0 });
        if (d == NULL || sodium_memcmp(d->key.digest, digest, 32) != 0) continue;
        const bool better = best == NULL || live(&d->key, now_ms) > live(best, now_ms) ||
            (live(&d->key, now_ms) == live(best, now_ms) && d->key.number < best->number);
        if (better) best = &d->key;
    }
    return best;
}

/* Timing: the text decides only through hashes it cannot be learned from: a keyed one in the memo, SHA-256
 * in the index; full values are compared in constant time. */
zh_err zh_registry_key_find(const zh_registry *registry, zh_key_memo *memo, zh_sv text, int64_t now_ms, zh_key *out)
{
    if (text.size == 0 || text.size > ZH_KEY_TEXT_BYTES_MAX) return ZH_LOGIN;
    uint8_t mark[16], digest[32];
    struct zh_key_memo_slot_ *slot = NULL;
    bool known = false;
    if (memo != NULL) {
        crypto_shorthash_siphashx24(mark, (const unsigned char *)text.data, text.size, memo->key_);
        slot = &memo->slots_[mark[0] & (ZH_KEY_MEMO_SLOTS - 1)];
        known = slot->used && sodium_memcmp(slot->mark, mark, sizeof mark) == 0;
        if (known) memcpy(digest, slot->digest, sizeof digest);
    }
    if (!known) crypto_hash_sha256(digest, (const unsigned char *)text.data, text.size);

    const zh_key *key = key_of(registry, digest, now_ms);
    if (key == NULL) return ZH_LOGIN;
    if (slot != NULL && !known) { /* only keys that exist: strangers cannot push out the shop's */
        memcpy(slot->mark, mark, sizeof mark);
        memcpy(slot->digest, digest, sizeof digest);
        slot->used = true;
    }
    if (!live(key, now_ms)) return ZH_DENIED;
    *out = *key;
    return ZH_OK;
}

/* --- keep ----------------------------------------------------------------------------------- */

/* Entry: key [thing u8][number u32 big-endian][a setting's name]; value: the record. */
static void put_place(const zh_definition *d, zh_buf *out)
{
    zh_buf_put_u8(out, (uint8_t)d->thing);
    for (int shift = 24; shift >= 0; shift -= 8) zh_buf_put_u8(out, (uint8_t)(number_of(d) >> shift));
    zh_buf_put(out, name_of(d));
}

zh_err zh_registry_save(zh_registry *registry, bool all, zh_keep keep)
{
    zh_buf key = zh_buf_open(5 + ZH_NAME_BYTES_MAX);
    zh_err e = ZH_OK;
    for (size_t i = 0; e == ZH_OK && i < entries_count(registry); i++) {
        entry *at = entry_at(registry, i);
        if (!all && !at->changed) continue;
        zh_buf_reset(&key);
        put_place(&at->now, &key);
        e = zh_buf_err(&key);
        if (e == ZH_OK) e = keep.put(keep.context, zh_buf_view(&key), zh_buf_view(&at->record));
    }
    for (size_t i = 0; e == ZH_OK && !all && i < entries_count(registry); i++) entry_at(registry, i)->changed = false;
    zh_buf_close(&key);
    return e;
}

zh_err zh_registry_load(zh_registry *registry, zh_sv key, zh_sv value)
{
    zh_definition d;
    zh_err e = zh_definition_get(value, &d);
    if (e != ZH_OK) return e;
    zh_buf place = zh_buf_open(5 + ZH_NAME_BYTES_MAX);
    put_place(&d, &place);
    e = zh_buf_err(&place);
    if (e == ZH_OK && !zh_sv_equal(key, zh_buf_view(&place))) e = ZH_FORMAT;
    zh_buf_close(&place);
    if (e == ZH_OK) e = zh_registry_fold(registry, value);
    if (e == ZH_OK) find(registry, d.thing, number_of(&d), name_of(&d))->changed = false;
    return e;
}

bool zh_registry_check(const zh_registry *registry, const char **why)
{
    size_t bytes = 0;
    *why = "the sorted order and the things differ in number";
    if (registry->sorted.size / sizeof(uint32_t) != entries_count(registry)) return false;
    for (size_t i = 0; i < entries_count(registry); i++) {
        const entry *e = sorted_at(registry, i);
        *why = "things are not in order";
        if (i > 0 && place_order(&sorted_at(registry, i - 1)->now, e->now.thing, number_of(&e->now),
                                 name_of(&e->now)) >= 0) return false;
        zh_definition again;
        *why = "a kept record cannot be read or names another thing";
        if (zh_definition_get(zh_buf_view(&e->record), &again) != ZH_OK) return false;
        if (place_order(&again, e->now.thing, number_of(&e->now), name_of(&e->now)) != 0) return false;
        bytes += e->record.size;
        *why = "a key is not found by its digest";
        if (e->now.thing == ZH_THING_KEY && !e->now.deleted && key_of(registry, e->now.key.digest, 0) == NULL)
            return false;
    }
    *why = "the bytes of records are miscounted";
    if (bytes != registry->bytes) return false;
    *why = "";
    return true;
}
