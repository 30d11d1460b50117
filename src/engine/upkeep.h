/* upkeep.h -- the thread that keeps the disk in order while the engine works: sealed segments of the log are packed.
 *
 * It is patient: low priority, at most ZH_UPKEEP_BYTES_A_SECOND from and to the disk, a tenth of that while the views are behind
 * or events wait. What fails is said in a log line and tried again later; nothing the engine promises depends on it.
 *
 * Threads     open and close from one; the rest from any.
 */
#ifndef ZH_ENGINE_UPKEEP_H
#define ZH_ENGINE_UPKEEP_H
#include "engine/fold.h"
#include "guard/seal.h"
#include "store/log.h"
#include "sys/line.h"
#include "sys/metrics.h"

#define ZH_UPKEEP_BYTES_A_SECOND (32u << 20) /* read and written together */
#define ZH_UPKEEP_PAUSE_MS 1000              /* between two looks for work */
#define ZH_UPKEEP_RETRY_MS 60000             /* after a failure */
#define ZH_UPKEEP_QUIET_LOOKS 30             /* without an event and with nothing to pack: then files of views are merged */

typedef struct zh_upkeep zh_upkeep;

typedef struct zh_upkeep_desc {
    zh_log *log;
    zh_fold *fold;
    zh_world *world;          /* for the keys of customers: sealed parts take their smaller form (guard/seal_compact.h) */
    zh_state *state;
    const zh_sealer *sealer;
    zh_metrics *metrics;
    zh_line_sink *sink; /* NULL: nothing is said */
} zh_upkeep_desc;       /* borrowed until close */

ZH_MUST zh_err zh_upkeep_open(zh_upkeep **out, const zh_upkeep_desc *desc); /* ZH_NOMEM; starts the thread */
void zh_upkeep_close(zh_upkeep *upkeep);                                     /* ends what it does within milliseconds; NULL is fine */

#endif
