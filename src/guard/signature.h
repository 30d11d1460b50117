/* signature.h -- is this body really from the shop that knows the secret?
 *
 *     signature = base64(HMAC-SHA256(secret, the body's bytes as they came))
 *
 * Both Shopify and WooCommerce sign so. The bytes are compared in constant time, before anything is parsed.
 *
 * Cost        about 3 ns a byte.
 * Source      RFC 2104, FIPS 180-4; libsodium's crypto_auth_hmacsha256.
 */
#ifndef ZH_GUARD_SIGNATURE_H
#define ZH_GUARD_SIGNATURE_H
#include "base/sv.h"

#define ZH_SIGNATURE_SECRET_BYTES_MIN 8   /* shorter ones can be tried out */
#define ZH_SIGNATURE_SECRET_BYTES_MAX 256 /* those of shops have 32 to 64 */

/* `signature`: base64, padded. An empty secret or signature never fits. */
bool zh_signature_fits(zh_sv secret, zh_sv body, zh_sv signature);

#endif
