/* place.h -- where customers live, work and are when they visit: a shop's app that may ask for the position.
 *
 * Drawn by (seed, customer) alone, on streams of their own: a shop without places is the same shop to the bit. Hidden from
 * engines but for the position a visit brings, which is off by some metres.
 *
 *     working hours (Monday to Friday, 9 to 18)   at work, who works elsewhere
 *     8 to 9 and 18 to 19 on those days           somewhere on the straight way between
 *     else                                        at home
 *     with places.away_prob, at any time          anywhere in the city
 */
#ifndef ZH_SIM_PLACE_H
#define ZH_SIM_PLACE_H
#include "people.h"

typedef struct zh_sim_position { double latitude, longitude; } zh_sim_position; /* degrees */

bool zh_sim_place_home(const zh_sim_people *people, uint32_t customer, zh_sim_position *out); /* false: tells nobody where */
bool zh_sim_place_work(const zh_sim_people *people, uint32_t customer, zh_sim_position *out); /* false: that, or works at home */
/* What the customer's phone says in a visit. */
bool zh_sim_place_at(const zh_sim_people *people, uint32_t customer, uint32_t visit, uint32_t minute, zh_sim_position *out);

#endif
