/* delivery_read.h -- the delivery policy as a shop writes it.
 *
 *     { "quietHours": { "from": "22:00", "to": "08:00", "channels": ["email", "sms"], "over": "wait" },
 *       "caps": [ { "most": 1, "per": "day" }, { "most": 3, "hours": 168, "channels": ["sms"], "over": "skip" } ],
 *       "holdout": 0.05 }
 *
 * `over` says what becomes of a message that is held: wait (the default of quiet hours) or skip (that of caps). Channels not said are all.
 */
#ifndef ZH_REACH_DELIVERY_READ_H
#define ZH_REACH_DELIVERY_READ_H
#include "reach/definition.h"
#include "reach/delivery.h"

#define ZH_DELIVERY_SETTING ZH_SV("delivery")

/* Errors: ZH_FORMAT (*fault says what). */
ZH_MUST zh_err zh_delivery_read(zh_json_value root, zh_delivery_rules *out, zh_fault *fault);

#endif
