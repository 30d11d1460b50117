/* cmd_train.h -- `zhun train`: predictions learnt and tested now, not in the night. */
#ifndef ZH_APP_CMD_TRAIN_H
#define ZH_APP_CMD_TRAIN_H
#include "app/options.h"

extern const zh_command zh_cmd_train;

#endif
