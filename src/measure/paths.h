/* paths.h -- what a customer did after a starting event (or before an ending one), step by step.
 *
 * A path begins with a starting event in [from, to). It goes on through what follows in the same session, as long as each event is
 * nearer than the gap to the one before; or, where a window stands instead, until so long after the start. The next path of the
 * customer begins with the first starting event after this one is over. Backwards all of that is mirrored: the path begins with
 * the last ending event and goes on through what came before.
 *
 * Guarantees  a function of the events, which stand oldest first; forwards and backwards are mirror images.
 * Cost        O(events) for all paths of a customer, no memory.
 */
#ifndef ZH_MEASURE_PATHS_H
#define ZH_MEASURE_PATHS_H
#include "measure/funnel.h"

#include <stdbool.h>

#define ZH_PATHS_DEPTH_MAX 10

enum { ZH_PATH_STARTS = 1, ZH_PATH_STEP = 2 }; /* of zh_funnel_event.steps: it may begin a path; it is a step where it follows */

typedef struct zh_paths_span {
    int64_t from_ms, to_ms;
    int64_t gap_ms, window_ms; /* one of both; the other is 0 */
    uint32_t depth;            /* steps behind the start, 1 .. ZH_PATHS_DEPTH_MAX */
    bool backward;
    bool repeats;              /* an event of the same name as the step before is a step too */
} zh_paths_span;

typedef struct zh_path {
    uint32_t names[ZH_PATHS_DEPTH_MAX + 1]; /* [0]: of the start */
    uint32_t steps;                         /* behind the start */
    bool dropped;                           /* nothing came any more, before the depth was reached */
} zh_path;

/* The customer's next path; *at is 0 before the first. False: there is none. */
bool zh_path_next(const zh_paths_span *span, const zh_funnel_event *events, size_t count, size_t *at, zh_path *out);

#endif
