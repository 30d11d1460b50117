/* segment_shop.h -- the commerce of an event: lines, order, currency, revenue.
 *
 * Reads the properties of Segment's ecommerce specification v2: `products[]`, or the product's
 * fields beside the event's own where there is one product. Amounts become integers in the minor
 * unit of the stated currency; a number that JSON wrote as 2.55 is 255, never 254.
 *
 * Guarantees  quantity and total are >= 0 except in a stock ledger; what is negative, absurd or
 *             unreadable sets ZH_MARK_OUTLIER and counts nothing.
 */
#ifndef ZH_COLLECT_SEGMENT_SHOP_H
#define ZH_COLLECT_SEGMENT_SHOP_H
#include "base/json.h"
#include "core/event.h"

#define ZH_SEGMENT_QUANTITY_MAX 1000000 /* of a line; a pallet of a million is a slip of the hand */
#define ZH_SEGMENT_AMOUNT_MINOR_MAX ((int64_t)1000000000000) /* ten thousand million in a currency of cents */

/* Fill order_id, currency, revenue_minor, lines and marks of `event`, whose act is known already.
 * Texts point where those of `properties` do. `is_import`: the zhun_* properties count.
 * Errors: ZH_RANGE a field no event may have, named in *bad (a literal); ZH_FULL the arena is. */
ZH_MUST zh_err zh_segment_shop(zh_json_value properties, bool is_import, zh_arena *arena,
                               zh_event *event, zh_sv *bad);

/* A JSON number or a number as text, in minor units rounded half away from zero. False: none, or unreadable. */
bool zh_segment_amount(zh_json_value value, int digits, int64_t *minor);

/* A text, or an integer as text (from the arena); empty where it is neither. ZH_FULL: no room. */
ZH_MUST zh_err zh_segment_id(zh_json_value value, zh_arena *arena, zh_sv *out);

#endif
