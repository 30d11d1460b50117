/* Goal: means and intervals are those of the formula, and the intervals cover as often as they say.
 * Method: sums small enough for a pencil; 1,000 drawn samples of a known truth. */
#include "tally.h"
#include "draw.h"
#include "world_of.h"

static void a_small_example_by_hand(void)
{
    zh_sim_sums a[2] = { { 2, 1, 0, 100 }, { 2, 1, 0, 300 } }, b[2] = { { 2, 0, 0, 50 }, { 2, 0, 0, 250 } };
    const zh_sim_tally ta = { a, 2 }, tb = { b, 2 };
    const zh_sim_estimate e = zh_sim_tally_estimate(&ta, NULL, ZH_SIM_MARGIN);
    CHECK(e.value == 100); /* 400 / 4; rests -100, 100; se = sqrt(2 x 20000) / 4 = 50 */
    CHECK(fabs(e.high - e.value - 1.959963984540054 * 50) < 1e-9);
    const zh_sim_estimate d = zh_sim_tally_estimate(&ta, &tb, ZH_SIM_MARGIN);
    CHECK(d.value == 25 && d.low == 25 && d.high == 25); /* every customer differs by 50 in 2 visits: no doubt left */
    CHECK(zh_sim_tally_unpaired(&ta, &tb, ZH_SIM_MARGIN).low < -100);
    CHECK(zh_sim_tally_estimate(&ta, NULL, ZH_SIM_ORDERS).value == 0.5);
    CHECK(zh_sim_tally_total(&ta).margin_cents == 400 && zh_sim_tally_total(&ta).visits == 4);
}

static void nobody_came(void)
{
    zh_sim_sums none[1] = { { 0 } };
    const zh_sim_tally t = { none, 1 };
    CHECK(zh_sim_tally_estimate(&t, NULL, ZH_SIM_MARGIN).value == 0);
}

static void the_interval_covers_the_truth_19_times_of_20(uint64_t seed)
{
    enum { SAMPLES = 1000, CUSTOMERS = 200 };
    zh_sim_sums sums[CUSTOMERS];
    const zh_sim_tally tally = { sums, CUSTOMERS };
    int covered = 0;
    for (uint32_t s = 0; s < SAMPLES; s++) {
        for (uint32_t u = 0; u < CUSTOMERS; u++) { /* who comes more often spends more: 100 a visit in the mean */
            const int64_t visits = 1 + (int64_t)(zh_draw_unit(seed, zh_draw_stream(s, u, ZH_DRAW_VISITS), 0) * 9);
            const double noise = 300 * zh_draw_normal(seed, zh_draw_stream(s, u, ZH_DRAW_PRICE), 0);
            sums[u] = (zh_sim_sums){ .visits = visits, .margin_cents = (int64_t)lround((double)visits * 100 + noise) };
        }
        const zh_sim_estimate e = zh_sim_tally_estimate(&tally, NULL, ZH_SIM_MARGIN);
        covered += e.low <= 100 && 100 <= e.high;
    }
    printf("covered %d of %d\n", covered, SAMPLES);
    CHECK(covered >= 930 && covered <= 970); /* 950 +- 3 sd */
}

static void draws_have_the_moments_of_their_laws(uint64_t seed)
{
    double normal = 0, square = 0, gumbel = 0, simplex[3] = { 0 };
    enum { N = 20000 };
    for (uint32_t i = 0; i < N; i++) {
        float point[3];
        const double x = zh_draw_normal(seed, zh_draw_stream(1, 2, ZH_DRAW_PRICE), i);
        normal += x / N, square += x * x / N;
        gumbel += zh_draw_gumbel(seed, zh_draw_stream(1, 2, ZH_DRAW_SHOCK), i) / N;
        zh_draw_simplex(seed, zh_draw_stream(i, 0, ZH_DRAW_TASTE), 0.5, 3, point);
        CHECK(fabs((double)(point[0] + point[1] + point[2]) - 1) < 1e-5);
        for (int k = 0; k < 3; k++) simplex[k] += (double)(point[k] * point[k]) / N;
    }
    CHECK(fabs(normal) < 0.03 && fabs(square - 1) < 0.04);
    CHECK(fabs(gumbel - 0.5772) < 0.04);
    /* E x^2 of a Dirichlet: alpha (alpha + 1) / (3 alpha (3 alpha + 1)) = 0.2 for alpha = 0.5 */
    for (int k = 0; k < 3; k++) CHECK(fabs(simplex[k] - 0.2) < 0.01);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    a_small_example_by_hand();
    nobody_came();
    the_interval_covers_the_truth_19_times_of_20(seed);
    draws_have_the_moments_of_their_laws(seed);
    return 0;
}
