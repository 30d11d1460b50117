/* decision.h -- what was chosen for whom, from what, with what probability and why: one record.
 *
 * A decision is written down before its answer leaves, small enough to keep every one, and holds
 * what a replay needs: the ask (context item, cart, exclusions), the versions of everything that
 * computed it, and the seed of its one random draw.
 *
 * Guarantees  get(put(d)) gives the same decision; any other bytes give ZH_FORMAT, never a crash.
 *             <= 600 bytes for 20 items with 20 different evidence items and no more than 4 in
 *             the cart and excluded lists; every further item costs at most 25 bytes.
 * Lifetimes   arrays of a read decision live in the caller's arena, texts in the record's bytes.
 * Not here    the choosing (decide), the words of a reason (decide/reason.h).
 */
#ifndef ZH_CORE_DECISION_H
#define ZH_CORE_DECISION_H
#include "base/arena.h"
#include "base/buf.h"
#include "core/id.h"

#define ZH_DECISION_ITEMS_MAX 100     /* shown items of one answer; a page shows fewer */
#define ZH_DECISION_ASKED_MAX 200     /* cart items, and excluded items: a full cart and a margin */
#define ZH_DECISION_POSITIONS_MAX 64  /* partitions of one log */
#define ZH_DECISION_NAME_BYTES_MAX 64 /* placement, experiment, arm: names people type */
#define ZH_DECISION_MICRO 1000000     /* scores and propensities are integers in millionths */

/* 128 random bits, made by the caller. Text: 26 letters of Crockford's base 32, lower case. */
typedef struct zh_decision_id { uint64_t high, low; } zh_decision_id;
#define ZH_DECISION_ID_TEXT_BYTES 27 /* with the NUL */
void zh_decision_id_print(zh_decision_id id, char out[ZH_DECISION_ID_TEXT_BYTES]);
/* Errors: ZH_FORMAT. Upper case is read too. */
ZH_MUST zh_err zh_decision_id_parse(zh_sv text, zh_decision_id *out);

/* How a list was made. Stored: append only. */
#define ZH_STRATEGY_LIST(X)                                                             \
    X(PERSONAL,   "personal")    /* from what the customer bought and looked at */      \
    X(COMPLEMENT, "complement")  /* what goes with the item of the page */              \
    X(BASKET,     "basket")      /* what goes with the cart */                          \
    X(AFTER,      "after_order") /* what goes with the last order */                    \
    X(TRENDING,   "trending")    /* what rises now */                                   \
    X(POPULAR,    "popular")     /* what many buy */                                    \
    X(SUBSTITUTE, "substitute")  /* what can be taken instead of the item of the page */ \
    X(RECENT,     "recently_seen") /* what the customer looked at last */               \
    X(REPEAT,     "repeat_due")  /* what the customer buys again, when it is due */
typedef enum zh_strategy {
#define X(name, text) ZH_STRATEGY_##name,
    ZH_STRATEGY_LIST(X)
#undef X
    ZH_STRATEGY_COUNT
} zh_strategy;
const char *zh_strategy_text(zh_strategy strategy);

/* Why an item is in the list: one code an item. Stored: append only. */
#define ZH_REASON_LIST(X)                                                                \
    X(BOUGHT_TOGETHER,     "bought_together")     /* evidence: the page's, cart's or order's item */ \
    X(VIEWED_TOGETHER,     "viewed_together")     /* evidence: the page's item */        \
    X(BECAUSE_YOU_BOUGHT,  "because_you_bought")  /* evidence: a bought item */          \
    X(BECAUSE_YOU_VIEWED,  "because_you_viewed")  /* evidence: a viewed item */          \
    X(BECAUSE_YOU_WANTED,  "because_you_wanted")  /* evidence: an item added to a cart or wish list */ \
    X(POPULAR_IN_CATEGORY, "popular_in_category") /* in the category of the page or of the customer's taste */ \
    X(POPULAR,             "popular")                                                    \
    X(TRENDING,            "trending")                                                   \
    X(NEW,                 "new")                                                        \
    X(EXPLORATION,         "exploration")         /* shown to learn whether it is liked */ \
    X(ALTERNATIVE,         "alternative")         /* evidence: the page's item */        \
    X(RECENTLY_SEEN,       "recently_seen")       /* evidence: the item itself */        \
    X(GOES_WITH,           "goes_with")           /* evidence: the page's or cart's item */ \
    X(ACCESSORY,           "accessory")           /* evidence: the last order's items */ \
    X(REPEAT_DUE,          "repeat_due")          /* evidence: the item itself */         \
    X(SCENE,               "scene")               /* the moment lifts it (decide/scene.h) */ \
    X(PINNED,              "pinned")              /* a rule of the placement put it there */
typedef enum zh_reason_code {
#define X(name, text) ZH_REASON_##name,
    ZH_REASON_LIST(X)
#undef X
    ZH_REASON_COUNT
} zh_reason_code;
const char *zh_reason_code_text(zh_reason_code code);

typedef struct zh_shown {        /* rank = place in the array + 1 */
    zh_item_id item;
    zh_item_id evidence;         /* the strongest; 0 where the reason has none */
    int64_t score_micro;
    uint32_t propensity_micro;   /* chance that the policy shows this item at this rank; 1..1000000 */
    zh_reason_code reason;
} zh_shown;

typedef struct zh_decision {
    zh_decision_id id;
    zh_customer_id customer;     /* 0 where the answer is not personal, and of no experiment */
    zh_sv placement;
    int64_t time_ms;             /* the moment decided for (context.time where given) */
    zh_strategy strategy;
    bool personalized;
    uint32_t candidates;         /* items the list was chosen from: the best of each stage, as many as it asks for */
    uint32_t asked;              /* n of the ask */

    zh_item_id context_item;     /* 0: none */
    zh_item_id *cart, *excluded; /* of the ask, as used: empty cart where not personal */
    uint32_t cart_count, excluded_count;

    zh_shown *shown;
    uint32_t shown_count;

    uint32_t policy_version;     /* decide's rules and weights */
    uint64_t placement_hash;     /* of the placement's definition in force; 0: the one that is built in */
    uint64_t scene;              /* what was read of the moment, as its bits; 0: nothing */
    uint64_t model_hash;         /* 0: counts only */
    uint64_t *positions;         /* of the views, one a partition */
    uint32_t positions_count;
    uint64_t seed;               /* of the draw, 0 where nothing was drawn */
    uint32_t consent;            /* what guard saw, as its bits */
    zh_sv city, device;          /* as the request said, where the placement has rules and the list is personal; at most 64 bytes each */
    zh_sv experiment, arm;       /* empty: none */
    uint32_t arm_chance_micro;   /* of a bandit: the chance this arm was drawn with, 1 .. 1,000,000; 0: the arms' weights */
    uint32_t allocation;         /* of a bandit: which of its allocations he was drawn under */
} zh_decision;

/* Append the record (ZH_RECORD_DECISION first). */
void zh_decision_put(const zh_decision *decision, zh_buf *out);

/* Whose decision a record is, and its id; 0: nobody's, or no decision. */
zh_customer_id zh_decision_customer(zh_sv record, zh_decision_id *id);
/* Errors: ZH_FORMAT, ZH_NOMEM. */
ZH_MUST zh_err zh_decision_get(zh_sv record, zh_arena *arena, zh_decision *out);

#endif
