/* bands.h -- is a price low, middle or high for its category?
 *
 * A lamp for 200 is dear, a sofa for 200 is not: bands are thirds of the prices in an item's own category. They are made from the
 * catalog as it stands and do not follow it: whoever keeps them makes them anew when it changed.
 *
 *     low     up to the price that a third of the items do not pass
 *     middle  up to that of two thirds
 *     high    above
 *
 * Categories with fewer than ZH_PRICE_BAND_ITEMS_MIN priced items have none. Prices of the currency that most items are in.
 *
 * Cost        open: O(items log items), about 0.2 us an item; of: a hash and a look-up. 40 bytes a category.
 * Threads     readers.
 */
#ifndef ZH_CATALOG_BANDS_H
#define ZH_CATALOG_BANDS_H
#include "catalog/item.h"

#define ZH_PRICE_BANDS 3
#define ZH_PRICE_BAND_ITEMS_MIN 6 /* two for each band: below that, a third says nothing */

typedef struct zh_price_bands zh_price_bands; /* opaque */

ZH_MUST zh_err zh_price_bands_open(zh_price_bands **out, const zh_catalog *catalog); /* caller closes; ZH_NOMEM */
void zh_price_bands_close(zh_price_bands *bands);
/* 0 low, 1 middle, 2 high; -1: not known. */
int zh_price_band_of(const zh_price_bands *bands, uint64_t category_hash, int64_t price_minor);
const char *zh_price_band_text(int band); /* "low" … */

#endif
