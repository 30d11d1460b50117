/* Goal: bands are thirds of a category's prices; what is too little to say says nothing.
 * Method: random catalogs against sorted lists. */
#include "catalog/bands.h"
#include "base/hash.h"
#include "check.h"

#include <stdio.h>

enum { KINDS = 4, ITEMS = 200 };

static int ascending(const void *left, const void *right)
{
    const int64_t *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

static void put(zh_catalog *c, int number, const char *category, int64_t price, const char *currency, bool deleted)
{
    char text[16];
    zh_buf record = zh_buf_open(4096);
    (void)snprintf(text, sizeof text, "i%d", number);
    zh_item_change change = { .text = zh_sv_of(text), .set = ZH_ITEM_CATEGORY | ZH_ITEM_PRICE, .category = zh_sv_of(category), .price_minor = price, .currency = zh_currency_of(zh_sv_of(currency)), .at_ms = 1 };
    zh_item_change_put(&change, &record);
    CHECK(zh_catalog_apply(c, zh_buf_view(&record)) == ZH_OK);
    if (deleted) {
        zh_buf_reset(&record);
        change = (zh_item_change){ .text = zh_sv_of(text), .deleted = true, .at_ms = 2 };
        zh_item_change_put(&change, &record);
        CHECK(zh_catalog_apply(c, zh_buf_view(&record)) == ZH_OK);
    }
    zh_buf_close(&record);
}

static void bands_are_thirds(uint64_t seed)
{
    static const char *const kinds[KINDS] = { "tea", "女装", "lamps", "few" };
    int64_t prices[KINDS][ITEMS];
    int counts[KINDS] = { 0 };
    zh_catalog *c;
    zh_price_bands *bands;
    CHECK(zh_catalog_open(&c, &(zh_catalog_desc){ 0 }) == ZH_OK);
    const int items = 30 + (int)(test_random(&seed) % (ITEMS - 30));
    for (int i = 0; i < items; i++) {
        const int kind = i < 5 ? 3 : (int)(test_random(&seed) % 3);
        const bool is_foreign = test_random(&seed) % 10 == 0, is_deleted = test_random(&seed) % 10 == 0, is_unknown = test_random(&seed) % 10 == 0;
        const int64_t price = is_unknown ? -1 : 100 + (int64_t)(test_random(&seed) % 50) * 10 * (kind + 1);
        put(c, i, kinds[kind], price, is_foreign ? "JPY" : "CNY", is_deleted);
        if (!is_foreign && !is_deleted && !is_unknown) prices[kind][counts[kind]++] = price;
    }
    CHECK(zh_price_bands_open(&bands, c) == ZH_OK);
    for (int kind = 0; kind < KINDS; kind++) {
        const uint64_t hash = zh_fast64(zh_sv_of(kinds[kind]));
        const int n = counts[kind];
        qsort(prices[kind], (size_t)n, sizeof(int64_t), ascending);
        for (int i = 0; i < n; i++) {
            const int band = zh_price_band_of(bands, hash, prices[kind][i]);
            if (n < ZH_PRICE_BAND_ITEMS_MIN) {
                CHECK(band == -1);
                continue;
            }
            int below = 0; /* items cheaper than it */
            while (below < n && prices[kind][below] < prices[kind][i]) below++;
            CHECK(band == (below <= (n - 1) / 3 ? 0 : below <= (n - 1) * 2 / 3 ? 1 : 2));
        }
        if (n >= ZH_PRICE_BAND_ITEMS_MIN) CHECK(zh_price_band_of(bands, hash, 1) == 0 && zh_price_band_of(bands, hash, 1000000) == 2);
        CHECK(zh_price_band_of(bands, hash, 0) == -1 && zh_price_band_of(bands, hash, -1) == -1);
    }
    CHECK(zh_price_band_of(bands, zh_fast64(ZH_SV("nothing")), 100) == -1 && zh_price_band_of(bands, 0, 100) == -1);
    zh_price_bands_close(bands);
    zh_catalog_close(c);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    for (uint64_t i = 0; i < 50; i++) bands_are_thirds(seed * 100 + i);
    zh_price_bands_close(NULL);
    return 0;
}
