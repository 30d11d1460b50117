#include "measure/funnel.h"

#include <math.h>
#include <stdbool.h>

#define NEVER INT64_MIN

zh_funnel_way zh_funnel_way_of(const zh_funnel_span *span, const zh_funnel_event *events, size_t count)
{
    int64_t began[ZH_FUNNEL_STEPS_MAX]; /* of those ways that reached step k + 1, the latest beginning */
    zh_funnel_way way = { 0 };
    for (uint32_t k = 0; k < span->steps; k++) began[k] = NEVER;
    for (size_t i = 0; i < count; i++) {
        const zh_funnel_event *e = &events[i];
        for (uint32_t k = span->steps; k-- > 1;) { /* the last step first: one event is one step */
            if ((e->steps & 1u << k) == 0 || began[k - 1] == NEVER || e->time_ms - began[k - 1] >= span->window_ms || began[k - 1] <= began[k]) continue;
            began[k] = began[k - 1];
            if (way.reached > k) continue;
            way.reached = k + 1;
            way.took_ms[k] = e->time_ms - began[k];
        }
        if ((e->steps & 1) != 0 && e->time_ms >= span->from_ms && e->time_ms < span->to_ms) {
            began[0] = e->time_ms;
            if (way.reached == 0) way.reached = 1;
        }
    }
    return way;
}

uint32_t zh_funnel_bucket(int64_t ms)
{
    const double quarter = ms < 1000 ? 0 : 4 * log2((double)ms / 1000);
    return quarter >= ZH_FUNNEL_BUCKETS - 1 ? ZH_FUNNEL_BUCKETS - 1 : (uint32_t)quarter;
}

int64_t zh_funnel_median_ms(const uint64_t buckets[ZH_FUNNEL_BUCKETS])
{
    uint64_t all = 0, before = 0;
    for (uint32_t i = 0; i < ZH_FUNNEL_BUCKETS; i++) all += buckets[i];
    for (uint32_t i = 0; i < ZH_FUNNEL_BUCKETS; i++) {
        before += buckets[i];
        if (all > 0 && before * 2 >= all) return (int64_t)(1000 * exp2((i + 1) / 4.0));
    }
    return 0;
}
