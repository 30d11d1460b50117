/* Goal: on a full disk what is vital is still taken, and nothing else; when there is room again all is as before.
 * Method: a disk that refuses to grow files; appends of both kinds until the reserve is used up. */
#include "log_help.h"

#include <errno.h>

enum { PARTITIONS = 2, SEGMENT_BYTES = 1 << 20, SIZE_MAX_BYTES = 300 };
static const char *dir;
static bool full; /* files cannot grow; what has its blocks can be written */

static ssize_t full_pwrite(void *context, int file, const void *bytes, size_t size, off_t offset)
{
    (void)context;
    struct stat info;
    if (full && fstat(file, &info) == 0 && offset + (off_t)size > info.st_size) {
        errno = ENOSPC;
        return -1;
    }
    return pwrite(file, bytes, size, offset);
}
static int real_sync(void *context, int file) { (void)context; return fsync(file); }
static const zh_log_io io = { .pwrite = full_pwrite, .fdatasync = real_sync, .fsync = real_sync };

static zh_log *open_log(bool ahead)
{
    zh_log *log;
    zh_note why;
    CHECK(zh_log_open(&log, &(zh_log_desc){ .dir = zh_sv_of(dir), .partitions = PARTITIONS, .segment_bytes = SEGMENT_BYTES,
                                            .no_ahead = !ahead, .verify_all = true, .io = &io }, &why) == ZH_OK);
    return log;
}

static zh_err append(zh_log *log, uint32_t partition, uint32_t count, bool vital)
{
    zh_buf records = zh_buf_open(ZH_LOG_BLOCK_BYTES_MAX);
    zh_log_block block = help_block(&records, partition, zh_log_end(log, partition), count, SIZE_MAX_BYTES);
    block.vital = vital;
    const zh_err e = zh_log_append(log, partition, &block, NULL);
    zh_buf_close(&records);
    return e;
}

static void check_holds(zh_log *log, uint32_t partition, uint64_t end)
{
    zh_err e;
    CHECK(zh_log_end(log, partition) == end);
    CHECK(help_walk(log, partition, zh_log_begin(log, partition), SIZE_MAX_BYTES, &e, NULL) == end && e == ZH_ABSENT);
}

static uint64_t append_until_full(zh_log *log, bool vital)
{
    uint64_t taken = 0;
    zh_err e;
    while ((e = append(log, 0, 20, vital)) == ZH_OK) taken += 20;
    CHECK(e == ZH_FULL && !zh_log_is_read_only(log));
    return taken;
}

static void flip_a_byte_of_the_reserve(void)
{
    char path[300];
    snprintf(path, sizeof path, "%s/p000/reserve.log", dir);
    const int file = open(path, O_RDWR);
    CHECK(file >= 0 && pwrite(file, "x", 1, 70000) == 1);
    close(file);
}

static void a_full_disk_takes_what_is_vital_and_nothing_else(bool damaged)
{
    full = false;
    zh_log *log = open_log(false);
    CHECK(zh_log_reserve(log) == 0);
    CHECK(zh_log_make_room(log) == ZH_OK);
    const uint64_t reserve = zh_log_reserve(log);
    CHECK(reserve == (uint64_t)PARTITIONS * SEGMENT_BYTES); /* a share is at most a segment */
    CHECK(zh_log_close(log) == ZH_OK);
    if (damaged) flip_a_byte_of_the_reserve();

    log = open_log(false);
    CHECK(zh_log_reserve(log) == reserve); /* found again */
    full = true;
    uint64_t end = append_until_full(log, false);
    CHECK(zh_log_reserve(log) == reserve && zh_log_make_room(log) == ZH_FULL);
    const uint64_t vital = append_until_full(log, true);
    CHECK(vital > 3000 && zh_log_reserve(log) == reserve / 2); /* the other partition has its own still */
    CHECK(append(log, 1, 1, true) == ZH_OK);
    end += vital;
    check_holds(log, 0, end);
    CHECK(zh_log_make_room(log) == ZH_FULL);
    CHECK(zh_log_close(log) == ZH_OK);

    log = open_log(false); /* a restart on a full disk */
    check_holds(log, 0, end);
    CHECK(append(log, 0, 20, true) == ZH_FULL && append(log, 0, 20, false) == ZH_FULL);
    full = false;
    CHECK(zh_log_make_room(log) == ZH_OK && zh_log_reserve(log) == reserve);
    for (int i = 0; i < 50; i++) CHECK(append(log, 0, 20, false) == ZH_OK);
    check_holds(log, 0, end + 1000);
    CHECK(zh_log_close(log) == ZH_OK);
    log = open_log(false);
    check_holds(log, 0, end + 1000);
    CHECK(zh_log_close(log) == ZH_OK);
    help_remove(dir);
}

static void the_reserve_is_made_in_the_background(void)
{
    full = false;
    zh_log *log = open_log(true);
    while (zh_log_reserve(log) < (uint64_t)PARTITIONS * SEGMENT_BYTES) usleep(1000);
    full = true;
    append_until_full(log, false);
    CHECK(append(log, 0, 20, true) == ZH_OK);
    full = false;
    CHECK(zh_log_make_room(log) == ZH_OK && zh_log_reserve(log) == (uint64_t)PARTITIONS * SEGMENT_BYTES);
    CHECK(append(log, 0, 20, false) == ZH_OK);
    CHECK(zh_log_close(log) == ZH_OK);
    help_remove(dir);
}

int main(void)
{
    dir = help_dir();
    a_full_disk_takes_what_is_vital_and_nothing_else(false);
    a_full_disk_takes_what_is_vital_and_nothing_else(true);
    the_reserve_is_made_in_the_background();
    return 0;
}
