#include "guard/rate.h"

#include <assert.h>

#define MICRO 1000000

zh_rate zh_rate_open(const zh_rate_limit *limit, int64_t now_us)
{
    return (zh_rate){ .micro = (int64_t)limit->burst * MICRO, .at_us = now_us };
}

int64_t zh_rate_take(zh_rate *rate, const zh_rate_limit *limit, uint32_t count, int64_t now_us)
{
    assert(limit->per_s > 0 && limit->per_s <= ZH_RATE_PER_S_MAX);
    assert(limit->burst > 0 && limit->burst <= ZH_RATE_PER_S_MAX);
    const int64_t full = (int64_t)limit->burst * MICRO;
    if (now_us > rate->at_us) {
        const int64_t short_us = (full - rate->micro) / limit->per_s; /* until it is full: no product can overflow below */
        const int64_t gone_us = now_us - rate->at_us;
        rate->micro = gone_us > short_us ? full : rate->micro + gone_us * limit->per_s;
        rate->at_us = now_us;
    }
    if (rate->micro > full) rate->micro = full; /* the limit was lowered */
    if (rate->micro <= 0) return -rate->micro / limit->per_s + 1;
    rate->micro -= (int64_t)count * MICRO;
    return 0;
}
