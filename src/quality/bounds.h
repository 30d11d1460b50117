/* bounds.h -- what prices and quantities an item usually has, learned from the log, and what lies far outside.
 *
 * Amounts are compared by their logarithm, in sixteenths of a doubling: x = round(16 log2 amount). For each item, and for
 * all together, three integers are kept: n, sum x, sum x^2. So mean and spread follow in integers, any order of the same
 * amounts gives the same sums, and one amount costs two additions. What was judged an outlier is not added.
 *
 *     far(x) = |x - mean| > WIDTH * max(spread, LEAST)
 *
 *     quantity  too large against all items together, and against its own where that is known; ZH_BOUND_QUANTITY_MIN at least
 *     price     against its own item only, above or below
 *
 * Wholesale and gifts are true: a bound lies where no sale was ever seen, seven spreads out. On Online Retail (541,909 lines)
 * it finds the quantities 80,995 and 74,215 and their cancellations, and nothing else.
 *
 * Guarantees  integers only; the same amounts in the same order give the same entries.
 * Cost        about 20 ns an amount.
 * Source      mean and spread of logarithms, because amounts of a shop spread over orders of magnitude.
 */
#ifndef ZH_QUALITY_BOUNDS_H
#define ZH_QUALITY_BOUNDS_H
#include "base/keep.h"
#include "base/map.h"
#include "core/event.h"

#define ZH_BOUND_ITEMS_MAX 262144u    /* items with sums of their own; 24 MB. The others are held against all */
#define ZH_BOUND_ITEM_MIN 20u         /* amounts of an item before it is held against itself */
#define ZH_BOUND_ALL_MIN 200u         /* amounts before "all items" means anything */
#define ZH_BOUND_QUANTITY_MIN 1000    /* a smaller quantity is never an outlier */
#define ZH_BOUND_QUANTITY_START 20000 /* the bound until enough was seen */
#define ZH_BOUND_QUANTITY_WIDTH 7     /* spreads, of all items; half as many of its own. On Online Retail true sales end at 6.6, the two mistakes begin at 8.0 */
#define ZH_BOUND_PRICE_WIDTH 8
#define ZH_BOUND_LEAST 16             /* of a spread: one doubling */

typedef struct zh_moments { uint64_t n; int64_t sum, squares; } zh_moments;

typedef struct zh_bound_item {
    zh_item_id item; /* 0: all items together */
    zh_moments quantity, price;
    bool dirty;
} zh_bound_item;

typedef struct zh_bounds {
    zh_bound_item all, *items; /* private */
    size_t count, room;
    zh_map by_item;
} zh_bounds;

zh_bounds zh_bounds_open(void);
void zh_bounds_close(zh_bounds *bounds);

/* 16 log2 of an amount >= 1, rounded down to the sixteenth. Proof: tests/quality/bounds_test.c, against the C library. */
int32_t zh_bound_log(int64_t amount);

bool zh_bounds_quantity_is_far(const zh_bounds *bounds, zh_item_id item, int64_t quantity);
bool zh_bounds_price_is_far(const zh_bounds *bounds, zh_item_id item, int64_t price_minor);
/* Learn them; amounts below 1 teach nothing. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_bounds_add(zh_bounds *bounds, zh_item_id item, int64_t quantity, int64_t price_minor);
/* The item's usual price (the mean of logarithms), or -1 where too few are known. */
int64_t zh_bounds_price(const zh_bounds *bounds, zh_item_id item);

/* Entries under the key's first byte 'b': item u64 big-endian (0: all); value drawn in bounds.c. */
ZH_MUST zh_err zh_bounds_save(zh_bounds *bounds, bool all, zh_keep keep);
ZH_MUST zh_err zh_bounds_load(zh_bounds *bounds, zh_sv key, zh_sv value); /* the key without its first byte */
size_t zh_bounds_bytes(const zh_bounds *bounds);

#endif
