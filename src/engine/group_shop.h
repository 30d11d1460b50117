/* group_shop.h -- price bands for one walk over all customers: its own, because those that portraits of one customer share may be made anew meanwhile. */
#ifndef ZH_ENGINE_GROUP_SHOP_H
#define ZH_ENGINE_GROUP_SHOP_H
#include "catalog/bands.h"
#include "engine/engine.h"
#include "engine/world.h"
#include "profile/portrait.h"

typedef struct zh_group_shop { /* stays where it is until close */
    zh_price_bands *bands;
    const zh_catalog *catalog;
    zh_portrait_shop face; /* for use under the world's read lock */
} zh_group_shop;

ZH_MUST zh_err zh_group_shop_open(zh_group_shop *out, zh_world *world); /* takes the read lock; ZH_NOMEM; the caller closes */
void zh_group_shop_close(zh_group_shop *shop);

#endif
