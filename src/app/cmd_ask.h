/* cmd_ask.h -- commands that ask an engine something: check, retention, profile, export, key, user. */
#ifndef ZH_APP_CMD_ASK_H
#define ZH_APP_CMD_ASK_H
#include "app/door.h"
#include "app/options.h"
#include "base/sv.h"

extern const zh_command zh_cmd_check, zh_cmd_retention, zh_cmd_profile, zh_cmd_export, zh_cmd_key, zh_cmd_user;

/* The engine that --data, --url and --key name. NULL: it was said why, *status is the exit status. The caller closes. */
zh_door *zh_ask_door(const zh_options *given, bool must_exist, int *status);
/* Ask the engine of --data (or --url) and print its answer. Returns the exit status; a refusal is said on standard error. */
int zh_ask_and_print(const zh_options *given, zh_sv method, zh_sv path, zh_sv body, bool must_exist);

#endif
