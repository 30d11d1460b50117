/* segments_bench.c -- what 1,000 kept segments cost while events come in: CPU an event, memory a customer, the clock's part, and what
 * a new definition costs; and a preview of two windows, by the machine, by the plan, and by the plan where stamps say that it may hold. 60 of 100 look at time windows. Prints JSON lines; the yardstick is the same run without segments.
 * usage: segments_bench [CUSTOMERS [EVENTS_EACH [SEGMENTS]]] (50,000, 50 and 1,000) */
#include "base/hash.h"
#include "segment/plan.h"
#include "segment/segments.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BEGIN_MS INT64_C(1700000000000)
#define SPAN_MS (INT64_C(100) * 86400000)
#define CATEGORIES 60
#define BRANDS 300
#define ITEMS 20000

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void must(bool ok, const char *what)
{
    if (ok) return;
    fprintf(stderr, "segments_bench: %s\n", what);
    exit(1);
}

static const char *const names[] = { "Product Viewed", "Product Viewed", "Product Viewed", "Product Added", "Order Completed" };

/* A tenth looks at each of ten kinds of condition, six of them timed. */
static void define(zh_segments *s, unsigned i)
{
    char text[400], name[24];
    static const int windows[] = { 1, 3, 7, 14, 30, 60 };
    const int days = windows[i / 10 % 6];
    const unsigned category = i * 7 % CATEGORIES, brand = i * 13 % BRANDS, n = 1 + i % 3;
    switch (i % 10) {
    case 0: snprintf(text, sizeof text, "customer.events('Product Viewed').where(e, e.category == 'c%u').count(days(%d)) >= %u", category, days, n); break;
    case 1: snprintf(text, sizeof text, "customer.events('Product Added').where(e, e.brand == 'b%u').count(days(%d)) >= %u", brand, days, n); break;
    case 2: snprintf(text, sizeof text, "customer.events('Product Viewed').where(e, e.category == 'c%u').count(days(%d)) >= 2 && !customer.did('Order Completed', days(14))", category, days); break;
    case 3: snprintf(text, sizeof text, "customer.events('Order Completed').where(e, e.category == 'c%u').sum(days(%d)) > %u.0", category, days, 20 * n); break;
    case 4: snprintf(text, sizeof text, "customer.events('Product Viewed').where(e, e.category in ['c%u', 'c%u'] && e.price > 40.0).count(days(%d)) >= %u", category, (category + 1) % CATEGORIES, days, n); break;
    case 5: snprintf(text, sizeof text, "customer.events('Product Added').where(e, e.category == 'c%u').not_followed_by('Order Completed', days(2)).count(days(%d)) > 0", category, days + 2); break;
    case 6: snprintf(text, sizeof text, "customer.traits.city == 'c%u'", category); break;
    case 7: snprintf(text, sizeof text, "customer.events('Order Completed').where(e, e.category == 'c%u').count() >= %u", category, n); break;
    case 8: snprintf(text, sizeof text, "customer.events('Product Viewed').where(e, e.brand == 'b%u').count() >= %u && customer.consent.email", brand, n); break;
    default: snprintf(text, sizeof text, "customer.events('Product Viewed').where(e, e.item_id == 'i%u').count() >= 1", i * 11 % ITEMS); break;
    }
    snprintf(name, sizeof name, "s%u", i);
    must(zh_segments_define(s, zh_sv_of(name), zh_sv_of(text), BEGIN_MS) == ZH_OK, text);
    while (zh_segments_is_settling(s)) {
        bool done;
        must(zh_segments_settle(s, SIZE_MAX, &done) == ZH_OK, "no memory");
    }
    zh_segment segment;
    must(zh_segments_find(s, zh_sv_of(name), &segment) && segment.fault == NULL, text);
}

typedef struct spent { double fold_ns, event_ns, clock_ns; } spent;

static void happen(zh_customers *c, zh_segments *s, uint64_t i, uint64_t customers, uint64_t events, zh_arena *arena, spent *out)
{
    const uint64_t dice = zh_mix64(i), more = zh_mix64(dice);
    char item[24], category[16], brand[16], order[24];
    (void)snprintf(item, sizeof item, "i%llu", (unsigned long long)(dice >> 40) % ITEMS);
    (void)snprintf(category, sizeof category, "c%llu", (unsigned long long)(more >> 40) % CATEGORIES);
    (void)snprintf(brand, sizeof brand, "b%llu", (unsigned long long)(more >> 20) % BRANDS);
    (void)snprintf(order, sizeof order, "o%llu", (unsigned long long)i);
    const unsigned name = (unsigned)(dice >> 20) % 5;
    zh_line line = { .item = { 1 + (dice >> 40) % ITEMS }, .item_text = zh_sv_of(item), .category = zh_sv_of(category), .brand = zh_sv_of(brand), .price_minor = (int64_t)(dice % 9000), .quantity = 1 };
    zh_event event = { .customer = { 1 + dice % customers }, .type = ZH_EVENT_TRACK, .act = name < 3 ? ZH_ACT_VIEW : name == 3 ? ZH_ACT_ADD : ZH_ACT_ORDER,
                       .time_ms = BEGIN_MS + (int64_t)((double)SPAN_MS * (double)i / (double)events), .key = { i + 1, dice }, .name = zh_sv_of(names[name]),
                       .lines = &line, .lines_count = 1, .revenue_minor = line.price_minor };
    if (name == 4) event.order_id = zh_sv_of(order);
    zh_effects effects = zh_effects_open(arena);
    bool done;
    const double a = now_ns();
    must(zh_segments_advance(s, event.time_ms, SIZE_MAX, &done) == ZH_OK, "no memory");
    const double b = now_ns();
    zh_segments_before(s, event.customer);
    const double b2 = now_ns();
    must(zh_customers_fold(c, event.customer, &event, &effects) == ZH_OK, "an event cannot be folded");
    const double d = now_ns();
    must(zh_segments_event(s, &event, event.time_ms) == ZH_OK, "no memory");
    const double e = now_ns();
    out->clock_ns += b - a;
    out->event_ns += (b2 - b) + (e - d);
    out->fold_ns += d - b2;
    zh_arena_reset(arena);
}

static const char asked[] = "customer.events('Product Viewed').where(e, e.category == 'c7').count(days(7)) >= 1 && customer.events('Order Completed').count(days(30)) == 0";

typedef enum way { BY_MACHINE, BY_PLAN, BY_STAMPS } way; /* stamps: the plan, of those alone who may match */
static const char *const ways[] = { "machine", "plan", "stamps" };

/* Everyone is asked, by one thread. */
static void preview(const zh_customers *c, way by)
{
    enum { AHEAD = 8 };
    zh_arena arena = zh_arena_open((size_t)8 << 20), scratch = zh_arena_open((size_t)8 << 20);
    zh_cel_env *env;
    zh_condition condition;
    zh_plan *plan;
    zh_recall recall;
    zh_look look = { .terms = zh_customers_terms(c), .now_ms = BEGIN_MS + SPAN_MS, .workspace = ZH_WORKSPACE_DEFAULT };
    must(zh_vocabulary_open(&env, &arena) == ZH_OK && zh_vocabulary_compile(&condition, &arena, env, zh_sv_of(asked), NULL) == ZH_OK, asked);
    must(zh_plan_make(&plan, &arena, env, &condition) == ZH_OK && plan != NULL && zh_recall_open(&recall) == ZH_OK, "no memory");
    zh_plan_bind(plan, look.terms);
    const size_t customers = zh_customers_count(c);
    uint64_t *numbers = malloc((customers + 1) * sizeof *numbers), matching = 0;
    must(numbers != NULL, "no memory");
    size_t count = 0;
    const double began = now_ns();
    for (size_t at = 0; at < customers; at++) {
        const zh_stamps *stamps = zh_customers_stamps(c, at);
        if (by != BY_STAMPS || zh_plan_may(plan, stamps, look.now_ms)) numbers[count++] = stamps->number;
    }
    for (size_t at = 0; at < count; at++) {
        if (at + 2 * AHEAD < count) zh_customers_prefetch(c, (zh_customer_id){ numbers[at + 2 * AHEAD] }, 1);
        if (at + AHEAD < count) zh_customers_prefetch(c, (zh_customer_id){ numbers[at + AHEAD] }, 3);
        look.customer.number = numbers[at];
        look.state = zh_customers_get(c, look.customer);
        zh_cel_value error;
        zh_recall_of(&recall, look.state);
        if (by != BY_MACHINE) matching += zh_plan_ask(plan, &look, &recall, &scratch, &(int64_t){ 0 }) == ZH_SAID_YES;
        else matching += zh_vocabulary_holds(&condition, &look, &scratch, &error);
        zh_arena_reset(&scratch);
    }
    printf("{\"bench\":\"preview\",\"by\":\"%s\",\"ns_a_customer\":%.0f,\"looked_at\":%zu,\"matching\":%llu}\n", ways[by], (now_ns() - began) / (double)customers, count,
           (unsigned long long)matching);
    free(numbers);
    zh_recall_close(&recall);
    zh_arena_close(&arena);
    zh_arena_close(&scratch);
}

int main(int argc, char **argv)
{
    const uint64_t customers = argc > 1 ? strtoull(argv[1], NULL, 10) : 50000, each = argc > 2 ? strtoull(argv[2], NULL, 10) : 50, kept = argc > 3 ? strtoull(argv[3], NULL, 10) : 1000;
    const uint64_t events = customers * each;
    must(customers > 0 && each > 0 && kept <= ZH_SEGMENTS_MAX, "wrong numbers");
    for (int with = 0; with < 2; with++) {
        zh_customers *c;
        zh_consents *consents;
        zh_segments *s;
        must(zh_customers_open(&c, &(zh_customers_desc){ 0 }) == ZH_OK && zh_consents_open(&consents, 1 << 20) == ZH_OK, "no memory");
        must(zh_segments_open(&s, &(zh_segments_desc){ c, { .terms = zh_customers_terms(c), .consents = consents, .workspace = ZH_WORKSPACE_DEFAULT } }) == ZH_OK, "no memory");
        for (unsigned i = 0; with && i < kept; i++) define(s, i);
        zh_arena arena = zh_arena_open((size_t)64 << 20);
        spent t = { 0 };
        for (uint64_t i = 0; i < events; i++) happen(c, s, i, customers, events, &arena, &t);
        uint64_t members = 0;
        zh_segment segment;
        for (uint32_t at = 0; zh_segments_next(s, &at, &segment);) members += segment.size;
        printf("{\"bench\":\"kept_segments\",\"segments\":%u,\"customers\":%llu,\"events\":%llu,\"fold_ns\":%.0f,\"segments_event_ns\":%.0f,\"segments_clock_ns\":%.0f,\"asked_an_event\":%.2f,\"memberships_a_customer\":%.2f,"
               "\"bytes_a_customer\":%.0f}\n",
               zh_segments_count(s), (unsigned long long)customers, (unsigned long long)events, t.fold_ns / (double)events, t.event_ns / (double)events, t.clock_ns / (double)events, (double)zh_segments_asked(s) / (double)events,
               (double)members / (double)customers, (double)zh_segments_bytes(s) / (double)customers);
        printf("{\"bench\":\"customers\",\"bytes_a_customer\":%.0f}\n", (double)zh_customers_bytes(c) / (double)customers);
        if (!with) preview(c, BY_MACHINE), preview(c, BY_PLAN), preview(c, BY_STAMPS);
        if (with && kept < ZH_SEGMENTS_MAX) {
            const double began = now_ns();
            define(s, (unsigned)kept);
            printf("{\"bench\":\"define\",\"ns_a_customer\":%.0f}\n", (now_ns() - began) / (double)customers);
        }
        zh_arena_close(&arena);
        zh_segments_close(s);
        zh_customers_close(c);
        zh_consents_close(consents);
    }
    return 0;
}
