/* bloom.h -- a growing set of hashes that answers "certainly not" or "perhaps": a Bloom filter in blocks of a cache line.
 *
 * Parts are added as it fills, each three times as large as all before (at most ZH_BLOOM_PART_KEYS_MAX keys), so nothing is ever built anew.
 *
 * Guarantees  what was added is always "perhaps"; of what was not, about 0.7 in a hundred and part are. Nothing can be taken out.
 * Cost        add: one miss of the cache; a question: one a part, which run side by side. 11.6 bits a key when full.
 * Keys        128-bit hashes, of which any bits are as good as any other.
 * Threads     readers together or one writer.
 * Source      Putze, Sanders, Singler, "Cache-, hash- and space-efficient Bloom filters", JEA 14 (2009).
 */
#ifndef ZH_BASE_BLOOM_H
#define ZH_BASE_BLOOM_H
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZH_BLOOM_PARTS_MAX 64
#define ZH_BLOOM_PART_KEYS_MAX ((size_t)16 << 20) /* 24 MB; a reserved first part may be larger */

typedef struct zh_bloom_part { /* private */
    uint64_t (*blocks)[8];
    size_t blocks_count, keys, keys_max;
} zh_bloom_part;

typedef struct zh_bloom { /* zeros: empty */
    zh_bloom_part parts_[ZH_BLOOM_PARTS_MAX]; /* private */
    unsigned parts_count_;                    /* private */
    size_t keys;                              /* added, repeated ones too */
} zh_bloom;

/* Make the first part large enough for so many keys; only while nothing was added. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_bloom_reserve(zh_bloom *bloom, size_t keys);
void zh_bloom_close(zh_bloom *bloom);
/* Errors: ZH_NOMEM, ZH_FULL (ZH_BLOOM_PARTS_MAX): it is not in, the set may no longer be relied on. */
ZH_MUST zh_err zh_bloom_add(zh_bloom *bloom, uint64_t high, uint64_t low);
void zh_bloom_prefetch(const zh_bloom *bloom, uint64_t high); /* it will be asked soon. A hint */
bool zh_bloom_may_have(const zh_bloom *bloom, uint64_t high, uint64_t low);
size_t zh_bloom_bytes(const zh_bloom *bloom);

#endif
