/* itemsets.h -- what is often bought together: frequent sets of items by FP-growth, and rules out of them.
 *
 * Baskets become a tree of prefixes, items in order of falling frequency, so that equal beginnings are kept once; an item's
 * sets are found in the smaller tree of the paths that lead to it. No candidate is made that does not occur.
 *
 * A set is frequent when at least min_count baskets hold it. A rule {left} -> right has one item on the right:
 *     support count(all)/n     confidence count(all)/count(left)     lift confidence / (count(right)/n)
 *     leverage support - count(left)/n * count(right)/n     conviction (1 - count(right)/n) / (1 - confidence)
 *
 * Guarantees  every frequent set of at most length_max items exactly once, those of one item included.
 * Cost        memory in proportion to the baskets and the answer; time to the sum of the trees.
 * Source      Han, Pei, Yin, SIGMOD 2000; rules: Agrawal, Imielinski, Swami, SIGMOD 1993; lift: Brin et al., SIGMOD 1997.
 */
#ifndef ZH_MEASURE_ITEMSETS_H
#define ZH_MEASURE_ITEMSETS_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"

#define ZH_ITEMSET_LENGTH_MAX 64               /* items of one set; a set of 64 has 10^19 parts, all frequent */
#define ZH_ITEMSETS_MAX ((size_t)20000000)     /* sets of one answer; more is no answer */
#define ZH_ITEMSETS_BYTES_MAX ((size_t)8 << 30) /* of a tree or an answer */

typedef struct zh_baskets {
    const uint32_t *items; /* all baskets one behind another; an item at most once in each */
    const uint64_t *from;  /* [count + 1]: where each begins */
    uint64_t count;
    uint32_t items_count;  /* items are numbers below it */
} zh_baskets;

typedef struct zh_itemset {
    uint64_t from;  /* in `items` */
    uint64_t count; /* baskets that hold it */
    uint64_t hash;  /* of its items, in any order */
    uint32_t length;
} zh_itemset;

typedef struct zh_itemsets {
    zh_buf sets_, items_; /* private */
    zh_map by_hash_;      /* private; filled by zh_itemsets_index() */
    size_t count;
} zh_itemsets;

/* Errors: ZH_NOMEM, ZH_FULL over ZH_ITEMSETS_MAX. `arena` is used for work. Close in any case. */
ZH_MUST zh_err zh_itemsets_find(zh_itemsets *out, zh_arena *arena, const zh_baskets *baskets, uint64_t min_count, uint32_t length_max);
/* The same with a bound of its own: ZH_FULL over `sets_max`. */
ZH_MUST zh_err zh_itemsets_find_most(zh_itemsets *out, zh_arena *arena, const zh_baskets *baskets, uint64_t min_count, uint32_t length_max, size_t sets_max);
void zh_itemsets_close(zh_itemsets *sets);
const zh_itemset *zh_itemsets_at(const zh_itemsets *sets, size_t index);
const uint32_t *zh_itemsets_items(const zh_itemsets *sets, const zh_itemset *set);

typedef struct zh_association {
    size_t set;    /* of all items */
    uint32_t right;
    double support, confidence, lift;
    double leverage;   /* support - what it would be by chance */
    double conviction; /* (1 - count(right)/n) / (1 - confidence); INFINITY where the confidence is 1 */
} zh_association;

/* Before rules: look-up by items. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_itemsets_index(zh_itemsets *sets);
/* The rule of a set of two items or more with its item at `place` on the right, out of n baskets. */
zh_association zh_itemsets_rule(const zh_itemsets *sets, size_t set, uint32_t place, uint64_t baskets);

#endif
