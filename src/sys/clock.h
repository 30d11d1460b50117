/* clock.h -- what time is it: of the wall for people, monotonic for durations, settable for tests.
 *
 * Nothing below the effect folders reads a clock: the caller asks here once and passes now_ms down,
 * so a test or a replay can say what time it is. A NULL clock is the real one.
 *
 * Guarantees  monotonic time never goes back and knows nothing of summer time or of a corrected
 *             wall clock; a fake clock stands still until it is told.
 * Cost        one vDSO call (about 25 ns), or one atomic load.
 * Threads     any; a fake may be moved while others read it.
 */
#ifndef ZH_SYS_CLOCK_H
#define ZH_SYS_CLOCK_H
#include <stdatomic.h>
#include <stdint.h>

typedef struct zh_clock {
    _Atomic int64_t wall_ms_, mono_us_; /* private */
} zh_clock;

/* Make `clock` a fake that stands at this moment; monotonic time begins at 1 s. */
void zh_clock_fake(zh_clock *clock, int64_t wall_ms);
/* Move both times of a fake forward, by_ms >= 0. */
void zh_clock_advance(zh_clock *clock, int64_t by_ms);
/* Set the wall alone, as an administrator may, also back. */
void zh_clock_set_wall(zh_clock *clock, int64_t wall_ms);

/* Milliseconds since 1970-01-01 UTC. clock == NULL: the real one. */
int64_t zh_clock_wall_ms(const zh_clock *clock);
/* Microseconds since some fixed moment. clock == NULL: the real one. */
int64_t zh_clock_mono_us(const zh_clock *clock);

#endif
