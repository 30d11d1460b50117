#include "guard/seal.h"
#include "guard/seal_compact.h"

#include <assert.h>
#include <sodium.h>

#define VERSION 1
#define TAG_BYTES 16
#define SEALED_HEAD 21   /* [version u8][key id u32][nonce 16] */
#define WORKSPACE_HEAD 29 /* [version u8][key id u32][nonce 24] */

_Static_assert(ZH_SEALED_EXTRA_BYTES == SEALED_HEAD + TAG_BYTES, "as the header says");
_Static_assert(ZH_WRAPPED_DEK_BYTES == ZH_SEALED_EXTRA_BYTES + 32, "a wrapped key is a sealed key");
_Static_assert(ZH_WRAPPED_WORKSPACE_BYTES == WORKSPACE_HEAD + 64 + TAG_BYTES, "two keys");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == 32, "of libsodium");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_ABYTES == TAG_BYTES, "of libsodium");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES == 24, "of libsodium");
_Static_assert(crypto_shorthash_siphashx24_BYTES == 16, "of libsodium");
_Static_assert(crypto_shorthash_siphashx24_KEYBYTES == 16, "of libsodium");

/* What a sealed thing belongs to: authenticated, not stored with it.
 * OFFSET SIZE MEANING
 *      0    1 what: 'W' workspace key, 'D' DEK, 'P' personal, 'L' letter, 'S' secret
 *      1    1 version
 *      2    4 key id
 *      6    4 workspace
 *     10    8 customer, source, or the place of a letter
 *     18   16 event key, or zeros */
#define BOUND_BYTES 34
typedef struct bound { uint8_t bytes[BOUND_BYTES]; } bound;

static void put_le(uint8_t *at, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) at[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get_le(const uint8_t *at, size_t bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++) value |= (uint64_t)at[i] << (8 * i);
    return value;
}

static bound bind(char what, uint32_t key_id, zh_workspace_id workspace, uint64_t owner, zh_event_key event)
{
    bound b = { { (uint8_t)what, VERSION } };
    put_le(b.bytes + 2, key_id, 4);
    put_le(b.bytes + 6, workspace.number, 4);
    put_le(b.bytes + 10, owner, 8);
    put_le(b.bytes + 18, event.high, 8);
    put_le(b.bytes + 26, event.low, 8);
    return b;
}

void zh_wipe(void *bytes, size_t size)
{
    sodium_memzero(bytes, size);
}

/* --- workspace keys ------------------------------------------------------------------------- */

zh_err zh_workspace_wrap(const zh_kek *kek, zh_workspace_id workspace, const zh_workspace_key *key,
    const uint8_t nonce[24], zh_wrapped_workspace *out)
{
    assert(key->id >= 1);
    if (sodium_init() < 0) return ZH_IO;
    uint8_t both[64];
    memcpy(both, key->seal, 32);
    memcpy(both + 32, key->index, 32);
    const bound b = bind('W', key->id, workspace, 0, (zh_event_key){ 0 });
    out->bytes[0] = VERSION;
    put_le(out->bytes + 1, key->id, 4);
    memcpy(out->bytes + 5, nonce, 24);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out->bytes + WORKSPACE_HEAD, NULL, both, sizeof both, b.bytes,
        sizeof b.bytes, NULL, nonce, kek->bytes);
    zh_wipe(both, sizeof both);
    return ZH_OK;
}

zh_err zh_workspace_unwrap(const zh_kek *kek, zh_workspace_id workspace, const zh_wrapped_workspace *wrapped,
    zh_workspace_key *out)
{
    if (sodium_init() < 0) return ZH_IO;
    if (wrapped->bytes[0] != VERSION) return ZH_FORMAT;
    const uint32_t id = (uint32_t)get_le(wrapped->bytes + 1, 4);
    const bound b = bind('W', id, workspace, 0, (zh_event_key){ 0 });
    uint8_t both[64];
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(both, NULL, NULL, wrapped->bytes + WORKSPACE_HEAD,
            sizeof both + TAG_BYTES, b.bytes, sizeof b.bytes, wrapped->bytes + 5, kek->bytes) != 0)
        return ZH_CORRUPT;
    out->id = id;
    memcpy(out->seal, both, 32);
    memcpy(out->index, both + 32, 32);
    zh_wipe(both, sizeof both);
    return ZH_OK;
}

/* --- the sealer ----------------------------------------------------------------------------- */

/* Numbers of the sub-keys: part of the stored format. */
enum { SUB_WRAP = 1, SUB_LETTER = 2 };                      /* of the seal key */
enum { SUB_NONCE = 1, SUB_NONCE_PLAIN = 2, SUB_DEDUP = 3, SUB_SIGN = 4, SUB_BLIND = 16 }; /* of the index key; + kind */

static void derive(uint8_t *out, size_t size, uint64_t number, const char context[8], const uint8_t key[32])
{
    const int failed = crypto_kdf_derive_from_key(out, size, number, context, key);
    assert(failed == 0); /* it refuses sizes outside 16..64 only */
    (void)failed;
}

zh_err zh_sealer_open(zh_sealer *out, zh_workspace_id workspace, const zh_workspace_key *keys, size_t count)
{
    assert(count >= 1);
    assert(count <= ZH_SEALER_KEYS_MAX);
    if (sodium_init() < 0) return ZH_IO;
    *out = (zh_sealer){ .workspace_ = workspace, .keys_count_ = (uint32_t)count };
    for (size_t i = 0; i < count; i++) {
        assert(keys[i].id >= 1);
        assert(sodium_memcmp(keys[i].index, keys[0].index, 32) == 0);
        for (size_t k = 0; k < i; k++) assert(keys[k].id != keys[i].id);
        out->keys_[i].id = keys[i].id;
        derive(out->keys_[i].wrap, 32, SUB_WRAP, "zhunseal", keys[i].seal);
        derive(out->keys_[i].letter, 32, SUB_LETTER, "zhunseal", keys[i].seal);
    }
    derive(out->nonce_, 16, SUB_NONCE, "zhunindx", keys[0].index);
    derive(out->nonce_plain_, 16, SUB_NONCE_PLAIN, "zhunindx", keys[0].index);
    derive(out->dedup_, 16, SUB_DEDUP, "zhunindx", keys[0].index);
    derive(out->sign_, 32, SUB_SIGN, "zhunindx", keys[0].index);
    for (int kind = 0; kind < ZH_BLIND_COUNT; kind++)
        derive(out->blind_[kind], 16, SUB_BLIND + (uint64_t)kind, "zhunindx", keys[0].index);
    return ZH_OK;
}

void zh_sealer_close(zh_sealer *sealer)
{
    if (sealer != NULL) zh_wipe(sealer, sizeof *sealer);
}

static const struct zh_sealer_key_ *key_of(const zh_sealer *sealer, uint32_t id)
{
    for (uint32_t i = 0; i < sealer->keys_count_; i++)
        if (sealer->keys_[i].id == id) return &sealer->keys_[i];
    return NULL;
}

/* The synthetic nonce: PRF2(bound ‖ PRF1(plain)), both keyed SipHash-2-4-128. */
static void nonce_of(const zh_sealer *sealer, const bound *b, const uint8_t *plain, size_t size, uint8_t nonce[24])
{
    uint8_t all[BOUND_BYTES + 16];
    memcpy(all, b->bytes, BOUND_BYTES);
    crypto_shorthash_siphashx24(all + BOUND_BYTES, plain, size, sealer->nonce_plain_);
    crypto_shorthash_siphashx24(nonce, all, sizeof all, sealer->nonce_);
    memset(nonce + 16, 0, 8);
}

/* Write [version][key id][nonce][ciphertext][tag] at `out`, size + ZH_SEALED_EXTRA_BYTES bytes. */
static void seal(const zh_sealer *sealer, const bound *b, uint32_t key_id, const uint8_t key[32],
    zh_sv plain, uint8_t *out)
{
    uint8_t nonce[24];
    const uint8_t *bytes = (const uint8_t *)plain.data;
    nonce_of(sealer, b, bytes, plain.size, nonce);
    out[0] = VERSION;
    put_le(out + 1, key_id, 4);
    memcpy(out + 5, nonce, 16);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + SEALED_HEAD, NULL, bytes, plain.size, b->bytes,
        sizeof b->bytes, NULL, nonce, key);
}

/* The opposite; `sealed` has at least ZH_SEALED_EXTRA_BYTES. ZH_CORRUPT, and `out` is zeroed. */
static zh_err unseal(const bound *b, const uint8_t key[32], const uint8_t *sealed, size_t size, uint8_t *out)
{
    uint8_t nonce[24] = { 0 };
    memcpy(nonce, sealed + 5, 16);
    const int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed + SEALED_HEAD,
        size - SEALED_HEAD, b->bytes, sizeof b->bytes, nonce, key);
    return failed == 0 ? ZH_OK : ZH_CORRUPT;
}

/* Version and key id of sealed bytes. */
static zh_err head_of(const uint8_t *sealed, size_t size, uint32_t *key_id)
{
    if (size < ZH_SEALED_EXTRA_BYTES || sealed[0] != VERSION) return ZH_FORMAT;
    *key_id = (uint32_t)get_le(sealed + 1, 4);
    return ZH_OK;
}

static zh_err append(const zh_sealer *sealer, const bound *b, const uint8_t key[32], zh_sv plain, zh_buf *out)
{
    char *room = zh_buf_room(out, plain.size + ZH_SEALED_EXTRA_BYTES);
    if (room == NULL) return zh_buf_err(out);
    seal(sealer, b, sealer->keys_[0].id, key, plain, (uint8_t *)room);
    return ZH_OK;
}

static zh_err extract(const bound *b, const uint8_t key[32], zh_sv sealed, zh_arena *arena, zh_sv *plain)
{
    const size_t size = sealed.size - ZH_SEALED_EXTRA_BYTES;
    char *room = ZH_TAKE(arena, char, size + 1); /* NUL-ended, as zh_arena_copy gives it */
    if (room == NULL) return ZH_NOMEM;
    const zh_err e = unseal(b, key, (const uint8_t *)sealed.data, sealed.size, (uint8_t *)room);
    if (e == ZH_OK) *plain = (zh_sv){ room, size };
    return e;
}

/* --- keys of customers ---------------------------------------------------------------------- */

zh_wrapped_dek zh_seal_wrap(const zh_sealer *sealer, zh_customer_id customer, const zh_dek *dek)
{
    assert(customer.number != 0);
    const struct zh_sealer_key_ *key = &sealer->keys_[0];
    const bound b = bind('D', key->id, sealer->workspace_, customer.number, (zh_event_key){ 0 });
    zh_wrapped_dek out;
    seal(sealer, &b, key->id, key->wrap, (zh_sv){ (const char *)dek->bytes, sizeof dek->bytes }, out.bytes);
    return out;
}

zh_err zh_seal_unwrap(const zh_sealer *sealer, zh_customer_id customer, const zh_wrapped_dek *wrapped, zh_dek *out)
{
    uint32_t id;
    const zh_err e = head_of(wrapped->bytes, sizeof wrapped->bytes, &id);
    if (e != ZH_OK) return e;
    const struct zh_sealer_key_ *key = key_of(sealer, id);
    if (key == NULL) return ZH_ABSENT;
    const bound b = bind('D', id, sealer->workspace_, customer.number, (zh_event_key){ 0 });
    return unseal(&b, key->wrap, wrapped->bytes, sizeof wrapped->bytes, out->bytes);
}

zh_err zh_seal_rewrap(const zh_sealer *sealer, zh_customer_id customer, zh_wrapped_dek *wrapped)
{
    zh_dek dek;
    const zh_err e = zh_seal_unwrap(sealer, customer, wrapped, &dek);
    if (e == ZH_OK) *wrapped = zh_seal_wrap(sealer, customer, &dek);
    zh_wipe(&dek, sizeof dek);
    return e;
}

/* --- personal parts of events --------------------------------------------------------------- */

zh_err zh_seal_personal_under(const zh_sealer *sealer, zh_customer_id customer, const zh_dek *dek,
    zh_event_key event, zh_sv plain, zh_buf *out)
{
    assert(customer.number != 0);
    if (plain.size > ZH_SEAL_PLAIN_BYTES_MAX) return ZH_RANGE;
    const bound b = bind('P', sealer->keys_[0].id, sealer->workspace_, customer.number, event);
    return append(sealer, &b, dek->bytes, plain, out);
}

zh_err zh_seal_personal(const zh_sealer *sealer, zh_customer_id customer, const zh_wrapped_dek *wrapped,
    zh_event_key event, zh_sv plain, zh_buf *out)
{
    if (wrapped == NULL) return ZH_ABSENT;
    zh_dek dek;
    zh_err e = zh_seal_unwrap(sealer, customer, wrapped, &dek);
    if (e == ZH_OK) e = zh_seal_personal_under(sealer, customer, &dek, event, plain, out);
    zh_wipe(&dek, sizeof dek);
    return e;
}

zh_err zh_seal_open_under(const zh_sealer *sealer, zh_customer_id customer, const zh_dek *dek, zh_event_key event,
    zh_sv sealed, zh_arena *arena, zh_sv *plain)
{
    uint32_t id; /* says which workspace key was in use; the bytes are under the DEK, so any id will do */
    const zh_err e = head_of((const uint8_t *)sealed.data, sealed.size, &id);
    if (e != ZH_OK) return e;
    const bound b = bind('P', id, sealer->workspace_, customer.number, event);
    return extract(&b, dek->bytes, sealed, arena, plain);
}

zh_err zh_unseal_personal(const zh_sealer *sealer, zh_customer_id customer, const zh_wrapped_dek *wrapped,
    zh_event_key event, const zh_permit *permit, zh_sv sealed, zh_arena *arena, zh_sv *plain)
{
    if (!zh_permit_covers(permit, customer)) return ZH_DENIED;
    if (zh_permit_purpose(permit) == ZH_PURPOSE_ANALYTICS) return ZH_DENIED;
    if (wrapped == NULL) return ZH_ABSENT;
    zh_dek dek;
    zh_err e = zh_seal_unwrap(sealer, customer, wrapped, &dek);
    if (e == ZH_OK && zh_seal_is_compact(sealed)) e = zh_seal_compact_open(sealer->workspace_, customer, &dek, event, sealed, arena, plain);
    else if (e == ZH_OK) e = zh_seal_open_under(sealer, customer, &dek, event, sealed, arena, plain);
    zh_wipe(&dek, sizeof dek);
    return e;
}

/* --- dead letters --------------------------------------------------------------------------- */

zh_err zh_seal_letter(const zh_sealer *sealer, uint64_t place, zh_sv plain, zh_buf *out)
{
    if (plain.size > ZH_SEAL_PLAIN_BYTES_MAX) return ZH_RANGE;
    const struct zh_sealer_key_ *key = &sealer->keys_[0];
    const bound b = bind('L', key->id, sealer->workspace_, place, (zh_event_key){ 0 });
    return append(sealer, &b, key->letter, plain, out);
}

zh_err zh_unseal_letter(const zh_sealer *sealer, uint64_t place, const zh_permit *permit, zh_sv sealed,
    zh_arena *arena, zh_sv *plain)
{
    const zh_customer_id nobody = { 0 };
    if (!zh_permit_allows(permit, nobody, ZH_PURPOSE_SUPPORT) &&
        !zh_permit_allows(permit, nobody, ZH_PURPOSE_OPERATE))
        return ZH_DENIED;
    uint32_t id;
    const zh_err e = head_of((const uint8_t *)sealed.data, sealed.size, &id);
    if (e != ZH_OK) return e;
    const struct zh_sealer_key_ *key = key_of(sealer, id);
    if (key == NULL) return ZH_ABSENT;
    const bound b = bind('L', id, sealer->workspace_, place, (zh_event_key){ 0 });
    return extract(&b, key->letter, sealed, arena, plain);
}

/* --- secrets of sources ----------------------------------------------------------------------- */

/* What is nobody's but the workspace's: `letter` says of what, `number` and `name` whose. */
static zh_err seal_own(const zh_sealer *sealer, char letter, uint64_t number, zh_event_key name, zh_sv plain, zh_buf *out)
{
    if (plain.size > ZH_SEAL_PLAIN_BYTES_MAX) return ZH_RANGE;
    const struct zh_sealer_key_ *key = &sealer->keys_[0];
    const bound b = bind(letter, key->id, sealer->workspace_, number, name);
    return append(sealer, &b, key->letter, plain, out);
}

static zh_err unseal_own(const zh_sealer *sealer, char letter, uint64_t number, zh_event_key name, zh_sv sealed, zh_arena *arena, zh_sv *plain)
{
    uint32_t id;
    const zh_err e = head_of((const uint8_t *)sealed.data, sealed.size, &id);
    if (e != ZH_OK) return e;
    const struct zh_sealer_key_ *key = key_of(sealer, id);
    if (key == NULL) return ZH_ABSENT;
    const bound b = bind(letter, id, sealer->workspace_, number, name);
    return extract(&b, key->letter, sealed, arena, plain);
}

static const zh_event_key no_name = { 0 };
static zh_event_key name_of(zh_sv channel) { return (zh_event_key){ zh_fast64(channel), 0 }; }

zh_err zh_seal_secret(const zh_sealer *sealer, zh_source_id source, zh_sv plain, zh_buf *out) { return seal_own(sealer, 'S', source.number, no_name, plain, out); }
zh_err zh_unseal_secret(const zh_sealer *sealer, zh_source_id source, zh_sv sealed, zh_arena *arena, zh_sv *plain) { return unseal_own(sealer, 'S', source.number, no_name, sealed, arena, plain); }
zh_err zh_seal_factor(const zh_sealer *sealer, uint32_t user, zh_sv plain, zh_buf *out) { return seal_own(sealer, 'F', user, no_name, plain, out); }
zh_err zh_unseal_factor(const zh_sealer *sealer, uint32_t user, zh_sv sealed, zh_arena *arena, zh_sv *plain) { return unseal_own(sealer, 'F', user, no_name, sealed, arena, plain); }
zh_err zh_seal_channel_secret(const zh_sealer *sealer, zh_sv channel, zh_sv plain, zh_buf *out) { return seal_own(sealer, 'C', channel.size, name_of(channel), plain, out); }
zh_err zh_unseal_channel_secret(const zh_sealer *sealer, zh_sv channel, zh_sv sealed, zh_arena *arena, zh_sv *plain) { return unseal_own(sealer, 'C', channel.size, name_of(channel), sealed, arena, plain); }

/* --- numbers that stand for outside ids ----------------------------------------------------- */

/* Each kind has a key of its own, so the same text under two kinds gives unrelated numbers. */
zh_blind_id zh_blind(const zh_sealer *sealer, zh_blind_kind kind, zh_sv external_id)
{
    assert((unsigned)kind < ZH_BLIND_COUNT);
    uint8_t hash[16];
    crypto_shorthash_siphashx24(hash, (const uint8_t *)external_id.data, external_id.size, sealer->blind_[kind]);
    return (zh_blind_id){ .high = get_le(hash, 8), .low = get_le(hash + 8, 8) };
}

/* PRF(source u32 ‖ 0 ‖ messageId); of a message id beyond the stated length PRF(source ‖ 1 ‖ PRF(messageId)). */
zh_event_key zh_dedup_key(const zh_sealer *sealer, zh_source_id source, zh_sv message_id)
{
    enum { SHORT_BYTES_MAX = 100 };
    uint8_t bytes[5 + SHORT_BYTES_MAX], hash[16];
    size_t size = message_id.size;
    put_le(bytes, source.number, 4);
    bytes[4] = size > SHORT_BYTES_MAX;
    if (size > SHORT_BYTES_MAX) {
        crypto_shorthash_siphashx24(bytes + 5, (const uint8_t *)message_id.data, size, sealer->dedup_);
        size = 16;
    } else if (size > 0) {
        memcpy(bytes + 5, message_id.data, size);
    }
    crypto_shorthash_siphashx24(hash, bytes, 5 + size, sealer->dedup_);
    return (zh_event_key){ .high = get_le(hash, 8), .low = get_le(hash + 8, 8) };
}

/* --- signatures ----------------------------------------------------------------------------- */

void zh_seal_sign(const zh_sealer *sealer, zh_sv what, zh_sv bytes, uint8_t out[32])
{
    crypto_generichash_state state;
    const uint8_t size = (uint8_t)what.size; /* so that a name and bytes are never another name and other bytes */
    assert(what.size <= UINT8_MAX);
    crypto_generichash_init(&state, sealer->sign_, sizeof sealer->sign_, 32);
    crypto_generichash_update(&state, &size, 1);
    crypto_generichash_update(&state, (const uint8_t *)what.data, what.size);
    crypto_generichash_update(&state, (const uint8_t *)bytes.data, bytes.size);
    crypto_generichash_final(&state, out, 32);
    zh_wipe(&state, sizeof state);
}
