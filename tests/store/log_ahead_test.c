/* Goal: zeros are there before they are needed; an append never writes more than a step of them itself.
 * Method: a disk that counts what the appending thread writes; appends faster than the zeros, and slower. */
#include "log_help.h"

#include <pthread.h>

#define STEP_BYTES (1u << 20) /* ZH_LOG_STEP_BYTES */

static pthread_t appender;
static uint64_t zeros_by_appender; /* touched by that thread alone */
static useconds_t slow_us;

static bool is_zeros(const char *bytes, size_t size)
{
    return size >= 4096 && bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0;
}

static ssize_t counting_pwrite(void *context, int file, const void *bytes, size_t size, off_t offset)
{
    (void)context;
    if (pthread_equal(pthread_self(), appender)) zeros_by_appender += is_zeros(bytes, size) ? size : 0;
    else usleep(slow_us);
    return pwrite(file, bytes, size, offset);
}
static int real_fdatasync(void *context, int file) { (void)context; return fdatasync(file); }
static int real_fsync(void *context, int file) { (void)context; return fsync(file); }
static const zh_log_io io = { .pwrite = counting_pwrite, .fdatasync = real_fdatasync, .fsync = real_fsync };

static const char *dir;
static zh_buf records;

static void wait_for_a_step(void)
{
    char path[300];
    snprintf(path, sizeof path, "%s/p000/spare.log", dir);
    for (struct stat info; stat(path, &info) != 0 || info.st_size < (off_t)STEP_BYTES;) usleep(200);
}

/* Append so many times, each time after a step of zeros is there or at once; the most zeros an append wrote itself. */
static uint64_t worst_append(int appends, bool wait)
{
    zh_log *log;
    zh_note why;
    const zh_log_desc desc = { .dir = zh_sv_of(dir), .segment_bytes = 16 << 20, .io = &io };
    CHECK(zh_log_open(&log, &desc, &why) == ZH_OK);
    uint64_t worst = 0;
    for (int i = 0; i < appends; i++) {
        if (wait) wait_for_a_step();
        const uint64_t before = zeros_by_appender;
        CHECK(zh_log_append(log, 0, &(zh_log_block){ .count = 1, .records = zh_buf_view(&records) }, NULL) == ZH_OK);
        if (zeros_by_appender - before > worst) worst = zeros_by_appender - before;
    }
    CHECK(zh_log_end(log, 0) == (uint64_t)appends);
    CHECK(zh_log_close(log) == ZH_OK);
    CHECK(zh_log_verify(zh_sv_of(dir), NULL, NULL, &why) == ZH_OK);
    help_remove(dir);
    return worst;
}

static void a_slow_appender_finds_all_zeros_written(void)
{
    slow_us = 0;
    CHECK(worst_append(120, true) == 0);
}

static void a_fast_appender_writes_at_most_a_step_itself(void)
{
    slow_us = 20000; /* four writes a step: 80 ms for a megabyte */
    const uint64_t worst = worst_append(120, false);
    CHECK(worst > 0 && worst <= STEP_BYTES);
}

int main(void)
{
    dir = help_dir();
    appender = pthread_self();
    records = zh_buf_open(ZH_LOG_BLOCK_BYTES_MAX);
    zh_buf noise = zh_buf_open(ZH_LOG_RECORD_BYTES_MAX);
    char *room = zh_buf_room(&noise, 300000);
    uint64_t seed = 1;
    for (size_t i = 0; i < noise.size; i++) room[i] = (char)test_random(&seed);
    zh_log_record_put(&records, zh_buf_view(&noise));
    a_slow_appender_finds_all_zeros_written();
    a_fast_appender_writes_at_most_a_step_itself();
    zh_buf_close(&noise), zh_buf_close(&records);
    return 0;
}
