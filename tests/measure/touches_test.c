/* Goal: a customer's touches are what reading his events visit by visit gives, whatever order they came in, late or through a merge.
 * Method: random events, folded shuffled and for two customers who are merged, against a plain reading of the sorted list. */
#include "measure/touches.h"
#include "check.h"

#include <stdio.h>
#include <stdlib.h>

enum { MINUTE = 60000, EVENTS = 120 };

typedef struct deed { int64_t time_ms; uint32_t source; uint64_t number; bool is_visit; } deed; /* source 0: says none */

static zh_arena arena;

static void fold(zh_customers *c, uint64_t customer, const deed *d)
{
    char context[64];
    const int size = d->source == 0 ? 0 : snprintf(context, sizeof context, "{\"campaign\":{\"source\":\"s%u\"}}", d->source);
    const zh_event event = { .customer = { customer }, .type = d->is_visit ? ZH_EVENT_PAGE : ZH_EVENT_TRACK, .act = ZH_ACT_OTHER, .time_ms = d->time_ms, .key = { d->number, 1 },
                             .name = ZH_SV("x"), .context = { context, (size_t)size } };
    zh_effects effects = zh_effects_open(&arena);
    CHECK(zh_customers_fold(c, event.customer, &event, &effects) == ZH_OK);
    zh_arena_reset(&arena);
}

static int by_time(const void *a, const void *b)
{
    const deed *x = a, *y = b;
    return x->time_ms != y->time_ms ? (x->time_ms < y->time_ms ? -1 : 1) : 0;
}

/* Oldest first, as one would write it down. */
static size_t plain(const deed *deeds, size_t count, int64_t to_ms, uint32_t *sources, int64_t *times)
{
    size_t found = 0;
    for (size_t i = 0; i < count && deeds[i].time_ms < to_ms;) {
        size_t end = i + 1;
        while (end < count && deeds[end].time_ms < to_ms && deeds[end].time_ms - deeds[end - 1].time_ms < 30 * MINUTE) end++;
        uint32_t last = 0;
        int64_t there = 0;
        for (size_t k = i; k < end; k++) {
            if (deeds[k].is_visit && there == 0) there = deeds[k].time_ms;
            if (deeds[k].source == 0 || deeds[k].source == last) continue;
            last = sources[found] = deeds[k].source;
            times[found++] = deeds[k].time_ms;
        }
        if (last == 0 && there != 0) sources[found] = 0, times[found++] = there;
        i = end;
    }
    return found;
}

static void compare(const zh_customers *c, const deed *deeds, size_t count, int64_t to_ms)
{
    static zh_touch_point touches[ZH_TOUCHES_MAX];
    uint32_t sources[EVENTS];
    int64_t times[EVENTS];
    const size_t want = plain(deeds, count, to_ms, sources, times);
    CHECK(zh_touches_of(zh_customers_get(c, (zh_customer_id){ 1 }), to_ms, touches) == want);
    for (size_t i = 0; i < want; i++) {
        char text[16];
        const int size = snprintf(text, sizeof text, "s%u\x1f\x1f", sources[i]);
        CHECK(touches[i].time_ms == times[i]);
        CHECK(sources[i] == 0 ? touches[i].channel == ZH_TOUCH_DIRECT : touches[i].channel == zh_terms_find(zh_customers_terms(c), (zh_sv){ text, (size_t)size }));
    }
}

static void touches_are_what_was_done(uint64_t seed)
{
    deed deeds[EVENTS], mixed[EVENTS];
    const size_t count = 1 + test_random(&seed) % EVENTS;
    for (size_t i = 0; i < count; i++) {
        const int64_t at = 1300000000000 + (int64_t)(test_random(&seed) % 6000) * MINUTE + (int64_t)i; /* no two at one time */
        mixed[i] = deeds[i] = (deed){ at, (uint32_t)(test_random(&seed) % 6 < 3 ? 0 : 1 + test_random(&seed) % 3), i, test_random(&seed) % 2 == 0 };
    }
    qsort(deeds, count, sizeof *deeds, by_time);
    zh_customers *c;
    CHECK(zh_customers_open(&c, &(zh_customers_desc){ 0 }) == ZH_OK);
    for (size_t i = 0; i < count; i++) fold(c, 1 + i % 2, &mixed[i]);
    zh_effects effects = zh_effects_open(&arena);
    CHECK(zh_customers_merge(c, (zh_customer_id){ 2 }, (zh_customer_id){ 1 }, &effects) == ZH_OK);
    compare(c, deeds, count, INT64_MAX);
    compare(c, deeds, count, 1300000000000 + 3000 * MINUTE);
    zh_customers_close(c);
    zh_arena_reset(&arena);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    arena = zh_arena_open((size_t)64 << 20);
    for (uint64_t i = 0; i < 300; i++) touches_are_what_was_done(seed * 1000 + i);
    zh_arena_close(&arena);
    return 0;
}
