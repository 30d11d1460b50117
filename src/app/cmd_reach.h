/* cmd_reach.h -- zhun channel, zhun template, zhun message: what messages leave by, what they say, what became of them. */
#ifndef ZH_APP_CMD_REACH_H
#define ZH_APP_CMD_REACH_H
#include "app/options.h"

extern const zh_command zh_cmd_channel, zh_cmd_template, zh_cmd_message;

#endif
