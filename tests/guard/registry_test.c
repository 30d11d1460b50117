/* Goal: definitions end in the same registry however they arrive; a key is found by its text alone and
 * by no other; revoked and expired ones are refused, with and without a memo.
 * Method: rows; random definitions against a slow model that keeps all records; shuffles; save and load. */
#include "guard/registry.h"
#include "check.h"

#include <sodium.h>
#include <stdlib.h>

#define BYTES_MAX (8u << 20)

static zh_registry *fresh(void)
{
    zh_registry *registry;
    CHECK(zh_registry_open(&registry, BYTES_MAX) == ZH_OK);
    return registry;
}

static zh_err fold(zh_registry *registry, const zh_definition *d)
{
    zh_buf record = zh_buf_open(1 << 20);
    zh_definition_put(d, &record);
    CHECK(zh_buf_err(&record) == ZH_OK);
    const zh_err e = zh_registry_fold(registry, zh_buf_view(&record));
    zh_buf_close(&record);
    return e;
}

static zh_definition key_definition(uint32_t number, zh_sv text, int64_t at_ms)
{
    zh_definition d = { .thing = ZH_THING_KEY, .at_ms = at_ms, .actor = ZH_ACTOR_THE_ENGINE };
    zh_key_take(text, &d.key);
    d.key.number = number;
    d.key.scopes = ZH_SCOPE_WRITE;
    d.key.source = (zh_source_id){ 1 };
    d.key.name = ZH_SV("web");
    return d;
}

static void test_a_made_key_looks_as_promised_and_is_found(void)
{
    uint8_t secret[ZH_KEY_SECRET_BYTES];
    for (int i = 0; i < ZH_KEY_SECRET_BYTES; i++) secret[i] = (uint8_t)(i * 7);
    static const struct { const char *prefix; uint32_t number, scopes; } rows[] = {
        { "zhun_wk_1_", 1, ZH_SCOPE_WRITE },
        { "zhun_sk_12_", 12, ZH_SCOPE_SERVE | ZH_SCOPE_WRITE },
        { "zhun_ak_4294967295_", UINT32_MAX, ZH_SCOPE_ADMIN | ZH_SCOPE_SERVE },
    };
    zh_registry *registry = fresh();
    zh_key_memo memo;
    zh_key_memo_open(&memo, (const uint8_t[16]){ 1, 2, 3 });
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_definition d = key_definition(1, ZH_SV("x"), 10);
        char text[ZH_KEY_MADE_BYTES];
        const zh_sv made = zh_key_make(rows[i].number, rows[i].scopes, secret, &d.key, text);
        CHECK_ROW(zh_sv_starts(made, zh_sv_of(rows[i].prefix)), rows[i].prefix);
        CHECK_ROW(made.size == strlen(rows[i].prefix) + 43 && text[made.size] == '\0', rows[i].prefix);
        CHECK_ROW(memcmp(d.key.last, text + made.size - 4, 4) == 0, rows[i].prefix);
        CHECK(fold(registry, &d) == ZH_OK);
        zh_key got;
        for (int twice = 0; twice < 2; twice++) { /* cold and warm */
            CHECK_ROW(zh_registry_key_find(registry, &memo, made, 11, &got) == ZH_OK, rows[i].prefix);
            CHECK_ROW(got.number == rows[i].number && got.scopes == rows[i].scopes, rows[i].prefix);
        }
        for (size_t k = 0; k < made.size; k++) {
            text[k] ^= 1;
            CHECK_ROW(zh_registry_key_find(registry, &memo, made, 11, &got) == ZH_LOGIN, rows[i].prefix);
            text[k] ^= 1;
            CHECK_ROW(zh_registry_key_find(registry, &memo, (zh_sv){ text, k }, 11, &got) == ZH_LOGIN, rows[i].prefix);
        }
    }
    zh_key_memo_close(&memo);
    for (size_t i = 0; i < sizeof memo; i++) CHECK(((const uint8_t *)&memo)[i] == 0);
    zh_registry_close(registry);
}

static void test_a_keys_life(void)
{
    zh_registry *registry = fresh();
    zh_key_memo memo;
    zh_key_memo_open(&memo, (const uint8_t[16]){ 9 });
    const zh_sv text = ZH_SV("wk_demo");
    zh_key got;
    zh_definition d = key_definition(1, text, 10);
    CHECK(d.key.last[0] == 0); /* too short to show a part of */
    CHECK(zh_registry_key_find(registry, &memo, text, 5, &got) == ZH_LOGIN);
    CHECK(fold(registry, &d) == ZH_OK);
    CHECK(zh_registry_key_find(registry, &memo, text, 5, &got) == ZH_OK && got.source.number == 1);
    d.at_ms = 11, d.key.expires_ms = 100;
    CHECK(fold(registry, &d) == ZH_OK);
    CHECK(zh_registry_key_find(registry, &memo, text, 99, &got) == ZH_OK);
    CHECK(zh_registry_key_find(registry, &memo, text, 100, &got) == ZH_DENIED);
    d.at_ms = 12, d.key.expires_ms = 0, d.key.revoked_ms = 50;
    CHECK(fold(registry, &d) == ZH_OK);
    CHECK(zh_registry_key_find(registry, &memo, text, 60, &got) == ZH_DENIED); /* the memo is warm, and yet */
    CHECK(zh_registry_key_find(registry, NULL, text, 60, &got) == ZH_DENIED);

    zh_definition second = key_definition(2, text, 13); /* the same text, defined again: the live one counts */
    CHECK(fold(registry, &second) == ZH_OK);
    CHECK(zh_registry_key_find(registry, &memo, text, 60, &got) == ZH_OK && got.number == 2);
    second.key.number = 3;
    CHECK(fold(registry, &second) == ZH_OK);
    CHECK(zh_registry_key_find(registry, &memo, text, 60, &got) == ZH_OK && got.number == 2);
    for (uint32_t number = 1; number <= 3; number++) {
        d.deleted = true, d.at_ms = 20, d.key.number = number;
        CHECK(fold(registry, &d) == ZH_OK);
    }
    CHECK(zh_registry_key_find(registry, &memo, text, 60, &got) == ZH_LOGIN);
    CHECK(zh_registry_next_number(registry, ZH_THING_KEY) == 4); /* numbers are not given twice */

    zh_definition other = key_definition(4, ZH_SV("first text"), 30);
    CHECK(fold(registry, &other) == ZH_OK);
    zh_key_take(ZH_SV("second text"), &other.key);
    other.at_ms = 31;
    CHECK(fold(registry, &other) == ZH_OK);
    CHECK(zh_registry_key_find(registry, &memo, ZH_SV("first text"), 60, &got) == ZH_LOGIN);
    CHECK(zh_registry_key_find(registry, &memo, ZH_SV("second text"), 60, &got) == ZH_OK && got.number == 4);
    char long_text[ZH_KEY_TEXT_BYTES_MAX + 1];
    memset(long_text, 'x', sizeof long_text);
    CHECK(zh_registry_key_find(registry, &memo, (zh_sv){ long_text, sizeof long_text }, 60, &got) == ZH_LOGIN);
    CHECK(zh_registry_key_find(registry, &memo, (zh_sv){ 0 }, 60, &got) == ZH_LOGIN);
    const char *why;
    CHECK(zh_registry_check(registry, &why));
    zh_registry_close(registry);
    zh_registry_close(NULL);
}

static void test_more_keys_than_the_memo_holds(void)
{
    enum { KEYS = 3 * ZH_KEY_MEMO_SLOTS };
    zh_registry *registry = fresh();
    static zh_key_memo memo;
    zh_key_memo_open(&memo, (const uint8_t[16]){ 4 });
    char text[32];
    for (uint32_t i = 1; i <= KEYS; i++) {
        const int size = snprintf(text, sizeof text, "key number %u", i);
        const zh_definition d = key_definition(i, (zh_sv){ text, (size_t)size }, 1);
        CHECK(fold(registry, &d) == ZH_OK);
    }
    for (uint32_t i = 1; i <= 4 * KEYS; i++) {
        const uint32_t number = i * 7919 % KEYS + 1;
        const int size = snprintf(text, sizeof text, "key number %u", number);
        zh_key got;
        CHECK(zh_registry_key_find(registry, &memo, (zh_sv){ text, (size_t)size }, 1, &got) == ZH_OK);
        CHECK(got.number == number);
    }
    zh_registry_close(registry);
}

static void test_things_are_kept_found_and_walked(void)
{
    zh_registry *registry = fresh();
    CHECK(zh_registry_next_number(registry, ZH_THING_SOURCE) == 1);
    const zh_actor someone = { .kind = ZH_ACTOR_USER, .number = 1, .role = ZH_ROLE_OWNER };
    const zh_definition things[] = {
        { .thing = ZH_THING_SOURCE, .at_ms = 1, .actor = someone,
          .source = { { 3 }, ZH_SV("shop"), ZH_SV("segment"), 5 } },
        { .thing = ZH_THING_SOURCE, .at_ms = 1, .actor = someone, .source = { { 2 }, ZH_SV("app"), { 0 }, 6 } },
        { .thing = ZH_THING_USER, .at_ms = 1, .actor = someone,
          .user = { 1, ZH_ROLE_OWNER, ZH_SV("admin"), ZH_SV("$argon2id$"), 7, false, false } },
        { .thing = ZH_THING_SETTING, .at_ms = 1, .actor = someone, .setting = { ZH_SV("time_zone"), ZH_SV("\"Asia/Shanghai\"") } },
        { .thing = ZH_THING_SETTING, .at_ms = 1, .actor = someone, .setting = { ZH_SV("currency"), ZH_SV("\"CNY\"") } },
    };
    for (size_t i = 0; i < 5; i++) CHECK(fold(registry, &things[i]) == ZH_OK);
    zh_source source;
    zh_user user;
    zh_sv json;
    CHECK(zh_registry_source(registry, (zh_source_id){ 3 }, &source) == ZH_OK);
    CHECK(zh_sv_equal(source.dialect, ZH_SV("segment")) && source.created_ms == 5);
    CHECK(zh_registry_source_named(registry, ZH_SV("app"), &source) == ZH_OK && source.id.number == 2);
    CHECK(zh_registry_user_named(registry, ZH_SV("admin"), &user) == ZH_OK && user.role == ZH_ROLE_OWNER);
    CHECK(zh_registry_user(registry, 1, &user) == ZH_OK && zh_sv_equal(user.password_hash, ZH_SV("$argon2id$")));
    CHECK(zh_registry_user_named(registry, ZH_SV("Admin"), &user) == ZH_ABSENT);
    CHECK(zh_registry_setting(registry, ZH_SV("currency"), &json) == ZH_OK && zh_sv_equal(json, ZH_SV("\"CNY\"")));
    CHECK(zh_registry_setting(registry, ZH_SV("locale"), &json) == ZH_ABSENT);
    CHECK(zh_registry_source(registry, (zh_source_id){ 1 }, &source) == ZH_ABSENT);
    CHECK(zh_registry_next_number(registry, ZH_THING_SOURCE) == 4);
    CHECK(zh_registry_next_number(registry, ZH_THING_KEY) == 1);

    zh_registry_iter it = zh_registry_walk(registry, ZH_THING_SOURCE);
    CHECK(zh_registry_next(&it) && it.at->source.id.number == 2 && it.at->actor.number == 1);
    CHECK(zh_registry_next(&it) && it.at->source.id.number == 3);
    CHECK(!zh_registry_next(&it) && !zh_registry_next(&it));
    it = zh_registry_walk(registry, ZH_THING_SETTING);
    CHECK(zh_registry_next(&it) && zh_sv_equal(it.at->setting.name, ZH_SV("currency")));
    CHECK(zh_registry_next(&it) && zh_sv_equal(it.at->setting.name, ZH_SV("time_zone")));
    CHECK(!zh_registry_next(&it));
    it = zh_registry_walk(registry, ZH_THING_KEY);
    CHECK(!zh_registry_next(&it));
    zh_registry_close(registry);
}

static void test_a_key_of_pages_is_of_these_pages(void)
{
    static const struct { const char *name, *origins, *asks; bool want; } rows[] = {
        { "no list: anybody", "", "https://evil.example", true }, { "no list: no page", "", "", true },
        { "the first", "https://shop.example http://localhost:5173", "https://shop.example", true }, { "the second", "https://shop.example http://localhost:5173", "http://localhost:5173", true },
        { "another", "https://shop.example", "https://evil.example", false }, { "no page", "https://shop.example", "", false }, { "a part of one", "https://shop.example", "https://shop", false },
        { "one and more", "https://shop.example", "https://shop.example.evil.example", false }, { "another scheme", "https://shop.example", "http://shop.example", false },
        { "two as one", "https://a.example https://b.example", "https://a.example https://b.example", false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_ROW(zh_key_allows_origin(&(zh_key){ .origins = zh_sv_of(rows[i].origins) }, zh_sv_of(rows[i].asks)) == rows[i].want, rows[i].name);
    static const struct { const char *origin; bool want; } words[] = {
        { "https://shop.example", true }, { "http://127.0.0.1:8080", true }, { "http://[::1]:80", true }, { "", false }, { "https://", false }, { "shop.example", false }, { "https://shop.example/", false },
        { "https://Shop.example", false }, { "https://a b", false }, { "https://*.example", false }, { "ftp://shop.example", false }, { "null", false },
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) CHECK_ROW(zh_key_origin_fits(zh_sv_of(words[i].origin)) == words[i].want, words[i].origin);
}

/* Without origins a key's record is, byte for byte, what versions before wrote; with them it is longer, and they come back. */
static void test_origins_come_back_and_old_keys_stay(void)
{
    zh_definition d = key_definition(3, ZH_SV("some text"), -5), got;
    zh_buf plain = zh_buf_open(4096), bound = zh_buf_open(4096);
    zh_definition_put(&d, &plain);
    d.key.origins = ZH_SV("https://shop.example");
    zh_definition_put(&d, &bound);
    CHECK(bound.size == plain.size + 1 + d.key.origins.size && memcmp(bound.data, plain.data, plain.size) == 0);
    CHECK(zh_definition_get(zh_buf_view(&plain), &got) == ZH_OK && got.key.origins.size == 0);
    CHECK(zh_definition_get(zh_buf_view(&bound), &got) == ZH_OK && zh_sv_equal(got.key.origins, d.key.origins));
    zh_buf_close(&plain);
    zh_buf_close(&bound);
}

/* The last byte of a user: 0 and 1 are what versions before wrote; 2 is a password that is good once; what a later one may add is refused. */
static void test_a_user_has_two_flags(void)
{
    static const struct { uint8_t byte; bool disabled, once; zh_err want; } rows[] = { { 0, false, false, ZH_OK }, { 1, true, false, ZH_OK }, { 2, false, true, ZH_OK }, { 3, true, true, ZH_OK }, { 4, false, false, ZH_FORMAT } };
    const zh_definition d = { .thing = ZH_THING_USER, .at_ms = 1, .actor = ZH_ACTOR_THE_ENGINE, .user = { 1, ZH_ROLE_OWNER, ZH_SV("admin"), ZH_SV("$argon2id$"), 7, false, false } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        zh_buf record = zh_buf_open(4096), again = zh_buf_open(4096);
        zh_definition got;
        zh_definition_put(&d, &record);
        record.data[record.size - 1] = (char)rows[i].byte;
        CHECK(zh_definition_get(zh_buf_view(&record), &got) == rows[i].want);
        if (rows[i].want == ZH_OK) {
            CHECK(got.user.disabled == rows[i].disabled && got.user.once == rows[i].once);
            zh_definition_put(&got, &again);
            CHECK(zh_sv_equal(zh_buf_view(&record), zh_buf_view(&again)));
        }
        zh_buf_close(&record);
        zh_buf_close(&again);
    }
}

static void test_when_what_stands_was_said(void)
{
    zh_registry *registry = fresh();
    const zh_definition one = { .thing = ZH_THING_SETTING, .at_ms = 500, .actor = { .kind = ZH_ACTOR_USER, .number = 1, .role = ZH_ROLE_OWNER }, .setting = { ZH_SV("a"), ZH_SV("1") } };
    zh_definition other = one, deletion = one;
    other.setting.name = ZH_SV("b");
    deletion.deleted = true;
    CHECK(zh_registry_said_ms(registry, &one) == INT64_MIN);
    CHECK(fold(registry, &one) == ZH_OK && zh_registry_said_ms(registry, &one) == 500 && zh_registry_said_ms(registry, &other) == INT64_MIN);
    deletion.at_ms = 499;
    CHECK(fold(registry, &deletion) == ZH_OK && zh_registry_said_ms(registry, &one) == 500); /* an older word does not count */
    deletion.at_ms = 501;
    CHECK(fold(registry, &deletion) == ZH_OK && zh_registry_said_ms(registry, &one) == 501); /* a deletion is a word, too */
    zh_registry_close(registry);
}

static void test_a_full_registry_refuses_and_stays(void)
{
    zh_registry *registry;
    CHECK(zh_registry_open(&registry, 60) == ZH_OK);
    zh_definition d = { .thing = ZH_THING_SETTING, .at_ms = 1, .actor = ZH_ACTOR_THE_ENGINE,
                        .setting = { ZH_SV("a"), ZH_SV("1") } };
    CHECK(fold(registry, &d) == ZH_OK);
    d.at_ms = 2, d.setting.json = ZH_SV("\"012345678901234567890123456789012345678901234567890123456789\"");
    CHECK(fold(registry, &d) == ZH_FULL);
    zh_sv json;
    CHECK(zh_registry_setting(registry, ZH_SV("a"), &json) == ZH_OK && zh_sv_equal(json, ZH_SV("1")));
    const char *why;
    CHECK(zh_registry_check(registry, &why));
    zh_registry_close(registry);
}

static void test_a_damaged_record_is_refused(void)
{
    zh_definition d = key_definition(300, ZH_SV("some text"), -5), got;
    zh_buf record = zh_buf_open(4096);
    zh_definition_put(&d, &record);
    CHECK(zh_definition_get(zh_buf_view(&record), &got) == ZH_OK);
    CHECK(got.key.number == 300 && memcmp(got.key.digest, d.key.digest, 32) == 0 && got.at_ms == -5);
    for (size_t size = 0; size < record.size; size++)
        CHECK(zh_definition_get((zh_sv){ record.data, size }, &got) == ZH_FORMAT);
    zh_buf_put_u8(&record, 0);
    CHECK(zh_definition_get(zh_buf_view(&record), &got) == ZH_FORMAT);
    static const struct { const char *name; unsigned char bytes[9]; } rows[] = {
        { "another kind",          { 5, 1, 4, 1, 0, 1, 0, 1, 'a' } },
        { "a newer version",       { 6, 2, 4, 1, 0, 1, 0, 1, 'a' } },
        { "an unknown thing",      { 6, 1, 5, 1, 0, 1, 0, 1, 'a' } },
        { "neither set nor gone",  { 6, 1, 4, 2, 0, 1, 0, 1, 'a' } },
        { "an actor of no kind",   { 6, 1, 4, 1, 0, 0, 0, 1, 'a' } },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_ROW(zh_definition_get((zh_sv){ (const char *)rows[i].bytes, 9 }, &got) == ZH_FORMAT, rows[i].name);
    zh_buf_close(&record);
}

/* --- random ------------------------------------------------------------------------------------ */

enum { RECORDS = 80 };
typedef struct slow { char bytes[256]; size_t size; zh_definition d; } slow;

static slow random_record(uint64_t *seed)
{
    static const char *const texts[] = { "", "a", "bb", "ccc" };
    const zh_sv some = zh_sv_of(texts[test_random(seed) % 4]), key = zh_sv_of(texts[1 + test_random(seed) % 3]);
    const uint32_t number = (uint32_t)(1 + test_random(seed) % 4);
    zh_definition d = { .thing = (zh_thing)(1 + test_random(seed) % 4), .deleted = test_random(seed) % 4 == 0,
                        .at_ms = (int64_t)(test_random(seed) % 4), .actor = ZH_ACTOR_THE_ENGINE };
    switch (d.thing) {
    case ZH_THING_SOURCE: d.source = (zh_source){ { number }, some, some, 1 }; break;
    case ZH_THING_USER: d.user = (zh_user){ number, ZH_ROLE_VIEWER, some, some, 1, test_random(seed) % 2 == 0, test_random(seed) % 2 == 0 }; break;
    case ZH_THING_SETTING: d.setting = (zh_setting){ key, some }; break;
    case ZH_THING_KEY:
        d.key = (zh_key){ .scopes = ZH_SCOPE_WRITE, .revoked_ms = (int64_t)(test_random(seed) % 2), .name = some };
        zh_key_take(key, &d.key);
        d.key.number = number;
        break;
    }
    slow s = { 0 };
    zh_buf record = zh_buf_open(sizeof s.bytes);
    zh_definition_put(&d, &record);
    CHECK(zh_buf_err(&record) == ZH_OK);
    memcpy(s.bytes, record.data, record.size);
    s.size = record.size;
    s.d = d;
    zh_buf_close(&record);
    return s;
}

static bool same_thing(const zh_definition *a, const zh_definition *b)
{
    if (a->thing != b->thing) return false;
    switch (a->thing) {
    case ZH_THING_SOURCE: return a->source.id.number == b->source.id.number;
    case ZH_THING_KEY: return a->key.number == b->key.number;
    case ZH_THING_USER: return a->user.number == b->user.number;
    case ZH_THING_SETTING: return zh_sv_equal(a->setting.name, b->setting.name);
    }
    return false;
}

static bool wins(const slow *a, const slow *b)
{
    if (a->d.at_ms != b->d.at_ms) return a->d.at_ms > b->d.at_ms;
    if (a->d.deleted != b->d.deleted) return a->d.deleted;
    return zh_sv_compare((zh_sv){ a->bytes, a->size }, (zh_sv){ b->bytes, b->size }) > 0;
}

/* The winners of all records, in order of arrival of the thing; `owner` chooses what to keep. */
static bool is_winner(const slow *all, size_t i)
{
    for (size_t k = 0; k < RECORDS; k++)
        if (same_thing(&all[k].d, &all[i].d) && wins(&all[k], &all[i])) return false;
    return true;
}

static void check_keys(const zh_registry *registry, const slow *all)
{
    static const char *const texts[] = { "a", "bb", "ccc" };
    for (int t = 0; t < 3; t++) {
        zh_key want = { 0 }, probe = { 0 }, got;
        zh_key_take(zh_sv_of(texts[t]), &probe);
        bool any = false;
        for (size_t i = 0; i < RECORDS; i++) {
            const zh_key *k = &all[i].d.key;
            if (all[i].d.thing != ZH_THING_KEY || all[i].d.deleted || !is_winner(all, i)) continue;
            if (memcmp(k->digest, probe.digest, 32) != 0) continue;
            const bool live = k->revoked_ms == 0, best_live = want.revoked_ms == 0;
            if (!any || (live && !best_live) || (live == best_live && k->number < want.number)) want = *k;
            any = true;
        }
        const zh_err e = zh_registry_key_find(registry, NULL, zh_sv_of(texts[t]), 1, &got);
        CHECK(e == (!any ? ZH_LOGIN : want.revoked_ms != 0 ? ZH_DENIED : ZH_OK));
        if (e == ZH_OK) CHECK(got.number == want.number);
    }
}

static void check_all(const zh_registry *registry, const slow *all)
{
    for (int thing = ZH_THING_SOURCE; thing <= ZH_THING_SETTING; thing++) {
        size_t walked = 0, living = 0;
        for (zh_registry_iter it = zh_registry_walk(registry, (zh_thing)thing); zh_registry_next(&it); walked++) {
            bool found = false;
            zh_buf again = zh_buf_open(256);
            zh_definition_put(it.at, &again);
            for (size_t i = 0; i < RECORDS; i++)
                found |= is_winner(all, i) && zh_sv_equal((zh_sv){ all[i].bytes, all[i].size }, zh_buf_view(&again));
            CHECK(found);
            zh_buf_close(&again);
        }
        for (size_t i = 0; i < RECORDS; i++) {
            bool first = all[i].d.thing == (zh_thing)thing && !all[i].d.deleted && is_winner(all, i);
            for (size_t k = 0; k < i; k++) /* the same winner twice counts once */
                first &= !(same_thing(&all[k].d, &all[i].d) && is_winner(all, k));
            living += first;
        }
        CHECK(walked == living);
    }
    check_keys(registry, all);
    const char *why;
    CHECK(zh_registry_check(registry, &why));
}

typedef struct shelf { struct { char key[160], value[256]; size_t key_size, value_size; } rows[64]; size_t count; } shelf;

static zh_err shelf_put(void *context, zh_sv key, zh_sv value)
{
    shelf *s = context;
    size_t at = 0;
    while (at < s->count && !zh_sv_equal((zh_sv){ s->rows[at].key, s->rows[at].key_size }, key)) at++;
    CHECK(at < sizeof s->rows / sizeof *s->rows);
    if (at == s->count) s->count++;
    memcpy(s->rows[at].key, key.data, key.size);
    memcpy(s->rows[at].value, value.data, value.size);
    s->rows[at].key_size = key.size;
    s->rows[at].value_size = value.size;
    return ZH_OK;
}

static void test_order_repetition_and_checkpoints_do_not_matter(uint64_t seed)
{
    static slow all[RECORDS];
    static shelf disk, nothing;
    disk.count = nothing.count = 0;
    for (size_t i = 0; i < RECORDS; i++) {
        all[i] = random_record(&seed);
        all[i].d.key.name = (zh_sv){ 0 };
    }
    zh_registry *view = fresh(), *loaded = fresh();
    for (size_t i = 0; i < 2 * RECORDS; i++) {
        /* Once in order with checkpoints between; then, on the way back, all of them again. */
        const slow *s = &all[i < RECORDS ? i : 2 * RECORDS - 1 - i];
        CHECK(zh_registry_fold(view, (zh_sv){ s->bytes, s->size }) == ZH_OK);
        if (test_random(&seed) % 9 == 0) CHECK(zh_registry_save(view, false, (zh_keep){ &disk, shelf_put }) == ZH_OK);
    }
    CHECK(zh_registry_save(view, false, (zh_keep){ &disk, shelf_put }) == ZH_OK);
    check_all(view, all);
    for (size_t i = disk.count; i-- > 0;)
        CHECK(zh_registry_load(loaded, (zh_sv){ disk.rows[i].key, disk.rows[i].key_size },
            (zh_sv){ disk.rows[i].value, disk.rows[i].value_size }) == ZH_OK);
    check_all(loaded, all);
    CHECK(zh_registry_save(loaded, false, (zh_keep){ &nothing, shelf_put }) == ZH_OK && nothing.count == 0);
    if (disk.count > 1)
        CHECK(zh_registry_load(loaded, (zh_sv){ disk.rows[0].key, disk.rows[0].key_size },
            (zh_sv){ disk.rows[1].value, disk.rows[1].value_size }) == ZH_FORMAT);

    zh_registry *shuffled = fresh();
    for (size_t i = RECORDS; i > 1; i--) {
        const size_t k = test_random(&seed) % i;
        const slow old = all[i - 1];
        all[i - 1] = all[k];
        all[k] = old;
    }
    for (size_t i = 0; i < RECORDS; i++)
        CHECK(zh_registry_fold(shuffled, (zh_sv){ all[i].bytes, all[i].size }) == ZH_OK);
    check_all(shuffled, all);
    static shelf other;
    other.count = 0;
    CHECK(zh_registry_save(shuffled, true, (zh_keep){ &other, shelf_put }) == ZH_OK);
    CHECK(other.count == disk.count);
    for (size_t i = 0; i < disk.count; i++) { /* putting an equal row adds none and changes none */
        const shelf before = other;
        CHECK(shelf_put(&other, (zh_sv){ disk.rows[i].key, disk.rows[i].key_size },
            (zh_sv){ disk.rows[i].value, disk.rows[i].value_size }) == ZH_OK);
        CHECK(other.count == before.count && memcmp(&other, &before, sizeof other) == 0);
    }
    zh_registry_close(view);
    zh_registry_close(loaded);
    zh_registry_close(shuffled);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    CHECK(sodium_init() >= 0);
    test_a_made_key_looks_as_promised_and_is_found();
    test_a_keys_life();
    test_more_keys_than_the_memo_holds();
    test_things_are_kept_found_and_walked();
    test_a_key_of_pages_is_of_these_pages();
    test_origins_come_back_and_old_keys_stay();
    test_a_user_has_two_flags();
    test_when_what_stands_was_said();
    test_a_full_registry_refuses_and_stays();
    test_a_damaged_record_is_refused();
    for (uint64_t i = 0; i < 50; i++) test_order_repetition_and_checkpoints_do_not_matter(seed + i);
    return 0;
}
