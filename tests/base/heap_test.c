/* Goal    a heap hands out aligned things that never overlap, counts its bytes, keeps its bound.
 * Method  random takes, resizes and gives; each thing is filled with its own pattern and looked at
 *         before it is given back. */
#include "base/heap.h"
#include "check.h"

#include <string.h>

typedef struct thing { unsigned char *at; size_t bytes; unsigned char pattern; } thing;

static void fill(thing *t, unsigned char pattern)
{
    t->pattern = pattern;
    memset(t->at, pattern, t->bytes);
}

static bool is_intact(const thing *t, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (t->at[i] != t->pattern) return false;
    return true;
}

static void random_lives(uint64_t seed)
{
    enum { THINGS = 300 };
    zh_heap heap = zh_heap_open((size_t)64 << 20);
    thing things[THINGS] = { 0 };
    size_t used = 0;
    for (int round = 0; round < 20000; round++) {
        thing *t = &things[test_random(&seed) % THINGS];
        const size_t bytes = 1 + (test_random(&seed) >> (test_random(&seed) % 20 + 44)) % 40000;
        if (t->at == NULL) {
            t->at = zh_heap_take(&heap, t->bytes = bytes);
        } else if (test_random(&seed) % 2 == 0) {
            CHECK(is_intact(t, t->bytes));
            used -= zh_heap_round(t->bytes);
            unsigned char *moved = zh_heap_resize(&heap, t->at, t->bytes, bytes);
            CHECK(moved != NULL);
            t->at = moved;
            CHECK(is_intact(t, bytes < t->bytes ? bytes : t->bytes));
            t->bytes = bytes;
        } else {
            CHECK(is_intact(t, t->bytes));
            used -= zh_heap_round(t->bytes);
            zh_heap_give(&heap, t->at, t->bytes);
            t->at = NULL;
            CHECK(zh_heap_used(&heap) == used);
            continue;
        }
        CHECK(t->at != NULL && (uintptr_t)t->at % 16 == 0);
        fill(t, (unsigned char)test_random(&seed));
        used += zh_heap_round(t->bytes);
        CHECK(zh_heap_used(&heap) == used && zh_heap_held(&heap) >= used);
    }
    for (int i = 0; i < THINGS; i++) zh_heap_give(&heap, things[i].at, things[i].bytes);
    CHECK(zh_heap_used(&heap) == 0);
    zh_heap_close(&heap);
}

static void rounding_wastes_at_most_a_quarter(void)
{
    for (size_t bytes = 1; bytes <= 40000; bytes++) {
        const size_t size = zh_heap_round(bytes);
        CHECK(size >= bytes && size % 16 == 0);
        CHECK(bytes <= 64 || size - bytes <= bytes / 4);
        CHECK(zh_heap_round(size) == size); /* a caller may use all of it */
    }
}

static void a_full_heap_refuses_and_stays_usable(void)
{
    zh_heap heap = zh_heap_open(ZH_HEAP_SLAB_BYTES + 20000);
    CHECK(zh_heap_take(&heap, 100000) == NULL && zh_heap_held(&heap) == 0);
    void *large = zh_heap_take(&heap, 20000);
    CHECK(large == NULL || zh_heap_held(&heap) <= ZH_HEAP_SLAB_BYTES + 20000);
    void *small = zh_heap_take(&heap, 100);
    zh_heap_give(&heap, large, 20000);
    if (small == NULL) small = zh_heap_take(&heap, 100);
    CHECK(small != NULL);
    size_t count = 1;
    while (zh_heap_take(&heap, 100) != NULL) count++;
    CHECK(count > 500 && zh_heap_held(&heap) <= ZH_HEAP_SLAB_BYTES + 20000);
    zh_heap_give(&heap, small, 100);
    CHECK(zh_heap_take(&heap, 100) == small);
    zh_heap_close(&heap);
}

static void tests_can_make_the_nth_take_fail(void)
{
    zh_heap heap = zh_heap_open((size_t)1 << 20);
    heap.takes_left = 1;
    void *first = zh_heap_take(&heap, 10);
    CHECK(first != NULL && zh_heap_take(&heap, 10) == NULL);
    CHECK(zh_heap_resize(&heap, first, 10, 16) == first); /* the same class: nothing to take */
    CHECK(zh_heap_resize(&heap, first, 10, 1000) == NULL);
    zh_heap_close(&heap);
}

static void a_list_grows_and_gives_all_back(void)
{
    for (size_t each = 1; each <= 100; each += 3) {
        zh_heap heap = zh_heap_open((size_t)1 << 20);
        zh_heap_list list = { 0 };
        for (size_t i = 0; i < 1000; i++) {
            CHECK(zh_heap_list_reserve(&heap, &list, each, 1) == ZH_OK);
            memset((char *)list.data + list.count++ * each, (int)(i % 251), each);
        }
        for (size_t i = 0; i < 1000 * each; i++)
            CHECK(((unsigned char *)list.data)[i] == i / each % 251);
        heap.takes_left = 0;
        CHECK(zh_heap_list_reserve(&heap, &list, each, 100000) == ZH_NOMEM && list.count == 1000);
        zh_heap_list_close(&heap, &list, each);
        CHECK(zh_heap_used(&heap) == 0);
        zh_heap_close(&heap);
    }
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    rounding_wastes_at_most_a_quarter();
    a_full_heap_refuses_and_stays_usable();
    tests_can_make_the_nth_take_fail();
    a_list_grows_and_gives_all_back();
    for (uint64_t i = 0; i < 5; i++) random_lives(seed + i);
    return 0;
}
