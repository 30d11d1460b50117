/* visits_bench.c -- what counting distinct customers costs: an event, a merge, a day, a month. Prints JSON lines.
 * 200,000 customers over 31 days, 6 million visits drawn from them; a plain bitset union of the month is the yardstick. */
#include "base/rng.h"
#include "base/time.h"
#include "measure/visits.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define CUSTOMERS 200000u
#define DAYS 31
#define EVENTS 6000000u
#define MERGES 2000
#define ROUNDS 200

static double now_ns(void) /* of this process: others may be at work on the machine */
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void say(const char *what, double ns, size_t times)
{
    printf("{\"bench\":\"visits\",\"what\":\"%s\",\"ns\":%.0f}\n", what, ns / (double)times);
}

static double between(const zh_visits *v, int64_t from, int64_t to, int64_t *seen)
{
    zh_visits_count count;
    const double began = now_ns();
    for (int i = 0; i < ROUNDS; i++)
        if (zh_visits_between(v, from, to, &count) != ZH_OK) exit(1);
    *seen = count.visitors;
    return now_ns() - began;
}

int main(void)
{
    zh_visits *v;
    int64_t seen;
    if (zh_visits_open(&v, &(zh_visits_desc){ 0 }) != ZH_OK) return 1;
    zh_rng rng = { .seed = 1, .stream = 1 };
    double began = now_ns();
    for (uint32_t i = 0; i < EVENTS; i++) {
        const uint64_t u = zh_rng_below(&rng, CUSTOMERS);
        const zh_event e = { .type = ZH_EVENT_TRACK, .act = i % 50 == 0 ? ZH_ACT_ORDER : ZH_ACT_VIEW, .time_ms = (int64_t)i * (DAYS * ZH_DAY_MS / EVENTS) };
        if (zh_visits_fold(v, &e, (zh_customer_id){ u * u / CUSTOMERS + 1 }) != ZH_OK) return 1; /* some come more often */
    }
    say("fold", now_ns() - began, EVENTS);
    say("a whole day", between(v, 24, 48, &seen), ROUNDS);
    say("a day until noon", between(v, 24, 36, &seen), ROUNDS);
    say("31 days", between(v, 0, DAYS * 24, &seen), ROUNDS);
    fprintf(stderr, "visits_bench: %lld distinct in 31 days, %zu KiB\n", (long long)seen, zh_visits_bytes(v) >> 10);
    /* The yardstick: 31 bitsets of all customers, joined and counted. */
    uint64_t *sets = calloc(DAYS, CUSTOMERS / 8 + 8);
    const size_t words = CUSTOMERS / 64 + 1;
    if (sets == NULL) return 1;
    for (size_t i = 0; i < DAYS * words; i++) sets[i] = zh_rng_next(&rng);
    uint64_t bits = 0;
    began = now_ns();
    for (int i = 0; i < ROUNDS; i++)
        for (size_t w = 0; w < words; w++) {
            uint64_t joined = 0;
            for (size_t d = 0; d < DAYS; d++) joined |= sets[d * words + w];
            bits += (uint64_t)__builtin_popcountll(joined);
        }
    say("yardstick: 31 plain bitsets", now_ns() - began, ROUNDS);
    began = now_ns();
    for (uint32_t i = 0; i < MERGES; i++)
        if (zh_visits_merge(v, (zh_customer_id){ 2 * i + 2 }, (zh_customer_id){ 2 * i + 1 }, 0) != ZH_OK) return 1;
    say("merge, all hours", now_ns() - began, MERGES);
    free(sets);
    zh_visits_close(v);
    return bits == 1; /* what was counted must have been counted */
}
