/* Goal: a customer reached as many steps as some choice of his events in order allows, and no more.
 * Method: random events; all choices are tried, one event a step, in order, within the window of the first. */
#include "measure/funnel.h"
#include "check.h"

#include <stdbool.h>

enum { EVENTS = 14, STEPS = 4, RUNS = 4000 };

/* Can step k + 1 be done by an event after `at`, of a way that began then? The furthest that comes of it. */
static uint32_t furthest(const zh_funnel_span *span, const zh_funnel_event *e, size_t count, size_t at, uint32_t k, int64_t began)
{
    uint32_t best = k;
    for (size_t i = at; k < span->steps && i < count; i++) {
        if ((e[i].steps & 1u << k) == 0) continue;
        if (k == 0 ? e[i].time_ms < span->from_ms || e[i].time_ms >= span->to_ms : e[i].time_ms - began >= span->window_ms) continue;
        const uint32_t then = furthest(span, e, count, i + 1, k + 1, k == 0 ? e[i].time_ms : began);
        if (then > best) best = then;
    }
    return best;
}

int main(int argc, char **argv)
{
    uint64_t seed = test_seed(argc, argv), reached[STEPS + 1] = { 0 };
    for (int run = 0; run < RUNS; run++) {
        zh_funnel_event e[EVENTS];
        int64_t now = 0;
        for (int i = 0; i < EVENTS; i++) {
            now += (int64_t)(test_random(&seed) % 4);
            e[i] = (zh_funnel_event){ .time_ms = now, .steps = 1u << test_random(&seed) % STEPS };
            if (test_random(&seed) % 4 == 0) e[i].steps |= 1u << test_random(&seed) % STEPS;
        }
        const zh_funnel_span span = { .from_ms = (int64_t)(test_random(&seed) % 8), .to_ms = 14 + (int64_t)(test_random(&seed) % 10), .window_ms = 3 + (int64_t)(test_random(&seed) % 12), .steps = STEPS };
        const zh_funnel_way way = zh_funnel_way_of(&span, e, EVENTS);
        const uint32_t want = furthest(&span, e, EVENTS, 0, 0, 0);
        CHECK(way.reached == want);
        for (uint32_t k = 0; k < way.reached; k++) CHECK(way.took_ms[k] >= 0 && way.took_ms[k] < span.window_ms && (k > 0 || way.took_ms[k] == 0));
        for (uint32_t k = 0; k < way.reached; k++) CHECK(way.step_ms[k] >= 0 && way.step_ms[k] <= way.took_ms[k]);
        reached[way.reached]++;
    }
    for (int k = 0; k <= STEPS; k++) CHECK(reached[k] > 20); /* all ends were seen */
    uint64_t buckets[ZH_FUNNEL_BUCKETS] = { 0 };
    CHECK(zh_funnel_median_ms(buckets) == 0);
    for (int64_t ms = 60000; ms < 160000; ms += 1000) buckets[zh_funnel_bucket(ms)]++;
    CHECK(zh_funnel_median_ms(buckets) >= 109000 && zh_funnel_median_ms(buckets) <= 131000);
    CHECK(zh_funnel_bucket(0) == 0 && zh_funnel_bucket(INT64_MAX) == ZH_FUNNEL_BUCKETS - 1);
    /* Step 3 comes of the second beginning: what lies before it is that way's step 2, not the first that was seen. */
    const zh_funnel_event again[] = { { .time_ms = 0, .steps = 1 }, { .time_ms = 10, .steps = 2 }, { .time_ms = 100, .steps = 1 }, { .time_ms = 101, .steps = 2 }, { .time_ms = 103, .steps = 4 } };
    const zh_funnel_way way = zh_funnel_way_of(&(zh_funnel_span){ .to_ms = 200, .window_ms = 50, .steps = 3 }, again, 5);
    CHECK(way.reached == 3 && way.took_ms[1] == 10 && way.took_ms[2] == 3 && way.step_ms[1] == 10 && way.step_ms[2] == 2);
    const zh_funnel_span one = { .from_ms = 0, .to_ms = 10, .window_ms = 5, .steps = 1 };
    CHECK(zh_funnel_way_of(&one, NULL, 0).reached == 0);
    return 0;
}
