/* world_placements.h -- the world's part in defining placements (decide/placements.h), for world.c. */
#ifndef ZH_ENGINE_WORLD_PLACEMENTS_H
#define ZH_ENGINE_WORLD_PLACEMENTS_H
#include "engine/world.h"

/* The registry is loaded: its definitions are compiled. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_world_loaded_placements(zh_world *world);
/* A DEFINITION was folded: if it is a setting "placement/NAME", the placement is as the registry has it now. Errors: ZH_NOMEM, ZH_CORRUPT. */
ZH_MUST zh_err zh_world_define_placement(zh_world *world, const zh_world_record *record);

#endif
