/* decide.h -- one decision out of one world: permit, arm, history and policy of a customer, then decide/recommend.h.
 *
 * The world may be the live one or one that was folded again to what it was then: whatever a list is made of comes from here, from
 * the ask, or from a file that is named by its hash. So a decision can be recomputed (recompute.h).
 *
 * Cost        that of zh_recommend.
 * Threads     the caller keeps the world still.
 * Not here    who the ids are, names and prices of the items, the record's way into the log (ask.h).
 */
#ifndef ZH_ENGINE_DECIDE_H
#define ZH_ENGINE_DECIDE_H
#include "decide/recommend.h"
#include "engine/world.h"

typedef struct zh_deciding { /* borrowed */
    const zh_world *world;
    const uint64_t *positions; /* a partition: the records folded so far */
    uint32_t partitions;
    const zh_actor *actor;     /* who asks */
    const zh_learnt *learnt;   /* the table that is deployed (serving.h); NULL: none */
    const zh_item_id *without; /* as if he had never met these items: for "what if". NULL: none */
    uint32_t without_count;
    zh_sv city, device;        /* as the request says; empty: it does not */
} zh_deciding;

/* r has placement, n, items, customer, moment and id; the rest is filled in here, and r->now_ms becomes no later than the newest event.
 * out->time_ms is the moment asked for. Errors: ZH_NOMEM. */
ZH_MUST zh_err zh_decide(const zh_deciding *in, zh_recommend_ask *r, zh_arena *arena, zh_decision *out, zh_reason **reasons);

#endif
