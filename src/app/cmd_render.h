/* cmd_render.h -- `zhun render`: render one Liquid template against JSON bindings; no engine is asked. */
#ifndef ZH_APP_CMD_RENDER_H
#define ZH_APP_CMD_RENDER_H
#include "app/options.h"

extern const zh_command zh_cmd_render;

#endif
