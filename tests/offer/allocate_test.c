/* Goal: the exact value is the best there is, the dual is never below it, the threshold fits and comes near.
 * Method: few customers against all ways to choose; many customers against the dual. */
#include "offer/allocate.h"
#include "check.h"

#include <math.h>

static double best_slow(const zh_allocate *a, size_t customer, double budget)
{
    double most = -INFINITY;
    if (customer == a->customers) return 0;
    for (uint32_t l = 0; l < a->levels; l++)
        if (a->costs[l] <= budget) most = fmax(most, a->values[customer * a->levels + l] + best_slow(a, customer + 1, budget - a->costs[l]));
    return most;
}

/* The same costs told by customer give the same answer; with costs of their own the dual stays above the best of all ways, and the spend fits. */
static void costs_of_ones_own(zh_arena *arena, uint64_t *seed)
{
    enum { FEW = 6, LEVELS = 3, WAYS = 729 };
    static const double costs[] = { 0, 1, 3 };
    double values[FEW * LEVELS], own[FEW * LEVELS];
    for (int round = 0; round < 200; round++) {
        double best = -INFINITY;
        zh_allocation t, u;
        zh_arena_reset(arena);
        for (int i = 0; i < FEW * LEVELS; i++) {
            values[i] = i % LEVELS == 0 ? 0 : (double)(test_random(seed) % 40) - 10;
            own[i] = costs[i % LEVELS];
        }
        const zh_allocate same = { values, costs, FEW, LEVELS, (double)(test_random(seed) % 12), NULL };
        zh_allocate a = same;
        a.own = own;
        CHECK(zh_allocate_threshold(&t, arena, &same) == ZH_OK && zh_allocate_threshold(&u, arena, &a) == ZH_OK);
        CHECK(t.value == u.value && t.spend == u.spend && memcmp(t.level, u.level, FEW) == 0);
        for (int i = 0; i < FEW * LEVELS; i++)
            if (i % LEVELS > 0) own[i] = (double)(test_random(seed) % 5); /* some cost nothing, some less than the level before */
        for (int way = 0; way < WAYS; way++) {
            double value = 0, cost = 0;
            for (int i = 0, left = way; i < FEW; i++, left /= LEVELS) value += values[i * LEVELS + left % LEVELS], cost += own[i * LEVELS + left % LEVELS];
            if (cost <= a.budget) best = fmax(best, value);
        }
        CHECK(zh_allocate_threshold(&u, arena, &a) == ZH_OK);
        CHECK(u.spend <= a.budget && u.value <= best && u.dual_bound >= best - 1e-9);
    }
    for (int i = 0; i < FEW; i++) own[i * LEVELS] = 2;
    CHECK(zh_allocate_threshold(&(zh_allocation){ 0 }, arena, &(zh_allocate){ values, costs, FEW, LEVELS, 11, own }) == ZH_RANGE); /* 12 is the least */
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    static const double costs[] = { 0, 1, 3, 4 }, dear[] = { 1, 2 };
    static double values[5000 * 4];
    zh_arena arena = zh_arena_open(1 << 26);
    for (int round = 0; round < 200; round++) {
        zh_arena_reset(&arena);
        for (int i = 0; i < 6 * 4; i++) values[i] = i % 4 == 0 ? 0 : (double)(test_random(&seed) % 40) - 10;
        const zh_allocate a = { values, costs, 6, 4, (double)(test_random(&seed) % 20), NULL };
        zh_allocation t;
        double best;
        CHECK(zh_allocate_threshold(&t, &arena, &a) == ZH_OK && zh_allocate_exact(&best, &arena, &a) == ZH_OK);
        CHECK(best == best_slow(&a, 0, a.budget));
        CHECK(t.spend <= a.budget && t.value <= best && t.dual_bound >= best - 1e-9);
    }
    for (int i = 0; i < 5000 * 4; i++) values[i] = i % 4 == 0 ? 0 : (double)(test_random(&seed) % 1000);
    for (double budget = 100; budget < 20000; budget *= 3) {
        zh_arena_reset(&arena);
        const zh_allocate a = { values, costs, 5000, 4, budget, NULL };
        zh_allocation t;
        double best;
        CHECK(zh_allocate_threshold(&t, &arena, &a) == ZH_OK && zh_allocate_exact(&best, &arena, &a) == ZH_OK);
        CHECK(t.spend <= budget && t.dual_bound >= best - 1e-6 && t.dual_bound <= best + 1000); /* the bound is off by a step of one customer at most */
        CHECK(fabs(t.value + t.price * (budget - t.spend) - t.dual_bound) < 1e-6);             /* the policy loses what is left over */
        const zh_allocate more = { values, costs, 5000, 4, budget * 1.5, NULL };
        zh_allocation u;
        CHECK(zh_allocate_threshold(&u, &arena, &more) == ZH_OK && u.price <= t.price && u.value >= t.value);
    }
    costs_of_ones_own(&arena, &seed);
    zh_allocation t;
    double best;
    CHECK(zh_allocate_threshold(&t, &arena, &(zh_allocate){ values, dear, 10, 2, 9, NULL }) == ZH_RANGE); /* one each is 10 */
    CHECK(zh_allocate_exact(&best, &arena, &(zh_allocate){ values, dear, 10, 2, 9, NULL }) == ZH_RANGE);
    CHECK(zh_allocate_exact(&best, &arena, &(zh_allocate){ values, (double[]){ 0, 0.5 }, 10, 2, 9, NULL }) == ZH_FULL); /* halves */
    zh_arena_close(&arena);
    return 0;
}
