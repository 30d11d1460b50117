/* rules_check.h -- rules that contradict each other or the catalog, said while they are written.
 *
 * Looked at are rules that are always in force and ask nothing but the item: of others nobody knows before the moment comes. So what
 * is said is true; what is not said may still happen.
 *
 * Cost        one pass over the catalog, at most ZH_RULES_CHECK_ITEMS_MAX items: about 0.3 us a rule and item.
 */
#ifndef ZH_DECIDE_RULES_CHECK_H
#define ZH_DECIDE_RULES_CHECK_H
#include "decide/rules.h"

#define ZH_RULES_CHECK_ITEMS_MAX 20000u
#define ZH_RULES_CONFLICTS_MAX 100u

/* `rule` is the one to change, `other` (ZH_SLOT_RULE_NONE: none) the one it stands against. */
#define ZH_RULES_CONFLICT_LIST(X)                                                                              \
    X(PIN_UNKNOWN,  "pin_unknown")  /* the catalog has no such item */                                         \
    X(PIN_NOT_SOLD, "pin_not_sold") /* it is out of stock or not sold */                                       \
    X(PIN_HIDDEN,   "pin_hidden")   /* `other` hides it; none: no include rule holds for it */                 \
    X(PIN_SLOT,     "pin_slot")     /* `other` has the slot: it comes first */                                 \
    X(BOOST_HIDDEN, "boost_hidden") /* all `count` items it holds for are hidden by others */                  \
    X(NO_ITEM,      "no_item")      /* it holds for no item that is sold */                                    \
    X(CAP_SHORT,    "cap_short")    /* with it a list has at most `count` items, fewer than are asked for */   \
    X(BAND_EMPTY,   "band_empty")   /* from is above to */                                                     \
    X(BANDS_APART,  "bands_apart")  /* no price is in it and in that of `other` */                             \
    X(NO_COSTS,     "no_costs")     /* no item that is sold has a known cost */                                \
    X(NOTHING_LEFT, "nothing_left") /* all rules together leave no item */
typedef enum zh_rules_conflict_code {
#define X(name, text) ZH_CONFLICT_##name,
    ZH_RULES_CONFLICT_LIST(X)
#undef X
    ZH_RULES_CONFLICTS
} zh_rules_conflict_code;
const char *zh_rules_conflict_text(zh_rules_conflict_code code);

typedef struct zh_rules_conflict {
    zh_rules_conflict_code code;
    uint32_t rule, other, count;
} zh_rules_conflict;

/* A list of n items is asked for. *out lives in the arena. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_rules_check(const zh_rules *rules, const zh_catalog *catalog, uint32_t n, int64_t now_ms, zh_arena *arena,
                              zh_rules_conflict **out, uint32_t *count);

#endif
