#include "measure/funnel.h"

#include <math.h>
#include <stdbool.h>

#define NEVER (INT64_MIN / 2) /* so long ago that no window reaches it */

zh_funnel_way zh_funnel_way_of(const zh_funnel_span *span, const zh_funnel_event *events, size_t count)
{
    int64_t began[ZH_FUNNEL_STEPS_MAX + 1]; /* [k]: of those ways that have reached k steps the latest beginning; [0]: of a way that begins with this event */
    int64_t came[ZH_FUNNEL_STEPS_MAX + 1];  /* when that way reached its last step */
    const uint32_t all = (1u << span->steps) - 1;
    zh_funnel_way way = { 0 };
    for (uint32_t k = 0; k <= span->steps; k++) began[k] = came[k] = NEVER;
    for (size_t i = 0; i < count && way.reached < span->steps; i++) {
        const int64_t time_ms = events[i].time_ms;
        began[0] = ((time_ms >= span->from_ms) & (time_ms < span->to_ms)) ? time_ms : NEVER;
        came[0] = time_ms;
        for (uint32_t left = events[i].steps & all; left != 0;) { /* the last step first: one event is one step */
            const uint32_t k = 31 - (uint32_t)__builtin_clz(left);
            const int64_t from_ms = began[k];
            const bool goes_on = (time_ms - from_ms < span->window_ms) & (from_ms > began[k + 1]); /* no branches but for what is rare */
            left ^= 1u << k;
            began[k + 1] = goes_on ? from_ms : began[k + 1];
            came[k + 1] = goes_on ? time_ms : came[k + 1];
            if (goes_on & (way.reached <= k)) {
                way.reached = k + 1;
                way.took_ms[k] = time_ms - from_ms;
                way.step_ms[k] = time_ms - came[k];
            }
        }
    }
    return way;
}

uint32_t zh_funnel_bucket(int64_t ms)
{
    const double seconds = (double)ms / 1000;
    int power;
    if (ms < 1000) return 0;
    const double part = 2 * frexp(seconds, &power); /* [1, 2) */
    const int quarters = (part >= 0x1.306fe0a31b715p0) + (part >= 0x1.6a09e667f3bcdp0) + (part >= 0x1.ae89f995ad3adp0); /* of a doubling */
    const uint32_t bucket = (uint32_t)(4 * (power - 1) + quarters);
    return bucket < ZH_FUNNEL_BUCKETS ? bucket : ZH_FUNNEL_BUCKETS - 1;
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
