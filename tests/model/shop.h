/* shop.h -- small made-up problems for the tests of models: random, or with a taste to find. */
#ifndef ZH_TESTS_MODEL_SHOP_H
#define ZH_TESTS_MODEL_SHOP_H
#include "model/problem.h"
#include "check.h"

typedef struct shop {
    zh_dataset data;
    zh_arena arena;
    zh_problem problem;
    zh_split split;
} shop;

/* `users` customers with 1..most items each; tastes > 1: item i belongs to taste i % tastes, and three
 * of four items of a customer are of one taste. Test: one item a customer, of the same kind. */
static inline shop shop_open(uint64_t seed, uint32_t users, uint32_t items, uint32_t most, uint32_t tastes)
{
    shop s = { .data = zh_dataset_open(), .arena = zh_arena_open((size_t)1 << 30) };
    zh_buf part[2] = { zh_buf_open(1 << 26), zh_buf_open(1 << 26) };
    for (uint32_t u = 0; u < users; u++) {
        const uint32_t taste = (uint32_t)(test_random(&seed) % tastes);
        const uint32_t size = 1 + (uint32_t)(test_random(&seed) % most);
        zh_buf_printf(&part[0], "%u", u);
        zh_buf_printf(&part[1], "%u", u);
        for (uint32_t i = 0; i <= size; i++) {
            uint32_t item = (uint32_t)(test_random(&seed) % items);
            if (test_random(&seed) % 4 != 0) item = (item / tastes * tastes + taste) % items;
            zh_buf_printf(&part[i == size], " %u", item);
        }
        zh_buf_printf(&part[0], "\n");
        zh_buf_printf(&part[1], "\n");
    }
    CHECK(zh_dataset_read(&s.data, ZH_PART_TRAIN, ZH_DATASET_LISTS, zh_buf_view(&part[0]), NULL) == ZH_OK);
    CHECK(zh_dataset_read(&s.data, ZH_PART_TEST, ZH_DATASET_LISTS, zh_buf_view(&part[1]), NULL) == ZH_OK);
    CHECK(zh_split_make(&s.split, &s.arena, &s.data) == ZH_OK);
    CHECK(zh_problem_make(&s.problem, &s.arena, &s.split, false, NULL) == ZH_OK);
    zh_buf_close(&part[0]);
    zh_buf_close(&part[1]);
    return s;
}

static inline void shop_close(shop *s)
{
    zh_arena_close(&s->arena);
    zh_dataset_close(&s->data);
}

#endif
