/* reason.h -- why an event is marked.
 *
 * A marked event stays in the log, in its customer's timeline and in the figures of money. Reasons that are `apart` keep
 * it out of learning: popularity, co-counts, tastes, and what is exported for training. The others are only said.
 */
#ifndef ZH_QUALITY_REASON_H
#define ZH_QUALITY_REASON_H
#include "base/sv.h"

/* name, code, apart, a sentence. Stored: append only. */
#define ZH_QUALITY_LIST(X)                                                                                        \
    X(TYPE_VIOLATION, "type_violation", true,  "a field that learning reads has a type it cannot have")           \
    X(TYPE_CONFLICT,  "type_conflict",  false, "a property has another type than it nearly always had")           \
    X(BAD_AMOUNT,     "bad_amount",     true,  "a negative, empty or impossible price, quantity or sum")          \
    X(OUTLIER,        "outlier",        true,  "a price or quantity far from everything its item ever had")       \
    X(MISSING,        "missing_value",  false, "a value is missing that this kind of event should have")          \
    X(IMPUTED,        "imputed",        false, "a missing price is taken from the item's usual one for learning") \
    X(CLOCK,          "clock",          true,  "the time makes no sense: far in the future or the past")          \
    X(BOT_AGENT,      "bot_agent",      true,  "the browser names itself a robot")                                \
    X(BOT_RATE,       "bot_rate",       true,  "more views a minute or an hour than a person can make")           \
    X(BOT_SWEEP,      "bot_sweep",      true,  "walks through the whole catalog and never comes back to an item") \
    X(FAKE_CUSTOMER,  "fake_customer",  true,  "one of many new customers that do the same at the same pace")     \
    X(FAKE_REVIEW,    "fake_review",    true,  "one of many reviews with the same words, or of one item at once") \
    X(PLAN,           "plan_violation", true,  "not as the locked tracking plan says")                              \
    X(ID_LIMIT,       "id_limit",       false, "its ids were not joined: the customer has as many as the shop lets") \
    X(SHARED_DEVICE,  "shared_device",  false, "from a device that many known customers use")                        \
    X(ID_APART,       "id_apart",       false, "its ids were not joined: a person took that merge back")
typedef enum zh_quality_reason {
#define X(name, code, apart, text) ZH_QUALITY_##name,
    ZH_QUALITY_LIST(X)
#undef X
    ZH_QUALITY_REASONS
} zh_quality_reason;
_Static_assert(ZH_QUALITY_REASONS <= 32, "reasons are bits of a word");

#define ZH_QUALITY_BIT(name) (1u << ZH_QUALITY_##name)
/* Bits that keep an event out of learning. */
uint32_t zh_quality_apart(void);

const char *zh_quality_code(zh_quality_reason reason); /* "bot_rate"; "unknown" */
const char *zh_quality_text(zh_quality_reason reason); /* a sentence */
zh_quality_reason zh_quality_reason_of(zh_sv code);    /* ZH_QUALITY_REASONS: none of them */

#endif
