/* Goal: an ack is kept, whatever fails: the process, a write, a sync, the space; and nothing else is acked.
 * Method: random appends against a model (only numbers are kept, records follow from them); a child killed at 50 moments;
 * each write and each sync made to fail once. */
#include "log_help.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

enum { PARTITIONS = 3, SEGMENT_BYTES = 16384, SIZE_MAX_BYTES = 300 };
static const char *dir;

/* --- a disk that fails on demand */

typedef enum fault { NO_FAULT, NO_SPACE, IO_ERROR, SHORT_THEN_ERROR, FAULTS_COUNT } fault;
static struct { /* the log's inner thread calls it too */
    _Atomic long writes, syncs;         /* calls so far */
    _Atomic long fail_write, fail_sync; /* the number of the call that fails; 0: none */
    _Atomic int how;                    /* a fault */
    _Atomic bool always;                /* from that call on */
} disk;

static void heal_disk(void)
{
    disk.writes = disk.syncs = disk.fail_write = disk.fail_sync = 0;
    disk.how = NO_FAULT;
    disk.always = false;
}

static bool is_due(long now, long fail)
{
    return fail != 0 && (disk.always ? now >= fail : now == fail);
}

static ssize_t fake_pwrite(void *context, int file, const void *bytes, size_t size, off_t offset)
{
    (void)context;
    const long now = ++disk.writes;
    if (disk.how == SHORT_THEN_ERROR && disk.fail_write != 0 && now == disk.fail_write + 1) {
        errno = EIO;
        return -1;
    }
    if (!is_due(now, disk.fail_write)) return pwrite(file, bytes, size, offset);
    if (disk.how == SHORT_THEN_ERROR) return pwrite(file, bytes, size / 2 + 1, offset);
    errno = disk.how == NO_SPACE ? ENOSPC : EIO;
    return -1;
}

static int fake_sync(void *context, int file)
{
    (void)context;
    if (!is_due(++disk.syncs, disk.fail_sync)) return fsync(file);
    errno = EIO;
    return -1;
}

static const zh_log_io fake = { .pwrite = fake_pwrite, .fdatasync = fake_sync, .fsync = fake_sync };

static zh_err try_open(zh_log **log, const zh_log_io *io, bool ahead, zh_note *why)
{
    return zh_log_open(log, &(zh_log_desc){ .dir = zh_sv_of(dir), .partitions = PARTITIONS, .io = io,
                                            .segment_bytes = SEGMENT_BYTES, .no_ahead = !ahead, .verify_all = true }, why);
}

static zh_log *open_log(const zh_log_io *io, bool ahead)
{
    zh_log *log;
    zh_note why;
    const zh_err e = try_open(&log, io, ahead, &why);
    if (e != ZH_OK) fprintf(stderr, "%s\n", why.text);
    CHECK(e == ZH_OK);
    return log;
}

static zh_err append(zh_log *log, uint32_t partition, uint32_t count, bool lazy)
{
    zh_buf records = zh_buf_open(ZH_LOG_BLOCK_BYTES_MAX);
    zh_log_block block = help_block(&records, partition, zh_log_end(log, partition), count, SIZE_MAX_BYTES);
    block.lazy = lazy;
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

/* --- appends */

static void appends_to_several_partitions_are_as_the_model_says(uint64_t seed)
{
    uint64_t model[PARTITIONS] = { 0 };
    zh_buf records[8];
    for (int i = 0; i < 8; i++) records[i] = zh_buf_open(ZH_LOG_BLOCK_BYTES_MAX);
    for (int opening = 0; opening < 6; opening++) {
        zh_log *log = open_log(&fake, opening % 2 == 0);
        for (int round = 0; round < 60; round++) {
            zh_log_part parts[8];
            const size_t n = (size_t)(test_random(&seed) % 9);
            uint64_t next[PARTITIONS];
            bool durable[PARTITIONS] = { false };
            memcpy(next, model, sizeof next);
            for (size_t i = 0; i < n; i++) {
                const uint32_t p = (uint32_t)(test_random(&seed) % PARTITIONS);
                const uint32_t count = 1 + (uint32_t)(test_random(&seed) % 20);
                parts[i] = (zh_log_part){ .partition = p, .block = help_block(&records[i], p, next[p], count, SIZE_MAX_BYTES) };
                parts[i].block.lazy = test_random(&seed) % 2 == 0;
                durable[p] |= !parts[i].block.lazy;
                next[p] += count;
            }
            CHECK(zh_log_append_many(log, parts, n) == ZH_OK);
            for (size_t i = 0; i < n; i++) {
                CHECK(parts[i].at.partition == parts[i].partition && parts[i].at.sequence == model[parts[i].partition]);
                model[parts[i].partition] += parts[i].block.count;
            }
            for (uint32_t p = 0; p < PARTITIONS; p++) {
                CHECK(zh_log_end(log, p) == model[p] && zh_log_synced(log, p) <= model[p]);
                CHECK(!durable[p] || zh_log_synced(log, p) == model[p]);
            }
            if (round % 20 == 7) CHECK(zh_log_sync(log) == ZH_OK && zh_log_synced(log, 0) == model[0]);
        }
        for (uint32_t p = 0; p < PARTITIONS; p++) check_holds(log, p, model[p]);
        CHECK(zh_log_close(log) == ZH_OK);
    }
    for (int i = 0; i < 8; i++) zh_buf_close(&records[i]);
}

static void one_sync_serves_all_blocks_of_a_partition(void)
{
    zh_log *log = open_log(&fake, false);
    zh_buf records[3];
    zh_log_part parts[3];
    for (int i = 0; i < 3; i++) {
        records[i] = zh_buf_open(4096);
        parts[i] = (zh_log_part){ .partition = 0, .block = help_block(&records[i], 0, zh_log_end(log, 0) + (uint64_t)i, 1, 10) };
    }
    const long before = disk.syncs;
    CHECK(zh_log_append_many(log, parts, 3) == ZH_OK);
    CHECK(disk.syncs - before <= 1 + 3); /* one; three more if just now a segment was full */
    CHECK(zh_log_append_many(log, parts, 0) == ZH_OK);
    for (int i = 0; i < 3; i++) zh_buf_close(&records[i]);
    CHECK(zh_log_close(log) == ZH_OK);
    help_remove(dir);
}

static void a_block_outside_its_limits_is_refused(void)
{
    zh_log *log = open_log(NULL, false);
    static char large[SEGMENT_BYTES];
    zh_buf records = zh_buf_open(ZH_LOG_BLOCK_BYTES_MAX);
    zh_log_record_put(&records, (zh_sv){ "abc", 3 });
    const struct { const char *name; zh_log_block block; zh_err want; } rows[] = {
        { "no record", { .count = 0 }, ZH_RANGE },
        { "fewer records than said", { .count = 2, .records = zh_buf_view(&records) }, ZH_FORMAT },
        { "half a record", { .count = 1, .records = { records.data, 5 } }, ZH_FORMAT },
        { "larger than a segment", { .count = SEGMENT_BYTES / 4, .records = { large, sizeof large } }, ZH_RANGE },
        { "one record", { .count = 1, .records = zh_buf_view(&records) }, ZH_OK },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CHECK_ROW(zh_log_append(log, 0, &rows[i].block, NULL) == rows[i].want, rows[i].name);
    CHECK(zh_log_end(log, 0) == 1);
    zh_buf_close(&records);
    CHECK(zh_log_close(log) == ZH_OK);
    help_remove(dir);
}

static void the_largest_block_fits_the_default_segment(void)
{
    zh_log *log;
    zh_err e = zh_log_open(&log, &(zh_log_desc){ .dir = zh_sv_of(dir) }, NULL);
    CHECK(e == ZH_OK);
    zh_buf records = zh_buf_open(ZH_LOG_BLOCK_BYTES_MAX), one = zh_buf_open(ZH_LOG_RECORD_BYTES_MAX);
    char *room = zh_buf_room(&one, ZH_LOG_RECORD_BYTES_MAX - 4);
    uint64_t seed = 1;
    for (size_t i = 0; i < one.size; i++) room[i] = (char)test_random(&seed);
    for (int i = 0; i < 16; i++) zh_log_record_put(&records, zh_buf_view(&one));
    CHECK(zh_buf_err(&records) == ZH_OK && records.size == ZH_LOG_BLOCK_BYTES_MAX);
    for (int i = 0; i < 3; i++)
        CHECK(zh_log_append(log, 0, &(zh_log_block){ .count = 16, .records = zh_buf_view(&records) }, NULL) == ZH_OK);
    zh_buf out = zh_buf_open(ZH_LOG_RECORD_BYTES_MAX);
    CHECK(zh_log_fetch(log, 0, 40, &out) == ZH_OK && zh_sv_equal(zh_buf_view(&out), zh_buf_view(&one)));
    CHECK(zh_log_close(log) == ZH_OK);
    zh_buf_close(&records), zh_buf_close(&one), zh_buf_close(&out);
    help_remove(dir);
}

/* --- crashes */

static _Noreturn void append_until_killed(int acks, uint64_t seed)
{
    zh_log *log = open_log(NULL, true);
    if (write(acks, (uint64_t[2]){ 0, zh_log_end(log, 0) }, 16) != 16) _exit(3); /* begun */
    for (;;) {
        const uint32_t p = (uint32_t)(test_random(&seed) % PARTITIONS);
        const bool lazy = test_random(&seed) % 4 == 0;
        if (append(log, p, 1 + (uint32_t)(test_random(&seed) % 30), lazy) != ZH_OK) _exit(2);
        if (lazy) continue;
        const uint64_t ack[2] = { p, zh_log_end(log, p) };
        if (write(acks, ack, sizeof ack) != (ssize_t)sizeof ack) _exit(3);
    }
}

static void what_was_acked_survives_a_kill_at_any_moment(uint64_t seed)
{
    uint64_t acked[PARTITIONS] = { 0 }, appended = 0;
    for (int round = 0; round < 50; round++) {
        int pipe_ends[2], status;
        CHECK(pipe(pipe_ends) == 0);
        const uint64_t child_seed = test_random(&seed);
        const pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) append_until_killed(pipe_ends[1], child_seed);
        close(pipe_ends[1]);
        uint64_t ack[2];
        if (round % 10 != 9) CHECK(read(pipe_ends[0], ack, sizeof ack) == (ssize_t)sizeof ack); /* else also while it opens */
        usleep((useconds_t)(test_random(&seed) % 20000));
        CHECK(kill(child, SIGKILL) == 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status));
        while (read(pipe_ends[0], ack, sizeof ack) == (ssize_t)sizeof ack) acked[ack[0]] = ack[1];
        close(pipe_ends[0]);
        zh_log *log = open_log(NULL, false);
        appended = 0;
        for (uint32_t p = 0; p < PARTITIONS; p++) {
            CHECK(zh_log_end(log, p) >= acked[p]);
            check_holds(log, p, zh_log_end(log, p)); /* each number once, with its content */
            acked[p] = zh_log_end(log, p);
            appended += acked[p];
        }
        CHECK(zh_log_close(log) == ZH_OK);
    }
    printf("50 kills, %llu records\n", (unsigned long long)appended);
    CHECK(appended > 1000);
    help_remove(dir);
}

/* --- failing calls */

static int read_only_runs;

/* One run of appends in which one call fails. Returns whether it failed at all. */
static bool run_with_fault(bool sync, long number, fault how, uint64_t seed)
{
    uint64_t acked[PARTITIONS] = { 0 };
    zh_log *log;
    zh_note why;
    heal_disk();
    disk.how = how;
    disk.fail_sync = sync ? number : 0;
    disk.fail_write = sync ? 0 : number;
    bool failed = false, read_only = false;
    const bool may_serve_unacked = sync;
    zh_err e = try_open(&log, &fake, false, &why);
    if (e != ZH_OK) { /* an open that fails can be tried again */
        CHECK(log == NULL && (e == ZH_IO || e == ZH_FULL));
        failed = true;
        disk.fail_write = disk.fail_sync = 0;
        log = open_log(&fake, false);
    }
    for (int i = 0; i < 40; i++) {
        const uint32_t p = (uint32_t)(test_random(&seed) % PARTITIONS);
        const uint32_t count = 1 + (uint32_t)(test_random(&seed) % 40);
        e = append(log, p, count, test_random(&seed) % 5 == 0);
        if (e == ZH_OK) {
            CHECK(!read_only);
            acked[p] = zh_log_end(log, p);
            continue;
        }
        CHECK(e == (how == NO_SPACE && !sync && !read_only ? ZH_FULL : ZH_IO));
        failed = true;
        read_only = zh_log_is_read_only(log); /* not where only the making of a spare failed: that is thrown away */
        CHECK(zh_log_end(log, p) == acked[p]); /* a block that failed is not seen */
    }
    for (uint32_t p = 0; p < PARTITIONS; p++) check_holds(log, p, acked[p]); /* reading goes on */
    e = zh_log_close(log);
    if (e != ZH_OK) failed = true;
    if (read_only) read_only_runs++;
    CHECK(!read_only || e == ZH_IO);
    disk.fail_write = disk.fail_sync = 0;
    log = open_log(NULL, false);
    for (uint32_t p = 0; p < PARTITIONS; p++) {
        CHECK(zh_log_end(log, p) >= acked[p]);
        check_holds(log, p, zh_log_end(log, p));
        CHECK(may_serve_unacked || zh_log_end(log, p) == acked[p]); /* nor is it after a restart */
    }
    CHECK(zh_log_close(log) == ZH_OK);
    help_remove(dir);
    return failed;
}

static void each_write_and_sync_fails_once_and_nothing_is_acked_falsely(uint64_t seed)
{
    static const struct { const char *name; bool sync; fault how; } rows[] = {
        { "no space", false, NO_SPACE }, { "input/output error", false, IO_ERROR },
        { "half a write, then an error", false, SHORT_THEN_ERROR }, { "sync fails", true, IO_ERROR },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        long number = 1;
        for (;; number++) {
            const bool failed = run_with_fault(rows[i].sync, number, rows[i].how, seed);
            if (!failed && number > (rows[i].sync ? disk.syncs : disk.writes)) break;
        }
        printf("%s: %ld calls\n", rows[i].name, number - 1);
        CHECK_ROW(number > 30, rows[i].name);
    }
    CHECK(read_only_runs > 20);
}

static void a_full_disk_refuses_and_goes_on_when_there_is_space(void)
{
    heal_disk();
    zh_log *log = open_log(&fake, true);
    for (int i = 0; i < 10; i++) CHECK(append(log, 0, 20, false) == ZH_OK);
    disk.how = NO_SPACE;
    disk.always = true;
    disk.fail_write = disk.writes + 1;
    const uint64_t end = zh_log_end(log, 0);
    for (int i = 0; i < 5; i++) CHECK(append(log, 0, 20, false) == ZH_FULL);
    CHECK(!zh_log_is_read_only(log));
    check_holds(log, 0, end);
    disk.fail_write = 0;
    for (int i = 0; i < 20; i++) CHECK(append(log, 0, 20, false) == ZH_OK);
    check_holds(log, 0, end + 400);
    CHECK(zh_log_close(log) == ZH_OK);
    log = open_log(NULL, false);
    check_holds(log, 0, end + 400);
    CHECK(zh_log_close(log) == ZH_OK);
    help_remove(dir);
}

/* A checkpoint syncs beside the appender. What was written after its sync began is not durable by it: it used to be taken for
 * durable, and was acked without a sync of its own. */
static zh_log *synced_log;
static int inner_syncs;

static int sync_while_the_appender_writes(void *context, int file)
{
    (void)context;
    if (inner_syncs++ == 0) CHECK(append(synced_log, 0, 5, true) == ZH_OK); /* behind the back of this sync */
    return fsync(file);
}

static void a_sync_of_another_thread_does_not_vouch_for_what_came_after_it_began(void)
{
    static const zh_log_io racing = { .pwrite = fake_pwrite, .fdatasync = sync_while_the_appender_writes, .fsync = fake_sync };
    heal_disk();
    zh_log *log = open_log(&fake, false);
    CHECK(append(log, 0, 3, false) == ZH_OK && append(log, 0, 4, true) == ZH_OK && zh_log_close(log) == ZH_OK);
    inner_syncs = 1;
    synced_log = open_log(&racing, false);
    CHECK(append(synced_log, 0, 4, true) == ZH_OK && zh_log_end(synced_log, 0) == 11);
    inner_syncs = 0;
    CHECK(zh_log_sync(synced_log) == ZH_OK && inner_syncs == 1);
    CHECK(zh_log_end(synced_log, 0) == 16 && zh_log_synced(synced_log, 0) == 11);
    CHECK(append(synced_log, 0, 1, false) == ZH_OK && inner_syncs == 2 && zh_log_synced(synced_log, 0) == 17);
    CHECK(zh_log_close(synced_log) == ZH_OK);
    help_remove(dir);
}

/* A block for each partition, the last of which finds no space: the first ones used to stay in the log, half of a request that
 * was answered with an error, and twice when it was sent again. */
static void an_append_to_several_partitions_is_taken_back_whole(uint64_t seed)
{
    for (int round = 0; round < 200; round++) {
        heal_disk();
        zh_log *log = open_log(&fake, false);
        uint64_t ends[PARTITIONS];
        for (int i = 0; i < 30; i++) CHECK(append(log, (uint32_t)(i % PARTITIONS), 1 + (uint32_t)(test_random(&seed) % 30), false) == ZH_OK);
        zh_buf records[PARTITIONS];
        zh_log_part parts[PARTITIONS];
        for (uint32_t p = 0; p < PARTITIONS; p++) {
            records[p] = zh_buf_open(ZH_LOG_BLOCK_BYTES_MAX);
            ends[p] = zh_log_end(log, p);
            parts[p] = (zh_log_part){ .partition = p, .block = help_block(&records[p], p, ends[p], 40, SIZE_MAX_BYTES) };
        }
        disk.how = NO_SPACE;
        disk.fail_write = disk.writes + 2 + (long)(test_random(&seed) % 2);
        const zh_err e = zh_log_append_many(log, parts, PARTITIONS);
        CHECK(e == ZH_FULL && !zh_log_is_read_only(log));
        for (uint32_t p = 0; p < PARTITIONS; p++) check_holds(log, p, ends[p]);
        disk.fail_write = 0;
        if (round % 2 == 0) {
            CHECK(zh_log_append_many(log, parts, PARTITIONS) == ZH_OK);
            for (uint32_t p = 0; p < PARTITIONS; p++) ends[p] += 40;
        }
        for (uint32_t p = 0; p < PARTITIONS; p++) check_holds(log, p, ends[p]);
        CHECK(zh_log_close(log) == ZH_OK);
        log = open_log(NULL, false);
        for (uint32_t p = 0; p < PARTITIONS; p++) {
            check_holds(log, p, ends[p]);
            zh_buf_close(&records[p]);
        }
        CHECK(zh_log_close(log) == ZH_OK);
        help_remove(dir);
    }
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    dir = help_dir();
    appends_to_several_partitions_are_as_the_model_says(seed);
    one_sync_serves_all_blocks_of_a_partition();
    a_block_outside_its_limits_is_refused();
    the_largest_block_fits_the_default_segment();
    what_was_acked_survives_a_kill_at_any_moment(seed + 1);
    each_write_and_sync_fails_once_and_nothing_is_acked_falsely(seed + 2);
    a_full_disk_refuses_and_goes_on_when_there_is_space();
    a_sync_of_another_thread_does_not_vouch_for_what_came_after_it_began();
    an_append_to_several_partitions_is_taken_back_whole(seed + 3);
    return 0;
}
