/* Goal: what is put comes back by rising number, each once with its value, and the row is empty then; also after items were added.
 * Method: random numbers in batches, random rows; every row against a sorted copy. */
#include "base/ranks.h"
#include "check.h"

#include <stdlib.h>

#define MOST 9000u

typedef struct thing { uint64_t number; char other[13]; } thing;
typedef struct pair { uint64_t number; int64_t value; } pair;

static thing things[MOST];

static int by_number(const void *a, const void *b)
{
    const uint64_t x = ((const pair *)a)->number, y = ((const pair *)b)->number;
    return x < y ? -1 : x > y;
}

static void a_row(zh_ranks *ranks, uint32_t count, uint32_t of_it, uint64_t *seed)
{
    static pair want[MOST];
    static bool taken[MOST];
    uint32_t pairs = 0, index, found = 0;
    int64_t value;
    for (uint32_t i = 0; i < of_it; i++) {
        const uint32_t at = (uint32_t)(test_random(seed) % count);
        if (taken[at]) continue;
        taken[at] = true;
        want[pairs++] = (pair){ things[at].number, (int64_t)test_random(seed) };
        zh_ranks_put(ranks, at, want[pairs - 1].value);
    }
    for (uint32_t i = 0; i < count; i++) taken[i] = false;
    qsort(want, pairs, sizeof *want, by_number);
    for (size_t at = 0; zh_ranks_next(ranks, &at, &index, &value); found++)
        CHECK(found < pairs && things[index].number == want[found].number && value == want[found].value);
    CHECK(found == pairs);
    size_t at = 0;
    CHECK(!zh_ranks_next(ranks, &at, &index, &value));
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    zh_ranks ranks = zh_ranks_open();
    size_t none = 0;
    uint32_t index;
    int64_t value;
    CHECK(!zh_ranks_next(&ranks, &none, &index, &value) && zh_ranks_bytes(&ranks) == 0);
    for (uint32_t i = 0; i < MOST; i++) things[i].number = test_random(&seed);
    static const uint32_t counts[] = { 1, 2, 63, 64, 65, 4095, 4096, 4097, 4097, 8192, MOST };
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        CHECK(zh_ranks_update(&ranks, &things[0].number, sizeof *things, counts[c]) == ZH_OK && ranks.count == counts[c]);
        for (uint32_t of_it = 0; of_it < 2 * counts[c]; of_it = of_it * 3 + 1) a_row(&ranks, counts[c], of_it, &seed);
    }
    zh_ranks_close(&ranks);
    return 0;
}
