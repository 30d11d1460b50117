/* Goal: what is learnt from a shop's past comes true in the time after it, better than the RFM rule; facts after the last day learnt
 * from change nothing; where there is too little it says so; where there is nothing to learn it is not offered.
 * Method: a made-up shop whose customers buy by the clock (each with an interval of its own), and one that is pure chance. */
#include "measure/predict.h"
#include "check.h"

#include <math.h>
#include <string.h>

enum { CUSTOMERS = 500, DAYS = 240, FACTS_MAX = CUSTOMERS * 60 };
static zh_past_fact facts[FACTS_MAX];
static zh_past pasts[CUSTOMERS];

static double unit(uint64_t *random) { return (double)(test_random(random) >> 11) * 0x1p-53; }

/* Orders every `interval` days, with little noise, or at any time. */
static void open_shop(uint64_t *random, bool by_the_clock)
{
    uint32_t at = 0;
    for (int i = 0; i < CUSTOMERS; i++) {
        const double interval = 12 + 30 * unit(random);
        pasts[i] = (zh_past){ facts + at, 0 };
        for (double day = interval * unit(random); day < DAYS && pasts[i].count < 60 && at < FACTS_MAX; at++, pasts[i].count++) {
            facts[at] = (zh_past_fact){ .day = 10000 + (int32_t)day, .kind = ZH_PAST_ORDER, .lines = 1, .units = 1, .value = 10 + 20 * unit(random) };
            day += by_the_clock ? interval * (0.9 + 0.2 * unit(random)) : -25 * log(1 - unit(random)) + 1;
        }
    }
}

int main(int argc, char **argv)
{
    uint64_t random = test_seed(argc, argv);
    const zh_predict_task week = { ZH_PREDICT_BUY, 7, NULL };
    zh_predict_report report;
    open_shop(&random, true);
    CHECK(zh_predict_test(&report, pasts, CUSTOMERS, week, 10000 + DAYS - 1, 2) == ZH_OK);
    CHECK(report.days_count == 2 && report.days[0] == 10000 + DAYS - 8 && report.days[1] == 10000 + DAYS - 15);
    CHECK(report.is_offered && report.auc > report.rule_auc + 0.05 && report.auc > 0.8 && report.reliability.ece < 0.07);
    CHECK(report.count > 2 * CUSTOMERS - 50 && report.yes > 150);

    /* the future is not looked at */
    zh_arena arena = zh_arena_open(256 << 20);
    zh_predictor p, again;
    const char *why;
    const int32_t end = 10000 + 180;
    CHECK(zh_predict_learn(&p, &arena, pasts, CUSTOMERS, week, end, &why) == ZH_OK);
    double before[CUSTOMERS];
    for (int i = 0; i < CUSTOMERS; i++) CHECK(zh_predict_one(&p, &pasts[i], end, &before[i]) && before[i] > 0 && before[i] < 1);
    for (int i = 0; i < CUSTOMERS; i++)
        while (pasts[i].count > 0 && pasts[i].facts[pasts[i].count - 1].day > end) pasts[i].count--;
    CHECK(zh_predict_learn(&again, &arena, pasts, CUSTOMERS, week, end, &why) == ZH_OK && again.rows == p.rows);
    for (int i = 0; i < CUSTOMERS; i++) {
        double after;
        CHECK(zh_predict_one(&again, &pasts[i], end, &after) && after == before[i]);
    }

    /* too short, too few */
    CHECK(zh_predict_learn(&p, &arena, pasts, CUSTOMERS, (zh_predict_task){ ZH_PREDICT_BUY, 100, NULL }, end, &why) == ZH_ABSENT && strstr(why, "three times") != NULL);
    CHECK(zh_predict_learn(&p, &arena, pasts, 20, week, end, &why) == ZH_ABSENT && strstr(why, "100") != NULL);
    CHECK(zh_predict_test(&report, pasts, 20, week, end, 1) == ZH_OK && !report.is_offered && report.why != NULL);
    CHECK(zh_predict_test(&report, pasts, 0, week, end, 1) == ZH_OK && !report.is_offered);

    /* who lapsed is not asked again */
    const zh_predict_task lapse = { ZH_PREDICT_LAPSE, zh_predict_lapse_days(pasts, CUSTOMERS, end), NULL };
    CHECK(lapse.window > 60 && lapse.window <= 90);
    zh_arena_close(&arena);

    /* pure chance: whatever is said, it is little better than a coin, and calibrated */
    open_shop(&random, false);
    CHECK(zh_predict_test(&report, pasts, CUSTOMERS, week, 10000 + DAYS - 1, 1) == ZH_OK);
    CHECK(fabs(report.auc - 0.5) < 0.1 && report.reliability.ece < 0.08);
    return 0;
}
