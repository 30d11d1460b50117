/* world_segments.h -- the world's part in keeping segments (segment/segments.h), for world.c. */
#ifndef ZH_ENGINE_WORLD_SEGMENTS_H
#define ZH_ENGINE_WORLD_SEGMENTS_H
#include "engine/world.h"

/* All entries are loaded: the segments know the tags that follow them, and can ask. Errors: ZH_NOMEM, ZH_CORRUPT. */
ZH_MUST zh_err zh_world_loaded_segments(zh_world *world);
/* A DEFINITION was folded: if it is a setting "segment/NAME", the segment is as the registry has it now, and one that says no
 * expression drops it; if it is "tag/NAME", that tag follows the segment it names. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_world_define_segment(zh_world *world, const zh_world_record *record);

#endif
