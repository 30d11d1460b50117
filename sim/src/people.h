/* people.h -- the customers: what they like, when they come, what prices mean to them. All of it hidden from engines.
 *
 * Everything here is drawn by (seed, customer) alone, so it is the same in every world.
 *
 *     theta_u(t) = (1 - s) base_u(t) + s [ (1 - f) target_u,m + f target_u,m+1 ]     t / drift_days = m + f
 *
 * base_u(t) is one taste, for people.turn_share of the customers another one from a moment on.
 *
 * Lifetimes   arrays in the arena given to open; visits of a day until the next day is asked for.
 */
#ifndef ZH_SIM_PEOPLE_H
#define ZH_SIM_PEOPLE_H
#include "shop.h"

#define ZH_SIM_DAY_MINUTES 1440
#define ZH_SIM_VISITS_A_DAY_MAX 6 /* of one customer; a Poisson draw above is cut */

typedef struct zh_sim_person {
    float base[ZH_SHOP_INTERESTS_MAX], before[ZH_SHOP_INTERESTS_MAX], after[ZH_SHOP_INTERESTS_MAX];
    float turned[ZH_SHOP_INTERESTS_MAX]; /* base from turn_minute on */
    uint32_t turn_minute;     /* UINT32_MAX: never */
    int32_t drift_step;       /* m, of `before`; -1: none drawn yet */
    int32_t arrival_day;
    uint32_t visits;          /* so far: the next one's number */
    double price_sensitivity; /* beta_u */
    double visits_a_day, own_hour;
} zh_sim_person;

typedef struct zh_sim_arrival { /* a visit that will happen */
    uint32_t minute;          /* since the start of the shop */
    uint32_t customer, visit;
    uint32_t second;          /* of that minute; 0 but for live days */
} zh_sim_arrival;

typedef struct zh_sim_people {
    const zh_shop *shop;
    uint64_t seed;
    uint32_t count;
    zh_sim_person *persons;
    zh_sim_arrival *arrivals; /* of the day */
    uint32_t arrivals_count, arrivals_max;
    double hours_sum, weekday_mean;
} zh_sim_people;

ZH_MUST zh_err zh_sim_people_open(zh_sim_people *out, const zh_shop *shop, uint64_t seed, uint32_t count, int32_t days, zh_arena *arena);

/* Fill `arrivals` with the visits of a day, by time and customer. Days go forward. */
void zh_sim_people_day(zh_sim_people *people, int32_t day);
/* The same with seconds: a shop that is watched is not visited by the stroke of the minute. */
void zh_sim_people_live_day(zh_sim_people *people, int32_t day);

/* theta_u at a minute; minutes of one customer go forward within a step of drift, or repeat. */
void zh_sim_person_taste(const zh_sim_people *people, uint32_t customer, uint32_t minute, float *taste);

#endif
