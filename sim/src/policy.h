/* policy.h -- what a list shows: popular, random, the oracle, or the engine's answer; the same mix for all in the warm-up.
 *
 * No list repeats an item, or shows the page's item, what is in the cart, or what cannot be bought.
 */
#ifndef ZH_SIM_POLICY_H
#define ZH_SIM_POLICY_H
#include "visit.h"

/* Fill out[ask->n]; returns how many, fewer only where the shop has no more. */
uint32_t zh_sim_policy_list(const zh_sim_visit *visit, const zh_sim_ask *ask, uint16_t *out);

#endif
