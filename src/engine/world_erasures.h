/* world_erasures.h -- an erasure in the folding of the world: what goes at once. For world.c and base_build.c. */
#ifndef ZH_ENGINE_WORLD_ERASURES_H
#define ZH_ENGINE_WORLD_ERASURES_H
#include "engine/world.h"

/* Fold an ERASURE record: his keys and ids, and his entries in every view that is told by customer. What views across customers added up
 * stays until they are folded anew without him (engine/undo.h). */
ZH_MUST zh_err zh_world_erase(zh_world *world, const zh_world_record *record, zh_arena *scratch);
/* The same of those who are passed over from the beginning, in views that were loaded and may know them: a base that is older than their
 * erasures. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_world_erase_from_base(zh_world *world);

#endif
