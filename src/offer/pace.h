/* pace.h -- a budget that is spent in waves: whom to mention what in the next one, after what the last ones cost is known.
 *
 * What a mention costs is drawn by the customer. So the price (allocate.h) is found again for all who are left and the money that is left, and the next wave is the
 * first half of them, as far as
 *
 *     E[cost of the wave] + ZH_PACE_SDS sqrt(sum spread_l E[cost]) <= money left
 *
 * so that a wave as a whole hardly ever costs more than there is; who alone does not fit gets no mention. With halves the last waves are small and little is left over.
 * Waves are to be settled before the next: an open one's money is not left.
 *
 * Cost        that of an allocation.
 * Source      the variance of an amount as spread x its mean: McCullagh, Nelder, Generalized Linear Models, 1989, ch. 9.
 */
#ifndef ZH_OFFER_PACE_H
#define ZH_OFFER_PACE_H
#include "offer/allocate.h"

#define ZH_PACE_SDS 4.0 /* costs are skewed: with 3, some of a hundred budgets were passed */
#define ZH_PACE_WAVE_MIN 50 /* customers; fewer are one wave */

typedef struct zh_pace {
    zh_allocate rest;     /* with own costs; its budget: the money that is left, below 0 counts as none */
    const double *spread; /* [levels] variance of a cost over its mean */
} zh_pace;

typedef struct zh_pace_wave {
    zh_allocation chosen; /* of all who are left; its value, spend and bound before `level` was cut for the wave */
    size_t now;           /* the first of them are the wave; the number of all: nobody is left behind it */
    double spend, spend_sd;
} zh_pace_wave;

/* In `arena`. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_pace_next(zh_pace_wave *out, zh_arena *arena, const zh_pace *pace);

#endif
