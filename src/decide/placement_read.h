/* placement_read.h -- a placement as a marketer defines it: JSON text in, what deciding uses out.
 *
 *     { "title": { "en": "For you", "zh": "猜你喜欢" }, "strategy": "personal", "stages": ["history", "popular"],
 *       "hideBoughtDays": 7, "public": false, "explore": 0.05, "exploreSlots": 3, "exploreTemperature": 4,
 *       "dials": { "diversity": 0.3, "popularity": -0.1, "calibration": 0.2, "margin": 0 },
 *       "rules": [ { "kind": "exclude", "name": "no tobacco", "when": "context.hour < 6", "item": "item.category == \"tobacco\"" },
 *                  { "kind": "boost", "item": "item.age_days < 14", "factor": 1.5 },
 *                  { "kind": "pin", "slot": 1, "itemId": "22423" },
 *                  { "kind": "cap", "by": "brand", "most": 2 },
 *                  { "kind": "stock", "least": 5, "factor": 0.5 },
 *                  { "kind": "margin", "least": 0.2 },
 *                  { "kind": "price", "fromCents": 1000, "toCents": 5000 } ] }
 *
 * Only `strategy` is needed. Stages not said are those of the strategy (placement.h); hideBoughtDays not said is 30, -1 is for ever.
 *
 * Guarantees  any bytes are a placement that can decide, or refused with the field and a sentence; a name that is not known is refused.
 *             The hash is that of the text, so a decision says which definition it was made under.
 * Lifetimes   everything lives in the arena.
 * Cost        about 20 us and 5 us a condition.
 */
#ifndef ZH_DECIDE_PLACEMENT_READ_H
#define ZH_DECIDE_PLACEMENT_READ_H
#include "base/json_out.h"
#include "base/note.h"
#include "decide/placement.h"
#include "decide/rules.h"

#define ZH_PLACEMENT_BYTES_MAX 24576       /* of its text: with the one before it, it fits into a setting */
#define ZH_PLACEMENT_TITLE_BYTES_MAX 200
#define ZH_PLACEMENT_DAYS_MAX 3650
#define ZH_PLACEMENT_EXPLORE_MAX 0.5       /* more is no list any more */
#define ZH_PLACEMENT_EXPLORE_SLOTS_MAX 10
#define ZH_PLACEMENT_TEMPERATURE_MAX 100
#define ZH_PLACEMENT_HIDE_DEFAULT 30

typedef struct zh_placement_fault {
    char field[64];            /* "rules[3].item" */
    zh_note why;
} zh_placement_fault;

bool zh_placement_name_is_good(zh_sv name); /* 1 .. 64 of letters, digits, - and _ */

/* `root` and its texts may go afterwards. Errors: ZH_FORMAT (*why says what), ZH_NOMEM. */
ZH_MUST zh_err zh_placement_read(zh_json_value root, zh_sv name, zh_arena *arena, zh_placement *out, zh_placement_fault *why);
/* The definition of a placement that is built in, as text: what to start from. */
void zh_placement_write(const zh_placement *built_in, zh_json_out *out);

#endif
