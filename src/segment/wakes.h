/* wakes.h -- what has to happen for an expression's answer to become another: which events, orders, traits, choices, segments.
 *
 * A kept segment is asked again for a customer only when one of these happened to him, or when the clock passes the moment that the
 * last answer named (zh_vocabulary_ask). What is said here is never too little; it may be too much.
 *
 *     customer.events("Product Viewed").where(e, e.category == "tea").count(days(7)) >= 3     "Product Viewed" with a line of "tea"
 *     customer.last_seen < now - days(14)                                                      any event
 *
 * `!customer.did("Order Completed", days(14))` is woken by orders too, but an order can only end it: who is not a member need not be
 * asked (`falls`). That is found by the sign with which an event's count stands in the whole.
 *
 * Cost        O(uses of the expression), once when it is compiled.
 */
#ifndef ZH_SEGMENT_WAKES_H
#define ZH_SEGMENT_WAKES_H
#include "segment/vocabulary.h"

typedef enum zh_wake_kind {
    ZH_WAKE_EVENT = 1, /* an event; of a name, or any; with a line that names a text, or any */
    ZH_WAKE_LINES,     /* an event that names items */
    ZH_WAKE_ORDERS,    /* an event that changes orders */
    ZH_WAKE_TRAITS,
    ZH_WAKE_CONSENT,
    ZH_WAKE_SEGMENT,   /* the customer enters or leaves the segment of this name */
    ZH_WAKE_TAG,       /* something is said of the customer and the tag of this name, or any */
    ZH_WAKE_LIST,      /* the customer comes on the list of this name, or leaves it */
    ZH_WAKE_SELF,      /* nothing: it is his number's; but it must be asked once */
    ZH_WAKE_SHARED,    /* what is the same for all: boundaries */
    ZH_WAKE_OTHER,     /* whatever is said of him, and boundaries */
    ZH_WAKE_MODEL,     /* a training of predictions */
} zh_wake_kind;

typedef enum zh_wake_field { ZH_WAKE_ANY_LINE, ZH_WAKE_ITEM, ZH_WAKE_CATEGORY, ZH_WAKE_BRAND, ZH_WAKE_FIELDS } zh_wake_field;

typedef struct zh_wake {
    zh_wake_kind kind;
    zh_sv name;          /* EVENT, TAG, LIST: empty for any; SEGMENT */
    zh_wake_field field; /* EVENT: of a line */
    zh_sv text;          /* its value; empty where field is ANY_LINE */
    bool follows;        /* SEGMENT: a tag that is named follows it */
    bool falls;          /* EVENT: one more of them can only take a member out, never bring one in */
} zh_wake;

/* Of a condition compiled in this environment; the list lives in the arena. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_condition_wakes(const zh_condition *condition, const zh_cel_env *env, zh_arena *arena, const zh_wake **out, uint32_t *count);

#endif
