/* Goal: the best k are those a full sort would give, ties to the lower item, whatever the way.
 * Method: random scores with many ties against a selection that looks through all k times. */
#include "model/scores.h"
#include "check.h"

#include <math.h>

enum { ITEMS = 700, K = 300 };

/* The slow model: k times the best item not yet taken. `zero`: items with score 0 may be answers. */
static void slow_top(const float *value, const bool *masked, bool zero, uint32_t k, uint32_t *out)
{
    bool taken[ITEMS] = { false };
    for (uint32_t r = 0; r < k; r++) {
        uint32_t best = ZH_SCORES_NONE;
        for (uint32_t i = 0; i < ITEMS; i++)
            if (!taken[i] && !masked[i] && value[i] != -INFINITY && (zero || value[i] != 0) &&
                (best == ZH_SCORES_NONE || value[i] > value[best]))
                best = i;
        out[r] = best;
        if (best != ZH_SCORES_NONE) taken[best] = true;
    }
}

static void test_best_equal_a_slow_selection(uint64_t seed, zh_scores_way way, bool fill)
{
    zh_arena arena = zh_arena_open(1 << 24), scratch = zh_arena_open(1 << 20);
    zh_scores s;
    CHECK(zh_scores_open(&s, &arena, &scratch, ITEMS) == ZH_OK);
    for (int question = 0; question < 5; question++) { /* the later ones see what clearing left behind */
        float value[ITEMS] = { 0 };
        bool masked[ITEMS] = { false };
        uint32_t mask[40], got[K], want[K];
        const uint64_t every = test_random(&seed) % 2 == 0 ? 4 : 40; /* thin answers leave places empty */
        const uint32_t k = 1 + (uint32_t)(test_random(&seed) % K), levels = 1 + (uint32_t)(test_random(&seed) % 30);
        for (int i = 0; i < 40; i++) masked[mask[i] = (uint32_t)(test_random(&seed) % ITEMS)] = true;
        if (way == ZH_SCORES_DENSE) {
            for (uint32_t i = 0; i < ITEMS; i++) value[i] = (float)(test_random(&seed) % levels) - 5;
            value[3] = -INFINITY;
            value[4] = -0.0f;
            for (uint32_t i = 0; i < ITEMS; i++) s.value[i] = value[i];
            s.way = way;
        } else {
            zh_scores_expect(&s, way == ZH_SCORES_BLIND ? ITEMS + 1 : 10);
            CHECK(s.way == way);
            for (int row = 0; row < 5; row++) {
                zh_scored add[ITEMS];
                uint32_t count = 0;
                for (uint32_t i = 0; i < ITEMS; i++)
                    if (test_random(&seed) % every == 0) add[count++] = (zh_scored){ i, (float)(1 + test_random(&seed) % levels) };
                zh_scores_add(&s, add, count, 0.5f);
                for (uint32_t i = 0; i < count; i++) value[add[i].item] += 0.5f * add[i].score;
            }
        }
        zh_scores_top(&s, &(zh_scores_ask){ .k = k, .masked = mask, .masked_count = 40, .fill = fill }, got);
        slow_top(value, masked, fill || way == ZH_SCORES_DENSE, k, want);
        for (uint32_t r = 0; r < k; r++) CHECK(got[r] == want[r]);
        for (uint32_t i = 0; i < ITEMS; i++) CHECK(s.value[i] == 0);
    }
    zh_arena_close(&scratch);
    zh_arena_close(&arena);
}

static void test_first_is_true_once_a_question(void)
{
    zh_arena arena = zh_arena_open(1 << 24), scratch = zh_arena_open(1 << 20);
    zh_scores s;
    uint32_t out;
    CHECK(zh_scores_open(&s, &arena, &scratch, 5) == ZH_OK);
    for (int question = 0; question < 3; question++) {
        CHECK(zh_scores_first(&s, 2) && !zh_scores_first(&s, 2) && zh_scores_first(&s, 0));
        zh_scores_top(&s, &(zh_scores_ask){ .k = 1 }, &out);
        CHECK(out == ZH_SCORES_NONE);
    }
    zh_arena_close(&scratch);
    zh_arena_close(&arena);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    test_first_is_true_once_a_question();
    for (uint64_t i = 0; i < 60; i++)
        for (int way = ZH_SCORES_NOTED; way <= ZH_SCORES_DENSE; way++) {
            test_best_equal_a_slow_selection(seed + i, (zh_scores_way)way, false);
            test_best_equal_a_slow_selection(seed + i, (zh_scores_way)way, true);
        }
    return 0;
}
