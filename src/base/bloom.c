#include "base/bloom.h"

#include <stdlib.h>

#define KEYS_A_BLOCK 44
#define BITS_A_KEY 7
#define FIRST_KEYS ((size_t)1 << 20) /* 1.3 MB; few parts keep questions cheap and mistakes rare */

/* Block by the high half, bits by the low one: seven numbers of nine bits. */
static size_t block_of(const zh_bloom_part *part, uint64_t high)
{
    return (size_t)((unsigned __int128)high * part->blocks_count >> 64);
}

static zh_err add_part(zh_bloom *bloom, size_t keys)
{
    if (bloom->parts_count_ == ZH_BLOOM_PARTS_MAX) return ZH_FULL;
    zh_bloom_part part = { .blocks_count = keys / KEYS_A_BLOCK + 1 };
    part.keys_max = part.blocks_count * KEYS_A_BLOCK;
    void *room = NULL;
    if (posix_memalign(&room, sizeof *part.blocks, part.blocks_count * sizeof *part.blocks) != 0) return ZH_NOMEM;
    part.blocks = room;
    for (size_t i = 0; i < part.blocks_count; i++)
        for (int word = 0; word < 8; word++) part.blocks[i][word] = 0;
    bloom->parts_[bloom->parts_count_++] = part;
    return ZH_OK;
}

zh_err zh_bloom_reserve(zh_bloom *bloom, size_t keys)
{
    return bloom->parts_count_ > 0 || keys == 0 ? ZH_OK : add_part(bloom, keys);
}

void zh_bloom_close(zh_bloom *bloom)
{
    for (unsigned i = 0; i < bloom->parts_count_; i++) free(bloom->parts_[i].blocks);
    *bloom = (zh_bloom){ 0 };
}

zh_err zh_bloom_add(zh_bloom *bloom, uint64_t high, uint64_t low)
{
    zh_bloom_part *last = bloom->parts_count_ == 0 ? NULL : &bloom->parts_[bloom->parts_count_ - 1];
    if (last == NULL || last->keys == last->keys_max) {
        size_t keys = bloom->keys < FIRST_KEYS / 3 ? FIRST_KEYS : bloom->keys * 3;
        if (keys > ZH_BLOOM_PART_KEYS_MAX) keys = ZH_BLOOM_PART_KEYS_MAX;
        const zh_err e = add_part(bloom, keys);
        if (e != ZH_OK) return e;
        last = &bloom->parts_[bloom->parts_count_ - 1];
    }
    uint64_t *block = last->blocks[block_of(last, high)];
    for (int i = 0; i < BITS_A_KEY; i++, low >>= 9) block[low >> 6 & 7] |= (uint64_t)1 << (low & 63);
    last->keys++;
    bloom->keys++;
    return ZH_OK;
}

void zh_bloom_prefetch(const zh_bloom *bloom, uint64_t high)
{
    for (unsigned i = 0; i < bloom->parts_count_; i++) __builtin_prefetch(bloom->parts_[i].blocks[block_of(&bloom->parts_[i], high)]);
}

static bool part_may_have(const zh_bloom_part *part, uint64_t high, uint64_t low)
{
    const uint64_t *block = part->blocks[block_of(part, high)];
    uint64_t all = 1;
    for (int i = 0; i < BITS_A_KEY; i++, low >>= 9) all &= block[low >> 6 & 7] >> (low & 63);
    return (all & 1) != 0;
}

bool zh_bloom_may_have(const zh_bloom *bloom, uint64_t high, uint64_t low)
{
    for (unsigned i = bloom->parts_count_; i-- > 0;)
        if (part_may_have(&bloom->parts_[i], high, low)) return true;
    return false;
}

size_t zh_bloom_bytes(const zh_bloom *bloom)
{
    size_t bytes = 0;
    for (unsigned i = 0; i < bloom->parts_count_; i++) bytes += bloom->parts_[i].blocks_count * sizeof *bloom->parts_[i].blocks;
    return bytes;
}
