/* instances_bench.c -- what 1,000,000 instances that wait cost: memory of one, time of an ENTER, of a MOVE, of taking those that are due 256 at a time and moving each; the
 * yardstick is the same run of moments through a bare binary heap of 16-byte entries. Prints JSON lines.
 * usage: instances_bench [INSTANCES] (1,000,000) */
#include "base/rng.h"
#include "reach/instances.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BEGIN_MS INT64_C(1700000000000)
#define WAIT_MS 86400000 /* moments are spread over a day */
#define BATCH 256
#define JOURNEYS 20
#define NODES 8

static double now_ns(void) /* of this process: others may be at work on the machine */
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void must(bool ok, const char *what)
{
    if (ok) return;
    fprintf(stderr, "instances_bench: %s\n", what);
    exit(1);
}

static double resident_mb(void)
{
    unsigned long pages = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    must(f != NULL && fscanf(f, "%lu %lu", &pages, &resident) == 2, "/proc/self/statm");
    fclose(f);
    return (double)resident * 4096 / 1e6;
}

/* ---- the view ---- */

typedef struct run {
    zh_instances *v;
    zh_buf bytes;             /* records of a batch, one behind the other */
    size_t ends[BATCH];
    zh_customer_id whose[BATCH];
    size_t count;
    zh_rng rng;
    uint64_t instances;
} run;

static void write_record(run *r, uint64_t i, zh_instance_word word, int64_t at_ms, int64_t due_ms)
{
    char journey[16], key[32];
    snprintf(journey, sizeof journey, "journey %u", (unsigned)(i % JOURNEYS));
    snprintf(key, sizeof key, "cart-%011llu", (unsigned long long)i); /* 16 bytes */
    const zh_instance_record said = { .customer = { 1 + i }, .word = word, .id = { zh_mix64(i) | 1 }, .journey = zh_sv_of(journey), .key = zh_sv_of(key), .version = 1 + (uint32_t)(i % 3), .at_ms = at_ms,
                                      .place = { .node = (uint8_t)(i % NODES), .is_in = true, .due_ms = due_ms, .visited = (UINT64_C(2) << i % NODES) - 1 }, .partition = (uint32_t)(i % 3), .position = i };
    zh_instance_put(&said, &r->bytes);
    r->ends[r->count] = r->bytes.size;
    r->whose[r->count++] = said.customer;
}

static double fold_batch(run *r)
{
    const zh_sv all = zh_buf_view(&r->bytes);
    const double start_ns = now_ns();
    for (size_t i = 0, from = 0; i < r->count; from = r->ends[i++])
        must(zh_instances_fold(r->v, zh_sv_part(all, from, r->ends[i] - from), r->whose[i]) == ZH_OK, "a record was refused");
    const double spent_ns = now_ns() - start_ns;
    zh_buf_reset(&r->bytes);
    r->count = 0;
    return spent_ns;
}

static int64_t some_ms(run *r) { return 1 + (int64_t)zh_rng_below(&r->rng, WAIT_MS); }

static void bench_fold(run *r, zh_instance_word word, const char *name)
{
    double spent_ns = 0;
    for (uint64_t n = 0; n < r->instances; n++) {
        const int64_t at_ms = BEGIN_MS + (int64_t)n;
        write_record(r, word == ZH_INSTANCE_ENTER ? n : zh_rng_below(&r->rng, r->instances), word, at_ms, at_ms + some_ms(r));
        if (r->count == BATCH || n + 1 == r->instances) spent_ns += fold_batch(r);
    }
    printf("{\"bench\":\"%s\",\"instances\":%llu,\"ns_per_record\":%.0f}\n", name, (unsigned long long)r->instances, spent_ns / (double)r->instances);
}

/* Every instance comes up once, and waits again a day later. */
static void bench_due(run *r)
{
    static zh_instance_id due[BATCH];
    double due_ns = 0, move_ns = 0;
    uint64_t taken = 0;
    while (taken < r->instances) {
        const int64_t now_ms = zh_instances_next_due_ms(r->v) + 60000;
        const double start_ns = now_ns();
        const size_t count = zh_instances_due(r->v, now_ms, NULL, NULL, due, BATCH);
        due_ns += now_ns() - start_ns;
        must(count > 0, "nothing is due");
        for (size_t i = 0; i < count; i++) {
            zh_instance at;
            must(zh_instances_find(r->v, due[i], &at), "what is due is not there");
            write_record(r, at.customer.number - 1, ZH_INSTANCE_MOVE, now_ms, now_ms + WAIT_MS + some_ms(r));
        }
        move_ns += fold_batch(r);
        taken += count;
    }
    printf("{\"bench\":\"instances_due\",\"instances\":%llu,\"batch\":%d,\"ns_per_due\":%.0f,\"ns_per_move\":%.0f}\n", (unsigned long long)taken, BATCH, due_ns / (double)taken, move_ns / (double)taken);
}

/* ---- the yardstick ---- */

typedef struct plain { int64_t due_ms; uint64_t id; } plain;

static void plain_add(plain *heap, uint64_t *count, plain one)
{
    uint64_t at = (*count)++;
    for (; at > 0 && one.due_ms < heap[(at - 1) / 2].due_ms; at = (at - 1) / 2) heap[at] = heap[(at - 1) / 2];
    heap[at] = one;
}

static plain plain_take(plain *heap, uint64_t *count)
{
    const plain first = heap[0], last = heap[--*count];
    uint64_t at = 0;
    for (uint64_t child; (child = 2 * at + 1) < *count; at = child) {
        if (child + 1 < *count && heap[child + 1].due_ms < heap[child].due_ms) child++;
        if (heap[child].due_ms >= last.due_ms) break;
        heap[at] = heap[child];
    }
    heap[at] = last;
    return first;
}

static void bench_plain(uint64_t instances)
{
    zh_rng rng = { .seed = 1 };
    plain *heap = malloc(instances * sizeof *heap);
    uint64_t count = 0;
    must(heap != NULL, "no memory");
    double start_ns = now_ns();
    for (uint64_t i = 0; i < instances; i++) plain_add(heap, &count, (plain){ BEGIN_MS + (int64_t)i + (int64_t)zh_rng_below(&rng, WAIT_MS), i });
    const double add_ns = now_ns() - start_ns;
    start_ns = now_ns();
    for (uint64_t i = 0; i < instances; i++) {
        plain one = plain_take(heap, &count);
        one.due_ms += WAIT_MS + (int64_t)zh_rng_below(&rng, WAIT_MS);
        plain_add(heap, &count, one);
    }
    printf("{\"bench\":\"instances_plain_heap\",\"instances\":%llu,\"ns_per_add\":%.0f,\"ns_per_take_and_add\":%.0f,\"mb\":%.1f}\n", (unsigned long long)instances, add_ns / (double)instances,
           (now_ns() - start_ns) / (double)instances, (double)(instances * sizeof *heap) / 1e6);
    free(heap);
}

int main(int argc, char **argv)
{
    run r = { .bytes = zh_buf_open(256 * BATCH), .rng = { .seed = 1 }, .instances = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000 };
    must(r.instances > 0 && r.instances <= ZH_INSTANCES_MAX, "INSTANCES must be 1 to 20,000,000");
    const double before_mb = resident_mb();
    must(zh_instances_open(&r.v, (size_t)8 << 30) == ZH_OK, "no memory");
    bench_fold(&r, ZH_INSTANCE_ENTER, "instances_enter");
    printf("{\"bench\":\"instances_memory\",\"instances\":%llu,\"mb\":%.1f,\"resident_mb\":%.1f,\"bytes_per_instance\":%.0f}\n", (unsigned long long)r.instances, (double)zh_instances_bytes(r.v) / 1e6,
           resident_mb() - before_mb, (double)zh_instances_bytes(r.v) / (double)r.instances);
    bench_fold(&r, ZH_INSTANCE_MOVE, "instances_move");
    bench_due(&r);
    zh_instances_close(r.v);
    zh_buf_close(&r.bytes);
    bench_plain(r.instances);
    return 0;
}
