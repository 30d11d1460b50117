#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>
#ifdef __SSE4_2__
#include <nmmintrin.h>
#endif

static uint64_t load64(const char *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static uint64_t rotate(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
    v[0] += v[1]; v[1] = rotate(v[1], 13); v[1] ^= v[0]; v[0] = rotate(v[0], 32);
    v[2] += v[3]; v[3] = rotate(v[3], 16); v[3] ^= v[2];
    v[0] += v[3]; v[3] = rotate(v[3], 21); v[3] ^= v[0];
    v[2] += v[1]; v[1] = rotate(v[1], 17); v[1] ^= v[2]; v[2] = rotate(v[2], 32);
}

uint64_t zh_sip64(const zh_sip_key *key, zh_sv bytes)
{
    const uint64_t k0 = load64((const char *)key->bytes), k1 = load64((const char *)key->bytes + 8);
    uint64_t v[4] = { k0 ^ 0x736f6d6570736575u, k1 ^ 0x646f72616e646f6du,
                      k0 ^ 0x6c7967656e657261u, k1 ^ 0x7465646279746573u };
    const size_t whole = bytes.size / 8 * 8;
    for (size_t i = 0; i < whole; i += 8) {
        const uint64_t m = load64(bytes.data + i);
        v[3] ^= m;
        sip_round(v), sip_round(v);
        v[0] ^= m;
    }
    uint64_t last = (uint64_t)bytes.size << 56;
    for (size_t i = whole; i < bytes.size; i++)
        last |= (uint64_t)(unsigned char)bytes.data[i] << (8 * (i - whole));
    v[3] ^= last;
    sip_round(v), sip_round(v);
    v[0] ^= last;
    v[2] ^= 0xff;
    sip_round(v), sip_round(v), sip_round(v), sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t zh_fast64(zh_sv bytes)
{
    return XXH3_64bits(bytes.data, bytes.size);
}

uint32_t zh_crc32c(uint32_t before, zh_sv bytes)
{
    uint64_t crc = ~before;
    size_t i = 0;
#ifdef __SSE4_2__
    for (; i + 8 <= bytes.size; i += 8) crc = _mm_crc32_u64(crc, load64(bytes.data + i));
    for (; i < bytes.size; i++) crc = _mm_crc32_u8((uint32_t)crc, (unsigned char)bytes.data[i]);
#else
    for (; i < bytes.size; i++) {
        crc ^= (unsigned char)bytes.data[i];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (0x82F63B78u & (0u - (uint32_t)(crc & 1)));
    }
#endif
    return ~(uint32_t)crc;
}
