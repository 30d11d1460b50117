/* Goal: FP-growth finds every frequent set once, with its count, and rules are the ratios of counts.
 * Method: random baskets of few items against counting all subsets; baskets of many items against pairs counted. */
#include "measure/itemsets.h"
#include "check.h"

#include <math.h>
#include <string.h>

#define ITEMS 11
#define BASKETS 120

static void against_all_subsets(uint64_t *seed)
{
    static uint32_t items[BASKETS * ITEMS];
    static uint64_t from[BASKETS + 1];
    static uint32_t count[1 << ITEMS];
    uint64_t used = 0;
    memset(count, 0, sizeof count);
    for (int b = 0; b < BASKETS; b++) {
        uint32_t mask = 0;
        from[b] = used;
        for (uint32_t i = 0; i < ITEMS; i++)
            if (test_random(seed) % ITEMS > i || test_random(seed) % 4 == 0) mask |= 1u << i; /* few are in most baskets */
        for (uint32_t i = ITEMS; i-- > 0;)
            if (mask >> i & 1) items[used++] = i;
        for (uint32_t s = 1; s < 1 << ITEMS; s++) count[s] += (s & mask) == s;
    }
    from[BASKETS] = used;
    const uint64_t least = 1 + test_random(seed) % 40;
    const uint32_t longest = 1 + (uint32_t)(test_random(seed) % ITEMS);
    zh_arena arena = zh_arena_open(1 << 28);
    zh_itemsets sets;
    CHECK(zh_itemsets_find(&sets, &arena, &(zh_baskets){ items, from, BASKETS, ITEMS }, least, longest) == ZH_OK);
    CHECK(zh_itemsets_index(&sets) == ZH_OK);
    static bool told[1 << ITEMS];
    memset(told, 0, sizeof told);
    for (size_t i = 0; i < sets.count; i++) {
        const zh_itemset *set = zh_itemsets_at(&sets, i);
        const uint32_t *of = zh_itemsets_items(&sets, set);
        uint32_t mask = 0;
        for (uint32_t k = 0; k < set->length; k++) mask |= 1u << of[k];
        CHECK((uint32_t)__builtin_popcount(mask) == set->length && set->length <= longest && !told[mask] && count[mask] == set->count);
        told[mask] = true;
        for (uint32_t k = 0; set->length >= 2 && k < set->length; k++) {
            const zh_association r = zh_itemsets_rule(&sets, i, k, BASKETS);
            const double confidence = (double)count[mask] / count[mask & ~(1u << of[k])];
            CHECK(r.right == of[k] && r.confidence == confidence && r.support == (double)count[mask] / BASKETS);
            CHECK(fabs(r.lift - confidence * BASKETS / count[1u << of[k]]) < 1e-12);
        }
    }
    for (uint32_t s = 1; s < 1 << ITEMS; s++) CHECK(told[s] == (count[s] >= least && (uint32_t)__builtin_popcount(s) <= longest));
    zh_itemsets_close(&sets);
    zh_arena_close(&arena);
}

/* A wide tree: thousands of children under one node, as popular items have. */
static void many_items(uint64_t *seed)
{
    enum { WIDE = 3000, MANY = 20000 };
    static uint32_t items[MANY * 3], pairs[WIDE];
    static uint64_t from[MANY + 1];
    memset(pairs, 0, sizeof pairs);
    for (uint32_t b = 0; b < MANY; b++) {
        from[b] = 3 * (uint64_t)b;
        const uint32_t a = 2 + (uint32_t)(test_random(seed) % (WIDE - 2));
        memcpy(items + 3 * (size_t)b, (uint32_t[]){ a, 1, 0 }, 3 * sizeof *items);
        pairs[a]++;
    }
    from[MANY] = 3 * (uint64_t)MANY;
    zh_arena arena = zh_arena_open(1 << 28);
    zh_itemsets sets;
    CHECK(zh_itemsets_find(&sets, &arena, &(zh_baskets){ items, from, MANY, WIDE }, 2, 0) == ZH_OK);
    size_t frequent = 0;
    for (uint32_t i = 2; i < WIDE; i++) frequent += pairs[i] >= 2;
    CHECK(sets.count == 3 + 4 * frequent); /* {0} {1} {0 1}, and each other one alone, with either, with both */
    for (size_t i = 0; i < sets.count; i++) {
        const zh_itemset *set = zh_itemsets_at(&sets, i);
        for (uint32_t k = 0; k < set->length; k++)
            if (zh_itemsets_items(&sets, set)[k] > 1) CHECK(set->count == pairs[zh_itemsets_items(&sets, set)[k]]);
    }
    zh_itemsets_close(&sets);
    zh_arena_close(&arena);
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    for (int round = 0; round < 60; round++) against_all_subsets(&seed);
    many_items(&seed);
    const uint64_t none[] = { 0 };
    zh_arena small = zh_arena_open(100);
    zh_itemsets sets;
    CHECK(zh_itemsets_find(&sets, &small, &(zh_baskets){ NULL, none, 0, 0 }, 1, 0) == ZH_NOMEM); /* told, not crashed */
    zh_itemsets_close(&sets);
    zh_arena_close(&small);
    return 0;
}
