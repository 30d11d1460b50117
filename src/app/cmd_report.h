/* cmd_report.h -- `zhun report`: funnels, paths, retention and baskets of a data folder or an engine, as tables. */
#ifndef ZH_APP_CMD_REPORT_H
#define ZH_APP_CMD_REPORT_H
#include "app/options.h"

extern const zh_command zh_cmd_report;

#endif
