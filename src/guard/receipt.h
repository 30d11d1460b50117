/* receipt.h -- a statement of the workspace that anybody can check, who has its public key: Ed25519.
 *
 * zh_seal_sign() is for the workspace itself: only who has the key can check it. A receipt goes to a customer or an authority, so its
 * signature is one of two keys. The secret one is derived from the workspace's index key, which stays for the life of the workspace, so a
 * receipt of today is checked with the public key of then.
 *
 * On paper it is a JSON Web Signature (RFC 7515, flattened; EdDSA of RFC 8037): "protected" and "payload" in base64url, "signature" over
 * both with a dot between. Any library for JWS checks it.
 *
 * Cost        about 50 us a signature.
 * Threads     pure.
 * Source      RFC 8032; libsodium's crypto_sign.
 */
#ifndef ZH_GUARD_RECEIPT_H
#define ZH_GUARD_RECEIPT_H
#include "guard/seal.h"

#define ZH_RECEIPT_PUBLIC_BYTES 32
#define ZH_RECEIPT_SIGNATURE_BYTES 64
#define ZH_RECEIPT_BYTES_MAX 65536 /* of what is signed */

/* The public key of this workspace. */
void zh_receipt_public(const zh_sealer *sealer, uint8_t out[ZH_RECEIPT_PUBLIC_BYTES]);
void zh_receipt_sign(const zh_sealer *sealer, zh_sv bytes, uint8_t out[ZH_RECEIPT_SIGNATURE_BYTES]);
/* Is it the signature of these bytes by who has the key? Any bytes may be given. ZH_IO: libsodium cannot start; ZH_CORRUPT: it is not. */
ZH_MUST zh_err zh_receipt_check(const uint8_t key[ZH_RECEIPT_PUBLIC_BYTES], zh_sv bytes, const uint8_t signature[ZH_RECEIPT_SIGNATURE_BYTES]);

#endif
