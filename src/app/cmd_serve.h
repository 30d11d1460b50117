/* cmd_serve.h -- `zhun serve`: open a data folder, serve it until a signal says stop. */
#ifndef ZH_APP_CMD_SERVE_H
#define ZH_APP_CMD_SERVE_H
#include "app/options.h"

extern const zh_command zh_cmd_serve;

#endif
