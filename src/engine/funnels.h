/* funnels.h -- a funnel over all customers (measure/funnel.h): how many reach each step, and who.
 *
 * Steps are those of steps.h.
 *
 * Cost        that of steps.h, on two cores where there are many customers (bench/reports_bench.c).
 * Threads     any; the world's read lock is held for 256 customers at a time.
 */
#ifndef ZH_ENGINE_FUNNELS_H
#define ZH_ENGINE_FUNNELS_H
#include "engine/steps.h"

#define ZH_FUNNEL_WINDOW_DAYS_MAX 365

typedef struct zh_funnel_ask {
    zh_asked_event steps[ZH_FUNNEL_STEPS_MAX];
    zh_funnel_span span;
    zh_sv segment;          /* of its members alone; empty: of all */
    uint32_t named;         /* how many of `reached` are wanted by number, at most ZH_CROWD_NAMED_MAX */
    uint32_t reached;       /* those who reached exactly so many steps */
    bool or_more;           /* or more than those */
    uint64_t after;         /* from this number on */
} zh_funnel_ask;

typedef struct zh_funnel {
    uint64_t customers;                      /* asked: all, or the segment's */
    uint64_t reached[ZH_FUNNEL_STEPS_MAX + 1]; /* at least so many steps */
    int64_t median_ms[ZH_FUNNEL_STEPS_MAX];  /* from the beginning to the step */
    int64_t median_step_ms[ZH_FUNNEL_STEPS_MAX]; /* from the step before it */
    uint64_t failed;                         /* customers for whom a condition had no answer: they have no event of that step */
    zh_crowd_names named;
    int64_t took_us;
} zh_funnel;

/* Errors: ZH_FORMAT, ZH_FULL (a condition; *step says which, *why what), ZH_ABSENT no such segment, ZH_NOMEM. */
ZH_MUST zh_err zh_world_funnel(zh_world *world, const zh_funnel_ask *ask, zh_funnel *out, uint32_t *step, zh_cel_fault *why);

#endif
