/* Goal: the cut is the best of all; a penalty cuts as often as it pays.
 * Method: short random series against all ways to cut them. */
#include "measure/changepoint.h"
#include "check.h"

#include <math.h>

#define N 11

static double cost_of(const double *x, uint32_t mask, uint32_t *cuts) /* bit i: a break before value i + 1 */
{
    double rss = 0;
    *cuts = 0;
    for (uint32_t from = 0, to = 1; to <= N; to++) {
        if (to < N && !(mask >> (to - 1) & 1)) continue;
        double mean = 0;
        for (uint32_t i = from; i < to; i++) mean += x[i] / (to - from);
        for (uint32_t i = from; i < to; i++) rss += (x[i] - mean) * (x[i] - mean);
        *cuts += to < N;
        from = to;
    }
    return rss;
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv);
    zh_arena arena = zh_arena_open(1 << 20);
    for (int round = 0; round < 100; round++) {
        double x[N], best[N], penalised = INFINITY;
        const double penalty = (double)(test_random(&seed) % 60);
        zh_arena_reset(&arena);
        for (int i = 0; i < N; i++) x[i] = 1e6 + (double)(test_random(&seed) % 10) + (i > 6 ? 8 : 0), best[i] = INFINITY; /* a high level must not eat digits */
        for (uint32_t mask = 0; mask < 1u << (N - 1); mask++) {
            uint32_t cuts;
            const double rss = cost_of(x, mask, &cuts);
            best[cuts] = fmin(best[cuts], rss);
            penalised = fmin(penalised, rss + penalty * cuts);
        }
        zh_changepoints c;
        for (uint32_t k = 0; k < N; k++) {
            CHECK(zh_changepoint_exact(&c, &arena, x, N, k) == ZH_OK && c.count == k && fabs(c.rss - best[k]) < 1e-7);
            uint32_t mask = 0, cuts;
            for (uint32_t i = 0; i < k; i++) mask |= 1u << (c.breaks[i] - 1);
            CHECK(fabs(cost_of(x, mask, &cuts) - c.rss) < 1e-7 && cuts == k);
        }
        CHECK(zh_changepoint_penalised(&c, &arena, x, N, penalty) == ZH_OK && fabs(c.rss + penalty * c.count - penalised) < 1e-7);
    }
    zh_arena_close(&arena);
    return 0;
}
