/* list_change.h -- `zhun segment list-add NAME FILE` and `list-remove`: ids of a file come on a static list, or leave it. */
#ifndef ZH_APP_LIST_CHANGE_H
#define ZH_APP_LIST_CHANGE_H
#include "app/door.h"

/* Make the list where there is none yet. `title` may be empty. */
ZH_MUST zh_err zh_list_make(zh_door *door, const char *name, zh_sv title, zh_note *why);
/* Prints what changed; ids that are not known are counted and named on standard error. */
ZH_MUST zh_err zh_list_change_by(zh_door *door, const char *name, const char *path, bool adds, zh_note *why);

#endif
