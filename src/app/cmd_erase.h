/* cmd_erase.h -- forgetting a customer by command. */
#ifndef ZH_APP_CMD_ERASE_H
#define ZH_APP_CMD_ERASE_H
#include "app/options.h"

extern const zh_command zh_cmd_erase;

#endif
