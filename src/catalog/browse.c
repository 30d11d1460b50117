#include "catalog/browse.h"

#include <assert.h>

static bool stands(const zh_item *item, zh_browse_standing standing)
{
    switch (standing) {
    case ZH_BROWSE_ANY: return true;
    case ZH_BROWSE_SELLABLE: return item->listed && zh_item_sellable(item);
    case ZH_BROWSE_SOLD_OUT: return item->listed && item->available && item->stock == 0;
    case ZH_BROWSE_NOT_AVAILABLE: return item->listed && !item->available;
    case ZH_BROWSE_UNLISTED: return !item->listed;
    }
    return false;
}

bool zh_browse_fits(const zh_item *item, const zh_browse_ask *ask)
{
    if (ask->brand.size > 0 && !zh_sv_equal(item->brand, ask->brand)) return false;
    return stands(item, ask->standing) && zh_catalog_fits(item, ask->words, ask->category);
}

/* What is unknown comes behind everything. */
static int by_number(int64_t a, int64_t b, bool down)
{
    if (a < 0 || b < 0) return (a < 0) - (b < 0);
    return a == b ? 0 : (a < b) == !down ? -1 : 1;
}

static int compare(const zh_item *a, const zh_item *b, zh_browse_sort sort)
{
    int order = 0;
    switch (sort) {
    case ZH_BROWSE_PRICE: order = by_number(a->price_minor, b->price_minor, false); break;
    case ZH_BROWSE_PRICE_DOWN: order = by_number(a->price_minor, b->price_minor, true); break;
    case ZH_BROWSE_STOCK: order = by_number(a->stock, b->stock, false); break;
    case ZH_BROWSE_CHANGED: order = a->at_ms == b->at_ms ? 0 : a->at_ms > b->at_ms ? -1 : 1; break;
    case ZH_BROWSE_ID: break;
    }
    return order != 0 ? order : zh_sv_compare(a->text, b->text);
}

size_t zh_browse(const zh_catalog *catalog, const zh_browse_ask *ask, const zh_item **window, size_t limit, bool *more)
{
    const size_t room = ask->skip + limit;
    const zh_item *item;
    size_t count = 0;
    assert(limit >= 1 && room <= ZH_BROWSE_DEPTH_MAX);
    *more = false;
    for (size_t at = 0; (item = zh_catalog_next(catalog, &at)) != NULL;) {
        if (*more && compare(item, window[room - 1], ask->sort) > 0) continue; /* spare the search */
        if (!zh_browse_fits(item, ask)) continue;
        size_t low = 0, high = count;
        while (low < high) {
            const size_t middle = (low + high) / 2;
            if (compare(window[middle], item, ask->sort) < 0) low = middle + 1;
            else high = middle;
        }
        if (count == room) *more = true;
        else count++;
        if (low == room) continue;
        memmove(&window[low + 1], &window[low], (count - 1 - low) * sizeof window[0]);
        window[low] = item;
    }
    return count > ask->skip ? count - ask->skip : 0;
}
