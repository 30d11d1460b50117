/* Goal: the smaller form of a sealed part opens to the same text, at its place and unchanged only, and is smaller.
 * Method: parts as collect writes them and random ones; each byte of a sealed one changed; other customers, events, keys. */
#include "guard/seal_compact.h"
#include "check.h"

#include "guard/permit.h"

static zh_sealer sealer;
static zh_seal_known *known;
static const zh_customer_id customer = { 77 };
static const zh_event_key event = { 5, 6 };

static zh_permit permit_for(zh_customer_id of)
{
    zh_consents *nobody_spoke;
    zh_permit permit;
    CHECK(zh_consents_open(&nobody_spoke, 1 << 20) == ZH_OK);
    CHECK(zh_permit_ask(nobody_spoke, of, ZH_PURPOSE_SERVE, 0, 1, &ZH_ACTOR_THE_ENGINE, &permit) == ZH_OK);
    zh_consents_close(nobody_spoke);
    return permit;
}

static zh_err unseal(zh_customer_id of, const zh_wrapped_dek *dek, zh_event_key at, zh_sv sealed, zh_arena *arena, zh_sv *plain)
{
    const zh_permit permit = permit_for(of);
    return zh_unseal_personal(&sealer, of, dek, at, &permit, sealed, arena, plain);
}

static zh_wrapped_dek dek_of(uint64_t seed, zh_customer_id of)
{
    zh_dek dek;
    for (int i = 0; i < 32; i++) dek.bytes[i] = (uint8_t)test_random(&seed);
    return zh_seal_wrap(&sealer, of, &dek);
}

static void test_parts_come_back_smaller(const zh_wrapped_dek *dek, uint64_t *seed)
{
    static const zh_sv parts[] = {
        ZH_SV("{\"userId\":\"u48213\",\"anonymousId\":\"a-48213\",\"context\":{\"userAgent\":\"Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0\"}}"),
        ZH_SV("{\"userId\":\"17850\",\"context\":{\"ip\":\"10.1.2.3\",\"userAgent\":\"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36\"}}"),
        ZH_SV("{\"userId\":\"13085\"}"), ZH_SV("{}"), ZH_SV(""),
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        zh_buf sealed = zh_buf_open(4096), small = zh_buf_open(4096), twice = zh_buf_open(4096);
        zh_arena arena = zh_arena_open(1 << 20);
        zh_sv plain;
        CHECK(zh_seal_personal(&sealer, customer, dek, event, parts[i], &sealed) == ZH_OK);
        CHECK(zh_seal_compact(&sealer, known, customer, dek, event, zh_buf_view(&sealed), &small) == ZH_OK);
        CHECK(small.size + 19 <= sealed.size);
        if (i < 2) CHECK(2 * small.size < sealed.size);
        CHECK(unseal(customer, dek, event, zh_buf_view(&small), &arena, &plain) == ZH_OK && zh_sv_equal(plain, parts[i]));
        CHECK(zh_seal_compact(&sealer, known, customer, dek, event, zh_buf_view(&sealed), &twice) == ZH_OK && zh_sv_equal(zh_buf_view(&twice), zh_buf_view(&small)));
        CHECK(zh_seal_compact(&sealer, known, customer, dek, event, zh_buf_view(&small), &twice) == ZH_EXISTS);
        CHECK(zh_seal_compact(&sealer, known, customer, NULL, event, zh_buf_view(&sealed), &twice) == ZH_ABSENT);
        zh_buf_close(&sealed), zh_buf_close(&small), zh_buf_close(&twice);
        zh_arena_close(&arena);
    }
    for (int round = 0; round < 300; round++) { /* any bytes */
        char bytes[600];
        const size_t size = test_random(seed) % sizeof bytes;
        for (size_t i = 0; i < size; i++) bytes[i] = round % 2 ? (char)test_random(seed) : (char)('a' + test_random(seed) % 3);
        zh_buf sealed = zh_buf_open(4096), small = zh_buf_open(4096);
        zh_arena arena = zh_arena_open(1 << 20);
        zh_sv plain;
        CHECK(zh_seal_personal(&sealer, customer, dek, event, (zh_sv){ bytes, size }, &sealed) == ZH_OK);
        CHECK(zh_seal_compact(&sealer, known, customer, dek, event, zh_buf_view(&sealed), &small) == ZH_OK);
        CHECK(unseal(customer, dek, event, zh_buf_view(&small), &arena, &plain) == ZH_OK && zh_sv_equal(plain, (zh_sv){ bytes, size }));
        zh_buf_close(&sealed), zh_buf_close(&small);
        zh_arena_close(&arena);
    }
}

static void test_it_opens_unchanged_and_at_its_place_only(const zh_wrapped_dek *dek)
{
    const zh_customer_id other = { 78 };
    const zh_wrapped_dek others = dek_of(9, other), another = dek_of(10, customer);
    const zh_sv part = ZH_SV("{\"userId\":\"u1\",\"anonymousId\":\"a-1\",\"context\":{\"ip\":\"1.2.3.4\"}}");
    zh_buf sealed = zh_buf_open(4096), small = zh_buf_open(4096), moved = zh_buf_open(4096);
    zh_arena arena = zh_arena_open(1 << 22);
    zh_sv plain;
    CHECK(zh_seal_personal(&sealer, customer, dek, event, part, &sealed) == ZH_OK);
    CHECK(zh_seal_compact(&sealer, known, customer, dek, event, zh_buf_view(&sealed), &small) == ZH_OK);
    for (size_t at = 0; at < small.size; at++)
        for (int bit = 0; bit < 8; bit++) {
            small.data[at] = (char)(small.data[at] ^ 1 << bit);
            CHECK(unseal(customer, dek, event, zh_buf_view(&small), &arena, &plain) != ZH_OK);
            small.data[at] = (char)(small.data[at] ^ 1 << bit);
        }
    for (size_t size = 0; size < small.size; size++) CHECK(unseal(customer, dek, event, (zh_sv){ small.data, size }, &arena, &plain) != ZH_OK);
    CHECK(unseal(customer, dek, (zh_event_key){ 5, 7 }, zh_buf_view(&small), &arena, &plain) == ZH_CORRUPT);
    CHECK(unseal(other, &others, event, zh_buf_view(&small), &arena, &plain) == ZH_CORRUPT);
    CHECK(unseal(customer, &another, event, zh_buf_view(&small), &arena, &plain) == ZH_CORRUPT);
    CHECK(unseal(customer, NULL, event, zh_buf_view(&small), &arena, &plain) == ZH_ABSENT);
    const zh_permit wrong = permit_for(other);
    CHECK(zh_unseal_personal(&sealer, customer, dek, event, &wrong, zh_buf_view(&small), &arena, &plain) == ZH_DENIED);
    CHECK(zh_seal_compact(&sealer, known, customer, dek, (zh_event_key){ 5, 7 }, zh_buf_view(&sealed), &moved) == ZH_CORRUPT && moved.size == 0);
    /* The same text at another place shares nothing with it. */
    zh_buf_reset(&sealed);
    CHECK(zh_seal_personal(&sealer, customer, dek, (zh_event_key){ 5, 7 }, part, &sealed) == ZH_OK);
    CHECK(zh_seal_compact(&sealer, known, customer, dek, (zh_event_key){ 5, 7 }, zh_buf_view(&sealed), &moved) == ZH_OK);
    CHECK(moved.size == small.size && memcmp(moved.data + 2, small.data + 2, 16) != 0);
    zh_buf_close(&sealed), zh_buf_close(&small), zh_buf_close(&moved);
    zh_arena_close(&arena);
}

/* Bytes that an earlier build stored. */
static void test_stored_bytes_are_read(const zh_wrapped_dek *dek)
{
    static const char stored[] = "\x02\x01\x59\x03\xe3\xc3\x7d\x95\xf2\xe6\x57\x87\xda\x60\x8d\x6d\xab\x34\x76\x0d\x2c\x5d\x72\xcc\x6a\xce\x0f\x06\x06\x98\x71\x4e";
    zh_arena arena = zh_arena_open(1 << 20);
    zh_sv plain;
    CHECK(unseal(customer, dek, event, (zh_sv){ stored, sizeof stored - 1 }, &arena, &plain) == ZH_OK);
    CHECK(zh_sv_equal(plain, ZH_SV("{\"userId\":\"u1\",\"anonymousId\":\"a-1\"}")));
    zh_arena_close(&arena);
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    zh_workspace_key key = { .id = 1 };
    for (int i = 0; i < 32; i++) key.seal[i] = (uint8_t)i, key.index[i] = (uint8_t)(100 + i);
    CHECK(zh_sealer_open(&sealer, ZH_WORKSPACE_DEFAULT, &key, 1) == ZH_OK);
    CHECK(zh_seal_known_open(&known) == ZH_OK);
    const zh_wrapped_dek dek = dek_of(3, customer);
    test_parts_come_back_smaller(&dek, &seed);
    test_it_opens_unchanged_and_at_its_place_only(&dek);
    test_stored_bytes_are_read(&dek);
    zh_seal_known_close(known);
    zh_sealer_close(&sealer);
    return 0;
}
