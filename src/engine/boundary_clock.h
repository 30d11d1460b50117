/* boundary_clock.h -- the thread that draws the boundaries anew: at the workspace's midnight, and when the shop has grown.
 *
 *     none yet, and there is an order │ another local day than the record's │ orders came or went by a tenth, and 100
 *         ─► every buyer is looked at (crowd.h) ─► zh_boundaries_make ─► a BOUNDARIES record, folded like any other
 *
 * So a first import has its classes seconds after it came. Nothing is drawn while the views are behind.
 *
 * Cost        2 s of one core for a million customers at low priority, and 32 bytes a buyer for as long.
 * Threads     open and close from one; now from any.
 */
#ifndef ZH_ENGINE_BOUNDARY_CLOCK_H
#define ZH_ENGINE_BOUNDARY_CLOCK_H
#include "engine/engine.h"

#define ZH_BOUNDARY_CLOCK_LOOK_MS 1000  /* between two looks */
#define ZH_BOUNDARY_CLOCK_GROWTH_MS 10000 /* between two records for growth */
#define ZH_BOUNDARY_CLOCK_ORDERS_MIN 100 /* growth is this many orders, and … */
#define ZH_BOUNDARY_CLOCK_SHARE 10       /* … a tenth of all */
#define ZH_BOUNDARY_CLOCK_RETRY_MS 60000 /* after a failure */

typedef struct zh_boundary_clock zh_boundary_clock;

ZH_MUST zh_err zh_boundary_clock_open(zh_boundary_clock **out, zh_engine *engine); /* ZH_NOMEM; starts the thread */
void zh_boundary_clock_close(zh_boundary_clock *clock); /* ends what it does within milliseconds; NULL is fine */

/* Draw them now and wait until they are in force, after a drawing that is under way. Errors: ZH_BUSY an import is being taken back, ZH_STOPPED, ZH_NOMEM, those of
 * zh_engine_do. Never on an HTTP thread. */
ZH_MUST zh_err zh_boundary_clock_now(zh_boundary_clock *clock, zh_boundaries *out);

/* Why they are to be drawn, 0: they are not. Pure. */
zh_boundaries_cause zh_boundary_clock_due(const zh_boundaries *last, int64_t now_ms, int64_t today, uint64_t orders);

#endif
