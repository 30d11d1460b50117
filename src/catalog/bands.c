#include "catalog/bands.h"
#include "base/map.h"

#include <stdlib.h>

typedef struct priced { uint64_t category; int64_t price_minor; } priced;
typedef struct edges { int64_t low_minor, middle_minor; } edges; /* the highest price of each */

struct zh_price_bands {
    zh_map places; /* category_hash -> place in edges */
    edges *edges;
};

static int by_category(const void *left, const void *right) /* and price */
{
    const priced *a = left, *b = right;
    if (a->category != b->category) return a->category < b->category ? -1 : 1;
    return a->price_minor < b->price_minor ? -1 : a->price_minor > b->price_minor;
}

static bool is_priced(const zh_item *item)
{
    return item->price_minor > 0 && item->category_hash != 0 && !item->deleted && !item->non_product;
}

/* The currency that most of a few items are in; a shop has one, with rare exceptions. */
static zh_currency main_currency(const zh_catalog *catalog)
{
    zh_currency codes[8] = { 0 };
    size_t counts[8] = { 0 }, used = 0, best = 0;
    const zh_item *item;
    for (size_t at = 0; (item = zh_catalog_next(catalog, &at)) != NULL;) {
        if (!is_priced(item)) continue;
        size_t i = 0;
        while (i < used && codes[i].code != item->currency.code) i++;
        if (i == used && used < sizeof codes / sizeof *codes) codes[used++] = item->currency;
        if (i < used) counts[i]++;
    }
    for (size_t i = 1; i < used; i++)
        if (counts[i] > counts[best] || (counts[i] == counts[best] && codes[i].code < codes[best].code)) best = i;
    return codes[best];
}

static zh_err add_category(zh_price_bands *bands, const priced *first, size_t count)
{
    if (count < ZH_PRICE_BAND_ITEMS_MIN) return ZH_OK;
    bands->edges[bands->places.count] = (edges){ first[(count - 1) / 3].price_minor, first[(count - 1) * 2 / 3].price_minor };
    return zh_map_put(&bands->places, first->category, bands->places.count);
}

zh_err zh_price_bands_open(zh_price_bands **out, const zh_catalog *catalog)
{
    const size_t most = zh_catalog_count(catalog);
    zh_price_bands *bands = calloc(1, sizeof *bands);
    priced *all = malloc((most + 1) * sizeof *all);
    size_t count = 0;
    zh_err e = bands == NULL || all == NULL ? ZH_NOMEM : ZH_OK;
    const zh_currency main = main_currency(catalog);
    const zh_item *item;
    for (size_t at = 0; e == ZH_OK && count < most && (item = zh_catalog_next(catalog, &at)) != NULL;)
        if (is_priced(item) && item->currency.code == main.code) all[count++] = (priced){ item->category_hash, item->price_minor };
    if (e == ZH_OK && count > 1) qsort(all, count, sizeof *all, by_category);
    if (e == ZH_OK && (bands->edges = calloc(count / ZH_PRICE_BAND_ITEMS_MIN + 1, sizeof *bands->edges)) == NULL) e = ZH_NOMEM;
    for (size_t from = 0, until; e == ZH_OK && from < count; from = until) {
        for (until = from + 1; until < count && all[until].category == all[from].category;) until++;
        e = add_category(bands, &all[from], until - from);
    }
    free(all);
    if (e != ZH_OK) zh_price_bands_close(bands);
    else *out = bands;
    return e;
}

void zh_price_bands_close(zh_price_bands *bands)
{
    if (bands == NULL) return;
    zh_map_close(&bands->places);
    free(bands->edges);
    free(bands);
}

int zh_price_band_of(const zh_price_bands *bands, uint64_t category_hash, int64_t price_minor)
{
    const uint64_t *place = category_hash == 0 || price_minor <= 0 ? NULL : zh_map_get(&bands->places, category_hash);
    if (place == NULL) return -1;
    const edges *e = &bands->edges[*place];
    return price_minor <= e->low_minor ? 0 : price_minor <= e->middle_minor ? 1 : 2;
}

const char *zh_price_band_text(int band)
{
    static const char *const texts[ZH_PRICE_BANDS] = { "low", "middle", "high" };
    return band >= 0 && band < ZH_PRICE_BANDS ? texts[band] : "";
}
