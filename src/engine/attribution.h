/* attribution.h -- attribution over all customers (measure/touch_paths.h): who brought those who converted in a span, by every model.
 *
 * A conversion is an order that stands, at the moment it was placed, or an event by its name. Its path are the customer's touches
 * (measure/touches.h) in the look-back before it, so one touch may be on the paths of several conversions; a customer without a
 * conversion in the span is one path of his touches in the span. Of who refused analytics nothing but the conversions is looked at.
 *
 * Cost        O(customers + their events). Not measured at a shop's full size.
 * Threads     any; the world's read lock is held for 256 customers at a time.
 */
#ifndef ZH_ENGINE_ATTRIBUTION_H
#define ZH_ENGINE_ATTRIBUTION_H
#include "engine/crowd.h"
#include "engine/engine.h"
#include "measure/touch_paths.h"
#include "measure/touches.h"

#define ZH_ATTRIBUTION_LOOKBACK_DAYS_MAX 365
#define ZH_ATTRIBUTION_BYTES_MAX ((size_t)256 << 20) /* of paths */
#define ZH_ATTRIBUTION_DIRECT "direct"

/* What is one channel: equal sources; equal media; source and medium (the usual); campaigns of them. */
typedef enum zh_attribution_level { ZH_ATTRIBUTION_SOURCE, ZH_ATTRIBUTION_MEDIUM, ZH_ATTRIBUTION_CHANNEL, ZH_ATTRIBUTION_CAMPAIGN, ZH_ATTRIBUTION_LEVELS } zh_attribution_level;

typedef struct zh_attribution_ask {
    int64_t from_ms, to_ms, lookback_ms;
    zh_sv event;            /* the conversion; empty: orders that stand */
    zh_currency currency;   /* of orders' money: one in another counts without its money; code 0: all as they are */
    zh_attribution_level level;
    bool no_direct;         /* direct visits are no touches */
    double half_life;       /* of the decay, in touches; > 0 */
    zh_sv channel;          /* of `out->open`: who converted with it on a path; empty: without any touch */
} zh_attribution_ask;

typedef struct zh_attribution {
    zh_touch_paths_report report; /* in the arena */
    uint64_t customers, converted;
    uint64_t refused;       /* analytics */
    zh_crowd_names open;    /* `most` and `after` are the caller's; who is wanted, by number */
    int64_t took_us;
} zh_attribution;

/* Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_engine_attribution(zh_engine *engine, const zh_attribution_ask *ask, zh_arena *arena, zh_attribution *out);

#endif
