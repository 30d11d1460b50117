/* import_door.h -- where `zhun import --data DIR` hands its batches: the engine behind the door. */
#ifndef ZH_APP_IMPORT_DOOR_H
#define ZH_APP_IMPORT_DOOR_H
#include "app/cmd_import.h"

extern const zh_import_door zh_import_by_door;

#endif
