#include "sys/clock.h"

#include <assert.h>
#include <stddef.h>
#include <time.h>

#define FAKE_START_US 1000000 /* not 0: code that takes 0 for "never" must work with a fake too */

void zh_clock_fake(zh_clock *clock, int64_t wall_ms)
{
    atomic_store(&clock->wall_ms_, wall_ms);
    atomic_store(&clock->mono_us_, FAKE_START_US);
}

void zh_clock_advance(zh_clock *clock, int64_t by_ms)
{
    assert(by_ms >= 0);
    atomic_fetch_add(&clock->wall_ms_, by_ms);
    atomic_fetch_add(&clock->mono_us_, by_ms * 1000);
}

void zh_clock_set_wall(zh_clock *clock, int64_t wall_ms)
{
    atomic_store(&clock->wall_ms_, wall_ms);
}

int64_t zh_clock_wall_ms(const zh_clock *clock)
{
    if (clock != NULL) return atomic_load(&clock->wall_ms_);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t zh_clock_mono_us(const zh_clock *clock)
{
    if (clock != NULL) return atomic_load(&clock->mono_us_);
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
