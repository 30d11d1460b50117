#include "guard/signature.h"
#include "base/b64.h"

#include <sodium.h>

#define DIGEST_BYTES crypto_auth_hmacsha256_BYTES

bool zh_signature_fits(zh_sv secret, zh_sv body, zh_sv signature)
{
    uint8_t own[DIGEST_BYTES];
    crypto_auth_hmacsha256_state state;
    if (secret.size == 0 || secret.size > ZH_SIGNATURE_SECRET_BYTES_MAX) return false;
    zh_buf sent = zh_buf_open(DIGEST_BYTES);
    const bool is_digest = zh_b64_decode(signature, &sent) == ZH_OK && sent.size == DIGEST_BYTES;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)secret.data, secret.size);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)body.data, body.size);
    crypto_auth_hmacsha256_final(&state, own);
    const bool fits = is_digest && sodium_memcmp(own, sent.data, DIGEST_BYTES) == 0;
    sodium_memzero(&state, sizeof state);
    sodium_memzero(own, sizeof own);
    zh_buf_close(&sent);
    return fits;
}
