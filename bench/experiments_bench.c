/* experiments_bench [EXPOSED [METRICS]] -- what experiments cost: exposing, an event of an exposed customer and of another, and a result page.
 * Prints JSON lines. The yardstick of a result: counting all exposed customers anew, which zh_experiments_check does. */
#include "measure/experiment_result.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define T0 INT64_C(1700000000000)

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static zh_arena scratch;
static uint64_t events;

static void order(zh_customers *customers, zh_experiments *x, uint64_t customer, bool tell)
{
    char id[32];
    snprintf(id, sizeof id, "o%llu", (unsigned long long)++events);
    const zh_event e = { .customer = { customer }, .type = ZH_EVENT_TRACK, .act = ZH_ACT_ORDER, .time_ms = T0 + (int64_t)(events % 1000000), .key = { events, 1 }, .name = ZH_SV("Order Completed"),
                         .order_id = zh_sv_of(id), .revenue_minor = (int64_t)(events % 9000), .currency = { .code = 1 } };
    zh_effects effects = zh_effects_open(&scratch);
    if (tell && zh_experiments_before(x, e.customer, &e) != ZH_OK) abort();
    if (zh_customers_fold(customers, e.customer, &e, &effects) != ZH_OK) abort();
    if (tell) zh_experiments_after(x);
    zh_arena_reset(&scratch);
}

static double orders(zh_customers *customers, zh_experiments *x, uint64_t from, uint64_t count, bool tell)
{
    const double began = now_s();
    for (uint64_t c = from; c < from + count; c++) order(customers, x, c, tell);
    return (now_s() - began) * 1e9 / (double)count;
}

int main(int argc, char **argv)
{
    const uint64_t exposed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000, some = exposed < 200000 ? exposed : 200000;
    static const char set_up[] = "{\"arms\":[{\"name\":\"control\"},{\"name\":\"b\"}],\"metrics\":[\"conversion\",\"revenue\",\"average_order\",\"net_revenue\"],\"guardrails\":[\"refund_share\",\"opt_outs\"],\"state\":\"running\"}";
    zh_customers *customers;
    zh_experiments *x;
    scratch = zh_arena_open((size_t)1 << 20);
    if (zh_customers_open(&customers, &(zh_customers_desc){ 0 }) != ZH_OK) return 1;
    const zh_experiments_desc desc = { customers, { .terms = zh_customers_terms(customers), .workspace = ZH_WORKSPACE_DEFAULT } };
    if (zh_experiments_open(&x, &desc) != ZH_OK || zh_experiments_define(x, ZH_SV("e"), ZH_SV(set_up)) != ZH_OK) return 1;
    for (uint64_t c = 1; c <= some * 2; c++) order(customers, x, exposed + c, false); /* strangers, and those exposed below have a history too */
    for (uint64_t c = 1; c <= some; c++) order(customers, x, c, false);
    zh_experiment_view view;
    if (!zh_experiments_find(x, ZH_SV("e"), &view)) return 1;
    double began = now_s();
    for (uint64_t c = 1; c <= exposed; c++) {
        const zh_customer_id customer = { c };
        const zh_decision d = { .customer = customer, .time_ms = T0, .experiment = ZH_SV("e"), .arm = view.set_up->arms[zh_experiment_arm_of(view.set_up, ZH_WORKSPACE_DEFAULT, customer)].name };
        if (zh_experiments_decided(x, &d, customer, T0) != ZH_OK) return 1;
    }
    printf("{\"bench\":\"experiments\",\"what\":\"exposing a customer\",\"exposed\":%llu,\"ns\":%.0f,\"bytes\":%.1f}\n", (unsigned long long)exposed, (now_s() - began) * 1e9 / (double)exposed,
           (double)zh_experiments_bytes(x) / (double)exposed);
    const double bare = orders(customers, x, exposed + 1, some, false), stranger = orders(customers, x, exposed + some + 1, some, true), known = orders(customers, x, 1, some, true);
    printf("{\"bench\":\"experiments\",\"what\":\"an order\",\"metrics\":%u,\"fold_alone_ns\":%.0f,\"of_a_stranger_ns\":%.0f,\"of_one_exposed_ns\":%.0f}\n", view.set_up->metrics_count, bare, stranger, known);
    began = now_s();
    zh_experiment_result result;
    enum { PAGES = 1000 };
    for (int i = 0; i < PAGES; i++) {
        if (!zh_experiments_find(x, ZH_SV("e"), &view)) return 1;
        zh_experiment_result_of(view.set_up, &view.now, &result);
    }
    const double page = (now_s() - began) / PAGES;
    const char *why;
    began = now_s();
    if (!zh_experiments_check(x, &why)) return 1;
    const double counted = now_s() - began;
    printf("{\"bench\":\"experiments\",\"what\":\"a result\",\"exposed\":%llu,\"ms\":%.3f,\"counting_all_ms\":%.0f,\"wanted_ms\":1000}\n", (unsigned long long)exposed, page * 1e3, counted * 1e3);
    zh_experiments_close(x);
    zh_customers_close(customers);
    return 0;
}
