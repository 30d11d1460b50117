/* world_offers.h -- private to world.c: how definitions and acts reach the offers (offer/offers.h, offer/coupons.h). */
#ifndef ZH_ENGINE_WORLD_OFFERS_H
#define ZH_ENGINE_WORLD_OFFERS_H
#include "engine/world.h"

/* A DEFINITION was folded: if it is a setting "offer/NAME", the register has one more version. Errors: ZH_NOMEM, ZH_CORRUPT. */
ZH_MUST zh_err zh_world_define_offer(zh_world *world, const zh_world_record *record);
/* An OFFER record. Errors: ZH_NOMEM, ZH_CORRUPT. */
ZH_MUST zh_err zh_world_fold_offer(zh_world *world, const zh_world_record *record);
/* A QUOTE record: nothing follows from it but that it can be found. Errors: ZH_CORRUPT. */
ZH_MUST zh_err zh_world_fold_quote(zh_world_record *record);

#endif
