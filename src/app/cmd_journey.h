/* cmd_journey.h -- zhun journey: what customers are led through, listed, defined from files, let go, looked at. */
#ifndef ZH_APP_CMD_JOURNEY_H
#define ZH_APP_CMD_JOURNEY_H
#include "app/options.h"

extern const zh_command zh_cmd_journey;

#endif
