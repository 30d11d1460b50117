/* offers_judge.h -- what a choice of mentions earns, beside the oracle's under the same budget, everyone, nobody and chance.
 *
 *     increment  sum over customers of profit(level) - profit(nothing mentioned)
 *     oracle     the best of E[profit] - price E[cost] at the smallest price whose expected cost fits the budget
 *     everyone   one offer to customers in a drawn order, as far as its expected cost fits; the offer that earns most so
 *     random     offers and customers drawn, as far as the budget goes
 *
 * All know the same menu and budget. Expected values are exact; what happened is the mean of `lucks` lucks which all policies share, its
 * interval is over customers. The spend of a choice is that of luck 0: money that was really spent.
 *
 * Not here    the engine's side: src/offer/mention.h.
 */
#ifndef ZH_SIM_OFFERS_JUDGE_H
#define ZH_SIM_OFFERS_JUDGE_H
#include "offers.h"

#define ZH_OFFERS_LUCKS_MAX 1000

typedef enum zh_offers_policy { ZH_OFFERS_CHOICE, ZH_OFFERS_ORACLE, ZH_OFFERS_EVERYONE, ZH_OFFERS_RANDOM, ZH_OFFERS_NOBODY, ZH_OFFERS_POLICIES } zh_offers_policy;
const char *zh_offers_policy_name(zh_offers_policy policy);

typedef struct zh_offers_span { double value, low, high; } zh_offers_span; /* 95 % */
typedef struct zh_offers_result {
    uint32_t mentioned;
    double expected_cents, expected_spend_cents; /* increment over nobody; cost */
    double spend_cents;                          /* of luck 0 */
    zh_offers_span increment;                    /* happened; cents */
    zh_offers_span behind;                       /* the choice's increment - this policy's, paired */
} zh_offers_result;

typedef struct zh_offers_ask {
    const zh_offers_world *world;
    uint32_t first, customers; /* numbers of people */
    const uint8_t *choice;     /* [customers] levels */
    double budget_cents;
    uint32_t lucks;            /* 1 .. ZH_OFFERS_LUCKS_MAX */
} zh_offers_ask;

/* Errors: ZH_NOMEM. O(customers (levels + lucks)). */
ZH_MUST zh_err zh_offers_judge(zh_offers_result out[ZH_OFFERS_POLICIES], zh_arena *arena, const zh_offers_ask *ask);

#endif
