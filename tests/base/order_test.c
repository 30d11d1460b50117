/* Goal: ascending by number, equal ones as they stood.
 * Method: lists of all sizes, random in some bytes only, against the C library's sort by (number, place). */
#include "base/order.h"
#include "check.h"

#include <string.h>

enum { MOST = 3000 };

static int by_number_then_place(const void *left, const void *right)
{
    const zh_ordered *a = left, *b = right;
    if (a->number != b->number) return a->number < b->number ? -1 : 1;
    return a->at < b->at ? -1 : a->at > b->at;
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    static zh_ordered list[MOST], want[MOST];
    for (size_t round = 0; round < 400; round++) {
        const size_t count = round < 70 ? round : test_random(&seed) % MOST;
        uint64_t mask = 0;
        for (int byte = 0; byte < 8; byte++)
            if (test_random(&seed) % 3 == 0) mask |= UINT64_C(255) << 8 * byte;
        if (round % 7 == 0) mask &= UINT64_C(0x0101010101010101); /* many alike */
        const uint64_t rest = test_random(&seed) & ~mask;
        for (size_t i = 0; i < count; i++) list[i] = (zh_ordered){ (test_random(&seed) & mask) | rest, i };
        memcpy(want, list, count * sizeof *list);
        if (count > 0) qsort(want, count, sizeof *want, by_number_then_place);
        CHECK(zh_order(list, count) == ZH_OK);
        CHECK(count == 0 || memcmp(list, want, count * sizeof *list) == 0);
    }
    return 0;
}
