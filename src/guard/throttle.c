#include "guard/throttle.h"
#include "base/hash.h"

#include <assert.h>

#define BUCKET 8

typedef struct entry {
    uint64_t who;
    int64_t last_ms; /* of the newest granted try */
    uint32_t fails;  /* 0: the slot is free */
} entry;

struct zh_throttle {
    zh_throttle_desc desc;
    entry *entries; /* [slots], in buckets of 8 */
};

_Static_assert(sizeof(entry) == 24, "as the header says");

zh_err zh_throttle_open(zh_throttle **out, zh_arena *arena, const zh_throttle_desc *desc)
{
    zh_throttle *throttle = ZH_TAKE(arena, zh_throttle, 1);
    if (throttle == NULL) return ZH_NOMEM;
    throttle->desc = *desc;
    if (desc->slots == 0) throttle->desc.slots = 4096;
    if (desc->free == 0) throttle->desc.free = 5;
    if (desc->first_ms == 0) throttle->desc.first_ms = 1000;
    if (desc->wait_ms_max == 0) throttle->desc.wait_ms_max = 15 * 60 * 1000;
    if (desc->forget_ms == 0) throttle->desc.forget_ms = 24 * 60 * 60 * 1000;
    assert(throttle->desc.slots >= BUCKET);
    assert((throttle->desc.slots & (throttle->desc.slots - 1)) == 0);
    assert(throttle->desc.first_ms > 0);
    assert(throttle->desc.first_ms <= throttle->desc.wait_ms_max);
    assert(throttle->desc.wait_ms_max <= throttle->desc.forget_ms);
    throttle->entries = ZH_TAKE(arena, entry, throttle->desc.slots);
    if (throttle->entries == NULL) return ZH_NOMEM;
    *out = throttle;
    return ZH_OK;
}

static entry *bucket_of(const zh_throttle *throttle, uint64_t who)
{
    return &throttle->entries[(zh_mix64(who) & (throttle->desc.slots / BUCKET - 1)) * BUCKET];
}

static entry *find(const zh_throttle *throttle, uint64_t who)
{
    entry *bucket = bucket_of(throttle, who);
    for (int i = 0; i < BUCKET; i++)
        if (bucket[i].fails != 0 && bucket[i].who == who) return &bucket[i];
    return NULL;
}

/* A slot for a newcomer: a free one, else the mildest, then oldest. */
static entry *claim(zh_throttle *throttle, uint64_t who)
{
    entry *bucket = bucket_of(throttle, who), *best = bucket;
    for (int i = 1; i < BUCKET; i++) {
        const entry *e = &bucket[i];
        if (e->fails < best->fails || (e->fails == best->fails && e->last_ms < best->last_ms)) best = &bucket[i];
    }
    *best = (entry){ .who = who };
    return best;
}

/* How long after the last try the next may come. */
static int64_t wait_after(const zh_throttle_desc *desc, uint32_t fails)
{
    if (fails < desc->free) return 0;
    int64_t wait_ms = desc->first_ms;
    for (uint32_t n = fails - desc->free; n > 0 && wait_ms < desc->wait_ms_max; n--)
        wait_ms = wait_ms > desc->wait_ms_max / 2 ? desc->wait_ms_max : wait_ms * 2;
    return wait_ms;
}

zh_err zh_throttle_try(zh_throttle *throttle, uint64_t who, int64_t now_ms, int64_t *wait_ms)
{
    *wait_ms = 0;
    entry *e = find(throttle, who);
    if (e != NULL) {
        const int64_t passed_ms = now_ms > e->last_ms ? now_ms - e->last_ms : 0;
        const int64_t must_ms = wait_after(&throttle->desc, e->fails);
        if (passed_ms < must_ms) {
            *wait_ms = must_ms - passed_ms;
            return ZH_BUSY;
        }
        if (passed_ms >= throttle->desc.forget_ms) e->fails = 0;
    } else {
        e = claim(throttle, who);
    }
    if (e->fails < UINT32_MAX) e->fails++;
    if (e->fails == 1 || now_ms > e->last_ms) e->last_ms = now_ms;
    return ZH_OK;
}

void zh_throttle_pass(zh_throttle *throttle, uint64_t who)
{
    entry *e = find(throttle, who);
    if (e != NULL) *e = (entry){ 0 };
}

void zh_throttle_undo(zh_throttle *throttle, uint64_t who)
{
    entry *e = find(throttle, who);
    if (e != NULL && --e->fails == 0) *e = (entry){ 0 };
}
