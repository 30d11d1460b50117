/* rng.h -- random numbers one can name: (seed, stream, index) -> 64 bits.
 *
 * Counter-based: the i-th number of a stream needs no numbers before it, so a decision can be
 * replayed from its record. The mixing is SplitMix64 over a keyed counter, twice.
 * Source: Salmon et al., SC 2011 (the counter idea); Steele, Lea, Flood, OOPSLA 2014 (the mixer).
 *
 * Not here    secrets: keys, nonces and tokens come from libsodium (guard).
 */
#ifndef ZH_BASE_RNG_H
#define ZH_BASE_RNG_H
#include "base/hash.h"

typedef struct zh_rng {
    uint64_t seed, stream, index; /* index: numbers drawn so far */
} zh_rng;

static inline uint64_t zh_rng_at(uint64_t seed, uint64_t stream, uint64_t index)
{
    const uint64_t key = zh_mix64(seed + 0x9E3779B97F4A7C15u) ^ zh_mix64(stream * 0xD1342543DE82EF95u + 1);
    return zh_mix64(zh_mix64(key + index * 0x9E3779B97F4A7C15u) ^ key);
}

static inline uint64_t zh_rng_next(zh_rng *rng)
{
    return zh_rng_at(rng->seed, rng->stream, rng->index++);
}

/* Uniform in [0, 1), 53 bits. */
static inline double zh_rng_unit(zh_rng *rng)
{
    return (double)(zh_rng_next(rng) >> 11) * 0x1p-53;
}

/* Uniform in [0, below), below > 0, without bias beyond 2^-64 (multiply-shift, Lemire 2019). */
static inline uint64_t zh_rng_below(zh_rng *rng, uint64_t below)
{
    return (uint64_t)(((unsigned __int128)zh_rng_next(rng) * below) >> 64);
}

#endif
