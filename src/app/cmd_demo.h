/* cmd_demo.h -- `zhun demo`: an engine and the simulated shop against it, to look at.
 *
 *     fresh folder -> zhun serve (this executable) -> zhun-sim --live --report demo -> until Ctrl-C
 *
 * The folder holds demo.lock: who runs the demo there, and the mark that a later demo may replace it. Keys go to the
 * children by their environment, never by their words. Exit status: 0 stopped or, with --once, done; 2 wrong usage;
 * 3 the folder is somebody's, the port is taken, a child ended by itself.
 */
#ifndef ZH_APP_CMD_DEMO_H
#define ZH_APP_CMD_DEMO_H
#include "app/options.h"

extern const zh_command zh_cmd_demo;

#endif
