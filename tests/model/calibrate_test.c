/* Goal: a map finds the slope and level that scores were bent by; bins, ECE and Brier are those of their definitions.
 * Method: outcomes drawn from known probabilities; four rows worked out by hand. */
#include "model/calibrate.h"
#include "check.h"

#include <math.h>

enum { MANY = 40000 };
static double odds[MANY], p[MANY];
static bool yes[MANY];
static size_t order[MANY];

static double unit(uint64_t *random) { return (double)(test_random(random) >> 11) * 0x1p-53; }

int main(int argc, char **argv)
{
    uint64_t random = test_seed(argc, argv);
    for (int i = 0; i < MANY; i++) {
        odds[i] = 6 * unit(&random) - 4;
        yes[i] = unit(&random) < 1 / (1 + exp(-(0.5 * odds[i] - 1)));
    }
    const zh_platt map = zh_platt_fit(odds, yes, MANY);
    CHECK(fabs(map.a - 0.5) < 0.05 && fabs(map.b + 1) < 0.08);
    for (int i = 0; i < MANY; i++) p[i] = zh_platt_of(map, odds[i]);
    zh_reliability good = zh_reliability_of(p, yes, MANY, order);
    CHECK(good.bins_count == 10 && good.bins[0].count == MANY / 10 && good.ece < 3 * good.noise && good.noise < 0.01);
    CHECK(good.bins[9].low < good.bins[9].mean && good.bins[9].high > good.bins[9].mean);
    for (int i = 0; i < MANY; i++) p[i] = zh_platt_of((zh_platt){ 1, 0 }, odds[i]);
    CHECK(zh_reliability_of(p, yes, MANY, order).ece > 10 * good.ece);
    /* a level alone: as many yes as there were */
    const zh_platt level = { 1, zh_platt_shift((zh_platt){ 1, 0 }, odds, yes, MANY) };
    double sum = 0, came = 0;
    for (int i = 0; i < MANY; i++) sum += zh_platt_of(level, odds[i]), came += yes[i];
    CHECK(fabs(sum - came) < 2);
    /* scores that point the wrong way keep their order: only the level is fitted */
    for (int i = 0; i < MANY; i++) yes[i] = !yes[i];
    CHECK(zh_platt_fit(odds, yes, MANY).a == 1);
    CHECK(zh_platt_fit(odds, yes, 0).a == 1);

    static const double few_p[] = { 0.9, 0.1, 0.4, 0.6 };
    static const bool few[] = { true, false, true, true };
    const zh_reliability r = zh_reliability_of(few_p, few, 4, order);
    CHECK(r.bins_count == 4 && fabs(r.ece - (0.1 + 0.1 + 0.6 + 0.4) / 4) < 1e-12 && fabs(r.brier - (0.01 + 0.01 + 0.36 + 0.16) / 4) < 1e-12);
    CHECK(r.bins[0].yes == 0 && r.bins[3].yes == 1);
    /* Wilson, 80 %: 1 of 1 */
    CHECK(fabs(r.bins[3].low - 1 / (1 + 1.2815515655446004 * 1.2815515655446004)) < 1e-12 && r.bins[3].high == 1);
    return 0;
}
