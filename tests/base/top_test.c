/* Goal: exactly the best few, best first, whatever the order of the offers.
 * Method: random scores with many ties against a full sort. */
#include "base/top.h"
#include "check.h"

static int by_order(const void *a, const void *b)
{
    const zh_top_entry *x = a, *y = b;
    return zh_top_better(*x, *y) ? -1 : zh_top_better(*y, *x);
}

static void test_the_best_few_of_many(uint64_t seed)
{
    zh_top_entry all[300], kept[64];
    const size_t count = test_random(&seed) % 300, limit = test_random(&seed) % 64;
    zh_top top = zh_top_open(kept, limit);
    for (size_t i = 0; i < count; i++) {
        all[i] = (zh_top_entry){ (int64_t)(test_random(&seed) % 40) - 20, i * 7919 % 1009, i };
        zh_top_offer(&top, all[i].score, all[i].key, all[i].extra);
    }
    qsort(all, count, sizeof all[0], by_order);
    zh_top_sort(&top);
    CHECK(top.count == (count < limit ? count : limit));
    for (size_t i = 0; i < top.count; i++)
        CHECK(kept[i].score == all[i].score && kept[i].key == all[i].key && kept[i].extra == all[i].extra);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    for (uint64_t i = 0; i < 500; i++) test_the_best_few_of_many(seed + i);
    return 0;
}
