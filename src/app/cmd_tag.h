/* cmd_tag.h -- `zhun tag`: what is said of customers. */
#ifndef ZH_APP_CMD_TAG_H
#define ZH_APP_CMD_TAG_H
#include "app/options.h"

extern const zh_command zh_cmd_tag;

#endif
