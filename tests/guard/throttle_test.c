/* Goal: guessing gets slower and slower, success and time forget, the table stays bounded.
 * Method: a timeline by rows; the promise of the header checked on random tries; a flood of names. */
#include "guard/throttle.h"
#include "check.h"

static void test_waits_double_up_to_the_maximum(void)
{
    static const struct { const char *name; int64_t now_ms, wait_ms; } rows[] = {
        { "first",                    0,    0 }, { "second, at once",          0,    0 },
        { "third must wait",          0,  100 }, { "still",                   99,    1 },
        { "waited",                 100,    0 }, { "now twice as long",      150,  150 },
        { "waited again",           300,    0 }, { "four times",             300,  400 },
        { "waited",                 700,    0 }, { "at most 500",            700,  500 },
        { "a clock gone back",        0,  500 }, { "waited",                1200,    0 },
        { "still 500",             1201,  499 }, { "forgotten",            11200,    0 },
        { "free again",           11200,    0 }, { "and no longer",        11200,  100 },
    };
    zh_arena arena = zh_arena_open(1 << 20);
    zh_throttle *throttle;
    CHECK(zh_throttle_open(&throttle, &arena, &(zh_throttle_desc){ 8, 2, 100, 500, 10000 }) == ZH_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t wait_ms;
        const zh_err e = zh_throttle_try(throttle, 0, rows[i].now_ms, &wait_ms);
        CHECK_ROW(e == (rows[i].wait_ms == 0 ? ZH_OK : ZH_BUSY), rows[i].name);
        CHECK_ROW(wait_ms == rows[i].wait_ms, rows[i].name);
    }
    int64_t wait_ms;
    zh_throttle_pass(throttle, 0);
    CHECK(zh_throttle_try(throttle, 0, 11200, &wait_ms) == ZH_OK);
    CHECK(zh_throttle_try(throttle, 0, 11200, &wait_ms) == ZH_OK);
    CHECK(zh_throttle_try(throttle, 0, 11200, &wait_ms) == ZH_BUSY);
    zh_throttle_undo(throttle, 0); /* one of the two is taken back */
    CHECK(zh_throttle_try(throttle, 0, 11200, &wait_ms) == ZH_OK);
    CHECK(zh_throttle_try(throttle, 0, 11200, &wait_ms) == ZH_BUSY);
    zh_throttle_undo(throttle, 99);
    zh_throttle_pass(throttle, 99);
    zh_arena_close(&arena);
}

static void test_random_tries_keep_the_promise(uint64_t seed)
{
    enum { WHO = 5, FREE = 3, FIRST = 10, MAX = 200 };
    int64_t last[WHO] = { 0 };
    uint32_t fails[WHO] = { 0 };
    zh_arena arena = zh_arena_open(1 << 20);
    zh_throttle *throttle;
    CHECK(zh_throttle_open(&throttle, &arena, &(zh_throttle_desc){ 64, FREE, FIRST, MAX, INT64_C(1) << 40 }) == ZH_OK);
    int64_t now = 0;
    for (int i = 0; i < 3000; i++) {
        now += (int64_t)(test_random(&seed) % 20);
        const uint64_t who = test_random(&seed) % WHO;
        if (test_random(&seed) % 50 == 0) {
            zh_throttle_pass(throttle, who);
            fails[who] = 0;
            continue;
        }
        int64_t must = fails[who] < FREE ? 0 : FIRST;
        for (uint32_t n = FREE; n < fails[who] && must < MAX; n++) must *= 2;
        if (must > MAX) must = MAX;
        int64_t wait_ms;
        const bool granted = zh_throttle_try(throttle, who, now, &wait_ms) == ZH_OK;
        CHECK(granted == (now - last[who] >= must || fails[who] == 0));
        if (granted) last[who] = now, fails[who]++;
        else CHECK(wait_ms == must - (now - last[who]));
    }
    zh_arena_close(&arena);
}

static void test_a_flood_of_names_does_not_push_out_the_worst(void)
{
    zh_arena arena = zh_arena_open(1 << 20);
    zh_throttle *throttle;
    CHECK(zh_throttle_open(&throttle, &arena, &(zh_throttle_desc){ .slots = 64 }) == ZH_OK);
    int64_t wait_ms;
    for (int i = 0; i < 5; i++) CHECK(zh_throttle_try(throttle, 7, 0, &wait_ms) == ZH_OK);
    CHECK(zh_throttle_try(throttle, 7, 0, &wait_ms) == ZH_BUSY);
    for (uint64_t who = 1000; who < 20000; who++) CHECK(zh_throttle_try(throttle, who, 0, &wait_ms) == ZH_OK);
    CHECK(zh_throttle_try(throttle, 7, 0, &wait_ms) == ZH_BUSY);
    zh_arena_close(&arena);
    zh_arena tiny = zh_arena_open(64);
    CHECK(zh_throttle_open(&throttle, &tiny, &(zh_throttle_desc){ 0 }) == ZH_NOMEM);
    zh_arena_close(&tiny);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    test_waits_double_up_to_the_maximum();
    for (uint64_t i = 0; i < 50; i++) test_random_tries_keep_the_promise(seed + i);
    test_a_flood_of_names_does_not_push_out_the_worst();
    return 0;
}
