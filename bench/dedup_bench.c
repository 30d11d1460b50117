/* dedup_bench.c -- what it costs to know every id of a month: bytes of memory and of disk an id, and the time of a look-up.
 * Ids come in checkpoints as the engine writes them; then ids that were never seen, and ids of the whole month, are asked for.
 * Prints JSON lines. usage: dedup_bench [FOLDER [MILLIONS]] (10 million ids without a number; 100 takes minutes and 3 GB of disk) */
#include "base/hash.h"
#include "engine/dedup.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define IDS_A_CHECKPOINT 1000000u /* of a busy minute */
#define ASKED 1000000u

static double now_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static size_t resident(void)
{
    unsigned long pages = 0, here = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%lu %lu", &pages, &here) != 2) here = 0;
    if (file != NULL) fclose(file);
    return here * (size_t)sysconf(_SC_PAGESIZE);
}

static zh_event_key key_of(uint64_t number)
{
    return (zh_event_key){ zh_mix64(number * 2 + 1), zh_mix64(~(number * 2)) };
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info, (void)kind, (void)at;
    return remove(path);
}

static void stop(const char *what)
{
    fprintf(stderr, "dedup_bench: %s\n", what);
    exit(1);
}

static void fill(zh_state *state, uint64_t ids)
{
    zh_dedup_row *rows = malloc(IDS_A_CHECKPOINT * sizeof *rows);
    if (rows == NULL) stop("no memory");
    const double began = now_ns(CLOCK_PROCESS_CPUTIME_ID);
    for (uint64_t at = 0; at < ids; at += IDS_A_CHECKPOINT) {
        for (uint64_t i = 0; i < IDS_A_CHECKPOINT; i++) rows[i] = (zh_dedup_row){ key_of(at + i), at + i };
        if (zh_dedup_keep(state, rows, IDS_A_CHECKPOINT, 20000) != ZH_OK) stop("the rows cannot be written");
        if (at / IDS_A_CHECKPOINT % 10 == 9) fprintf(stderr, "dedup_bench: %llu million\n", (unsigned long long)(at / IDS_A_CHECKPOINT + 1));
    }
    if (zh_state_flush(state) != ZH_OK) stop("the state cannot be flushed");
    printf("{\"bench\":\"dedup_keep\",\"ids\":%llu,\"cpu_ns_an_id\":%.0f,\"disk_bytes_an_id\":%.1f}\n", (unsigned long long)ids,
           (now_ns(CLOCK_PROCESS_CPUTIME_ID) - began) / (double)ids, (double)zh_state_bytes(state) / (double)ids);
    fflush(stdout);
    free(rows);
}

/* A month's files are merged as they come, here they came in minutes. */
static void wait_until_merged(zh_state *state)
{
    const double began = now_ns(CLOCK_MONOTONIC);
    for (int quiet = 0; quiet < 10; usleep(20000)) quiet = zh_state_is_merging(state) ? 0 : quiet + 1;
    printf("{\"bench\":\"dedup_merge\",\"waited_s\":%.1f,\"disk_bytes\":%llu}\n", (now_ns(CLOCK_MONOTONIC) - began) / 1e9, (unsigned long long)zh_state_bytes(state));
    fflush(stdout);
}

/* Ids from `from` on, a stride apart so that they lie anywhere in the month. */
static void ask(zh_dedup *dedup, const char *what, uint64_t from, uint64_t range, zh_seen wanted)
{
    uint64_t wrong = 0;
    const double cpu = now_ns(CLOCK_THREAD_CPUTIME_ID), wall = now_ns(CLOCK_MONOTONIC);
    for (uint64_t i = 0; i < ASKED; i++) {
        const uint64_t number = from + zh_mix64(i) % range;
        zh_seen seen;
        if (zh_dedup_ask(dedup, key_of(number), number, &seen) != ZH_OK) stop("an id cannot be looked up");
        if (seen == ZH_SEEN_NEW && wanted == ZH_SEEN_NEW) zh_dedup_forget(dedup, key_of(number)); /* the table stays small */
        wrong += seen != wanted;
    }
    printf("{\"bench\":\"dedup_ask\",\"what\":\"%s\",\"cpu_ns\":%.0f,\"wall_ns\":%.0f,\"wrong\":%llu,\"wanted_ns\":1000}\n", what,
           (now_ns(CLOCK_THREAD_CPUTIME_ID) - cpu) / ASKED, (now_ns(CLOCK_MONOTONIC) - wall) / ASKED, (unsigned long long)wrong);
    fflush(stdout);
    if (wrong > 0) stop("an id was not known, or known and new");
}

int main(int argc, char **argv)
{
    const uint64_t ids = (argc > 2 ? strtoull(argv[2], NULL, 10) : 10) * 1000000u;
    char folder[4096];
    if (ids == 0 || snprintf(folder, sizeof folder, "%s/dedup-XXXXXX", argc > 1 ? argv[1] : "/tmp") >= (int)sizeof folder) return 2;
    if (mkdtemp(folder) == NULL) stop("the folder cannot be made");
    zh_note why = { 0 };
    zh_state *state;
    zh_dedup *dedup;
    const zh_state_desc desc = { .dir = zh_sv_of(folder) };
    if (zh_state_open(&state, &desc, &why) != ZH_OK) stop(why.text);
    fill(state, ids);
    if (zh_state_close(state) != ZH_OK) stop("the state cannot be closed");
    const size_t before = resident();
    if (zh_state_open(&state, &desc, &why) != ZH_OK || zh_dedup_open(&dedup, state) != ZH_OK) stop("the state cannot be opened again");
    ask(dedup, "new, filter being read", ids + 1, UINT64_C(1) << 61, ZH_SEEN_NEW);
    const double began = now_ns(CLOCK_MONOTONIC);
    while (!zh_dedup_is_filtered(dedup)) usleep(10000);
    printf("{\"bench\":\"dedup_filter\",\"ids\":%llu,\"estimated\":%llu,\"waited_s\":%.2f}\n", (unsigned long long)ids,
           (unsigned long long)zh_state_rows(state, ZH_SPACE_DEDUP), (now_ns(CLOCK_MONOTONIC) - began) / 1e9);
    ask(dedup, "new, files being merged", UINT64_C(1) << 62, UINT64_C(1) << 61, ZH_SEEN_NEW); /* others than before */
    wait_until_merged(state);
    ask(dedup, "new", UINT64_C(3) << 61, UINT64_C(1) << 61, ZH_SEEN_NEW);
    ask(dedup, "seen", 0, ids, ZH_SEEN_SAME);
    printf("{\"bench\":\"dedup_memory\",\"ids\":%llu,\"resident_bytes_an_id\":%.2f,\"state_bytes_an_id\":%.2f,\"wanted\":1.5}\n", (unsigned long long)ids,
           (double)(resident() > before ? resident() - before : 0) / (double)ids, (double)zh_state_memory_bytes(state) / (double)ids);
    zh_dedup_close(dedup);
    const zh_err e = zh_state_close(state);
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return e == ZH_OK ? 0 : 1;
}
