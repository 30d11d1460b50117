/* standings.h -- where all customers stand, added up: the RFM grid, lifecycle and AIPL stages, and who went where.
 *
 * Exact as of the call: every customer is asked (crowd.h), against the boundaries there were when it began.
 * Cost        about 0.3 us a customer; twice that with flows. One core.
 * Threads     any.
 */
#ifndef ZH_ENGINE_STANDINGS_H
#define ZH_ENGINE_STANDINGS_H
#include "engine/engine.h"
#include "segment/standing.h"

#define ZH_STANDINGS_SEGMENTS 11 /* the rules of rfm.h, and others */

typedef struct zh_standings_sum {
    uint64_t customers;
    int64_t orders, minor;
} zh_standings_sum;

typedef struct zh_standings {
    bool has_boundaries;
    zh_boundaries boundaries;
    int64_t now_ms, since_ms;   /* flows are from since_ms to now; 0: none were asked for */
    uint64_t customers;
    zh_standings_sum buyers;    /* with an order that stands */
    zh_standings_sum codes[ZH_BOUNDARIES_BINS][ZH_BOUNDARIES_BINS][ZH_BOUNDARIES_BINS]; /* by score - 1 of recency, frequency, monetary */
    zh_standings_sum segments[ZH_STANDINGS_SEGMENTS], classes[ZH_RFM_CLASSES];
    uint64_t lifecycle[ZH_LIFECYCLE_COUNT], aipl[ZH_AIPL_COUNT];
    uint64_t lifecycle_flows[ZH_LIFECYCLE_COUNT + 1][ZH_LIFECYCLE_COUNT]; /* from, to; the last row: not there then */
    uint64_t aipl_flows[ZH_AIPL_COUNT][ZH_AIPL_COUNT];
} zh_standings;

/* The moment flows are told from where nobody says another: that of the boundaries before the last; 0: there are none. */
int64_t zh_engine_standings_since(zh_engine *engine);
ZH_MUST zh_err zh_engine_standings(zh_engine *engine, int64_t since_ms, zh_standings *out);

#endif
