/* browse.h -- items as people look through them: filtered, in an order of their choice, page by page.
 *
 * Guarantees  the same catalog and question give the same page; equal ones are in the order of their text.
 * Cost        O(items); a page that begins at the n-th item also moves n views.
 * Threads     under the catalog's read lock.
 */
#ifndef ZH_CATALOG_BROWSE_H
#define ZH_CATALOG_BROWSE_H
#include "catalog/item.h"

#define ZH_BROWSE_DEPTH_MAX 5000 /* items of all pages of one question; nobody turns further */

typedef enum zh_browse_sort { ZH_BROWSE_PRICE, ZH_BROWSE_PRICE_DOWN, ZH_BROWSE_CHANGED, ZH_BROWSE_STOCK, ZH_BROWSE_ID } zh_browse_sort;
/* As the console shows it: sellable; available and none left; not available; only seen in events. */
typedef enum zh_browse_standing { ZH_BROWSE_ANY, ZH_BROWSE_SELLABLE, ZH_BROWSE_SOLD_OUT, ZH_BROWSE_NOT_AVAILABLE, ZH_BROWSE_UNLISTED } zh_browse_standing;

typedef struct zh_browse_ask {
    zh_sv words, category, brand; /* empty: any */
    zh_browse_standing standing;
    zh_browse_sort sort;
    size_t skip; /* items of the pages before; skip + limit <= ZH_BROWSE_DEPTH_MAX */
} zh_browse_ask;

bool zh_browse_fits(const zh_item *item, const zh_browse_ask *ask);
/* `window` has room for skip + limit; the page begins at window[skip]. Its size; *more: others follow. Items without a price or a
 * stock come last. */
size_t zh_browse(const zh_catalog *catalog, const zh_browse_ask *ask, const zh_item **window, size_t limit, bool *more);

#endif
