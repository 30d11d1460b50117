/* costs.h -- what items cost the shop now, for orders that come and do not say it.
 *
 * A margin needs the cost of the day of the sale, and a view may not ask the catalog for it: partitions are folded in no order among
 * each other. So an order takes its costs along when it comes, from here, and its record keeps them.
 *
 * Guarantees  a cost that the event says stays; one in another currency than the event's is not taken.
 * Cost        where no item has a cost: one load of an event; else a shared lock and a look-up a line of an order. 48 bytes an item with a cost.
 * Threads     any; one writer at a time.
 */
#ifndef ZH_ENGINE_COSTS_H
#define ZH_ENGINE_COSTS_H
#include "catalog/item.h"

typedef struct zh_costs zh_costs; /* opaque */

ZH_MUST zh_err zh_costs_open(zh_costs **out); /* ZH_NOMEM; caller closes */
void zh_costs_close(zh_costs *costs);
ZH_MUST zh_err zh_costs_set(zh_costs *costs, const zh_item *item); /* as the catalog has it now; ZH_NOMEM */
void zh_costs_fill(zh_costs *costs, zh_event *event);              /* of orders: lines without a cost */
size_t zh_costs_bytes(const zh_costs *costs);

#endif
