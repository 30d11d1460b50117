/* itemsets_bench FILE MIN_COUNT [RUNS] -- finding frequent sets in a file of one basket a line, items as whole numbers between blanks. Prints a JSON line.
 * bench/itemsets.py runs it beside another implementation. */
#include "measure/itemsets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NUMBERS_MAX 10000000u

static double now_s(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(int argc, char **argv)
{
    if (argc < 3) return 2;
    FILE *file = fopen(argv[1], "r");
    const uint64_t least = strtoull(argv[2], NULL, 10);
    const int runs = argc > 3 ? atoi(argv[3]) : 5;
    static char line[1 << 20];
    zh_buf items = zh_buf_open((size_t)1 << 32), from = zh_buf_open((size_t)1 << 32);
    uint64_t baskets = 0;
    uint32_t most = 0;
    if (file == NULL) return 2;
    while (fgets(line, sizeof line, file) != NULL) {
        char *at = line, *end;
        zh_buf_put_u64(&from, items.size / sizeof(uint32_t));
        for (unsigned long number; number = strtoul(at, &end, 10), end != at; at = end) {
            if (number >= NUMBERS_MAX) return 2;
            if (number >= most) most = (uint32_t)number + 1;
            zh_buf_put_u32(&items, (uint32_t)number);
        }
        baskets++;
    }
    fclose(file);
    zh_buf_put_u64(&from, items.size / sizeof(uint32_t));
    double wall = 0, cpu = 0;
    size_t found = 0;
    for (int run = 0; run < runs; run++) {
        zh_arena arena = zh_arena_open((size_t)2 << 30);
        zh_itemsets sets;
        const double wall_from = now_s(CLOCK_MONOTONIC), cpu_from = now_s(CLOCK_PROCESS_CPUTIME_ID);
        const zh_baskets b = { (const uint32_t *)(const void *)items.data, (const uint64_t *)(const void *)from.data, baskets, most };
        if (zh_itemsets_find(&sets, &arena, &b, least, 0) != ZH_OK) return 1;
        const double took = now_s(CLOCK_MONOTONIC) - wall_from, took_cpu = now_s(CLOCK_PROCESS_CPUTIME_ID) - cpu_from;
        if (run == 0 || took < wall) wall = took;
        if (run == 0 || took_cpu < cpu) cpu = took_cpu;
        found = sets.count;
        zh_itemsets_close(&sets);
        zh_arena_close(&arena);
    }
    printf("{\"bench\":\"itemsets\",\"what\":\"FP-growth\",\"baskets\":%llu,\"items\":%u,\"min_count\":%llu,\"sets\":%zu,\"wall_s\":%.4f,\"cpu_s\":%.4f}\n", (unsigned long long)baskets, most, (unsigned long long)least, found, wall, cpu);
    zh_buf_close(&items);
    zh_buf_close(&from);
    return 0;
}
