/* Goal: a page of the catalog holds what was asked for, in its order, and pages together hold everything once.
 * Method: a catalog of made items; each filter and order against a plain count over all items. */
#include "catalog/browse.h"

#include "check.h"

static zh_catalog *make(uint32_t items)
{
    zh_catalog *c;
    CHECK(zh_catalog_open(&c, &(zh_catalog_desc){ 0 }) == ZH_OK);
    zh_buf record = zh_buf_open(1 << 16);
    for (uint32_t i = 0; i < items; i++) {
        char id[16];
        zh_item_change change = { .set = ZH_ITEM_TITLE | ZH_ITEM_BRAND | ZH_ITEM_CATEGORY | ZH_ITEM_PRICE | ZH_ITEM_STOCK | ZH_ITEM_AVAILABLE, .at_ms = 1000 + (i * 7919) % 101,
            .text = { id, (size_t)snprintf(id, sizeof id, "i%03u", i) }, .title = ZH_SV("Lamp"), .brand = i % 3 == 0 ? ZH_SV("Leaf") : ZH_SV("Stone"),
            .category = i % 2 == 0 ? ZH_SV("A") : ZH_SV("B"), .price_minor = i % 5 == 0 ? -1 : (int64_t)((i * 37) % 90), .currency = zh_currency_of(ZH_SV("CNY")),
            .stock = i % 4 == 0 ? 0 : (int64_t)i, .available = i % 7 != 0 };
        zh_buf_reset(&record);
        zh_item_change_put(&change, &record);
        CHECK(zh_catalog_apply(c, zh_buf_view(&record)) == ZH_OK);
    }
    zh_buf_close(&record);
    return c;
}

static size_t count_all(const zh_catalog *c, const zh_browse_ask *ask)
{
    const zh_item *item;
    size_t count = 0;
    for (size_t at = 0; (item = zh_catalog_next(c, &at)) != NULL;) count += zh_browse_fits(item, ask);
    return count;
}

static int64_t value_of(const zh_item *item, zh_browse_sort sort)
{
    switch (sort) {
    case ZH_BROWSE_PRICE: return item->price_minor < 0 ? INT64_MAX : item->price_minor;
    case ZH_BROWSE_PRICE_DOWN: return item->price_minor < 0 ? INT64_MAX : -item->price_minor;
    case ZH_BROWSE_STOCK: return item->stock < 0 ? INT64_MAX : item->stock;
    case ZH_BROWSE_CHANGED: return -item->at_ms;
    case ZH_BROWSE_ID: return 0;
    }
    return 0;
}

static void page_through(const zh_catalog *c, zh_browse_ask ask, size_t limit)
{
    const zh_item *window[ZH_BROWSE_DEPTH_MAX], *before = NULL;
    size_t seen = 0;
    bool more = true;
    for (ask.skip = 0; more; ask.skip += limit) {
        const size_t count = zh_browse(c, &ask, window, limit, &more);
        CHECK(count == limit || !more);
        for (size_t i = 0; i < count; i++, seen++) {
            const zh_item *item = window[ask.skip + i];
            CHECK(zh_browse_fits(item, &ask));
            if (before != NULL) {
                const int64_t a = value_of(before, ask.sort), b = value_of(item, ask.sort);
                CHECK(a < b || (a == b && zh_sv_compare(before->text, item->text) < 0));
            }
            before = item;
        }
    }
    CHECK(seen == count_all(c, &ask));
}

int main(void)
{
    zh_catalog *c = make(200);
    for (int sort = ZH_BROWSE_PRICE; sort <= ZH_BROWSE_ID; sort++)
        for (int standing = ZH_BROWSE_ANY; standing <= ZH_BROWSE_UNLISTED; standing++) {
            page_through(c, (zh_browse_ask){ .sort = (zh_browse_sort)sort, .standing = (zh_browse_standing)standing }, 7);
            page_through(c, (zh_browse_ask){ .sort = (zh_browse_sort)sort, .standing = (zh_browse_standing)standing, .brand = ZH_SV("Leaf"), .category = ZH_SV("B"), .words = ZH_SV("lamp") }, 50);
        }
    const zh_browse_ask leaf = { .brand = ZH_SV("Leaf") }, none = { .brand = ZH_SV("leaf") }, unlisted = { .standing = ZH_BROWSE_UNLISTED }, sellable = { .standing = ZH_BROWSE_SELLABLE };
    CHECK(count_all(c, &leaf) == 67 && count_all(c, &none) == 0 && count_all(c, &unlisted) == 0 && count_all(c, &sellable) > 50 && count_all(c, &sellable) < 200);
    zh_catalog_close(c);
    return 0;
}
