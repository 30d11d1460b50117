/* Goal: what was put is taken back and predicts the same; damaged bytes are refused or at least harmless.
 * Method: a model of a made-up shop; every 97th byte changed; cut anywhere. */
#include "measure/predict_keep.h"
#include "check.h"

#include <math.h>
#include <string.h>

enum { CUSTOMERS = 300, EACH = 8 };

int main(int argc, char **argv)
{
    static zh_past_fact facts[CUSTOMERS * EACH];
    static zh_past pasts[CUSTOMERS];
    uint64_t random = test_seed(argc, argv);
    for (int i = 0; i < CUSTOMERS; i++) {
        pasts[i] = (zh_past){ facts + i * EACH, EACH };
        for (int f = 0; f < EACH; f++) facts[i * EACH + f] = (zh_past_fact){ .day = 1000 + (int32_t)(test_random(&random) % 10) + 15 * f, .kind = ZH_PAST_ORDER, .lines = 1, .value = 5 };
    }
    zh_arena arena = zh_arena_open(64 << 20), other = zh_arena_open(64 << 20);
    zh_predictor p, back;
    zh_predict_report report, told;
    const char *why;
    const zh_predict_task task = { ZH_PREDICT_BUY, 7, NULL };
    CHECK(zh_predict_learn(&p, &arena, pasts, CUSTOMERS, task, 1100, &why) == ZH_OK);
    CHECK(zh_predict_test(&report, pasts, CUSTOMERS, task, 1100, 1) == ZH_OK && report.days_count == 1);
    report.why = "a reason";
    zh_buf bytes = zh_buf_open(8 << 20);
    zh_predictor_put(&p, &bytes);
    zh_predict_report_put(&report, &bytes);
    zh_reader in = zh_reader_on(zh_buf_view(&bytes));
    CHECK(zh_predictor_take(&back, &other, &in) == ZH_OK && zh_predict_report_take(&told, &other, &in) == ZH_OK && zh_reader_left(&in) == 0);
    CHECK(strcmp(told.why, "a reason") == 0 && told.auc == report.auc && told.yes == report.yes && told.days[0] == report.days[0]);
    CHECK(memcmp(told.reliability.bins, report.reliability.bins, sizeof told.reliability.bins) == 0 && told.reliability.ece == report.reliability.ece);
    for (int i = 0; i < CUSTOMERS; i++) {
        double a, b;
        CHECK(zh_predict_one(&p, &pasts[i], 1090, &a) && zh_predict_one(&back, &pasts[i], 1090, &b) && a == b);
    }
    for (size_t at = 0; at < bytes.size; at += 97) {
        double chance;
        zh_arena_reset(&other);
        bytes.data[at] = (char)(bytes.data[at] ^ 0x41);
        in = zh_reader_on(zh_buf_view(&bytes));
        if (zh_predictor_take(&back, &other, &in) == ZH_OK) (void)zh_predict_one(&back, &pasts[0], 1090, &chance);
        bytes.data[at] = (char)(bytes.data[at] ^ 0x41);
        in = zh_reader_on((zh_sv){ bytes.data, at });
        const zh_err e = zh_predictor_take(&back, &other, &in);
        CHECK(e == ZH_CORRUPT || zh_predict_report_take(&told, &other, &in) == ZH_CORRUPT);
    }
    zh_buf_close(&bytes);
    zh_arena_close(&arena), zh_arena_close(&other);
    return 0;
}
