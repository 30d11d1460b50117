/* sold.h -- what every customer bought, as one list to learn from, gathered while folding goes on.
 *
 *     customers, in steps under the world's read lock ─► (customer, item, moment), one a product line of an order
 *
 * Of the newest ZH_ACTIVITY_FACTS_MAX events of a customer, as they were placed. Of more than ZH_SOLD_MAX lines a part of the customers is
 * taken, drawn by their number, so the same log gives the same list.
 *
 * Cost        16 bytes a purchase; two walks over all customers, ZH_CROWD steps under a lock each.
 * Threads     any.
 */
#ifndef ZH_ENGINE_SOLD_H
#define ZH_ENGINE_SOLD_H
#include "engine/world.h"
#include "model/league.h"

#define ZH_SOLD_MAX 5000000

typedef struct zh_sold {
    zh_purchase *list;    /* customers are numbers from 0, by their number; an item is its term (profile/terms.h) */
    size_t count;
    uint32_t customers;   /* with a purchase */
    uint32_t items;       /* above every item's term */
    uint64_t share;       /* one customer of so many was taken */
} zh_sold;

/* Errors: ZH_NOMEM; ZH_STOPPED soon after *stopping. The caller closes, also after an error. */
ZH_MUST zh_err zh_sold_gather(zh_sold *out, zh_world *world, const volatile bool *stopping);
void zh_sold_close(zh_sold *all);

#endif
