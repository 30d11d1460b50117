/* portrait_place.h -- where a customer usually is: home, work and other frequent places, as cells of about a kilometre.
 *
 * Read from days in cells (zh_stay), which is all that is kept: no coordinates, no times of a day. Weeks count half as much
 * ZH_PLACE_HALF_LIFE_DAYS later, so who moves is found at the new place after as long.
 *
 *     home   the cell with the most nights; a weekend's day counts ZH_PLACE_WEEKEND
 *     work   of the other cells the one with the most working days that has more of them than nights
 *
 * Said only where at least ZH_PLACE_DAYS_MIN days speak of it, and ZH_PLACE_SHARE_MIN of all such days are in that cell.
 *
 * Guarantees  a function of the state without a clock; equal states give equal bits.
 * Cost        O(stays x cells), 2 us for a usual customer, 20 us at most; no allocation.
 */
#ifndef ZH_PROFILE_PORTRAIT_PLACE_H
#define ZH_PROFILE_PORTRAIT_PLACE_H
#include "profile/customer.h"

#define ZH_PLACES_MAX 5              /* shown; what somebody has more of are not frequent */
#define ZH_PLACE_HALF_LIFE_DAYS 56   /* a place of two months ago says half */
#define ZH_PLACE_WEEKEND 0.5         /* of a night: weekends are spent at home and elsewhere */
#define ZH_PLACE_DAYS_MIN 3          /* two evenings may be a visit */
#define ZH_PLACE_SHARE_MIN 0.4       /* of home's days and of working days */
#define ZH_PLACE_K 4.0               /* days after which a place is 63 % sure */

typedef struct zh_place {
    zh_cell cell;                 /* none: not known */
    uint32_t days[ZH_STAY_KINDS]; /* distinct, by kind of hour */
    uint32_t evidence;            /* distinct days that speak of it as what it is (home: nights and weekends; work: working days; else all) */
    double share;                 /* of such days, the newer the more, [0, 1] */
    double confidence;
    int64_t week_ms;              /* beginning of the newest week there, UTC */
} zh_place;

typedef struct zh_places {
    zh_place home, work;
    zh_place frequent[ZH_PLACES_MAX]; /* by days, lately the more; home and work among them */
    uint32_t count, cells;        /* cells: there are */
} zh_places;

void zh_places_of(const zh_customer_state *state, zh_places *out);

#endif
