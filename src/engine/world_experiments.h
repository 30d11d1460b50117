/* world_experiments.h -- private to world.c: how definitions reach the experiments. */
#ifndef ZH_ENGINE_WORLD_EXPERIMENTS_H
#define ZH_ENGINE_WORLD_EXPERIMENTS_H
#include "engine/world.h"

/* A DEFINITION was folded: if it is a setting "experiment/NAME", the experiment is as the registry has it now. One that cannot be read
 * changes nothing. Errors: ZH_NOMEM, ZH_CORRUPT. */
ZH_MUST zh_err zh_world_define_experiment(zh_world *world, const zh_world_record *record);
/* An ALLOCATION was folded: the bandit draws by it from here on. Errors: ZH_NOMEM, ZH_CORRUPT. */
ZH_MUST zh_err zh_world_allocate(zh_world *world, const zh_world_record *record);

#endif
