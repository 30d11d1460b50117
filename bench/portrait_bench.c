/* portrait_bench.c -- what one portrait costs, by how much a customer did. Prints JSON lines. usage: portrait_bench [PORTRAITS] (20,000) */
#include "base/hash.h"
#include "profile/portrait.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BEGIN INT64_C(1690000000000)
#define SPAN_MS (INT64_C(300) * 86400000)

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void must(bool ok, const char *what)
{
    if (ok) return;
    fprintf(stderr, "portrait_bench: %s\n", what);
    exit(1);
}

static void fill(zh_customers *c, uint64_t customer, uint64_t events)
{
    static const char *const kinds[] = { "shoes", "tea", "books", "toys", "home", "bags", "lamps", "hats" }, *const brands[] = { "swift", "oak", "iris", "moss", "fern" };
    zh_arena arena = zh_arena_open((size_t)64 << 20);
    for (uint64_t i = 0; i < events; i++) {
        const uint64_t dice = zh_mix64(customer * 100000 + i);
        const bool is_order = dice % 12 == 0;
        char item[24], order[24];
        (void)snprintf(item, sizeof item, "item-%llu", (unsigned long long)(dice >> 40) % 20000);
        (void)snprintf(order, sizeof order, "o%llu", (unsigned long long)(customer * 100000 + i));
        zh_line line = { .item = { 1 + (dice >> 40) % 20000 }, .item_text = zh_sv_of(item), .category = zh_sv_of(kinds[(dice >> 33) % 8]), .brand = zh_sv_of(brands[(dice >> 28) % 5]),
                         .price_minor = (int64_t)(dice % 9000), .quantity = 1 };
        const zh_event event = { .customer = { customer }, .type = ZH_EVENT_TRACK, .act = is_order ? ZH_ACT_ORDER : dice % 12 == 1 ? ZH_ACT_ADD : ZH_ACT_VIEW,
                                 .time_ms = BEGIN + (int64_t)((double)SPAN_MS * (double)i / (double)events), .key = { customer * 100000 + i, dice }, .name = ZH_SV("e"),
                                 .order_id = is_order ? zh_sv_of(order) : (zh_sv){ 0 }, .lines = &line, .lines_count = 1, .revenue_minor = line.price_minor };
        zh_effects effects = zh_effects_open(&arena);
        must(zh_customers_fold(c, event.customer, &event, &effects) == ZH_OK, "an event cannot be folded");
        zh_arena_reset(&arena);
    }
    zh_arena_close(&arena);
}

int main(int argc, char **argv)
{
    const uint64_t rounds = argc > 1 ? strtoull(argv[1], NULL, 10) : 20000;
    static const uint64_t sizes[] = { 1, 10, 50, 300, 2048 };
    zh_arena arena = zh_arena_open((size_t)64 << 20);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        zh_customers *c;
        must(zh_customers_open(&c, &(zh_customers_desc){ 0 }) == ZH_OK, "no memory");
        for (uint64_t customer = 1; customer <= 50; customer++) fill(c, customer, sizes[i]);
        const uint64_t times = 1 + rounds * 10 / (10 + sizes[i]);
        double sum = 0;
        const double began = now_ns();
        for (uint64_t n = 0; n < times; n++) {
            zh_portrait p;
            zh_arena_reset(&arena);
            must(zh_portrait_of(zh_customers_get(c, (zh_customer_id){ 1 + n % 50 }), zh_customers_terms(c), zh_tz_utc(), NULL, &arena, &p) == ZH_OK, "no memory");
            sum += p.habits.events;
        }
        printf("{\"bench\":\"portrait\",\"events\":%llu,\"us_a_portrait\":%.2f,\"read\":%.0f}\n", (unsigned long long)sizes[i], (now_ns() - began) / 1e3 / (double)times, sum / (double)times);
        zh_customers_close(c);
    }
    zh_arena_close(&arena);
    return 0;
}
