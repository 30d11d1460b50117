/* Goal: planted kinds of customers are found, as many as there are, marked by what makes them so, steady, and a rule says nearly the same; a cloud
 * without kinds is called not clear; fewer rows than the minimum are refused.
 * Method: rows drawn around planted kinds. */
#include "measure/personas.h"
#include "check.h"

#include <math.h>

enum { ROWS = 1500, COLUMNS = ZH_FEATURES_FIXED + 3 };
static double x[ROWS * COLUMNS];
static uint8_t truth[ROWS];

static double unit(uint64_t *random) { return (double)(test_random(random) >> 11) * 0x1p-53; }
static double near_zero(uint64_t *random)
{
    double sum = 0;
    for (int i = 0; i < 12; i++) sum += unit(random);
    return sum - 6;
}

/* Kind 0: nothing special. 1: buys often and much. 2: leans to the first name. How far: in standard deviations of the noise. */
static void plant(uint64_t *random, double far)
{
    for (int i = 0; i < ROWS; i++) {
        truth[i] = (uint8_t)(i % 10 < 5 ? 0 : i % 10 < 8 ? 1 : 2);
        for (int c = 0; c < COLUMNS; c++) x[i * COLUMNS + c] = 0.3 * near_zero(random);
        if (truth[i] == 1)
            for (int c = ZH_FEATURE_ORDERS; c <= ZH_FEATURE_BASKET; c++) x[i * COLUMNS + c] += 0.3 * far;
        if (truth[i] == 2)
            for (int c = COLUMNS - 4; c < COLUMNS; c++) x[i * COLUMNS + c] += 0.3 * far;
    }
}

int main(int argc, char **argv)
{
    uint64_t random = test_seed(argc, argv);
    zh_arena arena = zh_arena_open((size_t)64 << 20);
    static zh_personas p, again;
    bool can_ask[COLUMNS] = { false };
    can_ask[ZH_FEATURE_RECENCY] = can_ask[ZH_FEATURE_ORDERS] = can_ask[ZH_FEATURE_MONEY] = can_ask[ZH_FEATURES_FIXED] = true;
    plant(&random, 6);
    CHECK(zh_personas_fit(&p, &arena, x, ROWS, COLUMNS, 0, can_ask, 7) == ZH_OK);
    CHECK(p.groups.groups == 3 && p.is_clear && p.silhouette > 0.2 && p.stability > 0.95);
    CHECK(zh_groupings_agree(p.groups.of, truth, ROWS) > 0.97);
    CHECK(p.all[0].rows > p.all[1].rows && p.all[1].rows > p.all[2].rows);
    CHECK(p.all[1].marks[0].column >= ZH_FEATURE_ORDERS && p.all[1].marks[0].column <= ZH_FEATURE_BASKET && p.all[1].marks[0].z > 1);
    CHECK(p.all[2].marks[0].column >= COLUMNS - 4 && p.all[2].marks[0].mean > p.all[2].marks[0].whole);
    for (int g = 0; g < 3; g++) {
        CHECK(p.all[g].precision > 0.9 && p.all[g].recall > 0.9);
        for (int n = 0; n < ZH_PERSONAS_RULE_NODES && !p.all[g].rule[0].is_leaf; n = 2 * n + 1) {
            if (p.all[g].rule[n].is_leaf) break;
            CHECK(can_ask[p.all[g].rule[n].column]); /* of columns with words alone */
        }
    }
    for (int i = 0; i < ROWS; i += 131) CHECK(zh_personas_of(&p, x + i * COLUMNS) == p.groups.of[i]);
    CHECK(zh_personas_fit(&again, &arena, x, ROWS, COLUMNS, 0, can_ask, 7) == ZH_OK && again.silhouette == p.silhouette && again.stability == p.stability);
    CHECK(zh_personas_fit(&p, &arena, x, ROWS, COLUMNS, 4, can_ask, 7) == ZH_OK && p.groups.groups == 4); /* as many as asked for */
    plant(&random, 0);
    CHECK(zh_personas_fit(&p, &arena, x, ROWS, COLUMNS, 0, can_ask, 7) == ZH_OK && !p.is_clear);
    CHECK(zh_personas_fit(&p, &arena, x, ZH_PERSONAS_ROWS_MIN - 1, COLUMNS, 0, can_ask, 7) == ZH_ABSENT);
    for (int i = 0; i < ROWS * COLUMNS; i++) x[i] = 1; /* everybody the same */
    CHECK(zh_personas_fit(&p, &arena, x, ROWS, COLUMNS, 0, can_ask, 7) == ZH_OK && !p.is_clear && p.all[0].precision >= 0);
    zh_arena_close(&arena);
    return 0;
}
