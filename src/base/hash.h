/* hash.h -- three hashes, each for its own use.
 *
 * zh_sip64   SipHash-2-4, keyed: buckets, and tables whose keys strangers choose.
 *            Source: Aumasson, Bernstein, INDOCRYPT 2012; proof: the paper's own vector.
 * zh_fast64  XXH3-64: content hashes and tables of our own numbers; no secret, no defence.
 * zh_crc32c  CRC-32C (Castagnoli, RFC 3720 appendix B.4): damage in stored bytes.
 *
 * Cost        about 1.3, 0.06 and 0.1 ns a byte. The numbers are part of stored formats: fixed for ever.
 */
#ifndef ZH_BASE_HASH_H
#define ZH_BASE_HASH_H
#include "base/sv.h"

typedef struct zh_sip_key { uint8_t bytes[16]; } zh_sip_key;

uint64_t zh_sip64(const zh_sip_key *key, zh_sv bytes);
uint64_t zh_fast64(zh_sv bytes);

/* Continue with the result of the bytes before, 0 at first: crc(ab) == crc(crc(a), b). */
uint32_t zh_crc32c(uint32_t before, zh_sv bytes);

/* A number into a well-mixed number (splitmix64 finaliser; Steele, Lea, Flood, OOPSLA 2014). */
static inline uint64_t zh_mix64(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

#endif
