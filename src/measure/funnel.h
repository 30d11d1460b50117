/* funnel.h -- how far customers get: steps in order, within a window from the first.
 *
 * A customer has reached step k when he did step 1 at some moment in [from, to), and after it step 2, then 3 … k, all before that
 * moment plus the window. Other events may lie between. One event is one step, even where it could be several. Of many beginnings
 * the one counts that leads furthest, and of those the latest.
 *
 * Guarantees  a function of the events, which stand oldest first.
 * Cost        O(events x steps), no memory.
 */
#ifndef ZH_MEASURE_FUNNEL_H
#define ZH_MEASURE_FUNNEL_H
#include <stddef.h>
#include <stdint.h>

#define ZH_FUNNEL_STEPS_MAX 10

typedef struct zh_funnel_event {
    int64_t time_ms;
    uint32_t steps; /* bit k: it may be step k + 1 */
    uint32_t name;  /* its term; for paths */
} zh_funnel_event;

typedef struct zh_funnel_way { /* of one customer */
    uint32_t reached;                       /* 0 .. steps */
    int64_t took_ms[ZH_FUNNEL_STEPS_MAX];   /* from the beginning to step k + 1, when it was first reached; [0] is 0 */
    int64_t step_ms[ZH_FUNNEL_STEPS_MAX];   /* from step k to step k + 1, on the way that first reached it; [0] is 0 */
} zh_funnel_way;

typedef struct zh_funnel_span {
    int64_t from_ms, to_ms, window_ms;
    uint32_t steps; /* 1 .. ZH_FUNNEL_STEPS_MAX */
} zh_funnel_span;

zh_funnel_way zh_funnel_way_of(const zh_funnel_span *span, const zh_funnel_event *events, size_t count);

/* ---- how long it takes, over many: buckets of a quarter of a power of two, from a second ---- */

#define ZH_FUNNEL_BUCKETS 128
uint32_t zh_funnel_bucket(int64_t ms);
/* The median of `count` times; at most 19 % too high. 0: none. */
int64_t zh_funnel_median_ms(const uint64_t buckets[ZH_FUNNEL_BUCKETS]);

#endif
