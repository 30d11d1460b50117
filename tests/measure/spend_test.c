/* Goal: of ten customers eight fall into the interval, on days that were not learnt from; what is kept answers the same; nothing later is seen; damaged bytes do no harm.
 * Method: a made-up shop whose customers differ in how often and for how much they order, and stop by chance. */
#include "measure/spend.h"
#include "check.h"

#include <math.h>
#include <string.h>

enum { CUSTOMERS = 3000, EACH = 40, END = 400 };
static zh_past_fact facts[CUSTOMERS][EACH];
static zh_past pasts[CUSTOMERS];

static void shop(uint64_t seed)
{
    for (uint32_t c = 0; c < CUSTOMERS; c++) {
        const int32_t gap = 15 + (int32_t)(test_random(&seed) % 60), stops = (int32_t)(test_random(&seed) % 700);
        const double worth = 5 + (double)(test_random(&seed) % 100);
        pasts[c] = (zh_past){ facts[c], 0 };
        for (int32_t day = (int32_t)(test_random(&seed) % 300); day <= END && day < stops + 1 && pasts[c].count < EACH; day += 1 + (int32_t)(test_random(&seed) % (uint64_t)(2 * gap)))
            facts[c][pasts[c].count++] = (zh_past_fact){ .day = day, .kind = ZH_PAST_ORDER, .lines = 1, .value = worth * (0.5 + (double)(test_random(&seed) % 100) / 100) };
    }
}

int main(int argc, char **argv)
{
    shop(test_seed(argc, argv));
    zh_spend m, back;
    zh_spend_report r, told;
    zh_spent a, b;
    CHECK(zh_spend_days(pasts, CUSTOMERS, END) == 90 && zh_spend_days(pasts, CUSTOMERS, 50) == 0);
    CHECK(zh_spend_test(&r, pasts, CUSTOMERS, 90, END) == ZH_OK && r.asked > 2000 && r.is_offered);
    const double inside = (double)r.inside / (double)r.asked;
    CHECK(inside >= 0.77 && inside <= 0.84 && r.width > 0 && fabs(r.expected / r.came - 1) < 0.2);
    CHECK(zh_spend_learn(&m, pasts, CUSTOMERS, 90, END - 90) == ZH_OK);
    for (int c = 0; c < 50; c++) {
        zh_past seen = pasts[c];
        while (seen.count > 0 && seen.facts[seen.count - 1].day > END - 90) seen.count--;
        if (!zh_spend_of(&m, &pasts[c], END - 90, &a)) continue;
        CHECK(a.low >= 0 && a.low <= a.high && isfinite(a.expected));
        CHECK(zh_spend_of(&m, &seen, END - 90, &b) && memcmp(&a, &b, sizeof a) == 0);
    }
    zh_buf bytes = zh_buf_open(1 << 16);
    zh_spend_put(&m, &r, &bytes);
    zh_reader in = zh_reader_on(zh_buf_view(&bytes));
    CHECK(zh_spend_take(&back, &told, &in) == ZH_OK && zh_reader_left(&in) == 0 && told.inside == r.inside && back.days == 90);
    CHECK(zh_spend_of(&m, &pasts[1], END, &a) == zh_spend_of(&back, &pasts[1], END, &b) && a.high == b.high);
    for (size_t at = 0; at < bytes.size; at++) {
        in = zh_reader_on((zh_sv){ bytes.data, at });
        CHECK(zh_spend_take(&back, &told, &in) == ZH_CORRUPT);
    }
    zh_buf_close(&bytes);
    return 0;
}
