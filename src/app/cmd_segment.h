/* cmd_segment.h -- `zhun segment`: for how many customers does an expression hold, and for whom. */
#ifndef ZH_APP_CMD_SEGMENT_H
#define ZH_APP_CMD_SEGMENT_H
#include "app/options.h"

extern const zh_command zh_cmd_segment;

#endif
