/* Goal: a source gets what its limit says, no more and no less. Method: rows, and a slow model that counts by the second. */
#include "check.h"
#include "guard/rate.h"

#define S 1000000

static void rows(void)
{
    static const struct { const char *name; zh_rate_limit limit; struct { int64_t at_us; uint32_t count; int64_t wait_us; } ask[5]; } all[] = {
        { "a burst, then one by one", { 10, 3 }, { { 0, 3, 0 }, { 0, 1, 1 }, { 1, 1, 0 }, { 1, 1, 99999 + 1 }, { 100001, 1, 0 } } },
        { "debt is waited for", { 100, 10 }, { { 0, 510, 0 }, { 0, 1, 5 * S + 1 }, { 4 * S, 1, S + 1 }, { 5 * S + 1, 1, 0 }, { 5 * S + 1, 1, 10000 } } },
        { "it fills to the burst and no more", { 1000, 5 }, { { 0, 5, 0 }, { 900 * S, 5, 0 }, { 900 * S, 1, 1 }, { 900 * S, 1, 1 }, { 900 * S + 1, 1, 0 } } },
        { "a clock that goes back", { 10, 1 }, { { 10 * S, 1, 0 }, { 9 * S, 1, 1 }, { 0, 1, 1 }, { 10 * S + 1, 1, 0 }, { 10 * S + 1, 1, 100000 } } },
        { "for ever", { ZH_RATE_PER_S_MAX, ZH_RATE_PER_S_MAX }, { { 0, UINT32_MAX, 0 }, { 0, 1, 428496730 }, { INT64_MAX / 2, 1, 0 }, { INT64_MAX / 2, 1, 0 }, { INT64_MAX / 2, 1, 0 } } },
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        zh_rate rate = zh_rate_open(&all[i].limit, all[i].ask[0].at_us);
        for (int k = 0; k < 5; k++) {
            const int64_t got = zh_rate_take(&rate, &all[i].limit, all[i].ask[k].count, all[i].ask[k].at_us);
            if (got != all[i].ask[k].wait_us) fprintf(stderr, "ask %d: got %lld\n", k, (long long)got);
            CHECK_ROW(got == all[i].ask[k].wait_us, all[i].name);
        }
    }
}

/* Over any time at most burst + rate * time and one request pass; a sender that always asks gets nearly that; a wait is enough. */
static void the_sum_is_as_the_limit_says(uint64_t seed)
{
    for (int i = 0; i < 50; i++) {
        const zh_rate_limit limit = { 1 + (uint32_t)(test_random(&seed) % 5000), 1 + (uint32_t)(test_random(&seed) % 5000) };
        const uint32_t most = 1 + (uint32_t)(test_random(&seed) % 500);
        int64_t now_us = 0;
        uint64_t passed = 0;
        zh_rate rate = zh_rate_open(&limit, 0);
        while (now_us < 60LL * S) {
            const uint32_t count = 1 + (uint32_t)(test_random(&seed) % most);
            const int64_t wait_us = zh_rate_take(&rate, &limit, count, now_us);
            if (wait_us > 0) {
                now_us += wait_us;
                CHECK(zh_rate_take(&rate, &limit, count, now_us) == 0);
            }
            passed += count;
        }
        const uint64_t fair = limit.burst + (uint64_t)((double)limit.per_s * (double)now_us / S);
        CHECK(passed <= fair + most && passed + most + limit.per_s / 100 + 2 >= fair);
    }
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    rows();
    the_sum_is_as_the_limit_says(seed);
    return 0;
}
