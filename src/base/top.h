/* top.h -- the best few of many: by score, highest first, equal scores by the smaller key.
 *
 * A heap whose root is the worst one kept: what cannot get in costs one comparison. The order is
 * total, so the result does not depend on the order of the offers.
 *
 * Cost        offer O(log limit), O(1) for most of a long walk; sort O(limit log limit).
 * Memory      the caller's entries.
 */
#ifndef ZH_BASE_TOP_H
#define ZH_BASE_TOP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct zh_top_entry {
    int64_t score;
    uint64_t key;   /* different for every offer */
    uint64_t extra; /* carried along */
} zh_top_entry;

typedef struct zh_top {
    zh_top_entry *entries; /* borrowed, room for `limit` */
    size_t count, limit;
} zh_top;

static inline zh_top zh_top_open(zh_top_entry *entries, size_t limit)
{
    return (zh_top){ entries, 0, limit };
}

static inline bool zh_top_better(zh_top_entry a, zh_top_entry b)
{
    return a.score != b.score ? a.score > b.score : a.key < b.key;
}

void zh_top_add(zh_top *top, zh_top_entry entry); /* private: offer without the first look */

/* Would it be kept now? */
static inline bool zh_top_wants(const zh_top *top, int64_t score, uint64_t key)
{
    if (top->count < top->limit) return true;
    return top->limit > 0 && zh_top_better((zh_top_entry){ .score = score, .key = key }, top->entries[0]);
}

static inline void zh_top_offer(zh_top *top, int64_t score, uint64_t key, uint64_t extra)
{
    if (zh_top_wants(top, score, key)) zh_top_add(top, (zh_top_entry){ score, key, extra });
}

/* Best first; nothing may be offered afterwards. */
void zh_top_sort(zh_top *top);

#endif
