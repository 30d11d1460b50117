/* seal.h -- personal bytes sealed under a customer's own key, so that forgetting the key forgets them.
 *
 *   key file  KEK ──wraps──► workspace key (random, numbered, rotates) ──wraps──► DEK of each customer
 *                            index key (random, stays for ever) ──derives──► blind, dedup keys
 *
 * The seal is XChaCha20-Poly1305 of libsodium. What a sealed thing belongs to (workspace, customer,
 * event) is authenticated with it, so bytes moved elsewhere do not open. The nonce is a keyed hash of
 * what is sealed (a synthetic nonce, Rogaway and Shrimpton 2006): the same bytes at the same place
 * give the same sealed bytes, other bytes another nonce. A counter or a customer number alone would
 * be unique only as long as no crash, replay or repeated messageId makes it come again; a nonce
 * that comes twice would open both. The price is 16 bytes a sealed thing.
 *
 * The index keys do not rotate: a new one would lose every look-up and every dedup entry.
 * Rotation = a new workspace key number; DEKs are unwrapped and wrapped again, sealed bytes stay.
 * Erasure = the wrapped DEK is dropped.
 *
 * Guarantees  a changed byte anywhere in sealed bytes, or another customer, event or workspace, is
 *             refused (tested byte by byte); unsealing without a permit does not compile.
 * Cost        300 bytes sealed < 2 us, blind and dedup keys < 80 ns (bench/guard_bench.c, an idle core).
 * Threads     a sealer is read-only after open: any number of threads.
 * Randomness  comes in: keys and nonces are made by the caller from the system's source.
 * Not here    files and file modes of the KEK (sys, app), storage of wrapped keys (store).
 * Source      RFC 8439, draft-irtf-cfrg-xchacha-03; SipHash-2-4-128 (Aumasson, Bernstein 2012).
 */
#ifndef ZH_GUARD_SEAL_H
#define ZH_GUARD_SEAL_H
#include "base/arena.h"
#include "base/buf.h"
#include "core/id.h"
#include "guard/permit.h"

#define ZH_SEAL_PLAIN_BYTES_MAX (16u << 20) /* a dead letter may be a whole request: 10 MiB, and a margin */
#define ZH_SEALED_EXTRA_BYTES 37            /* sealed size - plain size */
#define ZH_SEALER_KEYS_MAX 4                /* workspace keys at a time: one in use, others while rewrapping */

typedef struct zh_kek { uint8_t bytes[32]; } zh_kek;

/* The workspace's secrets in clear; wipe with zh_wipe() as soon as the sealer is open. */
typedef struct zh_workspace_key {
    uint32_t id;       /* from 1, one more at each rotation */
    uint8_t seal[32];  /* random; new at each rotation */
    uint8_t index[32]; /* random; the same for the life of the workspace */
} zh_workspace_key;
/* [version u8 = 1][key id u32][nonce 24][seal, index: 64, encrypted][tag 16] */
#define ZH_WRAPPED_WORKSPACE_BYTES 109
typedef struct zh_wrapped_workspace { uint8_t bytes[ZH_WRAPPED_WORKSPACE_BYTES]; } zh_wrapped_workspace;

/* `nonce`: 24 fresh random bytes. Errors: ZH_IO libsodium cannot start. */
ZH_MUST zh_err zh_workspace_wrap(const zh_kek *kek, zh_workspace_id workspace, const zh_workspace_key *key,
    const uint8_t nonce[24], zh_wrapped_workspace *out);
/* Errors: ZH_FORMAT a version unknown here, ZH_CORRUPT another KEK, another workspace or damage, ZH_IO. */
ZH_MUST zh_err zh_workspace_unwrap(const zh_kek *kek, zh_workspace_id workspace,
    const zh_wrapped_workspace *wrapped, zh_workspace_key *out);

/* Kinds of outside ids; the same text under two kinds gives unrelated numbers. Stored: append only. */
typedef enum zh_blind_kind {
    ZH_BLIND_USER = 0, ZH_BLIND_ANONYMOUS, ZH_BLIND_EMAIL, ZH_BLIND_PHONE, ZH_BLIND_DEVICE, ZH_BLIND_GROUP,
    ZH_BLIND_OTHER, ZH_BLIND_COUNT
} zh_blind_kind;
typedef struct zh_blind_id { uint64_t high, low; } zh_blind_id; /* a keyed 128-bit hash */
static inline bool zh_blind_id_equal(zh_blind_id a, zh_blind_id b)
{
    return a.high == b.high && a.low == b.low;
}

typedef struct zh_sealer { /* all fields private; holds secrets: wiped by close */
    zh_workspace_id workspace_;
    uint32_t keys_count_;
    struct zh_sealer_key_ { uint32_t id; uint8_t wrap[32], letter[32]; } keys_[ZH_SEALER_KEYS_MAX];
    uint8_t nonce_[16], nonce_plain_[16], dedup_[16], blind_[ZH_BLIND_COUNT][16], sign_[32];
} zh_sealer;

/* keys[0] seals, all unseal; equal `index` in all, different ids (assert). Caller closes.
 * Errors: ZH_IO libsodium cannot start. */
ZH_MUST zh_err zh_sealer_open(zh_sealer *out, zh_workspace_id workspace, const zh_workspace_key *keys,
    size_t count);
void zh_sealer_close(zh_sealer *sealer);

/* A customer's key: made by the caller from random bytes, kept only wrapped.
 * [version u8 = 1][key id u32][nonce 16][key 32, encrypted][tag 16] */
typedef struct zh_dek { uint8_t bytes[32]; } zh_dek;
#define ZH_WRAPPED_DEK_BYTES 69
typedef struct zh_wrapped_dek { uint8_t bytes[ZH_WRAPPED_DEK_BYTES]; } zh_wrapped_dek;

zh_wrapped_dek zh_seal_wrap(const zh_sealer *sealer, zh_customer_id customer, const zh_dek *dek);
/* Errors: ZH_FORMAT version, ZH_ABSENT a key id the sealer does not hold, ZH_CORRUPT. Wipe the result. */
ZH_MUST zh_err zh_seal_unwrap(const zh_sealer *sealer, zh_customer_id customer,
    const zh_wrapped_dek *wrapped, zh_dek *out);
/* Wrap again under keys[0]: one step of a rotation. Errors as unwrap. */
ZH_MUST zh_err zh_seal_rewrap(const zh_sealer *sealer, zh_customer_id customer, zh_wrapped_dek *wrapped);

/* Seal the personal part of an event, appended to `out` (size + ZH_SEALED_EXTRA_BYTES).
 * [version u8 = 1][key id u32][nonce 16][ciphertext][tag 16]; packing the log makes a smaller form of it (seal_compact.h). Writing
 * needs no permit: it hides.
 * `dek` == NULL: the customer was erased, ZH_ABSENT. Errors: ZH_ABSENT, ZH_FORMAT, ZH_CORRUPT (of the
 * wrapped key), ZH_RANGE too large, ZH_NOMEM, ZH_FULL (of the buffer). */
ZH_MUST zh_err zh_seal_personal(const zh_sealer *sealer, zh_customer_id customer, const zh_wrapped_dek *dek,
    zh_event_key event, zh_sv plain, zh_buf *out);
/* The same with the key already unwrapped, for several events of one customer in a batch: unwrapping is
 * a third of the whole cost. The same bytes come out. */
ZH_MUST zh_err zh_seal_personal_under(const zh_sealer *sealer, zh_customer_id customer, const zh_dek *dek,
    zh_event_key event, zh_sv plain, zh_buf *out);
/* Open it. The permit must cover the customer; any purpose but ANALYTICS, which works on what is
 * not personal. *plain lives in the arena. Errors: ZH_DENIED, ZH_ABSENT erased, ZH_FORMAT, ZH_CORRUPT,
 * ZH_NOMEM. */
ZH_MUST zh_err zh_unseal_personal(const zh_sealer *sealer, zh_customer_id customer, const zh_wrapped_dek *dek,
    zh_event_key event, const zh_permit *permit, zh_sv sealed, zh_arena *arena, zh_sv *plain);

/* Dead letters: nobody's yet, so under the workspace's key. `place`: a number stored beside the letter
 * (its id, or its received_ms) and asked for again. Opening needs a permit of SUPPORT or OPERATE for
 * customer 0. The sealed form is as above. Errors as above. */
ZH_MUST zh_err zh_seal_letter(const zh_sealer *sealer, uint64_t place, zh_sv plain, zh_buf *out);
ZH_MUST zh_err zh_unseal_letter(const zh_sealer *sealer, uint64_t place, const zh_permit *permit,
    zh_sv sealed, zh_arena *arena, zh_sv *plain);

/* The secret a shop signs its webhooks with, under the workspace's key; bound to its source. It is no customer's, so
 * no permit is asked. Wipe *plain after use. Errors as above. */
ZH_MUST zh_err zh_seal_secret(const zh_sealer *sealer, zh_source_id source, zh_sv plain, zh_buf *out);
ZH_MUST zh_err zh_unseal_secret(const zh_sealer *sealer, zh_source_id source, zh_sv sealed, zh_arena *arena, zh_sv *plain);

/* The same of a channel that messages leave by; bound to its name. */
ZH_MUST zh_err zh_seal_channel_secret(const zh_sealer *sealer, zh_sv channel, zh_sv plain, zh_buf *out);
ZH_MUST zh_err zh_unseal_channel_secret(const zh_sealer *sealer, zh_sv channel, zh_sv sealed, zh_arena *arena, zh_sv *plain);
/* The secret of a person's authenticator app (totp.h), in the same way; bound to the number of the user. */
ZH_MUST zh_err zh_seal_factor(const zh_sealer *sealer, uint32_t user, zh_sv plain, zh_buf *out);
ZH_MUST zh_err zh_unseal_factor(const zh_sealer *sealer, uint32_t user, zh_sv sealed, zh_arena *arena, zh_sv *plain);

/* What stands for an outside id in indexes. The caller normalises the text (case of e-mail, digits of phone). */
zh_blind_id zh_blind(const zh_sealer *sealer, zh_blind_kind kind, zh_sv external_id);
/* What makes an event itself: (source, messageId). */
zh_event_key zh_dedup_key(const zh_sealer *sealer, zh_source_id source, zh_sv message_id);

/* A signature that only who has the workspace's key can make: a keyed hash (BLAKE2b-256) of `what`, a name for the kind of
 * thing, and its bytes. Compare with zh_digest_equal of guard/digest.h. */
void zh_seal_sign(const zh_sealer *sealer, zh_sv what, zh_sv bytes, uint8_t out[32]);

/* Overwrite a secret so that the compiler cannot leave it out. */
void zh_wipe(void *bytes, size_t size);

#endif
