/* before.h -- what a customer was like before a moment, in a few columns that can be read: what an uplift model may know.
 *
 *     orders            that stood, before the moment             money          their value as placed, minor units
 *     days_since_order  ZH_BEFORE_NEVER where there was none      days_known     since his first event
 *     views, adds       in the 30 days before                     active_days    days with an event, of those 30
 *     events_7d         in the 7 days before                      carts_7d       of them into a cart
 *     items_seen        product lines looked at, 30 days          dear           mean price of a line looked at or bought, minor units; 0 where unknown
 *
 * Guarantees  pure; nothing at or after the moment counts; all finite.
 * Cost        O(his events and orders).
 */
#ifndef ZH_MEASURE_BEFORE_H
#define ZH_MEASURE_BEFORE_H
#include "profile/activity.h"

#define ZH_BEFORE_LIST(X)                                                                                                                          \
    X(ORDERS, "orders") X(MONEY, "money") X(DAYS_SINCE_ORDER, "days_since_order") X(DAYS_KNOWN, "days_known") X(VIEWS, "views") X(ADDS, "adds")     \
    X(ACTIVE_DAYS, "active_days") X(EVENTS_7D, "events_7d") X(CARTS_7D, "carts_7d") X(ITEMS_SEEN, "items_seen") X(DEAR, "dear")
typedef enum zh_before {
#define X(name, text) ZH_BEFORE_##name,
    ZH_BEFORE_LIST(X)
#undef X
    ZH_BEFORE_COLUMNS
} zh_before;

#define ZH_BEFORE_NEVER 3650 /* days */

const char *zh_before_text(zh_before column);
/* state NULL: nothing is known of him. */
void zh_before_of(const zh_customer_state *state, int64_t moment_ms, double out[ZH_BEFORE_COLUMNS]);

#endif
