/* cmd_placement.h -- zhun placement: the slots of the shop, listed, defined from files, tried, deleted. */
#ifndef ZH_APP_CMD_PLACEMENT_H
#define ZH_APP_CMD_PLACEMENT_H
#include "app/options.h"

extern const zh_command zh_cmd_placement;

#endif
