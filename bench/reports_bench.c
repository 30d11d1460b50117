/* reports_bench [EVENTS [EVENTS_PER_CUSTOMER]] -- what a funnel of five steps over a shop's events costs: by names, with a comparison, with a condition of the machine.
 * Prints JSON lines. The yardstick: every byte of the same events read once, by the same walk over the same customers. Wall time counts; CPU time beside it
 * tells how much of that the machine was at other work. */
#include "engine/funnels.h"
#include "profile/identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define T0 INT64_C(1700000000000)
#define SPAN_MS (90 * INT64_C(86400000))
#define WANTED 100000000.0 /* events, in a second */

static double now_s(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static uint64_t seed = 7;
static uint64_t dice(uint64_t sides)
{
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return seed % sides;
}

static const char *const names[] = { "Page Viewed", "Page Viewed", "Page Viewed", "Product Viewed", "Product Viewed", "Products Searched", "Product Added", "Cart Viewed", "Checkout Started", "Order Completed" };
static const char *const categories[] = { "tea", "shoes", "books", "cups" };

static void fill(zh_world *w, zh_arena *scratch, uint64_t customers, uint64_t each)
{
    for (uint64_t c = 1; c <= customers; c++) {
        int64_t now = T0;
        for (uint64_t i = 0; i < each; i++) {
            char item[16];
            now += (int64_t)dice((uint64_t)(2 * SPAN_MS) / each);
            snprintf(item, sizeof item, "i%u", (unsigned)dice(5000));
            zh_line line = { .item = zh_item_id_of(zh_sv_of(item)), .item_text = zh_sv_of(item), .category = zh_sv_of(categories[dice(4)]), .price_minor = (int64_t)dice(20000), .quantity = 1 };
            const zh_event e = { .customer = { c }, .type = ZH_EVENT_TRACK, .act = ZH_ACT_OTHER, .time_ms = now, .key = { c, i }, .name = zh_sv_of(names[dice(10)]), .lines = &line, .lines_count = 1, .currency = { .code = 1 } };
            zh_effects effects = zh_effects_open(scratch);
            if (zh_customers_fold(w->customers, e.customer, &e, &effects) != ZH_OK) abort();
            zh_arena_reset(scratch);
            if (now > w->counts.newest_ms) w->counts.newest_ms = now;
        }
    }
}

/* So many customers there are. */
static void number(zh_world *w, uint64_t customers)
{
    zh_buf record = zh_buf_open(1 << 16);
    zh_identity_link_put(&(zh_identity_link){ .id = { .kind = ZH_ID_USER, .blind = { .high = 1, .low = 1 } }, .customer = { customers }, .turn = 1 }, &record);
    if (zh_identity_fold(w->identity, zh_buf_view(&record)) != ZH_OK) abort();
    zh_buf_close(&record);
}

typedef struct scan { uint64_t sum, bytes; } scan;

static void read_bytes(void *context, const zh_customer_state *state)
{
    scan *s = context;
    const zh_facts facts = zh_customer_facts(state);
    const char *at = facts.r_.at;
    for (; facts.r_.end - at >= 8; at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        s->sum += word;
    }
    s->bytes += (uint64_t)(facts.r_.end - facts.r_.at);
}

static scan all_bytes(zh_world *w)
{
    scan s[ZH_CROWD_THREADS] = { { 0 } };
    zh_crowd crowds[ZH_CROWD_THREADS];
    for (size_t i = 0; i < ZH_CROWD_THREADS; i++) crowds[i] = (zh_crowd){ .visit = read_bytes, .context = &s[i], .events = true };
    if (zh_crowd_walk_together(w, crowds, zh_crowd_threads(w)) != ZH_OK) abort();
    for (size_t i = 1; i < ZH_CROWD_THREADS; i++) s[0].sum += s[i].sum, s[0].bytes += s[i].bytes;
    return s[0];
}

typedef struct timing { double wall, cpu; } timing;
static timing best; /* of the runs of one thing */
static void took(double wall, double cpu)
{
    if (best.wall == 0 || wall < best.wall) best.wall = wall;
    if (best.cpu == 0 || cpu < best.cpu) best.cpu = cpu;
}

enum { RUNS = 5 };

static void funnel(zh_world *w, const char *what, const char *where, double events, double scan_cpu)
{
    static zh_funnel out;
    static const char *const steps[] = { "Page Viewed", "Product Viewed", "Product Added", "Checkout Started", "Order Completed" };
    zh_funnel_ask ask = { .span = { .from_ms = T0, .to_ms = T0 + 2 * SPAN_MS, .window_ms = 7 * INT64_C(86400000), .steps = 5 } };
    for (int k = 0; k < 5; k++) ask.steps[k] = (zh_asked_event){ .event = zh_sv_of(steps[k]), .where = k == 1 ? zh_sv_of(where) : (zh_sv){ 0 } };
    best = (timing){ 0 };
    for (int run = 0; run < RUNS; run++) {
        uint32_t step;
        zh_cel_fault why = { .text = "" };
        const double wall = now_s(CLOCK_MONOTONIC), cpu = now_s(CLOCK_PROCESS_CPUTIME_ID);
        if (zh_world_funnel(w, &ask, &out, &step, &why) != ZH_OK) abort();
        took(now_s(CLOCK_MONOTONIC) - wall, now_s(CLOCK_PROCESS_CPUTIME_ID) - cpu);
    }
    printf("{\"bench\":\"reports\",\"what\":\"funnel of 5 steps, %s\",\"events\":%.0f,\"last_step\":%llu,\"wall_s\":%.3f,\"cpu_s\":%.3f,\"events_a_second\":%.0f,\"cpu_ns_an_event\":%.2f,\"hundred_million_s\":%.2f,\"of_it_cpu_s\":%.2f,\"times_the_scan_cpu\":%.1f,\"wanted_s\":1}\n",
           what, events, (unsigned long long)out.reached[5], best.wall, best.cpu, events / best.wall, best.cpu * 1e9 / events, best.wall * WANTED / events, best.cpu * WANTED / events, best.cpu / scan_cpu);
}

int main(int argc, char **argv)
{
    const uint64_t wanted = argc > 1 ? strtoull(argv[1], NULL, 10) : 2000000, each = argc > 2 ? strtoull(argv[2], NULL, 10) : 100, customers = wanted / each;
    const double events = (double)(customers * each);
    zh_world *w;
    zh_arena scratch = zh_arena_open((size_t)1 << 20);
    if (zh_world_open(&w, &(zh_world_desc){ 0 }) != ZH_OK) return 1;
    fill(w, &scratch, customers, each);
    number(w, customers);
    scan s = { 0 };
    for (int run = 0; run < RUNS; run++) {
        const double wall = now_s(CLOCK_MONOTONIC), cpu = now_s(CLOCK_PROCESS_CPUTIME_ID);
        s = all_bytes(w);
        took(now_s(CLOCK_MONOTONIC) - wall, now_s(CLOCK_PROCESS_CPUTIME_ID) - cpu);
    }
    const double scan_cpu = best.cpu;
    printf("{\"bench\":\"reports\",\"what\":\"a bare scan\",\"customers\":%llu,\"events\":%.0f,\"bytes_an_event\":%.1f,\"wall_s\":%.3f,\"cpu_s\":%.3f,\"cpu_ns_an_event\":%.2f,\"check\":%llu}\n", (unsigned long long)customers, events,
           (double)s.bytes / events, best.wall, best.cpu, best.cpu * 1e9 / events, (unsigned long long)(s.sum % 1000));
    funnel(w, "by names", "", events, scan_cpu);
    funnel(w, "with a comparison", "e.category == \"tea\" && e.price > 100.0", events, scan_cpu);
    funnel(w, "with a condition of the machine", "int(e.price) % 2 == 1", events, scan_cpu);
    zh_world_close(w);
    zh_arena_close(&scratch);
    return 0;
}
