/* cmd_feedback.h -- `zhun feedback`: what a customer refused, said and taken back. */
#ifndef ZH_APP_CMD_FEEDBACK_H
#define ZH_APP_CMD_FEEDBACK_H
#include "app/options.h"

extern const zh_command zh_cmd_feedback;

#endif
