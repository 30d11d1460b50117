/* affinity.h -- how much of a customer's interest goes to each category or brand.
 *
 * Points of a week (zh_taste) count half as much ZH_AFFINITY_HALF_LIFE_DAYS later; what a name has of all is its share:
 *
 *     share(name) = sum over its weeks w of points(w) 2^(-7 (newest - w) / half_life)  /  the same over all names
 *
 * Ages are counted from the newest week with points, not from now: every age grows alike, so shares stand still until the
 * customer does something. That is why no condition on a share turns by itself.
 *
 * Guarantees  shares of one kind add up to 1; equal states give equal bits.
 * Cost        O(tastes x names); 1.5 us for 50 events, 50 us at most.
 * Threads     readers.
 */
#ifndef ZH_PROFILE_AFFINITY_H
#define ZH_PROFILE_AFFINITY_H
#include "base/arena.h"
#include "profile/customer.h"
#include "profile/terms.h"

#define ZH_AFFINITY_HALF_LIFE_DAYS 28 /* a fashion of a month ago says half as much as today's */

typedef struct zh_affinity {
    zh_sv name;        /* as shown, cut; of the terms; empty where they do not know it */
    uint64_t name_hash;
    double share;      /* (0, 1] */
    uint32_t weeks;    /* with points */
    int64_t week_ms;   /* beginning of the newest of them, UTC */
} zh_affinity;

/* The largest share first; of equal ones by hash. In the arena; `terms`: zh_customers_terms() of the customer's table. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_affinity_of(const zh_customer_state *state, const zh_terms *terms, zh_taste_kind kind, zh_arena *arena, zh_affinity **out, uint32_t *count);

#endif
