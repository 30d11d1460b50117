/* profile_bench.c -- what does one event cost in the customer's fold, and one plan in identity?
 * Customers are visited in a scattered order, as events of a shop come. Time is that of the
 * processor, so that neighbours on the machine count less. "warm": 64 customers, whose states stay
 * in the cache, as in a burst or an import; "cold": 4,000, whose states do not. Prints JSON lines. */
#include "profile/customer.h"
#include "profile/identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { WARM = 64, COLD = 4000, BOUGHT = 100, EVENTS = 400000, REPEATS = 50 };

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void must(zh_err e)
{
    if (e == ZH_OK) return;
    fprintf(stderr, "%s\n", zh_err_text(e));
    exit(1);
}

static zh_line line;
static char order_id[24];

static zh_event event_of(zh_act act, uint64_t n, uint64_t customers, uint64_t item)
{
    line = (zh_line){ .item = { item }, .quantity = 2, .total_minor = 500, .category = ZH_SV("home / kitchen") };
    return (zh_event){ .type = ZH_EVENT_TRACK, .act = act, .key = { zh_mix64(n), n }, .body_hash = n,
        .time_ms = 1300000000000 + (int64_t)(n / customers) * 480000, /* a sitting holds four views */ .revenue_minor = 500, .lines = &line, .lines_count = 1,
        .currency = { 826 } };
}

static double fold_all(zh_customers *c, uint64_t customers, zh_act act, uint64_t from, uint64_t count, uint64_t items)
{
    zh_arena arena = zh_arena_open((size_t)64 << 20);
    const double start = now_ns();
    for (uint64_t n = from; n < from + count; n++) {
        zh_event event = event_of(act, n, customers, 1 + zh_mix64(n) % items);
        if (act == ZH_ACT_ORDER) {
            event.marks = ZH_MARK_ORDER_LINE;
            const int size = snprintf(order_id, sizeof order_id, "%llu", (unsigned long long)(n / customers / 20));
            event.order_id = (zh_sv){ order_id, (size_t)size };
        }
        zh_effects effects = zh_effects_open(&arena);
        must(zh_customers_fold(c, (zh_customer_id){ 1 + n * 7919 % customers }, &event, &effects));
        zh_arena_reset(&arena);
    }
    const double ns = (now_ns() - start) / (double)count;
    zh_arena_close(&arena);
    return ns;
}

static void bench_identity(void)
{
    zh_identity *t;
    must(zh_identity_open(&t, &(zh_identity_desc){ 0 }));
    zh_buf record = zh_buf_open(1000);
    double plan_ns = 0, fold_ns = 0;
    for (uint64_t round = 0; round < 2; round++) { /* first all are new, then all are known */
        for (uint64_t who = 0; who < COLD; who++) {
            const zh_identity_ask ask = { .has_user = true, .has_anonymous = true, .user = { zh_mix64(who), zh_mix64(who + 1) },
                                          .anonymous = { zh_mix64(who + 9), zh_mix64(who + 10) } };
            zh_identity_plan plan;
            double start = now_ns();
            for (int i = 0; i < REPEATS; i++) zh_identity_plan_make(t, &ask, &plan);
            plan_ns += (now_ns() - start) / REPEATS;
            start = now_ns();
            for (uint32_t i = 0; i < plan.links_count; i++) {
                zh_buf_reset(&record);
                zh_identity_link_put(&(zh_identity_link){ .id = plan.links[i].id, .customer = plan.links[i].customer,
                    .turn = plan.links[i].turn, .sealed = ZH_SV("sealed") }, &record);
                for (int k = 0; k < REPEATS; k++) must(zh_identity_fold(t, zh_buf_view(&record)));
            }
            fold_ns += (now_ns() - start) / REPEATS;
        }
    }
    printf("{\"bench\":\"identity\",\"ns_per_plan\":%.1f,\"ns_per_fold\":%.1f}\n", plan_ns / (2 * COLD),
           fold_ns / (2 * COLD));
    zh_buf_close(&record);
    zh_identity_close(t);
}

static void bench_fold(const char *name, uint64_t customers)
{
    zh_customers *c;
    must(zh_customers_open(&c, &(zh_customers_desc){ 0 }));
    const double first_ns = fold_all(c, customers, ZH_ACT_VIEW, 0, customers, 3000);
    fold_all(c, customers, ZH_ACT_VIEW, customers, 40 * customers, 3000);
    const double view_ns = fold_all(c, customers, ZH_ACT_VIEW, 41 * customers, EVENTS / COLD * customers, 3000);
    zh_customers_close(c);

    /* Each line buys a new item out of very many: at the end a customer has bought about 100. */
    must(zh_customers_open(&c, &(zh_customers_desc){ 0 }));
    fold_all(c, customers, ZH_ACT_ORDER, 0, customers * (BOUGHT - 5), 1u << 30);
    const double line_ns = fold_all(c, customers, ZH_ACT_ORDER, customers * BOUGHT, customers * 10, 1u << 30);
    printf("{\"bench\":\"profile_fold_%s\",\"ns_first_view\":%.1f,\"ns_view\":%.1f,\"ns_line_new_of_100\":%.1f,"
           "\"bytes_a_buyer_of_100\":%zu}\n", name, first_ns, view_ns, line_ns, zh_customers_bytes(c) / customers);
    zh_customers_close(c);
}

int main(void)
{
    bench_fold("warm", WARM);
    bench_fold("cold", COLD);
    bench_identity();
    return 0;
}
