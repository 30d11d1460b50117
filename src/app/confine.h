/* confine.h -- `zhun serve` gives up what it does not need: root, and the machine outside its folders.
 *
 * Not here    how (sys/sandbox.h), why so (docs/decisions/0049).
 */
#ifndef ZH_APP_CONFINE_H
#define ZH_APP_CONFINE_H
#include "app/options.h"
#include "sys/line.h"
#include "sys/outside.h"

/* By --user, --data, --key-file, --backup-dirs and --no-sandbox; the data folder is made where absent. A line of `sink` says
 * what the kernel has of it. Call it before the first thread. *outside: where backups run; NULL where --backup-dirs names their
 * folders, or nothing is confined; you close it. Returns -1, or the exit status. */
int zh_confine(const zh_options *given, const zh_line_sink *sink, zh_outside **outside);

#endif
