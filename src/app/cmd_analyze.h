/* cmd_analyze.h -- `zhun analyze NAME`: statistics on plain files or numbers, without an engine.
 *
 * Exit status 0 done, 2 wrong usage or a question that cannot be, 3 data that cannot be read or used.
 */
#ifndef ZH_APP_CMD_ANALYZE_H
#define ZH_APP_CMD_ANALYZE_H

int zh_cmd_analyze(int argc, char **argv);

#endif
