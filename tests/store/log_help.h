/* log_help.h -- what the tests of the log share: a folder that goes away, blocks one can recompute, bytes of files. */
#ifndef ZH_TESTS_STORE_LOG_HELP_H
#define ZH_TESTS_STORE_LOG_HELP_H
#include "check.h"
#include "store/log.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

static inline int help_remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info, (void)kind, (void)at;
    return remove(path);
}

static inline void help_remove(const char *path)
{
    nftw(path, help_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A fresh folder name; static storage, one a test program. In memory where that is possible: these tests open a log thousands
 * of times, and what they show does not depend on a disk. */
static inline const char *help_dir(void)
{
    static char path[256];
    const char *tmp = getenv("TMPDIR");
    if (tmp == NULL) tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(path, sizeof path, "%s/zhun-test-XXXXXX", tmp);
    CHECK(mkdtemp(path) != NULL);
    CHECK(rmdir(path) == 0);
    return path;
}

/* The record with this number: its size and bytes follow from the number, so no copy must be kept. Some are empty, some
 * compress, some do not. */
static inline void help_record(zh_buf *to, uint32_t partition, uint64_t sequence, uint32_t size_max)
{
    uint64_t state = sequence * 1000003 + partition;
    const size_t size = (size_t)(test_random(&state) % (size_max + 1));
    const bool noisy = test_random(&state) % 2 == 0;
    zh_buf_reset(to);
    char *room = size == 0 ? NULL : zh_buf_room(to, size);
    CHECK(size == 0 || room != NULL);
    for (size_t i = 0; i < size; i++) room[i] = noisy ? (char)test_random(&state) : (char)(sequence % 7 + i / 16);
}

static inline bool help_is_record(zh_sv got, uint32_t partition, uint64_t sequence, uint32_t size_max)
{
    zh_buf want = zh_buf_open(ZH_LOG_RECORD_BYTES_MAX);
    help_record(&want, partition, sequence, size_max);
    const bool same = zh_sv_equal(got, zh_buf_view(&want));
    zh_buf_close(&want);
    return same;
}

/* Records [sequence, sequence + count) as a block; `records` is the caller's. */
static inline zh_log_block help_block(zh_buf *records, uint32_t partition, uint64_t sequence, uint32_t count,
                                      uint32_t size_max)
{
    zh_buf one = zh_buf_open(ZH_LOG_RECORD_BYTES_MAX);
    zh_buf_reset(records);
    for (uint32_t i = 0; i < count; i++) {
        help_record(&one, partition, sequence + i, size_max);
        zh_log_record_put(records, zh_buf_view(&one));
    }
    zh_buf_close(&one);
    CHECK(zh_buf_err(records) == ZH_OK);
    return (zh_log_block){ .workspace = 3, .key_id = 9, .commit_ms = (int64_t)(1000 + sequence),
                           .records = zh_buf_view(records), .count = count };
}

/* Read a partition from a position: every record must be the one its number says. Returns the sequence behind the
 * last one read; *e is what stopped the walk (ZH_ABSENT at the end). */
static inline uint64_t help_walk(zh_log *log, uint32_t partition, uint64_t from, uint32_t size_max, zh_err *e,
                                 zh_note *why)
{
    zh_log_reader *reader;
    *e = zh_log_reader_open(&reader, log, partition, from);
    if (*e != ZH_OK) return from;
    uint64_t next = from;
    zh_log_frame frame;
    while ((*e = zh_log_reader_next(reader, &frame)) == ZH_OK) {
        CHECK(frame.first_sequence == next);
        CHECK(frame.workspace == 3 && frame.key_id == 9);
        uint32_t count = 0;
        for (zh_log_records it = zh_log_records_of(&frame); zh_log_record_next(&it); count++) {
            CHECK(it.sequence == next++);
            CHECK(help_is_record(it.record, partition, it.sequence, size_max));
        }
        CHECK(count == frame.count);
    }
    if (why != NULL) zh_note_set(why, "%s", zh_log_reader_why(reader));
    zh_log_reader_close(reader);
    return next;
}

/* --- files */

static inline char *help_read(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL);
    CHECK(fseek(file, 0, SEEK_END) == 0);
    *size = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*size + 1);
    CHECK(bytes != NULL && fread(bytes, 1, *size, file) == *size);
    fclose(file);
    return bytes;
}

static inline void help_write(const char *path, const char *bytes, size_t size)
{
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    CHECK(file >= 0);
    for (size_t done = 0; done < size;) {
        const ssize_t n = write(file, bytes + done, size - done);
        CHECK(n > 0);
        done += (size_t)n;
    }
    close(file);
}

static inline void help_flip(const char *path, uint64_t offset, int bit)
{
    const int file = open(path, O_RDWR);
    char byte;
    CHECK(file >= 0 && pread(file, &byte, 1, (off_t)offset) == 1);
    byte = (char)(byte ^ 1 << bit);
    CHECK(pwrite(file, &byte, 1, (off_t)offset) == 1);
    close(file);
}

/* The report of the last damage seen. */
typedef struct help_seen {
    int count;
    char file[64];
    zh_log_damage last;
} help_seen;

static inline void help_report(void *context, const zh_log_damage *damage)
{
    help_seen *seen = context;
    seen->count++;
    snprintf(seen->file, sizeof seen->file, "%.*s", ZH_SV_ARG(damage->file));
    seen->last = *damage;
}
#endif
