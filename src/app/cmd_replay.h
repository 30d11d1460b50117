/* cmd_replay.h -- zhun replay: decisions computed again and compared. */
#ifndef ZH_APP_CMD_REPLAY_H
#define ZH_APP_CMD_REPLAY_H
#include "app/options.h"

extern const zh_command zh_cmd_replay;

#endif
