/* Goal: a packed segment is the segment it was: every reader, fetch, opening and check sees the same records; whatever fails or
 * is killed on the way, one of the two files is there, whole.
 * Method: records that follow from their number, over small segments; each write and sync of the packing made to fail once;
 * a child killed at each of them; readers that began before. */
#include "store/log_transcode.h"
#include "log_help.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

enum { SEGMENT_BYTES = 65536, SIZE_MAX_BYTES = 300, PACK_BYTES = 20000 };
static const char *dir;

/* --- a disk that fails or kills at a call */

static long calls, due; /* 0: never */
static bool kills;
static int fault = EIO;

static bool is_due(void)
{
    if (++calls != due) return false;
    if (kills) _exit(9);
    errno = fault;
    return true;
}
static ssize_t fake_pwrite(void *context, int file, const void *bytes, size_t size, off_t offset)
{
    (void)context;
    if (!is_due()) return pwrite(file, bytes, size, offset);
    if (pwrite(file, bytes, size / 2, offset) < 0) return -1;
    errno = fault;
    return -1;
}
static int fake_sync(void *context, int file)
{
    (void)context;
    return is_due() ? -1 : fsync(file);
}
static const zh_log_io fake = { .pwrite = fake_pwrite, .fdatasync = fake_sync, .fsync = fake_sync };

static zh_log *open_log(void)
{
    zh_log *log;
    zh_note why;
    const zh_err e = zh_log_open(&log, &(zh_log_desc){ .dir = zh_sv_of(dir), .partitions = 2, .segment_bytes = SEGMENT_BYTES, .io = &fake,
                                                       .no_ahead = true, .verify_all = true }, &why);
    if (e != ZH_OK) fprintf(stderr, "%s\n", why.text);
    CHECK(e == ZH_OK);
    return log;
}

static void append(zh_log *log, uint32_t partition, uint32_t count)
{
    zh_buf records = zh_buf_open(ZH_LOG_BLOCK_BYTES_MAX);
    const zh_log_block block = help_block(&records, partition, zh_log_end(log, partition), count, SIZE_MAX_BYTES);
    CHECK(zh_log_append(log, partition, &block, NULL) == ZH_OK);
    zh_buf_close(&records);
}

static zh_log *fresh_log(uint64_t seed, int blocks)
{
    help_remove(dir);
    zh_log *log = open_log();
    for (int i = 0; i < blocks; i++) append(log, (uint32_t)i % 2, 1 + (uint32_t)(test_random(&seed) % 20));
    return log;
}

static const zh_log_transcode_desc small = { .pack_bytes = PACK_BYTES };

static int pack_all(zh_log *log)
{
    zh_log_transcoded did;
    zh_note why;
    int count = 0;
    zh_err e;
    while ((e = zh_log_transcode(log, &small, &did, &why)) == ZH_OK) {
        CHECK(did.bytes_after < did.bytes_before && did.records > 0);
        count++;
    }
    if (e != ZH_ABSENT) fprintf(stderr, "%s: %s\n", zh_err_text(e), why.text);
    CHECK(e == ZH_ABSENT);
    return count;
}

static void check_all(zh_log *log)
{
    zh_buf out = zh_buf_open(SIZE_MAX_BYTES);
    for (uint32_t p = 0; p < 2; p++) {
        const uint64_t end = zh_log_end(log, p);
        zh_err e;
        for (uint64_t from = 0; from <= end; from += 1 + end / 37) CHECK(help_walk(log, p, from, SIZE_MAX_BYTES, &e, NULL) == end && e == ZH_ABSENT);
        for (uint64_t at = 0; at < end; at += 1 + at % 5) {
            CHECK(zh_log_fetch(log, p, at, &out) == ZH_OK);
            CHECK(help_is_record(zh_buf_view(&out), p, at, SIZE_MAX_BYTES));
        }
    }
    zh_buf_close(&out);
}

static void check_folder(void)
{
    help_seen seen = { 0 };
    zh_note why;
    CHECK(zh_log_verify(zh_sv_of(dir), help_report, &seen, &why) == ZH_OK && seen.count == 0);
}

static void packed_segments_read_as_before(uint64_t seed)
{
    zh_log *log = fresh_log(seed, 300);
    const uint64_t before = zh_log_bytes(log), first_end = zh_log_end(log, 0);
    zh_log_reader *early; /* has an old file open all the time */
    zh_log_frame frame;
    CHECK(zh_log_reader_open(&early, log, 0, 0) == ZH_OK);
    CHECK(zh_log_reader_next(early, &frame) == ZH_OK);
    uint64_t next = frame.first_sequence + frame.count;
    CHECK(pack_all(log) >= 4);
    CHECK(zh_log_bytes(log) < before);
    const zh_log_packing packing = zh_log_packing_of(log);
    CHECK(packing.packed_segments + 2 == packing.segments && packing.packed_bytes < packing.unpacked_bytes);
    while (zh_log_reader_next(early, &frame) == ZH_OK) {
        CHECK(frame.first_sequence == next && frame.commit_ms == (int64_t)(1000 + next)); /* frames are those of the appends */
        next += frame.count;
    }
    CHECK(next == first_end);
    zh_log_reader_close(early);
    check_all(log);
    for (int i = 0; i < 100; i++) append(log, (uint32_t)i % 2, 7);
    check_all(log);
    CHECK(zh_log_close(log) == ZH_OK);
    check_folder();
    log = open_log();
    check_all(log);
    CHECK(zh_log_packing_of(log).packed_bytes == packing.packed_bytes);
    CHECK(pack_all(log) > 0);
    CHECK(zh_log_drop(log, 0, zh_log_end(log, 0)) == ZH_OK);
    CHECK(zh_log_close(log) == ZH_OK);
    log = open_log();
    CHECK(zh_log_begin(log, 0) > 0 && zh_log_begin(log, 1) == 0);
    CHECK(zh_log_close(log) == ZH_OK);
    check_folder();
}

static void what_fails_leaves_the_segment_as_it_was(uint64_t seed)
{
    static const struct { int fault; zh_err e; } rows[] = { { ENOSPC, ZH_FULL }, { EIO, ZH_IO } };
    for (size_t row = 0; row < 2; row++)
        for (long at = 1;; at++) {
            zh_log *log = fresh_log(seed, 150);
            zh_log_transcoded did;
            zh_note why;
            const zh_log_packing before = zh_log_packing_of(log);
            calls = 0, due = at, fault = rows[row].fault;
            const zh_err e = zh_log_transcode(log, &small, &did, &why);
            const bool reached = calls >= at;
            due = 0;
            CHECK(reached ? e == rows[row].e : e == ZH_OK);
            /* The last sync is that of the folder: by then the name is taken. */
            CHECK(!reached || zh_log_packing_of(log).packed_segments <= before.packed_segments + 1);
            CHECK(!zh_log_is_read_only(log));
            check_all(log);
            append(log, 0, 3);
            CHECK(pack_all(log) >= (reached ? 0 : 0));
            check_all(log);
            CHECK(zh_log_close(log) == ZH_OK);
            check_folder();
            if (!reached) break;
        }
}

static void a_kill_leaves_one_of_the_two(uint64_t seed)
{
    bool finished = false;
    for (long at = 1; !finished; at++) {
        zh_log *log = fresh_log(seed, 150);
        CHECK(zh_log_close(log) == ZH_OK);
        const pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            log = open_log();
            calls = 0, due = at, kills = true;
            zh_log_transcoded did;
            _exit(zh_log_transcode(log, &small, &did, NULL) == ZH_OK ? 0 : 1);
        }
        int status;
        CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
        finished = WEXITSTATUS(status) == 0;
        CHECK(finished || WEXITSTATUS(status) == 9);
        check_folder();
        log = open_log();
        check_all(log);
        (void)pack_all(log);
        check_all(log);
        CHECK(zh_log_close(log) == ZH_OK);
    }
}

static bool stop_at_once(void *context, uint64_t bytes)
{
    *(uint64_t *)context += bytes;
    return false;
}

static void it_stops_and_says_damage(uint64_t seed)
{
    zh_log *log = fresh_log(seed, 200);
    uint64_t told = 0;
    zh_log_transcoded did;
    zh_note why;
    CHECK(zh_log_transcode(log, &(zh_log_transcode_desc){ .go_on = stop_at_once, .context = &told }, &did, &why) == ZH_STOPPED);
    CHECK(told > 0);
    char path[512];
    snprintf(path, sizeof path, "%s/p000/00000000000000000000.log", dir);
    help_flip(path, 5000, 3);
    CHECK(zh_log_transcode(log, &small, &did, &why) == ZH_CORRUPT && strstr(why.text, "damaged at byte") != NULL);
    CHECK(zh_log_transcode(log, &small, &did, &why) == ZH_OK && (did.partition > 0 || did.first_sequence > 0)); /* the next one goes on */
    CHECK(zh_log_close(log) == ZH_OK);
    help_flip(path, 5000, 3); /* as it was: nothing had touched it */
    check_folder();
}

typedef struct beside {
    zh_log *log;
    _Atomic bool ends;
    uint64_t seed;
} beside;

static void *read_beside(void *context)
{
    beside *b = context;
    uint64_t seed = b->seed;
    zh_buf out = zh_buf_open(SIZE_MAX_BYTES);
    while (!b->ends) {
        const uint32_t p = (uint32_t)(test_random(&seed) % 2);
        const uint64_t at = test_random(&seed) % zh_log_end(b->log, p);
        zh_err e;
        CHECK(zh_log_fetch(b->log, p, at, &out) == ZH_OK && help_is_record(zh_buf_view(&out), p, at, SIZE_MAX_BYTES));
        if (test_random(&seed) % 8 == 0) CHECK(help_walk(b->log, p, at, SIZE_MAX_BYTES, &e, NULL) > at && e == ZH_ABSENT);
    }
    zh_buf_close(&out);
    return NULL;
}

static void readers_beside_it_see_no_change(uint64_t seed)
{
    for (int round = 0; round < 4; round++) {
        beside b = { .log = fresh_log(seed, 120), .seed = seed + (uint64_t)round };
        pthread_t thread;
        CHECK(pthread_create(&thread, NULL, read_beside, &b) == 0);
        for (int i = 0; i < 100; i++) {
            append(b.log, (uint32_t)i % 2, 20);
            if (i % 10 == 9) (void)pack_all(b.log);
        }
        b.ends = true;
        pthread_join(thread, NULL);
        check_all(b.log);
        CHECK(zh_log_close(b.log) == ZH_OK);
    }
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    dir = help_dir();
    packed_segments_read_as_before(seed);
    what_fails_leaves_the_segment_as_it_was(seed);
    a_kill_leaves_one_of_the_two(seed);
    it_stops_and_says_damage(seed);
    readers_beside_it_see_no_change(seed);
    help_remove(dir);
    return 0;
}
