/* cmd_ask.h -- commands that ask an engine something: check, profile, export, key, user. */
#ifndef ZH_APP_CMD_ASK_H
#define ZH_APP_CMD_ASK_H
#include "app/options.h"

extern const zh_command zh_cmd_check, zh_cmd_profile, zh_cmd_export, zh_cmd_key, zh_cmd_user;

#endif
