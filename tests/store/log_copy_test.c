/* Goal: a copy made while the log grows is a log that ends where an acknowledgement had been; it can be brought up to date; one
 * that was stopped is no log.
 * Method: records that follow from their number, an appender beside the copying, packing in between. */
#include "store/log_copy.h"
#include "log_help.h"
#include "store/log_transcode.h"

#include <errno.h>
#include <pthread.h>

enum { SEGMENT_BYTES = 65536, SIZE_MAX_BYTES = 300 };
static const char *dir;
static char to[300], other[300];

static zh_log *open_log(const char *path)
{
    zh_log *log;
    zh_note why;
    const zh_err e = zh_log_open(&log, &(zh_log_desc){ .dir = zh_sv_of(path), .segment_bytes = SEGMENT_BYTES, .verify_all = true,
                                                       .partitions = path == dir ? 2 : 0, .no_ahead = true }, &why);
    if (e != ZH_OK || why.text[0] != '\0') fprintf(stderr, "%s\n", why.text);
    CHECK(e == ZH_OK && why.text[0] == '\0'); /* nothing had to be cut */
    return log;
}

static void append(zh_log *log, uint32_t partition, uint32_t count, bool lazy)
{
    zh_buf records = zh_buf_open(ZH_LOG_BLOCK_BYTES_MAX);
    zh_log_block block = help_block(&records, partition, zh_log_end(log, partition), count, SIZE_MAX_BYTES);
    block.lazy = lazy;
    CHECK(zh_log_append(log, partition, &block, NULL) == ZH_OK);
    zh_buf_close(&records);
}

static zh_log_copied copy(zh_log *log, const char *where, const char *since)
{
    zh_log_copied did;
    zh_note why = { "" };
    CHECK(mkdir(where, 0700) == 0 || errno == EEXIST);
    const zh_log_copy_desc desc = { .to = zh_sv_of(where), .since = since == NULL ? (zh_sv){ 0 } : zh_sv_of(since) };
    const zh_err e = zh_log_copy(log, &desc, &did, &why);
    if (e != ZH_OK) fprintf(stderr, "%s\n", why.text);
    CHECK(e == ZH_OK);
    return did;
}

/* Sound, and each partition ends where the copy said. */
static void check_copy(const char *where, const zh_log_copied *did)
{
    help_seen seen = { 0 };
    zh_note why;
    CHECK(zh_log_verify(zh_sv_of(where), help_report, &seen, &why) == ZH_OK && seen.count == 0);
    char opened[300]; /* opening one makes it another log: on a copy of the copy there is nothing to lose */
    snprintf(opened, sizeof opened, "%s", where);
    zh_log *log = open_log(opened);
    for (uint32_t p = 0; p < 2; p++) {
        zh_err e;
        CHECK(zh_log_end(log, p) == did->ends[p]);
        CHECK(help_walk(log, p, zh_log_begin(log, p), SIZE_MAX_BYTES, &e, NULL) == did->ends[p] && e == ZH_ABSENT);
    }
    CHECK(zh_log_close(log) == ZH_OK);
}

static void fill(zh_log *log, int blocks)
{
    for (int i = 0; i < blocks; i++) append(log, (uint32_t)i % 2, 20, false);
}

static void a_copy_is_brought_up_to_date(void)
{
    zh_log *log = open_log(dir);
    fill(log, 200);
    append(log, 0, 5, true); /* lazy: not acknowledged, so it need not be there */
    zh_log_copied first = copy(log, to, NULL);
    CHECK(first.copied_bytes > 0 && first.same_bytes == 0 && first.ends[0] == zh_log_end(log, 0) - 5);
    check_copy(to, &first);
    fill(log, 60);
    zh_log_copied second = copy(log, to, NULL);
    CHECK(second.same_bytes > 0 && second.copied_bytes < first.copied_bytes && second.ends[1] == zh_log_end(log, 1));
    check_copy(to, &second);
    zh_log_copied linked = copy(log, other, to);
    CHECK(linked.linked_bytes > 0 && linked.copied_bytes < first.copied_bytes);
    check_copy(other, &linked);
    zh_log_transcoded packed;
    while (zh_log_transcode(log, &(zh_log_transcode_desc){ 0 }, &packed, NULL) == ZH_OK) {}
    fill(log, 100);
    zh_log_copied third = copy(log, to, NULL); /* packed files are other files: copied anew */
    check_copy(to, &third);
    check_copy(other, &linked); /* what it links to is none the worse */
    CHECK(zh_log_drop(log, 0, zh_log_end(log, 0)) == ZH_OK);
    zh_log_copied fourth = copy(log, to, NULL);
    check_copy(to, &fourth);
    CHECK(zh_log_close(log) == ZH_OK);
    help_remove(dir), help_remove(to), help_remove(other);
}

static bool stop_at_once(void *context, uint64_t bytes)
{
    (void)context, (void)bytes;
    return false;
}

static void a_copy_that_was_stopped_is_no_log(void)
{
    zh_log *log = open_log(dir), *copied;
    fill(log, 200);
    zh_log_copied did = copy(log, to, NULL);
    zh_note why;
    CHECK(zh_log_copy(log, &(zh_log_copy_desc){ .to = zh_sv_of(to), .go_on = stop_at_once }, &did, &why) == ZH_STOPPED);
    CHECK(zh_log_open(&copied, &(zh_log_desc){ .dir = zh_sv_of(to), .no_ahead = true }, &why) == ZH_CORRUPT);
    CHECK(strstr(why.text, "log.meta is missing") != NULL);
    did = copy(log, to, NULL);
    check_copy(to, &did);
    CHECK(zh_log_copy(log, &(zh_log_copy_desc){ .to = ZH_SV("/no/such/folder") }, &did, &why) == ZH_IO);
    CHECK(zh_log_close(log) == ZH_OK);
    help_remove(dir), help_remove(to);
}

static void damage_in_a_copy_is_mended_by_the_next(void)
{
    char path[400];
    zh_log *log = open_log(dir);
    fill(log, 200);
    zh_log_copied did = copy(log, to, NULL);
    snprintf(path, sizeof path, "%s/p000/00000000000000000000.log", to);
    help_flip(path, 3000, 1);
    did = copy(log, to, NULL);
    check_copy(to, &did);
    CHECK(zh_log_close(log) == ZH_OK);
    help_remove(dir), help_remove(to);
}

typedef struct beside {
    zh_log *log;
    _Atomic uint64_t acked[2];
    _Atomic bool ends;
} beside;

static void *append_beside(void *context)
{
    beside *b = context;
    for (uint32_t i = 0; !b->ends; i++) {
        append(b->log, i % 2, 1 + i % 30, false);
        b->acked[i % 2] = zh_log_end(b->log, i % 2);
        usleep(200);
    }
    return NULL;
}

static void what_was_acknowledged_before_is_in_it(void)
{
    beside b = { .log = open_log(dir) };
    fill(b.log, 50);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, append_beside, &b) == 0);
    for (int i = 0; i < 20; i++) {
        const uint64_t before[2] = { b.acked[0], b.acked[1] };
        const zh_log_copied did = copy(b.log, to, NULL);
        CHECK(did.ends[0] >= before[0] && did.ends[1] >= before[1]);
        check_copy(to, &did);
        zh_log_transcoded packed;
        (void)!zh_log_transcode(b.log, &(zh_log_transcode_desc){ 0 }, &packed, NULL);
    }
    b.ends = true;
    pthread_join(thread, NULL);
    CHECK(zh_log_close(b.log) == ZH_OK);
    help_remove(dir), help_remove(to);
}

int main(int argc, char **argv)
{
    (void)test_seed(argc, argv);
    dir = help_dir();
    snprintf(to, sizeof to, "%s.copy", dir);
    snprintf(other, sizeof other, "%s.other", dir);
    a_copy_is_brought_up_to_date();
    a_copy_that_was_stopped_is_no_log();
    damage_in_a_copy_is_mended_by_the_next();
    what_was_acknowledged_before_is_in_it();
    return 0;
}
