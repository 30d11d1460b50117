/* debug.h -- what the collector's routes tell the live debugger; see debug.c. For src/server only.
 *
 * Each costs nothing while no source is watched. An entry hangs on its call until it is answered.
 */
#ifndef ZH_SERVER_DEBUG_H
#define ZH_SERVER_DEBUG_H
#include "server/collect.h"

ZH_MUST zh_err zh_debug_open(zh_debug **out);
void zh_debug_close(zh_debug *debug);

/* The source is known, nothing is decided yet. `body`: unpacked, or the query of a GET. */
void zh_debug_begin(zh_call *call, zh_source_id source, zh_sv body);
/* Before the job is submitted. */
void zh_debug_events(zh_call *call, const zh_collect_job *job);
/* In `done`, before the answer. */
void zh_debug_committed(zh_call *call, const zh_work *work);
/* By zh_call_reply(), for calls that have an entry. */
void zh_debug_answered(zh_call *call, unsigned status);

#endif
