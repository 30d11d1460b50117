/* bands.h -- price bands of the catalog as it stood a moment ago, shared by those who read portraits. */
#ifndef ZH_SERVER_BANDS_H
#define ZH_SERVER_BANDS_H
#include "catalog/bands.h"
#include "profile/portrait.h"
#include "server/call.h"

typedef struct zh_band_look { /* one reading: from take to give */
    const zh_catalog *catalog;
    const zh_price_bands *bands; /* NULL: none could be made */
} zh_band_look;

/* Made anew where the catalog has other items or a minute is over, at most a fiftieth of the time. Takes the world's read lock
 * when it makes them, and keeps one of its own until give. The shop is for zh_portrait_of, under the world's lock. */
zh_portrait_shop zh_bands_take(zh_call *call, zh_band_look *look);
void zh_bands_give(zh_call *call);

#endif
