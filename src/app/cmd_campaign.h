/* cmd_campaign.h -- zhun campaign: whom messages go to and when, listed, defined from files, let go, tried. */
#ifndef ZH_APP_CMD_CAMPAIGN_H
#define ZH_APP_CMD_CAMPAIGN_H
#include "app/options.h"

extern const zh_command zh_cmd_campaign;

#endif
