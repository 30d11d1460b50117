/* cmd_offer.h -- zhun offer: what is taken off a price, listed, defined from files, paused, priced. */
#ifndef ZH_APP_CMD_OFFER_H
#define ZH_APP_CMD_OFFER_H
#include "app/options.h"

extern const zh_command zh_cmd_offer;

#endif
