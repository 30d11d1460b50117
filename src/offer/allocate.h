/* allocate.h -- who gets which coupon, when the budget does not reach for everybody.
 *
 * Each customer takes exactly one level; a level has a cost and, by customer, a value. Choose levels of the most value in all
 * whose costs fit the budget (a multiple-choice knapsack).
 *
 *     dual       D(price) = sum of max over levels (value - price cost) + price budget  >=  the best value, for every price >= 0
 *     threshold  everybody takes the best of value - price cost at the smallest price whose spend fits, found by halving down
 *                to the last bit; ties to the cheaper level (just below a price that many share, rounding settles them)
 *     exact      V(customers, spend) by dynamic programming over whole costs
 *
 * The smallest price that fits also makes D smallest, so bound and policy come from one search. The threshold loses what is
 * left of the budget at its price: a fraction of a percent for many customers.
 *
 * Ranges      levels 1 .. ZH_ALLOCATE_LEVELS_MAX in order of rising cost, all different, >= 0. With `own` costs any order behind the first, which
 *             nobody pays more than.
 * Cost        some 60 passes over the values for the threshold; customers x budget x levels for the exact one, and 8 bytes a unit of budget.
 * Source      Sinha, Zoltners, Operations Research 27 (1979); Kellerer, Pferschy, Pisinger, Knapsack Problems, 2004, ch. 11.
 */
#ifndef ZH_OFFER_ALLOCATE_H
#define ZH_OFFER_ALLOCATE_H
#include "base/arena.h"
#include "base/err.h"

#define ZH_ALLOCATE_LEVELS_MAX 64
#define ZH_ALLOCATE_BUDGET_MAX ((int64_t)100000000)  /* of the exact one: 800 MB */
#define ZH_ALLOCATE_STEPS_MAX 3e10                   /* of the exact one: half a minute */

typedef struct zh_allocate {
    const double *values; /* [customers * levels] */
    const double *costs;  /* [levels] */
    size_t customers;
    uint32_t levels;
    double budget;
    const double *own;    /* [customers * levels] costs by customer, the first of each the least, >= 0; NULL: `costs`. Not for the exact one */
} zh_allocate;

typedef struct zh_allocation {
    double price, dual_bound;     /* the smallest price that fits; its bound */
    double value, spend;          /* of the threshold policy */
    uint8_t *level;               /* [customers] */
} zh_allocation;

/* In `arena`. Errors: ZH_NOMEM; ZH_RANGE where even the cheapest levels cost more than the budget. */
ZH_MUST zh_err zh_allocate_threshold(zh_allocation *out, zh_arena *arena, const zh_allocate *a);
/* The best value. Errors: ZH_NOMEM; ZH_FULL over a maximum, or costs that are not whole; ZH_RANGE as above. */
ZH_MUST zh_err zh_allocate_exact(double *best, zh_arena *arena, const zh_allocate *a);

#endif
