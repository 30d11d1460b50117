/* item.h -- what the shop sells: a fold over catalog records, and over events where they are silent.
 *
 * An ITEM record sets some fields of an item or deletes it. For every field the newest record that
 * set it counts, by (at_ms, hash of the record); a delete takes back every older field. Where no
 * record set a field, the newest event line that carried it does: a shop that never sends a
 * catalog still has titles and prices.
 *
 * Guarantees  any order, any repetition of the same records and events gives the same entries.
 * Cost        get 1 table look-up; learn < 150 ns a line that brings nothing new; search O(items).
 *             About 500 bytes and its texts an item.
 * Threads     readers together or one writer.
 * Not here    reading JSON, CSV or feeds (collect, server), prices over time.
 */
#ifndef ZH_CATALOG_ITEM_H
#define ZH_CATALOG_ITEM_H
#include "base/buf.h"
#include "base/keep.h"
#include "core/event.h"

#define ZH_CATALOG_ITEMS_MAX 2000000u        /* default of desc.items_max; 1 GB of items at most */
#define ZH_ITEM_TITLE_BYTES_MAX 500          /* Google Merchant allows 150 characters */
#define ZH_ITEM_NAME_BYTES_MAX 255           /* category, brand */
#define ZH_ITEM_URL_BYTES_MAX 2048           /* what browsers and feeds accept */
#define ZH_ITEM_ATTRIBUTES_BYTES_MAX 8192    /* JSON text */
#define ZH_ITEM_STOCK_UNKNOWN (-1)
#define ZH_ITEM_PRICE_UNKNOWN (-1)
#define ZH_ITEM_COST_UNKNOWN (-1)

/* Fields of a change. Stored: append only. */
enum {
    ZH_ITEM_TITLE = 1 << 0, ZH_ITEM_CATEGORY = 1 << 1, ZH_ITEM_BRAND = 1 << 2, ZH_ITEM_PRICE = 1 << 3,
    ZH_ITEM_STOCK = 1 << 4, ZH_ITEM_AVAILABLE = 1 << 5, ZH_ITEM_URL = 1 << 6, ZH_ITEM_IMAGE = 1 << 7,
    ZH_ITEM_ATTRIBUTES = 1 << 8, ZH_ITEM_KIND = 1 << 9,
    ZH_ITEM_COST = 1 << 10,
    ZH_ITEM_FIELDS = (1 << 11) - 1,
};

/* One ITEM record: a catalog change. */
typedef struct zh_item_change {
    zh_sv text;              /* the shop's item id; not empty */
    uint32_t set;            /* which fields below are meant: ZH_ITEM_TITLE | … */
    bool deleted;            /* then `set` is 0 */
    zh_sv title, category, brand, url, image_url;
    zh_sv attributes;        /* a JSON object as text, or empty */
    int64_t price_minor;     /* with `currency`, by ZH_ITEM_PRICE; -1: unknown */
    zh_currency currency;
    int64_t stock;           /* -1: unknown */
    bool available;
    bool non_product;        /* ZH_ITEM_KIND: postage, a fee, a test */
    int64_t cost_minor;      /* what one costs the shop, in the price's currency; -1: unknown. Never shown to a page */
    int64_t at_ms;
    zh_source_id source;
    uint32_t import_number;  /* of the file it came with (collect/imports.h), 0: none */
} zh_item_change;

/* Is it whole and within the sizes above? If not, *why is a static sentence. */
bool zh_item_change_check(const zh_item_change *change, const char **why);
/* Append the record (ZH_RECORD_ITEM first); the change must pass the check. */
void zh_item_change_put(const zh_item_change *change, zh_buf *out);
ZH_MUST zh_err zh_item_change_get(zh_sv record, zh_item_change *out); /* ZH_FORMAT; views of `record` */

/* An item as it stands. Views are valid until the next change of the catalog. */
typedef struct zh_item {
    zh_item_id id;
    zh_sv text, title, category, brand, url, image_url, attributes; /* empty: unknown */
    uint64_t category_hash;  /* zh_fast64 of category; 0 where unknown */
    int64_t price_minor;     /* -1: unknown */
    zh_currency currency;
    int64_t cost_minor;      /* -1: unknown; in the same currency */
    int64_t stock;           /* -1: unknown */
    bool available;          /* true unless a record says otherwise */
    bool non_product;
    bool listed;             /* a catalog record set it; false: only seen in events */
    bool deleted;            /* by a record; events may still name it */
    int64_t at_ms;           /* newest catalog record; 0 where none */
    int64_t first_ms;        /* first time seen anywhere */
    zh_source_id source;     /* of that newest record */
} zh_item;

/* May it be recommended now: there, in stock, a product. */
static inline bool zh_item_sellable(const zh_item *item)
{
    return item->available && item->stock != 0 && !item->non_product && !item->deleted;
}

/* The share of its price that is left when its cost is paid, below 0 where it is sold at a loss. False: not known. */
static inline bool zh_item_margin(const zh_item *item, double *share)
{
    if (item->price_minor <= 0 || item->cost_minor < 0) return false;
    *share = (double)(item->price_minor - item->cost_minor) / (double)item->price_minor;
    return true;
}

typedef struct zh_catalog zh_catalog; /* opaque */

typedef struct zh_catalog_desc {
    uint32_t items_max;      /* 0: ZH_CATALOG_ITEMS_MAX */
} zh_catalog_desc;

ZH_MUST zh_err zh_catalog_open(zh_catalog **out, const zh_catalog_desc *desc); /* caller closes */
void zh_catalog_close(zh_catalog *catalog);

/* Fold one ITEM record. Errors: ZH_FORMAT, ZH_FULL, ZH_NOMEM, ZH_EXISTS (another text has the same
 * number: the item is refused, nothing changes). */
ZH_MUST zh_err zh_catalog_apply(zh_catalog *catalog, zh_sv record);

/* Did records already set every field of the change to the value it has there? Then applying it would change
 * nothing but its time. false for a delete. */
bool zh_catalog_holds(const zh_catalog *catalog, const zh_item_change *change);

/* Fold the lines of an event. A line that is refused (ZH_EXISTS, ZH_FULL) leaves the others. */
ZH_MUST zh_err zh_catalog_learn(zh_catalog *catalog, const zh_event *event);

/* The item or NULL. */
const zh_item *zh_catalog_get(const zh_catalog *catalog, zh_item_id item);
const zh_item *zh_catalog_find(const zh_catalog *catalog, zh_sv text);
size_t zh_catalog_count(const zh_catalog *catalog); /* deleted ones too */

/* Every item, in no stable order: for (size_t at = 0; (item = zh_catalog_next(c, &at)) != NULL;) */
const zh_item *zh_catalog_next(const zh_catalog *catalog, size_t *at);

/* Is it not deleted, of this category (empty: any), and does its text, title, brand or category contain
 * `words` (ASCII letters of either case; empty: all)? O(bytes). */
bool zh_catalog_fits(const zh_item *item, zh_sv words, zh_sv category);
/* Items that fit, in the order of their text, after `after` (empty: from the first). Returns how
 * many were written, at most `limit` (>= 1); *more says whether others follow. O(items). */
size_t zh_catalog_search(const zh_catalog *catalog, zh_sv words, zh_sv category, zh_sv after, const zh_item **out,
                         size_t limit, bool *more);

ZH_MUST zh_err zh_catalog_save(zh_catalog *catalog, bool all, zh_keep keep); /* base/keep.h */
ZH_MUST zh_err zh_catalog_load(zh_catalog *catalog, zh_sv key, zh_sv value); /* ZH_FORMAT, ZH_NOMEM, ZH_FULL */
bool zh_catalog_check(const zh_catalog *catalog, const char **why);
size_t zh_catalog_bytes(const zh_catalog *catalog);

#endif
