/* visit.h -- one visit from arrival to order: the behaviour of customers. Equations in sim/README.md.
 *
 * Guarantees  depends on (seed, customer, visit), the customer's past in this world, and the lists
 *             the policy shows; on nothing else. The world's tally counts the visit in measured days.
 * Cost        a few microseconds; for the oracle about 20 ns an item and list more.
 */
#ifndef ZH_SIM_VISIT_H
#define ZH_SIM_VISIT_H
#include "world.h"

typedef struct zh_sim_visit {
    zh_sim_world *world;
    uint32_t customer, number, minute; /* number: the customer's so many-th visit, from 0 */
    bool known;               /* logged in by now */
    bool abandons;            /* nothing will be ordered */
    int32_t intent;           /* the type it is for; -1: to look around */
    float taste[ZH_SHOP_INTERESTS_MAX];
    double price_sensitivity;
    int hour, weekday, sky;          /* of its beginning, by the shop's clock; sky of zh_sim_world_sky() */
    double wanted_log[ZH_SHOP_TYPES_MAX]; /* season and moment */
    double boost[ZH_SHOP_TYPES_MAX]; /* the type's part of utility: need, season, owned */
    bool needed[ZH_SHOP_TYPES_MAX], in_cart[ZH_SHOP_TYPES_MAX];
    uint16_t cart[ZH_SIM_CART_MAX], viewed[ZH_SIM_ACTS_MAX];
    uint32_t cart_count, viewed_count;
    uint32_t second;
    zh_sim_trace *trace;
} zh_sim_visit;

/* Run a visit; *trace tells what could be seen. */
void zh_sim_visit_run(zh_sim_world *world, zh_sim_arrival arrival, zh_sim_trace *trace);

/* Utility of an item to the customer now, without the shock of the visit and without fatigue. */
double zh_sim_visit_utility(const zh_sim_visit *visit, uint32_t item);
/* Chance that the customer would send it back. */
double zh_sim_visit_return_prob(const zh_sim_visit *visit, uint32_t item);

#endif
