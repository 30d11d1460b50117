/* exposure_bench.c -- what a decision and an event cost the exposure view, and a report of a month. Prints JSON lines. */
#include "base/rng.h"
#include "base/time.h"
#include "measure/bubble.h"
#include "measure/exposure.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { DECISIONS = 400000, SHOWN = 10, ITEMS = 20000, CUSTOMERS = 100000, ROWS = 400000 };

static double now_s(void) /* of this process: others may be at work on the machine */
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void must(bool ok)
{
    if (!ok) abort();
}

static void bench_fold(void)
{
    zh_exposure *x;
    zh_rng rng = { .seed = 1 };
    zh_shown shown[SHOWN];
    zh_line line = { 0 };
    must(zh_exposure_open(&x) == ZH_OK);
    double start_s = now_s();
    for (int d = 0; d < DECISIONS; d++) {
        for (int i = 0; i < SHOWN; i++) shown[i].item.number = 1 + zh_rng_below(&rng, ITEMS);
        const zh_decision decision = { .customer = { 1 + zh_rng_below(&rng, CUSTOMERS) }, .placement = ZH_SV("home"), .time_ms = d * (28 * ZH_DAY_MS / DECISIONS), .personalized = true, .shown = shown, .shown_count = SHOWN };
        must(zh_exposure_decided(x, &decision, INT64_MAX) == ZH_OK);
    }
    printf("{\"bench\":\"exposure_decision\",\"shown\":%d,\"ns_per_decision\":%.0f}\n", SHOWN, (now_s() - start_s) * 1e9 / DECISIONS);
    start_s = now_s();
    for (int d = 0; d < DECISIONS; d++) {
        line.item.number = 1 + zh_rng_below(&rng, ITEMS);
        const zh_event event = { .act = ZH_ACT_VIEW, .time_ms = d * (28 * ZH_DAY_MS / DECISIONS), .lines = &line, .lines_count = 1 };
        must(zh_exposure_fold(x, &event, (zh_customer_id){ 1 + zh_rng_below(&rng, CUSTOMERS) }, INT64_MAX) == ZH_OK);
    }
    printf("{\"bench\":\"exposure_event\",\"ns_per_event\":%.0f,\"mb\":%.1f}\n", (now_s() - start_s) * 1e9 / DECISIONS, (double)zh_exposure_bytes(x) / 1e6);
    zh_exposure_close(x);
}

static void bench_reports(void)
{
    zh_rng rng = { .seed = 2 };
    zh_fair_item *items = calloc(ITEMS, sizeof *items);
    zh_fair_row *rows = calloc(ROWS, sizeof *rows);
    zh_fair_customer *customers = calloc(ROWS / 40, sizeof *customers);
    zh_arena arena = zh_arena_open((size_t)1 << 30);
    zh_fair_report fair;
    zh_bubble bubble;
    must(items != NULL && rows != NULL && customers != NULL);
    for (uint32_t i = 0; i < ITEMS; i++) items[i] = (zh_fair_item){ i % 200, i % 500, zh_rng_below(&rng, 1000), true, true };
    for (int i = 0; i < ROWS; i++) {
        const bool listed = zh_rng_below(&rng, 5) > 0;
        rows[i] = (zh_fair_row){ (uint32_t)zh_rng_below(&rng, ROWS / 40), (uint32_t)zh_rng_below(&rng, ITEMS), (int32_t)zh_rng_below(&rng, 28), listed, listed, !listed, 0 };
    }
    double start_s = now_s();
    const zh_fair_input in = { .items = items, .customers = customers, .rows = rows, .items_count = ITEMS, .customers_count = ROWS / 40, .rows_count = zh_fair_sort(rows, ROWS), .categories = 200, .brands = 500, .from_day = 0, .to_day = 27 };
    must(zh_fair_of(&in, &arena, &fair) == ZH_OK);
    printf("{\"bench\":\"fairness\",\"rows\":%d,\"ms\":%.0f}\n", ROWS, (now_s() - start_s) * 1e3);
    start_s = now_s();
    must(zh_bubble_of(&in, &arena, &bubble) == ZH_OK);
    printf("{\"bench\":\"bubble\",\"rows\":%d,\"ms\":%.0f}\n", ROWS, (now_s() - start_s) * 1e3);
    zh_arena_close(&arena);
    free(items), free(rows), free(customers);
}

int main(void)
{
    bench_fold();
    bench_reports();
    return 0;
}
