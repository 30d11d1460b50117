/* Goal: columns as of a day see nothing that came later, and count what came before.
 * Method: random pasts; facts after the day are added, changed and taken away, and not a bit of a column may differ. Counts by hand. */
#include "measure/past.h"
#include "check.h"

#include <math.h>
#include <string.h>

enum { FACTS = 60 };

static zh_past_fact some_fact(uint64_t *random, int32_t day)
{
    return (zh_past_fact){ .day = day, .kind = (uint16_t)(test_random(random) % 5), .lines = (uint16_t)(1 + test_random(random) % 4), .category = (uint32_t)(test_random(random) % 6),
                           .units = (float)(test_random(random) % 9), .value = (double)(test_random(random) % 10000) / 100 };
}

static uint32_t draw(uint64_t *random, zh_past_fact *facts, int32_t from, int32_t until)
{
    uint32_t count = 0;
    for (int32_t day = from; day <= until && count < FACTS; day += (int32_t)(test_random(random) % 30)) facts[count++] = some_fact(random, day);
    return count;
}

static void later_is_not_seen(uint64_t *random)
{
    const zh_past_shop shop = { .model = { 0.24, 4.4, 0.8, 2.4 }, .mean_gap = 20, .mean_value = 30 };
    for (int round = 0; round < 2000; round++) {
        zh_past_fact facts[2 * FACTS], other[2 * FACTS];
        const int32_t day = 1000 + (int32_t)(test_random(random) % 400), window = 1 + (int32_t)(test_random(random) % 90);
        const uint32_t until = draw(random, facts, day - 500, day);
        memcpy(other, facts, sizeof facts);
        const zh_past one = { facts, until + draw(random, facts + until, day + 1, day + 400) }, two = { other, until + draw(random, other + until, day + 1, day + 300) };
        float a[ZH_PAST_COLUMNS], b[ZH_PAST_COLUMNS];
        const bool is = zh_past_columns(&one, &shop, day, window, a);
        CHECK(is == zh_past_columns(&two, &shop, day, window, b));
        CHECK(!is || memcmp(a, b, sizeof a) == 0);
        for (int c = 0; is && c < ZH_PAST_COLUMNS; c++) CHECK_ROW(isfinite(a[c]), zh_past_names[c]);
        zh_past_shop s, t;
        zh_past_shop_of(&s, &one, 1, day), zh_past_shop_of(&t, &two, 1, day);
        CHECK(memcmp(&s, &t, sizeof s) == 0);
    }
}

static float column(const float *row, const char *name)
{
    for (int c = 0; c < ZH_PAST_COLUMNS; c++)
        if (strcmp(zh_past_names[c], name) == 0) return row[c];
    CHECK_ROW(false, name);
    return 0;
}

int main(int argc, char **argv)
{
    uint64_t random = test_seed(argc, argv);
    later_is_not_seen(&random);

    const zh_past_fact facts[] = {
        { 100, ZH_PAST_ORDER, 2, 1, 3, 20 }, { 100, ZH_PAST_ORDER, 1, 2, 1, 5 }, /* two orders of one day */
        { 110, ZH_PAST_RETURN, 1, 1, 1, 5 }, { 120, ZH_PAST_ORDER, 4, 1, 4, 40 }, { 125, ZH_PAST_VIEW, 3, 1, 0, 0 }, { 126, ZH_PAST_ADD, 1, 1, 0, 0 },
        { 128, ZH_PAST_ORDER, 1, 3, 1, 10 },
    };
    const zh_past past = { facts, sizeof facts / sizeof *facts };
    const zh_past_shop shop = { .mean_gap = 30 };
    float row[ZH_PAST_COLUMNS];
    CHECK(!zh_past_columns(&past, &shop, 99, 7, row));
    CHECK(zh_past_columns(&past, &shop, 126, 7, row));
    CHECK(column(row, "days since the last order") == 6 && column(row, "days since the first order") == 26 && column(row, "order days") == 2);
    CHECK(column(row, "revenue") == 65 && column(row, "largest order value") == 40 && column(row, "last order value") == 40 && column(row, "order lines") == 7);
    CHECK(column(row, "order days in 7 days") == 1 && column(row, "order days in 30 days") == 2 && column(row, "mean gap between orders") == 25 && column(row, "last gap between orders") == 20);
    CHECK(column(row, "views in 7 days") == 3 && column(row, "views in 1 day") == 0 && column(row, "adds to a cart in 7 days") == 1 && column(row, "returns") == 1);
    CHECK(column(row, "categories") == 2 && column(row, "days since the second last order") == 26);

    zh_clv_history h;
    int32_t first, last;
    CHECK(zh_past_history(&past, 127, &h, &first, &last) && h.x == 1 && first == 100 && last == 120 && fabs(h.T - 27 / 7.0) < 1e-12);
    CHECK(zh_past_orders_within(&past, 120, 8) && !zh_past_orders_within(&past, 120, 7) && !zh_past_orders_within(&past, 128, 365));
    return 0;
}
