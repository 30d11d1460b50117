/* cmd_audit.h -- zhun audit: who looked at or changed what; verified by anybody who has the folder. */
#ifndef ZH_APP_CMD_AUDIT_H
#define ZH_APP_CMD_AUDIT_H
#include "app/options.h"

extern const zh_command zh_cmd_audit;

#endif
