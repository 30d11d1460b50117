/* What one customer costs a walk over all: counted for a portrait, put into a row of numbers, put into a kind. 100,000 customers of 20 events.
 * Prints {"bench":"group","customers":…,"portrait_us":…,"features_us":…,"kind_us":…,"personas_ms":…} */
#include "measure/group_portrait.h"
#include "measure/personas.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { CUSTOMERS = 100000, EVENTS = 20, LEARNT = 10000 };
#define DAY 86400000LL

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static uint64_t state = 1;
static uint32_t below(uint32_t n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((state >> 33) % n);
}

static void fold_one(zh_customers *c, zh_arena *arena, uint64_t who, uint64_t number)
{
    static const char *const kinds[] = { "tea", "shoes", "books", "lamps", "bags", "toys", "pens", "cups" };
    char item[16], order[24];
    (void)snprintf(item, sizeof item, "p%u", below(2000));
    (void)snprintf(order, sizeof order, "o%llu", (unsigned long long)number);
    const zh_act act = below(8) == 0 ? ZH_ACT_ORDER : ZH_ACT_VIEW;
    zh_line line = { .item = zh_item_id_of(zh_sv_of(item)), .item_text = zh_sv_of(item), .category = zh_sv_of(kinds[below(8)]), .brand = zh_sv_of(kinds[below(4)]), .price_minor = 100 + below(9000), .quantity = 1 };
    const zh_event e = { .customer = { who }, .type = ZH_EVENT_TRACK, .act = act, .time_ms = (19000 + (int64_t)below(90)) * DAY + below(86400000), .key = { number, 1 }, .name = ZH_SV("event"), .lines = &line,
                         .lines_count = 1, .order_id = act == ZH_ACT_ORDER ? zh_sv_of(order) : (zh_sv){ 0 }, .revenue_minor = line.price_minor };
    zh_effects effects = zh_effects_open(arena);
    if (zh_customers_fold(c, e.customer, &e, &effects) != ZH_OK) exit(1);
    zh_arena_reset(arena);
}

int main(void)
{
    zh_customers *c;
    zh_json *json;
    zh_group_portrait *p;
    zh_arena arena = zh_arena_open((size_t)1 << 30), kept = zh_arena_open((size_t)1 << 30);
    if (zh_customers_open(&c, &(zh_customers_desc){ 0 }) != ZH_OK || zh_json_open(&json, 4096) != ZH_OK) return 1;
    for (uint64_t i = 0; i < (uint64_t)CUSTOMERS * EVENTS; i++) fold_one(c, &arena, i % CUSTOMERS + 1, i + 1);
    if (zh_group_portrait_open(&p, &(zh_group_portrait_desc){ .terms = zh_customers_terms(c), .zone = zh_tz_utc(), .json = json, .now_ms = 19100 * DAY, .currency_digits = 2 }) != ZH_OK) return 1;
    double began = now_us();
    for (uint64_t i = 1; i <= CUSTOMERS; i++)
        if (zh_group_portrait_add(p, zh_customers_get(c, (zh_customer_id){ i }), i % 10 == 0 ? ZH_GROUP_IN | ZH_GROUP_WHOLE : ZH_GROUP_WHOLE) != ZH_OK) return 1;
    const double portrait_us = (now_us() - began) / CUSTOMERS;
    zh_features f = { .terms = zh_customers_terms(c), .zone = zh_tz_utc(), .now_ms = 19100 * DAY };
    zh_feature_counter counter = { 0 };
    for (uint64_t i = 1; i <= LEARNT; i++)
        if (zh_features_count(&counter, &kept, &arena, f.terms, zh_customers_get(c, (zh_customer_id){ i })) != ZH_OK) return 1;
    zh_features_take(&f, &counter, 12, 4, 10);
    const uint32_t columns = zh_features_columns(&f);
    double *rows = calloc((size_t)LEARNT * columns, sizeof *rows), row[ZH_FEATURES_MAX], sum = 0;
    bool can_ask[ZH_FEATURES_MAX] = { true, true, true };
    began = now_us();
    for (uint64_t i = 1; i <= CUSTOMERS; i++) {
        zh_arena_reset(&arena);
        if (rows == NULL || zh_features_of(&f, zh_customers_get(c, (zh_customer_id){ i }), &arena, row) != ZH_OK) return 1;
        for (uint32_t k = 0; i <= LEARNT && k < columns; k++) rows[(i - 1) * columns + k] = row[k];
    }
    const double features_us = (now_us() - began) / CUSTOMERS;
    static zh_personas personas;
    began = now_us();
    if (zh_personas_fit(&personas, &kept, rows, LEARNT, columns, 0, can_ask, 1) != ZH_OK) return 1;
    const double personas_ms = (now_us() - began) / 1e3;
    began = now_us();
    for (uint64_t i = 0; i < LEARNT; i++) sum += zh_personas_of(&personas, rows + i * columns);
    const double kind_us = (now_us() - began) / LEARNT;
    printf("{\"bench\":\"group\",\"customers\":%d,\"events\":%d,\"portrait_us\":%.2f,\"features_us\":%.2f,\"kind_us\":%.2f,\"personas_ms\":%.0f,\"sum\":%.0f}\n", CUSTOMERS, EVENTS, portrait_us, features_us, kind_us, personas_ms, sum);
    zh_group_portrait_close(p);
    zh_feature_counter_close(&counter);
    free(rows);
    zh_json_close(json);
    zh_customers_close(c);
    zh_arena_close(&arena);
    zh_arena_close(&kept);
    return 0;
}
