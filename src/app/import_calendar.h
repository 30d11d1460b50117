/* import_calendar.h -- `zhun import --format calendar`: years of days off, each a definition of the workspace. */
#ifndef ZH_APP_IMPORT_CALENDAR_H
#define ZH_APP_IMPORT_CALENDAR_H
#include "app/options.h"

/* Give each file to the engine of --data or --url, and print what it says. Returns the exit status; the first file that is
 * refused ends it. */
int zh_import_calendar(const zh_options *given);

#endif
