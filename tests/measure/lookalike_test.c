/* Goal: customers like a planted seed are found, as well as the hidden part says; a seed drawn by chance is refused, and so is one that RFM says as well, and a small
 * one.
 * Method: rows with a planted taste, spending or nothing. */
#include "measure/lookalike.h"
#include "check.h"

#include <math.h>
#include <string.h>

enum { SEED = 600, OTHERS = 3000, COLUMNS = ZH_FEATURES_FIXED + 4 };
static double seeds[SEED * COLUMNS], others[OTHERS * COLUMNS];
static double unit(uint64_t *random) { return (double)(test_random(random) >> 11) * 0x1p-53; }

/* `far` in column `column` for the seed, and for every tenth of the others, who belong there and were not named. */
static void plant(uint64_t *random, uint32_t column, double far)
{
    for (int i = 0; i < SEED * COLUMNS; i++) seeds[i] = unit(random);
    for (int i = 0; i < OTHERS * COLUMNS; i++) others[i] = unit(random);
    for (int i = 0; i < SEED; i++) seeds[i * COLUMNS + (int)column] += far;
    for (int i = 0; i < OTHERS; i += 10) others[i * COLUMNS + (int)column] += far;
}

int main(int argc, char **argv)
{
    uint64_t random = test_seed(argc, argv);
    zh_arena arena = zh_arena_open((size_t)64 << 20);
    zh_lookalike l, again;
    zh_lookalike_data d = { seeds, others, SEED, OTHERS, COLUMNS, 6000, 30000 };

    plant(&random, ZH_FEATURES_FIXED + 1, 0.8);
    CHECK(zh_lookalike_learn(&l, &arena, &d, 5) == ZH_OK && l.why == ZH_LOOKALIKE_OFFERED);
    CHECK(l.held_seed > 140 && l.held_seed < 220 && l.area > 0.85 && l.area_low < l.area && l.area < l.area_high && l.area_high - l.area_low < 0.08);
    CHECK(l.rfm_area > 0.4 && l.rfm_area < 0.6 && l.gain_low > 0.2);
    for (int k = 1; k < ZH_LOOKALIKE_CUTS; k++) CHECK(l.cuts[k].found >= l.cuts[k - 1].found && l.cuts[k].low <= l.cuts[k].found && l.cuts[k].found <= l.cuts[k].high);
    CHECK(l.cuts[3].found > 0.4 && fabs(l.cuts[3].lift - l.cuts[3].found / 0.1) < 1e-12); /* a tenth of the others are of the same kind */
    CHECK(fabs(l.cuts[3].precision - l.cuts[3].found * 6000 / (l.cuts[3].found * 6000 + 3000)) < 1e-12);
    /* those of the others who belong there score higher, and the reason is what was planted */
    double alike = 0, rest = 0;
    int told = 0;
    for (int i = 0; i < OTHERS; i++) *(i % 10 == 0 ? &alike : &rest) += zh_lookalike_score(&l, others + i * COLUMNS);
    CHECK(alike / (OTHERS / 10) > rest / (OTHERS * 9 / 10) + 1);
    for (int i = 0; i < OTHERS; i += 10) {
        zh_lookalike_reason why[ZH_LOOKALIKE_WHY];
        const uint32_t count = zh_lookalike_reasons(&l, others + i * COLUMNS, why);
        told += count > 0 && why[0].column == ZH_FEATURES_FIXED + 1;
        for (uint32_t k = 1; k < count; k++) CHECK(why[k].push <= why[k - 1].push && why[k].push > 0);
    }
    CHECK(told > OTHERS / 10 * 8 / 10);
    CHECK(zh_lookalike_learn(&again, &arena, &d, 5) == ZH_OK && again.area == l.area && again.gain_low == l.gain_low);

    plant(&random, ZH_FEATURES_FIXED + 1, 0); /* by chance */
    CHECK(zh_lookalike_learn(&l, &arena, &d, 5) == ZH_OK && l.why == ZH_LOOKALIKE_CHANCE && l.area_low <= 0.5 && l.area_high > 0.45);
    plant(&random, ZH_FEATURE_MONEY, 0.8);    /* who spends much: a rule says it */
    CHECK(zh_lookalike_learn(&l, &arena, &d, 5) == ZH_OK && l.why == ZH_LOOKALIKE_RFM && l.rfm_area > 0.85);
    d.seed_rows = 60;                         /* some twenty hidden */
    CHECK(zh_lookalike_learn(&l, &arena, &d, 5) == ZH_OK && l.why == ZH_LOOKALIKE_FEW && l.held_seed < ZH_LOOKALIKE_HELD_MIN);
    d.seed_rows = 0;
    CHECK(zh_lookalike_learn(&l, &arena, &d, 5) == ZH_OK && l.why == ZH_LOOKALIKE_FEW);
    CHECK(strcmp(zh_lookalike_why_text(ZH_LOOKALIKE_RFM), "rfm") == 0);
    zh_arena_close(&arena);
    return 0;
}
