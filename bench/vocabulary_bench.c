/* vocabulary_bench.c -- what it costs to ask all customers: an expression of two windows, one of a product's category, one of
 * sums; and the memory of what they did. Prints JSON lines. usage: vocabulary_bench [CUSTOMERS [EVENTS_EACH]] (100,000 and 50) */
#include "base/hash.h"
#include "segment/vocabulary.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define NOW INT64_C(1700000000000)
#define SPAN_MS (INT64_C(100) * 86400000)

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void must(bool ok, const char *what)
{
    if (ok) return;
    fprintf(stderr, "vocabulary_bench: %s\n", what);
    exit(1);
}

static void fill(zh_customers *c, uint64_t customers, uint64_t each)
{
    static const char *const names[] = { "Product Viewed", "Product Viewed", "Product Viewed", "Product Added", "Order Completed" };
    static const char *const kinds[] = { "shoes", "tea", "books", "toys", "home" };
    zh_arena arena = zh_arena_open((size_t)64 << 20);
    for (uint64_t i = 0; i < customers * each; i++) { /* in the order of time, as they come in */
        const uint64_t dice = zh_mix64(i), customer = 1 + dice % customers;
        char item[24], order[24];
        (void)snprintf(item, sizeof item, "item-%llu", (unsigned long long)(dice >> 40) % 20000);
        (void)snprintf(order, sizeof order, "o%llu", (unsigned long long)i);
        const unsigned name = (unsigned)(dice >> 20) % 5;
        zh_line line = { .item = { 1 + (dice >> 40) % 20000 }, .item_text = zh_sv_of(item), .category = zh_sv_of(kinds[(dice >> 33) % 5]), .price_minor = (int64_t)(dice % 9000),
                         .quantity = 1 };
        zh_event event = { .customer = { customer }, .type = ZH_EVENT_TRACK, .act = name < 3 ? ZH_ACT_VIEW : name == 3 ? ZH_ACT_ADD : ZH_ACT_ORDER,
                           .time_ms = NOW - SPAN_MS + (int64_t)((double)SPAN_MS * (double)i / (double)(customers * each)), .key = { i + 1, dice }, .name = zh_sv_of(names[name]),
                           .lines = &line, .lines_count = 1, .revenue_minor = line.price_minor };
        if (name == 4) event.order_id = zh_sv_of(order);
        zh_effects effects = zh_effects_open(&arena);
        must(zh_customers_fold(c, event.customer, &event, &effects) == ZH_OK, "an event cannot be folded");
        zh_arena_reset(&arena);
    }
    zh_arena_close(&arena);
}

static void ask(const zh_customers *c, zh_cel_env *env, zh_arena *arena, zh_json *json, const char *text)
{
    zh_condition condition;
    must(zh_vocabulary_compile(&condition, arena, env, zh_sv_of(text), NULL) == ZH_OK, text);
    zh_arena scratch = zh_arena_open((size_t)16 << 20);
    zh_look look = { .terms = zh_customers_terms(c), .now_ms = NOW, .json = json };
    uint64_t asked = 0, matching = 0;
    const double began = now_ns();
    for (size_t at = 0; (look.state = zh_customers_walk(c, &at)) != NULL; asked++) {
        zh_cel_value error;
        zh_arena_reset(&scratch);
        look.customer = zh_customer_number(look.state);
        matching += zh_vocabulary_holds(&condition, &look, &scratch, &error);
    }
    const double ns = (now_ns() - began) / (double)asked;
    printf("{\"bench\":\"expression\",\"customers\":%llu,\"matching\":%llu,\"ns_a_customer\":%.0f,\"ms_a_million\":%.0f,\"expression\":\"%.100s\"}\n", (unsigned long long)asked,
           (unsigned long long)matching, ns, ns, text);
    zh_arena_close(&scratch);
}

int main(int argc, char **argv)
{
    const uint64_t customers = argc > 1 ? strtoull(argv[1], NULL, 10) : 100000, each = argc > 2 ? strtoull(argv[2], NULL, 10) : 50;
    zh_customers *c;
    zh_cel_env *env;
    zh_json *json;
    zh_arena arena = zh_arena_open((size_t)64 << 20);
    must(customers > 0 && each > 0 && zh_customers_open(&c, &(zh_customers_desc){ 0 }) == ZH_OK, "no memory");
    must(zh_json_open(&json, 4096) == ZH_OK && zh_vocabulary_open(&env, &arena) == ZH_OK, "no memory");
    const double began = now_ns();
    fill(c, customers, each);
    printf("{\"bench\":\"activity\",\"customers\":%llu,\"events_each\":%llu,\"fold_ns_an_event\":%.0f,\"bytes_a_customer\":%.0f,\"wanted\":2048}\n", (unsigned long long)customers,
           (unsigned long long)each, (now_ns() - began) / (double)(customers * each), (double)zh_customers_bytes(c) / (double)zh_customers_count(c));
    ask(c, env, &arena, json, "customer.did('Order Completed', days(30)) && !customer.did('Product Added', days(7))");
    ask(c, env, &arena, json, "customer.events('Product Viewed').count(days(7)) >= 3 && customer.events('Order Completed').count(days(30)) == 0");
    ask(c, env, &arena, json, "customer.events('Product Viewed').where(e, e.category == 'shoes').count(days(7)) >= 2");
    ask(c, env, &arena, json, "customer.orders.count(days(90)) >= 2 && customer.last_seen < now - days(2)");
    ask(c, env, &arena, json, "customer.affinity.category['shoes'] > 0.3");
    zh_customers_close(c);
    zh_json_close(json);
    zh_arena_close(&arena);
    return 0;
}
