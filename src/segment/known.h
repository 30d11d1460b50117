/* known.h -- which names and values there are for expressions to use, and how often: what a builder offers people to choose from.
 *
 *     zh_known_open(&k);  zh_known_name(k, ZH_KNOWN_EVENT, name, times) …  zh_known_customer(k, state) …  zh_known_settle(k);
 *     n = zh_known_list(k, ZH_KNOWN_TRAIT, 1, &first);
 *
 * Traits are counted over the customers that are shown to it, so over as many as the caller can afford; their values only where they are a
 * text, a number or a truth of at most ZH_KNOWN_VALUE_BYTES_MAX as JSON: longer ones are nothing to choose.
 *
 * Guarantees  the same names in any order give the same lists, as long as no bound is met. Past a bound new names are not told apart.
 * Cost        about 50 ns a name; 64 bytes each.
 * Threads     one.
 * Not here    which customers are shown, who may see values (server/expressions.c).
 */
#ifndef ZH_SEGMENT_KNOWN_H
#define ZH_SEGMENT_KNOWN_H
#include "profile/customer.h"

#define ZH_KNOWN_NAMES_MAX 1000      /* events, categories, brands: of each */
#define ZH_KNOWN_TRAITS_MAX 200
#define ZH_KNOWN_VALUES_MAX 200      /* of one trait that are told apart */
#define ZH_KNOWN_VALUE_BYTES_MAX 100 /* as JSON */

typedef enum zh_known_of { ZH_KNOWN_EVENT, ZH_KNOWN_CATEGORY, ZH_KNOWN_BRAND, ZH_KNOWN_TRAIT, ZH_KNOWN_LISTS } zh_known_of;
typedef enum zh_known_kind { ZH_KNOWN_TEXT, ZH_KNOWN_NUMBER, ZH_KNOWN_TRUTH, ZH_KNOWN_MANY, ZH_KNOWN_OTHER, ZH_KNOWN_KINDS } zh_known_kind;

typedef struct zh_known_one {
    zh_sv text;                      /* a name; of a trait's value: its JSON */
    uint64_t count;
    uint32_t list;                   /* private */
    uint32_t number;                 /* of a trait: what its values are asked with */
    uint32_t kinds[ZH_KNOWN_KINDS];  /* of a trait: customers by what its value is */
} zh_known_one;

typedef struct zh_known zh_known; /* opaque */
ZH_MUST zh_err zh_known_open(zh_known **out); /* the caller closes; ZH_NOMEM */
void zh_known_close(zh_known *known);

/* `times` more of this name; an empty one is none. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_known_name(zh_known *known, zh_known_of of, zh_sv name, uint64_t times);
/* The traits of one customer, and their values. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_known_customer(zh_known *known, const zh_customer_state *state);

/* Put them in order; then nothing is added. */
void zh_known_settle(zh_known *known);
/* Those that were counted at least `floor` times, the most frequent first, equal ones by their text; valid until close. */
size_t zh_known_list(const zh_known *known, zh_known_of of, uint64_t floor, const zh_known_one **first);
size_t zh_known_values(const zh_known *known, const zh_known_one *trait, uint64_t floor, const zh_known_one **first);
/* What most values of a trait are; of equally many the first of the enum. */
zh_known_kind zh_known_kind_of(const zh_known_one *trait);

#endif
