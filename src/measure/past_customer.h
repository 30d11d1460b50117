/* past_customer.h -- the past of a customer out of the state: orders that stand, and what was looked at and put into carts, by days.
 *
 * Orders come from the customer's orders, so that an order is one fact however many events spoke of it; views, adds and others from the newest
 * events (activity.h), those of one kind and day put together. Days are those of the workspace's zone. An order that was cancelled never was.
 *
 * Guarantees  pure; facts ascend by day.
 * Cost        about 10 ns an event and 30 ns an order, and sorting.
 */
#ifndef ZH_MEASURE_PAST_CUSTOMER_H
#define ZH_MEASURE_PAST_CUSTOMER_H
#include "base/arena.h"
#include "base/tz.h"
#include "measure/past.h"
#include "profile/activity.h"

/* Facts lie in the arena. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_past_of_customer(zh_past *out, zh_arena *arena, const zh_customer_state *state, const zh_tz *zone);

/* What he ordered, looked at and put into carts by category, for next_category.h: of each day and category with its money, or how often. A category is named by
 * zh_category_id of its text. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_past_categories(zh_past *out, zh_arena *arena, const zh_customer_state *state, const zh_terms *terms, const zh_tz *zone);
uint32_t zh_category_id(uint64_t text_hash); /* of zh_terms_hash: the same in every table; 0 for 0 alone */

#endif
