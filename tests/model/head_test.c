/* Goal: whatever a row does after its head was made, no place outside has more than the rest.
 * Method: random values that rise and fall, against a plain array; a head that is full says so. */
#include "model/head.h"
#include "check.h"

#include <string.h>

#define PLACES 2000u

static void fill(float *values, zh_top *top, uint64_t *seed)
{
    for (uint32_t i = 0; i < PLACES; i++) {
        values[i] = (float)(test_random(seed) % 1000) / 8;
        zh_top_offer(top, zh_head_score(values[i]), i, i);
    }
}

static bool is_true(const zh_head *head, const float *values)
{
    static bool in[PLACES];
    memset(in, 0, sizeof in);
    for (uint32_t i = 0; i < head->count; i++) {
        if (in[head->index[i]]) return false; /* twice */
        in[head->index[i]] = true;
    }
    for (uint32_t i = 0; i < PLACES; i++)
        if (!in[i] && values[i] > head->rest) return false;
    return true;
}

static void test_a_head_stays_true(uint64_t seed)
{
    static float values[PLACES];
    zh_top_entry entries[ZH_HEAD_PLACES];
    zh_top top = zh_top_open(entries, ZH_HEAD_PLACES);
    fill(values, &top, &seed);
    zh_head *head = zh_head_open(&top, 3);
    CHECK(head != NULL && head->base == 3 && head->count == ZH_HEAD_PLACES && is_true(head, values));
    bool whole = true;
    for (int n = 0; n < 3000 && whole; n++) {
        const uint32_t i = (uint32_t)(test_random(&seed) % PLACES);
        const float old = values[i];
        values[i] = old + (float)(test_random(&seed) % 41) - 20 - (float)(n % 7) / 8;
        whole = zh_head_mind(head, i, old, values[i]);
        if (n % 50 == 0) CHECK(!whole || is_true(head, values));
    }
    CHECK(whole ? is_true(head, values) : head->count == ZH_HEAD_ROOM);
    free(head);
}

static void test_scores_are_in_the_order_of_values(void)
{
    const float rows[] = { 0, 1e-30f, 0.3f, 0.30001f, 1, 7.5f, 1e9f, 3e38f };
    for (size_t i = 1; i < sizeof rows / sizeof *rows; i++) CHECK(zh_head_score(rows[i - 1]) < zh_head_score(rows[i]));
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    for (uint64_t i = 0; i < 50; i++) test_a_head_stays_true(seed + i);
    test_scores_are_in_the_order_of_values();
    return 0;
}
