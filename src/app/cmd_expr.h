/* cmd_expr.h -- `zhun expr`: evaluate one CEL expression against JSON bindings; no engine is asked. */
#ifndef ZH_APP_CMD_EXPR_H
#define ZH_APP_CMD_EXPR_H
#include "app/options.h"

extern const zh_command zh_cmd_expr;

#endif
