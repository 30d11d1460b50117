#include "engine/crowd.h"

#define AHEAD 6 /* customers */

/* Numbers are given out one after the other, so nobody needs a list of them. */
static uint64_t numbers_end(zh_world *w)
{
    pthread_rwlock_rdlock(&w->identity_lock);
    const uint64_t next = zh_identity_next(w->identity).number;
    pthread_rwlock_unlock(&w->identity_lock);
    return next;
}

zh_err zh_crowd_walk(zh_world *w, const zh_crowd *crowd)
{
    const uint64_t end = numbers_end(w);
    for (uint64_t at = 1; at < end;) {
        if (crowd->go_on != NULL && !crowd->go_on(crowd->context)) return ZH_STOPPED;
        const uint64_t until = at + ZH_CROWD_STEP < end ? at + ZH_CROWD_STEP : end;
        zh_world_lock_read(w);
        for (; at < until; at++) {
            for (int step = 0; step < 2; step++) /* customers lie anywhere in memory: bring those after the next near */
                zh_customers_prefetch(w->customers, (zh_customer_id){ at + AHEAD * (2 - (uint64_t)step) }, step);
            const zh_customer_state *state = zh_customers_get(w->customers, (zh_customer_id){ at });
            if (state != NULL) crowd->visit(crowd->context, state);
        }
        zh_world_unlock(w);
    }
    return ZH_OK;
}
