/* Goal: what was appended is found again: in order, from any position, one by one, while it grows.
 * Method: records that follow from their number, over several small segments and partitions; readers beside an appender. */
#include "log_help.h"

#include <pthread.h>

enum { PARTITIONS = 3, SEGMENT_BYTES = 16384, SIZE_MAX_BYTES = 300 };
static const char *dir;

static zh_log *open_log(bool ahead)
{
    zh_log *log;
    zh_note why;
    const zh_log_desc desc = { .dir = zh_sv_of(dir), .partitions = PARTITIONS, .segment_bytes = SEGMENT_BYTES,
                               .verify_all = true, .no_ahead = !ahead };
    const zh_err e = zh_log_open(&log, &desc, &why);
    if (e != ZH_OK) fprintf(stderr, "%s\n", why.text);
    CHECK(e == ZH_OK);
    return log;
}

static void append(zh_log *log, uint32_t partition, uint32_t count, bool lazy)
{
    zh_buf records = zh_buf_open(ZH_LOG_BLOCK_BYTES_MAX);
    zh_log_block block = help_block(&records, partition, zh_log_end(log, partition), count, SIZE_MAX_BYTES);
    block.lazy = lazy;
    const uint64_t end = zh_log_end(log, partition);
    zh_log_position at;
    CHECK(zh_log_append(log, partition, &block, &at) == ZH_OK);
    CHECK(at.partition == partition && at.sequence == end && zh_log_end(log, partition) == end + count);
    zh_buf_close(&records);
}

static void blocks_come_back_in_order_over_segments_and_openings(uint64_t seed)
{
    uint64_t ends[PARTITIONS] = { 0 };
    zh_err e;
    for (int opening = 0; opening < 4; opening++) {
        zh_log *log = open_log(opening % 2 == 1);
        for (uint32_t p = 0; p < PARTITIONS; p++) CHECK(zh_log_end(log, p) == ends[p] && zh_log_synced(log, p) == ends[p]);
        for (int i = 0; i < 150; i++) {
            const uint32_t p = (uint32_t)(test_random(&seed) % PARTITIONS);
            const uint32_t count = 1 + (uint32_t)(test_random(&seed) % 30);
            append(log, p, count, test_random(&seed) % 3 == 0);
            ends[p] += count;
        }
        for (uint32_t p = 0; p < PARTITIONS; p++) {
            CHECK(help_walk(log, p, 0, SIZE_MAX_BYTES, &e, NULL) == ends[p] && e == ZH_ABSENT);
            for (int i = 0; i < 20; i++) {
                const uint64_t from = test_random(&seed) % (ends[p] + 1);
                CHECK(help_walk(log, p, from, SIZE_MAX_BYTES, &e, NULL) == ends[p] && e == ZH_ABSENT);
            }
            CHECK(help_walk(log, p, ends[p] + 1, SIZE_MAX_BYTES, &e, NULL) == ends[p] + 1 && e == ZH_ABSENT);
        }
        CHECK(zh_log_close(log) == ZH_OK);
    }
}

static void any_record_is_fetched_by_its_position(uint64_t seed)
{
    zh_log *log = open_log(false);
    zh_buf out = zh_buf_open(SIZE_MAX_BYTES), tiny = zh_buf_open(0);
    for (int i = 0; i < 3000; i++) {
        const uint32_t p = (uint32_t)(test_random(&seed) % PARTITIONS);
        const uint64_t at = test_random(&seed) % zh_log_end(log, p);
        for (uint64_t k = at; k < at + 3 && k < zh_log_end(log, p); k++) {
            CHECK(zh_log_fetch(log, p, k, &out) == ZH_OK);
            CHECK(help_is_record(zh_buf_view(&out), p, k, SIZE_MAX_BYTES));
        }
    }
    CHECK(zh_log_fetch(log, 0, zh_log_end(log, 0), &out) == ZH_ABSENT);
    CHECK(zh_log_fetch(log, 0, UINT64_MAX, &out) == ZH_ABSENT);
    CHECK(zh_log_fetch(log, 0, 1, &tiny) == (help_is_record((zh_sv){ 0 }, 0, 1, SIZE_MAX_BYTES) ? ZH_OK : ZH_FULL));
    zh_buf_close(&out);
    CHECK(zh_log_close(log) == ZH_OK);
}

typedef struct follower {
    zh_log *log;
    uint64_t until;
    uint64_t seed;
} follower;

static void *follow(void *context)
{
    const follower *f = context;
    zh_log_reader *reader;
    CHECK(zh_log_reader_open(&reader, f->log, 1, 5) == ZH_OK);
    uint64_t next = 5;
    while (next < f->until) {
        zh_log_frame frame;
        const zh_err e = zh_log_reader_next(reader, &frame);
        CHECK(e == ZH_OK || e == ZH_ABSENT);
        if (e == ZH_ABSENT) {
            CHECK(zh_log_reader_sequence(reader) == next);
            usleep(50);
            continue;
        }
        CHECK(frame.first_sequence == next);
        for (zh_log_records it = zh_log_records_of(&frame); zh_log_record_next(&it); next++)
            CHECK(help_is_record(it.record, 1, it.sequence, SIZE_MAX_BYTES));
        CHECK(next == frame.first_sequence + frame.count);
    }
    zh_log_reader_close(reader);
    return NULL;
}

static void *fetch_around(void *context)
{
    const follower *f = context;
    uint64_t seed = f->seed;
    zh_buf out = zh_buf_open(SIZE_MAX_BYTES);
    while (zh_log_end(f->log, 1) < f->until) {
        const uint64_t at = test_random(&seed) % zh_log_end(f->log, 1);
        CHECK(zh_log_fetch(f->log, 1, at, &out) == ZH_OK);
        CHECK(help_is_record(zh_buf_view(&out), 1, at, SIZE_MAX_BYTES));
    }
    zh_buf_close(&out);
    return NULL;
}

static void readers_in_other_threads_follow_the_appender(uint64_t seed)
{
    zh_log *log = open_log(true);
    follower f = { log, zh_log_end(log, 1) + 4000, seed };
    pthread_t threads[3];
    CHECK(pthread_create(&threads[0], NULL, follow, &f) == 0);
    CHECK(pthread_create(&threads[1], NULL, follow, &f) == 0);
    CHECK(pthread_create(&threads[2], NULL, fetch_around, &f) == 0);
    while (zh_log_end(log, 1) < f.until) append(log, 1, 20, test_random(&seed) % 2 == 0);
    for (int i = 0; i < 3; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(zh_log_close(log) == ZH_OK);
}

static void dropped_segments_are_absent_and_the_rest_stays(void)
{
    zh_log *log = open_log(false);
    zh_err e;
    zh_buf out = zh_buf_open(SIZE_MAX_BYTES);
    zh_log_reader *reader;
    zh_log_frame frame;
    const uint64_t end = zh_log_end(log, 1), middle = end / 2;
    CHECK(zh_log_fetch(log, 1, 0, &out) == ZH_OK); /* now it is in the cache */
    CHECK(zh_log_reader_open(&reader, log, 1, 0) == ZH_OK && zh_log_reader_next(reader, &frame) == ZH_OK);
    CHECK(zh_log_drop(log, 1, middle) == ZH_OK);
    const uint64_t begin = zh_log_begin(log, 1);
    CHECK(begin > 0 && begin <= middle && zh_log_end(log, 1) == end);
    CHECK(zh_log_fetch(log, 1, 0, &out) == ZH_ABSENT);
    CHECK(zh_log_reader_next(reader, &frame) == ZH_STALE);
    zh_log_reader_close(reader);
    CHECK(help_walk(log, 1, 0, SIZE_MAX_BYTES, &e, NULL) == 0 && e == ZH_ABSENT);
    CHECK(help_walk(log, 1, begin, SIZE_MAX_BYTES, &e, NULL) == end && e == ZH_ABSENT);
    CHECK(zh_log_drop(log, 1, UINT64_MAX) == ZH_OK); /* the last one stays, so that the end is known */
    CHECK(zh_log_close(log) == ZH_OK);
    log = open_log(false);
    CHECK(zh_log_end(log, 1) == end && zh_log_begin(log, 1) > begin);
    CHECK(help_walk(log, 1, zh_log_begin(log, 1), SIZE_MAX_BYTES, &e, NULL) == end && e == ZH_ABSENT);
    CHECK(zh_log_close(log) == ZH_OK);
    zh_buf_close(&out);
}

static void closed_segments_follow_each_other_and_say_what_would_go(void)
{
    zh_log *log = open_log(false);
    zh_log_extent it, before = { .next_sequence = zh_log_begin(log, 0) };
    uint64_t bytes = 0;
    uint32_t count = 0;
    for (; zh_log_closed(log, 0, count, &it); count++) {
        CHECK(it.first_sequence == before.next_sequence && it.next_sequence > it.first_sequence && it.bytes > 0);
        CHECK(it.until_ms == (int64_t)(1000 + it.next_sequence)); /* help_block: the commit time follows from the sequence */
        CHECK(zh_log_droppable(log, 0, it.next_sequence) == it.next_sequence);
        CHECK(zh_log_droppable(log, 0, it.next_sequence - 1) == it.first_sequence);
        bytes += it.bytes;
        before = it;
    }
    CHECK(count > 2 && bytes < zh_log_bytes(log));
    CHECK(zh_log_droppable(log, 0, UINT64_MAX) == before.next_sequence);
    CHECK(zh_log_drop(log, 0, before.first_sequence) == ZH_OK && zh_log_begin(log, 0) == before.first_sequence);
    CHECK(zh_log_closed(log, 0, 0, &it) && it.first_sequence == before.first_sequence && !zh_log_closed(log, 0, 1, &it));
    CHECK(zh_log_close(log) == ZH_OK);
}

typedef struct dropper {
    zh_log *log;
    _Atomic bool done;
    uint64_t seed;
} dropper;

/* Everything that is closed, again and again. */
static void *drop_on(void *context)
{
    dropper *d = context;
    while (!d->done) CHECK(zh_log_drop(d->log, 2, zh_log_end(d->log, 2)) == ZH_OK);
    return NULL;
}

/* What is there is right, and what is not is said to be absent or gone, never another record. */
static void *look_on(void *context)
{
    dropper *d = context;
    uint64_t seed = d->seed;
    zh_buf out = zh_buf_open(SIZE_MAX_BYTES);
    while (!d->done) {
        zh_err e;
        const uint64_t from = zh_log_begin(d->log, 2) + test_random(&seed) % 40;
        (void)help_walk(d->log, 2, from, SIZE_MAX_BYTES, &e, NULL);
        CHECK(e == ZH_ABSENT || e == ZH_STALE);
        e = zh_log_fetch(d->log, 2, from, &out);
        CHECK(e == ZH_ABSENT || (e == ZH_OK && help_is_record(zh_buf_view(&out), 2, from, SIZE_MAX_BYTES)));
    }
    zh_buf_close(&out);
    return NULL;
}

static void dropping_goes_on_beside_appends_and_readers(uint64_t seed)
{
    zh_log *log = open_log(true);
    dropper d = { .log = log, .seed = seed };
    pthread_t threads[3];
    const uint64_t until = zh_log_end(log, 2) + 4000;
    CHECK(pthread_create(&threads[0], NULL, drop_on, &d) == 0);
    CHECK(pthread_create(&threads[1], NULL, look_on, &d) == 0);
    CHECK(pthread_create(&threads[2], NULL, look_on, &d) == 0);
    while (zh_log_end(log, 2) < until) append(log, 2, 20, test_random(&seed) % 2 == 0);
    d.done = true;
    for (int i = 0; i < 3; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    zh_err e;
    CHECK(help_walk(log, 2, zh_log_begin(log, 2), SIZE_MAX_BYTES, &e, NULL) == zh_log_end(log, 2) && e == ZH_ABSENT);
    CHECK(zh_log_close(log) == ZH_OK);
    log = open_log(false);
    CHECK(zh_log_end(log, 2) >= until && help_walk(log, 2, zh_log_begin(log, 2), SIZE_MAX_BYTES, &e, NULL) == zh_log_end(log, 2));
    CHECK(zh_log_close(log) == ZH_OK);
}

static void swapped_frames_are_named_and_not_given(void)
{
    enum { RECORD_BYTES = 1000, COUNT = 40 };
    help_remove(dir);
    zh_log *log = open_log(false);
    zh_buf records = zh_buf_open(2 * RECORD_BYTES);
    char noise[RECORD_BYTES], path[300];
    uint64_t seed = 5, size = 0;
    for (uint64_t i = 0; i < COUNT; i++) {
        for (size_t k = 0; k < sizeof noise; k++) noise[k] = (char)test_random(&seed);
        zh_buf_reset(&records);
        zh_log_record_put(&records, (zh_sv){ noise, sizeof noise });
        const uint64_t before = zh_log_bytes(log);
        CHECK(zh_log_append(log, 0, &(zh_log_block){ .count = 1, .records = zh_buf_view(&records) }, NULL) == ZH_OK);
        if (i == 0) size = zh_log_bytes(log) - before;
    }
    zh_buf_close(&records);
    CHECK(zh_log_close(log) == ZH_OK);
    snprintf(path, sizeof path, "%s/p000/00000000000000000000.log", dir);
    size_t file_bytes;
    char *bytes = help_read(path, &file_bytes), *copy = malloc(file_bytes);
    memcpy(copy, bytes, file_bytes);
    memcpy(copy + 64 + 3 * size, bytes + 64 + 4 * size, size); /* frames 3 and 4, each sound in itself */
    memcpy(copy + 64 + 4 * size, bytes + 64 + 3 * size, size);
    help_write(path, copy, file_bytes);
    free(bytes), free(copy);

    CHECK(zh_log_open(&log, &(zh_log_desc){ .dir = zh_sv_of(dir), .no_ahead = true }, NULL) == ZH_OK);
    zh_log_reader *reader;
    zh_log_frame frame;
    CHECK(zh_log_reader_open(&reader, log, 0, 0) == ZH_OK);
    for (uint64_t i = 0; i < 3; i++) CHECK(zh_log_reader_next(reader, &frame) == ZH_OK && frame.first_sequence == i);
    CHECK(zh_log_reader_next(reader, &frame) == ZH_CORRUPT && zh_log_reader_next(reader, &frame) == ZH_CORRUPT);
    CHECK(strstr(zh_log_reader_why(reader), "00000000000000000000.log: damaged at byte") != NULL);
    CHECK(zh_log_reader_sequence(reader) == 3);
    zh_log_reader_close(reader);
    zh_buf out = zh_buf_open(RECORD_BYTES);
    CHECK(zh_log_fetch(log, 0, 4, &out) == ZH_CORRUPT);
    CHECK(zh_log_fetch(log, 0, COUNT - 1, &out) == ZH_OK); /* another segment is none the worse */
    zh_buf_close(&out);
    CHECK(zh_log_close(log) == ZH_OK);
}

int main(int argc, char **argv)
{
    const uint64_t seed = test_seed(argc, argv);
    dir = help_dir();
    blocks_come_back_in_order_over_segments_and_openings(seed);
    any_record_is_fetched_by_its_position(seed + 1);
    readers_in_other_threads_follow_the_appender(seed + 2);
    dropped_segments_are_absent_and_the_rest_stays();
    closed_segments_follow_each_other_and_say_what_would_go();
    dropping_goes_on_beside_appends_and_readers(seed);
    swapped_frames_are_named_and_not_given();
    help_remove(dir);
    return 0;
}
