/* cmd_backup.h -- `zhun backup` and `zhun restore`. */
#ifndef ZH_APP_CMD_BACKUP_H
#define ZH_APP_CMD_BACKUP_H
#include "app/options.h"

extern const zh_command zh_cmd_backup, zh_cmd_restore;

#endif
