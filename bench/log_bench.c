/* log_bench.c -- how many events a second become durable? Synced appends of 573-byte events, 100 and 1,000 an append, and
 * in the same run the yardstick: a bare pre-allocated file, the same bytes, one pwrite and one fdatasync an append.
 * Prints a JSON line each. usage: log_bench [FOLDER [SECONDS]] (a folder on the disk that is to be measured) */
#include "base/hash.h"
#include "store/log.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { EVENT_BYTES = 573, APPENDS_MAX = 1 << 20, BLOCKS = 64 };
static uint32_t latency_us[APPENDS_MAX];

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static double cpu_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

typedef struct run { uint32_t batch; size_t appends; double seconds, cpu_seconds; } run;

static double print(const char *what, run r, double before)
{
    qsort(latency_us, r.appends, sizeof latency_us[0], by_size);
    const double rate = (double)r.appends * r.batch / r.seconds;
    printf("{\"bench\":\"log_append\",\"what\":\"%s\",\"events_an_append\":%u,\"events_per_s\":%.0f,\"us_p50\":%u,\"us_p99\":%u,"
           "\"us_max\":%u,\"cpu_us_an_append\":%.1f", what, r.batch, rate, latency_us[r.appends / 2],
           latency_us[r.appends * 99 / 100], latency_us[r.appends - 1], r.cpu_seconds * 1e6 / (double)r.appends);
    if (before > 0) printf(",\"of_yardstick\":%.2f", rate / before);
    printf("}\n");
    fflush(stdout);
    return rate;
}

/* Events as a browser SDK sends them: the same keys and context over and over, ids that never repeat. */
static void make_block(zh_buf *records, uint32_t batch, uint64_t seed)
{
    for (uint32_t i = 0; i < batch; i++) {
        char event[EVENT_BYTES + 64];
        const uint64_t a = zh_mix64(seed + 2 * i), b = zh_mix64(seed + 2 * i + 1), item = a % 20000;
        memset(event, ' ', sizeof event);
        const int size = snprintf(event, sizeof event,
            "{\"type\":\"track\",\"event\":\"Product Viewed\",\"messageId\":\"ajs-next-%016llx%016llx\",\"anonymousId\":"
            "\"%08llx-4c1e-%04llx-9b7a-%012llx\",\"timestamp\":\"2024-05-%02lluT%02llu:%02llu:%02llu.%03lluZ\",\"context\":{"
            "\"library\":{\"name\":\"analytics.js\",\"version\":\"next-1.70.0\"},\"locale\":\"en-US\",\"page\":{\"path\":"
            "\"/products/%llu\",\"url\":\"https://shop.example/products/%llu\"},\"userAgent\":\"Mozilla/5.0 (X11; Linux x86_64) "
            "AppleWebKit/537.36\"},\"properties\":{\"product_id\":\"sku-%llu\",\"price\":%llu.%02llu,\"currency\":\"EUR\",\"quantity\":1}}",
            (unsigned long long)a, (unsigned long long)b, (unsigned long long)(b >> 32), (unsigned long long)(a & 0xffff),
            (unsigned long long)(b & 0xffffffffffff), (unsigned long long)(1 + a % 28), (unsigned long long)(a % 24),
            (unsigned long long)(b % 60), (unsigned long long)(a % 59), (unsigned long long)(b % 1000), (unsigned long long)item,
            (unsigned long long)item, (unsigned long long)item, (unsigned long long)(a % 300), (unsigned long long)(b % 100));
        if (size >= 0 && size < (int)sizeof event) event[size] = ' ';
        zh_log_record_put(records, (zh_sv){ event, EVENT_BYTES });
    }
}

static double run_bare(const char *dir, uint32_t batch, double seconds)
{
    enum { FILE_BYTES = 256 << 20 };
    char path[512];
    snprintf(path, sizeof path, "%s/bare", dir);
    const size_t size = (size_t)batch * (EVENT_BYTES + 4);
    char *bytes = malloc(1 << 20);
    const int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
    if (bytes == NULL || file < 0) exit(1);
    memset(bytes, 0, 1 << 20);
    for (off_t at = 0; at < FILE_BYTES; at += 1 << 20)
        if (pwrite(file, bytes, 1 << 20, at) != 1 << 20) exit(1);
    if (fsync(file) != 0) exit(1);
    memset(bytes, 'e', 1 << 20);
    size_t appends = 0;
    const double start = now_s(), cpu = cpu_s();
    double last = start;
    for (off_t at = 0; last - start < seconds && appends < APPENDS_MAX; appends++) {
        if (at + (off_t)size > FILE_BYTES) at = 0;
        if (pwrite(file, bytes, size, at) != (ssize_t)size || fdatasync(file) != 0) exit(1);
        at += (off_t)size;
        const double now = now_s();
        latency_us[appends] = (uint32_t)((now - last) * 1e6);
        last = now;
    }
    const double spent = cpu_s() - cpu;
    close(file);
    unlink(path);
    free(bytes);
    return print("bare file", (run){ batch, appends, last - start, spent }, 0);
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info, (void)kind, (void)at;
    return remove(path);
}

static void run_log(const char *dir, uint32_t batch, double seconds, double yardstick)
{
    char path[512];
    snprintf(path, sizeof path, "%s/log", dir);
    static zh_buf blocks[BLOCKS];
    for (uint64_t i = 0; i < BLOCKS; i++) {
        blocks[i] = zh_buf_open(ZH_LOG_BLOCK_BYTES_MAX);
        make_block(&blocks[i], batch, i * 7919 + batch);
    }
    zh_log *log;
    zh_note why;
    if (zh_log_open(&log, &(zh_log_desc){ .dir = zh_sv_of(path) }, &why) != ZH_OK) {
        fprintf(stderr, "log_bench: %s\n", why.text);
        exit(1);
    }
    size_t appends = 0;
    const double start = now_s(), cpu = cpu_s();
    double last = start;
    for (; last - start < seconds && appends < APPENDS_MAX; appends++) {
        const zh_log_block block = { .commit_ms = (int64_t)appends, .count = batch,
                                     .records = zh_buf_view(&blocks[appends % BLOCKS]) };
        if (zh_log_append(log, 0, &block, NULL) != ZH_OK) exit(1);
        const double now = now_s();
        latency_us[appends] = (uint32_t)((now - last) * 1e6);
        last = now;
    }
    print("log", (run){ batch, appends, last - start, cpu_s() - cpu }, yardstick);

    zh_buf out = zh_buf_open(EVENT_BYTES);
    uint64_t seed = 1;
    const double fetch_start = now_s(), fetch_cpu = cpu_s();
    enum { FETCHES = 20000 };
    for (int i = 0; i < FETCHES; i++) {
        seed = zh_mix64(seed + 1);
        if (zh_log_fetch(log, 0, seed % zh_log_end(log, 0), &out) != ZH_OK) exit(1);
    }
    printf("{\"bench\":\"log_fetch\",\"events_a_frame\":%u,\"us_per_fetch\":%.1f,\"cpu_us_per_fetch\":%.1f}\n", batch,
           (now_s() - fetch_start) * 1e6 / FETCHES, (cpu_s() - fetch_cpu) * 1e6 / FETCHES);
    const double read_start = now_s();
    zh_log_reader *reader;
    zh_log_frame frame;
    uint64_t read = 0;
    if (zh_log_reader_open(&reader, log, 0, 0) != ZH_OK) exit(1);
    while (zh_log_reader_next(reader, &frame) == ZH_OK) read += frame.count;
    printf("{\"bench\":\"log_read\",\"events_a_frame\":%u,\"events_per_s\":%.0f}\n", batch, (double)read / (now_s() - read_start));
    if (read != zh_log_end(log, 0)) exit(1);
    zh_log_reader_close(reader);
    if (zh_log_close(log) != ZH_OK) exit(1);
    zh_buf_close(&out);
    for (int i = 0; i < BLOCKS; i++) zh_buf_close(&blocks[i]);
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int main(int argc, char **argv)
{
    char dir[256];
    const double seconds = argc > 2 ? strtod(argv[2], NULL) : 2;
    snprintf(dir, sizeof dir, "%s/zhun-bench-XXXXXX", argc > 1 ? argv[1] : ".");
    if (mkdtemp(dir) == NULL) {
        perror(dir);
        return 1;
    }
    static const uint32_t batches[] = { 100, 1000 };
    for (size_t i = 0; i < 2; i++) {
        const double yardstick = run_bare(dir, batches[i], seconds);
        run_log(dir, batches[i], seconds, yardstick);
    }
    return rmdir(dir) == 0 ? 0 : 1;
}
