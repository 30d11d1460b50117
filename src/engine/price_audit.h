/* price_audit.h -- do two customers pay the same for the same cart? Asked of the shop's own customers, through the function that prices every cart.
 *
 * Pairs of customers and a cart (one to four goods of the catalog, a channel) are drawn; both are asked the price, nothing is recorded. What a price may
 * follow is public and stands in every quote: the goods, the channel, the day, the first order, and what the ledger says of each offer (a coupon of one's
 * own, a limit reached, a budget). Where all that is the same the prices must be the same, to the cent and on each line.
 *
 *     same         one price
 *     conditions   another price, and a public condition differs: the first order, or an offer
 *     other        another price under the same conditions, or another list price: never to be
 *
 * For each thing that two customers often differ in there is the count of pairs that do, and of those of them that are `other`.
 *
 * Guarantees  the same seed asks the same pairs again, until customers or goods come or go, or the engine starts anew. No customer is named.
 * Cost        1.5 us a pair in a shop without offers (100,000 pairs, one run), twice the price of a cart (offer/price.h) more with them; the world's read lock and the desk's lock for each price alone.
 * Threads     any; not on an HTTP thread.
 */
#ifndef ZH_ENGINE_PRICE_AUDIT_H
#define ZH_ENGINE_PRICE_AUDIT_H
#include "engine/offer_desk.h"

#define ZH_PRICE_AUDIT_PAIRS_MAX 100000u
#define ZH_PRICE_AUDIT_GOODS_MAX 5000u /* goods that carts are drawn from: the first of a walk over the catalog */
#define ZH_PRICE_AUDIT_CART_MAX 4u
#define ZH_PRICE_AUDIT_SHOWN_MAX 20u

#define ZH_PRICE_UNLIKE_LIST(X)                                     \
    X(TENURE,   "tenure")   /* known for another number of days */  \
    X(ORDERS,   "orders")   /* another number of orders */          \
    X(SPENDING, "spending") /* another sum of orders */             \
    X(EVENTS,   "events")   /* another number of events */          \
    X(LAST,     "lastSeen") /* seen last on another day */
typedef enum zh_price_unlike {
#define X(name, text) ZH_PRICE_UNLIKE_##name,
    ZH_PRICE_UNLIKE_LIST(X)
#undef X
    ZH_PRICE_UNLIKE_COUNT
} zh_price_unlike;
const char *zh_price_unlike_text(zh_price_unlike unlike);

typedef struct zh_price_pair { /* one that is `other` */
    zh_sv item[ZH_PRICE_AUDIT_CART_MAX]; /* in the arena */
    int32_t quantity[ZH_PRICE_AUDIT_CART_MAX];
    uint32_t items;
    int64_t total_cents[2];
    uint32_t unlike;   /* bits of zh_price_unlike */
} zh_price_pair;

typedef struct zh_price_audit {
    uint64_t customers, goods, offers; /* there were to draw from; that are defined */
    uint64_t pairs, same, other;
    uint64_t first_order, offer;       /* another price by a public condition: by the first order, else by an offer */
    uint64_t unlike[ZH_PRICE_UNLIKE_COUNT], unlike_other[ZH_PRICE_UNLIKE_COUNT];
    zh_price_pair shown[ZH_PRICE_AUDIT_SHOWN_MAX];
    uint32_t shown_count;
} zh_price_audit;

/* Fewer than two customers, or no goods with a price: no pairs. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_price_audit_run(zh_engine *engine, uint64_t seed, uint32_t pairs, zh_arena *arena, zh_price_audit *out);

#endif
