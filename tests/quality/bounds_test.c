/* Goal: logarithms are right, mistakes lie outside and wholesale does not, and sums do not depend on the order.
 * Method: against the C library; a shop of Online Retail's spread; kept and loaded. */
#include "quality/bounds.h"
#include "check.h"
#include "shelf.h"

#include <math.h>

static void test_logarithms(void)
{
    for (int64_t x = 1; x < 100000; x++) CHECK(abs(zh_bound_log(x) - (int)floor(16 * log2((double)x) + 1e-9)) <= (x & (x - 1) ? 1 : 0));
    CHECK(zh_bound_log(1) == 0 && zh_bound_log(2) == 16 && zh_bound_log(1 << 20) == 320 && zh_bound_log(INT64_MAX) == 62 * 16 + 15 && zh_bound_log(0) == 0 && zh_bound_log(-5) == 0);
}

static zh_item_id item(uint64_t number) { return (zh_item_id){ number * 7919 }; }

static void fill(zh_bounds *b, uint64_t seed, bool backwards)
{
    static int64_t quantities[5000];
    for (int i = 0; i < 5000; i++) quantities[i] = 1 + (int64_t)exp2((double)(test_random(&seed) % 70) / 10);
    for (int i = 0; i < 5000; i++) {
        const int at = backwards ? 4999 - i : i;
        CHECK(zh_bounds_add(b, item((uint64_t)at % 50 + 1), quantities[at], 295 + at % 50) == ZH_OK);
    }
}

static void test_what_is_far(void)
{
    zh_bounds b = zh_bounds_open();
    CHECK(!zh_bounds_quantity_is_far(&b, item(1), 4800) && zh_bounds_quantity_is_far(&b, item(1), 80995) && !zh_bounds_price_is_far(&b, item(1), 1 << 30));
    fill(&b, 1, false);
    CHECK(!zh_bounds_quantity_is_far(&b, item(1), 12) && !zh_bounds_quantity_is_far(&b, item(1), 999) && !zh_bounds_quantity_is_far(&b, item(1), 4800));
    CHECK(zh_bounds_quantity_is_far(&b, item(1), 800000) && zh_bounds_quantity_is_far(&b, item(999), 800000));
    CHECK(!zh_bounds_price_is_far(&b, item(1), 150) && !zh_bounds_price_is_far(&b, item(1), 3000) && zh_bounds_price_is_far(&b, item(1), 295 * 5000) && !zh_bounds_price_is_far(&b, item(999), 295 * 5000));
    CHECK(!zh_bounds_price_is_far(&b, item(1), 0));
    const int64_t usual = zh_bounds_price(&b, item(1));
    CHECK(usual >= 270 && usual <= 320 && zh_bounds_price(&b, item(999)) == -1);
    zh_bounds_close(&b);
}

static void test_order_does_not_matter_and_sums_come_back(void)
{
    zh_bounds a = zh_bounds_open(), b = zh_bounds_open(), c = zh_bounds_open();
    shelf kept = { 0 }, other = { 0 }, again = { 0 };
    fill(&a, 3, false);
    fill(&b, 3, true);
    CHECK(zh_bounds_save(&a, true, shelf_keep(&kept)) == ZH_OK && zh_bounds_save(&b, true, shelf_keep(&other)) == ZH_OK && shelf_equal(&kept, &other) && kept.count == 51);
    for (size_t i = 0; i < kept.count; i++) CHECK(zh_bounds_load(&c, zh_sv_part(shelf_key(&kept, i), 1, SIZE_MAX), shelf_value(&kept, i)) == ZH_OK);
    CHECK(zh_bounds_load(&c, zh_sv_part(shelf_key(&kept, 2), 1, SIZE_MAX), shelf_value(&kept, 2)) == ZH_FORMAT);
    CHECK(zh_bounds_save(&c, true, shelf_keep(&again)) == ZH_OK && shelf_equal(&kept, &again));
    zh_bounds_close(&a);
    zh_bounds_close(&b);
    zh_bounds_close(&c);
    shelf_close(&kept);
    shelf_close(&other);
    shelf_close(&again);
}

int main(void)
{
    test_logarithms();
    test_what_is_far();
    test_order_does_not_matter_and_sums_come_back();
    return 0;
}
