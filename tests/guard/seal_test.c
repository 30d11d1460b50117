/* Goal: what was sealed opens only unchanged, at its place, with its key and a permit.
 * Method: published vectors of the primitives; a second implementation of the stored form, written
 * here from the header; every byte flipped; every neighbour (customer, event, workspace, key) tried;
 * rotation and erasure acted out; golden numbers, because these are stored. */
#include "guard/seal.h"
#include "check.h"

#include <sodium.h>

static const zh_customer_id ann = { 41 };
static const zh_customer_id ben = { 42 };
static const zh_event_key event = { 0x0102030405060708u, 0x1112131415161718u };
static const char personal[] = "{\"userId\":\"u1\",\"context\":{\"ip\":\"203.0.113.9\"}}";

static zh_workspace_key key_numbered(uint32_t id)
{
    zh_workspace_key key = { .id = id };
    for (int i = 0; i < 32; i++) key.seal[i] = (uint8_t)(i + 7 * (int)id), key.index[i] = (uint8_t)(200 - i);
    return key;
}

static zh_sealer sealer_of(uint32_t workspace, uint32_t key_id)
{
    const zh_workspace_key key = key_numbered(key_id);
    zh_sealer sealer;
    CHECK(zh_sealer_open(&sealer, (zh_workspace_id){ workspace }, &key, 1) == ZH_OK);
    return sealer;
}

static zh_dek dek_of(uint8_t first)
{
    zh_dek dek;
    for (int i = 0; i < 32; i++) dek.bytes[i] = (uint8_t)(first + 3 * i);
    return dek;
}

static zh_permit permit_for(zh_customer_id customer, zh_purpose purpose)
{
    zh_consents *nobody_spoke;
    zh_permit permit;
    CHECK(zh_consents_open(&nobody_spoke, 4096) == ZH_OK);
    CHECK(zh_permit_ask(nobody_spoke, customer, purpose, 0, 1, &ZH_ACTOR_THE_ENGINE, &permit) == ZH_OK);
    zh_consents_close(nobody_spoke);
    return permit;
}

static void test_the_primitives_are_the_published_ones(void)
{
    /* SipHash-2-4-128 of nothing under 00..0f: first vector of the authors' reference. */
    uint8_t key[32], hash[16];
    for (int i = 0; i < 32; i++) key[i] = (uint8_t)i;
    static const uint8_t want[16] = { 0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6,
                                      0x6d, 0xf6, 0x72, 0x14, 0xc7, 0x55, 0x02, 0x93 };
    crypto_shorthash_siphashx24(hash, (const unsigned char *)"", 0, key);
    CHECK(memcmp(hash, want, 16) == 0);

    /* XChaCha20-Poly1305, draft-irtf-cfrg-xchacha-03, A.3.1: the tag. */
    static const char plain[] = "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for "
                                "the future, sunscreen would be it.";
    static const uint8_t bound[12] = { 0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7 };
    static const uint8_t tag[16] = { 0xc0, 0x87, 0x59, 0x24, 0xc1, 0xc7, 0x98, 0x79,
                                     0x47, 0xde, 0xaf, 0xd8, 0x78, 0x0a, 0xcf, 0x49 };
    uint8_t aead_key[32], nonce[24], out[sizeof plain - 1 + 16];
    for (int i = 0; i < 32; i++) aead_key[i] = (uint8_t)(0x80 + i);
    for (int i = 0; i < 24; i++) nonce[i] = (uint8_t)(0x40 + i);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out, NULL, (const unsigned char *)plain, sizeof plain - 1, bound,
        sizeof bound, NULL, nonce, aead_key);
    CHECK(memcmp(out + sizeof plain - 1, tag, 16) == 0);
}

static void test_a_workspace_key_opens_with_its_file_and_workspace_only(void)
{
    zh_kek kek = { { 1, 2, 3 } };
    const zh_kek other = { { 1, 2, 4 } };
    const uint8_t nonce[24] = { 9, 8, 7 };
    const zh_workspace_key key = key_numbered(3);
    zh_workspace_key got;
    zh_wrapped_workspace wrapped;
    CHECK(zh_workspace_wrap(&kek, ZH_WORKSPACE_DEFAULT, &key, nonce, &wrapped) == ZH_OK);
    CHECK(zh_workspace_unwrap(&kek, ZH_WORKSPACE_DEFAULT, &wrapped, &got) == ZH_OK);
    CHECK(got.id == 3 && memcmp(got.seal, key.seal, 32) == 0 && memcmp(got.index, key.index, 32) == 0);
    CHECK(zh_workspace_unwrap(&other, ZH_WORKSPACE_DEFAULT, &wrapped, &got) == ZH_CORRUPT);
    CHECK(zh_workspace_unwrap(&kek, (zh_workspace_id){ 2 }, &wrapped, &got) == ZH_CORRUPT);
    for (size_t i = 0; i < sizeof wrapped.bytes; i++) {
        for (int bit = 0; bit < 8; bit++) {
            zh_wrapped_workspace bent = wrapped;
            bent.bytes[i] ^= (uint8_t)(1 << bit);
            CHECK(zh_workspace_unwrap(&kek, ZH_WORKSPACE_DEFAULT, &bent, &got) == (i == 0 ? ZH_FORMAT : ZH_CORRUPT));
        }
    }
    zh_wipe(&kek, sizeof kek);
    for (size_t i = 0; i < sizeof kek.bytes; i++) CHECK(kek.bytes[i] == 0);
}

static void test_a_customers_key_opens_for_that_customer_only(void)
{
    const zh_sealer sealer = sealer_of(1, 1), elsewhere = sealer_of(2, 1), next = sealer_of(1, 2);
    const zh_dek dek = dek_of(5), other = dek_of(6);
    const zh_wrapped_dek wrapped = zh_seal_wrap(&sealer, ann, &dek), again = zh_seal_wrap(&sealer, ann, &dek);
    zh_dek got;
    CHECK(zh_seal_unwrap(&sealer, ann, &wrapped, &got) == ZH_OK && memcmp(&got, &dek, sizeof dek) == 0);
    CHECK(memcmp(&wrapped, &again, sizeof wrapped) == 0);
    CHECK(zh_seal_unwrap(&sealer, ben, &wrapped, &got) == ZH_CORRUPT);
    CHECK(zh_seal_unwrap(&elsewhere, ann, &wrapped, &got) == ZH_CORRUPT);
    CHECK(zh_seal_unwrap(&next, ann, &wrapped, &got) == ZH_ABSENT);
    /* A customer number that comes again with another key (after a crash) does not repeat a nonce. */
    const zh_wrapped_dek second = zh_seal_wrap(&sealer, ann, &other);
    CHECK(memcmp(wrapped.bytes + 5, second.bytes + 5, 16) != 0);
    for (size_t i = 0; i < sizeof wrapped.bytes; i++) {
        zh_wrapped_dek bent = wrapped;
        bent.bytes[i] ^= 1;
        CHECK(zh_seal_unwrap(&sealer, ann, &bent, &got) == (i == 0 ? ZH_FORMAT : i < 5 ? ZH_ABSENT : ZH_CORRUPT));
    }
}

static void test_sealed_bytes_open_unchanged_and_at_their_place_only(void)
{
    const zh_sealer sealer = sealer_of(1, 1), elsewhere = sealer_of(2, 1);
    const zh_dek dek = dek_of(5), bens_dek = dek_of(99);
    const zh_wrapped_dek wrapped = zh_seal_wrap(&sealer, ann, &dek);
    const zh_wrapped_dek bens = zh_seal_wrap(&sealer, ben, &dek); /* even with the very same key inside */
    const zh_wrapped_dek bens_own = zh_seal_wrap(&sealer, ben, &bens_dek);
    const zh_wrapped_dek there = zh_seal_wrap(&elsewhere, ann, &dek);
    const zh_permit may = permit_for(ann, ZH_PURPOSE_SERVE), bens_may = permit_for(ben, ZH_PURPOSE_SERVE);
    zh_arena arena = zh_arena_open(1 << 20);
    zh_buf sealed = zh_buf_open(4096);
    zh_sv plain;
    zh_buf_put(&sealed, ZH_SV("before"));
    CHECK(zh_seal_personal(&sealer, ann, &wrapped, event, ZH_SV(personal), &sealed) == ZH_OK);
    const zh_sv bytes = zh_sv_part(zh_buf_view(&sealed), 6, SIZE_MAX);
    CHECK(bytes.size == sizeof personal - 1 + ZH_SEALED_EXTRA_BYTES);
    CHECK(memmem(bytes.data, bytes.size, "u1", 2) == NULL || memmem(bytes.data, bytes.size, "203.0", 5) == NULL);
    CHECK(zh_unseal_personal(&sealer, ann, &wrapped, event, &may, bytes, &arena, &plain) == ZH_OK);
    CHECK(zh_sv_equal(plain, ZH_SV(personal)));

    for (size_t i = 0; i < bytes.size; i++) {
        for (int bit = 0; bit < 8; bit++) {
            sealed.data[6 + i] ^= (char)(1 << bit);
            CHECK(zh_unseal_personal(&sealer, ann, &wrapped, event, &may, bytes, &arena, &plain) ==
                  (i == 0 ? ZH_FORMAT : ZH_CORRUPT));
            sealed.data[6 + i] ^= (char)(1 << bit);
            zh_arena_reset(&arena);
        }
    }
    for (size_t size = 0; size < bytes.size; size++) {
        const zh_err e = zh_unseal_personal(&sealer, ann, &wrapped, event, &may, (zh_sv){ bytes.data, size }, &arena, &plain);
        CHECK(e == (size < ZH_SEALED_EXTRA_BYTES ? ZH_FORMAT : ZH_CORRUPT));
        zh_arena_reset(&arena);
    }
    zh_event_key other = event;
    other.low ^= 1;
    CHECK(zh_unseal_personal(&sealer, ann, &wrapped, other, &may, bytes, &arena, &plain) == ZH_CORRUPT);
    CHECK(zh_unseal_personal(&sealer, ben, &bens, event, &bens_may, bytes, &arena, &plain) == ZH_CORRUPT);
    CHECK(zh_unseal_personal(&sealer, ben, &bens_own, event, &bens_may, bytes, &arena, &plain) == ZH_CORRUPT);
    CHECK(zh_unseal_personal(&sealer, ann, &bens, event, &may, bytes, &arena, &plain) == ZH_CORRUPT);
    CHECK(zh_unseal_personal(&elsewhere, ann, &there, event, &may, bytes, &arena, &plain) == ZH_CORRUPT);
    zh_arena_close(&arena);
    zh_buf_close(&sealed);
}

static void test_unsealing_needs_a_permit_and_a_key(void)
{
    const zh_sealer sealer = sealer_of(1, 1);
    const zh_dek dek = dek_of(5);
    const zh_wrapped_dek wrapped = zh_seal_wrap(&sealer, ann, &dek);
    zh_arena arena = zh_arena_open(1 << 20);
    zh_buf sealed = zh_buf_open(4096);
    zh_sv plain;
    CHECK(zh_seal_personal(&sealer, ann, &wrapped, event, ZH_SV(personal), &sealed) == ZH_OK);
    const zh_permit none = { 0 };
    const struct { const char *name; zh_permit permit; bool want; } rows[] = {
        { "no permit",           none, false },
        { "another customer's",  permit_for(ben, ZH_PURPOSE_SERVE), false },
        { "analytics",           permit_for(ann, ZH_PURPOSE_ANALYTICS), false },
        { "serving",             permit_for(ann, ZH_PURPOSE_SERVE), true },
        { "personalising",       permit_for(ann, ZH_PURPOSE_PERSONALIZE), true },
        { "operating everyone",  permit_for((zh_customer_id){ 0 }, ZH_PURPOSE_OPERATE), true },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_ROW(zh_unseal_personal(&sealer, ann, &wrapped, event, &rows[i].permit, zh_buf_view(&sealed), &arena,
            &plain) == (rows[i].want ? ZH_OK : ZH_DENIED), rows[i].name);
    CHECK(zh_unseal_personal(&sealer, ann, &wrapped, event, NULL, zh_buf_view(&sealed), &arena, &plain) == ZH_DENIED);
    /* Erased: the key is gone, and with it the way back. */
    CHECK(zh_unseal_personal(&sealer, ann, NULL, event, &rows[3].permit, zh_buf_view(&sealed), &arena, &plain) == ZH_ABSENT);
    CHECK(zh_seal_personal(&sealer, ann, NULL, event, ZH_SV(personal), &sealed) == ZH_ABSENT);
    zh_arena_close(&arena);
    zh_buf_close(&sealed);
}

/* The form of the header, written a second time with nothing but libsodium. */
static void model_seal(uint32_t workspace, const zh_workspace_key *key, const zh_dek *dek, uint64_t customer,
    zh_sv plain, uint8_t *out)
{
    uint8_t outer[16], inner[16], all[34 + 16], nonce[24] = { 0 };
    CHECK(crypto_kdf_derive_from_key(outer, 16, 1, "zhunindx", key->index) == 0);
    CHECK(crypto_kdf_derive_from_key(inner, 16, 2, "zhunindx", key->index) == 0);
    zh_buf bound = zh_buf_open(64);
    zh_buf_put_u8(&bound, 'P');
    zh_buf_put_u8(&bound, 1);
    zh_buf_put_u32(&bound, key->id);
    zh_buf_put_u32(&bound, workspace);
    zh_buf_put_u64(&bound, customer);
    zh_buf_put_u64(&bound, event.high);
    zh_buf_put_u64(&bound, event.low);
    CHECK(bound.size == 34);
    memcpy(all, bound.data, 34);
    crypto_shorthash_siphashx24(all + 34, (const uint8_t *)plain.data, plain.size, inner);
    crypto_shorthash_siphashx24(nonce, all, sizeof all, outer);
    out[0] = 1, out[1] = (uint8_t)key->id, out[2] = out[3] = out[4] = 0;
    memcpy(out + 5, nonce, 16);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + 21, NULL, (const uint8_t *)plain.data, plain.size,
        (const uint8_t *)bound.data, 34, NULL, nonce, dek->bytes);
    zh_buf_close(&bound);
}

static void test_sealed_bytes_equal_the_model_and_come_back(uint64_t seed)
{
    char plain[600];
    uint8_t want[600 + ZH_SEALED_EXTRA_BYTES];
    const zh_workspace_key key = key_numbered(4);
    const zh_sealer sealer = sealer_of(9, 4);
    const zh_dek dek = dek_of((uint8_t)test_random(&seed));
    const zh_customer_id who = { test_random(&seed) | 1 };
    const zh_wrapped_dek wrapped = zh_seal_wrap(&sealer, who, &dek);
    const zh_permit may = permit_for(who, ZH_PURPOSE_SERVE);
    const size_t size = test_random(&seed) % sizeof plain;
    for (size_t i = 0; i < size; i++) plain[i] = (char)test_random(&seed);
    const zh_sv text = { size == 0 ? NULL : plain, size };
    zh_buf sealed = zh_buf_open(4096);
    zh_arena arena = zh_arena_open(1 << 16);
    zh_sv back;
    CHECK(zh_seal_personal(&sealer, who, &wrapped, event, text, &sealed) == ZH_OK);
    model_seal(9, &key, &dek, who.number, text, want);
    CHECK(zh_sv_equal(zh_buf_view(&sealed), (zh_sv){ (const char *)want, size + ZH_SEALED_EXTRA_BYTES }));
    zh_buf_reset(&sealed);
    CHECK(zh_seal_personal_under(&sealer, who, &dek, event, text, &sealed) == ZH_OK);
    CHECK(zh_sv_equal(zh_buf_view(&sealed), (zh_sv){ (const char *)want, size + ZH_SEALED_EXTRA_BYTES }));
    CHECK(zh_unseal_personal(&sealer, who, &wrapped, event, &may, zh_buf_view(&sealed), &arena, &back) == ZH_OK);
    CHECK(zh_sv_equal(back, text));
    zh_buf_close(&sealed);
    zh_arena_close(&arena);
}

static void test_other_bytes_at_the_same_place_get_another_nonce(void)
{
    const zh_sealer sealer = sealer_of(1, 1);
    const zh_dek dek = dek_of(5);
    const zh_wrapped_dek wrapped = zh_seal_wrap(&sealer, ann, &dek);
    zh_buf one = zh_buf_open(4096), two = zh_buf_open(4096);
    CHECK(zh_seal_personal(&sealer, ann, &wrapped, event, ZH_SV("a repeated messageId"), &one) == ZH_OK);
    CHECK(zh_seal_personal(&sealer, ann, &wrapped, event, ZH_SV("b repeated messageId"), &two) == ZH_OK);
    CHECK(memcmp(one.data + 5, two.data + 5, 16) != 0);
    zh_buf_reset(&two);
    CHECK(zh_seal_personal(&sealer, ann, &wrapped, event, ZH_SV("a repeated messageId"), &two) == ZH_OK);
    CHECK(zh_sv_equal(zh_buf_view(&one), zh_buf_view(&two))); /* the same record, sealed on replay: the same bytes */
    zh_buf_close(&one);
    zh_buf_close(&two);
}

static void test_rotation_keeps_what_was_sealed_and_every_index(void)
{
    const zh_workspace_key old = key_numbered(1), keys[2] = { key_numbered(2), old };
    zh_sealer before, during, after;
    CHECK(zh_sealer_open(&before, ZH_WORKSPACE_DEFAULT, &old, 1) == ZH_OK);
    CHECK(zh_sealer_open(&during, ZH_WORKSPACE_DEFAULT, keys, 2) == ZH_OK);
    CHECK(zh_sealer_open(&after, ZH_WORKSPACE_DEFAULT, keys, 1) == ZH_OK);
    const zh_dek dek = dek_of(5);
    zh_wrapped_dek wrapped = zh_seal_wrap(&before, ann, &dek);
    const zh_permit may = permit_for(ann, ZH_PURPOSE_SERVE), all = permit_for((zh_customer_id){ 0 }, ZH_PURPOSE_OPERATE);
    zh_arena arena = zh_arena_open(1 << 20);
    zh_buf sealed = zh_buf_open(4096), letter = zh_buf_open(4096);
    zh_sv plain;
    CHECK(zh_seal_personal(&before, ann, &wrapped, event, ZH_SV(personal), &sealed) == ZH_OK);
    CHECK(zh_seal_letter(&before, 7, ZH_SV(personal), &letter) == ZH_OK);
    CHECK(zh_unseal_personal(&during, ann, &wrapped, event, &may, zh_buf_view(&sealed), &arena, &plain) == ZH_OK);
    CHECK(zh_unseal_letter(&during, 7, &all, zh_buf_view(&letter), &arena, &plain) == ZH_OK);
    CHECK(zh_unseal_letter(&after, 7, &all, zh_buf_view(&letter), &arena, &plain) == ZH_ABSENT);
    CHECK(zh_seal_rewrap(&after, ann, &wrapped) == ZH_ABSENT);
    CHECK(zh_seal_rewrap(&during, ann, &wrapped) == ZH_OK);
    CHECK(zh_unseal_personal(&after, ann, &wrapped, event, &may, zh_buf_view(&sealed), &arena, &plain) == ZH_OK);
    CHECK(zh_sv_equal(plain, ZH_SV(personal)));
    CHECK(zh_blind_id_equal(zh_blind(&before, ZH_BLIND_USER, ZH_SV("u1")), zh_blind(&after, ZH_BLIND_USER, ZH_SV("u1"))));
    CHECK(zh_event_key_equal(zh_dedup_key(&before, (zh_source_id){ 1 }, ZH_SV("m")),
                             zh_dedup_key(&after, (zh_source_id){ 1 }, ZH_SV("m"))));
    zh_sealer_close(&before);
    for (size_t i = 0; i < sizeof before; i++) CHECK(((const uint8_t *)&before)[i] == 0);
    zh_arena_close(&arena);
    zh_buf_close(&sealed);
    zh_buf_close(&letter);
}

static void test_dead_letters_open_for_those_who_may_and_at_their_place(void)
{
    const zh_sealer sealer = sealer_of(1, 1);
    const zh_customer_id nobody = { 0 };
    const zh_permit operate = permit_for(nobody, ZH_PURPOSE_OPERATE), support = permit_for(nobody, ZH_PURPOSE_SUPPORT);
    const zh_permit serve = permit_for(nobody, ZH_PURPOSE_SERVE), anns = permit_for(ann, ZH_PURPOSE_SUPPORT);
    zh_arena arena = zh_arena_open(1 << 20);
    zh_buf sealed = zh_buf_open(4096);
    zh_sv plain;
    CHECK(zh_seal_letter(&sealer, 7, ZH_SV(personal), &sealed) == ZH_OK);
    const zh_sv bytes = zh_buf_view(&sealed);
    CHECK(zh_unseal_letter(&sealer, 7, &operate, bytes, &arena, &plain) == ZH_OK && zh_sv_equal(plain, ZH_SV(personal)));
    CHECK(zh_unseal_letter(&sealer, 7, &support, bytes, &arena, &plain) == ZH_OK);
    CHECK(zh_unseal_letter(&sealer, 7, &serve, bytes, &arena, &plain) == ZH_DENIED);
    CHECK(zh_unseal_letter(&sealer, 7, &anns, bytes, &arena, &plain) == ZH_DENIED);
    CHECK(zh_unseal_letter(&sealer, 8, &operate, bytes, &arena, &plain) == ZH_CORRUPT);
    for (size_t i = 0; i < bytes.size; i++) {
        sealed.data[i] ^= 0x10;
        CHECK(zh_unseal_letter(&sealer, 7, &operate, bytes, &arena, &plain) ==
              (i == 0 ? ZH_FORMAT : i < 5 ? ZH_ABSENT : ZH_CORRUPT));
        sealed.data[i] ^= 0x10;
        zh_arena_reset(&arena);
    }
    zh_arena_close(&arena);
    zh_buf_close(&sealed);
}

static void test_limits_are_errors(void)
{
    const zh_sealer sealer = sealer_of(1, 1);
    const zh_dek dek = dek_of(5);
    const zh_wrapped_dek wrapped = zh_seal_wrap(&sealer, ann, &dek);
    const zh_permit may = permit_for(ann, ZH_PURPOSE_SERVE);
    zh_buf small = zh_buf_open(sizeof personal - 1 + ZH_SEALED_EXTRA_BYTES - 1), fits = zh_buf_open(4096);
    zh_arena tiny = zh_arena_open(16);
    zh_sv plain;
    CHECK(zh_seal_personal(&sealer, ann, &wrapped, event, ZH_SV(personal), &small) == ZH_FULL);
    CHECK(zh_seal_letter(&sealer, 1, (zh_sv){ personal, ZH_SEAL_PLAIN_BYTES_MAX + 1u }, &fits) == ZH_RANGE);
    CHECK(zh_seal_personal(&sealer, ann, &wrapped, event, ZH_SV(personal), &fits) == ZH_OK);
    CHECK(zh_unseal_personal(&sealer, ann, &wrapped, event, &may, zh_buf_view(&fits), &tiny, &plain) == ZH_NOMEM);
    zh_arena_close(&tiny);
    zh_buf_close(&small);
    zh_buf_close(&fits);
}

static void test_ids_are_apart_by_kind_source_key_and_length(void)
{
    const zh_sealer sealer = sealer_of(1, 1);
    zh_blind_id seen[ZH_BLIND_COUNT];
    for (int kind = 0; kind < ZH_BLIND_COUNT; kind++) {
        seen[kind] = zh_blind(&sealer, (zh_blind_kind)kind, ZH_SV("same text"));
        for (int k = 0; k < kind; k++) CHECK(!zh_blind_id_equal(seen[k], seen[kind]));
    }
    zh_workspace_key stranger = key_numbered(1);
    stranger.index[0] ^= 1;
    zh_sealer other;
    CHECK(zh_sealer_open(&other, ZH_WORKSPACE_DEFAULT, &stranger, 1) == ZH_OK);
    CHECK(!zh_blind_id_equal(zh_blind(&other, ZH_BLIND_USER, ZH_SV("same text")), seen[ZH_BLIND_USER]));

    /* Every length up to beyond the inline one: all different, from each other and by source. */
    char id[130];
    zh_event_key keys[2 * sizeof id];
    memset(id, 'x', sizeof id);
    for (size_t size = 0; size < sizeof id; size++)
        for (uint32_t source = 1; source <= 2; source++)
            keys[2 * size + source - 1] = zh_dedup_key(&sealer, (zh_source_id){ source }, (zh_sv){ id, size });
    for (size_t a = 0; a < 2 * sizeof id; a++)
        for (size_t b = 0; b < a; b++) CHECK(!zh_event_key_equal(keys[a], keys[b]));

    /* Not even a short id that is the very hash a long one is shortened to. */
    uint8_t hash[16];
    crypto_shorthash_siphashx24(hash, (const unsigned char *)id, sizeof id, sealer.dedup_);
    CHECK(!zh_event_key_equal(zh_dedup_key(&sealer, (zh_source_id){ 1 }, (zh_sv){ id, sizeof id }),
                              zh_dedup_key(&sealer, (zh_source_id){ 1 }, (zh_sv){ (const char *)hash, 16 })));
}

static void test_stored_numbers_stay_what_they_are(void)
{
    const zh_sealer sealer = sealer_of(1, 1);
    const zh_blind_id blind = zh_blind(&sealer, ZH_BLIND_EMAIL, ZH_SV("ann@example.com"));
    const zh_event_key key = zh_dedup_key(&sealer, (zh_source_id){ 7 }, ZH_SV("ajs-next-1700000000000-abc"));
    const zh_dek dek = dek_of(5);
    const zh_wrapped_dek wrapped = zh_seal_wrap(&sealer, ann, &dek);
    uint64_t tag;
    memcpy(&tag, wrapped.bytes + ZH_WRAPPED_DEK_BYTES - 8, 8);
    CHECK(blind.high == 0x1f99d649e6986193u && blind.low == 0x94d496adad14727cu);
    CHECK(key.high == 0xeab015effd630449u && key.low == 0x9be326985dacc6e1u);
    CHECK(tag == 0xc02735c4dbf8f3e2u);
}

static void test_a_secret_opens_for_its_source_only(void)
{
    zh_sealer sealer = sealer_of(1, 1), other = sealer_of(2, 1), rotated = sealer_of(1, 2);
    zh_arena arena = zh_arena_open(1 << 20);
    zh_buf sealed = zh_buf_open(4096), letter = zh_buf_open(4096);
    zh_sv plain;
    const zh_source_id shop = { 7 };
    CHECK(zh_seal_secret(&sealer, shop, ZH_SV("whsec"), &sealed) == ZH_OK && sealed.size == 5 + ZH_SEALED_EXTRA_BYTES);
    const zh_sv bytes = zh_buf_view(&sealed);
    CHECK(memmem(bytes.data, bytes.size, "whsec", 5) == NULL);
    CHECK(zh_unseal_secret(&sealer, shop, bytes, &arena, &plain) == ZH_OK && zh_sv_equal(plain, ZH_SV("whsec")));
    CHECK(zh_unseal_secret(&sealer, (zh_source_id){ 8 }, bytes, &arena, &plain) == ZH_CORRUPT);
    CHECK(zh_unseal_factor(&sealer, shop.number, bytes, &arena, &plain) == ZH_CORRUPT); /* a source's secret is no user's */
    CHECK(zh_unseal_secret(&other, shop, bytes, &arena, &plain) == ZH_CORRUPT);
    CHECK(zh_unseal_secret(&rotated, shop, bytes, &arena, &plain) == ZH_ABSENT);
    CHECK(zh_unseal_secret(&sealer, shop, (zh_sv){ bytes.data, ZH_SEALED_EXTRA_BYTES - 1 }, &arena, &plain) == ZH_FORMAT);
    for (size_t i = 0; i < bytes.size; i++) {
        sealed.data[i] ^= 1;
        CHECK(zh_unseal_secret(&sealer, shop, bytes, &arena, &plain) != ZH_OK);
        sealed.data[i] ^= 1;
    }
    /* a dead letter of the same number is no secret */
    CHECK(zh_seal_letter(&sealer, 7, ZH_SV("whsec"), &letter) == ZH_OK);
    CHECK(zh_unseal_secret(&sealer, shop, zh_buf_view(&letter), &arena, &plain) == ZH_CORRUPT);
    zh_buf_close(&sealed);
    zh_buf_close(&letter);
    zh_arena_close(&arena);
    zh_sealer_close(&sealer), zh_sealer_close(&other), zh_sealer_close(&rotated);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    test_the_primitives_are_the_published_ones();
    test_a_workspace_key_opens_with_its_file_and_workspace_only();
    test_a_customers_key_opens_for_that_customer_only();
    test_sealed_bytes_open_unchanged_and_at_their_place_only();
    test_unsealing_needs_a_permit_and_a_key();
    for (uint64_t i = 0; i < 50; i++) test_sealed_bytes_equal_the_model_and_come_back(seed + i);
    test_other_bytes_at_the_same_place_get_another_nonce();
    test_rotation_keeps_what_was_sealed_and_every_index();
    test_dead_letters_open_for_those_who_may_and_at_their_place();
    test_a_secret_opens_for_its_source_only();
    test_limits_are_errors();
    test_ids_are_apart_by_kind_source_key_and_length();
    test_stored_numbers_stay_what_they_are();
    return 0;
}
