/* Goal: intervals are those of the mean when whole groups are drawn; bands are means by hand.
 * Method: normal theory on many groups, alike questions that say nothing new, a table of bands. */
#include "model/interval.h"
#include "check.h"

#include <math.h>

enum { GROUPS = 2000, SIZE_MAX_OF = 5 };

/* `size` questions a group: drawn apart, or all as the first of the group. */
static zh_interval ndcg_of(uint64_t seed, uint32_t size, bool alike, double *deviation)
{
    static zh_metrics each[GROUPS * SIZE_MAX_OF];
    static uint32_t from[GROUPS + 1];
    zh_arena arena = zh_arena_open(1 << 22);
    zh_intervals sure;
    double sum = 0, squares = 0;
    for (uint32_t g = 0; g < GROUPS; g++) {
        double mean = 0;
        from[g + 1] = from[g] + size;
        for (uint32_t i = 0; i < size; i++) {
            const double value = alike && i > 0 ? each[from[g]].ndcg : (double)(test_random(&seed) % 1000) / 1000;
            each[from[g] + i] = (zh_metrics){ .ndcg = value, .hit = 1 };
            mean += value / size;
        }
        sum += mean;
        squares += mean * mean;
    }
    *deviation = sqrt((squares / GROUPS - sum / GROUPS * (sum / GROUPS)) / GROUPS);
    const zh_interval_asked asked = { .each = each, .from = from, .groups = GROUPS };
    CHECK(zh_interval_of(&sure, &arena, &asked, 7) == ZH_OK);
    CHECK(sure.hit.low == 1 && sure.hit.high == 1 && sure.mrr.low == 0 && sure.mrr.high == 0);
    const double middle = sum / GROUPS;
    CHECK(sure.ndcg.low < middle && middle < sure.ndcg.high);
    zh_arena_close(&arena);
    return sure.ndcg;
}

static void test_width_is_that_of_normal_theory(uint64_t seed)
{
    static const struct { const char *name; uint32_t size; bool alike; } rows[] = {
        { "one question a group", 1, false }, { "five apart", 5, false }, { "five alike say what one says", 5, true },
    };
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        double deviation;
        const zh_interval got = ndcg_of(seed, rows[r].size, rows[r].alike, &deviation);
        const double ratio = (got.high - got.low) / (2 * 1.96 * deviation);
        CHECK_ROW(ratio > .85 && ratio < 1.15, rows[r].name); /* 1000 draws: +-10 % are three standard errors */
    }
}

static void test_bands_are_means_by_hand(void)
{
    static const uint32_t known[] = { 0, 2, 9, 5, 4 }, from[] = { 0, 1, 2, 3, 4, 5 };
    static const double weight[] = { 1, 3, 1, 3, 1 };
    zh_metrics each[5] = { { .ndcg = .5 }, { .ndcg = .2, .hit = 1 }, { .ndcg = 1 }, { .ndcg = .6 }, { .ndcg = .4 } };
    zh_band band[ZH_INTERVAL_BANDS];
    zh_interval_bands(band, &(zh_interval_asked){ .each = each, .weight = weight, .from = from, .groups = 5 }, known);
    static const struct { uint32_t least, questions; double ndcg, hit; } want[] = {
        { 0, 1, .5, 0 }, { 1, 0, 0, 0 }, { 2, 2, .25, .75 }, { 5, 2, .7, 0 },
    };
    for (int b = 0; b < ZH_INTERVAL_BANDS; b++) {
        CHECK(band[b].least == want[b].least && band[b].questions == want[b].questions);
        CHECK(fabs(band[b].ndcg - want[b].ndcg) < 1e-12 && fabs(band[b].hit - want[b].hit) < 1e-12);
    }
    CHECK(band[1].most == 1 && band[2].most == 4 && band[3].most == UINT32_MAX);
}

static void test_no_memory_is_an_error(void)
{
    static const uint32_t from[] = { 0, 1 };
    const zh_metrics each = { .ndcg = 1 };
    zh_arena arena = zh_arena_open(1);
    zh_intervals sure;
    CHECK(zh_interval_of(&sure, &arena, &(zh_interval_asked){ .each = &each, .from = from, .groups = 1 }, 1) == ZH_NOMEM);
    zh_arena_close(&arena);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    for (uint64_t i = 0; i < 5; i++) test_width_is_that_of_normal_theory(seed + i);
    test_bands_are_means_by_hand();
    test_no_memory_is_an_error();
    return 0;
}
