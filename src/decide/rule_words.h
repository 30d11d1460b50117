/* rule_words.h -- what the rules of a placement may name, beside a customer's own words (segment/vocabulary.h).
 *
 *     item.id, .title, .category, .brand     texts, empty where unknown
 *     item.price, .cost                      in the item's currency; absent where unknown
 *     item.margin                            (price - cost) / price; absent where one of them is unknown
 *     item.stock                             absent where unknown
 *     item.age_days                          since it was first seen anywhere
 *     item.attributes                        map of what the catalog said
 *     context.item                           the page's item, with the same fields; absent where there is none
 *     context.item_id, .city, .device        texts, empty where the request does not say
 *     context.cart                           ids of the cart's items
 *     context.hour, .weekday                 of the workspace: 0..23; 1 (Monday) .. 7
 *     customer, now                          as in segments; of a list that is not personal the customer is nobody
 *
 * A condition without an answer (an absent stock, a key that is not there) does not hold.
 *
 * Threads     names are read by any; a moment is one thread's.
 */
#ifndef ZH_DECIDE_RULE_WORDS_H
#define ZH_DECIDE_RULE_WORDS_H
#include "catalog/item.h"
#include "segment/vocabulary.h"

#define ZH_CONTEXT_TEXT_BYTES_MAX 64 /* of a city, of a device */

typedef struct zh_rule_moment { /* what `context` is; all borrowed */
    const zh_item *item;        /* of the page; NULL: none */
    const zh_item *const *cart; /* those that the catalog has */
    uint32_t cart_count;
    zh_sv city, device;
    int64_t local_ms;           /* the workspace's clock, as if it were UTC */
    int64_t now_ms;
    zh_json *json;              /* for attributes */
} zh_rule_moment;

typedef struct zh_rule_item { const zh_item *item; const zh_rule_moment *moment; } zh_rule_item;

enum { ZH_RULE_CONTEXT, ZH_RULE_ITEM, ZH_RULE_VARIABLES }; /* places in zh_look.variables */

/* A customer's words and `context`; with `item` those too. All is in the arena. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_rule_words(zh_cel_env **out, zh_arena *arena, bool item);

/* The values of the two variables; what they point to outlives the evaluation. */
zh_cel_value zh_rule_context_value(const zh_rule_moment *moment);
zh_cel_value zh_rule_item_value(const zh_rule_item *item);

#endif
