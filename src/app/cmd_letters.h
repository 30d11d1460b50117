/* cmd_letters.h -- `zhun deadletters`: what could not be taken, through the engine of a data folder. */
#ifndef ZH_APP_CMD_LETTERS_H
#define ZH_APP_CMD_LETTERS_H
#include "app/options.h"

extern const zh_command zh_cmd_letters;

#endif
