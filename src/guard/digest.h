/* digest.h -- what bytes are, in 32 bytes: BLAKE2b-256, fed in pieces.
 *
 * For files too large to hold. Nobody can find other bytes with the same digest; who may have written them, a digest does not
 * say (zh_seal_sign does).
 *
 * Cost        about 1 GB/s.
 * Threads     none inside; a digest belongs to one thread.
 * Source      RFC 7693, by libsodium.
 */
#ifndef ZH_GUARD_DIGEST_H
#define ZH_GUARD_DIGEST_H
#include "base/err.h"
#include "base/sv.h"

#include <stdbool.h>
#include <stdint.h>

#define ZH_DIGEST_BYTES 32
#define ZH_DIGEST_TEXT_BYTES (2 * ZH_DIGEST_BYTES + 1) /* hexadecimal, with the NUL */

typedef struct zh_digest { _Alignas(64) uint8_t state_[384]; } zh_digest; /* private */

ZH_MUST zh_err zh_digest_begin(zh_digest *digest); /* ZH_IO: libsodium cannot start */
void zh_digest_put(zh_digest *digest, zh_sv bytes);
void zh_digest_end(zh_digest *digest, uint8_t out[ZH_DIGEST_BYTES]);

void zh_digest_print(const uint8_t digest[ZH_DIGEST_BYTES], char out[ZH_DIGEST_TEXT_BYTES]);
ZH_MUST zh_err zh_digest_parse(zh_sv text, uint8_t out[ZH_DIGEST_BYTES]); /* ZH_FORMAT */
/* In constant time, so that a wrong signature does not tell how much of it was right. */
bool zh_digest_equal(const uint8_t a[ZH_DIGEST_BYTES], const uint8_t b[ZH_DIGEST_BYTES]);

#endif
