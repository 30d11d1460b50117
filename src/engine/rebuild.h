/* rebuild.h -- fold the whole log into a second world (refold.h) and compare: the proof that views are views.
 *
 * The live engine goes on working meanwhile; only the comparison itself holds the world's lock.
 *
 * Cost        one replay, and twice the memory of the views.
 */
#ifndef ZH_ENGINE_REBUILD_H
#define ZH_ENGINE_REBUILD_H
#include "engine/engine.h"

typedef struct zh_rebuild_report {
    zh_world_say say;      /* one call a view */
    void (*progress)(void *context, uint64_t done, uint64_t all); /* may be NULL */
    void *context;
} zh_rebuild_report;

/* *equal: every view has the same entries, and passes its own check. Errors: ZH_CORRUPT damage of the log or of the base (*why
 * names it), ZH_BUSY new ids kept arriving during the comparison: ask again; ZH_NOMEM, ZH_IO. */
ZH_MUST zh_err zh_rebuild_check(zh_engine *engine, const zh_rebuild_report *report, bool *equal, zh_note *why);

#endif
