#include "guard/digest.h"

#include <sodium.h>

_Static_assert(sizeof(crypto_generichash_state) <= sizeof(zh_digest), "the state of libsodium fits");
_Static_assert(_Alignof(crypto_generichash_state) <= _Alignof(zh_digest), "and lies as it must");

static crypto_generichash_state *state_of(zh_digest *d)
{
    return (crypto_generichash_state *)(void *)d->state_;
}

zh_err zh_digest_begin(zh_digest *d)
{
    if (sodium_init() < 0) return ZH_IO;
    crypto_generichash_init(state_of(d), NULL, 0, ZH_DIGEST_BYTES);
    return ZH_OK;
}

void zh_digest_put(zh_digest *d, zh_sv bytes)
{
    if (bytes.size > 0) crypto_generichash_update(state_of(d), (const uint8_t *)bytes.data, bytes.size);
}

void zh_digest_end(zh_digest *d, uint8_t out[ZH_DIGEST_BYTES])
{
    crypto_generichash_final(state_of(d), out, ZH_DIGEST_BYTES);
}

void zh_digest_print(const uint8_t digest[ZH_DIGEST_BYTES], char out[ZH_DIGEST_TEXT_BYTES])
{
    sodium_bin2hex(out, ZH_DIGEST_TEXT_BYTES, digest, ZH_DIGEST_BYTES);
}

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

zh_err zh_digest_parse(zh_sv text, uint8_t out[ZH_DIGEST_BYTES])
{
    if (text.size != 2 * ZH_DIGEST_BYTES) return ZH_FORMAT;
    for (size_t i = 0; i < ZH_DIGEST_BYTES; i++) {
        const int high = digit(text.data[2 * i]), low = digit(text.data[2 * i + 1]);
        if (high < 0 || low < 0) return ZH_FORMAT;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return ZH_OK;
}

bool zh_digest_equal(const uint8_t a[ZH_DIGEST_BYTES], const uint8_t b[ZH_DIGEST_BYTES])
{
    return sodium_memcmp(a, b, ZH_DIGEST_BYTES) == 0;
}
