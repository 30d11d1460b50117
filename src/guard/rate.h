/* rate.h -- how much may a source send, and if it may not now, when? A token bucket.
 *
 * A bucket holds up to `burst` and fills at `per_s`. A request takes what it costs when the bucket has something at
 * all, and may leave it in debt: a batch larger than the bucket goes through, and the next one waits for it. So over
 * any time t at most burst + per_s * t and one request pass.
 *
 * Guarantees  a wait that was told is enough: who asks again after it, alone, is let through.
 * Cost        O(1), a few ns.
 * Threads     one bucket, one thread, or a lock around it.
 * Clock       an argument, monotonic; one that goes backwards fills nothing.
 * Source      Turner, IEEE Communications 24 (10), 1986, as it is used everywhere since.
 */
#ifndef ZH_GUARD_RATE_H
#define ZH_GUARD_RATE_H
#include <stdint.h>

#define ZH_RATE_PER_S_MAX 10000000 /* events; beyond what one machine takes is no limit */

typedef struct zh_rate_limit {
    uint32_t per_s; /* > 0, at most ZH_RATE_PER_S_MAX */
    uint32_t burst; /* > 0, at most ZH_RATE_PER_S_MAX */
} zh_rate_limit;

typedef struct zh_rate {
    int64_t micro;  /* millionths of one; below 0: in debt */
    int64_t at_us;  /* when it was last filled */
} zh_rate;

/* A full bucket. */
zh_rate zh_rate_open(const zh_rate_limit *limit, int64_t now_us);

/* 0: `count` was taken. Else nothing was, and it is the time to wait, in us. */
int64_t zh_rate_take(zh_rate *rate, const zh_rate_limit *limit, uint32_t count, int64_t now_us);

#endif
