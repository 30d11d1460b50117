/* world_scene.h -- what settings say of the moment: the calendar's years.
 *
 * A year of the calendar is the setting "calendar/2026", in the form calendar.h reads. It is in the log, so days of earlier
 * decisions are what they were then.
 */
#ifndef ZH_ENGINE_WORLD_SCENE_H
#define ZH_ENGINE_WORLD_SCENE_H
#include "engine/world.h"

#define ZH_CALENDAR_SETTING "calendar/"

/* A definition, after the registry folded it; one that is about something else changes nothing. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_world_define_scene(zh_world *world, const zh_world_record *record);
/* After a load: everything the registry holds. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_world_loaded_scene(zh_world *world);

#endif
