/* sweep.h -- rows of the state whose records the log is about to drop.
 *
 * Timeline rows and those of decisions go. Of events with sealed traits the newest of each customer stay, with the record in the row.
 * Ids stay: they go by their day (zh_state_forget_before).
 *
 * Cost        reads the records once, about 1 us each. Doing it twice is no harm.
 */
#ifndef ZH_ENGINE_SWEEP_H
#define ZH_ENGINE_SWEEP_H
#include "engine/world.h"
#include "store/log.h"

typedef struct zh_sweep_desc {
    zh_log *log;
    zh_state *state;
    zh_world *world;         /* which imports are undone: their events have no rows */
    uint32_t partition;
    uint64_t below;          /* records from the log's beginning up to here */
    bool (*go_on)(void *context);
    void *context;
} zh_sweep_desc;

/* ZH_STOPPED, ZH_IO, ZH_CORRUPT, ZH_NOMEM, ZH_FULL. */
ZH_MUST zh_err zh_sweep(const zh_sweep_desc *desc);

#endif
