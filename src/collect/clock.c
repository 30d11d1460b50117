#include "collect/clock.h"

#include "core/event.h"

#include <assert.h>

static zh_clock received(int64_t received_ms)
{
    return (zh_clock){ received_ms, ZH_MARK_CLOCK_CLAMPED };
}

zh_clock zh_clock_repair(int64_t original_ms, int64_t sent_ms, int64_t received_ms)
{
    assert(received_ms >= ZH_TIME_MS_MIN);
    assert(received_ms <= ZH_TIME_MS_MAX);
    if (original_ms == ZH_CLOCK_ABSENT) return (zh_clock){ .time_ms = received_ms };
    if (original_ms == ZH_CLOCK_UNREADABLE) return received(received_ms);
    int64_t time_ms = original_ms;
    if (sent_ms != ZH_CLOCK_ABSENT && sent_ms != ZH_CLOCK_UNREADABLE) {
        const int64_t skew_ms = received_ms - sent_ms;
        if (skew_ms > ZH_CLOCK_SKEW_MS_MAX || skew_ms < -ZH_CLOCK_SKEW_MS_MAX)
            return received(received_ms);
        time_ms = received_ms - (sent_ms - original_ms);
    }
    if (time_ms < ZH_TIME_MS_MIN || time_ms > received_ms + ZH_CLOCK_AHEAD_MS_MAX)
        return received(received_ms);
    const int64_t shift_ms = time_ms - original_ms;
    const bool marked = shift_ms > ZH_CLOCK_SHIFT_MS_MARKED || shift_ms < -ZH_CLOCK_SHIFT_MS_MARKED;
    return (zh_clock){ time_ms, marked ? ZH_MARK_CLOCK_REPAIRED : 0 };
}
