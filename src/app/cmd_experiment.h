/* cmd_experiment.h -- zhun experiment: set up, start, stop and read experiments. */
#ifndef ZH_APP_CMD_EXPERIMENT_H
#define ZH_APP_CMD_EXPERIMENT_H
#include "app/options.h"

extern const zh_command zh_cmd_experiment;

#endif
