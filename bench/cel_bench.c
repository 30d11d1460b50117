/* cel_bench.c -- what a rule of a segment costs: compiling it, and evaluating it for a customer, on one core.
 * Typical rules over a customer whose numbers are at hand, so that the language is measured and not the state behind it.
 * Prints JSON lines. usage: cel_bench */
#include "lang/cel_program.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS 2000000u

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void must(bool done, const char *what)
{
    if (done) return;
    fprintf(stderr, "cel_bench: %s\n", what);
    exit(1);
}

enum { CUSTOMER = 1, ORDERS };
typedef struct customer { int64_t orders, last_seen_s; zh_sv city; zh_cel_value traits; } customer;

static zh_cel_value orders(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
{
    (void)run, (void)count, (void)self;
    return zh_cel_object(ORDERS, args[0].object);
}
static zh_cel_value count_of(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
{
    (void)run, (void)count, (void)self;
    return zh_cel_int(((const customer *)args[0].object)->orders);
}
static zh_cel_value last_seen(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
{
    (void)run, (void)count, (void)self;
    return zh_cel_timestamp(((const customer *)args[0].object)->last_seen_s, 0);
}
static zh_cel_value traits(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
{
    (void)run, (void)count, (void)self;
    return ((const customer *)args[0].object)->traits;
}
static zh_cel_value days(zh_cel_run *run, const zh_cel_value *args, uint32_t count, const zh_cel_overload *self)
{
    (void)run, (void)count, (void)self;
    return zh_cel_duration(args[0].i * INT64_C(86400000000000));
}

static const struct { const char *name, *text; } rules[] = {
    { "one_count", "customer.orders.count(days(90)) >= 2" },
    { "four_terms", "customer.orders.count(days(90)) >= 2 && customer.last_seen < now - days(14) && customer.traits.city in ['Shenzhen', 'Guangzhou'] && customer.traits.age > 30" },
    { "first_term_decides", "customer.orders.count(days(90)) > 1000 && customer.last_seen < now - days(14) && customer.traits.city in ['Shenzhen', 'Guangzhou']" },
    { "macro_of_ten", "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].exists(x, x * 2 == customer.orders.count(days(7)))" },
    { "pattern", "customer.traits.mail.matches('@(qq|163)\\\\.com$')" },
};

int main(void)
{
    zh_arena arena = zh_arena_open(64 << 20), scratch = zh_arena_open(1 << 20);
    zh_cel_env *env;
    must(zh_cel_env_open(&env, &arena) == ZH_OK && zh_cel_env_object(env, ZH_SV("Customer"), CUSTOMER) == ZH_OK && zh_cel_env_object(env, ZH_SV("Orders"), ORDERS) == ZH_OK, "no environment");
    must(zh_cel_env_field(env, ZH_SV("Customer"), ZH_SV("orders"), ZH_SV("Orders"), orders, 0) == ZH_OK && zh_cel_env_field(env, ZH_SV("Customer"), ZH_SV("last_seen"), ZH_SV("timestamp"), last_seen, 0) == ZH_OK &&
         zh_cel_env_field(env, ZH_SV("Customer"), ZH_SV("traits"), ZH_SV("map(string, dyn)"), traits, 0) == ZH_OK && zh_cel_env_function(env, ZH_SV(".count(Orders, duration) int"), count_of, 0) == ZH_OK &&
         zh_cel_env_function(env, ZH_SV("days(int) duration"), days, 0) == ZH_OK && zh_cel_env_variable(env, ZH_SV("customer"), ZH_SV("Customer"), NULL, 0) == ZH_OK &&
         zh_cel_env_variable(env, ZH_SV("now"), ZH_SV("timestamp"), NULL, 1) == ZH_OK, "no names");
    const zh_cel_value pairs[] = { zh_cel_text(ZH_SV("city")), zh_cel_text(ZH_SV("Guangzhou")), zh_cel_text(ZH_SV("age")), zh_cel_int(34), zh_cel_text(ZH_SV("mail")), zh_cel_text(ZH_SV("somebody.of.the.shop@163.com")) };
    const customer someone = { .orders = 3, .last_seen_s = 1700000000, .traits = zh_cel_map_of(&arena, pairs, 3) };
    const zh_cel_value values[] = { zh_cel_object(CUSTOMER, &someone), zh_cel_timestamp(1800000000, 0) };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        zh_cel_program *program = NULL;
        double began = now_ns();
        for (int again = 0; again < 1000; again++) {
            zh_arena_reset(&scratch);
            must(zh_cel_compile(&program, &scratch, env, zh_sv_of(rules[i].text), NULL, NULL) == ZH_OK, rules[i].name);
        }
        const double compile_us = (now_ns() - began) / 1000 / 1000;
        must(zh_cel_compile(&program, &arena, env, zh_sv_of(rules[i].text), NULL, NULL) == ZH_OK, rules[i].name);
        zh_cel_run run = { .arena = &scratch, .variables = values, .variables_count = 2 };
        unsigned yes = 0;
        began = now_ns();
        for (unsigned at = 0; at < ROUNDS; at++) {
            if ((at & 1023) == 0) zh_arena_reset(&scratch);
            yes += zh_cel_is_true(zh_cel_eval(program, &run));
        }
        const double ns = (now_ns() - began) / ROUNDS;
        printf("{\"bench\":\"cel\",\"rule\":\"%s\",\"ns_per_eval\":%.1f,\"million_evals_per_s\":%.2f,\"compile_us\":%.1f,\"true\":%s}\n", rules[i].name, ns, 1000 / ns, compile_us, yes > 0 ? "true" : "false");
    }
    zh_arena_close(&arena);
    zh_arena_close(&scratch);
    return 0;
}
